"""The reading of a question: one line that says what was understood, defaults included."""

# ruff: noqa: E501 (tables and patterns are easier to read in one piece)

from __future__ import annotations

import re
from typing import Final

from agent.planner.questions.entities import ENTITIES, LOG_DAYS
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import (
    Atom,
    Each,
    Either,
    Form,
    Has,
    Inside,
    Item,
    Kinds,
    Linked,
    Opening,
    Ref,
    Weakness,
    Where,
)
from agent.planner.questions.openings import ANYWHERE
from agent.planner.questions.setting_joined import turned

_OPS = {"gt": "more than", "gte": "at least", "lt": "fewer than", "lte": "at most", "eq": "exactly"}
_SPANS = {"1h": "hour", "1d": "day", "1w": "week", "1mo": "month", "1y": "year"}
_MEASURES = {"sum": "total", "avg": "average", "min": "lowest", "max": "highest", "median": "median"}


def reading_of(form: Form, estate: Estate) -> str:
    """What a form asks, in words."""
    text = _reading(form, estate)
    only = any(isinstance(i, Kinds) and i.types == (_AWS_GROUP,) and not i.negated for i in form.items)
    if only and _AZURE_GROUP in estate.types and not re.search(r"\b(?:aws|ec2)\b", text, re.IGNORECASE):
        # Azure calls its own network security groups
        text += " (those of AWS)"
    return text


_AWS_GROUP: Final = "EC2_SECURITY_GROUP"
_AZURE_GROUP: Final = "AZURE_NETWORK_SECURITY_GROUP"


def _reading(form: Form, estate: Estate) -> str:
    if form.each is not None:
        return _of_items(form, form.each)
    if form.sides:
        return _of_sides(form)
    things = _things(form)
    conditions = [
        text for item in form.items if (text := _condition(item, form)) and not _said_before(item, form)
    ]
    text = things + (f" {_joined(conditions)}" if conditions else "")
    measure = form.measure
    if measure is not None and measure.function == "percent":
        part = _joined([_condition(i, form) for i in measure.part])
        text = f"percentage of {text}" + (f" {part}" if part else "")
    elif measure is not None and measure.function == "count":
        text = f"number of {text}"
    elif measure is not None and measure.has is not None:
        text = f"{_MEASURES[measure.function]} number of {_has(measure.has, form).removeprefix('with ')} of {text}"
    elif measure is not None and measure.ref is not None:
        name = _name(measure.ref)
        text = (
            f"number of different {name}s of {text}"
            if measure.function == "distinct"
            else f"{_joined([_MEASURES[f] for f in (measure.function, *form.also)])} {name} of {text}"
        )
    if form.group:
        text += f", by {' and '.join(_name(ref) for ref in form.group)}"
    if form.span:
        text += f", per {_SPANS[form.span]}"
    if form.having is not None:
        text += f", only those with {_OPS[form.having[0]]} {form.having[1]:g}"
    if form.over:
        text += f": {'how many these are' if form.over == 'count' else _MEASURES[form.over] + ' of these numbers'}"
    text += _ranked(form)
    if form.columns:
        text += f", with {' and '.join(_name(ref) for ref in form.columns)}"
    if form.rule_form:
        text += ", as a custom rule"
    if form.status == "all":
        text += ", open and closed" if form.entity == "issue" else ", passed and failed"
    if ENTITIES[form.entity].log and not any(
        isinstance(i, Atom) and i.op in ("within", "range", "older") for i in form.items
    ):
        text += f", in the last {LOG_DAYS} days"
    return text[0].upper() + text[1:]


def _of_numbers(form: Form) -> str:
    """Two numbers side by side."""
    things = _things(form)
    said = [text for item in form.items if (text := _condition(item, form)) and not _said_before(item, form)]
    of = f" of {things}" + (f" {_joined(said)}" if said else "") if form.entity != "asset" or said else ""
    text = f"numbers{of}: {'; '.join(side.label for side in form.sides)}"
    return (
        text[0].upper()
        + text[1:]
        + (f", by {' and '.join(_name(r) for r in form.group)}" if form.group else "")
    )


def _of_sides(form: Form) -> str:
    """Groups by what is and is not in them."""
    if form.numbers:
        return _of_numbers(form)
    groups = " and ".join(f"{_name(ref)}s" for ref in form.group)
    said = [text for item in form.items if (text := _condition(item, form))]
    told = []
    for side in form.sides:
        number = "without" if (side.op, side.count) == ("eq", 0) else "with"
        bound = "" if (side.op, side.count) in (("eq", 0), ("gt", 0)) else f"{_OPS[side.op]} {side.count:g} "
        told.append(f"{number} {bound}{side.label}")
    if form.more:
        told = [f"with more {form.sides[0].label} than {form.sides[1].label}"]
    text = f"{groups} {' and '.join(told)}"
    text += f", of assets {_joined(said)}" if said else ""
    text += ": how many these are" if form.over else ""
    return text[0].upper() + text[1:]


def _of_items(form: Form, each: Each) -> str:
    """What is asked of items of arrays."""
    assets = _things(form)
    said = [text for item in form.items if (text := _condition(item, form)) and not _said_before(item, form)]
    owner = assets + (f" {_joined(said)}" if said else "")
    items = plural(each.name)
    said = [*(t.label for t in each.tests), *(_condition(i, form) for i in each.inside)]
    told = f" {_joined(said)}" if said else ""
    if each.every:
        text = f"{owner} of which all {items} are {each.every}"
    elif each.negated:
        text = f"{'number of ' if each.count else ''}{owner} without {items}{told}"
    elif each.holding:
        text = f"{owner} with {items}{told}"
    elif each.by_asset and each.function:
        text = f"{_MEASURES[each.function]} number of {items}{told} of {owner}"
    elif each.by_asset:
        text = f"number of {items}{told} of each of {owner}"
    elif each.count == "distinct":
        text = f"number of different {_name(each.group[0])}s among {items}{told} of {owner}"
    elif each.count == "assets":
        text = f"number of {owner} with {items}{told}"
    elif each.count:
        text = f"number of {items}{told} of {owner}"
    else:
        text = f"{items}{told} of {owner}, one row each, with {_joined([_name(r) for r in each.shown])}"
    groups = [_name(ref) for ref in ((*each.group, *form.group) if each.count != "distinct" else form.group)]
    text += f", by {' and '.join(groups)}" if groups else ""
    if form.having is not None:
        text += f", only those with {_OPS[form.having[0]]} {form.having[1]:g}"
    if form.rank is not None and form.rank.ref is not None:
        text += f", by {_name(form.rank.ref)}, {'newest' if form.rank.descending else 'oldest'} first"
    elif form.rank is not None:
        text += f", {'most' if form.rank.descending else 'fewest'} first"
    text += ": how many these are" if form.over == "count" else ""
    text += f", the first {form.limit}" if form.limit else ""
    return text[0].upper() + text[1:]


def plural(name: str) -> str:
    """A noun for several."""
    if name.endswith("s"):
        return name
    return f"{name[:-1]}ies" if re.search(r"[^aeiou]y$", name) else f"{name}s"


def _things(form: Form) -> str:
    entity = ENTITIES[form.entity]
    kinds = [i for i in form.items if isinstance(i, Kinds) and not i.negated]
    adjectives = [
        i.label
        for i in form.items
        if isinstance(i, Atom)
        and i.ref.name in ("severity", "status", "result")
        and not i.negated
        and i.label
    ]
    if form.status == "open":
        adjectives.insert(0, "open" if form.entity == "issue" else "failed")
    noun = entity.many
    if form.entity == "asset" and kinds:
        noun = kinds[0].label or noun
    text = " ".join([*adjectives, noun])
    if form.entity != "asset" and kinds:
        text += f" on {kinds[0].label}"
    return text


def _said_before(item: Item, form: Form) -> bool:
    if isinstance(item, Kinds):
        return not item.negated
    return isinstance(item, Atom) and item.ref.name in ("severity", "status", "result") and not item.negated


def _condition(item: Item, form: Form) -> str:
    if isinstance(item, Atom):
        label = item.label or _name(item.ref)
        return f"not {label}" if item.negated and not _tells(label) else label
    if isinstance(item, Kinds):
        return f"other than {item.label}" if item.negated else item.label
    if isinstance(item, Weakness):
        return f"not {item.label}" if item.negated and item.label.startswith("with") else item.label
    if isinstance(item, Either) and item.negated and all(getattr(i, "negated", False) for i in item.items):
        return f"({' and '.join(_condition(turned(i), form) for i in item.items)})"
    if isinstance(item, Either):
        joined = " or ".join(_condition(i, form) for i in item.items)
        return f"neither {joined.replace(' or ', ' nor ')}" if item.negated else joined
    if isinstance(item, Inside):
        told = _joined([_condition(i, form) for i in item.items])
        return f"{'without' if item.negated else 'with'} {item.label} that has {told}"
    if isinstance(item, Linked):
        told = _joined([_condition(i, form) for i in item.items])
        inner = f" {told}" if told else ""
        return f"{'without' if item.negated else 'with'} {item.kinds.label}{inner} (by {' or '.join(dict.fromkeys(_key(here) for here, _ in item.ways))})"
    if isinstance(item, Opening):
        what = f"port {' or '.join(map(str, item.ports))}" if item.ports else "any port"
        source = (
            f" {'to' if item.outbound else 'from'} {'anywhere' if item.ranges == ANYWHERE else ' or '.join(item.ranges)}"
            if item.ranges
            else ""
        )
        return f"{'without' if item.negated else 'with'} a rule that {'lets out' if item.outbound else 'lets in'} {what}{source}"
    return _has(item, form)


def _key(where: Where) -> str:
    return next((step for step in reversed(where.path) if step != "*"), "")


def _tells(label: str) -> bool:
    return label.startswith(("not ", "without", "tagged with a data", "with ", "no ")) or label.endswith(
        (" off", "empty", "of any status")
    )


def _has(item: Has, form: Form) -> str:
    entity = ENTITIES[item.entity]
    inner = list(item.items)
    status = any(isinstance(i, Atom) and i.ref.name == "status" for i in inner)
    words = [_condition(i, form) for i in inner]
    if item.entity == "issue" and not status:
        words.insert(0, "open")
    short = [w for w in words if len(w.split()) < 3 and not w.startswith(("in ", "on "))]
    long = [w for w in words if w not in short]
    what = " ".join([*short, entity.many, *long])
    if item.entity == "asset" and not item.negated:
        return f"on {what}"
    if item.negated:
        return f"without {what}"
    if item.op is not None:
        return f"with {_OPS[item.op]} {item.count} {what}"
    return f"with {what}"


def _ranked(form: Form) -> str:
    rank = form.rank
    if rank is None:
        return f", the first {form.limit}" if form.limit else ""
    if rank.has is not None:
        by = f"number of {_has(rank.has, form).removeprefix('with ')}"
    elif rank.ref is not None:
        by = _name(rank.ref)
    else:
        by = "number"
    order = "highest or latest first" if rank.descending else "lowest or oldest first"
    if rank.ref is not None and rank.ref.name in ("first_seen", "last_seen", "time", "modified", "any_time"):
        order = "newest first" if rank.descending else "oldest first"
    elif rank.ref is not None and rank.ref.name == "age":
        order = "oldest first" if rank.descending else "newest first"
    limit = f", the first {form.limit}" if form.limit else ""
    per = f" of each {' and '.join(_name(ref) for ref in form.per)}" if form.per else ""
    return f"{limit}{per}, by {by}, {order}"


def _name(ref: Ref) -> str:
    return {
        "any_time": "time",
        "resolution": "resolution reason",
        "first_seen": "first seen",
        "fix_days": "days to fix",
        "asset": "asset",
        "file_type": "file category",
    }.get(ref.name, ref.name.replace("_", " "))


def _joined(texts: list[str]) -> str:
    texts = [t for t in texts if t]
    return texts[0] if len(texts) == 1 else ", ".join(texts[:-1]) + f" and {texts[-1]}" if texts else ""
