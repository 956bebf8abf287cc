"""What happened on a finding's resource as a result: one timeline with counts per day and a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from pydantic import Field, model_validator

from tools.findings.model import AssetRecord, Finding
from tools.priority.attack_paths import asset_named
from tools.priority.correlation.asking import Asker, Client
from tools.priority.correlation.gather import gather
from tools.priority.correlation.model import Appeared, Event, Gathered, Verdict
from tools.priority.correlation.subject import Subject, subject_of
from tools.priority.correlation.verdict import verdict_of
from tools.priority.errors import UnknownAssetError
from tools.priority.reading import shown
from tools.priority.service import PriorityService
from tools.results import ToolResult
from tools.tool import ToolArguments

MOST_EVENTS = 500
_COLUMNS = ("at", "kind", "what", "who", "source", "severity")


class ActivityArguments(ToolArguments):
    """About which finding or resource, and how far back. One of the two is needed."""

    finding_id: str | None = Field(default=None, description="Finding id or issue id.", max_length=600)
    resource: str | None = Field(default=None, description="Name or id of a resource.", max_length=600)
    days: int = Field(default=7, ge=1, le=90, description="How many days back.")

    @model_validator(mode="after")
    def _one(self) -> ActivityArguments:
        if bool((self.finding_id or "").strip()) == bool((self.resource or "").strip()):
            raise ValueError("give either finding_id or resource")
        return self


async def correlate_activity(
    args: ActivityArguments, priority: PriorityService, client: Client, *, limit: int = 100
) -> ToolResult:
    """Alerts, traffic and changes of one asset on a timeline, newest first, with a verdict.

    Raises `UnknownFindingError` or `UnknownAssetError` with near names. A source that fails is named in
    `data.sources` and never read as silence.
    """
    finding, asset = await _about(args, priority)
    context = await priority.context()
    subject = subject_of(context, asset, finding)
    asker = Asker(client)
    found, began = await gather(asker, subject, args.days)
    since = began.at if began is not None else None
    verdict = verdict_of(subject, found, since)
    kept = found.events[: min(limit, MOST_EVENTS)]
    as_of = found.as_of or context.as_of
    return ToolResult(
        kind="timeline",
        summary=_summary(subject, verdict, args.days, len(found.events)),
        total=len(found.events),
        returned=len(kept),
        truncated=len(kept) < len(found.events) or bool(found.cut),
        as_of=as_of,
        columns=_COLUMNS,
        rows=tuple(_row(event) for event in kept),
        queries=found.queries,
        data=_data(subject, found, began, verdict, kept, args.days, as_of),
        citations=_citations(subject, kept),
    )


async def _about(args: ActivityArguments, priority: PriorityService) -> tuple[Finding | None, AssetRecord]:
    context = await priority.context()
    if not args.finding_id:
        return None, context.estate.assets[asset_named(context.estate, args.resource or "")]
    finding, _ = await priority.explained(args.finding_id)
    asset = context.estate.assets.get(finding.resource.asset_id)
    if asset is None:
        if not finding.resource.uid and not finding.resource.asset_id:
            raise UnknownAssetError(shown(finding.resource.name or finding.title))
        # The inventory lacks it: what the finding says of it is enough for logs that name it.
        asset = AssetRecord(
            asset_id=finding.resource.asset_id or finding.resource.uid,
            uid=finding.resource.uid,
            name=finding.resource.name,
            type_id=finding.resource.type,
            provider=finding.provider,
            account=finding.account,
            region=finding.region,
        )
    return finding, asset


def _summary(subject: Subject, verdict: Verdict, days: int, events: int) -> str:
    words = {
        "used now": "is being used now",
        "probed": "is being probed",
        "quiet": "is quiet",
        "unknown": "cannot be judged",
    }[verdict.state]
    window = "last day" if days == 1 else f"last {days} days"
    count = "1 entry" if events == 1 else f"{events:,} entries"
    return f"{subject.label} {words}. {verdict.reason} {count} in the {window}."


def _row(event: Event) -> dict[str, Any]:
    return {
        "at": event.at.isoformat(),
        "kind": event.kind,
        "what": event.what,
        "who": event.who,
        "source": event.source,
        "severity": event.severity,
    }


def _data(
    subject: Subject,
    found: Gathered,
    began: Appeared | None,
    verdict: Verdict,
    kept: Sequence[Event],
    days: int,
    as_of: datetime,
) -> dict[str, Any]:
    finding = subject.finding
    return {
        "verdict": {"state": verdict.state, "reason": verdict.reason},
        "finding": None
        if finding is None
        else {"id": finding.id, "title": shown(finding.title, 300), "severity": finding.severity.value},
        "resource": {
            "asset_id": subject.asset.asset_id,
            "name": subject.label,
            "uid": shown(subject.asset.uid, 300),
            "account": shown(subject.asset.account),
            "machines": [subject.name(m.asset_id) for m in subject.machines if m is not subject.asset],
            "left_out": subject.left_out,
        },
        "about": subject.focus.label,
        "watched_by": subject.focus.watch,
        "window_days": days,
        "appeared": None if began is None else _appeared(began),
        "sources": [
            {
                "source": c.source,
                "covered": c.covered,
                "detail": shown(c.detail, 300),
                "records": c.rows,
                "first": c.first.isoformat() if c.first else None,
                "last": c.last.isoformat() if c.last else None,
            }
            for c in found.coverage
        ],
        "days": _days(found.events, days, as_of),
        "ports": [
            {
                "port": t.port,
                "attempts": t.attempts,
                "got_through": t.sessions,
                "addresses": t.addresses,
                "noise": round(t.noise, 1),
                "exact": t.exact,
                "about_it": subject.focus.covers(t.port),
            }
            for t in found.traffic[:20]
        ],
        "events": [
            {
                **_row(event),
                "until": event.until.isoformat() if event.until else None,
                "sense": event.sense,
                "id": event.id or None,
                "port": event.port,
                "attempts": event.attempts,
                "got_through": event.sessions,
            }
            for event in kept
        ],
        "cut": list(found.cut),
    }


def _appeared(began: Appeared) -> dict[str, Any]:
    return {
        "at": began.at.isoformat(),
        "from_change": began.from_change,
        "by": began.by,
        "how": began.channel,
        "operation": began.operation,
    }


def _days(events: Sequence[Event], days: int, as_of: datetime) -> list[dict[str, Any]]:
    """Counts for every day of the window, the oldest first; a day without anything is there with zeros."""
    first = (as_of - timedelta(days=days)).date()
    count: dict[str, dict[str, Any]] = {}
    for number in range((as_of.date() - first).days + 1):
        day = (first + timedelta(days=number)).isoformat()
        count[day] = {"day": day, "alerts": 0, "attempts": 0, "got_through": 0, "changes": 0, "calls": 0}
    for event in events:
        held = count.get(event.at.date().isoformat())
        if held is None:
            continue
        if event.kind == "traffic":
            held["attempts"] += event.attempts
            held["got_through"] += event.sessions
        elif event.kind in {"alert", "change", "call"}:
            held[event.kind + "s"] += max(1, event.attempts)
    return list(count.values())


def _citations(subject: Subject, kept: Sequence[Event]) -> tuple[str, ...]:
    named = [subject.finding.id] if subject.finding is not None else [subject.asset.asset_id]
    return tuple(dict.fromkeys([*named, *(e.id for e in kept if e.id)]))[:50]
