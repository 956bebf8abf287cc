"""Tree to text, in one canonical style."""

from __future__ import annotations

from tools.xql.ast import Query, String
from tools.xql.ast.walk import walk
from tools.xql.errors import XqlError
from tools.xql.printer.stages import QueryPrinter


def format_query(query: Query) -> str:
    """The canonical text: one stage on a line, lower-case keywords, comments kept; no newline at the end.

    Raises `XqlError` for a tree that holds text without a form in the language.
    """
    nodes = list(walk(query))
    printer = QueryPrinter(any(node.comments for node in nodes))
    text = "\n".join(printer.query_lines(query, 0))
    if '\\"' in text and any(
        isinstance(node, String) and not node.raw and '"' in node.value for node in nodes
    ):
        _read_back(text, query)
    return text


def _read_back(text: str, query: Query) -> None:
    """Literals with a quote inside read well only where all others of the query bear the same reading."""
    from tools.xql.parser import parse

    try:
        same = parse(text) == query
    except XqlError:
        same = False
    if not same:
        raise XqlError(
            'text with " inside has no plain form beside the other texts of this query; use the raw form'
        )


__all__ = ["format_query"]
