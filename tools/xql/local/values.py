"""Values of a query on their way to SQL: an expression, its type, and conversions between types."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from tools.xql.functions import Kind
from tools.xql.local.sql import (
    NULL,
    Sql,
    case,
    cast,
    const,
    either,
    fn,
    num,
    try_cast,
)

MISSING: Final = object()
NUMERIC: Final = frozenset({Kind.INT, Kind.FLOAT, Kind.NUMBER})
SQL_TYPES: Final = {
    Kind.ANY: "VARCHAR",
    Kind.TEXT: "VARCHAR",
    Kind.INT: "BIGINT",
    Kind.FLOAT: "DOUBLE",
    Kind.NUMBER: "DOUBLE",
    Kind.BOOL: "BOOLEAN",
    Kind.TIME: "TIMESTAMP",
    Kind.ARRAY: "VARCHAR[]",
    Kind.JSON: "JSON",
}


@dataclass(frozen=True, slots=True)
class Value:
    """`literal` is the Python value of a literal; `bare` an equal, cheaper form for equality tests."""

    sql: Sql
    kind: Kind
    literal: Any = MISSING
    raw: bool = False
    bare: Sql | None = None
    enum: bool = False

    @property
    def is_literal(self) -> bool:
        return self.literal is not MISSING

    @property
    def is_null(self) -> bool:
        return self.literal is None


NOTHING: Final = Value(NULL, Kind.ANY, literal=None)


def kind_of(sql_type: str) -> Kind:
    """Our type of a DuckDB column type."""
    name = sql_type.upper()
    if name.endswith("]"):
        return Kind.ARRAY
    base = name.split("(")[0].strip()
    if base == "JSON" or base.startswith(("STRUCT", "MAP", "UNION", "VARIANT")):
        return Kind.JSON
    if base in ("DOUBLE", "FLOAT", "REAL", "DECIMAL"):
        return Kind.FLOAT
    if base.endswith("INT") or base in ("INTEGER", "UINTEGER"):
        return Kind.INT
    if base == "BOOLEAN":
        return Kind.BOOL
    if base.startswith("TIMESTAMP") or base == "DATE":
        return Kind.TIME
    return Kind.TEXT


def normalised(sql: Sql, sql_type: str) -> Sql:
    """A column as one of the types that we compute with; plain columns stay as they are."""
    name = sql_type.upper()
    if name.endswith("]"):
        return sql if name == "VARCHAR[]" else cast(sql, "VARCHAR[]")
    if name.startswith(("STRUCT", "MAP", "UNION", "VARIANT")):
        return fn("to_json", sql)
    if name.startswith("TIMESTAMP WITH TIME ZONE") or name == "TIMESTAMPTZ":
        return fn("timezone", const("UTC"), sql)
    if name in ("DATE", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"):
        return cast(sql, "TIMESTAMP")
    if name.startswith(("DECIMAL", "HUGEINT", "UHUGEINT")):
        return cast(sql, "DOUBLE") if name.startswith("DECIMAL") else sql
    if kind_of(name) is Kind.TEXT and name != "VARCHAR":
        return cast(sql, "VARCHAR")
    return sql


def text(value: Value) -> Sql:
    if value.kind is Kind.TEXT or value.is_null:
        return value.sql
    if value.kind is Kind.ARRAY:
        return cast(fn("to_json", value.sql), "VARCHAR")
    if value.kind is Kind.BOOL and value.is_literal:
        return const("true" if value.literal else "false")
    return cast(value.sql, "VARCHAR")


def number(value: Value) -> Sql:
    if value.kind in NUMERIC or value.is_null:
        return value.sql
    if value.kind is Kind.BOOL:
        return cast(value.sql, "BIGINT")
    if value.kind is Kind.TIME:
        return fn("epoch_ms", value.sql)
    return try_cast(_plain(value), "DOUBLE")


def _plain(value: Value) -> Sql:
    """Text to be converted: an object converts to nothing anyway, so the cheaper form does."""
    return text(value) if value.bare is None else value.bare


def integer(value: Value) -> Sql:
    if value.kind is Kind.INT or value.is_null:
        return value.sql
    if value.kind in NUMERIC:
        return try_cast(fn("trunc", value.sql), "BIGINT")
    if value.kind in (Kind.BOOL, Kind.TIME):
        return number(value)
    # the engine rounds the text "1.7" to 2; cut it as the number 1.7 is cut, and keep all digits of whole numbers
    plain = _plain(value)
    cut = try_cast(fn("trunc", try_cast(plain, "DOUBLE")), "BIGINT")
    return case([(fn("contains", plain, const(".")), cut)], try_cast(plain, "BIGINT"))


def boolean(value: Value) -> Sql:
    if value.kind is Kind.BOOL or value.is_null:
        return value.sql
    if value.kind in NUMERIC:
        return try_cast(value.sql, "BOOLEAN")
    return try_cast(text(value), "BOOLEAN")


def timestamp(value: Value) -> Sql:
    """A UTC timestamp; whole numbers are epoch milliseconds."""
    if value.kind is Kind.TIME or value.is_null:
        return value.sql
    if value.kind in NUMERIC:
        return fn("try", fn("make_timestamp", try_cast(fn("round", _times(value.sql, 1000)), "BIGINT")))
    whole = text(value)
    zoned = fn("regexp_matches", whole, const(r"\d[+-]\d\d:?\d\d$"))
    shifted = fn("timezone", const("UTC"), try_cast(whole, "TIMESTAMPTZ"))
    return case([(zoned, shifted)], try_cast(whole, "TIMESTAMP"))


def _times(value: Sql, factor: int) -> Sql:
    from tools.xql.local.sql import binary

    return binary("*", cast(value, "DOUBLE"), num(factor))


def array(value: Value) -> Sql:
    """A list of text: a real list, or the elements of a JSON array in text."""
    if value.kind is Kind.ARRAY or value.is_null:
        return value.sql
    if value.kind is Kind.JSON:
        return fn("json_extract_string", value.sql, const("$[*]"))
    return fn("try", fn("json_extract_string", text(value), const("$[*]")))


def json(value: Value) -> Sql:
    """Something that the JSON functions of the engine read; bad JSON is caught by `guarded`."""
    if value.kind is Kind.ARRAY:
        return fn("to_json", value.sql)
    return value.sql if value.kind in (Kind.JSON, Kind.TEXT) else text(value)


def guarded(value: Value, call: Sql) -> Sql:
    """`call` on the JSON of `value`; null where its text is no JSON."""
    return call if value.kind in (Kind.JSON, Kind.ARRAY) else fn("try", call)


def scalar_at(value: Value, pointer: Sql | None, lift: Callable[[Sql], Sql]) -> tuple[Sql, Sql]:
    """The scalar at a JSON pointer: the exact form (null for objects and arrays) and the bare one.

    `lift` may move an expression that is named several times to the step before.
    """
    source = json(value)
    where = const("$") if pointer is None else pointer
    bare = guarded(value, fn("json_extract_string", source, where))
    found = lift(bare)
    kind = guarded(value, fn("json_type", source, where))
    # two CASEs, not one AND: the type is then looked up only for the few texts that may be objects
    exact = case([(fn("contains", const("OBJECT ARRAY"), kind), NULL)], found)
    opens = either(fn("starts_with", found, const("{")), fn("starts_with", found, const("[")))
    return case([(opens, exact)], found), found


def joined_kind(kinds: list[Kind]) -> Kind:
    """The type that all branches share; text where they differ."""
    known = {kind for kind in kinds if kind is not Kind.ANY}
    if not known:
        return Kind.ANY
    if len(known) == 1:
        return known.pop()
    if known <= NUMERIC:
        return Kind.FLOAT
    return Kind.TEXT


def as_kind(value: Value, kind: Kind) -> Sql:
    if value.is_null or value.kind is kind or kind is Kind.ANY:
        return value.sql
    if kind is Kind.TEXT:
        return text(value)
    if kind in NUMERIC:
        return value.sql if value.kind in NUMERIC else number(value)
    if kind is Kind.ARRAY:
        return array(value)
    if kind is Kind.TIME:
        return timestamp(value)
    if kind is Kind.BOOL:
        return boolean(value)
    return text(value)
