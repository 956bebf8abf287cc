"""The words of a phrase about configuration, sorted: negation, a bound, a time, and the rest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from agent.planner.questions.english import harmless
from agent.planner.questions.phrases import STOP
from agent.planner.questions.setting_places import root
from agent.planner.questions.setting_words import AFTER, COMPARED, FILLER, NOT, TO_WHOM
from agent.planner.questions.times import When
from agent.planner.questions.tokens import Token

_SECONDS: Final = {
    **dict.fromkeys(("second", "seconds", "sec", "secs", "s"), 1),
    **dict.fromkeys(("minute", "minutes", "min", "mins"), 60),
    **dict.fromkeys(("hour", "hours", "hr", "hrs"), 3_600),
}
# languages as runtimes begin with them
FAMILIES: Final = {
    "python": "python",
    "node": "nodejs",
    "nodejs": "nodejs",
    "node.js": "nodejs",
    "java": "java",
    "ruby": "ruby",
    "dotnet": "dotnet",
    "go": "go",
}
_COMPARING: Final = frozenset(
    "than below under before above over after older newer lower higher earlier later < > <= >=".split()
)
# "off" restricts wherever it stands
_SAYS_NO: Final = frozenset({"off", "disabled"})
_BOUNDS: Final = tuple((op, tuple(text.split())) for op, words in COMPARED for text in words.split("|"))
_BOUNDS_AFTER: Final = tuple((op, tuple(text.split())) for op, words in AFTER for text in words.split("|"))


@dataclass(slots=True)
class Parts:
    """The words of a phrase, sorted."""

    words: list[Token] = field(default_factory=list)
    negated: bool = False
    op: str = ""
    bound: Token | None = None
    when: When | None = None
    when_said: str = ""


def roots_of(token: Token) -> tuple[str, ...]:
    """The roots of a word and of its parts: multi-az."""
    return tuple(root(part) for part in re.split(r"[-_/]", token.text) if part) or (token.text,)


def sorted_parts(tokens: Sequence[Token], whens: Sequence[When]) -> Parts | None:
    parts = Parts()
    inside = [w for w in whens if tokens[0].start <= w.start_at and w.end_at <= tokens[-1].end]
    cut = [w for w in whens if w not in inside and w.start_at < tokens[-1].end and tokens[0].start < w.end_at]
    if len(inside) > 1 or cut:
        return None
    parts.when = inside[0] if inside else None
    if parts.when is not None:
        parts.when_said = " ".join(
            t.text for t in tokens if parts.when.start_at <= t.start < parts.when.end_at
        )
    rest = [t for t in tokens if parts.when is None or not parts.when.start_at <= t.start < parts.when.end_at]
    rest = _merged(rest)
    at = 0
    while at < len(rest):
        token = rest[at]
        texts = [t.text for t in rest[at : at + 4]]
        found = _longest(_BOUNDS, texts) if token.kind != "quoted" else None
        if (
            found is not None
            and not (found[0] == "ne" and parts.op)
            and not (found[1] in (("is", "not"), ("are", "not")) and not _valued_next(rest, at + 2))
        ):
            if parts.op:
                return None
            parts.op, at = found[0], at + len(found[1])
            while at < len(rest) and rest[at].text in ("the", "a", "of", "version", "is"):
                if rest[at].text == "version":
                    # "below version 1.30": it is the version that is below
                    parts.words.append(rest[at])
                at += 1
            if at < len(rest):
                parts.bound = rest[at]
                at += 1
            if parts.bound is not None and parts.bound.value is not None and parts.bound.unit in _SECONDS:
                parts.bound = replace(
                    parts.bound, value=parts.bound.value * _SECONDS[parts.bound.unit], unit=""
                )
            elif (
                at < len(rest)
                and parts.bound is not None
                and parts.bound.value is not None
                and (size := _SECONDS.get(rest[at].norm)) is not None
            ):
                # providers keep timeouts in seconds
                parts.bound = replace(parts.bound, value=parts.bound.value * size)
                at += 1
            continue
        after = _longest(_BOUNDS_AFTER, texts)
        if after is not None and parts.words and not parts.op:
            parts.op, parts.bound, at = after[0], parts.words.pop(), at + len(after[1])
            continue
        if token.text in NOT and token.kind != "quoted":
            parts.negated = not parts.negated
        elif token.kind == "mark":
            if token.text not in (":", ".", ",", "*", "'"):
                return None
        else:
            parts.words.append(token)
        at += 1
    if parts.op and parts.bound is None:
        return None
    family = next((t for t in parts.words if t.text in FAMILIES), None)
    if family is not None and parts.bound is not None and parts.bound.kind == "number":
        # "node 18 or older", "python below 3.9"
        text = f"{FAMILIES[family.text]}{parts.bound.text}"
        parts.bound = replace(parts.bound, text=text, raw=f"{family.raw} {parts.bound.raw}", kind="word")
        parts.words = [replace(t, text="runtime", norm="runtime") if t is family else t for t in parts.words]
    return parts


def _merged(tokens: Sequence[Token]) -> list[Token]:
    """ "older than python 3.9": the version of a family is one value, where it is compared."""
    made: list[Token] = []
    for token in tokens:
        last = made[-1] if made else None
        if (
            last is not None
            and token.kind == "number"
            and not token.unit
            and last.text in FAMILIES
            and any(t.text in _COMPARING for t in tokens)
        ):
            text = f"{FAMILIES[last.text]}{token.text}"
            made[-1] = replace(last, text=text, raw=f"{last.raw} {token.raw}", norm=text, end=token.end)
        else:
            made.append(token)
    return made


def _valued_next(rest: Sequence[Token], at: int) -> bool:
    return at < len(rest) and (
        rest[at].kind in ("quoted", "number", "id") or bool(re.search(r"[\d_]", rest[at].text))
    )


def _longest(
    table: tuple[tuple[str, tuple[str, ...]], ...], texts: list[str]
) -> tuple[str, tuple[str, ...]] | None:
    fit = [(op, words) for op, words in table if tuple(texts[: len(words)]) == words]
    return max(fit, key=lambda pair: len(pair[1]), default=None)


def filler(token: Token) -> bool:
    return (
        token.text not in TO_WHOM
        and token.text not in _SAYS_NO
        and token.kind in ("word", "mark")
        and (token.text in FILLER or token.text in STOP or harmless(token.text))
    )
