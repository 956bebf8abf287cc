"""Questions about the configuration of one kind of resource: every word is a key, a value, a bound or a joining word.

It reads a question only as a whole: where a word has no part in a condition the question is left to the other readers.
"""

# ruff: noqa: E501 (a rule is easier to read in one piece)

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from agent.planner.questions import openings
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Form, Has, Inside, Item, Kinds, Measure, Ref, Weakness
from agent.planner.questions.marks import Mark, find_marks
from agent.planner.questions.phrases import lexicon_parts
from agent.planner.questions.plan_one_item import atoms_of
from agent.planner.questions.setting_clauses import Clauses
from agent.planner.questions.setting_columns import leading, without_columns
from agent.planner.questions.setting_effects import with_effects
from agent.planner.questions.setting_joined import of_same_items
from agent.planner.questions.setting_marks import types_of
from agent.planner.questions.setting_other import RELATED, Understand, addressed, attribute, otherwise
from agent.planner.questions.setting_parts import filler
from agent.planner.questions.setting_phrases import Reading, phrase_of
from agent.planner.questions.setting_places import spots_of
from agent.planner.questions.setting_trust import with_grants, with_trust
from agent.planner.questions.setting_words import NOT, REPHRASED, TURNING
from agent.planner.questions.settings import ITEM
from agent.planner.questions.times import find_times
from agent.planner.questions.tokens import Token, tokenize

_SORT: Final = r"(?:(?:custom|cspm|posture|detection|cloud|xql|security|policy)\s+)"
_THING: Final = r"(?:rules?|polic(?:y|ies))(?:\s+(?:form|query))*"
# a rule as the form of what is asked for, never one of the things that are asked about
_RULE: Final = re.compile(
    rf"\b(?:in|as|into)\s+(?:the\s+)?(?:form\s+of\s+)?(?:an?\s+)?{_SORT}*(?:rule|policy)(?:\s+(?:form|query))*\b(?!\s+(?:with|of))"
    rf"|^(?:[\w']+\s+){{0,6}}?(?:an?\s+|the\s+)?(?:{_SORT}+{_THING}|rule\s+(?:form\s+)?query|rule\s+form|(?<=make\s)a\s+rule|(?<=write\s)a\s+rule|(?<=create\s)a\s+rule|(?<=give\sme\s)a\s+rule|(?<=need\s)a\s+rule|(?<=want\s)a\s+rule)\b"
    r"(?:\s*:|\s+(?:for|to|that|which)\s+(?:find|catch|detect|flag|list|match|identif|check)(?:s|es|ing|y|ies|ying)?(?:\s+for)?\b|\s+for\b)?"
)
_WORLD: Final = re.compile(
    r"\b(?:internet|world|anywhere|everyone|anyone|public)\b|(?<![\d.])0\.0\.0\.0/0|(?<![\w:])::/0"
)
_BARRED: Final = ("by", "rank", "top", "bin", "dist", "order", "desc", "asc")
_ASKING: Final = re.compile(
    r"^(?:(?:please|pls|hi|hello|can you|could you|i need|i want|we need|give me|provide|list|show|find|identify|get|tell|me|us|see|which|what|are|is|there|all|of|the|a|an|any|our|we|have|do|does|in|form|it|"
    r"every|each|those|that|names?|for|list|return|fetch|display|write|this|as|make|look|up|would|like|to|i|you|number|count|how many|how much|whole|currently|provided|out|enumerate|pull)\b[\s,:]*)+"
)
_LISTS: Final = re.compile(
    r"^\W*(?:(?:please|pls|can you|could you|i need|we need|i want|i would like|kindly) )*(?:an? |the |to )*(?:see |have )?(?:list|show|give|print|get|provide|return|enumerate|display|export|overview|inventory|table)\b"
)
_ACCOUNTS: Final = re.compile(
    r"^(\W*(?:(?:which|what|list|show|me|find|give|all|the|any|our|are|there|of) )*)(?:cloud )?accounts\b"
)
_OF_KEYS: Final = frozenset("type size class name version count family".split())
_SYSTEMS: Final = frozenset({"linux", "windows", "ubuntu", "debian", "rhel"})
# one row or one number for each
_EACH: Final = frozenset({"each", "every", "per"})
_COUNTS: Final = re.compile(
    r"^(?:please |tell me |can you tell me |do you know )?(?:how many|count|(?:the |what is the )?number of)\b"
)


_LACKS: Final = frozenset("without no lacking lack lacks missing any having with".split())


def read_settings(text: str, estate: Estate, now: datetime, understand: Understand) -> Form | None:
    """The form of a question about configuration; None where it is not wholly one. Raises `NoSuchValue`."""
    rule = (said := _RULE.search(text)) is not None
    if said is not None:
        text = re.sub(r"\s{2,}", " ", f"{text[: said.start()]} {text[said.end() :]}").strip(" :,.")
    text = with_grants(with_trust(text))
    for pattern, instead in REPHRASED:
        text = pattern.sub(instead, text)
    text = text.strip(" ,:")
    form = _form(text, estate, now, understand, rule=rule)
    if form is None and _ACCOUNTS.match(text) is not None:
        # accounts have a configuration of their own
        form = _form(_ACCOUNTS.sub(r"\1aws accounts", text), estate, now, understand, rule=rule)
    return form


def _form(
    text: str, estate: Estate, now: datetime, understand: Understand, *, rule: bool, told: bool = False
) -> Form | None:
    tokens = tokenize(text, estate.whole_names, lexicon_parts())
    marks = find_marks(text, tokens, estate, now)
    head = _head(marks, tokens, estate)
    if head is None:
        return None
    kinds, at, end, spans = head
    before = [m for m in marks if m.end <= at]
    if any(
        m.kind in _BARRED
        for m in marks
        if m.kind != "by" or m.text.lower() in ("by", "per", "for each", "grouped by")
    ):
        return None
    if any(m.kind == "agg" and m.data != "count" for m in before):
        return None
    types = types_of([kinds], estate)
    if not types:
        return None
    if openings.can_say(estate, types) and _WORLD.search(text):
        # what each cloud writes for the internet is said by the reader of rules
        return None
    provider = _provider(marks, tokens)
    if provider is not None:
        narrowed = frozenset(
            t for t in types if estate.types[t][3].upper() == str(provider.data[1][0]).upper()
        )
        if not narrowed:
            return None
        types, spans = narrowed, [*spans, (provider.start, provider.end)]
    nouns = [w for t in tokens[at:end] for w in t.norm.split("-")]
    spots = spots_of(estate, types, nouns)
    if not told and (said := with_effects(text, spots)) != text:
        return _form(said, estate, now, understand, rule=rule, told=True)
    whens = find_times(text, now)
    taken = {n for first, last in spans for n in range(first, last)}
    lead = _lead(text, tokens, at, taken)
    tail = [t for n, t in enumerate(tokens) if n >= end and n not in taken]
    if any(t.text in _EACH and t.kind == "word" for t in tail):
        return None
    noun = " ".join(t.raw for t in tokens[at:end])
    tail, columns = without_columns(tail, spots, estate, listed=_LISTS.match(text) is not None)
    if first_columns := leading(lead, spots, estate):
        lead, columns = [], [*first_columns, *columns]
    systems = [t for m in marks if _system(m) for t in tokens[m.start : m.end]]
    limited = Kinds(types=tuple(sorted(types)), label=kinds.label or noun)

    def phrase(some: Sequence[Token]) -> Reading | None:
        told = [t for t in some if t.text in _SYSTEMS or not (filler(t) or t.text == "running")]
        if any(t in some for t in systems) or (len(told) == 1 and told[0].text in _SYSTEMS):
            # what a machine runs, and no key that is called so
            return None
        words = [t.norm for t in some if t.text not in NOT | _LACKS and (t.norm == "owner" or not filler(t))]
        if words == ["owner"]:
            # whom a cloud bills for a bucket is not who looks after it
            return other(some)
        made = phrase_of(some, spots, whens)
        if (address := addressed(some, types, estate)) is not None:
            return Reading(address.item, address.score, made.spots if made is not None else ())
        held = {spot.setting.type_id for spot in made.spots} if made is not None else set()
        if made is None or len(held) == len(types):
            return made
        if any(spot.leaf & TURNING for spot in made.spots):
            # what prevents public access is no other word for it
            return made
        weak = other(some)
        wider = weak is not None and isinstance(weak.item, Atom)
        if weak is not None and wider and held < {w.type_id for w in weak.item.ref.places}:  # type: ignore[union-attr]
            return Reading(weak.item, made.score, made.spots)
        if weak is None or not isinstance(weak.item, Weakness) or not held < of_types(weak.item):
            return made
        # other clouds have other keys for the same thing
        return Reading(weak.item, made.score, made.spots)

    def other(some: Sequence[Token]) -> Reading | None:
        return attribute(some, estate) or otherwise(some, text, noun, limited, estate, now, understand)

    clauses = Clauses(phrase, other)
    items: list[Item] = []
    for part in (lead, tail):
        made = clauses.items(part)
        if made is None and clauses.lacking is not None:
            raise clauses.lacking
        if made is None:
            return None
        items += made
    items = of_same_items(items)
    if _apart(items):
        return None
    own = [r for r in clauses.found if r.spots]
    if not own and (len(columns) > 1 or (items and told_of(columns))):
        # nothing but values to show
        return Form(
            entity="asset", items=(limited, *items), columns=tuple(columns), rule_form=rule, noun=noun
        )
    bare = len(own) == 1 and own[0].valued and own[0].score < 1
    if not own or (bare and not columns and _of_kinds(marks, spans)):
        return None
    if RELATED.search(text) and not any(isinstance(item, (Has, Weakness)) for item in items):
        # findings or issues are spoken of, and no condition is about them
        return None
    counts = _COUNTS.match(text) is not None
    return Form(
        entity="asset", items=(limited, *items), columns=tuple(columns), rule_form=rule, noun=noun,
        measure=Measure(function="count") if counts and not columns else None,
    )  # fmt: skip


def _of_kinds(marks: Sequence[Mark], spans: Sequence[tuple[int, int]]) -> bool:
    """Whether another kind is named beside the one asked for: what looks like a value may be that."""
    return any(m.kind == "kind" and (m.start, m.end) not in spans for m in marks)


def told_of(columns: Sequence[Ref]) -> bool:
    """Whether some of these columns are of configuration."""
    return any(ref.places for ref in columns)


def _system(mark: Mark) -> bool:
    """Whether words are an operating system: what a machine runs, however its configuration is named."""
    if mark.kind == "value":
        return bool(mark.data[0] == "os")
    return mark.kind == "tenant" and isinstance(mark.data, Atom) and mark.data.ref.name == "os"


def of_types(weak: Weakness) -> set[str]:
    """The types whose configuration shows a weakness."""
    return {where.type_id for atom in weak.setting for where in atom.ref.places}


def _apart(items: Sequence[Item]) -> bool:
    """Whether conditions are on places of types that nothing is all of."""
    held = [
        frozenset(w.type_id for w in item.ref.places)
        for item in items
        if isinstance(item, Atom) and item.ref.places and not item.negated
    ]
    return bool(held) and not frozenset.intersection(*held)


def _head(
    marks: list[Mark], tokens: list[Token], estate: Estate
) -> tuple[Kinds, int, int, list[tuple[int, int]]] | None:
    """The kind that is asked for; a second word for it narrows it: users in Azure Active Directory."""
    kinds = [m for m in marks if m.kind == "kind" and isinstance(m.data, Kinds)]
    while (
        len(kinds) > 1
        and tokens[kinds[0].end].norm in _OF_KEYS
        and any(t.text in ("of", "for", "on") for t in tokens[kinds[0].end : kinds[1].start])
    ):
        # "the instance type of ec2 instances"
        kinds = kinds[1:]
    if not kinds:
        return None
    first = kinds[0]
    if any(m.kind == "entity" and m.data not in ("asset",) and m.start < first.start for m in marks):
        return None
    types = types_of([first.data], estate)
    spans = [(first.start, first.end)]
    found = first.data
    for mark in kinds[1:]:
        more = types_of([mark.data], estate)
        between = tokens[first.end : mark.start]
        if more and more < types and all(t.text in ("in", "of", "(", "from", "the") for t in between):
            found, types = mark.data.model_copy(update={"label": found.label}), more
            spans.append((mark.start, mark.end))
        else:
            break
    return found, first.start, first.end, spans


def _provider(marks: list[Mark], tokens: list[Token]) -> Mark | None:
    found = [m for m in marks if m.kind == "value" and m.data[0] == "provider" and len(m.data[1]) == 1]
    if len(found) != 1:
        return None
    before = [t.text for t in tokens[max(0, found[0].start - 2) : found[0].start]]
    after = [t.text for t in tokens[found[0].end : found[0].end + 1]]
    said = (
        found[0].start == 0
        or not before
        or before[-1] in ("in", "of", "from", "on", "all", "the", "our", "which", "list")
    )
    if any(w in NOT or w in ("or", "and", "principal") for w in (*before, *after)):
        return None
    kind_next = any(m.kind == "kind" and m.start == found[0].end for m in marks)
    return found[0] if said or kind_next else None


def _lead(text: str, tokens: list[Token], at: int, taken: set[int]) -> list[Token]:
    """Adjectives before the noun, without the words of asking."""
    asking = _ASKING.match(text)
    start = asking.end() if asking is not None else 0
    return [t for n, t in enumerate(tokens[:at]) if n not in taken and t.start >= start]


def of_items(form: Form) -> bool:
    """Whether conditions are on items of arrays."""
    return any(
        isinstance(item, Inside) or any(ITEM in w.path for atom in atoms_of(item) for w in atom.ref.places)
        for item in form.items
    )


def says_as_much(rows: Form, form: Form) -> bool:
    """Whether a form that lists items has each value that the conditions on items have, and none of these says no."""
    told = repr(rows).lower()
    for item in form.items:
        for part in item.items if isinstance(item, Inside) else (item,):
            atoms = [a for a in atoms_of(part) if any(ITEM in w.path for w in a.ref.places)]
            if atoms and (getattr(item, "negated", False) or any(a.negated for a in atoms)):
                return False
            if rows.each is not None and rows.each.negated and any(a.op == "empty" for a in atoms):
                # without a limit is not without a container
                return False
            if any("*" in str(v) for a in atoms for v in a.values):
                return False
            if any(
                repr(str(v).lower())[1:-1] not in told for a in atoms for v in a.values if isinstance(v, str)
            ):
                return False
    return rows.each is not None
