"""Expressions of the tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from tools.xql.ast.nodes import Node

if TYPE_CHECKING:
    from tools.xql.ast.query import Query


@dataclass(frozen=True, slots=True)
class Field(Node):
    """A column name, or a bare word that may be an enum value. May hold dots and an alias prefix."""

    name: str


@dataclass(frozen=True, slots=True)
class String(Node):
    """`"..."` (no escapes; `*` is a wildcard in comparisons) or, if `raw`, `\"\"\"...\"\"\"`."""

    value: str
    raw: bool = False


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A number literal as written, with its minus sign if it has one."""

    text: str


@dataclass(frozen=True, slots=True)
class Boolean(Node):
    value: bool


@dataclass(frozen=True, slots=True)
class Null(Node):
    pass


@dataclass(frozen=True, slots=True)
class Enum(Node):
    """`ENUM.NAME`; `name` is without the prefix."""

    name: str


@dataclass(frozen=True, slots=True)
class Param(Node):
    """`$name`; `name` is without the dollar sign."""

    name: str


@dataclass(frozen=True, slots=True)
class Duration(Node):
    """`30d`, `1MO`: a count with a unit."""

    text: str


@dataclass(frozen=True, slots=True)
class Backtick(Node):
    """`` `true` ``: only in view options."""

    value: str


@dataclass(frozen=True, slots=True)
class Star(Node):
    """`*` as the argument of an aggregate, or a field wildcard (`action_*`)."""

    pattern: str = "*"


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function call; `name` is lower case."""

    name: str
    args: tuple[Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrow(Node):
    """`base -> path`. Steps are keys (text) or indexes (int); suffix is "", "[]" or "{}"."""

    base: Expr
    path: tuple[str | int, ...] = ()
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Negative(Node):
    operand: Expr


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """`left op right` with op one of + - * /."""

    op: str
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """`left op right`; op is a symbol or `contains`, `incidr`, `incidr6`, each with `not` before or without."""

    op: str
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class InList(Node):
    left: Expr
    items: tuple[Expr, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class InQuery(Node):
    left: Expr
    query: Query
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Not(Node):
    operand: Expr


@dataclass(frozen=True, slots=True)
class And(Node):
    operands: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Or(Node):
    operands: tuple[Expr, ...]


Literal: TypeAlias = String | Number | Boolean | Null | Enum | Param | Duration

Expr: TypeAlias = (
    Field
    | String
    | Number
    | Boolean
    | Null
    | Enum
    | Param
    | Duration
    | Backtick
    | Star
    | Call
    | Arrow
    | Negative
    | Arithmetic
    | Compare
    | InList
    | InQuery
    | Not
    | And
    | Or
)
