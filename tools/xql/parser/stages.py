"""The plain stages."""

from __future__ import annotations

from typing import NoReturn

from tools.xql.ast import (
    Alter,
    ArrayExpand,
    Assignment,
    Bin,
    Dedup,
    FieldItem,
    Fields,
    Filter,
    Join,
    Limit,
    Query,
    ReplaceNull,
    Sort,
    SortKey,
    Union,
)
from tools.xql.parser.extras import ExtraParser
from tools.xql.parser.mistakes import FOREIGN_STAGES, STAGES
from tools.xql.tokens import END, WORD

JOIN_TYPES = ("inner", "left", "right")
CONFLICTS = ("both", "left", "right")


class StageParser(ExtraParser):
    """Reads the stages that neither aggregate nor present."""

    __slots__ = ()

    def filter(self) -> Filter:
        pos = self.starts[self.i]
        self.i += 1
        condition = self.expression()
        if self._stray_word():
            self.fail(
                f"the condition has ended: found {self.found()}",
                expected=("and", "or", "'|'"),
                rule="missing-and",
            )
        return Filter(condition, pos=pos)

    def _stray_word(self) -> bool:
        """Whether a word stands here that begins no stage either."""
        key = self.keys[self.i]
        return self.kinds[self.i] == WORD and key not in STAGES and key not in FOREIGN_STAGES

    def alter(self) -> Alter:
        pos = self.starts[self.i]
        self.i += 1
        return Alter(self.items(self._assignment, "assignments"), pos=pos)

    def _assignment(self) -> Assignment:
        at = self.i
        name = self.field_name("alter needs a column name")
        if self.keys[self.i] == "==":
            self.fail("'==' is not XQL", suggestions=("=",), rule="double-equals")
        self.take("=", f"the assignment to {name}")
        return Assignment(name, self.expression(), pos=self.starts[at])

    def fields(self) -> Fields:
        pos = self.starts[self.i]
        self.i += 1
        exclude = self.accept("-")
        items = self.items(self._exclusion if exclude else self._field_item, "fields")
        if self._stray_word() and self.keys[self.i] != "as":
            self.fail(
                f"names are parted by commas: found {self.found()}",
                expected=("','", "as", "'|'"),
                suggestions=(f"{items[-1].name}, {self.texts[self.i]}",),
                rule="missing-comma",
            )
        return Fields(items, exclude, pos=pos)

    def _exclusion(self) -> FieldItem:
        at = self.i
        return FieldItem(self.pattern("fields - needs names"), pos=self.starts[at])

    def _field_item(self) -> FieldItem:
        at = self.i
        name = self.pattern("fields needs names")
        following = self.keys[self.i]
        if following in ("->", "(", "=", "+"):
            self.fail(
                "fields takes names only; compute the column with alter first",
                suggestions=("alter x = ... | fields x",),
                rule="expression-in-fields",
            )
        alias = None
        if following == "as":
            self.i += 1
            if "*" in name:
                self.fail("a wildcard has no alias", at=at)
            alias = self.word("a name after 'as'")
        return FieldItem(name, alias, pos=self.starts[at])

    # --- order and number ---

    def sort(self) -> Sort:
        pos = self.starts[self.i]
        self.i += 1
        if self.keys[self.i] == "by" and self.kinds[self.i + 1] == WORD:
            self.fail("sort has no 'by'", suggestions=("sort desc f",), rule="sort-direction")
        return Sort(self.items(self.sort_key, "sort keys"), pos=pos)

    def sort_key(self) -> SortKey:
        at = self.i
        direction = "asc"
        if self.keys[at] in ("asc", "desc"):
            direction = self.keys[at]
            self.i += 1
            if self.keys[self.i] == "(":
                self.fail("sort needs a field, without parentheses", suggestions=(f"{direction} f",))
        name = self.field_name("sort needs a field")
        key = self.keys[self.i]
        if key in ("asc", "desc", "ascending", "descending"):
            right = "desc" if key.startswith("desc") else "asc"
            self.fail(
                "the direction comes before the field",
                suggestions=(f"{right} {name}",),
                rule="sort-direction",
            )
        return SortKey(name, direction, pos=self.starts[at])

    def limit(self) -> Limit:
        pos = self.starts[self.i]
        self.i += 1
        return Limit(self.count("limit"), pos=pos)

    def dedup(self) -> Dedup:
        pos = self.starts[self.i]
        self.i += 1
        names = self.names("dedup needs field names")
        by: tuple[SortKey, ...] = ()
        if self.accept("by"):
            by = self.items(self.sort_key, "sort keys")
        elif self.keys[self.i] in ("asc", "desc", "sort"):
            self.fail(
                "dedup orders with 'by'",
                suggestions=(f"dedup {names[-1]} by desc _time",),
                rule="dedup-by",
            )
        return Dedup(names, by, pos=pos)

    # --- other datasets ---

    def join(self) -> Join:
        pos = self.starts[self.i]
        self.i += 1
        options: dict[str, str] = {}
        while self.keys[self.i] in ("type", "conflict_strategy"):
            name = self.keys[self.i]
            if name in options:
                self.fail(f"{name} is given twice")
            self.i += 1
            self.take("=", f"join {name}")
            allowed = JOIN_TYPES if name == "type" else CONFLICTS
            value = self.keys[self.i]
            if value not in allowed:
                self.fail(
                    f"join {name}: found {self.found()}", expected=allowed, rule=f"join-{name.split('_')[0]}"
                )
            options[name] = value
            self.i += 1
        if self.keys[self.i] in ("inner", "left", "right", "outer", "full", "cross", "kind"):
            self.fail(
                "the type of a join is an option",
                suggestions=("join type = left (...) as a a.k = k",),
                rule="join-type",
            )
        if self.keys[self.i] != "(":
            self.fail(
                f"join needs a sub-query in parentheses: found {self.found()}",
                suggestions=("join (dataset = x) as a a.k = k",),
                rule="join-query",
            )
        query = self.subquery()
        alias = self._join_alias()
        if self.keys[self.i] == "on":
            self.fail("join has no 'on'", suggestions=(f"as {alias} {alias}.k = k",), rule="join-on")
        if self.keys[self.i] in ("|", ")", ";") or self.kinds[self.i] == END:
            self._join_form(f"join needs: as <alias> <condition>, found only 'as {alias}'")
        condition = self.expression()
        return Join(query, alias, condition, options.get("type"), options.get("conflict_strategy"), pos=pos)

    def _join_alias(self) -> str:
        key = self.keys[self.i]
        if key == "on":
            self.fail("join has no 'on'", suggestions=("as a a.k = k",), rule="join-on")
        if key != "as":
            self._join_form(f"join needs: as <alias> <condition>, found {self.found()}")
        self.i += 1
        return self.word("the alias of a join")

    def _join_form(self, message: str) -> NoReturn:
        self.fail(message, suggestions=("join (dataset = x) as a a.k = k",), rule="join-condition")

    def subquery(self) -> Query:
        self.take("(", "a sub-query")
        self.enter()
        query = self.query(")")
        self.depth -= 1
        return query

    def union(self) -> Union:
        pos = self.starts[self.i]
        self.i += 1
        if self.keys[self.i] == "(":
            return Union(self.subquery(), pos=pos)
        if self.keys[self.i] == "dataset" and self.keys[self.i + 1] == "=":
            self.fail(
                "union takes a dataset name or a sub-query in parentheses",
                suggestions=("union (dataset = x)", "union x"),
                rule="union-query",
            )
        return Union(self._loose("union needs a dataset or a sub-query"), pos=pos)

    # --- columns ---

    def bin(self) -> Bin:
        pos = self.starts[self.i]
        self.i += 1
        name = self.field_name("bin needs a field")
        bins = span = shift = zone = None
        while self.keys[self.i] in ("bins", "span", "timeshift", "timezone"):
            option = self.keys[self.i]
            self.i += 1
            self.take("=", f"bin {option}")
            if option == "bins":
                bins = self.count("bins")
            elif option == "span":
                span = self.duration("span")
            elif option == "timeshift":
                shift = self.signed("timeshift")
            else:
                zone = self.string("timezone")
        if (bins is None) == (span is None):
            self.fail(
                "bin needs either bins or span", suggestions=(f"bin {name} span = 1d",), rule="bin-form"
            )
        return Bin(name, bins, span, shift, zone, pos=pos)

    def arrayexpand(self) -> ArrayExpand:
        pos = self.starts[self.i]
        self.i += 1
        name = self.field_name("arrayexpand needs a field")
        if self.keys[self.i] in ("->", "("):
            self.fail(
                "arrayexpand takes a field; compute it with alter first",
                suggestions=("alter x = ... | arrayexpand x",),
                rule="expression-in-arrayexpand",
            )
        limit = self.count("arrayexpand limit") if self.accept("limit") else None
        return ArrayExpand(name, limit, pos=pos)

    def replacenull(self) -> ReplaceNull:
        pos = self.starts[self.i]
        self.i += 1
        name = self.field_name("replacenull needs a field")
        self.take("=", "replacenull")
        return ReplaceNull(name, self.sum(), pos=pos)
