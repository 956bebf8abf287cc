"""Alerts and incidents of the classic generation, turned into issues and cases.

Source: vendor's classic API pages (alerts, incidents) and exported records. Cloud identity (account, region,
resource) is not among an alert's flat columns, so an issue made from an alert may lack it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tools.cortex import vocabulary
from tools.cortex.model import Case, Issue
from tools.cortex.records import Keys, build
from tools.cortex.vocabulary import Progress, ResolutionReason, Severity
from tools.cortex.writes import AlertUpdate, CaseUpdate, IncidentUpdate, IssueUpdate

ALERT_KEYS: Keys = {
    "id": ("alert_id", "internal_id"),
    "name": ("name", "alert_name"),
    "description": ("description", "alert_description"),
    "category": ("category", "alert_category"),
    "type": ("alert_type",),
    "domain": ("alert_domain",),
    "detection_method": ("source", "alert_source"),
    "detection_rule_id": ("matching_service_rule_id",),
    "observation_time": ("detection_timestamp", "source_insert_ts"),
    "insert_time": ("local_insert_ts",),
    "last_modified": ("last_modified_ts", "local_insert_ts"),
    "status_progress": ("resolution_status",),
    "status_resolution_comment": ("resolution_comment",),
    "is_starred": ("starred",),
    "is_excluded": ("is_whitelisted",),
    "tags": ("original_tags", "tags"),
    "mitre_tactics": ("mitre_tactic_id_and_name",),
    "mitre_techniques": ("mitre_technique_id_and_name",),
    "case_ids": ("case_id",),
}

INCIDENT_KEYS: Keys = {
    "id": ("incident_id",),
    "name": ("incident_name",),
    "domain": ("incident_domain",),
    "status_progress": ("status",),
    "resolved_time": ("resolved_timestamp",),
    "assigned_to": ("assigned_user_mail",),
    "assigned_to_pretty": ("assigned_user_pretty_name",),
    "issue_count": ("alert_count",),
    "issue_categories": ("alert_categories",),
    "tags": ("original_tags", "tags"),
    "score": ("aggregated_score",),
    "link": ("xdr_url",),
}

_REASONS = {
    "resolved_duplicate_incident": ResolutionReason.DUPLICATE,
    "resolved_threat_handled": ResolutionReason.OTHER,
    "resolved_auto": ResolutionReason.OTHER,
    "resolved_auto_resolve": ResolutionReason.OTHER,
}
# The classic generation has no word for these three reasons.
_CLASSIC_REASON = {
    ResolutionReason.RISK_ACCEPTED: "resolved_other",
    ResolutionReason.FIXED: "resolved_other",
    ResolutionReason.DISMISSED: "resolved_other",
}


def _split_tags(value: Any) -> Any:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def resolution_reason(status: str | None) -> str | None:
    """RESOLVED_...

    from a classic status (resolved_other, STATUS_060_RESOLVED_OTHER); `None` if not resolved.
    """
    if not status:
        return None
    word = status.strip().lower()
    if word.startswith("status_"):
        word = "_".join(word.split("_")[2:])
    if not word.startswith("resolved_"):
        return None
    known = _REASONS.get(word)
    return known.value if known else word.upper()


def issue_from_alert(row: Mapping[str, Any]) -> Issue:
    """An issue from an alert."""
    issue = build(Issue, {**row, "original_tags": _split_tags(row.get("original_tags") or row.get("tags"))},
                  ALERT_KEYS, where="alerts")  # fmt: skip
    return issue.model_copy(
        update={
            "severity": vocabulary.severity(issue.severity),
            "domain": vocabulary.domain(issue.domain),
            "status_progress": vocabulary.status_progress(issue.status_progress),
            "status_resolution_reason": resolution_reason(issue.status_progress),
            "raw": dict(row),
        }
    )


def case_from_incident(row: Mapping[str, Any]) -> Case:
    """A case from an incident."""
    case = build(Case, {**row, "original_tags": _split_tags(row.get("original_tags") or row.get("tags"))},
                 INCIDENT_KEYS, where="incidents")  # fmt: skip
    status = (case.status_progress or "").lower()
    return case.model_copy(
        update={
            "severity": vocabulary.severity(row.get("manual_severity") or case.severity),
            "domain": vocabulary.domain(case.domain),
            "status_progress": "RESOLVED" if status.startswith("resolved") else status.upper() or None,
            "resolve_reason": resolution_reason(case.status_progress),
            "raw": dict(row),
        }
    )


def alert_update(update: IssueUpdate) -> AlertUpdate:
    """The classic form of an issue update; a reason that it has no word for becomes `resolved_other` and a
    comment.
    """
    values: dict[str, Any] = {}
    if update.severity is not None:
        values["severity"] = "informational" if update.severity == Severity.INFO else update.severity.lower()
    if update.status is not None:
        values["status"] = _classic_status(update.status, update.status_resolution_reason)
    comment = _comment(update.status_resolution_reason, update.status_resolution_comment)
    if comment:
        values["comment"] = comment
    return AlertUpdate.model_validate(values)


def incident_update(update: CaseUpdate) -> IncidentUpdate:
    """The classic form of a case update."""
    progress = {
        "NEW": Progress.NEW,
        "UNDER_INVESTIGATION": Progress.IN_PROGRESS,
        "RESOLVED": Progress.RESOLVED,
    }
    values: dict[str, Any] = {
        "status": _classic_status(progress[update.status_progress.value], update.resolve_reason)
    }
    comment = _comment(update.resolve_reason, update.resolve_comment)
    if comment:
        values["resolve_comment"] = comment
    return IncidentUpdate.model_validate(values)


def _classic_status(status: Progress, reason: ResolutionReason | None) -> str:
    if status == Progress.NEW:
        return "new"
    if status == Progress.IN_PROGRESS:
        return "under_investigation"
    if reason is None:
        return "resolved_other"
    return _CLASSIC_REASON.get(reason, reason.value.lower())


def _comment(reason: ResolutionReason | None, comment: str | None) -> str | None:
    if reason in _CLASSIC_REASON:
        return f"{reason.value}: {comment}" if comment else reason.value
    return comment
