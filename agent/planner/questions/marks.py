"""What the pieces of a question are: words of the lists, of the tenant, times, numbers; the rest stays as words."""

# ruff: noqa: E501 (tables and patterns are easier to read in one piece)

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from agent.planner.questions.english import harmless
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Kinds, Ref
from agent.planner.questions.names import named
from agent.planner.questions.phrases import STOP, lexicon_table
from agent.planner.questions.system_words import systems
from agent.planner.questions.times import find_times
from agent.planner.questions.tokens import Token
from agent.planner.questions.weaknesses import Found, find_weaknesses

# the order in which marks of the same length are preferred
_RANKS: Final = {
    kind: n
    for n, kind in enumerate(
        "quoted time name alias_ value weakness tenant tag bin dist kind entity agg rank order desc asc after compare not tagged owned attr empty "
        "on off vague with by top all or and but of number id date stop word alias mark".split()
    )
}
# category -> what ids of types in it have that are parts of such a thing, or hang between two
_PARTS: Final = {"VPC": "PEERING", "Load Balancer": "TARGET_GROUP", "Network Interface": "PUBLIC_IP"}
_AVERAGES: Final = frozenset("average avg mean median total maximum minimum".split())
_SUPERLATIVES: Final = frozenset("longest shortest highest lowest largest biggest smallest fewest".split())


@dataclass(slots=True)
class Mark:
    """A piece that has a meaning: its kind and what it holds; `also` are other meanings of the same words."""

    kind: str
    start: int
    end: int
    data: Any = None
    text: str = ""
    also: dict[str, Any] = field(default_factory=dict)

    def has(self, *kinds: str) -> bool:
        return self.kind in kinds or any(kind in self.also for kind in kinds)

    def get(self, kind: str) -> Any:
        return self.data if self.kind == kind else self.also.get(kind)


def find_marks(text: str, tokens: list[Token], estate: Estate, now: datetime) -> list[Mark]:
    """The marks of a question in their order; every piece is in exactly one of them."""
    from agent.planner.questions.noun_marks import with_nouns

    found: list[Mark] = []
    found += _times(text, tokens, now)
    found += _weaknesses(text, tokens, estate)
    for at, token in enumerate(tokens):
        found += [_without_parts(mark, estate) for mark in _listed(tokens, at)]
        found += [Mark(kind, at, end, data) for end, kind, data in named(tokens, at, estate)]
        found += [Mark("value", at, end, ("os", seen)) for end, seen in systems(tokens, at, estate)]
        found.append(_plain(token, at))
    return with_nouns(_chosen(found, tokens), tokens, estate)


def _without_parts(mark: Mark, estate: Estate) -> Mark:
    """The mark of a noun whose category holds parts of such things too: a target group is no load balancer."""
    if mark.kind != "kind" or not isinstance(mark.data, Kinds) or mark.data.types:
        return mark
    parts = [_PARTS[c] for c in mark.data.categories if c in _PARTS]
    if not parts:
        return mark
    held = [t for t, (_, category, _, _) in estate.types.items() if category in mark.data.categories]
    own = tuple(sorted(t for t in held if not any(part in t for part in parts)))
    if own and len(own) < len(held):
        mark.data = mark.data.model_copy(update={"types": own, "categories": ()})
    return mark


def _plain(token: Token, at: int) -> Mark:
    if token.kind == "word":
        plain = token.text in STOP or token.norm in STOP or len(token.text) == 1 or harmless(token.text)
        return Mark("stop" if plain else "word", at, at + 1, token)
    if token.kind == "mark":
        return Mark("comma" if token.text in ",;" else "mark", at, at + 1, token)
    return Mark(token.kind, at, at + 1, token)


def piece(tokens: list[Token], at: int) -> Mark:
    """What one piece is by itself."""
    alone = [mark for mark in _listed(tokens, at) if mark.end == at + 1]
    found = min([*alone, _plain(tokens[at], at)], key=lambda mark: _RANKS.get(mark.kind, 99))
    found.text = tokens[at].raw
    return found


def _listed(tokens: list[Token], at: int) -> Iterator[Mark]:
    for norm in {tokens[at].norm, tokens[at].text}:
        for phrase in lexicon_table().get(norm, ()):
            end = at + len(phrase.words)
            if phrase.kind == "after" and end < len(tokens) and tokens[end].text == "than":
                # "and more than 3" bounds what comes next
                continue
            if end <= len(tokens) and all(
                word in (token.norm, token.text)
                for word, token in zip(phrase.words, tokens[at:end], strict=True)
            ):
                yield Mark(phrase.kind, at, end, phrase.data)


def _times(text: str, tokens: list[Token], now: datetime) -> Iterator[Mark]:
    for when in find_times(text, now):
        span = _covered(tokens, when.start_at, when.end_at)
        if span is not None:
            yield Mark("time", *span, when)


def _weaknesses(text: str, tokens: list[Token], estate: Estate) -> Iterator[Mark]:
    for found in find_weaknesses(text, estate):
        span = _covered(tokens, found.start, found.end)
        if span is not None and not any(t.text in _SUPERLATIVES for t in tokens[slice(*span)]):
            if span[0] and tokens[span[0] - 1].text in _AVERAGES:
                continue
            # "the longest backup retention" ranks, "the average memory" measures
            yield Mark("weakness", *span, found)


def _covered(tokens: list[Token], start: int, end: int) -> tuple[int, int] | None:
    inside = [n for n, token in enumerate(tokens) if token.start < end and start < token.end]
    return (inside[0], inside[-1] + 1) if inside else None


def _chosen(found: Iterable[Mark], tokens: list[Token]) -> list[Mark]:
    """The longest marks that do not overlap; of the same words the preferred one, with the others beside it."""
    best: dict[tuple[int, int], list[Mark]] = {}
    for mark in found:
        best.setdefault((mark.start, mark.end), []).append(mark)
    spans = sorted(best, key=lambda span: (span[0] - span[1], _preferred(best[span]), span[0]))
    taken = [False] * len(tokens)
    chosen: list[Mark] = []
    for start, end in spans:
        if any(taken[start:end]):
            continue
        taken[start:end] = [True] * (end - start)
        alike = sorted(best[start, end], key=lambda mark: _RANKS.get(mark.kind, 99))
        first = alike[0]
        for other in alike[1:]:
            if other.kind != first.kind:
                first.also.setdefault(other.kind, other.data)
            elif other.kind in ("attr", "value", "entity", "kind"):
                first.also.setdefault(f"{other.kind}s", []).append(other.data)
        first.text = " ".join(token.raw for token in tokens[start:end])
        chosen.append(first)
    return sorted(chosen, key=lambda mark: mark.start)


def _preferred(marks: list[Mark]) -> int:
    return min(_RANKS.get(mark.kind, 99) for mark in marks)


def atom(name: str, op: Any, values: tuple[str | float, ...] = (), label: str = "", **more: Any) -> Atom:
    return Atom(ref=Ref(name=name), op=op, values=values, label=label, **more)


__all__ = ["Found", "Mark", "atom", "find_marks"]
