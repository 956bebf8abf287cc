"""The stages of a query that choose and widen its rows, read back into a plan's parts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tools.xql import ast
from tools.xql.catalog import Catalog
from tools.xql.functions import Kind
from tools.xql.plan import model
from tools.xql.plan.columns import computed
from tools.xql.plan.conditions import ConditionCompiler
from tools.xql.plan.links import KEYS
from tools.xql.plan.measures import value_name
from tools.xql.plan.read_columns import ColumnReader
from tools.xql.plan.read_conditions import Body, ConditionReader
from tools.xql.plan.read_values import Scope, UnreadableError
from tools.xql.plan.sides import RowCompiler, join_key

if TYPE_CHECKING:
    from tools.xql.plan.read_sides import SideReader

_OWN_KEY = re.compile(r"j\d+_key\Z")
COUNTS = frozenset({"count", "count_rows", "count_distinct"})


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

    def side(self, query: ast.Query) -> SideReader:
        """A reader of a sub-query."""
        from tools.xql.plan.read_sides import SideReader

        return SideReader(query, self.catalog)

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
        side = self.side(stage.query)
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
            if item["function"] not in COUNTS:
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


class _Lookups(ConditionReader):
    def __init__(self, rows: RowReader) -> None:
        super().__init__(rows.scope)
        self.rows = rows

    def related(self, node: ast.InQuery) -> Body:
        if not isinstance(node.left, ast.Field):
            raise UnreadableError("a look-up of something computed in place")
        field = self.scope.name(node.left.name)
        side = self.rows.side(node.query)
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


__all__ = ["RowReader", "dataset_of", "shown_by"]
