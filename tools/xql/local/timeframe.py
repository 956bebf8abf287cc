"""Time frames: durations, relative and absolute bounds, to a window of UTC times."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from tools.xql.ast import Between, Config, Duration, Param, String
from tools.xql.errors import XqlExecutionError
from tools.xql.local.context import Shared, TimeWindow

DEFAULT_FRAME: Final = timedelta(hours=24)
BEGIN: Final = datetime(1970, 1, 1)
END: Final = datetime(9999, 12, 31)
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|mo|m|h|d|w|y)\Z", re.IGNORECASE)
_STEPS: Final = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(days=7),
}
_ABSOLUTE = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?)?\s*(Z|[+-]\d{2}:?\d{2})?\Z"
)


def split_duration(text: str) -> tuple[float, str]:
    """Count and unit (lower case) of `30d`."""
    found = _DURATION.match(text.strip())
    if found is None:
        raise XqlExecutionError(f"{text!r} is no duration; write for example 30d, 12h or 1mo")
    return float(found.group(1)), found.group(2).lower()


def after(now: datetime, text: str) -> datetime:
    """`now` and a duration."""
    return _moved(now, text, 1)


def before(now: datetime, text: str) -> datetime:
    """`now` less a duration."""
    return _moved(now, text, -1)


def _moved(now: datetime, text: str, way: int) -> datetime:
    """Months and years by the calendar; never before the begin of time, nor after its end."""
    count, unit = split_duration(text)
    try:
        if unit in _STEPS:
            return max(now + way * _STEPS[unit] * count, BEGIN)
        months = now.year * 12 + now.month - 1 + way * int(count) * (12 if unit == "y" else 1)
        year, month = divmod(months, 12)
        if year < 1970:
            return BEGIN
        day = min(now.day, _days(year, month + 1))
        return now.replace(year=year, month=month + 1, day=day)
    except (OverflowError, ValueError):
        return BEGIN if way < 0 else END


def _days(year: int, month: int) -> int:
    following = datetime(year + month // 12, month % 12 + 1, 1)
    return (following - timedelta(days=1)).day


def instant(text: str, now: datetime) -> datetime:
    """`now`, `begin`, `-7d` or a date with time and offset, as naive UTC."""
    word = text.strip().lower()
    if word == "now":
        return now
    if word == "begin":
        return BEGIN
    if _DURATION.match(word.lstrip("+-")) and word[:2] not in ("--", "++", "+-", "-+"):
        # without a sign the past is meant
        return after(now, word[1:]) if word.startswith("+") else before(now, word.lstrip("-"))
    found = _ABSOLUTE.match(text.strip())
    if found is None:
        raise XqlExecutionError(
            f'{text!r} is no time; write "2025-01-31 00:00:00 +0000", "-7d", "now" or "begin"'
        )
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    try:
        moment = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0))
    except ValueError as error:
        raise XqlExecutionError(f"{text!r} is no date of the calendar") from error
    moment += timedelta(microseconds=int((fraction or "0").ljust(6, "0")))
    if zone and zone != "Z":
        digits = zone[1:].replace(":", "")
        shift = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
        moment += shift if zone[0] == "-" else -shift
    return moment


def window_of(configs: tuple[Config, ...], shared: Shared, outer: TimeWindow) -> TimeWindow:
    """The window that a query's own config asks for, else the outer one."""
    window = outer
    for config in configs:
        for setting in config.settings:
            if setting.name != "timeframe":
                continue
            if isinstance(setting.value, Between):
                ends = (_bound(setting.value.start, shared), _bound(setting.value.end, shared))
                start, end = instant(ends[0], shared.now), instant(ends[1], shared.now)
                if start > end:
                    raise XqlExecutionError("the time frame ends before it begins; swap its two ends")
                window = TimeWindow(start, end)
            elif isinstance(setting.value, Duration):
                window = TimeWindow(before(shared.now, setting.value.text), shared.now)
            elif isinstance(setting.value, Param):
                window = TimeWindow(before(shared.now, str(shared.parameter(setting.value.name))), shared.now)
    return window


def _bound(node: String | Param, shared: Shared) -> str:
    return node.value if isinstance(node, String) else str(shared.parameter(node.name))


def naive(when: datetime) -> datetime:
    """Naive UTC."""
    return when if when.tzinfo is None else when.astimezone(UTC).replace(tzinfo=None)
