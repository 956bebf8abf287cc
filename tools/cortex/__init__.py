"""Client of Cortex's public API, in both generations.

`CortexClient(CortexConfig(base_url=..., auth=AdvancedKey(...)))`. Names are loaded when first used, so that
importing this package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tools.cortex.client import CortexClient
    from tools.cortex.config import AdvancedKey, ClientCredentials, CortexConfig, RetryPolicy, StandardKey
    from tools.cortex.errors import (
        AnswerCut,
        AnswerTooLarge,
        AuthenticationError,
        BadAnswer,
        CannotConnect,
        CertificateInvalid,
        CommandRefused,
        CortexError,
        InvalidRequest,
        LicenceMissing,
        NotFound,
        ParallelLimit,
        PermissionDenied,
        QuotaExceeded,
        RateLimited,
        Timeout,
        Unavailable,
        XqlFailed,
    )
    from tools.cortex.filters import (
        AllOf,
        AnyOf,
        Filter,
        InventorySort,
        Leaf,
        Sort,
        has_tag,
        is_in,
        since,
        until,
    )
    from tools.cortex.model import Asset, Case, Collected, Entry, FieldInfo, Issue, ManagementLog, moment
    from tools.cortex.vocabulary import CaseProgress, Progress, ResolutionReason, Severity
    from tools.cortex.writes import (
        AlertUpdate,
        CaseUpdate,
        CreatedIssue,
        IncidentUpdate,
        IssueUpdate,
        NewIssue,
    )
    from tools.cortex.xql_model import Dataset, LookupChange, Quota, TimeFrame, XqlResults, XqlRun

__all__ = [
    "AdvancedKey",
    "AlertUpdate",
    "AllOf",
    "AnswerCut",
    "AnswerTooLarge",
    "AnyOf",
    "Asset",
    "AuthenticationError",
    "BadAnswer",
    "CannotConnect",
    "Case",
    "CaseProgress",
    "CaseUpdate",
    "CertificateInvalid",
    "ClientCredentials",
    "Collected",
    "CommandRefused",
    "CortexClient",
    "CortexConfig",
    "CortexError",
    "CreatedIssue",
    "Dataset",
    "Entry",
    "FieldInfo",
    "Filter",
    "IncidentUpdate",
    "InvalidRequest",
    "InventorySort",
    "Issue",
    "IssueUpdate",
    "Leaf",
    "LicenceMissing",
    "LookupChange",
    "ManagementLog",
    "NewIssue",
    "NotFound",
    "ParallelLimit",
    "PermissionDenied",
    "Progress",
    "Quota",
    "QuotaExceeded",
    "RateLimited",
    "ResolutionReason",
    "RetryPolicy",
    "Severity",
    "Sort",
    "StandardKey",
    "TimeFrame",
    "Timeout",
    "Unavailable",
    "XqlFailed",
    "XqlResults",
    "XqlRun",
    "has_tag",
    "is_in",
    "moment",
    "since",
    "until",
]

_MODULES = ("vocabulary", "errors", "filters", "model", "writes", "xql_model", "config", "client")


def __getattr__(name: str) -> Any:
    if name in __all__:
        for module in _MODULES:
            found = vars(import_module(f"{__name__}.{module}"))
            if name in found:
                return found[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
