"""Questions about records (logs, agents, permissions, files, the CMDB): their words get the meanings they have there."""

# ruff: noqa: E501 (patterns are easier to read in one piece)

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Either, Ref
from agent.planner.questions.marks import Mark
from agent.planner.questions.record_fits import fits, free, merged, with_time
from agent.planner.questions.record_nouns import (
    CHANGES,
    HOSTS,
    LOGIN,
    entity_of,
    mark_nouns,
    normal,
    subject_of,
    unnamed,
)
from agent.planner.questions.record_values import attributes, rows_of, table_of
from agent.planner.questions.record_versions import of_versions
from agent.planner.questions.record_words import RECORDS
from agent.planner.questions.tokens import Token

_LONGEST: Final = 6


@dataclass(slots=True)
class Records:
    """What of a question is about records: the marks, its `subject` ("" where that is none), all that it names."""

    marks: list[Mark]
    subject: str = ""
    named: tuple[str, ...] = ()
    context: str = ""


def with_records(
    text: str, marks: list[Mark], tokens: list[Token], estate: Estate, *, subject: str = ""
) -> Records:
    """The marks, with the meanings that words have in the datasets of records that a question names."""
    mark_nouns(text, marks, tokens, estate)
    named = tuple(dict.fromkeys(e for m in marks if (e := entity_of(m, text)) in RECORDS))
    if subject and subject not in named:
        named = (subject, *named)
    if not subject and CHANGES.search(text) and estate.has_rows("cloud_audit_logs") and "event" not in named:
        subject, named = "event", ("event", *named)
    logins = LOGIN.search(text)
    first = next((m for m in marks if m.kind in ("kind", "entity")), None)
    context = subject if subject and not any(m.kind == "entity" and m.data == subject for m in marks) else ""
    if (
        logins
        and not subject
        and estate.has_rows("cloud_audit_logs")
        and (
            first is None
            or tokens[first.start].start >= logins.start()
            or (first.kind == "entity" and first.data == "event")
        )
    ):
        subject = context = "event"
        named = tuple(dict.fromkeys(("event", *named)))
        context = "" if any(m.kind == "entity" and m.data == "event" for m in marks) else context
    if not subject and (context := unnamed(text, marks, tokens, estate)):
        subject, named = context, tuple(dict.fromkeys((context, *named)))
    if not named:
        return Records(marks)
    subject = subject or subject_of(text, marks, tokens, named)
    for mark in marks:
        if mark.kind != "entity" and (entity := entity_of(mark, text)) in named and entity != subject:
            mark.kind, mark.data, mark.also = "entity", entity, {}
    found = Records(_denied(marks, tokens, named, subject), subject, named, context)
    order = [subject, *(e for e in named if e != subject)] if subject else list(named)
    for entity in order:
        found.marks = _remarked(found.marks, tokens, estate, entity, entity == subject)
    if "endpoint" in named:
        found.marks = of_versions(found.marks, tokens, text, estate)
    if subject:
        _rows(found, tokens)
        _names(found, tokens, estate)
    if subject == "event":
        _today(found.marks)
    return found


def _names(found: Records, tokens: list[Token], estate: Estate) -> None:
    """Names and addresses as these records have them: who did something, where traffic came from."""
    for n, mark in enumerate(found.marks):
        text = " ".join(t.raw for t in tokens[mark.start : mark.end])
        before = next((m.text.lower() for m in reversed(found.marks[:n]) if m.kind != "stop"), "")
        made: Atom | Either | None = None
        data = mark.data
        if (
            mark.kind == "tenant"
            and isinstance(data, Atom)
            and data.ref.name == "name"
            and data.of == "asset"
        ):
            made = _called(found.subject, text, estate)
        elif mark.kind == "id" and re.match(r"\d+\.\d+", text) and found.subject in ("flow", "traffic"):
            sides = [
                Atom(
                    ref=Ref(name=name),
                    op="cidr" if "/" in text else "eq",
                    values=(text,),
                    label=f"{word} {text}",
                    of=found.subject,
                )
                for name, word in (("source_ip", "from"), ("destination", "to"))
            ]
            made = (
                sides[0]
                if before in ("from", "by")
                else sides[1]
                if before in ("to", "at", "on")
                else Either(items=tuple(sides))
            )
        elif (
            mark.kind == "id"
            and found.subject == "endpoint"
            and text in estate.values("endpoint", "agent_version")
        ):
            made = Atom(
                ref=Ref(name="agent_version"),
                op="eq",
                values=(text,),
                label=f"agent version {text}",
                of="endpoint",
            )
        if made is not None:
            mark.kind, mark.data, mark.also = "tenant", made, {}


def _called(subject: str, text: str, estate: Estate) -> Atom | None:
    low = text.lower()
    if subject in ("event", "permission") and any(low in user for user in estate.values(subject, "user")):
        return Atom(
            ref=Ref(name="user"),
            op="contains",
            values=(text,),
            label=f"by {text}" if subject == "event" else f"of {text}",
            of=subject,
        )
    if subject == "event":
        return Atom(ref=Ref(name="resource"), op="eq", values=(text,), label=f"on {text}", of=subject)
    if subject in ("host", "endpoint", "endpoint_cves", "cmdb"):
        return Atom(ref=Ref(name="name"), op="eq", values=(text,), label=f"named {text}", of=subject)
    return None


def _today(marks: list[Mark]) -> None:
    """ "launched in the last 60 days that today have issues": today is now, not when it was done."""
    times = [m for m in marks if m.kind == "time"]
    for mark in times:
        if len(times) > 1 and mark.text.lower() in ("today", "now", "currently"):
            mark.kind, mark.data, mark.also = "stop", mark.text, {}


_NOT: Final = frozenset({"no", "not", "n't", "never", "has no", "have no"})
_KNOWS: Final = frozenset("entry record row know list contain have show mention include hold".split())


def _denied(marks: list[Mark], tokens: list[Token], named: tuple[str, ...], subject: str) -> list[Mark]:
    """ "databases that the CMDB has no entry for": the not comes before what is not there."""
    made = list(marks)
    for at, mark in enumerate(marks):
        if mark.kind != "entity" or mark.data not in named or mark.data == subject:
            continue
        after = [m for m in marks[at + 1 : at + 6] if m.kind not in ("stop", "with")]
        said = {t.norm for m in marks[at + 1 : at + 6] for t in tokens[m.start : m.end]}
        if after and after[0].kind == "not" and after[0].text.lower() in _NOT and said & _KNOWS:
            made.remove(after[0])
            made.insert(made.index(mark), after[0])
    return made


def _remarked(
    marks: list[Mark], tokens: list[Token], estate: Estate, entity: str, subject: bool
) -> list[Mark]:
    """The marks, where words have another meaning for these records."""
    table = table_of(entity, estate)
    at_token: dict[int, Mark] = {n: m for m in marks for n in range(m.start, m.end)}
    nouns = [m for m in marks if m.kind == "entity" and m.data == entity]
    if nouns:
        nouns[0].also["head"] = True
    found: list[Mark] = []
    n = 0
    while n < len(tokens):
        hit: tuple[int, tuple[str, str | Atom]] | None = None
        for end in range(min(len(tokens), n + _LONGEST), n, -1):
            covered = {id(at_token[k]): at_token[k] for k in range(n, end) if k in at_token}
            phrase = tuple(t.norm for t in tokens[n:end])
            meaning = table.get(phrase) or table.get(tuple(t.text for t in tokens[n:end]))
            value = meaning is not None and meaning[0] == "tenant"
            if not all(free(m, tokens, entity, n, end, value) for m in covered.values()):
                continue
            if value and not subject and end < len(tokens) and tokens[end].norm in ("tag", "label"):
                # "no owner tag" is no owner in these records
                continue
            if meaning is not None and fits(
                meaning, tuple(covered.values()), n, end, nouns, entity, subject, tokens
            ):
                hit = (end, meaning)
                break
        if hit is None:
            n += 1
            continue
        end, (kind, data) = hit
        made = Mark(kind, n, end, data, " ".join(t.raw for t in tokens[n:end]))
        if isinstance(data, Atom):
            made = with_time(made, data, marks, tokens)
        found.append(made)
        n = made.end
    return merged(marks, found, tokens) if found else marks


# what keeps such records, as they are called after it
_KEEPERS: Final = {"traffic": ("firewall", "fw"), "health": ("connector", "integration")}


def _asked_for(mark: Mark, marks: list[Mark]) -> bool:
    """Whether an attribute is one to be shown or counted by: "per connector", "which firewall"."""
    before = [m for m in marks if m.end <= mark.start]
    if not before:
        return False
    last = before[-1]
    return last.kind in ("by", "and", "comma", "order", "with", "agg", "rank", "top") or (
        last.kind in ("stop", "number") and last.text.lower() in ("which", "what", "whose", "each")
    )


def _rows(found: Records, tokens: list[Token]) -> None:
    """Nouns that mean the rows of the subject say nothing more; kinds of hosts are its hosts."""
    rows = rows_of(found.subject)
    head = next((m for m in found.marks if m.kind == "entity" and m.data == found.subject), None)
    if head is None:
        flow = next((m for m in found.marks if m.also.get("entity") == found.subject), None)
        if flow is not None:
            flow.kind, flow.data, flow.also = "entity", found.subject, {}
            head = flow
    for mark in found.marks:
        if mark is head or mark.kind not in ("kind", "entity", "word", "attr", "weakness", "owned"):
            continue
        text = normal(mark, tokens)
        if (
            mark.kind == "attr"
            and text in _KEEPERS.get(found.subject, ())
            and not _asked_for(mark, found.marks)
        ):
            # "what the firewall denied" asks for no firewall
            mark.kind, mark.data, mark.also = "stop", tokens[mark.start], {}
        elif (text in rows and not (mark.kind == "attr" and mark.data in attributes(found.subject))) or (
            mark.kind == "word" and text in ("according", "running")
        ):
            mark.kind, mark.data, mark.also = "stop", tokens[mark.start], {}
        elif mark.kind == "weakness" and "outside" in mark.text.lower():
            mark.kind, mark.data, mark.also = "not", None, {}
        elif mark.kind == "owned" and found.subject == "health" and mark.text.lower().startswith("run"):
            mark.kind, mark.data, mark.also = "by", None, {}
        elif (
            mark.kind == "kind"
            and found.subject in ("endpoint", "host", "endpoint_cves")
            and text.split()[-1] in HOSTS
        ):
            mark.kind, mark.data, mark.also = "stop", tokens[mark.start], {}


__all__ = ["Records", "with_records"]
