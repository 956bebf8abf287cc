"""Fits the values of a JSON row to the columns of a dataset, and finds types for columns nobody declared."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from tools.findings import values
from tools.tenant.database_core import dumps
from tools.tenant.loading_rows import stamp

_TIMES = {"_time", "_insert_time"}
_TRUE = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_BIG = 2**63
_BOUNDED = ("xdm.issue.", "xdm.finding.", "xdm.case.")


def inferred(column: str, given: Any) -> str | None:
    """The type that a value shows; None when it shows none (null)."""
    if given is None:
        return None
    if column in _TIMES:
        return "TIMESTAMP"
    if isinstance(given, bool):
        return "BOOLEAN"
    if isinstance(given, int):
        return "BIGINT" if -_BIG <= given < _BIG else "VARCHAR"
    if isinstance(given, float):
        return "DOUBLE"
    if isinstance(given, str):
        return "VARCHAR"
    if isinstance(given, list) and given and all(isinstance(item, str) for item in given):
        return "VARCHAR[]"
    return "JSON"


def widened(one: str, other: str) -> str:
    """A type that holds the values of both."""
    if one == other:
        return one
    if {one, other} == {"BIGINT", "DOUBLE"}:
        return "DOUBLE"
    if {one, other} == {"VARCHAR[]", "JSON"}:
        return "JSON"
    return "VARCHAR"


def needed(
    rows: Iterable[Mapping[str, Any]], declared: Mapping[str, str], have: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str], set[str]]:
    """What a table lacks for these rows: columns to add, columns to widen (with their new types), columns
    that are null everywhere.

    A declared or present column keeps its type, unless it was inferred and a value does not fit.
    """
    shown: dict[str, str | None] = {}
    for row in rows:
        for name, given in row.items():
            if name in declared:
                continue
            kind = inferred(name, given)
            before = shown.get(name)
            shown[name] = before if kind is None else kind if before is None else widened(before, kind)
    added = {name: kind for name, kind in shown.items() if kind is not None and name not in have}
    wider: dict[str, str] = {}
    for name, kind in shown.items():
        if kind is not None and name in have and name not in _TIMES:
            fit = widened(have[name], kind)
            if fit != have[name]:
                wider[name] = fit
    return added, wider, {name for name, kind in shown.items() if kind is None and name not in have}


def fitted(row: Mapping[str, Any], columns: Mapping[str, str], notes: list[str]) -> dict[str, Any]:
    """The row's values as its columns take them. What does not fit becomes null and is noted."""
    found: dict[str, Any] = {}
    for name, given in row.items():
        kind = columns.get(name)
        if kind is None or given is None:
            continue
        value = _fit(name, given, kind, notes)
        if value is None and given not in ("", [], {}):
            notes.append(
                f"{name} does not hold {'a time' if kind == 'TIMESTAMP' else kind.lower()}; left empty"
            )
        found[name] = value
    return found


def _fit(name: str, given: Any, kind: str, notes: list[str]) -> Any:
    if name == "xdm.asset.tags":
        return dumps(values.tags(_parsed(given)))
    if kind == "TIMESTAMP":
        return stamp(values.moment(given))
    if kind == "JSON":
        return _json(given)
    if kind == "VARCHAR[]":
        return _list(given)
    if kind == "BIGINT":
        return _integer(given)
    if kind == "DOUBLE":
        return _number(given)
    if kind == "BOOLEAN":
        return given if isinstance(given, bool) else _TRUE.get(as_text(given).strip().lower())
    if name.startswith(_BOUNDED):
        return values.bounded(as_text(given), name, notes)
    return as_text(given)


def as_text(given: Any) -> str:
    """Any JSON value as text: a text as it is, everything else as JSON writes it."""
    return given if isinstance(given, str) else dumps(given)


def _json(given: Any) -> str:
    if isinstance(given, str):
        try:
            json.loads(given)
        except (ValueError, RecursionError):
            return dumps(given)
        return given
    return dumps(given)


def _list(given: Any) -> list[str]:
    parsed = _parsed(given)
    if isinstance(parsed, list):
        return [as_text(item) for item in parsed if item is not None]
    return [as_text(parsed)] if parsed != "" else []


def _integer(given: Any) -> int | None:
    number = _number(given)
    if isinstance(given, str) and given.strip().lstrip("-").isdigit():
        number = int(given)
    elif isinstance(given, int) and not isinstance(given, bool):
        number = given
    if number is None or number != int(number) or not -_BIG <= number < _BIG:
        return None
    return int(number)


def _number(given: Any) -> float | None:
    if isinstance(given, bool) or not isinstance(given, (int, float, str)):
        return None
    try:
        number = float(given)
    except (ValueError, OverflowError):
        return None
    return number if abs(number) != float("inf") and number == number else None


def _parsed(given: Any) -> Any:
    if isinstance(given, str) and given.lstrip()[:1] in {"{", "["}:
        try:
            return json.loads(given)
        except (ValueError, RecursionError):
            return given
    return given
