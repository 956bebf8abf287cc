"""The output end of a plan: distinct, groups, top, order, fields, limit."""

from __future__ import annotations

from dataclasses import dataclass, field

from tools.xql import ast
from tools.xql.catalog import Catalog
from tools.xql.errors import XqlPlanError
from tools.xql.functions import Kind
from tools.xql.parser.mistakes import near
from tools.xql.plan import model
from tools.xql.plan.conditions import ConditionCompiler, names_of
from tools.xql.plan.links import USUAL

RANK = "row_in_group"


@dataclass(slots=True)
class State:
    """The stages so far and the columns that exist after them."""

    kinds: dict[str, Kind]
    open: bool
    stages: list[ast.Stage] = field(default_factory=list)

    def has(self, name: str) -> bool:
        return self.open or name.lower() in {key.lower() for key in self.kinds}

    def kind(self, name: str) -> Kind:
        lowered = name.lower()
        return next((kind for key, kind in self.kinds.items() if key.lower() == lowered), Kind.ANY)

    def own(self, name: str) -> str:
        lowered = name.lower()
        return next((key for key in self.kinds if key.lower() == lowered), name)


class OutputCompiler:
    """Compiles what comes after the rows are chosen."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog

    def _need(self, state: State, name: str) -> None:
        if not state.has(name):
            tail = name.lower().rsplit(".", 1)[-1]
            same = [key for key in state.kinds if key.lower().rsplit(".", 1)[-1] == tail]
            hint = list(dict.fromkeys([*same, *near(name, state.kinds)]))[:4]
            raise XqlPlanError(
                f"there is no column {name} here" + (f"; near names: {', '.join(hint)}" if hint else "")
            )

    def _expand(self, state: State, name: str) -> None:
        self._need(state, name)
        if state.kind(name) not in (Kind.ARRAY, Kind.JSON, Kind.ANY, Kind.TEXT):
            raise XqlPlanError(f"{name} is no array, so it cannot be expanded")
        state.stages.append(ast.ArrayExpand(state.own(name)))
        state.kinds[state.own(name)] = Kind.TEXT

    def _shape(self, state: State, plan: model.PostureQuery) -> None:
        if plan.distinct:
            for name in plan.distinct:
                self._need(state, name)
            order = (ast.SortKey("_time", "desc"),) if "_time" in state.kinds else ()
            state.stages.append(ast.Dedup(tuple(map(state.own, plan.distinct)), order))
        if plan.aggregates:
            self._aggregate(state, plan)
        if plan.top is not None:
            self._top(state, plan.top)
        outputs: list[str] = []
        if not plan.aggregates:
            outputs = self._outputs(state, plan)
        if plan.order:
            for key in plan.order:
                self._need(state, key.field)
            state.stages.append(
                ast.Sort(tuple(ast.SortKey(state.own(k.field), k.direction) for k in plan.order))
            )
        if outputs:
            state.stages.append(ast.Fields(tuple(ast.FieldItem(name) for name in outputs)))
        state.stages.append(ast.Limit(ast.Number(str(plan.limit))))

    def _outputs(self, state: State, plan: model.PostureQuery) -> list[str]:
        if plan.fields:
            for name in plan.fields:
                self._need(state, name)
            return list(dict.fromkeys(map(state.own, plan.fields)))
        usual = [name for name in USUAL.get(plan.dataset.lower(), tuple(state.kinds)[:12]) if state.has(name)]
        known = self.catalog.dataset(plan.dataset)
        base = {info.name for info in known.columns.values()} if known else set()
        made = [
            name for name in state.kinds if name not in base and not name.endswith("_key") and name != RANK
        ]
        return list(dict.fromkeys([*usual, *plan.expand, *made]))

    def _aggregate(self, state: State, plan: model.PostureQuery) -> None:
        by: list[str] = []
        if plan.time_bin is not None:
            self._need(state, plan.time_bin.field)
            name = state.own(plan.time_bin.field)
            if state.kind(name) not in (Kind.TIME, Kind.ANY):
                raise XqlPlanError(f"{name} is no time, so it cannot be cut into spans")
            state.stages.append(ast.Bin(name, span=ast.Duration(plan.time_bin.span)))
            by.append(name)
        for name in plan.group_by:
            self._need(state, name)
            if state.kind(name) is Kind.ARRAY:
                self._expand(state, name)
            if state.own(name) not in by:
                by.append(state.own(name))
        flags: list[ast.Assignment] = []
        aggregates: list[ast.Aggregate] = []
        kinds: dict[str, Kind] = {name: state.kind(name) for name in by}
        for item in plan.aggregates:
            args: tuple[ast.Expr, ...] = ()
            kind = Kind.INT
            if item.field is not None:
                self._need(state, item.field)
                name, kind = self._numeric(state, item, flags)
                args = (ast.Field(name),)
            function = item.function
            if (
                function == "count"
                and not args
                and self._multiplied(state)
                and (key := self._key(plan, state))
            ):
                # rows were multiplied by items or joined rows: what is asked is the number of things
                function, args = "count_distinct", (ast.Field(key),)
            aggregates.append(ast.Aggregate(function, args, item.name))
            if item.name.lower() in {key.lower() for key in by}:
                raise XqlPlanError(f"the aggregate {item.name} has the name of a group; name it otherwise")
            kinds[item.name] = _result(item.function, kind)
        if flags:
            state.stages.append(ast.Alter(tuple(flags)))
        state.stages.append(ast.Comp(tuple(aggregates), tuple(by)))
        state.kinds, state.open = kinds, False
        if plan.having is not None:
            for name in names_of(plan.having):
                self._need(state, name)
            state.stages.append(ast.Filter(ConditionCompiler(state.kinds).compile(plan.having)))

    @staticmethod
    def _multiplied(state: State) -> bool:
        return any(isinstance(stage, ast.ArrayExpand | ast.Join) for stage in state.stages)

    @staticmethod
    def _key(plan: model.PostureQuery, state: State) -> str | None:
        usual = USUAL.get(plan.dataset.lower())
        return state.own(usual[0]) if usual and state.has(usual[0]) else None

    def _numeric(self, state: State, item: model.Aggregate, flags: list[ast.Assignment]) -> tuple[str, Kind]:
        """The column of an aggregate, as a number where it must be one."""
        assert item.field is not None
        name, kind = state.own(item.field), state.kind(item.field)
        if item.function in ("earliest", "latest") and not state.has("_time"):
            raise XqlPlanError(
                f"{item.function} needs _time, which {name}'s dataset does not have; use min or max"
            )
        if item.function in ("sum", "avg", "median") and kind not in (
            Kind.INT,
            Kind.FLOAT,
            Kind.NUMBER,
            Kind.ANY,
        ):
            made = f"{item.name}_value"
            source: ast.Expr = ast.Field(name)
            if kind is Kind.TIME:
                source = ast.Call("to_epoch", (source,))
            elif kind is Kind.ARRAY:
                source = ast.Call("array_length", (source,))
            elif kind is Kind.BOOL:
                source = ast.Call("if", (source, ast.Number("1"), ast.Number("0")))
            else:
                source = ast.Call("to_number", (source,))
            flags.append(ast.Assignment(made, source))
            return made, Kind.FLOAT
        return name, kind

    def _top(self, state: State, top: model.TopPerGroup) -> None:
        for name in (*top.by, top.order):
            self._need(state, name)
        rank = ast.WindowFunction(
            "row_number",
            (),
            tuple(map(state.own, top.by)),
            (ast.SortKey(state.own(top.order), top.direction),),
            None,
            RANK,
        )
        state.stages.append(ast.WindowComp((rank,)))
        state.stages.append(ast.Filter(ast.Compare("<=", ast.Field(RANK), ast.Number(str(top.n)))))
        state.kinds[RANK] = Kind.INT


def _result(function: str, kind: Kind) -> Kind:
    if function in ("count", "count_distinct"):
        return Kind.INT
    if function == "values":
        return Kind.ARRAY
    return kind if function in ("min", "max", "earliest", "latest") else Kind.FLOAT
