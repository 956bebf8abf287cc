"""Say what a query found: how many of how many, which, what that rests on."""

from __future__ import annotations

import json
import re

from agent.neutral import inline, plain
from agent.planner.conditions import rule_groups
from agent.planner.focus import Made
from agent.planner.phrase_text import Phrased, as_of, left_over, paragraphs, quoted, shown, tidy
from agent.planner.queries import about_assets
from agent.planner.reading import Intent, Reading
from agent.planner.scope import findings_label, noun_label, read_as, weakness, where, with_finding
from agent.planner.vocabulary import Vocabulary

_FIRST = "Show the ten findings to fix first"
_NAMED = 5
_LONG = 6


def rows(reading: Reading, item: Made, words: Vocabulary) -> Phrased:
    """The rows of a query in a headline, with its reading and what to ask next."""
    if reading.intent is Intent.XQL:
        total = item.result["total"]
        text = f"**{total} row{'' if total == 1 else 's'}.** {shown(item)} {as_of(item)}"
        return Phrased(tidy(text + _without_notes(item)))
    single = counted(item)
    if reading.group_by or (reading.intent is Intent.COUNT and single is not None):
        return _counts(reading, item, single)
    if not item.result["total"]:
        return _none(reading, item)
    if not about_assets(reading):
        return _issues(reading, item)
    return _resources(reading, item, words)


def _resources(reading: Reading, item: Made, words: Vocabulary) -> Phrased:
    total = item.result["total"]
    what = weakness(reading, total)
    scope = where(reading)
    severity = with_finding(reading)
    verb = what or ("match" if total != 1 else "matches") if severity else what
    population = item.data.get("population")
    # The population counts the kind in its places; with tags or names it would not be of the same scope.
    whole = (
        what
        and isinstance(population, int)
        and population >= total
        and reading.nouns
        and not (reading.tags or reading.names or reading.excluded)
    )
    subject = (
        f"{total} of {population} {noun_label(reading)}" if whole else f"{total} {noun_label(reading, total)}"
    )
    said = " ".join(x for x in (subject, scope, severity, verb) if x)
    return Phrased(
        paragraphs(
            f"**{said}.**",
            _names(reading, item),
            f"Read as: {read_as(reading)}. {as_of(item)} {shown(item)}",
            _caveat(reading, words),
            left_over(reading),
        ),
        _after(reading, item, words),
    )


def _issues(reading: Reading, item: Made) -> Phrased:
    total = item.result["total"]
    said = " ".join(
        x
        for x in (
            str(total),
            findings_label(reading, total),
            f"on {noun_label(reading)}" if reading.nouns else "",
            where(reading),
        )
        if x
    )
    follow = ("Why does the first one matter?", "Draft a fix for the first one")
    return Phrased(
        paragraphs(
            f"**{said}.**", f"Read as: {read_as(reading)}. {as_of(item)} {shown(item)}", left_over(reading)
        ),
        follow if total else (),
    )


def _caveat(reading: Reading, words: Vocabulary) -> str:
    turned = [found for use, found in rule_groups(reading, words.rules) if use.negated and found]
    if not turned:
        return ""
    if all(any(r.passing for r in found) for found in turned):
        return "Only what a check passed is listed: a resource that no check looked at is unknown, not safe."
    return "This lists what has no such open finding; a resource that no check looked at is listed too."


def _names(reading: Reading, item: Made) -> str:
    if item.result["total"] > _NAMED:
        return ""
    lines = []
    for row in item.rows[:_NAMED]:
        if not row.get("resource"):
            continue
        problems = row.get("problems")
        detail = ""
        if isinstance(problems, list) and problems:
            more = " And more." if len(problems) > 1 else ""
            detail = f": {_detail(str(problems[0]), str(row['resource']))}{more}"
        if reading.asks_tags:
            detail = f": {_tags_of(row.get('tags'))}"
        name = str(row["resource"])
        lines.append(f"- {plain(name, 200) if _DATED.search(name) else inline(name)}{detail}")
    return "\n".join(lines)


def _tags_of(tags: object) -> str:
    try:
        found = json.loads(tags) if isinstance(tags, str) else tags
    except ValueError:
        found = None
    if not isinstance(found, dict) or not found:
        return "no tags"
    return ", ".join(f"{inline(k)} is {inline(v)}" for k, v in list(found.items())[:12])


# A date inside a name would be read as a date by the check of the answer: such a text is quoted as code.
_DATED = re.compile(r"\w-\d{4}-\d{2}-\d{2}")


def _detail(problem: str, resource: str) -> str:
    # The line begins with the name; "EC2 instance i-1 is open" need not say it again.
    short = problem.replace(f" {resource} ", " ") if len(resource) >= _LONG else problem
    return inline(short, 400) if _DATED.search(short) else quoted(short, 220)


def _none(reading: Reading, item: Made) -> Phrased:
    population = item.data.get("population")
    lines = ["**None found, and here is what that rests on.**"]
    if len(reading.names) == 1 and reading.concepts and all(u.negated for u in reading.concepts):
        lines = [f"**No: nothing here shows that {inline(reading.names[0])} {weakness(reading, 1)}.**"]
    if isinstance(population, int) and reading.nouns:
        bare = {"tags": (), "names": (), "since": None, "services": ()}
        seen = f"{noun_label(reading, population)} {where(reading.model_copy(update=bare))}".strip()
        if population:
            lines.append(f"{population} {seen} {'was' if population == 1 else 'were'} looked at.")
        else:
            lines.append(f"There are no {seen} in this tenant, so there was nothing to find.")
    notes = _without_notes(item)
    lines += [notes, f"Read as: {read_as(reading)}. {as_of(item)}", left_over(reading)]
    wider = ("The same without the region",) if reading.regions else ()
    return Phrased(paragraphs(*lines), (*wider, _FIRST))


_FILTERS = (
    ("asset.name", "name"),
    ("cloud.region", "region"),
    ("asset.realm", "account"),
    ("project_id", "account"),
    ("provider", "provider"),
    ("asset.tags", "tag"),
    ("severity", "severity"),
    ("rule_id", "weakness"),
    ("finding.type_id", "weakness"),
    ("dataset = issues", "weakness"),
    ("finding.service", "service"),
    ("asset.type", "kind of resource"),
    ("observation_time", "time"),
    ("asset.name", "name"),
    ("Platform Discovery", "condition on its configuration"),
    ("join with issues", "weakness"),
    ("look-up in another dataset", "condition on its checks"),
)


def _without_notes(item: Made) -> str:
    lines = []
    for relaxed in item.data.get("relaxed", [])[:3]:
        if total := relaxed.get("total"):
            said = next((f"the {word}" for mark, word in _FILTERS if mark in relaxed["without"]), "")
            said = said or f"the filter {inline(relaxed['without'], 160)}"
            lines.append(f"Without {said} there {'is' if total == 1 else 'are'} {total}.")
    return " ".join(dict.fromkeys(lines))


def counted(item: Made) -> int | None:
    """The number of a query that only counts."""
    if len(item.rows) == 1 and set(item.rows[0]) == {"findings"}:
        return int(item.rows[0]["findings"])
    return None


def _counts(reading: Reading, item: Made, single: int | None) -> Phrased:
    scope = where(reading)
    if single is not None:
        on = f"on {noun_label(reading)}" if reading.nouns else ""
        said = " ".join(
            x for x in (str(single), findings_label(reading, single), on, scope, _about(reading)) if x
        )
        return Phrased(tidy(f"**{said}.** {as_of(item)} {left_over(reading)}"), (_FIRST,))
    column = next((c for c in ("findings", "resources") if item.rows and c in item.rows[0]), None)
    group = reading.group_by or "group"
    what = findings_label(reading) if column != "resources" else noun_label(reading)
    if column == "findings" and reading.nouns:
        what += f" on {noun_label(reading)}"
    said = " ".join(
        x for x in (what, scope, _about(reading) if column == "findings" else _that(reading)) if x
    )
    if column is None:
        return Phrased(tidy(f"**None: no {said}.** {as_of(item)} {left_over(reading)}"), (_FIRST,))
    numbers = [int(row[column]) for row in item.rows]
    # A sum is stated with its terms, so that a reader can follow it; with many it would only be long.
    whole = f": {' + '.join(map(str, numbers))} = {sum(numbers)}" if 1 < len(numbers) <= 12 else ""
    first = inline(item.rows[0].get(group) or "not given")
    ties = len(numbers) > 1 and numbers[1] == numbers[0]
    lead = f"{first}: {numbers[0]}" if len(numbers) == 1 or ties else f"{first} has the most: {numbers[0]}"
    number = item.result["total"]
    plural = {"severity": "severities"}.get(group, f"{group}s")
    cut = "the first " if reading.limit == number else ""
    rest = f"{said} by {group}{whole}, in {cut}{number} {group if number == 1 else plural}."
    return Phrased(
        tidy(f"**{lead}.** {rest[0].upper()}{rest[1:]} {shown(item)} {as_of(item)} {left_over(reading)}"),
        (_FIRST,),
    )


def _about(reading: Reading) -> str:
    return f"on resources that {weakness(reading)}" if reading.concepts or reading.rules else ""


def _that(reading: Reading) -> str:
    return f"that {weakness(reading)}" if reading.concepts or reading.rules else ""


def _after(reading: Reading, item: Made, words: Vocabulary) -> tuple[str, ...]:
    """Follow-ups that this list can answer."""
    follow = []
    if not reading.regions:
        regions = sorted({str(r.get("region")) for r in item.rows if r.get("region")})
        if len(regions) > 1:
            follow.append(f"Only the ones in {regions[0]}")
    if not reading.tags and any('"PII"' in str(r.get("tags")).replace("'", '"') for r in item.rows):
        follow.append("Which of them are tagged PII?")
    if any(row.get("issues") for row in item.rows):
        follow += ["Why does the first one matter?", "Draft a fix for the first one"]
    if not follow:
        follow.append("Count them by region" if len(item.rows) > 1 else _FIRST)
    return tuple(follow[:3])
