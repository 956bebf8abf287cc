"""Say what the tools found: the answer first, its scope and time, what to do next. Every value comes from a result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from agent.neutral import inline, plain
from agent.nodes.carry_out import OUTCOME_TOOL
from agent.planner import phrase_one
from agent.planner.focus import Made
from agent.planner.reading import Intent, Reading
from agent.planner.scope import noun_label, read_as, severities, weakness, where
from agent.planner.vocabulary import Vocabulary


@dataclass(frozen=True)
class Phrased:
    """An answer and the follow-ups offered under it."""

    text: str
    suggestions: tuple[str, ...] = ()


def phrase(reading: Reading, made: Sequence[Made], words: Vocabulary) -> Phrased:
    """The answer to a reading from the calls of its turn."""
    last = made[-1]
    if last.error:
        return Phrased(_sentence(last.error), phrase_one.AFTER_ERROR)
    speak = _SPEAKERS.get(last.name)
    if speak is None:
        return Phrased(plain(str(last.result.get("summary", "Done.")), 600))
    return speak(reading, last, words)


def _sentence(error: str) -> str:
    text = plain(error, 900)
    return text if text.endswith((".", "?", "!")) else text + "."


def _as_of(item: Made) -> str:
    at = datetime.fromisoformat(str(item.result["as_of"]).replace("Z", "+00:00"))
    return f"State as of {at:%Y-%m-%d %H:%M} UTC."


def _shown(item: Made) -> str:
    total, returned = item.result["total"], item.result["returned"]
    offset = int(item.args.get("offset", 0) or 0)
    if offset:
        return f"Rows {offset + 1} to {offset + returned} of {total} are shown."
    return f"The first {returned} of {total} are shown." if returned < total else ""


def _query(reading: Reading, item: Made, words: Vocabulary) -> Phrased:
    if reading.intent is Intent.XQL:
        total = item.result["total"]
        text = f"**{total} row{'' if total == 1 else 's'}.** {_shown(item)} {_as_of(item)}"
        return Phrased(_tidy(text + _empty_note(item)))
    if reading.group_by or (reading.intent is Intent.COUNT and _counted(item) is not None):
        return _counts(reading, item)
    total = item.result["total"]
    population = item.data.get("population")
    place = where(reading)
    subject = noun_label(reading, total)
    if not total:
        return _none(reading, item)
    what = weakness(reading, total)
    severity = f" with a {severities(reading)} finding" if reading.severities else ""
    verb = f" {what}" if what else (" match" if total != 1 else " matches")
    scope = f" {place}" if place else ""
    # The population counts the kind in its places; with tags or names it would not be of the same scope.
    whole = (
        isinstance(population, int)
        and population >= total
        and reading.nouns
        and not (reading.tags or reading.names)
    )
    if whole:
        lead = f"**{total} of {population} {noun_label(reading)}{scope}{severity}{verb}.**"
    else:
        lead = f"**{total} {subject}{scope}{severity}{verb}.**"
    lines = [lead, _names(item), f"Read as: {read_as(reading)}. {_as_of(item)} {_shown(item)}"]
    if any(u.negated for u in reading.concepts):
        lines.append(
            "This lists what has no such open finding; a resource that no check looked at is listed too."
        )
    lines.append(_left_over(reading))
    return Phrased(_tidy("\n\n".join(x for x in lines if x.strip())), _after_list(reading, item, words))


def _names(item: Made) -> str:
    shown = [str(row.get("resource") or "") for row in item.rows[:5] if row.get("resource")]
    if not shown or item.result["total"] > 5:
        return ""
    parts = []
    for row in item.rows[:5]:
        problems = row.get("problems")
        count = len(problems) if isinstance(problems, list) else 0
        detail = (
            f" ({plain(problems[0], 110)}{', and more' if count > 1 else ''})"
            if count and isinstance(problems, list)
            else ""
        )
        parts.append(f"- {inline(row.get('resource'))}{detail}")
    return "\n".join(parts)


def _none(reading: Reading, item: Made) -> Phrased:
    population = item.data.get("population")
    lines = ["**None found, and here is what that rests on.**"]
    if isinstance(population, int) and reading.nouns:
        place = where(reading.model_copy(update={"tags": (), "names": (), "since": None}))
        seen = f"{noun_label(reading, population)} {place}".strip()
        if population:
            lines.append(f"{population} {seen} {'was' if population == 1 else 'were'} looked at.")
        else:
            lines.append(f"There are no {seen} in this tenant, so there was nothing to find.")
    for relaxed in item.data.get("relaxed", [])[:3]:
        if relaxed.get("total"):
            lines.append(
                f"Without the filter {inline(relaxed['without'], 160)} there {'is' if relaxed['total'] == 1 else 'are'} {relaxed['total']}."
            )
    lines.append(f"Read as: {read_as(reading)}. {_as_of(item)}")
    lines.append(_left_over(reading))
    wider = ("The same without the region",) if reading.regions else ()
    return Phrased(
        _tidy("\n\n".join(x for x in lines if x.strip())), ("Show the ten findings to fix first", *wider)[:1]
    )


def _counted(item: Made) -> int | None:
    if len(item.rows) == 1 and set(item.rows[0]) == {"findings"}:
        return int(item.rows[0]["findings"])
    return None


def _counts(reading: Reading, item: Made) -> Phrased:
    kind = severities(reading)
    place = where(reading)
    scope = f" {place}" if place else ""
    single = _counted(item)
    note = _left_over(reading)
    if single is not None:
        noun = f"open {kind + ' ' if kind else ''}finding{'' if single == 1 else 's'}"
        text = f"**{single} {noun}{scope}.** {_as_of(item)} {note}"
        return Phrased(_tidy(text), ("Show the ten findings to fix first",))
    column = next((c for c in ("findings", "resources") if item.rows and c in item.rows[0]), None)
    if column is None:
        return Phrased(_tidy(f"**None{scope}.** {_as_of(item)} {note}"))
    total = sum(int(row[column]) for row in item.rows)
    group = reading.group_by or "group"
    what = f"open {kind + ' ' if kind else ''}findings" if column == "findings" else noun_label(reading)
    if what_is := weakness(reading):
        what += f" on resources that {what_is}" if column == "findings" else f" that {what_is}"
    sums = " + ".join(str(row[column]) for row in item.rows)
    whole = f"{sums} = {total}" if 1 < len(item.rows) <= 12 else str(total)
    top = item.rows[0]
    lead = (
        f"**{inline(top.get(group) or 'not given')} has the most: {top[column]}.**"
        if len(item.rows) > 1
        else f"**{inline(top.get(group) or 'not given')}: {top[column]}.**"
    )
    number = item.result["total"]
    plural = {"severity": "severities"}.get(group, f"{group}s")
    rest = f"{what}{scope} by {group}: {whole} in {number} {group if number == 1 else plural}. {_as_of(item)} {note}"
    return Phrased(_tidy(f"{lead} {rest[0].upper()}{rest[1:]}"), ("Show the ten findings to fix first",))


def _findings(reading: Reading, item: Made, words: Vocabulary) -> Phrased:
    total, rows = item.result["total"], item.rows
    if not rows:
        scanned = item.data.get("scanned", 0)
        text = f"**No such finding.** {scanned} open findings were looked through. Read as: {read_as(reading)}. {_as_of(item)}"
        return Phrased(_tidy(text + " " + _left_over(reading)), ("Show the ten findings to fix first",))
    top = rows[0]
    kind = severities(reading)
    place = where(reading)
    what = {"PASS": "passed results", "MANUAL": "results that need a person"}.get(
        reading.status or "", f"open {kind + ' ' if kind else ''}findings"
    )
    scope = f" {place}" if place else ""
    lines = []
    if reading.status is None and top.get("priority") is not None and not reading.order:
        lines.append(
            f"**First: {plain(top['finding'], 120)} on {inline(top['resource'])}, {top['priority']} of 100.** "
            f"{total} {what if total != 1 else what.removesuffix('s')}{scope} match, ranked by Action Priority Score."
        )
    else:
        lines.append(f"**{total} {what if total != 1 else what.removesuffix('s')}{scope}.**")
    lines.append(f"{_shown(item)} {_as_of(item)}")
    lines.append(_left_over(reading))
    follow = (
        "Why is the first one ranked highest?",
        "Draft a fix for the first one",
        "Add a comment with the reasons to the first one",
    )
    return Phrased(
        _tidy("\n\n".join(x for x in lines if x.strip())), follow if reading.status is None else ()
    )


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
        lines.append(f"{_shown(item)} {_as_of(item)}")
        return Phrased(
            _tidy("\n\n".join(x for x in lines if x.strip())),
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
    text = f"**{plain(str(item.result['summary']), 300)}** By {data['by']}: {worst}.{checks} {_as_of(item)}"
    return Phrased(
        _tidy(text),
        ("Show the ten findings to fix first", "How many critical findings per service?", "HIPAA gap report"),
    )


def _after_list(reading: Reading, item: Made, words: Vocabulary) -> tuple[str, ...]:
    follow = []
    if len(words.regions) > 1 and not reading.regions:
        regions = sorted({str(r.get("region")) for r in item.rows if r.get("region")})
        if len(regions) > 1:
            follow.append(f"Only the ones in {regions[0]}")
    if not reading.tags and "PII" in {v.upper() for v in words.tag_values}:
        follow.append("Which of them are tagged PII?")
    if any(row.get("issues") for row in item.rows):
        follow += ["Why does the first one matter?", "Draft a fix for the first one"]
    return tuple(follow[:3])


def _left_over(reading: Reading) -> str:
    if not reading.left_over or not reading.constrained:
        return ""
    return f"Not understood and left out: {', '.join(inline(w) for w in reading.left_over[:5])}."


def _empty_note(item: Made) -> str:
    lines = [
        f" Without the filter {inline(r['without'], 160)} there would be {r['total']}."
        for r in item.data.get("relaxed", [])[:3]
        if r.get("total")
    ]
    return "".join(lines)


def _tidy(text: str) -> str:
    return "\n".join(
        " ".join(line.split()) if not line.startswith(("- ", "|", "  ")) else line
        for line in text.split("\n")
    ).strip()


_SPEAKERS: dict[str, Callable[[Reading, Made, Vocabulary], Phrased]] = {
    "query_posture": _query,
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
