"""Asks every source once for a snapshot. A source that fails leaves its factor unknown and says why."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Protocol

from tools.bulk import uncollected
from tools.cortex import CortexError, TimeFrame
from tools.cortex.pages import every_row
from tools.findings.model import FindingSet
from tools.priority.enrich import queries
from tools.priority.enrich.matching import Assets
from tools.priority.enrich.missing import NAMES, NoAnswer, in_words, no_answer
from tools.priority.enrich.model import Enrichments, Flaw, SourceName, SourceState
from tools.priority.enrich.records import FlawRows, alerts_of, data_of, excepted_of, excluded_of, merged
from tools.priority.enrich.register import Register, entry_of, registered
from tools.priority.enrich.stored import Held, Holdings, flaws_seen, with_seen
from tools.priority.enrich.traffic import traffic_of

Rows = Sequence[Mapping[str, Any]] | FlawRows
_Answer = Rows | NoAnswer
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


class Client(Protocol):
    """What is needed of a Cortex client."""

    @property
    def xql(self) -> Any: ...


async def enrichments(
    client: Client,
    snapshot: FindingSet,
    *,
    intelligence: Intelligence | None = None,
    stored: Holdings | None = None,
) -> Enrichments:
    """Everything that can be asked about the assets of a snapshot, at once; `stored` is what was imported.

    Never raises for a source: see `Enrichments.states`.
    """
    names = tuple(queries.ALL)
    cut: dict[str, str] = {}
    with uncollected():
        got = await asyncio.gather(*(_rows(client, name, cut) for name in names))
        rows = dict(zip(names, got, strict=True))
        held, trouble = await _held(stored)
        found = await asyncio.to_thread(_matched, rows, held, snapshot)
        if cut:
            found = replace(found, states={**found.states, **_in_part(found.states, cut)})
        if trouble is not None:
            found = replace(found, states={**found.states, **_unread(found.states, trouble)})
        return found if intelligence is None else await _with_intelligence(found, intelligence)


def _matched(rows: Mapping[str, _Answer], held: Held, snapshot: FindingSet) -> Enrichments:
    """What the sources said, by asset."""
    assets = Assets(snapshot.assets)
    own = Register("CMDB of the tenant", [entry_of(row) for row in _listed(rows["register"])])
    known = registered((own, *held.registers), assets)
    data = data_of(_listed(rows["data"]), _listed(rows["files"]))
    for asset_id, one in known.data.items():
        if asset_id not in data or one.grade > data[asset_id].grade:
            data[asset_id] = one
    seen, scanned, unmatched = flaws_seen(held.scans, assets)
    states: dict[SourceName, SourceState] = {
        "vulnerabilities": _also(
            _state("vulnerabilities", "findings of the tenant", rows["vulnerabilities"]),
            [(scan.source, scan.as_of) for scan in held.scans],
            scanned,
            unmatched,
        ),
        "data": _state("data", "data findings of the tenant", rows["data"], rows["files"]),
        "alerts": _state("alerts", "alerts of the tenant", rows["alerts"]),
        "cmdb": _also(
            _state("cmdb", own.source, rows["register"]),
            [(register.source, register.as_of) for register in held.registers],
            known.rows - len(own.rows),
            known.unmatched,
        ),
        "activity": _state(
            "activity", "firewall and flow logs of the tenant", rows["firewall"], rows["flows"]
        ),
        "exceptions": _state(
            "exceptions", "exclusions and exceptions of the tenant", rows["excluded"], rows["excepted"]
        ),
        "threats": _threats(held),
    }
    return Enrichments(
        flaws=with_seen(_flaws(rows["vulnerabilities"]), seen),
        data=data,
        business=known.business,
        activity=traffic_of(_listed(rows["firewall"]), _listed(rows["flows"]), assets),
        alerts=alerts_of(_listed(rows["alerts"])),
        states=states,
        campaigns=held.campaigns or (),
        excluded=excluded_of(_listed(rows["excluded"])),
        excepted=excepted_of(_listed(rows["excepted"])),
    )


async def _held(stored: Holdings | None) -> tuple[Held, str | None]:
    """What was imported; when it cannot be read, nothing and why."""
    if stored is None:
        return Held(), None
    held, state = await _asked("cmdb", "our own database", stored.held)
    return (Held(), state.problem) if held is None else (held, None)


def _unread(states: Mapping[SourceName, SourceState], trouble: str) -> dict[SourceName, SourceState]:
    text = f"what was imported could not be read: {trouble}"
    names: tuple[SourceName, ...] = ("cmdb", "vulnerabilities", "threats")
    return {name: replace(states[name], problem=text) for name in names}


def _also(
    state: SourceState, more: Sequence[tuple[str, datetime | None]], rows: int, unmatched: int
) -> SourceState:
    """A source of the tenant together with imported ones: it has answered when any of them has."""
    state = replace(state, unmatched=unmatched if state.answered or more else None)
    if not more:
        return state
    dates = [at for _, at in more if at is not None] + ([state.as_of] if state.as_of else [])
    names = [*([state.source] if state.answered else []), *(name for name, _ in more)]
    return replace(
        state, answered=True, source=", ".join(names)[:300], as_of=min(dates, default=None), rows=state.rows + rows,
        problem="",
    )  # fmt: skip


def _threats(held: Held) -> SourceState:
    if held.campaigns is None:
        return SourceState("threats", False, "threat feeds", problem="No threat feed was imported.")
    return SourceState("threats", True, "threat feeds", held.campaigns_as_of, len(held.campaigns))


async def _rows(client: Client, name: str, cut: dict[str, str]) -> _Answer:
    """The rows of a query, or why there are none. A data set that is not there is a reason.

    What was not read whole is noted in `cut`. There may be a million vulnerabilities: their rows are not kept.
    """
    window = _LAST_DAYS if name in queries.LOGS else _ALL_TIME
    text, key = queries.ALL[name], queries.KEYS.get(name)
    flaws, kept = FlawRows(), list[Mapping[str, Any]]()
    take = flaws.add if name == "vulnerabilities" else kept.append
    try:
        if key is None:
            run = await client.xql.run_each(
                text, take, timeframe=window, limit=queries.PAGE_ROWS, timeout_s=_TIMEOUT_S
            )
            # An answer that is as long as may be asked for may be a part.
            whole = not run.truncated and not run.partial and run.returned < queries.PAGE_ROWS
            total = run.total
        else:
            read = await every_row(
                client.xql, text, key, take, timeframe=window, page_rows=queries.PAGE_ROWS,
                most=queries.MOST_ROWS, timeout_s=_TIMEOUT_S,
            )  # fmt: skip
            whole, total = read.complete, read.total
    except CortexError as error:
        return no_answer(name, error)
    rows: Rows = flaws if name == "vulnerabilities" else kept
    if not whole:
        more = f" of {total:,}" if total > len(rows) else ", and there are more"
        cut[name] = f"only {len(rows):,} rows were read{more}"
    return rows


def _listed(rows: _Answer) -> Sequence[Mapping[str, Any]]:
    return () if isinstance(rows, NoAnswer | FlawRows) else rows


def _flaws(rows: _Answer) -> dict[str, tuple[Flaw, ...]]:
    return rows.by_asset() if isinstance(rows, FlawRows) else {}


_STATES: dict[str, SourceName] = {
    "vulnerabilities": "vulnerabilities",
    "data": "data",
    "files": "data",
    "alerts": "alerts",
    "excluded": "exceptions",
    "excepted": "exceptions",
    "register": "cmdb",
    "firewall": "activity",
    "flows": "activity",
}
"""The source that a query is a part of."""


def _in_part(
    states: Mapping[SourceName, SourceState], cut: Mapping[str, str]
) -> dict[SourceName, SourceState]:
    """The states of sources that were not read whole, which they say."""
    found: dict[SourceName, SourceState] = {}
    for name, text in cut.items():
        state = found.get(_STATES[name], states[_STATES[name]])
        said = "; ".join(part for part in (state.problem, f"{NAMES[name]}: {text}") if part)
        found[state.name] = replace(state, problem=said)
    return found


def _state(name: SourceName, source: str, *answers: _Answer) -> SourceState:
    """A source of several queries has answered when one of them has."""
    given = [rows for rows in answers if not isinstance(rows, NoAnswer)]
    if not given:
        missing = [one for one in answers if isinstance(one, NoAnswer)]
        return SourceState(name, False, source, problem=in_words(missing))
    return SourceState(name, True, source, datetime.now(UTC), sum(len(rows) for rows in given))


async def _with_intelligence(found: Enrichments, intelligence: Intelligence) -> Enrichments:
    cves = sorted({flaw.cve for held in found.flaws.values() for flaw in held})

    async def ask() -> Mapping[str, Flaw]:
        return await intelligence.flaws(cves)

    known, state = await _asked("intel", "threat intelligence", ask)
    if known is None:
        return replace(found, states={**found.states, "intel": state})
    # The same record of a flaw stands on many assets: it is merged once.
    single = {id(f): f for held in found.flaws.values() for f in held if f.cve in known}
    alike = {at: merged(f, known[f.cve]) for at, f in single.items()}
    flaws = {asset_id: tuple(alike.get(id(f), f) for f in held) for asset_id, held in found.flaws.items()}
    state = replace(state, as_of=intelligence.as_of, rows=len(known))
    return replace(found, flaws=flaws, states={**found.states, "intel": state})


async def _asked(
    name: SourceName, source: str, ask: Callable[[], Awaitable[Any]]
) -> tuple[Any | None, SourceState]:
    """An answer with its state. Any failure of a source is its own, not ours: it degrades to unknown."""
    try:
        return await ask(), SourceState(name, True, source, datetime.now(UTC))
    except Exception as error:  # noqa: BLE001 - an adaptor may fail in any way, and must not stop the scoring
        return None, SourceState(name, False, source, problem=f"{type(error).__name__}: {error}"[:300])
