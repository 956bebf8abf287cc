"""Rows of the platform generation to models: which key, in which spelling, is which field.

Each table lists the live spelling first, then the documented one, then older ones. Dotted keys are literal
names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from tools.cortex.errors import BadAnswer
from tools.cortex.model import Asset, Case, Entry, FieldInfo, Issue, ManagementLog, Record, as_text
from tools.cortex.vocabulary import severity, status_progress

R = TypeVar("R", bound=Record)
Keys = Mapping[str, tuple[str, ...]]

ISSUE_KEYS: Keys = {
    "id": ("id", "issue_id"),
    "detection_method": ("detection.method", "detection_method"),
    "detection_rule_id": ("detection.rule_id", "detection_rule_id"),
    "insert_time": ("_insert_time",),
    "last_modified": ("last_update_timestamp", "last_modified"),
    "resolution_status_modified": ("resolution_status_modified_ts",),
    "status_progress": ("status.progress", "status"),
    "status_resolution_reason": ("status.resolution_reason", "status_resolution_reason"),
    "status_resolution_comment": ("status.resolution_comment", "status_resolution_comment"),
    "finding_ids": ("findings", "finding_ids"),
    "domain": ("domain", "issue_domain"),
}

CASE_KEYS: Keys = {
    "id": ("case_id", "id"),
    "name": ("case_name", "name"),
    "domain": ("case_domain",),
    "modification_time": ("modification_time", "last_modified"),
    "resolved_time": ("resolved_timestamp",),
    "assigned_to": ("assigned_user_mail", "assigned_to"),
    "assigned_to_pretty": ("assigned_user_pretty_name", "assigned_to_name"),
    "issue_ids": ("issue_ids", "issues"),
    "asset_ids": ("asset_ids", "assets"),
    "score": ("aggregated_score", "score"),
    "link": ("xdr_url",),
}

ASSET_KEYS: Keys = {
    "id": ("xdm.asset.id", "xdm__asset__id"),
    "strong_id": ("xdm.asset.strong_id",),
    "name": ("xdm.asset.name",),
    "provider": ("xdm.asset.provider",),
    "realm": ("xdm.asset.realm",),
    "region": ("xdm.asset.cloud.region",),
    "type_class": ("xdm.asset.type.class",),
    "type_category": ("xdm.asset.type.category",),
    "type_name": ("xdm.asset.type.name",),
    "type_id": ("xdm.asset.type.id",),
    "first_observed": ("xdm.asset.first_observed",),
    "last_observed": ("xdm.asset.last_observed",),
    "group_ids": ("xdm.asset.group_ids",),
    "tags": ("xdm.asset.tags",),
}

ENTRY_KEYS: Keys = {"investigation_id": ("investigationId",)}

LOG_KEYS: Keys = {
    "id": ("AUDIT_ID",),
    "time": ("AUDIT_INSERT_TIME",),
    "user": ("AUDIT_OWNER_NAME",),
    "email": ("AUDIT_OWNER_EMAIL",),
    "entity": ("AUDIT_ENTITY",),
    "subtype": ("AUDIT_ENTITY_SUBTYPE",),
    "result": ("AUDIT_RESULT",),
    "severity": ("AUDIT_SEVERITY",),
    "description": ("AUDIT_DESCRIPTION",),
}

FIELD_KEYS: Keys = {"name": ("field_name",), "pretty_name": ("field_pretty_name",)}


def build(model: type[R], row: Mapping[str, Any], keys: Keys, *, where: str) -> R:
    """A model from a row. A row without its id is not one of ours and raises `BadAnswer`."""
    values = _picked(model, row, keys)
    if values.get("id", "") in (None, "") and "id" in model.model_fields:
        # Some builds write every key in another letter case.
        lowered = {name: tuple(k.casefold() for k in forms) for name, forms in keys.items()}
        values = _picked(model, {k.casefold(): v for k, v in row.items()}, lowered)
        if values.get("id", "") in (None, ""):
            raise BadAnswer("a row without an id", where=where)
    try:
        return model.model_validate(values | {"raw": dict(row)})
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, e["loc"])) for e in error.errors()[:3])
        raise BadAnswer(f"a row whose {fields} cannot be read", where=where) from None


def _picked(model: type[Record], row: Mapping[str, Any], keys: Keys) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field in model.model_fields:
        for key in keys.get(field, (field,)):
            if field != "raw" and row.get(key) is not None:
                values[field] = row[key]
                break
    return values


def issue_from(row: Mapping[str, Any]) -> Issue:
    """An issue in the live or the documented spelling."""
    issue = build(Issue, row, ISSUE_KEYS, where="issue/search")
    return issue.model_copy(
        update={
            "severity": severity(issue.severity),
            "status_progress": status_progress(issue.status_progress),
        }
    )


def case_from(row: Mapping[str, Any]) -> Case:
    """A case in the live or the documented spelling."""
    case = build(Case, row, CASE_KEYS, where="case/search")
    count = case.issue_count if case.issue_count is not None else (len(case.issue_ids) or None)
    return case.model_copy(update={"severity": severity(case.severity), "issue_count": count})


def asset_from(row: Mapping[str, Any]) -> Asset:
    """A row of the inventory."""
    return build(Asset, row, ASSET_KEYS, where="assets")


def entry_from(row: Mapping[str, Any]) -> Entry:
    """A War Room entry; contents that are not text are shown as JSON."""
    fixed = {**row, "contents": as_text(row.get("contents")) or ""}
    return build(Entry, fixed, ENTRY_KEYS, where="entries/get")


def log_from(row: Mapping[str, Any]) -> ManagementLog:
    """A row of the management audit log."""
    return build(ManagementLog, row, LOG_KEYS, where="audits/management_logs")


def field_from(row: Mapping[str, Any], *, where: str) -> FieldInfo:
    """A schema field."""
    return build(FieldInfo, row, FIELD_KEYS, where=where)
