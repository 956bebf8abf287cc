"""What has been understood so far while the marks of a question are read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Either, Has, Item, Kinds, Measure, Opening, Rank, Ref, Weakness
from agent.planner.questions.marks import Mark
from agent.planner.questions.tokens import Token

Connector = Literal["", "and", "or", "comma"]


@dataclass(slots=True)
class Relation:
    """A related entity while its words are read."""

    entity: str
    connector: Connector
    negated: bool = False
    op: Any = None
    count: int = 0
    parts: list[tuple[Connector, Item]] = field(default_factory=list)

    def made(self) -> Has:
        return Has(
            entity=self.entity,
            items=tuple(fold(self.parts)),
            op=self.op,
            count=self.count,
            negated=self.negated,
        )


@dataclass(slots=True)
class State:
    """The reading in the making. `left` are words that nothing has a meaning for, `unknown` those in a name's place."""

    marks: list[Mark]
    tokens: list[Token]
    estate: Estate
    given: tuple[Kinds, ...] = ()
    at: int = 0
    entity: str = ""
    noun: str = ""
    plural: bool = True
    dims: list[Ref] = field(default_factory=list)
    parts: list[tuple[Connector, Any]] = field(default_factory=list)
    waiting: list[tuple[Connector, Item]] = field(default_factory=list)
    relation: Relation | None = None
    connector: Connector = ""
    negated: bool = False
    negated_ref: str = ""
    measure: Measure | None = None
    agg: str = ""
    group: list[Ref] = field(default_factory=list)
    having: tuple[Any, float] | None = None
    span: str = ""
    rank: Rank | None = None
    pending_rank: str = ""
    limit: int | None = None
    per: bool = False
    columns: list[Ref] = field(default_factory=list)
    compare: tuple[str, float] | None = None
    bound_of_head: tuple[str, float] | None = None
    status: str = ""
    rule_form: bool = False
    left: list[Token] = field(default_factory=list)
    unknown: list[tuple[str, str]] = field(default_factory=list)
    vague: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    twofold: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    part_from: int | None = None
    opening: Opening | None = None
    groups: bool = False
    head_parts: int = 0
    bound: str = ""
    spread: bool = False
    subject: str = ""
    counts_of: str = ""
    counts_items: list[Item] = field(default_factory=list)
    named: tuple[str, ...] = ()
    over: Any = ""
    dim_at: int = 0
    unused: tuple[str, ...] = ()
    lacks: str = ""

    # --- looking around ---

    def mark(self, offset: int = 0) -> Mark | None:
        at = self.at + offset
        return self.marks[at] if 0 <= at < len(self.marks) else None

    def next(self, offset: int = 1, *, over: tuple[str, ...] = ("stop",)) -> tuple[int, Mark] | None:
        """The next mark that is not of the kinds `over`, from `offset` on, and where it stands."""
        at = self.at + offset
        while at < len(self.marks) and self.marks[at].kind in over:
            at += 1
        return (at, self.marks[at]) if at < len(self.marks) else None

    def before(self, *, over: tuple[str, ...] = ("stop",)) -> Mark | None:
        at = self.at - 1
        while at >= 0 and self.marks[at].kind in over:
            at -= 1
        return self.marks[at] if at >= 0 else None

    def words(self, mark: Mark) -> list[Token]:
        return self.tokens[mark.start : mark.end]

    def items(self) -> list[Item]:
        """All conditions, put together."""
        if self.opening is not None:
            self.parts.append(("and", self.opening))
            self.opening = None
        return fold([(link, p.made() if isinstance(p, Relation) else p) for link, p in self.parts])

    @property
    def headed(self) -> bool:
        return bool(self.entity or self.dims)

    # --- taking in ---

    def take_not(self) -> bool:
        found, self.negated = self.negated, False
        return found

    def add(self, item: Item, *, to_relation: bool = False) -> None:
        """A condition, for the entity asked for or for the related one that is being read."""
        connector, self.connector = self.connector, ""
        if to_relation and self.relation is not None:
            self.relation.parts.append((connector, item))
        elif to_relation:
            self.waiting.append((connector, item))
        else:
            self.parts.append((connector, item))

    def lose(self, mark: Mark) -> None:
        self.left += self.words(mark)


def key_of(item: Item) -> str:
    """What a condition is about, to tell lists of values of one thing."""
    if isinstance(item, Atom):
        return item.ref.key
    if isinstance(item, Kinds):
        return "kinds"
    if isinstance(item, Weakness):
        return f"weakness:{item.name}"
    return item.kind


def fold(parts: list[tuple[Connector, Item]]) -> list[Item]:
    """Conditions that are joined by or, or that list values of one thing, put together."""
    links: list[str] = [link for link, _ in parts]
    # "public, unencrypted or unused": a comma is what the next word that joins says
    for n in range(len(links) - 1, -1, -1):
        if links[n] == "comma":
            following = next((link for link in links[n + 1 :] if link in ("and", "or")), "and")
            links[n] = (
                following if all(link in ("comma", following) for link in links[n : n + 2] if link) else "and"
            )
    folded: list[list[Item]] = []
    for link, (_, item) in zip(links, parts, strict=True):
        previous = folded[-1][-1] if folded else None
        same = (
            previous is not None
            and key_of(previous) == key_of(item)
            and isinstance(item, Atom | Kinds)
            and isinstance(previous, Atom | Kinds)
            and previous.negated == item.negated
            and (
                link in ("and", "or")
                or (link == "" and isinstance(item, Atom) and item.op in ("in", "eq") and not item.negated)
            )
            and (isinstance(item, Kinds) or (item.op in ("in", "eq", "contains", "starts", "ends")))
        )
        apart = isinstance(previous, Kinds) != isinstance(item, Kinds)
        if previous is not None and ((link == "or" and not apart) or same):
            folded[-1].append(item)
        else:
            folded.append([item])
    return [_together(some) for some in folded]


def _together(items: list[Item]) -> Item:
    if len(items) == 1:
        return items[0]
    first = items[0]
    if all(isinstance(i, Kinds) for i in items) and len({i.negated for i in items}) == 1:
        return _kinds_together([i for i in items if isinstance(i, Kinds)])
    if all(
        isinstance(i, Atom) and i.ref == getattr(first, "ref", None) and i.op in ("in", "eq") for i in items
    ):
        atoms = [i for i in items if isinstance(i, Atom)]
        if len({i.negated for i in atoms}) == 1 and not atoms[0].ref.places:
            values = tuple(dict.fromkeys(value for i in atoms for value in i.values))
            return atoms[0].model_copy(
                update={
                    "op": "in",
                    "values": values,
                    "label": " or ".join(dict.fromkeys(i.label for i in atoms)),
                }
            )
    if all(getattr(i, "negated", False) for i in items):
        # "neither public nor unencrypted": none of them
        turned = tuple(i.model_copy(update={"negated": False}) for i in items)
        return Either(items=turned, negated=True)
    return Either(items=tuple(items))


def _kinds_together(items: list[Kinds]) -> Kinds:
    return Kinds(
        types=tuple(dict.fromkeys(t for i in items for t in i.types)),
        categories=tuple(dict.fromkeys(c for i in items for c in i.categories)),
        classes=tuple(dict.fromkeys(c for i in items for c in i.classes)),
        label=" and ".join(dict.fromkeys(i.label for i in items)),
        negated=items[0].negated,
    )


Put = Callable[[State, Item], None]
