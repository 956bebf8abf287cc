"""What can go wrong when findings are read; every message says what to do next."""

from __future__ import annotations

from collections.abc import Sequence


class FindingsError(Exception):
    """Root of this capability's errors."""


class UnreadableRecordError(FindingsError):
    """One record that cannot become a finding; the rest of its file still can."""


class UnknownFindingError(FindingsError):
    """No finding has this id."""

    def __init__(self, finding_id: str, suggestions: Sequence[str] = ()) -> None:
        self.finding_id = finding_id
        self.suggestions = tuple(suggestions)
        near = f" Did you mean {', '.join(self.suggestions)}?" if self.suggestions else ""
        super().__init__(
            f"No finding has the id {finding_id[:200]!r}.{near} "
            "List the open ones with 'posture findings list'."
        )


class BadFilterError(FindingsError):
    """A filter names a field, an operator or a value that does not exist here."""

    def __init__(self, field: str, message: str, suggestions: Sequence[str] = ()) -> None:
        self.field = field
        self.suggestions = tuple(suggestions)
        near = f" Nearest: {', '.join(self.suggestions)}." if self.suggestions else ""
        super().__init__(f"{message}{near}")
