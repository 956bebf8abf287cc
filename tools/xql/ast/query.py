"""Queries and stages of the tree."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from tools.xql.ast.expressions import Duration, Expr, Number, Param, String
from tools.xql.ast.nodes import Node
from tools.xql.ast.sources import Saved, Search, Source

# --- stages --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Between(Node):
    """`between "a" and "b"` of a time frame."""

    start: String | Param
    end: String | Param


@dataclass(frozen=True, slots=True)
class Setting(Node):
    """One setting of `config`: case_sensitive, timeframe or max_runtime_minutes."""

    name: str
    value: Expr | Between


@dataclass(frozen=True, slots=True)
class Config(Node):
    settings: tuple[Setting, ...]


@dataclass(frozen=True, slots=True)
class Filter(Node):
    condition: Expr


@dataclass(frozen=True, slots=True)
class Assignment(Node):
    name: str
    value: Expr


@dataclass(frozen=True, slots=True)
class Alter(Node):
    assignments: tuple[Assignment, ...]


@dataclass(frozen=True, slots=True)
class FieldItem(Node):
    """A name or a wildcard of `fields`, with its alias."""

    name: str
    alias: str | None = None


@dataclass(frozen=True, slots=True)
class Fields(Node):
    items: tuple[FieldItem, ...]
    exclude: bool = False


@dataclass(frozen=True, slots=True)
class Aggregate(Node):
    """`fn(args) as alias`; `function` is lower case; alias "*" belongs to `values(*) as *`."""

    function: str
    args: tuple[Expr, ...] = ()
    alias: str | None = None


@dataclass(frozen=True, slots=True)
class Comp(Node):
    aggregates: tuple[Aggregate, ...]
    by: tuple[str, ...] = ()
    addrawdata: bool | None = None
    raw_alias: str | None = None


@dataclass(frozen=True, slots=True)
class SortKey(Node):
    field: str
    direction: str = "asc"


@dataclass(frozen=True, slots=True)
class Sort(Node):
    keys: tuple[SortKey, ...]


@dataclass(frozen=True, slots=True)
class Limit(Node):
    count: Number | Param


@dataclass(frozen=True, slots=True)
class Dedup(Node):
    fields: tuple[str, ...]
    by: tuple[SortKey, ...] = ()


@dataclass(frozen=True, slots=True)
class Join(Node):
    query: Query
    alias: str
    condition: Expr
    type: str | None = None
    conflict: str | None = None


@dataclass(frozen=True, slots=True)
class Union(Node):
    """Rows of another dataset (`source` is a name) or of a sub-query."""

    source: str | Query


@dataclass(frozen=True, slots=True)
class Bin(Node):
    """`bins` or `span` is set; `timeshift` is an epoch, `timezone` a zone name or offset."""

    field: str
    bins: Number | Param | None = None
    span: Duration | Param | None = None
    timeshift: Number | Param | None = None
    timezone: str | None = None


@dataclass(frozen=True, slots=True)
class ArrayExpand(Node):
    field: str
    limit: Number | Param | None = None


@dataclass(frozen=True, slots=True)
class ReplaceNull(Node):
    field: str
    value: Expr


@dataclass(frozen=True, slots=True)
class IpLoc(Node):
    field: str
    suffix: str | None = None
    columns: tuple[FieldItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Frame(Node):
    """Rows of a window: a number, 0 or None (unbounded) at each end; `kind` is `range` or None."""

    start: Expr
    end: Expr | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class WindowFunction(Node):
    function: str
    args: tuple[Expr, ...] = ()
    by: tuple[str, ...] = ()
    sort: tuple[SortKey, ...] = ()
    frame: Frame | None = None
    alias: str | None = None


@dataclass(frozen=True, slots=True)
class WindowComp(Node):
    functions: tuple[WindowFunction, ...]


@dataclass(frozen=True, slots=True)
class Transaction(Node):
    fields: tuple[str, ...]
    span: Duration | Param | None = None
    timeshift: Number | Param | None = None
    timezone: str | None = None
    startswith: Expr | None = None
    endswith: Expr | None = None
    allowunclosed: bool | None = None
    maxevents: Number | Param | None = None


@dataclass(frozen=True, slots=True)
class Top(Node):
    field: str
    count: Number | Param | None = None
    by: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Target(Node):
    """Saves the result: a write."""

    type: str
    name: str
    append: bool | None = None


@dataclass(frozen=True, slots=True)
class Tag(Node):
    """Marks rows: a write."""

    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ViewOption(Node):
    """`name = v, v` or, if `call`, `name(v, v)`."""

    name: str
    values: tuple[Expr, ...]
    call: bool = False


@dataclass(frozen=True, slots=True)
class View(Node):
    """A chart hint: `kind` is graph, highlight, column, ..."""

    kind: str
    options: tuple[ViewOption, ...] = ()


@dataclass(frozen=True, slots=True)
class GetRole(Node):
    field: str
    alias: str | None = None


Stage: TypeAlias = (
    Filter
    | Alter
    | Fields
    | Comp
    | Sort
    | Limit
    | Dedup
    | Join
    | Union
    | Bin
    | ArrayExpand
    | ReplaceNull
    | IpLoc
    | WindowComp
    | Transaction
    | Top
    | Target
    | Tag
    | View
    | GetRole
    | Saved
    | Search
)


@dataclass(frozen=True, slots=True)
class Query(Node):
    """A whole query; without a source the tenant's default dataset is meant.

    `comments` are those at its very end. `text` is the source text of an outermost query that was parsed.
    """

    source: Source | None = None
    stages: tuple[Stage, ...] = ()
    configs: tuple[Config, ...] = ()
    text: str = field(default="", compare=False, repr=False, kw_only=True)
