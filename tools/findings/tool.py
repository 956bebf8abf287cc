"""`posture_summary`: what is loaded, how bad it is, and what changed since a time or since the last load."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from langchain_core.tools import BaseTool
from pydantic import Field

from tools.cortex import Sort, is_in, moment
from tools.findings.filters import FindingFilter
from tools.findings.kinds import kind_title
from tools.findings.lookup import FindingLookup
from tools.findings.model import Finding, FindingSet
from tools.results import QueryRecord, ToolResult, utcnow
from tools.tool import Caller, ToolArguments, make_tool

_LOAD_ENTITY = "DATA_LOAD"
_ROWS = 25
_BY: dict[str, Callable[[Finding], str]] = {
    "severity": lambda f: f.severity.value,
    "service": lambda f: f.service,
    "region": lambda f: f.region,
    "account": lambda f: f.account_name or f.account,
}


class SummaryArguments(ToolArguments):
    """What to sum up. With neither time, the state as it is now."""

    since_last_load: bool = Field(default=False, description="What changed with and since the last load.")
    since: datetime | None = Field(default=None, description="What changed at or after this time (ISO 8601).")
    days: float | None = Field(
        default=None, gt=0, le=3_650, description="What changed in the last so many days."
    )
    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    by: Literal["severity", "service", "region", "account"] = "severity"
    offset: int = Field(default=0, ge=0)


class Client(Protocol):
    """What the summary needs of a Cortex client beyond the findings."""

    @property
    def audit(self) -> Any: ...


def build_tools(lookup: FindingLookup, client: Client) -> list[BaseTool]:
    """The tool over one tenant's findings and its management audit log."""

    async def summary(args: SummaryArguments, caller: Caller) -> ToolResult:
        known = await lookup.snapshot(resolved=True)
        wanted = FindingFilter(account=args.accounts, region=args.regions, status="any").checked(known)
        inside = list(wanted.select(known))
        if args.since_last_load:
            loads = await _loads(client)
            return _since_load(inside, known, loads, args)
        if args.since is not None or args.days is not None:
            start = args.since or utcnow() - timedelta(days=args.days or 0)
            return _changes(inside, known, start, f"since {start:%Y-%m-%d %H:%M} UTC", args, {})
        evidence = await lookup.evidence()
        return _state(inside, known, evidence, args)

    return [
        make_tool(
            "posture_summary",
            "The state of the estate in counts, or what changed (new, resolved, updated findings) in a time "
            "or since the last load. Returns counts and the changed findings.",
            SummaryArguments,
            summary,
        )
    ]


async def _loads(client: Client) -> list[tuple[datetime, str]]:
    """The tenant's loads, newest first: when, and what it says of each. Empty where it has no such log."""
    found = await client.audit.search(
        [is_in("type", [_LOAD_ENTITY])], Sort(field="timestamp", keyword="desc"), search_from=0, search_to=100
    )
    times = [(moment(r.time), r.description or "") for r in found.items if r.entity == _LOAD_ENTITY]
    return sorted(((at, text) for at, text in times if at is not None), reverse=True)


def _since_load(
    inside: list[Finding], known: FindingSet, loads: list[tuple[datetime, str]], args: SummaryArguments
) -> ToolResult:
    if not loads:
        return ToolResult(
            kind="summary",
            summary="This tenant keeps no record of loads, so there is no last load to compare with. Ask for a time.",
            total=0,
            returned=0,
            truncated=False,
            as_of=known.as_of,
            data={"loads": 0},
        )
    at, text = loads[0]
    facts = {
        "last_load": at.isoformat(timespec="seconds"),
        "last_load_text": text,
        "loads": len(loads),
        "previous_load": loads[1][0].isoformat(timespec="seconds") if len(loads) > 1 else None,
    }
    label = f"with and since the last load ({at:%Y-%m-%d %H:%M} UTC)"
    return _changes(inside, known, at, label, args, facts)


def _changes(
    inside: list[Finding],
    known: FindingSet,
    start: datetime,
    label: str,
    args: SummaryArguments,
    facts: dict[str, Any],
) -> ToolResult:
    new = [f for f in inside if f.open and f.inserted_at is not None and f.inserted_at >= start]
    fresh = {f.id for f in new}
    resolved = [f for f in inside if not f.open and f.updated_at is not None and f.updated_at >= start]
    updated = [
        f
        for f in inside
        if f.open and f.id not in fresh and f.updated_at is not None and f.updated_at >= start
    ]
    changed = (
        [("new", f) for f in new] + [("resolved", f) for f in resolved] + [("updated", f) for f in updated]
    )
    changed.sort(key=lambda c: (("new", "resolved", "updated").index(c[0]), -c[1].severity.rank, c[1].id))
    page = changed[args.offset : args.offset + _ROWS]
    return ToolResult(
        kind="summary",
        summary=f"{len(new)} new, {len(resolved)} resolved and {len(updated)} updated findings {label}.",
        total=len(changed),
        returned=len(page),
        truncated=len(page) < len(changed),
        as_of=known.as_of,
        columns=("change", "severity", "finding", "resource", "region", "id"),
        rows=tuple({"change": change, **_row(f)} for change, f in page),
        queries=_queries(known),
        data={
            "new": len(new),
            "resolved": len(resolved),
            "updated": len(updated),
            "since": start.isoformat(timespec="seconds"),
            "new_by_severity": dict(Counter(f.severity.value for f in new)),
            "open": sum(f.open for f in inside),
            **facts,
        },
        citations=tuple(f.id for _, f in page),
    )


def _state(
    inside: list[Finding], known: FindingSet, evidence: FindingSet, args: SummaryArguments
) -> ToolResult:
    open_ = [f for f in inside if f.open]
    counts = Counter(_BY[args.by](f) or "not given" for f in open_)
    order = ("CRITICAL", "HIGH", "MEDIUM", "LOW", "INFO")
    keys = (
        [k for k in order if k in counts] if args.by == "severity" else [k for k, _ in counts.most_common()]
    )
    rows = [{args.by: key, "open findings": counts[key]} for key in keys]
    outcomes = Counter(f.status.value for f in evidence.findings)
    accounts = {f.account for f in inside if f.account}
    return ToolResult(
        kind="summary",
        summary=(
            f"{len(open_)} open findings on {len({f.resource.asset_id for f in open_})} resources in "
            f"{len(accounts)} account{'' if len(accounts) == 1 else 's'}; {len(known.assets)} assets known."
        ),
        total=len(rows),
        returned=len(rows),
        truncated=False,
        as_of=known.as_of,
        columns=(args.by, "open findings"),
        rows=tuple(rows),
        queries=_queries(known),
        data={
            "open": len(open_),
            "resolved": len(inside) - len(open_),
            "assets": len(known.assets),
            "accounts": len(accounts),
            "evidence": dict(outcomes),
            "by": args.by,
            "top_services": dict(Counter(f.service for f in open_).most_common(5)),
            "by_severity": dict(Counter(f.severity.value for f in open_)),
        },
    )


def _row(f: Finding) -> dict[str, Any]:
    return {
        "severity": f.severity.value,
        "finding": kind_title(f.kind) if f.kind != "unclassified" else f.title,
        "resource": f.resource.name or f.resource.uid,
        "region": f.region,
        "id": f.id,
    }


def _queries(known: FindingSet) -> tuple[QueryRecord, ...]:
    return tuple(
        QueryRecord(
            xql=q,
            reading="all issues",
            dataset="issues",
            window="all time",
            rows=len(known),
            total=known.total,
            truncated=not known.complete,
            as_of=known.as_of,
        )
        for q in known.queries[:1]
    )
