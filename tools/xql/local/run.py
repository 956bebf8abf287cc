"""Compiling to DuckDB and running: bounded, locked down, interrupted on time."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from tools.xql.ast import Query
from tools.xql.errors import XqlExecutionError, XqlTimeoutError
from tools.xql.functions import Kind
from tools.xql.local.context import Shared, TimeWindow
from tools.xql.local.timeframe import DEFAULT_FRAME, naive

MOST_ROWS: Final = 1_000_000
MOST_NODES: Final = 300_000
_NEARLY_S: Final = 0.1
STATE_DATASETS: Final = frozenset(
    {"asset_inventory", "issues", "issues_with_sbac", "findings", "uvm_findings", "cases", "issue_to_asset"}
    | {
        "case_to_issue",
        "endpoints",
        "host_inventory",
        "va_cves",
        "va_endpoints",
        "ciem_permissions_with_last_access",
    }
    | {"cwp_packages_raw", "dspm_asset_file_inventory", "cas_policies", "cas_criteria"}
)


@dataclass(frozen=True, slots=True)
class Compiled:
    """SQL with numbered placeholders and the values bound to them; `columns` are the result's, with types."""

    sql: str
    parameters: tuple[Any, ...]
    columns: Mapping[str, Kind]
    implicit: frozenset[str]
    window: TimeWindow


@dataclass(frozen=True, slots=True)
class LocalResult:
    """Rows as tuples in the order of `columns`; `total` counts all, `rows` holds at most the bound asked for."""

    columns: tuple[str, ...]
    kinds: tuple[Kind, ...]
    rows: list[tuple[Any, ...]]
    total: int
    truncated: bool
    window: TimeWindow
    sql: str

    def records(self) -> list[dict[str, Any]]:
        """Rows as the API gives them: times as epoch milliseconds, JSON as text."""
        plain = [kind in (Kind.TEXT, Kind.INT, Kind.BOOL) for kind in self.kinds]
        return [
            {
                name: (cell if simple else api_value(cell))
                for name, cell, simple in zip(self.columns, row, plain, strict=True)
            }
            for row in self.rows
        ]


def api_value(cell: Any) -> Any:
    """One cell as the API gives it."""
    if isinstance(cell, datetime):
        moment = cell if cell.tzinfo else cell.replace(tzinfo=UTC)
        return round((moment - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(milliseconds=1))
    if isinstance(cell, float) and (cell != cell or cell in (float("inf"), float("-inf"))):
        return None
    if isinstance(cell, bytes):
        return cell.decode("utf-8", "replace")
    return cell


def compile_sql(
    query: Query,
    tables: Mapping[str, Mapping[str, str]],
    *,
    now: datetime | None = None,
    timeframe: TimeWindow | None = None,
    default_timeframe: timedelta = DEFAULT_FRAME,
    parameters: Mapping[str, Any] | None = None,
    known: Mapping[str, Mapping[str, Kind]] | None = None,
    case_sensitive: bool = False,
    limit: int | None = None,
    library: Mapping[str, str] | None = None,
) -> Compiled:
    """`query` as one SQL statement over `tables` (name -> column -> DuckDB type).

    `timeframe` is the window given with the API call; without it the last `default_timeframe` up to `now`, which
    does not cut state datasets. `known` are columns that datasets have although no table shows them (default: the
    seeded catalog): they read as null. `library` are saved queries by name, for `call`. Raises
    `XqlExecutionError` where the query cannot be run here.
    """
    from tools.xql.local.flat import flatten
    from tools.xql.local.pipeline import compile_query
    from tools.xql.local.sql import col, num, render, select
    from tools.xql.local.stages import apply_order
    from tools.xql.local.timeframe import window_of

    moment = naive(now or datetime.now(UTC))
    shared = Shared(
        tables, _seeded() if known is None else known, STATE_DATASETS, moment, parameters or {}, library or {}
    )
    outer = timeframe or TimeWindow(moment - default_timeframe, moment, explicit=False)
    try:
        relation = compile_query(query, shared, outer, case_sensitive)
        node = select([col(name) for name in relation.columns], relation.source())
        apply_order(node, relation.order)
        if limit is not None:
            from sqlglot import exp

            node.set("limit", exp.Limit(expression=num(limit)))
        _bounded(node)
        flatten(node)
        used = _used(node, shared.bound)
        sql = render(node)
    except RecursionError:
        raise XqlExecutionError("the query is nested too deeply to run; split it with alter stages") from None
    window = window_of(query.configs, shared, outer)
    return Compiled(sql, used, relation.columns, relation.implicit, window)


@lru_cache(maxsize=1)
def _seeded() -> dict[str, dict[str, Kind]]:
    from tools.xql.catalog import Catalog

    return Catalog.seeded().kinds()


def _bounded(root: Any) -> None:
    """Refuse a statement that would be huge once written out: some conversions name their operand twice."""
    from sqlglot import exp

    sizes: dict[int, int] = {}
    stack: list[tuple[Any, bool]] = [(root, False)]
    while stack:
        node, ready = stack.pop()
        key = id(node)
        if key in sizes:
            continue
        children = [child for child in node.iter_expressions() if isinstance(child, exp.Expression)]
        if not ready:
            stack.append((node, True))
            stack.extend((child, False) for child in children if id(child) not in sizes)
            continue
        sizes[key] = 1 + sum(sizes[id(child)] for child in children)
        if sizes[key] > MOST_NODES:
            raise XqlExecutionError("the query is too complex to run here; split it with alter stages")


def _used(node: Any, bound: list[Any]) -> tuple[Any, ...]:
    """The bound values that the statement really has, its placeholders numbered anew."""
    from sqlglot import exp

    numbers: dict[int, int] = {}
    seen: set[int] = set()
    values: list[Any] = []
    for parameter in node.find_all(exp.Parameter):
        if id(parameter) in seen:
            continue
        seen.add(id(parameter))
        old = int(parameter.this.this)
        if old not in numbers:
            values.append(bound[old - 1])
            numbers[old] = len(values)
        parameter.set("this", exp.Literal.number(numbers[old]))
    return tuple(values)


def discover(cursor: Any) -> dict[str, dict[str, str]]:
    """Tables and views of the database's main schema with their columns and types."""
    found: dict[str, dict[str, str]] = {}
    rows = cursor.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() "
        "WHERE schema_name = 'main' AND NOT internal ORDER BY table_name, column_index"
    ).fetchall()
    for table, column, kind in rows:
        found.setdefault(table, {})[column] = kind
    return found


def run(
    cursor: Any,
    query: Query,
    *,
    tables: Mapping[str, Mapping[str, str]] | None = None,
    now: datetime | None = None,
    timeframe: TimeWindow | None = None,
    parameters: Mapping[str, Any] | None = None,
    known: Mapping[str, Mapping[str, Kind]] | None = None,
    max_rows: int = MOST_ROWS,
    timeout_s: float = 60.0,
    **options: Any,
) -> LocalResult:
    """Run `query` on a DuckDB cursor of the caller's. Blocks: call it in a thread.

    At most `max_rows` rows come back (`truncated` says when there were more; `total` then counts one more than
    came back unless the count could be taken cheaply). Raises `XqlTimeoutError` after `timeout_s` seconds.
    """
    compiled = compile_sql(
        query,
        tables if tables is not None else discover(cursor),
        now=now,
        timeframe=timeframe,
        parameters=parameters,
        known=known,
        limit=max_rows + 1,
        **options,
    )
    rows = execute(cursor, compiled.sql, compiled.parameters, timeout_s)
    truncated = len(rows) > max_rows
    names, kinds = tuple(compiled.columns), tuple(compiled.columns.values())
    return LocalResult(names, kinds, rows[:max_rows], len(rows), truncated, compiled.window, compiled.sql)


def execute(cursor: Any, sql: str, parameters: tuple[Any, ...], timeout_s: float) -> list[tuple[Any, ...]]:
    """Rows of one statement, interrupted after `timeout_s`."""
    import duckdb

    expired = threading.Event()

    def stop() -> None:
        expired.set()
        cursor.interrupt()

    timer = threading.Timer(timeout_s, stop)
    timer.daemon = True
    timer.start()
    began = time.monotonic()
    try:
        rows: list[tuple[Any, ...]] = cursor.execute(sql, list(parameters)).fetchall()
        return rows
    except duckdb.InterruptException as error:
        # whoever interrupts at the end of the time (the tenant has a watch of its own): it was the time
        if expired.is_set() or time.monotonic() - began >= timeout_s - _NEARLY_S:
            raise XqlTimeoutError(
                f"the query ran for more than {timeout_s:g} s; narrow its filter or its time frame"
            ) from error
        raise XqlExecutionError("the query was interrupted") from error
    except duckdb.OutOfMemoryException as error:
        raise XqlExecutionError(
            "the query needs more memory than it may use; narrow it or add a limit"
        ) from error
    except duckdb.Error as error:
        raise XqlExecutionError(explain(str(error))) from error
    finally:
        timer.cancel()


def explain(message: str) -> str:
    """An engine error as a sentence, without the SQL."""
    first = message.split("\n")[0]
    lowered = first.lower()
    if (
        "regex" in lowered
        or "perl operator" in lowered
        or "invalid escape" in lowered
        or "repetition" in lowered
    ):
        return f"the pattern is not RE2 (no lookaround, no backreference): {first.split(':')[-1].strip()}"
    return f"the local tenant could not run the query: {first[:300]}"


def lock_down(connection: Any, *, memory: str = "2GB", threads: int | None = None) -> None:
    """Settings for a database that runs people's queries: no files, no network, bounded memory, no more settings.

    Call it after everything is loaded that needs files; it cannot be undone.
    """
    connection.execute("SET memory_limit = $1", [memory])
    if threads is not None:
        connection.execute("SET threads = $1", [threads])
    connection.execute("SET autoinstall_known_extensions = false")
    connection.execute("SET autoload_known_extensions = false")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
