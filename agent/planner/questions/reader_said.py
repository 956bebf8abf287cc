"""What a question says of an attribute: a value, a bound, on or off, there or not."""

from __future__ import annotations

import re
from typing import Any, Final

from agent.planner.questions.form import Atom, Ref
from agent.planner.questions.marks import Mark
from agent.planner.questions.reader_counts import numbers
from agent.planner.questions.reader_state import State
from agent.planner.questions.said_values import known_value, valued
from agent.planner.questions.tokens import in_bytes


def said_of(state: State, mark: Mark, ref: Ref) -> Atom | None:
    """The condition that the words around a reference make of it, if any; they are taken."""

    if state.compare is not None and ref.name in (
        "cvss",
        "fix_days",
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
    if ref.tags and found is not None and found.kind == "tagged":
        # "whose Environment tag is empty"
        beyond = state.next(at + 1 - state.at)
        if beyond is not None and beyond[1].kind == "empty":
            at, found = beyond
    inner = False
    if found is not None and found.kind == "not" and found.text.lower() in ("nobody", "none", "no one"):
        state.at = at
        return Atom(ref=ref, op="empty", label=f"{ref.name} nobody")
    if found is not None and found.kind == "not" and found.text.lower() in ("missing", "lacking"):
        rest = state.next(at + 1 - state.at)
        if rest is None or rest[1].kind in ("and", "or", "comma", "but", "by", "order"):
            # "whose criticality is missing"
            state.at = at
            return Atom(ref=ref, op="empty", label=f"with {ref.name} empty")
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
        made, at = valued(state, mark, ref, found, at)
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
        if op in ("eq", "ne") and kind == "eq" and (known := known_value(state, ref, str(value))) is not None:
            return known.model_copy(update={"negated": known.negated != (op == "ne")}), at
        label = f"{ref.name.replace('_', ' ')} {words[op]} {value}".replace("  ", " ")
        return Atom(ref=ref, op=kind, values=(value,), negated=op == "ne", label=label), at
    if token.value is None and not re.match(r"\d", token.text):
        return None, at
    if "version" in ref.name or token.value is None:
        return bounded(state, ref, op, token.text), at
    return bounded(state, ref, op, in_bytes(token) or token.value), at


_BETWEEN: Final = frozenset("to the a an is are be of than as any = ==".split())


def bounded(state: State, ref: Ref, op: str, number: float | str | None) -> Atom:

    if ref.name == "cve" and isinstance(number, float):
        # "CVEs above 9" are so by their score
        ref = Ref(name="cvss")
    words = {"gt": "above", "gte": "at least", "lt": "below", "lte": "at most", "eq": "", "ne": "other than"}
    shown = f"{number:g}" if isinstance(number, float) else number
    kind: Any = {"ne": "eq"}.get(op, op)
    name = "days to fix" if ref.name == "fix_days" else ref.name.replace("_", " ")
    label = f"{name} {words.get(op, op)} {shown}".replace("  ", " ")
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
