"""What was read of rules of networks, and the form that it makes: groups, rules one by one, or numbers of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from agent.planner.questions.element_places import Array
from agent.planner.questions.form import Each, Form, ItemTest, Measure, Rank, Ref, Where
from agent.planner.questions.network_places import ref_of
from agent.planner.questions.settings import FIRST, ITEM

_PARTS = ("name", "direction", "access", "priority", "protocol", "port", "source")


@dataclass(slots=True)
class NetworkReader:
    """One question: what is left of its text, tests on one rule, columns and groups by their names."""

    text: str
    types: tuple[str, ...]
    arrays: tuple[Array, ...]
    noun: str
    left: str = ""
    tests: list[ItemTest] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    group: list[str] = field(default_factory=list)

    def cut(self, pattern: re.Pattern[str]) -> list[re.Match[str]]:
        """The places of a pattern, taken out of what is left."""
        found = list(pattern.finditer(self.left))
        for match in found:
            self.left = self.left[: match.start()] + " " * len(match[0]) + self.left[match.end() :]
        return found

    def ref(self, name: str) -> Ref | None:
        return ref_of(name, self.arrays)

    def test(self, name: str, op: Any, values: tuple[Any, ...], label: str, negated: bool = False) -> bool:
        ref = self.ref(name)
        if ref is not None:
            self.tests.append(ItemTest(ref=ref, op=op, values=values, label=label, negated=negated))
        return ref is not None


@dataclass(frozen=True, slots=True)
class Shape:
    """What is asked for: whether rules are named, or their lack, numbers, rows, ports; `first`: groups before rules;
    `each`: something of each group."""

    ruled: bool
    lacking: bool
    counted: bool
    rows: bool
    ports: bool
    asked: bool
    first: bool
    each: bool
    top: int


def formed(reader: NetworkReader, rest: Form, shape: Shape) -> Form | None:
    """The form of a question of which all is read; `rest` is what it says of the groups besides."""
    each = _each(reader, rest, shape)
    if each is None:
        return None
    measured = bool(each.count)
    return rest.model_copy(
        update={
            "each": each,
            "group": rest.group if measured else (),
            "measure": Measure(function="count") if measured else None,
            "columns": (),
            "noun": reader.noun,
            "rank": Rank() if shape.top else None,
            "limit": shape.top or rest.limit,
            "having": None,
            "per": (),
        }
    )


def _each(reader: NetworkReader, rest: Form, shape: Shape) -> Each | None:
    way = re.search(r"\b(?:inbound|ingress|outbound|egress)\b", reader.text)
    base: dict[str, Any] = {
        "arrays": tuple(Where(type_id=a.type_id, path=a.path, kind="array") for a in reader.arrays),
        "name": f"{'outbound' if way[0][0] in 'oe' else 'inbound'} rule" if way is not None else "rule",
        "owner": reader.noun,
        "tests": tuple(reader.tests),
    }
    group = tuple(ref for n in reader.group if (ref := reader.ref(n)) is not None)
    port = reader.ref("port")
    counts = shape.counted or bool(group) or bool(rest.group) or bool(shape.top)
    if shape.lacking:
        return Each(**base, negated=True, count="assets" if counts else "")
    if shape.ports and shape.each and not counts:
        # "which ports are open, per group"
        return Each(**base, shown=_columns(reader, ["port"]))
    if shape.ports and not group and port is not None:
        group = (port,)
    if group:
        items = shape.ruled and not shape.first and not shape.ports
        return Each(**base, group=group, count="items" if items else "assets")
    if counts and shape.ruled and (not shape.first or shape.each or not reader.tests):
        return Each(**base, count="items", by_asset=shape.each or bool(shape.top))
    if counts:
        return Each(**base, count="assets")
    if shape.rows or shape.asked or (shape.ruled and not shape.first):
        shown = _columns(reader, reader.shown or list(_PARTS))
        return Each(**base, shown=shown) if shown else None
    return Each(**base, holding=True) if reader.tests else None


def _columns(reader: NetworkReader, names: list[str]) -> tuple[Ref, ...]:
    if "port" in names and reader.ref("to port") is not None:
        names = [n for one in names for n in ((one, "to port") if one == "port" else (one,))]
    if "name" not in names and reader.ref("name") is not None:
        names = ["name", *names]
    return tuple(ref for n in names for ref in _shown(n, reader))


def _shown(name: str, reader: NetworkReader) -> tuple[Ref, ...]:
    """The columns of a part of a rule. Rules whose sources are other groups have no range: both stand side by side."""
    ref = reader.ref(name)
    if ref is None:
        return ()
    deep = [a for a in reader.arrays if a.path[-1].startswith("IpPermissions")]
    if name != "source" or not deep or any(t.op == "source" for t in reader.tests):
        return (ref,)
    told: tuple[tuple[str, tuple[str, ...], str], ...] = (
        ("source", ("IpRanges", FIRST, "CidrIp"), "text"),
        ("source group", ("UserIdGroupPairs", FIRST, "GroupId"), "text"),
        ("all source ranges", ("IpRanges",), "listed"),
    )
    return tuple(
        Ref(
            name=said,
            places=tuple(Where(type_id=a.type_id, path=(*a.path, ITEM, *more), kind=kind) for a in deep),
        )
        for said, more, kind in told
    )
