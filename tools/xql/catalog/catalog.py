"""The catalog: seeded datasets, extended by what a tenant shows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from tools.xql.catalog.model import ColumnInfo, DatasetInfo
from tools.xql.functions import Kind
from tools.xql.parser.mistakes import near

_KINDS: Final = {
    "t": Kind.TEXT,
    "i": Kind.INT,
    "f": Kind.FLOAT,
    "b": Kind.BOOL,
    "d": Kind.TIME,
    "a": Kind.ARRAY,
    "j": Kind.JSON,
    "k": Kind.JSON,
}
_INGESTED: Final = re.compile(r"[^\W\d]\w*_raw\Z", re.IGNORECASE)
_SLIP: Final = 0.92  # likeness over which an unknown name is a misspelt one
MOST_VALUES: Final = 200
_MOST_LEARNED_COLUMNS: Final = 2_000
_LONGEST_VALUE: Final = 120


class Catalog:
    """Datasets by name, ignoring case. Not shared between tenants: make one for each."""

    def __init__(
        self, datasets: Mapping[str, DatasetInfo] | None = None, presets: Iterable[str] = ()
    ) -> None:
        self._datasets = dict(datasets or {})
        self.presets = frozenset(presets)
        self.normalised_keys: dict[str, Kind] = {}

    @classmethod
    def seeded(cls) -> Catalog:
        """The posture datasets as the vendor's pages and public queries show them."""
        from tools.xql.catalog.seeds import DATASETS, NORMALISED_KEYS, PRESETS

        made = cls(
            {name: _dataset(name, *row) for name, row in DATASETS.items()},
            PRESETS,
        )
        made.normalised_keys = {key: _KINDS[kind] for key, kind in NORMALISED_KEYS.items()}
        return made

    def names(self) -> tuple[str, ...]:
        return tuple(self._datasets)

    def dataset(self, name: str) -> DatasetInfo | None:
        return self._datasets.get(name.lower())

    def may_exist(self, name: str) -> bool:
        """Whether a dataset that is not listed can be there: the logs of a source are `<vendor>_<product>_raw`.

        A name that nearly is a listed one is taken for a slip. What has a preset may have a dataset of its name.
        """
        if name.lower() in self.presets:
            return True
        return bool(_INGESTED.match(name)) and not near(name, self._datasets, cutoff=_SLIP)

    def suggest(self, name: str) -> tuple[str, ...]:
        return near(name, self._datasets)

    def column(self, dataset: str, name: str) -> ColumnInfo | None:
        found = self.dataset(dataset)
        return found.column(name) if found else None

    def kinds(self) -> dict[str, dict[str, Kind]]:
        """Columns and types of all datasets, as the local execution takes them."""
        return {
            name: {column.name: column.kind for column in info.columns.values()}
            for name, info in self._datasets.items()
        }

    def add(self, name: str, columns: Mapping[str, Kind], *, state: bool = False) -> None:
        """Columns that a tenant says a dataset has."""
        key = name.lower()
        info = self._datasets.get(key) or DatasetInfo(name, state=state, open=not columns)
        merged = dict(info.columns)
        for column, kind in columns.items():
            known = merged.get(column.lower())
            if known is None and len(merged) < _MOST_LEARNED_COLUMNS:
                merged[column.lower()] = ColumnInfo(column, kind)
            elif known is not None and known.kind is Kind.ANY:
                merged[column.lower()] = replace(known, kind=kind)
        self._datasets[key] = replace(info, columns=merged)

    def learn(self, dataset: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Column names, types and short text values out of result rows of a dataset."""
        values: dict[str, set[str]] = {}
        kinds: dict[str, Kind] = {}
        for row in rows:
            for name, cell in row.items():
                if cell is None:
                    continue
                kinds.setdefault(name, _kind_of(name, cell))
                if isinstance(cell, str) and len(cell) <= _LONGEST_VALUE and cell[:1] not in ("{", "["):
                    seen = values.setdefault(name, set())
                    if len(seen) < MOST_VALUES:
                        seen.add(cell)
        self.add(dataset, kinds)
        info = self._datasets[dataset.lower()]
        columns = dict(info.columns)
        for name, seen in values.items():
            known = columns.get(name.lower())
            if known is not None:
                merged = tuple(dict.fromkeys((*known.values, *sorted(seen))))[:MOST_VALUES]
                columns[name.lower()] = replace(known, values=merged)
        self._datasets[dataset.lower()] = replace(info, columns=columns)


def _kind_of(name: str, cell: Any) -> Kind:
    if isinstance(cell, bool):
        return Kind.BOOL
    if isinstance(cell, datetime) or name in ("_time", "_insert_time"):
        return Kind.TIME
    if isinstance(cell, int):
        return Kind.INT
    if isinstance(cell, float):
        return Kind.FLOAT
    if isinstance(cell, list | tuple):
        return Kind.ARRAY
    if isinstance(cell, dict) or (isinstance(cell, str) and cell[:1] in ("{", "[")):
        return Kind.JSON
    return Kind.TEXT


def _dataset(name: str, text: str, state: bool, open_: bool) -> DatasetInfo:
    columns: dict[str, ColumnInfo] = {}
    for line in text.strip().splitlines():
        if not line.strip():
            continue
        head, _, values = line.partition(" = ") if " == " not in line else line.partition(" == ")
        column, kind = head.split()
        known = tuple(value.strip() for value in values.split(",")) if values else ()
        columns[column.lower()] = ColumnInfo(column, _KINDS[kind], known, " == " in line, kind == "k")
    return DatasetInfo(name, columns, state, open_)
