"""What is known of datasets: columns, types, values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tools.xql.functions import Kind


@dataclass(frozen=True, slots=True)
class ColumnInfo:
    """`values` are known ones, all there are if `complete`. `dotted_keys`: JSON with literal dotted keys."""

    name: str
    kind: Kind
    values: tuple[str, ...] = ()
    complete: bool = False
    dotted_keys: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class DatasetInfo:
    """`state` datasets hold current rows and are not cut by the default window; `open` ones have more columns."""

    name: str
    columns: Mapping[str, ColumnInfo] = field(default_factory=dict)
    state: bool = False
    open: bool = False
    keys: Mapping[str, str] = field(default_factory=dict)

    def column(self, name: str) -> ColumnInfo | None:
        return self.columns.get(name.lower())
