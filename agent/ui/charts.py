"""From a result with a chart hint to the points of a picture.

The hint says which columns stand for what (`ToolResult.data["chart"]`: type, x, y, series, title). It is only a
wish: a result that does not fit (no numbers, too many groups, one point) gets no picture, and the table stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, ValidationError

from agent.ui.text import plain_value
from tools.results import ToolResult

MOST_BARS = 24
MOST_BINS = 120
MOST_SERIES = 6
_DAY_MS = 86_400_000

Number: TypeAlias = int | float


class ChartHint(BaseModel):
    """Columns of a chart: `x` the groups or times, `y` the numbers, `series` a column that tells lines apart."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    type: Literal["line", "bar", "pie"]
    x: str
    y: tuple[str, ...]
    series: str | None = None
    title: str = ""


def chart_props(result: ToolResult) -> dict[str, Any] | None:
    """What `ChartView` draws: `{kind: "time" | "bars", title, series: [{name, values}], labels, total}`; None if the
    rows make no picture.
    """
    hint = _hint(result)
    if hint is None or len(result.rows) < 2:
        return None
    over_time = hint.type == "line" or _times(result.rows, hint.x) is not None
    props = _time_props(result, hint) if over_time else _bar_props(result, hint)
    if props is None or not any(value for item in props["series"] for value in item["values"]):
        return None
    return {
        **props,
        "title": plain_value(hint.title) or "Chart",
        "cut": result.truncated,
        "asOf": result.as_of.isoformat(),
    }


def _hint(result: ToolResult) -> ChartHint | None:
    given = result.data.get("chart")
    if not isinstance(given, Mapping):
        return None
    try:
        hint = ChartHint.model_validate(given)
    except ValidationError:
        return None
    wanted = {hint.x, *hint.y, *([hint.series] if hint.series else [])}
    there = set(result.columns) or set(result.rows[0] if result.rows else ())
    return hint if hint.y and wanted <= there else None


def _bar_props(result: ToolResult, hint: ChartHint) -> dict[str, Any] | None:
    column = hint.y[0]
    pairs = [(_label(row.get(hint.x)), _number(row.get(column))) for row in result.rows]
    if len(pairs) > MOST_BARS or len({label for label, _ in pairs}) < len(pairs):
        return None
    values = [number for _, number in pairs if number is not None]
    if len(values) < len(pairs) or min(values) < 0:
        return None
    return {
        "kind": "bars",
        "share": hint.type == "pie" and not result.truncated,
        "severity": hint.x.rsplit(".", 1)[-1].casefold() == "severity",
        "labels": [label for label, _ in pairs],
        "series": [{"name": _name(column), "values": values}],
    }


def _time_props(result: ToolResult, hint: ChartHint) -> dict[str, Any] | None:
    times = _times(result.rows, hint.x)
    if times is None:
        return None
    bins = sorted(set(times))
    if not 2 <= len(bins) <= MOST_BINS:
        return None
    place = {moment: number for number, moment in enumerate(bins)}
    lines: dict[str, list[Number]] = {}
    for moment, row in zip(times, result.rows, strict=True):
        for column in hint.y:
            name = _label(row.get(hint.series)) if hint.series else _name(column)
            value = _number(row.get(column))
            line = lines.setdefault(name, [0] * len(bins))
            line[place[moment]] += value or 0
    if not 1 <= len(lines) <= MOST_SERIES or any(min(line) < 0 for line in lines.values()):
        return None
    return {
        "kind": "time",
        "severity": bool(hint.series) and str(hint.series).rsplit(".", 1)[-1].casefold() == "severity",
        "labels": [_moment(moment, bins) for moment in bins],
        "series": [{"name": name, "values": values} for name, values in lines.items()],
    }


def _times(rows: Sequence[Mapping[str, Any]], column: str) -> list[int] | None:
    """Moments in epoch ms; None where one is neither a time nor a date."""
    found = [_epoch(row.get(column)) for row in rows]
    return None if any(moment is None for moment in found) else [m for m in found if m is not None]


def _epoch(value: Any) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool) and value > 10**11:
        return value
    if not isinstance(value, str):
        return None
    text = f"{value}-01" if len(value) == len("2026-11") else value
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


def _moment(moment: int, bins: Sequence[int]) -> str:
    """As a day where all bins are whole days, as a month where all are the first of one, else with the hour."""
    at = datetime.fromtimestamp(moment / 1000, UTC)
    if any(b % _DAY_MS for b in bins):
        return f"{at:%Y-%m-%d %H:%M}"
    if all(datetime.fromtimestamp(b / 1000, UTC).day == 1 for b in bins):
        return f"{at:%Y-%m}"
    return f"{at:%Y-%m-%d}"


def _number(value: Any) -> Number | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _label(value: Any) -> str:
    return str(plain_value(value)) if value not in (None, "") else "not given"


def _name(column: str) -> str:
    return column.rsplit(".", 1)[-1].replace("_", " ")
