"""What can go wrong while scoring, as one small tree.

PriorityError
├── WeightsError      the weights file cannot be used
├── UnknownFindingError    no open finding has this id (`.suggestions` are near ids)
├── UnknownAssetError      nothing in the inventory has this name (`.suggestions` are near names)
├── IntelError        a file of threat intelligence that cannot be used
├── BenignError       the file of approved deviations cannot be used
├── ExceptionError    a risk exception that cannot be taken
├── FeedbackError     a rating or a version of the weights that cannot be taken
└── UnfoundedTextError     a rationale names something that is not in its facts
"""

from __future__ import annotations

from collections.abc import Sequence


class PriorityError(Exception):
    """Base of this capability's errors. The message says what to do next."""


class WeightsError(PriorityError):
    """The weights file is missing, malformed, or breaks a promise of the score."""


class UnknownFindingError(PriorityError):
    """No open finding has this id."""

    def __init__(self, finding_id: str, suggestions: Sequence[str] = ()) -> None:
        self.finding_id = finding_id
        self.suggestions = tuple(suggestions)
        hint = f" Near: {', '.join(self.suggestions)}." if self.suggestions else ""
        super().__init__(
            f"No open finding has the id {finding_id!r}.{hint} "
            "List the open findings first; passed and resolved ones have no score."
        )


class UnknownAssetError(PriorityError):
    """Nothing in the inventory has this name or id."""

    def __init__(self, name: str, suggestions: Sequence[str] = ()) -> None:
        self.name = name
        self.suggestions = tuple(suggestions)
        hint = f" Near: {', '.join(self.suggestions)}." if self.suggestions else ""
        super().__init__(f"Nothing in the inventory is called {name!r}.{hint} Ask with its exact name or id.")


class UnfoundedTextError(PriorityError):
    """A sentence of ours names a number, id or name that its facts do not hold. This is a defect of ours."""


class FeedbackError(PriorityError):
    """A rating says nothing, a role may not give it, or there is no such version of the weights."""


class IntelError(PriorityError):
    """A file is no feed that we know, or not whole."""


class BenignError(PriorityError):
    """`benign.toml` is not what it should be."""


class ExceptionError(PriorityError):
    """A risk exception says too little, a role may not give it, or there is no such one."""
