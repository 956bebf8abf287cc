"""Turns exported Cortex issues and alerts into rows of `issues`, and the assets they name into assets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tools.cortex import CortexError
from tools.cortex.classic_records import issue_from_alert
from tools.cortex.model import Issue
from tools.cortex.records import issue_from
from tools.findings.errors import UnreadableRecordError
from tools.findings.resources import provider_name

_PLAIN = {
    "external_id": "external_id",
    "name": "name",
    "description": "description",
    "extended_description": "extended_description",
    "initial_evidence": "initial_evidence",
    "impact": "impact",
    "remediation": "remediation",
    "owner": "owner",
    "domain": "domain",
    "category": "category",
    "type": "type",
    "severity": "severity",
    "detection_method": "detection.method",
    "detection_rule_id": "detection.rule_id",
    "observation_time": "observation_time",
    "last_modified": "last_modified",
    "resolution_time": "resolution_time",
    "resolution_status_modified": "status.modified_time",
    "status_progress": "status.progress",
    "status_resolution_reason": "status.resolution_reason",
    "status_resolution_comment": "status.resolution_comment",
    "assigned_to": "assigned_to",
    "assigned_to_pretty": "assigned_to_pretty",
    "is_starred": "is_starred",
    "is_excluded": "is_excluded",
    "is_excepted": "is_excepted",
    "tags": "tags",
    "finding_ids": "finding_ids",
    "asset_ids": "asset_ids",
    "mitre_tactics": "mitre_tactics",
    "mitre_techniques": "mitre_techniques",
    "case_ids": "case_ids",
    "normalized_fields": "normalized_fields",
    "custom_fields": "custom_fields",
}
_ISSUE_SIGNS = {
    *("detection.method", "detection_method", "status.progress", "issue_domain", "asset_ids"),
    *("status.resolution_reason", "detection.rule_id", "detection_rule_id", "status_progress"),
}


def is_alert(record: Mapping[str, Any]) -> bool:
    """Whether a record looks like an alert of the classic generation."""
    return "alert_id" in record or {"internal_id", "alert_name"} <= record.keys()


def is_issue(record: Mapping[str, Any]) -> bool:
    """Whether a record looks like an issue as the API gives it."""
    return ("id" in record or "issue_id" in record) and bool(_ISSUE_SIGNS & record.keys())


def issue_rows(record: Mapping[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The row of `issues` and those of `asset_inventory` in an exported issue or alert.

    Raises `UnreadableRecordError`.
    """
    try:
        issue = issue_from_alert(record) if is_alert(record) else issue_from(record)
    except CortexError as error:
        raise UnreadableRecordError(f"it is no issue or alert that can be read: {error}") from error
    row = {"xdm.issue.id": issue.id, "_insert_time": issue.insert_time}
    row |= {f"xdm.issue.{column}": getattr(issue, name) for name, column in _PLAIN.items()}
    row = {name: list(value) if isinstance(value, tuple) else value for name, value in row.items()}
    return {name: value for name, value in row.items() if value not in (None, "", [], {})}, _assets(issue)


def _assets(issue: Issue) -> list[dict[str, Any]]:
    """Assets from the parallel lists of an issue."""
    columns = {
        "name": issue.asset_names,
        "strong_id": issue.asset_external_provider_ids,
        "provider": tuple(map(provider_name, issue.asset_providers)),
        "realm": issue.asset_accounts,
        "cloud.region": issue.asset_regions,
        "type.class": issue.asset_classes,
        "type.category": issue.asset_categories,
        "type.name": issue.asset_types,
    }
    found = []
    for position, asset_id in enumerate(issue.asset_ids):
        row = {
            f"xdm.asset.{column}": given[position]
            for column, given in columns.items()
            # Lists of another length do not run in parallel: which value is whose cannot be known.
            if len(given) == len(issue.asset_ids) and given[position]
        }
        if row:
            found.append({"xdm.asset.id": asset_id, **row})
    return found
