"""Say what a list found: how many, which, what that rests on, what to ask next."""

from __future__ import annotations

import re
from typing import Any, Final

from agent.neutral import inline, plain
from agent.planner.cells import Row, asked_of, asset_of, issue_of, name_of, where_of
from agent.planner.checked import rules_told
from agent.planner.focus import Made
from agent.planner.phrase_text import Phrased, as_of, paragraphs, quoted, shown
from agent.planner.questions.form import Asked, Atom, Either, Form, Kinds, Weakness
from agent.planner.said import figure, parts, predicate, singular, things

FIRST: Final = "Show the ten findings to fix first"
_NAMED: Final = 5
_MOST_ASKED: Final = 3
_PATHS_OF: Final = frozenset({"public", "old_ssm", "no_ssm", "imdsv1", "admin"})


def listed(asked: Asked, item: Made) -> Phrased:
    """A list of things in a headline, the first of them, its caveats, and questions that this list can answer."""
    form = asked.form or Form()
    total = item.result["total"]
    if not total:
        return none(asked, item)
    return Phrased(
        paragraphs(
            f"**{headline(asked, item)}.**{_top(form, item)}",
            _first_names(item),
            " ".join(x for x in (_scope(form, asked, item), shown(item), window(item), as_of(item)) if x),
            caveat(form),
        ),
        _after(form, item),
    )


def headline(asked: Asked, item: Made) -> str:
    """`2 of 7 buckets are open to the public`; the whole only where its scope is known."""
    total = item.result["total"]
    form = asked.form or Form()
    reading = _conditions(asked.reading)
    head, tail = parts(reading, form)
    said = predicate(tail, total)
    if said is not None and (whole := _whole(form, item)) is not None:
        of = head if whole != 1 else singular(head)
        return f"{figure(total)} of {figure(whole)} {of} {said}"
    return f"{figure(total)} {things(reading, form, total)}"


def _whole(form: Form, item: Made) -> int | None:
    """How many there are of the kind that the sentence names, where nothing else narrows it."""
    population = item.data.get("population")
    if not isinstance(population, int) or population < item.result["total"] or form.entity != "asset":
        return None
    return population if _plain_scope(form) else None


def _top(form: Form, item: Made) -> str:
    """The first of a ranking with what it is ranked by."""
    rank, row = form.rank, item.rows[0]
    if rank is None or rank.has is None or not name_of(row):
        return ""
    counts = [(label, value) for label, value in asked_of(row) if isinstance(value, int)]
    if not counts:
        return ""
    label, value = counts[-1]
    most = "most" if rank.descending else "fewest"
    return f" {inline(name_of(row))} has the {most} {plain(label, 40)}: {figure(value)}."


def _scope(form: Form, asked: Asked, item: Made) -> str:
    """How many of the kind were looked at, where the headline does not say it."""
    whole = _whole(form, item)
    head, tail = parts(_conditions(asked.reading), form)
    if whole is None or predicate(tail, 2) is not None or whole == item.result["total"]:
        return ""
    return f"Looked at: {figure(whole)} {head if whole != 1 else singular(head)}."


def _conditions(reading: str) -> str:
    """A reading without what only tells how the list looks."""
    for mark in (", by ", ", with ", ", the first ", ", as a check that passed shows", ", as a custom rule"):
        reading = reading.split(mark)[0]
    return reading


def _plain_scope(form: Form) -> bool:
    """Whether the population counts what the head of the sentence names: kinds, and nothing else that narrows it."""
    about = [i for i in form.items if isinstance(i, Kinds)]
    places = [
        i
        for i in form.items
        if isinstance(i, Atom) and i.ref.name in ("account", "region", "provider", "name")
    ]
    return len(about) == 1 and not about[0].negated and not places


def _first_names(item: Made) -> str:
    rows = [row for row in item.rows[:_NAMED] if name_of(row)]
    if not rows:
        return ""
    if item.result["total"] > _NAMED:
        names = ", ".join(inline(name_of(row), 60) for row in rows)
        return f"Among them: {names}."
    return "\n".join(_line(row) for row in rows)


def _line(row: Row) -> str:
    where = ", ".join(plain(w, 60) for w in where_of(row))
    asked = [f"{plain(label, 40)} {_value(value)}" for label, value in asked_of(row)[:_MOST_ASKED]]
    about = row.get("xdm.issue.name") or row.get("xdm.finding.name") or row.get("finding")
    what = f": {quoted(about, 160)}" if about and str(about) != name_of(row) else ""
    more = "; ".join([where, *asked] if where else asked)
    return f"- {inline(name_of(row))}{f' ({more})' if more else ''}{what}"


def _value(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(inline(v, 40) for v in value[:3])
    if isinstance(value, int | float) and not isinstance(value, bool):
        return figure(value) if value < 10**11 else inline(value)
    return inline(value, 60)


def window(item: Made) -> str:
    """The time that a log was read for; the state of things has none."""
    queries = item.result.get("queries") or [{}]
    said = str(queries[-1].get("window") or "")
    if not said or re.search(r"current|state|begin|all time|as they stand", said):
        return ""
    return f"Time: {plain(said, 120)}."


def caveat(form: Form) -> str:
    """What the answer rests on where that could be taken for more."""
    told = list(_weaknesses(form))
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


def _weaknesses(form: Form) -> list[Weakness]:
    found: list[Weakness] = []
    for item in form.items:
        if isinstance(item, Weakness):
            found.append(item)
        elif isinstance(item, Either):
            found += [i for i in item.items if isinstance(i, Weakness)]
    return found


def none(asked: Asked, item: Made) -> Phrased:
    """Nothing found: how many were looked at, what is not there at all, and what there is without each condition."""
    form = asked.form or Form()
    lines = ["**None found, and here is what that rests on.**"]
    population = item.data.get("population")
    if isinstance(population, int) and form.entity == "asset":
        if population:
            verb = "was" if population == 1 else "were"
            where = " in that place" if not _plain_scope(form) else ""
            head, _ = parts(_conditions(asked.reading), form)
            noun = head if population != 1 else singular(head)
            lines.append(f"{figure(population)} {noun}{where} {verb} looked at.")
        else:
            lines.append("Nothing of that kind is in that place, so there was nothing to find.")
    notes = [f"{_sentence(note)}" for note in item.data.get("notes", [])[:3]]
    relaxed = [r for r in item.data.get("relaxed", []) if r.get("total")]
    loosened = [
        f"Without “{plain(r['without'], 160)}” there {'is' if r['total'] == 1 else 'are'} {figure(r['total'])}."
        for r in sorted(relaxed, key=lambda r: len(r["without"]))[:3]
    ]
    lines += [" ".join(notes), " ".join(loosened)]
    lines.append(" ".join(x for x in (window(item), as_of(item)) if x))
    lines.append(caveat(form) if _weaknesses(form) else "")
    return Phrased(paragraphs(*lines), (*_wider(form), FIRST))


def _sentence(text: str) -> str:
    said = plain(text, 240)
    return (said[:1].upper() + said[1:]).rstrip(".") + "."


def _wider(form: Form) -> tuple[str, ...]:
    names = {i.ref.name for i in form.items if isinstance(i, Atom)}
    return tuple(f"The same in all {name}s" for name in ("region", "account") if name in names)[:1]


def _after(form: Form, item: Made) -> tuple[str, ...]:
    """Follow-ups that this list can answer."""
    follow: list[str] = []
    rows = item.rows
    told = any(issue_of(row) for row in rows)
    weak = form.entity == "asset" and bool(
        rules_told(i for i in form.items if not getattr(i, "negated", False))
    )
    if told or (weak and any(asset_of(row) for row in rows)):
        follow += ["Why does the first one matter?", "Draft a fix for the first one"]
    if form.entity == "asset" and any(w.name in _PATHS_OF and not w.negated for w in _weaknesses(form)):
        follow.insert(0, "Which of these have a path to customer data?")
    regions = sorted({str(r.get("xdm.asset.cloud.region") or r.get("region") or "") for r in rows} - {""})
    asked_region = any(isinstance(i, Atom) and i.ref.name == "region" for i in form.items)
    if len(regions) > 1 and not asked_region and form.limit is None:
        follow.append(f"Only the ones in {regions[0]}")
    if len(rows) > 1 and form.entity in ("asset", "issue", "finding", "vulnerability") and form.limit is None:
        follow.append("Count them by account")
    return tuple(dict.fromkeys(follow or [FIRST]))[:4]
