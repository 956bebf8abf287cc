"""The start of a query: config and source."""

from __future__ import annotations

import re
from typing import NoReturn

from tools.xql.ast import (
    Between,
    Boolean,
    Config,
    Dataset,
    Duration,
    Expr,
    Number,
    Param,
    Preset,
    Saved,
    Search,
    Setting,
    Source,
    String,
)
from tools.xql.functions import SPAN_UNITS
from tools.xql.parser.expressions import ExpressionParser
from tools.xql.parser.mistakes import STAGES
from tools.xql.tokens import BACKTICK, DURATION, END, NUMBER, PARAM, STRING, WORD

_LONG_UNIT = re.compile(r"(\d+)(sec|min|hour|hr|day|week|mo|year)\w*\Z", re.IGNORECASE)


class SourceParser(ExpressionParser):
    """Reads config stages and sources."""

    __slots__ = ()

    def is_source(self) -> bool:
        key, following = self.keys[self.i], self.keys[self.i + 1]
        if key == "dataset":
            return following in ("=", "in")
        if key in ("cold_dataset", "preset"):
            return following == "="
        return key == "datamodel" and following != "="

    def source(self) -> Source:
        at = self.i
        pos, key = self.starts[at], self.keys[at]
        self.i += 1
        if key == "preset":
            self.i += 1
            return Preset(self._loose("the name of a preset"), pos=pos)
        if key == "datamodel":
            return self._datamodel(pos)
        return Dataset(self._dataset_names(), cold=key == "cold_dataset", pos=pos)

    def _datamodel(self, pos: int) -> Source:
        key = self.keys[self.i]
        if key == "dataset":
            self.i += 1
            return Dataset(self._dataset_names(), datamodel=True, pos=pos)
        if key == "preset":
            self.i += 1
            self.take("=", "preset")
            return Preset(self._loose("the name of a preset"), datamodel=True, pos=pos)
        return Dataset((), datamodel=True, pos=pos)

    def _dataset_names(self) -> tuple[str, ...]:
        if self.accept("in"):
            self.take("(", "the datasets")
            names = [self._loose("the name of a dataset")]
            while self.accept(","):
                names.append(self._loose("the name of a dataset"))
                self.bounded(names, "datasets")
            self.take(")", "the datasets")
            return tuple(names)
        self.take("=", "dataset")
        name = self._loose("the name of a dataset")
        if self.keys[self.i] == ",":
            self.fail(
                "several datasets need 'in'", suggestions=(f"dataset in ({name}, ...)",), rule="dataset-list"
            )
        return (name,)

    def _loose(self, context: str) -> str:
        """A dataset name: plain, quoted, with hyphens or wildcards, or a parameter (kept as `$name`)."""
        kind = self.kinds[self.i]
        if kind == BACKTICK:
            self.i += 1
            name = self.texts[self.i - 1][1:-1]
            if not name.strip() or '"' in name:
                self.fail(f"{context} is empty", at=self.i - 1)
            return name
        if kind == STRING:
            name = self.string(context)
            if not name.strip():
                self.fail(f"{context} is empty", at=self.i - 1)
            return name
        if kind == PARAM:
            self.i += 1
            return self.texts[self.i - 1]
        return self.pattern(context, ("*", "-"))

    # --- config ---

    def config(self) -> Config:
        at = self.i
        self.i += 1
        if self.keys[self.i] in ("from", "where"):
            self.fail(
                "this is the older Prisma Cloud query language (RQL), not XQL",
                at=at,
                suggestions=("dataset = asset_inventory | filter ...",),
                rule="rql",
            )
        settings = []
        while self.kinds[self.i] == WORD:
            settings.append(self._setting())
        if not settings:
            self.fail(
                "config needs a setting",
                expected=("case_sensitive", "timeframe", "max_runtime_minutes"),
            )
        return Config(tuple(settings), pos=self.starts[at])

    def _setting(self) -> Setting:
        at = self.i
        name = self.keys[at]
        pos = self.starts[at]
        if name not in ("case_sensitive", "timeframe", "max_runtime_minutes"):
            if name in STAGES:
                self.fail(f"a '|' is missing before {name}", expected=("'|'",), rule="missing-pipe")
            self.fail(
                f"config knows no {self.texts[at]}",
                expected=("case_sensitive", "timeframe", "max_runtime_minutes"),
                rule="config-setting",
            )
        self.i += 1
        if name == "timeframe" and self.accept("between"):
            start = self._instant("the start of the time frame")
            self.take("and", "the time frame")
            end = self._instant("the end of the time frame")
            return Setting(name, Between(start, end, pos=pos), pos=pos)
        self.take("=", name)
        value: Expr
        if name == "timeframe":
            value = self.duration("the time frame")
        elif name == "case_sensitive":
            value = self._flag(name)
        else:
            value = self.count(name)
        return Setting(name, value, pos=pos)

    def _flag(self, name: str) -> Boolean | Param:
        at = self.i
        if self.kinds[at] == PARAM:
            self.i += 1
            return Param(self.texts[at][1:], pos=self.starts[at])
        if self.keys[at] not in ("true", "false"):
            self.fail(f"{name}: found {self.found()}", expected=("true", "false"))
        self.i += 1
        return Boolean(self.keys[at] == "true", pos=self.starts[at])

    def _instant(self, context: str) -> String | Param:
        at = self.i
        if self.kinds[at] == PARAM:
            self.i += 1
            return Param(self.texts[at][1:], pos=self.starts[at])
        return String(self.string(context), pos=self.starts[at])

    # --- small values that several stages share ---

    def count(self, context: str) -> Number | Param:
        """A whole number, or a parameter."""
        at = self.i
        if self.kinds[at] == PARAM:
            self.i += 1
            return Param(self.texts[at][1:], pos=self.starts[at])
        if self.kinds[at] != NUMBER or not self.texts[at].isdigit():
            self.fail(f"{context}: found {self.found()}", expected=("a whole number",))
        self.i += 1
        return Number(self.texts[at], pos=self.starts[at])

    def signed(self, context: str) -> Number | Param:
        """A whole number that may be negative."""
        at = self.i
        if self.keys[at] == "-" and self.kinds[at + 1] == NUMBER:
            self.i += 2
            return Number("-" + self.texts[at + 1], pos=self.starts[at])
        return self.count(context)

    def duration(self, context: str) -> Duration | Param:
        at = self.i
        text = self.texts[at]
        if self.kinds[at] == PARAM:
            self.i += 1
            return Param(text[1:], pos=self.starts[at])
        if self.kinds[at] == NUMBER and self.keys[at + 1] in SPAN_UNITS and _decimal(text):
            self.i += 2
            return Duration(text + self.texts[at + 1], pos=self.starts[at])
        number = len(text.rstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"))
        if (
            self.kinds[at] != DURATION
            or text[number:].lower() not in SPAN_UNITS
            or not _decimal(text[:number])
        ):
            right: tuple[str, ...] = ()
            if self.kinds[at] == STRING:
                right = (text[1:-1],)
            elif self.kinds[at] == NUMBER:
                right = (f"{text}d",)
            elif found := _LONG_UNIT.match(text):
                right = (found[1] + ("mo" if found[2].lower() == "mo" else found[2][0].lower()),)
            self.fail(
                f"{context}: found {self.found()}",
                expected=("a number with a unit, such as 30d (units " + " ".join(SPAN_UNITS) + ")",),
                suggestions=right,
                rule="duration",
            )
        self.i += 1
        return Duration(text, pos=self.starts[at])

    def boolean(self, context: str) -> bool:
        if self.keys[self.i] not in ("true", "false"):
            self.fail(f"{context}: found {self.found()}", expected=("true", "false"))
        self.i += 1
        return self.keys[self.i - 1] == "true"

    # --- saved queries and search ---

    def saved(self) -> Saved:
        at = self.i
        self.i += 1
        name = self.string("the name of a saved query")
        params: list[tuple[str, Expr]] = []
        while self.kinds[self.i] in (WORD, PARAM):
            key = self.texts[self.i]
            self.i += 1
            self.take("=", "a parameter of the saved query")
            params.append((key, self.sum()))
            self.accept(",")
        return Saved(name, tuple(params), pos=self.starts[at])

    def search(self) -> Search:
        at = self.i
        self.i += 1
        datasets: tuple[str, ...] = ()
        if self.keys[self.i] == "dataset":
            self.i += 1
            datasets = self._dataset_names()
        if self.kinds[self.i] != STRING and not datasets and self.keys[self.i] != "dataset":
            self.fail(
                f"search needs its text: found {self.found()}",
                expected=("text in double quotes",),
                suggestions=("filter <condition>",),
            )
        text = self.string("the text of search")
        if not datasets and self.accept("dataset"):
            datasets = self._dataset_names()
        return Search(text, datasets, pos=self.starts[at])

    def no_query(self) -> NoReturn:
        if self.texts[self.i] == "``":
            self.fail("this is a code fence, not the query; leave out the ``` lines", rule="code-fence")
        what = "the query is empty" if self.kinds[self.i] == END else f"a query begins: found {self.found()}"
        self.fail(what, expected=("dataset = <name>", "datamodel", "preset = <name>", "a stage"))


def _decimal(text: str) -> bool:
    return text.replace(".", "", 1).isdigit() and text[:1] != "." and text[-1:] != "."
