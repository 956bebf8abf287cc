"""`query_posture`: a checked query over the tenant's posture data, as a plan or as XQL text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from langchain_core.tools import BaseTool
from pydantic import Field, field_validator, model_validator

from tools.results import QueryRecord, ToolResult
from tools.tool import Caller, ToolArguments, make_tool
from tools.xql.ast import Limit, Number
from tools.xql.errors import XqlPlanError
from tools.xql.plan import PostureQuery
from tools.xql.service import QueryOutcome, XqlService
from tools.xql.wire import InvalidPlanError, as_plan, elsewhere, widened
from tools.xql.wire.pages import KeptResults

_ID_COLUMNS = (
    *("asset_id", "issues", "issue", "finding", "findings", "id"),
    *("xdm.issue.id", "xdm.finding.id", "xdm.asset.id", "xdm.finding.asset_id"),
)
_HIDDEN = ("asset_id",)
_MOST_CITED = 50
_MOST_TOLD = 3
_NEW_RUN = "a new run; without an order rows may come twice or not at all"
FETCHED = 1_000
"""Rows fetched at once: as many as the service returns inline, so that further pages cost nothing."""


class QueryArguments(ToolArguments):
    """Either a plan or a query text."""

    plan: PostureQuery | None = Field(default=None, description="The query as a plan (preferred).")
    xql: str | None = Field(
        default=None, description="XQL text, only where a plan cannot say it.", max_length=100_000
    )
    reading: str | None = Field(default=None, description="What the query asks, in one line.", max_length=300)
    limit: int = Field(default=100, ge=1, le=1_000, description="Most rows to return here.")
    offset: int = Field(default=0, ge=0, description="First row to return; for read_more.")

    @field_validator("plan", mode="before")
    @classmethod
    def _as_sent(cls, given: Any) -> Any:
        """A plan in any form that models send it in; its faults come by place, with what would be right."""
        if given is None:
            return None
        try:
            return as_plan(given)
        except InvalidPlanError as error:
            raise ValueError(str(error)) from None

    @model_validator(mode="after")
    def _one_of_both(self) -> QueryArguments:
        if (self.plan is None) == (self.xql is None):
            raise ValueError("give either plan or xql")
        return self


def build_tools(service: XqlService) -> list[BaseTool]:
    """The tool over a query service. Pages of one result come from one run, as long as that is kept."""
    results = KeptResults()

    async def query(args: QueryArguments, caller: Caller) -> ToolResult:
        key = results.key(args.plan, args.xql)
        kept = results.get(key) if args.offset else None
        if kept is not None and len(kept.rows) < min(args.offset + args.limit, kept.total):
            kept = None  # it was cut before these rows
        outcome = kept or await run(args)
        if outcome.valid and kept is None:
            results.keep(key, outcome)
        population = None
        if outcome.valid and not args.offset:
            population = await service.population(outcome)
        return query_result(outcome, args, population, same_run=kept is not None)

    async def run(args: QueryArguments) -> QueryOutcome:
        most = max(args.offset + args.limit, FETCHED)
        if args.plan is None:
            return await service.run_text(args.xql or "", limit=most)
        try:
            return await service.run_plan(widened(args.plan), limit=most)
        except XqlPlanError as error:
            hints = elsewhere(args.plan, service.catalog)
            raise XqlPlanError("; ".join([str(error), *hints])) from None

    tool = make_tool(
        "query_posture",
        "Query assets, issues and findings of the tenant. The query is checked before it runs. Returns rows with "
        "total and the query; zero rows come with what emptied them.",
        QueryArguments,
        query,
    )
    # how a query was read is told from the query itself, never by a model
    tool.metadata = {"hidden": ("reading", "offset")}
    return [tool]


def query_result(
    outcome: QueryOutcome, args: QueryArguments, population: int | None, *, same_run: bool = False
) -> ToolResult:
    """An outcome as a tool's result. Raises `XqlInvalidError` for a query that the checker refused.

    `data`: `relaxed` and `notes` (what emptied a result), `chart` (type, x, y, title, where a picture serves),
    `population`, and for a later page `pages`: whether it is of the same run as the first or of a new one.
    """
    outcome.raise_if_invalid()
    rows = tuple(outcome.rows[args.offset : args.offset + args.limit])
    columns = tuple(c for c in outcome.columns if c not in _HIDDEN and not c.startswith("issues_"))
    record = QueryRecord(
        xql=outcome.xql,
        reading=args.reading or outcome.reading,
        dataset=outcome.dataset,
        window=outcome.window,
        rows=len(rows),
        total=outcome.total,
        truncated=outcome.truncated,
        as_of=outcome.as_of,
    )
    cut = _own_limit_reached(outcome)
    beyond = f"; none from row {args.offset} on" if args.offset and not rows else ""
    count = "1 row" if outcome.total == 1 else f"{outcome.total} rows"
    return ToolResult(
        kind="table",
        summary=f"{count}{', as many as the query lets through; there may be more' if cut else ''}"
        f"{beyond if outcome.total else _emptied(outcome)}.",
        total=outcome.total,
        returned=len(rows),
        truncated=cut or outcome.truncated or len(rows) < outcome.total,
        as_of=outcome.as_of,
        columns=columns,
        rows=rows,
        queries=(record,),
        data={
            "relaxed": [{"without": r.without, "total": r.total} for r in outcome.relaxations],
            **({"notes": list(outcome.notes)} if outcome.notes else {}),
            **({"population": population} if population is not None else {}),
            **({"chart": outcome.chart} if outcome.chart is not None else {}),
            **({"pages": "same run" if same_run else _NEW_RUN} if args.offset else {}),
        },
        citations=tuple(dict.fromkeys(_cited(rows)))[:_MOST_CITED],
    )


def _emptied(outcome: QueryOutcome) -> str:
    """What made a result empty, in words: what is nowhere, and the conditions without which there would be rows."""
    helps = [item for item in outcome.relaxations if item.total > 0][:_MOST_TOLD]
    told = [*outcome.notes, *(f'without "{item.without}" there would be {item.total}' for item in helps)]
    return f": nothing matches all filters ({'; '.join(told)})" if told else ": nothing matches all filters"


def _own_limit_reached(outcome: QueryOutcome) -> bool:
    """Whether the query's last limit let through as many rows as there are: then the total is that limit's."""
    limits = [stage.count for stage in getattr(outcome.query, "stages", ()) if isinstance(stage, Limit)]
    last = limits[-1] if limits else None
    return isinstance(last, Number) and 0 < int(last.text) <= outcome.total


def _cited(rows: Iterable[dict[str, Any]]) -> Iterable[str]:
    for row in rows:
        for column in (*_ID_COLUMNS, *(c for c in row if c.startswith("issues_"))):
            value = row.get(column)
            if isinstance(value, list | tuple):
                yield from (str(v) for v in value)
            elif isinstance(value, str | int) and not isinstance(value, bool) and column != "findings":
                yield str(value)
