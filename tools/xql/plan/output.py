"""The output end of a plan: distinct, groups, top, order, fields, limit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from tools.xql import ast
from tools.xql.errors import XqlPlanError
from tools.xql.functions import Kind
from tools.xql.plan import model
from tools.xql.plan.columns import inputs_of
from tools.xql.plan.conditions import names_of
from tools.xql.plan.links import USUAL
from tools.xql.plan.measures import Measures, measures
from tools.xql.plan.sides import RowCompiler, conjuncts
from tools.xql.plan.state import State

RANK: Final = "row_in_group"
_JOIN_KEY: Final = re.compile(r"j\d+_key\Z")
# midnight of a Monday: weeks in a time zone begin there, as weeks in UTC do
_MONDAY: Final = "345600"


@dataclass(frozen=True, slots=True)
class Split:
    """Computed columns of rows, and those of aggregates."""

    early: tuple[model.Computed, ...]
    late: tuple[model.Computed, ...]


def split(plan: model.PostureQuery, state: State) -> Split:
    """Computed columns that read an aggregate, or one that does, are made after it."""
    made = {item.name.lower() for item in plan.aggregates if not state.known(item.name)}
    if plan.time_bin is not None and plan.time_bin.name is not None and plan.aggregates:
        made.add(plan.time_bin.name.lower())
    late: list[model.Computed] = []
    left = list(plan.compute)
    while True:
        found = [item for item in left if any(name.lower() in made for name in inputs_of(item))]
        if not found:
            order = {id(item): n for n, item in enumerate(plan.compute)}
            return Split(tuple(left), tuple(sorted(late, key=lambda item: order[id(item)])))
        late += found
        made |= {item.name.lower() for item in found}
        left = [item for item in left if item not in found]


class OutputCompiler(RowCompiler):
    """Compiles what comes after the rows are chosen."""

    def shape(self, state: State, plan: model.PostureQuery, late: tuple[model.Computed, ...]) -> None:
        if plan.distinct:
            self._distinct(state, plan)
        if plan.aggregates:
            self._aggregate(state, plan)
        waiting, making = list(conjuncts(plan.having, plan.dataset)), list(late)
        if plan.having is not None or late:
            self._after(state, waiting, making)
        if plan.over:
            self._over(state, plan.over)
        if plan.top is not None:
            self._top(state, plan.top)
        outputs = self._outputs(state, plan, late)
        if plan.order:
            keys = tuple(ast.SortKey(state.need(key.field), key.direction) for key in plan.order)
            state.stages.append(ast.Sort(keys))
        if plan.time_bin is not None and plan.time_bin.format is not None and not plan.over:
            name = bin_name(plan.time_bin, state)
            written = ast.Call(
                "format_timestamp", (ast.String(_codes(plan.time_bin.format)), ast.Field(name))
            )
            state.stages.append(ast.Alter((ast.Assignment(name, written),)))
        if outputs:
            state.stages.append(ast.Fields(tuple(outputs)))
        state.stages.append(ast.Limit(ast.Number(str(plan.limit))))

    def _distinct(self, state: State, plan: model.PostureQuery) -> None:
        order: tuple[ast.SortKey, ...] = ()
        if plan.keep is not None:
            order = (ast.SortKey(state.need(plan.keep.field), plan.keep.direction),)
        elif "_time" in state.kinds:
            order = (ast.SortKey("_time", "desc"),)
        state.stages.append(ast.Dedup(tuple(state.need(name) for name in plan.distinct), order))

    def _after(self, state: State, waiting: list[model.Condition], making: list[model.Computed]) -> None:
        """Conditions and computed columns over the groups."""
        self.place(state, waiting, making)
        for condition in waiting:
            for name in names_of(condition):
                state.need(name)
        for item in making:
            for name in inputs_of(item):
                state.need(name)
        if waiting or making:
            raise XqlPlanError("computed columns refer to each other in a circle")

    def _outputs(
        self, state: State, plan: model.PostureQuery, late: tuple[model.Computed, ...]
    ) -> list[ast.FieldItem]:
        if plan.fields:
            return _items(plan.fields, state)
        if plan.over:
            return []
        if plan.aggregates:
            if not any(item.function == "percent" for item in plan.aggregates):
                return []
            hidden = {
                name.lower()
                for item in plan.aggregates
                if item.function == "percent"
                for name in (f"{item.name}_part", f"{item.name}_all")
            }
            return [ast.FieldItem(name) for name in state.kinds if name.lower() not in hidden]
        usual = [name for name in USUAL.get(plan.dataset.lower(), tuple(state.kinds)[:12]) if state.has(name)]
        known = self.catalog.dataset(plan.dataset)
        base = {info.name for info in known.columns.values()} if known else set()
        made = [
            name for name in state.kinds if name not in base and not _JOIN_KEY.match(name) and name != RANK
        ]
        shown = dict.fromkeys([*usual, *map(state.own, plan.expand), *made])
        return [ast.FieldItem(name) for name in shown]

    def _aggregate(self, state: State, plan: model.PostureQuery) -> None:
        by: list[str] = []
        if plan.time_bin is not None:
            by.append(self._bin(state, plan.time_bin))
        for name in plan.group_by:
            own = state.need(name)
            if state.kind(name) is Kind.ARRAY:
                state.expand(name)
            if own not in by:
                by.append(own)
        made = measures(plan.aggregates, state)
        taken = {key.lower() for key in by}
        for name in made.kinds:
            if name.lower() in taken:
                raise XqlPlanError(f"the aggregate {name} has the name of a group; name it otherwise")
        kinds = {name: state.kind(name) for name in by}
        if made.prepared:
            state.stages.append(ast.Alter(tuple(made.prepared)))
        state.stages.append(ast.Comp(tuple(made.aggregates), tuple(by)))
        state.kinds, state.open = {**kinds, **made.kinds}, False
        _shares(state, made)

    @staticmethod
    def _over(state: State, items: tuple[model.Aggregate, ...]) -> None:
        """One row that measures the groups; each group is a thing of its own now."""
        groups = State(state.dataset, state.kinds, state.open)
        made = measures(items, groups)
        if made.prepared:
            state.stages.append(ast.Alter(tuple(made.prepared)))
        state.stages.append(ast.Comp(tuple(made.aggregates), ()))
        state.kinds, state.open = dict(made.kinds), False

    @staticmethod
    def _bin(state: State, spec: model.TimeBin) -> str:
        name = state.need(spec.field)
        if state.kind(name) not in (Kind.TIME, Kind.ANY):
            raise XqlPlanError(f"{name} is no time, so it cannot be cut into spans")
        if spec.name is not None and spec.name.lower() != name.lower():
            state.stages.append(ast.Alter((ast.Assignment(spec.name, ast.Field(name)),)))
            state.make(spec.name, Kind.TIME)
            name = spec.name
        shift = None
        if spec.timezone is not None:
            shift = ast.Number(_MONDAY if spec.span.endswith("w") else "0")
        state.stages.append(
            ast.Bin(name, span=ast.Duration(spec.span), timeshift=shift, timezone=spec.timezone)
        )
        return name

    def _top(self, state: State, top: model.TopPerGroup) -> None:
        by = tuple(state.need(name) for name in top.by)
        order = (ast.SortKey(state.need(top.order), top.direction),)
        rank = ast.WindowFunction("row_number", (), by, order, None, RANK)
        state.stages.append(ast.WindowComp((rank,)))
        state.stages.append(ast.Filter(ast.Compare("<=", ast.Field(RANK), ast.Number(str(top.n)))))
        state.kinds[RANK] = Kind.INT


def _shares(state: State, made: Measures) -> None:
    if made.totals:
        state.stages.append(ast.WindowComp(tuple(made.totals)))
    if made.shares:
        state.stages.append(ast.Alter(tuple(made.shares)))


def _items(fields: tuple[str | model.JoinedField, ...], state: State) -> list[ast.FieldItem]:
    items: dict[str, ast.FieldItem] = {}
    for field in fields:
        own = state.need(field if isinstance(field, str) else field.field)
        alias = field.name if isinstance(field, model.JoinedField) and field.name != own else None
        items.setdefault((alias or own).lower(), ast.FieldItem(own, alias))
    return list(items.values())


def bin_name(spec: model.TimeBin, state: State) -> str:
    """The column that holds the spans."""
    return state.own(spec.name if spec.name is not None else spec.field)


def _codes(text: str) -> str:
    return text.replace('"', "'")
