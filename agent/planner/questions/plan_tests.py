"""One comparison of a column, a tag or a place in JSON."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from agent.planner.questions.entities import ENTITIES, FACTS, Entity
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Item
from tools.xql.catalog import Catalog
from tools.xql.plan import All, AnyOf, Computed, Condition, Join, JsonPath, Not, Test

_OPS: Final = {
    "eq": "eq",
    "contains": "contains",
    "starts": "starts_with",
    "ends": "ends_with",
    "gt": "gt",
    "gte": "gte",
    "lt": "lt",
    "lte": "lte",
}
TYPE: Final = "xdm.asset.type.id"
CATALOG: Final = Catalog.seeded()
RAW: Final = "xdm.asset.raw_fields"
OPEN: Final = Not(none=Test(field="xdm.issue.status.progress", op="starts_with", value="resolved"))


def both(parts: list[Condition]) -> Condition | None:
    return None if not parts else parts[0] if len(parts) == 1 else All(all=tuple(parts))


def either(parts: list[Condition]) -> Condition:
    return parts[0] if len(parts) == 1 else AnyOf(any=tuple(parts))


def iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _whole(value: str | float) -> Any:
    if isinstance(value, float) and value == int(value):
        return int(value)
    return value


def _text(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:g}"


class TestWriter:
    """Writes tests for rows of one entity; `compute` and `joins` are what they need.

    With `by_join`, related rows are counted by joins.
    """

    __test__ = False

    def __init__(self, entity: str, estate: Estate, now: datetime, *, by_join: bool = False) -> None:
        self.entity: Entity = ENTITIES[entity]
        self.name = entity
        self.estate, self.now, self.by_join = estate, now, by_join
        self.joins: list[Join] = []
        self.only_type = ""
        self.compute: list[Computed] = []

    def length(self, column: str) -> str:
        """The name of a column with the number of items of an array."""
        name = f"number_of_{column.rpartition('.')[2]}"
        if name not in [c.name for c in self.compute]:
            self.compute.append(Computed(name=name, length=column))
        return name

    def _time(self, subject: dict[str, Any], atom: Atom) -> Condition:
        if atom.op != "range":
            at = self.now - timedelta(days=float(atom.values[0]))
            return Test(**subject, op="before" if atom.op == "older" else "after", value=iso(at))
        parts: list[Condition] = []
        if atom.start is not None:
            parts.append(Test(**subject, op="after", value=iso(atom.start - timedelta(seconds=1))))
        if atom.end is not None:
            parts.append(Test(**subject, op="before", value=iso(atom.end)))
        found = both(parts)
        assert found is not None
        return found

    def test(self, subject: dict[str, Any], atom: Atom, type_: str) -> Condition:
        if atom.op in ("older", "within", "range"):
            return self._time(subject, atom)
        if atom.op == "empty":
            return Test(**subject, op="is_empty")
        if atom.op == "true":
            if type_ == "bool" and "field" in subject:
                return Test(**subject, op="eq", value=True)
            return Test(**subject, op="eq", value="true")
        if atom.op == "matches":
            return Test(**subject, op="matches", value=str(atom.values[0]))
        if atom.op == "cidr":
            return Test(**subject, op="in_cidr", value=atom.values[0])
        if atom.op == "in" and len(atom.values) > 1:
            return Test(**subject, op="in", values=tuple(_whole(v) for v in atom.values))
        if atom.op == "gte" and len(atom.values) == 2:
            low, high = atom.values
            return All(
                all=(
                    Test(**subject, op="gte", value=_whole(low)),
                    Test(**subject, op="lte", value=_whole(high)),
                )
            )
        op: Any = _OPS.get(atom.op, "eq")
        value = atom.values[0]
        if isinstance(value, str) and op == "eq" and "*" not in value and type_ == "array":
            op = "contains"
        return Test(
            **subject,
            op=op,
            value=_whole(value) if type_ != "text" or op in ("gt", "gte", "lt", "lte") else _text(value),
        )


def base_of(entity: str, items: tuple[Item, ...], estate: Estate) -> list[Condition]:
    """What an entity always is, and what it is by default: a vulnerability; an open issue."""
    found: list[Condition] = []
    if entity == "vulnerability":
        found.append(Test(field="xdm.finding.category", op="eq", value="VULNERABILITY"))
    names = {i.ref.name for i in items if isinstance(i, Atom)}
    if entity == "issue" and "status" not in names:
        found.append(OPEN)
    if entity == "finding" and "result" not in names and estate.has_fact("finding", "xdm.finding.status"):
        found.append(
            Test(
                json_path=JsonPath(field=FACTS["finding"], path=("xdm.finding.status",)),
                op="eq",
                value="FAIL",
            )
        )
    return found


def linked(left: str, right: str) -> bool:
    from tools.xql.plan.links import link

    return link(left, right) is not None
