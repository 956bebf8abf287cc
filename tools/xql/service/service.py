"""Check a query, run it at the tenant, learn from its rows, explain an empty result."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from tools.xql.ast import And, Dataset, Expr, Field, Filter, Query
from tools.xql.ast.walk import walk
from tools.xql.catalog import Catalog
from tools.xql.checker import CheckPolicy, CheckReport, check
from tools.xql.errors import XqlPlanError
from tools.xql.plan.compile import compile_plan
from tools.xql.plan.describe import describe_plan
from tools.xql.plan.model import All, AnyOf, Not, PostureQuery, Related
from tools.xql.plan.read import plan_of
from tools.xql.printer import format_query
from tools.xql.service.charts import chart_of
from tools.xql.service.columns import (
    dataset_of,
    named_system,
    only_state,
    output_columns,
    window_of,
)
from tools.xql.service.discover import everything, lacking, learn_from_tenant
from tools.xql.service.explain import found_nothing, why_nothing
from tools.xql.service.model import Client, QueryOutcome, Run
from tools.xql.service.relax import COUNTED, counting
from tools.xql.service.words import describe_query

MOST_ROWS: Final = 10_000
_SCOPE_FIELDS: Final = (
    "xdm.asset.type.",
    "xdm.asset.provider",
    "xdm.asset.realm",
    "xdm.asset.cloud.region",
    "xdm.asset.name",
)


class XqlService:
    """Queries of one tenant. Errors of the client (network, permission, ...) pass through."""

    def __init__(
        self, client: Client, catalog: Catalog, policy: CheckPolicy | None = None, *, timeout_s: float = 120
    ) -> None:
        self.client = client
        self.catalog = catalog
        self.policy = policy or CheckPolicy()
        self.timeout_s = timeout_s

    def check(self, source: str | Query) -> CheckReport:
        return check(source, self.catalog, self.policy)

    async def run_text(self, text: str, limit: int | None = None, *, relax: bool = True) -> QueryOutcome:
        """Check and run a query text; a refused one comes back with its errors and is not sent."""
        report = await self._checked(text)
        plan = plan_of(report.query, self.catalog) if report.valid else None
        return await self._run(report, plan, limit, relax)

    async def run_plan(
        self, plan: PostureQuery, limit: int | None = None, *, relax: bool = True
    ) -> QueryOutcome:
        """Compile, check and run a plan. Raises `XqlPlanError` where it names what there is not."""
        try:
            query = compile_plan(plan, self.catalog)
        except XqlPlanError:
            named = datasets_of(plan)
            if not await learn_from_tenant(self.client, self.catalog, named):
                raise
            query = compile_plan(plan, self.catalog)
        return await self._run(await self._checked(query), plan, limit, relax)

    async def _checked(self, source: str | Query) -> CheckReport:
        """The report; what only the tenant has is learned from it before a query is refused as unknown."""
        report = self.check(source)
        named = lacking(report)
        if named and await learn_from_tenant(self.client, self.catalog, named):
            return self.check(source)
        return report

    async def population(self, outcome: QueryOutcome) -> int | None:
        """How many assets the question is about: those of the kind and place that it names. None for other data."""
        query = outcome.query
        if not isinstance(query, Query) or not isinstance(query.source, Dataset):
            return None
        if query.source.names != ("asset_inventory",):
            return None
        kept: list[Expr] = []
        for stage in query.stages:
            if isinstance(stage, Filter):
                parts = stage.condition.operands if isinstance(stage.condition, And) else (stage.condition,)
                kept += [part for part in parts if _about_scope(part)]
        stages = (Filter(kept[0] if len(kept) == 1 else And(tuple(kept))),) if kept else ()
        return await self._count(counting(Query(query.source, stages)))

    async def _run(
        self, report: CheckReport, plan: PostureQuery | None, limit: int | None, relax: bool
    ) -> QueryOutcome:
        if not report.valid:
            return QueryOutcome(
                parsed=report.parsed,
                valid=False,
                xql=report.xql,
                errors=report.errors,
                warnings=report.warnings,
                plan=plan,
                reading=describe_plan(plan) if plan is not None else "",
                as_of=datetime.now(UTC),
            )
        query: Query = report.query
        run = await self._send(query, report.xql, limit)
        rows = tuple(run.rows)
        self._learn(query, rows)
        columns = output_columns(query, rows)
        shown = _only(rows, columns)
        empty = relax and found_nothing(shown, plan)
        relaxations, notes = await why_nothing(query, plan, self.catalog, self._ask) if empty else ((), ())
        cut = plan is not None and run.total >= plan.limit
        return QueryOutcome(
            parsed=True,
            valid=True,
            xql=report.xql,
            warnings=report.warnings,
            plan=plan,
            reading=describe_plan(plan, cut=cut) if plan is not None else describe_query(query),
            dataset=dataset_of(query),
            window=window_of(query, self.catalog),
            columns=columns,
            rows=shown,
            total=run.total,
            truncated=run.truncated,
            as_of=run.as_of,
            chart=chart_of(query, plan, shown),
            relaxations=relaxations,
            notes=notes,
            query=query,
        )

    async def _send(self, query: Query, text: str, limit: int | None) -> Run:
        return await self.client.xql.run(
            text,
            timeframe=self._frame(query),
            limit=min(limit or MOST_ROWS, MOST_ROWS),
            timeout_s=self.timeout_s,
        )

    def _frame(self, query: Query) -> Any:
        """All time for current rows, so that the service's 24 hours do not cut them; else the query's own say."""
        asked = any(s.name == "timeframe" for config in query.configs for s in config.settings)
        if asked or not only_state(query, self.catalog):
            return None
        return everything()

    async def _count(self, query: Query) -> int:
        run = await self._send(query, format_query(query), 1)
        value = run.rows[0].get(COUNTED) if run.rows else 0
        return int(value or 0)

    async def _ask(self, query: Query, limit: int) -> list[dict[str, Any]]:
        """The first rows of a query that explains another."""
        return list((await self._send(query, format_query(query), limit)).rows)

    def _learn(self, query: Query, rows: tuple[dict[str, Any], ...]) -> None:
        """Columns that a plain reading of one dataset showed."""
        source = query.source
        if query.stages and not all(isinstance(stage, Filter) for stage in query.stages[:-1]):
            return
        if isinstance(source, Dataset) and len(source.names) == 1 and not source.datamodel:
            self.catalog.learn(source.names[0], rows[:200])


def datasets_of(plan: PostureQuery) -> tuple[str, ...]:
    """Every dataset that a plan names."""
    named = [plan.dataset, *(join.dataset for join in plan.joins)]
    pending: list[Any] = [plan.where, *(join.where for join in plan.joins)]
    while pending:
        part = pending.pop()
        if isinstance(part, Related):
            named.append(part.dataset)
            pending.append(part.where)
        elif isinstance(part, All):
            pending += part.all
        elif isinstance(part, AnyOf):
            pending += part.any
        elif isinstance(part, Not):
            pending.append(part.none)
    return tuple(dict.fromkeys(named))


def _about_scope(part: Expr) -> bool:
    names = [node.name.lower() for node in walk(part) if isinstance(node, Field) and "." in node.name]
    nested = any(isinstance(node, Query) for node in walk(part))
    return bool(names) and not nested and all(name.startswith(_SCOPE_FIELDS) for name in names)


def _only(rows: tuple[dict[str, Any], ...], columns: tuple[str, ...]) -> tuple[dict[str, Any], ...]:
    wanted = frozenset(columns)
    if not rows or all(key in wanted for key in rows[0]):
        return rows
    return tuple({key: cell for key, cell in row.items() if key in wanted} for row in rows)


__all__ = ["XqlService", "named_system", "replace"]
