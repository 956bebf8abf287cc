"""Sub-queries of joins and look-ups, read back into a plan's parts."""

from __future__ import annotations

from tools.xql import ast
from tools.xql.catalog import Catalog
from tools.xql.functions import Kind
from tools.xql.plan.read_columns import AggregateReader
from tools.xql.plan.read_conditions import Body
from tools.xql.plan.read_rows import COUNTS, RowReader
from tools.xql.plan.read_values import UnreadableError, whole_of
from tools.xql.plan.sides import RELATED


class SideReader(RowReader):
    """Reads the sub-query of a join or look-up."""

    def __init__(self, query: ast.Query, catalog: Catalog) -> None:
        if query.configs:
            raise UnreadableError("a sub-query with settings of its own")
        super().__init__(query, catalog)
        self.brought: dict[str, Kind] = {}
        self.key_shown: str | None = None

    def last_fields(self) -> bool:
        return all(isinstance(stage, ast.View) for stage in self.stages[self.at + 1 :])

    def implied(self, stage: ast.ArrayExpand) -> bool:
        return False

    def _unexpanded(self, key: str) -> None:
        """The key is expanded last of itself where it is an array."""
        last = next((s for s in reversed(self.scope.state.stages) if not isinstance(s, ast.View)), None)
        if (
            self.expand
            and self.expand[-1].lower() == key.lower()
            and last == ast.ArrayExpand(self.expand[-1])
        ):
            self.expand.pop()

    def _only_rows(self) -> Body:
        if self.joins:
            raise UnreadableError("a join inside a sub-query")
        return self.parts()

    def looked_up(self) -> Body:
        """Dataset, key and conditions of a look-up."""
        self.rows()
        enough = self._at_least()
        stage = self.stage()
        if isinstance(stage, ast.Fields) and len(stage.items) == 1 and not stage.exclude:
            key = self.scope.name(stage.items[0].name)
            self.at += 1
        elif self.scope.shown is not None and len(self.scope.shown) == 1:
            key = self.scope.shown[0][0]
        else:
            raise UnreadableError("a look-up that does not end in one column")
        if self.stage() is not None:
            raise UnreadableError("a look-up in rows that are cut or counted")
        if enough is not None and enough[0].lower() != key.lower():
            raise UnreadableError("a look-up in rows that are counted")
        self._unexpanded(key)
        body = {"dataset": self.dataset, "key": key, **self._only_rows()}
        return {**body, **({"at_least": enough[1]} if enough is not None else {})}

    def _at_least(self) -> tuple[str, int] | None:
        stage, after = self.stage(), self.stage(1)
        if not isinstance(stage, ast.Comp):
            return None
        if len(stage.by) != 1 or len(stage.aggregates) != 1 or not isinstance(after, ast.Filter):
            raise UnreadableError("a look-up in rows that are counted")
        made = AggregateReader(self.scope, self.conditions, {}).read(stage.aggregates[0], RELATED)
        test = after.condition
        alias = stage.aggregates[0].alias or "count_1"
        counts = made["function"] in ("count", "count_rows") and "field" not in made
        if not counts or not isinstance(test, ast.Compare):
            raise UnreadableError("a look-up in rows that are measured")
        if test.op not in (">", ">=") or test.left != ast.Field(alias):
            raise UnreadableError("a look-up in rows that are counted otherwise than from a least number")
        least = whole_of(test.right) + (test.op == ">")
        if least < 2:
            raise UnreadableError("a look-up in rows that are counted")
        self.at += 2
        return self.scope.name(stage.by[0]), least

    def joined(self, right: str) -> Body:
        """What a join brings; `right` is the key as the join condition names it."""
        self.rows()
        prepared: dict[str, ast.Expr] = {}
        stage = self.stage()
        if isinstance(stage, ast.Alter):
            prepared = {item.name.lower(): item.value for item in stage.assignments}
            self.at += 1
            stage = self.stage()
        aggregates: list[Body] = []
        own = right
        if isinstance(stage, ast.Comp):
            if len(stage.by) != 1:
                raise UnreadableError("a join with rows that are counted by more than one key")
            reader = AggregateReader(self.scope, self.conditions, prepared)
            aggregates = [reader.read(item, item.alias or f"{item.function}_1") for item in stage.aggregates]
            own = stage.by[0]
            self.at += 1
        items, key = self._items(right, aggregates, own)
        self._unexpanded(key)
        rows = self._only_rows()
        return {**rows, "right": key, "fields": items, "aggregates": aggregates}

    def _items(self, right: str, aggregates: list[Body], own: str) -> tuple[list[Body], str]:
        stage = self.stage()
        if isinstance(stage, ast.Fields) and not stage.exclude:
            pairs = [(item.name, item.alias or item.name) for item in stage.items]
            self.at += 1
        elif aggregates:
            pairs = [(own, own), *((item["name"], item["name"]) for item in aggregates)]
        else:
            pairs = self.scope.shown or [
                (name, name) for name in self.scope.state.kinds if not name.startswith("_")
            ]
        if self.stage() is not None or any("*" in name for name, _ in pairs):
            raise UnreadableError("a join with rows that are cut, sorted or chosen by a wildcard")
        if aggregates:
            return self._measured(pairs, right, aggregates, own)
        found = next((name for name, shown in pairs if shown.lower() == right.lower()), None)
        if found is None:
            raise UnreadableError("a join on a column that the sub-query does not bring")
        key = self.scope.name(found)
        items: list[Body] = []
        for number, (name, shown) in enumerate(pairs):
            plain = self.scope.name(name)
            if shown.lower() == right.lower() and (number == 0 or shown != plain):
                self.key_shown = shown
                continue
            items.append({"field": plain, **({"name": shown} if shown != plain else {})})
            self.brought[shown] = self.scope.state.kind(plain)
        return items, key

    def _measured(
        self, pairs: list[tuple[str, str]], right: str, aggregates: list[Body], own: str
    ) -> tuple[list[Body], str]:
        names = {item["name"].lower(): item for item in aggregates}
        for name, shown in pairs:
            if name.lower() == own.lower() and shown.lower() == right.lower():
                self.key_shown = shown
            elif name.lower() in names:
                names[name.lower()]["name"] = shown
                self.brought[shown] = Kind.INT if names[name.lower()]["function"] in COUNTS else Kind.ANY
            else:
                raise UnreadableError("a join on a column that the sub-query does not bring")
        if self.key_shown is None or len(self.brought) != len(aggregates):
            raise UnreadableError("a join with measures that it leaves out")
        return [], self.scope.name(own)
