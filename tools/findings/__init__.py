"""Findings: one model over Cortex issues and alerts, OCSF and ASFF; kinds; lookup."""

from __future__ import annotations

from tools.findings.errors import BadFilterError, FindingsError, UnknownFindingError, UnreadableRecordError
from tools.findings.kinds import kind_for, kind_title
from tools.findings.model import (
    UNCLASSIFIED,
    AssetRecord,
    Finding,
    FindingSet,
    FindingStatus,
    ResourceRef,
    Severity,
)
from tools.findings.ocsf import from_ocsf

__all__ = [
    "UNCLASSIFIED",
    "AssetRecord",
    "BadFilterError",
    "Finding",
    "FindingSet",
    "FindingStatus",
    "FindingsError",
    "ResourceRef",
    "Severity",
    "UnknownFindingError",
    "UnreadableRecordError",
    "from_ocsf",
    "kind_for",
    "kind_title",
]
