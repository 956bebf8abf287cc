"""Running queries on DuckDB tables named and shaped like the service's datasets."""

from tools.xql.local.context import TimeWindow
from tools.xql.local.run import (
    MOST_ROWS,
    STATE_DATASETS,
    Compiled,
    LocalResult,
    api_value,
    compile_sql,
    discover,
    execute,
    lock_down,
    run,
)

__all__ = [
    "MOST_ROWS",
    "STATE_DATASETS",
    "Compiled",
    "LocalResult",
    "TimeWindow",
    "api_value",
    "compile_sql",
    "discover",
    "execute",
    "lock_down",
    "run",
]
