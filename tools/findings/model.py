"""The finding and the asset, as every capability above sees them.

A `Finding` is one result of one rule on one resource, whatever wrote it: a Cortex issue or alert, a row of
the `findings` dataset, or a scanner's OCSF or ASFF record. Text in it is untrusted data: it is stored and
shown as text, never interpreted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import cache, cached_property
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, SkipValidation

UNCLASSIFIED = "unclassified"
"""The kind of a finding whose rule the table does not know."""


class Severity(StrEnum):
    """Severity as the platform's public API spells it."""

    INFO = "INFO"
    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"
    CRITICAL = "CRITICAL"

    @property
    def rank(self) -> int:
        """0 for INFO up to 4 for CRITICAL."""
        return _RANKS[self]


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


class FindingStatus(StrEnum):
    """Outcome of a check. MANUAL means that a person has to look."""

    FAIL = "FAIL"
    PASS = "PASS"  # noqa: S105
    MANUAL = "MANUAL"


class ResourceRef(BaseModel):
    """The resource that a finding is about.

    `uid` is the provider's identity (ARN, Azure resource id, GCP path); `type` is an asset type id such as
    `S3_BUCKET`. Any of them is empty when the source did not say.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    asset_id: str = ""
    uid: str = ""
    name: str = ""
    type: str = ""


class Finding(BaseModel):
    """One result of one rule on one resource.

    `id` is the public id: the scanner's finding id for imports, else the tenant's issue id as text.
    `issue_id` is the tenant's own issue id (needed to write back) or None for evidence that is no issue.
    `kind` is our own vocabulary (`aws.s3.public_access`) or `unclassified`. `compliance` maps framework names
    to requirement ids as the scanner gave them. `first_seen` is when a scanner first observed it,
    `inserted_at` when the tenant got it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    issue_id: int | str | None = None
    external_id: str = ""
    title: str
    description: str = ""
    severity: Severity
    status: FindingStatus = FindingStatus.FAIL
    progress: str = "New"
    kind: str = UNCLASSIFIED
    rule_id: str = ""
    source: str = ""
    provider: str = ""
    account: str = ""
    account_name: str = ""
    region: str = ""
    service: str = ""
    resource: ResourceRef = ResourceRef()
    asset_ids: tuple[str, ...] = ()
    tags: Mapping[str, str] = Field(default_factory=dict)
    domain: str = "POSTURE"
    category: str = "CONFIGURATION"
    risk: str = ""
    remediation: str = ""
    # Readers build it from text alone; checking each id again would double the time of a snapshot.
    compliance: SkipValidation[Mapping[str, tuple[str, ...]]] = Field(default_factory=dict)
    first_seen: datetime | None = None
    inserted_at: datetime | None = None
    observed_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether it failed and nobody has resolved it yet."""
        return self.status is FindingStatus.FAIL and (
            self.progress == "New" or self.progress.casefold() != "resolved"
        )


class AssetRecord(BaseModel):
    """One resource of the estate. `config` is its raw configuration as provider or scanner reported it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    asset_id: str
    uid: str = ""
    name: str = ""
    type_id: str = ""
    type_name: str = ""
    asset_class: str = ""
    category: str = ""
    provider: str = ""
    account: str = ""
    region: str = ""
    tags: Mapping[str, str] = Field(default_factory=dict)
    config: Mapping[str, Any] = Field(default_factory=dict)


Read = TypeVar("Read", bound=BaseModel)


def exact(kind: type[Read], values: dict[str, Any]) -> Read:
    """A record of values that a reader has made of the right types already, every field among them.

    Checking a million records again takes longer than reading them, and each would carry a list of its fields.
    """
    made = kind.__new__(kind)
    set_ = object.__setattr__
    set_(made, "__dict__", values)
    set_(made, "__pydantic_fields_set__", _fields(kind))
    set_(made, "__pydantic_extra__", None)
    set_(made, "__pydantic_private__", None)
    return made


@cache
def _fields(kind: type[BaseModel]) -> set[str]:
    return set(kind.model_fields)


@dataclass(frozen=True)
class ScannedRecord:
    """A scanner's record, read: the finding, the resources it names, and what had to be put right in it."""

    finding: Finding
    assets: tuple[AssetRecord, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, repr=False)
class FindingSet:
    """A consistent picture of findings and the assets they are about.

    `complete` is False when the tenant had more than could be read; then `total` is what the tenant reported.
    """

    def __repr__(self) -> str:
        return f"FindingSet({len(self.findings)} findings, {len(self.assets)} assets, as_of={self.as_of!s})"

    findings: tuple[Finding, ...]
    assets: Mapping[str, AssetRecord]
    as_of: datetime
    total: int
    complete: bool = True
    revision: str | None = None
    queries: tuple[str, ...] = field(default=())

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    @cached_property
    def open_only(self) -> FindingSet:
        """The same picture with the open findings only; the assets stay."""
        kept = tuple(finding for finding in self.findings if finding.open)
        return replace(self, findings=kept, total=len(kept) if self.complete else self.total)

    @cached_property
    def by_id(self) -> Mapping[str, Finding]:
        """Findings by public id."""
        return {finding.id: finding for finding in self.findings}

    @cached_property
    def by_issue(self) -> Mapping[str, Finding]:
        """Findings by the tenant's issue id, as text."""
        return {str(f.issue_id): f for f in self.findings if f.issue_id is not None}

    @cached_property
    def by_asset(self) -> Mapping[str, tuple[Finding, ...]]:
        """Findings by the id of each asset they are about."""
        grouped: dict[str, list[Finding]] = {}
        for finding in self.findings:
            for asset_id in finding.asset_ids or (finding.resource.asset_id,):
                if asset_id:
                    grouped.setdefault(asset_id, []).append(finding)
        return {asset_id: tuple(items) for asset_id, items in grouped.items()}

    def asset_of(self, finding: Finding) -> AssetRecord | None:
        """The asset that a finding is about, if the tenant has it."""
        return self.assets.get(finding.resource.asset_id)


SortField = Literal[
    "severity", "id", "title", "account", "region", "service", "kind", "first_seen", "observed_at"
]
