"""Plan to tree: source, then each step as early as its columns exist."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tools.xql import ast
from tools.xql.catalog import Catalog
from tools.xql.errors import XqlPlanError
from tools.xql.functions import Kind
from tools.xql.parser.mistakes import near
from tools.xql.plan import model
from tools.xql.plan.columns import computed, inputs_of
from tools.xql.plan.conditions import TAGS, ConditionCompiler, both, names_of
from tools.xql.plan.links import USUAL, link
from tools.xql.plan.times import frame_text

RANK = "row_in_group"


@dataclass(slots=True)
class _State:
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


def compile_plan(plan: model.PostureQuery, catalog: Catalog) -> ast.Query:
    """The query that a plan means. Raises `XqlPlanError` where it names what the catalog does not have."""
    return PlanCompiler(catalog).query(plan)


class _Conditions(ConditionCompiler):
    def __init__(self, kinds: dict[str, Kind], owner: PlanCompiler) -> None:
        super().__init__(kinds)
        self.owner = owner

    def related(self, condition: model.Related, negated: bool) -> ast.Expr:
        inner = self.owner.side_query(condition.dataset, condition.key, condition.where, ())
        inner = replace(inner, stages=(*inner.stages, ast.Fields((ast.FieldItem(condition.key),))))
        absent = condition.absent != negated
        kind = self.kinds.get(condition.field.lower(), Kind.ANY)
        left: ast.Expr = ast.Field(condition.field)
        if kind is Kind.ARRAY:
            raise XqlPlanError(f"{condition.field} is an array; name it in expand to look its items up")
        return ast.InQuery(left, inner, negated=absent)


class PlanCompiler:
    """Compiles plans against one catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog

    def query(self, plan: model.PostureQuery) -> ast.Query:
        state = self._start(plan.dataset)
        waiting = list(_conjuncts(plan.where))
        making = list(plan.compute)
        later = [name.lower() for name in plan.expand]
        self._place(state, waiting, making, later)
        for name in plan.expand:
            self._expand(state, name)
            later.remove(name.lower())
            self._place(state, waiting, making, later)
        for number, spec in enumerate(plan.joins):
            self._join(state, plan, spec, number)
            self._place(state, waiting, making)
        for condition in waiting:
            for name in names_of(condition):
                self._need(state, name)
        for item in making:
            for name in inputs_of(item):
                self._need(state, name)
        if waiting or making:
            raise XqlPlanError("computed columns refer to each other in a circle")
        self._shape(state, plan)
        return ast.Query(
            ast.Dataset((self._dataset_name(plan.dataset),)), tuple(state.stages), self._configs(plan, state)
        )

    # --- source ---

    def _dataset_name(self, name: str) -> str:
        known = self.catalog.dataset(name)
        if known is None:
            hint = self.catalog.suggest(name)
            raise XqlPlanError(
                f"there is no dataset {name}" + (f"; near names: {', '.join(hint)}" if hint else "")
            )
        return known.name

    def _start(self, name: str) -> _State:
        self._dataset_name(name)
        known = self.catalog.dataset(name)
        assert known is not None
        return _State({info.name: info.kind for info in known.columns.values()}, known.open)

    def _need(self, state: _State, name: str) -> None:
        if not state.has(name):
            tail = name.lower().rsplit(".", 1)[-1]
            same = [key for key in state.kinds if key.lower().rsplit(".", 1)[-1] == tail]
            hint = list(dict.fromkeys([*same, *near(name, state.kinds)]))[:4]
            raise XqlPlanError(
                f"there is no column {name} here" + (f"; near names: {', '.join(hint)}" if hint else "")
            )

    def _configs(self, plan: model.PostureQuery, state: _State) -> tuple[ast.Config, ...]:
        frame = plan.timeframe
        value: ast.Expr | ast.Between
        if frame is not None and frame.last is not None:
            value = ast.Duration(frame.last)
        elif frame is not None and frame.start is not None:
            end = frame_text(frame.end) if frame.end is not None else "now"
            value = ast.Between(ast.String(frame_text(frame.start)), ast.String(end))
        else:
            known = self.catalog.dataset(plan.dataset)
            if known is None or known.column("_time") is None:
                return ()
            # said in the query itself, because the service would else read the last 24 hours only
            value = (
                ast.Between(ast.String("begin"), ast.String("now")) if known.state else ast.Duration("24h")
            )
        return (ast.Config((ast.Setting("timeframe", value),)),)

    # --- steps ---

    def _place(
        self,
        state: _State,
        waiting: list[model.Condition],
        making: list[model.Computed],
        later: list[str] | None = None,
    ) -> None:
        """Filters and computed columns whose inputs exist; again until nothing more can be placed.

        Columns of `later` are expanded further on: what reads them waits for their items.
        """
        while True:
            taken = {item.name.lower() for item in making} | set(later or ())
            ready = [c for c in waiting if all(state.has(n) and n.lower() not in taken for n in names_of(c))]
            if ready:
                compiler = _Conditions(state.kinds, self)
                state.stages.append(ast.Filter(both(_flat([compiler.compile(c) for c in ready]))))
                waiting[:] = [c for c in waiting if c not in ready]
            others = taken
            now = [
                item
                for item in making
                if all(
                    state.has(n)
                    and (
                        n.lower() not in others
                        or (n.lower() == item.name.lower() and n.lower() not in (later or ()))
                    )
                    for n in inputs_of(item)
                )
            ]
            if not now:
                return
            compiler = _Conditions(state.kinds, self)
            made = [(item, *computed(item, state.kind, compiler)) for item in now]
            state.stages.append(ast.Alter(tuple(ast.Assignment(item.name, expr) for item, expr, _ in made)))
            for item, _, kind in made:
                state.kinds = {key: k for key, k in state.kinds.items() if key.lower() != item.name.lower()}
                state.kinds[item.name] = kind
            making[:] = [item for item in making if item not in now]

    def _expand(self, state: _State, name: str) -> None:
        self._need(state, name)
        if state.kind(name) not in (Kind.ARRAY, Kind.JSON, Kind.ANY, Kind.TEXT):
            raise XqlPlanError(f"{name} is no array, so it cannot be expanded")
        state.stages.append(ast.ArrayExpand(state.own(name)))
        state.kinds[state.own(name)] = Kind.TEXT

    def side_query(
        self, dataset: str, key: str, where: model.Condition | None, making: tuple[model.Computed, ...]
    ) -> ast.Query:
        """A sub-query of a join or membership, its key expanded where it is an array."""
        state = self._start(dataset)
        waiting, left = list(_conjuncts(where)), list(making)
        self._place(state, waiting, left)
        self._need(state, key)
        if state.kind(key) is Kind.ARRAY:
            state.stages.append(ast.ArrayExpand(state.own(key)))
        for condition in waiting:
            for name in names_of(condition):
                self._need(state, name)
        for item in left:
            for name in inputs_of(item):
                self._need(state, name)
        if waiting or left:
            raise XqlPlanError("computed columns refer to each other in a circle")
        return ast.Query(ast.Dataset((self._dataset_name(dataset),)), tuple(state.stages))

    def _join(self, state: _State, plan: model.PostureQuery, spec: model.Join, number: int) -> None:
        keys = (
            (spec.left, spec.right)
            if spec.left and spec.right
            else link(plan.dataset.lower(), spec.dataset.lower())
        )
        if keys is None or keys[0] is None or keys[1] is None:
            raise XqlPlanError(f"no known key joins {plan.dataset} and {spec.dataset}; name left and right")
        left, right = keys
        self._need(state, left)
        if state.kind(left) is Kind.ARRAY:
            self._expand(state, left)
        inner = self.side_query(spec.dataset, right, spec.where, spec.compute)
        side = self._start(spec.dataset)
        for item in spec.compute:
            side.kinds[item.name] = computed(item, side.kind, _Conditions(side.kinds, self))[1]
        alias, key = f"j{number + 1}", f"j{number + 1}_key"
        items, added = [ast.FieldItem(right, key)], {key: side.kind(right)}
        for shown in spec.fields:
            self._need(side, shown.field)
            name = shown.name or shown.field
            if (state.has(name) and not state.open) or name in added:
                name = f"{alias}_{name.replace('.', '_')}"
            items.append(ast.FieldItem(side.own(shown.field), name if name != shown.field else None))
            added[name] = side.kind(shown.field)
        inner = replace(inner, stages=(*inner.stages, ast.Fields(tuple(items))))
        same = ast.Compare("=", ast.Field(f"{alias}.{key}"), ast.Field(state.own(left)))
        state.stages.append(ast.Join(inner, alias, same, spec.kind if spec.kind != "inner" else None))
        state.kinds.update(added)

    # --- output ---

    def _shape(self, state: _State, plan: model.PostureQuery) -> None:
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

    def _outputs(self, state: _State, plan: model.PostureQuery) -> list[str]:
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

    def _aggregate(self, state: _State, plan: model.PostureQuery) -> None:
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
    def _multiplied(state: _State) -> bool:
        return any(isinstance(stage, ast.ArrayExpand | ast.Join) for stage in state.stages)

    @staticmethod
    def _key(plan: model.PostureQuery, state: _State) -> str | None:
        usual = USUAL.get(plan.dataset.lower())
        return state.own(usual[0]) if usual and state.has(usual[0]) else None

    def _numeric(self, state: _State, item: model.Aggregate, flags: list[ast.Assignment]) -> tuple[str, Kind]:
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

    def _top(self, state: _State, top: model.TopPerGroup) -> None:
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


def _flat(parts: list[ast.Expr]) -> list[ast.Expr]:
    """Conjuncts of conjuncts side by side."""
    found: list[ast.Expr] = []
    for part in parts:
        found += part.operands if isinstance(part, ast.And) else [part]
    return found


def _conjuncts(condition: model.Condition | None) -> tuple[model.Condition, ...]:
    if condition is None:
        return ()
    if isinstance(condition, model.All):
        return tuple(part for item in condition.all for part in _conjuncts(item))
    return (condition,)


def _result(function: str, kind: Kind) -> Kind:
    if function in ("count", "count_distinct"):
        return Kind.INT
    if function == "values":
        return Kind.ARRAY
    return kind if function in ("min", "max", "earliest", "latest") else Kind.FLOAT


__all__ = ["TAGS", "PlanCompiler", "compile_plan"]
