"""Issues as alerts, cases as incidents, and the classic words for their states.

Source: vendor's classic API pages; exported records (an alert has no flat column for account, region or
resource).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tools.tenant.server import rows, words
from tools.tenant.server.answers import bad
from tools.tenant.server.checks import short
from tools.tenant.server.requests import choice, only

SEVERITIES = ("informational", "low", "medium", "high", "critical")
STATUSES = (
    "new", "under_investigation", "resolved_known_issue", "resolved_duplicate", "resolved_false_positive",
    "resolved_true_positive", "resolved_security_testing", "resolved_other", "resolved_threat_handled",
)  # fmt: skip
_TABLE_STATUS = {"New": "STATUS_010_NEW", "In Progress": "STATUS_020_UNDER_INVESTIGATION"}


def platform_severity(word: str) -> str:
    """INFO ... CRITICAL from a classic severity."""
    upper = word.strip().upper()
    return "INFO" if upper in ("INFORMATIONAL", "INFORMATION") else upper


def classic_severity(word: Any) -> str | None:
    """A classic severity from INFO ... CRITICAL."""
    lower = None if word is None else str(word).lower()
    return "informational" if lower == "info" else lower


def platform_case_status(word: str) -> str:
    """NEW, UNDER_INVESTIGATION or RESOLVED from a classic status."""
    upper = word.strip().upper()
    return "RESOLVED" if upper.startswith("RESOLVED") else upper


def issue_status(status: str) -> dict[str, Any]:
    """The fields of an issue that a classic status means."""
    if status == "new":
        return {"status.progress": "New", "status.resolution_reason": None}
    if status == "under_investigation":
        return {"status.progress": "In Progress", "status.resolution_reason": None}
    return {"status.progress": "Resolved", "status.resolution_reason": _reason(status)}


def _reason(status: str) -> str:
    return "RESOLVED_OTHER" if status == "resolved_threat_handled" else status.upper()


def alert(row: Mapping[str, Any]) -> dict[str, Any]:
    """An alert."""

    def get(name: str) -> Any:
        return row.get(f"xdm.issue.{name}")

    progress = words.progress_form(str(get("status.progress") or "New"))
    reason = str(get("status.resolution_reason") or "RESOLVED_OTHER")
    tags = list(row.get("original_tags") or get("tags") or [])
    cases = list(get("case_ids") or [])
    return {
        "alert_id": str(get("id")),
        "external_id": get("external_id"),
        "case_id": rows.number(cases[0]) if cases else None,
        "name": get("name"),
        "description": get("description"),
        "severity": classic_severity(get("severity")),
        "category": get("category"),
        "source": words.method_form(str(get("detection.method") or "")) or None,
        "action": "SCANNED",
        "action_pretty": "Detected (Scanned)",
        "detection_timestamp": get("observation_time"),
        "local_insert_ts": row.get("_insert_time"),
        "last_modified_ts": get("last_modified"),
        "matching_status": "UNMATCHABLE",
        "matching_service_rule_id": get("detection.rule_id"),
        "resolution_status": _TABLE_STATUS.get(progress, f"STATUS_025_{reason}"),
        "resolution_comment": get("status.resolution_comment"),
        "starred": bool(get("is_starred")),
        "is_whitelisted": bool(get("is_excluded")),
        "original_tags": ",".join(str(t) for t in tags) or "DOM:Posture",
        "alert_type": "Unclassified",
        "alert_domain": f"DOMAIN_{words.domain_form(str(get('domain') or 'POSTURE'))}",
        "host_name": None,
        "host_ip": None,
        "events": [],
    }


def incident(row: Mapping[str, Any], links: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    """An incident. `links` has its issue ids, severities and categories."""

    def get(name: str) -> Any:
        return row.get(f"xdm.case.{name}")

    severities = [str(s) for s in links.get("severities", ())]
    status = str(get("status_progress") or "NEW").upper()
    reason = str(get("status.resolution_reason") or "RESOLVED_OTHER").lower()
    ids = links.get("issue_ids", ())
    return {
        "incident_id": str(get("id")),
        "incident_name": get("name"),
        "description": get("description") or get("name"),
        "status": reason if status == "RESOLVED" else status.lower(),
        "severity": classic_severity(get("severity")),
        "manual_severity": None,
        "aggregated_score": get("score"),
        "assigned_user_mail": get("assigned_to"),
        "assigned_user_pretty_name": get("assigned_to_pretty"),
        "alert_count": len(ids) or get("issue_count") or 0,
        "low_severity_alert_count": severities.count("LOW"),
        "med_severity_alert_count": severities.count("MEDIUM"),
        "high_severity_alert_count": severities.count("HIGH"),
        "critical_severity_alert_count": severities.count("CRITICAL"),
        "creation_time": get("creation_time") or row.get("_time"),
        "modification_time": get("modification_time") or row.get("_time"),
        "resolved_timestamp": get("resolved_time"),
        "hosts": [],
        "users": [],
        "host_count": 0,
        "user_count": 0,
        "alert_categories": sorted(set(links.get("categories", ()))),
        "tags": list(get("tags") or []),
        "notes": get("notes"),
        "resolve_comment": get("status.resolution_comment"),
        "starred": bool(get("starred")),
        "incident_domain": f"DOMAIN_{words.domain_form(str(get('domain') or 'POSTURE'))}",
    }


def incident_changes(update: Mapping[str, Any]) -> tuple[dict[str, Any], str | None]:
    """Fields of a case that an incident update sets, and the comment it adds."""
    only(
        update,
        (
            "status",
            "assigned_user_mail",
            "assigned_user_pretty_name",
            "manual_severity",
            "resolve_comment",
            "comment",
        ),
    )
    changes: dict[str, Any] = {}
    if "status" in update:
        status = choice(update["status"], "status", STATUSES)
        changes["status_progress"] = platform_case_status(status)
        changes["status.resolution_reason"] = _reason(status) if status.startswith("resolved") else None
    if "assigned_user_mail" in update:
        mail = short(update["assigned_user_mail"], "assigned_user_mail")
        changes["assigned_to"] = None if mail == "none" else mail
        if mail == "none":
            changes["assigned_to_pretty"] = None
    if "assigned_user_pretty_name" in update:
        changes["assigned_to_pretty"] = short(
            update["assigned_user_pretty_name"], "assigned_user_pretty_name"
        )
    if "manual_severity" in update:
        changes["severity"] = choice(update["manual_severity"], "manual_severity", SEVERITIES[1:]).upper()
    if "resolve_comment" in update:
        changes["status.resolution_comment"] = short(update["resolve_comment"], "resolve_comment")
    comment = update.get("comment")
    if comment is None:
        return changes, None
    if not isinstance(comment, dict) or comment.get("comment_action") != "add":
        raise bad("must have the comment_action add and a value", "comment")
    return changes, short(comment.get("value"), "comment.value")
