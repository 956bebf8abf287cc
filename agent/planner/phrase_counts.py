"""Say what was counted, measured or told over time: the number first, the top of a ranking, the course of a trend."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from agent.neutral import inline
from agent.planner.cells import Row, numbers_of
from agent.planner.focus import Made
from agent.planner.phrase_none import none
from agent.planner.phrase_scope import FIRST, caveat, window
from agent.planner.phrase_text import Phrased, as_of, paragraphs, shown
from agent.planner.questions.entities import ENTITIES
from agent.planner.questions.form import Asked, Form, Ref
from agent.planner.said import figure, things

_MOST_SUMMED: Final = 12
_MOST_TOLD: Final = 3
_NONE: Final = "not given"
_SPANS: Final = {"1h": "hour", "1d": "day", "1w": "week", "1mo": "month", "1y": "year"}


def counted(asked: Asked, item: Made) -> Phrased:
    """The measure of a question: one number, one per group, or one per span of time."""
    form = asked.form or Form()
    columns = tuple(item.result.get("columns") or ())
    numbers = numbers_of(item.rows, columns)
    if not item.rows or not numbers:
        return none(asked, item)
    if form.span:
        text = _over_time(asked, form, item, numbers)
    elif form.group:
        text = _groups(asked, form, item, numbers)
    else:
        return _single(asked, form, item, numbers)
    return Phrased(
        paragraphs(text, " ".join(x for x in (shown(item), window(item), as_of(item)) if x), caveat(form)),
        _after_groups(form),
    )


def _single(asked: Asked, form: Form, item: Made, numbers: tuple[str, ...]) -> Phrased:
    value = item.rows[0].get(numbers[-1])
    function = form.measure.function if form.measure is not None else "count"
    if function == "count":
        if not value and (item.data.get("relaxed") or item.data.get("notes")):
            return none(asked, item)
        said = things(_of(asked.reading, "Number of "), form, int(value or 0))
        population = item.data.get("population")
        share = ""
        if form.entity == "asset" and isinstance(population, int) and population > int(value or 0) > 0:
            share = f" Looked at: {figure(population)}."
        text = f"**{figure(value)} {said}.**{share}"
    elif function == "percent":
        whole = _of(asked.reading, "Percentage of ")
        text = f"**{figure(value)} % of {whole[:1].lower()}{whole[1:]}.**".replace(" that are ", " are ", 1)
    else:
        text = f"**{asked.reading}: {figure(value)}.**"
    follow = ("List them", "Count them by account") if function == "count" and value else (FIRST,)
    if form.entity not in ("asset", "issue", "finding", "vulnerability"):
        follow = follow[:1]
    return Phrased(
        paragraphs(text, " ".join(x for x in (window(item), as_of(item)) if x), caveat(form)), follow
    )


def _groups(asked: Asked, form: Form, item: Made, numbers: tuple[str, ...]) -> str:
    rows, column = item.rows, numbers[-1]
    groups = [c for c in item.result.get("columns", ()) if c not in numbers[-1:]]
    values = [row.get(column) for row in rows]
    unit = " %" if form.measure is not None and form.measure.function == "percent" else ""
    label = _group_of(rows[0], groups)
    ties = len(rows) > 1 and values[0] == values[1]
    lowest = form.rank is not None and not form.rank.descending
    only = len(rows) == 1 and form.limit != 1
    amounts = form.measure is None or form.measure.function in ("count", "distinct", "sum")
    extreme = ("least" if lowest else "most") if amounts else ("lowest" if lowest else "highest")
    most = "" if ties or only else f" has the {extreme}" if amounts else f" is {extreme}"
    if label == _NONE:
        label, most = f"No {_label(form.group[0])} given", ""
    lead = f"**{label}{most}: {figure(values[0])}{unit}.**"
    told = [f"{_group_of(r, groups)} {figure(r.get(column))}{unit}" for r in rows[1 : 1 + _MOST_TOLD]]
    then = f" Then {', '.join(told)}." if told else ""
    whole = _whole(form, values, item)
    number = item.result["total"]
    cut = form.limit is not None and number >= form.limit
    by = " and ".join(_label(ref) for ref in form.group)
    what = asked.reading.split(", the first ")[0].split(", by number")[0]
    count = f"{figure(number)} {by if number == 1 else _plural(by)}" if len(form.group) == 1 else ""
    scope = f" {what}{whole}{f'; {count}' if count and not cut else ''}."
    return f"{lead}{then}{scope}"


def _whole(form: Form, values: list[Any], item: Made) -> str:
    """The sum with its terms, so that a reader can follow it; with many it would only be long."""
    if form.measure is None or form.measure.function != "count" or form.limit is not None:
        return ""
    if not 1 < len(values) <= _MOST_SUMMED or item.result["total"] > len(values):
        return ""
    if any(not isinstance(v, int) for v in values):
        return ""
    return f": {' + '.join(map(str, values))} = {sum(values)}"


def _over_time(asked: Asked, form: Form, item: Made, numbers: tuple[str, ...]) -> str:
    rows, column = item.rows, numbers[-1]
    times = [c for c in item.result.get("columns", ()) if c not in numbers[-1:]]
    if len(times) != 1 or len(rows) < 2:
        return _groups(asked, form, item, numbers)
    span = _SPANS.get(form.span, "span")
    last, top = rows[-1], max(rows, key=lambda r: r.get(column) or 0)
    lead = f"**{figure(last.get(column))} in the last {span} ({_moment(last, times[0])}).**"
    before = f" The {span} before: {figure(rows[-2].get(column))}."
    most = f" The most were {figure(top.get(column))} ({_moment(top, times[0])})." if top is not last else ""
    return f"{lead}{before}{most} {asked.reading}."


def _moment(row: Row, column: str) -> str:
    value = row.get(column)
    if isinstance(value, int) and value > 10**11:
        return inline(f"{datetime.fromtimestamp(value / 1000, UTC):%Y-%m-%d}")
    return inline(value)


def _group_of(row: Row, groups: list[str]) -> str:
    return ", ".join(inline(row.get(g)) if row.get(g) not in (None, "") else _NONE for g in groups)


def _of(reading: str, lead: str) -> str:
    text = reading.removeprefix(lead)
    for mark in (", with ", ", as a check that passed shows"):
        text = text.split(mark)[0]
    return text


def _label(ref: Ref) -> str:
    return ref.name.replace("_", " ")


def _plural(word: str) -> str:
    if word.endswith("y") and not word.endswith("ay"):
        return word[:-1] + "ies"
    if word.endswith(("s", "x")):
        return word + "es"
    return word + "s"


def _after_groups(form: Form) -> tuple[str, ...]:
    many = ENTITIES[form.entity].many
    listing = ("List them",) if many and form.measure is not None else ()
    return (*listing, FIRST)
