"""Say a reading's filters in words, for headlines and for the one line that states how a question was read."""

from __future__ import annotations

from agent import neutral
from agent.planner.concepts import BY_NAME
from agent.planner.reading import Reading, Since
from agent.planner.words import NOUNS


def noun_label(reading: Reading, count: int | None = None) -> str:
    """What is listed, in the plural unless there is one."""
    if not reading.nouns:
        return "resource" if count == 1 else "resources"
    labels = [NOUNS[n][2] for n in reading.nouns]
    if count == 1:
        labels = [_singular(label) for label in labels]
    return " and ".join(labels)


def _singular(label: str) -> str:
    if label.endswith("ies"):
        return label[:-3] + "y"
    return label.removesuffix("s")


def weakness(reading: Reading, count: int | None = None) -> str:
    """The finishing of "those that ...", from the concepts and rules of the reading."""
    parts = []
    for use in reading.concepts:
        if use.name == "port":
            parts.append(f"are {'not ' if use.negated else ''}open to the internet on port {use.port}")
        else:
            concept = BY_NAME[use.name]
            parts.append(concept.inverse if use.negated else concept.label)
    if reading.rules and not reading.concepts:
        parts.append(
            "fail "
            + (
                f"`{reading.rules[0]}`"
                if len(reading.rules) == 1
                else f"{len(reading.rules)} matching checks"
            )
        )
    text = " and ".join(parts)
    return _third_person(text) if count == 1 else text


def _third_person(text: str) -> str:
    for plural, one in (
        ("are ", "is "),
        ("have ", "has "),
        ("lack ", "lacks "),
        ("don't ", "doesn't "),
        ("still answer", "still answers"),
        ("require ", "requires "),
        ("log ", "logs "),
        ("encrypt ", "encrypts "),
        ("hold ", "holds "),
        ("run ", "runs "),
        ("fail ", "fails "),
    ):
        if text.startswith(plural):
            text = one + text[len(plural) :]
        text = text.replace(f" and {plural}", f" and {one}")
    return text


def where(reading: Reading) -> str:
    """The filters that say where: tags, regions, accounts, providers, names, time."""
    parts = []
    for tag in reading.tags:
        parts.append(f"{'not ' if tag.negated else ''}tagged {neutral.inline(tag.label)}")
    if reading.names:
        parts.append("named " + ", ".join(neutral.inline(n) for n in reading.names[:5]))
    if reading.providers:
        parts.append("on " + ", ".join(reading.providers))
    if reading.services:
        parts.append("of service " + ", ".join(neutral.inline(s) for s in reading.services))
    if reading.accounts:
        parts.append("in account " + ", ".join(neutral.inline(a) for a in reading.accounts))
    if reading.regions:
        parts.append("in " + ", ".join(neutral.inline(r) for r in reading.regions))
    if reading.since is not None:
        parts.append(since_words(reading.since))
    return ", ".join(parts)


def since_words(since: Since) -> str:
    if since.kind == "last_load":
        return "since the last load"
    if since.kind == "date":
        return f"since {since.date}"
    days = since.days or 0
    amount = f"{days:g} day{'' if days == 1 else 's'}" if days >= 1 else f"{days * 24:g} hours"
    return f"older than {amount}" if since.older else f"in the last {amount}"


def severities(reading: Reading) -> str:
    return " or ".join(s.lower() for s in reading.severities)


def read_as(reading: Reading) -> str:
    """One line: what the question was taken to mean."""
    if reading.nouns or (reading.concepts and not reading.findings):
        parts = [noun_label(reading), where(reading)]
        if text := weakness(reading):
            parts.append("that " + text)
    else:
        kind = severities(reading)
        parts = [f"open {kind + ' ' if kind else ''}findings", where(reading)]
        if text := weakness(reading):
            parts.append("on resources that " + text)
    if (reading.nouns or reading.concepts) and reading.severities:
        parts.append(f"with a {severities(reading)} finding")
    if reading.group_by:
        parts.append(f"counted by {reading.group_by}")
    return ", ".join(p for p in parts if p)
