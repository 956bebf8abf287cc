"""A plan in plain words, on one line: what a person signs as the reading of a question."""

from __future__ import annotations

from typing import Final

from tools.xql.plan import model
from tools.xql.plan.clauses import Words, date
from tools.xql.plan.noun_phrases import things
from tools.xql.plan.vocabulary import HAPPENED, noun, several, short

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
    if plan.top is not None:
        parts.append(_top(plan.top, words))
    if plan.order:
        parts.append(several([_ordered(key, plan, words) for key in plan.order], "then"))
    parts += [_frame(plan.timeframe), _limited(plan, cut)]
    text = ", ".join(part for part in parts if part)
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
        words.names.setdefault(
            item.name.lower(), f"the {_measure(item, words, noun(plan.dataset), first=True)}"
        )
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
    return f"the {_FUNCTIONS[item.function]} {theirs.column(item.field or '')} of their {rows}"


def _both(first: model.Condition | None, second: model.Condition | None) -> model.Condition | None:
    given = tuple(item for item in (first, second) if item is not None)
    return model.All(all=given) if len(given) == 2 else given[0] if given else None


def _listed(plan: model.PostureQuery, words: Words, rows: str) -> str:
    counted = [words.names[item.name.lower()] for join in plan.joins for item in join.aggregates]
    text = f"{rows}, with {several(counted)}" if counted else rows
    if not plan.distinct:
        return text
    keys = several([words.column(name) for name in plan.distinct])
    if plan.keep is None:
        return f"{text}, one for each {keys}"
    way = _way(words.column(plan.keep.field), plan.keep.direction)
    return f"{text}, for each {keys} the one with the {way}"


def _way(column: str, direction: str) -> str:
    if column in HAPPENED or column in ("time", "insert time"):
        order = "newest" if direction == "desc" else "oldest"
        return f"{order} time {column}" if column in HAPPENED else f"{order} {column}"
    return f"{'highest' if direction == 'desc' else 'lowest'} {column}"


def _measured(plan: model.PostureQuery, words: Words, rows: str) -> str:
    told = []
    for number, item in enumerate(plan.aggregates):
        told.append(_measure(item, words, rows, first=number == 0))
    text = several(told, most=20)
    if plan.aggregates[0].field is not None and plan.aggregates[0].function != "count":
        text += f" of {rows}" if len(told) == 1 else f", of {rows}"
    groups = [words.column(name) for name in plan.group_by]
    if plan.time_bin is not None:
        groups.insert(0, _span(plan.time_bin.span))
    if plan.distinct:
        keys = several([words.column(name) for name in plan.distinct])
        text += f", one for each {keys}"
    return f"{text}, by {several(groups)}" if groups else text


def _measure(item: model.Aggregate, words: Words, rows: str, *, first: bool) -> str:
    condition = words.condition(item.where) if item.where is not None else ""
    if item.function == "percent":
        if condition:
            return f"percentage of {rows if first else 'them'} for which {condition}"
        return f"percentage of all {rows}" if first else "their percentage of all"
    if item.field is None:
        what = "rows" if item.function == "count_rows" else rows
        if not first:
            return f"number where {condition}" if condition else f"number of {what}"
        return f"number of {what}" + (f" for which {condition}" if condition else "")
    column = words.column(item.field)
    if item.function == "count":
        return f"number of {rows if first else 'them'} with {column}" + (
            f" where {condition}" if condition else ""
        )
    word = _FUNCTIONS[item.function]
    if column in HAPPENED or column in ("time", "insert time"):
        word = {"min": "earliest", "max": "latest"}.get(item.function, word)
    return f"{word} {column}" + (f" where {condition}" if condition else "")


def _span(text: str) -> str:
    unit = text.lstrip("0123456789")
    count = text[: -len(unit)]
    return _SPANS[unit] if count == "1" else f"{count} {_SPANS[unit]}s"


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
    if measure is not None or (
        computed is not None and (computed.age_days or computed.age_hours or computed.math)
    ):
        return f"highest {column} first" if falling else f"lowest {column} first"
    return f"sorted by {column}" + (" from the highest" if falling else "")


def _frame(frame: model.TimeFrame | None) -> str:
    if frame is None:
        return ""
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
