"""The value beside an attribute: of a tag, a setting, an account, a column; or noted as unknown."""

from __future__ import annotations

import re
from typing import Any, Final

from agent.planner.questions.entities import BELONGS
from agent.planner.questions.form import Atom, Either, Ref
from agent.planner.questions.marks import Mark
from agent.planner.questions.names import (
    accounts_like,
)
from agent.planner.questions.phrases import value_words
from agent.planner.questions.reader_state import State
from agent.planner.questions.tokens import Token

NAMELIKE: Final = re.compile(r"(?=.*[a-z])(?:.*\d.*|.*[_/@:].*|[\w.]+-[\w.\-]+)\Z")


# columns of few values, every one of which the lists of values hold
_FEW: Final = frozenset(
    """severity status provider category class region type issue_category finding_category result domain method
    source resolution assignee namespace""".split()
)


def known_value(state: State, ref: Ref, value: str) -> Atom | None:
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


def valued(state: State, mark: Mark, ref: Ref, found: Mark, at: int) -> tuple[Atom | None, int]:
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
        if isinstance(data, Either) or (
            isinstance(data, Atom) and data.op in ("older", "within", "range", "empty")
        ):
            # "users were not used in the last 90 days": when, and nobody's name
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
            if found.kind == "word" and 0 < len(values) <= 60 and not any(v.startswith(text) for v in values):
                # none has it: an empty answer would look like a safe one
                state.unknown.append(("name", text))
            longer = any(v.startswith(text) and v[len(text) : len(text) + 1].isalpha() for v in values)
            if longer and (text in values or text == "http"):
                # "http" is not "https"
                return Atom(ref=ref, op="eq", values=(text,), label=f"{ref.name} {text}"), at
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
        if (
            ref.name == "namespace"
            and 0 < len(seen) < 200
            and not any(text.strip("*") in low for low in seen)
        ):
            # none has it: an empty answer would look like a safe one
            state.unknown.append((ref.name, value))
        if ref.name == "rule" and value not in {r.id for r in state.estate.words.rules}:
            state.unknown.append(("rule", value))
        return Atom(ref=ref, op=op, values=(value,), label=f"{ref.name.replace('_', ' ')} {value}"), at
    apart = found.kind == "value" and found.data[0] != ref.name and text not in value_words(ref.name)
    if ref.name in ("severity", "status", "provider", "category", "class", "result") and (
        found.kind in ("word", "quoted")
        or (apart and ref.name in ("severity", "status") and entity in ("issue", "case"))
    ):
        state.unknown.append((ref.name, text))
        return Atom(ref=ref, op="in", values=(text,), label=f"{ref.name} {text}"), at
    return None, at
