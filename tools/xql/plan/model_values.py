"""Names, values and operators of plans."""

from __future__ import annotations

import re
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

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

    field: Name = Field(description="The column that holds JSON.")
    path: tuple[Key | Annotated[int, Field(ge=0, le=10_000)], ...] = Field(
        min_length=1,
        max_length=20,
        description="Keys (literal, may hold dots) and positions, outermost first.",
    )


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
    "older_than_hours",
    "within_hours",
    "before",
    "after",
]
LIST_OPS = frozenset({"in", "not_in"})
BARE_OPS = frozenset({"is_null", "not_null", "is_empty", "not_empty"})
AGE_OPS: dict[str, tuple[str, str]] = {
    "older_than_days": (">", "DAY"),
    "within_days": ("<=", "DAY"),
    "older_than_hours": (">", "HOUR"),
    "within_hours": ("<=", "HOUR"),
}
COLUMN_OPS = frozenset({"eq", "ne", "contains", "not_contains", "gt", "gte", "lt", "lte"})
TEXT_OPS = frozenset({"contains", "not_contains", "starts_with", "ends_with", "matches", "before", "after"})
CIDR_OPS = frozenset({"in_cidr", "not_in_cidr"})
ORDER_OPS = frozenset({"gt", "gte", "lt", "lte"})
