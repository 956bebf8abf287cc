"""Groups by how many different things they are spread over: "CVEs on assets of at least four teams", "only in one region"."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

from agent.planner.questions.build import build
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Form, Kinds, Measure, Rank, Ref
from agent.planner.questions.marks import find_marks
from agent.planner.questions.phrases import lexicon_parts
from agent.planner.questions.tokens import tokenize

_NUMBERS: Final = {
    w: n for n, w in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())
} | {"a single": 1}
_N: Final = r"(?P<n>\d+|a single|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_WHAT: Final = r"(?P<what>cloud providers?|clouds?|providers?|cloud accounts?|accounts?|subscriptions?|projects?|regions?|teams?|owners?|applications?|apps?|environments?|assets?|resources?|machines?|hosts?|servers?|vms?|instances?|images?|buckets?|namespaces?)"
_VERB: Final = r"(?:\b(?:in|on|across|over|of|from|at|into|to|hit|hits|hitting|affect|affects|affecting|span|spans|spanning|touch|touches|touching|sit in|sits in|fail in|fails in|failing in|seen in|present in|live in|have|having|with|use|using)\s+)"
_SPREAD: Final = re.compile(
    rf"{_VERB}+(?:(?:assets|resources|things|something|instances|machines)\s+(?:of|in|from|across)\s+)?(?P<op>more than|at least|no fewer than|over|fewer than|less than|at most|exactly|only in|only|just|all)\s+{_N}\s+(?:different\s+|distinct\s+|separate\s+|or more\s+)?{_WHAT}\b",
    re.IGNORECASE,
)
_ONLY: Final = re.compile(
    rf"\b(?:only|just|exclusively)\s+(?:in|on|across|from)\s+{_N}\s+{_WHAT}\b", re.IGNORECASE
)
_OR_MORE: Final = re.compile(
    rf"{_VERB}+(?:(?:assets|resources)\s+(?:of|in|from|across)\s+)?{_N}\s+or more\s+(?:different\s+|distinct\s+)?{_WHAT}\b",
    re.IGNORECASE,
)
_DIFFERENT: Final = re.compile(
    rf"{_VERB}+(?P<op>more than|at least|no fewer than|over|fewer than|less than|at most|exactly|only)\s+{_N}\s+(?:different|distinct|unique)\s+(?P<what>operations?|actions?|packages?|rules?|checks?|cves?|types?|asset types?|categor(?:y|ies)|severit(?:y|ies)|ip addresses|ips?|users?|identities)\b",
    re.IGNORECASE,
)
_MOST: Final = re.compile(
    rf"(?:{_VERB}+(?:the\s+)?(?P<way>most|highest number of|largest number of|fewest|lowest number of)|\bby\s+(?:the\s+)?(?:number|count)\s+of)\s+(?:different\s+|distinct\s+|separate\s+|affected\s+|impacted\s+)?{_WHAT}\b",
    re.IGNORECASE,
)
_FAIL: Final = re.compile(r"\bfail(?:s|ed|ing)?\b")
_OPS: Final[dict[str, Any]] = {
    "more than": "gt", "over": "gt", "at least": "gte", "no fewer than": "gte", "fewer than": "lt", "less than": "lt", "at most": "lte",
    "exactly": "eq", "only in": "eq", "only": "eq", "just": "eq", "all": "eq",
}  # fmt: skip
_CLOUDS: Final = re.compile(
    r"\W*\b(?:aws|azure|gcp|google)(?:\s*,\s*|\s+and\s+|\s*,\s*and\s+|\s+)(?:aws|azure|gcp|google)(?:\s*,?\s*(?:and\s+)?(?:aws|azure|gcp|google))?\b",
    re.IGNORECASE,
)
_ASKED: Final = re.compile(r"\b(?:the ids?|list them|list the ids?|are there|is there)\b", re.IGNORECASE)
_THINGS: Final = {
    "vulnerability": "cve",
    "issue": "rule",
    "finding": "rule",
    "cve": "cve",
    "event": "user",
    "permission": "user",
}


def read_spread(text: str, estate: Estate, now: datetime) -> Form | None:
    """The form of a question about groups spread over so many others, or None where it is not one."""
    from agent.planner.questions.ask import understand

    match = (
        _ONLY.search(text)
        or _OR_MORE.search(text)
        or _SPREAD.search(text)
        or _DIFFERENT.search(text)
        or _MOST.search(text)
    )
    if match is None:
        return None
    having = _bound(match) if match.re is not _MOST else None
    ref = _ref(match["what"].lower(), estate, now)
    if ref is None:
        return None
    rest = f"{text[: match.start()]} {text[match.end() :]}"
    if match["what"].lower().startswith(("cloud", "provider")):
        rest = _CLOUDS.sub(" ", rest)
    rest = _ASKED.sub(" ", rest).strip(" ,?.!")
    if match.re is _DIFFERENT and ref.name == "operation":
        rest += " in the audit log"
    state = understand(rest, estate, now)
    if (
        [t for t in state.left if len(t.text) > 2]
        or state.unknown
        or state.missing
        or state.compare is not None
    ):
        return None
    form = build(state)
    entity = "vulnerability" if form.entity == "cve" else form.entity
    group = form.group or (
        (form.measure.ref,) if form.measure is not None and form.measure.ref is not None else ()
    )
    group = group or ((Ref(name=_THINGS[entity]),) if entity in _THINGS else ())
    if len(group) != 1 or group[0] is None or group[0].key == ref.key or form.span or form.having is not None:
        return None
    if ref.name == "asset" and entity == "asset":
        # so many assets: the ordinary count of a group
        return None
    if having is None and ref.name == "asset" and group[0].name != _THINGS.get(entity):
        return None
    rank, limit = None, form.limit
    if having is None:
        # what fails is a finding
        entity = "finding" if entity == "issue" and _FAIL.search(text) else entity
        rank = Rank(descending=not (match["way"] or "").startswith(("fewest", "lowest")))
        limit = limit or (None if state.plural else 1)
    counted = any(m.kind == "agg" and m.data == "count" for m in state.marks)
    there = tuple(
        Atom(ref=r, op="empty", negated=True, label=f"with {r.name}")
        for r in group
        if (r.tags or r.places) and entity == "asset"
    )
    measure = Measure(function="distinct", ref=ref)
    kinds = _kinds(match["what"].lower(), estate, now) if ref.name == "asset" else ()
    # "on more than 5 machines": of these alone
    return form.model_copy(
        update={
            "entity": entity, "items": (*form.items, *there, *kinds), "group": group, "measure": measure, "having": having, "per": (),
            "rank": rank, "limit": limit, "columns": (), "over": "count" if counted else "",
        }
    )  # fmt: skip


def _bound(match: re.Match[str]) -> tuple[Any, float]:
    op = "eq" if match.re is _ONLY else "gte" if match.re is _OR_MORE else _OPS[match["op"].lower()]
    said = match["n"].lower()
    return op, float(said) if said.isdigit() else float(_NUMBERS[said])


def _kinds(what: str, estate: Estate, now: datetime) -> tuple[Kinds, ...]:
    """The kind of asset that a noun names; a namespace is a value here."""
    if what.startswith(("namespace", "account", "subscription", "project")):
        return ()
    tokens = tokenize(what, estate.whole_names, lexicon_parts())
    marks = find_marks(what, tokens, estate, now)
    return tuple(m.data for m in marks if m.kind == "kind" and isinstance(m.data, Kinds))


def _ref(what: str, estate: Estate, now: datetime) -> Ref | None:
    """What is counted."""
    if what.rstrip("s") in ("asset", "resource") or _kinds(what, estate, now):
        return Ref(name="asset")
    tokens = tokenize(what, estate.whole_names, lexicon_parts())
    for mark in find_marks(what, tokens, estate, now):
        if mark.has("tag"):
            found: Ref = mark.get("tag")
            return found
        if mark.has("attr"):
            return Ref(name=str(mark.get("attr")))
    return None
