"""One account of the estate while it is drawn: its resources, and what scanners found on them."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, TypeVar

from tools.findings.model import Severity
from tools.findings.resources import asset_id
from tools.tenant.estate.company import APPLICATIONS, Account
from tools.tenant.estate.tags import tags_for

T = TypeVar("T")
HISTORY_DAYS = 90


@dataclass(frozen=True, slots=True)
class Rule:
    """What a detector looks for, with the words that it uses for a hit."""

    id: str
    severity: Severity
    title: str
    remediation: str
    category: str = "CONFIGURATION"
    method: str = "CSPM Scanner"
    owner: str = "CSPM"
    impact: str = ""
    domain: str = "POSTURE"
    service: str = ""


@dataclass(slots=True, eq=False)
class Resource:
    """A resource: what the inventory keeps of it."""

    id: str
    uid: str
    name: str
    kind: str
    account: Account
    region: str
    config: dict[str, Any]
    tags: dict[str, str]
    application: str
    first: datetime
    data_class: str = ""
    columns: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    collected: bool = True


@dataclass(slots=True, eq=False)
class Hit:
    """What a rule found on a resource beside the checks of its configuration."""

    resource: Resource
    rule: Rule
    facts: dict[str, Any] = field(default_factory=dict)
    detail: str = ""
    observed: datetime | None = None


@dataclass(slots=True)
class Plant:
    """An attack path that is really there, or the part of it that is in one account.

    `grades` holds (resource, rule id) -> 2 or 3; parts with one `key` are one path, in the order of `part`.
    """

    kind: str
    why: str
    path: list[Resource]
    grades: dict[tuple[str, str], int]
    key: str
    part: int = 0


@dataclass(slots=True)
class Decoy:
    """What looks like a plant of that kind and is none, and by what it is stopped."""

    kind: str
    stopped_by: str
    why: str
    resources: list[Resource]


@dataclass(slots=True)
class Possible:
    """A path that cannot be told from the records: what would decide it was not collected."""

    kind: str
    why: str
    path: list[Resource]
    missing: list[Resource]


@dataclass(slots=True, eq=False)
class Cell:
    """An account while it is drawn. `depth`: how thoroughly its machines are scanned.

    Everything comes from `random`, so that the same seed draws the same account whatever was drawn before.
    """

    random: Random
    now: datetime
    account: Account
    depth: int = 1
    resources: list[Resource] = field(default_factory=list)
    hits: list[Hit] = field(default_factory=list)
    results: list[tuple[Resource, Any, bool]] = field(default_factory=list)
    plants: list[Plant] = field(default_factory=list)
    decoys: list[Decoy] = field(default_factory=list)
    possible: list[Possible] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)
    used: dict[str, Any] = field(default_factory=dict)

    @property
    def region(self) -> str:
        """The account's first region."""
        return self.account.regions[0]

    @property
    def production(self) -> bool:
        """Whether the account is a production one."""
        return self.account.environment == "production"

    def hexes(self, count: int) -> str:
        """Hex digits for an id."""
        return f"{self.random.getrandbits(4 * count):0{count}x}"

    def guid(self) -> str:
        """An id in the form that Azure and Entra use."""
        digits = self.hexes(32)
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"

    def letters(self, count: int) -> str:
        """Capital letters and digits, as in IAM's unique ids."""
        digits = self.random.getrandbits(5 * count)
        return "".join("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[digits >> 5 * i & 31] for i in range(count))

    def chance(self, share: float) -> bool:
        """True in this share of cases."""
        return self.random.random() < share

    def pick(self, options: Sequence[T]) -> T:
        """One of the options."""
        return options[int(self.random.random() * len(options))]

    def number(self, low: int, high: int) -> int:
        """A whole number of the range, both ends included."""
        return low + int(self.random.random() * (high - low + 1))

    def application(self) -> str:
        """One of the applications of the account's team."""
        return self.pick(APPLICATIONS[self.account.team])

    def name(self, stem: str) -> str:
        """The stem with the next number that it has in this account."""
        serial = self.names[stem] = self.names.get(stem, 0) + 1
        return f"{stem}-{serial:02}"

    def address(self) -> str:
        """A public address out of the ranges kept for documentation and benchmarks."""
        kind = self.random.random()
        if kind < 0.7:
            return f"198.{self.number(18, 19)}.{self.number(0, 255)}.{self.number(1, 254)}"
        network = self.pick(("192.0.2", "198.51.100", "203.0.113"))
        return f"{network}.{self.number(2, 253)}"

    def ago(self, days: float) -> datetime:
        """A moment that long ago."""
        return self.now - timedelta(days=days)

    def iso(self, days: float) -> str:
        """A moment that long ago, as cloud APIs write it."""
        return (self.now - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def script(self, *lines: str) -> str:
        """A start script as the API gives it: base64 of its text."""
        return base64.b64encode("\n".join(("#!/bin/bash", *lines, "")).encode()).decode()

    def add(
        self,
        kind: str,
        uid: str,
        name: str,
        config: dict[str, Any],
        *,
        region: str | None = None,
        application: str = "",
        data_class: str = "",
        tagged: bool = True,
        collected: bool = True,
        columns: dict[str, Any] | None = None,
        facts: dict[str, Any] | None = None,
    ) -> Resource:
        """Put a resource into the account. `data_class`: tagged with what it holds."""
        application = application or self.application()
        tags = tags_for(self.random, self.account, application, data_class) if tagged else {}
        found = Resource(
            asset_id(uid, self.account.id),
            uid,
            name,
            kind,
            self.account,
            self.region if region is None else region,
            config,
            tags,
            application,
            self.ago(self.random.random() ** 0.4 * 1400 + 0.5),
            data_class,
            columns or {},
            facts or {},
            collected,
        )
        self.resources.append(found)
        return found

    def hit(
        self,
        resource: Resource,
        rule: Rule,
        facts: dict[str, Any] | None = None,
        detail: str = "",
        observed: datetime | None = None,
    ) -> Hit:
        """Write down what a detector found on a resource."""
        found = Hit(resource, rule, facts or {}, detail, observed)
        self.hits.append(found)
        return found

    def plant(
        self,
        kind: str,
        why: str,
        path: Sequence[Resource],
        *graded: tuple[Resource, str, int],
        key: str = "",
        part: int = 0,
    ) -> None:
        """Write down an attack path from its entry to what it is worth; `graded`: resource, rule, grade."""
        grades = {(resource.id, rule): grade for resource, rule, grade in graded}
        key = key or f"{self.account.id}/{len(self.plants)}"
        self.plants.append(Plant(kind, why, list(path), grades, key, part))

    def decoy(self, kind: str, stopped_by: str, why: str, *resources: Resource) -> None:
        """Write down what looks like such a path and is none."""
        self.decoys.append(Decoy(kind, stopped_by, why, list(resources)))
