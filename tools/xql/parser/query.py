"""Whole queries: config, source, stages, in their order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NoReturn

from tools.xql.ast import Config, Query, Source, Stage
from tools.xql.errors import XqlSyntaxError, XqlTooLargeError
from tools.xql.parser.cursor import MAX_NESTING
from tools.xql.parser.groups import GroupParser
from tools.xql.parser.mistakes import FOREIGN_STAGES, SOURCES, STAGES, near
from tools.xql.tokens import END, ESCAPED, MIXED, PLAIN, WORD, tokenize

MAX_STAGES = 1_000


class Parser(GroupParser):
    """The parser of the language."""

    __slots__ = ()

    def query(self, closing: str) -> Query:
        """A query up to and with `closing` (")" of a sub-query, "" for the end of the text)."""
        first = self.i
        configs: list[Config] = []
        source: Source | None = None
        stages: list[Stage] = []
        start = first
        while True:
            key = self.keys[self.i]
            if self.kinds[self.i] != WORD:
                self._no_stage(empty=not (configs or source or stages))
            if key == "config":
                if source is not None or stages:
                    self.fail(
                        "config must be the first stage",
                        suggestions=("config timeframe = 30d | dataset = x | ...",),
                        rule="config-first",
                    )
                configs.append(self.anchored(start, self.config()))
            elif self.is_source():
                if source is not None or stages:
                    self.fail(
                        f"'{key}' begins a query; a second source needs union or join",
                        suggestions=("union (dataset = x)", "dataset in (a, b)"),
                        rule="second-source",
                    )
                source = self.anchored(start, self.source())
            elif key in ("call", "search") and source is None and not stages:
                source = self.anchored(start, self.saved() if key == "call" else self.search())
            else:
                stages.append(self.anchored(start, self._stage(key)))
                if len(stages) > MAX_STAGES:
                    self.too_deep("number of stages", MAX_STAGES)
            start = self.i
            if self.keys[self.i] == "|":
                self.i += 1
                continue
            break
        return self._close(
            closing, first, Query(source, tuple(stages), tuple(configs), pos=self.starts[first])
        )

    def _close(self, closing: str, first: int, query: Query) -> Query:
        if not query.stages and query.source is None:
            self.fail("config alone is no query; a source follows", expected=("'|'",))
        if closing:
            if self.keys[self.i] != closing:
                self._no_end(closing)
        else:
            while self.keys[self.i] == ";":
                self.i += 1
            if self.kinds[self.i] != END:
                self._no_end(closing)
        if self.comments:
            left = [c for k in sorted(self.comments) if first <= k <= self.i for c in self.comments.pop(k)]
            query = replace(query, comments=tuple(left))
        if closing:
            self.i += 1
        return query

    def _stage(self, key: str) -> Stage:
        if key in ("call", "search"):
            return self.saved() if key == "call" else self.search()
        handler: Callable[[], Stage] | None = getattr(self, key) if key in _HANDLED else None
        if handler is None:
            self._unknown_stage(key)
        return handler()

    def _unknown_stage(self, key: str) -> NoReturn:
        text = self.texts[self.i]
        if key in SOURCES:
            self.fail(f"'{key}' needs a name", suggestions=(f"{key} = <name>",))
        hyphenated = f"{key}-{self.keys[self.i + 2]}" if self.keys[self.i + 1] == "-" else key
        for name in (hyphenated, key):
            if name in FOREIGN_STAGES:
                self.fail(
                    f"there is no stage '{name}'",
                    suggestions=(FOREIGN_STAGES[name],),
                    rule="unknown-stage",
                )
        if self.keys[self.i + 1] == "|" and self.i == 0:
            self.fail(
                f"there is no stage '{text}'; a query begins with its source",
                suggestions=(f"dataset = {text}",),
                rule="unknown-stage",
            )
        if key == "xdm.alias" or self.keys[self.i + 1] in ("=", "!=", "contains", "in", "~="):
            self.fail(
                f"there is no stage '{text}'; a condition stands in filter",
                suggestions=(f"filter {text} ...", f"alter {text} = ..."),
                rule="unknown-stage",
            )
        self.fail(
            f"there is no stage '{text}'",
            expected=STAGES if not near(key, STAGES) else (),
            suggestions=near(key, STAGES),
            rule="unknown-stage",
        )

    def _no_stage(self, *, empty: bool) -> NoReturn:
        if empty:
            if self.keys[self.i] == "[":
                self.fail("rule headers belong to rule files, not to queries", rule="rule-header")
            self.no_query()
        self.fail(f"a stage is missing: found {self.found()}", expected=("a stage name",), rule="empty-stage")

    def _no_end(self, closing: str) -> NoReturn:
        key, following = self.keys[self.i], self.keys[self.i + 1 : self.i + 2]
        if key in STAGES or key in FOREIGN_STAGES:
            self.fail(
                f"a '|' is missing before {self.texts[self.i]}",
                expected=("'|'",),
                suggestions=(f"| {FOREIGN_STAGES.get(key, key + ' ...')}",),
                rule="missing-pipe",
            )
        if key == "||":
            self.fail("stages are parted by one '|'", suggestions=("|",), rule="empty-stage")
        if key == "-" and following == ["-"]:
            self.fail("a comment begins with //", suggestions=("// text",), rule="foreign-symbol")
        if key == "[":
            self.fail(
                "an element is taken with a function, or with a path",
                suggestions=("arrayindex(f, 0)", "f -> [0]"),
                rule="array-index",
            )
        if key == ")":
            self.fail("this ')' closes nothing", expected=("'|'", "the end of the query"))
        end = f"'{closing}'" if closing else "the end of the query"
        self.fail(f"the stage has ended: found {self.found()}", expected=("'|'", end))


_HANDLED = frozenset(STAGES) - {"call", "search", "config", "dataset"}


def parse(text: str) -> Query:
    """The tree of `text`; raises `XqlSyntaxError` with line, column, what was expected and near right forms.

    Bounds: 100,000 characters, 100 levels of nesting, 10,000 items in a list, 1,000 stages.
    """
    try:
        query = _parsed(text, PLAIN)
    except XqlTooLargeError:
        raise
    except XqlSyntaxError as error:
        # The pages know no escapes, but people write "\\"" for a quote; what reads in no way is told at the
        # place where the best of the readings ended.
        if '\\"' not in text:
            raise
        worst = [error]
        for escapes in (ESCAPED, MIXED):
            try:
                query = _parsed(text, escapes)
                break
            except XqlSyntaxError as other:
                worst.append(other)
        else:
            raise max(worst, key=lambda item: (item.line, item.column)) from None
    return replace(query, text=text)


def _parsed(text: str, escapes: int) -> Query:
    parser = Parser(tokenize(text, escapes=escapes))
    try:
        return parser.query("")
    except RecursionError:
        # the caller's own stack left too little room for the nesting that is allowed
        parser.too_deep("nesting", MAX_NESTING)
