"""The expression part of the grammar: a tree with positions, and the values of what is literal."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tools.remediation.hcl.tokens import MAX_NESTING, Token, fail


@dataclass(frozen=True, slots=True)
class Expr:
    """One expression. `kind`: literal, template, tuple, object, call, reference, other.

    `items` are a tuple's elements, a call's arguments, or an object's values; `keys` the object's key
    expressions; `name` the function called, or the dotted text of a reference.
    """

    kind: str
    start: int
    end: int
    value: Any = None
    items: tuple[Expr, ...] = ()
    keys: tuple[Expr, ...] = ()
    name: str = ""


_BINARY = {"||", "&&", "==", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", "%"}
_CONSTANTS = {"true": True, "false": False, "null": None}


@dataclass(slots=True)
class Cursor:
    """A place in the token list. Spaces and comments are skipped; newlines only inside brackets."""

    source: str
    tokens: list[Token]
    at: int = 0
    inside: int = 0
    depth: int = 0
    last_end: int = field(default=0)

    def peek(self) -> Token:
        while self.tokens[self.at].kind in ("space", "comment") or (
            self.inside and self.tokens[self.at].kind == "newline"
        ):
            self.at += 1
        return self.tokens[self.at]

    def take(self) -> Token:
        token = self.peek()
        if token.kind != "end":
            self.at += 1
            self.last_end = token.end
        return token

    def sees(self, *texts: str) -> bool:
        token = self.peek()
        return token.kind in ("punct", "ident") and token.text in texts

    def expect(self, text: str) -> Token:
        token = self.peek()
        if token.kind != "punct" or token.text != text:
            raise fail(self.source, token.start, f"expected {text!r}, found {_shown(token)}")
        return self.take()


def _shown(token: Token) -> str:
    return {"end": "the end of the text", "newline": "the end of the line"}.get(token.kind) or repr(
        token.text[:40]
    )


def parse_expression(cursor: Cursor) -> Expr:
    """Reads one whole expression, conditional and binary operators too."""
    cursor.depth += 1
    if cursor.depth > MAX_NESTING:
        raise fail(cursor.source, cursor.peek().start, "expressions are nested too deeply")
    try:
        first = _unary(cursor)
        while cursor.peek().kind == "punct" and cursor.peek().text in _BINARY:
            cursor.take()
            _unary(cursor)
            first = Expr("other", first.start, cursor.last_end)
        if cursor.sees("?"):
            cursor.take()
            parse_expression(cursor)
            cursor.expect(":")
            parse_expression(cursor)
            first = Expr("other", first.start, cursor.last_end)
        return first
    finally:
        cursor.depth -= 1


def _unary(cursor: Cursor) -> Expr:
    token = cursor.peek()
    if token.kind == "punct" and token.text in ("-", "!"):
        cursor.take()
        inner = _unary(cursor)
        if token.text == "-" and inner.kind == "literal" and isinstance(inner.value, int | float):
            return Expr("literal", token.start, inner.end, value=-inner.value)
        return Expr("other", token.start, inner.end)
    return _postfix(cursor, _primary(cursor))


def _postfix(cursor: Cursor, base: Expr) -> Expr:
    while True:
        if cursor.sees("."):
            cursor.take()
            part = cursor.take()
            if not (part.kind in ("ident", "number") or part.text == "*"):
                raise fail(cursor.source, part.start, f"expected a name after '.', found {_shown(part)}")
        elif cursor.sees("["):
            _bracketed(cursor, index=True)
        else:
            return base
        text = cursor.source[base.start : cursor.last_end]
        base = Expr(
            "reference" if base.kind == "reference" else "other", base.start, cursor.last_end, name=text
        )


def _bracketed(cursor: Cursor, *, index: bool) -> None:
    cursor.expect("[")
    cursor.inside += 1
    if index and cursor.sees("*"):
        cursor.take()
    else:
        parse_expression(cursor)
    cursor.peek()
    cursor.inside -= 1
    cursor.expect("]")


def _primary(cursor: Cursor) -> Expr:
    token = cursor.peek()
    if token.kind == "number":
        cursor.take()
        number = float(token.text) if any(c in token.text for c in ".eE") else int(token.text)
        return Expr("literal", token.start, token.end, value=number)
    if token.kind in ("string", "heredoc"):
        cursor.take()
        return Expr("template", token.start, token.end)
    if token.kind == "ident":
        return _named(cursor)
    if token.kind == "punct" and token.text in ("(", "[", "{"):
        return {"(": _parenthesis, "[": _tuple, "{": _object}[token.text](cursor)
    raise fail(cursor.source, token.start, f"expected a value, found {_shown(token)}")


def _named(cursor: Cursor) -> Expr:
    token = cursor.take()
    if token.text in _CONSTANTS:
        return Expr("literal", token.start, token.end, value=_CONSTANTS[token.text])
    if not cursor.sees("("):
        return Expr("reference", token.start, token.end, name=token.text)
    cursor.expect("(")
    cursor.inside += 1
    items: list[Expr] = []
    while not cursor.sees(")"):
        items.append(parse_expression(cursor))
        if cursor.sees("..."):
            cursor.take()
        elif not cursor.sees(")"):
            cursor.expect(",")
    cursor.inside -= 1
    cursor.expect(")")
    return Expr("call", token.start, cursor.last_end, items=tuple(items), name=token.text)


def _parenthesis(cursor: Cursor) -> Expr:
    opening = cursor.expect("(")
    cursor.inside += 1
    inner = parse_expression(cursor)
    cursor.peek()
    cursor.inside -= 1
    cursor.expect(")")
    return Expr("other", opening.start, cursor.last_end, items=(inner,))


def _tuple(cursor: Cursor) -> Expr:
    opening = cursor.expect("[")
    cursor.inside += 1
    if cursor.sees("for"):
        return _comprehension(cursor, opening.start, "]")
    items: list[Expr] = []
    while not cursor.sees("]"):
        items.append(parse_expression(cursor))
        if not cursor.sees("]"):
            cursor.expect(",")
    cursor.inside -= 1
    cursor.expect("]")
    return Expr("tuple", opening.start, cursor.last_end, items=tuple(items))


def _comprehension(cursor: Cursor, start: int, closing: str) -> Expr:
    """`[for ...]` and `{for ...}`: the brackets are matched, the inside is not looked at."""
    opened = 0
    while True:
        token = cursor.take()
        if token.kind == "end":
            raise fail(cursor.source, start, "a for expression is not closed")
        if token.kind == "punct":
            if token.text in "([{":
                opened += 1
            elif token.text in ")]}":
                if opened == 0:
                    if token.text != closing:
                        raise fail(cursor.source, token.start, f"expected {closing!r}")
                    break
                opened -= 1
    cursor.inside -= 1
    return Expr("other", start, cursor.last_end)


def _object(cursor: Cursor) -> Expr:
    opening = cursor.expect("{")
    cursor.inside += 1
    if cursor.sees("for"):
        return _comprehension(cursor, opening.start, "}")
    keys: list[Expr] = []
    values: list[Expr] = []
    while not cursor.sees("}"):
        keys.append(_unary(cursor))
        if cursor.sees("=", ":"):
            cursor.take()
        else:
            cursor.expect("=")
        cursor.inside, saved = 0, cursor.inside
        # A newline ends an object item, as a comma does.
        try:
            values.append(parse_expression(cursor))
            after = cursor.peek()
        finally:
            cursor.inside = saved
        if after.kind != "newline" and not cursor.sees("}"):
            cursor.expect(",")
    cursor.inside -= 1
    cursor.expect("}")
    return Expr("object", opening.start, cursor.last_end, items=tuple(values), keys=tuple(keys))
