"""IP addresses and ranges, in plain SQL."""

from __future__ import annotations

import ipaddress
from typing import Final

from tools.xql.errors import XqlExecutionError
from tools.xql.functions import Kind
from tools.xql.local.context import Context
from tools.xql.local.sql import (
    NULL,
    Sql,
    all_of,
    any_of,
    binary,
    case,
    cast,
    const,
    fn,
    lambda_,
    num,
    try_cast,
)
from tools.xql.local.values import Value, text

OCTET: Final = r"(25[0-5]|2[0-4]\d|1?\d?\d)"
IPV4: Final = rf"({OCTET}\.){{3}}{OCTET}"
IPV6: Final = r"[0-9A-Fa-f:]*:[0-9A-Fa-f:]*"
PRIVATE4: Final = "10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16"
PRIVATE6: Final = "fc00::/7"


def is_ipv4(sql: Sql) -> Sql:
    return fn("regexp_full_match", sql, const(IPV4))


def ipv4_number(sql: Sql) -> Sql:
    """An address as a whole number; null where it is none."""
    total: Sql = num(0)
    for part, weight in enumerate((16777216, 65536, 256, 1), start=1):
        piece = try_cast(fn("split_part", sql, const("."), num(part)), "BIGINT")
        total = binary("+", total, binary("*", piece, num(weight)))
    return case([(is_ipv4(sql), total)], NULL)


def ipv4_text(number: Sql) -> Sql:
    parts = [
        cast(binary_mod(fn("fdiv", number, num(weight)), 256), "VARCHAR")
        for weight in (16777216, 65536, 256, 1)
    ]
    return fn("concat_ws", const("."), *parts)


def binary_mod(value: Sql, modulus: int) -> Sql:
    return cast(fn("mod", cast(value, "BIGINT"), num(modulus)), "BIGINT")


def ipv6_hex(sql: Sql) -> Sql:
    """An address as 32 hex digits; null where it is none."""
    head = fn("split_part", sql, const("::"), num(1))
    tail = fn("split_part", sql, const("::"), num(2))
    left, right = _groups(head), _groups(tail)
    missing = binary("-", num(8), binary("+", fn("len", left), fn("len", right)))
    zeros = fn("list_transform", fn("range", missing), lambda_("z", const("0")))
    full = fn("list_concat", fn("list_concat", left, zeros), right)
    plain = case([(fn("contains", sql, const("::")), full)], _groups(sql))
    padded = fn("list_transform", plain, lambda_("g", fn("lpad", _var("g"), num(4), const("0"))))
    digits = fn("lower", fn("array_to_string", padded, const("")))
    valid = all_of([fn("regexp_full_match", sql, const(IPV6)), binary("=", fn("length", digits), num(32))])
    return case([(valid, digits)], NULL)


def _var(name: str) -> Sql:
    from tools.xql.local.sql import col

    return col(name)


def _groups(sql: Sql) -> Sql:
    return case(
        [(binary("=", sql, const("")), cast(fn("list_value"), "VARCHAR[]"))],
        fn("string_split", sql, const(":")),
    )


def in_number_range(number: Sql, low: Sql, size: Sql) -> Sql:
    """The number lies in the block of `size` that `low` is in."""
    start = binary("-", low, fn("mod", low, size))
    return all_of([binary(">=", number, start), binary("<", number, binary("+", start, size))])


def in_ranges(address: Value, ranges: Value, ctx: Context, *, six: bool = False) -> Sql:
    """The address lies in any of the comma-separated ranges."""
    if not isinstance(ranges.literal, str):
        raise XqlExecutionError('incidr needs its ranges as literal text, such as "10.0.0.0/8"')
    if address.kind is Kind.ARRAY:
        from tools.xql.local.compare import any_element

        return any_element(address, ctx, lambda item: in_ranges(item, ranges, ctx, six=six))
    nets = [_network(part, six) for part in ranges.literal.split(",") if part.strip()]
    if not nets:
        raise XqlExecutionError("incidr needs at least one range")
    sql = fn("trim", text(address))
    found = ipv6_hex(sql) if six else ipv4_number(sql)
    tests = []
    for net in nets:
        low, high = int(net.network_address), int(net.broadcast_address)
        start, end = (const(f"{low:032x}"), const(f"{high:032x}")) if six else (num(low), num(high))
        tests.append(all_of([binary(">=", found, start), binary("<=", found, end)]))
    return any_of(tests)


def _network(part: str, six: bool) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        net = ipaddress.ip_network(part.strip(), strict=False)
    except ValueError as error:
        raise XqlExecutionError(f"{part.strip()!r} is no IP range; write for example 10.0.0.0/8") from error
    if (net.version == 6) != six:
        raise XqlExecutionError(
            f"{part.strip()} is IPv{net.version}; use {'incidr6' if net.version == 6 else 'incidr'}"
        )
    return net
