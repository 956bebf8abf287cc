"""A page of findings that says how much of the whole it is, and what the whole consists of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from tools.findings.filters import FACETS, FindingFilter
from tools.findings.model import Finding, FindingSet, SortField

_NEVER = datetime.min.replace(tzinfo=UTC)
_SORTS: Mapping[str, Callable[[Finding], Any]] = {
    "severity": lambda f: f.severity.rank,
    "id": lambda f: f.id,
    "title": lambda f: f.title.casefold(),
    "account": lambda f: f.account,
    "region": lambda f: f.region,
    "service": lambda f: f.service,
    "kind": lambda f: f.kind,
    "first_seen": lambda f: f.first_seen or _NEVER,
    "observed_at": lambda f: f.observed_at or _NEVER,
}
_FACET_VALUES = 20


class FindingPage(BaseModel):
    """The findings asked for. `total` counts all that match; `facets` counts them by property, most first.

    `scanned` is how many findings were looked through; `complete` is False when the tenant has more than
    could be read.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    total: int
    returned: int
    truncated: bool
    scanned: int
    complete: bool
    as_of: datetime
    findings: tuple[Finding, ...]
    facets: Mapping[str, Mapping[str, int]]


def page_of(
    known: FindingSet,
    wanted: FindingFilter,
    *,
    sort: SortField = "severity",
    order: Literal["asc", "desc"] | None = None,
    offset: int = 0,
    limit: int = 50,
) -> FindingPage:
    """One page of the findings of a set that match. Equal ones are in the order of their ids."""
    matching = wanted.select(known)
    descending = order == "desc" if order else sort in {"severity", "first_seen", "observed_at"}
    ordered = sorted(sorted(matching, key=lambda f: f.id), key=_SORTS[sort], reverse=descending)
    if descending:
        # reverse keeps equal ones in their order, which is by id: what a page boundary needs.
        ordered = sorted(sorted(matching, key=lambda f: f.id, reverse=True), key=_SORTS[sort])[::-1]
    shown = tuple(ordered[offset : offset + limit] if limit else ordered[offset:])
    return FindingPage(
        total=len(matching),
        returned=len(shown),
        truncated=len(shown) < len(matching),
        scanned=len(known.findings),
        complete=known.complete,
        as_of=known.as_of,
        findings=shown,
        facets=facets_of(matching),
    )


def facets_of(findings: tuple[Finding, ...]) -> dict[str, dict[str, int]]:
    """How many findings there are by each property: at most 20 values each, most first."""
    found: dict[str, dict[str, int]] = {}
    for name, read in FACETS.items():
        counts = Counter(value for value in map(read, findings) if value)
        found[name] = dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_FACET_VALUES])
    tags = Counter(f"{key}={value}" for finding in findings for key, value in finding.tags.items())
    found["tags"] = dict(sorted(tags.items(), key=lambda item: (-item[1], item[0]))[:_FACET_VALUES])
    return found
