"""Kinds of assets that nothing can be both of: a sign that a word was read as a kind and meant something else.

An asset has one type. Conditions on two types that share none would find nothing, and an empty answer would look like a
safe one; so they are put right where the question says how, and asked back otherwise.
"""

from __future__ import annotations

from typing import Final

from agent import neutral
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Asked, Atom, Form, Item, Kinds
from agent.planner.questions.setting_marks import types_of

# a noun that only says what the name after it is of: "in cluster prod-1"
_PLACES: Final = {
    "cluster": ("Kubernetes Cluster", "Cluster"),
    "namespace": ("Namespace",),
    "account": ("Cloud Account", "Subscription", "Project"),
}


def torn(form: Form, estate: Estate) -> tuple[Kinds, Kinds] | None:
    """Two kinds of a form of assets that nothing can be both of, or of which the second takes nothing away."""
    if form.entity != "asset":
        return None
    kinds = [item for item in form.items if isinstance(item, Kinds)]
    held = [(one, types_of([one], estate)) for one in kinds]
    # a kind that the tenant has none of is none of the other either
    wanted = [(one, types) for one, types in held if not one.negated]
    for at, (one, types) in enumerate(wanted):
        for other, others in wanted[at + 1 :]:
            if not types & others:
                return one, other
    if wanted and all(types for _, types in wanted):
        all_of = frozenset.intersection(*(types for _, types in wanted))
        for one, types in held:
            if one.negated and types and not types & all_of:
                return wanted[0][0], one
    return None


def fitted(form: Form, estate: Estate) -> Form:
    """The form without kinds that only introduce a name which is a condition of its own."""
    pair = torn(form, estate)
    if pair is None or pair[1].negated:
        return form
    named = {item.ref.name for item in form.items if isinstance(item, Atom)}
    for place, categories in _PLACES.items():
        for one in pair:
            if place in named and set(one.categories) & set(categories):
                return fitted(form.model_copy(update={"items": _without(form.items, one)}), estate)
    return form


def asked_back(pair: tuple[Kinds, Kinds], asked: str) -> Asked:
    """Which of the two is meant."""
    first, second = (neutral.inline(one.label or "the one") for one in pair)
    return Asked(
        outcome="clarify",
        question=asked,
        message=f"I read both {first} and {second} as what you ask for, and nothing is both, so I looked nothing up. "
        f"Do you mean {first}, or {second}? Say of the other what it has, or which setting.",
        choices=(pair[0].label or "the first", pair[1].label or "the second"),
    )


def _without(items: tuple[Item, ...], one: Kinds) -> tuple[Item, ...]:
    return tuple(item for item in items if item is not one)
