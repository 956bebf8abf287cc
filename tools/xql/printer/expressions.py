"""Expressions to text: flat where they fit, broken where they do not or hold comments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from tools.xql.ast import (
    And,
    Arithmetic,
    Arrow,
    Backtick,
    Boolean,
    Call,
    Comment,
    Compare,
    Duration,
    Enum,
    Expr,
    Field,
    InList,
    InQuery,
    Negative,
    Node,
    Not,
    Null,
    Number,
    Or,
    Param,
    Query,
    Star,
    String,
)
from tools.xql.ast.walk import walk
from tools.xql.printer.text import STEP, WIDTH, name_text, path_text, quoted

_BOOLEANS = (And, Or, Not, Compare, InList, InQuery)

N = TypeVar("N", bound=Node)


class ExpressionPrinter:
    """Prints expressions. `commented` = the query holds comments at all."""

    def __init__(self, commented: bool) -> None:
        self.commented = commented

    def has_comments(self, node: Node) -> bool:
        return self.commented and any(item.comments for item in walk(node))

    def comments_below(self, node: Node) -> bool:
        return self.commented and any(item.comments for item in walk(node) if item is not node)

    # --- flat ---

    def flat(self, node: Expr) -> str:
        """One line, comments left out."""
        if isinstance(node, Field):
            return name_text(node.name)
        if isinstance(node, String):
            return quoted(node.value, node.raw)
        if isinstance(node, Number | Duration):
            return node.text
        if isinstance(node, Compare):
            return f"{self._term(node.left)} {node.op} {self._term(node.right)}"
        if isinstance(node, Call):
            return f"{node.name}({', '.join(map(self.flat, node.args))})"
        if isinstance(node, And | Or):
            word = " and " if isinstance(node, And) else " or "
            return word.join(self._operand(item, node) for item in node.operands)
        if isinstance(node, Arrow):
            return f"{self._base(node)} -> {path_text(node.path, node.suffix)}"
        if isinstance(node, InList):
            return f"{self._term(node.left)} {_in(node.negated)} ({', '.join(map(self._term, node.items))})"
        if isinstance(node, InQuery):
            return f"{self._term(node.left)} {_in(node.negated)} ({self.flat_query(node.query)})"
        if isinstance(node, Not):
            inner = self.flat(node.operand)
            return f"not {inner}" if _bare_not(node.operand) else f"not ({inner})"
        if isinstance(node, Arithmetic):
            left, right = self._sides(node)
            return f"{left} {node.op} {right}"
        return self._small(node)

    def _small(self, node: Expr) -> str:
        if isinstance(node, Null):
            return "null"
        if isinstance(node, Boolean):
            return "true" if node.value else "false"
        if isinstance(node, Enum):
            return f"ENUM.{node.name}"
        if isinstance(node, Param):
            return f"${node.name}"
        if isinstance(node, Star):
            return node.pattern
        if isinstance(node, Backtick):
            return f"`{node.value}`"
        if isinstance(node, Negative):
            inner = self.flat(node.operand)
            return f"-{inner}" if isinstance(node.operand, Field | Call | Param | Negative) else f"-({inner})"
        raise TypeError(f"no form for {type(node).__name__}")

    def _term(self, node: Expr) -> str:
        """An operand of a comparison."""
        return f"({self.flat(node)})" if isinstance(node, _BOOLEANS) else self.flat(node)

    def _operand(self, node: Expr, parent: Expr) -> str:
        text = self.flat(node)
        return f"({text})" if _wrapped(node, parent) else text

    def _sides(self, node: Arithmetic) -> tuple[str, str]:
        low = node.op in "+-"
        left, right = self._term(node.left), self._term(node.right)
        if isinstance(node.left, Arithmetic) and not low and node.left.op in "+-":
            left = f"({left})"
        if isinstance(node.right, Arithmetic) and (not low or node.right.op in "+-"):
            right = f"({right})"
        return left, right

    def _base(self, node: Arrow) -> str:
        return f"({self.flat(node.base)})" if _wrapped_base(node.base) else self.flat(node.base)

    def flat_query(self, query: Query) -> str:
        raise NotImplementedError

    def query_lines(self, query: Query, indent: int) -> list[str]:
        raise NotImplementedError

    # --- broken ---

    def expr(self, node: Expr, indent: int, column: int = 0) -> str:
        """Text whose first line starts at `column`; further lines are indented by more than `indent`."""
        if not self.comments_below(node):
            text = self.flat(node)
            if column + len(text) <= WIDTH:
                return text
        return self._broken(node, indent, column)

    def _broken(self, node: Expr, indent: int, column: int) -> str:
        if isinstance(node, And | Or):
            return self._chain(node, indent, column)
        if isinstance(node, Call):
            return self.call(node.name, node.args, indent, column)
        if isinstance(node, InList):
            return self._in_list(node, indent, column)
        if isinstance(node, InQuery):
            left = f"{self.side(node.left, indent, column)} {_in(node.negated)} ("
            return self.closed(left, self.query_lines(node.query, indent + STEP), indent)
        if isinstance(node, Not):
            if _bare_not(node.operand):
                return f"not {self.expr(node.operand, indent, column + 4)}"
            return "not " + self.parens(node.operand, indent)
        if isinstance(node, Compare):
            left = self.side(node.left, indent, column)
            return f"{left} {node.op} {self.side(node.right, indent, column + len(left) + len(node.op) + 2)}"
        if isinstance(node, Arrow):
            base = (
                self.parens(node.base, indent)
                if _wrapped_base(node.base)
                else self.expr(node.base, indent, column)
            )
            return f"{base} -> {path_text(node.path, node.suffix)}"
        if isinstance(node, Arithmetic):
            return self._broken_sum(node, indent, column)
        if isinstance(node, Negative):
            return "-" + self.parens(node.operand, indent)
        return self.flat(node)

    def _broken_sum(self, node: Arithmetic, indent: int, column: int) -> str:
        low = node.op in "+-"
        left = self.side(node.left, indent, column)
        right = self.side(node.right, indent, column)
        if isinstance(node.left, Arithmetic) and not low and node.left.op in "+-":
            left = self.parens(node.left, indent)
        if isinstance(node.right, Arithmetic) and (not low or node.right.op in "+-"):
            right = self.parens(node.right, indent)
        return f"{left} {node.op} {right}"

    def side(self, node: Expr, indent: int, column: int) -> str:
        if isinstance(node, _BOOLEANS):
            return self.parens(node, indent)
        return self.expr(node, indent, column)

    def parens(self, node: Expr, indent: int) -> str:
        if not self.comments_below(node):
            text = self.flat(node)
            if indent + len(text) <= WIDTH - 20:
                return f"({text})"
        inner = indent + STEP
        return f"(\n{' ' * inner}{self.expr(node, inner - STEP, inner)}\n{' ' * indent})"

    def _chain(self, node: And | Or, indent: int, column: int) -> str:
        word = "and " if isinstance(node, And) else "or "
        pad = indent + STEP
        lines: list[str] = []
        for number, item in enumerate(node.operands):
            lead, tail = split_comments(item.comments)
            lines += [(" " * pad if lines or number else "") + text for text in lead]
            start = word if number else ""
            at = pad + len(start)
            body = self.parens(item, pad) if _wrapped(item, node) else self.expr(item, pad, at)
            lines.append((" " * pad if lines else "") + start + body + tail)
        if lines and node.operands[0].comments and split_comments(node.operands[0].comments)[0]:
            return f"\n{' ' * pad}" + "\n".join(lines)
        return "\n".join(lines)

    def call(self, name: str, args: Sequence[Expr], indent: int, column: int) -> str:
        """`name(args)`, flat or with one argument on a line."""
        flat = f"{name}({', '.join(map(self.flat, args))})"
        if column + len(flat) <= WIDTH and not any(self.has_comments(arg) for arg in args):
            return flat
        inner = indent + STEP
        return self.closed(
            f"{name}(", self.item_lines(args, lambda n: self.expr(n, inner, inner), inner), indent
        )

    def closed(self, head: str, lines: list[str], indent: int) -> str:
        return "\n".join([head, *lines, " " * indent + ")"])

    def _in_list(self, node: InList, indent: int, column: int) -> str:
        head = f"{self.side(node.left, indent, column)} {_in(node.negated)} ("
        inner = indent + STEP
        if any(self.has_comments(item) for item in node.items):
            return self.closed(
                head, self.item_lines(node.items, lambda n: self.side(n, inner, inner), inner), indent
            )
        lines, line = [], " " * inner
        last = len(node.items) - 1
        for number, item in enumerate(node.items):
            text = self._term(item) + ("," if number < last else "")
            if len(line) + len(text) > WIDTH and line.strip():
                lines.append(line.rstrip())
                line = " " * inner
            line += text + " "
        return self.closed(head, [*lines, line.rstrip()], indent)

    def item_lines(self, items: Sequence[N], render: Callable[[N], str], indent: int) -> list[str]:
        """One item on a line, its comments before it or at the end of its line."""
        lines: list[str] = []
        last = len(items) - 1
        pad = " " * indent
        for number, item in enumerate(items):
            if self.commented:
                item = _hoisted(item)
            lead, tail = split_comments(item.comments)
            lines += [pad + text for text in lead]
            text = render(item).lstrip("\n ")
            comma = "," if number < last else ""
            if comma and self.ends_open(text, item):
                comma = f"\n{pad},"
            lines.append(pad + text + comma + tail)
        return lines

    def ends_open(self, text: str, node: Node) -> bool:
        """Whether `text`, printed from `node`, ends with a comment that goes on to the end of its line."""
        return self.commented and any(
            comment.text.startswith("//") and text.endswith(comment.text)
            for item in walk(node)
            if item is not node
            for comment in item.comments
        )


def split_comments(comments: tuple[Comment, ...]) -> tuple[list[str], str]:
    """Lines that stand before a node, and what ends its line."""
    lead = [c.text for c in comments if not c.trailing]
    tail = [c.text for c in comments if c.trailing]
    while len(tail) > 1 and any(text.startswith("//") for text in tail[:-1]):
        lead.append(tail.pop(0))
    return lead, ("  " + " ".join(tail)) if tail else ""


def _hoisted(node: N) -> N:
    """A chain whose first operand begins with comments: they stand before the chain, where they read back."""
    if not isinstance(node, And | Or):
        return node
    first = _hoisted(node.operands[0])
    above = tuple(c for c in first.comments if not c.trailing)
    if not above:
        return node
    rest = replace(first, comments=tuple(c for c in first.comments if c.trailing))
    return replace(node, operands=(rest, *node.operands[1:]), comments=node.comments + above)


def _in(negated: bool) -> str:
    return "not in" if negated else "in"


def _bare_not(node: Expr) -> bool:
    return isinstance(node, Field | Call | Not | Param | Enum | Boolean)


def _wrapped(node: Expr, parent: Expr) -> bool:
    if isinstance(node, Or):
        return True
    return isinstance(node, And) and isinstance(parent, And)


def _wrapped_base(node: Expr) -> bool:
    if isinstance(node, Number):
        return node.text.startswith("-")
    return isinstance(node, (Negative, Arithmetic, Duration, Star, Backtick, *_BOOLEANS))
