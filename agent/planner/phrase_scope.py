"""What an answer is about and rests on: its conditions, the whole that it is a part of, its time, its caveats."""

from __future__ import annotations

import re
from typing import Final

from agent.neutral import plain
from agent.planner.focus import Made
from agent.planner.questions.form import Asked, Atom, Either, Form, Kinds, Weakness
from agent.planner.said import predicate

FIRST: Final = "Show the ten findings to fix first"


def conditions(reading: str) -> str:
    """A reading without what only tells how the list looks."""
    reading = reading.removeprefix("Number of ")
    for mark in (", by ", ", with ", ", the first ", ", as a check that passed shows", ", as a custom rule"):
        reading = reading.split(mark)[0]
    return reading


def plain_scope(form: Form) -> bool:
    """Whether the population counts what the head of the sentence names: kinds, and nothing else that narrows it."""
    about = [i for i in form.items if isinstance(i, Kinds)]
    places = [
        i
        for i in form.items
        if isinstance(i, Atom) and i.ref.name in ("account", "region", "provider", "name")
    ]
    return len(about) == 1 and not about[0].negated and not places


_ONE_NAMED = re.compile(r"\w[\w ]* named (\S+?),? and that (.+)")


def one_named(asked: Asked) -> tuple[str, str] | None:
    """The name and the predicate of a question whether one thing is so."""
    if not re.match(r"\W*(?:is|are|does|do|has|have|can)\b", asked.question, re.IGNORECASE):
        return None
    found = _ONE_NAMED.fullmatch(conditions(asked.reading))
    if found is None:
        return None
    said = predicate(f" that {found[2]}", 1)
    return (found[1], said) if said is not None else None


def whole_of(form: Form, item: Made) -> int | None:
    """How many there are of the kind that the sentence names, where nothing else narrows it."""
    population = item.data.get("population")
    if not isinstance(population, int) or population < item.result["total"] or form.entity != "asset":
        return None
    return population if plain_scope(form) else None


def window(item: Made) -> str:
    """The time that a log was read for; the state of things has none."""
    queries = item.result.get("queries") or [{}]
    said = str(queries[-1].get("window") or "")
    if not said or re.search(r"current|state|begin|all time|as they stand", said):
        return ""
    return f"Time: {plain(said, 120)}."


def caveat(form: Form) -> str:
    """What the answer rests on where that could be taken for more."""
    told = list(weaknesses(form))
    free = [w for w in told if w.negated]
    lines = []
    if free and any(w.rules for w in free):
        lines.append(
            "Only what a check passed is listed: of what no check looked at, nobody knows."
            if not any(w.setting for w in free)
            else "What no check looked at and no configuration shows is listed too."
        )
    elif any(w.rules and w.setting for w in told):
        lines.append("Told by open issues, and by the configuration where no check looks.")
    elif any(w.rules for w in told):
        lines.append("Told by open issues: what no check looked at is not in it.")
    return " ".join(lines)


def weaknesses(form: Form) -> list[Weakness]:
    found: list[Weakness] = []
    for item in form.items:
        if isinstance(item, Weakness):
            found.append(item)
        elif isinstance(item, Either):
            found += [i for i in item.items if isinstance(i, Weakness)]
    return found
