"""Plan to tree: source, rows, output."""

from __future__ import annotations

from tools.xql import ast
from tools.xql.catalog import Catalog
from tools.xql.plan import model
from tools.xql.plan.output import OutputCompiler, split
from tools.xql.plan.times import frame_text


def compile_plan(plan: model.PostureQuery, catalog: Catalog) -> ast.Query:
    """The query that a plan means. Raises `XqlPlanError` where it names what the catalog does not have."""
    return PlanCompiler(catalog).query(plan)


class PlanCompiler(OutputCompiler):
    """Compiles plans against one catalog."""

    def query(self, plan: model.PostureQuery) -> ast.Query:
        state = self.start(plan.dataset)
        parts = split(plan, state)
        self.rows(state, plan.where, parts.early, plan.expand, plan.joins)
        self.shape(state, plan, parts.late)
        source = ast.Dataset((self.dataset_name(plan.dataset),))
        return ast.Query(source, tuple(state.stages), self._configs(plan))

    def _configs(self, plan: model.PostureQuery) -> tuple[ast.Config, ...]:
        frame = plan.timeframe
        value: ast.Expr | ast.Between
        if frame is not None and frame.last is not None:
            value = ast.Duration(frame.last)
        elif frame is not None and frame.start is not None:
            end = frame_text(frame.end) if frame.end is not None else "now"
            value = ast.Between(ast.String(frame_text(frame.start)), ast.String(end))
        else:
            known = self.catalog.dataset(plan.dataset)
            if known is None or known.column("_time") is None:
                return ()
            # said in the query itself, because the service would else read the last 24 hours only
            value = (
                ast.Between(ast.String("begin"), ast.String("now")) if known.state else ast.Duration("24h")
            )
        return (ast.Config((ast.Setting("timeframe", value),)),)


__all__ = ["PlanCompiler", "compile_plan"]
