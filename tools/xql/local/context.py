"""What one compilation knows: tables, parameters, time, case setting, bound values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlglot import exp

from tools.xql.errors import XqlExecutionError
from tools.xql.functions import Kind
from tools.xql.local.relation import Relation
from tools.xql.local.sql import Sql
from tools.xql.local.values import Value


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """A time frame, naive UTC, both ends inclusive. `explicit` = asked for, so it also cuts state datasets."""

    start: datetime
    end: datetime
    explicit: bool = True


@dataclass(slots=True)
class Shared:
    """State of the whole compilation, sub-queries included."""

    tables: Mapping[str, Mapping[str, str]]
    known: Mapping[str, Mapping[str, Kind]]
    state: frozenset[str]
    now: datetime
    parameters: Mapping[str, Any]
    # saved queries by name, for call; `calling` are those being inlined
    library: Mapping[str, str] = field(default_factory=dict)
    calling: tuple[str, ...] = ()
    bound: list[Any] = field(default_factory=list)
    names: int = 0

    def bind(self, value: Any) -> Sql:
        """A placeholder for a value that the database gets apart from the text."""
        self.bound.append(value)
        return exp.Parameter(this=exp.Literal.number(len(self.bound)))

    def fresh(self, stem: str) -> str:
        self.names += 1
        return f"__{stem}{self.names}"

    def parameter(self, name: str) -> Any:
        for key, value in self.parameters.items():
            if key.lstrip("$").lower() == name.lower():
                return value
        raise XqlExecutionError(f"the parameter ${name} has no value; give one with the query")


@dataclass(frozen=True, slots=True)
class Context:
    """State of one (sub-)query. `element` is the iterator inside array functions."""

    shared: Shared
    case_sensitive: bool
    window: TimeWindow
    relation: Relation
    joined: Relation | None = None
    alias: str = ""
    element: Value | None = None
    # hidden columns to be computed one step before, so that what is named several times is computed once
    lifts: list[tuple[str, Sql]] | None = None

    def bind(self, value: Any) -> Sql:
        return self.shared.bind(value)

    def on(self, relation: Relation) -> Context:
        return replace(self, relation=relation)

    def column(self, name: str) -> Value | None:
        """A column by name; in a join condition with the alias, or from either side."""
        if self.joined is None:
            return self.relation.value(name)
        prefix = self.alias.lower() + "."
        if name.lower().startswith(prefix):
            found = self.joined.value(name[len(prefix) :], "r")
            if found is not None:
                return found
        return self.relation.value(name, "l") or self.joined.value(name, "r")
