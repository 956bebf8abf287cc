"""Rules of the stages that aggregate."""

from __future__ import annotations

from collections import Counter

from tools.xql.ast import (
    Comp,
    Field,
    Node,
    SortKey,
    Star,
    Top,
    Transaction,
    WindowComp,
)
from tools.xql.catalog import ColumnInfo
from tools.xql.checker.expressions import ExpressionChecker
from tools.xql.checker.scope import Scope, info
from tools.xql.functions import WINDOW, Kind


class GroupChecker(ExpressionChecker):
    """Checks comp, windowcomp, transaction and top."""

    def comp(self, stage: Comp, scope: Scope) -> Scope:
        columns: dict[str, ColumnInfo] = {}
        for name in stage.by:
            known = self.need(name, stage, scope)
            columns[name.lower()] = known or info(name, Kind.ANY)
            if known is not None and known.kind is Kind.ARRAY:
                self.found.error(
                    "array-not-expanded",
                    stage,
                    f"{name} is an array; expand it before grouping",
                    (f"arrayexpand {name}",),
                )
        counts: Counter[str] = Counter()
        for item in stage.aggregates:
            counts[item.function] += 1
            kind = self.aggregate(item.function, item.args, None, scope)
            if item.args and isinstance(item.args[0], Star):
                if scope.open:
                    return Scope(columns, True)
                columns.update({key: info(known.name, Kind.ARRAY) for key, known in scope.columns.items()})
                continue
            if item.args and not isinstance(item.args[0], Field):
                self.found.warn(
                    "expression-in-aggregate",
                    item,
                    "compute the value with alter before comp",
                    ("alter x = ...",),
                )
            name = item.alias or f"{item.function}_{counts[item.function]}"
            columns[name.lower()] = info(name, kind)
        if stage.addrawdata:
            columns[(stage.raw_alias or "raw_data").lower()] = info(stage.raw_alias or "raw_data", Kind.ARRAY)
        return scope.only(columns, "comp")

    def windowcomp(self, stage: WindowComp, scope: Scope) -> Scope:
        made = []
        counts: Counter[str] = Counter()
        for item in stage.functions:
            counts[item.function] += 1
            for name in item.by:
                self.need(name, item, scope)
            self._keys(item.sort, scope)
            if item.function in ("rank", "first_value", "last_value", "lag") and not item.sort:
                self.found.error(
                    "window-sort",
                    item,
                    f"{item.function} needs an order",
                    (f"{item.function}(...) sort asc f",),
                )
            kinds = [self.kind(arg, scope) for arg in item.args if not isinstance(arg, Star)]
            result = WINDOW[item.function].result
            kind = (kinds or [Kind.ANY])[0] if result is Kind.ANY else result
            made.append(info(item.alias or f"{item.function}_{counts[item.function]}", kind))
        return scope.plus(made)

    def transaction(self, stage: Transaction, scope: Scope) -> Scope:
        for name in stage.fields:
            self.need(name, stage, scope)
        for test in (stage.startswith, stage.endswith):
            if test is not None:
                self.condition(test, scope)
        keys = {name.lower() for name in stage.fields}
        columns = {
            key: known if key in keys else info(known.name, Kind.ARRAY)
            for key, known in scope.columns.items()
        }
        made = [("_start_time", Kind.TIME), ("_end_time", Kind.TIME), ("_duration", Kind.INT)]
        made += [("_num_of_rows", Kind.INT), ("_transaction_id", Kind.TEXT)]
        return Scope(columns, scope.open, scope.dropped, scope.aliases).plus([info(n, k) for n, k in made])

    def top(self, stage: Top, scope: Scope) -> Scope:
        columns = {}
        for name in (*stage.by, stage.field):
            known = self.need(name, stage, scope)
            columns[name.lower()] = known or info(name, Kind.ANY)
        names = [*stage.aliases, *("top_count", "top_percent")[len(stage.aliases) :]]
        columns.update({name.lower(): info(name, Kind.NUMBER) for name in names})
        return scope.only(columns, "top")

    def need(self, name: str, node: Node, scope: Scope) -> ColumnInfo | None:
        """A column that must be there."""
        known = scope.columns.get(name.lower())
        if known is None and (not scope.open or name.lower() in scope.dropped):
            self.found.missing(name, node, scope)
        return known

    def _keys(self, keys: tuple[SortKey, ...], scope: Scope) -> None:
        for key in keys:
            self.need(key.field, key, scope)
