"""Asks all sources about a subject at once and lays their answers on one timeline."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from tools.priority.correlation import queries
from tools.priority.correlation.asking import Asker, Rows
from tools.priority.correlation.model import Appeared, Coverage, Event, Gathered
from tools.priority.correlation.queries import FIREWALL, FLOWS, MOST_ROWS, literals
from tools.priority.correlation.records import (
    agent_coverage,
    alert_events,
    appeared,
    change_events,
    data_events,
)
from tools.priority.correlation.subject import Subject
from tools.priority.correlation.traffic import read_traffic, traffic_by_port
from tools.priority.enrich.records import moment, number
from tools.results import utcnow

CHANGE_DAYS = 90
"""How far back changes are read: the one that opened a door is often older than the window."""


async def gather(asker: Asker, subject: Subject, days: int) -> tuple[Gathered, Appeared | None]:
    """Everything about a subject in the last `days`, and when its weakness appeared. Never raises for a source."""
    alerts, agents, audit, walls, flows = await asyncio.gather(
        _alerts(asker, subject),
        _agents(asker, subject),
        _audit(asker, subject, days),
        read_traffic(asker, subject, FIREWALL, days),
        read_traffic(asker, subject, FLOWS, days),
    )
    reads = (walls, flows)
    now = asker.as_of or utcnow()
    start = now - timedelta(days=days)
    changed, called, audit_coverage = audit
    finding = subject.finding
    first_seen = finding.first_seen if finding is not None else None
    changes = change_events(changed, subject)
    began = appeared(changed, subject, first_seen)
    events = [e for e in (*changes, *data_events(called)) if e.at >= start]
    events += [event for read in reads for event in read.events]
    coverage = [read.coverage for read in reads]
    if isinstance(alerts, str):
        coverage.append(Coverage("alerts", None, alerts.rstrip(".")))
    else:
        found = alert_events(alerts, subject, start)
        events += found
        told = "1 alert" if len(found) == 1 else f"{len(found):,} alerts"
        coverage.append(Coverage("alerts", True, told, len(found)))
    if subject.machines:
        coverage.append(
            Coverage("agent", None, agents.rstrip("."))
            if isinstance(agents, str)
            else agent_coverage(agents, subject, now)
        )
    coverage.append(audit_coverage)
    if finding is not None and first_seen is not None and first_seen >= start:
        events.append(
            Event(
                "finding",
                first_seen,
                "first seen by the scanner",
                finding.source,
                "finding",
                finding.severity.value,
            )
        )
    since = began.at if began is not None else None
    gathered = Gathered(
        events=tuple(sorted(events, key=lambda e: (e.at, e.kind, e.what, e.id), reverse=True)),
        coverage=tuple(coverage),
        traffic=traffic_by_port(reads, since, days),
        queries=tuple(asker.queries),
        cut=tuple(dict.fromkeys(asker.cut)),
        as_of=asker.as_of,
    )
    return gathered, began


async def _alerts(asker: Asker, subject: Subject) -> Rows | str:
    ids = literals(a.asset_id for a in subject.assets)
    if not ids:
        return "its asset id cannot be asked for"
    return await asker.ask(queries.alerts(ids), "alerts on it", days=None, limit=MOST_ROWS)


async def _agents(asker: Asker, subject: Subject) -> Rows | str:
    marks = literals(m for a in subject.machines for m in (a.uid, a.uid.rsplit("/", 1)[-1]))
    names = literals(a.name for a in subject.machines)
    if not marks and not names:
        return "no machine belongs to it"
    return await asker.ask(queries.agents(marks, names), "agents on it", days=None, limit=MOST_ROWS)


async def _audit(asker: Asker, subject: Subject, days: int) -> tuple[Rows, Rows, Coverage]:
    """Changes, calls to stored data, and whether the account's audit log is there."""
    account = subject.asset.account
    name = subject.finding.account_name if subject.finding is not None else ""
    projects = literals((account, name))
    resources, names = literals(subject.resources), literals(subject.names)
    if not projects or not (resources or names):
        return (), (), Coverage("cloud audit log", None, "its account or id is not known")
    changed, called, held = await asyncio.gather(
        asker.ask(
            queries.changes(resources, names, literals(subject.identities), projects),
            "changes to it",
            days=max(days, CHANGE_DAYS),
            limit=MOST_ROWS,
        ),
        asker.ask(queries.data_calls(resources, names, projects), "calls to it", days=days, limit=MOST_ROWS),
        asker.ask(queries.audited(projects), "audit log of the account", days=days, limit=1),
    )
    if isinstance(held, str):
        return (), (), Coverage("cloud audit log", None, held.rstrip("."))
    changed = () if isinstance(changed, str) else changed
    called = () if isinstance(called, str) else called
    count = int(number(held[0].get("records")) or 0) if held else 0
    first, last = (moment(held[0].get("first")), moment(held[0].get("last"))) if held else (None, None)
    if not count:
        return (
            changed,
            called,
            Coverage("cloud audit log", False, f"holds nothing of its account in {days} days"),
        )
    now = asker.as_of or utcnow()
    if last is not None and now - last > timedelta(days=2):
        detail = f"ends on {last:%Y-%m-%d %H:%M} UTC"
        return changed, called, Coverage("cloud audit log", False, detail, count, first, last)
    if subject.focus.watch == "calls" and not called:
        # A management log without a single call to the resource does not say that nobody made one.
        detail = "holds no calls to it: its data events may not be logged"
        return changed, called, Coverage("cloud audit log", False, detail, count, first, last)
    records = "1 record" if count == 1 else f"{count:,} records"
    return changed, called, Coverage("cloud audit log", True, f"{records} of its account", count, first, last)
