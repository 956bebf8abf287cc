"""What a question was understood to ask: intent and slots. Kept with the message, so that follow-ups refine it."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict


class Intent(StrEnum):
    """What the person wants done."""

    LIST = "list"
    COUNT = "count"
    FIX_FIRST = "fix_first"
    EXPLAIN = "explain"
    SHOW = "show"
    FIX = "fix"
    COMMENT = "comment"
    SEVERITY = "severity"
    PENDING = "pending"
    REPORT = "report"
    CONTROLS = "controls"
    CHANGES = "changes"
    SUMMARY = "summary"
    PATHS = "paths"
    MORE = "more"
    XQL = "xql"
    HELP = "help"
    APPROVE = "approve"
    CHANGE_CLOUD = "change_cloud"
    UNKNOWN = "unknown"


class ConceptUse(BaseModel):
    """A weakness the question names; `negated` asks for what does not have it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    negated: bool = False
    port: int | None = None


class TagUse(BaseModel):
    """A tag the question names; `keys` are the spellings to try, `values` the values that count."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    keys: tuple[str, ...]
    values: tuple[str, ...] = ()
    label: str
    negated: bool = False


class Since(BaseModel):
    """A lower or upper bound in time. `last_load` is resolved by the tool that knows the loads."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["last_load", "days", "date"]
    days: float | None = None
    date: str | None = None
    older: bool = False


class Excluded(BaseModel):
    """What the question leaves out: "except S3", "not in eu-west-1"."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    nouns: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any(getattr(self, slot) for slot in type(self).model_fields)


class Reading(BaseModel):
    """A question, understood. Every slot is optional; an empty one was not named."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    intent: Intent = Intent.UNKNOWN
    nouns: tuple[str, ...] = ()
    concepts: tuple[ConceptUse, ...] = ()
    rules: tuple[str, ...] = ()
    rules_negated: bool = False
    findings: bool = False
    severities: tuple[str, ...] = ()
    status: Literal["PASS", "MANUAL"] | None = None
    providers: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    tags: tuple[TagUse, ...] = ()
    names: tuple[str, ...] = ()
    asset_ids: tuple[str, ...] = ()
    excluded: Excluded = Excluded()
    finding_ids: tuple[str, ...] = ()
    group_by: str | None = None
    limit: int | None = None
    order: Literal["priority", "severity", "newest", "oldest"] | None = None
    since: Since | None = None
    framework: str | None = None
    controls: tuple[str, ...] = ()
    ordinal: int | None = None
    asks_tags: bool = False
    ambiguous: tuple[str, ...] = ()
    text: str = ""
    new_severity: str | None = None
    comment: str = ""
    xql: str = ""
    unknown: tuple[str, ...] = ()
    left_over: tuple[str, ...] = ()
    near: tuple[str, ...] = ()

    @property
    def constrained(self) -> bool:
        """Whether it narrows anything down."""
        return bool(
            self.nouns
            or self.concepts
            or self.rules
            or self.severities
            or self.providers
            or self.accounts
            or self.regions
            or self.services
            or self.tags
            or self.names
            or self.since
            or self.status
            or self.excluded
        )
