"""Comparisons: case folding, wildcards, nulls, arrays, types.

Source: Cortex XQL pages on filter, case_sensitive, operators. Choices where they are silent: a null never
satisfies `!=`; text that holds a number compares with a number literal by value; a comparison with an array holds
when it holds for any element.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlglot import exp

from tools.xql.errors import XqlExecutionError
from tools.xql.functions import Kind
from tools.xql.local.context import Context
from tools.xql.local.literals import like_pattern
from tools.xql.local.network import in_ranges
from tools.xql.local.relation import Relation
from tools.xql.local.sql import (
    Sql,
    all_of,
    any_of,
    binary,
    case,
    const,
    fn,
    is_null,
    lambda_,
    negate,
    not_null,
    select,
    subquery,
    try_cast,
)
from tools.xql.local.values import NUMERIC, Value, array, boolean, number, text, timestamp

MANY_ITEMS = 100


def comparison(op: str, left: Value, right: Value, ctx: Context) -> Sql:
    if op.startswith("not "):
        return negate(comparison(op[4:], _exact(left), _exact(right), ctx))
    if op in ("=", "!=") and (left.is_null or right.is_null):
        other = left if right.is_null else right
        return is_null(other.sql) if op == "=" else not_null(other.sql)
    if op == "!=":
        return negate(equal(_exact(left), _exact(right), ctx))
    if op == "=":
        return equal(left, right, ctx)
    if op == "!~=":
        return negate(matches(left, right, ctx))
    if op == "~=":
        return matches(left, right, ctx)
    if op == "contains":
        return contains(left, right, ctx)
    if op in ("incidr", "incidr6"):
        return in_ranges(left, right, ctx, six=op == "incidr6")
    return _order(op, left, right)


def _exact(side: Value) -> Value:
    """Without its cheaper form: that is equal to nothing where an object stands, and so unequal to everything."""
    return side if side.bare is None else replace(side, bare=None)


def _order(op: str, left: Value, right: Value) -> Sql:
    kinds = {left.kind, right.kind}
    if Kind.TIME in kinds:
        return binary(op, timestamp(left), timestamp(right))
    if kinds & NUMERIC:
        return binary(op, number(left), number(right))
    return binary(op, text(left), text(right))


def folded(sql: Sql, ctx: Context) -> Sql:
    return sql if ctx.case_sensitive else fn("lower", sql)


def cased(literal: Any) -> bool:
    return isinstance(literal, str) and literal.lower() != literal.upper()


def any_element(left: Value, ctx: Context, test: Any) -> Sql:
    """`test` holds for any element of an array."""
    name = ctx.shared.fresh("e")
    element = Value(exp.column(exp.to_identifier(name, quoted=True)), Kind.TEXT)
    found = fn("list_filter", left.sql, lambda_(name, test(element)))
    return binary(">", fn("len", found), exp.Literal.number(0))


def equal(left: Value, right: Value, ctx: Context) -> Sql:
    if left.is_literal and not right.is_literal:
        left, right = right, left
    if left.kind is Kind.ARRAY and right.kind is Kind.ARRAY:
        return binary("=", left.sql, right.sql)
    if left.kind is Kind.ARRAY:
        return any_element(left, ctx, lambda element: equal(element, right, ctx))
    if right.kind is Kind.ARRAY:
        return any_element(right, ctx, lambda element: equal(element, left, ctx))
    literal = right.literal if right.is_literal else None
    if isinstance(literal, str):
        return _equal_text(left, right, literal, ctx)
    if left.kind is Kind.BOOL or right.kind is Kind.BOOL:
        return binary("=", boolean(left), boolean(right))
    if Kind.TIME in (left.kind, right.kind):
        return binary("=", timestamp(left), timestamp(right))
    if left.kind in NUMERIC or right.kind in NUMERIC:
        return _equal_number(left, right)
    return binary("=", folded(text(left), ctx), folded(text(right), ctx))


def _equal_number(left: Value, right: Value) -> Sql:
    if right.is_literal and left.kind in (Kind.TEXT, Kind.JSON) and left.bare is not None:
        left = Value(left.bare, Kind.TEXT)
    if left.kind in NUMERIC and right.kind in NUMERIC:
        return binary("=", left.sql, right.sql)
    if (right.kind is Kind.TEXT and left.kind is Kind.INT) or (
        left.kind is Kind.TEXT and right.kind is Kind.INT
    ):
        # large ids keep their last digits: compare whole numbers as whole numbers
        number_side, text_side = (left, right) if left.kind is Kind.INT else (right, left)
        whole = try_cast(text(text_side), "BIGINT")
        return fn(
            "coalesce", binary("=", whole, number_side.sql), binary("=", number(text_side), number_side.sql)
        )
    return binary("=", number(left), number(right))


def _equal_text(left: Value, right: Value, literal: str, ctx: Context) -> Sql:
    if "*" in literal and not right.raw:
        return wildcard(left, literal, ctx)
    if left.kind is Kind.TIME:
        return binary("=", left.sql, timestamp(right))
    if left.kind in NUMERIC:
        try:
            return binary("=", left.sql, exp.Literal.number(repr(int(literal))))
        except ValueError:
            return binary("=", number(left), number(right))
    if left.kind is Kind.BOOL:
        return binary("=", left.sql, boolean(right))
    sql = text(left)
    if left.bare is not None and literal[:1] not in ("{", "["):
        sql = left.bare
    if right.enum and "_" in literal and not ctx.case_sensitive:
        spaced = ctx.bind(literal.replace("_", " "))
        return any_of(
            [
                binary("=", folded(sql, ctx), folded(right.sql, ctx)),
                binary("=", folded(sql, ctx), folded(spaced, ctx)),
            ]
        )
    if not cased(literal):
        return binary("=", sql, right.sql)
    return binary("=", folded(sql, ctx), folded(right.sql, ctx))


def wildcard(left: Value, pattern: str, ctx: Context) -> Sql:
    """`*` stands for any text."""
    sql = left.bare if left.bare is not None and pattern.lstrip("*")[:1] not in ("{", "[", "") else text(left)
    core = pattern.strip("*")
    if not core:
        return not_null(sql)
    sql = folded(sql, ctx) if cased(core) else sql
    if "*" in core:
        return exp.Escape(
            this=exp.Like(this=sql, expression=folded(ctx.bind(like_pattern(pattern)), ctx)),
            expression=const("\\"),
        )
    part = folded(ctx.bind(core), ctx) if cased(core) else ctx.bind(core)
    if pattern.startswith("*"):
        return fn("contains" if pattern.endswith("*") else "suffix", sql, part)
    return fn("starts_with", sql, part)


def contains(left: Value, right: Value, ctx: Context) -> Sql:
    """Substring; on an array, an element."""
    if left.kind is Kind.ARRAY:
        return any_element(left, ctx, lambda element: equal(element, right, ctx))
    if right.is_literal and isinstance(right.literal, str) and "*" in right.literal and not right.raw:
        return wildcard(left, f"*{right.literal}*", ctx)
    if right.is_literal and not cased(right.literal):
        return fn("contains", text(left), text(right))
    return fn("contains", folded(text(left), ctx), folded(text(right), ctx))


def matches(left: Value, right: Value, ctx: Context) -> Sql:
    """RE2 search, case-sensitive unless the pattern says (?i)."""
    if right.is_literal:
        return fn("regexp_matches", text(left), pattern_of(right, ctx))
    return fn("try", fn("regexp_matches", text(left), text(right)))


def pattern_of(value: Value, ctx: Context) -> Sql:
    """A regex as written: raw text is passed on with its backslashes."""
    if not isinstance(value.literal, str):
        raise XqlExecutionError("a pattern is text in quotes")
    return value.sql


def in_list(left: Value, items: list[Value], negated: bool, ctx: Context) -> Sql:
    flat: list[Value] = []
    for item in items:
        if item.is_literal and isinstance(item.literal, tuple):
            from tools.xql.local.literals import bound

            flat += [bound(ctx, part) for part in item.literal]
        else:
            flat.append(item)
    nulls = any(item.is_null for item in flat)
    others = [item for item in flat if not item.is_null]
    tests = [_membership(left, others, ctx)] if others else []
    if not negated:
        return any_of(tests + ([is_null(left.sql)] if nulls else []))
    return all_of([negate(test) for test in tests] + ([not_null(left.sql)] if nulls else []))


def _membership(left: Value, items: list[Value], ctx: Context) -> Sql:
    if left.kind is Kind.ARRAY:
        return any_element(left, ctx, lambda element: _membership(element, items, ctx))
    plain = [item for item in items if left.kind in (Kind.TEXT, Kind.JSON) and _plain(item)]
    chosen = {id(item) for item in plain}
    tests = [equal(left, item, ctx) for item in items if id(item) not in chosen]
    if plain:
        fold = any(cased(item.literal) for item in plain)
        sql = text(left)
        if left.bare is not None and not any(item.literal[:1] in ("{", "[") for item in plain):
            sql = left.bare
        sql = folded(sql, ctx) if fold else sql
        if len(plain) > MANY_ITEMS:
            values = ctx.bind([item.literal for item in plain])
            unnested = fn("unnest", values)
            tests.append(
                exp.In(
                    this=sql, query=exp.Subquery(this=select([folded(unnested, ctx) if fold else unnested]))
                )
            )
        else:
            tests.append(exp.In(this=sql, expressions=[folded(i.sql, ctx) if fold else i.sql for i in plain]))
    return any_of(tests)


def _plain(item: Value) -> bool:
    literal = item.literal
    return (
        isinstance(literal, str) and (item.raw or "*" not in literal) and not (item.enum and "_" in literal)
    )


def in_query(left: Value, relation: Relation, negated: bool, ctx: Context) -> Sql:
    """Membership in the one column of a sub-query; its nulls take no part."""
    names = [name for name in relation.columns if name not in relation.implicit]
    if len(names) != 1:
        raise XqlExecutionError(
            f"a sub-query of 'in' yields one column, this one {len(names)}; end it with | fields <name>"
        )
    name = names[0]
    column = relation.value(name)
    assert column is not None
    own = Value(column.sql, relation.columns[name])
    source: Sql = subquery(relation.select, "q")
    if own.kind is Kind.ARRAY:
        own = Value(fn("unnest", own.sql), Kind.TEXT)
        source = subquery(
            select([exp.Alias(this=own.sql, alias=exp.to_identifier("u", quoted=True))], source), "u"
        )
        own = Value(exp.column(exp.to_identifier("u", quoted=True)), Kind.TEXT)
    numeric = (left.kind in NUMERIC and own.kind in NUMERIC) or (
        left.kind is Kind.TIME and own.kind is Kind.TIME
    )
    inner = own.sql if numeric else folded(text(own), ctx)
    query = select([inner], source, not_null(own.sql))
    if left.kind is Kind.ARRAY:
        raise XqlExecutionError("an array cannot be looked up in a sub-query; arrayexpand it first")
    test = exp.In(this=left.sql if numeric else folded(text(left), ctx), query=exp.Subquery(this=query))
    return negate(test) if negated else test


__all__ = ["array", "case", "comparison", "contains", "equal", "in_list", "in_query", "matches"]
