"""Rows of alerts, agents and audit logs as events and coverage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from tools.priority.correlation.channel import channel_of
from tools.priority.correlation.focus import sense_of, techniques_in
from tools.priority.correlation.model import Appeared, Channel, Coverage, Event
from tools.priority.correlation.subject import Subject
from tools.priority.enrich.matching import text_of
from tools.priority.enrich.records import mapping, moment, number
from tools.priority.reading import shown

AGENT_SEEN = timedelta(days=2)
CAUSE_BEFORE = timedelta(days=7)
"""How long before a scanner's first sight the change that caused it may lie: scans run daily, some weekly."""
_NO_ONE = {
    "",
    "anonymous",
    "anonymous_principal",
    "anonymousprincipal",
    "allusers",
    "allauthenticatedusers",
    "null",
    "-",
}
_HOW: dict[Channel, str] = {
    "console": " by console",
    "pipeline": " by pipeline",
    "command line": " by command line",
    "cloud service": " by the cloud itself",
    "unknown": "",
}
_READS = ("get", "list", "describe", "head", "lookup", "search", "select", "batchget")
_LOGINS = ("assumerole", "consolelogin", "generateaccesstoken", "getfederationtoken", "signjwt", "signin")
_FAILED = ("fail", "denied", "error", "unauthorized", "forbidden")


def alert_events(rows: Iterable[Mapping[str, Any]], subject: Subject, start: datetime) -> list[Event]:
    """Alerts in the window, each once, with what their technique says about the weakness."""
    found: dict[str, Event] = {}
    for row in rows:
        at = moment(row.get("xdm.issue.observation_time"))
        if at is None or at < start:
            continue
        named = ("xdm.issue.normalized_fields", "xdm.issue.extended_fields")
        facts = {name: value for column in named for name, value in mapping(row.get(column)).items()}
        techniques = techniques_in(
            *(value for name, value in facts.items() if "mitre" in name.lower()),
            row.get("xdm.issue.detection.rule_id"),
        )
        number_, asset_id = text_of(row, "xdm.issue.id"), text_of(row, "asset")
        method = shown(text_of(row, "xdm.issue.detection.method")) or "alerts"
        state = text_of(row, "xdm.issue.status.progress").lower()
        what = shown(text_of(row, "xdm.issue.name"), 160) or "an alert without a name"
        if len(subject.assets) > 1 and (name := subject.name(asset_id)):
            what += f" on {name}"
        if "resolved" in state:
            what += " (resolved)"
        found.setdefault(
            number_ or f"{at}{what}",
            Event(
                "alert",
                at,
                what,
                ", ".join(techniques),
                method,
                text_of(row, "xdm.issue.severity").upper(),
                id=shown(number_),
                sense=sense_of(techniques, subject.focus.weakness),
                asset=asset_id,
            ),
        )
    return list(found.values())


def agent_coverage(rows: Sequence[Mapping[str, Any]], subject: Subject, now: datetime) -> Coverage:
    """Whether an agent runs on every machine of the subject."""
    marks: dict[str, str] = {}
    for machine in subject.machines:
        for mark in (machine.uid, machine.uid.rsplit("/", 1)[-1], machine.name):
            marks[mark.lower()] = machine.asset_id
    marks.pop("", None)
    alive: set[str] = set()
    known: set[str] = set()
    times: list[datetime] = []
    for row in rows:
        name, cloud_id = text_of(row, "endpoint_name").lower(), text_of(row, "cloud_id").lower()
        asset_id = marks.get(cloud_id) or marks.get(name)
        if asset_id is None:
            continue
        known.add(asset_id)
        seen = moment(row.get("last_seen"))
        times += [seen] if seen is not None else []
        connected = text_of(row, "endpoint_status").upper() == "CONNECTED"
        if connected and (seen is None or now - seen <= AGENT_SEEN):
            alive.add(asset_id)
    total, last = len(subject.machines) + subject.left_out, max(times, default=None)
    if total and len(alive) == total:
        detail = (
            "an agent is connected on it" if total == 1 else f"agents are connected on all {total} machines"
        )
        return Coverage("agent", True, detail, total, None, last)
    if total > 1:
        detail = f"agents are connected on {len(alive)} of {total} machines"
    else:
        detail = "its agent is not connected" if known else "no agent is installed on it"
    return Coverage("agent", False, detail, len(alive), None, last)


def change_events(rows: Iterable[Mapping[str, Any]], subject: Subject) -> list[Event]:
    """Calls to the cloud's API about the subject, newest first as they came: who, and from where."""
    events = []
    for row in rows:
        at = moment(row.get("_time"))
        if at is None:
            continue
        operation = shown(text_of(row, "operation_name"), 120) or "an operation without a name"
        failed = _failed(row)
        agent, kind = text_of(row, "user_agent"), text_of(row, "identity_type")
        channel = channel_of(agent, kind)
        target = shown(text_of(row, "referenced_resource_name") or text_of(row, "referenced_resource"))
        own = {m.lower() for m in (subject.asset.uid, subject.asset.name, subject.label)}
        other = (
            target and text_of(row, "referenced_resource").lower() not in own and target.lower() not in own
        )
        who = shown(text_of(row, "identity_name")) or "nobody named"
        caller = shown(text_of(row, "caller_ip"))
        events.append(
            Event(
                "call" if _only_reads(operation) else "change",
                at,
                operation + (f" on {target}" if other else "") + (" (failed)" if failed else ""),
                f"{who}{_HOW[channel] if who.lower() != channel else ''}"
                + (f" from {caller}" if caller else ""),
                "cloud audit log",
                "",
                mine=_uses(row, operation, subject),
            )
        )
    return events


def _uses(row: Mapping[str, Any], operation: str, subject: Subject) -> bool:
    """Whether an identity made the call, or somebody became it."""
    mine = {name.lower() for name in subject.identities}
    logged_in = operation.rsplit(".", 1)[-1].lower().startswith(_LOGINS)
    return text_of(row, "identity_name").lower() in mine or (bool(mine) and logged_in)


def _only_reads(operation: str) -> bool:
    last = operation.rsplit(".", 1)[-1].rsplit("/", 1)[-1].lower()
    return last.startswith(_READS) or last == "read"


def data_events(rows: Iterable[Mapping[str, Any]]) -> list[Event]:
    """Reads and writes of stored data; one by nobody in particular is use of an open door."""
    events = []
    for row in rows:
        at = moment(row.get("first"))
        if at is None:
            continue
        who, calls = text_of(row, "identity_name"), int(number(row.get("calls")) or 0)
        stranger = who.strip().lower() in _NO_ONE or "anonymous" in text_of(row, "identity_type").lower()
        failed = _failed(row)
        operation = shown(text_of(row, "operation_name"))
        what = f"{operation}, once" if calls == 1 else f"{operation}, {calls:,} times"
        events.append(
            Event(
                "call",
                at,
                what + (" (refused)" if failed else ""),
                "callers without a login" if stranger else shown(who),
                "cloud audit log",
                "HIGH" if stranger and not failed else "",
                until=moment(row.get("last")),
                attempts=calls,
                sessions=0 if failed else calls,
                sense=("probe" if failed else "use") if stranger else "other",
            )
        )
    return events


def appeared(
    rows: Sequence[Mapping[str, Any]], subject: Subject, first_seen: datetime | None
) -> Appeared | None:
    """When the weakness came about: the last change that worked shortly before a scanner first saw it, else that time.

    Without a `first_seen` nothing says when; a change after it, or to something else, cannot have been the cause.
    """
    if first_seen is None:
        return None
    own = {mark.lower() for mark in (*subject.resources, *subject.names)}
    best: tuple[datetime, Mapping[str, Any]] | None = None
    for row in rows:
        at, operation = moment(row.get("_time")), text_of(row, "operation_name")
        targets = {
            text_of(row, "referenced_resource").lower(),
            text_of(row, "referenced_resource_name").lower(),
        }
        if at is None or not first_seen - CAUSE_BEFORE <= at <= first_seen or not targets & own:
            continue
        if _failed(row) or _only_reads(operation):
            continue
        if best is None or at > best[0]:
            best = (at, row)
    if best is None:
        return Appeared(first_seen, from_change=False)
    at, row = best
    return Appeared(
        at,
        from_change=True,
        by=shown(text_of(row, "identity_name")),
        channel=channel_of(text_of(row, "user_agent"), text_of(row, "identity_type")),
        operation=shown(text_of(row, "operation_name")),
    )


def _failed(row: Mapping[str, Any]) -> bool:
    status = text_of(row, "operation_status").lower()
    return any(word in status for word in _FAILED)
