"""Controls, the table that maps checks to them, and search hits: the value types of compliance."""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Reach = Literal["decide", "support", "none"]
"""What configuration checks can say about a requirement.

`decide`: they show whether it is met. `support`: a failing check shows a gap, passing ones do not show that
the procedure behind it exists. `none`: only people and documents can show it.
"""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CatalogEntry(_Frozen):
    """One control, requirement or paragraph of a framework.

    `id` is exact. `summary`, `cloud` (what it looks like in a cloud), `evidence` (what an auditor can be
    shown) and `synonyms` (what people call it) are our own words and are what search reads. `parent` is the
    id that it rolls up into; `group` the heading that it stands under.
    """

    id: str = Field(min_length=1)
    kind: str = Field(min_length=1)
    group: str = ""
    parent: str | None = None
    designation: Literal["required", "addressable"] | None = None
    title: str = Field(min_length=1)
    checks: Reach = "decide"
    summary: str = Field(min_length=1)
    cloud: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Everything in it that search reads, as one text."""
        return " ".join((self.title, self.summary, *self.synonyms, *self.cloud, *self.evidence))


class Catalog(_Frozen):
    """A framework with all its entries, in the order of the standard.

    `version` is the standard's; `revision` is that of our text (a change rebuilds the search index). `counts`
    says how many entries of each kind there are, and is checked when the file is read. `assessed` are the
    kinds that get a status, `headline` the one that the first sentence of a report counts. `id_pattern` finds
    an id in running text, `id_prefix` is the piece that people leave out.
    """

    framework: str = Field(min_length=3)
    title: str
    version: str
    revision: str
    source: str
    groups: dict[str, str] = Field(default_factory=dict)
    counts: dict[str, int]
    assessed: tuple[str, ...]
    headline: str
    id_pattern: str = ""
    id_prefix: str = ""
    entries: tuple[CatalogEntry, ...]

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        seen: dict[str, int] = {}
        for entry in self.entries:
            seen[entry.kind] = seen.get(entry.kind, 0) + 1
        if seen != self.counts:
            raise ValueError(f"the file says {self.counts} and has {seen}")
        if len(self.by_id) != len(self.entries):
            raise ValueError("an id stands twice")
        if orphans := [e.id for e in self.entries if e.parent is not None and e.parent not in self.by_id]:
            raise ValueError(f"no such parent: {orphans}")
        if astray := [e.id for e in self.entries if self.groups and e.group not in self.groups]:
            raise ValueError(f"no such group: {astray}")
        if self.headline not in self.assessed or not set(self.assessed) <= set(self.counts):
            raise ValueError("the assessed kinds do not fit the counts")
        return self

    @cached_property
    def by_id(self) -> dict[str, CatalogEntry]:
        """Entries by exact id."""
        return {entry.id: entry for entry in self.entries}

    @cached_property
    def children(self) -> dict[str, tuple[CatalogEntry, ...]]:
        """Assessed entries by the id that they roll up into."""
        found: dict[str, list[CatalogEntry]] = {}
        for entry in self.entries:
            if entry.parent is not None and entry.kind in self.assessed:
                found.setdefault(entry.parent, []).append(entry)
        return {parent: tuple(items) for parent, items in found.items()}


class Confidence(StrEnum):
    """How far a check speaks to a requirement, by our review of the row.

    `high`: it tests the very thing. `medium`: it tests a part of it. `low`: it bears on it from afar.
    `rejected`: it does not bear on it; the row is kept so that nobody has to wonder, and is never used.
    """

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    REJECTED = "rejected"


class MappingRow(_Frozen):
    """A check and a requirement that it speaks to; `source` and `version` say who made the connection."""

    provider: str = Field(min_length=1)
    check_id: str = Field(min_length=1)
    requirement_id: str = Field(min_length=1)
    confidence: Confidence
    source: str = Field(min_length=1)
    version: str = Field(min_length=1)
    note: str = ""


class FrameworkInfo(_Frozen):
    """A framework as a list of choices shows it. `mapped` counts the assessed entries that any check speaks
    to.
    """

    framework: str
    title: str
    version: str
    counts: dict[str, int]
    assessed: int
    mapped: int
    mapping_rows: int


class ControlHit(_Frozen):
    """One control that search found.

    `score` runs from 0 to 1 and is 1 for an id that was asked for by name. `why` says how it was found.
    `checks` is how many checks of the mapping table speak to it, by provider.
    """

    framework: str
    id: str
    title: str
    score: float = Field(ge=0, le=1)
    why: str
    kind: str
    designation: str | None = None
    group: str = ""
    summary: str = ""
    evidence: tuple[str, ...] = ()
    checks: dict[str, int] = Field(default_factory=dict)


class SearchResult(_Frozen):
    """What a search found, best first. `abstained` means that nothing fits well enough to be shown.

    `considered` is the number of entries searched. `method` is `id`, `hybrid` or `words`; `notes` says what
    was not available and what was done instead.
    """

    query: str
    framework: str | None
    hits: tuple[ControlHit, ...]
    abstained: bool
    considered: int
    method: Literal["id", "hybrid", "words"]
    notes: tuple[str, ...] = ()
