"""From a timeline result to what `TimelineView` draws: a verdict, counts per day, entries grouped by day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.ui.text import code_safe, plain_value
from tools.results import ToolResult

MOST_ENTRIES = 200
MOST_DAYS = 91
_STATES = ("used now", "probed", "quiet", "unknown")
_COUNTS = ("alerts", "attempts", "got_through", "changes", "calls")


def timeline_props(result: ToolResult) -> dict[str, Any] | None:
    """What `TimelineView` draws; None for a timeline without a verdict (it then stays a table)."""
    data = result.data
    verdict = data.get("verdict")
    if not isinstance(verdict, Mapping):
        return None
    state = str(verdict.get("state"))
    finding, resource = _map(data.get("finding")), _map(data.get("resource"))
    events = _maps(data.get("events"))[:MOST_ENTRIES]
    days = [_day(day) for day in _maps(data.get("days"))[-MOST_DAYS:]]
    return {
        "title": plain_value(f"Activity on {resource.get('name') or 'a resource'}"),
        "state": state if state in _STATES else "unknown",
        "reason": plain_value(verdict.get("reason") or ""),
        "finding": plain_value(finding) or None,
        "about": plain_value(data.get("about") or ""),
        "machines": _texts(resource.get("machines"))[:25],
        "appeared": plain_value(_map(data.get("appeared"))) or None,
        "windowDays": data.get("window_days") if isinstance(data.get("window_days"), int) else 0,
        "days": days,
        "sources": [plain_value(dict(source)) for source in _maps(data.get("sources"))],
        "ports": [plain_value(dict(port)) for port in _maps(data.get("ports"))[:8]],
        "groups": _grouped(events),
        "returned": len(events),
        "total": result.total,
        "cut": result.truncated or len(events) < result.total,
        "asOf": result.as_of.isoformat(),
        "queries": [
            {"xql": code_safe(q.xql), "reading": plain_value(q.reading), "window": plain_value(q.window)}
            for q in result.queries
        ],
    }


def _day(day: Mapping[str, Any]) -> dict[str, Any]:
    counts = {name: _count(day.get(name)) for name in _COUNTS}
    return {"day": plain_value(str(day.get("day") or "")[:10]), **counts}


def _count(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _grouped(events: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Entries under their day, in the order they came."""
    groups: list[dict[str, Any]] = []
    for event in events:
        at = str(event.get("at") or "")
        if not groups or groups[-1]["day"] != at[:10]:
            groups.append({"day": at[:10], "entries": []})
        kept = {k: event.get(k) for k in ("kind", "what", "who", "source", "severity", "sense")}
        groups[-1]["entries"].append({**plain_value(kept), "time": plain_value(at[11:16])})
    return groups


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _texts(value: Any) -> list[str]:
    listed = value if isinstance(value, list | tuple) else []
    return [str(plain_value(item)) for item in listed if isinstance(item, str)]


def _maps(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list | tuple) else []
