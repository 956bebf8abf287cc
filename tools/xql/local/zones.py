"""Time zones: names by the engine's own data, offsets (`+02:00`) by arithmetic."""

from __future__ import annotations

import re

from tools.xql.errors import XqlExecutionError
from tools.xql.local.context import Context
from tools.xql.local.sql import Sql, binary, fn, num

_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2}):?(\d{2})?\Z")


def _minutes(zone: str) -> int | None:
    if zone.upper() in ("UTC", "GMT", "Z", ""):
        return 0
    found = _OFFSET.match(zone)
    if found is None:
        return None
    minutes = int(found.group(2)) * 60 + int(found.group(3) or 0)
    return -minutes if found.group(1) == "-" else minutes


def _checked(zone: str) -> str:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise XqlExecutionError(
            f"there is no time zone {zone!r}; write for example Europe/Berlin or +02:00"
        ) from error
    return zone


def to_zone(when: Sql, zone: str, ctx: Context) -> Sql:
    """UTC as the wall clock of the zone."""
    minutes = _minutes(zone)
    if minutes is not None:
        return when if not minutes else binary("+", when, fn("to_minutes", num(minutes)))
    return fn("timezone", ctx.bind(_checked(zone)), fn("timezone", ctx.bind("UTC"), when))


def from_zone(when: Sql, zone: str, ctx: Context) -> Sql:
    """The wall clock of the zone as UTC."""
    minutes = _minutes(zone)
    if minutes is not None:
        return when if not minutes else binary("-", when, fn("to_minutes", num(minutes)))
    return fn("timezone", ctx.bind("UTC"), fn("timezone", ctx.bind(_checked(zone)), when))
