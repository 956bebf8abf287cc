"""Stages that aggregate (comp, windowcomp, transaction, top) or present (view)."""

from __future__ import annotations

from typing import NoReturn

from tools.xql.ast import (
    Aggregate,
    Backtick,
    Boolean,
    Comp,
    Duration,
    Expr,
    Field,
    Frame,
    Null,
    Number,
    Param,
    SortKey,
    Star,
    String,
    Top,
    Transaction,
    View,
    ViewOption,
    WindowComp,
    WindowFunction,
)
from tools.xql.functions import AGGREGATE, INSTEAD, SCALAR, WINDOW, Function
from tools.xql.parser.mistakes import near
from tools.xql.parser.stages import StageParser
from tools.xql.tokens import BACKTICK, DURATION, NUMBER, PARAM, RAW, STRING, WORD


class GroupParser(StageParser):
    """Reads the stages that aggregate or present."""

    __slots__ = ()

    # --- comp ---

    def comp(self) -> Comp:
        pos = self.starts[self.i]
        self.i += 1
        aggregates = self.items(self._aggregate, "aggregates")
        by: tuple[str, ...] = ()
        if self.accept("by"):
            by = self._by("comp")
            if self.keys[self.i] == "as":
                self.fail(
                    "the alias stands before by",
                    suggestions=("comp count() as n by k",),
                    rule="alias-before-by",
                )
        raw = alias = None
        if self.accept("addrawdata"):
            self.take("=", "addrawdata")
            raw = self.boolean("addrawdata")
            if self.accept("as"):
                alias = self.word("a name after 'as'")
        return Comp(aggregates, by, raw, alias, pos=pos)

    def _aggregate(self) -> Aggregate:
        at = self.i
        name = self.word("comp needs an aggregate").lower()
        spec = AGGREGATE.get(name)
        if self.keys[self.i] != "(":
            if spec is not None:
                self.fail(
                    f"{name} needs parentheses", suggestions=(f"{name}()",), rule="aggregate-parentheses"
                )
            right = near(name, AGGREGATE)
            if self.keys[self.i] == "=":
                right = (f"comp count() as {name}",)
            self.fail(
                f"comp needs an aggregate: found name {name}",
                at=at,
                expected=("count()", "sum(f)"),
                suggestions=right,
            )
        if spec is None:
            self._no_aggregate(name, at, "comp", AGGREGATE)
        self.i += 1
        args = self.arguments(spec, star=True)
        if name == "count" and args and isinstance(args[0], Star):
            self.fail("count takes no *", at=at, suggestions=("count()",), rule="count-star")
        alias = None
        if self.accept("as"):
            alias = "*" if self.accept("*") else self.word("a name after 'as'")
        elif self.keys[self.i] in ("where", "filter", "if"):
            self.fail(
                "an aggregate has no condition",
                suggestions=("alter flag = if(cond, 1, 0) | comp sum(flag) as n",),
                rule="conditional-aggregate",
            )
        return Aggregate(name, args, alias, pos=self.starts[at])

    def _no_aggregate(self, name: str, at: int, stage: str, table: dict[str, Function]) -> NoReturn:
        right: tuple[str, ...]
        if name in INSTEAD:
            right = (INSTEAD[name],)
        elif name in SCALAR:
            self.fail(
                f"{name} works on one row and does not stand in {stage}; compute it with alter",
                at=at,
                suggestions=(f"alter x = {name}(...) | {stage} ...",),
                rule="scalar-in-comp",
            )
        else:
            right = near(name, table)
        self.fail(f"{stage} knows no {name}", at=at, suggestions=right, rule="unknown-aggregate")

    def _by(self, stage: str) -> tuple[str, ...]:
        found = [self.field_name(f"{stage} by")]
        while True:
            if self.keys[self.i] in ("(", "->"):
                self.fail(
                    "'by' takes field names only; compute the column with alter first",
                    suggestions=("alter k = ... | comp count() as n by k",),
                    rule="expression-in-by",
                )
            if self.keys[self.i] != ",":
                return tuple(found)
            if self.kinds[self.i + 1] == WORD and self.keys[self.i + 2] == "(" and stage == "windowcomp":
                return tuple(found)
            self.i += 1
            found.append(self.field_name(f"{stage} by"))
            self.bounded(found, "names")

    # --- windowcomp ---

    def windowcomp(self) -> WindowComp:
        pos = self.starts[self.i]
        self.i += 1
        return WindowComp(self.items(self._window, "window functions"), pos=pos)

    def _window(self) -> WindowFunction:
        at = self.i
        name = self.word("windowcomp needs a function").lower()
        if self.keys[self.i] != "(":
            self.fail(f"{name} needs parentheses", suggestions=(f"{name}()",), rule="aggregate-parentheses")
        spec = WINDOW.get(name)
        if spec is None:
            self._no_aggregate(name, at, "windowcomp", WINDOW)
        self.i += 1
        args = self.arguments(spec, star=True)
        if self.keys[self.i] in ("partition", "order", "over"):
            self.fail(
                f"'{self.texts[self.i]}' is SQL",
                suggestions=(f"windowcomp {name}() by k sort desc g as a",),
                rule="sql-window",
            )
        by = self._by("windowcomp") if self.accept("by") else ()
        keys: list[SortKey] = []
        if self.keys[self.i] in ("partition", "order", "over"):
            self.fail("windowcomp sorts with 'sort'", suggestions=("sort desc g",), rule="sql-window")
        if self.accept("sort"):
            keys.append(self.sort_key())
            while self.keys[self.i] == "," and self.keys[self.i + 2] != "(":
                self.i += 1
                keys.append(self.sort_key())
        frame = self._frame() if self.keys[self.i] == "between" else None
        alias = self.word("a name after 'as'") if self.accept("as") else None
        if self.keys[self.i] in ("partition", "order", "over", "by", "sort"):
            self.fail(
                f"by and sort stand before the alias: found '{self.texts[self.i]}'",
                suggestions=(f"windowcomp {name}({'f' if args else ''}) by k sort desc g as {alias or 'a'}",),
                rule="sql-window",
            )
        return WindowFunction(name, args, by, tuple(keys), frame, alias, pos=self.starts[at])

    def _frame(self) -> Frame:
        at = self.i
        self.i += 1
        start = self._bound()
        end = self._bound() if self.accept("and") else None
        kind = None
        if self.accept("frame_type"):
            self.take("=", "frame_type")
            kind = self.keys[self.i]
            if kind not in ("range", "rows"):
                self.fail(f"frame_type: found {self.found()}", expected=("range",))
            self.i += 1
        return Frame(start, end, kind, pos=self.starts[at])

    def _bound(self) -> Expr:
        if self.keys[self.i] == "null":
            self.i += 1
            return Null(pos=self.starts[self.i - 1])
        return self.signed("a bound of the window")

    # --- transaction and top ---

    def transaction(self) -> Transaction:
        pos = self.starts[self.i]
        self.i += 1
        names = self.names("transaction needs fields")
        span: Duration | Param | None = None
        shift: Number | Param | None = None
        most: Number | Param | None = None
        zone: str | None = None
        begin: Expr | None = None
        end: Expr | None = None
        unclosed: bool | None = None
        while self.kinds[self.i] == WORD and self.keys[self.i + 1] == "=":
            option = self.keys[self.i]
            self.i += 2
            if option == "span":
                span = self.duration("span")
            elif option == "timeshift":
                shift = self.signed("timeshift")
            elif option == "timezone":
                zone = self.string("timezone")
            elif option == "startswith":
                begin = self.expression()
            elif option == "endswith":
                end = self.expression()
            elif option == "allowunclosed":
                unclosed = self.boolean("allowunclosed")
            elif option == "maxevents":
                most = self.count("maxevents")
            else:
                self.i -= 2
                self.fail(
                    f"transaction knows no {option}",
                    expected=("span", "startswith", "endswith", "allowunclosed", "maxevents"),
                )
        return Transaction(names, span, shift, zone, begin, end, unclosed, most, pos=pos)

    def top(self) -> Top:
        pos = self.starts[self.i]
        self.i += 1
        count = self.count("top") if self.kinds[self.i] in (NUMBER, PARAM) else None
        name = self.field_name("top needs a field")
        by: tuple[str, ...] = ()
        if self.accept("by"):
            if self.keys[self.i] in ("asc", "desc"):
                self.fail(
                    "top has no direction; it gives the most frequent values", suggestions=(f"top {name}",)
                )
            by = self._by("top")
        aliases: list[str] = []
        if self.accept("as"):
            aliases.append(self.word("a name after 'as'"))
            while self.accept(","):
                self.accept("as")
                aliases.append(self.word("a name after 'as'"))
        return Top(name, count, by, tuple(aliases), pos=pos)

    # --- view ---

    def view(self) -> View:
        pos = self.starts[self.i]
        self.i += 1
        kind = self.word("view needs its kind (graph, highlight, column)").lower()
        if self.keys[self.i] == "=":
            self.fail("view needs its kind first", suggestions=("view graph type = ...",), rule="view-kind")
        options = []
        while self.kinds[self.i] == WORD:
            options.append(self._view_option())
        return View(kind, tuple(options), pos=pos)

    def _view_option(self) -> ViewOption:
        at = self.i
        name = self.word("an option of view").lower()
        call = self.keys[self.i] == "("
        if not call and self.keys[self.i] != "=":
            self.fail(f"the option {name} of view: found {self.found()}", expected=("'='", "'('"))
        self.i += 1
        values = [self._view_value(name)]
        while self.accept(","):
            if not call and self.kinds[self.i] == WORD and self.keys[self.i + 1] == "=":
                break  # the page's own examples part options by a comma too
            values.append(self._view_value(name))
            self.bounded(values, "values")
        if call:
            self.take(")", f"the option {name} of view")
        return ViewOption(name, tuple(values), call, pos=self.starts[at])

    def _view_value(self, option: str) -> Expr:
        at = self.i
        kind, text, pos = self.kinds[at], self.texts[at], self.starts[at]
        self.i += 1
        if kind == WORD:
            key = self.keys[at]
            if key in ("true", "false"):
                return Boolean(key == "true", pos=pos)
            return Field(text, pos=pos)
        if kind == STRING:
            return String(self.tokens.literal(at), pos=pos)
        if kind == RAW:
            return String(text[3:-3], True, pos=pos)
        if kind == NUMBER:
            return Number(text, pos=pos)
        if kind == BACKTICK:
            return Backtick(text[1:-1], pos=pos)
        if kind == PARAM:
            return Param(text[1:], pos=pos)
        if kind == DURATION:
            return Duration(text, pos=pos)
        if text == "-" and self.kinds[self.i] == NUMBER:
            self.i += 1
            return Number("-" + self.texts[self.i - 1], pos=pos)
        self.i = at
        return self.fail(f"a value of the view option {option}: found {self.found()}", expected=("a value",))
