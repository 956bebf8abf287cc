"""Say what the tools found: the answer first, its scope and time, what to do next. Every value comes from a result."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from agent.neutral import inline, plain
from agent.nodes.carry_out import OUTCOME_TOOL
from agent.planner import phrase_one, phrase_rows
from agent.planner.focus import Made
from agent.planner.phrase_text import Phrased, as_of, left_over, paragraphs, quoted, sentence, shown, tidy
from agent.planner.reading import Reading
from agent.planner.scope import findings_label, noun_label, read_as, where
from agent.planner.vocabulary import Vocabulary


def phrase(reading: Reading, made: Sequence[Made], words: Vocabulary) -> Phrased:
    """The answer to a reading from the calls of its turn."""
    last = made[-1]
    if last.error:
        return Phrased(sentence(last.error), phrase_one.AFTER_ERROR)
    speak = _SPEAKERS.get(last.name)
    if speak is None:
        return Phrased(plain(str(last.result.get("summary", "Done.")), 600))
    said = speak(reading, last, words)
    if last.name == "draft_fix" and (passed_over := phrase_one.passed_over(made)):
        return Phrased(f"{said.text}\n\n{passed_over}", said.suggestions)
    return said


def _findings(reading: Reading, item: Made, words: Vocabulary) -> Phrased:
    total, rows = item.result["total"], item.rows
    if not rows:
        scanned = item.data.get("scanned", 0)
        looked = f"{scanned} open findings were looked through." if scanned else ""
        text = (
            f"**No such finding.** {looked} Read as: {read_as(reading)}. {as_of(item)} {left_over(reading)}"
        )
        return Phrased(tidy(text), ("Show the ten findings to fix first",))
    top = rows[0]
    on = f"on {noun_label(reading)}" if reading.nouns else ""
    what = " ".join(x for x in (str(total), findings_label(reading, total), on, where(reading)) if x)
    lines = []
    if reading.status is None and top.get("priority") is not None and not reading.order:
        ranked = "match, ranked by" if total != 1 else "matches; its rank is by"
        lines.append(
            f"**First: {quoted(top['finding'], 160)} on {inline(top['resource'])}, {top['priority']} of 100.** "
            f"{what} {ranked} Action Priority Score."
        )
    else:
        lines.append(f"**{what}.**")
    lines.append(f"{shown(item)} {as_of(item)}")
    lines.append(left_over(reading))
    follow = (
        "Why is the first one ranked highest?",
        "Draft a fix for the first one",
        "Add a comment with the reasons to the first one",
    )
    return Phrased(paragraphs(*lines), follow if reading.status is None else ())


def _summary(reading: Reading, item: Made, words: Vocabulary) -> Phrased:
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


_SPEAKERS: dict[str, Callable[[Reading, Made, Vocabulary], Phrased]] = {
    "query_posture": phrase_rows.rows,
    "search_findings": _findings,
    "posture_summary": _summary,
    "get_finding": lambda r, i, w: Phrased(*phrase_one.finding(i)),
    "explain_priority": lambda r, i, w: Phrased(*phrase_one.priority(i)),
    "draft_fix": lambda r, i, w: Phrased(*phrase_one.fix(i)),
    "search_controls": lambda r, i, w: Phrased(*phrase_one.controls(i)),
    "gap_report": lambda r, i, w: Phrased(*phrase_one.report(i)),
    "list_proposals": lambda r, i, w: Phrased(*phrase_one.proposals(i)),
    OUTCOME_TOOL: lambda r, i, w: Phrased(*phrase_one.outcome(i)),
}
