"""What CMDBs say of assets: tier, owner, and sometimes what data they hold.

Rows of the tenant, of a CSV file, of ServiceNow: all by the names that people give such columns. Where several speak of
one asset the newest record counts, and who says otherwise is named beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from tools.priority.enrich.matching import Assets, text_of
from tools.priority.enrich.model import Business, DataHeld
from tools.priority.enrich.records import classified, moment
from tools.priority.reading import plain, shown
from tools.priority.vocabulary import vocabulary

# Column names as ServiceNow writes them (one misspelt there), as people write them, in plain spelling.
_IDS = ("object_id", "arn", "resource_id", "cloud_id", "asset_id", "correlation_id", "id")
_NAMES = ("name", "ci_name", "hostname", "host", "resource", "resource_name", "asset", "asset_name", "fqdn")
_TIERS = (
    *("busines_criticality", "business_criticality", "criticality", "tier", "business_tier", "importance"),
    *("business_impact", "service_classification"),
)
_DATA = ("data_classification", "data_class", "classification", "data_type")
_OWNERS = ("owned_by", "owner", "managed_by", "assigned_to", "business_owner", "technical_owner")
_SERVICES = ("support_group", "business_service", "service", "application")
_UPDATED = ("sys_updated_on", "updated", "last_updated", "updated_at", "last_modified")
_ADDRESSES = ("ip_address", "ip", "ipaddress", "address", "private_ip", "public_ip")
_NEVER = datetime(1, 1, 1, tzinfo=UTC)
_LONGEST = 600
_MOST_OTHERS = 3
_LATEST = timedelta(days=1)
"""A clock may be this much ahead; a record dated later says nothing about which is newer."""


class Entry(NamedTuple):
    """What one row of a CMDB says, as text. `marks` are all that may name the asset, the surest first."""

    marks: tuple[str, ...] = ()
    address: str = ""
    tier: str = ""
    data: str = ""
    owner: str = ""
    service: str = ""
    updated: datetime | None = None


@dataclass(frozen=True, slots=True)
class Register:
    """The rows of one CMDB. `as_of` dates the rows that have no date of their own."""

    source: str
    rows: Sequence[Entry]
    as_of: datetime | None = None


@dataclass(frozen=True)
class Registered:
    """What CMDBs say, by asset id. `rows` are all that were read, `unmatched` those that no asset answers to."""

    business: Mapping[str, Business]
    data: Mapping[str, DataHeld]
    rows: int = 0
    unmatched: int = 0


@dataclass(frozen=True, slots=True)
class _Said:
    """What one row says; ordered by when, then by how grave, so that any order of rows gives the same."""

    at: datetime | None
    grade: float
    label: str
    source: str
    owner: str = ""
    service: str = ""

    @property
    def place(self) -> tuple[datetime, float, str, str]:
        return (self.at or _NEVER, self.grade, self.label, self.source)


def registered(registers: Iterable[Register], assets: Assets, now: datetime | None = None) -> Registered:
    """Business facts and data of all CMDBs together. Of two records of one asset the newer counts; of two of one time
    the graver. A date in the future counts as none.
    """
    latest = (now or datetime.now(UTC)) + _LATEST
    tiers: dict[str, list[_Said]] = {}
    kept: dict[str, _Said] = {}
    rows = unmatched = 0
    for register in registers:
        for row in register.rows:
            rows += 1
            asset_id = assets.by_any(*row.marks) or assets.by_address(row.address)
            if asset_id is None:
                unmatched += 1
                continue
            at = row.updated or register.as_of
            at = at if at is not None and at <= latest else None
            if tier := shown(row.tier, 60):
                owner, service = shown(row.owner), shown(row.service)
                said = _Said(at, tier_grade(tier), tier, register.source, owner, service)
                tiers.setdefault(asset_id, []).append(said)
            held = classified(row.data)
            if held is not None:
                also = _Said(at, held[1], held[0], register.source)
                if asset_id not in kept or also.place > kept[asset_id].place:
                    kept[asset_id] = also
    return Registered(
        {asset_id: _business(said) for asset_id, said in tiers.items()},
        {asset_id: DataHeld(s.label, s.grade, None, s.source, s.at) for asset_id, s in kept.items()},
        rows,
        unmatched,
    )


def _business(said: list[_Said]) -> Business:
    said = sorted(said, key=lambda one: one.place, reverse=True)
    best = said[0]
    others = (f"{s.source} says {s.label}" for s in said[1:] if s.grade != best.grade)
    return Business(
        best.label,
        best.grade,
        next((s.owner for s in said if s.owner), ""),
        next((s.service for s in said if s.service), ""),
        best.source,
        best.at,
        tuple(dict.fromkeys(others))[:_MOST_OTHERS],
    )


def entry_of(row: Mapping[str, Any]) -> Entry:
    """What a row says, by the names of its columns. A customer's own column (`u_tier`) is as good as the product's."""
    cells: dict[str, Any] = {}
    for name, value in row.items():
        if value is None or value == "":
            continue
        cells.setdefault(plain(str(name)), value)
        if str(name).lower().startswith("u_"):
            cells.setdefault(plain(str(name)[2:]), value)

    def texts(names: Iterable[str]) -> list[str]:
        found = (text_of(cells, plain(name)).strip()[:_LONGEST] for name in names)
        return [text for text in found if text]

    def first(names: Iterable[str]) -> str:
        return next(iter(texts(names)), "")

    when = next((cells[plain(n)] for n in _UPDATED if plain(n) in cells), None)
    return Entry(
        tuple(dict.fromkeys(texts((*_IDS, *_NAMES)))),
        first(_ADDRESSES),
        first(_TIERS),
        first(_DATA),
        first(_OWNERS),
        first(_SERVICES),
        moment(when),
    )


def is_register(names: Iterable[str]) -> bool:
    """Whether columns are those of a CMDB: something that names the asset, and a tier or a class of data."""
    marked = entry_of(dict.fromkeys(names, "x"))
    return bool(marked.marks or marked.address) and bool(marked.tier or marked.data)


def tier_grade(text: str) -> float:
    """-1 to 1: `1 - most critical`, `tier-1`, `gold`, `high`; what says nothing is 0."""
    words = vocabulary().tier_words
    whole = plain(text)
    if whole in words:
        return words[whole]
    for part in re.split(r"[^A-Za-z0-9]+", text.lower()):
        if part in words:
            return words[part]
    return 0.0
