"""XQL on the store: parse, compile, read, and rows as the API sends them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tools.tenant.server.queries import Answer, QueryError, Question

if TYPE_CHECKING:
    import duckdb

    from tools.tenant.database import TenantDatabase
    from tools.xql.local.run import LocalResult


def run(database: TenantDatabase, cursor: duckdb.DuckDBPyConnection, question: Question) -> Answer:
    """Run the query; raises `QueryError` with a sentence for the person who wrote it."""
    from tools.xql import local
    from tools.xql.errors import XqlError
    from tools.xql.parser import parse

    # Without a time frame the default of 24 hours applies to logs; state data sets are read as they stand.
    frame = None
    if question.explicit:
        frame = local.TimeWindow(question.start, question.end)
    tables = database.tables()
    try:
        query = parse(question.text)
        result = local.run(
            cursor,
            query,
            tables=tables,
            now=question.end,
            timeframe=frame,
            max_rows=question.most,
            timeout_s=question.timeout_s,
        )
        total = result.total
        if result.truncated:
            whole = local.compile_sql(query, tables, now=question.end, timeframe=frame)
            counted = local.execute(
                cursor, f"SELECT count(*) FROM ({whole.sql})", whole.parameters, question.timeout_s
            )
            total = int(counted[0][0])
    except XqlError as error:
        raise QueryError(str(error)) from error
    return Answer(_Records(result), total)


class _Records(Sequence[Mapping[str, Any]]):
    """The rows of a result as objects, made when they are asked for: an answer may have very many."""

    def __init__(self, result: LocalResult) -> None:
        self._result = result

    def __len__(self) -> int:
        return len(self._result.rows)

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return replace(self._result, rows=self._result.rows[at]).records()
        return replace(self._result, rows=[self._result.rows[at]]).records()[0]

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        return iter(self._result.records())
