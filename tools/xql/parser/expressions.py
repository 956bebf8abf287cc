"""Expressions: operators by precedence, literals, calls, arrow paths."""

from __future__ import annotations

from typing import Final, NoReturn

from tools.xql.ast import (
    And,
    Arithmetic,
    Compare,
    Expr,
    InList,
    InQuery,
    Negative,
    Not,
    Number,
    Or,
)
from tools.xql.parser.cursor import MAX_CHAIN, MAX_ITEMS
from tools.xql.parser.mistakes import FOREIGN_OPERATORS, FOREIGN_SYMBOLS
from tools.xql.parser.operands import OperandParser
from tools.xql.tokens import NUMBER, WORD

COMPARISONS: Final = frozenset(
    {"=", "!=", "<", "<=", ">", ">=", "~=", "!~=", "contains", "incidr", "incidr6"}
)
NEGATABLE: Final = frozenset({"contains", "incidr", "incidr6"})
ARITHMETIC: Final = frozenset("+-*/")
_SOURCE_WORDS: Final = frozenset({"dataset", "cold_dataset", "preset", "config", "datamodel"})


class ExpressionParser(OperandParser):
    """Reads expressions from a cursor."""

    __slots__ = ()

    def expression(self) -> Expr:
        """`or` of `and` of comparisons. One frame for both, so that deep nesting stays within Python's stack."""
        self.enter()
        start = self.i
        keys = self.keys
        ors: list[Expr] | None = None
        begin = start
        while True:
            first = self.i if begin == start else begin + 1
            node = self._comparison()
            if keys[self.i] == "and":
                ands = [self.anchored(first, node)]
                while keys[self.i] == "and":
                    at = self.i
                    self.i += 1
                    operand = self._comparison()
                    ands.append(self.anchored(at, operand))
                    if len(ands) > MAX_ITEMS:
                        self.too_deep("number of conditions", MAX_ITEMS)
                node = And(tuple(ands), pos=self.starts[first])
            if keys[self.i] in FOREIGN_SYMBOLS:
                self._foreign_symbol()
            if keys[self.i] != "or":
                break
            ors = ors or []
            ors.append(self.anchored(begin, node))
            begin = self.i
            self.i += 1
            if len(ors) > MAX_ITEMS:
                self.too_deep("number of conditions", MAX_ITEMS)
        self.depth -= 1
        if ors is None:
            return node
        ors.append(self.anchored(begin, node))
        return Or(tuple(ors), pos=self.starts[start])

    def _comparison(self) -> Expr:
        start = self.i
        if self.keys[start] == "not":
            self.enter()
            self.i += 1
            operand = self._comparison()
            self.depth -= 1
            return Not(operand, pos=self.starts[start])
        left = self.sum()
        key = self.keys[self.i]
        if key in COMPARISONS:
            self.i += 1
            node: Expr = Compare(key, left, self.sum(), pos=self.starts[start])
        elif key == "in":
            self.i += 1
            node = self._membership(left, start, negated=False)
        elif key == "not":
            following = self.keys[self.i + 1]
            if following == "in":
                self.i += 2
                node = self._membership(left, start, negated=True)
            elif following in NEGATABLE:
                self.i += 2
                node = Compare(f"not {following}", left, self.sum(), pos=self.starts[start])
            else:
                self.i += 1
                if following in FOREIGN_OPERATORS:
                    self._foreign_word(following)
                self.fail(
                    f"'not' after an operand: found {self.found()}",
                    expected=("in", "contains", "incidr"),
                )
        else:
            if key in FOREIGN_OPERATORS and self.keys[self.i + 1] != "=":
                self._foreign_word(key)
            if key in FOREIGN_SYMBOLS:
                self._foreign_symbol()
            return left
        key = self.keys[self.i]
        if key in COMPARISONS or key == "in":
            self.fail("comparisons do not chain", expected=("and", "or"), rule="chained-comparison")
        return node

    def _membership(self, left: Expr, start: int, *, negated: bool) -> Expr:
        if self.keys[self.i] != "(":
            self.fail(
                f"'in' needs its values in parentheses: found {self.found()}",
                suggestions=('f in ("x", "y")',),
                rule="in-parentheses",
            )
        self.i += 1
        pos = self.starts[start]
        if self.keys[self.i] in _SOURCE_WORDS and self._query_follows():
            self.enter()
            query = self.query(")")
            self.depth -= 1
            return InQuery(left, query, negated, pos=pos)
        if self.keys[self.i] == ")":
            self.fail("'in' needs at least one value", suggestions=('f in ("x")',), rule="empty-in")
        items = self.items(self.sum, "values")
        self.take(")", "the list of 'in'")
        return InList(left, items, negated, pos=pos)

    def _query_follows(self) -> bool:
        key, following = self.keys[self.i], self.keys[self.i + 1]
        if key == "config" or key == "datamodel":
            return self.kinds[self.i + 1] == WORD or following == "|"
        return following in ("=", "in")

    def sum(self) -> Expr:
        """`+` and `-` over `*` and `/`."""
        start = self.i
        keys = self.keys
        node = self._unary()
        if keys[self.i] not in ARITHMETIC:
            return node
        node = self._product(node, start)
        length = 0
        while (op := keys[self.i]) == "+" or op == "-":
            self.i += 1
            at = self.i
            node = Arithmetic(op, node, self._product(self._unary(), at), pos=self.starts[start])
            length += 1
            if length > MAX_CHAIN:
                self.too_deep("number of terms", MAX_CHAIN)
        return node

    def _product(self, node: Expr, start: int) -> Expr:
        keys, length = self.keys, 0
        while (op := keys[self.i]) == "*" or op == "/":
            self.i += 1
            node = Arithmetic(op, node, self._unary(), pos=self.starts[start])
            length += 1
            if length > MAX_CHAIN:
                self.too_deep("number of factors", MAX_CHAIN)
        return node

    def _unary(self) -> Expr:
        start = self.i
        key = self.keys[start]
        if key == "-":
            self.i += 1
            if self.kinds[self.i] == NUMBER:
                self.i += 1
                return Number("-" + self.texts[self.i - 1], pos=self.starts[start])
            self.enter()
            operand = self._unary()
            self.depth -= 1
            return Negative(operand, pos=self.starts[start])
        node = self._primary()
        length = 0
        while self.keys[self.i] == "->":
            self.i += 1
            node = self._arrow(node, start)
            length += 1
            if length > MAX_CHAIN:
                self.too_deep("number of arrows", MAX_CHAIN)
        return node

    # --- mistakes ---

    def _foreign_symbol(self) -> NoReturn:
        rule, right = FOREIGN_SYMBOLS[self.keys[self.i]]
        self.fail(f"'{self.keys[self.i]}' is not XQL", suggestions=(right,), rule=rule)

    def _foreign_word(self, key: str) -> NoReturn:
        rule, right = FOREIGN_OPERATORS[key]
        self.fail(f"'{key}' is not an operator of XQL", suggestions=(right,), rule=rule)
