"""`search_controls` and `gap_report`: what a framework asks for, and where the estate stands against it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from langchain_core.tools import BaseTool
from pydantic import Field

from tools.results import ToolResult, utcnow
from tools.tool import Caller, ToolArguments, make_tool

if TYPE_CHECKING:
    from tools.compliance.assessment import Assessment, RequirementResult
    from tools.compliance.service import ComplianceService

_ROWS = 100


class SearchArguments(ToolArguments):
    """What to look for in the control catalogs."""

    text: str = Field(description="Plain words or a control id.", min_length=1, max_length=500)
    framework: str | None = Field(default=None, description="hipaa or nist_csf_2.0; leave out for all.")
    k: int = Field(default=5, ge=1, le=20)


class ReportArguments(ToolArguments):
    """Which framework to report on, and for which part of the estate."""

    framework: str = Field(default="hipaa", description="hipaa or nist_csf_2.0.")
    account: str | None = Field(default=None, description="Account id or name; leave out for all accounts.")
    status: Literal["fail", "pass", "manual", "not_assessed"] | None = Field(
        default=None, description="List only these requirements: fail, pass, manual, not_assessed."
    )
    offset: int = Field(default=0, ge=0)


def build_tools(service: Callable[[], ComplianceService]) -> list[BaseTool]:
    """The two tools over a compliance service, made when first used."""

    async def search(args: SearchArguments, caller: Caller) -> ToolResult:
        found = await service().search(args.text, args.framework, args.k)
        if found.abstained:
            summary = f"No control of {found.considered} fits well enough to be shown."
        else:
            summary = f"{len(found.hits)} of {found.considered} catalog entries fit; best first."
        rows = tuple(
            {
                "id": h.id,
                "title": h.title,
                "framework": h.framework,
                "asks for": h.summary,
                "why": h.why,
                "score": round(h.score, 2),
            }
            for h in found.hits
        )
        return ToolResult(
            kind="controls",
            summary=summary,
            total=len(rows),
            returned=len(rows),
            truncated=False,
            as_of=utcnow(),
            columns=("id", "title", "framework", "asks for", "why", "score"),
            rows=rows,
            data={"abstained": found.abstained, "notes": list(found.notes), "method": found.method},
            citations=tuple(h.id for h in found.hits),
        )

    async def report(args: ReportArguments, caller: Caller) -> ToolResult:
        return report_result(await service().report(args.framework, account=args.account), args)

    return [
        make_tool(
            "search_controls",
            "Find controls (HIPAA Security Rule, NIST CSF 2.0) by words or id. Returns ids, titles, what they ask "
            "for; abstains when nothing fits.",
            SearchArguments,
            search,
        ),
        make_tool(
            "gap_report",
            "Assess a framework against the evidence: each requirement fail, pass, manual or not assessed, with the "
            "reason and the counts. Returns a table and the full report in Markdown.",
            ReportArguments,
            report,
        ),
    ]


def report_result(assessment: Assessment, args: ReportArguments) -> ToolResult:
    """An assessment as a tool's result; the counts are of all requirements, whatever is listed."""
    from tools.compliance.assessment import Status
    from tools.compliance.report import headline, render_markdown

    chosen = [r for r in assessment.results if args.status is None or r.status == args.status]
    order = list(Status)
    chosen.sort(key=lambda r: order.index(r.status))
    page = chosen[args.offset : args.offset + _ROWS]
    first = assessment.failing_ranked[:3]
    return ToolResult(
        kind="report",
        summary=headline(assessment),
        total=len(chosen),
        returned=len(page),
        truncated=args.offset + len(page) < len(chosen),
        as_of=assessment.as_of,
        columns=("requirement", "title", "status", "why", "checks", "failing resources"),
        rows=tuple(_row(r) for r in page),
        data={
            "framework": assessment.framework,
            "headline": headline(assessment),
            "counts": {
                kind: {s.value: n for s, n in counts.items()} for kind, counts in assessment.counts.items()
            },
            "headline_kind": assessment.headline_kind,
            "listed": args.status or "all",
            "first": [_row(r) for r in first],
            "markdown": render_markdown(assessment),
        },
        citations=tuple(r.id for r in (first or page[:5])),
    )


def _row(result: RequirementResult) -> dict[str, object]:
    return {
        "requirement": result.id,
        "title": result.entry.title,
        "status": result.status.label,
        "why": result.reason,
        "checks": f"{result.checks_ran} of {result.checks_total}",
        "failing resources": result.resources_failed,
    }
