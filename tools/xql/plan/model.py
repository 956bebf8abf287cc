"""`PostureQuery`: a question about the estate as a typed plan.

Everything is refused that has no meaning in XQL, so a plan that validates and names known columns compiles.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from tools.xql.plan.model_conditions import (
    ONLY_WHERE,
    All,
    AnyOf,
    Computed,
    Condition,
    Not,
    Related,
    Test,
    has_related,
)
from tools.xql.plan.model_values import JsonPath, Key, Name, PlanModel, Real, Scalar, Text, Whole
from tools.xql.plan.times import epoch_ms

Span = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,3}(m|h|d|w|mo|y)$")]


class JoinedField(PlanModel):
    """A column under another name."""

    field: Name = Field(description="The column.")
    name: Name | None = Field(default=None, description="Its name in the result.")


AggregateName = Literal[
    "count",
    "count_rows",
    "count_distinct",
    "percent",
    "sum",
    "avg",
    "min",
    "max",
    "values",
    "median",
    "earliest",
    "latest",
]


class Aggregate(PlanModel):
    """A measure of each group.

    `count` counts things of the dataset once each, also where joins or expansion repeat them (`count_rows` counts the
    rows). `percent` with `where`: the percentage of the group that satisfies it; without: the group's part of all.
    """

    function: AggregateName = Field(description="earliest and latest: value at the first and last _time.")
    field: Name | None = Field(default=None, description="Column to measure; count and percent need none.")
    name: Name = Field(description="Name of the result column.")
    where: Condition | None = Field(default=None, description="Measure only what satisfies this.")

    @model_validator(mode="after")
    def _has_field(self) -> Aggregate:
        if self.field is None and self.function not in ("count", "count_rows", "percent"):
            raise ValueError(f"{self.function} needs a field")
        if self.field is not None and self.function in ("count_rows", "percent"):
            raise ValueError(f"{self.function} takes no field")
        if self.where is not None and has_related(self.where):
            raise ValueError(ONLY_WHERE)
        return self


class Join(PlanModel):
    """Columns of another dataset. Without `left` and `right` the known link of the two datasets is used.

    With `aggregates` its rows are measured per key first (how many issues an asset has); with kind `left` what has
    none counts 0.
    """

    dataset: Name = Field(description="Dataset to join.")
    kind: Literal["inner", "left"] = Field(default="inner", description="left keeps rows without a partner.")
    left: Name | None = Field(default=None, description="Key on this side.")
    right: Name | None = Field(default=None, description="Key on the other side.")
    fields: tuple[JoinedField, ...] = Field(default=(), max_length=50, description="Columns to bring.")
    where: Condition | None = Field(default=None, description="Which of its rows.")
    compute: tuple[Computed, ...] = Field(default=(), max_length=20, description="Columns made there first.")
    expand: tuple[Name, ...] = Field(default=(), max_length=5, description="Arrays expanded there.")
    aggregates: tuple[Aggregate, ...] = Field(
        default=(), max_length=10, description="Measures of its rows per key, instead of fields."
    )

    @model_validator(mode="after")
    def _sound(self) -> Join:
        if (self.left is None) != (self.right is None):
            raise ValueError("a join names both keys or neither")
        if self.aggregates and self.fields:
            raise ValueError("a join brings either fields or aggregates")
        if any(item.function == "percent" for item in self.aggregates):
            raise ValueError("percent is no measure of a join; count with where instead")
        made = [item.name.lower() for item in self.aggregates]
        made += [item.name.lower() for item in self.compute]
        if len(set(made)) != len(made):
            raise ValueError("two columns have one name")
        return self


class TimeBin(PlanModel):
    """A time column cut into spans, and grouped by."""

    field: Name = Field(description="Time column.")
    span: Span = Field(description="1d, 1w, 1mo, ...")
    name: Name | None = Field(default=None, description="Name of the result column; the field's own without.")
    format: Text | None = Field(default=None, description="strftime codes to write it, as %Y-%m.")
    timezone: Annotated[str, Field(pattern=r"^[A-Za-z0-9_+:/-]{1,40}$")] | None = Field(
        default=None, description="Zone of the days, as Europe/Berlin or +02:00; UTC without."
    )

    @model_validator(mode="after")
    def _written(self) -> TimeBin:
        if self.format is not None and "%" not in self.format:
            raise ValueError("format needs codes such as %Y-%m")
        return self


class TopPerGroup(PlanModel):
    """The first `n` rows of each group in an order."""

    n: int = Field(ge=1, le=1_000, description="Rows per group.")
    by: tuple[Name, ...] = Field(min_length=1, max_length=5, description="Columns that make the group.")
    order: Name = Field(description="Column that decides.")
    direction: Literal["asc", "desc"] = Field(default="desc", description="desc: highest first.")


class Order(PlanModel):
    """One key of the order."""

    field: Name = Field(description="Column to sort by.")
    direction: Literal["asc", "desc"] = Field(default="asc", description="desc: highest or newest first.")


class TimeFrame(PlanModel):
    """The last so long (`30d`), or from `start` to `end` (ISO, UTC; end defaults to now)."""

    last: Span | None = Field(default=None, description="As 24h, 30d, 6mo.")
    start: Text | None = Field(default=None, description="ISO date or time.")
    end: Text | None = Field(default=None, description="ISO date or time.")

    @model_validator(mode="after")
    def _one_form(self) -> TimeFrame:
        if (self.last is None) == (self.start is None):
            raise ValueError("a time frame has either last or start")
        if self.end is not None and self.start is None:
            raise ValueError("end needs start")
        ends = [epoch_ms(text) for text in (self.start, self.end) if text is not None]
        if ends != sorted(ends):
            raise ValueError("the time frame ends before it begins")
        return self


class PostureQuery(PlanModel):
    """A question: rows of `dataset` where ..., with columns, or measured by group.

    Conditions and computed columns are placed as early as their columns exist (before or after expansion, joins and
    each other; what reads an aggregate after it). Then `distinct`, aggregates, `having`, `top`, `order`, `fields`,
    `limit`.
    """

    dataset: Name = Field(description="What is asked about: asset_inventory, issues, findings, ...")
    where: Condition | None = Field(default=None, description="Which rows.")
    expand: tuple[Name, ...] = Field(
        default=(), max_length=5, description="Arrays, columns or computed: one row for each item."
    )
    joins: tuple[Join, ...] = Field(default=(), max_length=5, description="Columns of other datasets.")
    compute: tuple[Computed, ...] = Field(default=(), max_length=30, description="New columns.")
    fields: tuple[Name | JoinedField, ...] = Field(
        default=(),
        max_length=50,
        description="Columns of the result, {field, name} to rename; usual ones without.",
    )
    distinct: tuple[Name, ...] = Field(default=(), max_length=10, description="One row for each of these.")
    keep: Order | None = Field(
        default=None, description="With distinct: keep the first in this order (newest without)."
    )
    time_bin: TimeBin | None = Field(default=None, description="Group by spans of time.")
    group_by: tuple[Name, ...] = Field(default=(), max_length=10, description="Group by these columns.")
    aggregates: tuple[Aggregate, ...] = Field(
        default=(), max_length=20, description="Measures of each group."
    )
    having: Condition | None = Field(default=None, description="Tests what aggregates or distinct left.")
    over: tuple[Aggregate, ...] = Field(
        default=(),
        max_length=10,
        description="Measures of the groups that having left, in one row: how many, ...",
    )
    top: TopPerGroup | None = Field(default=None, description="Only the first n rows of each group.")
    order: tuple[Order, ...] = Field(default=(), max_length=5, description="Order of the result.")
    limit: int = Field(default=100, ge=1, le=1_000_000, description="Most rows.")
    timeframe: TimeFrame | None = Field(
        default=None, description="Of _time. Without: all current rows; of logs the last 24 hours."
    )

    @model_validator(mode="after")
    def _sound(self) -> PostureQuery:
        if self.having is not None and not self.aggregates and not self.distinct:
            raise ValueError("having needs aggregates or distinct")
        if self.having is not None and has_related(self.having):
            raise ValueError(ONLY_WHERE)
        if (self.group_by or self.time_bin) and not self.aggregates:
            raise ValueError("group_by and time_bin need aggregates")
        self._one_row()
        if self.keep is not None and not self.distinct:
            raise ValueError("keep goes with distinct")
        names = [item.name.lower() for item in self.compute]
        made = [item.name.lower() for item in self.aggregates] + [name.lower() for name in self.group_by]
        shown = [_shown(item) for item in self.fields]
        if any(len(set(some)) != len(some) for some in (names, made)) or (
            len(set(shown)) != len(shown) and any(isinstance(item, JoinedField) for item in self.fields)
        ):
            raise ValueError("two columns have one name")
        if set(names) & {item.name.lower() for item in self.aggregates}:
            raise ValueError("a computed column and an aggregate have one name")
        return self

    def _one_row(self) -> None:
        if not self.over:
            return
        if not self.aggregates or not (self.group_by or self.time_bin):
            raise ValueError("over measures groups: it needs group_by or time_bin, and aggregates")
        if self.top is not None or self.order or self.fields:
            raise ValueError("over leaves one row: nothing to order, choose or cut")
        if any(item.function == "percent" or item.where is not None for item in self.over):
            raise ValueError("over takes plain measures")
        if any(item.function == "percent" for item in self.aggregates):
            raise ValueError("over does not measure percentages")
        named = [item.name.lower() for item in self.over]
        if len(set(named)) != len(named):
            raise ValueError("two columns have one name")


def _shown(item: str | JoinedField) -> str:
    return (item if isinstance(item, str) else item.name or item.field).lower()


for _model in (Aggregate, Join, PostureQuery):
    _model.model_rebuild()

__all__ = [
    "Aggregate",
    "All",
    "AnyOf",
    "Computed",
    "Condition",
    "Join",
    "JoinedField",
    "JsonPath",
    "Key",
    "Name",
    "Not",
    "Order",
    "PlanModel",
    "PostureQuery",
    "Real",
    "Related",
    "Scalar",
    "Test",
    "Text",
    "TimeBin",
    "TimeFrame",
    "TopPerGroup",
    "Whole",
]
