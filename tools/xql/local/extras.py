"""Small stages: role, tag."""

from __future__ import annotations

from tools.xql.ast import (
    GetRole,
    Tag,
)
from tools.xql.functions import Kind
from tools.xql.local.context import Context
from tools.xql.local.literals import bound
from tools.xql.local.relation import Relation
from tools.xql.local.sql import (
    cast,
    col,
    fn,
)
from tools.xql.local.stages import column
from tools.xql.local.values import NOTHING, Value, array


def getrole(stage: GetRole, ctx: Context) -> Relation:
    """The identity module is not here: the role is null."""
    column(stage.field, ctx)
    columns = ctx.relation.kept()
    columns[stage.alias or "role"] = (cast(NOTHING.sql, "VARCHAR"), Kind.TEXT)
    return ctx.relation.projected(columns)


def tag(stage: Tag, ctx: Context) -> Relation:
    columns = ctx.relation.kept()
    added = bound(ctx, list(stage.tags)).sql
    own = ctx.relation.find("_tag")
    before = array(Value(col(own), ctx.relation.columns[own])) if own else cast(fn("list_value"), "VARCHAR[]")
    columns[own or "_tag"] = (
        fn("list_concat", fn("coalesce", before, cast(fn("list_value"), "VARCHAR[]")), added),
        Kind.ARRAY,
    )
    return ctx.relation.projected(columns)
