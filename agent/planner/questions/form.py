"""The logical form of a question: what is asked of what, in the question's own terms, before it becomes a plan."""

# ruff: noqa: E501 (tables and patterns are easier to read in one piece)

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from tools.xql.plan import PostureQuery

Outcome = Literal["answer", "clarify", "refuse", "no_such"]
Op = Literal[
    "eq", "in", "contains", "starts", "ends", "gt", "gte", "lt", "lte", "empty", "older", "within", "range", "cidr", "true", "matches", "foreign",
]  # fmt: skip


class FormModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Where(FormModel):
    """A place in the configuration of one type of asset; `*` is each item of an array. `good`: values that mean yes."""

    type_id: str
    path: tuple[str, ...]
    kind: str = "text"
    good: tuple[str, ...] = ()


class Ref(FormModel):
    """What a condition or group is about: an attribute, the tag with one of these keys, or configuration."""

    name: str
    tags: tuple[str, ...] = ()
    places: tuple[Where, ...] = ()
    fact: str = ""

    @property
    def key(self) -> str:
        """What tells one ref from another."""
        if self.tags:
            return f"tag:{'|'.join(sorted(t.lower() for t in self.tags))}"
        return f"setting:{self.name}" if self.places else self.name


class Atom(FormModel):
    """One condition. `of` names the entity that it is about where that is not the one asked for."""

    kind: Literal["atom"] = "atom"
    ref: Ref
    op: Op
    values: tuple[str | float, ...] = ()
    start: datetime | None = None
    end: datetime | None = None
    label: str = ""
    of: str = ""
    negated: bool = False


class Kinds(FormModel):
    """Assets of these types, categories or classes."""

    kind: Literal["kinds"] = "kinds"
    types: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    label: str = ""
    negated: bool = False


class Weakness(FormModel):
    """A weakness that rules report (`rules`), or that configuration shows (`setting`), or both for several types.

    `negated` asks for what does not have it.
    """

    kind: Literal["weakness"] = "weakness"
    name: str
    rules: tuple[str, ...] = ()
    setting: tuple[Atom | Linked, ...] = ()
    label: str = ""
    negated: bool = False


class Opening(FormModel):
    """Security groups with a rule that lets one of these ports in, from one of these ranges; none: any."""

    kind: Literal["opening"] = "opening"
    ports: tuple[int, ...] = ()
    ranges: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    outbound: bool = False
    negated: bool = False


class Has(FormModel):
    """A related row of another entity, or `count` of them by `op`."""

    kind: Literal["has"] = "has"
    entity: str
    items: tuple[Item, ...] = ()
    op: Literal["gt", "gte", "lt", "lte", "eq"] | None = None
    count: int = 0
    negated: bool = False


class Inside(FormModel):
    """One and the same item of an array satisfies all of these: their places lie in the same arrays, type by type."""

    kind: Literal["inside"] = "inside"
    items: tuple[Item, ...]
    label: str = ""
    negated: bool = False


class Linked(FormModel):
    """A resource of another kind with which it shares an id in the configuration: it stands in the first and in the
    second place of one of `ways`, each of which is for one type of both."""

    kind: Literal["linked"] = "linked"
    kinds: Kinds
    items: tuple[Item, ...] = ()
    ways: tuple[tuple[Where, Where], ...]
    negated: bool = False

    @property
    def ref(self) -> Ref:
        """Where the configuration tells it."""
        return Ref(name=self.kinds.label, places=tuple(here for here, _ in self.ways))


class Either(FormModel):
    """At least one of these."""

    kind: Literal["either"] = "either"
    items: tuple[Item, ...]
    negated: bool = False


Item: TypeAlias = Annotated[
    Atom | Kinds | Weakness | Opening | Has | Inside | Linked | Either, Field(discriminator="kind")
]


class Measure(FormModel):
    """`count` counts things, `distinct` the values of `ref`, `percent` the part that satisfies `part`; of `has`: the
    number of related rows of each thing is measured."""

    function: Literal["count", "distinct", "sum", "avg", "min", "max", "median", "percent"]
    ref: Ref | None = None
    part: tuple[Item, ...] = ()
    has: Has | None = None


class ItemTest(FormModel):
    """A condition on one item of an array; `ref.places` are where its value stands, type by type.

    `source`, `port` and `exact` read rules of networks: who may come in, whether a port is inside what is let in, or all of it.
    """

    ref: Ref
    op: Literal[
        "in",
        "starts",
        "contains",
        "gt",
        "gte",
        "lt",
        "lte",
        "older",
        "within",
        "source",
        "port",
        "exact",
        "empty",
    ]
    values: tuple[str | float, ...] = ()
    label: str = ""
    negated: bool = False


class Each(FormModel):
    """Items of arrays in the configuration, one row each: `arrays` are where they stand, one place for each type.

    `count` counts the items or the assets that have them; then `group` are values that it is by, `by_asset` counts for each
    asset, `function` measures those counts. `holding` asks for the assets with such an item, `negated` for those without.
    """

    arrays: tuple[Where, ...]
    name: str
    owner: str = ""
    shown: tuple[Ref, ...] = ()
    tests: tuple[ItemTest, ...] = ()
    inside: tuple[Item, ...] = ()
    """Conditions on the configuration of one item."""
    group: tuple[Ref, ...] = ()
    count: Literal["", "items", "assets", "distinct"] = ""
    by_asset: bool = False
    function: Literal["", "avg", "max", "min", "median", "sum"] = ""
    negated: bool = False
    holding: bool = False
    of: Ref | None = None
    """What is counted by `group` in place of the items: the different values of this."""
    every: str = ""
    """What all items are, where those are asked for of which no item is otherwise."""


class Side(FormModel):
    """Of each group, how many things there are that satisfy `items`, and the bound of that number."""

    items: tuple[Item, ...]
    entity: str = "asset"
    op: Literal["gt", "gte", "lt", "lte", "eq"] = "gt"
    count: float = 0
    label: str = ""


class Rank(FormModel):
    """Order by an attribute, by a count of related things (`has`) or by the group's own count (neither)."""

    ref: Ref | None = None
    has: Has | None = None
    descending: bool = True


class Form(FormModel):
    """What is asked. `ask` list gives things themselves; with `group` or `bin` a measure of each."""

    entity: str = "asset"
    items: tuple[Item, ...] = ()
    measure: Measure | None = None
    group: tuple[Ref, ...] = ()
    having: tuple[Literal["gt", "gte", "lt", "lte", "eq"], float] | None = None
    span: str = ""
    bin_ref: Ref | None = None
    rank: Rank | None = None
    limit: int | None = None
    per: tuple[Ref, ...] = ()
    columns: tuple[Ref, ...] = ()
    only_columns: bool = False
    status: Literal["open", "closed", "all", "said", ""] = ""
    rule_form: bool = False
    noun: str = ""
    each: Each | None = None
    sides: tuple[Side, ...] = ()
    more: bool = False
    numbers: bool = False
    """Without bounds: the number of each side is what is asked for."""
    also: tuple[Literal["sum", "avg", "min", "max", "median"], ...] = ()
    over: Literal["", "count", "avg", "max", "min", "median", "sum"] = ""


class Asked(FormModel):
    """What became of a question; kept with its message, so that the next one can refine it."""

    outcome: Outcome
    question: str = ""
    form: Form | None = None
    plan: PostureQuery | None = None
    reading: str = ""
    message: str = ""
    choices: tuple[str, ...] = ()
    whole: str = ""
    """A text that says all of what is asked, where one does: of a follow-up the question before goes along."""


for _model in (Each, Has, Inside, Linked, Either, Measure, Side, Rank, Form, Asked):
    _model.model_rebuild()
