"""Facts about assets that other sources hold, each with where it comes from and of when.

Every collection is by asset id. An asset without an entry is *not known to have any* only if the source answered
(`Sources.answered`): a source that failed or was never asked leaves the factor unknown.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Literal, NamedTuple

SourceName = Literal[
    "vulnerabilities", "intel", "data", "cmdb", "activity", "alerts", "audit", "exceptions", "threats"
]


@dataclass(frozen=True, slots=True)
class SourceState:
    """How one source answered. `problem` is a sentence when it did not.

    `rows` are all that it gave, `unmatched` those of them that are about no asset of the inventory; None where a source
    is not matched by name.
    """

    name: SourceName
    answered: bool
    source: str
    as_of: datetime | None = None
    rows: int = 0
    problem: str = ""
    unmatched: int | None = None


@dataclass(frozen=True, slots=True)
class Flaw:
    """A known vulnerability on an asset.

    `cvss` is 0 to 10, `epss` a probability 0 to 1; `kev` says whether it is in CISA's catalog of exploited ones;
    `remote` whether it can be used over a network without an account, to more than stop it. None means that no source
    says.
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
    fixed_version: str = ""
    first_seen: datetime | None = None


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
    """What the CMDB says: `tier` as it is written there, `grade` -1 to 1, the owner and the service.

    `others` are sources that say another tier, as `SOURCE says TIER`; the newest record is the one that counts.
    """

    tier: str
    grade: float
    owner: str = ""
    service: str = ""
    source: str = ""
    observed_at: datetime | None = None
    others: tuple[str, ...] = ()


class PortTraffic(NamedTuple):
    """Traffic to one port: attempts, of them those that got through, from how many addresses, and the last."""

    attempts: int
    accepted: int
    addresses: int
    last: datetime | None = None


@dataclass(frozen=True, slots=True)
class Activity:
    """Network traffic to an asset from outside in the window: attempts, who got through, on which ports.

    `ports` are the busiest; `by_port` has all of them.
    """

    attempts: int
    addresses: int
    accepted: int
    ports: tuple[int, ...] = ()
    first: datetime | None = None
    last: datetime | None = None
    source: str = ""
    by_port: Mapping[int, PortTraffic] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Alert:
    """An endpoint, network or identity alert on an asset. `severity` as the platform spells it.

    `techniques` are the ATT&CK ids that it names, none if it names none.
    """

    id: str
    name: str
    severity: str
    at: datetime | None = None
    source: str = ""
    techniques: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Campaign:
    """What attackers are doing, as a feed tells: on which ports, by which ATT&CK techniques, with which CVEs.

    It counts from `since` (always if None) up to `until` (open if None); `seen` is when it was last observed.
    `confidence` is 0 to 100, None if the feed does not say.
    """

    id: str
    name: str
    ports: tuple[int, ...] = ()
    techniques: tuple[str, ...] = ()
    cves: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    seen: datetime | None = None
    confidence: int | None = None
    source: str = ""


@dataclass(frozen=True)
class ThreatIndex:
    """Campaigns by port, CVE id and technique (a sub-technique under its technique too)."""

    by_port: Mapping[int, tuple[Campaign, ...]]
    by_cve: Mapping[str, tuple[Campaign, ...]]
    by_technique: Mapping[str, tuple[Campaign, ...]]
    memo: dict[Hashable, object] = field(default_factory=dict, compare=False, repr=False)
    """Best fits by what they depend on, so that a million findings ask each campaign once."""

    @classmethod
    def of(cls, campaigns: Iterable[Campaign]) -> ThreatIndex:
        """Index campaigns; their order does not matter."""
        ports: dict[int, list[Campaign]] = {}
        cves: dict[str, list[Campaign]] = {}
        techniques: dict[str, list[Campaign]] = {}
        for one in sorted(campaigns, key=lambda c: (c.id, c.name)):
            for port in dict.fromkeys(one.ports):
                ports.setdefault(port, []).append(one)
            for cve in dict.fromkeys(one.cves):
                cves.setdefault(cve, []).append(one)
            for name in dict.fromkeys(key for t in one.techniques for key in (t, t[:5])):
                techniques.setdefault(name, []).append(one)
        return cls(
            {key: tuple(held) for key, held in ports.items()},
            {key: tuple(held) for key, held in cves.items()},
            {key: tuple(held) for key, held in techniques.items()},
        )


@dataclass(frozen=True)
class Enrichments:
    """Everything that was asked, in one place. `states` says what answered and what did not."""

    flaws: Mapping[str, tuple[Flaw, ...]] = field(default_factory=dict)
    data: Mapping[str, DataHeld] = field(default_factory=dict)
    business: Mapping[str, Business] = field(default_factory=dict)
    activity: Mapping[str, Activity] = field(default_factory=dict)
    alerts: Mapping[str, tuple[Alert, ...]] = field(default_factory=dict)
    states: Mapping[SourceName, SourceState] = field(default_factory=dict)
    campaigns: tuple[Campaign, ...] = ()
    excluded: Mapping[str, str] = field(default_factory=dict)
    """Issue ids that the tenant itself suppresses, each with a clause that says how."""
    excepted: Mapping[str, str] = field(default_factory=dict)
    """Issue ids whose risk somebody accepted in the tenant, each with such a clause."""

    @cached_property
    def threats(self) -> ThreatIndex:
        """The campaigns by what they use; made once."""
        return ThreatIndex.of(self.campaigns)

    @cached_property
    def by_cve(self) -> Mapping[str, Mapping[str, Flaw]]:
        """The flaws of each asset by CVE id in upper case, the first where one is told twice."""
        return {
            asset_id: {flaw.cve.upper(): flaw for flaw in reversed(flaws)}
            for asset_id, flaws in self.flaws.items()
        }

    def flaw(self, asset_id: str, cve: str) -> Flaw | None:
        """The flaw of this id (upper case) on an asset."""
        there = self.by_cve.get(asset_id)
        return there.get(cve) if there is not None else None

    def answered(self, name: SourceName) -> bool:
        """Whether a source was asked and answered."""
        state = self.states.get(name)
        return state is not None and state.answered


NOTHING = Enrichments()
"""Nobody was asked: every factor that rests on an enrichment is unknown."""
