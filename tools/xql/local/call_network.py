"""IP functions."""

from __future__ import annotations

from collections.abc import Sequence

from tools.xql.ast import Expr
from tools.xql.functions import Kind
from tools.xql.local.calls import Handler
from tools.xql.local.compare import any_element
from tools.xql.local.context import Context
from tools.xql.local.expressions import value
from tools.xql.local.literals import bound
from tools.xql.local.network import (
    IPV6,
    PRIVATE4,
    PRIVATE6,
    in_ranges,
    ipv4_number,
    ipv4_text,
    ipv6_hex,
    is_ipv4,
)
from tools.xql.local.sql import NULL, all_of, binary, case, const, fn, not_null, num
from tools.xql.local.values import Value, integer, text


def _incidr(args: Sequence[Expr], ctx: Context) -> Value:
    return Value(in_ranges(value(args[0], ctx), value(args[1], ctx), ctx), Kind.BOOL)


def _incidr6(args: Sequence[Expr], ctx: Context) -> Value:
    return Value(in_ranges(value(args[0], ctx), value(args[1], ctx), ctx, six=True), Kind.BOOL)


def _incidrlist(args: Sequence[Expr], ctx: Context) -> Value:
    """Any address of a comma-separated text."""
    listed = Value(fn("string_split", text(value(args[0], ctx)), const(",")), Kind.ARRAY)
    ranges = value(args[1], ctx)
    return Value(any_element(listed, ctx, lambda item: in_ranges(item, ranges, ctx)), Kind.BOOL)


def _is4(args: Sequence[Expr], ctx: Context) -> Value:
    return Value(is_ipv4(text(value(args[0], ctx))), Kind.BOOL)


def _is6(args: Sequence[Expr], ctx: Context) -> Value:
    subject = text(value(args[0], ctx))
    return Value(
        all_of([fn("regexp_full_match", subject, const(IPV6)), not_null(ipv6_hex(subject))]), Kind.BOOL
    )


def _private4(args: Sequence[Expr], ctx: Context) -> Value:
    return Value(in_ranges(value(args[0], ctx), bound(ctx, PRIVATE4), ctx), Kind.BOOL)


def _private6(args: Sequence[Expr], ctx: Context) -> Value:
    return Value(in_ranges(value(args[0], ctx), bound(ctx, PRIVATE6), ctx, six=True), Kind.BOOL)


def _to_int(args: Sequence[Expr], ctx: Context) -> Value:
    return Value(ipv4_number(text(value(args[0], ctx))), Kind.INT)


def _to_ip(args: Sequence[Expr], ctx: Context) -> Value:
    whole = integer(value(args[0], ctx))
    inside = all_of([binary(">=", whole, num(0)), binary("<=", whole, num(4_294_967_295))])
    return Value(case([(inside, ipv4_text(whole))], NULL), Kind.TEXT)


HANDLERS: dict[str, Handler] = {
    "incidr": _incidr,
    "incidr6": _incidr6,
    "incidrlist": _incidrlist,
    "is_ipv4": _is4,
    "is_ipv6": _is6,
    "is_known_private_ipv4": _private4,
    "is_known_private_ipv6": _private6,
    "ip_to_int": _to_int,
    "int_to_ip": _to_ip,
}
