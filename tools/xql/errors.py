"""Errors of the query language: one small tree, each message saying what to do next."""

from __future__ import annotations

from collections.abc import Sequence


class XqlError(Exception):
    """Base of everything that this package raises on bad input."""


class XqlSyntaxError(XqlError):
    """The text is not XQL.

    `line` and `column` count from 1. `expected` lists what could have stood there, `suggestions` the nearest
    right forms, `rule` the id of the language rule (`syntax` unless a known mistake was recognised).
    """

    def __init__(
        self,
        message: str,
        line: int = 1,
        column: int = 1,
        expected: Sequence[str] = (),
        suggestions: Sequence[str] = (),
        rule: str = "syntax",
    ) -> None:
        self.message = message
        self.line = line
        self.column = column
        self.expected = tuple(expected)
        self.suggestions = tuple(suggestions)
        self.rule = rule
        super().__init__(str(self))

    def __str__(self) -> str:
        text = f"line {self.line}, column {self.column}: {self.message}"
        if self.expected:
            text += f" (expected {', '.join(self.expected)})"
        if self.suggestions:
            text += f" Try: {'; '.join(self.suggestions)}"
        return text


class XqlTooLargeError(XqlSyntaxError):
    """The text is over a size bound (length, nesting, list items); shorten it."""


class XqlPlanError(XqlError):
    """A plan names something that the catalog does not have; the message lists near names."""


class XqlExecutionError(XqlError):
    """The query is XQL but cannot be run here; the message says which part and what to do."""


class XqlTimeoutError(XqlExecutionError):
    """The query ran over its time; narrow the filter or the time frame, or raise the limit."""


class XqlInvalidError(XqlError):
    """The query was refused by the checker; `diagnostics` holds the reasons."""

    def __init__(self, message: str, diagnostics: Sequence[object] = ()) -> None:
        super().__init__(message)
        self.diagnostics = tuple(diagnostics)
