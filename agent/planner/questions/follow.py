"""Follow-ups: what a message adds to, replaces in or takes from the question before."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

from agent.planner.concepts import BY_NAME
from agent.planner.questions import (
    follow_edits,
    follow_placed,
    follow_rows,
    follow_settings,
    follow_short,
    follow_turns,
    leftover,
)
from agent.planner.questions.build import build
from agent.planner.questions.entities import ENTITIES
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Form, Item, Kinds, Measure, Rank, Weakness
from agent.planner.questions.reader_state import State
from agent.planner.questions.reader_values import nouns_of
from agent.planner.questions.setting_marks import types_of
from agent.planner.questions.setting_moved import moved
from agent.planner.questions.weaknesses import Found, resolve

_BACK: Final = re.compile(
    r"\b(?:them|those|these|the ones|ones|that list|it|of that|the same|same|the rest|the others|there|they)\b|^\W*(?:only|just|and|also|what about|how about|now|but|instead|then|or|ok(?:ay)?|actually|except|without|excluding|exclude|drop|remove|narrow|filter|restrict|limit|group|split|break|sort|order|rank|by|per|in|for|on|with|not|include|add|top|show only|keep|count(?: them| it| those)? (?:by|per)|number (?:by|per)|ignore|leave|how many (?:is|are|of)|which (?:have|has|do|lack))\b|\binstead\b|\btoo\W*$|\bas well\W*$|\bagain\W*$",
    re.IGNORECASE,
)
_REPLACES: Final = re.compile(
    r"what about|how about|same|instead|^\W*and (?:for |in |on )?(?:the )?|now|rather|make (?:it|that)",
    re.IGNORECASE,
)
_LIST: Final = re.compile(
    r"\b(?:list|show|which|name|give me|see) (?:me )?(?:them|those|these|the ones|it|ones)\b|\bwhich ones\b|^\W*(?:list|details?)\W*$|\b(?:list|show|name|give me|see) (?:me )?the (?:[\w.-]+ ){1,3}ones\b|\b(?:which|what) are the (?:[\w.-]+ ){1,2}ones\b|"
    r"\bas a (?:plain |full )?list\b",
    re.IGNORECASE,
)
_DROP: Final = re.compile(
    r"\b(?:all|any|every|regardless of(?: the)?|across all|whatever) (accounts?|regions?|severit(?:y|ies)|providers?|clouds?|status(?:es)?|types?|environments?)\b"
)
_TOP: Final = re.compile(
    r"^\W*(?:(?:and|now|then|only|just|show|give|keep|limit|to|it|them|me|the|please|that)\s+)*(?:(?:top|first|highest|biggest|leading)\s+)?\d+(?:\s+(?:of (?:them|those|these)|ones|rows|results|please|only))*\W*$",
    re.IGNORECASE,
)
_BESIDES: Final = re.compile(
    r"\b(?:as well(?! as)|too|also|additionally|in addition(?: to that)?|on top(?: of (?:that|it))?|further(?:more)?)\b",
    re.IGNORECASE,
)
_OPPOSITE: Final = re.compile(
    r"^\W*(?:and |what about |how about )?(?:the )?(?:opposite|others|other ones|rest|ones that (?:don't|aren't|are not|do not|haven't)|which (?:don't|aren't|do not|are not)|those that (?:aren't|don't|are not|do not))\W*$",
    re.IGNORECASE,
)


def follow(state: State, text: str, before: Form, estate: Estate, now: datetime) -> Form | None:
    """The form of a follow-up, or None where the message is a question of its own."""
    from agent.planner.questions.ask import understand

    if follow_edits.presents(text, before):
        return before
    given = tuple(i for i in before.items if isinstance(i, Kinds) and not i.negated)

    def alone(words: str) -> State:
        return understand(words, estate, now, context="")

    opened = follow_edits.opened(text)
    if (short := follow_short.short_form(opened, before, now)) is not None:
        state.unknown, state.twofold, state.missing, state.unused = [], [], [], ()
        return short
    opened = follow_turns.whom(follow_short.in_words(opened, before))
    opened = follow_turns.to_person(opened, before, estate)
    if (assets := follow_turns.assets_of(state, opened, before)) is not None:
        state.unknown, state.twofold, state.missing, state.unused = [], [], [], ()
        return assets
    rows = follow_rows.rows_of(opened, before, alone) or follow_rows.linked_to(opened, before, estate, alone)
    if rows is not None:
        state.unknown, state.twofold, state.missing, state.unused = [], [], [], ()
        return rows
    changed, rest = follow_edits.edited(
        opened, before, lambda words: understand(words, estate, now, context=before.entity, given=given)
    )
    rest = follow_edits.in_family(rest, given, estate)
    if changed is not before and not re.search(r"\w", rest):
        state.unknown, state.twofold, state.missing, state.unused = [], [], [], ()
        return changed
    rest = follow_edits.same_time(rest, before)
    said, edits = state, changed is not before
    if rest != text:
        before, text = changed, rest
        said = understand(text, estate, now, context="")
    nouns = [
        m
        for n, m in enumerate(said.marks)
        if m.kind in ("entity", "kind") and not (m.has("attr", "tag") and _listed(said, n))
    ]
    back = edits or _BACK.search(text) is not None
    if _OPPOSITE.match(text) and before.items:
        return follow_turns.opposite(before)
    if (
        nouns
        and not edits
        and (told := follow_settings.with_settings(text, before, estate, now, _configured))
    ):
        state.unknown, state.twofold, state.missing, state.unused = [], [], [], ()
        return told
    own = bool(nouns) and not back
    if own or (not back and len(said.tokens) > 8):
        return None
    if (
        (
            nouns
            and not _REPLACES.search(text)
            and not re.search(r"\b(?:them|those|these|ones|they|it|same)\b", text)
        )
        and any(m.kind == "entity" and m.data != before.entity for m in nouns)
        and not re.match(
            r"\W*(?:only|just|with|without|and|by|per|sort|order|which (?:have|has|do|lack))\b", text
        )
    ):
        return None
    again = understand(text, estate, now, context=_context(nouns, before), given=given)
    if again.twofold and (meant := follow_turns.of_same_place(text, again.twofold, before)) != text:
        text = meant
        again = understand(text, estate, now, context=_context(nouns, before), given=given)
    state.unused = leftover.settle(again)
    left = [t for t in again.left if len(t.text) > 1]
    added = build(again)
    if left or again.vague:
        state.left, state.vague = again.left, again.vague
        return None
    if (share := follow_short.of_part(before, added)) is not None:
        state.unknown, state.twofold, state.missing = again.unknown, again.twofold, again.missing
        return share
    bound = follow_turns.bounded(again, before)
    if bound:
        before, again.compare = before.model_copy(update=bound), None
    elif (first := follow_turns.of_first(before, added)) is not None:
        state.unknown, state.twofold, state.missing = again.unknown, again.twofold, again.missing
        return first
    if not bound and not _says(added, again, text):
        state.unknown, state.twofold, state.missing = again.unknown, again.twofold, again.missing
        return None
    merged = _merged(before, added, again, text, estate)
    state.unknown, state.twofold, state.missing = again.unknown, again.twofold, again.missing
    if any(isinstance(i, Kinds) for i in (*added.items, *(set(merged.items) - set(before.items)))):
        return merged.model_copy(
            update={"items": tuple(_renewed(i, merged, state, estate, now) for i in merged.items)}
        )
    return merged


def _configured(text: str, estate: Estate, now: datetime) -> Form | None:
    from agent.planner.questions.ask import understand
    from agent.planner.questions.setting_reader import read_settings

    return read_settings(text, estate, now, understand)


def _listed(state: State, at: int) -> bool:
    """Whether a mark is what things are counted or sorted by."""
    at -= 1
    while at >= 0 and state.marks[at].kind in ("stop", "and", "comma"):
        at -= 1
    return at >= 0 and state.marks[at].kind in ("by", "order")


def _renewed(item: Item, form: Form, state: State, estate: Estate, now: datetime) -> Item:
    """A weakness or setting as the new kinds show it."""
    kinds = [i for i in form.items if isinstance(i, Kinds) and not i.negated]
    if isinstance(item, Atom):
        return moved(item, types_of(kinds, estate), estate, now)
    if not isinstance(item, Weakness):
        return item
    name, _, port = item.name.partition(" ")
    if name != "port" and name not in BY_NAME:
        return item
    found = Found(name, 0, 0, item.negated, int(port) if port else None)
    made = resolve(found, estate, types_of(kinds, estate), nouns_of(kinds, estate))
    if made is None:
        state.missing.append(f"!{name}:{port}")
    return made or item


def _context(nouns: list[Any], before: Form) -> str:
    for mark in nouns:
        if (
            mark.kind == "entity"
            and mark.data != "asset"
            and mark.data != before.entity
            and before.entity == "asset"
        ):
            return before.entity
    return before.entity


def _says(added: Form, state: State, text: str) -> bool:
    return bool(
        added.items or added.group or added.measure or added.rank or added.limit or added.columns or added.span
        or added.per or state.status or added.rule_form or _LIST.search(text) or _DROP.search(text) or state.unknown or state.missing or state.twofold
    )  # fmt: skip


def _merged(before: Form, added: Form, state: State, text: str, estate: Estate) -> Form:
    changes: dict[str, Any] = {}
    items = list(before.items)
    dropped = {_attr(word) for word in _DROP.findall(text)}
    items = [i for i in items if not (isinstance(i, Atom) and i.ref.name in dropped)]
    items = follow_turns.of_other_cloud(items, added, estate)
    spans = follow_turns.times(added.items)
    if len(spans) > 1:
        # "between 30 and 90 days": both, in place of the times before
        items = [*[i for i in items if not any(follow_turns.same_time(s, i) for s in spans)], *spans]
    items = follow_turns.of_own_cloud(items, added, estate)
    for item in added.items:
        if len(spans) < 2 or item not in spans:
            items = follow_placed.placed(items, item, text)
    items = follow_turns.of_closed(items, added)
    changes["items"] = tuple(items)
    if state.status == "all":
        changes["status"] = "all"
        changes["items"] = tuple(i for i in items if not (isinstance(i, Atom) and i.ref.name == "status"))
    elif any(isinstance(i, Atom) and i.ref.name in ("status", "result") for i in added.items):
        changes["status"] = "said"
    if added.group:
        # "also by account" keeps what it was grouped by
        kept = tuple(r for r in before.group if r not in added.group) if _BESIDES.search(text) else ()
        if before.status == "open" and any(r.name in ("status", "result") for r in added.group):
            # by status: of every status
            changes["status"] = "all"
        changes |= {
            "group": (*kept, *added.group),
            "measure": follow_turns.kept_measure(before, added, state),
            "rank": added.rank,
            "limit": added.limit,
            "per": added.per,
            "columns": (),
        }
    elif added.measure is not None and not added.span:
        changes |= {
            "measure": added.measure,
            "columns": (),
            "group": () if _total(text) or not before.group else before.group,
            "rank": None,
            "limit": None,
        }
    elif _LIST.search(text) and before.measure is not None:
        changes |= {"measure": None, "group": (), "span": "", "having": None, "rank": added.rank}
    if added.span:
        changes |= {"span": added.span, "measure": added.measure or Measure(function="count")}
    if added.rank is not None:
        changes["rank"] = added.rank
    if added.limit is not None:
        changes["limit"] = added.limit
        if _TOP.match(text):
            changes["rank"] = before.rank or (Rank() if before.group else added.rank)
    if added.columns:
        changes["columns"] = (*before.columns, *(c for c in added.columns if c not in before.columns))
        if added.measure is None and not added.group:
            changes |= follow_turns.grouped_by_columns(before, added.columns)
    if added.having is not None:
        changes["having"] = added.having
    if added.rule_form:
        changes["rule_form"] = True
    return before.model_copy(update=changes)


def _total(text: str) -> bool:
    return (
        re.search(
            r"\b(?:total|altogether|in all|is that|are those|are they|are there|of them|overall|count them)\b|^\W*how many\W*$",
            text,
        )
        is not None
    )


def _attr(word: str) -> str:
    found = {"cloud": "provider", "statuse": "status", "severitie": "severity"}
    short = word.removesuffix("s") if word != "status" else word
    return found.get(short, short)


__all__ = ["ENTITIES", "follow"]
