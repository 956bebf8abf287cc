"""The columns that a stage can see, and the diagnostics gathered so far."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from tools.xql.ast import Node
from tools.xql.catalog import Catalog, ColumnInfo
from tools.xql.checker.model import CheckPolicy, Diagnostic
from tools.xql.functions import Kind
from tools.xql.parser.mistakes import near
from tools.xql.tokens import clipped

MOST_FINDINGS: Final = 100
SYSTEM: Final = (
    "_time",
    "_insert_time",
    "_raw_log",
    "_product",
    "_vendor",
    "_tag",
    "_snapshot_id",
    "_snapshot_log_count",
    "_snapshot_collection_ts",
    "_id",
)


@dataclass(slots=True)
class Scope:
    """Columns by lower-case name. `open`: there may be more. `dropped`: gone, and by which stage."""

    columns: dict[str, ColumnInfo]
    open: bool = False
    dropped: dict[str, str] = field(default_factory=dict)
    aliases: frozenset[str] = frozenset()

    def names(self) -> list[str]:
        return [info.name for key, info in self.columns.items() if key not in SYSTEM]

    def only(self, columns: dict[str, ColumnInfo], stage: str) -> Scope:
        """What is left after a stage that keeps no other column."""
        gone = {**self.dropped, **{key: stage for key in self.columns if key not in columns}}
        return Scope(columns, False, gone, self.aliases)

    def plus(self, extra: Iterable[ColumnInfo]) -> Scope:
        added = {info.name.lower(): info for info in extra}
        gone = {key: stage for key, stage in self.dropped.items() if key not in added}
        return Scope({**self.columns, **added}, self.open, gone, self.aliases)


class Findings:
    """Diagnostics of one check."""

    def __init__(self, text: str, catalog: Catalog, policy: CheckPolicy) -> None:
        self.text = text
        self.catalog = catalog
        self.policy = policy
        self.errors: list[Diagnostic] = []
        self.warnings: list[Diagnostic] = []

    def error(self, rule: str, node: Node, message: str, suggestions: Sequence[str] = ()) -> None:
        if len(self.errors) < MOST_FINDINGS:
            self.errors.append(self._made(rule, node, message, suggestions))

    def warn(self, rule: str, node: Node, message: str, suggestions: Sequence[str] = ()) -> None:
        if len(self.warnings) < MOST_FINDINGS:
            self.warnings.append(self._made(rule, node, message, suggestions))

    def _made(self, rule: str, node: Node, message: str, suggestions: Sequence[str]) -> Diagnostic:
        at = max(node.pos, 0)
        line = self.text.count("\n", 0, at) + 1
        column = at - (self.text.rfind("\n", 0, at) + 1) + 1
        return Diagnostic(
            rule=rule,
            line=line,
            column=column,
            message=clipped(message),
            suggestions=tuple(map(clipped, suggestions)),
        )

    def missing(self, name: str, node: Node, scope: Scope) -> None:
        """An unknown name: dropped, an old alias, or simply not there."""
        key = name.lower()
        shown = ", ".join(scope.names()[:25]) or "none"
        if key in scope.dropped:
            self.error(
                "dropped-field",
                node,
                f"{name} was dropped by {scope.dropped[key]}; the columns here are {shown}",
                (f"keep {name} in {scope.dropped[key]}",),
            )
            return
        prefix, _, rest = name.partition(".")
        if prefix.lower() in scope.aliases and rest.lower() in scope.columns:
            self.error(
                "alias-after-join",
                node,
                f"the alias {prefix} holds only inside the join condition; after it the column is {rest}",
                (rest,),
            )
            return
        right = self.near(name, scope)
        more = "" if right else f"; the columns here are {shown}"
        self.error("unknown-field", node, f"there is no column {name} here{more}", right)

    def near(self, name: str, scope: Scope) -> tuple[str, ...]:
        names = scope.names()
        tail = name.lower().rsplit(".", 1)[-1]
        same_end = [known for known in names if known.lower().rsplit(".", 1)[-1] == tail]
        return tuple(dict.fromkeys([*same_end, *near(name, names)]))[:4]


def info(name: str, kind: Kind) -> ColumnInfo:
    return ColumnInfo(name, kind)
