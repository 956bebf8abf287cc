"""Arguments of the ranked search for a reading: for what to fix first, and for the one finding that is meant."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from agent.planner.concepts import Rule, port_rules, rules_of
from agent.planner.reading import ConceptUse, Reading
from agent.planner.vocabulary import Vocabulary
from tools.results import utcnow

_SLOTS = (
    ("severities", "severities"),
    ("regions", "regions"),
    ("accounts", "accounts"),
    ("providers", "providers"),
    ("services", "services"),
    ("asset_ids", "resources"),
)


def rule_groups(reading: Reading, rules: Sequence[Rule]) -> list[tuple[ConceptUse, list[Rule]]]:
    """Each weakness with the rules that find it."""
    groups: list[tuple[ConceptUse, list[Rule]]] = []
    for use in reading.concepts:
        found = (
            port_rules(use.port or 0, rules, reading.nouns)
            if use.name == "port"
            else rules_of(use.name, rules, reading.nouns)
        )
        groups.append((use, found))
    if reading.rules:
        by_id = {r.id: r for r in rules}
        use = ConceptUse(name="rules", negated=reading.rules_negated)
        groups.append((use, [by_id[i] for i in reading.rules if i in by_id]))
    return groups


def search_arguments(reading: Reading, words: Vocabulary) -> dict[str, Any]:
    """Arguments of `search_findings`."""
    args: dict[str, Any] = {}
    rules = [
        rule.id
        for use, found in rule_groups(reading, words.rules)
        if not use.negated
        for rule in found
        if rule.failing
    ]
    if rules:
        args["rule_ids"] = list(dict.fromkeys(rules))
    if reading.nouns:
        args["resource_types"] = [t for noun in reading.nouns for t in words.type_ids.get(noun, ())]
    for slot, name in _SLOTS:
        if value := getattr(reading, slot):
            args[name] = list(value)
    if tags := _tags(reading, words):
        args["tags"] = tags
    if reading.status:
        args["status"] = reading.status
    return args | _since(reading)


def _tags(reading: Reading, words: Vocabulary) -> dict[str, list[str]]:
    """The first tag that the tenant has with a value that was named: the search wants all of its tags to hold."""
    tags: dict[str, list[str]] = {}
    for tag in reading.tags:
        for value in tag.values:
            for key in words.tag_values.get(value.lower(), ()):
                tags.setdefault(key, []).append(value)
    first = next(iter(tags), None)
    return {first: tags[first]} if first is not None else {}


def _since(reading: Reading) -> dict[str, Any]:
    since = reading.since
    if since is None or since.kind == "last_load":
        return {}
    if since.older:
        return {"older_than_days": since.days}
    if since.kind == "date":
        return {"since": f"{since.date}T00:00:00Z"}
    return {"since": (utcnow() - timedelta(days=since.days or 0)).isoformat()}
