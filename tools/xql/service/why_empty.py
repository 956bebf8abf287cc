"""Why a plan finds nothing: counts with one condition left out at a time, and what there is instead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from tools.xql.catalog import Catalog
from tools.xql.plan import model
from tools.xql.plan.clauses import Words
from tools.xql.plan.describe import words_of
from tools.xql.plan.model_conditions import has_related
from tools.xql.plan.output import split
from tools.xql.plan.sides import RowCompiler
from tools.xql.plan.vocabulary import noun

MOST_COUNTS: Final = 16
MOST_QUERIES: Final = 5
MOST_LOOKUPS: Final = 2
ALL: Final = "count_of_all"
ONE: Final = "count_of_one"
_LOG_WINDOW: Final = "90d"


@dataclass(frozen=True, slots=True)
class Loosened:
    """A plan with one condition left out: in words, and as a plan that counts what there is then."""

    without: str
    plan: model.PostureQuery
    groups: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """Many counts in one query: `counts` are the loosened ones, `alone` the tests by themselves."""

    plan: model.PostureQuery
    counts: dict[str, str]
    alone: dict[str, model.Test]


def loosened(
    condition: model.Condition, *, wanted: bool = True
) -> Iterator[tuple[model.Condition, model.Condition | None]]:
    """Pairs of what was left out and what remains (None: nothing).

    Where a condition is wanted, the parts of an `all` narrow it; where it is not wanted, the parts of an `any` do.
    """
    if isinstance(condition, model.Not):
        for gone, left in loosened(condition.none, wanted=not wanted):
            yield gone, None if left is None else model.Not(none=left)
        return
    if isinstance(condition, model.Related):
        yield condition, None
        if condition.where is not None:
            for gone, left in loosened(condition.where, wanted=wanted != condition.absent):
                if isinstance(condition.where, model.All | model.AnyOf) or left is not None:
                    yield gone, condition.model_copy(update={"where": left})
        return
    if isinstance(condition, model.Test):
        yield condition, None
        return
    parts = condition.all if isinstance(condition, model.All) else condition.any
    narrows = isinstance(condition, model.All) == wanted
    if not narrows:
        yield condition, None
    for at, part in enumerate(parts):
        for gone, left in loosened(part, wanted=wanted):
            if left is None and not narrows:
                continue
            rest = (*parts[:at], *([left] if left is not None else []), *parts[at + 1 :])
            yield gone, _again(condition, rest)


def _again(condition: model.All | model.AnyOf, parts: tuple[model.Condition, ...]) -> model.Condition | None:
    if len(parts) < 2:
        return parts[0] if parts else None
    return model.All(all=parts) if isinstance(condition, model.All) else model.AnyOf(any=parts)


def batch(plan: model.PostureQuery, catalog: Catalog) -> Batch | None:
    """All counts that need no look-up in other datasets, as aggregates of one query."""
    words = words_of(plan)
    plain, looked = _divided(plan.where)
    kind = _counted(plan)
    aggregates: list[model.Aggregate] = []
    counts: dict[str, str] = {}
    alone: dict[str, model.Test] = {}
    if plain:
        whole = model.All(all=tuple(plain))
        for gone, left in loosened(whole):
            if len(counts) == MOST_COUNTS or gone is whole:
                continue
            name = f"count_without_{len(counts)}"
            counts[name] = words.condition(gone)
            aggregates.append(model.Aggregate(function=kind, name=name, where=left))
        for test in (part for part in _tests(whole) if _says_value(part)):
            if len(alone) == MOST_COUNTS:
                break
            name = f"count_alone_{len(alone)}"
            alone[name] = test
            aggregates.append(model.Aggregate(function=kind, name=name, where=test))
    aggregates.append(model.Aggregate(function=kind, name=ALL))
    if len(aggregates) > 20:
        keep = [item for item in aggregates if item.name != ALL][:19]
        aggregates = [*keep, aggregates[-1]]
        names = {item.name for item in keep}
        counts = {name: text for name, text in counts.items() if name in names}
        alone = {name: test for name, test in alone.items() if name in names}
    where = None if not looked else looked[0] if len(looked) == 1 else model.All(all=tuple(looked))
    return Batch(_counting(plan, catalog, where, tuple(aggregates)), counts, alone)


def single(plan: model.PostureQuery, catalog: Catalog) -> Iterator[Loosened]:
    """Plans with one thing left out that need a query of their own."""
    words = words_of(plan)
    count = (model.Aggregate(function=_counted(plan), name=ONE),)
    plain, looked = _divided(plan.where)
    if looked:
        whole = model.All(all=(*plain, *looked))
        for gone, left in loosened(whole):
            if not any(has_related(part) and _holds(part, gone) for part in looked):
                continue
            yield Loosened(_told(gone, looked, words), _counting(plan, catalog, left, count))
    for at, join in enumerate(plan.joins):
        theirs = Words(join.dataset, join.compute)
        if join.kind == "inner":
            loose = join.model_copy(update={"kind": "left"})
            yield Loosened(
                f"the link to {noun(join.dataset)}",
                _counting(_joined(plan, at, loose), catalog, plan.where, count),
            )
        if join.where is not None and join.kind == "inner":
            for gone, left in loosened(join.where):
                loose = join.model_copy(update={"where": left})
                told = f"{theirs.condition(gone)} (of their {noun(join.dataset)})"
                yield Loosened(told, _counting(_joined(plan, at, loose), catalog, plan.where, count))
    frame = _wider(plan, catalog)
    if frame is not None:
        told, wide = frame
        yield Loosened(
            told, _counting(plan.model_copy(update={"timeframe": wide}), catalog, plan.where, count)
        )
    if plan.having is not None:
        for gone, left in loosened(plan.having):
            loose_plan = plan.model_copy(update={"having": left, "limit": 1_000_000})
            yield Loosened(words.condition(gone), loose_plan, groups=True)


def _counted(plan: model.PostureQuery) -> Literal["count", "count_rows"]:
    """What the question counts: things where it measures them, rows where it lists them."""
    return "count" if plan.aggregates else "count_rows"


def _wider(plan: model.PostureQuery, catalog: Catalog) -> tuple[str, model.TimeFrame | None] | None:
    known = catalog.dataset(plan.dataset)
    if known is None or known.column("_time") is None:
        return None
    if plan.timeframe is not None:
        return "the time frame", model.TimeFrame(start="1970-01-01")
    if known.state:
        return None
    return "the time frame of 24 hours (of 90 days instead)", model.TimeFrame(last=_LOG_WINDOW)


def values_there(plan: model.PostureQuery, test: model.Test, catalog: Catalog) -> model.PostureQuery:
    """The most frequent values of what a test reads."""
    compute: tuple[model.Computed, ...] = ()
    name = test.field or "value_there"
    if test.tag is not None:
        compute = (model.Computed(name=name, tag=test.tag),)
    elif test.json_path is not None:
        compute = (model.Computed(name=name, json_path=test.json_path),)
    return model.PostureQuery(
        dataset=plan.dataset,
        compute=compute,
        where=model.Test(field=name, op="not_empty"),
        group_by=(name,),
        aggregates=(model.Aggregate(function="count", name="rows_there"),),
        order=(model.Order(field="rows_there", direction="desc"),),
        limit=7,
        timeframe=plan.timeframe,
    )


def simple_test(plan: model.PostureQuery, test: model.Test) -> bool:
    """Whether the test reads a column of the dataset itself."""
    made = {item.name.lower() for item in plan.compute} | {name.lower() for name in plan.expand}
    for join in plan.joins:
        made |= {(item.name or item.field).lower() for item in join.fields}
        made |= {item.name.lower() for item in join.aggregates}
    name = test.field or (test.json_path.field if test.json_path is not None else "")
    return name.lower() not in made


def _counting(
    plan: model.PostureQuery,
    catalog: Catalog,
    where: model.Condition | None,
    aggregates: tuple[model.Aggregate, ...],
) -> model.PostureQuery:
    early = split(plan, RowCompiler(catalog).start(plan.dataset)).early
    return model.PostureQuery(
        dataset=plan.dataset,
        where=where,
        expand=plan.expand,
        joins=plan.joins,
        compute=early,
        aggregates=aggregates,
        limit=1,
        timeframe=plan.timeframe,
    )


def _joined(plan: model.PostureQuery, at: int, join: model.Join) -> model.PostureQuery:
    return plan.model_copy(update={"joins": (*plan.joins[:at], join, *plan.joins[at + 1 :])})


def _divided(where: model.Condition | None) -> tuple[list[model.Condition], list[model.Condition]]:
    """Conjuncts without and with look-ups."""
    parts: list[model.Condition] = []
    pending = [where] if where is not None else []
    while pending:
        part = pending.pop(0)
        if isinstance(part, model.All):
            pending[:0] = part.all
        else:
            parts.append(part)
    return [p for p in parts if not has_related(p)], [p for p in parts if has_related(p)]


def _tests(condition: model.Condition) -> Iterator[model.Test]:
    if isinstance(condition, model.All | model.AnyOf):
        for part in condition.all if isinstance(condition, model.All) else condition.any:
            yield from _tests(part)
    elif isinstance(condition, model.Test):
        yield condition


def _says_value(test: model.Test) -> bool:
    return test.op in ("eq", "in", "starts_with", "ends_with", "contains") and test.other is None


def _holds(condition: model.Condition, wanted: model.Condition) -> bool:
    if condition is wanted:
        return True
    if isinstance(condition, model.All | model.AnyOf):
        parts = condition.all if isinstance(condition, model.All) else condition.any
        return any(_holds(part, wanted) for part in parts)
    if isinstance(condition, model.Not):
        return _holds(condition.none, wanted)
    return (
        isinstance(condition, model.Related)
        and condition.where is not None
        and _holds(condition.where, wanted)
    )


def _told(gone: model.Condition, looked: list[model.Condition], words: Words) -> str:
    """What was left out; of a look-up's own condition, of whose."""
    for condition in looked:
        for related in _lookups(condition):
            if related is not gone and related.where is not None and _holds(related.where, gone):
                theirs = Words(related.dataset, related.compute)
                return f"{theirs.condition(gone)} (of their {noun(related.dataset)})"
    return words.condition(gone)


def _lookups(condition: model.Condition) -> Iterator[model.Related]:
    """Innermost first."""
    if isinstance(condition, model.All | model.AnyOf):
        for part in condition.all if isinstance(condition, model.All) else condition.any:
            yield from _lookups(part)
    elif isinstance(condition, model.Not):
        yield from _lookups(condition.none)
    elif isinstance(condition, model.Related):
        if condition.where is not None:
            yield from _lookups(condition.where)
        yield condition
