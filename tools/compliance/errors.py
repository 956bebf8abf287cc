"""What can go wrong in compliance work; every message says what to do next."""

from __future__ import annotations

from collections.abc import Sequence


class ComplianceError(Exception):
    """Root of this capability's errors."""


class UnknownFramework(ComplianceError):
    """No catalog of this name is shipped."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        self.known = tuple(known)
        super().__init__(f"No control catalog is called {name[:80]!r}. Known: {', '.join(self.known)}.")


class UnknownAccount(ComplianceError):
    """The evidence has nothing from this account, so a report on it would be about nothing."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        self.known = tuple(known)
        listed = ", ".join(item[:80] for item in self.known[:10]) or "none; load scanner results first"
        more = f" and {len(self.known) - 10} more" if len(self.known) > 10 else ""
        super().__init__(
            f"No evidence comes from an account called {name[:80]!r}. Accounts seen: {listed}{more}."
        )


class UnknownProvider(ComplianceError):
    """The evidence has nothing from this provider."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        self.known = tuple(known)
        listed = ", ".join(item[:40] for item in self.known) or "none; load scanner results first"
        super().__init__(f"No evidence comes from the provider {name[:40]!r}. Providers seen: {listed}.")


class BrokenCatalog(ComplianceError):
    """A catalog or mapping file of this installation contradicts itself."""

    def __init__(self, framework: str, problem: str) -> None:
        super().__init__(
            f"The data of {framework!r} are damaged: {problem}. Reinstall the package; if it persists, report"
            " it."
        )


class EmbedderUnavailable(ComplianceError):
    """The offline embedding model cannot be used; search goes on by words alone."""


class IndexUnavailable(ComplianceError):
    """The vector index on disk cannot be used; search goes on without it."""


class IndexMismatch(IndexUnavailable):
    """The index on disk was made by another embedding model or in another size."""

    def __init__(self, path: str, found: str, wanted: str) -> None:
        super().__init__(
            f"The control index holds vectors of {found}, and this installation makes {wanted}. They cannot"
            f" be compared, so it was left alone. Delete the folder {path} to have it rebuilt at the next"
            " search."
        )


class UnknownRequirement(ComplianceError):
    """A framework has no requirement of this id that could be assessed."""

    def __init__(self, title: str, requirement_id: str, near: Sequence[str]) -> None:
        self.suggestions = tuple(near)
        hint = f" The nearest are {', '.join(near)}." if near else " Search for it in words."
        super().__init__(f"{title} has no requirement {requirement_id[:60]!r} to assess.{hint}")
