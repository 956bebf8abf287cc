"""`query_posture`: a checked query over the tenant's posture data, as a plan or as XQL text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from langchain_core.tools import BaseTool
from pydantic import Field, model_validator

from tools.results import QueryRecord, ToolResult
from tools.tool import Caller, ToolArguments, make_tool
from tools.xql.ast import Limit, Number
from tools.xql.plan import PostureQuery
from tools.xql.service import QueryOutcome, XqlService

_ID_COLUMNS = ("asset_id", "issues", "issue", "finding", "findings", "id", "xdm.issue.id", "xdm.finding.id")
_HIDDEN = ("asset_id",)
_MOST_CITED = 50


class QueryArguments(ToolArguments):
    """Either a plan or a query text."""

    plan: PostureQuery | None = Field(default=None, description="The query as a plan (preferred).")
    xql: str | None = Field(
        default=None, description="XQL text, only where a plan cannot say it.", max_length=100_000
    )
    reading: str | None = Field(default=None, description="What the query asks, in one line.", max_length=300)
    limit: int = Field(default=100, ge=1, le=1_000, description="Most rows to return here.")
    offset: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _one_of_both(self) -> QueryArguments:
        if (self.plan is None) == (self.xql is None):
            raise ValueError("give either plan or xql")
        return self


def build_tools(service: XqlService) -> list[BaseTool]:
    """The tool over a query service."""

    async def query(args: QueryArguments, caller: Caller) -> ToolResult:
        if args.plan is not None:
            outcome = await service.run_plan(args.plan, limit=args.offset + args.limit)
        else:
            outcome = await service.run_text(args.xql or "", limit=args.offset + args.limit)
        population = None
        if outcome.valid:
            population = await service.population(outcome)
        return query_result(outcome, args, population)

    return [
        make_tool(
            "query_posture",
            "Query assets, issues and findings of the tenant. The query is checked before it runs. Returns rows with "
            "total and the query; zero rows come with what emptied them.",
            QueryArguments,
            query,
        )
    ]


def query_result(outcome: QueryOutcome, args: QueryArguments, population: int | None) -> ToolResult:
    """An outcome as a tool's result. Raises `XqlInvalidError` for a query that the checker refused."""
    outcome.raise_if_invalid()
    rows = tuple(outcome.rows[args.offset :])
    columns = tuple(c for c in outcome.columns if c not in _HIDDEN and not c.startswith("issues_"))
    record = QueryRecord(
        xql=outcome.xql,
        reading=args.reading or outcome.reading,
        dataset=outcome.dataset,
        window=outcome.window,
        rows=len(outcome.rows),
        total=outcome.total,
        truncated=outcome.truncated,
        as_of=outcome.as_of,
    )
    cut = _own_limit_reached(outcome)
    count = "1 row" if outcome.total == 1 else f"{outcome.total} rows"
    return ToolResult(
        kind="table",
        summary=f"{count}{'' if outcome.total else ': nothing matches all filters'}"
        f"{', as many as the query lets through; there may be more' if cut else ''}.",
        total=outcome.total,
        returned=len(rows),
        truncated=cut or outcome.truncated or len(rows) < outcome.total,
        as_of=outcome.as_of,
        columns=columns,
        rows=rows,
        queries=(record,),
        data={
            "relaxed": [{"without": r.without, "total": r.total} for r in outcome.relaxations],
            **({"population": population} if population is not None else {}),
        },
        citations=tuple(dict.fromkeys(_cited(rows)))[:_MOST_CITED],
    )


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
