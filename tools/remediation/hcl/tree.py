"""Blocks and attributes with their places in the text. Stricter than most readers: what Terraform refuses
(two attributes on a line, an attribute given twice, a block that is not closed) is refused here too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tools.remediation.hcl.expr import Cursor, Expr, parse_expression
from tools.remediation.hcl.tokens import MAX_NESTING, fail, tokenize
from tools.remediation.hcl.values import unquote


@dataclass(frozen=True, slots=True)
class Attribute:
    """`name = value`; `start` and `end` span both."""

    name: str
    value: Expr
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Body:
    """What stands between braces (or the whole file). `start` is after `{`, `end` before `}`."""

    attributes: tuple[Attribute, ...]
    blocks: tuple[Block, ...]
    start: int
    end: int

    def attribute(self, name: str) -> Attribute | None:
        return next((found for found in self.attributes if found.name == name), None)

    def blocks_of(self, kind: str) -> tuple[Block, ...]:
        return tuple(block for block in self.blocks if block.kind == kind)


@dataclass(frozen=True, slots=True)
class Block:
    """`kind "label" "label" { body }`; `start` to `end` spans it all."""

    kind: str
    labels: tuple[str, ...]
    body: Body
    start: int
    end: int

    @property
    def address(self) -> str:
        """`type.name` for resources, `data.type.name` for data, else kind and labels."""
        if self.kind == "resource":
            return ".".join(self.labels)
        return ".".join((self.kind, *self.labels))


def parse_file(source: str) -> Body:
    """The tree of a whole file. Raises `HclSyntaxError` with line and column."""
    cursor = Cursor(source, tokenize(source))
    return _body(cursor, top=True, depth=0)


def walk(body: Body) -> Iterator[Block]:
    """Every block, outer before inner."""
    for block in body.blocks:
        yield block
        yield from walk(block.body)


def _body(cursor: Cursor, *, top: bool, depth: int) -> Body:
    if depth > MAX_NESTING:
        raise fail(cursor.source, cursor.peek().start, "blocks are nested too deeply")
    start = 0 if top else cursor.last_end
    attributes: list[Attribute] = []
    blocks: list[Block] = []
    one_line = not top and cursor.peek().kind != "newline"
    while True:
        token = cursor.peek()
        if token.kind == "newline":
            cursor.take()
            continue
        if token.kind == "end":
            if not top:
                raise fail(cursor.source, start, "a block is not closed")
            return Body(tuple(attributes), tuple(blocks), start, len(cursor.source))
        if token.kind == "punct" and token.text == "}" and not top:
            return Body(tuple(attributes), tuple(blocks), start, token.start)
        if token.kind != "ident":
            raise fail(cursor.source, token.start, "expected an attribute or a block")
        item = _item(cursor, depth)
        if isinstance(item, Attribute):
            if any(known.name == item.name for known in attributes):
                raise fail(cursor.source, item.start, f"{item.name} is given twice")
            attributes.append(item)
        else:
            blocks.append(item)
        after = cursor.peek()
        if one_line and isinstance(item, Attribute) and after.text == "}":
            continue
        if one_line:
            raise fail(cursor.source, item.start, "a block on one line may hold one attribute only")
        if after.kind not in ("newline", "end"):
            raise fail(cursor.source, after.start, f"expected a new line after {_named(item)}")


def _named(item: Attribute | Block) -> str:
    return item.name if isinstance(item, Attribute) else f"the block {item.kind}"


def _item(cursor: Cursor, depth: int) -> Attribute | Block:
    name = cursor.take()
    if cursor.sees("="):
        cursor.take()
        value = parse_expression(cursor)
        return Attribute(name.text, value, name.start, cursor.last_end)
    labels: list[str] = []
    while cursor.peek().kind in ("ident", "string"):
        label = cursor.take()
        labels.append(label.text if label.kind == "ident" else unquote(label.text) or "")
    cursor.expect("{")
    body = _body(cursor, top=False, depth=depth + 1)
    cursor.expect("}")
    return Block(name.text, tuple(labels), body, name.start, cursor.last_end)
