"""Drafts fixes for findings: Terraform and CLI, checked layer by layer, never applied.

`draft_fix(finding, config, iac_dir=None)` gives a `Fix`; `supported_kinds()` says for what.
"""

from tools.remediation.draft import draft_fix, supported_kinds, supported_rules
from tools.remediation.errors import (
    ConfigurationMissing,
    FindingNotFound,
    NoFixAvailable,
    RemediationError,
    SourceRefused,
)
from tools.remediation.model import Fix, FixFile, LayerResult, LayerStatus

__all__ = [
    "ConfigurationMissing",
    "FindingNotFound",
    "Fix",
    "FixFile",
    "LayerResult",
    "LayerStatus",
    "NoFixAvailable",
    "RemediationError",
    "SourceRefused",
    "draft_fix",
    "supported_kinds",
    "supported_rules",
]
