"""Conditions among words about configuration that are none of it: attributes, names, tags, weaknesses."""

# ruff: noqa: E501 (a condition is easier to read in one piece)

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from agent.planner.questions.entities import ENTITIES
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Has, Kinds, Ref, Weakness
from agent.planner.questions.reader_state import State
from agent.planner.questions.setting_phrases import Reading
from agent.planner.questions.setting_words import ATTRIBUTES, NOT, OFF, ON
from agent.planner.questions.tokens import Token
from agent.planner.questions.weaknesses import Found, resolve

Understand = Callable[..., State]
_ACCEPT: Final = frozenset(
    "that which who still accept accepts accepting answer answers support supports".split()
)
_THINGS: Final = frozenset("asset resource rule statement item thing".split())
RELATED: Final = re.compile(r"\b(?:issues?|findings?|alerts?|vulnerab\w+|cves?|cases?)\b|\bcve-")


def attribute(some: Sequence[Token], estate: Estate) -> Reading | None:
    """ "in namespace storefront", "not in cluster x": attributes that the inventory itself has."""
    words = [
        t
        for t in some
        if t.text not in NOT
        and t.text
        not in (
            "in",
            "the",
            "of",
            "their",
            "a",
            "inside",
            "within",
            "outside",
            "is",
            "from",
            "named",
            "called",
        )
    ]
    if len(words) != 2:
        return None
    for name, said in ATTRIBUTES.items():
        if name not in ("namespace", "cluster", "os"):
            continue
        for key, value in ((words[0], words[1]), (words[1], words[0])):
            if key.norm not in said.split("|") or name not in ENTITIES["asset"].places:
                continue
            seen = estate.values("asset", name)
            if value.text in seen:
                negated = sum(t.text in NOT for t in some) % 2 == 1
                label = f"{'not ' if negated else ''}in {name} {value.raw}"
                return Reading(
                    Atom(
                        ref=Ref(name=name), op="in", values=(seen[value.text],), label=label, negated=negated
                    ),
                    2.0,
                )
    return None


def addressed(some: Sequence[Token], types: frozenset[str], estate: Estate) -> Reading | None:
    """ "with a public ip": each cloud writes that elsewhere, Azure into another resource."""
    said = [
        t.norm
        for t in some
        if t.text not in ("a", "an", "any", "with", "their", "own") and t.text not in NOT | ON
    ]
    if (
        not said
        or said[0] not in ("public", "external")
        or not {"ip", "addres", "address", "public-ip"} & set(said[1:])
    ):
        return None
    if not set(said[1:]) <= {"ip", "addres", "address", "ipv4"}:
        return None
    negated = sum(t.text in NOT | OFF for t in some) % 2 == 1
    item = resolve(Found("public_ip", 0, 0, negated), estate, types, ())
    return Reading(item, 3.0) if item is not None and item.setting else None


# "serve plain http" says the weakness itself
_BAD: Final = frozenset("plain insecure cleartext plaintext old weak".split())


def _of_lack(item: Weakness) -> bool:
    return item.name.startswith(("no_", "un")) or item.label.startswith(("without", "that don't", "not "))


def _lacking(some: Sequence[Token]) -> bool:
    """Whether some word says that something is missing: off, no, unencrypted, keyless."""
    return any(
        t.text in NOT | OFF | _BAD or t.text.startswith(("un", "non", "im", "in")) or t.text.endswith("less")
        for t in some
    )


def otherwise(
    some: Sequence[Token],
    text: str,
    noun: str,
    kinds: Kinds,
    estate: Estate,
    now: datetime,
    understand: Understand,
) -> Reading | None:
    """Words that the reader of other questions has one sure condition for: names of accounts, weaknesses, tags."""
    if (
        len(some) > 1
        and some[-1].text in ON
        and (weak := otherwise(some[:-1], text, noun, kinds, estate, now, understand)) is not None
    ):
        # "imdsv1 allowed"
        return weak if isinstance(weak.item, Weakness) else None
    if any(t.norm in _THINGS for t in some):
        return None
    if len(some) > 1 and (some[0].text in ON or some[0].text in _ACCEPT):
        # "that still accept IMDSv1", "allowing IMDSv1"
        weak = otherwise(some[1:], text, noun, kinds, estate, now, understand)
        return weak if weak is not None and isinstance(weak.item, Weakness) else None
    said = text[some[0].start : some[-1].end]
    state = understand(f"{noun} {said}", estate, now, given=(kinds,))
    if (
        state.left or state.unused or state.unknown or state.vague or state.twofold or state.missing or state.compare is not None or state.subject
        or state.measure is not None or state.group or state.rank is not None or state.limit is not None or state.dims
        or state.columns or state.entity not in ("", "asset") or state.pending_rank
    ):  # fmt: skip
        return None
    items = [i for i in state.items() if not (isinstance(i, Kinds) and not i.negated)]
    if (
        len(items) != 1
        or isinstance(items[0], Kinds)
        or len([i for i in state.items() if isinstance(i, Kinds)]) > 1
    ):
        return None
    item = items[0]
    if (
        isinstance(item, Atom)
        and not item.ref.tags
        and not item.ref.places
        and (item.ref.name not in ENTITIES["asset"].places and item.ref.name not in ("any_time", "age"))
    ):
        return None
    if isinstance(item, Weakness) and not item.negated and not _lacking(some) and _of_lack(item):
        # "server access logging" said plainly is what they have
        item = item.model_copy(update={"negated": True})
    if isinstance(item, Has) and not RELATED.search(said):
        return None
    return Reading(item, 1.5)
