"""Conditions of a query, read back into a plan's."""

from __future__ import annotations

from typing import Final, TypeGuard

from tools.xql import ast
from tools.xql.plan.read_tests import Body, TestReader
from tools.xql.plan.read_values import (
    UnreadableError,
    is_call,
    subject,
    unwrapped,
)

_NEGATIVE: Final = {"eq": "ne", "in": "not_in", "contains": "not_contains", "in_cidr": "not_in_cidr"}


class ConditionReader(TestReader):
    """Reads conditions over the columns of a scope. Raises `UnreadableError`.

    In the language a missing value satisfies neither a test nor its negation; in a plan it satisfies the negation.
    So a bare `f != x` is read as "not x, and there is a value".
    """

    def related(self, node: ast.InQuery) -> Body:
        raise UnreadableError("a look-up in another dataset outside a filter")

    def conjuncts(self, node: ast.Expr) -> list[Body]:
        return [self.read(item) for item in (node.operands if isinstance(node, ast.And) else (node,))]

    def read(self, node: ast.Expr) -> Body:
        if isinstance(node, ast.And):
            return {"all": [self.read(item) for item in node.operands]}
        if isinstance(node, ast.Or):
            return self._or(node)
        if isinstance(node, ast.Not):
            return self._not(node.operand)
        if isinstance(node, ast.InQuery):
            return self.related(node)
        if _flagged(node):
            return self.read(node.left) if node.right == ast.Boolean(True) else self._not(node.left)
        negative = self._negative(node)
        if negative is not None:
            self._no_any_text(negative)
            return {"all": [negative, *_present(negative)]}
        return self.positive(node)

    def _or(self, node: ast.Or) -> Body:
        empty = self._empty_array(node)
        if empty is not None:
            return empty
        *first, last = node.operands
        if len(first) in (1, 2) and all(_is_null(item) for item in (*first[1:], last)):
            found = self._or_missing(first[0], [*first[1:], last])
            if found is not None:
                return found
        return {"any": [self.read(item) for item in node.operands]}

    def _or_missing(self, node: ast.Expr, missing: list[ast.Expr]) -> Body | None:
        """`f != x or f = null`: the plan's own "not"."""
        columns = [item.left for item in missing if isinstance(item, ast.Compare)]
        found: Body | None
        if isinstance(node, ast.Not):
            if len(columns) != 1:
                return None
            found = self._none(node.operand)
        else:
            found = self._negative(node)
        if found is None:
            return None
        test = found.get("none", found)
        wanted = [_about(test)]
        if "other" in test and "none" not in found:
            wanted.append({"field": test["other"]})
        given = [subject(unwrapped(column, "to_string", "to_integer"), self.scope) for column in columns]
        return found if given == wanted else None

    def _none(self, node: ast.Expr) -> Body | None:
        """`not (test)` together with "or there is no value"."""
        if isinstance(node, ast.And | ast.Or | ast.Not | ast.InQuery) or self._negative(node) is not None:
            return None
        test = self.positive(node)
        if "op" not in test:
            return None
        if is_call(node, "incidr", "array_any") and test["op"] in _NEGATIVE:
            return {**test, "op": _NEGATIVE[test["op"]]}
        return {"none": test}

    def _empty_array(self, node: ast.Or) -> Body | None:
        """`f = null or array_length(f) = 0`."""
        if len(node.operands) != 2 or not _is_null(node.operands[0]):
            return None
        missing, size = node.operands
        assert isinstance(missing, ast.Compare)
        if size != ast.Compare("=", ast.Call("array_length", (missing.left,)), ast.Number("0")):
            return None
        return {**self._about(missing.left), "op": "is_empty"}

    def positive(self, node: ast.Expr) -> Body:
        if _flagged(node) and node.right == ast.Boolean(True):
            return super().positive(node.left)
        return super().positive(node)

    def _not(self, node: ast.Expr) -> Body:
        """A bare `not`: false where there is no value, so the value must be there."""
        if isinstance(node, ast.And | ast.Or):
            flipped = [self._not(item) for item in node.operands]
            return {"any" if isinstance(node, ast.And) else "all": flipped}
        if isinstance(node, ast.Not):
            return self.read(node.operand)
        if isinstance(node, ast.InQuery):
            return self.related(ast.InQuery(node.left, node.query, not node.negated))
        negative = self._negative(node)
        if negative is not None:
            self._no_any_text(negative)
            flip = {value: key for key, value in _NEGATIVE.items()}
            if negative.get("op") in flip:
                return {**negative, "op": flip[negative["op"]]}
            inner: Body = negative.get("none", {"none": negative})
            return inner
        if _flagged(node) and node.right == ast.Boolean(False):
            return self.read(node.left)
        test = self.positive(node)
        self._no_any_text(test)
        if test.get("op") in _NEGATIVE:
            return {"all": [{**test, "op": _NEGATIVE[test["op"]]}, *_present(test)]}
        if test.get("op") in ("is_null", "not_null"):
            return {**test, "op": "not_null" if test["op"] == "is_null" else "is_null"}
        if test.get("op") == "not_empty" and is_call(getattr(node, "left", node), "array_length"):
            return {"all": [{**test, "op": "is_empty"}, *_present(test)]}
        if test.get("op") in ("is_empty", "not_empty"):
            return {**test, "op": "not_empty" if test["op"] == "is_empty" else "is_empty"}
        return {"all": [{"none": test}, *_present(test)]}

    def _no_any_text(self, test: Body) -> None:
        """`*` alone asks for a value: turned round it holds where there is none, as no other test does."""
        inner = test.get("none", test)
        values = [inner.get("value"), *inner.get("values", ())]
        if inner.get("op") in ("starts_with", "ends_with") and values == [""]:
            raise UnreadableError("a negated *")
        if inner.get("op") in ("eq", "ne", "in", "not_in") and any(
            isinstance(text, str) and text != "" and not text.strip("*") for text in values
        ):
            raise UnreadableError("a negated *")

    def _negative(self, node: ast.Expr) -> Body | None:
        """`!=`, `not in`, ... as the plan's negated test (which a missing value satisfies too)."""
        if isinstance(node, ast.InList) and node.negated:
            if any(isinstance(item, ast.Null) for item in node.items):
                return None
            test = self.positive(ast.InList(node.left, node.items))
            return {**test, "op": "not_in"} if test.get("op") == "in" else None
        if not isinstance(node, ast.Compare) or isinstance(node.right, ast.Null):
            return None
        if node.op == "!=":
            test = self._compare(ast.Compare("=", node.left, node.right), whole=True)
            return {**test, "op": "ne"} if test.get("op") == "eq" else {"none": test}
        if node.op == "!~=":
            return {"none": self._compare(ast.Compare("~=", node.left, node.right))}
        if node.op.startswith("not "):
            test = self._compare(ast.Compare(node.op[4:], node.left, node.right))
            return {**test, "op": _NEGATIVE[test["op"]]} if test.get("op") in _NEGATIVE else {"none": test}
        return None


def _about(test: Body) -> Body:
    while "none" in test:
        test = test["none"]
    if "op" not in test:
        raise UnreadableError("a negated condition on several columns")
    return {key: test[key] for key in ("field", "tag", "json_path") if key in test}


def _present(test: Body) -> list[Body]:
    """That what is compared has a value."""
    inner = test.get("none", test)
    other = [{"field": inner["other"], "op": "not_null"}] if "other" in inner else []
    return [{**_about(test), "op": "not_null"}, *other]


def _is_null(node: ast.Expr) -> bool:
    return isinstance(node, ast.Compare) and node.op == "=" and isinstance(node.right, ast.Null)


def _flagged(node: ast.Expr) -> TypeGuard[ast.Compare]:
    """`incidr(...) = true`, `array_any(...) = false`."""
    return (
        isinstance(node, ast.Compare)
        and node.op == "="
        and is_call(node.left, "incidr", "array_any")
        and isinstance(node.right, ast.Boolean)
    )


__all__ = ["Body", "ConditionReader"]
