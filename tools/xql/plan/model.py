"""`PostureQuery`: a question about the estate as a typed plan.

Everything is refused that has no meaning in XQL, so a plan that validates and names known columns compiles.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from tools.xql.plan.model_conditions import (
    All,
    AnyOf,
    Condition,
    JsonPath,
    Key,
    Name,
    Not,
    PlanModel,
    Real,
    Related,
    Scalar,
    Test,
    Text,
    Whole,
)


class Computed(PlanModel):
    """A new column: exactly one of the ways to make it.

    `json_path` reads a scalar (`convert` makes it a number or time), or with `array` the elements of an array;
    `age_days` counts the days since a time; `length` the items of an array; `date_part` formats a time
    (strftime codes); `when` gives `then` or `otherwise`.
    """

    name: Name
    json_path: JsonPath | None = None
    array: bool = False
    tag: Key | None = None
    age_days: Name | None = None
    length: Name | None = None
    lower: Name | None = None
    coalesce: tuple[Name, ...] = ()
    concat: tuple[Name, ...] = ()
    date_part: Name | None = None
    format: Text = "%Y-%m-%d"
    when: Condition | None = None
    then: Scalar | None = None
    otherwise: Scalar | None = None
    math: Literal["add", "subtract", "multiply", "divide"] | None = None
    left: Name | Whole | Real | None = None
    right: Name | Whole | Real | None = None
    convert: Literal["text", "integer", "number"] = "text"

    @model_validator(mode="after")
    def _one_way(self) -> Computed:
        ways = [
            self.json_path,
            self.tag,
            self.age_days,
            self.length,
            self.lower,
            self.date_part,
            self.when,
            self.math,
        ]
        if sum(way is not None for way in ways) + bool(self.coalesce) + bool(self.concat) != 1:
            raise ValueError("a computed column is made in exactly one way")
        if self.when is not None and self.then is None:
            raise ValueError("when needs then")
        if (
            self.then is not None
            and self.otherwise is not None
            and _family(self.then) != _family(self.otherwise)
        ):
            raise ValueError("then and otherwise are of one type")
        if self.math is not None and (self.left is None or self.right is None):
            raise ValueError("math needs left and right")
        if self.array and self.json_path is None:
            raise ValueError("array goes with json_path")
        if self.date_part is not None and "%" not in self.format:
            raise ValueError("format needs codes such as %Y-%m-%d")
        return self


def _family(value: Scalar) -> str:
    return "bool" if isinstance(value, bool) else "text" if isinstance(value, str) else "number"


class JoinedField(PlanModel):
    field: Name
    name: Name | None = None


class Join(PlanModel):
    """Columns of another dataset. Without `left` and `right` the known link of the two datasets is used."""

    dataset: Name
    kind: Literal["inner", "left"] = "inner"
    left: Name | None = None
    right: Name | None = None
    fields: tuple[JoinedField, ...] = Field(default=(), max_length=50)
    where: Condition | None = None
    compute: tuple[Computed, ...] = Field(default=(), max_length=20)

    @model_validator(mode="after")
    def _both_keys(self) -> Join:
        if (self.left is None) != (self.right is None):
            raise ValueError("a join names both keys or neither")
        return self


AggregateName = Literal[
    "count", "count_distinct", "sum", "avg", "min", "max", "values", "median", "earliest", "latest"
]


class Aggregate(PlanModel):
    function: AggregateName
    field: Name | None = None
    name: Name

    @model_validator(mode="after")
    def _has_field(self) -> Aggregate:
        if self.field is None and self.function != "count":
            raise ValueError(f"{self.function} needs a field")
        return self


class TimeBin(PlanModel):
    """A time column cut into spans, and grouped by."""

    field: Name
    span: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,3}(m|h|d|w|mo|y)$")]


class TopPerGroup(PlanModel):
    """The first `n` rows of each group in an order."""

    n: int = Field(ge=1, le=1_000)
    by: tuple[Name, ...] = Field(min_length=1, max_length=5)
    order: Name
    direction: Literal["asc", "desc"] = "desc"


class Order(PlanModel):
    field: Name
    direction: Literal["asc", "desc"] = "asc"


class TimeFrame(PlanModel):
    """The last so long (`30d`), or from `start` to `end` (ISO, UTC; end defaults to now)."""

    last: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,3}(m|h|d|w|mo|y)$")] | None = None
    start: Text | None = None
    end: Text | None = None

    @model_validator(mode="after")
    def _one_form(self) -> TimeFrame:
        from tools.xql.plan.times import epoch_ms

        if (self.last is None) == (self.start is None):
            raise ValueError("a time frame has either last or start")
        if self.end is not None and self.start is None:
            raise ValueError("end needs start")
        ends = [epoch_ms(text) for text in (self.start, self.end) if text is not None]
        if ends != sorted(ends):
            raise ValueError("the time frame ends before it begins")
        return self


class PostureQuery(PlanModel):
    """A question: rows of `dataset` where ..., with columns, or counted by group.

    Conditions are placed as early as their columns exist (before or after expansion, joins and computing).
    `fields` names output columns (with `group_by` or `aggregates` the output is those instead); without them the
    dataset's usual columns come back. `having` tests aggregates.
    """

    dataset: Name
    where: Condition | None = None
    expand: tuple[Name, ...] = Field(default=(), max_length=5)
    joins: tuple[Join, ...] = Field(default=(), max_length=5)
    compute: tuple[Computed, ...] = Field(default=(), max_length=30)
    fields: tuple[Name, ...] = Field(default=(), max_length=50)
    distinct: tuple[Name, ...] = Field(default=(), max_length=10)
    time_bin: TimeBin | None = None
    group_by: tuple[Name, ...] = Field(default=(), max_length=10)
    aggregates: tuple[Aggregate, ...] = Field(default=(), max_length=20)
    having: Condition | None = None
    top: TopPerGroup | None = None
    order: tuple[Order, ...] = Field(default=(), max_length=5)
    limit: int = Field(default=100, ge=1, le=1_000_000)
    timeframe: TimeFrame | None = None

    @model_validator(mode="after")
    def _sound(self) -> PostureQuery:
        if self.having is not None and not self.aggregates:
            raise ValueError("having needs aggregates")
        if (self.group_by or self.time_bin) and not self.aggregates:
            raise ValueError("group_by and time_bin need aggregates")
        if self.aggregates and self.fields:
            raise ValueError("with aggregates the output is the groups and the aggregates; leave fields out")
        names = [item.name.lower() for item in self.compute]
        made = [item.name.lower() for item in self.aggregates] + [name.lower() for name in self.group_by]
        if len(set(names)) != len(names) or len(set(made)) != len(made):
            raise ValueError("two columns have one name")
        return self


for _model in (Computed, Join, PostureQuery):
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
