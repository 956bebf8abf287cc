"""Operands: literals, names, calls, arrow paths."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NoReturn

from tools.xql.ast import (
    Arrow,
    Boolean,
    Call,
    Enum,
    Expr,
    Field,
    Null,
    Number,
    Param,
    Star,
    String,
)
from tools.xql.functions import AGGREGATE, INSTEAD, SCALAR, WINDOW, Function
from tools.xql.parser.calls import argument_fault
from tools.xql.parser.cursor import MAX_CHAIN, Cursor, names_a_field
from tools.xql.parser.mistakes import near
from tools.xql.tokens import BACKTICK, DURATION, END, NUMBER, PARAM, RAW, STRING, WORD

RESERVED: Final = frozenset({"and", "or", "in", "contains"})


class OperandParser(Cursor):
    """Reads what operators stand between."""

    __slots__ = ()

    def expression(self) -> Expr:
        raise NotImplementedError

    def _primary(self) -> Expr:
        at = self.i
        kind, pos = self.kinds[at], self.starts[at]
        text = self.texts[at]
        if kind == WORD:
            key = self.keys[at]
            if self.keys[at + 1] == "(" and key not in RESERVED:
                return self._call(key, at)
            if key == "null":
                self.i = at + 1
                return Null(pos=pos)
            if key == "true" or key == "false":
                self.i = at + 1
                return Boolean(key == "true", pos=pos)
            if key in RESERVED:
                right = ('f contains "text"',) if self.keys[at + 1] == "(" and key == "contains" else ()
                self.fail(
                    f"an operand is missing before '{text}'",
                    expected=("a field", "a value"),
                    suggestions=right,
                )
            if key == "case" and self.keys[at + 1] == "when":
                self.fail("case is not XQL", suggestions=(INSTEAD["case"],), rule="case-when")
            if text[-1] == "." or ".." in text:
                self.fail(f"the name {text} has an empty part", expected=("a name", "ENUM.NAME"))
            self.i = at + 1
            if key.startswith("enum."):
                return Enum(text[5:], pos=pos)
            return Field(text, pos=pos)
        if kind == STRING:
            self.i = at + 1
            return String(self.tokens.literal(at), pos=pos)
        if kind == NUMBER:
            self.i = at + 1
            return Number(text, pos=pos)
        if self.keys[at] == "(":
            self.i = at + 1
            node = self.expression()
            if self.keys[self.i] == ",":
                self.fail(
                    "a list stands only after 'in'", rule="stray-list", suggestions=('f in ("x", "y")',)
                )
            self.take(")", "a parenthesis that was opened")
            return node
        if kind == RAW:
            self.i = at + 1
            return String(text[3:-3], True, pos=pos)
        if kind == PARAM:
            self.i = at + 1
            return Param(text[1:], pos=pos)
        if (kind == BACKTICK and text[1:-1].strip()) or (kind == DURATION and names_a_field(text)):
            return Field(self.word("a field"), pos=pos)
        return self._no_primary()

    def _no_primary(self) -> Expr:
        kind, key = self.kinds[self.i], self.keys[self.i]
        if kind == DURATION:
            self.fail(
                f"{self.texts[self.i]} is a duration, which stands only in config, bin and transaction",
                suggestions=('timestamp_diff(current_time(), _time, "DAY") <= 7', "config timeframe = 7d"),
                rule="duration-in-expression",
            )
        if key == "!":
            self.fail("'!' is not XQL", suggestions=("not",), rule="not-symbol")
        if key == "[":
            self.fail(
                "there is no array literal", suggestions=('arraycreate("a", "b")',), rule="array-literal"
            )
        if (key in ("{", "%", "<") and self.keys[self.i + 1] in ("{", "%")) or self._angled():
            self.fail(
                "this is a blank of a template; put a value in its place",
                suggestions=('"value"', "$name"),
                rule="template-blank",
            )
        what = "the query ends" if kind == END else f"found {self.found()}"
        self.fail(f"an operand is missing: {what}", expected=("a field", "a value", "a function"))

    def _angled(self) -> bool:
        """Whether `<name>` stands here."""
        return self.keys[self.i] == "<" and self.kinds[self.i + 1] == WORD and self.keys[self.i + 2] == ">"

    def _arrow(self, base: Expr, start: int) -> Arrow:
        path: list[str | int] = []
        suffix = ""
        keys, kinds = self.keys, self.kinds
        if kinds[self.i] in (WORD, DURATION, NUMBER):
            path += self._plain_keys()
        while True:
            key = keys[self.i]
            if key == "[":
                following = self.i + 1
                if keys[following] == "]":
                    self.i += 2
                    suffix = "[]"
                    break
                if kinds[following] == NUMBER and self.texts[following].isdigit():
                    path.append(int(self.texts[following]))
                elif kinds[following] == STRING:
                    path.append(self.tokens.literal(following))
                else:
                    self.i = following
                    self.fail("a path step", expected=("a number", "a key in double quotes", "]"))
                self.i = following + 1
                self.take("]", "a path step")
            elif key == "{":
                self.i += 1
                self.take("}", "the end of a path")
                suffix = "{}"
                break
            elif key == "." and path:
                self.i += 1
                path += self._plain_keys()
            else:
                break
        if not path and not suffix:
            hint: tuple[str, ...] = ()
            if kinds[self.i] == STRING:
                hint = (f"-> [{self.texts[self.i]}]",)
            elif kinds[self.i] == PARAM or self.texts[self.i].startswith("$"):
                hint = ("-> a.b",)
            self.fail(
                f"'->' needs a path: found {self.found()}", expected=("a key", "[", "{"), suggestions=hint
            )
        if len(path) > MAX_CHAIN:
            self.too_deep("number of path steps", MAX_CHAIN)
        if suffix and keys[self.i] in (".", "[", "{"):
            self.fail(
                f"'{suffix}' ends a path; expand the array first (arrayexpand, arraymap)", rule="path-suffix"
            )
        return Arrow(base, tuple(path), suffix, pos=self.starts[start])

    def _plain_keys(self) -> list[str]:
        """`a.b`, also with hyphens inside (`user-agent`)."""
        first = self.i
        if self.kinds[first] not in (WORD, DURATION, NUMBER):
            self.fail(f"a key: found {self.found()}", expected=("a key",))
        self.i += 1
        while self.starts[self.i] == self.ends[self.i - 1] and (
            self.kinds[self.i] in (WORD, DURATION, NUMBER)
            or (
                self.keys[self.i] == "-"
                and self.starts[self.i + 1] == self.ends[self.i]
                and self.kinds[self.i + 1] in (WORD, DURATION)
            )
        ):
            self.i += 1
        text = self.tokens.text[self.starts[first] : self.ends[self.i - 1]]
        keys = text.split(".")
        if "" in keys:
            self.fail(f"the path {text} has an empty step", at=first)
        return keys

    def _call(self, name: str, at: int) -> Expr:
        spec = SCALAR.get(name)
        if spec is None:
            self.unknown_function(name, at)
        self.i = at + 2
        args = self.arguments(spec)
        return Call(name, args, pos=self.starts[at])

    def arguments(self, spec: Function, *, star: bool = False) -> tuple[Expr, ...]:
        """Arguments up to the closing parenthesis, counted and checked against the table."""
        at = self.i
        if self.accept(")"):
            args: tuple[Expr, ...] = ()
        else:
            if self.keys[at] == "distinct" and self.keys[at + 1] not in (")", ","):
                self.fail("distinct is not XQL", suggestions=("count_distinct(f)",), rule="count-distinct")
            args = self.items(self._wild if star else self.expression, "arguments")
            if self.keys[self.i] != ")":
                self.fail(f"the arguments of {spec.name}: found {self.found()}", expected=("','", "')'"))
            self.i += 1
        fault = argument_fault(spec, args)
        if fault is not None:
            rule, message, right = fault
            self.fail(message, at=max(at - 2, 0), rule=rule, suggestions=right)
        return args

    def _wild(self) -> Expr:
        """An argument of an aggregate: an expression, `*`, or a field wildcard."""
        at = self.i
        if self.keys[at] == "*" or (
            self.kinds[at] == WORD and self.keys[at + 1] == "*" and self.starts[at + 1] == self.ends[at]
        ):
            name = self.pattern("an argument")
            if self.keys[self.i] in (")", ","):
                return Star(name, pos=self.starts[at])
            self.i = at
        return self.expression()

    def unknown_function(self, name: str, at: int) -> NoReturn:
        if name in INSTEAD:
            self.fail(
                f"there is no function {name}", at=at, suggestions=(INSTEAD[name],), rule="unknown-function"
            )
        if name in AGGREGATE or name in WINDOW:
            self.fail(
                f"{name} aggregates rows and stands only in comp or windowcomp",
                at=at,
                suggestions=(f"comp {name}(f) as x by k", f"windowcomp {name}(f) by k as x"),
                rule="aggregate-outside-comp",
            )
        known: Mapping[str, Function] = SCALAR
        method = INSTEAD.get(name.rsplit(".", 1)[-1])
        if "." in name and method is not None:
            self.fail(
                f"values have no methods, such as {name}",
                at=at,
                suggestions=(method,),
                rule="unknown-function",
            )
        if name in ("true", "false", "null"):
            self.fail(
                f"{name} is a value, not a function", at=at, suggestions=(name,), rule="unknown-function"
            )
        self.fail(
            f"there is no function {name}", at=at, suggestions=near(name, known), rule="unknown-function"
        )
