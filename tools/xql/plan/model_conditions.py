"""Values and conditions of plans."""

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


class PlanModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class JsonPath(PlanModel):
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


class Test(PlanModel):
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


class All(PlanModel):
    all: tuple[Condition, ...] = Field(min_length=1, max_length=200)


class AnyOf(PlanModel):
    any: tuple[Condition, ...] = Field(min_length=1, max_length=200)


class Not(PlanModel):
    none: Condition


class Related(PlanModel):
    """There is (or, if `absent`, is not) a row of another dataset with the same key."""

    dataset: Name
    key: Name
    field: Name
    where: Condition | None = None
    absent: bool = False


Condition: TypeAlias = Test | All | AnyOf | Not | Related


for _model in (All, AnyOf, Not, Related):
    _model.model_rebuild()
