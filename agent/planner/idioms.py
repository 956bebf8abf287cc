"""Questions in idioms that only the older reader knows ("who signs in without a second factor"), as a logical form.

It stands behind the question planner and only speaks where every word of the message was understood; a number that no
slot took is a word that was not understood.
"""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from typing import Final

from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Form, Item, Kinds, Measure, Rank, Ref, Weakness
from agent.planner.questions.reader_values import nouns_of
from agent.planner.questions.setting_marks import types_of
from agent.planner.questions.weaknesses import Found, resolve
from agent.planner.reading import ConceptUse, Excluded, Intent, Reading, TagUse
from agent.planner.words import NOUNS

_GROUPS: Final = {"progress": "status", "resource": "asset"}
_NUMBER: Final = re.compile(r"\b\d+(?:\.\d+)?\b")
_PLACES: Final = (
    ("regions", "region", "in"),
    ("accounts", "account", "in account"),
    ("providers", "provider", "on"),
    ("services", "service", "of service"),
)
_GRAVER: Final = re.compile(
    r"\b(?:above|over|at least|below|under|more than) (?:critical|high|medium|low)\b|\b(?:critical|high|medium|low) (?:and|or) (?:above|higher|more)\b"
)
_THINGS: Final = re.compile(r"\b(?:resources?|assets?)\b", re.IGNORECASE)
_COMPARES: Final = re.compile(
    r"\b(?:more|fewer|less|above|below|over|under|between|at least|at most|percent\w*|share|average|median|ratio|without any|no open|never)\b"
)


def understood(reading: Reading) -> bool:
    """Whether the older reader took every word of a data question, so that nothing of it would be dropped."""
    if reading.intent not in (Intent.LIST, Intent.COUNT, Intent.UNKNOWN):
        return False
    if reading.left_over or reading.unknown or reading.ambiguous or reading.finding_ids or reading.asks_tags:
        return False
    text = reading.text.lower()
    if _COMPARES.search(_GRAVER.sub(" ", text)):
        return False
    known = " ".join(
        (
            str(reading.limit),
            *(str(use.port) for use in reading.concepts),
            str(reading.since),
            *reading.regions,
            *reading.accounts,
            *reading.names,
            *(use.name for use in reading.concepts),
            *reading.rules,
        )
    )
    numbers = [n for n in _NUMBER.findall(text) if not re.search(rf"\w{re.escape(n)}|{re.escape(n)}\w", text)]
    about = reading.constrained or reading.findings or reading.group_by
    return bool(about) and all(n in known for n in numbers)


def form_of(reading: Reading, estate: Estate) -> Form | None:
    """The form of a reading; None where a part of it is nowhere in the tenant's data or has no form."""
    if (reading.group_by and reading.group_by not in {*_GROUPS, "service", "account", "region", "provider",
                                                      "severity", "rule", "type"}):  # fmt: skip
        return None
    about_findings = (
        reading.findings
        or reading.status is not None
        or bool(reading.severities or reading.services)
        or not (
            reading.nouns
            or reading.concepts
            or reading.rules
            or reading.tags
            or reading.names
            or _THINGS.search(reading.text)
        )
    )
    entity = "finding" if about_findings else "asset"
    items: list[Item] = [_kinds(noun) for noun in reading.nouns]
    if len(items) > 1:
        items = [_joined([i for i in items if isinstance(i, Kinds)])]
    kinds = [i for i in items if isinstance(i, Kinds)]
    for use in reading.concepts:
        made = _weakness(use, kinds, estate)
        if made is None:
            return None
        items.append(made)
    if reading.rules:
        label = f"{'free of' if reading.rules_negated else 'reported for'} {' or '.join(reading.rules[:3])}"
        items.append(
            Weakness(name="rules", rules=tuple(reading.rules), label=label, negated=reading.rules_negated)
        )
    items += _values(reading, estate)
    items += _excluded(reading.excluded, kinds)
    if (since := _since(reading)) is not None:
        items.append(since)
    measure = Measure(function="count") if reading.intent is Intent.COUNT else None
    group = (Ref(name=_GROUPS.get(reading.group_by, reading.group_by)),) if reading.group_by else ()
    rank = {"newest": Rank(ref=Ref(name="first_seen")), "severity": Rank(ref=Ref(name="severity"))}.get(
        reading.order or ""
    )
    return Form(
        entity=entity,
        items=tuple(items),
        measure=measure or (Measure(function="count") if group else None),
        group=group,
        rank=rank,
        limit=reading.limit,
        status="said" if reading.status else "open" if entity == "finding" else "",
    )


def _kinds(noun: str) -> Kinds:
    categories, types, label = NOUNS[noun]
    return Kinds(types=types, categories=categories, label=label)


def _joined(kinds: list[Kinds]) -> Kinds:
    return Kinds(
        types=tuple(t for k in kinds for t in k.types),
        categories=tuple(c for k in kinds for c in k.categories),
        label=" or ".join(k.label for k in kinds),
    )


def _weakness(use: ConceptUse, kinds: list[Kinds], estate: Estate) -> Weakness | None:
    found = Found(use.name, 0, 0, use.negated, use.port)
    return resolve(found, estate, types_of(kinds, estate), nouns_of(kinds, estate))


def _values(reading: Reading, estate: Estate) -> list[Item]:
    found: list[Item] = []
    if reading.severities:
        label = " or ".join(s.lower() for s in reading.severities)
        found.append(Atom(ref=Ref(name="severity"), op="in", values=reading.severities, label=label))
    if reading.status:
        label = {"PASS": "passed", "MANUAL": "that need a person"}[reading.status]
        found.append(Atom(ref=Ref(name="result"), op="in", values=(reading.status,), label=label))
    for slot, name, said in _PLACES:
        if values := getattr(reading, slot):
            label = f"{said} {' or '.join(values)}"
            found.append(Atom(ref=Ref(name=name), op="in", values=values, label=label))
    if reading.names:
        label = f"named {' or '.join(reading.names)}"
        found.append(Atom(ref=Ref(name="name"), op="in", values=reading.names, label=label, of="asset"))
    return found + [_tag(tag, estate) for tag in reading.tags]


def _tag(tag: TagUse, estate: Estate) -> Item:
    label = f"tagged {tag.label}"
    if not tag.keys:
        every = tuple(sorted({key for keys in estate.words.tag_keys.values() for key in keys}))
        ref = Ref(name="tags", tags=every)
        return Atom(ref=ref, op="empty", label="without tags")
    if not tag.values:
        ref = Ref(name=tag.label, tags=tag.keys)
        return Atom(ref=ref, op="empty", label=f"with the tag {tag.label}", negated=not tag.negated)
    ref = Ref(name=tag.label, tags=tag.keys)
    return Atom(ref=ref, op="in", values=tag.values, label=label, negated=tag.negated)


def _excluded(out: Excluded, kinds: list[Kinds]) -> list[Item]:
    found: list[Item] = [_kinds(noun).model_copy(update={"negated": True}) for noun in out.nouns]
    for values, name in (
        (out.severities, "severity"),
        (out.providers, "provider"),
        (out.accounts, "account"),
        (out.regions, "region"),
        (out.services, "service"),
        (out.names, "name"),
    ):
        if values:
            label = f"{name} {' or '.join(values)}"
            of = "asset" if name == "name" else ""
            found.append(Atom(ref=Ref(name=name), op="in", values=values, label=label, negated=True, of=of))
    return found


def _since(reading: Reading) -> Atom | None:
    since = reading.since
    if since is None or since.kind != "days" or not since.days:
        return None
    op, said = ("older", "older than") if since.older else ("within", "in the last")
    label = f"{said} {since.days:g} days"
    return Atom(ref=Ref(name="any_time"), op=op, values=(float(since.days),), label=label)


__all__ = ["form_of", "understood"]
