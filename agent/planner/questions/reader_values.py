"""Values of attributes in a question: what a word means for what is asked about, and how it reads."""

# ruff: noqa: E501 (tables and patterns are easier to read in one piece)

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Kinds
from agent.planner.questions.marks import Mark
from agent.planner.questions.reader_state import State
from agent.planner.questions.setting_marks import types_of
from agent.planner.words import NOUNS

TIMES: Final = ("first_seen", "last_seen", "modified", "resolved", "time", "classified")


GROUPABLE: Final = frozenset(
    "title account region provider type category class severity status rule kind issue_category finding_category result domain "
    "service method source assignee os state namespace cve package package_version agent_version platform operation user "
    "cluster identity_type user_agent resource resource_type ip capability connector file_type pattern resolution asset fixable "
    "installation version name cluster_version source_ip destination port action application from_zone to_zone protocol interface firewall "
    "manufacturer model data_class subtype interface protocol folder type log affected_products user tier support_group tag environment owner".split()
)


_SCALE: Final = ("INFO", "LOW", "MEDIUM", "HIGH", "CRITICAL")


_LABELS: Final = {
    ("fixable", "true"): "with a fix", ("fixable", "false"): "without a fix", ("exploited", "true"): "known to be exploited",
    ("starred", "true"): "starred", ("excluded", "true"): "excluded", ("status", "open"): "open", ("status", "closed"): "closed",
    ("status", "progress"): "in progress", ("status", "new"): "new", ("result", "FAIL"): "failed", ("result", "PASS"): "passed",
}  # fmt: skip


def nouns_of(kinds: Iterable[Kinds], estate: Estate) -> list[str]:
    """The nouns of the rule table for kinds."""

    kinds = list(kinds)
    types = types_of(kinds, estate)
    categories = {c for k in kinds for c in k.categories} | {estate.types[t][1] for t in types}
    return [n for n, (cats, ids, _) in NOUNS.items() if set(cats) & categories or set(ids) & types]


def value_label(name: str, values: tuple[str, ...]) -> str:
    if (name, values[0]) in _LABELS:
        return _LABELS[name, values[0]]
    shown = " or ".join(v.lower() if v.isupper() and name != "provider" else v for v in dict.fromkeys(values))
    if name == "severity":
        return " or ".join(v.lower() for v in values if v != "INFORMATIONAL")
    return f"on {shown}" if name == "provider" else shown


def fitting(state: State, mark: Mark, name: str, values: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The meaning of a word that several attributes have, for what is asked about."""
    options = (
        [(name, values)]
        + mark.also.get("values", [])
        + ([mark.also["value"]] if "value" in mark.also else [])
    )
    entity = state.relation.entity if state.relation is not None else state.entity or coming_entity(state)
    following = state.next(over=("stop", "value", "and", "or"))
    if (
        following is not None
        and following[1].kind == "entity"
        and following[1].data in ("endpoint", "event", "flow", "traffic", "finding", "vulnerability", "issue")
    ):
        # "a disconnected endpoint": the word is about what comes next
        entity = str(following[1].data)
    for option, those in options:
        if option == "endpoint_status" and entity == "endpoint":
            return "status", those
        if option == "operation_status" and entity == "event":
            return "status", tuple(_seen(state, "event", "status", those))
        if option == "platform" and entity == "endpoint":
            return option, those
        if option == "action" and entity in ("flow", "traffic"):
            return option, those
        if option == "health_status" and entity == "health":
            return "status", those
    if name in ("result", "operation_status", "health_status") and entity == "issue":
        return "status", ("open",) if values == ("FAIL",) else ("closed",)
    if name == "status" and entity in ("finding", "vulnerability"):
        return "result", ("FAIL",) if values in (("open",), ("new",)) else ("PASS",)
    if name == "issue_category" and entity in ("finding", "vulnerability"):
        return "finding_category", values
    if name == "platform" and entity in ("asset", ""):
        return "os", values
    return name, values


def _seen(state: State, entity: str, attribute: str, wanted: tuple[str, ...]) -> list[str]:
    """Values of the tenant that begin alike: SUCCESS, Success, Succeeded."""

    seen = state.estate.values(entity, attribute)
    found = [shown for low, shown in seen.items() if any(low[:4] == w.lower()[:4] for w in wanted)]
    return found or list(wanted)


def coming_entity(state: State) -> str:
    for mark in state.marks[state.at :]:
        if mark.kind == "entity":
            return str(mark.data)
        if mark.kind == "kind":
            return "asset"
    return ""


def severities(state: State, values: tuple[str, ...]) -> tuple[str, ...]:
    """ "high or above", "at least high", "worse than low" as lists of severities."""

    following = state.next()
    bound = ""
    if following and following[1].kind == "after":
        bound = str(following[1].data)
        state.at = following[0]
    before = state.before()
    if (
        not bound
        and before is not None
        and before.kind == "compare"
        and before.data in ("gt", "gte", "lt", "lte")
    ):
        bound = str(before.data)
    if not bound:
        return values
    at = _SCALE.index("INFO" if values[0] == "INFORMATIONAL" else values[0])
    kept = {"gte": _SCALE[at:], "gt": _SCALE[at + 1 :], "lte": _SCALE[: at + 1], "lt": _SCALE[:at]}[bound]
    state.compare = None
    found = tuple(v for s in kept for v in ((s, "INFORMATIONAL") if s == "INFO" else (s,)))
    return found or values


def listed(state: State) -> bool:

    before = state.before()
    return before is not None and before.kind in ("by", "order")
