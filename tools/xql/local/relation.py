"""The rows between two stages: a SELECT and what is known of its columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tools.xql.functions import Kind
from tools.xql.local.sql import NULL, Sql, alias, cast, col, select, subquery
from tools.xql.local.values import SQL_TYPES, Value

# Columns that the service never lets a query drop by naming others.
SYSTEM = frozenset(
    {
        "_time",
        "_insert_time",
        "_raw_log",
        "_product",
        "_vendor",
        "_tag",
        "_snapshot_id",
        "_snapshot_log_count",
        "_snapshot_collection_ts",
        "_id",
    }
)


@dataclass(frozen=True, slots=True)
class Relation:
    """`columns` are the visible ones, in order. `order` holds the pending sort: hidden column, direction.

    `absent` are columns that the catalog knows for the source and its table lacks: they read as null.
    `implicit` are system columns that no stage named.
    """

    select: Sql
    columns: Mapping[str, Kind]
    absent: Mapping[str, Kind] = field(default_factory=dict)
    order: tuple[tuple[str, str], ...] = ()
    implicit: frozenset[str] = frozenset()

    def find(self, name: str) -> str | None:
        """The column's own spelling, whatever the case of `name`."""
        if name in self.columns:
            return name
        lowered = name.lower()
        for known in self.columns:
            if known.lower() == lowered:
                return known
        return None

    def value(self, name: str, table: str | None = None) -> Value | None:
        own = self.find(name)
        if own is not None:
            return Value(col(own, table), self.columns[own])
        if name.lower() in self.absent:
            # a value of that type that is null in every row, not the literal null of a null test
            kind = self.absent[name.lower()]
            return Value(cast(NULL, SQL_TYPES[kind]), kind)
        return None

    def hidden(self) -> list[str]:
        return [name for name, _ in self.order]

    def source(self, name: str = "q") -> Sql:
        """This relation as the FROM of the next."""
        return subquery(self.select, name)

    def projected(self, columns: Mapping[str, tuple[Sql, Kind]], **changes: object) -> Relation:
        """The next relation with these columns, hidden sort columns carried along."""
        shown = [alias(sql, name) for name, (sql, _) in columns.items()]
        shown += [col(name) for name in self.hidden()]
        kinds = {name: kind for name, (_, kind) in columns.items()}
        implicit = frozenset(name for name in self.implicit if name in kinds)
        base = replace(self, select=select(shown, self.source()), columns=kinds, implicit=implicit)
        return replace(base, **changes)  # type: ignore[arg-type]

    def kept(self) -> dict[str, tuple[Sql, Kind]]:
        """All visible columns as they are, to be changed for `projected`."""
        return {name: (col(name), kind) for name, kind in self.columns.items()}
