"""Rules of stages: which columns there are, and what each stage does to them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tools.xql.ast import (
    Alter,
    ArrayExpand,
    Bin,
    Comp,
    Compare,
    Dataset,
    Dedup,
    Expr,
    Field,
    Fields,
    Filter,
    GetRole,
    IpLoc,
    Join,
    Node,
    Preset,
    Query,
    ReplaceNull,
    Sort,
    String,
    Top,
    Transaction,
    Union,
    WindowComp,
)
from tools.xql.ast.walk import walk
from tools.xql.catalog import ColumnInfo
from tools.xql.checker.calls import NUMERIC
from tools.xql.checker.groups import GroupChecker
from tools.xql.checker.scope import SYSTEM, Scope, info
from tools.xql.functions import Kind

_LOCATIONS = (
    "asn_org",
    "asn_is_proxy",
    "asn",
    "city",
    "continent",
    "country",
    "latlon",
    "region",
    "timezone",
)


class StageChecker(GroupChecker):
    """Follows the columns of a query from stage to stage."""

    def subquery(self, query: Query, scope_name: str) -> Scope:
        return self.query(query)

    def query(self, query: Query) -> Scope:
        scope = self.source(query)
        for stage in query.stages:
            handler = _HANDLERS.get(type(stage))
            if handler is not None:
                scope = handler(self, stage, scope)
        return scope

    def source(self, query: Query) -> Scope:
        source = query.source
        if source is None:
            source = Dataset(("xdr_data",))
        if isinstance(source, Preset):
            if (
                source.name.lower() not in self.found.catalog.presets
                and self.found.catalog.dataset(source.name) is None
            ):
                self.found.error("unknown-preset", source, f"there is no preset {source.name}")
            return Scope({}, open=True)
        if not isinstance(source, Dataset) or not source.names:
            return Scope({}, open=True)
        scope = Scope({})
        for name in source.names:
            scope = self._with_dataset(scope, name, source)
        # in the data model, columns have the model's names, which are not listed here
        return Scope(scope.columns, True) if source.datamodel else scope

    def _with_dataset(self, scope: Scope, name: str, node: Node) -> Scope:
        if name.startswith("$") or "*" in name:
            return Scope(scope.columns, open=True)
        known = self.found.catalog.dataset(name)
        if known is None and self.found.catalog.may_exist(name):
            self.found.warn(
                "dataset-not-listed", node, f"{name} is not in the catalog; its columns are not checked"
            )
            return Scope(scope.columns, open=True)
        if known is None:
            self.found.error(
                "unknown-dataset", node, f"there is no dataset {name}", self.found.catalog.suggest(name)
            )
            return Scope(scope.columns, open=True)
        columns = {**scope.columns, **known.columns}
        if known.columns:
            for name_of in SYSTEM:
                columns.setdefault(name_of, info(name_of, Kind.TIME if "time" in name_of else Kind.ANY))
        return Scope(columns, scope.open or known.open)

    # --- stages ---

    def filter(self, stage: Filter, scope: Scope) -> Scope:
        self.condition(stage.condition, scope)
        return scope

    def alter(self, stage: Alter, scope: Scope) -> Scope:
        made: list[ColumnInfo] = []
        fresh: dict[str, str] = {}
        inner = Scope(dict(scope.columns), scope.open, scope.dropped, scope.aliases)
        for item in stage.assignments:
            if fresh:
                self._same_stage(item.value, fresh, scope)
            kind = self.kind(item.value, inner)
            inner.columns[item.name.lower()] = info(item.name, kind)
            if item.name.lower() not in scope.columns:
                fresh[item.name.lower()] = item.name
            made.append(info(item.name, kind))
        return scope.plus(made)

    def _same_stage(self, value: Expr, fresh: dict[str, str], scope: Scope) -> None:
        for node in walk(value):
            if isinstance(node, Field) and node.name.lower() in fresh:
                self.found.warn(
                    "same-stage-reference",
                    node,
                    f"{node.name} is made in this very stage, whose right sides all read the row as it came in",
                    (f"| alter ... = {node.name} in a new alter stage",),
                )

    def fields(self, stage: Fields, scope: Scope) -> Scope:
        if stage.exclude:
            columns = dict(scope.columns)
            for item in stage.items:
                for key in self._matching(item.name, scope) if "*" in item.name else [item.name.lower()]:
                    if key not in columns and not scope.open:
                        self.found.missing(item.name, item, scope)
                    columns.pop(key, None)
            gone = {**scope.dropped, **{key: "fields -" for key in scope.columns if key not in columns}}
            return Scope(columns, scope.open, gone, scope.aliases)
        kept: dict[str, ColumnInfo] = {}
        wild = False
        for item in stage.items:
            if "*" in item.name:
                hits = self._matching(item.name, scope)
                wild = True
                if not hits and not scope.open:
                    self.found.error("unknown-field", item, f"no column matches {item.name}")
                kept.update({key: scope.columns[key] for key in hits})
                continue
            known = self.need(item.name, item, scope)
            name = item.alias or item.name
            kept[name.lower()] = replace(known, name=name) if known else info(name, Kind.ANY)
        for name in SYSTEM:
            if name in scope.columns:
                kept.setdefault(name, scope.columns[name])
        left = scope.only(kept, "fields")
        return Scope(left.columns, scope.open and wild, left.dropped, scope.aliases)

    def _matching(self, pattern: str, scope: Scope) -> list[str]:
        shape = re.compile(".*".join(map(re.escape, pattern.lower().split("*"))) + r"\Z", re.S)
        return [key for key in scope.columns if shape.match(key)]

    def sort(self, stage: Sort, scope: Scope) -> Scope:
        self._keys(stage.keys, scope)
        return scope

    def dedup(self, stage: Dedup, scope: Scope) -> Scope:
        for name in stage.fields:
            known = self.need(name, stage, scope)
            if known is not None and known.kind in (Kind.ARRAY, Kind.JSON):
                self.found.warn(
                    "dedup-type", stage, f"dedup works on text and numbers; {name} is a {known.kind.value}"
                )
        self._keys(stage.by, scope)
        if not stage.by:
            right = f"dedup {', '.join(stage.fields)} by desc _time"
            self.found.warn("dedup-without-by", stage, "without 'by' any row of a key may be kept", (right,))
        return scope

    def join(self, stage: Join, scope: Scope) -> Scope:
        inner = self.query(stage.query)
        prefix = stage.alias.lower() + "."
        qualified = {prefix + key: known for key, known in inner.columns.items()}
        both = Scope(
            {**inner.columns, **scope.columns, **qualified}, scope.open or inner.open, dict(scope.dropped)
        )
        self.condition(stage.condition, both)
        fields = [node.name.lower() for node in walk(stage.condition) if isinstance(node, Field)]
        sided = any(name.startswith(prefix) for name in fields)
        alone = any(name in inner.columns and name not in scope.columns for name in fields)
        if not sided and not alone:
            self.found.error(
                "join-sides",
                stage,
                f"the join condition names no column of {stage.alias}",
                (f"as {stage.alias} {stage.alias}.k = k",),
            )
        kept = {key: known for key, known in inner.columns.items() if key not in SYSTEM}
        merged = {**scope.columns, **kept} if stage.conflict != "left" else {**kept, **scope.columns}
        if stage.conflict == "both":
            overlap = [key for key in kept if key in scope.columns]
            extra = {
                f"{key}_joined_{10 + n}": info(f"{kept[key].name}_joined_{10 + n}", kept[key].kind)
                for n, key in enumerate(overlap)
            }
            merged = {**kept, **scope.columns, **extra}
        gone = {key: by for key, by in scope.dropped.items() if key not in merged}
        return Scope(merged, scope.open or inner.open, gone, scope.aliases | {stage.alias.lower()})

    def union(self, stage: Union, scope: Scope) -> Scope:
        if isinstance(stage.source, str):
            other = self._with_dataset(Scope({}), stage.source, stage)
        else:
            other = self.query(stage.source)
        merged = {**other.columns, **scope.columns}
        gone = {key: by for key, by in scope.dropped.items() if key not in merged}
        return Scope(merged, scope.open or other.open, gone, scope.aliases)

    def bin(self, stage: Bin, scope: Scope) -> Scope:
        known = self.need(stage.field, stage, scope)
        if known is not None and stage.span is not None and known.kind not in (Kind.TIME, Kind.ANY):
            self.found.error(
                "type", stage, f"bin with a span needs a time; {stage.field} is a {known.kind.value}"
            )
        if known is not None and stage.bins is not None and known.kind not in (*NUMERIC, Kind.TIME, Kind.ANY):
            self.found.error(
                "type", stage, f"bins needs numbers or times; {stage.field} is a {known.kind.value}"
            )
        return scope

    def arrayexpand(self, stage: ArrayExpand, scope: Scope) -> Scope:
        known = self.need(stage.field, stage, scope)
        if known is not None and known.kind in (*NUMERIC, Kind.BOOL, Kind.TIME):
            self.found.error(
                "type", stage, f"arrayexpand needs an array; {stage.field} is a {known.kind.value}"
            )
        return scope.plus([info(known.name if known else stage.field, Kind.ANY)])

    def replacenull(self, stage: ReplaceNull, scope: Scope) -> Scope:
        self.need(stage.field, stage, scope)
        self.kind(stage.value, scope)
        return scope

    def iploc(self, stage: IpLoc, scope: Scope) -> Scope:
        self.need(stage.field, stage, scope)
        suffix = stage.suffix or ""
        if stage.columns:
            return scope.plus([info(item.alias or item.name + suffix, Kind.TEXT) for item in stage.columns])
        return scope.plus([info(f"loc_{name}{suffix}", Kind.TEXT) for name in _LOCATIONS])

    def getrole(self, stage: GetRole, scope: Scope) -> Scope:
        self.need(stage.field, stage, scope)
        return scope.plus([info(stage.alias or "role", Kind.TEXT)])


def issue_in_events(query: Query) -> Compare | None:
    """`dataset = xdr_data | filter event_type = "issue"`, a habit of machine-written queries."""
    source = query.source
    if source is not None and not (isinstance(source, Dataset) and "xdr_data" in source.names):
        return None
    for stage in query.stages:
        for node in walk(stage):
            if (
                isinstance(node, Compare)
                and isinstance(node.left, Field)
                and node.left.name.lower() == "event_type"
            ):
                text = node.right.value if isinstance(node.right, String) else ""
                if text.lower() in ("issue", "issues", "alert", "finding", "asset"):
                    return node
    return None


_HANDLERS: dict[type, Callable[[StageChecker, Any, Scope], Scope]] = {
    Filter: StageChecker.filter,
    Alter: StageChecker.alter,
    Fields: StageChecker.fields,
    Comp: StageChecker.comp,
    Sort: StageChecker.sort,
    Dedup: StageChecker.dedup,
    Join: StageChecker.join,
    Union: StageChecker.union,
    Bin: StageChecker.bin,
    ArrayExpand: StageChecker.arrayexpand,
    ReplaceNull: StageChecker.replacenull,
    IpLoc: StageChecker.iploc,
    WindowComp: StageChecker.windowcomp,
    Transaction: StageChecker.transaction,
    Top: StageChecker.top,
    GetRole: StageChecker.getrole,
}
