"""Rows of a query by what their columns are about: the name of the thing, where it is, and what was asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from tools.xql.plan import Computed, Join, JoinedField, JsonPath, PostureQuery

Row = Mapping[str, Any]

ASSET_ID: Final = ("xdm.asset.id", "xdm.finding.asset_id", "asset_id", "related_asset_id")
ISSUE_ID: Final = ("xdm.issue.id",)
FINDING_ID: Final = ("xdm.finding.id",)
NAMES: Final = (
    "resource",
    "xdm.asset.name",
    "xdm.finding.asset_name",
    "xdm.issue.name",
    "xdm.finding.name",
    "xdm.case.name",
    "endpoint_name",
    "file_name",
    "source_cloud_resource_name",
    "name",
)
USUAL: Final = frozenset(
    {
        *ASSET_ID,
        *ISSUE_ID,
        *FINDING_ID,
        *NAMES,
        "xdm.issue.asset_ids",
        "xdm.asset.strong_id",
        "xdm.asset.type.name",
        "xdm.asset.type.category",
        "xdm.asset.provider",
        "xdm.asset.realm",
        "xdm.asset.cloud.region",
        "xdm.issue.detection.rule_id",
        "xdm.finding.type_id",
        "_insert_time",
        "id",
        "finding_id",
    }
)
"""Columns that every list has; the others are there because the question asked for them."""
_WHERE: Final = ("account", "xdm.asset.realm", "region", "xdm.asset.cloud.region")


def first(row: Row, columns: Sequence[str]) -> str:
    """The first of these cells that is not empty, as text."""
    for column in columns:
        value = row.get(column)
        if isinstance(value, list | tuple):
            value = value[0] if value else None
        if value not in (None, ""):
            return str(value)
    return ""


def name_of(row: Row) -> str:
    """What a row is called; a finding by its resource."""
    return first(row, NAMES)


def asset_of(row: Row) -> str:
    """The id of the asset that a row is, or is about."""
    return first(row, (*ASSET_ID, "xdm.issue.asset_ids"))


def issue_of(row: Row) -> str:
    """The id of the finding or issue that a row is; empty for a row of anything else."""
    if row.get("id") and ("severity" in row or "finding" in row):
        return str(row["id"])
    issues = row.get("issues")
    if isinstance(issues, list | tuple) and issues:
        return str(issues[0])
    return first(row, (*ISSUE_ID, *FINDING_ID))


def where_of(row: Row) -> list[str]:
    """Account and region of a row."""
    return list(dict.fromkeys(str(row[c]) for c in _WHERE if row.get(c)))


def asked_of(row: Row) -> list[tuple[str, Any]]:
    """The cells that the question asked for, with short names."""
    found = []
    for column, value in row.items():
        if column in USUAL or column in _WHERE or value in (None, "", [], {}):
            continue
        found.append((column.rsplit(".", 1)[-1].replace("_", " "), value))
    return found


def numbers_of(rows: Sequence[Row], columns: Sequence[str]) -> tuple[str, ...]:
    """The columns that hold numbers in every row."""
    return tuple(
        column
        for column in columns
        if rows
        and all(_number(row.get(column)) for row in rows if row.get(column) is not None)
        and any(row.get(column) is not None for row in rows)
    )


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def with_assets(plan: PostureQuery, *, uid: bool = False) -> PostureQuery:
    """A list of issues with the name and type of what each is about, which issues themselves do not hold.

    With `uid` the id that the scanner gave the finding behind an issue comes last.
    """
    if plan.dataset != "issues" or plan.aggregates or plan.group_by or plan.expand or not plan.fields:
        return plan
    wanted = ("xdm.asset.name", "xdm.asset.type.name")
    joins = list(plan.joins)
    at = next((n for n, j in enumerate(joins) if j.dataset == "asset_inventory" and not j.aggregates), None)
    if at is None:
        joins.append(
            Join(
                dataset="asset_inventory",
                kind="left",
                fields=tuple(JoinedField(field=name) for name in wanted),
            )
        )
    else:
        there = {item.field for item in joins[at].fields}
        more = tuple(JoinedField(field=name) for name in wanted if name not in there)
        joins[at] = joins[at].model_copy(update={"fields": (*joins[at].fields, *more)})
    shown = list(plan.fields)
    told = {item if isinstance(item, str) else item.name or item.field for item in shown}
    after = min(2, len(shown))
    shown[after:after] = [name for name in wanted if name not in told]
    changes: dict[str, Any] = {"distinct": plan.distinct or ("xdm.issue.id",)}
    if uid and "finding_id" not in told:
        place = JsonPath(field="xdm.issue.normalized_fields", path=("xdm.finding.uid",))
        changes["compute"] = (*plan.compute, Computed(name="finding_id", json_path=place))
        shown.append("finding_id")
    return plan.model_copy(update={"joins": tuple(joins), "fields": tuple(shown), **changes})
