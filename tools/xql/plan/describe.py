"""A plan in plain words, on one line: what a person signs as the reading of a question."""

from __future__ import annotations

import re
from typing import Final

from tools.xql.plan import model
from tools.xql.plan.clauses import Words, date
from tools.xql.plan.conditions import names_of
from tools.xql.plan.noun_phrases import things
from tools.xql.plan.vocabulary import HAPPENED, LOGS, PLURAL, TIMED, noun, plural, several, short

_FUNCTIONS: Final = {
    "count_distinct": "number of different",
    "sum": "total",
    "avg": "average",
    "min": "lowest",
    "max": "highest",
    "values": "list of",
    "median": "median",
    "earliest": "earliest",
    "latest": "latest",
}
_COUNTS: Final = frozenset({"count", "count_rows", "count_distinct"})
_SPANS: Final = {"m": "minute", "h": "hour", "d": "day", "w": "week", "mo": "month", "y": "year"}
_NUMERIC: Final = re.compile(r"score|count|size|number|days|hours|age\Z|percent|total|bytes", re.IGNORECASE)
DEFAULT_LIMIT: Final = 100
_MANY: Final = 1_000


def describe_plan(plan: model.PostureQuery, *, cut: bool = False) -> str:
    """What the plan asks, as one sentence part without a full stop.

    The limit is said where it was asked for, or where it cut (`cut`).
    """
    words = words_of(plan)
    rows = things(words, plan.where, extra=_joined(plan))
    head = _measured(plan, words, rows) if plan.aggregates else _listed(plan, words, rows)
    parts = [head]
    if plan.expand:
        parts.append(f"one row for each item of {several([words.column(name) for name in plan.expand])}")
    if plan.having is not None:
        parts.append(f"only where {words.condition(plan.having)}")
    if plan.over:
        told = several([_over(item, words) for item in plan.over])
        parts.append(f"of these groups {told}")
    if plan.top is not None:
        parts.append(_top(plan.top, words))
    if plan.order:
        first, *others = [_ordered(key, plan, words) for key in plan.order]
        parts += [first, *(f"then {text.removeprefix('sorted ')}" for text in others)]
    parts += [_frame(plan), _limited(plan, cut)]
    text = ", ".join(part for part in parts if part)
    text = " ".join(text.split())
    return text[0].upper() + text[1:]


def words_of(plan: model.PostureQuery) -> Words:
    """The words of a plan's own columns: computed, joined, measured."""
    words = Words(plan.dataset, plan.compute)
    for join in plan.joins:
        theirs = Words(join.dataset, join.compute)
        for shown in join.fields:
            name = (shown.name or shown.field).lower()
            words.names.setdefault(name, theirs.column(shown.field))
        for item in join.aggregates:
            words.names[item.name.lower()] = _join_measure(item, join)
    for item in plan.aggregates:
        words.names.setdefault(item.name.lower(), f"the {_measure(item, words, noun(plan.dataset))}")
    if plan.time_bin is not None:
        words.names.setdefault((plan.time_bin.name or "").lower(), _span(plan.time_bin.span))
    return words


def _joined(plan: model.PostureQuery) -> str:
    told = []
    for join in plan.joins:
        if join.aggregates:
            continue
        theirs = things(Words(join.dataset, join.compute), join.where)
        if join.kind == "left":
            told.append(f"with their {theirs}, if any,")
        elif join.where is not None or join.dataset.lower() != "asset_inventory":
            told.append(
                f"on {theirs}" if join.dataset.lower() == "asset_inventory" else f"with their {theirs}"
            )
    return " and ".join(told)


def _join_measure(item: model.Aggregate, join: model.Join) -> str:
    theirs = Words(join.dataset, join.compute)
    rows = things(theirs, _both(join.where, item.where))
    if item.function in ("count", "count_rows"):
        return (
            f"the number of their {rows}"
            if item.field is None
            else f"the number of their {rows} with {short(item.field)}"
        )
    if item.function == "values":
        return f"the {plural(theirs.column(item.field or ''))} of their {rows}"
    return f"the {_FUNCTIONS[item.function]} {theirs.column(item.field or '')} of their {rows}"


def _both(first: model.Condition | None, second: model.Condition | None) -> model.Condition | None:
    given = tuple(item for item in (first, second) if item is not None)
    return model.All(all=given) if len(given) == 2 else given[0] if given else None


def _listed(plan: model.PostureQuery, words: Words, rows: str) -> str:
    tested = set(names_of(plan.where)) if plan.where is not None else set()
    counted = [
        words.names[item.name.lower()]
        for join in plan.joins
        for item in join.aggregates
        if item.name not in tested
    ]
    text = f"{rows}, with {several(counted)}" if counted else rows
    if not plan.distinct:
        return text
    return f"{text}, {_one_for_each(plan, words)}"


def _one_for_each(plan: model.PostureQuery, words: Words) -> str:
    keys = several([words.column(name) for name in plan.distinct])
    if plan.keep is None:
        return f"{'the newest' if plan.dataset.lower() in TIMED else 'one'} for each {keys}"
    column, falling = words.column(plan.keep.field), plan.keep.direction == "desc"
    if column == "time":
        return f"the {'newest' if falling else 'oldest'} for each {keys}"
    return f"for each {keys} the one with the {_way(column, plan.keep.direction)}"


def _way(column: str, direction: str) -> str:
    if column in HAPPENED or column in ("time", "insert time"):
        order = "newest" if direction == "desc" else "oldest"
        return f"{order} time {column}" if column in HAPPENED else f"{order} {column}"
    return f"{'highest' if direction == 'desc' else 'lowest'} {column}"


def _measured(plan: model.PostureQuery, words: Words, rows: str) -> str:
    items = plan.aggregates
    if len(items) == 1:
        text = _measure(items[0], words, rows)
        if items[0].field is not None and items[0].function != "count" and not _flag(items[0], words):
            text += f" of {rows}"
    else:
        text = f"{rows}: {several([_measure(item, words, '') for item in items], most=20)}"
    if plan.distinct:
        text += f", {_one_for_each(plan, words)}"
    groups = [_one(words.column(name)) for name in plan.group_by]
    if plan.time_bin is not None:
        groups.insert(0, _span(plan.time_bin.span))
    return f"{text}, by {several(groups)}" if groups else text


def _measure(item: model.Aggregate, words: Words, rows: str) -> str:
    """A measure of `rows`, or if they are named already (``) of them."""
    flag = _flag(item, words)
    tested = flag if flag is not None else item.where
    condition = words.condition(tested) if tested is not None else ""
    of = f" of {rows}" if rows else ""
    where = f" where {condition}" if condition else ""
    if item.function == "percent":
        if condition:
            return f"percentage{of} {'for which' if rows else 'where'} {condition}"
        return f"percentage of all {rows}" if rows else "percentage of all"
    if item.field is None or flag:
        rows_too = " (rows)" if item.function == "count_rows" and not rows else ""
        return f"number{of}{rows_too}" + (f" for which {condition}" if condition and rows else where)
    column = words.column(item.field)
    if item.function == "count":
        return f"number{of} with {column}{where}"
    word = _FUNCTIONS[item.function]
    if item.function in ("count_distinct", "values"):
        column = plural(column)
    if column in HAPPENED or column in ("time", "insert time"):
        word = {"min": "earliest", "max": "latest"}.get(item.function, word)
        column = f"{column} time" if column in HAPPENED else column
    elif column.startswith(("days since", "hours since")):
        word = {"min": "fewest", "max": "most"}.get(item.function, word)
    return f"{word} {column}{where}"


def _flag(item: model.Aggregate, words: Words) -> model.Condition | None:
    """The condition of a column of ones and zeros that is summed: that counts."""
    made = words.made.get((item.field or "").lower())
    if item.function != "sum" or made is None or item.where is not None:
        return None
    return made.when if made.then == 1 and made.otherwise in (0, None) else None


def _one(column: str) -> str:
    """What one item of an array is called."""
    return column.removesuffix("s") if column in PLURAL - {"details"} else column


def _span(text: str) -> str:
    unit = text.lstrip("0123456789")
    count = text[: -len(unit)]
    return _SPANS[unit] if count == "1" else f"{count} {_SPANS[unit]}s"


def _over(item: model.Aggregate, words: Words) -> str:
    """A measure of groups."""
    if item.field is None:
        return "the number"
    return f"the {_FUNCTIONS.get(item.function, 'number of')} {words.column(item.field).removeprefix('the ')}"


def _top(top: model.TopPerGroup, words: Words) -> str:
    way = "highest" if top.direction == "desc" else "lowest"
    groups = several([words.column(name) for name in top.by])
    column = words.column(top.order).removeprefix("the ")
    if column in HAPPENED or column in ("time", "insert time"):
        return f"the {'newest' if top.direction == 'desc' else 'oldest'} {top.n} for each {groups}"
    return f"the {top.n} with the {way} {column} for each {groups}"


def _ordered(key: model.Order, plan: model.PostureQuery, words: Words) -> str:
    measure = next((item for item in plan.aggregates if item.name.lower() == key.field.lower()), None)
    falling = key.direction == "desc"
    counted = next(
        (item for join in plan.joins for item in join.aggregates if item.name.lower() == key.field.lower()),
        None,
    )
    if (measure or counted) is not None and (measure or counted).function in _COUNTS:  # type: ignore[union-attr]
        return "most first" if falling else "fewest first"
    column = words.column(key.field).removeprefix("the ")
    if plan.time_bin is not None and column == _span(plan.time_bin.span):
        return "newest first" if falling else "oldest first"
    if plan.time_bin is not None and key.field.lower() == (plan.time_bin.name or plan.time_bin.field).lower():
        return "newest first" if falling else "oldest first"
    if column in HAPPENED or column in ("time", "insert time"):
        return "newest first" if falling else "oldest first"
    computed = words.made.get(key.field.lower())
    if computed is not None and computed.rank is not None:
        ranks = computed.ranks if not falling else tuple(reversed(computed.ranks))
        return f"{ranks[0].lower()} {words.column(computed.rank)} first"
    if (
        _NUMERIC.search(key.field)
        or measure is not None
        or (computed is not None and (computed.age_days or computed.age_hours or computed.math))
    ):
        return f"highest {column} first" if falling else f"lowest {column} first"
    return f"sorted by {column}" + (" from the highest" if falling else "")


def _frame(plan: model.PostureQuery) -> str:
    frame = plan.timeframe
    if frame is None:
        return "in the last 24 hours" if plan.dataset.lower() in LOGS else ""
    if frame.last is not None:
        unit = frame.last.lstrip("0123456789")
        count = int(frame.last[: -len(unit)])
        return f"in the last {_SPANS[unit]}" if count == 1 else f"in the last {count} {_SPANS[unit]}s"
    start = date(frame.start or "1970-01-01")
    return f"from {start} to {date(frame.end)}" if frame.end is not None else f"since {start}"


def _limited(plan: model.PostureQuery, cut: bool) -> str:
    asked = plan.limit != DEFAULT_LIMIT and plan.limit < _MANY
    if not cut and not asked:
        return ""
    if plan.aggregates and not plan.group_by and plan.time_bin is None:
        return ""
    if plan.limit == 1:
        return "only the first" if plan.order else "only one"
    return f"the first {plan.limit:,}" if plan.order else f"at most {plan.limit:,}"


def condition(item: model.Condition, dataset: str = "asset_inventory") -> str:
    """A condition in words."""
    return Words(dataset).condition(item)


__all__ = ["condition", "describe_plan", "noun", "short", "words_of"]
