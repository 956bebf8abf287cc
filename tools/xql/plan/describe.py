"""A plan in plain words, on one line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tools.xql.plan import model

_NOUNS: Final = {
    "asset_inventory": "assets",
    "issues": "issues",
    "issues_with_sbac": "issues",
    "findings": "findings",
    "cases": "cases",
    "issue_to_asset": "links of issues to assets",
    "case_to_issue": "links of cases to issues",
    "cloud_audit_logs": "cloud audit events",
    "management_auditing": "audit events of the tenant",
    "endpoints": "endpoints",
    "va_cves": "vulnerabilities",
}
_OPS: Final = {
    "eq": "is {}",
    "ne": "is not {}",
    "in": "is one of {}",
    "not_in": "is none of {}",
    "contains": "contains {}",
    "not_contains": "does not contain {}",
    "starts_with": "starts with {}",
    "ends_with": "ends with {}",
    "matches": "matches the pattern {}",
    "gt": "is more than {}",
    "gte": "is at least {}",
    "lt": "is less than {}",
    "lte": "is at most {}",
    "is_null": "has no value",
    "not_null": "has a value",
    "is_empty": "is empty",
    "not_empty": "is not empty",
    "in_cidr": "is in {}",
    "not_in_cidr": "is outside {}",
    "older_than_days": "is more than {} days ago",
    "within_days": "is within the last {} days",
    "before": "is before {}",
    "after": "is from {} on",
}
_FUNCTIONS: Final = {
    "count": "number of",
    "count_distinct": "number of different",
    "sum": "sum of",
    "avg": "average",
    "min": "smallest",
    "max": "largest",
    "values": "list of",
    "median": "median of",
    "earliest": "earliest",
    "latest": "latest",
}
_PREFIXES: Final = ("xdm.asset.", "xdm.issue.", "xdm.finding.", "xdm.case.", "xdm.")
_SPANS: Final = {"m": "minute", "h": "hour", "d": "day", "w": "week", "mo": "month", "y": "year"}
_SHOWN_VALUES: Final = 6


def noun(dataset: str) -> str:
    return _NOUNS.get(dataset.lower(), f"rows of {dataset}")


def short(name: str) -> str:
    """A column without its prefix: `xdm.asset.cloud.region` as `cloud region`."""
    lowered = name.lower()
    for prefix in _PREFIXES:
        if lowered.startswith(prefix):
            name = name[len(prefix) :]
            break
    return name.strip("_").replace(".", " ").replace("_", " ") or name


def describe_plan(plan: model.PostureQuery) -> str:
    """What the plan asks, as one sentence part without a full stop."""
    things = noun(plan.dataset)
    if plan.aggregates:
        head = _measures(plan, things)
    elif plan.distinct:
        head = f"{things[0].upper()}{things[1:]}, one for each {_list([short(n) for n in plan.distinct])}"
    else:
        head = things[0].upper() + things[1:]
    parts = [head]
    for join in plan.joins:
        word = "with" if join.kind == "inner" else "with, where there are any,"
        tail = f" whose {condition(join.where)}" if join.where is not None else ""
        parts.append(f"{word} their {noun(join.dataset)}{tail}")
    if plan.where is not None:
        parts.append(f"where {condition(plan.where)}")
    if plan.expand:
        parts.append(f"one row for each of {_list([short(n) for n in plan.expand])}")
    if plan.having is not None:
        parts.append(f"keeping groups where {condition(plan.having)}")
    if plan.top is not None:
        way = "highest" if plan.top.direction == "desc" else "lowest"
        groups = _list([short(n) for n in plan.top.by])
        parts.append(f"the {plan.top.n} with the {way} {short(plan.top.order)} for each {groups}")
    if plan.order:
        parts.append("sorted by " + _list([f"{short(k.field)} ({_way(k.direction)})" for k in plan.order]))
    parts.append(_frame(plan.timeframe))
    parts.append(f"at most {plan.limit:,} rows")
    return ", ".join(part for part in parts if part)


def _way(direction: str) -> str:
    return "descending" if direction == "desc" else "ascending"


def _frame(frame: model.TimeFrame | None) -> str:
    if frame is None:
        return ""
    if frame.last is not None:
        unit = frame.last.lstrip("0123456789")
        count = int(frame.last[: -len(unit)])
        return f"in the last {_SPANS[unit]}" if count == 1 else f"in the last {count} {_SPANS[unit]}s"
    return f"from {frame.start} to {frame.end or 'now'}"


def _measures(plan: model.PostureQuery, things: str) -> str:
    told = []
    for item in plan.aggregates:
        subject = (
            f"{short(item.field)} values"
            if item.field and item.function == "count_distinct"
            else (short(item.field) if item.field else things)
        )
        told.append(f"{_FUNCTIONS[item.function]} {subject}")
    text = _list(told)
    text = text[0].upper() + text[1:]
    if all(item.field is not None for item in plan.aggregates):
        text += f" of {things}"
    groups = [short(name) for name in plan.group_by]
    if plan.time_bin is not None:
        unit = plan.time_bin.span.lstrip("0123456789")
        count = plan.time_bin.span[: -len(unit)]
        groups.insert(0, _SPANS[unit] if count == "1" else f"{count} {_SPANS[unit]}s")
    return f"{text} per {_list(groups)}" if groups else text


def condition(item: model.Condition) -> str:
    """A condition in words."""
    if isinstance(item, model.All):
        return " and ".join(_nested(part, model.AnyOf) for part in item.all)
    if isinstance(item, model.AnyOf):
        return " or ".join(_nested(part, model.All) for part in item.any)
    if isinstance(item, model.Not):
        return f"not ({condition(item.none)})"
    if isinstance(item, model.Related):
        word = "have no" if item.absent else "have"
        tail = f" whose {condition(item.where)}" if item.where is not None else ""
        return f"they {word} {noun(item.dataset)} ({short(item.field or "")}){tail}"
    subject = (
        short(item.field)
        if item.field is not None
        else f"tag {item.tag}"
        if item.tag is not None
        else _place(item.json_path)
    )
    shown = [_shown(value) for value in item.values[:_SHOWN_VALUES]]
    if len(item.values) > _SHOWN_VALUES:
        shown.append(f"{len(item.values) - _SHOWN_VALUES} more")
    given = ", ".join(shown) if item.values else "" if item.value is None else _shown(item.value)
    return f"{subject} {_OPS[item.op].format(given)}"


def _nested(part: model.Condition, kind: type) -> str:
    text = condition(part)
    return f"({text})" if isinstance(part, kind) else text


def _place(path: model.JsonPath | None) -> str:
    assert path is not None
    return f"{short(path.field)} at " + " / ".join(str(step) for step in path.path)


def _shown(value: model.Scalar) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else f"{value}"


def _list(items: Sequence[str]) -> str:
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"
