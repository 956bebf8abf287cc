"""Classes of data (PII, PHI, PCI) that a scan found, beside those that tags tell: "DATA findings that say PHI", "both PII and PCI"."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from typing import Final

from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Form, Has, Item, Ref
from agent.planner.questions.names import CLASS_KEYS, plain_key

_TAG: Final = re.compile(r"\b(?:tag|tags|tagged|label\w*)\b")
_FOUND: Final = re.compile(r"\b(?:found|detected|discovered|dspm|data findings?|data scan\w*)\b")
_FINDINGS: Final = re.compile(
    r"\b(?:pii|phi|(?:pci|personal|health|patient|cardholder|card) data)(?: data)? (?:findings?|issues?|alerts?)\b|\b(?:findings?|issues?|alerts?) (?:of|about|on|for) (?:pii|phi|(?:pci|personal|health|patient|cardholder|card) data)\b"
)
_CATEGORIES: Final = ("finding_category", "issue_category")


def classed(form: Form, text: str, estate: Estate) -> Form:
    """The form with classes of data where they are told. `text` is the question in lower case."""
    if form.each is not None or form.sides or "data" not in estate.values("finding", "finding_category"):
        return form
    if form.entity in ("finding", "issue"):
        return _of_findings(form, text)
    return _of_assets(form, text) if form.entity == "asset" else form


def _of_findings(form: Form, text: str) -> Form:
    """Findings of data have their class themselves."""
    said = any(_of_data(item) for item in form.items)
    about = _FINDINGS.search(text) is not None
    if _TAG.search(text) or not (said or about):
        return form
    items = tuple(_own(item) for item in form.items)
    if about and not said and items != form.items:
        items = (_category(form.entity), *items)
    group = tuple(_DATA_CLASS if _is_class(ref) else ref for ref in form.group)
    columns = tuple(_DATA_CLASS if _is_class(ref) else ref for ref in form.columns)
    if not said and items == form.items:
        return form
    return form.model_copy(update={"items": items, "group": group, "columns": columns})


def _of_assets(form: Form, text: str) -> Form:
    """Assets by what was found in them, where that is said, or where two classes are meant at once."""
    if _TAG.search(text):
        return form
    classes = [i for i in form.items if isinstance(i, Atom) and _is_class(i.ref) and i.op in ("in", "eq")]
    if not classes:
        return form
    rest: list[Item] = [i for i in form.items if i not in classes]
    scan = next(
        (i for i in rest if isinstance(i, Has) and not i.negated and any(map(_of_data, i.items))), None
    )
    if scan is not None:
        inner = (*scan.items, *(_own(i) for i in classes))
        rest[rest.index(scan)] = scan.model_copy(update={"items": inner})
        return form.model_copy(update={"items": tuple(rest)})
    if re.search(r"\bboth\b", text) and len(classes) == 1 and len(classes[0].values) > 1:
        classes = [
            classes[0].model_copy(update={"values": (v,), "label": str(v).upper()}) for v in classes[0].values
        ]
    elif _FOUND.search(text) is None:
        return form
    found = [
        Has(
            entity="finding",
            items=(_category("finding"), _own(one.model_copy(update={"negated": False}))),
            negated=one.negated,
        )
        for one in classes
    ]
    return form.model_copy(update={"items": (*rest, *found)})


_DATA_CLASS: Final = Ref(name="data_class")


def _category(entity: str) -> Atom:
    return Atom(ref=Ref(name=f"{entity}_category"), op="eq", values=("DATA",), label="of category data")


def _of_data(item: Item) -> bool:
    if not isinstance(item, Atom) or item.ref.name not in _CATEGORIES or item.negated:
        return False
    return [str(v).lower() for v in item.values] == ["data"]


def _own(item: Item) -> Item:
    """The same condition on what the finding itself says."""
    if not isinstance(item, Atom) or not _is_class(item.ref):
        return item
    label = item.label.replace("tagged with a data class", "with a data class").replace(
        "tagged ", "that say "
    )
    return item.model_copy(
        update={"ref": _DATA_CLASS, "label": label if "say" in label else f"that say {label}"}
    )


def _is_class(ref: Ref) -> bool:
    return bool(ref.tags) and all(plain_key(key) in CLASS_KEYS for key in ref.tags)
