"""The stages of a query that choose and widen its rows, read back into a plan's parts."""

from __future__ import annotations

import re
from typing import Any

from tools.xql import ast
from tools.xql.catalog import Catalog
from tools.xql.functions import Kind
from tools.xql.plan import model
from tools.xql.plan.columns import computed
from tools.xql.plan.conditions import ConditionCompiler
from tools.xql.plan.links import KEYS
from tools.xql.plan.measures import value_name
from tools.xql.plan.read_columns import AggregateReader, ColumnReader
from tools.xql.plan.read_conditions import Body, ConditionReader
from tools.xql.plan.read_values import Scope, UnreadableError, whole_of
from tools.xql.plan.sides import RELATED, RowCompiler, join_key

_OWN_KEY = re.compile(r"j\d+_key\Z")
_COUNTS = frozenset({"count", "count_rows", "count_distinct"})


def dataset_of(query: ast.Query) -> str:
    source = query.source
    if not isinstance(source, ast.Dataset) or len(source.names) != 1 or source.datamodel or source.cold:
        raise UnreadableError("a source that is not one dataset")
    return source.names[0]


class RowReader:
    """Reads filters, computed columns, expansion and joins of one dataset. Raises `UnreadableError`."""

    def __init__(self, query: ast.Query, catalog: Catalog) -> None:
        self.catalog = catalog
        self.dataset = dataset_of(query)
        self.stages = query.stages
        self.at = 0
        self.scope = Scope(RowCompiler(catalog).start(self.dataset), catalog)
        self.conditions = _Lookups(self)
        self.columns = ColumnReader(self.scope, self.conditions)
        self.where: list[Body] = []
        self.compute: list[Body] = []
        self.expand: list[str] = []
        self.joins: list[Body] = []
        self.keys: set[str] = set()
        self.early: set[str] = set()

    def stage(self, ahead: int = 0) -> ast.Stage | None:
        at = self.at + ahead
        return self.stages[at] if at < len(self.stages) else None

    def rows(self) -> None:
        """Read as far as the stages are of this part."""
        while (stage := self.stage()) is not None:
            if isinstance(stage, ast.Filter):
                self.where += self.conditions.conjuncts(stage.condition)
            elif isinstance(stage, ast.Alter):
                if self.prepares():
                    return
                self.alter(stage)
            elif isinstance(stage, ast.ArrayExpand):
                if self.implied(stage):
                    return
                self.expanded(stage)
            elif isinstance(stage, ast.Join):
                self.join(stage)
            elif isinstance(stage, ast.Fields):
                if self.last_fields():
                    return
                self.fields(stage)
            elif not isinstance(stage, ast.View):
                return
            self.scope.state.stages.append(stage)
            self.at += 1

    # --- what belongs to a later stage ---

    def prepares(self) -> bool:
        """Whether an `alter` only prepares what the `comp` after it reads, or the column of a `bin`."""
        stage, after = self.stage(), self.stage(1)
        if not isinstance(stage, ast.Alter):
            return False
        if isinstance(after, ast.Bin) and len(stage.assignments) == 1:
            item = stage.assignments[0]
            return isinstance(item.value, ast.Field) and item.name.lower() == after.field.lower()
        if not isinstance(after, ast.Comp):
            return False
        wanted = {
            value_name(made.alias or "").lower() for made in after.aggregates if made.alias is not None
        } | {value_name((made.alias or "").removesuffix("_part")).lower() for made in after.aggregates}
        return all(item.name.lower() in wanted for item in stage.assignments)

    def implied(self, stage: ast.ArrayExpand) -> bool:
        """Whether the expansion is one that a key or group of the next stages implies."""
        if stage.limit is not None:
            raise UnreadableError("an expansion with a limit")
        if not self.scope.known(stage.field) or self.scope.kind(stage.field) is not Kind.ARRAY:
            return False
        ahead = 1
        while isinstance(self.stage(ahead), ast.ArrayExpand):
            ahead += 1
        after = self.stage(ahead)
        if isinstance(after, ast.Join):
            return False
        if isinstance(after, ast.Alter):
            at, self.at = self.at, self.at + ahead
            prepared = self.prepares() and isinstance(self.stage(1), ast.Comp)
            self.at = at
            after = self.stage(ahead + 1) if prepared else None
        return isinstance(after, ast.Comp) and stage.field.lower() in {name.lower() for name in after.by}

    def last_fields(self) -> bool:
        return False

    # --- stages ---

    def alter(self, stage: ast.Alter) -> None:
        made: list[tuple[Body, Kind]] = []
        own = {item.name.lower() for item in stage.assignments}
        for item in stage.assignments:
            before, self.scope.read = self.scope.read, set()
            body = self.columns.computed(item.name, item.value)
            if item.name.lower() in before:
                raise UnreadableError(f"{item.name} is read before it is made anew")
            if self.scope.read & (own - {item.name.lower()}):
                raise UnreadableError("a column is read and made anew in one stage")
            self.scope.read |= before
            made.append((body, self._kind(body)))
        for body, kind in made:
            self.compute.append(body)
            self.scope.add(body["name"], kind)

    def _kind(self, body: Body) -> Kind:
        item = model.Computed.model_validate(body)
        return computed(item, self.scope.state.kind, ConditionCompiler(self.scope.state.kinds))[1]

    def expanded(self, stage: ast.ArrayExpand) -> None:
        after = self.stage(1)
        before = set(self.scope.read)
        name = self.scope.name(stage.field)
        joined = isinstance(after, ast.Join) and self._left_of(after) == name.lower()
        if not (joined and self.scope.state.kind(name) is Kind.ARRAY):
            self.expand.append(name)
            if name.lower() in before:
                self.early.add(name)
        self.scope.state.kinds[self.scope.state.own(name)] = Kind.TEXT

    def _left_of(self, stage: ast.Join) -> str | None:
        left = _sides(stage, self)[0]
        return left.lower() if left is not None else None

    def fields(self, stage: ast.Fields) -> None:
        self.scope.shown = shown_by(stage, self.scope)

    def join(self, stage: ast.Join) -> None:
        if stage.type not in (None, "inner", "left"):
            raise UnreadableError(f"a join of type {stage.type}")
        left, right = _sides(stage, self)
        if left is None or right is None:
            raise UnreadableError("a join on something else than one key")
        side = SideReader(stage.query, self.catalog)
        body = {"dataset": side.dataset, "kind": stage.type or "inner", **side.joined(right)}
        body["left"] = self.scope.name(left)
        brought = side.brought
        clash = [name for name in brought if self.scope.known(name) and name.lower() != left.lower()]
        if clash and stage.conflict != "left":
            raise UnreadableError(f"the joined column {clash[0]} takes the place of one of that name")
        kept = [name for name in brought if not self.scope.known(name)]
        body["fields"] = [item for item in body["fields"] if (item.get("name") or item["field"]) in kept]
        for name in kept:
            self.scope.add(name, brought[name])
        self._key_of(side, body)
        self._zeros(body)
        self.joins.append({key: value for key, value in body.items() if value})

    def _key_of(self, side: SideReader, body: Body) -> None:
        """The joined key under the name that the query gives it: the compiler's own, or one more joined column."""
        shown = side.key_shown
        if shown is None or self.scope.known(shown):
            return
        if shown != join_key(len(self.joins)):
            if _OWN_KEY.match(shown):
                raise UnreadableError(f"the name {shown} of another join")
            if body["aggregates"]:
                return
            body["fields"].append({"field": body["right"], "name": shown})
            self.keys.add(shown)
        self.scope.add(shown, Kind.TEXT)

    def _used(self, join: Body) -> Body:
        """The join without a key that nothing reads."""
        named = {shown for _, shown in self.scope.shown or ()}
        fields = [
            item
            for item in join.get("fields", ())
            if item.get("name") not in self.keys
            or item["name"].lower() in self.scope.read
            or item["name"] in named
        ]
        return {**{k: v for k, v in join.items() if k != "fields"}, **({"fields": fields} if fields else {})}

    def _zeros(self, body: Body) -> None:
        """A count of none is 0 in a plan: the query must say so too."""
        if body["kind"] != "left":
            return
        for item in body["aggregates"]:
            if item["function"] not in _COUNTS:
                continue
            after = self.stage(1)
            if not isinstance(after, ast.ReplaceNull) or after != ast.ReplaceNull(
                item["name"], ast.Number("0")
            ):
                raise UnreadableError("a left join whose counts are missing instead of 0")
            self.scope.state.stages.append(after)
            self.at += 1

    def parts(self) -> Body:
        early = next((name for name in self.expand if name in self.early), None)
        if early is not None:
            raise UnreadableError(f"{early} is read before it is expanded")
        body: Body = {"compute": self.compute, "expand": self.expand, "joins": [*map(self._used, self.joins)]}
        if self.where:
            body["where"] = self.where[0] if len(self.where) == 1 else {"all": self.where}
        return {key: value for key, value in body.items() if value}


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
                self.brought[shown] = Kind.INT if names[name.lower()]["function"] in _COUNTS else Kind.ANY
            else:
                raise UnreadableError("a join on a column that the sub-query does not bring")
        if self.key_shown is None or len(self.brought) != len(aggregates):
            raise UnreadableError("a join with measures that it leaves out")
        return [], self.scope.name(own)


class _Lookups(ConditionReader):
    def __init__(self, rows: RowReader) -> None:
        super().__init__(rows.scope)
        self.rows = rows

    def related(self, node: ast.InQuery) -> Body:
        if not isinstance(node.left, ast.Field):
            raise UnreadableError("a look-up of something computed in place")
        field = self.scope.name(node.left.name)
        side = SideReader(node.query, self.rows.catalog)
        body = side.looked_up()
        inner = body.get("where", {})
        key = KEYS.get(self.rows.dataset.lower())
        through_items = (
            side.dataset.lower() == self.rows.dataset.lower()
            and field == body["key"] == key
            and body.get("expand") == [inner.get("field")]
            and "key" in inner
            and "op" not in inner
            and not inner.get("absent")
            and "compute" not in body
        )
        if through_items:
            return {**inner, "absent": node.negated}
        return {**body, "field": field, "absent": node.negated}


def shown_by(stage: ast.Fields, scope: Scope) -> list[tuple[str, str]]:
    """Names of the plan and of the query, after a `fields`."""
    if stage.exclude or any("*" in item.name for item in stage.items):
        raise UnreadableError("fields by a wildcard or by what is left out")
    pairs = [(scope.name(item.name), item.alias or item.name) for item in stage.items]
    if len({shown.lower() for _, shown in pairs}) != len(pairs):
        raise UnreadableError("two columns of one name")
    return pairs


def _sides(stage: ast.Join, rows: RowReader) -> tuple[str | None, str | None]:
    """Key on the left and on the right of a join condition."""
    test = stage.condition
    if not isinstance(test, ast.Compare) or test.op != "=":
        return None, None
    if not isinstance(test.left, ast.Field) or not isinstance(test.right, ast.Field):
        return None, None
    prefix = f"{stage.alias}.".lower()
    names = [test.left.name, test.right.name]
    mine = [name for name in names if not name.lower().startswith(prefix)]
    theirs = [name[len(prefix) :] for name in names if name.lower().startswith(prefix)]
    if len(mine) != 1 or len(theirs) != 1:
        return None, None
    return mine[0], theirs[0]


__all__ = ["Any", "RowReader", "SideReader", "dataset_of", "shown_by"]
