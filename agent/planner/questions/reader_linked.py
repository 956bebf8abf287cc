"""Resources by others that their configuration names: "databases without a snapshot", "databases whose security group lets ..."."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from agent.planner.questions.build import build
from agent.planner.questions.config_links import links
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Form, Item, Kinds, Linked, Opening
from agent.planner.questions.marks import Mark, find_marks
from agent.planner.questions.phrases import lexicon_parts
from agent.planner.questions.reader_openings import read_opening
from agent.planner.questions.reader_state import State
from agent.planner.questions.setting_atoms import NoSuchValue
from agent.planner.questions.setting_marks import types_of
from agent.planner.questions.setting_reader import read_settings
from agent.planner.questions.tokens import Token, tokenize

_NO: Final = re.compile(
    r"\b(?:without|no|not|lack|lacks|lacking|don't|doesn't|never|missing|neither|none|nobody|isn't|aren't)\b"
)
# what ties two nouns and says nothing else
_TIES: Final = re.compile(
    r"(?:\s|,|\b(?:that|which|whose|where|with|without|have|has|had|having|no|not|any|a|an|the|their|its|own|single|associated|attached|at|least|one|do|does|did|don't|doesn't|been|never|"
    r"in|on|of|for|to|by|use|uses|using|used|behind|are|is|isn't|aren't|was|were|taken|made|there|exists?|existing|and|also|lack|lacks|lacking|missing|member|part|assigned|connected|linked|belong|belonging|sit|sits|sitting|live|lives|run|runs|running)\b)*"
)
# whose cloud the first is of
_CLOUD: Final = re.compile(r"^ (?:of|in|on|from) (?:our )?(?:aws|amazon|azure|gcp|google cloud)\b")
_TIED: Final = re.compile(r"[^\W\d]*\b(?!and\b|the\b|an?\b|any\b|also\b)[a-z']+\b")
# where the words before are about the first: "instances with a public ip in a vpc"
_LAST_TIE: Final = re.compile(
    r"\b(?:(?:that |which )?(?:are |is |sit |sits |live |run |runs )?(?:(?:not )?(?:attached|connected|assigned|linked) to|in|inside|behind|using|used by|on|whose)) (?:an? |the |any |their )?"
)
_MORE: Final = re.compile(
    r"^\s*,?\s*(?:and|but)\s+(?P<more>(?:with|without|no|not|that|which|in|on|are|is|have|has)\b.*)$"
)
_ONE: Final = re.compile(r"\b(?:an?|one)\s+$")
_OWN_HAVE: Final = re.compile(
    r"^(?P<of>\s+.+?),?\s+and\s+(?:also\s+|that\s+|which\s+)?(?P<more>(?:have|are)\b.*)$"
)
_WHOSE: Final = re.compile(r"\bwhose\b")
_BY_ANY: Final = re.compile(r"\b(?:by|to|in|with|of) any\s*$")
_AFTER: Final = re.compile(
    r"^(?:s\b)?\s*(?:(?:exists?|existing|inside|within|in|attached|is there|are there|was taken|were taken|taken|has been taken|have been taken|was made|at all)\b\s*)*(?:(?:for|of|from|to)\b(?:\s+(?:it|them|this|these))?\s*)?(?:at all\b)?\W*$"
)
_CONDITION: Final = re.compile(
    r"^\s*(?:that|which|whose|where|with|without|open|opens|allow\w*|let|lets|letting|permit\w*|accept\w*|expos\w*|having|has|have|is|are|in|not)\b"
)


def read_linked(
    text: str, estate: Estate, now: datetime, *, sure: bool = False, early: bool = False
) -> Form | None:
    """The form of a question about one kind of resource by another that it is linked with; None where it is none.

    With `sure` only where the other is lacking, or more is said of it: "with their disks" may ask for the disks. With
    `early` only where the words tell another resource from a setting: "whose role", "not used by any function".
    """
    tokens = tokenize(text, estate.whole_names, lexicon_parts())
    marks = find_marks(text, tokens, estate, now)
    kinds = [m for m in marks if m.kind == "kind" and isinstance(m.data, Kinds)]
    if len(kinds) < 2:
        return None
    first, second = kinds[0], kinds[1]
    if any(m.kind == "entity" and m.data != "asset" and m.start < second.end for m in marks):
        return None
    recorded = any(m.kind == "entity" and m.data != "asset" for m in marks)
    own, other = types_of([first.data], estate), types_of([second.data], estate)
    cloud = _provider(marks)
    own, other = _of_cloud(own, cloud, estate), _of_cloud(other, cloud, estate)
    if not own or not other or own & other:
        return None
    ways = links(own, other, estate)
    if not ways:
        return None
    split = _split(text, tokens, first, second)
    if split is None or (early and not (recorded or _WHOSE.search(split.tie) or _BY_ANY.search(split.tie))):
        return None
    inner: tuple[Item, ...] = ()
    if split.said or _AFTER.match(split.after) is None:
        if _AFTER.match(split.after) is None and _CONDITION.match(split.after) is None:
            return None
        rest = "" if _AFTER.match(split.after) is not None else split.after
        noun = text[tokens[second.start].start : tokens[second.end - 1].end]
        told = _conditions(f"{cloud} {split.said} {noun}{rest}".strip(), estate, now)
        if told is None:
            return None
        inner = told
    head = _head(split.head, estate, now)
    if head is None:
        return None
    negated = _NO.search(split.tie) is not None
    if sure and not (negated or inner or split.more):
        return None
    linked = Linked(kinds=second.data, items=inner, ways=ways, negated=negated)
    # of the others the configuration tells no link
    types = tuple(sorted({here.type_id for here, _ in ways}))
    kept = tuple(_only(item, types, own) for item in head.items)
    return head.model_copy(update={"items": (*kept, linked)})


def with_opening(form: Form, opening: Opening, estate: Estate) -> Form:
    """The form with an opening that was read apart: of the groups that are asked for, or of the others."""
    own = types_of([i for i in form.items if isinstance(i, Kinds) and not i.negated], estate)
    if not opening.types or own & set(opening.types):
        return form.model_copy(update={"items": (*form.items, opening)})
    items = tuple(
        i.model_copy(update={"items": (*i.items, opening)}) if isinstance(i, Linked) else i
        for i in form.items
    )
    return form.model_copy(update={"items": items})


@dataclass(frozen=True, slots=True)
class _Split:
    """A question at the words that tie the second noun to the first: what is said of the first, adjectives of the second,
    and what follows it. `more`: something after the second noun was said of the first."""

    head: str
    tie: str
    said: str
    after: str
    more: bool


def _split(text: str, tokens: list[Token], first: Mark, second: Mark) -> _Split | None:
    between = text[tokens[first.end - 1].end : tokens[second.start].start]
    after = text[tokens[second.end - 1].end :]
    head = text[: tokens[first.end - 1].end]
    more = _MORE.match(after)
    if more is not None:
        # "with an internet gateway and no flow logs"
        lead = "with " if more["more"].startswith(("no ", "a ", "an ")) else ""
        head, after = f"{head} {lead}{more['more']}", ""
    own = _OWN_HAVE.match(after) if more is None and _ONE.search(between) is not None else None
    if own is not None:
        # "machines that use a group open to the world and have a critical cve"
        head, after = f"{head} that {own['more']}", own["of"]
    if (cloud := _CLOUD.match(between)) is not None:
        head, between = head + cloud[0], between[cloud.end() :]
    tied = _TIES.match(between)
    if tied is not None and _TIED.search(tied[0]) is not None and not _LAST_TIE.search(between, tied.end()):
        return _Split(head, tied[0], between[tied.end() :].strip(), after, more is not None)
    places = list(_LAST_TIE.finditer(between))
    if not places or more is not None:
        # "subnets and vpcs" are two kinds
        return None
    at = places[-1]
    return _Split(head + between[: at.start()], at[0], between[at.end() :].strip(), after, False)


def _head(text: str, estate: Estate, now: datetime) -> Form | None:
    """What is asked for, without the other resources."""
    from agent.planner.questions.ask import understand

    tokens = tokenize(text, estate.whole_names, lexicon_parts())
    lets_in = read_opening(text, find_marks(text, tokens, estate, now), tokens, estate)
    state = understand(lets_in[0] if lets_in is not None else text, estate, now)
    if lets_in is not None:
        state.parts.append(("and", lets_in[1]))
    if whole(state):
        form = build(state)
        if form.entity == "asset" and form.each is None:
            return form
    try:
        return read_settings(text, estate, now, understand)
    except NoSuchValue:
        return None


def _provider(marks: list[Mark]) -> str:
    """The one cloud that is named."""
    named = {str(m.data[1][0]).lower() for m in marks if m.kind == "value" and m.data[0] == "provider"}
    return named.pop() if len(named) == 1 else ""


def _of_cloud(types: frozenset[str], cloud: str, estate: Estate) -> frozenset[str]:
    kept = frozenset(t for t in types if estate.types[t][3].lower() == cloud)
    return kept if cloud else types


def _only(item: Item, types: tuple[str, ...], own: frozenset[str]) -> Item:
    if not isinstance(item, Kinds) or item.negated or len(own) < 2:
        return item
    return item.model_copy(update={"types": types, "categories": (), "classes": ()})


def _conditions(text: str, estate: Estate, now: datetime) -> tuple[Item, ...] | None:
    """What is said of the other resources."""
    from agent.planner.questions.ask import understand

    tokens = tokenize(text, estate.whole_names, lexicon_parts())
    marks: list[Mark] = find_marks(text, tokens, estate, now)
    try:
        form = read_settings(text, estate, now, understand)
    except NoSuchValue:
        return None
    if form is not None and form.measure is None and not form.rule_form:
        told = tuple(item for item in form.items if not isinstance(item, Kinds))
        if told:
            return told
    lets_in = read_opening(text, marks, tokens, estate)
    state = understand(lets_in[0] if lets_in is not None else text, estate, now)
    if not whole(state) or state.group or state.measure is not None or state.rank is not None:
        return None
    items = tuple(item for item in state.items() if not (isinstance(item, Kinds) and not item.negated))
    items = (*items, lets_in[1]) if lets_in is not None else items
    return items or None


def whole(state: State) -> bool:
    """Whether nothing of a text was left unread."""
    hindered = state.left or state.unknown or state.missing or state.twofold or state.vague or state.unused
    return not hindered and state.compare is None and state.entity in ("", "asset") and not state.subject
