"""Words that nothing has a meaning for: names that do not exist, words that narrow and are not understood, or mere English."""

# ruff: noqa: E501 (word lists are easier to read in one piece)

from __future__ import annotations

import re
from typing import Final

from agent.planner.questions.english import base_forms, harmless, ordinary
from agent.planner.questions.english_light import VERBS as LIGHT_VERBS
from agent.planner.questions.english_words import VERBS
from agent.planner.questions.form import Kinds
from agent.planner.questions.marks import Mark
from agent.planner.questions.reader_state import State
from agent.planner.questions.setting_words import TO_WHOM
from agent.planner.questions.tokens import Token

# with more than so many unknown words a text is no question to us
_MOST: Final = 40
_COPULA: Final = frozenset(
    "is are was were be being been am isn't aren't wasn't weren't 're remain remains stay stays become became get gets got getting".split()
)
_THINGS: Final = ("entity", "kind", "attr", "tag", "setting", "tenant")
_HAVING: Final = frozenset("with without no lacking lack lacks missing having has have".split())
# attributes that may be asked for by themselves
_HEADS: Final = frozenset(
    "account region rule package cve owner team assignee user provider namespace application title".split()
)
# what changes what is meant wherever it stands
_TURNS: Final = frozenset(
    """deny block prevent reject forbid refuse avoid lack lose drop ignore fail exclude omit skip miss disallow prohibit restrict stop expire
    never seldom rarely hardly barely scarcely nearly almost except neither nor half double twice""".split()
)
_GRANTS: Final = frozenset("allow trust grant permit let invite admit".split())
_ANOTHER: Final = frozenset("another other different foreign external outside third-party".split())
_SUBJECTS: Final = frozenset(
    "that which who they we i you to did does do must should can could may might will would it".split()
)
_FOR: Final = frozenset("for before after during regarding because concerning to about".split())
_WHERE: Final = frozenset("in on from at of within inside under by as via using like".split())
_DETERMINERS: Final = frozenset("the a an my our this that their his her its your these those some".split())


def capitals(text: str) -> frozenset[str]:
    """Words written with a capital inside a sentence of which most words are not."""
    words = re.findall(r"(?<![.?!:]\s)(?<!^)\b([A-Z][\w-]*)", text)
    small = re.findall(r"\b[a-z]\w*", text)
    if len(words) > len(small):
        return frozenset()
    return frozenset(w.lower() for w in words if not w.isupper() or len(w) > 4)


def settle(state: State, named: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Take out of `state.left` what is mere English; gives the words among it that a reading should own up to."""
    if len(state.left) > _MOST:
        return ()
    kept: list[Token] = []
    unused: list[str] = []
    for token in state.left:
        if len(token.text) < 2:
            continue
        if (
            token.kind != "word"
            or not _plain(state, token)
            or not ordinary(token.text)
            or token.text in named
        ):
            kept.append(token)
        elif harmless(token.text) and not _of_others(state, token):
            continue
        elif _narrows(state, token):
            kept.append(token)
        else:
            unused.append(token.raw)
    headed = any(isinstance(part, Kinds) for _, part in state.parts) or any(
        m.kind in ("entity", "kind") or m.get("attr") in _HEADS for m in state.marks
    )
    if unused and not headed:
        # nothing else says what is asked for
        kept += [t for t in state.left if t.raw in unused]
        unused = []
    known = sum(m.kind in (*_THINGS, "value", "weakness", "time") for m in state.marks)
    if len(kept) + len(unused) > max(2, 2 * known):
        return ()
    state.left = kept
    return tuple(dict.fromkeys(unused))


def granted(state: State) -> list[Token]:
    """Words for whom something is granted to, where nothing has read them: "allows everyone"."""
    found: list[Token] = []
    for mark in state.marks:
        if mark.kind not in ("stop", "all", "word"):
            continue
        for at in range(max(mark.start, 1), mark.end):
            before = frozenset(base_forms(state.tokens[at - 1].text))
            if state.tokens[at].text in TO_WHOM and before & _GRANTS:
                found.append(state.tokens[at])
    return found


def _of_others(state: State, token: Token) -> bool:
    """Whether a word says that it is about somebody else: "another account", "everyone"."""
    if token.text in TO_WHOM:
        return True
    at = state.tokens.index(token)
    after = state.tokens[at + 1].norm if at + 1 < len(state.tokens) else ""
    return token.text in _ANOTHER and after in (
        "account",
        "subscription",
        "tenant",
        "organization",
        "project",
    )


def _plain(state: State, token: Token) -> bool:
    return any(m.kind == "word" and token in state.words(m) for m in state.marks)


def _narrows(state: State, token: Token) -> bool:
    """Whether a word stands where it would narrow what is asked for."""
    text = token.text
    bases = frozenset(base_forms(text))
    if bases & _TURNS or _compares(state, token):
        return True
    at = next(n for n, m in enumerate(state.marks) if token in state.words(m))
    where = state.tokens.index(token)
    before = state.tokens[where - 1].text if where else ""
    beyond = state.tokens[where - 2].text if where > 1 else ""
    previous = state.marks[at - 1] if at else None
    following = _after(state, at)
    verb = bool(bases & (VERBS | LIGHT_VERBS)) and not text.endswith(("ed", "ing"))
    if before in _COPULA or (beyond in _COPULA and harmless(before) and before not in _WHERE | _FOR):
        return True
    if previous is not None and previous.kind in ("not", "with") and not (verb and previous.kind == "not"):
        return True
    if before in _DETERMINERS and beyond in _HAVING:
        # "without a dead letter queue"
        return True
    thing_before = previous is not None and previous.kind in _THINGS
    if following is not None and following.kind in _THINGS:
        return not (verb and (thing_before or before in _SUBJECTS))
    if thing_before and text.endswith(("ed", "en", "ing")):
        return True
    if before in _WHERE or (before in _DETERMINERS and beyond in _WHERE):
        return not text.endswith("ing")
    if before in _FOR:
        return not (text.endswith("ing") or before == "to")
    if before in _DETERMINERS and beyond in _FOR:
        return False
    return False


def _compares(state: State, token: Token) -> bool:
    """Whether a word compares: "older than 8" where nothing tells how old."""
    where = state.tokens.index(token)
    after = state.tokens[where + 1].text if where + 1 < len(state.tokens) else ""
    return after == "than" and token.text.endswith("er")


def _after(state: State, at: int) -> Mark | None:
    """The next mark that is not such a word itself."""
    at += 1
    while at < len(state.marks) and state.marks[at].kind == "word":
        at += 1
    return state.marks[at] if at < len(state.marks) else None
