"""Expressions of the tree to SQL."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from tools.xql.ast import (
    And,
    Arithmetic,
    Arrow,
    Boolean,
    Call,
    Compare,
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
    String,
)
from tools.xql.errors import XqlExecutionError
from tools.xql.functions import Kind
from tools.xql.local.compare import comparison, in_list, in_query
from tools.xql.local.context import Context
from tools.xql.local.literals import bound, unescape
from tools.xql.local.sql import Sql, all_of, any_of, binary, cast, col, const, fn, negate, num
from tools.xql.local.values import NOTHING, Value, array, boolean, guarded, json, number, scalar_at
from tools.xql.parser.mistakes import near


def value(node: Expr, ctx: Context) -> Value:
    """The SQL of an expression with its type."""
    if isinstance(node, Field):
        return _field(node, ctx)
    if isinstance(node, String):
        if node.value == "@element" and ctx.element is not None:
            return ctx.element
        return replace(bound(ctx, unescape(node.value) if node.raw else node.value), raw=node.raw)
    if isinstance(node, Number):
        kind = Kind.INT if node.text.lstrip("-").isdigit() else Kind.FLOAT
        literal = int(node.text) if kind is Kind.INT else _number(node.text)
        return bound(ctx, literal)
    if isinstance(node, Compare | InList | InQuery | And | Or | Not):
        return Value(condition(node, ctx), Kind.BOOL)
    if isinstance(node, Call):
        from tools.xql.local.calls import call

        return call(node, ctx)
    if isinstance(node, Arrow):
        return arrow(node, ctx)
    if isinstance(node, Null):
        return NOTHING
    if isinstance(node, Boolean):
        return Value(exp.Boolean(this=node.value), Kind.BOOL, literal=node.value)
    if isinstance(node, Enum):
        return replace(bound(ctx, node.name), enum=True)
    if isinstance(node, Param):
        return bound(ctx, ctx.shared.parameter(node.name))
    if isinstance(node, Negative):
        return Value(binary("-", num(0), number(value(node.operand, ctx))), Kind.FLOAT)
    if isinstance(node, Arithmetic):
        return _arithmetic(node, ctx)
    raise XqlExecutionError(f"{type(node).__name__} cannot be computed here")


def _number(text: str) -> int | float:
    sign = -1 if text.startswith("-") else 1
    plain = text.lstrip("-")
    return sign * (int(plain, 16) if plain[:2].lower() == "0x" else float(plain))


def _field(node: Field, ctx: Context) -> Value:
    found = ctx.column(node.name)
    if found is None:
        names = [*ctx.relation.columns, *(ctx.joined.columns if ctx.joined else ())]
        hint = near(node.name, names)
        shown = ", ".join(names[:30]) + (" ..." if len(names) > 30 else "")
        raise XqlExecutionError(
            f"there is no column {node.name} here; "
            + (f"did you mean {', '.join(hint)}?" if hint else f"the columns are {shown}")
        )
    return found


def operand(node: Expr, ctx: Context) -> Value:
    """A side of a comparison: a bare word that is no column is enum text."""
    if isinstance(node, Field) and ctx.column(node.name) is None and "." not in node.name:
        return replace(bound(ctx, node.name), enum=True)
    return value(node, ctx)


def pattern(node: Expr, ctx: Context) -> Value:
    """A regex: text goes to the engine as written, escapes and all."""
    if isinstance(node, String):
        return replace(bound(ctx, node.value), raw=True)
    return value(node, ctx)


def condition(node: Expr, ctx: Context) -> Sql:
    """The SQL of a boolean expression; null counts as not true."""
    if isinstance(node, And):
        return all_of([condition(item, ctx) for item in node.operands])
    if isinstance(node, Or):
        return any_of([condition(item, ctx) for item in node.operands])
    if isinstance(node, Not):
        return negate(condition(node.operand, ctx))
    if isinstance(node, Compare):
        left = (
            value(node.left, ctx)
            if isinstance(node.left, Field) and not _enum_left(node)
            else operand(node.left, ctx)
        )
        right = pattern(node.right, ctx) if node.op in ("~=", "!~=") else operand(node.right, ctx)
        return comparison(node.op, left, right, ctx)
    if isinstance(node, InList):
        return in_list(value(node.left, ctx), [operand(item, ctx) for item in node.items], node.negated, ctx)
    if isinstance(node, InQuery):
        from tools.xql.local.pipeline import compile_query

        left = value(node.left, ctx)
        return in_query(
            left, compile_query(node.query, ctx.shared, ctx.window, ctx.case_sensitive), node.negated, ctx
        )
    return boolean(value(node, ctx))


def _enum_left(node: Compare) -> bool:
    return isinstance(node.right, Field)


def _arithmetic(node: Arithmetic, ctx: Context) -> Value:
    left, right = value(node.left, ctx), value(node.right, ctx)
    if node.op == "+" and Kind.TEXT in (left.kind, right.kind):
        from tools.xql.local.values import text

        return Value(exp.DPipe(this=text(left), expression=text(right)), Kind.TEXT)
    return arithmetic(node.op, left, right)


def arithmetic(op: str, left: Value, right: Value) -> Value:
    """Numbers; whole where both sides are (but for division); null when dividing by zero."""
    a, b = number(left), number(right)
    if op == "/":
        return Value(binary("/", a, fn("nullif", b, num(0))), Kind.FLOAT)
    whole = left.kind is Kind.INT and right.kind is Kind.INT
    return Value(binary(op, a, b), Kind.INT if whole else Kind.FLOAT)


# --- JSON paths ---


def pointer(path: tuple[str | int, ...], ctx: Context) -> Sql | None:
    """The path as a JSON pointer, which takes any key literally; None for the root."""
    if not path:
        return None
    steps = [str(step).replace("~", "~0").replace("/", "~1") for step in path]
    return ctx.bind("/" + "/".join(steps))


def arrow(node: Arrow, ctx: Context) -> Value:
    base = value(node.base, replace(ctx, lifts=None))
    if base.bare is not None:
        # a chain: what lies below may be an object, or text that holds JSON; the bare form gives both
        base = Value(base.bare, Kind.TEXT)
    return extract(base, node.path, {"": "scalar", "[]": "scalars", "{}": "json"}[node.suffix], ctx)


def _lift(sql: Sql, ctx: Context) -> Sql:
    """`sql` as a hidden column of the step before, where the stage takes such columns."""
    if ctx.lifts is None or ctx.element is not None:
        return sql
    name = ctx.shared.fresh("lift")
    ctx.lifts.append((name, sql))
    return col(name)


def extract(base: Value, path: tuple[str | int, ...], want: str, ctx: Context) -> Value:
    """What lies at `path`: scalar, json, scalars (plain texts) or jsons (JSON texts)."""
    if base.is_null:
        return NOTHING
    at = pointer(path, ctx)
    if want == "scalar":
        exact, bare = scalar_at(base, at, lambda sql: _lift(sql, ctx))
        return Value(exact, Kind.TEXT, bare=bare)
    if not path and want == "scalars":
        return Value(array(base), Kind.ARRAY)
    source = json(base)
    inner = source if at is None else fn("json_extract", source, at)
    if want == "json":
        whole = inner if at is not None else fn("json_extract", source, const("$"))
        # null of JSON text is null, as in the service's warehouse
        found = guarded(base, whole)
        return Value(fn("nullif", found, cast(const("null"), "JSON")), Kind.JSON)
    if want == "scalars":
        return Value(guarded(base, fn("json_extract_string", inner, const("$[*]"))), Kind.ARRAY)
    return Value(cast(guarded(base, fn("json_extract", inner, const("$[*]"))), "VARCHAR[]"), Kind.ARRAY)
