"""Drafts fixes for findings: Terraform and CLI, checked layer by layer, never applied.

`draft_fix(finding, config, iac_dir=None)` gives a `Fix`; `RemediationService` does so for a finding of the tenant;
`supported_kinds()` says for what. Names are loaded when first used, so that importing this package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tools.remediation.draft import draft_fix, supported_kinds, supported_rules
    from tools.remediation.errors import (
        AlreadyFixed,
        ConfigurationMissing,
        NoFixAvailable,
        RemediationError,
        ResourceGone,
        SourceRefused,
    )
    from tools.remediation.model import Fix, FixFile, LayerResult, LayerStatus
    from tools.remediation.service import RemediationService

_HOMES = {
    "AlreadyFixed": "errors",
    "ConfigurationMissing": "errors",
    "Fix": "model",
    "FixFile": "model",
    "LayerResult": "model",
    "LayerStatus": "model",
    "NoFixAvailable": "errors",
    "RemediationError": "errors",
    "RemediationService": "service",
    "ResourceGone": "errors",
    "SourceRefused": "errors",
    "draft_fix": "draft",
    "supported_kinds": "draft",
    "supported_rules": "draft",
}

__all__ = [
    "AlreadyFixed",
    "ConfigurationMissing",
    "Fix",
    "FixFile",
    "LayerResult",
    "LayerStatus",
    "NoFixAvailable",
    "RemediationError",
    "RemediationService",
    "ResourceGone",
    "SourceRefused",
    "draft_fix",
    "supported_kinds",
    "supported_rules",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return vars(import_module(f"{__name__}.{_HOMES[name]}"))[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
