"""The picture that serves a result: over time a line, of groups bars, of parts of a whole a pie."""

from __future__ import annotations

from typing import Any, Final

from tools.xql.ast import Query, String, View
from tools.xql.plan import model
from tools.xql.plan.describe import words_of
from tools.xql.plan.vocabulary import several
from tools.xql.printer.expressions import ExpressionPrinter

FEWEST: Final = 2
MOST_GROUPS: Final = 24
_NUMBERS: Final = frozenset(
    {"count", "count_rows", "count_distinct", "percent", "sum", "avg", "median", "min", "max"}
)
_VIEWS: Final = {
    "line": "line",
    "area": "line",
    "column": "bar",
    "bar": "bar",
    "funnel": "bar",
    "pie": "pie",
}


def chart_of(
    query: Query, plan: model.PostureQuery | None, rows: tuple[dict[str, Any], ...]
) -> dict[str, Any] | None:
    """`{type: line|bar|pie, x: column, y: [columns], title[, series: column]}`, None where no picture serves.

    A `view graph` stage decides where the query has one; else the plan does.
    """
    chart = _viewed(query) or (_planned(plan, rows) if plan is not None else None)
    if chart is None or not rows:
        return chart
    there = {name.lower(): name for name in rows[0]}
    named = [chart["x"], *chart["y"], *([chart["series"]] if "series" in chart else [])]
    if any(name.lower() not in there for name in named):
        return None
    return {
        **chart,
        "x": there[chart["x"].lower()],
        "y": [there[name.lower()] for name in chart["y"]],
        **({"series": there[chart["series"].lower()]} if "series" in chart else {}),
    }


def _viewed(query: Query) -> dict[str, Any] | None:
    stage = next((s for s in reversed(query.stages) if isinstance(s, View)), None)
    if stage is None or stage.kind != "graph":
        return None
    printer = ExpressionPrinter(False)
    options: dict[str, list[str]] = {}
    for option in stage.options:
        values = [v.value if isinstance(v, String) else printer.flat(v) for v in option.values]
        options.setdefault(option.name.lower(), []).extend(values)
    kind = _VIEWS.get("".join(options.get("type", ())).lower())
    if kind is None or not options.get("xaxis") or not options.get("yaxis"):
        return None
    series = {"series": options["series"][0]} if options.get("series") else {}
    title = "".join(options.get("header", ())) or f"{several(options['yaxis'])} by {options['xaxis'][0]}"
    return {"type": kind, "x": options["xaxis"][0], "y": options["yaxis"], "title": title, **series}


def _planned(plan: model.PostureQuery, rows: tuple[dict[str, Any], ...]) -> dict[str, Any] | None:
    measures = [item for item in plan.aggregates if item.function in _NUMBERS]
    names = _shown(plan)
    y = [names[item.name.lower()] for item in measures if item.name.lower() in names]
    if not y or len(rows) < FEWEST:
        return None
    words = words_of(plan)
    told = several([words.names[item.name.lower()].removeprefix("the ") for item in measures][:3])
    if plan.time_bin is not None:
        return _over_time(plan, names, y, told)
    if len(plan.group_by) != 1 or len(rows) > MOST_GROUPS:
        return None
    group = plan.group_by[0]
    if group.lower() not in names:
        return None
    shares = [item for item in measures if item.function == "percent" and item.where is None]
    chosen = [names[item.name.lower()] for item in shares if item.name.lower() in names]
    title = f"{told} by {words.column(group)}"
    return {
        "type": "pie" if chosen else "bar",
        "x": names[group.lower()],
        "y": chosen[:1] if chosen else _alike(measures, names),
        "title": title[0].upper() + title[1:],
    }


def _over_time(
    plan: model.PostureQuery, names: dict[str, str], y: list[str], told: str
) -> dict[str, Any] | None:
    assert plan.time_bin is not None
    x = (plan.time_bin.name or plan.time_bin.field).lower()
    groups = [name for name in plan.group_by if name.lower() != x]
    if x not in names or len(groups) > 1 or (groups and groups[0].lower() not in names):
        return None
    words = words_of(plan)
    title = f"{told} over time" + (f" by {words.column(groups[0])}" if groups else "")
    series = {"series": names[groups[0].lower()]} if groups else {}
    shown = y[:1] if groups else y
    return {"type": "line", "x": names[x], "y": shown, "title": title[0].upper() + title[1:], **series}


def _alike(measures: list[model.Aggregate], names: dict[str, str]) -> list[str]:
    """Counts go on one axis; a percentage or average beside them does not."""
    first = measures[0].function
    counts = ("count", "count_rows", "count_distinct")
    same = [m for m in measures if m.function == first or (first in counts and m.function in counts)]
    return [names[item.name.lower()] for item in same if item.name.lower() in names]


def _shown(plan: model.PostureQuery) -> dict[str, str]:
    """The plan's names of the columns that come back, with those they have in the result."""
    if plan.fields:
        pairs = [(f, f) if isinstance(f, str) else (f.field, f.name or f.field) for f in plan.fields]
        return {name.lower(): shown for name, shown in pairs}
    named = [*plan.group_by, *(item.name for item in plan.aggregates)]
    if plan.time_bin is not None:
        named.append(plan.time_bin.name or plan.time_bin.field)
    return {name.lower(): name for name in named}
