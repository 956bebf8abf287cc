"""What an assessment says: value types, from one evidence row up to the whole report's content."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from pydantic import BaseModel, ConfigDict, Field

from tools.compliance.model import CatalogEntry, Confidence
from tools.findings.model import FindingStatus, Severity


class Status(StrEnum):
    """Where a requirement stands.

    `fail`: at least one mapped check failed on at least one resource in scope. `pass`: every check mapped to
    it (for the providers in scope) ran in every account in scope, none failed, none needs a person, and
    checks alone can decide the requirement. `manual`: a person has to complete the picture. `not_assessed`:
    nothing was looked at.
    """

    FAIL = "fail"
    PASS = "pass"  # noqa: S105 - a status
    MANUAL = "manual"
    NOT_ASSESSED = "not_assessed"

    @property
    def label(self) -> str:
        """The status in a reader's words."""
        return _LABELS[self]


_LABELS = {
    Status.FAIL: "fail",
    Status.PASS: "pass",
    Status.MANUAL: "needs a person",
    Status.NOT_ASSESSED: "not assessed",
}


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Scope(_Frozen):
    """Which part of the evidence to look at. Empty means all. An account is an id or a name; case does not
    matter.
    """

    account: str | None = None
    provider: str | None = None


class AccountSeen(_Frozen):
    """An account that the evidence comes from, with the number of results per status."""

    provider: str
    account: str
    name: str = ""
    results: dict[FindingStatus, int]


class EvidenceRow(_Frozen):
    """One result of one check on one resource: what a reader can look up. Its texts are untrusted data."""

    finding_id: str
    issue_id: int | str | None
    check_id: str
    status: FindingStatus
    severity: Severity
    resource: str
    resource_name: str = ""
    account: str
    region: str
    health_data: bool = False
    observed_at: datetime | None = None


class CheckOutcome(_Frozen):
    """How one mapped check came out over everything in scope.

    `failed`, `passed` and `manual` count results. `missing_accounts` are accounts in scope where it reported
    nothing.
    """

    provider: str
    check_id: str
    confidence: Confidence
    source: str
    failed: int
    passed: int
    manual: int
    missing_accounts: tuple[str, ...] = ()
    severity: Severity | None = None

    @property
    def ran(self) -> bool:
        """Whether it reported anything at all in scope."""
        return self.failed + self.passed + self.manual > 0

    @property
    def complete(self) -> bool:
        """Whether it reported in every account in scope."""
        return self.ran and not self.missing_accounts


class RequirementResult(_Frozen):
    """A requirement, where it stands and on what that rests.

    `reason` is one plain sentence made from the counts. `checks_total` is how many checks are mapped to it
    for the providers in scope, `checks_ran` how many of them reported in every account, `checks_partly` how
    many only in some. For an entry with parts, `parts` names them and its status takes theirs in. `evidence`
    has the failed rows first.
    """

    entry: CatalogEntry
    status: Status
    reason: str
    checks_total: int
    checks_ran: int
    checks_partly: int
    checks_failed: int
    outcomes: tuple[CheckOutcome, ...]
    evidence: tuple[EvidenceRow, ...]
    resources_failed: int
    resources_seen: int
    health_data_failed: int
    worst: Severity | None = None
    worst_direct: Severity | None = None
    indirect_only: bool = False
    parts: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The requirement's id."""
        return self.entry.id

    @property
    def failed_rows(self) -> tuple[EvidenceRow, ...]:
        """The evidence of failure."""
        return tuple(row for row in self.evidence if row.status is FindingStatus.FAIL)


class FixFirst(_Frozen):
    """A failing check and what putting it right would do.

    `requirements` fail because of it among others; `closes` fail because of it alone.
    """

    provider: str
    check_id: str
    severity: Severity
    resources: int
    health_data: int
    requirements: tuple[str, ...]
    closes: tuple[str, ...]


class Suggestion(_Frozen):
    """A check that the table lacks, with what it may speak to and why. Shown, never counted."""

    provider: str
    check_id: str
    requirement_ids: tuple[str, ...]
    because: str
    kind: str = ""
    failed: int
    passed: int
    manual: int


class Coverage(_Frozen):
    """What the evidence consists of, and what was not used and why.

    `results` counts the rows in scope, `mapped` those that speak to a requirement. `read` of `total` says
    whether the evidence was cut before it came here.
    """

    results: dict[FindingStatus, int]
    mapped: int
    unmapped_checks: tuple[str, ...]
    out_of_scope: int
    accounts: tuple[AccountSeen, ...]
    providers: tuple[str, ...]
    regions: tuple[str, ...]
    scanners: tuple[str, ...]
    read: int
    total: int
    complete: bool
    earliest: datetime | None = None
    latest: datetime | None = None


class Assessment(_Frozen):
    """Where an estate stands against a framework, as of a time, in a scope.

    `results` has one row per assessed entry in the order of the standard; `counts[kind][status]` adds up to
    the number of entries of that kind, always.
    """

    framework: str
    title: str
    version: str
    catalog_revision: str
    catalog_source: str
    headline_kind: str
    groups: dict[str, str] = Field(default_factory=dict)
    scope: Scope
    as_of: datetime
    results: tuple[RequirementResult, ...]
    coverage: Coverage
    fix_first: tuple[FixFirst, ...]
    suggestions: tuple[Suggestion, ...]
    rejected_rows: int
    mapping_sources: tuple[str, ...]

    @cached_property
    def counts(self) -> dict[str, dict[Status, int]]:
        """Number of entries by kind and status; every status is there."""
        found: dict[str, dict[Status, int]] = {}
        for result in self.results:
            kind = found.setdefault(result.entry.kind, dict.fromkeys(Status, 0))
            kind[result.status] += 1
        return found

    @cached_property
    def by_id(self) -> dict[str, RequirementResult]:
        """Results by requirement id."""
        return {result.id: result for result in self.results}

    def with_status(self, status: Status, kind: str | None = None) -> tuple[RequirementResult, ...]:
        """Results of one status (and kind), in the order of the standard."""
        return tuple(r for r in self.results if r.status is status and kind in (None, r.entry.kind))

    @cached_property
    def failing_ranked(self) -> tuple[RequirementResult, ...]:
        """Failing requirements, the one to look at first on top.

        Entries with evidence of their own only: by the worst severity that a check of the very thing reports,
        health data involved, whether checks can decide it, then failing resources.
        """
        own: Iterable[RequirementResult] = (r for r in self.with_status(Status.FAIL) if r.checks_failed)
        return tuple(
            sorted(
                own,
                key=lambda r: (
                    r.indirect_only,
                    -(r.worst_direct.rank if r.worst_direct else -1),
                    -r.health_data_failed,
                    r.entry.checks != "decide",
                    -(r.worst.rank if r.worst else -1),
                    -r.resources_failed,
                    r.entry.designation == "addressable",
                ),
            )
        )
