"""Groups of assets by several numbers at once: with one thing and without another, more of this than of that."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

from agent.planner.questions.entities import ENTITIES
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Form, Side, Weakness
from agent.planner.questions.plan_columns import Columns
from agent.planner.questions.plan_conditions import ConditionWriter, base_of, both
from agent.planner.questions.plan_tests import TYPE
from tools.xql.plan import Aggregate, Condition, Order, PostureQuery, Test

MOST: Final = 10_000


def over_of(form: Form, plan: PostureQuery) -> PostureQuery:
    """The plan, measured once more over its groups where the form asks for that."""
    if not form.over or not (plan.group_by or plan.time_bin):
        return plan
    made = plan.aggregates[-1]
    if form.over == "count":
        over = Aggregate(function="count_rows", name="groups")
    else:
        over = Aggregate(function=form.over, field=made.name, name=f"{form.over}_{made.name}")
    kept = plan.model_dump(exclude_unset=True)
    return PostureQuery.model_validate({**kept, "order": (), "top": None, "over": (over,), "limit": MOST})


def sides_plan(form: Form, estate: Estate, now: datetime) -> PostureQuery:
    """Assets by group with one number for each side, and the bounds of these numbers."""
    if form.entity != "asset":
        return _numbers_plan(form, estate, now)
    writer = ConditionWriter("asset", estate, now, by_join=True)
    columns = Columns(writer, estate)
    by = tuple(columns.column(ref) for ref in form.group)
    where = ConditionWriter("asset", estate, now).all(
        (
            *form.items,
            *(
                Atom(ref=ref, op="empty", negated=True)
                for ref in form.group
                if (ref.tags or ref.places) and not form.numbers
            ),
        )
    )
    measures = [_measure(side, writer, number) for number, side in enumerate(form.sides, 1)]
    bounds: list[Condition]
    if form.more:
        bounds = [Test(field=measures[0].name, op="gt", other=measures[1].name)]
    else:
        bounds = [
            Test(field=m.name, op=side.op, value=int(side.count))
            for m, side in zip(measures, form.sides, strict=True)
        ]
    if form.numbers:
        bounds = []
    more: dict[str, Any] = {"order": tuple(Order(field=name) for name in by)}
    if form.over:
        more = {"over": (Aggregate(function="count_rows", name="groups"),)}
    return PostureQuery(
        dataset="asset_inventory", where=both(where), joins=tuple(writer.joins),
        compute=(*writer.compute, *columns.compute), expand=tuple(columns.expand), group_by=by,
        aggregates=tuple(measures), having=both(bounds) if bounds else None, limit=form.limit or MOST, **more,
    )  # fmt: skip


def _numbers_plan(form: Form, estate: Estate, now: datetime) -> PostureQuery:
    """Numbers of the same rows under different conditions, by group where there is one."""
    entity = ENTITIES[form.entity]
    inside = ConditionWriter(form.entity, estate, now)
    where = inside.all(form.items)
    if form.entity == "vulnerability":
        where += base_of("vulnerability", (), estate)
    writer = ConditionWriter(form.entity, estate, now, by_join=True)
    columns = Columns(writer, estate)
    by = tuple(columns.column(ref) for ref in form.group)
    measures = tuple(
        Aggregate(function="count", where=both(writer.all(side.items)), name=_named(side, number, plain=True))
        if side.items
        else Aggregate(function="count", name=_named(side, number, plain=True))
        for number, side in enumerate(form.sides, 1)
    )
    bounds: list[Condition] = [
        Test(field=m.name, op=side.op, value=int(side.count))
        for m, side in zip(measures, form.sides, strict=True)
        if not form.numbers
    ]
    joins = [*inside.joins, *writer.joins]
    if (asset := columns.join()) is not None:
        joins.append(asset)
    return PostureQuery(
        dataset=entity.dataset, where=both(where) if where else None, joins=tuple(joins),
        compute=(*inside.compute, *writer.compute, *columns.compute), expand=tuple(columns.expand), group_by=by,
        aggregates=measures, having=both(bounds) if bounds else None,
        order=tuple(Order(field=name) for name in by), limit=form.limit or MOST,
    )  # fmt: skip


def _named(side: Side, number: int, *, plain: bool = False) -> str:
    words = re.sub(r"\W+", "_", side.label.lower()).strip("_")[:40]
    if plain and words and not words[0].isdigit():
        return words if words != "all" else "total"
    return f"number_{number}_{words}" if words else f"number_{number}"


def _measure(side: Side, writer: ConditionWriter, number: int) -> Aggregate:
    name = _named(side, number)
    if side.entity != "asset":
        inner = ConditionWriter(side.entity, writer.estate, writer.now)
        parts = inner.all(side.items) + base_of(side.entity, side.items, writer.estate)
        return Aggregate(function="sum", field=writer.count_by_join(side.entity, parts), name=name)
    parts = writer.all(side.items)
    held = {
        w.type_id
        for i in side.items
        if isinstance(i, Weakness) and not i.rules
        for a in i.setting
        for w in a.ref.places
    }
    if held and any(isinstance(i, Weakness) and i.negated for i in side.items):
        # of other kinds the configuration says nothing
        parts.append(Test(field=TYPE, op="in", values=tuple(sorted(held))))
    return Aggregate(function="count", where=both(parts), name=name)
