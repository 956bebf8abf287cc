"""The conditions of a reading in XQL: on assets, on issues, on rules and time.

XQL text has no escapes, so a value with a double quote never gets into a query; the caller says so. A value that
holds nothing but plain characters can't change a query's structure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from agent.planner.concepts import BY_NAME, Rule, port_rules, rules_of
from agent.planner.reading import ConceptUse, Reading, Since, TagUse
from agent.planner.words import NOUNS

OPEN = 'xdm.issue.status.progress not in ("Resolved", "RESOLVED")'
_ANY = "xdm.asset.id != null"
_NO_ASSET = "xdm.asset.id = null"


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
        use = ConceptUse(name="rules", negated=reading.rules_negated)
        groups.append((use, [by_id[i] for i in reading.rules if i in by_id]))
    return groups


def config_of(use: ConceptUse) -> str:
    """The condition on the asset's own configuration, for weaknesses that have one."""
    concept = BY_NAME.get(use.name)
    return concept.config if concept is not None else ""


def free_of(found: Sequence[Rule]) -> list[str]:
    """Assets on which none of the rules fails; where checks report what passed, one of them must have."""
    ids = [r.id for r in found]
    tests = [
        f"xdm.asset.id not in (dataset = issues | filter {rule_filter(ids)} and {OPEN}"
        " | arrayexpand xdm.issue.asset_ids | fields xdm.issue.asset_ids)"
    ]
    if passing := [r.id for r in found if r.passing]:
        tests.append(
            f"xdm.asset.id in (dataset = findings | filter {one_of('xdm.finding.type_id', passing)} and "
            'xdm.finding.normalized_fields -> ["xdm.finding.status"] = "PASS" | fields xdm.finding.asset_id)'
        )
    return tests


def asset_conditions(reading: Reading, *, places: bool = True) -> list[str]:
    """Conditions on `asset_inventory`; at least one."""
    conditions = []
    if kinds := _kinds(reading.nouns):
        conditions.append(kinds)
    if kinds := _kinds(reading.excluded.nouns, negated=True):
        conditions.append(kinds)
    if places:
        for field, slot in (
            ("xdm.asset.provider", "providers"),
            ("xdm.asset.realm", "accounts"),
            ("xdm.asset.cloud.region", "regions"),
        ):
            conditions += [
                _wanted(field, getattr(reading, slot), _NO_ASSET),
                none_of(field, getattr(reading.excluded, slot)),
            ]
    if names := _names(reading.names):
        conditions.append(f"({names})")
    elif reading.names:
        # Names that no query can spell are meant by id; without one, nothing is meant rather than everything.
        conditions.append(_wanted("xdm.asset.id", reading.asset_ids or reading.names, _NO_ASSET))
    if names := _names(reading.excluded.names):
        conditions.append(f"not ({names})")
    conditions += [_tag(tag) for tag in reading.tags]
    return [c for c in conditions if c] or [_ANY]


def _kinds(nouns: Sequence[str], *, negated: bool = False) -> str:
    test = none_of if negated else one_of
    kinds = [
        test("xdm.asset.type.category", [c for noun in nouns for c in NOUNS[noun][0]]),
        test("xdm.asset.type.id", [t for noun in nouns for t in NOUNS[noun][1]]),
    ]
    kinds = [k for k in kinds if k]
    joined = (" and " if negated else " or ").join(kinds)
    return f"({joined})" if len(kinds) > 1 and not negated else joined


def _names(names: Sequence[str]) -> str:
    kept = [n for n in names if safe(n)]
    if not kept:
        return ""
    fields = ("xdm.asset.name", "xdm.asset.strong_id", "json_extract_scalar(xdm.asset.tags, \"$['Name']\")")
    return " or ".join(one_of(field, kept) for field in fields)


def issue_conditions(
    reading: Reading, rules: Sequence[Rule], now: datetime
) -> tuple[list[str], list[str], list[ConceptUse]]:
    """Conditions on `issues`, the rules they name, and weaknesses that no rule looks at."""
    conditions = [OPEN]
    named: list[str] = []
    missing: list[ConceptUse] = []
    for use, found in rule_groups(reading, rules):
        if not found:
            missing.append(use)
            continue
        ids = [r.id for r in found]
        named += ids
        rule = "xdm.issue.detection.rule_id"
        conditions.append(none_of(rule, ids) if use.negated else one_of(rule, ids))
    out = reading.excluded
    conditions += [
        one_of("xdm.issue.severity", reading.severities),
        none_of("xdm.issue.severity", out.severities),
    ]
    for slot, key in (
        ("regions", "xdm.cloud.region"),
        ("accounts", "xdm.cloud.project_id"),
        ("services", "xdm.finding.service"),
        ("providers", "xdm.cloud.provider"),
    ):
        field = f'xdm.issue.normalized_fields -> ["{key}"]'
        conditions += [
            _wanted(field, getattr(reading, slot), "xdm.issue.id = null"),
            none_of(field, getattr(out, slot)),
        ]
    conditions.append(age(reading.since, "xdm.issue.observation_time", now))
    if reading.tags or reading.names or reading.nouns or out.nouns or out.names:
        inside = asset_conditions(reading, places=False)
        conditions.append(
            "xdm.issue.id in (dataset = issue_to_asset | filter xdm.asset.id in (dataset = asset_inventory"
            f" | filter {' and '.join(inside)} | fields xdm.asset.id) | fields xdm.issue.id)"
        )
    return [c for c in conditions if c], named, missing


def _tag(tag: TagUse) -> str:
    if not tag.keys:
        return '(xdm.asset.tags = null or xdm.asset.tags = "{}")'
    keys = [k for k in tag.keys if safe(k) and "'" not in k]
    values = [v for v in tag.values if safe(v)]
    if not keys or (tag.values and not values):
        # Nothing that can be written: then nothing matches, or nothing is excluded.
        return "" if tag.negated else _NO_ASSET
    tests = []
    for key in keys:
        value = f"json_extract_scalar(xdm.asset.tags, \"$['{key}']\")"
        if tag.negated:
            tests.append(f"({value} = null or {none_of(value, values)})" if values else f"{value} = null")
        else:
            tests.append(one_of(value, values) if values else f"{value} != null")
    if tag.negated:
        return " and ".join(tests)
    return f"({' or '.join(tests)})" if len(tests) > 1 else tests[0]


def rule_filter(ids: Sequence[str]) -> str:
    """The rules of an issue."""
    return one_of("xdm.issue.detection.rule_id", ids)


def safe(value: str) -> bool:
    """Whether a value can stand in a query as it is."""
    return bool(value) and '"' not in value and "\\" not in value and value.isprintable()


def one_of(field: str, values: Iterable[str]) -> str:
    """`field` has one of the values; empty where there are none."""
    kept = [v for v in dict.fromkeys(values) if safe(v)]
    if not kept:
        return ""
    return f'{field} = "{kept[0]}"' if len(kept) == 1 else f"{field} in ({_list(kept)})"


def _wanted(field: str, values: Sequence[str], nothing: str) -> str:
    """`field` has one of the values; where none of those can be written, nothing fits rather than everything."""
    return one_of(field, values) or (nothing if values else "")


def none_of(field: str, values: Iterable[str]) -> str:
    """`field` has none of the values; empty where there are none."""
    kept = [v for v in dict.fromkeys(values) if safe(v)]
    if not kept:
        return ""
    return f'{field} != "{kept[0]}"' if len(kept) == 1 else f"{field} not in ({_list(kept)})"


def _list(values: Iterable[str]) -> str:
    return ", ".join(f'"{v}"' for v in values)


def age(since: Since | None, field: str, now: datetime) -> str:
    """The time bound of a reading; empty where there is none that a query can say."""
    if since is None or since.kind == "last_load":
        return ""
    if since.kind == "date":
        start = datetime.fromisoformat(since.date or "").replace(tzinfo=UTC)
        return f'to_epoch({field}, "MILLIS") >= {int(start.timestamp() * 1000)}'
    at = now - timedelta(days=since.days or 0)
    return f'to_epoch({field}, "MILLIS") {"<=" if since.older else ">="} {int(at.timestamp() * 1000)}'
