"""A form asked of one list and known of another: when vulnerabilities were fixed is told by their issues, rules by findings."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from typing import Final

from agent.planner.questions.entities import BELONGS, ENTITIES
from agent.planner.questions.form import Atom, Form, Has, Item, Measure, Ref

# what an issue goes through; a finding is only there or not
_LIFE: Final = frozenset(
    {"resolved", "fix_days", "assignee", "resolution", "modified", "excluded", "starred"}
)
_FLAWS: Final = frozenset({"cve", "cvss", "fixable", "exploited", "package", "package_version"})
_TOLD_BY_ISSUES: Final = frozenset({"vulnerability", "finding"})
_ROWS: Final = re.compile(r"\b(?:findings?|issues?|results?|alerts?|problems?|vulnerabilit(?:y|ies)|cves?)\b")

_OF_ASSETS: Final = re.compile(
    r"\b(?:by|most|fewest|number of|count of|how many)\s+(?:(?!findings?|issues?)\w+\s+){0,3}?(?:assets?|resources?|machines?|hosts?|servers?|vms?|instances?|buckets?)\b"
)


def turned(form: Form, text: str) -> Form:
    """The form with the entity that has what it asks for. `text` is the question in lower case."""
    if form.each is not None or form.sides:
        return form
    return _of_failing(_of_rows(_of_life(_of_flaws(form)), text))


def _of_flaws(form: Form) -> Form:
    """Findings of flaws are vulnerabilities: "findings on known exploited vulnerabilities", "log4j findings"."""
    if form.entity != "finding":
        return form
    inner, rest = _taken(form, "vulnerability", _FLAWS)
    if not inner or any(isinstance(i, Atom) and i.ref.name == "finding_category" for i in rest):
        return form
    rest = [i for i in rest if not _is(i, "result", "FAIL")]
    if any(isinstance(i, Atom) and i.ref.name == "result" for i in rest):
        return form
    return form.model_copy(
        update={"entity": "vulnerability", "items": (*inner, *rest), "status": "", "noun": ""}
    )


def _taken(form: Form, entity: str, names: frozenset[str]) -> tuple[list[Item], list[Item]]:
    """The conditions on rows of another entity, one row being meant, and the others."""
    has = [i for i in form.items if isinstance(i, Has) and i.entity == entity and i.op is None]
    if len(has) > 1 or any(i.negated for i in has):
        return [], list(form.items)
    own = [i for i in form.items if isinstance(i, Atom) and i.ref.name in names and not _plain(i)]
    rest = [i for i in form.items if i not in has and i not in own]
    return [*(has[0].items if has else ()), *own], rest


def _plain(item: Atom) -> bool:
    return bool(item.ref.tags or item.ref.places)


def _of_life(form: Form) -> Form:
    """Vulnerabilities by when they were fixed, by whom, how long it took: of the issues raised for them."""
    if form.entity not in _TOLD_BY_ISSUES:
        return form
    named = {ref.name for ref in _refs(form)} & _LIFE
    passed = any(_is(item, "result", "PASS") for item in form.items)
    has = [
        i for i in form.items if isinstance(i, Has) and i.entity == "issue" and i.op is None and not i.negated
    ]
    if not named and not has and not (passed and form.entity == "vulnerability"):
        return form
    items: list[Item] = []
    inner: list[Item] = []
    closed = passed
    for item in form.items:
        if item in has:
            items += item.items if isinstance(item, Has) else ()
        elif _is(item, "result", "PASS") or _is(item, "result", "FAIL"):
            continue
        elif isinstance(item, Atom) and item.ref.name == "finding_category":
            items.append(item.model_copy(update={"ref": Ref(name="issue_category")}))
        elif (
            isinstance(item, Atom)
            and not (item.ref.tags or item.ref.places)
            and not _known("issue", item.ref.name)
        ):
            inner.append(item)
        else:
            items.append(item)
    if any(
        not (ref.tags or ref.places or _known("issue", ref.name)) for ref in _refs(form, conditions=False)
    ):
        return form
    closed = closed or any(_is(item, "status", "closed") for item in items)
    if form.entity == "vulnerability" and not inner:
        label = "of category vulnerability"
        items.insert(0, Atom(ref=Ref(name="issue_category"), op="eq", values=("VULNERABILITY",), label=label))
    elif inner:
        items.append(Has(entity=form.entity, items=tuple(inner)))
    if passed:
        items.append(Atom(ref=Ref(name="status"), op="in", values=("closed",), label="resolved"))
        items = [when_resolved(item, ("any_time", "first_seen", "last_seen")) for item in items]
    said = closed or any(isinstance(i, Atom) and i.ref.name == "status" for i in items)
    status = "said" if said else form.status if form.status == "all" else "open"
    return form.model_copy(update={"entity": "issue", "items": tuple(items), "status": status, "noun": ""})


def _of_failing(form: Form) -> Form:
    """Issues of what failed, by rule: the failed findings themselves."""
    if form.entity != "issue" or not form.group:
        return form
    inner, rest = _taken(form, "finding", frozenset({"result"}))
    if not any(isinstance(i, Atom) and i.ref.name == "result" for i in inner):
        return form
    own = [ref for ref in _refs(form) if not (ref.tags or ref.places)]
    if any(not _known("finding", ref.name) for ref in own):
        return form
    return form.model_copy(
        update={"entity": "finding", "items": (*inner, *rest), "status": "said", "noun": ""}
    )


def when_resolved(item: Item, names: tuple[str, ...]) -> Item:
    """What was fixed in a time was not first seen in it."""
    if not isinstance(item, Atom) or item.ref.name not in names:
        return item
    label = re.sub(r"first seen|last seen", "resolved", item.label)
    return item.model_copy(update={"ref": Ref(name="resolved"), "label": label})


def _of_rows(form: Form, text: str) -> Form:
    """Assets by rule, CVE or package: those of their findings, issues or vulnerabilities, or how many assets each has."""
    if (
        form.entity != "asset"
        or form.rule_form
        or (form.measure is not None and form.measure.function != "count")
    ):
        return form
    lacking = [ref for ref in form.group if not (ref.tags or ref.places) and not _known("asset", ref.name)]
    if not lacking or form.columns or form.over:
        return form
    has = [i for i in form.items if isinstance(i, Has) and i.op is None and not i.negated]
    entity = has[0].entity if has else BELONGS.get(lacking[0].name, "")
    if (
        entity == "issue"
        and has
        and any(isinstance(i, Atom) and i.ref.name == "result" for i in has[0].items)
    ):
        # what failed is a finding
        entity = "finding"
    if entity not in ENTITIES or any(not _known(entity, ref.name) for ref in lacking):
        return form
    if any(
        not _known(entity, r.name) and not _known("asset", r.name) and not (r.tags or r.places)
        for r in form.group
    ):
        return form
    items: list[Item] = [i for i in form.items if i not in has[:1]]
    inner = list(has[0].items) if has else []
    rows = _ROWS.search(text) is not None and _OF_ASSETS.search(text) is None
    measure = Measure(function="count") if rows else Measure(function="distinct", ref=Ref(name="asset"))
    said = any(isinstance(i, Atom) and i.ref.name in ("status", "result") for i in inner)
    status = "said" if said else "open"
    return form.model_copy(
        update={
            "entity": entity, "items": (*inner, *items), "measure": measure, "noun": "",
            "status": status if entity in ("issue", "finding") else form.status,
        }
    )  # fmt: skip


def _refs(form: Form, *, conditions: bool = True) -> list[Ref]:
    found = [*form.group, *form.columns, *form.per]
    if form.measure is not None and form.measure.ref is not None:
        found.append(form.measure.ref)
    if form.rank is not None and form.rank.ref is not None:
        found.append(form.rank.ref)
    if conditions:
        found += [i.ref for i in form.items if isinstance(i, Atom)]
    return found


def _known(entity: str, name: str) -> bool:
    own = name in ENTITIES[entity].places or name in ("age", "asset", "any_time")
    of_asset = "asset" in ENTITIES[entity].links and name in ENTITIES["asset"].places
    return own or of_asset or (entity == "issue" and name == "fix_days")


def _is(item: Item, name: str, value: str) -> bool:
    return isinstance(item, Atom) and item.ref.name == name and item.values == (value,) and not item.negated
