"""Time functions; all values are UTC."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tools.xql.ast import Expr, String
from tools.xql.errors import XqlExecutionError
from tools.xql.functions import FLOOR_UNITS, Kind
from tools.xql.local.calls import Handler, literal_text
from tools.xql.local.context import Context
from tools.xql.local.expressions import value
from tools.xql.local.sql import Sql, binary, cast, const, fn, num, try_cast
from tools.xql.local.values import Value, number, text, timestamp
from tools.xql.local.zones import from_zone, to_zone

_MICROS: Final = {"SECONDS": 1_000_000, "MILLIS": 1_000, "MICROS": 1}


def _instant(node: Expr, ctx: Context) -> Sql:
    return timestamp(value(node, ctx))


def moment(ctx: Context, when: object) -> Sql:
    return cast(ctx.bind(when), "TIMESTAMP")


def _current(_: Sequence[Expr], ctx: Context) -> Value:
    return Value(moment(ctx, ctx.shared.now), Kind.TIME)


def _frame_end(_: Sequence[Expr], ctx: Context) -> Value:
    return Value(moment(ctx, ctx.window.end), Kind.TIME)


def _word(node: Expr, ctx: Context, what: str, known: Sequence[str]) -> str:
    word = literal_text(node, ctx, what).upper()
    if word not in known:
        raise XqlExecutionError(f"{what} is one of {', '.join(known)}, not {word!r}")
    return word


def _diff(args: Sequence[Expr], ctx: Context) -> Value:
    from tools.xql.functions import DIFF_PARTS

    part = _word(args[2], ctx, "the part of timestamp_diff", DIFF_PARTS).lower()
    return Value(fn("date_sub", const(part), _instant(args[1], ctx), _instant(args[0], ctx)), Kind.INT)


def _unit(args: Sequence[Expr], ctx: Context, at: int, default: str = "SECONDS") -> int:
    return _MICROS[_word(args[at], ctx, "the unit", tuple(_MICROS)) if len(args) > at else default]


def _to_epoch(args: Sequence[Expr], ctx: Context) -> Value:
    return Value(_epoch(_instant(args[0], ctx), _unit(args, ctx, 1)), Kind.INT)


def _epoch(when: Sql, unit: int) -> Sql:
    micros = fn("epoch_us", when)
    return micros if unit == 1 else cast(fn("floor", fn("fdiv", micros, num(unit))), "BIGINT")


def _from_epoch(item: Value, unit: int) -> Value:
    if item.kind is Kind.TIME:
        return item
    if item.kind is Kind.INT:
        # whole numbers stay whole: a double has too few digits for microseconds of any year
        micros = binary("*", cast(item.sql, "HUGEINT"), num(unit))
    else:
        micros = fn("round", binary("*", cast(number(item), "DOUBLE"), num(unit)))
    return Value(fn("try", fn("make_timestamp", try_cast(micros, "BIGINT"))), Kind.TIME)


def _to_timestamp(args: Sequence[Expr], ctx: Context) -> Value:
    return _from_epoch(value(args[0], ctx), _unit(args, ctx, 1, "MILLIS"))


def _seconds(args: Sequence[Expr], ctx: Context) -> Value:
    return _from_epoch(value(args[0], ctx), _MICROS["SECONDS"])


def _format_text(node: Expr, ctx: Context) -> str:
    """strftime codes of the service's warehouse in those of the engine."""
    form = literal_text(node, ctx, "the format of a time")
    swaps = {
        "%F": "%Y-%m-%d",
        "%T": "%H:%M:%S",
        "%R": "%H:%M",
        "%D": "%m/%d/%y",
        "%E*S": "%S.%f",
        "%e": "%-d",
    }
    for code, plain in {**swaps, "%E3S": "%S.%g", "%E6S": "%S.%f", "%Ez": "%z", "%h": "%b"}.items():
        form = form.replace(code, plain)
    return form


def _format(args: Sequence[Expr], ctx: Context) -> Value:
    when = _instant(args[1], ctx)
    if len(args) > 2:
        when = to_zone(when, literal_text(args[2], ctx, "a time zone"), ctx)
    return Value(fn("strftime", when, ctx.bind(_format_text(args[0], ctx))), Kind.TEXT)


def _parse_sql(args: Sequence[Expr], ctx: Context, zone: str | None) -> Sql:
    parsed = fn("try_strptime", text(value(args[1], ctx)), ctx.bind(_format_text(args[0], ctx)))
    plain = cast(parsed, "TIMESTAMP")
    return plain if zone is None else from_zone(plain, zone, ctx)


def _parse(args: Sequence[Expr], ctx: Context) -> Value:
    zone = literal_text(args[2], ctx, "a time zone") if len(args) > 2 else None
    return Value(_parse_sql(args, ctx, zone), Kind.TIME)


def _parse_epoch(args: Sequence[Expr], ctx: Context) -> Value:
    zone = literal_text(args[2], ctx, "a time zone") if len(args) > 2 else None
    return Value(_epoch(_parse_sql(args, ctx, zone), _unit(args, ctx, 3)), Kind.INT)


_PARTS: Final = {"DAYOFYEAR": "dayofyear", "DAY": "day", "HOUR": "hour", "MINUTE": "minute", "MONTH": "month"}


def _extract(args: Sequence[Expr], ctx: Context) -> Value:
    """A part of a time; Sunday is day 1 of the week."""
    from tools.xql.functions import EXTRACT_PARTS

    part = _word(args[1], ctx, "the part of extract_time", EXTRACT_PARTS)
    when = _instant(args[0], ctx)
    if part == "DAYOFWEEK":
        return Value(binary("+", fn("dayofweek", when), num(1)), Kind.INT)
    if part == "MILLISECOND":
        return Value(fn("mod", fn("epoch_ms", when), num(1000)), Kind.INT)
    if part == "MICROSECOND":
        return Value(fn("mod", fn("epoch_us", when), num(1_000_000)), Kind.INT)
    return Value(fn(_PARTS.get(part, part.lower()), when), Kind.INT)


def _floor(args: Sequence[Expr], ctx: Context) -> Value:
    units = dict(zip(FLOOR_UNITS, ("year", "month", "week", "day", "hour"), strict=True))
    unit = literal_text(args[1], ctx, "the unit of date_floor").lower()
    if unit not in units:
        raise XqlExecutionError(f"date_floor knows the units {', '.join(units)}, not {unit!r}")
    when = _instant(args[0], ctx)
    zone = literal_text(args[2], ctx, "a time zone") if len(args) > 2 else None
    local = when if zone is None else to_zone(when, zone, ctx)
    floored = cast(fn("date_trunc", const(units[unit]), local), "TIMESTAMP")
    return Value(floored if zone is None else from_zone(floored, zone, ctx), Kind.TIME)


HANDLERS: dict[str, Handler] = {
    "current_time": _current,
    "time_frame_end": _frame_end,
    "timestamp_diff": _diff,
    "to_epoch": _to_epoch,
    "to_timestamp": _to_timestamp,
    "timestamp_seconds": _seconds,
    "format_timestamp": _format,
    "parse_timestamp": _parse,
    "parse_epoch": _parse_epoch,
    "extract_time": _extract,
    "date_floor": _floor,
}

__all__ = ["HANDLERS", "String", "moment"]
