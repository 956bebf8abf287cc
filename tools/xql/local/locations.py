"""iploc: where an address lies, by a local table of networks.

The table is a dataset named `iploc` (a lookup will do): a column `network` with ranges such as 10.0.0.0/8 and any
of the columns that the stage gives (loc_country, loc_city, ...). Without it the columns are null.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from sqlglot import exp

from tools.xql.ast import IpLoc
from tools.xql.functions import Kind
from tools.xql.local.context import Context
from tools.xql.local.network import in_number_range, ipv4_number
from tools.xql.local.relation import Relation
from tools.xql.local.sql import (
    NULL,
    Sql,
    alias,
    binary,
    cast,
    col,
    const,
    fn,
    ident,
    num,
    select,
    star,
    subquery,
    try_cast,
)
from tools.xql.local.stages import column
from tools.xql.local.values import NOTHING, text

TABLE: Final = "iploc"
LOCATIONS: Final = (
    "LOC_ASN_ORG",
    "LOC_ASN_IS_PROXY",
    "LOC_ASN",
    "LOC_CITY",
    "LOC_CONTINENT",
    "LOC_COUNTRY",
    "LOC_LATLON",
    "LOC_REGION",
    "LOC_TIMEZONE",
)


def iploc(stage: IpLoc, ctx: Context) -> Relation:
    """The location columns of the narrowest network that holds the address, as text."""
    found = column(stage.field, ctx)
    suffix = stage.suffix or ""
    wanted = (
        [(item.alias or item.name + suffix, item.name) for item in stage.columns]
        if stage.columns
        else [(name + suffix, name) for name in LOCATIONS]
    )
    columns = ctx.relation.kept()
    table = next((name for name in ctx.shared.tables if name.lower() == TABLE), None)
    held = ctx.shared.tables[table] if table is not None else {}
    own = {name.lower(): name for name in held}
    if table is None or "network" not in own:
        for name, _ in wanted:
            columns[name] = (cast(NOTHING.sql, "VARCHAR"), Kind.TEXT)
        return ctx.relation.projected(columns)
    hidden = ctx.shared.fresh("place")
    place = _place(table, own, [name for _, name in wanted], fn("trim", text(found)))
    relation = replace(ctx.relation, select=select([star(), alias(place, hidden)], ctx.relation.source()))
    for at, (name, _) in enumerate(wanted, start=1):
        columns[name] = (fn("list_extract", col(hidden), num(at)), Kind.TEXT)
    return relation.projected(columns)


def _place(table: str, own: Mapping[str, str], names: list[str], address: Sql) -> Sql:
    """A scalar sub-query: the columns as a list, of the narrowest network round the address."""
    network = cast(col(own["network"], "g"), "VARCHAR")
    base = ipv4_number(fn("split_part", network, const("/"), num(1)))
    prefix = try_cast(fn("nullif", fn("split_part", network, const("/"), num(2)), const("")), "INTEGER")
    size = cast(fn("pow", num(2), binary("-", num(32), fn("coalesce", prefix, num(32)))), "BIGINT")
    shown = [
        cast(col(own[name.lower()], "g"), "VARCHAR") if name.lower() in own else cast(NULL, "VARCHAR")
        for name in names
    ]
    networks = select(
        [alias(base, "low"), alias(size, "size"), alias(fn("list_value", *shown), "place")],
        exp.Table(this=ident(table), alias=exp.TableAlias(this=ident("g"))),
    )
    inside = in_number_range(ipv4_number(address), col("low", "n"), col("size", "n"))
    nearest = fn("arg_min", col("place", "n"), col("size", "n"))
    return exp.Subquery(this=select([nearest], subquery(networks, "n"), inside))
