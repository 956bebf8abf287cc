"""Drafts fixes for findings: Terraform and CLI, checked layer by layer, never applied.

`draft_fix(finding, config, iac_dir=None)` gives a `Fix`; `supported_kinds()` says for what.
"""

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
