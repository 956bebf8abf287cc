"""From a turn to the next step: calls to make, or words to say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.planner import refuse
from agent.planner.cells import asset_of
from agent.planner.filters import search_arguments
from agent.planner.focus import Made, asset_in_focus, finding_in_focus
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Asked
from agent.planner.reading import Intent, Reading
from agent.planner.searchable import as_search
from agent.planner.turn import Turn
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
_ROWS = 200
_FIRST = 10
_NEEDS_ONE = {Intent.EXPLAIN: "explain_priority", Intent.SHOW: "get_finding", Intent.FIX: "draft_fix"}


def next_step(turn: Turn, estate: Estate, before: Sequence[Made], now: Sequence[Made]) -> Step:
    """What to do, given the calls of earlier turns and those already made in this one."""
    reading, intent = turn.reading, turn.reading.intent
    if any(m.error for m in now):
        return None
    if intent in _NEEDS_ONE or intent in {Intent.COMMENT, Intent.SEVERITY}:
        return _about_one(reading, estate, before, now)
    if intent is Intent.PATHS:
        return _paths(turn, now)
    if now:
        return None
    if turn.asked is not None:
        return _data(turn.asked, intent, estate)
    if intent is Intent.FIX_FIRST:
        args = search_arguments(reading, estate.words)
        order = {"order_by": reading.order} if reading.order and reading.order != "priority" else {}
        return Call("search_findings", {**args, **order, "limit": min(reading.limit or _FIRST, _ROWS)})
    return _other(reading, before)


def _other(reading: Reading, before: Sequence[Made]) -> Step:
    """What is neither a question for data nor about one finding."""
    intent = reading.intent
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
    return Say(refuse.unknown(reading), refuse.STARTERS)


def _data(asked: Asked, intent: Intent, estate: Estate) -> Step:
    """A question for data: ranked findings where the search can say all of it, else its plan."""
    if asked.outcome != "answer" or asked.form is None:
        return Say(refuse.said(asked), refuse.choices_of(asked) or refuse.STARTERS)
    args = as_search(asked.form, estate, utcnow())
    if args is not None:
        if intent is Intent.FIX_FIRST and asked.form.limit is None:
            args["limit"] = _FIRST
        return Call("search_findings", args)
    return _query(asked)


def _query(asked: Asked) -> Step:
    if asked.plan is None:
        return Say(asked.message or "That question has no query here.", refuse.STARTERS)
    plan = asked.plan.model_dump(mode="json", exclude_none=True)
    return Call("query_posture", {"plan": plan, "reading": asked.reading[:300], "limit": _ROWS})


def _paths(turn: Turn, now: Sequence[Made]) -> Step:
    """Attack paths: first the list whose paths are meant, where there is one."""
    paths = turn.paths
    if paths is None or any(m.name == "attack_paths" for m in now):
        return None
    if paths.message:
        return Say(paths.message, ("Show attack paths", "Where should we cut?"))
    args: dict[str, Any] = {"reaches": paths.reaches} if paths.reaches else {}
    if paths.proved:
        args["proved_only"] = True
    if paths.finding_id:
        return Call("attack_paths", {**args, "finding_id": paths.finding_id})
    resources = list(paths.resources)
    if paths.asked is not None:
        if not now:
            return _query(paths.asked)
        resources = list(dict.fromkeys(filter(None, (asset_of(row) for row in now[-1].rows))))
        if not resources:
            return None
    if len(resources) == 1:
        return Call("attack_paths", {**args, "resource": resources[0]})
    if resources:
        return Call("attack_paths", {**args, "resources": resources[:_ROWS], "limit": 50})
    return Call("attack_paths", args)


def _about_one(reading: Reading, estate: Estate, before: Sequence[Made], now: Sequence[Made]) -> Step:
    """Explain, show, fix or write to one finding: find out which, then do it."""
    final = _NEEDS_ONE.get(reading.intent, "propose_writeback")
    if any(m.name == final for m in now):
        return None
    target = _target(reading, before, now)
    if target is None:
        if any(m.name == "search_findings" for m in now):
            return None
        if (name := refuse.unknown_entity(reading)) is not None and not reading.asset_ids:
            return Say(refuse.no_such(name, estate.words), refuse.STARTERS)
        wanted = _LOOK_FOR_A_FIX if reading.intent is Intent.FIX else max(reading.ordinal or 1, 1)
        return Call("search_findings", {**_meant(reading, estate, before), "limit": min(wanted, _ROWS)})
    if reading.intent is Intent.FIX and now and (len(now[-1].rows) == 1 or (reading.ordinal or 1) == 1):
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


def _meant(reading: Reading, estate: Estate, before: Sequence[Made]) -> dict[str, Any]:
    """Where to look for the one finding: on the asset that a row of the last list is, or by what was named."""
    if (asset := _asset_meant(reading, before)) is not None:
        return {"resources": [asset]}
    return search_arguments(reading, estate.words)


def _asset_meant(reading: Reading, before: Sequence[Made]) -> str | None:
    """The asset that a message points at, as a row of the last list."""
    if _names_its_own(reading) or (reading.ordinal is not None and _says_worst(reading.text)):
        return None
    return asset_in_focus(before, reading.ordinal)


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
        # the place in the last list was spent on finding the asset
        place = 1 if _asset_meant(reading, before) is not None else reading.ordinal or 1
        return finding_in_focus(now, place)
    if _points(reading) and (pointed := finding_in_focus(before, reading.ordinal)) is not None:
        return pointed
    if _names_its_own(reading):
        return None
    if reading.ordinal is not None and _says_worst(reading.text) and not _has_ranked_list(before):
        return None
    return finding_in_focus(before, reading.ordinal)


def _names_its_own(reading: Reading) -> bool:
    """Whether a message names what it is about, instead of pointing at what was shown."""
    if _points(reading):
        return False
    return bool(
        reading.names
        or reading.concepts
        or reading.rules
        or reading.nouns
        or reading.severities
        or reading.regions
        or reading.tags
        or reading.accounts
    )


def _points(reading: Reading) -> bool:
    """ "that bucket": a kind that only points at what was shown."""
    if reading.names or reading.concepts or reading.rules or not reading.nouns:
        return False
    return (
        re.search(r"\b(?:that|this|the same|said|the first|the second|the third) \w+", reading.text.lower())
        is not None
    )


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
