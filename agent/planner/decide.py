"""From a reading to the next step: calls to make, or words to say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from agent.planner import refuse
from agent.planner.conditions import rule_groups
from agent.planner.focus import Made, finding_in_focus
from agent.planner.queries import about_assets, write
from agent.planner.reading import Intent, Reading
from agent.planner.scope import noun_label, read_as
from agent.planner.vocabulary import Vocabulary
from tools.results import utcnow


@dataclass(frozen=True)
class Call:
    """A tool to call."""

    name: str
    args: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Say:
    """Words instead of a call, with follow-ups that work as typed."""

    text: str
    suggestions: tuple[str, ...] = ()


Step = Call | Say | None
"""None: the results are in, phrase them."""

_LOOK_FOR_A_FIX = 50
_NEEDS_ONE = {Intent.EXPLAIN: "explain_priority", Intent.SHOW: "get_finding", Intent.FIX: "draft_fix"}


def next_step(reading: Reading, words: Vocabulary, before: Sequence[Made], now: Sequence[Made]) -> Step:
    """What to do, given the calls of earlier turns and those already made in this one."""
    intent = reading.intent
    if any(m.error for m in now):
        return None
    if intent in _NEEDS_ONE or intent in {Intent.COMMENT, Intent.SEVERITY}:
        return _about_one(reading, words, before, now)
    if now:
        return None
    if intent is Intent.HELP:
        return Say(refuse.HELP, refuse.STARTERS)
    if intent is Intent.APPROVE:
        return Say(refuse.approve(before), ("Show pending approvals",))
    if intent is Intent.CHANGE_CLOUD:
        return Say(refuse.CHANGE, ("Draft a fix for the worst finding", "Show the ten findings to fix first"))
    if intent is Intent.PENDING:
        which = "all" if "all" in reading.text.lower().split() else "pending"
        return Call("list_proposals", {"which": which})
    if intent is Intent.REPORT:
        return _report(reading)
    if intent is Intent.CONTROLS:
        args: dict[str, Any] = {"text": " ".join(reading.controls) or reading.text}
        if reading.framework:
            args["framework"] = reading.framework
        return Call("search_controls", args)
    if intent is Intent.CHANGES:
        return Call("posture_summary", _changes(reading))
    if intent is Intent.SUMMARY:
        args = {"by": reading.group_by} if reading.group_by in {"service", "region", "account"} else {}
        return Call("posture_summary", {**args, **_places(reading)})
    if intent is Intent.XQL:
        return Call("query_posture", {"xql": reading.xql})
    if intent is Intent.MORE:
        return _more(before)
    return _rows(reading, words)


def _about_one(reading: Reading, words: Vocabulary, before: Sequence[Made], now: Sequence[Made]) -> Step:
    """Explain, show, fix or write to one finding: find out which, then do it."""
    final = _NEEDS_ONE.get(reading.intent, "propose_writeback")
    if any(m.name == final for m in now):
        return None
    target = _target(reading, before, now)
    if target is None:
        searched = any(m.name == "search_findings" for m in now)
        if searched:
            return None
        wanted = _LOOK_FOR_A_FIX if reading.intent is Intent.FIX else max(reading.ordinal or 1, 1)
        return Call("search_findings", {**_filters(reading, words), "limit": min(wanted, 200)})
    if reading.intent is Intent.FIX and now and (reading.ordinal or 1) == 1:
        target = first_fixable(now[-1]) or target
    if reading.intent in _NEEDS_ONE:
        return Call(final, {"finding_id": target})
    args: dict[str, Any] = {"finding_id": target}
    if reading.intent is Intent.SEVERITY or reading.new_severity:
        if reading.new_severity is None:
            return Say("Which severity should it have: critical, high, medium, low or informational?")
        args["severity"] = reading.new_severity
    if reading.intent is Intent.COMMENT or _also_comment(reading):
        if reading.comment:
            args["comment"] = reading.comment
        else:
            args["comment_with_reasons"] = True
    return Call("propose_writeback", args)


def first_fixable(found: Made) -> str | None:
    """The highest finding of a ranked list that a fix can be drafted for: "the worst" is asked to be acted on."""
    from tools.remediation import supported_kinds

    kinds = frozenset(supported_kinds())
    return next((str(row["id"]) for row in found.rows if row.get("kind") in kinds), None)


def _also_comment(reading: Reading) -> bool:
    return bool(reading.comment) or "comment" in reading.text.lower()


def _target(reading: Reading, before: Sequence[Made], now: Sequence[Made]) -> str | None:
    if reading.finding_ids:
        return reading.finding_ids[0]
    if now:
        return finding_in_focus(now, reading.ordinal or 1)
    if _points(reading) and (pointed := finding_in_focus(before, reading.ordinal)) is not None:
        return pointed
    if reading.names or reading.concepts or reading.rules or reading.nouns:
        return None
    if reading.severities or reading.regions or reading.tags or reading.accounts:
        return None
    if reading.ordinal is not None and _says_worst(reading.text) and not _has_ranked_list(before):
        return None
    return finding_in_focus(before, reading.ordinal)


def _points(reading: Reading) -> bool:
    """ "that bucket": a kind that only points at what was shown."""
    if reading.names or reading.concepts or reading.rules or not reading.nouns:
        return False
    return re.search(r"\b(?:that|this|the same|said) \w+", reading.text.lower()) is not None


def _says_worst(text: str) -> bool:
    return any(word in text.lower().split() for word in ("worst", "highest", "top"))


def _has_ranked_list(before: Sequence[Made]) -> bool:
    last = next((m for m in reversed(before) if m.rows), None)
    return last is not None and last.name == "search_findings"


def _report(reading: Reading) -> Step:
    framework = reading.framework or "hipaa"
    if framework != "hipaa":
        return Say(refuse.framework(framework), ("HIPAA gap report",))
    args: dict[str, Any] = {"framework": framework}
    if reading.accounts:
        args["account"] = reading.accounts[0]
    lowered = reading.text.lower()
    if (
        "not assessed" in lowered
        or "unassessed" in lowered
        or "not been assessed" in lowered
        or "wasn't assessed" in lowered
    ):
        args["status"] = "not_assessed"
    elif "fail" in lowered or "gaps" in lowered.split():
        args["status"] = "fail"
    elif reading.status == "PASS":
        args["status"] = "pass"
    elif reading.status == "MANUAL" or "person" in lowered or "by hand" in lowered:
        args["status"] = "manual"
    return Call("gap_report", args)


def _changes(reading: Reading) -> dict[str, Any]:
    args: dict[str, Any] = dict(_places(reading))
    since = reading.since
    if since is None or since.kind == "last_load":
        args["since_last_load"] = True
    elif since.kind == "date":
        args["since"] = f"{since.date}T00:00:00Z"
    else:
        args["days"] = since.days
    return args


def _places(reading: Reading) -> dict[str, Any]:
    args: dict[str, Any] = {}
    if reading.regions:
        args["regions"] = list(reading.regions)
    if reading.accounts:
        args["accounts"] = list(reading.accounts)
    return args


def _more(before: Sequence[Made]) -> Step:
    last = next((m for m in reversed(before) if m.result.get("handle")), None)
    if last is None:
        return Say("There is no cut result in this conversation to read on from.", refuse.STARTERS)
    shown = int(last.args.get("offset", 0)) + int(last.result.get("returned", 0))
    return Call("read_more", {"handle": last.result["handle"], "offset": shown})


def _rows(reading: Reading, words: Vocabulary) -> Step:
    if reading.unknown:
        return Say(refuse.no_such(reading.unknown[0], words), refuse.STARTERS)
    if reading.intent is Intent.UNKNOWN or (
        reading.left_over and not reading.constrained and not reading.findings
    ):
        return Say(refuse.unknown(reading), refuse.STARTERS)
    if (entity := refuse.unknown_entity(reading)) is not None:
        return Say(refuse.no_such(entity, words), refuse.STARTERS)
    if reading.ambiguous:
        return Say(*refuse.which_one(reading, words))
    if reading.left_over and _only_kinds(reading):
        label = noun_label(reading)
        return Say(refuse.not_understood(reading, words), (f"List all {label}", f"Findings on {label}"))
    if not about_assets(reading) and _searchable(reading, words):
        limit = reading.limit or (10 if reading.intent is Intent.FIX_FIRST else 25)
        args = {**_filters(reading, words), "limit": min(limit, 200)}
        if reading.order and reading.order != "priority":
            args["order_by"] = reading.order
        return Call("search_findings", args)
    written = write(reading, words.rules, now=utcnow())
    if written.without_rules and not written.rules and len(written.without_rules) == len(reading.concepts):
        ports = [use.port for use in written.without_rules if use.name == "port"]
        wider = tuple(f"What is open to the internet on port {p}?" for p in ports[:1] if reading.nouns)
        return Say(refuse.nothing_looks(reading, written.without_rules), (*wider, *refuse.STARTERS)[:3])
    return Call("query_posture", {"xql": written.xql, "reading": read_as(reading)[:300], "limit": 200})


def _only_kinds(reading: Reading) -> bool:
    """Whether nothing but a kind of resource was understood."""
    bare = reading.model_copy(update={"nouns": ()})
    return bool(reading.nouns) and not (
        bare.constrained or reading.findings or reading.group_by or reading.refers_back
    )


def _searchable(reading: Reading, words: Vocabulary) -> bool:
    """Whether the ranked search can say every filter: else a query must."""
    if reading.intent is Intent.COUNT and reading.status is None:
        return False
    if reading.excluded or len(reading.tags) > 1 or any(t.negated or not t.values for t in reading.tags):
        return False
    groups = rule_groups(reading, words.rules)
    if any(use.negated or not any(r.failing for r in found) for use, found in groups) or len(groups) > 1:
        return reading.status is not None and not any(use.negated for use, _ in groups)
    return True


def _filters(reading: Reading, words: Vocabulary) -> dict[str, Any]:
    """Arguments of `search_findings`."""
    args: dict[str, Any] = {}
    rule_sets = [
        [r.id for r in found if r.failing]
        for use, found in rule_groups(reading, words.rules)
        if found and not use.negated
    ]
    if rule_sets:
        args["rule_ids"] = list(dict.fromkeys(r for rules in rule_sets for r in rules))
    if reading.nouns:
        args["resource_types"] = [t for noun in reading.nouns for t in words.type_ids.get(noun, ())]
    for slot, name in (
        ("severities", "severities"),
        ("regions", "regions"),
        ("accounts", "accounts"),
        ("providers", "providers"),
        ("services", "services"),
        ("asset_ids", "resources"),
    ):
        if value := getattr(reading, slot):
            args[name] = list(value)
    tags: dict[str, list[str]] = {}
    for tag in reading.tags:
        known = {v.lower(): keys for v, keys in words.tag_values.items()}
        for value in tag.values:
            for key in known.get(value.lower(), ()):
                tags.setdefault(key, []).append(value)
    if tags:
        first = next(iter(tags))
        args["tags"] = {first: tags[first]}
    if reading.status:
        args["status"] = reading.status
    if reading.since is not None and reading.since.kind != "last_load":
        if reading.since.older:
            args["older_than_days"] = reading.since.days
        elif reading.since.kind == "date":
            args["since"] = f"{reading.since.date}T00:00:00Z"
        else:
            args["since"] = (utcnow() - timedelta(days=reading.since.days or 0)).isoformat()
    return args
