"""An empty result explained: which condition emptied it, and what there is instead."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from itertools import islice
from typing import Any, Final, TypeAlias

from tools.cortex.errors import CortexError
from tools.xql.ast import Query
from tools.xql.catalog import Catalog
from tools.xql.errors import XqlError
from tools.xql.plan import model
from tools.xql.plan.compile import compile_plan
from tools.xql.plan.describe import words_of
from tools.xql.plan.vocabulary import noun, several, shown
from tools.xql.service.model import Relaxation
from tools.xql.service.relax import COUNTED, counting, relaxed
from tools.xql.service.why_empty import (
    ALL,
    MOST_LOOKUPS,
    MOST_QUERIES,
    ONE,
    Batch,
    Loosened,
    batch,
    simple_test,
    single,
    values_there,
)

# sends a query and gives its first rows
Ask: TypeAlias = Callable[[Query, int], Awaitable[list[dict[str, Any]]]]
Why: TypeAlias = tuple[tuple[Relaxation, ...], tuple[str, ...]]
_FEW: Final = 6


def found_nothing(rows: tuple[dict[str, Any], ...], plan: model.PostureQuery | None) -> bool:
    """Whether there are no rows, or one of counts that are all 0."""
    if not rows:
        return True
    if plan is None or not plan.aggregates or plan.group_by or plan.time_bin or len(rows) > 1:
        return False
    return all(not value for value in rows[0].values())


async def why_nothing(query: Query, plan: model.PostureQuery | None, catalog: Catalog, ask: Ask) -> Why:
    """Counts with one condition left out, those that would bring rows first; and what to know beside them."""
    if plan is None:
        return await _of_text(query, ask), ()
    return await _of_plan(plan, catalog, ask)


async def _of_text(query: Query, ask: Ask) -> tuple[Relaxation, ...]:
    cases = list(relaxed(query))
    counts = await asyncio.gather(*(_number(ask, other, COUNTED) for _, other in cases))
    return _sorted(zip((text for text, _ in cases), counts, strict=True))


async def _of_plan(plan: model.PostureQuery, catalog: Catalog, ask: Ask) -> Why:
    many = batch(plan, catalog)
    singles = list(islice(single(plan, catalog), MOST_QUERIES))
    row, *counts = await asyncio.gather(
        _row(ask, many.plan, catalog) if many is not None else _nothing(),
        *(_single(ask, item, catalog) for item in singles),
    )
    told = [
        (item.without, count) for item, count in zip(singles, counts, strict=True) if isinstance(count, int)
    ]
    notes: tuple[str, ...] = ()
    if many is not None and isinstance(row, Mapping) and row:
        if row.get(ALL):
            told += [(text, int(row.get(name) or 0)) for name, text in many.counts.items()]
        notes = await _notes(plan, catalog, ask, many, row)
    return _sorted(told), notes


async def _nothing() -> dict[str, Any]:
    return {}


async def _single(ask: Ask, item: Loosened, catalog: Catalog) -> int | None:
    try:
        query = compile_plan(item.plan, catalog)
    except XqlError:
        return None
    return await _number(ask, counting(query), COUNTED) if item.groups else await _number(ask, query, ONE)


async def _number(ask: Ask, query: Query, column: str) -> int | None:
    """A count; None where the query could not be run."""
    try:
        rows = await ask(query, 1)
    except (CortexError, XqlError):
        return None
    return int(rows[0].get(column) or 0) if rows else 0


async def _row(ask: Ask, plan: model.PostureQuery, catalog: Catalog) -> dict[str, Any]:
    try:
        rows = await ask(compile_plan(plan, catalog), 1)
    except (CortexError, XqlError):
        return {}
    return rows[0] if rows else {}


async def _notes(
    plan: model.PostureQuery, catalog: Catalog, ask: Ask, many: Batch, row: Mapping[str, Any]
) -> tuple[str, ...]:
    """That the data set is empty, that an expansion or join leaves nothing, that a value does not occur."""
    things, words = noun(plan.dataset), words_of(plan)
    if not row.get(ALL):
        if not plan.joins and not plan.expand and many.plan.where is None:
            when = "in this time" if plan.timeframe is not None or not _state(plan, catalog) else "at all"
            return (f"there are no {things} {when}",)
        bare = model.PostureQuery(
            dataset=plan.dataset, aggregates=(model.Aggregate(function="count", name=ONE),), limit=1,
            timeframe=plan.timeframe,
        )  # fmt: skip
        if not await _number(ask, compile_plan(bare, catalog), ONE):
            return (f"there are no {things} at all",)
        if plan.expand and not plan.joins and many.plan.where is None:
            return (
                f"no {noun(plan.dataset, many=False)} has {several([words.column(n) for n in plan.expand])}",
            )
        return ()
    missing = [test for name, test in many.alone.items() if not row.get(name) and simple_test(plan, test)]
    found = await asyncio.gather(*(_instead(plan, catalog, ask, test) for test in missing[:MOST_LOOKUPS]))
    return tuple(found)


async def _instead(plan: model.PostureQuery, catalog: Catalog, ask: Ask, test: model.Test) -> str:
    """`no asset has provider OCI; there are AWS, AZURE and GCP`."""
    words = words_of(plan)
    subject = words.subject(test)
    given = several([shown(v) for v in test.values], "or") if test.values else shown(test.value or "")
    verb = {"contains": "containing ", "starts_with": "starting with ", "ends_with": "ending with "}.get(
        test.op, ""
    )
    text = f"no {noun(plan.dataset, many=False)} has {subject} {verb}{given}"
    try:
        query = values_there(plan, test, catalog)
        rows = await ask(compile_plan(query, catalog), _FEW + 1)
    except (CortexError, XqlError):
        return text
    there = [str(row[query.group_by[0]]) for row in rows if row.get(query.group_by[0]) is not None]
    if not there:
        return f"{text}; none has any {subject}"
    more = " and others" if len(there) > _FEW else ""
    listed = [shown(value) for value in there[:_FEW]]
    return f"{text}; there {'is' if len(there) == 1 else 'are'} {', '.join(listed) + more if more else several(listed)}"


def _state(plan: model.PostureQuery, catalog: Catalog) -> bool:
    known = catalog.dataset(plan.dataset)
    return known is not None and known.state


def _sorted(told: Any) -> tuple[Relaxation, ...]:
    found: dict[str, int] = {}
    for text, count in told:
        if count is not None:
            found.setdefault(text, count)
    items = (Relaxation(without=text, total=count) for text, count in found.items())
    return tuple(sorted(items, key=lambda item: -item.total))
