"""Rows of the store in the API's keys: the live spelling, or that of the vendor's files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tools.tenant.server import words
from tools.tenant.server.answers import millis
from tools.tenant.server.config import Spelling

Row = dict[str, Any]

# Column of the store (after `xdm.issue.`), live key, documented key.
_ISSUE = (
    ("id", "id", "id"),
    ("external_id", "external_id", "external_id"),
    ("name", "name", "name"),
    ("description", "description", "description"),
    ("extended_description", "extended_description", "extended_description"),
    ("initial_evidence", "initial_evidence", "initial_evidence"),
    ("impact", "impact", "impact"),
    ("remediation", "remediation", "remediation"),
    ("owner", "owner", "owner"),
    ("domain", "domain", "domain"),
    ("category", "category", "category"),
    ("type", "type", "type"),
    ("severity", "severity", "severity"),
    ("detection.method", "detection.method", "detection_method"),
    ("detection.rule_id", "detection.rule_id", "detection_rule_id"),
    ("observation_time", "observation_time", "observation_time"),
    ("last_modified", "last_update_timestamp", "last_modified"),
    ("resolution_time", "resolution_time", "resolution_time"),
    ("status.modified_time", "resolution_status_modified_ts", "resolution_status_modified_ts"),
    ("status.progress", "status.progress", "status"),
    ("status.resolution_reason", "status.resolution_reason", "status_resolution_reason"),
    ("status.resolution_comment", "status.resolution_comment", "status_resolution_comment"),
    ("assigned_to", "assigned_to", "assigned_to"),
    ("assigned_to_pretty", "assigned_to_pretty", "assigned_to_pretty"),
    ("is_starred", "is_starred", "is_starred"),
    ("is_excluded", "is_excluded", "is_excluded"),
    ("is_excepted", "is_excepted", "is_excepted"),
    ("tags", "tags", "tags"),
    ("finding_ids", "findings", "finding_ids"),
    ("asset_ids", "asset_ids", "asset_ids"),
    ("mitre_tactics", "mitre_tactics", "mitre_tactics"),
    ("mitre_techniques", "mitre_techniques", "mitre_techniques"),
    ("case_ids", "case_ids", "case_ids"),
)
_LISTS = frozenset({"tags", "finding_ids", "asset_ids", "mitre_tactics", "mitre_techniques", "case_ids"})
# Key of the issue, column of the asset, kind of word.
_FROM_ASSETS = (
    ("asset_names", "xdm.asset.name", ""),
    ("asset_classes", "xdm.asset.type.class", "classes"),
    ("asset_categories", "xdm.asset.type.category", "categories"),
    ("asset_types", "xdm.asset.type.name", ""),
    ("asset_regions", "xdm.asset.cloud.region", ""),
    ("asset_providers", "xdm.asset.provider", "providers"),
    ("asset_accounts", "xdm.asset.realm", ""),
    ("asset_external_provider_ids", "xdm.asset.strong_id", ""),
)


def issue(
    row: Mapping[str, Any], assets: Sequence[Mapping[str, Any]], spelling: Spelling, include: Iterable[str]
) -> Row:
    """An issue. Keys without a value are left out; the lists that describe its assets run in parallel."""
    old = spelling == "documented"
    out: Row = {}
    for column, live, documented in _ISSUE:
        value = row.get(f"xdm.issue.{column}")
        if column in _LISTS:
            value = list(value or [])
        if value is not None:
            out[documented if old else live] = value
    out["case_ids"] = [number(v) for v in out["case_ids"]]
    inserted = row.get("_insert_time")
    if isinstance(inserted, datetime):
        out["_insert_time"] = iso(inserted) if old else inserted
    for key, column, kind in _FROM_ASSETS:
        values = [asset.get(column) or "" for asset in assets]
        out[key] = words.documented(values, kind) if old and kind else values
    if old:
        if "domain" in out:
            out["domain"] = words.documented_domain(str(out["domain"]))
        if "detection_method" in out:
            out["detection_method"] = words.method_form(str(out["detection_method"]))
        if "status" in out:
            out["status"] = words.progress_form(str(out["status"]))
    for name in include:
        out[name] = from_json(row.get(f"xdm.issue.{name}")) or {}
    return out


def case(row: Mapping[str, Any], links: Mapping[str, Sequence[Any]], spelling: Spelling) -> Row:
    """A case. `links` has its issue ids, asset ids, issue categories and severities."""

    def get(name: str) -> Any:
        return row.get(f"xdm.case.{name}")

    severities = [str(s) for s in links.get("severities", ())]
    progress = str(get("status_progress") or "NEW").upper()
    base: Row = {
        "case_domain": get("domain"),
        "severity": get("severity"),
        "description": get("description") or get("name"),
        "status_progress": progress,
        "resolve_reason": get("status.resolution_reason"),
        "resolve_comment": get("status.resolution_comment"),
        "custom_fields": from_json(get("custom_fields")) or {},
    }
    created, modified = get("creation_time") or row.get("_time"), get("modification_time")
    if spelling == "documented":
        base |= {
            "case_id": str(get("id")),
            "creation_time": iso(created) if isinstance(created, datetime) else None,
            "last_modified": modified,
            "assigned_to": get("assigned_to"),
            "assigned_to_name": get("assigned_to_pretty"),
            "score": get("score"),
            "issues": [str(i) for i in links.get("issue_ids", ())],
            "assets": list(links.get("asset_ids", ())),
        }
    else:
        base |= {
            "case_id": number(get("id")),
            "case_name": get("name"),
            "creation_time": created,
            "modification_time": modified,
            "resolved_timestamp": get("resolved_time"),
            "assigned_user_mail": get("assigned_to"),
            "assigned_user_pretty_name": get("assigned_to_pretty"),
            "aggregated_score": get("score"),
            "starred": bool(get("starred")),
            "tags": list(get("tags") or []),
            "issue_ids": [number(i) for i in links.get("issue_ids", ())],
            "issue_count": len(links.get("issue_ids", ())) or get("issue_count"),
            "asset_ids": list(links.get("asset_ids", ())),
            "issue_categories": sorted(set(links.get("categories", ()))),
            "low_severity_issue_count": severities.count("LOW"),
            "med_severity_issue_count": severities.count("MEDIUM"),
            "high_severity_issue_count": severities.count("HIGH"),
            "critical_severity_issue_count": severities.count("CRITICAL"),
        }
    return {key: value for key, value in base.items() if value is not None}


def plain_row(row: Mapping[str, Any], types: Mapping[str, str]) -> Row:
    """A row under its own column names: JSON columns as values, everything else as it is."""
    return {name: from_json(value) if types.get(name) == "JSON" else value for name, value in row.items()}


def from_json(value: Any) -> Any:
    """The value of a JSON column; text that is no JSON stays text."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def iso(value: datetime) -> str:
    """A time as ISO 8601 with milliseconds and Z."""
    zoned = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
    return zoned.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def number(value: Any) -> Any:
    """An id that is a number, as one; any other as it is."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and (value == "0" or value[0] != "0"):
        return int(value)
    return value


__all__ = ["Row", "case", "from_json", "iso", "issue", "millis", "number", "plain_row"]
