"""Rows of a dataset put together: filters, computed columns, expansion, joins, look-ups in other datasets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from tools.xql import ast
from tools.xql.catalog import Catalog
from tools.xql.errors import XqlPlanError
from tools.xql.functions import Kind
from tools.xql.plan import model
from tools.xql.plan.columns import computed, inputs_of
from tools.xql.plan.conditions import ConditionCompiler, both, names_of
from tools.xql.plan.links import link
from tools.xql.plan.measures import measures, row_key
from tools.xql.plan.state import State

RELATED: Final = "related_rows"


class RowCompiler:
    """Compiles the rows of a dataset; each step goes as early as its columns exist."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog

    # --- source ---

    def dataset_name(self, name: str) -> str:
        known = self.catalog.dataset(name)
        if known is None:
            hint = self.catalog.suggest(name)
            raise XqlPlanError(
                f"there is no dataset {name}" + (f"; near names: {', '.join(hint)}" if hint else "")
            )
        return known.name

    def start(self, name: str) -> State:
        self.dataset_name(name)
        known = self.catalog.dataset(name)
        assert known is not None
        return State(name, {info.name: info.kind for info in known.columns.values()}, known.open)

    # --- steps ---

    def rows(
        self,
        state: State,
        where: model.Condition | None,
        making: Iterable[model.Computed],
        expand: tuple[str, ...],
        joins: tuple[model.Join, ...] = (),
    ) -> None:
        """All that chooses and widens the rows. Raises `XqlPlanError` where something cannot be placed."""
        waiting, left, later = list(conjuncts(where, state.dataset)), list(making), list(expand)
        coming = [name for spec in joins for name in _brought(spec, state)]
        self._expansions(state, waiting, left, later, coming)
        for number, spec in enumerate(joins):
            self._join(state, spec, number)
            coming = [name for other in joins[number + 1 :] for name in _brought(other, state)]
            self._expansions(state, waiting, left, later, coming)
        for condition in waiting:
            for name in names_of(condition):
                state.need(name)
        for item in left:
            for name in inputs_of(item):
                state.need(name)
        for name in later:
            state.need(name)
        if waiting or left or later:
            raise XqlPlanError("computed columns refer to each other in a circle")

    def _expansions(
        self,
        state: State,
        waiting: list[model.Condition],
        making: list[model.Computed],
        later: list[str],
        coming: list[str],
    ) -> None:
        self.place(state, waiting, making, [*later, *coming])
        while True:
            unmade = {item.name.lower() for item in making} | set(coming)
            ready = next((name for name in later if state.has(name) and name.lower() not in unmade), None)
            if ready is None:
                return
            state.expand(ready)
            later.remove(ready)
            self.place(state, waiting, making, [*later, *coming])

    def place(
        self,
        state: State,
        waiting: list[model.Condition],
        making: list[model.Computed],
        later: Iterable[str] = (),
    ) -> None:
        """Filters and computed columns whose inputs exist; again until nothing more can be placed.

        Columns of `later` are expanded or joined further on: what reads them waits for that.
        """
        held = {name.lower() for name in later}
        while True:
            taken = {item.name.lower() for item in making} | held
            ready = [c for c in waiting if all(state.has(n) and n.lower() not in taken for n in names_of(c))]
            if ready:
                compiler = _Conditions(state, self)
                state.stages.append(ast.Filter(both(_flat([compiler.compile(c) for c in ready]))))
                waiting[:] = [c for c in waiting if c not in ready]
            now = [item for item in making if _makeable(item, state, taken, held)]
            if not now:
                return
            compiler = _Conditions(state, self)
            made = [(item, *computed(item, state.kind, compiler)) for item in now]
            state.stages.append(ast.Alter(tuple(ast.Assignment(item.name, expr) for item, expr, _ in made)))
            for item, _, kind in made:
                state.make(item.name, kind)
            making[:] = [item for item in making if item not in now]

    # --- other datasets ---

    def side(
        self,
        dataset: str,
        key: str,
        where: model.Condition | None,
        making: tuple[model.Computed, ...],
        expand: tuple[str, ...],
    ) -> State:
        """The rows of a sub-query of a join or look-up, its key expanded where it is an array."""
        state = self.start(dataset)
        self.rows(state, where, making, expand)
        state.need(key)
        if state.kind(key) is Kind.ARRAY:
            state.expand(key)
        return state

    def query_of(self, state: State, *more: ast.Stage) -> ast.Query:
        return ast.Query(ast.Dataset((self.dataset_name(state.dataset),)), (*state.stages, *more))

    def looked_up(self, condition: model.Related) -> ast.Query:
        """The keys of the related rows."""
        key = condition.key
        assert key is not None
        state = self.side(condition.dataset, key, condition.where, condition.compute, condition.expand)
        more: list[ast.Stage] = []
        if condition.at_least > 1:
            own = row_key(state) if state.multiplied else None
            count = ast.Aggregate("count_distinct", (ast.Field(own),)) if own else ast.Aggregate("count")
            enough = ast.Compare(">=", ast.Field(RELATED), ast.Number(str(condition.at_least)))
            more = [ast.Comp((replace(count, alias=RELATED),), (key,)), ast.Filter(enough)]
        return self.query_of(state, *more, ast.Fields((ast.FieldItem(key),)))

    def _join(self, state: State, spec: model.Join, number: int) -> None:
        keys = (spec.left, spec.right) if spec.left and spec.right else link(state.dataset, spec.dataset)
        if keys is None or keys[0] is None or keys[1] is None:
            raise XqlPlanError(f"no known key joins {state.dataset} and {spec.dataset}; name left and right")
        left, right = keys
        state.need(left)
        if state.kind(left) is Kind.ARRAY:
            state.expand(left)
        side = self.side(spec.dataset, right, spec.where, spec.compute, spec.expand)
        alias, key = f"j{number + 1}", join_key(number)
        items, added = [ast.FieldItem(side.own(right), key)], {key: side.kind(right)}
        counts: list[str] = []
        for shown in self._measured(spec, side, right) if spec.aggregates else spec.fields:
            side.need(shown.field)
            name = shown.name or shown.field
            if state.known(name) or name.lower() in {made.lower() for made in added}:
                name = f"{alias}_{name.replace('.', '_')}"
            items.append(ast.FieldItem(side.own(shown.field), name if name != shown.field else None))
            added[name] = side.kind(shown.field)
            if spec.kind == "left" and _is_count(spec, shown.field):
                counts.append(name)
        inner = self.query_of(side, ast.Fields(tuple(items)))
        same = ast.Compare("=", ast.Field(f"{alias}.{key}"), ast.Field(state.own(left)))
        state.stages.append(ast.Join(inner, alias, same, spec.kind if spec.kind != "inner" else None))
        state.kinds.update(added)
        # a count of none is 0, not unknown
        state.stages += [ast.ReplaceNull(name, ast.Number("0")) for name in counts]

    def _measured(self, spec: model.Join, side: State, key: str) -> tuple[model.JoinedField, ...]:
        """Measures of the side's rows for each key."""
        made = measures(spec.aggregates, side)
        if made.prepared:
            side.stages.append(ast.Alter(tuple(made.prepared)))
        own = side.own(key)
        if own.lower() in {name.lower() for name in made.kinds}:
            raise XqlPlanError(f"the aggregate {own} has the name of the key; name it otherwise")
        side.stages.append(ast.Comp(tuple(made.aggregates), (own,)))
        side.kinds, side.open = {own: side.kind(own), **made.kinds}, False
        return tuple(model.JoinedField(field=item.name) for item in spec.aggregates)


class _Conditions(ConditionCompiler):
    def __init__(self, state: State, owner: RowCompiler) -> None:
        super().__init__(state.kinds)
        self.state, self.owner = state, owner

    def related(self, condition: model.Related, negated: bool) -> ast.Expr:
        inner = self.owner.looked_up(condition)
        absent = condition.absent != negated
        assert condition.field is not None
        field = ast.Field(condition.field)
        if self.kinds.get(condition.field.lower(), Kind.ANY) is not Kind.ARRAY:
            return ast.InQuery(field, inner, negated=absent)
        # an array cannot be looked up: the rows of which an item can be are, by their own key
        known = self.owner.start(self.state.dataset)
        key = row_key(known)
        if key is None or known.kind(condition.field) is not Kind.ARRAY:
            raise XqlPlanError(f"{condition.field} is an array; name it in expand to look its items up")
        known.expand(condition.field)
        found = ast.Filter(ast.InQuery(field, inner))
        rows = self.owner.query_of(known, found, ast.Fields((ast.FieldItem(key),)))
        return ast.InQuery(ast.Field(key), rows, negated=absent)


def join_key(number: int) -> str:
    return f"j{number + 1}_key"


def _brought(spec: model.Join, state: State) -> list[str]:
    """Columns that a join will add under these very names."""
    names = [item.name or item.field for item in spec.fields] + [item.name for item in spec.aggregates]
    return [name.lower() for name in names if not state.known(name)]


def _is_count(spec: model.Join, name: str) -> bool:
    return any(
        item.name == name and item.function in ("count", "count_rows", "count_distinct")
        for item in spec.aggregates
    )


def _makeable(item: model.Computed, state: State, taken: set[str], held: set[str]) -> bool:
    own = item.name.lower()
    for name in inputs_of(item):
        lowered = name.lower()
        if not state.has(name) or (lowered in taken and (lowered != own or lowered in held)):
            return False
    return True


def _flat(parts: list[ast.Expr]) -> list[ast.Expr]:
    """Conjuncts of conjuncts side by side."""
    found: list[ast.Expr] = []
    for part in parts:
        found += part.operands if isinstance(part, ast.And) else [part]
    return found


def conjuncts(condition: model.Condition | None, dataset: str) -> tuple[model.Condition, ...]:
    """The conditions that must all hold, their look-ups with keys."""
    if condition is None:
        return ()
    if isinstance(condition, model.All):
        return tuple(part for item in condition.all for part in conjuncts(item, dataset))
    return (linked(condition, dataset),)


def linked(condition: model.Condition, dataset: str) -> model.Condition:
    """The condition with the keys of its look-ups, where the known links give them."""
    if isinstance(condition, model.All):
        return model.All(all=tuple(linked(item, dataset) for item in condition.all))
    if isinstance(condition, model.AnyOf):
        return model.AnyOf(any=tuple(linked(item, dataset) for item in condition.any))
    if isinstance(condition, model.Not):
        return model.Not(none=linked(condition.none, dataset))
    if isinstance(condition, model.Related) and condition.field is None:
        keys = link(dataset, condition.dataset)
        if keys is None:
            raise XqlPlanError(
                f"no known key links {dataset} and {condition.dataset}; name key (there) and field (here)"
            )
        return condition.model_copy(update={"field": keys[0], "key": keys[1]})
    return condition
