"""Facts that we hold ourselves: snapshots of CMDBs and vulnerability scans, and campaigns of threat feeds.

They are matched with the assets of the tenant once per snapshot; what no asset answers to is counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from tools.priority.enrich.matching import Assets
from tools.priority.enrich.model import Campaign, Flaw
from tools.priority.enrich.records import merged
from tools.priority.enrich.register import Register


class Sighting(NamedTuple):
    """A flaw that a scan saw on something. `marks` may name it (id, host, address), the surest first."""

    marks: tuple[str, ...]
    flaw: Flaw


@dataclass(frozen=True, slots=True)
class Scan:
    """The rows of one scan's file."""

    source: str
    rows: Sequence[Sighting]
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """Everything that was imported. `campaigns` is None when no threat feed ever was."""

    registers: tuple[Register, ...] = ()
    scans: tuple[Scan, ...] = ()
    campaigns: tuple[Campaign, ...] | None = None
    campaigns_as_of: datetime | None = None


class Holdings(Protocol):
    """Where imported facts are kept (`tools.priority.intel.sets.EnrichmentSets`)."""

    async def held(self) -> Held:
        """All of it, in one read."""


def flaws_seen(scans: Iterable[Scan], assets: Assets) -> tuple[dict[str, dict[str, Flaw]], int, int]:
    """Flaws by asset and CVE id, how many rows there were, and how many of them no asset answers to."""
    found: dict[str, dict[str, Flaw]] = {}
    rows = unmatched = 0
    for scan in scans:
        for sighting in scan.rows:
            rows += 1
            asset_id = assets.by_any(*sighting.marks)
            if asset_id is None:
                # An address is told by its form; a name that looks like one would be odd, and is looked up above.
                asset_id = next((a for m in sighting.marks if (a := assets.by_address(m)) is not None), None)
            if asset_id is None:
                unmatched += 1
                continue
            held = found.setdefault(asset_id, {})
            flaw = sighting.flaw
            held[flaw.cve] = merged(held[flaw.cve], flaw) if flaw.cve in held else flaw
    return found, rows, unmatched


def with_seen(
    tenant: Mapping[str, tuple[Flaw, ...]], seen: Mapping[str, Mapping[str, Flaw]]
) -> dict[str, tuple[Flaw, ...]]:
    """The tenant's flaws and those of scans together: each once, with the most that either says of it."""
    found = dict(tenant)
    for asset_id, flaws in seen.items():
        all_of = {flaw.cve: flaw for flaw in tenant.get(asset_id, ())}
        for cve, flaw in flaws.items():
            all_of[cve] = merged(all_of[cve], flaw) if cve in all_of else flaw
        found[asset_id] = tuple(all_of[cve] for cve in sorted(all_of))
    return found
