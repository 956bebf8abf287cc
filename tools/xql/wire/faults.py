"""What is wrong with a plan, by place, with the nearest right form.

A condition is one of several forms, and pydantic reports each form that it is not. Kept here are the faults of the one
form that was meant, told by the keys that were given.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError

from tools.xql.plan import model
from tools.xql.plan.model_values import Op

_MOST: Final = 6
_FORMS: Final[dict[str, type[BaseModel]]] = {
    form.__name__: form for form in (model.Test, model.All, model.AnyOf, model.Not, model.Related)
}
_MARKS: Final = {"All": "all", "AnyOf": "any", "Not": "none", "Related": "dataset"}
_TAG: Final = re.compile(r"(?:bool|int|float|str)\Z|constrained-|function-|lax-or-strict")
_CLASS: Final = re.compile(r"(\w+)\]*\Z")
_LOOKS: Final = {
    "value": "text, a number, true or false",
    "values": "a list of texts, numbers, true or false",
    "where": 'a condition object such as {"field": ..., "op": "eq", "value": ...} or {"all": [...]}',
    "having": "a condition object on an aggregate's name",
    "order": 'a list such as [{"field": ..., "direction": "desc"}]',
    "aggregates": 'a list such as [{"function": "count", "name": "n"}]',
    "time_bin": 'an object such as {"field": "_time", "span": "1d"}',
    "timeframe": 'an object such as {"last": "30d"}',
    "json_path": 'an object such as {"field": ..., "path": ["Platform Discovery", "key"]}',
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: where (`where.all[1].op`), what, and right forms if any are near."""

    place: str
    message: str
    suggestions: tuple[str, ...] = ()

    def __str__(self) -> str:
        tail = f" (try: {', '.join(self.suggestions)})" if self.suggestions else ""
        return f"{self.place}: {self.message}{tail}" if self.place else self.message + tail


def told(faults: Iterable[Fault]) -> str:
    """The faults on one line."""
    return "; ".join(str(fault) for fault in faults)


def plan_faults(error: ValidationError, raw: Mapping[str, Any]) -> tuple[Fault, ...]:
    """The faults of a refused plan, at most six, those of forms that were not meant left out."""
    found: dict[tuple[str, str], Fault] = {}
    for item in error.errors(include_url=False):
        place = _followed(item["loc"], raw)
        # a list whose items are wrong counts as empty: the items are told
        if place is None or (item["type"] == "too_short" and _given(raw, item["loc"])):
            continue
        path, owner, last = place
        fault = _fault(path, owner, last, item)
        # several scalar types refuse one value: one fault
        found.setdefault((path, "" if fault.message.startswith("takes ") else fault.message), fault)
    if not found:
        found[("", "")] = Fault("plan", "is not a plan: " + str(error.errors()[0]["msg"]))
    return tuple(found.values())[:_MOST]


def meant(node: Any) -> str:
    """Which form of condition an object was meant to be."""
    if not isinstance(node, Mapping):
        return "Test"
    if "op" in node:
        return "Test"
    for name, key in _MARKS.items():
        if key in node:
            return name
    overlap = {name: len(node.keys() & form.model_fields.keys()) for name, form in _FORMS.items()}
    best = max(overlap, key=lambda name: overlap[name])
    return best if overlap[best] else "Test"


def _followed(loc: Sequence[str | int], raw: Any) -> tuple[str, type[BaseModel], str | int | None] | None:
    """The path of an error in the given object, the model it is about and its last step; None for another form."""
    node: Any = raw
    owner: type[BaseModel] = model.PostureQuery
    path = ""
    last: str | int | None = None
    for step in loc:
        if isinstance(step, str) and step not in _keys(node):
            form = _form(step)
            if form is not None:
                if form.__name__ != meant(node):
                    return None
                owner = form
                continue
            if step == "JoinedField" or _TAG.match(step):
                # a column is a name, or an object with one
                if path.endswith("]") and isinstance(node, Mapping) != (step == "JoinedField"):
                    return None
                continue
        last = step
        if isinstance(step, int):
            path += f"[{step}]"
            node = node[step] if isinstance(node, list | tuple) and step < len(node) else None
        else:
            owner = _owner(owner, path)
            path += f".{step}" if path else step
            node = node.get(step) if isinstance(node, Mapping) else None
    return path, owner, last


def _form(step: str) -> type[BaseModel] | None:
    """The condition that a step of an error's place names, bare or inside the name of its validator."""
    found = _CLASS.search(step)
    return _FORMS.get(found.group(1)) if found else None


def _given(raw: Any, loc: Sequence[str | int]) -> bool:
    """Whether something was given where an error says that nothing is."""
    node: Any = raw
    for step in loc:
        if isinstance(node, Mapping) and step in node:
            node = node[str(step)]
        elif isinstance(node, list | tuple) and isinstance(step, int) and step < len(node):
            node = node[step]
    return bool(node)


def _keys(node: Any) -> Iterable[str]:
    return node.keys() if isinstance(node, Mapping) else ()


def _owner(owner: type[BaseModel], path: str) -> type[BaseModel]:
    """The model that the object at a path is, where it is not a condition."""
    tail = path.rsplit(".", 1)[-1].split("[", 1)[0]
    by_name: dict[str, type[BaseModel]] = {
        "joins": model.Join,
        "compute": model.Computed,
        "aggregates": model.Aggregate,
        "order": model.Order,
        "top": model.TopPerGroup,
        "time_bin": model.TimeBin,
        "timeframe": model.TimeFrame,
        "json_path": model.JsonPath,
        "fields": model.JoinedField,
    }
    return by_name.get(tail, owner)


def _fault(path: str, owner: type[BaseModel], last: str | int | None, item: Any) -> Fault:
    kind = str(item["type"])
    message = str(item["msg"]).removeprefix("Value error, ")
    if kind == "extra_forbidden":
        names = list(owner.model_fields)
        near = tuple(get_close_matches(str(last), names, n=3, cutoff=0.5))
        return Fault(path, f"there is no such key; the keys here are {', '.join(names)}", near)
    if kind == "literal_error" and last == "op":
        ops = list(get_args(Op))
        return Fault(path, f"is no operator; one of {', '.join(ops)}", _near(item, ops))
    if kind == "literal_error":
        return Fault(path, message[0].lower() + message[1:], _near(item, re.findall(r"'([^']+)'", message)))
    if kind == "missing":
        return Fault(path, "is missing")
    if kind.endswith(("_type", "_parsing")) or kind in ("model_type", "int_from_float"):
        looks = _LOOKS.get(str(last))
        return Fault(path, f"takes {looks}" if looks else message[0].lower() + message[1:])
    return Fault(path, message[0].lower() + message[1:] if message else "is wrong")


def _near(item: Any, names: list[str]) -> tuple[str, ...]:
    given = str(item.get("input", ""))
    return tuple(get_close_matches(given, names, n=3, cutoff=0.5))
