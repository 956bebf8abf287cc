"""How conditions of a question bind: parentheses, and, or, but, except, neither ... nor; and the phrases in between."""

# ruff: noqa: E501 (a rule is easier to read in one piece)

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from agent.planner.questions.english import harmless, ordinary
from agent.planner.questions.form import Atom, Either, Item
from agent.planner.questions.phrases import STOP
from agent.planner.questions.reader_state import key_of
from agent.planner.questions.setting_atoms import NoSuchValue
from agent.planner.questions.setting_joined import either_of, not_all, turned
from agent.planner.questions.setting_phrases import Reading
from agent.planner.questions.setting_words import FILLER, NOT, OFF, ON, TO_WHOM
from agent.planner.questions.settings import ITEM
from agent.planner.questions.tokens import Token

_APART: Final = frozenset(
    {"but", "while", "whilst", "whereas", ";", "yet", "however", "although", "though", ":"}
)
_EXCEPT: Final = frozenset({"except", "excluding", "exclude", "outside", "besides"})
_EDGES: Final = frozenset(
    """with without that which who whose where in on at from for of not no has have having is are only but by under using running named
    called type size set all whose""".split()
)
_LACKING: Final = frozenset({"without", "no", "lacking", "missing"})
_KEYS: Final = frozenset("type size class version runtime engine family running".split())
# who has it: a condition or a column, and never idle
_HELD: Final = frozenset({"owner", "team"})
_UNITS: Final = frozenset({"second", "minute", "hour"})
_MOST: Final = 60
Phrase = Callable[[Sequence[Token]], Reading | None]


@dataclass(slots=True)
class Clauses:
    """Reads conditions. `phrase` gives the condition of some words, `other` that of words that are no configuration."""

    phrase: Phrase
    other: Phrase
    found: list[Reading] = field(default_factory=list)
    left: int = 14
    tried: dict[str, Reading | None] = field(default_factory=dict)
    last: Reading | None = None
    lacking: NoSuchValue | None = None

    def items(self, tokens: Sequence[Token]) -> list[Item] | None:
        """Conditions that all hold; None where some words have no meaning here."""
        if len(tokens) > _MOST:
            return None
        made = self._all(list(tokens))
        return None if made is None else made

    def _all(self, tokens: list[Token]) -> list[Item] | None:
        """What is joined by but, while, or a comma before an or."""
        tokens = _trimmed(tokens)
        if not tokens:
            return []
        for split in (self._at_apart, self._at_comma):
            parts = split(tokens)
            if len(parts) > 1:
                return self._each(parts)
        return self._any(tokens)

    def _each(self, parts: list[list[Token]]) -> list[Item] | None:
        found: list[Item] = []
        for part in parts:
            made = self._all(part)
            if made is None:
                return None
            found += made
        return found

    def _at_apart(self, tokens: list[Token]) -> list[list[Token]]:
        return _split(tokens, lambda n: tokens[n].text in _APART and tokens[n].kind != "quoted")

    def _at_comma(self, tokens: list[Token]) -> list[list[Token]]:
        parts = _split(tokens, lambda n: tokens[n].text == "," and tokens[n].kind == "mark")
        if (
            len(parts) > 2
            and all(len(_plain(p)) <= 2 for p in parts[:-1])
            and "or" in [t.text for t in parts[-1]]
        ):
            # a list of short things: a, b or c
            return [tokens]
        if len(parts) == 2 and parts[1] and parts[1][0].text in ("or", "and"):
            return parts if parts[1][0].text == "and" else [tokens]
        return parts

    def _any(self, tokens: list[Token]) -> list[Item] | None:
        neither = next((n for n, t in enumerate(tokens) if t.text == "neither" and t.kind != "quoted"), None)
        if neither is not None:
            rest = tokens[neither + 1 :]
            neithers = _split(rest, lambda n: rest[n].text in ("nor", "or"))
            before = self._each([tokens[:neither]]) if _plain(tokens[:neither]) else []
            made = self._each(neithers)
            if before is None or made is None or len(neithers) < 2:
                return None
            return [*before, *(turned(i) for i in made)]
        ors = _split(tokens, lambda n: tokens[n].text in ("or", "nor") and tokens[n].kind == "word")
        if len(ors) == 1:
            return self._both(tokens)
        ors = _all_without([_without_comma(part) for part in ors])
        if ors[0] and all(part and part[0].text in _LACKING for part in ors):
            # "without a or b": neither
            return self._each(ors)
        read: list[list[Item] | None] = []
        for part in ors:
            like = self._elided(ors[0], part, read[0]) if read and read[0] else None
            read.append([like] if like is not None else self._both(part))
        known = next((made[-1] for made in read if made), None)
        sides: list[list[Item]] = []
        for part, made in zip(ors, read, strict=True):
            if not made and known is not None and (unseen := _unseen(part, known)) is not None:
                made = [unseen]
            if not made:
                return None
            sides.append(made)
        return either_of(sides, negated_first=bool(ors[0]) and ors[0][0].text in NOT)

    def _elided(self, first: list[Token], part: list[Token], read: list[Item]) -> Item | None:
        """ "in namespace ledger or basket": what is not said again of the second value."""
        known, told = read[-1], _plain(part)
        if len(_plain(first)) < 2 or len(told) != 1 or not _valued(known):
            return None
        if told[0].text in NOT | ON | OFF | _EDGES or told[0].kind not in ("word", "id", "number", "quoted"):
            return None
        try:
            made = self.phrase([*first[:-1], told[0]]) or self.other([*first[:-1], told[0]])
        except NoSuchValue:
            return None
        if made is None or not _valued(made.item) or key_of(made.item) != key_of(known):
            return None
        self.found.append(made)
        return made.item

    def _both(self, tokens: list[Token]) -> list[Item] | None:
        ands = _split(
            tokens,
            lambda n: (
                tokens[n].text in ("and", "&", "plus", "also", "+", ",")
                and tokens[n].kind in ("word", "mark")
            ),
        )
        if len(ands) > 1:
            whole = (
                self._spans(tokens) if len(tokens) <= 8 and not any(t.text in "()" for t in tokens) else None
            )
            if whole is not None and len(whole) == 1:
                return whole
        found: list[Item] = []
        for part in ands:
            made = self._one(_trimmed(part))
            if made is None:
                return None
            found += made
        return found

    def _one(self, tokens: list[Token]) -> list[Item] | None:
        opened = next((n for n, t in enumerate(tokens) if t.text == "(" and t.kind == "mark"), None)
        if opened is not None:
            closed = _closing(tokens, opened)
            if closed is None:
                return None
            before, negated = _trimmed(tokens[:opened]), False
            if before and before[-1].text in NOT:
                before, negated = before[:-1], True
            first = self._spans(before) if before else []
            inner = self._all(tokens[opened + 1 : closed])
            rest = self._one(tokens[closed + 1 :]) if tokens[closed + 1 :] else []
            if first is None or not inner or rest is None:
                return None
            if negated:
                inner = [turned(inner[0])] if len(inner) == 1 else [not_all(inner)]
            return [*first, *inner, *rest]
        return self._spans(tokens)

    def _spans(self, tokens: list[Token]) -> list[Item] | None:
        """The fewest phrases that take all of the words."""
        found, others = len(self.found), self._fewest(tokens, False)
        if others and not any(reading.partly for reading in self.found[found:]):
            return others
        read = self.found[found:]
        del self.found[found:]
        made = self._fewest(tokens, True) if _plain(tokens) else []
        if made is None and others:
            self.found += read
            return others
        return made

    def _fewest(self, tokens: list[Token], others: bool) -> list[Item] | None:
        size = len(tokens)
        best: list[tuple[float, list[Reading]] | None] = [None] * (size + 1)
        best[0] = (0.0, [])
        for end in range(1, size + 1):
            if _empty(tokens[end - 1]) and (before := best[end - 1]) is not None:
                best[end] = before
            for start in range(max(0, end - 14), end):
                before = best[start]
                if before is None or (start and not _edge(tokens, start)):
                    continue
                if end < size and (not _edge(tokens, end) or tokens[end - 1].text in NOT):
                    # a not belongs to what follows it
                    continue
                sure = (start == 0 or tokens[start].text in _EDGES) and (
                    end == size or tokens[end].text in _EDGES
                )
                made = self._of(tokens[start:end], others and sure)
                if made is None:
                    continue
                cost = before[0] + 10 - min(made.score, 8)
                if (known := best[end]) is None or cost < known[0]:
                    best[end] = (cost, [*before[1], made])
        done = best[size]
        if done is None:
            return None
        self.found += done[1]
        self.last = done[1][-1] if done[1] else self.last
        return [reading.item for reading in done[1]]

    def _of(self, tokens: list[Token], others: bool) -> Reading | None:
        if all(_empty(t) or t.text in NOT for t in tokens) or _crossing(tokens):
            return None
        lacking = False
        try:
            made = self.phrase(tokens)
        except NoSuchValue as error:
            self.lacking, made, lacking = self.lacking or error, None, True
        if (made is None or made.partly) and others:
            said = " ".join(t.text for t in tokens)
            if said not in self.tried and self.left > 0:
                self.left -= 1
                self.tried[said] = self.other(tokens)
            told = self.tried.get(said)
            if lacking and told is not None and isinstance(told.item, Atom) and told.item.ref.places:
                # an empty answer would look like a safe one
                told = None
            made = told or made
        return made


def _crossing(tokens: list[Token]) -> bool:
    """ "created last year with no keys": what is not there is no part of what stands before it."""
    return any(
        t.text == "without" or (t.text == "with" and n + 1 < len(tokens) and tokens[n + 1].text in NOT)
        for n, t in enumerate(tokens)
        if n and _plain(tokens[:n])
    )


def _valued(item: Item) -> bool:
    """Whether something is said to have a value."""
    inner = item.items if isinstance(item, Either) else (item,)
    return bool(inner) and all(isinstance(i, Atom) and i.op in ("eq", "in", "starts") for i in inner)


def _unseen(part: list[Token], known: Item) -> Item | None:
    """ "python3.8 or nodejs14": a value of the same key that nothing has, which is no reason to find nothing."""
    if not isinstance(known, Atom) or known.op not in ("eq", "starts", "in") or not known.ref.places:
        return None
    if any(ITEM in where.path for where in known.ref.places):
        # what items have may be who is granted what
        return None
    words = _plain(part)
    values = [v for v in known.values if isinstance(v, str)]
    if not words or not values or any(t.text not in _KEYS and t.norm not in _KEYS for t in words[:-1]):
        return None
    said = words[-1]
    digits = any(c.isdigit() for c in said.text) and any(c.isdigit() for v in values for c in v)
    if said.kind == "number" or not (digits or (said.kind == "word" and not ordinary(said.text))):
        return None
    key = known.label.rpartition(": ")[2].partition(" = ")[0] if " = " in known.label else known.ref.name
    return known.model_copy(
        update={"op": "starts", "values": (said.text,), "label": f"{key} = {said.raw} (none seen)"}
    )


def _all_without(parts: list[list[Token]]) -> list[list[Token]]:
    """ "without a or b" as "without a" and "without b", where what follows names nothing but a thing."""
    first, rest = parts[0], parts[1:]
    if not first or first[0].text not in _LACKING or not rest:
        return parts
    short = all(
        len(_plain(p)) <= 3
        and not any(t.text in NOT | ON | OFF | _EDGES or t.kind in ("number", "quoted") for t in p)
        for p in rest
    )
    told = any(t.text in ON | OFF for t in first)
    return [first, *([first[0], *p] for p in rest)] if short and not told else parts


def _edge(tokens: Sequence[Token], at: int) -> bool:
    """Whether a phrase may begin here."""
    token, before = tokens[at], tokens[at - 1]
    if token.text in ("=", "==", "!=", "<>", "equal", "equals"):
        # what is compared stands before it
        return False
    return (
        token.text in _EDGES
        or token.text in NOT
        or token.text in _EXCEPT
        or (before.text not in _EDGES and before.text not in NOT)
    )


def _empty(token: Token) -> bool:
    return (
        token.kind in ("word", "mark")
        and token.text not in NOT
        and token.text not in TO_WHOM
        and token.norm not in _UNITS
        and token.norm not in _HELD
        and not (token.text in OFF or (token.text in ON and token.text not in FILLER))
        and (
            token.text in FILLER
            or token.text in STOP
            or harmless(token.text)
            or token.text in (",", ".", ":", "and", "?", "!")
        )
    )


def _plain(tokens: Sequence[Token]) -> list[Token]:
    return [t for t in tokens if not _empty(t)]


def _trimmed(tokens: list[Token]) -> list[Token]:
    while tokens and (
        tokens[0].text in (",", "and", ".", ":", "-", "but", "also") and tokens[0].kind in ("mark", "word")
    ):
        tokens = tokens[1:]
    while tokens and (
        tokens[-1].text in (",", ".", ":", "?", "!", "-", "and") and tokens[-1].kind in ("mark", "word")
    ):
        tokens = tokens[:-1]
    return tokens


def _without_comma(tokens: list[Token]) -> list[Token]:
    return _trimmed(tokens)


def _split(tokens: list[Token], at: Callable[[int], bool]) -> list[list[Token]]:
    """The parts between such words, outside of parentheses."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for n, token in enumerate(tokens):
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0 and at(n):
            parts.append([])
        else:
            parts[-1].append(token)
    return [part for part in parts if part]


def _closing(tokens: list[Token], opened: int) -> int | None:
    depth = 0
    for n in range(opened, len(tokens)):
        depth += (tokens[n].text == "(") - (tokens[n].text == ")")
        if depth == 0:
            return n
    return None
