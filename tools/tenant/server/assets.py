"""assets, assets/{id}, assets/{id}/raw_fields, assets/schema, assets/enum.

Source: Cortex platform OpenAPI.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tools.tenant.schema import quote
from tools.tenant.server import inventory, rows
from tools.tenant.server.answers import ApiError, JsonAnswer, bad, reply
from tools.tenant.server.context import Context
from tools.tenant.server.requests import choice, only, request_data, window_of

PAGE = 1000
_ALWAYS = (
    "xdm.asset.id", "xdm.asset.strong_id", "xdm.asset.name", "xdm.asset.provider", "xdm.asset.realm",
    "xdm.asset.cloud.region", "xdm.asset.type.class", "xdm.asset.type.category", "xdm.asset.type.name",
    "xdm.asset.type.id", "xdm.asset.first_observed", "xdm.asset.last_observed", "xdm.asset.group_ids",
    "xdm.host.ipv4_addresses",
)  # fmt: skip
_NULLABLE = frozenset({"xdm.asset.cloud.region", "xdm.asset.name"})
_LISTS = frozenset({"xdm.asset.group_ids", "xdm.host.ipv4_addresses"})
_LEVELS = ("critical", "high", "medium", "low")
_DATA_TYPES = {
    "VARCHAR": "TEXT", "TIMESTAMP": "TIMESTAMP", "JSON": "JSON", "VARCHAR[]": "JSON", "BIGINT": "INT",
    "DOUBLE": "FLOAT", "BOOLEAN": "BOOLEAN",
}  # fmt: skip
_ENUM_FIELDS = (
    "xdm.asset.type.class", "xdm.asset.type.category", "xdm.asset.type.id", "xdm.asset.type.name",
    "xdm.asset.provider", "xdm.asset.cloud.region", "xdm.asset.realm",
)  # fmt: skip


async def search(context: Context, request: Request) -> Response:
    """POST assets, with or without `request_data` around the fields."""
    data = request_data(await context.body(request), bare=True)
    only(data, ("filters", "sort", "search_from", "search_to", "on_demand_fields", "include_fields"))
    window = window_of(data, PAGE, default=100)
    types = context.database.tables()["asset_inventory"]
    condition, parameters = inventory.where(data.get("filters"), types)
    order = _order(data.get("sort"), types)
    extra = data.get("on_demand_fields") or []
    if not isinstance(extra, list) or any(not isinstance(f, str) or f not in types for f in extra):
        raise bad("has a field that assets do not have", "on_demand_fields")

    def read() -> Response:
        db = context.database
        counts = db.rows(
            f"SELECT count(*) AS n, count(*) FILTER (WHERE {condition}) AS m FROM asset_inventory", parameters
        )
        names = ", ".join(quote(c) for c in dict.fromkeys((*_ALWAYS, *extra)) if c in types)
        found = db.rows(
            window.page("asset_inventory", condition, order, names),
            parameters,
        )
        return reply(
            {
                "data": _shown(context, found, types),
                "metadata": {"filter_count": counts[0]["m"], "total_count": counts[0]["n"]},
            }
        )

    return await context.run(read)


async def one(context: Context, request: Request) -> Response:
    """GET assets/{id}."""
    asset_id = request.path_params["asset_id"]
    types = context.database.tables()["asset_inventory"]

    def read() -> dict[str, Any]:
        names = ", ".join(quote(c) for c in (*_ALWAYS, "xdm.asset.tags") if c in types)
        sql = f'SELECT {names} FROM asset_inventory WHERE "xdm.asset.id" = ?'
        found = context.database.rows(sql, [asset_id])
        if not found:
            raise ApiError(404, "Asset not found", asset_id)
        return {"data": _shown(context, found, types), "metadata": {"filter_count": 1, "total_count": 1}}

    content = await context.run(read)
    return JsonAnswer(content) if context.config.spelling == "documented" else reply(content)


async def raw_fields(context: Context, request: Request) -> Response:
    """GET assets/{id}/raw_fields; note the double underscores of its key."""
    asset_id = request.path_params["asset_id"]
    sql = 'SELECT "xdm.asset.raw_fields" AS r FROM asset_inventory WHERE "xdm.asset.id" = ?'
    found = await context.run(lambda: context.database.rows(sql, [asset_id]))
    if not found:
        raise ApiError(404, "Asset not found", asset_id)
    fields = rows.from_json(found[0]["r"])
    row = {"xdm__asset__raw_fields": fields if isinstance(fields, dict) else {}}
    return reply({"data": [row], "metadata": {"filter_count": 1, "total_count": 1}})


async def schema(context: Context, request: Request) -> Response:
    """GET assets/schema."""
    types = context.database.tables()["asset_inventory"]
    fields = [
        {
            "field_name": name,
            "field_pretty_name": name.removeprefix("xdm.asset.")
            .replace(".", " ")
            .replace("_", " ")
            .capitalize(),
            "data_type": "ENUM" if name in _ENUM_FIELDS[:4] else _DATA_TYPES.get(kind, "TEXT"),
        }
        for name, kind in types.items()
    ]
    content = {"reply": {"data": fields}}
    return JsonAnswer([content] if context.config.spelling == "documented" else content)


async def enum(context: Context, request: Request) -> Response:
    """GET assets/enum/{field}: the values that occur."""
    field = choice(request.path_params["field_name"], "field_name", _ENUM_FIELDS)
    column = quote(field)
    sql = (
        f"SELECT DISTINCT {column} AS v FROM asset_inventory WHERE {column} IS NOT NULL ORDER BY v LIMIT 1000"
    )
    found = await context.run(lambda: context.database.rows(sql))
    content = {"reply": {"data": [{"NAME": r["v"], "PRETTY_NAME": r["v"]} for r in found]}}
    return JsonAnswer([content] if context.config.spelling == "documented" else content)


def _order(sort: Any, types: dict[str, str]) -> str:
    parts = []
    if sort is not None and not isinstance(sort, list):
        raise bad("must be a list", "sort")
    for entry in sort or ():
        if not isinstance(entry, dict) or set(entry) - {"FIELD", "ORDER"}:
            raise bad("each part has FIELD and ORDER", "sort")
        field = entry.get("FIELD")
        if not isinstance(field, str) or field not in types:
            raise bad(f"cannot sort by {field!r}", "FIELD")
        parts.append(
            f"{quote(field)} {choice(entry.get('ORDER', 'ASC'), 'ORDER', ('ASC', 'DESC'))} NULLS LAST"
        )
    return ", ".join([*parts, '"xdm.asset.id" ASC'])


def _shown(context: Context, found: Sequence[dict[str, Any]], types: dict[str, str]) -> list[dict[str, Any]]:
    issues = _open(context, [row["xdm.asset.id"] for row in found])
    shown = []
    for row in found:
        counts = issues.get(row["xdm.asset.id"], {})
        plain = rows.plain_row(row, types)
        out = {k: (v or []) if k in _LISTS else v for k, v in plain.items()}
        out = {k: v for k, v in out.items() if v is not None or k in _NULLABLE}
        out["issues_breakdown"] = {level: counts.get(level, 0) for level in _LEVELS}
        out["issues_critical"] = counts.get("critical", 0)
        out["cases_breakdown"] = dict.fromkeys(_LEVELS, 0)
        out["cases_critical"] = 0
        shown.append(out)
    return shown


def _open(context: Context, asset_ids: Sequence[str]) -> dict[str, dict[str, int]]:
    """Open issues per asset and severity."""
    if not asset_ids:
        return {}
    marks = ", ".join("?" for _ in asset_ids)
    found: dict[str, dict[str, int]] = {}
    for row in context.database.rows(
        'SELECT a, lower(v) AS v, count(*) AS n FROM (SELECT unnest("xdm.issue.asset_ids") AS a, '
        '"xdm.issue.severity" AS v FROM issues WHERE coalesce("xdm.issue.status.progress", \'New\') '
        f"NOT ILIKE '%resolved%') WHERE a IN ({marks}) GROUP BY ALL",
        list(asset_ids),
    ):
        found.setdefault(row["a"], {})[row["v"]] = row["n"]
    return found
