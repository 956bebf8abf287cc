"""Asks every source once for a snapshot. A source that fails leaves its factor unknown and says why."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Protocol

from tools.cortex import CortexError, TimeFrame
from tools.findings.model import FindingSet
from tools.priority.enrich import queries
from tools.priority.enrich.matching import Assets
from tools.priority.enrich.model import Business, Enrichments, Flaw, SourceName, SourceState
from tools.priority.enrich.records import alerts_of, data_of, flaws_of, merged
from tools.priority.enrich.register import register_of
from tools.priority.enrich.traffic import traffic_of

Rows = Sequence[Mapping[str, Any]]
_ALL_TIME = TimeFrame(from_ms=0, to_ms=4_102_444_800_000)
_LAST_DAYS = TimeFrame(relative_ms=7 * 86_400_000)
_TIMEOUT_S = 300.0


class Intelligence(Protocol):
    """Where facts of exploited vulnerabilities are kept: by CVE id, in one look-up."""

    async def flaws(self, cves: Sequence[str]) -> Mapping[str, Flaw]:
        """What is known of these ids; those that nothing is known of are left out."""

    @property
    def as_of(self) -> datetime | None:
        """Of when the facts are."""


class Registers(Protocol):
    """A CMDB: what it says of assets, by asset id."""

    async def business(self) -> Mapping[str, Business]:
        """Tier, owner and service of the assets that it knows."""


class Client(Protocol):
    """What is needed of a Cortex client."""

    @property
    def xql(self) -> Any: ...


async def enrichments(
    client: Client,
    snapshot: FindingSet,
    *,
    intelligence: Intelligence | None = None,
    registers: Registers | None = None,
) -> Enrichments:
    """Everything that can be asked about the assets of a snapshot, at once.

    Never raises for a source: see `Enrichments.states`.
    """
    names = tuple(queries.ALL)
    got = await asyncio.gather(*(_rows(client, name) for name in names))
    rows = dict(zip(names, got, strict=True))
    assets = await asyncio.to_thread(Assets, snapshot.assets)
    business, registered = register_of(_listed(rows["register"]), assets, "CMDB of the tenant")
    data = data_of(_listed(rows["data"]), _listed(rows["files"]))
    for asset_id, held in registered.items():
        if asset_id not in data or held.grade > data[asset_id].grade:
            data[asset_id] = held
    found = Enrichments(
        flaws=flaws_of(_listed(rows["vulnerabilities"])),
        data=data,
        business=business,
        activity=traffic_of(_listed(rows["firewall"]), _listed(rows["flows"]), assets),
        alerts=alerts_of(_listed(rows["alerts"])),
        states={
            "vulnerabilities": _state("vulnerabilities", "findings of the tenant", rows["vulnerabilities"]),
            "data": _state("data", "data findings of the tenant", rows["data"], rows["files"]),
            "alerts": _state("alerts", "alerts of the tenant", rows["alerts"]),
            "cmdb": _state("cmdb", "CMDB rows of the tenant", rows["register"]),
            "activity": _state(
                "activity", "firewall and flow logs of the tenant", rows["firewall"], rows["flows"]
            ),
        },
    )
    if intelligence is not None:
        found = await _with_intelligence(found, intelligence)
    if registers is not None:
        found = await _with_registers(found, registers)
    return found


async def _rows(client: Client, name: str) -> Rows | str:
    """The rows of a query, or the sentence that says why there are none. A data set that is not there is one."""
    window = _LAST_DAYS if name in queries.LOGS else _ALL_TIME
    try:
        run = await client.xql.run(
            queries.ALL[name], timeframe=window, limit=queries.MOST_ROWS, timeout_s=_TIMEOUT_S
        )
    except CortexError as error:
        return str(error)
    rows: Rows = run.rows
    return rows


def _listed(rows: Rows | str) -> Rows:
    return () if isinstance(rows, str) else rows


def _state(name: SourceName, source: str, *answers: Rows | str) -> SourceState:
    """A source of several queries has answered when one of them has."""
    given = [rows for rows in answers if not isinstance(rows, str)]
    if not given:
        return SourceState(name, False, source, problem=str(answers[0]))
    return SourceState(name, True, source, datetime.now(UTC), sum(len(rows) for rows in given))


async def _with_intelligence(found: Enrichments, intelligence: Intelligence) -> Enrichments:
    cves = sorted({flaw.cve for held in found.flaws.values() for flaw in held})

    async def ask() -> Mapping[str, Flaw]:
        return await intelligence.flaws(cves)

    known, state = await _asked("intel", "threat intelligence", ask)
    if known is None:
        return replace(found, states={**found.states, "intel": state})
    flaws = {
        asset_id: tuple(merged(f, known[f.cve]) if f.cve in known else f for f in held)
        for asset_id, held in found.flaws.items()
    }
    state = replace(state, as_of=intelligence.as_of, rows=len(known))
    return replace(found, flaws=flaws, states={**found.states, "intel": state})


async def _with_registers(found: Enrichments, registers: Registers) -> Enrichments:
    known, state = await _asked("cmdb", "CMDB", registers.business)
    if known is None:
        return replace(found, states={**found.states, "cmdb": state})
    return replace(found, business=known, states={**found.states, "cmdb": replace(state, rows=len(known))})


async def _asked(
    name: SourceName, source: str, ask: Callable[[], Awaitable[Any]]
) -> tuple[Any | None, SourceState]:
    """An answer with its state. Any failure of a source is its own, not ours: it degrades to unknown."""
    try:
        return await ask(), SourceState(name, True, source, datetime.now(UTC))
    except Exception as error:  # noqa: BLE001 - an adaptor may fail in any way, and must not stop the scoring
        return None, SourceState(name, False, source, problem=f"{type(error).__name__}: {error}"[:300])
