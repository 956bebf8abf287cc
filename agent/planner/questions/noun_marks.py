"""Nouns that stand for assets only by their place: a service in parentheses, public addresses that are asked for."""

from __future__ import annotations

from typing import Final

from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Kinds, Ref
from agent.planner.questions.marks import Mark
from agent.planner.questions.setting_marks import types_of
from agent.planner.questions.tokens import Token

_ADDRESSES: Final = Kinds(
    types=("AZURE_PUBLIC_IP", "EC2_ELASTIC_IP", "GOOGLE_COMPUTE_ADDRESS"), label="public addresses"
)
_ADDRESS_WORDS: Final = ("public ip", "public address", "public ip address", "public ipv4 address", "pip")


def with_nouns(marks: list[Mark], tokens: list[Token], estate: Estate) -> list[Mark]:
    """The marks, where such words stand as nouns."""
    return _addresses(_namespaces(_glossed(marks, estate), tokens, estate), tokens, estate)


def _glossed(marks: list[Mark], estate: Estate) -> list[Mark]:
    """ "Databases (RDS)": what stands in parentheses narrows the noun before it, or only says its service."""
    for at, mark in enumerate(marks):
        if mark.kind != "kind" or not 0 < at < len(marks) - 1:
            continue
        if marks[at - 1].text != "(" or marks[at + 1].text != ")":
            continue
        noun = next((m for m in reversed(marks[: at - 1]) if m.kind == "kind"), None)
        if noun is None:
            continue
        wide, narrow = types_of([noun.data], estate), types_of([mark.data], estate)
        if narrow and narrow < wide:
            noun.data, noun.also = mark.data, {}
        for said in marks[at - 1 : at + 2]:
            said.kind, said.also = "stop", {}
        return marks
    return marks


def _namespaces(marks: list[Mark], tokens: list[Token], estate: Estate) -> list[Mark]:
    """ "From namespace basket", "with their namespace": an attribute of what is asked for, and no asset of its own."""
    for at, mark in enumerate(marks):
        if mark.kind != "kind" or "namespace" not in (t.norm for t in tokens[mark.start : mark.end]):
            continue
        others = [m for m in marks if m is not mark and m.kind in ("kind", "entity")]
        before = next((m for m in reversed(marks[:at]) if m.kind != "stop"), None)
        after = next((m for m in marks[at + 1 :] if m.kind != "stop"), None)
        near = next((m for m in (after, before) if m is not None and _namespace(m, tokens, estate)), None)
        shown = before is not None and before.kind in ("with", "and", "comma") and others[:1] != []
        if others and near is not None:
            said = _namespace(near, tokens, estate)
            near.kind, near.also = "tenant", {}
            near.data = Atom(ref=Ref(name="namespace"), op="in", values=(said,), label=f"in namespace {said}")
            mark.kind, mark.also = "stop", {}
        elif not types_of([mark.data], estate) or (shown and others[0].start < mark.start and near is None):
            mark.kind, mark.data, mark.also = "attr", "namespace", {}
    return marks


def _namespace(mark: Mark, tokens: list[Token], estate: Estate) -> str:
    """The namespace that a mark names, if it does."""
    if mark.kind not in ("tenant", "word", "id", "quoted", "kind", "value", "name"):
        return ""
    said = " ".join(t.text for t in tokens[mark.start : mark.end]).strip("'\"`")
    return estate.values("asset", "namespace").get(said, "")


def _addresses(marks: list[Mark], tokens: list[Token], estate: Estate) -> list[Mark]:
    """ "Which public IPs exist": without another noun they are what is asked for, and no exposure of it."""
    if any(m.has("kind", "entity") and m.kind != "stop" for m in marks):
        return marks
    said = next((m for m in marks if m.kind in ("weakness", "word") and _is_address(m, tokens)), None)
    before = (
        next((m for m in reversed(marks[: marks.index(said)]) if m.kind != "stop"), None) if said else None
    )
    had = (
        before is not None and before.kind in ("with", "not") and before.text.lower() not in ("show", "shows")
    )
    if said is not None and not had and types_of([_ADDRESSES], estate):
        said.kind, said.data, said.also = "kind", _ADDRESSES, {}
    return marks


def _is_address(mark: Mark, tokens: list[Token]) -> bool:
    return " ".join(t.norm for t in tokens[mark.start : mark.end]) in _ADDRESS_WORDS
