"""XQL on the store: parse, compile, read, and rows as the API sends them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.tenant.server.queries import Answer, QueryError, Question

if TYPE_CHECKING:
    import duckdb

    from tools.tenant.database import TenantDatabase


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
    return Answer(result.records(), total)
