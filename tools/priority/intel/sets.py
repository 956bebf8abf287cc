"""Keeps snapshots of CMDBs, vulnerability scans and threat feeds, and hands all of them to the scoring in one read."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Literal

from sqlalchemy import delete, insert, select

from tools.priority.enrich.model import Campaign, Flaw
from tools.priority.enrich.records import moment
from tools.priority.enrich.register import Entry, Register
from tools.priority.enrich.stored import Held, Scan, Sighting
from tools.priority.errors import IntelError
from tools.priority.intel.campaign_file import CampaignFile
from tools.priority.intel.flaw_file import FlawFile
from tools.priority.intel.register_file import RegisterFile
from tools.priority.tables import CampaignRow, EnrichmentSetRow, FlawRow, IntelFeedRow, RegisterRow
from tools.results import utcnow
from tools.store import Store

Kind = Literal["cmdb", "vulnerabilities", "campaigns"]
_TABLES: dict[Kind, type[RegisterRow] | type[FlawRow] | type[CampaignRow]] = {
    "cmdb": RegisterRow,
    "vulnerabilities": FlawRow,
    "campaigns": CampaignRow,
}
_INSERTED = 2_000
_LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class SetState:
    """One snapshot: its kind and name, of when it is, when it was imported, how many rows, from where."""

    kind: Kind
    name: str
    as_of: datetime
    imported_at: datetime
    rows: int
    skipped: int
    source: str


class EnrichmentSets:
    """Imported snapshots of one database."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def keep(self, file: RegisterFile | FlawFile | CampaignFile, name: str, source: str) -> SetState:
        """Put a snapshot in place of the older one of its kind and name; others stay."""
        kind: Kind = (
            "cmdb"
            if isinstance(file, RegisterFile)
            else "vulnerabilities"
            if isinstance(file, FlawFile)
            else "campaigns"
        )
        name = _clean(name)[:_LONGEST_NAME] or kind
        table = _TABLES[kind]
        row = EnrichmentSetRow(
            kind=kind,
            name=name,
            as_of=file.as_of,
            imported_at=utcnow(),
            rows=len(file),
            skipped=file.skipped,
            source=_clean(source)[:500],
        )
        async with self._store.transaction() as session:
            await session.execute(delete(table).where(table.set_name == name))
            await session.execute(
                delete(EnrichmentSetRow).where(EnrichmentSetRow.kind == kind, EnrichmentSetRow.name == name)
            )
            for batch in _batches(_rows(file, name)):
                await session.execute(insert(table), batch)
            session.add(row)
        return _state(row)

    async def remove(self, name: str) -> tuple[SetState, ...]:
        """Drop the snapshots of a name. Raises `IntelError` when there is none."""
        async with self._store.transaction() as session:
            rows = (
                await session.scalars(select(EnrichmentSetRow).where(EnrichmentSetRow.name == name))
            ).all()
            if not rows:
                raise IntelError(
                    f"Nothing imported is called {name[:80]!r}. `posture intel show` has the names."
                )
            gone = tuple(_state(row) for row in rows)
            for row in rows:
                table = _TABLES[row.kind]  # type: ignore[index]
                await session.execute(delete(table).where(table.set_name == name))
                await session.delete(row)
        return gone

    async def sets(self) -> tuple[SetState, ...]:
        """The snapshots in use."""
        query = select(EnrichmentSetRow).order_by(EnrichmentSetRow.kind, EnrichmentSetRow.name)
        async with self._store.reading() as session:
            return tuple(_state(row) for row in (await session.scalars(query)).all())

    async def mark(self) -> Hashable:
        """Changes with every import, of feeds too."""
        sets = select(EnrichmentSetRow.kind, EnrichmentSetRow.name, EnrichmentSetRow.imported_at).order_by(
            EnrichmentSetRow.kind, EnrichmentSetRow.name
        )
        feeds = select(IntelFeedRow.feed, IntelFeedRow.imported_at).order_by(IntelFeedRow.feed)
        async with self._store.reading() as session:
            return tuple(
                [tuple(row) for row in (await session.execute(sets)).all()]
                + [tuple(row) for row in (await session.execute(feeds)).all()]
            )

    async def held(self) -> Held:
        """All rows of all snapshots."""
        async with self._store.reading() as session:
            listed = (await session.scalars(select(EnrichmentSetRow).order_by(EnrichmentSetRow.name))).all()
            sets = [_state(row) for row in listed]
            if not sets:
                return Held()
            entries: dict[str, list[Entry]] = {}
            async for name, cells in await session.stream(
                _all(RegisterRow.set_name, RegisterRow.cells, RegisterRow)
            ):
                entries.setdefault(name, []).append(_entry(cells))
            sightings: dict[str, list[Sighting]] = {}
            columns = FlawRow.__table__.columns
            async for row in await session.stream(
                select(*columns).order_by(FlawRow.set_name, FlawRow.number)
            ):
                sightings.setdefault(row.set_name, []).append(_sighting(row))
            campaigns: list[Campaign] = []
            async for _, body in await session.stream(
                _all(CampaignRow.set_name, CampaignRow.body, CampaignRow)
            ):
                campaigns.append(_campaign(body))
        feeds = [one for one in sets if one.kind == "campaigns"]
        return Held(
            registers=tuple(
                Register(one.name, entries.get(one.name, []), one.as_of) for one in sets if one.kind == "cmdb"
            ),
            scans=tuple(
                Scan(one.name, sightings.get(one.name, []), one.as_of)
                for one in sets
                if one.kind == "vulnerabilities"
            ),
            campaigns=tuple(campaigns) if feeds else None,
            campaigns_as_of=max((one.as_of for one in feeds), default=None),
        )


def _all(name: Any, value: Any, table: Any) -> Any:
    return select(name, value).order_by(name, table.number)


def _rows(file: RegisterFile | FlawFile | CampaignFile, name: str) -> Iterator[dict[str, Any]]:
    if isinstance(file, RegisterFile):
        for number, entry in enumerate(file.entries, 1):
            yield {"set_name": name, "number": number, "cells": _json(entry._asdict())}
    elif isinstance(file, FlawFile):
        for number, (marks, flaw) in enumerate(file.sightings, 1):
            yield {
                "set_name": name,
                "number": number,
                "marks": _json([_clean(mark) for mark in marks]),
                "cve": flaw.cve,
                "cvss": flaw.cvss,
                "epss": flaw.epss,
                "kev": flaw.kev,
                "remote": flaw.remote,
                "fix": flaw.fix,
                "package": _clean(flaw.package)[:300],
                "fixed_version": _clean(flaw.fixed_version)[:120],
                "first_seen": flaw.first_seen,
                "observed_at": flaw.observed_at,
            }
    else:
        for number, campaign in enumerate(file.campaigns, 1):
            yield {"set_name": name, "number": number, "body": _json(asdict(campaign))}


def _entry(cells: str) -> Entry:
    held = json.loads(cells)
    return Entry(**{**held, "marks": tuple(held["marks"]), "updated": moment(held["updated"])})


def _sighting(row: Any) -> Sighting:
    flaw = Flaw(
        row.cve,
        row.cvss,
        row.epss,
        row.kev,
        None,
        row.remote,
        row.fix,
        row.package,
        row.set_name,
        row.observed_at,
        row.fixed_version,
        row.first_seen,
    )
    return Sighting(tuple(json.loads(row.marks)), flaw)


def _campaign(body: str) -> Campaign:
    held = json.loads(body)
    return Campaign(
        held["id"],
        held["name"],
        tuple(held["ports"]),
        tuple(held["techniques"]),
        tuple(held["cves"]),
        moment(held["since"]),
        moment(held["until"]),
        moment(held["seen"]),
        held["confidence"],
        held["source"],
    )


def _json(value: Any) -> str:
    return json.dumps(value, default=lambda at: at.isoformat())


def _clean(text: str) -> str:
    """What a database cannot hold (NUL, half a character) is left out."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def _batches(rows: Iterable[dict[str, Any]]) -> Iterator[Sequence[dict[str, Any]]]:
    waiting = iter(rows)
    while batch := list(islice(waiting, _INSERTED)):
        yield batch


def _state(row: EnrichmentSetRow) -> SetState:
    return SetState(
        row.kind,  # type: ignore[arg-type]
        row.name,
        row.as_of,
        row.imported_at,
        row.rows,
        row.skipped,
        row.source,
    )
