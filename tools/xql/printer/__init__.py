"""Tree to text, in one canonical style."""

from __future__ import annotations

from tools.xql.ast import Query
from tools.xql.ast.walk import walk
from tools.xql.printer.stages import QueryPrinter


def format_query(query: Query) -> str:
    """The canonical text: one stage on a line, lower-case keywords, comments kept; no newline at the end."""
    printer = QueryPrinter(any(node.comments for node in walk(query)))
    return "\n".join(printer.query_lines(query, 0))


__all__ = ["format_query"]
