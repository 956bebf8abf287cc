"""Rules of expressions: names, types, patterns, JSON keys."""

from __future__ import annotations

from tools.xql.ast import (
    And,
    Arithmetic,
    Arrow,
    Boolean,
    Call,
    Compare,
    Duration,
    Enum,
    Expr,
    Field,
    InList,
    InQuery,
    Negative,
    Not,
    Null,
    Number,
    Or,
    Param,
    Query,
    String,
)
from tools.xql.checker.calls import NUMERIC, CallChecker
from tools.xql.checker.scope import SYSTEM, Scope
from tools.xql.functions import Kind
from tools.xql.parser.mistakes import near


class ExpressionChecker(CallChecker):
    """Walks expressions; `kind` gives a type and reports what is wrong on the way."""

    def subquery(self, query: Query, scope_name: str) -> Scope:
        raise NotImplementedError

    # --- names ---

    def field(self, node: Field, scope: Scope) -> Kind:
        known = self.column(node.name, scope)
        if known is not None:
            return known.kind
        if not scope.open or node.name.lower() in scope.dropped:
            self.found.missing(node.name, node, scope)
        return Kind.ANY

    # --- conditions ---

    def condition(self, node: Expr, scope: Scope) -> None:
        """An expression that must be true or false."""
        if isinstance(node, And | Or):
            for item in node.operands:
                self.condition(item, scope)
            return
        if isinstance(node, Not):
            self.condition(node.operand, scope)
            return
        if isinstance(node, String | Number | Duration | Null | Enum):
            self.found.error(
                "not-boolean",
                node,
                "a condition is a comparison; this is a bare value",
                ('f = "a" or f = "b"', 'f in ("a", "b")'),
            )
            return
        if isinstance(node, Field) and node.name.lower() not in scope.columns and "." not in node.name:
            self.field(node, scope)
            return
        kind = self.kind(node, scope)
        if kind not in (Kind.BOOL, Kind.ANY, Kind.TEXT, Kind.JSON):
            self.found.error("not-boolean", node, f"a condition is true or false; this is a {kind.value}")

    def compare(self, node: Compare, scope: Scope) -> Kind:
        left = self._side(node.left, scope)
        right = self._side(node.right, scope)
        op = node.op.removeprefix("not ")
        if op in ("~=", "!~="):
            self._pattern(node.right)
        if isinstance(node.left, Null) or isinstance(node.right, Null):
            if op not in ("=", "!="):
                self.found.error(
                    "null-order", node, "null goes with = and != only", ("f = null", "f != null")
                )
            return Kind.BOOL
        if op in ("=", "!=", "<", "<=", ">", ">=") and left is Kind.ARRAY and right is not Kind.ARRAY:
            self._array(node, node.left)
        elif op in ("=", "!=", "<", "<=", ">", ">=") and right is Kind.ARRAY and left is not Kind.ARRAY:
            self._array(node, node.right)
        elif op in ("~=", "!~=") and left is Kind.ARRAY:
            self._array(node, node.left)
        self._types(node, op, left, right)
        self._value(node.left, node.right, op, scope)
        return Kind.BOOL

    def _array(self, node: Compare, side: Expr) -> None:
        name = side.name if isinstance(side, Field) else "the array"
        self.found.error(
            "array-not-expanded",
            node,
            f"{name} is an array; expand it before comparing it",
            (f"arrayexpand {name}", f'{name} contains "x"', f'array_any({name}, "@element" = "x")'),
        )

    def _types(self, node: Compare, op: str, left: Kind, right: Kind) -> None:
        if op == "contains" and left in (Kind.TIME, Kind.BOOL):
            self.found.error("type", node, f"contains is for text; this is a {left.value}", ("to_string(f)",))
        if op not in ("=", "!=", "<", "<=", ">", ">="):
            return
        if left is Kind.TEXT and right in NUMERIC and isinstance(node.right, Number):
            self.found.warn("text-with-number", node, "text is compared with a number", ("to_integer(f)",))
        if left in NUMERIC and isinstance(node.right, String) and not _numeric(node.right.value):
            self.found.error("type", node, f'a number is compared with the text "{node.right.value}"')
        if left is Kind.TIME and isinstance(node.right, String) and not _timelike(node.right.value):
            self.found.error(
                "type",
                node,
                f'a time is compared with "{node.right.value}"',
                ('timestamp_diff(current_time(), _time, "DAY") <= 7', "config timeframe = 7d"),
            )
        if left is Kind.BOOL and isinstance(node.right, String | Number):
            self.found.warn("bool-as-text", node, "a boolean is compared with text", ("f = true",))

    def _value(self, left: Expr, right: Expr, op: str, scope: Scope) -> None:
        if not isinstance(left, Field) or op not in ("=", "!="):
            return
        known = self.column(left.name, scope)
        if known is None:
            return
        text = right.value if isinstance(right, String) else right.name if isinstance(right, Enum) else None
        if text is None or not known.complete or "*" in text or not known.values:
            return
        if text.lower() not in {value.lower() for value in known.values}:
            self.found.warn(
                "unknown-value",
                right,
                f"{left.name} is never {text!r}",
                near(text, known.values) or known.values[:6],
            )

    def _side(self, node: Expr, scope: Scope) -> Kind:
        """A side of a comparison: a bare word may be enum text."""
        if isinstance(node, Field) and "." not in node.name and node.name.lower() not in scope.columns:
            if node.name.lower() in scope.dropped:
                self.found.missing(node.name, node, scope)
                return Kind.ANY
            if not node.name.isupper() and not scope.open:
                self.found.missing(node.name, node, scope)
            return Kind.ANY
        return self.kind(node, scope)

    # --- types ---

    def kind(self, node: Expr, scope: Scope) -> Kind:
        if isinstance(node, Field):
            return self.field(node, scope)
        if isinstance(node, String):
            return Kind.ANY if node.value == "@element" else Kind.TEXT
        if isinstance(node, Number):
            return Kind.INT if node.text.lstrip("-").isdigit() else Kind.FLOAT
        if isinstance(node, Compare):
            return self.compare(node, scope)
        if isinstance(node, Call):
            return self.call(node, scope)
        if isinstance(node, Arrow):
            base = self.kind(node.base, scope)
            self._json_base(node, base)
            self._dotted(node.base, node.path, node, scope)
            return {"": Kind.TEXT, "[]": Kind.ARRAY, "{}": Kind.JSON}[node.suffix]
        if isinstance(node, InList):
            self._in_list(node, scope)
            return Kind.BOOL
        if isinstance(node, InQuery):
            left = self.kind(node.left, scope)
            if left is Kind.ARRAY:
                self.found.error(
                    "array-not-expanded", node, "expand the array before looking it up", ("arrayexpand f",)
                )
            inner = self.subquery(node.query, "a sub-query")
            names = [key for key in inner.columns if key not in SYSTEM]
            if len(names) > 1 and not inner.open:
                self.found.error("in-columns", node, "a sub-query of 'in' yields one column", ("| fields f",))
            return Kind.BOOL
        if isinstance(node, And | Or | Not):
            self.condition(node, scope)
            return Kind.BOOL
        if isinstance(node, Arithmetic):
            for side in (node.left, node.right):
                kind = self.kind(side, scope)
                if kind in (Kind.ARRAY, Kind.BOOL) or (kind is Kind.TEXT and node.op != "+"):
                    self.found.error(
                        "type", side, f"{node.op} needs numbers; this is a {kind.value}", ("to_integer(f)",)
                    )
            return Kind.NUMBER
        if isinstance(node, Negative):
            self.kind(node.operand, scope)
            return Kind.NUMBER
        if isinstance(node, Boolean):
            return Kind.BOOL
        if isinstance(node, Enum):
            return Kind.TEXT
        return Kind.ANY

    def _in_list(self, node: InList, scope: Scope) -> None:
        left = self.kind(node.left, scope)
        for item in node.items:
            if isinstance(item, Field) and "." not in item.name and item.name.lower() not in scope.columns:
                continue
            self.kind(item, scope)
        if left is Kind.TIME and any(
            isinstance(item, String) and not _timelike(item.value) for item in node.items
        ):
            self.found.error("type", node, "a time is compared with text that is no time")

    def _json_base(self, node: Arrow, base: Kind) -> None:
        if base in NUMERIC or base in (Kind.TIME, Kind.BOOL):
            self.found.error("type", node, f"-> reads JSON; this is a {base.value}")


def _numeric(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return text.strip("*").isdigit() or not text.strip("*")
    return True


def _timelike(text: str) -> bool:
    return text[:4].isdigit() or "*" in text


__all__ = ["ExpressionChecker", "Param"]
