"""Conditions and computed columns of plans: they hold each other."""

from __future__ import annotations

import ipaddress
from typing import Literal, TypeAlias

from pydantic import Field, model_validator

from tools.xql.checker.patterns import pattern_fault
from tools.xql.plan.model_values import (
    AGE_OPS,
    BARE_OPS,
    CIDR_OPS,
    COLUMN_OPS,
    LIST_OPS,
    ORDER_OPS,
    TEXT_OPS,
    JsonPath,
    Key,
    Name,
    Op,
    PlanModel,
    Real,
    Scalar,
    Text,
    Whole,
)
from tools.xql.plan.times import epoch_ms


class Test(PlanModel):
    """One comparison of a column, a tag or a place in JSON with a value, values or another column.

    `ne`, `not_in` and `not_contains` also hold where there is no value at all. A `*` in the text of `eq`, `ne`, `in`
    and `not_in` stands for any text. On an array: any item satisfies it (of the negated: none does).
    """

    __test__ = False

    field: Name | None = Field(default=None, description="Column to test; or give tag or json_path.")
    tag: Key | None = Field(default=None, description="Key of the asset tag to test.")
    json_path: JsonPath | None = Field(default=None, description="Place in a JSON column to test.")
    op: Op = Field(description="before/after: ISO date; older_than_/within_: a number of days or hours.")
    value: Scalar | None = Field(default=None, description="What to compare with.")
    values: tuple[Scalar, ...] = Field(default=(), max_length=1_000, description="For in and not_in.")
    other: Name | None = Field(default=None, description="Another column to compare with, instead of value.")

    @model_validator(mode="after")
    def _one_subject(self) -> Test:
        if sum(item is not None for item in (self.field, self.tag, self.json_path)) != 1:
            raise ValueError("a test has exactly one of field, tag, json_path")
        if self.other is not None:
            if self.op not in COLUMN_OPS or self.value is not None or self.values:
                raise ValueError("other goes with eq, ne, contains, gt, gte, lt, lte and without a value")
            return self
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
        if self.op in AGE_OPS and (isinstance(self.value, bool) or not isinstance(self.value, int)):
            raise ValueError(f"{self.op} takes a whole number")
        if self.op in TEXT_OPS and not isinstance(self.value, str):
            raise ValueError(f"{self.op} takes text")
        if self.op in ORDER_OPS and isinstance(self.value, bool):
            raise ValueError(f"{self.op} takes a number or text")
        if self.op in ("before", "after"):
            epoch_ms(str(self.value))
        if self.op == "matches":
            fault = pattern_fault(str(self.value))
            if fault is not None:
                raise ValueError(fault[1])
        if self.op in CIDR_OPS:
            for part in str(self.value).split(","):
                ipaddress.IPv4Network(part.strip(), strict=False)


class All(PlanModel):
    """Every one of these holds."""

    all: tuple[Condition, ...] = Field(min_length=1, max_length=200)


class AnyOf(PlanModel):
    """At least one of these holds."""

    any: tuple[Condition, ...] = Field(min_length=1, max_length=200)


class Not(PlanModel):
    """This does not hold (a missing value counts as not)."""

    none: Condition


class Related(PlanModel):
    """There is (or, if `absent`, is not) a row of another dataset, or of the same one, with the same key.

    Without `key` and `field` the known link of the two datasets is used. Either may be an array: then any item links.
    """

    dataset: Name = Field(description="Where to look.")
    key: Name | None = Field(default=None, description="Column of that dataset that links.")
    field: Name | None = Field(default=None, description="Column of this dataset that links.")
    where: Condition | None = Field(default=None, description="What the related row satisfies.")
    compute: tuple[Computed, ...] = Field(default=(), max_length=20, description="Columns made there first.")
    expand: tuple[Name, ...] = Field(default=(), max_length=5, description="Arrays expanded there.")
    at_least: int = Field(default=1, ge=1, le=1_000_000, description="How many related rows at least.")
    absent: bool = Field(default=False, description="True: there are no (or fewer) such rows.")

    @model_validator(mode="after")
    def _both_keys(self) -> Related:
        if (self.key is None) != (self.field is None):
            raise ValueError("related names both key and field or neither")
        return self


Condition: TypeAlias = Test | All | AnyOf | Not | Related


class Computed(PlanModel):
    """A new column, made in exactly one way."""

    name: Name = Field(description="Name of the new column.")
    json_path: JsonPath | None = Field(default=None, description="Read this place of a JSON column.")
    array: bool = Field(default=False, description="With json_path: the items of a JSON array there.")
    tag: Key | None = Field(default=None, description="Value of this asset tag.")
    age_days: Name | None = Field(default=None, description="Whole days since this time.")
    age_hours: Name | None = Field(default=None, description="Whole hours since this time.")
    until: Name | None = Field(default=None, description="With age_*: up to this time instead of now.")
    length: Name | None = Field(default=None, description="Number of items, or of characters.")
    lower: Name | None = Field(default=None, description="The text in lower case.")
    coalesce: tuple[Name, ...] = Field(default=(), description="The first of these that has a value.")
    concat: tuple[Name, ...] = Field(default=(), description="The texts put together.")
    extract: Name | None = Field(default=None, description="First match of pattern in this text.")
    pattern: Text | None = Field(default=None, description="RE2 pattern for extract; one group at most.")
    date_part: Name | None = Field(default=None, description="This time written by format.")
    format: Text = Field(default="%Y-%m-%d", description="strftime codes for date_part.")
    rank: Name | None = Field(default=None, description="Position of this column's value in ranks, from 1.")
    ranks: tuple[Text, ...] = Field(default=(), max_length=50, description='As "CRITICAL", "HIGH", ...')
    when: Condition | None = Field(default=None, description="then where this holds, else otherwise.")
    then: Scalar | None = None
    otherwise: Scalar | None = None
    math: Literal["add", "subtract", "multiply", "divide"] | None = Field(
        default=None, description="Of left and right; also of aggregates."
    )
    left: Name | Whole | Real | None = None
    right: Name | Whole | Real | None = None
    convert: Literal["text", "integer", "number"] = Field(default="text", description="Of json_path and tag.")

    @model_validator(mode="after")
    def _one_way(self) -> Computed:
        single = (self.json_path, self.tag, self.age_days, self.age_hours, self.length, self.lower)
        more = (self.extract, self.date_part, self.rank, self.when, self.math)
        many = bool(self.coalesce) + bool(self.concat)
        if sum(way is not None for way in (*single, *more)) + many != 1:
            raise ValueError("a computed column is made in exactly one way")
        if self.when is not None:
            self._choice()
        if self.math is not None and (self.left is None or self.right is None):
            raise ValueError("math needs left and right")
        if self.array and self.json_path is None:
            raise ValueError("array goes with json_path")
        if self.date_part is not None and "%" not in self.format:
            raise ValueError("format needs codes such as %Y-%m-%d")
        if self.until is not None and self.age_days is None and self.age_hours is None:
            raise ValueError("until goes with age_days or age_hours")
        if (self.extract is None) != (self.pattern is None) or (self.rank is None) != (not self.ranks):
            raise ValueError("extract goes with pattern, rank with ranks")
        if self.pattern is not None and (fault := pattern_fault(self.pattern)) is not None:
            raise ValueError(fault[1])
        return self

    def _choice(self) -> None:
        if self.then is None:
            raise ValueError("when needs then")
        if self.otherwise is not None and _family(self.then) != _family(self.otherwise):
            raise ValueError("then and otherwise are of one type")
        assert self.when is not None
        if has_related(self.when):
            raise ValueError(ONLY_WHERE)


ONLY_WHERE = "related rows are looked up only in where; elsewhere join with aggregates and test their count"


def has_related(condition: Condition) -> bool:
    """Whether the condition looks rows of a dataset up."""
    if isinstance(condition, All | AnyOf):
        return any(map(has_related, condition.all if isinstance(condition, All) else condition.any))
    return isinstance(condition, Related) or (isinstance(condition, Not) and has_related(condition.none))


def _family(value: Scalar) -> str:
    return "bool" if isinstance(value, bool) else "text" if isinstance(value, str) else "number"


for _model in (All, AnyOf, Not, Related, Computed):
    _model.model_rebuild()

__all__ = [
    "BARE_OPS",
    "LIST_OPS",
    "ONLY_WHERE",
    "All",
    "AnyOf",
    "Computed",
    "Condition",
    "Not",
    "Op",
    "Related",
    "Test",
    "has_related",
]
