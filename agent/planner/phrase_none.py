"""Say that nothing was found, and what that rests on."""

from __future__ import annotations

import re

from agent.neutral import inline, plain
from agent.planner.focus import Made
from agent.planner.phrase_scope import FIRST, caveat, conditions, one_named, plain_scope, weaknesses, window
from agent.planner.phrase_text import Phrased, as_of, paragraphs
from agent.planner.questions.form import Asked, Atom, Form
from agent.planner.said import figure, parts, singular


def none(asked: Asked, item: Made) -> Phrased:
    """Nothing found: how many were looked at, what is not there at all, and what there is without each condition."""
    form = asked.form or Form()
    lines = ["**None found, and here is what that rests on.**"]
    if (one := one_named(asked)) is not None:
        lines = [f"**No: nothing here shows that {inline(one[0])} {one[1]}.**"]
    population = item.data.get("population")
    if isinstance(population, int) and form.entity == "asset":
        if population:
            verb = "was" if population == 1 else "were"
            where = " in that place" if not plain_scope(form) else ""
            head, _ = parts(conditions(asked.reading), form)
            noun = head if population != 1 else singular(head)
            lines.append(f"{figure(population)} {noun}{where} {verb} looked at.")
        else:
            lines.append("Nothing of that kind is in that place, so there was nothing to find.")
    notes = [_sentence(note) for note in item.data.get("notes", [])[:3] if not _contradicts_itself(note)]
    loosened = [
        f"Without {what} there {'is' if total == 1 else 'are'} {figure(total)}."
        for what, total in _loosened(item)[:3]
    ]
    lines += [" ".join(notes), " ".join(loosened)]
    lines.append(" ".join(x for x in (window(item), as_of(item)) if x))
    lines.append(caveat(form) if weaknesses(form) else "")
    return Phrased(paragraphs(*lines), (*_wider(form), FIRST))


def _loosened(item: Made) -> list[tuple[str, int]]:
    """What there is without each condition, the shortest first; a weakness is one condition, whatever rules show it."""
    found: dict[str, int] = {}
    for relaxed in item.data.get("relaxed", []):
        told, total = str(relaxed["without"]), int(relaxed.get("total") or 0)
        if not total or "(of their issues)" in told or told.startswith("status "):
            continue
        what = "the weakness" if "where rule is" in told else f"“{plain(told, 160)}”"
        found[what] = max(total, found.get(what, 0))
    return sorted(found.items(), key=lambda pair: len(pair[0]))


def _contradicts_itself(note: str) -> bool:
    """A value that is told not to be there, and is among those that are: it is only not there with the rest."""
    said, _, there = note.partition("; there ")
    value = said.rsplit(" ", 1)[-1]
    return bool(there) and value.lower() in re.split(r"[ ,]+", there.lower())


def _sentence(text: str) -> str:
    said = plain(text, 240)
    return (said[:1].upper() + said[1:]).rstrip(".") + "."


def _wider(form: Form) -> tuple[str, ...]:
    names = {i.ref.name for i in form.items if isinstance(i, Atom)}
    return tuple(f"The same in all {name}s" for name in ("region", "account") if name in names)[:1]
