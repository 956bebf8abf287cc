"""The part of the catalog that matters for one question, within a number of tokens.

Names come from the catalog, which a tenant extends: a name that is no plain identifier is left out, and values are
shown as quoted data, so that neither can pose as an instruction.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

from agent.asking.glossary import COLUMNS, CORE, DATASETS, KEYS
from agent.asking.ranking import Ranking, asked, document, words
from agent.neutral import visible
from tools.xql.catalog import Catalog, ColumnInfo, DatasetInfo
from tools.xql.plan.links import LINKS

Counter = Callable[[str], int]
MOST_DATASETS: Final = 6
_NAME: Final = re.compile(r"[A-Za-z_][\w.]{0,119}\Z", re.ASCII)
_VALUES: Final = 12
_LONGEST_VALUE: Final = 48
_FROM_COLUMNS: Final = 0.6
_FROM_DATASET: Final = 0.3
_WELL_KNOWN: Final = 1.0


@dataclass(frozen=True, slots=True)
class ShortList:
    """The text for a prompt, its size, and what is in it."""

    text: str
    tokens: int
    datasets: tuple[str, ...]
    columns: int
    left_out: int


@dataclass(frozen=True, slots=True)
class _Index:
    """Ranked documents of a catalog as it was when it had so many columns and values."""

    size: tuple[int, int, int]
    columns: tuple[tuple[str, ColumnInfo], ...]
    of_columns: Ranking
    datasets: tuple[str, ...]
    of_datasets: Ranking


_kept: WeakKeyDictionary[Catalog, _Index] = WeakKeyDictionary()


def shortlist(question: str, catalog: Catalog, budget: int, count: Counter) -> ShortList:
    """Datasets and columns for a question, best first, at most `budget` tokens by `count`."""
    index = _index(catalog)
    weights = asked(question)
    column_scores = index.of_columns.scores(weights)
    ranked = sorted(range(len(column_scores)), key=lambda n: (-column_scores[n], n))
    by_dataset: dict[str, float] = dict(zip(index.datasets, index.of_datasets.scores(weights), strict=True))
    best: dict[str, float] = {}
    for number in ranked:
        name = index.columns[number][0]
        best[name] = max(best.get(name, 0.0), column_scores[number])
    named = frozenset(name for name in index.datasets if name.lower() in question.lower())

    def worth(name: str) -> float:
        core = 1.0 if name in CORE else 0.0
        return (
            by_dataset[name] + _FROM_COLUMNS * best.get(name, 0.0) + core + (100.0 if name in named else 0.0)
        )

    order = sorted(index.datasets, key=lambda name: (-worth(name), index.datasets.index(name)))
    chosen = [name for name in order if worth(name) > 0][:MOST_DATASETS]
    draft = _Draft(catalog, question, budget, count)
    for name in chosen:
        draft.open(name)
    draft.link()
    shown = {name: worth(name) for name in draft.lines}

    def matters(number: int) -> float:
        name, column = index.columns[number]
        known = _WELL_KNOWN if column.name in COLUMNS else 0.0
        return column_scores[number] + known + _FROM_DATASET * shown[name]

    rest = [number for number, (name, _) in enumerate(index.columns) if name in shown]
    for number in sorted(rest, key=lambda n: (-matters(n), n)):
        draft.add(*index.columns[number])
    return draft.done()


def _index(catalog: Catalog) -> _Index:
    infos = [info for name in catalog.names() if _NAME.match(name) and (info := catalog.dataset(name))]
    size = (
        len(infos),
        sum(len(info.columns) for info in infos),
        sum(len(column.values) for info in infos for column in info.columns.values()),
    )
    kept = _kept.get(catalog)
    if kept is not None and kept.size == size:
        return kept
    columns = tuple(
        (info.name, column) for info in infos for column in info.columns.values() if _NAME.match(column.name)
    )
    made = _Index(
        size,
        columns,
        Ranking(
            [
                document((c.name, 2.0), (COLUMNS.get(c.name, c.note), 2.0), (c.values[:60], 1.0))
                for _, c in columns
            ]
        ),
        tuple(info.name for info in infos),
        Ranking([document((info.name, 2.0), (DATASETS.get(info.name, ""), 1.5)) for info in infos]),
    )
    _kept[catalog] = made
    return made


class _Draft:
    """Lines by dataset, kept within the budget: a line that does not fit any more is left out."""

    def __init__(self, catalog: Catalog, question: str, budget: int, count: Counter) -> None:
        self.catalog, self.count = catalog, count
        self.question, self.said = question.lower(), frozenset(words(question))
        self.links = ""
        self.left = budget
        self.lines: dict[str, list[str]] = {}
        self.left_out = 0
        self._seen: set[tuple[str, str]] = set()

    def open(self, name: str) -> None:
        """A dataset with its head and key columns, if there is room for both."""
        info = self.catalog.dataset(name)
        assert info is not None
        keys = [column for key in KEYS.get(name, ()) if (column := info.column(key)) is not None]
        lines = [_head(info), *(self._line(column) for column in keys)]
        cost = sum(self._cost(line) for line in lines)
        if cost > self.left:
            self.left_out += 1
            return
        self.left -= cost
        self.lines[name] = lines
        self._seen |= {(name, column.name) for column in keys}

    def add(self, name: str, column: ColumnInfo) -> None:
        if (name, column.name) in self._seen:
            return
        line = self._line(column)
        cost = self._cost(line)
        if cost > self.left:
            self.left_out += 1
            return
        self.left -= cost
        self.lines[name].append(line)
        self._seen.add((name, column.name))

    def link(self) -> None:
        """How the opened datasets hang together, if there is room."""
        links = [
            f"{left} to {right}: {keys[0]} = {keys[1]}"
            for (left, right), keys in LINKS.items()
            if left in self.lines and right in self.lines
        ]
        text = f"Links (a join without left and right uses them): {'; '.join(links)}\n"
        if links and self.count(text) <= self.left:
            self.links = text
            self.left -= self.count(text)

    def done(self) -> ShortList:
        text = self.links + "\n".join(line for lines in self.lines.values() for line in lines)
        return ShortList(text, self.count(text), tuple(self.lines), len(self._seen), self.left_out)

    def _cost(self, line: str) -> int:
        return self.count(line + "\n")

    def _line(self, column: ColumnInfo) -> str:
        note = COLUMNS.get(column.name, column.note)
        if column.dotted_keys:
            note = note or "facts under literal dotted keys"
        shown = self._values(column)
        kind = {"any": "", "json": "JSON"}.get(str(column.kind), str(column.kind))
        parts = [f"  {column.name}", f"({kind})" if kind else "", f"- {note}" if note else ""]
        if shown:
            word = "one of" if column.complete else "such as"
            parts.append(f"{word} {', '.join(shown)}")
        return " ".join(part for part in parts if part)

    def _values(self, column: ColumnInfo) -> list[str]:
        """Known values as quoted data; those that the question says come first."""
        good = [value for value in column.values if 0 < len(value) <= _LONGEST_VALUE]
        if not column.complete:
            good.sort(key=lambda v: (v.lower() not in self.question, -len(self.said & set(words(v)))))
        return [quoted(value) for value in good[: len(good) if column.complete else _VALUES]]


def _head(info: DatasetInfo) -> str:
    what = DATASETS.get(info.name, "")
    kind = "rows as they stand" if info.state else "log; give a timeframe"
    return f"{info.name}: " + "; ".join(part for part in (what, kind) if part)


def quoted(value: object) -> str:
    """One value as a JSON string on one line: nothing in it can end the quotation or start a line."""
    flat = " ".join(visible(str(value)).split())
    if len(flat) > _LONGEST_VALUE:
        flat = flat[: _LONGEST_VALUE - 1] + "…"
    return json.dumps(flat.replace("`", "ˋ").replace("<", "‹").replace(">", "›"), ensure_ascii=False)
