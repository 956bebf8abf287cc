"""Findings: one model over Cortex issues and alerts, OCSF, ASFF, Defender for Cloud and SCC; kinds; lookup.

Names are loaded when first used, so that importing this package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tools.findings.asff import from_asff
    from tools.findings.cortex_records import (
        asset_from_row,
        from_alert,
        from_finding_row,
        from_issue,
        from_issue_row,
    )
    from tools.findings.errors import (
        BadFilterError,
        FindingsError,
        UnknownFindingError,
        UnreadableRecordError,
    )
    from tools.findings.filters import FindingFilter
    from tools.findings.kinds import all_kinds, kind_for, kind_title
    from tools.findings.lookup import FindingLookup
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
    from tools.findings.page import FindingPage

_HOMES = {
    "UNCLASSIFIED": "model",
    "AssetRecord": "model",
    "BadFilterError": "errors",
    "Finding": "model",
    "FindingFilter": "filters",
    "FindingLookup": "lookup",
    "FindingPage": "page",
    "FindingSet": "model",
    "FindingStatus": "model",
    "FindingsError": "errors",
    "ResourceRef": "model",
    "Severity": "model",
    "UnknownFindingError": "errors",
    "UnreadableRecordError": "errors",
    "all_kinds": "kinds",
    "asset_from_row": "cortex_records",
    "from_alert": "cortex_records",
    "from_asff": "asff",
    "from_finding_row": "cortex_records",
    "from_issue": "cortex_records",
    "from_issue_row": "cortex_records",
    "from_ocsf": "ocsf",
    "kind_for": "kinds",
    "kind_title": "kinds",
}

__all__ = [
    "UNCLASSIFIED",
    "AssetRecord",
    "BadFilterError",
    "Finding",
    "FindingFilter",
    "FindingLookup",
    "FindingPage",
    "FindingSet",
    "FindingStatus",
    "FindingsError",
    "ResourceRef",
    "Severity",
    "UnknownFindingError",
    "UnreadableRecordError",
    "all_kinds",
    "asset_from_row",
    "from_alert",
    "from_asff",
    "from_finding_row",
    "from_issue",
    "from_issue_row",
    "from_ocsf",
    "kind_for",
    "kind_title",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return vars(import_module(f"{__name__}.{_HOMES[name]}"))[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
