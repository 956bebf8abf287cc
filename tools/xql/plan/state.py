"""What a plan has made so far: stages, and the columns that exist after them."""

from __future__ import annotations

from dataclasses import dataclass, field

from tools.xql import ast
from tools.xql.errors import XqlPlanError
from tools.xql.functions import Kind
from tools.xql.parser.mistakes import near

EXPANDABLE = frozenset({Kind.ARRAY, Kind.JSON, Kind.ANY, Kind.TEXT})


@dataclass(slots=True)
class State:
    """The stages so far and the columns that exist after them; `open` has more columns than are known."""

    dataset: str
    kinds: dict[str, Kind]
    open: bool
    stages: list[ast.Stage] = field(default_factory=list)

    def has(self, name: str) -> bool:
        return self.open or self.known(name)

    def known(self, name: str) -> bool:
        lowered = name.lower()
        return any(key.lower() == lowered for key in self.kinds)

    def kind(self, name: str) -> Kind:
        lowered = name.lower()
        return next((kind for key, kind in self.kinds.items() if key.lower() == lowered), Kind.ANY)

    def own(self, name: str) -> str:
        """The column's own spelling."""
        lowered = name.lower()
        return next((key for key in self.kinds if key.lower() == lowered), name)

    def make(self, name: str, kind: Kind) -> None:
        self.kinds = {key: k for key, k in self.kinds.items() if key.lower() != name.lower()}
        self.kinds[name] = kind

    def need(self, name: str) -> str:
        """The column's own spelling. Raises `XqlPlanError` with near names where there is none."""
        if not self.has(name):
            tail = name.lower().rsplit(".", 1)[-1]
            same = [key for key in self.kinds if key.lower().rsplit(".", 1)[-1] == tail]
            hint = list(dict.fromkeys([*same, *near(name, self.kinds)]))[:4]
            raise XqlPlanError(
                f"there is no column {name} here" + (f"; near names: {', '.join(hint)}" if hint else "")
            )
        return self.own(name)

    def expand(self, name: str) -> None:
        own = self.need(name)
        if self.kind(name) not in EXPANDABLE:
            raise XqlPlanError(f"{name} is no array, so it cannot be expanded")
        self.stages.append(ast.ArrayExpand(own))
        self.kinds[own] = Kind.TEXT

    @property
    def multiplied(self) -> bool:
        """Whether a thing may stand in several rows."""
        return any(isinstance(stage, ast.ArrayExpand | ast.Join) for stage in self.stages)
