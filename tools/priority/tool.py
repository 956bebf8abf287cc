"""Findings by score, the ways in, and what happens on them: five tools."""

from __future__ import annotations

from langchain_core.tools import BaseTool
from pydantic import Field

from tools.findings import FindingLookup
from tools.priority.attack_paths import PathArguments, attack_paths
from tools.priority.correlate_activity import ActivityArguments, correlate_activity
from tools.priority.correlation.asking import Client
from tools.priority.listing import (
    SearchArguments,
    finding_view,
    headline_of,
    one_finding,
    score_view,
    search_findings,
)
from tools.priority.service import PriorityService
from tools.results import ToolResult
from tools.tool import Caller, ToolArguments, make_tool


class OneArguments(ToolArguments):
    """Which finding."""

    finding_id: str = Field(description="Finding id or issue id.", max_length=600)


def build_tools(
    lookup: FindingLookup, priority: PriorityService, client: Client | None = None
) -> list[BaseTool]:
    """The tools over one tenant's findings and scores; without a client there is nothing to ask logs of."""

    async def search(args: SearchArguments, caller: Caller) -> ToolResult:
        return await search_findings(args, lookup, priority)

    async def get(args: OneArguments, caller: Caller) -> ToolResult:
        return await one_finding(args.finding_id, lookup, priority)

    async def explain(args: OneArguments, caller: Caller) -> ToolResult:
        finding, score = await priority.explained(args.finding_id)
        known = await lookup.snapshot()
        book = await priority.scores()
        return ToolResult(
            kind="priority",
            summary=f"{score.score:.0f} of 100 ({score.low:.0f} to {score.high:.0f}): "
            f"{score.headline or headline_of(finding)}",
            total=1,
            returned=1,
            truncated=False,
            as_of=score.as_of,
            data={
                "finding": finding_view(finding, known.asset_of(finding)),
                "score": score_view(score, book),
            },
            citations=(finding.id,),
        )

    async def paths(args: PathArguments, caller: Caller) -> ToolResult:
        return await attack_paths(args, priority)

    tools = [
        make_tool(
            "search_findings",
            "Find open findings (or passed and manual evidence) by filters, ranked by Action Priority Score. Returns "
            "a table with totals, and how many are held down by accepted exceptions or approvals.",
            SearchArguments,
            search,
        ),
        make_tool(
            "get_finding",
            "One finding in full: resource, tags, configuration, risk, score. Returns a finding view.",
            OneArguments,
            get,
        ),
        make_tool(
            "explain_priority",
            "Why one finding scores what it scores: each factor with its fact, source and points, what is unknown, "
            "and what would lower it. Returns a score view.",
            OneArguments,
            explain,
        ),
        make_tool(
            "attack_paths",
            "Ways from the internet to crown jewels (data, administrators, secrets): all of them by risk, or those "
            "through one resource or finding. Returns a picture, each step with its evidence, and what closes most.",
            PathArguments,
            paths,
        ),
    ]
    if client is not None:
        tenant = client

        async def activity(args: ActivityArguments, caller: Caller) -> ToolResult:
            return await correlate_activity(args, priority, tenant)

        tools.append(
            make_tool(
                "correlate_activity",
                "Whether a finding or resource is being attacked now: alerts, network attempts and changes on one "
                "timeline, who changed it and how, and a verdict (used now, probed, quiet, unknown) with its reason. "
                "Returns a timeline.",
                ActivityArguments,
                activity,
            )
        )
    return tools
