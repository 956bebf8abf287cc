"""Small builders over sqlglot expressions, in DuckDB's dialect.

Names are always quoted identifiers; text from a query is always a bound parameter.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlglot import exp

Sql = Any  # a sqlglot expression; the library is not typed here

NULL: Sql = exp.Null()


def ident(name: str) -> Sql:
    return exp.Identifier(this=name, quoted=True)


def col(name: str, table: str | None = None) -> Sql:
    return exp.Column(this=ident(name), table=ident(table) if table else None)


def fn(name: str, *args: Sql) -> Sql:
    return exp.Anonymous(this=name, expressions=list(args))


def num(value: int | float | str) -> Sql:
    text = str(value)
    if text.startswith("-"):
        return exp.Paren(this=exp.Neg(this=exp.Literal.number(text[1:])))
    return exp.Literal.number(text)


def const(text: str) -> Sql:
    """A text constant of our own (never text of a query)."""
    return exp.Literal.string(text)


def cast(value: Sql, to: str) -> Sql:
    return exp.Cast(this=value, to=exp.DataType.build(to, dialect="duckdb"))


def try_cast(value: Sql, to: str) -> Sql:
    return exp.TryCast(this=value, to=exp.DataType.build(to, dialect="duckdb"), requires_string=False)


def paren(value: Sql) -> Sql:
    return (
        value
        if isinstance(value, exp.Column | exp.Literal | exp.Anonymous | exp.Paren)
        else exp.Paren(this=value)
    )


def both(left: Sql, right: Sql) -> Sql:
    """Chains stay flat: a thousand of them are no deep tree once written."""
    return exp.And(this=left if isinstance(left, exp.And) else paren(left), expression=paren(right))


def either(left: Sql, right: Sql) -> Sql:
    return exp.Or(this=paren(left), expression=paren(right))


def all_of(parts: Sequence[Sql]) -> Sql:
    return _fold(exp.And, parts)


def any_of(parts: Sequence[Sql]) -> Sql:
    return _fold(exp.Or, parts)


def _fold(kind: Any, parts: Sequence[Sql]) -> Sql:
    """A balanced tree, so that a long chain is no deep one."""
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    return kind(this=paren(_fold(kind, parts[:middle])), expression=paren(_fold(kind, parts[middle:])))


def negate(value: Sql) -> Sql:
    return exp.Not(this=paren(value))


def binary(kind: str, left: Sql, right: Sql) -> Sql:
    return _BINARY[kind](this=paren(left), expression=paren(right))


_BINARY: dict[str, Any] = {
    "=": exp.EQ,
    "!=": exp.NEQ,
    "<": exp.LT,
    "<=": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
    "+": exp.Add,
    "-": exp.Sub,
    "*": exp.Mul,
    "/": exp.Div,
}


def is_null(value: Sql) -> Sql:
    return exp.Is(this=paren(value), expression=exp.Null())


def not_null(value: Sql) -> Sql:
    return exp.Not(this=is_null(value))


def case(branches: Sequence[tuple[Sql, Sql]], default: Sql | None = None) -> Sql:
    return exp.Case(ifs=[exp.If(this=cond, true=value) for cond, value in branches], default=default)


def lambda_(name: str, body: Sql) -> Sql:
    return exp.Lambda(this=body, expressions=[ident(name)])


def alias(value: Sql, name: str) -> Sql:
    return exp.Alias(this=value, alias=ident(name))


def subquery(select: Sql, name: str) -> Sql:
    return exp.Subquery(this=select, alias=exp.TableAlias(this=ident(name)))


def select(columns: Sequence[Sql], source: Sql | None = None, where: Sql | None = None) -> Sql:
    node = exp.Select(expressions=list(columns))
    if source is not None:
        node.set("from_" if "from_" in exp.Select.arg_types else "from", exp.From(this=source))
    if where is not None:
        node.set("where", exp.Where(this=where))
    return node


def star() -> Sql:
    return exp.Star()


def ordered(value: Sql, direction: str) -> Sql:
    """Nulls first when ascending and last when descending, as in the service's warehouse."""
    desc = direction == "desc"
    return exp.Ordered(this=value, desc=desc, nulls_first=not desc)


def render(node: Sql) -> str:
    text: str = node.sql(dialect="duckdb", comments=False)
    return text
