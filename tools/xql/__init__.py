"""XQL, the query language of Cortex: read, print, check, plan, compile, describe and run locally.

Cheap to import: names are loaded when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tools.xql.ast import Query
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
    from tools.xql.printer import format_query

_HOMES = {
    "Query": "ast",
    "XqlError": "errors",
    "XqlExecutionError": "errors",
    "XqlInvalidError": "errors",
    "XqlPlanError": "errors",
    "XqlSyntaxError": "errors",
    "XqlTimeoutError": "errors",
    "XqlTooLargeError": "errors",
    "format_query": "printer",
    "parse": "parser",
}

__all__ = [
    "Query",
    "XqlError",
    "XqlExecutionError",
    "XqlInvalidError",
    "XqlPlanError",
    "XqlSyntaxError",
    "XqlTimeoutError",
    "XqlTooLargeError",
    "format_query",
    "parse",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)
