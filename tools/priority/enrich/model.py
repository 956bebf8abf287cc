"""Facts about assets that other sources hold, each with where it comes from and of when.

Every collection is by asset id. An asset without an entry is *not known to have any* only if the source answered
(`Sources.answered`): a source that failed or was never asked leaves the factor unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

SourceName = Literal["vulnerabilities", "intel", "data", "cmdb", "activity", "alerts", "audit", "exceptions"]


@dataclass(frozen=True, slots=True)
class SourceState:
    """How one source answered. `problem` is a sentence when it did not."""

    name: SourceName
    answered: bool
    source: str
    as_of: datetime | None = None
    rows: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Flaw:
    """A known vulnerability on an asset.

    `cvss` is 0 to 10, `epss` a probability 0 to 1; `kev` says whether it is in CISA's catalog of exploited ones;
    `remote` whether it can be used over a network without an account. None means that no source says.
    """

    cve: str
    cvss: float | None = None
    epss: float | None = None
    kev: bool | None = None
    ransomware: bool | None = None
    remote: bool | None = None
    fix: bool | None = None
    package: str = ""
    source: str = ""
    observed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DataHeld:
    """What a classifier or a record says an asset holds: `label` (PII, PCI, PHI, ...), how grave (0 to 1), how much."""

    label: str
    grade: float
    records: int | None = None
    source: str = ""
    observed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Business:
    """What the CMDB says: `tier` as it is written there, `grade` -1 to 1, the owner and the service."""

    tier: str
    grade: float
    owner: str = ""
    service: str = ""
    source: str = ""
    observed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Activity:
    """Network traffic to an asset from outside in the window: attempts, who got through, on which ports."""

    attempts: int
    addresses: int
    accepted: int
    ports: tuple[int, ...] = ()
    first: datetime | None = None
    last: datetime | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """An endpoint, network or identity alert on an asset. `severity` as the platform spells it."""

    id: str
    name: str
    severity: str
    at: datetime | None = None
    source: str = ""
    technique: str = ""


@dataclass(frozen=True)
class Enrichments:
    """Everything that was asked, in one place. `states` says what answered and what did not."""

    flaws: Mapping[str, tuple[Flaw, ...]] = field(default_factory=dict)
    data: Mapping[str, DataHeld] = field(default_factory=dict)
    business: Mapping[str, Business] = field(default_factory=dict)
    activity: Mapping[str, Activity] = field(default_factory=dict)
    alerts: Mapping[str, tuple[Alert, ...]] = field(default_factory=dict)
    states: Mapping[SourceName, SourceState] = field(default_factory=dict)

    def answered(self, name: SourceName) -> bool:
        """Whether a source was asked and answered."""
        state = self.states.get(name)
        return state is not None and state.answered


NOTHING = Enrichments()
"""Nobody was asked: every factor that rests on an enrichment is unknown."""
