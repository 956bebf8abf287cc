"""Text to tree: a recursive-descent parser that knows which words are keywords where."""

from tools.xql.parser.query import parse

__all__ = ["parse"]
