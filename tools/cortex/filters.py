"""The two filter dialects of the API, as values that are checked before they are sent.

Standard (issues, cases, alerts, incidents, audits): a flat list, all of it must hold, no OR.
Inventory (assets): a tree of AND and OR whose leaves have upper-case keys.
Source: Cortex platform OpenAPI (issue/search, case/search, management_logs, AndFilter, OrFilter).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from tools.cortex.errors import InvalidRequest

Scalar = int | float | bool | str
StandardOperator = Literal[
    "in", "eq", "neq", "contains", "not_contains", "gte", "lte", "range", "relative_timestamp"
]
Direction = Literal["asc", "desc"]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)


class Filter(_Value):
    """One condition of the standard dialect. `in` takes a list (ids as ints); times are epoch ms ints."""

    field: str = Field(min_length=1)
    operator: StandardOperator = "in"
    value: int | float | bool | str | tuple[int | str, ...]

    @field_validator("value", mode="before")
    @classmethod
    def _frozen(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else value

    @model_validator(mode="after")
    def _list_where_needed(self) -> Filter:
        if self.operator == "in" and not isinstance(self.value, tuple):
            raise ValueError(f"{self.field}: the operator `in` takes a list")
        return self

    def wire(self) -> dict[str, Any]:
        """As it goes over the wire."""
        value = list(self.value) if isinstance(self.value, tuple) else self.value
        return {"field": self.field, "operator": self.operator, "value": value}


def is_in(field: str, values: Iterable[int | str]) -> Filter:
    """`field` is one of `values`; an empty list is refused, since it would mean "nothing" or "all"."""
    listed = tuple(values)
    if not listed:
        raise InvalidRequest(f"the filter on {field} has no values", outcome="not_sent")
    return Filter(field=field, operator="in", value=listed)


def since(field: str, ms: int) -> Filter:
    """`field` is at or after this time (epoch ms)."""
    return Filter(field=field, operator="gte", value=ms)


def until(field: str, ms: int) -> Filter:
    """`field` is at or before this time (epoch ms)."""
    return Filter(field=field, operator="lte", value=ms)


class Sort(_Value):
    """Order of a standard search."""

    field: str = Field(min_length=1)
    keyword: Direction = "desc"

    def wire(self) -> dict[str, Any]:
        return {"field": self.field, "keyword": self.keyword}


SearchType = Literal[
    "EQ", "NEQ", "GT", "LT", "GTE", "LTE", "IN", "NIN", "RLIKE", "NRLIKE", "WILDCARD", "WILDCARD_NOT",
    "CONTAINS", "NCONTAINS", "IP_MATCH", "NIP_MATCH", "ARRAY_CONTAINS", "ARRAY_NOT_CONTAINS", "IS_EMPTY",
    "NIS_EMPTY", "REGEX", "REGEX_NOT", "REGEX_MATCH", "REGEX_NOT_MATCH", "IPLIST_MATCH", "NLISTIP_MATCH",
    "INCIDR", "NINCIDR", "INCIDR6", "NINCIDR6", "JSON_OVERLAPS", "JSON_ARRAY_CONTAINED_IN",
    "JSON_IS_NOT_EMPTY", "JSON_WILDCARD", "JSON_WILDCARD_NOT", "RANGE", "RELATIVE_TIMESTAMP",
    "CONTAINS_IN_LIST", "NOT_CONTAINS_IN_LIST",
]  # fmt: skip


class Leaf(_Value):
    """One condition of the inventory dialect."""

    field: str = Field(min_length=1)
    type: SearchType = "EQ"
    value: Any = ""

    def wire(self) -> dict[str, Any]:
        return {"SEARCH_FIELD": self.field, "SEARCH_TYPE": self.type, "SEARCH_VALUE": self.value}


class AllOf(_Value):
    """Every part holds."""

    parts: tuple[Leaf | AllOf | AnyOf, ...] = Field(min_length=1)

    def wire(self) -> dict[str, Any]:
        return {"AND": [part.wire() for part in self.parts]}


class AnyOf(_Value):
    """At least one part holds."""

    parts: tuple[Leaf | AllOf | AnyOf, ...] = Field(min_length=1)

    def wire(self) -> dict[str, Any]:
        return {"OR": [part.wire() for part in self.parts]}


InventoryFilter = Leaf | AllOf | AnyOf


def inventory_filters(filters: InventoryFilter | Sequence[InventoryFilter] | None) -> dict[str, Any] | None:
    """The `filters` object of an inventory search: its root is always AND or OR."""
    if filters is None or filters == () or filters == []:
        return None
    if isinstance(filters, AllOf | AnyOf):
        return filters.wire()
    parts = (filters,) if isinstance(filters, Leaf) else tuple(filters)
    return AllOf(parts=parts).wire()


def has_tag(key: str, value: str = "*", *, field: str = "xdm.asset.tags") -> Leaf:
    """The asset carries this tag; `*` in the value matches anything (JSON_WILDCARD)."""
    return Leaf(field=field, type="JSON_WILDCARD", value={"key": key, "value": value})


class InventorySort(_Value):
    """One order column of an inventory search."""

    field: str = Field(min_length=1)
    order: Literal["ASC", "DESC"] = "ASC"

    def wire(self) -> dict[str, Any]:
        return {"FIELD": self.field, "ORDER": self.order}
