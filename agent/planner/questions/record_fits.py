"""Where words of records fit among the marks of a question, and the marks with them."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

from typing import Final

from agent.planner.questions.form import Atom, Either, Ref
from agent.planner.questions.marks import Mark, piece
from agent.planner.questions.record_values import attributes
from agent.planner.questions.record_words import RECORDS
from agent.planner.questions.tokens import Token

_NEAR: Final = 6
_FREE: Final = frozenset(
    "word stop attr value weakness setting tag tagged owned tagvalue kind vague alias on off empty rank agg not mark after with tenant dist order all bin entity".split()
)


def free(mark: Mark, tokens: list[Token], entity: str, start: int, end: int, value: bool = False) -> bool:
    """Whether a mark may give way to a phrase of records; `value`: which means one of their values."""
    if mark.kind in ("number", "of", "by", "and"):
        return end - start > 1 and not (mark.kind in ("by", "and") and mark.start == start)
    if mark.kind == "entity":
        if mark.data == entity:
            return not mark.also.get("head")
        if value and mark.data == "issue":
            return mark.text.lower().startswith(("problem", "trouble"))
        return mark.data in ("vulnerability", "endpoint", "asset", "event", "package", "host")
    if mark.kind == "rank":
        return end - start > mark.end - mark.start or (value and end - start > 1)
    if mark.kind in ("not", "agg", "with", "after", "all", "bin", "on", "off", "dist", "order", "mark"):
        return end - start > mark.end - mark.start or mark.kind in ("on", "off", "after", "all")
    return mark.kind in _FREE


def fits(
    meaning: tuple[str, str | Atom],
    covered: tuple[Mark, ...],
    start: int,
    end: int,
    nouns: list[Mark],
    entity: str,
    subject: bool,
    tokens: list[Token],
) -> bool:
    kind, data = meaning
    if kind == "attr" and data not in attributes(entity) and data not in ("asset",):
        return False
    if kind == "attr" and any(m.kind == "entity" and m.data in RECORDS for m in covered):
        return subject and any(m.data in ("host", "endpoint") for m in covered)
    if subject:
        return not (kind == "attr" and end - start == 1 and any(m.kind == "agg" for m in covered))
    near = any(abs(m.start - end) <= _NEAR or abs(start - m.end) <= _NEAR for m in nouns)
    if kind == "attr":
        return data not in attributes("asset") and all(
            m.kind in ("word", "attr", "weakness", "stop") for m in covered
        )
    assert isinstance(data, Atom)
    beside = any(0 <= m.start - end <= 1 or 0 <= start - m.end <= 2 for m in nouns)
    if data.ref.name in ("platform", "type", "os", "environment", "tier", "owner"):
        return beside
    return near and all(
        (beside and m.kind == "tenant" and entity == "file")
        or m.kind in ("word", "value", "stop", "on", "off", "weakness", "not", "with", "empty")
        for m in covered
    )


def with_time(mark: Mark, data: Atom, marks: list[Mark], tokens: list[Token]) -> Mark:
    """ "not used in the last 90 days": longer ago, or never."""
    if (data.ref.name, data.op, data.negated) != ("last_seen", "empty", False):
        return mark
    following = next((m for m in marks if m.start >= mark.end and m.kind not in ("stop", "of", "with")), None)
    if following is None or following.kind != "time" or following.data.way not in ("within", "older"):
        return mark
    days = following.data.days
    if not days:
        return mark
    old = Atom(
        ref=Ref(name="last_seen"),
        op="older",
        values=(days,),
        label=f"last used more than {days:g} days ago",
        of=data.of,
    )
    return Mark("tenant", mark.start, following.end, Either(items=(old, data)), mark.text)


def merged(marks: list[Mark], found: list[Mark], tokens: list[Token]) -> list[Mark]:
    """The marks with those found in place of what they cover; words that are cut off stay as words."""
    taken = {k for m in found for k in range(m.start, m.end)}
    kept: list[Mark] = []
    for mark in marks:
        inside = [k for k in range(mark.start, mark.end) if k not in taken]
        if len(inside) == mark.end - mark.start:
            kept.append(mark)
            continue
        for k in inside:
            kept.append(piece(tokens, k))
    return sorted([*kept, *found], key=lambda m: m.start)
