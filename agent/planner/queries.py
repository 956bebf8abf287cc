"""Write the XQL of a reading: one query over assets (with the issues that show a weakness), or over issues.

Values come from the estate's vocabulary. Whatever is written here goes through the same parser and checker as a
model's query.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from agent.planner.concepts import Rule
from agent.planner.conditions import (
    OPEN,
    age,
    asset_conditions,
    config_of,
    free_of,
    issue_conditions,
    none_of,
    one_of,
    rule_filter,
    rule_groups,
)
from agent.planner.reading import ConceptUse, Intent, Reading

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
# The scanner's own id where there is one: the id by which `search_findings` and citations name a finding.
_FINDING_ID = (
    'finding_id = coalesce(xdm.issue.normalized_fields -> ["xdm.finding.uid"], to_string(xdm.issue.id))'
)
_RANK = (
    'severity_rank = if(xdm.issue.severity = "CRITICAL", 1, xdm.issue.severity = "HIGH", 2, '
    'xdm.issue.severity = "MEDIUM", 3, xdm.issue.severity = "LOW", 4, 5)'
)
_ISSUE_COLUMNS = {
    "severity": "xdm.issue.severity",
    "finding": "xdm.issue.name",
    "detail": "xdm.issue.description",
    "rule": "xdm.issue.detection.rule_id",
    "issue": "xdm.issue.id",
    "id": "finding_id",
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
    return _assets(reading, rules, now) if about_assets(reading) else _issues(reading, rules, now)


def about_assets(reading: Reading) -> bool:
    """Whether resources are listed or counted, rather than findings."""
    if reading.group_by == "type" or (reading.asks_tags and reading.names):
        return True
    if (
        reading.status is not None
        or reading.findings
        or (reading.group_by and reading.group_by not in _ASSET_GROUPS)
    ):
        return False
    if reading.nouns or reading.concepts or reading.rules or reading.excluded.nouns:
        return True
    return bool(reading.tags and not reading.severities)


def _assets(reading: Reading, rules: Sequence[Rule], now: datetime) -> Written:
    conditions = asset_conditions(reading)
    missing: list[ConceptUse] = []
    named: list[str] = []
    wanted: list[list[str]] = []
    for use, found in rule_groups(reading, rules):
        if config := config_of(use):
            conditions.append(f"not ({config})" if use.negated else config)
            continue
        if not found:
            missing.append(use)
            continue
        ids = [r.id for r in found]
        named += ids
        if use.negated:
            conditions += free_of(found)
        else:
            wanted.append(ids)
    more = [
        one_of("xdm.issue.severity", reading.severities),
        none_of("xdm.issue.severity", reading.excluded.severities),
        one_of('xdm.issue.normalized_fields -> ["xdm.finding.service"]', reading.services),
        none_of('xdm.issue.normalized_fields -> ["xdm.finding.service"]', reading.excluded.services),
        age(reading.since, "xdm.issue.observation_time", now),
    ]
    joins = [_join(number, [rule_filter(ids), *more]) for number, ids in enumerate(wanted)]
    if not wanted and any(more):
        joins.append(_join(0, more))
    stages = ["dataset = asset_inventory", "filter " + " and ".join(conditions), *joins]
    if reading.group_by:
        field = _ASSET_GROUPS.get(reading.group_by, "xdm.asset.type.name")
        stages.append(f"comp count() as resources by {field}")
        stages.append(f"fields {field} as {reading.group_by}, resources")
        stages.append(f"sort desc resources, asc {reading.group_by}")
    else:
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
        stages.append("fields " + ", ".join(shown))
        stages.append("sort asc resource")
    stages.append(f"limit {reading.limit or LIMIT}")
    return Written("\n| ".join(stages), tuple(dict.fromkeys(named)), tuple(missing))


def _issues(reading: Reading, rules: Sequence[Rule], now: datetime) -> Written:
    conditions, named, missing = issue_conditions(reading, rules, now)
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
        stages.append(f"alter {_FINDING_ID}, {_RANK}")
        order = {"newest": "desc xdm.issue.observation_time", "oldest": "asc xdm.issue.observation_time"}
        stages.append(f"sort {order.get(reading.order or '', 'asc severity_rank')}, asc xdm.issue.id")
        stages.append("fields " + ", ".join(f"{field} as {name}" for name, field in _ISSUE_COLUMNS.items()))
    if reading.group_by or reading.intent is not Intent.COUNT:
        stages.append(f"limit {reading.limit or LIMIT}")
    return Written("\n| ".join(stages), tuple(dict.fromkeys(named)), tuple(missing))


def _join(number: int, filters: Iterable[str]) -> str:
    conditions = " and ".join([f for f in filters if f] + [OPEN])
    return (
        f"join type = inner (dataset = issues | filter {conditions} | arrayexpand xdm.issue.asset_ids"
        f" | comp values(xdm.issue.description) as problems_{number}, values(xdm.issue.id) as issues_{number}"
        f" by xdm.issue.asset_ids) as w{number} w{number}.xdm.issue.asset_ids = xdm.asset.id"
    )
