"""People by the short forms of their names: "h.sato", "sato", "@h.sato" for who stands as h.sato@company.example."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from agent.planner.questions.english import ordinary
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Ref
from agent.planner.questions.marks import Mark
from agent.planner.questions.names import OWNER_KEYS, plain_key
from agent.planner.questions.phrases import lexicon_parts
from agent.planner.questions.tokens import Token

_MAIL: Final = re.compile(r"@?([a-z][\w.\-+]*)@[\w.\-]+\.[a-z]{2,}\Z")
_HANDLE: Final = re.compile(r"@([a-z][\w.\-]*)\Z")
_ASSIGNED: Final = re.compile(
    r"\b(?:assign\w*|work(?:s|ed|ing)? on|handl(?:es?|ed|ing)|in progress|(?:on|off) \S+ (?:plate|desk|list)|queue|to-?do|backlog|investigat\w*|"
    r"look(?:s|ed|ing)? (?:at|into)|deal(?:s|t|ing)? with|tak(?:es?|en|ing) care of|took care of|picked up|resolve[ds]?|close[ds]?|fix(?:e[ds]|ing)?|waiting for|triag\w+)\b"
)  # fmt: skip
_OWNED: Final = re.compile(r"\bown(?:s|ed|er|ers|ing)?\b|\btag(?:s|ged)?\b|\bcontact\b|\bassets? of\b")
_WORKED_ON: Final = ("issue", "case")
# "everything in progress for her": of issues, not of assets
_ALL_OF_IT: Final = frozenset({"everything", "anything", "stuff", "thing", "things", "items"})
_PLACES: Final = frozenset({"plate", "desk", "queue", "list", "name", "to-do", "todo", "backlog"})


@dataclass(frozen=True, slots=True)
class Person:
    """How a person stands among assignees (`assigned`) and in tags of owners (`tagged`, under `keys`)."""

    name: str
    assigned: tuple[str, ...] = ()
    tagged: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()

    def owner(self) -> Atom:
        return Atom(
            ref=Ref(name="owner", tags=self.keys), op="in", values=self.tagged, label=f"owned by {self.name}"
        )

    def assignee(self) -> Atom:
        return Atom(ref=Ref(name="assignee"), op="in", values=self.assigned, label=f"assigned to {self.name}")


@dataclass(slots=True)
class _Seen:
    assigned: set[str] = field(default_factory=set)
    tagged: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)


def people(estate: Estate) -> Mapping[str, Person]:
    """Short forms in lower case to people; a form that two have is left out. Made once for an estate."""
    kept: dict[str, Person] | None = estate.__dict__.get("_people")
    if kept is None:
        kept = estate.__dict__["_people"] = _all(estate)
    return kept


def _all(estate: Estate) -> dict[str, Person]:
    seen: dict[str, _Seen] = defaultdict(_Seen)
    for entity in _WORKED_ON:
        for low, shown in estate.values(entity, "assignee").items():
            if (local := _local(low)) is not None:
                seen[local].assigned.add(shown)
    for value, keys in estate.words.tag_values.items():
        owning = {key for key in keys if plain_key(key) in OWNER_KEYS}
        if owning and (local := _local(value)) is not None:
            seen[local].tagged.add(value)
            seen[local].keys |= owning
    found: dict[str, Person] = {}
    forms: dict[str, set[str]] = defaultdict(set)
    for local, who in seen.items():
        found[local] = Person(
            local, tuple(sorted(who.assigned)), tuple(sorted(who.tagged)), tuple(sorted(who.keys))
        )
        for form in _forms(local):
            forms[form].add(local)
    taken = {form: found[next(iter(who))] for form, who in forms.items() if len(who) == 1}
    # what is written out beats what is a part of another's name
    return taken | found


def _local(value: str) -> str | None:
    match = _MAIL.match(value) or _HANDLE.match(value)
    return match[1] if match else None


def _forms(local: str) -> set[str]:
    """The parts of a name that stand for it: `sato` of `h.sato`; what is an English word or one of ours does not."""
    parts = [p for p in re.split(r"[._\-+]", local) if p.isalpha() and len(p) > 3]
    return {p for p in parts if not ordinary(p) and p not in lexicon_parts()}


def with_people(marks: list[Mark], tokens: list[Token], text: str, estate: Estate) -> list[Mark]:
    """Names of people read as who it is assigned to, or who owns it, by what the question says of them."""
    known = people(estate)
    if not known:
        return marks
    for at, mark in enumerate(marks):
        if mark.kind in ("time", "quoted", "weakness", "entity", "kind", "attr") or mark.end > mark.start + 1:
            continue
        said = tokens[mark.start].text
        local = _local(said) or said
        person = known.get(local)
        if person is None:
            continue
        if _is_assignee(marks, at, text, person):
            mark.kind, mark.data, mark.also = "tenant", person.assignee(), {}
            _settle(marks, at)
        elif person.tagged and said == local and said not in estate.words.names:
            mark.kind, mark.data, mark.also = "tenant", person.owner(), {}
    return marks


def _is_assignee(marks: list[Mark], at: int, text: str, person: Person) -> bool:
    if not person.assigned:
        return False
    before = next((m for m in reversed(marks[:at]) if m.kind != "stop"), None)
    if before is not None and before.get("attr") == "assignee":
        return True
    if _OWNED.search(text) or not _ASSIGNED.search(text):
        return not person.tagged
    named = [m.data for m in marks if m.kind == "entity" and m.text.lower() not in _ALL_OF_IT]
    return not named or any(name in _WORKED_ON for name in named)


def _settle(marks: list[Mark], at: int) -> None:
    """What the words around an assignee are: "everything", which means issues, and "on her plate"."""
    for mark in marks:
        if mark.kind == "entity" and mark.text.lower() in _ALL_OF_IT:
            mark.data = "issue"
    if at + 1 < len(marks) and marks[at + 1].text.lower() in _PLACES:
        marks[at + 1].kind, marks[at + 1].also = "stop", {}
    for mark in marks:
        if mark.kind == "value" and mark.data[0] == "assignee":
            # "not assigned to her": to anybody else, or to nobody
            mark.kind, mark.data, mark.also = ("stop" if mark.data[1] == ("*",) else "not"), None, {}


__all__ = ["Person", "people", "with_people"]
