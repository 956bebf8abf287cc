"""Assets all or none of whose items are so: "security groups where none of the rules is open to the internet"."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from agent.planner.questions.element_places import Array, stems
from agent.planner.questions.errors import CannotSay
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Each, Either, Form, Inside, Kinds, Ref
from agent.planner.questions.marks import find_marks
from agent.planner.questions.phrases import lexicon_parts
from agent.planner.questions.plan_one_item import atoms_of
from agent.planner.questions.reader_elements import read_elements
from agent.planner.questions.reader_item_rows import (
    DATED,
    NamedItems,
    called,
    conditions,
    formed,
    inside_of,
    places,
)
from agent.planner.questions.reader_network import read_network
from agent.planner.questions.setting_joined import turned
from agent.planner.questions.setting_marks import types_of
from agent.planner.questions.tokens import singular, tokenize

_LONGEST: Final = 300
_VERB: Final = r"(?:(?:is|are|has|have|had|do|does|can|allows?|permits?|lets?|grants?|opens?|uses?|runs?|contains?|mounts?|comes?|goes|go|leads?|points?|requires?|enforces?|accepts?|expires?)\b|isn't\b|aren't\b|(?:from|open|with|without|to)\b)"
_SAID: Final = re.compile(
    rf"\b(?:where|in which|for which|of which|on which|with|have|has|having|that have|which have|whose)\s+(?P<how>none of|not one of|not a single|no|all of|all|every one of|every single|every|each of|each one of|each)(?:\s+(?:the|its|their|his|these|those|of))*\s+(?P<items>(?:[\w-]+\s+){{1,3}}?)(?P<verb>{_VERB}.*)$"
)
_WHOSE: Final = re.compile(
    r"\bwhose\s+(?P<items>(?:[\w-]+\s+){1,3}?)(?:are|have)\s+(?P<how>all|none)\s+(?P<verb>.+)$"
)
_NONE_OF: Final = re.compile(
    rf"\b(?P<how>none) of (?:whose|which) (?P<items>(?:[\w-]+\s+){{1,3}}?)(?P<verb>{_VERB}.*)$"
)

_NONE: Final = ("none", "not", "no")


def read_all_or_none(text: str, estate: Estate, now: datetime) -> Form | None:
    """Assets all or none of whose items are so; None where nothing such is asked."""
    match = _WHOSE.search(text) or _NONE_OF.search(text) or _SAID.search(text)
    if match is None or len(text) > _LONGEST:
        return None
    head, verb = text[: match.start()].strip(), match["verb"].strip()
    none = match["how"].split()[0] in _NONE
    if match.re is _WHOSE:
        verb = f"is {verb}"
    item = singular(match["items"].split()[-1])
    words = " ".join([*match["items"].split()[:-1], item])
    if words == "key" and re.search(r"\busers?\b", head) is not None:
        words = "access key"
    tokens = tokenize(head, estate.whole_names, lexicon_parts())
    kinds = [m for m in find_marks(head, tokens, estate, now) if m.kind == "kind"]
    if len(kinds) != 1 or not isinstance(kinds[0].data, Kinds):
        return None
    arrays = called(stems(words), types_of([kinds[0].data], estate), estate)
    if not arrays:
        return None
    sure = match["how"] != "no"
    network = read_network(f"{head} with a {words} that {verb}", estate, now)
    if network is not None and network.each is not None and network.each.holding:
        return _all_rules(network, network.each, none)
    named = NamedItems(arrays, words, head, 0, 0)
    form = conditions(f"{head} with an item", named, f"that {verb}", estate, now)
    inside = inside_of(form, arrays) if form is not None else None
    if form is not None and not none and any(isinstance(i, Inside) and i.negated for i in form.items):
        # it is said of none that it is otherwise
        return form
    dated = inside is not None and any(a.op in DATED for item in inside for a in atoms_of(item))
    if form is None or not inside or dated:
        # what is old is read with the items themselves: of keys the inactive ones too
        rows = read_elements(f"{head} with a {words} {verb}", estate, now, weak=True) if sure else None
        if rows is not None and rows.each is not None and rows.each.tests and not rows.each.negated:
            return _all_rules(rows, rows.each, none)
        if sure:
            # without its number the opposite would be answered
            raise CannotSay(f"which {head} have {match['how']} {words}s so")
        return None
    told = ""
    if not none:
        told = " and ".join(getattr(item, "label", "") or verb for item in inside)
        flipped = tuple(turned(item) for item in inside)
        inside = flipped if len(flipped) == 1 else (Either(items=flipped),)
    each = Each(arrays=places(arrays), name=words, owner=head, inside=inside, negated=True, every=told)
    made = formed(form, each, inside)
    return made if none else made.model_copy(update={"items": (*made.items, _there(arrays, words))})


def _all_rules(form: Form, each: Each, none: bool) -> Form | None:
    """Groups without such a rule, or without any rule that is not so."""
    told = [t for t in each.tests if t.ref.name not in ("direction", "access")]
    plain = {"holding": False, "shown": (), "count": "", "group": (), "by_asset": False, "negated": True}
    if none:
        return form.model_copy(update={"each": each.model_copy(update=plain), "measure": None, "group": ()})
    if len(told) != 1:
        raise CannotSay("of which all rules are so")
    label = f"not {told[0].label}".replace("not not ", "")
    test = told[0].model_copy(update={"negated": not told[0].negated, "label": label})
    changed = each.model_copy(update={**plain, "tests": (test,), "every": told[0].label})
    some = Atom(ref=Ref(name=each.name, places=each.arrays), op="true", label="with items")
    return form.model_copy(
        update={"each": changed, "items": (*form.items, some), "measure": None, "group": ()}
    )


def _there(arrays: Sequence[Array], words: str) -> Atom:
    """That there is an item at all."""
    return Atom(ref=Ref(name=words, places=places(arrays)), op="true", label=f"with {words}s")
