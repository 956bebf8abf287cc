"""XQL, the query language of Cortex: read, print, check, plan, compile, describe and run locally.

Cheap to import: names are loaded when they are first used. Local execution is in `tools.xql.local`, many inputs at
once in `tools.xql.batch`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tools.xql.ast import Query
    from tools.xql.catalog import Catalog, ColumnInfo, DatasetInfo
    from tools.xql.checker import CheckPolicy, CheckReport, Diagnostic, check
    from tools.xql.errors import (
        XqlError,
        XqlExecutionError,
        XqlInvalidError,
        XqlPlanError,
        XqlSyntaxError,
        XqlTimeoutError,
        XqlTooLargeError,
    )
    from tools.xql.parser import parse
    from tools.xql.plan import PostureQuery, compile_plan, describe_plan
    from tools.xql.printer import format_query
    from tools.xql.service import QueryOutcome, Relaxation, XqlService, describe_query

_HOMES = {
    "Query": "ast",
    "Catalog": "catalog",
    "ColumnInfo": "catalog",
    "DatasetInfo": "catalog",
    "CheckPolicy": "checker",
    "CheckReport": "checker",
    "Diagnostic": "checker",
    "check": "checker",
    "XqlError": "errors",
    "XqlExecutionError": "errors",
    "XqlInvalidError": "errors",
    "XqlPlanError": "errors",
    "XqlSyntaxError": "errors",
    "XqlTimeoutError": "errors",
    "XqlTooLargeError": "errors",
    "parse": "parser",
    "PostureQuery": "plan",
    "compile_plan": "plan",
    "describe_plan": "plan",
    "format_query": "printer",
    "QueryOutcome": "service",
    "Relaxation": "service",
    "XqlService": "service",
    "describe_query": "service",
}

__all__ = [
    "Catalog",
    "CheckPolicy",
    "CheckReport",
    "ColumnInfo",
    "DatasetInfo",
    "Diagnostic",
    "PostureQuery",
    "Query",
    "QueryOutcome",
    "Relaxation",
    "XqlError",
    "XqlExecutionError",
    "XqlInvalidError",
    "XqlPlanError",
    "XqlService",
    "XqlSyntaxError",
    "XqlTimeoutError",
    "XqlTooLargeError",
    "check",
    "compile_plan",
    "describe_plan",
    "describe_query",
    "format_query",
    "parse",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)
