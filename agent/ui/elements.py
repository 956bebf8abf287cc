"""From a tool's result to what the page draws: the element's name and its props, as plain JSON.

Props hold data only. The elements put every string on the page as text, so nothing here needs to trust it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from agent.events import Suggestion
from agent.ui.charts import chart_props
from agent.ui.paths import path_props
from agent.ui.steps import counted
from agent.ui.text import code_safe, page_markdown, plain_value
from agent.ui.timeline import timeline_props
from tools.results import ToolResult

MOST_ROWS = 500
_SEVERITIES = {"critical", "high", "medium", "low", "info", "informational"}
_TIME = re.compile(r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")
_TIME_KEYS = re.compile(
    r"(_at|_seen|time|updated|created|date|observed|modified|(^|[._])(minute|hour|day|week|month|quarter|year))$",
    re.IGNORECASE,
)
_FIRST = ("change", "score", "priority", "severity", "title", "finding")
_NAMES = ("title", "finding")
_LAST = ("id", "finding_id", "issue_id")
_MOST_CARDS = 8
_JSON_TEXT = 5_000
_TITLES = {
    "findings": "Findings",
    "controls": "Controls",
    "summary": "Summary",
    "proposals": "Proposals",
    "drift": "Drift",
    "timeline": "Timeline",
    "report": "Requirements",
}


@dataclass(frozen=True)
class PageElement:
    """One element under an answer: the file that draws it, and what it draws."""

    name: str
    props: dict[str, Any]


def elements_for(result: ToolResult) -> list[PageElement]:
    """What to draw for a result, best first. A result without anything to draw gives nothing."""
    drawn: list[PageElement] = []
    data = result.data
    if result.kind in ("finding", "priority") and (data.get("finding") or data.get("score")):
        drawn.append(PageElement("FindingCard", _finding(result)))
    elif result.kind == "fix" and isinstance(data.get("fix"), Mapping):
        drawn.append(PageElement("FixView", _fix(data["fix"])))
    elif result.kind == "report":
        drawn.append(PageElement("ReportView", _report(result)))
    elif result.kind == "proposals":
        drawn.extend(approval_cards(_strings(data.get("cards"))[:_MOST_CARDS]))
    elif result.kind == "path" and (paths := path_props(result)) is not None:
        drawn.append(PageElement("PathView", paths))
    elif result.kind == "timeline" and (timeline := timeline_props(result)) is not None:
        return [PageElement("TimelineView", timeline)]
    if (chart := chart_props(result)) is not None:
        drawn.append(PageElement("ChartView", chart))
    if result.rows and result.kind not in ("finding", "priority", "fix"):
        drawn.append(PageElement("ResultTable", _table(result)))
    return drawn


def approval_cards(proposals: Iterable[str], *, compact: bool = False) -> list[PageElement]:
    """One card for a set of proposals; it holds ids only and asks for the state itself."""
    ids = list(dict.fromkeys(proposals))
    return [PageElement("ApprovalCard", {"proposals": ids, "compact": compact})] if ids else []


def follow_ups(suggestions: Iterable[Suggestion]) -> list[PageElement]:
    """Buttons that ask the next question."""
    items = [{"label": plain_value(s.label)[:120], "text": plain_value(s.text)[:500]} for s in suggestions]
    return [PageElement("FollowUps", {"items": items[:6]})] if items else []


def labels_for(columns: Iterable[str]) -> dict[str, str]:
    """Short heads for columns: the end of a dotted name where that is enough to tell them apart."""
    columns = list(columns)
    short = {column: _words(column.rsplit(".", 1)[-1]) for column in columns}
    taken: dict[str, int] = {}
    for label in short.values():
        taken[label] = taken.get(label, 0) + 1
    return {
        column: label if taken[label] == 1 else _words(" ".join(column.split(".")[-2:]))
        for column, label in short.items()
    }


def column_type(key: str, values: Iterable[Any]) -> str:
    """How a column is shown: severity, score, number, time, list or text."""
    present = [value for value in values if value not in (None, "")]
    tail = key.rsplit(".", 1)[-1].casefold()
    if tail == "severity" and all(str(value).casefold() in _SEVERITIES for value in present):
        return "severity"
    if present and all(_is_number(value) for value in present):
        return "score" if tail in ("score", "priority") else "number"
    if present and all(isinstance(value, str) and _TIME.match(value) for value in present):
        return "time"
    if present and all(isinstance(value, list | Mapping) for value in present):
        return "list"
    if tail in ("status", "state") and present and all(len(str(value)) <= 24 for value in present):
        return "status"
    return "id" if tail in _LAST else "text"


def _is_number(value: Any) -> bool:
    """A number, or an integer that is kept as text because a browser could not hold it exactly."""
    if isinstance(value, str):
        return len(value) > 15 and value.lstrip("-").isdigit()
    return isinstance(value, int | float) and not isinstance(value, bool)


def _table(result: ToolResult) -> dict[str, Any]:
    columns = list(result.columns) or list(dict.fromkeys(key for row in result.rows for key in row))
    opens = next((c for c in _NAMES if c in columns), None) if "id" in columns else None
    if opens is not None:
        columns = _reading_order(columns)
    rows = [{column: _cell(row.get(column)) for column in columns} for row in result.rows[:MOST_ROWS]]
    labels = labels_for(columns)
    shown = [
        {"key": column, "label": labels[column], "type": column_type(column, (row[column] for row in rows))}
        for column in columns
    ]
    for column in shown:
        if column["type"] == "number" and _TIME_KEYS.search(column["key"]):
            values = [row[column["key"]] for row in rows if row[column["key"]]]
            if values and all(isinstance(value, int | float) and value > 10**11 for value in values):
                column["type"] = "epoch"
    return {
        "title": _table_title(result),
        "columns": shown,
        "rows": rows,
        "returned": len(rows),
        "total": result.total,
        "truncated": result.truncated or len(rows) < result.total,
        "counted": counted(len(rows), result.total),
        "asOf": result.as_of.isoformat(),
        "opens": opens if result.kind in ("findings", "summary", "table") else None,
        "opensBy": "id",
        "queries": [
            {"xql": code_safe(q.xql), "reading": plain_value(q.reading), "window": plain_value(q.window)}
            for q in result.queries
        ],
    }


def _table_title(result: ToolResult) -> str:
    reading = " ".join(result.queries[0].reading.split()) if len(result.queries) == 1 else ""
    if result.kind == "table" and 0 < len(reading) <= 90:
        return str(plain_value(reading[0].upper() + reading[1:]))
    return _TITLES.get(result.kind, "Result")


def _cell(value: Any) -> Any:
    """A value for a cell; JSON that came as text is shown as the object that it is."""
    if isinstance(value, str) and value[:1] in ("{", "[") and len(value) < _JSON_TEXT:
        try:
            value = json.loads(value)
        except ValueError:
            return plain_value(value)
    return plain_value(value)


def _reading_order(columns: list[str]) -> list[str]:
    """What a person looks for first comes first, long ids last: a narrow screen shows the left only."""
    ranked = {name: place for place, name in enumerate(_FIRST)}
    middle = len(_FIRST)
    return sorted(columns, key=lambda c: ranked.get(c, middle + 1 if c in _LAST else middle))


def _strings(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list | tuple) else []


def _finding(result: ToolResult) -> dict[str, Any]:
    data = result.data
    finding, score = data.get("finding") or {}, data.get("score") or data.get("priority") or {}
    return {
        "finding": plain_value(finding),
        "score": plain_value(score),
        "asOf": result.as_of.isoformat(),
        "mode": "score" if result.kind == "priority" else "finding",
    }


def _fix(fix: Mapping[str, Any]) -> dict[str, Any]:
    layers = fix.get("layers") or {}
    if isinstance(layers, Mapping):
        layers = [{"name": name, **_layer(layer)} for name, layer in layers.items()]
    shown = plain_value({key: value for key, value in fix.items() if key != "layers"})
    shown["layers"] = plain_value(layers)
    return dict(shown)


def _layer(layer: Any) -> dict[str, Any]:
    return dict(layer) if isinstance(layer, Mapping) else {"status": str(layer), "detail": ""}


def _report(result: ToolResult) -> dict[str, Any]:
    data = result.data
    text = data.get("markdown")
    counts = data.get("counts") or {}
    # Counts come per kind of requirement; the headline says which kind it is about.
    kind = data.get("headline_kind")
    if isinstance(kind, str) and isinstance(counts.get(kind), Mapping):
        counts = counts[kind]
    return {
        "title": plain_value(data.get("title") or re.split(r", as of |: ", result.summary)[0]),
        "summary": plain_value(result.summary),
        "counts": plain_value(counts),
        "total": result.total,
        "markdown": page_markdown(text) if isinstance(text, str) else "",
        "source": plain_value(text) if isinstance(text, str) else "",
        "fileName": _file_name(data),
        "files": plain_value(data.get("files") or []),
        "asOf": result.as_of.isoformat(),
    }


def _file_name(data: Mapping[str, Any]) -> str:
    stem = re.sub(r"[^a-z0-9]+", "-", str(data.get("framework") or "report").casefold()).strip("-")
    return f"{stem or 'report'}-gap-report.md"


def _words(name: str) -> str:
    return name.replace("_", " ").strip() or name
