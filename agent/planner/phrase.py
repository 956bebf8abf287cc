"""Say what the tools found: the answer first, its scope and time, what to do next. Every value comes from a result."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from agent.neutral import inline, plain
from agent.nodes.carry_out import OUTCOME_TOOL
from agent.planner import phrase_one
from agent.planner.focus import Made
from agent.planner.phrase_counts import counted
from agent.planner.phrase_findings import ranked
from agent.planner.phrase_list import listed
from agent.planner.phrase_paths import paths
from agent.planner.phrase_text import Phrased, as_of, paragraphs, sentence, shown, tidy
from agent.planner.turn import Turn


def phrase(turn: Turn, made: Sequence[Made]) -> Phrased:
    """The answer to a turn from its calls."""
    last = made[-1]
    if last.error:
        return Phrased(sentence(last.error), phrase_one.AFTER_ERROR)
    speak = _SPEAKERS.get(last.name)
    if speak is None:
        return Phrased(plain(str(last.result.get("summary", "Done.")), 600))
    said = speak(turn, last)
    if last.name == "draft_fix" and (passed_over := phrase_one.passed_over(made)):
        return Phrased(f"{said.text}\n\n{passed_over}", said.suggestions)
    return said


def _rows(turn: Turn, item: Made) -> Phrased:
    asked = turn.asked or (turn.paths.asked if turn.paths is not None else None)
    if asked is None or asked.form is None:
        total = item.result["total"]
        count = f"**{total} row{'' if total == 1 else 's'}.**"
        return Phrased(tidy(f"{count} {shown(item)} {as_of(item)}"))
    form = asked.form
    measured = form.measure is not None or bool(form.group) or bool(form.span)
    return counted(asked, item) if measured else listed(asked, item)


def _read_on(turn: Turn, item: Made) -> Phrased:
    """Further rows of an earlier result."""
    return Phrased(tidy(f"**{plain(str(item.result['summary']), 300)}** {shown(item)} {as_of(item)}"))


def _summary(turn: Turn, item: Made) -> Phrased:
    data = item.data
    if "since" in data:
        lead = plain(str(item.result["summary"]), 400)
        lines = [f"**{lead}**"]
        if data.get("last_load_text"):
            lines.append(f"The load said: {plain(str(data['last_load_text']), 300)}")
        if data.get("loads") == 1 and data.get("new"):
            lines.append("It is the only load so far, so everything it brought counts as new.")
        if not (data["new"] or data["resolved"] or data["updated"]):
            lines.append(f"{data['open']} findings are open, as before.")
        lines.append(f"{shown(item)} {as_of(item)}")
        return Phrased(
            paragraphs(*lines),
            ("Show the ten findings to fix first", "Give me an overview"),
        )
    if "open" not in data:
        return Phrased(plain(str(item.result["summary"]), 400))
    worst = ", ".join(
        f"{row['open findings']} {inline(str(row[data['by']]).lower())}" for row in item.rows[:5]
    )
    seen = data.get("evidence", {})
    checks = (
        f" Checks: {seen.get('FAIL', 0)} failed, {seen.get('PASS', 0)} passed, {seen.get('MANUAL', 0)} need a person."
        if seen
        else ""
    )
    text = f"**{plain(str(item.result['summary']), 300)}** By {data['by']}: {worst}.{checks} {as_of(item)}"
    return Phrased(
        tidy(text),
        ("Show the ten findings to fix first", "How many critical findings per service?", "HIPAA gap report"),
    )


_SPEAKERS: dict[str, Callable[[Turn, Made], Phrased]] = {
    "query_posture": _rows,
    "search_findings": ranked,
    "posture_summary": _summary,
    "attack_paths": paths,
    "get_finding": lambda t, i: Phrased(*phrase_one.finding(i)),
    "explain_priority": lambda t, i: Phrased(*phrase_one.priority(i)),
    "draft_fix": lambda t, i: Phrased(*phrase_one.fix(i)),
    "search_controls": lambda t, i: Phrased(*phrase_one.controls(i)),
    "gap_report": lambda t, i: Phrased(*phrase_one.report(i)),
    "list_proposals": lambda t, i: Phrased(*phrase_one.proposals(i)),
    OUTCOME_TOOL: lambda t, i: Phrased(*phrase_one.outcome(i)),
}
