"""The standard filter dialect to SQL. What a field does not allow is refused with 400, as the API does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tools.tenant.server.answers import bad
from tools.tenant.server.requests import whole

Condition = tuple[str, list[Any]]


@dataclass(frozen=True)
class Column:
    """A field that can be filtered on: its SQL, and which operators and values it takes.

    `kind`: `text`, `id` (numbers or text), `time` (epoch ms), `flag`, `list` (any element equals),
    `via` (the SQL is a condition with a place `{marks}` for the values).
    `fold` brings both sides to one form before they are compared.
    """

    sql: str
    kind: str = "text"
    operators: tuple[str, ...] = ("in",)
    allowed: tuple[str, ...] = ()
    fold: Callable[[str], str] | None = None


def time_column(sql: str) -> Column:
    """A time: gte and lte with epoch milliseconds."""
    return Column(sql, kind="time", operators=("gte", "lte"))


def where(filters: Any, columns: Mapping[str, Column]) -> Condition:
    """The WHERE (without the word) and its parameters; conditions are joined with AND."""
    if filters is None:
        return "TRUE", []
    if not isinstance(filters, list):
        raise bad("must be a list", "filters")
    parts: list[str] = []
    parameters: list[Any] = []
    for entry in filters:
        if not isinstance(entry, dict) or set(entry) - {"field", "operator", "value"}:
            raise bad("each filter is an object with field, operator and value", "filters")
        name, operator = entry.get("field"), entry.get("operator")
        if not isinstance(name, str) or name not in columns:
            raise bad(f"cannot filter by {name!r}; known are {', '.join(columns)}", "filters.field")
        column = columns[name]
        if operator not in column.operators:
            raise bad(f"{name} takes {', '.join(column.operators)}, not {operator!r}", "filters.operator")
        if "value" not in entry:
            raise bad(f"{name} has no value", "filters.value")
        sql, values = _condition(name, str(operator), entry["value"], column)
        parts.append(sql)
        parameters += values
    return " AND ".join(f"({p})" for p in parts) or "TRUE", parameters


def _condition(name: str, operator: str, value: Any, column: Column) -> Condition:
    if operator in ("gte", "lte"):
        sign = ">=" if operator == "gte" else "<="
        return f"{column.sql} {sign} ?", [moment(whole(value, name), name)]
    if operator in ("contains", "not_contains"):
        if not isinstance(value, str):
            raise bad("must be a text", name)
        found = f"contains(lower(CAST({column.sql} AS VARCHAR)), lower(?))"
        return (found if operator == "contains" else f"NOT coalesce({found}, FALSE)"), [value]
    if operator in ("eq", "neq"):
        sql, values = _any_of(name, [value], column)
        return (sql if operator == "eq" else f"NOT coalesce({sql}, FALSE)"), values
    if not isinstance(value, list):
        raise bad("the operator in takes a list", name)
    return _any_of(name, value, column)


def _any_of(name: str, values: Sequence[Any], column: Column) -> Condition:
    if not values:
        return "FALSE", []
    if column.kind == "flag":
        if not all(isinstance(v, bool) for v in values):
            raise bad("must be true or false", name)
        return f"coalesce({column.sql}, FALSE) IN ({_marks(values)})", list(values)
    words = [_word(name, value, column) for value in values]
    if column.kind == "list":
        return f"list_has_any({column.sql}, [{_marks(words)}])", words
    if column.kind == "via":
        return column.sql.format(marks=_marks(words)), words
    return f"CAST({column.sql} AS VARCHAR) IN ({_marks(words)})", words


def _word(name: str, value: Any, column: Column) -> str:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise bad("must be a text or a whole number", name)
    if column.kind == "id":
        return str(value)
    if not isinstance(value, str) and column.kind == "text":
        raise bad("must be a text", name)
    word = column.fold(str(value)) if column.fold else str(value)
    if column.allowed and word not in column.allowed:
        raise bad(f"{value!r} is not one of {', '.join(column.allowed)}", name)
    return word


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" for _ in values)


def moment(ms: int, name: str) -> datetime:
    """The time of epoch milliseconds, as the store has it (UTC, without zone)."""
    try:
        return datetime.fromtimestamp(ms / 1000, UTC).replace(tzinfo=None)
    except (ValueError, OverflowError, OSError):
        raise bad("is no time in epoch milliseconds", name) from None
