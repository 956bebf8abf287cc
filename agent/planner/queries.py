"""Write the XQL of a reading: one query over assets (with the issues that show a weakness), or over issues.

Values come from the estate's vocabulary. XQL text has no escapes, so a value with a double quote is left out of
the query and the reading says so. Whatever is written here goes through the same parser and checker as a
model's query.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from agent.planner.concepts import BY_NAME, Rule, port_rules, rules_of
from agent.planner.reading import ConceptUse, Intent, Reading, Since, TagUse
from agent.planner.words import NOUNS

_OPEN = 'xdm.issue.status.progress not in ("Resolved", "RESOLVED")'
_GROUPS = {
    "service": 'xdm.issue.normalized_fields -> ["xdm.finding.service"]',
    "account": 'xdm.issue.normalized_fields -> ["xdm.cloud.project_id"]',
    "region": 'xdm.issue.normalized_fields -> ["xdm.cloud.region"]',
    "provider": 'xdm.issue.normalized_fields -> ["xdm.cloud.provider"]',
    "severity": "xdm.issue.severity",
    "rule": "xdm.issue.detection.rule_id",
    "progress": "xdm.issue.status.progress",
}
_ASSET_GROUPS = {
    "account": "xdm.asset.realm",
    "region": "xdm.asset.cloud.region",
    "provider": "xdm.asset.provider",
    "type": "xdm.asset.type.name",
    "resource": "xdm.asset.name",
}
_ISSUE_COLUMNS = {
    "id": "xdm.issue.id",
    "severity": "xdm.issue.severity",
    "title": "xdm.issue.name",
    "detail": "xdm.issue.description",
    "rule": "xdm.issue.detection.rule_id",
    "status": "xdm.issue.status.progress",
}
LIMIT = 10_000


@dataclass(frozen=True)
class Written:
    """A query, the rules it looks for (per weakness), and weaknesses for which no rule reports anything."""

    xql: str
    rules: tuple[str, ...] = ()
    without_rules: tuple[ConceptUse, ...] = ()


def write(reading: Reading, rules: Sequence[Rule], *, now: datetime) -> Written:
    """The query of a reading that lists or counts."""
    about_assets = bool(reading.nouns or reading.concepts or reading.rules) and not reading.findings
    if reading.names or (reading.tags and not reading.findings and not reading.severities):
        about_assets = about_assets or not reading.findings
    if reading.group_by and reading.group_by not in _ASSET_GROUPS:
        about_assets = False
    if reading.group_by == "type":
        about_assets = True
    return _assets(reading, rules, now) if about_assets else _issues(reading, rules, now)


def _assets(reading: Reading, rules: Sequence[Rule], now: datetime) -> Written:
    stages = ["dataset = asset_inventory"]
    alters, conditions = _asset_conditions(reading)
    missing: list[ConceptUse] = []
    named: list[str] = []
    joins: list[str] = []
    groups = rule_groups(reading, rules)
    for use, found in groups:
        if config := _config(use):
            conditions.append(f"not ({config})" if use.negated else config)
            continue
        if not found:
            missing.append(use)
            continue
        ids = [r.id for r in found]
        named += ids
        if use.negated:
            conditions.append(
                f"xdm.asset.id not in (dataset = issues | filter {_rule_filter(ids)} and {_OPEN}"
                " | arrayexpand xdm.issue.asset_ids | fields xdm.issue.asset_ids)"
            )
    wanted = [(use, found) for use, found in groups if found and not use.negated]
    severity = _in("xdm.issue.severity", reading.severities)
    age = _age(reading.since, "xdm.issue.observation_time", now)
    for number, (_, found) in enumerate(wanted):
        joins.append(_join(number, [_rule_filter([r.id for r in found]), severity, age]))
    if not wanted and (severity or age):
        joins.append(_join(0, [severity, age]))
    if alters:
        stages.append("alter " + ", ".join(alters))
    if conditions:
        stages.append("filter " + " and ".join(conditions))
    stages += joins
    shown = [
        "xdm.asset.name as resource",
        "xdm.asset.type.name as type",
        "xdm.asset.realm as account",
        "xdm.asset.cloud.region as region",
        "xdm.asset.tags as tags",
        "xdm.asset.id as asset_id",
    ]
    if joins:
        shown += ["problems_0 as problems", "issues_0 as issues"]
        shown += [f"issues_{n} as issues_{n}" for n in range(1, len(joins))]
    if reading.group_by:
        stages.append(f"comp count() as resources by {_ASSET_GROUPS[reading.group_by]}")
        stages.append(f"fields {_ASSET_GROUPS[reading.group_by]} as {reading.group_by}, resources")
        stages.append("sort desc resources")
    else:
        stages.append("fields " + ", ".join(shown))
        stages.append("sort asc resource")
    stages.append(f"limit {reading.limit or LIMIT}")
    return Written("\n| ".join(stages), tuple(dict.fromkeys(named)), tuple(missing))


def _issues(reading: Reading, rules: Sequence[Rule], now: datetime) -> Written:
    conditions = [_OPEN]
    named: list[str] = []
    missing: list[ConceptUse] = []
    for use, found in rule_groups(reading, rules):
        if not found:
            missing.append(use)
            continue
        ids = [r.id for r in found]
        named += ids
        conditions.append(
            _rule_filter(ids) if not use.negated else f"xdm.issue.detection.rule_id not in ({_list(ids)})"
        )
    if condition := _in("xdm.issue.severity", reading.severities):
        conditions.append(condition)
    for values, key in (
        (reading.regions, "xdm.cloud.region"),
        (reading.accounts, "xdm.cloud.project_id"),
        (reading.services, "xdm.finding.service"),
        (reading.providers, "xdm.cloud.provider"),
    ):
        if values:
            conditions.append(f'xdm.issue.normalized_fields -> ["{key}"] in ({_list(values)})')
    if condition := _age(reading.since, "xdm.issue.observation_time", now):
        conditions.append(condition)
    if reading.tags or reading.names or reading.nouns:
        alters, inside = _asset_conditions(reading, places=False)
        alter = f" | alter {', '.join(alters)}" if alters else ""
        conditions.append(
            "xdm.issue.id in (dataset = issue_to_asset | filter xdm.asset.id in (dataset = asset_inventory"
            f"{alter} | filter {' and '.join(inside)} | fields xdm.asset.id) | fields xdm.issue.id)"
        )
    stages = ["dataset = issues", "filter " + " and ".join(conditions)]
    group = reading.group_by if reading.group_by in _GROUPS else None
    if reading.group_by == "resource":
        stages += ["arrayexpand xdm.issue.asset_ids", "comp count() as findings by xdm.issue.asset_ids"]
        stages.append(
            "join type = left (dataset = asset_inventory) as a a.xdm.asset.id = xdm.issue.asset_ids"
        )
        stages += ["fields xdm.asset.name as resource, findings", "sort desc findings, asc resource"]
    elif group is not None:
        expression = _GROUPS[group]
        if "->" in expression:
            stages.append(f"alter {group} = {expression}")
            stages.append(f"comp count() as findings by {group}")
        else:
            stages.append(f"comp count() as findings by {expression}")
            stages.append(f"fields {expression} as {group}, findings")
        stages.append(f"sort desc findings, asc {group}")
    elif reading.intent is Intent.COUNT:
        stages.append("comp count() as findings")
    else:
        shown = ", ".join(f"{field} as {name}" for name, field in _ISSUE_COLUMNS.items())
        stages += [f"fields {shown}", "sort asc severity, asc id"]
    if reading.group_by or reading.intent is not Intent.COUNT:
        stages.append(f"limit {reading.limit or LIMIT}")
    return Written("\n| ".join(stages), tuple(dict.fromkeys(named)), tuple(missing))


def rule_groups(reading: Reading, rules: Sequence[Rule]) -> list[tuple[ConceptUse, list[Rule]]]:
    """Each weakness with the rules that find it; a resource must show every one."""
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
        groups.append((ConceptUse(name="rules"), [by_id[i] for i in reading.rules if i in by_id]))
    return groups


def _config(use: ConceptUse) -> str:
    """The condition on the asset's own configuration, for weaknesses that have one."""
    concept = BY_NAME.get(use.name)
    return concept.config if concept is not None else ""


def _asset_conditions(reading: Reading, *, places: bool = True) -> tuple[list[str], list[str]]:
    """Computed columns and conditions on `asset_inventory`."""
    alters: list[str] = []
    conditions: list[str] = []
    categories = [c for noun in reading.nouns for c in NOUNS[noun][0]]
    type_ids = [t for noun in reading.nouns for t in NOUNS[noun][1]]
    kinds = [_in("xdm.asset.type.category", categories), _in("xdm.asset.type.id", type_ids)]
    kinds = [k for k in kinds if k]
    if len(kinds) == 1:
        conditions += kinds
    elif kinds:
        conditions.append(f"({' or '.join(kinds)})")
    if places:
        conditions += [
            c
            for c in (
                _in("xdm.asset.provider", reading.providers),
                _in("xdm.asset.realm", reading.accounts),
                _in("xdm.asset.cloud.region", reading.regions),
            )
            if c
        ]
    names = [n for n in reading.names if '"' not in n]
    if names:
        conditions.append(f"({_in('xdm.asset.name', names)} or {_in('xdm.asset.strong_id', names)})")
    for tag in reading.tags:
        conditions.append(_tag(tag))
    if not conditions:
        conditions.append("xdm.asset.id != null")
    return alters, conditions


def _tag(tag: TagUse) -> str:
    keys = [k for k in tag.keys if '"' not in k and "'" not in k]
    tests = []
    for key in keys:
        value = f"json_extract_scalar(xdm.asset.tags, \"$['{key}']\")"
        tests.append(f"{value} in ({_list(tag.values)})" if tag.values else f"{value} != null")
    if not tests:
        return "xdm.asset.id != null"
    if tag.negated:
        joined = " or ".join(tests)
        return f"not ({joined})"
    return f"({' or '.join(tests)})" if len(tests) > 1 else tests[0]


def _join(number: int, filters: Iterable[str]) -> str:
    conditions = " and ".join([f for f in filters if f] + [_OPEN])
    return (
        f"join type = inner (dataset = issues | filter {conditions} | arrayexpand xdm.issue.asset_ids"
        f" | comp values(xdm.issue.description) as problems_{number}, values(xdm.issue.id) as issues_{number}"
        f" by xdm.issue.asset_ids) as w{number} w{number}.xdm.issue.asset_ids = xdm.asset.id"
    )


def _rule_filter(ids: Sequence[str]) -> str:
    return _in("xdm.issue.detection.rule_id", ids)


def _in(field: str, values: Iterable[str]) -> str:
    kept = [v for v in dict.fromkeys(values) if '"' not in v]
    if not kept:
        return ""
    return f'{field} = "{kept[0]}"' if len(kept) == 1 else f"{field} in ({_list(kept)})"


def _list(values: Iterable[str]) -> str:
    return ", ".join(f'"{v}"' for v in values if '"' not in v)


def _age(since: Since | None, field: str, now: datetime) -> str:
    if since is None or since.kind == "last_load":
        return ""
    if since.kind == "date":
        start = datetime.fromisoformat(since.date or "").replace(tzinfo=UTC)
        return f'to_epoch({field}, "MILLIS") >= {int(start.timestamp() * 1000)}'
    at = now - timedelta(days=since.days or 0)
    return f'to_epoch({field}, "MILLIS") {"<=" if since.older else ">="} {int(at.timestamp() * 1000)}'
