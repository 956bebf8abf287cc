"""Write-back: nothing happens at the tenant unless a person approved exactly that, and then once.

`WritebackService` proposes, shows, records decisions, carries out and recovers. Names are loaded when first
used.

    draft -> pending -> approved -> executing -> done | failed | unknown
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tools.writeback.audit import AuditEntry, AuditReport, AuditTrail
    from tools.writeback.card import ApprovalCard, CardEffect, CardEvent, CardQuote, CardTarget
    from tools.writeback.errors import (
        AlreadyDecided,
        Conflict,
        HashMismatch,
        InvalidProposal,
        NotAllowed,
        ProposalExpired,
        ProposalNotFound,
        TargetMissing,
        TargetUnreadable,
        WritebackError,
    )
    from tools.writeback.kinds import KINDS, Kind
    from tools.writeback.limits import Limits
    from tools.writeback.model import (
        CommentPayload,
        CommentRequest,
        Decision,
        EffectPreview,
        EffectRequest,
        Outcome,
        Proposal,
        ProposalContext,
        ProposalPage,
        Quote,
        Result,
        Risk,
        SeverityPayload,
        SeverityRequest,
        State,
        Target,
    )
    from tools.writeback.policy import Phase, Policy, Rule, Verdict
    from tools.writeback.service import WritebackService

__all__ = [
    "KINDS",
    "AlreadyDecided",
    "ApprovalCard",
    "AuditEntry",
    "AuditReport",
    "AuditTrail",
    "CardEffect",
    "CardEvent",
    "CardQuote",
    "CardTarget",
    "CommentPayload",
    "CommentRequest",
    "Conflict",
    "Decision",
    "EffectPreview",
    "EffectRequest",
    "HashMismatch",
    "InvalidProposal",
    "Kind",
    "Limits",
    "NotAllowed",
    "Outcome",
    "Phase",
    "Policy",
    "Proposal",
    "ProposalContext",
    "ProposalExpired",
    "ProposalNotFound",
    "ProposalPage",
    "Quote",
    "Result",
    "Risk",
    "Rule",
    "SeverityPayload",
    "SeverityRequest",
    "State",
    "Target",
    "TargetMissing",
    "TargetUnreadable",
    "Verdict",
    "WritebackError",
    "WritebackService",
]

_MODULES = ("model", "errors", "policy", "kinds", "limits", "audit", "card", "service")


def __getattr__(name: str) -> Any:
    if name in __all__:
        for module in _MODULES:
            found = vars(import_module(f"{__name__}.{module}"))
            if name in found:
                return found[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
