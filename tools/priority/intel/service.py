"""Keeps what the feeds say, and answers for many vulnerabilities at once.

Without an import, a dated snapshot of the package answers for KEV; EPSS is then not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import Any

from sqlalchemy import delete, insert, select

from tools.priority.enrich.model import Flaw
from tools.priority.intel.files import Exploited, Feed, FeedFile
from tools.priority.tables import IntelFeedRow, IntelRow
from tools.results import utcnow
from tools.store import Store

_AT_ONCE = 500
_INSERTED = 5_000


@dataclass(frozen=True, slots=True)
class FeedState:
    """One feed: of when it is, when it was imported, how many rows, from where."""

    feed: Feed
    as_of: datetime
    imported_at: datetime | None
    rows: int
    source: str


class IntelService:
    """Exploited vulnerabilities and probabilities of one database."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.as_of: datetime | None = None

    async def keep(self, feed: FeedFile, source: str) -> FeedState:
        """Put a feed in place of the older one of its kind; the other kind stays."""
        rows = list(_rows(feed))
        state = IntelFeedRow(
            feed=feed.feed, as_of=feed.as_of, imported_at=utcnow(), rows=len(rows), source=source[:500]
        )
        async with self._store.transaction() as session:
            await session.execute(delete(IntelRow).where(IntelRow.feed == feed.feed))
            await session.execute(delete(IntelFeedRow).where(IntelFeedRow.feed == feed.feed))
            for batch in _batches(rows, _INSERTED):
                await session.execute(insert(IntelRow), batch)
            session.add(state)
        return _state(state)

    async def feeds(self) -> tuple[FeedState, ...]:
        """The feeds in use, the snapshot of the package among them where nothing newer was imported."""
        async with self._store.reading() as session:
            rows = (await session.scalars(select(IntelFeedRow).order_by(IntelFeedRow.feed))).all()
        found = {row.feed: _state(row) for row in rows}
        if "kev" not in found:
            day, listed = shipped()
            found["kev"] = FeedState("kev", day, None, len(listed), "snapshot of this version")
        return tuple(found[name] for name in sorted(found))

    async def flaws(self, cves: Sequence[str]) -> Mapping[str, Flaw]:
        """What is known of these ids. With a KEV feed at hand, an id that it lacks is known not to be in it."""
        wanted = list(dict.fromkeys(cve.upper() for cve in cves))
        feeds = {state.feed: state for state in await self.feeds()}
        self.as_of = min((s.as_of for s in feeds.values()), default=None)
        kev, epss = await self._held(wanted)
        if feeds["kev"].imported_at is None:
            kev = dict(shipped()[1])
        found: dict[str, Flaw] = {}
        for cve in wanted:
            exploited = kev.get(cve)
            whole = feeds["kev"].imported_at is not None
            found[cve] = Flaw(
                cve,
                epss=epss.get(cve),
                kev=True if exploited is not None else False if whole else None,
                ransomware=exploited.ransomware if exploited is not None else None,
                source="CISA KEV and FIRST EPSS" if cve in epss else "CISA KEV",
                observed_at=feeds["kev"].as_of,
            )
        return found

    async def _held(self, wanted: Sequence[str]) -> tuple[dict[str, Exploited], dict[str, float]]:
        kev: dict[str, Exploited] = {}
        epss: dict[str, float] = {}
        async with self._store.reading() as session:
            for batch in _batches(wanted, _AT_ONCE):
                rows = (await session.scalars(select(IntelRow).where(IntelRow.cve.in_(batch)))).all()
                for row in rows:
                    if row.feed == "kev":
                        kev[row.cve] = Exploited(row.cve, row.added, row.ransomware)
                    elif row.epss is not None:
                        epss[row.cve] = row.epss
        return kev, epss


def of_snapshot(cves: Sequence[str]) -> tuple[datetime, dict[str, Flaw]]:
    """The same from the snapshot of the package alone, with its day; what it lacks is not known."""
    day, listed = shipped()
    found = {}
    for cve in dict.fromkeys(c.upper() for c in cves):
        one = listed.get(cve)
        used = one.ransomware if one is not None else None
        found[cve] = Flaw(cve, kev=True if one else None, ransomware=used, source="CISA KEV", observed_at=day)
    return day, found


@cache
def shipped() -> tuple[datetime, Mapping[str, Exploited]]:
    """The snapshot of the package: well-known exploited vulnerabilities, of the day in its first line.

    It is a part of the catalog, so what it lacks is unknown and not harmless.
    """
    lines = files("tools.priority").joinpath("data/kev.tsv").read_text("utf-8").splitlines()
    day = datetime.combine(date.fromisoformat(lines[0].split("\t")[1]), datetime.min.time(), UTC)
    found = {}
    for line in lines[2:]:
        cve, ransomware = line.split("\t")
        found[cve] = Exploited(cve, None, True if ransomware == "yes" else None)
    return day, found


def _rows(feed: FeedFile) -> Iterable[dict[str, Any]]:
    for one in feed.exploited:
        yield {
            "feed": "kev",
            "cve": one.cve,
            "added": one.added,
            "ransomware": one.ransomware,
            "epss": None,
        }
    for other in feed.probabilities:
        yield {"feed": "epss", "cve": other.cve, "added": None, "ransomware": None, "epss": other.epss}


def _batches(rows: Iterable[Any], size: int) -> Iterable[list[Any]]:
    waiting = iter(rows)
    while batch := list(islice(waiting, size)):
        yield batch


def _state(row: IntelFeedRow) -> FeedState:
    return FeedState(row.feed, row.as_of, row.imported_at, row.rows, row.source)  # type: ignore[arg-type]
