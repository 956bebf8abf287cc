"""Values of results and golds made comparable: text, numbers, instants, lists."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, Literal

Bin = Literal["hour", "day", "week", "month"]
_FORMATS = (
    "%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%Y-%m", "%Y/%m", "%b %Y", "%B %Y", "%d %b %Y", "%d %B %Y", "%b %d, %Y",
    "%B %d, %Y", "%Y-%m-%d %H:%M", "%Y-%m-%d %H",
)  # fmt: skip
_MILLISECONDS_FROM = 10**11


def key(value: Any) -> str | None:
    """A value as a key: text without case and outer quotes; None for null and empty text."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    text = str(value).strip().strip('"').strip().casefold()
    return text or None


def keys(value: Any) -> Iterator[str]:
    """The keys of a cell: one, or one for each element of a list (also of one written as JSON text)."""
    if isinstance(value, str) and value.startswith("["):
        try:
            parsed = json.loads(value)
        except ValueError:
            parsed = None
        if isinstance(parsed, list):
            value = parsed
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from keys(item)
        return
    found = key(value)
    if found is not None:
        yield found


def number(value: Any) -> float | None:
    """A cell as a number, or None. Text counts when it is a number and nothing else (a `%` may follow)."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str):
        try:
            value = float(value.strip().removesuffix("%"))
        except ValueError:
            return None
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return found if math.isfinite(found) else None


def same_number(found: float | None, right: Any, *, tolerance: float = 0.0, share: bool = False) -> bool:
    """Whether a number is the right one. A share may be given in per cent or as a fraction of one."""
    wanted = number(right)
    if found is None or wanted is None:
        return found is None and wanted is None
    room = max(tolerance, 1e-6 * max(1.0, abs(wanted)))
    if share:
        room = max(room, 0.51)
        return abs(found - wanted) <= room or (0 <= found <= 1 and abs(100 * found - wanted) <= room)
    return abs(found - wanted) <= room


def instant(value: Any, granularity: Bin) -> datetime | None:
    """A cell as the start of its bin in UTC: epoch seconds or milliseconds, ISO text, or a written date."""
    found = _moment(value)
    if found is None:
        return None
    if granularity == "hour":
        return found.replace(minute=0, second=0, microsecond=0)
    found = found.replace(hour=0, minute=0, second=0, microsecond=0)
    # A week is told by the day on which it starts, which each reading of the question says itself.
    return found.replace(day=1) if granularity == "month" else found


def _moment(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        seconds = value / 1000 if abs(value) >= _MILLISECONDS_FROM else float(value)
        return datetime.fromtimestamp(seconds, UTC) if abs(seconds) > 10**8 else None
    text = str(value).strip()
    if text.isdigit() and len(text) in (10, 13):
        return _moment(int(text))
    try:
        found = datetime.fromisoformat(text.removesuffix(" UTC"))
    except ValueError:
        return _written(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _written(text: str) -> datetime | None:
    for form in _FORMATS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None
