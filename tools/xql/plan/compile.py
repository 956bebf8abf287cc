"""Plan to tree: source, then each step as early as its columns exist."""

from __future__ import annotations

from dataclasses import replace

from tools.xql import ast
from tools.xql.catalog import Catalog
from tools.xql.errors import XqlPlanError
from tools.xql.functions import Kind
from tools.xql.plan import model
from tools.xql.plan.columns import computed, inputs_of
from tools.xql.plan.conditions import TAGS, ConditionCompiler, both, names_of
from tools.xql.plan.links import link
from tools.xql.plan.output import OutputCompiler, State
from tools.xql.plan.times import frame_text


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


class PlanCompiler(OutputCompiler):
    """Compiles plans against one catalog."""

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

    def _start(self, name: str) -> State:
        self._dataset_name(name)
        known = self.catalog.dataset(name)
        assert known is not None
        return State({info.name: info.kind for info in known.columns.values()}, known.open)

    def _configs(self, plan: model.PostureQuery, state: State) -> tuple[ast.Config, ...]:
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
        state: State,
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

    def _join(self, state: State, plan: model.PostureQuery, spec: model.Join, number: int) -> None:
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


__all__ = ["TAGS", "PlanCompiler", "compile_plan"]
