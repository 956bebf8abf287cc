"""`PostureQuery`: a question about the estate as a typed plan.

Everything is refused that has no meaning in XQL, so a plan that validates and names known columns compiles.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

_BAD = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_NAME = re.compile(r"[^\W\d]\w*(?:\.\w+)*\Z")
_RESERVED = frozenset(
    {"and", "or", "not", "in", "contains", "null", "true", "false", "as", "by", "asc", "desc"}
)


def _clean(value: str) -> str:
    if _BAD.search(value):
        raise ValueError("holds a control or direction-changing character")
    return value


def _named(value: str) -> str:
    if not _NAME.match(value):
        raise ValueError("is no column name: letters, digits, _ and dots")
    if value.lower() in _RESERVED or value.lower().startswith("enum."):
        raise ValueError(f"{value} is a word of the language; choose another name")
    return value


def _keyed(value: str) -> str:
    if '"' in value:
        raise ValueError("a JSON key with a double quote has no form in XQL")
    return _clean(value)


Text = Annotated[str, Field(max_length=2_000), AfterValidator(_clean)]
Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_named)]
Key = Annotated[str, Field(max_length=300), AfterValidator(_keyed)]
Whole = Annotated[int, Field(ge=-(2**53), le=2**53)]
Real = Annotated[float, Field(allow_inf_nan=False, ge=-1e15, le=1e15)]
Scalar: TypeAlias = bool | Whole | Real | Text


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class JsonPath(_Model):
    """A place in a JSON column: keys are taken literally (dots and spaces too), numbers are positions."""

    field: Name
    path: tuple[Key | Annotated[int, Field(ge=0, le=10_000)], ...] = Field(min_length=1, max_length=20)


Op = Literal[
    "eq",
    "ne",
    "in",
    "not_in",
    "contains",
    "not_contains",
    "starts_with",
    "ends_with",
    "matches",
    "gt",
    "gte",
    "lt",
    "lte",
    "is_null",
    "not_null",
    "is_empty",
    "not_empty",
    "in_cidr",
    "not_in_cidr",
    "older_than_days",
    "within_days",
    "before",
    "after",
]
LIST_OPS = frozenset({"in", "not_in"})
BARE_OPS = frozenset({"is_null", "not_null", "is_empty", "not_empty"})
NUMBER_OPS = frozenset({"older_than_days", "within_days"})
TEXT_OPS = frozenset({"contains", "not_contains", "starts_with", "ends_with", "matches", "before", "after"})
CIDR_OPS = frozenset({"in_cidr", "not_in_cidr"})
ORDER_OPS = frozenset({"gt", "gte", "lt", "lte"})


class Test(_Model):
    """One comparison of a column, a tag (`tag` = its key) or a place in JSON.

    `ne`, `not_in` and `not_contains` also hold where there is no value at all. `before` and `after` take an ISO date
    or time (UTC). A `*` in the text of `eq`, `ne`, `in` and `not_in` stands for any text.
    """

    __test__ = False

    field: Name | None = None
    tag: Key | None = None
    json_path: JsonPath | None = None
    op: Op
    value: Scalar | None = None
    values: tuple[Scalar, ...] = Field(default=(), max_length=1_000)

    @model_validator(mode="after")
    def _one_subject(self) -> Test:
        if sum(item is not None for item in (self.field, self.tag, self.json_path)) != 1:
            raise ValueError("a test has exactly one of field, tag, json_path")
        if self.op in LIST_OPS:
            if not self.values or self.value is not None:
                raise ValueError(f"{self.op} takes values, a list with at least one item")
        elif self.op in BARE_OPS:
            if self.value is not None or self.values:
                raise ValueError(f"{self.op} takes no value")
        elif self.value is None or self.values:
            raise ValueError(f"{self.op} takes one value")
        self._typed()
        return self

    def _typed(self) -> None:
        if self.op in NUMBER_OPS and (isinstance(self.value, bool) or not isinstance(self.value, int)):
            raise ValueError(f"{self.op} takes a whole number of days")
        if self.op in TEXT_OPS and not isinstance(self.value, str):
            raise ValueError(f"{self.op} takes text")
        if self.op in ORDER_OPS and isinstance(self.value, bool):
            raise ValueError(f"{self.op} takes a number or text")
        if self.op in ("before", "after"):
            from tools.xql.plan.times import epoch_ms

            epoch_ms(str(self.value))
        if self.op == "matches":
            from tools.xql.checker.patterns import pattern_fault

            fault = pattern_fault(str(self.value))
            if fault is not None:
                raise ValueError(fault[1])
        if self.op in CIDR_OPS:
            import ipaddress

            for part in str(self.value).split(","):
                ipaddress.IPv4Network(part.strip(), strict=False)


class All(_Model):
    all: tuple[Condition, ...] = Field(min_length=1, max_length=200)


class AnyOf(_Model):
    any: tuple[Condition, ...] = Field(min_length=1, max_length=200)


class Not(_Model):
    none: Condition


class Related(_Model):
    """There is (or, if `absent`, is not) a row of another dataset with the same key."""

    dataset: Name
    key: Name
    field: Name
    where: Condition | None = None
    absent: bool = False


Condition: TypeAlias = Test | All | AnyOf | Not | Related


class Computed(_Model):
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


class JoinedField(_Model):
    field: Name
    name: Name | None = None


class Join(_Model):
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


class Aggregate(_Model):
    function: AggregateName
    field: Name | None = None
    name: Name

    @model_validator(mode="after")
    def _has_field(self) -> Aggregate:
        if self.field is None and self.function != "count":
            raise ValueError(f"{self.function} needs a field")
        return self


class TimeBin(_Model):
    """A time column cut into spans, and grouped by."""

    field: Name
    span: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,3}(m|h|d|w|mo|y)$")]


class TopPerGroup(_Model):
    """The first `n` rows of each group in an order."""

    n: int = Field(ge=1, le=1_000)
    by: tuple[Name, ...] = Field(min_length=1, max_length=5)
    order: Name
    direction: Literal["asc", "desc"] = "desc"


class Order(_Model):
    field: Name
    direction: Literal["asc", "desc"] = "asc"


class TimeFrame(_Model):
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


class PostureQuery(_Model):
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


for _model in (All, AnyOf, Not, Related, Computed, Join, PostureQuery):
    _model.model_rebuild()
