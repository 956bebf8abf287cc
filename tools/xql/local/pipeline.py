"""A query as a pipeline of relations: source, then one step per stage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlglot import exp

from tools.xql.ast import (
    Alter,
    ArrayExpand,
    Bin,
    Boolean,
    Comp,
    Config,
    Dedup,
    Fields,
    Filter,
    GetRole,
    IpLoc,
    Join,
    Limit,
    Param,
    Query,
    ReplaceNull,
    Saved,
    Search,
    Sort,
    Tag,
    Target,
    Top,
    Transaction,
    Union,
    View,
    WindowComp,
)
from tools.xql.errors import XqlExecutionError
from tools.xql.local import extras, locations, stages
from tools.xql.local.context import Context, Shared, TimeWindow
from tools.xql.local.relation import Relation
from tools.xql.local.sources import searched, source_relation
from tools.xql.local.timeframe import window_of


def compile_query(query: Query, shared: Shared, window: TimeWindow, case_sensitive: bool) -> Relation:
    """The relation of a (sub-)query; its own config overrides the outer window and case setting."""
    window = window_of(query.configs, shared, window)
    case_sensitive = _case(query.configs, shared, case_sensitive)
    relation = source_relation(query.source, shared, window, case_sensitive)
    for stage in query.stages:
        handler = _HANDLERS.get(type(stage))
        if handler is None:
            raise XqlExecutionError(
                f"the stage {type(stage).__name__.lower()} cannot be run on the local tenant"
            )
        relation = handler(stage, Context(shared, case_sensitive, window, relation))
    return relation


def _case(configs: tuple[Config, ...], shared: Shared, outer: bool) -> bool:
    for config in configs:
        for setting in config.settings:
            if setting.name == "case_sensitive":
                if isinstance(setting.value, Boolean):
                    outer = setting.value.value
                elif isinstance(setting.value, Param):
                    outer = str(shared.parameter(setting.value.name)).lower() == "true"
    return outer


def _sub(query: Query, ctx: Context) -> Relation:
    """A sub-query without the system columns that it did not name."""
    relation = compile_query(query, ctx.shared, ctx.window, ctx.case_sensitive)
    kept = {name: kind for name, kind in relation.columns.items() if name not in relation.implicit}
    if not kept or not query.stages:
        return relation
    return replace(relation, columns=kept, implicit=frozenset())


def _join(stage: Join, ctx: Context) -> Relation:
    from tools.xql.local.joins import join

    return join(stage, _sub(stage.query, ctx), ctx)


def _union(stage: Union, ctx: Context) -> Relation:
    from tools.xql.ast import Dataset
    from tools.xql.local.unions import union_all

    if isinstance(stage.source, str):
        other = source_relation(Dataset((stage.source,)), ctx.shared, ctx.window, ctx.case_sensitive)
    else:
        other = compile_query(stage.source, ctx.shared, ctx.window, ctx.case_sensitive)
    return union_all([ctx.relation, other], ctx.shared)


def _search(stage: Search, ctx: Context) -> Relation:
    return searched(ctx.relation, stage.text, ctx.shared, ctx.window, ctx.case_sensitive)


def _refused(stage: Target | Saved, ctx: Context) -> Relation:
    if isinstance(stage, Target):
        raise XqlExecutionError("target writes; queries are read-only here, so take the stage out")
    raise XqlExecutionError(
        f"there is no saved query {stage.name!r} on the local tenant; write the query out"
    )


def _comp(stage: Comp, ctx: Context) -> Relation:
    from tools.xql.local.groups import comp

    return comp(stage, ctx)


def _window(stage: WindowComp, ctx: Context) -> Relation:
    from tools.xql.local.windows import windowcomp

    return windowcomp(stage, ctx)


def _transaction(stage: Transaction, ctx: Context) -> Relation:
    from tools.xql.local.transactions import transaction

    return transaction(stage, ctx)


def _top(stage: Top, ctx: Context) -> Relation:
    from tools.xql.local.groups import top

    return top(stage, ctx)


_HANDLERS: dict[type, Callable[[Any, Context], Relation]] = {
    Filter: stages.filter_rows,
    Alter: stages.alter,
    Fields: stages.fields,
    Comp: _comp,
    Sort: stages.sort,
    Limit: stages.limit,
    Dedup: stages.dedup,
    Join: _join,
    Union: _union,
    Bin: stages.bin_column,
    ArrayExpand: stages.arrayexpand,
    ReplaceNull: stages.replacenull,
    IpLoc: locations.iploc,
    WindowComp: _window,
    Transaction: _transaction,
    Top: _top,
    Target: _refused,
    Tag: extras.tag,
    View: lambda stage, ctx: ctx.relation,
    GetRole: extras.getrole,
    Saved: _refused,
    Search: _search,
}

__all__ = ["compile_query", "exp"]
