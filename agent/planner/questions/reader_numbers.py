"""Two numbers side by side: "opened vs resolved last week", "how many open issues, and how many of them critical"."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from agent.planner.questions.build import build
from agent.planner.questions.completing import completed
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Form, Item, Measure, Ref, Side

_VERSUS: Final = r"(?:vs\.?|versus|against|compared (?:to|with)|and|/|or)"
_CAME: Final = r"(?:opened|open|created|create|raised|raise|new|incoming|found|detected|first seen)"
_WENT: Final = r"(?:closed|resolved|fixed|remediated|close|resolve|fix)"
_FLOWS: Final = re.compile(
    rf"\b(?P<a>{_CAME})(?: ones| issues)? {_VERSUS} (?P<b>{_WENT})\b(?! (?:ones|included))"
)
_BACK: Final = re.compile(rf"\b(?P<b>{_WENT})(?: ones| issues)? {_VERSUS} (?P<a>{_CAME})\b")
_OF_THEM: Final = re.compile(
    r"^(?P<q>.*?\b(?:how many|number of|count of|total)\b.+?)(?: (?:in total|overall|altogether))?[,;.?]? (?:and )?(?:how many|what number|number) (?:of (?:them|these|those)|thereof)? ?(?:are|is|have|has|were|was|with)? ?(?P<more>[\w\s'-]{3,50}?)\W*$"
)
_TWO_THINGS: Final = re.compile(
    r"\b(?:number|numbers|count|counts|how many) (?:of )?(?:the )?(?P<a>[\w\s-]{3,40}?) and (?:the )?(?:(?:number|count) of )?(?:the )?(?P<b>[\w\s-]{3,40}?) (?P<by>(?:per|by|for each|of each|in each|for every) [\w\s]{3,30}?)\W*$"
)
_OF_EACH: Final = re.compile(
    r"^\W*(?:(?:please|show|list|give|me) )*(?P<by>(?:per|for each|for every|each|by) [\w\s]{3,20}?),? (?:the |its |their )?(?:number|numbers|count|counts) of (?P<a>[\w\s-]{3,40}?) and (?:the )?(?:(?:number|count) of )?(?P<b>[\w\s-]{3,40}?)\W*$"
)
_TOTAL: Final = re.compile(
    r"\b(?:total|all|overall) (?:and|vs\.?|versus|plus) (?P<more>critical|high|medium|low|critical and high|resolved|closed|unassigned|open) (?P<what>issues?|findings?|vulnerabilities|cases?)\b"
)
_SPAN: Final = r"(?:this|last|previous) (?:week|month|quarter|year)|today|yesterday"
_PERIODS: Final = re.compile(
    rf"\b(?P<a>{_SPAN}) (?:with|and|to|vs\.?|versus|against|compared (?:to|with)) (?:the one |that |those )?(?:of |from |in )?(?P<b>{_SPAN})\b"
)
_BINS: Final = re.compile(
    r"\b(?:daily|weekly|monthly|hourly|yearly|(?:per|by|each|every|a) (?:hour|day|week|month|year)|(?:day|week|month) (?:by|over) (?:day|week|month)|trend|over time)\b"
)
_ROWS: Final = ("issue", "finding", "vulnerability", "case")


def read_numbers(text: str, estate: Estate, now: datetime) -> Form | None:
    """The form with a number for each of two questions in one, or None where it is not so."""
    if len(text) > 400:
        return None
    for one, other, in_time in _questions(text):
        first, second = _read(one, estate, now), _read(other, estate, now)
        if first is None or second is None:
            continue
        made = _both(first, second, in_time)
        if made is not None:
            return made
    return None


_FLAWLESS: Final = re.compile(
    r"^\W*(?:(?:please|which|what|list|show|me|name|give|the|all|are there) )*(?:rules|checks|controls) (?:(?:that|which) )?(?:(?:have|has|did|do|are) )?(?:never (?:been )?fail(?:ed|ing)?|not fail(?:ed)?(?: anywhere)?|always pass(?:ed|ing)?|pass(?:es|ed|ing)? (?:everywhere|always|for (?:all|every)(?: assets?| resources?)?|on (?:all|every)(?: assets?| resources?)?)|(?:with|have) (?:no|zero|not a single) fail\w*(?: findings?| results?)?|without (?:any |a |a single )?fail\w*(?: findings?| results?)?)(?P<rest>.*?)\W*$"
)


def read_flawless(text: str, estate: Estate, now: datetime) -> Form | None:
    """ "Which rules have never failed?": rules without failed findings."""
    found = _FLAWLESS.match(text)
    if found is None:
        return None
    form = _read(f"number of passed and failed findings by rule{found['rest']}", estate, now)
    if form is None or form.entity != "finding" or form.group != (Ref(name="rule"),):
        return None
    items = tuple(i for i in form.items if not (isinstance(i, Atom) and i.ref.name == "result"))
    failed = Atom(ref=Ref(name="result"), op="in", values=("FAIL",), label="failed")
    side = Side(items=(failed,), entity="finding", op="eq", count=0, label="failed findings")
    return form.model_copy(update={"items": items, "sides": (side,), "measure": None, "status": "all"})


def _questions(text: str) -> list[tuple[str, str, bool]]:
    """The two questions that one may be; whether each is about times of its own."""
    found: list[tuple[str, str, bool]] = []
    if (flow := _FLOWS.search(text) or _BACK.search(text)) is not None and not _BINS.search(text):
        before, after = text[: flow.start()], text[flow.end() :]
        if flow["a"] == "open" and flow["b"] in ("closed", "resolved", "fixed", "remediated"):
            # what is open now and what was closed: states, not deeds
            return []
        before = re.sub(r"\b(?:did|do|have|has) (?:we|the team|our team|people|they) *$", "", before)
        counted = "" if re.search(r"\b(?:how many|number of|count of)\b", before) else "number of "
        found.append((f"{counted}{before}first seen {after}", f"{counted}{before}resolved {after}", True))
    thing = _TWO_THINGS.search(text) or _OF_EACH.search(text)
    if thing is not None:
        by = re.sub(r"^(?:for each|for every|each|every|of each|in each) ", "per ", thing["by"])
        pair = [f"number of {thing[name]} {by}" for name in ("a", "b")]
        found.append((pair[0], pair[1], False))
    if (periods := _PERIODS.search(text)) is not None and not _BINS.search(text):
        before, after = text[: periods.start()], text[periods.end() :]
        counted = "" if re.search(r"\b(?:how many|number of|count of)\b", text) else "number of "
        times = [
            re.sub(r"^(?:last|previous) (week|month|quarter|year)$", r"last calendar \1", periods[name])
            for name in ("a", "b")
        ]
        found.append((f"{counted}{before}{times[0]}{after}", f"{counted}{before}{times[1]}{after}", True))
    if (total := _TOTAL.search(text)) is not None:
        before, after = text[: total.start()], text[total.end() :]
        counted = "" if re.search(r"\b(?:how many|number of|count of)\b", before) else "number of "
        found.append(
            (
                f"{counted}{before}{total['what']}{after}",
                f"{counted}{before}{total['more']} {total['what']}{after}",
                False,
            )
        )
    if (them := _OF_THEM.match(text)) is not None and not re.search(r"\b(?:per|by|each)\b", text):
        found.append((them["q"], f"{them['q']} that are {them['more']}", False))
    return found


def _read(text: str, estate: Estate, now: datetime) -> Form | None:
    from agent.planner.questions.ask import understand

    text = re.sub(
        r"^(?:(?:please|show me|give me|tell me|list|show|the|compare) )+",
        "",
        re.sub(r"\s{2,}", " ", text).strip(" ,?.!"),
    )
    state = understand(text, estate, now)
    if (
        [t for t in state.left if len(t.text) > 2]
        or state.unknown
        or state.twofold
        or state.missing
        or state.vague
    ):
        return None
    if not any(m.kind in ("entity", "kind") for m in state.marks):
        # "critical and high vulnerabilities": one thing
        return None
    form = completed(build(state), text)
    plain = form.measure == Measure(function="count") and form.rank is None and form.limit is None
    if (
        not plain
        or form.having is not None
        or form.per
        or form.span
        or form.over
        or form.each
        or form.sides
        or form.columns
    ):
        return None
    return form


def _both(first: Form, second: Form, in_time: bool) -> Form | None:
    if first.group != second.group:
        return None
    if first.entity != second.entity:
        return _of_assets(first, second)
    if first.entity not in (*_ROWS, "asset"):
        return None
    if in_time and not any(isinstance(i, Atom) and i.op in ("within", "range", "older") for i in first.items):
        return None
    common = tuple(i for i in first.items if i in second.items)
    sides = tuple(
        Side(
            items=_own(form, common, in_time),
            entity=form.entity,
            label=_label(form, common, in_time),
        )
        for form in (first, second)
    )
    if sides[0].items == sides[1].items or (not in_time and _values_apart(sides)):
        return None
    return first.model_copy(
        update={"items": common, "sides": sides, "numbers": True, "measure": None, "status": "all" if first.entity in ("issue", "finding") else first.status}
    )  # fmt: skip


def _values_apart(sides: tuple[Side, ...]) -> bool:
    """ "Passed and failed": values of one thing, which a group tells."""
    one, other = (
        {i.ref.key: i for i in side.items if isinstance(i, Atom) and i.op in ("in", "eq")} for side in sides
    )
    return any(one[key] != other[key] for key in one.keys() & other.keys())


def _own(form: Form, common: tuple[Item, ...], in_time: bool) -> tuple[Item, ...]:
    rest = tuple(i for i in form.items if i not in common)
    if form.entity == "issue" and form.status == "open" and not in_time:
        return (Atom(ref=Ref(name="status"), op="in", values=("open",), label="open"), *rest)
    if form.entity == "finding" and form.status == "open":
        return (Atom(ref=Ref(name="result"), op="in", values=("FAIL",), label="failed"), *rest)
    return rest


def _label(form: Form, common: tuple[Item, ...], in_time: bool) -> str:
    told = [str(getattr(i, "label", "")) for i in _own(form, common, in_time)]
    told = [one for one in told if one and not any(other.startswith(f"{one} ") for other in told)]
    return ", ".join(told) or "all"


def _of_assets(first: Form, second: Form) -> Form | None:
    """Numbers of things of two lists, by what assets are grouped by."""
    kinds = {first.entity, second.entity}
    if not first.group or not kinds <= {"asset", "issue", "vulnerability", "finding"}:
        return None
    if not all(
        ref.tags or ref.places or ref.name in ("account", "region", "provider", "type", "category")
        for ref in first.group
    ):
        return None
    from agent.planner.questions.entities import ENTITIES

    sides = tuple(
        Side(items=form.items, entity=form.entity, label=_thing(form, ENTITIES[form.entity].many))
        for form in (first, second)
    )  # fmt: skip
    return Form(entity="asset", group=first.group, sides=sides, numbers=True)


def _thing(form: Form, noun: str) -> str:
    said = [str(getattr(item, "label", "")) for item in form.items]
    opened = ["open"] if form.status == "open" and form.entity == "issue" else []
    return " ".join(filter(None, [*opened, *said, noun]))
