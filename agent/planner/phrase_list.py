"""Say what a list found: how many, which, what that rests on, what to ask next."""

from __future__ import annotations

from typing import Any, Final

from agent.neutral import inline, plain
from agent.planner.cells import Row, asked_of, asset_of, issue_of, name_of, where_of
from agent.planner.checked import rules_told
from agent.planner.focus import Made
from agent.planner.phrase_none import none
from agent.planner.phrase_scope import FIRST, caveat, conditions, one_named, weaknesses, whole_of, window
from agent.planner.phrase_text import Phrased, as_of, paragraphs, quoted, shown
from agent.planner.questions.form import Asked, Atom, Form
from agent.planner.said import figure, parts, predicate, singular, things

_NAMED: Final = 5
_MOST_ASKED: Final = 3
_PATHS_OF: Final = frozenset({"public", "old_ssm", "no_ssm", "imdsv1", "admin"})


def listed(asked: Asked, item: Made) -> Phrased:
    """A list of things in a headline, the first of them, its caveats, and questions that this list can answer."""
    form = asked.form or Form()
    if not item.result["total"]:
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
    if (one := one_named(asked)) is not None and total == 1:
        return f"Yes: {inline(one[0])} {one[1]}"
    reading = conditions(asked.reading)
    head, tail = parts(reading, form)
    said = predicate(tail, total)
    if said is not None and (whole := whole_of(form, item)) is not None:
        of = head if whole != 1 else singular(head)
        return f"{figure(total)} of {figure(whole)} {of} {said}"
    return f"{figure(total)} {things(reading, form, total)}"


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
    whole = whole_of(form, item)
    head, tail = parts(conditions(asked.reading), form)
    if whole is None or predicate(tail, 2) is not None or whole == item.result["total"]:
        return ""
    return f"Looked at: {figure(whole)} {head if whole != 1 else singular(head)}."


def _first_names(item: Made) -> str:
    rows = [row for row in item.rows[:_NAMED] if name_of(row)]
    if not rows:
        return ""
    if item.result["total"] > _NAMED:
        named = [_titled(row) for row in rows]
        most = _NAMED if not any(" on `" in text for text in named) else _MOST_ASKED
        return f"Among them: {', '.join(named[:most])}."
    return "\n".join(_line(row) for row in rows)


def _line(row: Row) -> str:
    where = ", ".join(plain(w, 60) for w in where_of(row))
    asked = [f"{plain(label, 40)} {_value(value)}" for label, value in asked_of(row)[:_MOST_ASKED]]
    about = row.get("xdm.issue.name") or row.get("xdm.finding.name") or row.get("finding")
    what = f": {quoted(about, 160)}" if about and str(about) != name_of(row) else ""
    more = "; ".join([where, *asked] if where else asked)
    return f"- {inline(name_of(row))}{f' ({more})' if more else ''}{what}"


def _titled(row: Row) -> str:
    """A row in a few words: a problem with what it is on, anything else by its name."""
    about = row.get("xdm.issue.name") or row.get("xdm.finding.name")
    if about and str(about) != name_of(row):
        return f"{quoted(about, 80)} on {inline(name_of(row), 60)}"
    return inline(name_of(row), 60)


def _value(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(inline(v, 40) for v in value[:3])
    if isinstance(value, int | float) and not isinstance(value, bool):
        return figure(value) if value < 10**11 else inline(value)
    return inline(value, 60)


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
    if form.entity == "asset" and any(w.name in _PATHS_OF and not w.negated for w in weaknesses(form)):
        follow.insert(0, "Which of these have a path to customer data?")
    regions = sorted({str(r.get("xdm.asset.cloud.region") or r.get("region") or "") for r in rows} - {""})
    asked_region = any(isinstance(i, Atom) and i.ref.name == "region" for i in form.items)
    if len(regions) > 1 and not asked_region and form.limit is None:
        follow.append(f"Only the ones in {regions[0]}")
    if len(rows) > 1 and form.entity in ("asset", "issue", "finding", "vulnerability") and form.limit is None:
        follow.append("Count them by account")
    return tuple(dict.fromkeys(follow or [FIRST]))[:4]
