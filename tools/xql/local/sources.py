"""Where rows come from: tables of the local tenant, cut by the time frame."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase

from sqlglot import exp

from tools.xql.ast import Dataset, Preset, Saved, Search, Source
from tools.xql.errors import XqlExecutionError
from tools.xql.functions import Kind
from tools.xql.local.call_time import moment
from tools.xql.local.context import Context, Shared, TimeWindow
from tools.xql.local.relation import SYSTEM, Relation
from tools.xql.local.sql import (
    Sql,
    alias,
    all_of,
    any_of,
    binary,
    case,
    cast,
    col,
    fn,
    ident,
    is_null,
    num,
    select,
)
from tools.xql.local.timeframe import BEGIN
from tools.xql.local.unions import union_all
from tools.xql.local.values import NOTHING, SQL_TYPES, as_kind, kind_of, normalised, timestamp
from tools.xql.parser.mistakes import near

DEFAULT_DATASET = "xdr_data"


def source_relation(
    source: Source | None, shared: Shared, window: TimeWindow, case_sensitive: bool
) -> Relation:
    """The rows of a source, all columns, inside the window."""
    if source is None:
        return _dataset(DEFAULT_DATASET, shared, window)
    if isinstance(source, Dataset):
        if not source.names:
            raise XqlExecutionError(
                "the whole data model cannot be read here; name a dataset: datamodel dataset = x"
            )
        names = [name for item in source.names for name in _matching(item, shared)]
        return union_all([_dataset(name, shared, window) for name in names], shared)
    if isinstance(source, Preset):
        return _dataset(source.name, shared, window)
    if isinstance(source, Search):
        names = [name for item in source.datasets for name in _matching(item, shared)] or sorted(
            shared.tables
        )
        if not names:
            raise XqlExecutionError("there is no dataset to search; load data first")
        whole = union_all([_dataset(name, shared, window) for name in names], shared)
        return searched(whole, source.text, shared, window, case_sensitive)
    assert isinstance(source, Saved)
    from tools.xql.local.saved import saved_relation

    return saved_relation(source, shared, window, case_sensitive)


def searched(
    relation: Relation, text: str, shared: Shared, window: TimeWindow, case_sensitive: bool
) -> Relation:
    """Rows in which any column holds the text."""
    from dataclasses import replace

    from tools.xql.local.compare import contains
    from tools.xql.local.literals import bound
    from tools.xql.local.values import Value
    from tools.xql.local.values import text as as_text

    ctx = Context(shared, case_sensitive, window, relation)
    wanted = bound(ctx, text)
    tests = []
    for name, kind in relation.columns.items():
        held = Value(as_text(Value(col(name), kind)), Kind.TEXT)
        tests.append(fn("coalesce", contains(held, wanted, ctx), exp.false()))
    where = any_of(tests) if tests else exp.false()
    return replace(relation, select=select([exp.Star()], relation.source(), where))


def _matching(name: str, shared: Shared) -> list[str]:
    if name.startswith("$"):
        found = shared.parameter(name[1:])
        return [str(item) for item in found] if isinstance(found, list | tuple) else [str(found)]
    if "*" not in name:
        return [name]
    hits = sorted(table for table in shared.tables if fnmatchcase(table.lower(), name.lower()))
    if not hits:
        raise XqlExecutionError(f"no dataset here matches {name}")
    return hits


def _table(name: str, shared: Shared) -> str | None:
    if name in shared.tables:
        return name
    lowered = name.lower()
    return next((table for table in shared.tables if table.lower() == lowered), None)


def _dataset(name: str, shared: Shared, window: TimeWindow) -> Relation:
    known: Mapping[str, Kind] = shared.known.get(name.lower(), {})
    table = _table(name, shared)
    if table is None:
        if not known:
            hint = near(name, [*shared.tables, *shared.known])
            raise XqlExecutionError(
                f"there is no dataset {name}" + (f"; did you mean {', '.join(hint)}?" if hint else "")
            )
        shown = [alias(_typed_null(kind), column) for column, kind in known.items()]
        return Relation(select([*shown], None, exp.false()), dict(known), implicit=_system(known))
    columns = shared.tables[table]
    if not columns:
        raise XqlExecutionError(f"the dataset {name} has no columns yet; load data into it")
    kinds = {column: kind_of(sql_type) for column, sql_type in columns.items()}
    if {"_time", "_insert_time"} & set(kinds):
        kinds = _timed(kinds)
    shown = [_column(column, sql_type, kinds[column]) for column, sql_type in columns.items()]
    present = {column.lower() for column in columns}
    absent = {column.lower(): kind for column, kind in known.items() if column.lower() not in present}
    base = select(shown, exp.Table(this=ident(table)))
    everything = window.start <= BEGIN and window.end >= shared.now
    state = name.lower() in shared.state
    cut = not everything and (window.explicit or not state)
    if cut and "_time" in kinds:
        inside = _inside(columns["_time"], shared, window)
        # a snapshot row without a time is as true at one time as at another
        base.set("where", exp.Where(this=any_of([inside, is_null(col("_time"))]) if state else inside))
    return Relation(base, kinds, absent, implicit=_system(kinds))


def _timed(kinds: Mapping[str, Kind]) -> dict[str, Kind]:
    return {name: Kind.TIME if name in ("_time", "_insert_time") else kind for name, kind in kinds.items()}


def _column(name: str, sql_type: str, kind: Kind) -> Sql:
    from tools.xql.local.values import Value

    plain = normalised(col(name), sql_type)
    if kind is Kind.TIME and kind_of(sql_type) is not Kind.TIME:
        return alias(timestamp(Value(plain, kind_of(sql_type))), name)
    return alias(plain, name) if plain is not None and not isinstance(plain, exp.Column) else col(name)


def _inside(sql_type: str, shared: Shared, window: TimeWindow) -> Sql:
    from tools.xql.local.values import Value

    when = timestamp(Value(normalised(col("_time"), sql_type), kind_of(sql_type)))
    ctx = Context(shared, False, window, Relation(None, {}))
    return all_of(
        [binary(">=", when, moment(ctx, window.start)), binary("<=", when, moment(ctx, window.end))]
    )


def _system(columns: Mapping[str, Kind]) -> frozenset[str]:
    return frozenset(name for name in columns if name.lower() in SYSTEM)


def _typed_null(kind: Kind) -> Sql:
    return cast(as_kind(NOTHING, kind), SQL_TYPES[kind])


__all__ = ["SQL_TYPES", "case", "num", "searched", "source_relation"]
