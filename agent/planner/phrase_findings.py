"""Say what the ranked search found: the one to look at first, how many match, what was looked through."""

from __future__ import annotations

from agent.neutral import inline
from agent.planner.focus import Made
from agent.planner.phrase_scope import FIRST
from agent.planner.phrase_text import Phrased, as_of, left_over, paragraphs, quoted, shown
from agent.planner.questions.form import Asked, Atom, Form
from agent.planner.reading import Reading
from agent.planner.said import figure, things
from agent.planner.turn import Turn

_FOLLOW = (
    "Why is the first one ranked highest?",
    "Draft a fix for the first one",
    "Add a comment with the reasons to the first one",
)


def ranked(turn: Turn, item: Made) -> Phrased:
    """Findings by score, or by what they were asked to be ordered by."""
    asked, reading = turn.asked, turn.reading
    total, rows = item.result["total"], item.rows
    missed = left_over(reading) if asked is None else ""
    said = _said(asked, reading)
    if not rows:
        scanned = item.data.get("scanned", 0)
        looked = f"{figure(scanned)} open findings were looked through." if scanned else ""
        lines = ("**No such finding.**", f"{looked} Read as: {said}. {as_of(item)}", missed)
        return Phrased(paragraphs(*lines), (FIRST,))
    what = f"{figure(total)} {things(said.split(', the first ')[0], Form(entity='finding'), total)}"
    top = rows[0]
    by_score = top.get("priority") is not None and not item.args.get("order_by")
    if by_score:
        match = "match, ranked by" if total != 1 else "matches; its rank is by"
        lead = (
            f"**First: {quoted(top['finding'], 160)} on {inline(top['resource'])}, {top['priority']} of 100.** "
            f"{what} {match} Action Priority Score."
        )
    else:
        lead = f"**{what}.**"
    held = (item.data.get("held") or {}).get("words") or ""
    lead += f" {quoted(held, 200)}." if held else ""
    lines = (lead, f"Read as: {said}. {shown(item)} {as_of(item)}", missed)
    open_ones = item.args.get("status", "FAIL") == "FAIL"
    return Phrased(paragraphs(*lines), _FOLLOW if open_ones else ())


def _said(asked: Asked | None, reading: Reading) -> str:
    """What was searched for, in words; alerts of the security domain are issues, and no findings."""
    if asked is not None and asked.reading:
        return findings_in(asked.reading, asked.form)
    kinds = " or ".join(s.lower() for s in reading.severities)
    return f"Open {kinds} findings".replace("  ", " ")


def findings_in(reading: str, form: Form | None) -> str:
    """A reading about issues as one about the findings behind them."""
    said = reading.replace(" of posture", "").replace("Failed ", "Open ", 1)
    if form is None or form.entity != "issue":
        return said
    closed = any(
        isinstance(i, Atom) and i.ref.name == "status" and "open" not in i.values for i in form.items
    )
    return said if closed else said.replace("issues", "findings", 1)
