"""The fixed words of the API and the forms in which other parts of the product spell them.

Source: Cortex platform OpenAPI (enums), live exports (table constants), classic generation (lower case).
"""

from __future__ import annotations

from enum import StrEnum


class Severity(StrEnum):
    """Severity of an issue or a case."""

    INFO = "INFO"
    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"
    CRITICAL = "CRITICAL"


class Progress(StrEnum):
    """State of an issue."""

    NEW = "New"
    IN_PROGRESS = "In Progress"
    RESOLVED = "Resolved"


class CaseProgress(StrEnum):
    """State of a case."""

    NEW = "NEW"
    UNDER_INVESTIGATION = "UNDER_INVESTIGATION"
    RESOLVED = "RESOLVED"


class ResolutionReason(StrEnum):
    """Why an issue or a case was closed. Cases do not take RESOLVED_RISK_ACCEPTED."""

    KNOWN_ISSUE = "RESOLVED_KNOWN_ISSUE"
    DUPLICATE = "RESOLVED_DUPLICATE"
    FALSE_POSITIVE = "RESOLVED_FALSE_POSITIVE"
    TRUE_POSITIVE = "RESOLVED_TRUE_POSITIVE"
    SECURITY_TESTING = "RESOLVED_SECURITY_TESTING"
    OTHER = "RESOLVED_OTHER"
    RISK_ACCEPTED = "RESOLVED_RISK_ACCEPTED"
    FIXED = "RESOLVED_FIXED"
    DISMISSED = "RESOLVED_DISMISSED"


_SEVERITY = {"INFORMATIONAL": "INFO", "INFORMATION": "INFO"}
_PROGRESS = {
    "new": "New",
    "under investigation": "In Progress",
    "in progress": "In Progress",
    "resolved": "Resolved",
    "reopened": "New",
}


def severity(value: str | None) -> str | None:
    """INFO, LOW, MEDIUM, HIGH or CRITICAL from any spelling (SEV_040_HIGH, high); else the word in upper
    case.
    """
    if value is None:
        return None
    word = value.strip().upper()
    parts = word.split("_")
    if len(parts) == 3 and parts[0] == "SEV":
        word = parts[2]
    return _SEVERITY.get(word, word)


def status_progress(value: str | None) -> str | None:
    """New, In Progress or Resolved from any spelling (STATUS_010_NEW, under_investigation)."""
    if value is None:
        return None
    word = value.strip().removeprefix("ENUM.").upper()
    if word.startswith("STATUS_"):
        word = "_".join(word.split("_")[2:]) or word
    if word.startswith("RESOLVED"):
        return Progress.RESOLVED.value
    return _PROGRESS.get(word.replace("_", " ").lower(), value)


def domain(value: str | None) -> str | None:
    """POSTURE, SECURITY, ... from any spelling (DOMAIN_POSTURE, Posture)."""
    return None if value is None else value.strip().upper().removeprefix("DOMAIN_")
