"""Say a reading's filters in words, for headlines and for the one line that states how a question was read."""

from __future__ import annotations

from collections.abc import Iterable

from agent import neutral
from agent.planner.concepts import BY_NAME
from agent.planner.queries import about_assets
from agent.planner.reading import Reading, Since
from agent.planner.words import NOUNS, NUMBER_WORDS

OWNER = "owner "
"""How the label of a tag begins that says who owns something."""


def noun_label(reading: Reading, count: int | None = None) -> str:
    """What is listed, in the plural unless there is one."""
    if not reading.nouns:
        return "resource" if count == 1 else "resources"
    labels = [NOUNS[n][2] for n in reading.nouns]
    if count == 1:
        labels = [_singular(label) for label in labels]
    return _and(labels)


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
    if reading.rules:
        # How many they are stands in no result, and what stands in none is no statement.
        which = _or(map(neutral.inline, reading.rules)) if len(reading.rules) <= 2 else "checks of that name"
        parts.append(f"{'pass' if reading.rules_negated else 'fail'} {which}")
    text = " and ".join(parts)
    return _third_person(text) if count == 1 else text


_VERBS = (
    ("are ", "is "),
    ("have ", "has "),
    ("lack ", "lacks "),
    ("don't ", "doesn't "),
    ("still answer", "still answers"),
    ("require ", "requires "),
    ("validate ", "validates "),
    ("log ", "logs "),
    ("encrypt ", "encrypts "),
    ("hold ", "holds "),
    ("run ", "runs "),
    ("fail ", "fails "),
    ("pass ", "passes "),
)


def _third_person(text: str) -> str:
    for plural, one in _VERBS:
        if text.startswith(plural):
            text = one + text[len(plural) :]
        text = text.replace(f" and {plural}", f" and {one}")
    return text


def where(reading: Reading) -> str:
    """The filters that say where: tags, names, providers, services, accounts, regions, time, and what is left out."""
    parts = []
    owners = [t for t in reading.tags if t.label.startswith(OWNER)]
    for owner in owners:
        said = neutral.inline(owner.label.removeprefix(OWNER))
        parts.append(f"{'not ' if owner.negated else ''}owned by {said}")
    tags = [t for t in reading.tags if t not in owners]
    if wanted := [neutral.inline(t.label) for t in tags if not t.negated]:
        parts.append("tagged " + _and(wanted))
    if any(not t.keys for t in tags):
        parts.append("without tags")
    if unwanted := [neutral.inline(t.label) for t in tags if t.negated and t.keys]:
        parts.append("not tagged " + _or(unwanted))
    if reading.names:
        parts.append(
            ("named " if about_assets(reading) else "on ") + _or(map(neutral.inline, reading.names[:5]))
        )
    if reading.services:
        parts.append("of " + _or(map(neutral.inline, reading.services)))
    if reading.providers:
        parts.append("on " + _or(_PROVIDER.get(p, p) for p in reading.providers))
    if reading.accounts:
        parts.append("in account " + _or(map(neutral.inline, reading.accounts)))
    if reading.regions:
        parts.append("in " + _or(map(neutral.inline, reading.regions)))
    if reading.since is not None:
        parts.append(since_words(reading.since, reading.text))
    out = reading.excluded
    left_out = [
        *(NOUNS[n][2] for n in out.nouns),
        *(s.lower() for s in out.severities),
        *map(neutral.inline, (*out.services, *out.providers, *out.accounts, *out.regions, *out.names)),
    ]
    if left_out:
        parts.append("except " + _and(left_out))
    return " ".join(parts)


def since_words(since: Since, text: str = "") -> str:
    """A time bound in words."""
    if since.kind == "last_load":
        return "since the last load"
    if since.kind == "date":
        return f"since {since.date}"
    amount = _amount(since.days or 0, text)
    return f"older than {amount}" if since.older else f"in the last {amount}"


_UNITS = ((365, "year"), (91, "quarter"), (30, "month"), (7, "week"), (1, "day"))
_NUMBERS = {number: word for word, number in NUMBER_WORDS.items() if " " not in word}


def _amount(days: float, text: str) -> str:
    """A length of time: in figures where the person gave that figure, else in words, since no result states it."""
    if f"{days:g}" in text.split():
        return f"{days:g} day{'' if days == 1 else 's'}"
    for length, unit in _UNITS:
        count = round(days / length)
        if count and abs(count * length - days) < 0.01:
            said = "" if count == 1 else f"{_NUMBERS.get(count, count)} "
            return f"{said}{unit}{'' if count == 1 else 's'}"
    hours = round(days * 24)
    return f"{_NUMBERS.get(hours, hours)} hour{'' if hours == 1 else 's'}"


def severities(reading: Reading) -> str:
    return _or(_SEVERITY.get(s, s.lower()) for s in reading.severities)


_SEVERITY = {"INFO": "informational"}
_PROVIDER = {"AZURE": "Azure", "KUBERNETES": "Kubernetes"}


def with_finding(reading: Reading) -> str:
    """The severity of a finding that a resource must have."""
    kind = severities(reading)
    return f"with {'an' if kind.startswith('i') else 'a'} {kind} finding" if kind else ""


def findings_label(reading: Reading, count: int | None = None) -> str:
    """The findings that are listed or counted, by status and severity."""
    one = count == 1
    if reading.status is not None:
        return {
            "PASS": f"passed result{'' if one else 's'}",
            "MANUAL": f"result{'' if one else 's'} that need{'s' if one else ''} a person",
        }[reading.status]
    kind = severities(reading)
    return f"open {kind + ' ' if kind else ''}finding{'' if one else 's'}"


def read_as(reading: Reading) -> str:
    """One line: what the question was taken to mean."""
    if about_assets(reading):
        parts = [noun_label(reading), where(reading)]
        parts.append(with_finding(reading))
        if text := weakness(reading):
            parts.append("that " + text)
    else:
        parts = [findings_label(reading)]
        if reading.nouns:
            parts.append("on " + noun_label(reading))
        parts.append(where(reading))
        if text := weakness(reading):
            parts.append("on resources that " + text)
    said = " ".join(p for p in parts if p)
    return f"{said}, counted by {reading.group_by}" if reading.group_by else said


def _and(items: Iterable[str]) -> str:
    return _listed(list(items), "and")


def _or(items: Iterable[str]) -> str:
    return _listed(list(items), "or")


def _listed(items: list[str], word: str) -> str:
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {word} {items[-1]}"
