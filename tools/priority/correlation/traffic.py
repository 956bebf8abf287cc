"""Traffic from outside to a subject: attempts and conversations per day and port, who came, and who watched."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from tools.priority.correlation import queries
from tools.priority.correlation.asking import Asker, Rows
from tools.priority.correlation.model import Coverage, Event, SourceName, Traffic
from tools.priority.correlation.queries import TrafficLog, literals
from tools.priority.correlation.subject import Subject
from tools.priority.enrich.matching import text_of
from tools.priority.enrich.records import moment, number
from tools.priority.reading import shown

QUIET_PER_WEEK = 20
"""Attempts in a week on one port below which nobody in particular is meant: the internet's background noise."""
TIMES_NOISE = 3.0
_LEAST_OTHERS = 3
_MOST_NOISE_PORTS = 50
_ALIVE = timedelta(hours=24)
_MOST_DAYS_PORTS = 12


class TrafficRead:
    """What one log gave."""

    def __init__(self, coverage: Coverage) -> None:
        self.coverage = coverage
        self.events: list[Event] = []
        self.days: list[Mapping[str, Any]] = []
        self.callers: list[Mapping[str, Any]] = []
        self.noise: dict[int, list[int]] = {}
        self.log: TrafficLog | None = None
        self.exact = True


async def read_traffic(asker: Asker, subject: Subject, log: TrafficLog, days: int) -> TrafficRead:
    """Everything that a log says of a subject. Never raises for the log: see the coverage."""
    name: SourceName = "firewall logs" if log.name == "firewall logs" else "flow logs"
    addresses = literals(subject.addresses)
    interfaces = literals(subject.interfaces) if log.interface else ()
    if not addresses and not interfaces:
        return TrafficRead(Coverage(name, None, "no address or interface of it is known"))
    coverage, used = await _coverage(asker, subject, log, name, days)
    read = TrafficRead(coverage)
    if used is None or coverage.covered is None:
        return read
    read.log = used
    ranges = subject.focus.ranges
    found = await asker.ask(
        queries.attempts(used, addresses, interfaces, ranges),
        f"attempts in the {log.name}",
        days=days,
        limit=queries.MOST_ROWS,
    )
    if isinstance(found, str) and used.counted:
        used = read.log = used.bare()
        found = await asker.ask(
            queries.attempts(used, addresses, interfaces, ranges),
            f"attempts in the {log.name}",
            days=days,
            limit=queries.MOST_ROWS,
        )
    if isinstance(found, str):
        read.coverage = Coverage(name, None, found.rstrip("."))
        return read
    read.days, read.exact = list(found), len(found) < queries.MOST_ROWS
    ports = _busiest(read.days, used)[:_MOST_NOISE_PORTS]
    callers, noise = await asyncio.gather(
        asker.ask(
            queries.callers(used, addresses, interfaces, ranges),
            f"callers in the {log.name}",
            days=days,
            limit=queries.MOST_ROWS,
        ),
        _noise(asker, used, addresses, ports, days),
    )
    read.callers = [] if isinstance(callers, str) else list(callers)
    read.noise = noise
    read.events = _events(read, subject, used)
    return read


async def _coverage(
    asker: Asker, subject: Subject, log: TrafficLog, name: SourceName, days: int
) -> tuple[Coverage, TrafficLog | None]:
    """Whether the log watched all of the subject: records of each machine, by a feed that is still coming in."""
    rows, used, problem = await _watched(asker, subject, log, days)
    if rows is None and log.feed:
        rows, used, problem = await _watched(asker, subject, log.bare(), days)
    if rows is None:
        return Coverage(name, None, problem.rstrip(".")), None
    first, last, count = _span(rows)
    if not rows or last is None:
        return Coverage(name, False, f"no record of it in the last {_count(days, 'day')}"), used
    newest = last
    feeds = literals(text_of(row, used.feed) for row in rows) if used.feed else ()
    if feeds:
        sent = await asker.ask(
            queries.feeds(used, feeds), f"feeds of the {log.name}", days=days, limit=queries.MOST_ROWS
        )
        if not isinstance(sent, str):
            newest = max(last, _span(sent)[1] or last)
    now = asker.as_of or newest
    if now - newest > _ALIVE:
        detail = f"its records end on {newest:%Y-%m-%d %H:%M} UTC"
        return Coverage(name, False, detail, count, first, last), used
    marks = subject.addresses | subject.interfaces
    wanted = {m.asset_id for m in subject.machines} or set(marks.values())
    seen = {marks.get(text_of(row, column), "") for row in rows for column in _columns(log)}
    if lacking := wanted - seen:
        detail = f"records of {len(wanted) - len(lacking)} of {len(wanted)} machines behind it"
        return Coverage(name, False, detail, count, first, last), used
    return Coverage(name, True, f"{_count(count, 'record')} of it", count, first, last), used


def _columns(log: TrafficLog) -> tuple[str, ...]:
    return tuple(filter(None, (log.destination, log.source, log.interface)))


async def _watched(
    asker: Asker, subject: Subject, log: TrafficLog, days: int
) -> tuple[Rows | None, TrafficLog, str]:
    addresses = literals(subject.addresses)
    sides = [(log.destination, addresses), (log.source, addresses)]
    if log.interface:
        sides.append((log.interface, literals(subject.interfaces)))
    got = await asyncio.gather(
        *(
            asker.ask(
                queries.watched(log, column, values),
                f"records of it in the {log.name}",
                days=days,
                limit=queries.MOST_ROWS,
            )
            for column, values in sides
            if values
        )
    )
    answers = [rows for rows in got if not isinstance(rows, str)]
    if not answers:
        return None, log, str(got[0])
    return [row for rows in answers for row in rows], log, ""


def _span(rows: Iterable[Mapping[str, Any]]) -> tuple[datetime | None, datetime | None, int]:
    listed = list(rows)
    firsts = [t for t in (moment(row.get("first")) for row in listed) if t is not None]
    lasts = [t for t in (moment(row.get("last")) for row in listed) if t is not None]
    count = sum(int(number(row.get("records")) or 0) for row in listed)
    return min(firsts, default=None), max(lasts, default=None), count


async def _noise(
    asker: Asker, log: TrafficLog, addresses: Sequence[str], ports: Sequence[int], days: int
) -> dict[int, list[int]]:
    if not ports:
        return {}
    rows = await asker.ask(
        queries.noise(log, addresses, ports),
        f"the same ports elsewhere in the {log.name}",
        days=days,
        limit=queries.MOST_DESTINATIONS,
    )
    found: dict[int, list[int]] = {}
    for row in () if isinstance(rows, str) else rows:
        port = number(row.get(log.port))
        if port is not None:
            found.setdefault(int(port), []).append(int(number(row.get("attempts")) or 0))
    return found


def _busiest(rows: Iterable[Mapping[str, Any]], log: TrafficLog) -> list[int]:
    counts: dict[int, int] = {}
    for row in rows:
        port = number(row.get(log.port))
        if port is not None:
            counts[int(port)] = counts.get(int(port), 0) + int(number(row.get("attempts")) or 0)
    return sorted(counts, key=lambda p: (-counts[p], p))


def _events(read: TrafficRead, subject: Subject, log: TrafficLog) -> list[Event]:
    """One event for each day, port and machine; ports beyond the busiest are one event a day together."""
    busiest = set(_busiest(read.days, log)[:_MOST_DAYS_PORTS])
    events: list[Event] = []
    rest: dict[datetime, list[Mapping[str, Any]]] = {}
    for row in read.days:
        port, first = number(row.get(log.port)), moment(row.get("first"))
        if first is None:
            continue
        if port is None or int(port) not in busiest:
            rest.setdefault(first.replace(hour=0, minute=0, second=0, microsecond=0), []).append(row)
            continue
        events.append(_event(read, subject, log, row, int(port), first))
    for rows in rest.values():
        firsts = [t for t in (moment(row.get("first")) for row in rows) if t is not None]
        attempts = sum(int(number(row.get("attempts")) or 0) for row in rows)
        sessions = sum(int(number(row.get("sessions")) or 0) for row in rows)
        what = f"{_count(attempts, 'attempt')} on {_count(len(rows), 'other port')}"
        at = min(firsts)
        events.append(Event("traffic", at, what, "", log.name, "", attempts=attempts, sessions=sessions))
    return events


def _event(
    read: TrafficRead, subject: Subject, log: TrafficLog, row: Mapping[str, Any], port: int, first: datetime
) -> Event:
    attempts, sessions = int(number(row.get("attempts")) or 0), int(number(row.get("sessions")) or 0)
    addresses = int(number(row.get("addresses")) or 0)
    asset_id = subject.addresses.get(text_of(row, log.destination), "")
    where = subject.name(asset_id) if len(subject.assets) > 1 else ""
    word = "with an answer" if log.counted else "let through"
    what = f"{_count(attempts, 'attempt')} on port {port}" + (f" of {where}" if where else "")
    what += f", {sessions:,} {word}" if sessions else ", none got through"
    top = next((text_of(c, log.source) for c in read.callers if number(c.get(log.port)) == port), "")
    who = f"{_count(addresses, 'address', 'addresses')}" + (f", most from {shown(top)}" if top else "")
    if addresses == 1 and top:
        who = shown(top)
    about = subject.focus.covers(port)
    return Event(
        "traffic",
        first,
        what,
        who,
        log.name,
        "HIGH" if sessions and about else "",
        until=moment(row.get("last")),
        port=port,
        attempts=attempts,
        sessions=sessions,
        sense="use" if sessions and about else "probe" if about else "other",
        asset=asset_id,
    )


def traffic_by_port(reads: Sequence[TrafficRead], since: datetime | None, days: int) -> tuple[Traffic, ...]:
    """Attempts per port over all logs, with what counts as noise there; the busiest first.

    Two logs that saw the same packets would double: of each port the log that saw more counts.
    """
    found: dict[int, Traffic] = {}
    for read in reads:
        log = read.log
        if log is None:
            continue
        by_port: dict[int, list[Mapping[str, Any]]] = {}
        for row in read.days:
            port = number(row.get(log.port))
            if port is not None:
                by_port.setdefault(int(port), []).append(row)
        for port, rows in by_port.items():
            made = _traffic(read, log, port, rows, since, days)
            if port not in found or (made.sessions, made.attempts) > (
                found[port].sessions,
                found[port].attempts,
            ):
                found[port] = made
    return tuple(sorted(found.values(), key=lambda t: (-t.attempts, t.port)))


def _traffic(
    read: TrafficRead,
    log: TrafficLog,
    port: int,
    rows: Sequence[Mapping[str, Any]],
    since: datetime | None,
    days: int,
) -> Traffic:
    attempts = sum(int(number(row.get("attempts")) or 0) for row in rows)
    sessions = sum(int(number(row.get("sessions")) or 0) for row in rows)
    # A day's row counts as after the weakness appeared when its last attempt was.
    later = [r for r in rows if since is None or (moment(r.get("last")) or since) >= since]
    later_sessions = [
        r for r in later if since is None or (at := moment(r.get("last_session"))) is None or at >= since
    ]
    callers = {text_of(c, log.source) for c in read.callers if number(c.get(log.port)) == port}
    most = max((int(number(row.get("addresses")) or 0) for row in rows), default=0)
    floor = QUIET_PER_WEEK * days / 7
    others = read.noise.get(port, [])
    usual = TIMES_NOISE * float(median(others)) if len(others) >= _LEAST_OTHERS else 0.0
    sessions_at = [t for t in (moment(row.get("last_session")) for row in rows) if t is not None]
    return Traffic(
        port=port,
        attempts=attempts,
        sessions=sessions,
        addresses=max(len(callers), most),
        noise=max(floor, usual),
        exact=read.exact and len(read.callers) < queries.MOST_ROWS,
        last_session=max(sessions_at, default=None),
        since_attempts=sum(int(number(row.get("attempts")) or 0) for row in later),
        since_sessions=sum(int(number(row.get("sessions")) or 0) for row in later_sessions),
    )


def _count(number_of: int, one: str, many: str = "") -> str:
    return f"1 {one}" if number_of == 1 else f"{number_of:,} {many or one + 's'}"
