"""What a question says of an attribute: a value, a bound, on or off, there or not."""

from __future__ import annotations

import re
from typing import Any, Final

from agent.planner.questions.entities import BELONGS
from agent.planner.questions.form import Atom, Ref
from agent.planner.questions.marks import Mark
from agent.planner.questions.names import (
    accounts_like,
)
from agent.planner.questions.phrases import value_words
from agent.planner.questions.reader_counts import numbers
from agent.planner.questions.reader_state import State
from agent.planner.questions.tokens import Token, in_bytes

NAMELIKE: Final = re.compile(r"(?=.*[a-z])(?:.*\d.*|.*[_/@:].*|[\w.]+-[\w.\-]+)\Z")


def said_of(state: State, mark: Mark, ref: Ref) -> Atom | None:
    """The condition that the words around a reference make of it, if any; they are taken."""

    if state.compare is not None and ref.name in (
        "cvss",
        "size",
        "records",
        "impact",
        "exploitability",
        "affected_hosts",
        "affected_products",
        "cves",
    ):
        op, number = state.compare
        state.compare = None
        return bounded(state, ref, op, number)
    at, negated, found = state.at + 1, state.negated, None
    while (found := mark_at(state, at)) is not None and (
        found.kind == "stop"
        or (
            found.kind == "of"
            and found.text.lower() == "of"
            and (after := mark_at(state, at + 1)) is not None
            and after.kind in ("number", "compare")
        )
    ):
        at += 1
    inner = False
    if found is not None and found.kind == "not" and found.text.lower() in ("nobody", "none", "no one"):
        state.at = at
        return Atom(ref=ref, op="empty", label=f"{ref.name} nobody")
    while found is not None and found.kind == "not":
        inner = True
        at += 1
        while (found := mark_at(state, at)) is not None and found.kind == "stop":
            at += 1
    if found is None:
        return None
    negated = negated != inner
    made: Atom | None = None
    if ref.name == "age":
        return None
    if found.kind == "compare" or (found.kind == "with" and found.text.lower() in ("containing",)):
        made, at = _compared(state, ref, str(found.data), at)
    elif found.kind == "number" and ref.name not in ("account",):
        made, at = _numbered(state, ref, at)
        if made is not None and made.op == "eq" and ref.name in ("port", "source_port"):
            made, at = numbers(state, made, at)
    elif found.kind in ("on", "off") and (ref.places or inner or (found.kind == "off" and ref.tags)):
        good = (found.kind == "on") != inner
        label = f"{ref.name} {'on' if good else 'off'}"
        made = (
            Atom(ref=ref, op="true", negated=not good, label=label)
            if ref.places
            else Atom(ref=ref, op="empty", label=label)
        )
        negated = state.negated if ref.places else False
    elif found.kind == "empty":
        made = Atom(ref=ref, op="empty", label=f"with {ref.name} empty")
    elif found.kind == "by" and found.text.lower() == "between":
        made, at = _between(state, ref, at)
    elif (
        ref.tags
        and found.kind in ("value", "kind", "entity", "number")
        and " ".join(t.text for t in state.words(found)) not in state.estate.words.tag_values
    ) or (found.kind == "value" and found.data[0] == ref.name):
        return None
    elif found.kind in (
        "quoted",
        "id",
        "word",
        "tenant",
        "value",
        "kind",
        "entity",
        "tagvalue",
        "number",
    ) or (ref.tags and found.has("tagvalue")):
        made, at = _valued(state, mark, ref, found, at)
    if made is None:
        return None
    state.at, state.negated = at, False
    if negated:
        made = made.model_copy(update={"negated": not made.negated, "label": f"not {made.label}"})
    state.negated_ref = made.ref.key if negated else ""
    return made


def mark_at(state: State, at: int) -> Mark | None:
    return state.marks[at] if at < len(state.marks) else None


def _compared(state: State, ref: Ref, op: str, at: int) -> tuple[Atom | None, int]:

    at += 1
    while (found := mark_at(state, at)) is not None and (
        found.kind == "compare" or (found.kind == "stop" and found.text.lower() in _BETWEEN)
    ):
        at += 1
    if found is None:
        return None, at
    token = state.words(found)[0]
    if op in ("contains", "starts", "ends", "eq", "ne"):
        if found.kind == "value" and ref.name == found.data[0]:
            return None, at
        value: str | float = token.raw if found.kind != "number" else token.text
        if found.end - found.start > 1:
            value = " ".join(t.raw for t in state.words(found))
        kind: Any = {"ne": "eq"}.get(op, "eq" if "*" in str(value) else op)
        words = {
            "contains": "containing",
            "starts": "starting with",
            "ends": "ending in",
            "eq": "",
            "ne": "other than",
        }
        if (
            op in ("eq", "ne")
            and kind == "eq"
            and (known := _known_value(state, ref, str(value))) is not None
        ):
            return known.model_copy(update={"negated": known.negated != (op == "ne")}), at
        label = f"{ref.name.replace('_', ' ')} {words[op]} {value}".replace("  ", " ")
        return Atom(ref=ref, op=kind, values=(value,), negated=op == "ne", label=label), at
    if token.value is None and not re.match(r"\d", token.text):
        return None, at
    if "version" in ref.name or token.value is None:
        return bounded(state, ref, op, token.text), at
    return bounded(state, ref, op, in_bytes(token) or token.value), at


_BETWEEN: Final = frozenset("to the a an is are be of than as any = ==".split())
# columns of few values, every one of which the lists of values hold
_FEW: Final = frozenset(
    """severity status provider category class region type issue_category finding_category result domain method
    source resolution assignee namespace""".split()
)


def _known_value(state: State, ref: Ref, value: str) -> Atom | None:
    """What is equal to a value of a tag, of accounts or of a column of few values; else noted as unknown."""
    text = value.lower()
    if ref.tags:
        return _tagged_as(state, ref, text)
    if ref.name == "account":
        exact = state.estate.words.accounts.get(text)
        uids = [exact] if exact else accounts_like(text, state.estate)
        if not uids:
            state.unknown.append(("account", value))
        names = " or ".join(state.estate.account_names.get(u, u) for u in uids)
        return Atom(ref=ref, op="in", values=tuple(uids) or (text,), label=f"in account {names or text}")
    if ref.places or ref.name not in _FEW:
        return None
    entity = state.entity or BELONGS.get(ref.name, "asset")
    seen = state.estate.values(entity, ref.name)
    if not seen or any(text == low or text.replace(" ", "_") in low for low in seen):
        return None
    if len(seen) < 200 and text not in value_words(ref.name):
        state.unknown.append((ref.name.replace("_", " "), value))
    return None


def bounded(state: State, ref: Ref, op: str, number: float | str | None) -> Atom:

    words = {"gt": "above", "gte": "at least", "lt": "below", "lte": "at most", "eq": "", "ne": "other than"}
    shown = f"{number:g}" if isinstance(number, float) else number
    kind: Any = {"ne": "eq"}.get(op, op)
    label = f"{ref.name.replace('_', ' ')} {words.get(op, op)} {shown}".replace("  ", " ")
    if "version" in ref.name and isinstance(number, float):
        number = f"{number:g}"
    return Atom(ref=ref, op=kind, values=(number or 0.0,), negated=op == "ne", label=label)


def _numbered(state: State, ref: Ref, at: int) -> tuple[Atom | None, int]:
    token = state.words(state.marks[at])[0]
    op, end = state.bound or "eq", at
    state.bound = ""
    following = mark_at(state, at + 1)
    while following is not None and following.kind == "stop" and end - at < 1:
        following = mark_at(state, at + 2)
        break
    if following is not None and following.kind == "after":
        op, end = str(following.data), state.marks.index(following)
    if ref.name in ("severity", "name", "rule") or (ref.name == "account"):
        return None, at
    return bounded(
        state, ref, op, token.text if "version" in ref.name else in_bytes(token) or token.value
    ), end


def _between(state: State, ref: Ref, at: int) -> tuple[Atom | None, int]:

    numbers = [(n, m) for n, m in enumerate(state.marks[at : at + 5], at) if m.kind == "number"]
    if len(numbers) < 2:
        return None, at
    low, high = (state.words(m)[0].value or 0.0 for _, m in numbers[:2])
    return Atom(ref=ref, op="gte", values=(low, high), label=f"{ref.name} from {low:g} to {high:g}"), numbers[
        1
    ][0]


def _valued(state: State, mark: Mark, ref: Ref, found: Mark, at: int) -> tuple[Atom | None, int]:
    """A value right after its attribute: "owner m.okafor", "account payments", "engine mysql"."""

    token = state.words(found)[0]
    text = " ".join(t.text for t in state.words(found))
    if found.kind == "tenant":
        data = found.data
        if isinstance(data, Atom) and data.ref.key == ref.key:
            return data, at
        if isinstance(data, Atom) and state.subject and data.of == state.subject:
            # "users that hold s3:ListAllMyBuckets": a value of something else
            return None, at
        if ref.tags and isinstance(data, Atom):
            return _tagged_as(state, ref, text), at
        if ref.name == "name" and isinstance(data, Atom):
            return Atom(ref=ref, op="eq", values=(text,), label=f"named {text}"), at
        if ref.places and isinstance(data, Atom) and data.ref.places:
            return _setting_value(ref, data.values[0]), at
        if ref.places and isinstance(data, list):
            return _setting_value(ref, text), at
        if ref.name == "account" and (uids := accounts_like(text, state.estate)):
            names = " or ".join(state.estate.account_names.get(u, u) for u in uids)
            return Atom(ref=ref, op="in", values=tuple(uids), label=f"in account {names}"), at
        if ref.name in ("assignee", "user", "namespace", "os", "package", "operation", "resource", "cluster"):
            return Atom(ref=ref, op="in", values=(text,), label=f"{ref.name} {text}"), at
        return None, at
    if ref.places:
        values = {
            v.lower()
            for p in ref.places
            for s in state.estate.settings.by_type.get(p.type_id, ())
            if s.path == p.path
            for v in s.values
        }
        if (
            found.kind in ("quoted", "id")
            or text in values
            or any(v.startswith(text) for v in values)
            or NAMELIKE.match(text)
        ):
            return _setting_value(ref, text), at
        return None, at
    if ref.tags:
        return (
            (_tagged_as(state, ref, text), at)
            if (found.kind != "kind" and found.kind != "entity") or text in state.estate.words.tag_values
            else (None, at)
        )
    return _attribute_value(state, ref, found, token, text, at)


def _setting_value(ref: Ref, value: str | float) -> Atom:
    return Atom(ref=ref, op="starts", values=(str(value),), label=f"{ref.name} {value}")


def _tagged_as(state: State, ref: Ref, text: str) -> Atom | None:
    from agent.planner.questions.names import environment

    for name in ("production", "development", "staging", "test"):
        found = environment(name, state.estate)
        if found is not None and found.ref.key == ref.key and text in (*map(str, found.values), name):
            return found
    keys = state.estate.words.tag_values.get(text, ())
    if set(keys) & set(ref.tags):
        return Atom(ref=ref, op="in", values=(text,), label=f"{ref.name} {text}")
    state.unknown.append((f"tag {ref.name}", text))
    return Atom(ref=ref, op="in", values=(text,), label=f"{ref.name} {text}")


def _attribute_value(
    state: State, ref: Ref, found: Mark, token: Token, text: str, at: int
) -> tuple[Atom | None, int]:

    entity = state.entity or BELONGS.get(ref.name, "asset")
    seen = state.estate.values(entity, ref.name) or state.estate.values(
        BELONGS.get(ref.name, "asset"), ref.name
    )
    if ref.name == "name" and text in state.estate.values("event", "operation"):
        return Atom(ref=Ref(name="operation"), op="eq", values=(text,), label=f"operation {token.raw}"), at
    if ref.name == "region":
        if found.kind in ("word", "quoted"):
            state.unknown.append(("region", text))
            return Atom(ref=ref, op="in", values=(text,), label=f"in {text}"), at
        return None, at
    if ref.name == "account":
        if found.kind not in ("word", "quoted", "number", "id"):
            return None, at
        uids = accounts_like(text, state.estate)
        if not uids:
            state.unknown.append(("account", text))
        names = [state.estate.account_names.get(uid, uid) for uid in uids]
        return Atom(
            ref=ref, op="in", values=tuple(uids) or (text,), label=f"in account {' or '.join(names) or text}"
        ), at
    if state.subject and text not in seen and len(text) > 3 and any(text in low for low in seen):
        label = f"{ref.name.replace('_', ' ')} containing {text}"
        return Atom(ref=ref, op="contains", values=(token.raw,), label=label), at
    if text in seen:
        return Atom(
            ref=ref, op="in", values=(seen[text],), label=f"{ref.name.replace('_', ' ')} {seen[text]}"
        ), at
    if ref.name in (
        "name",
        "id",
        "cve",
        "ip",
        "strong_id",
        "user",
        "operation",
        "os",
        "namespace",
        "package",
        "version",
        "rule",
        "agent_version",
    ) and found.kind in ("word", "quoted", "id", "number"):
        op: Any = (
            "starts"
            if ref.name in ("os", "version", "agent_version")
            else "contains"
            if "*" in text
            else "eq"
        )
        value = token.raw if found.end - found.start == 1 else text
        if ref.name == "rule" and value not in {r.id for r in state.estate.words.rules}:
            state.unknown.append(("rule", value))
        return Atom(ref=ref, op=op, values=(value,), label=f"{ref.name.replace('_', ' ')} {value}"), at
    if ref.name in ("severity", "status", "provider", "category", "class", "result") and found.kind in (
        "word",
        "quoted",
    ):
        state.unknown.append((ref.name, text))
        return Atom(ref=ref, op="in", values=(text,), label=f"{ref.name} {text}"), at
    return None, at
