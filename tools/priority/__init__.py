"""Which findings matter: the Action Priority Score, its facts, its reasons.

    service = PriorityService(lookup)
    book = await service.scores()            # ScoreBook, highest first; book.groups for `--grouped`
    score = await service.explain(finding_id)

Names are loaded when first used, so that importing this package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tools.priority.acceptance import Acceptance
    from tools.priority.context import Context, build_context, context_for
    from tools.priority.errors import PriorityError, UnfoundedTextError, UnknownFindingError, WeightsError
    from tools.priority.facts import Fact
    from tools.priority.grouping import group_key
    from tools.priority.model import Contribution, Counterfactual, Gate, Group, PriorityScore, ScoreBook
    from tools.priority.rationale import check_rationale, unfounded
    from tools.priority.score import score_finding
    from tools.priority.service import PriorityService, score_snapshot
    from tools.priority.weights import Weights, load_weights, parse_weights

_HOME = {
    "Acceptance": "acceptance",
    "Context": "context",
    "build_context": "context",
    "context_for": "context",
    "PriorityError": "errors",
    "UnfoundedTextError": "errors",
    "UnknownFindingError": "errors",
    "WeightsError": "errors",
    "group_key": "grouping",
    "Contribution": "model",
    "Counterfactual": "model",
    "Fact": "facts",
    "Gate": "model",
    "Group": "model",
    "PriorityScore": "model",
    "ScoreBook": "model",
    "check_rationale": "rationale",
    "unfounded": "rationale",
    "score_finding": "score",
    "PriorityService": "service",
    "score_snapshot": "service",
    "Weights": "weights",
    "load_weights": "weights",
    "parse_weights": "weights",
}

__all__ = [
    "Acceptance",
    "Context",
    "Contribution",
    "Counterfactual",
    "Fact",
    "Gate",
    "Group",
    "PriorityError",
    "PriorityScore",
    "PriorityService",
    "ScoreBook",
    "UnfoundedTextError",
    "UnknownFindingError",
    "Weights",
    "WeightsError",
    "build_context",
    "check_rationale",
    "context_for",
    "group_key",
    "load_weights",
    "parse_weights",
    "score_finding",
    "score_snapshot",
    "unfounded",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
