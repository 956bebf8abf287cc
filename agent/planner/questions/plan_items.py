"""Items of arrays in a plan: their values as columns, and conditions on one item at a time."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Each, Form, ItemTest, Ref, Where
from agent.planner.questions.plan_columns import Columns
from agent.planner.questions.plan_conditions import ConditionWriter, both, either
from agent.planner.questions.plan_tests import RAW, TYPE
from agent.planner.questions.settings import FIRST, ITEM, key_words
from tools.xql.plan import (
    All,
    Computed,
    Condition,
    JsonPath,
    Not,
    Test,
)


class ItemWriter:
    """Makes items and their values for one plan; `compute` and `expand` are what they need."""

    def __init__(self, form: Form, each: Each, estate: Estate, now: datetime) -> None:
        self.form, self.each, self.estate, self.now = form, each, estate, now
        self.writer = ConditionWriter("asset", estate, now)
        self.columns = Columns(self.writer, estate)
        self.compute: list[Computed] = []
        self.expand: list[str] = []
        self.made: dict[tuple[Any, ...], str] = {}
        self.paths = {w.type_id: w.path for w in each.arrays}
        self.mixed = False
        self.outer: list[str] = []
        self.item = self._items()

    def _items(self) -> str:
        paths = list(dict.fromkeys(self.paths.values()))
        names = []
        for n, path in enumerate(paths, 1):
            name = "item" if len(paths) == 1 else f"item_{n}"
            names.append(name)
            self.compute.append(Computed(name=name, json_path=self._within(path), array=True))
        if len(names) > 1:
            self.compute.append(Computed(name="item", coalesce=tuple(names)))
        return "item"

    def _within(self, path: tuple[str, ...]) -> JsonPath:
        """Where an array stands: in the asset, or in each item of another one, which is expanded first."""
        if ITEM not in path:
            return self._raw(path)
        at = path.index(ITEM)
        name = f"outer_{len(self.outer) + 1}"
        self.outer.append(name)
        self.compute.append(Computed(name=name, json_path=self._raw(path[:at]), array=True))
        return JsonPath(field=name, path=path[at + 1 :])

    def _open(self) -> None:
        """The items as rows."""
        self.expand[:0] = [*self.outer, self.item]

    def _raw(self, path: tuple[str, ...]) -> JsonPath:
        return JsonPath(field=RAW, path=(self.estate.platform, *path))

    def _outside(self, where: Where) -> bool:
        """Whether a value is the asset's own, the same for all its items."""
        path = self.paths[where.type_id]
        return where.path[: len(path) + 1] != (*path, ITEM)

    def _relative(self, where: Where) -> tuple[str, ...]:
        """The path from the item on."""
        return where.path[len(self.paths[where.type_id]) + 1 :]

    def _value(self, ref: Ref) -> str:
        """The name of a column with one value of the item."""
        key = ("value", ref.places)
        if key in self.made:
            return self.made[key]
        places = [w for w in ref.places if w.type_id in self.paths and not self._outside(w)]
        if not places:
            return self._own(key, ref)
        ways = {(self._relative(w), w.kind) for w in places}
        said = f"{ref.name} in" if len(ways) > 1 else ref.name
        # where only some have an array inside, expanding it would lose the others
        self.mixed = len({ITEM in rel or kind == "array" for rel, kind in ways}) > 1
        parts = list(dict.fromkeys(self._one(self._relative(w), w.kind, said) for w in places))
        self.mixed = False
        name = parts[0]
        if len(parts) > 1:
            name = self._name(ref.name)
            self.compute.append(Computed(name=name, coalesce=tuple(parts)))
        self.made[key] = name
        return name

    def _own(self, key: tuple[Any, ...], ref: Ref) -> str:
        """The name of a column with a value of the asset itself, the same for all its items."""
        name = self.made[key] = self._name(ref.name)
        self.compute.append(Computed(name=name, json_path=self._raw(ref.places[0].path)))
        return name

    def _one(self, rel: tuple[str, ...], kind: str, said: str) -> str:
        key = ("one", rel, kind)
        if key in self.made:
            return self.made[key]
        field = self.item
        if ITEM in rel or kind == "array":
            at = rel.index(ITEM) if ITEM in rel else len(rel)
            field = self._part(rel[:at])
            rel = rel[at + 1 :] if not self.mixed else ()
        if not rel:
            self.made[key] = field
            return field
        name = self._name(said)
        steps = tuple(0 if step == FIRST else step for step in rel)
        path = JsonPath(field=field, path=steps)
        # an array that is shown as it stands
        self.compute.append(Computed(name=name, json_path=path, array=kind == "listed"))
        self.made[key] = name
        return name

    def _part(self, path: tuple[str, ...]) -> str:
        """An array inside the item, expanded."""
        key = ("part", path)
        if key not in self.made:
            name = self._name(f"{path[-1]} part")
            self.compute.append(
                Computed(name=name, json_path=JsonPath(field=self.item, path=path), array=True)
            )
            if not self.mixed:
                self.expand.append(name)
            self.made[key] = name
        return self.made[key]

    def _name(self, words: str) -> str:
        name = re.sub(r"\W+", "_", words.strip()).strip("_").lower()[:60] or "value"
        if not re.match(r"[^\W\d]", name) or name in (
            "and",
            "or",
            "not",
            "in",
            "contains",
            "null",
            "true",
            "false",
            "as",
            "by",
            "asc",
            "desc",
            "item",
        ):
            name = f"the_{name}"
        taken = {c.name.lower() for c in (*self.compute, *self.columns.compute)}
        number = 1
        while (f"{name}_{number}" if number > 1 else name) in taken:
            number += 1
        return f"{name}_{number}" if number > 1 else name

    def _plural(self) -> str:
        name = self._name(self.each.name)
        return name if name.endswith("s") else f"{name}s"

    def _tests(self, tests: tuple[ItemTest, ...]) -> list[Condition]:
        """What is said of one item: for each type its own places; a type that cannot say it is left out."""
        if not tests:
            return []
        by_type: list[Condition] = []
        for type_id in sorted(self.paths):
            parts = [
                self._test(test, type_id)
                for test in tests
                if any(w.type_id == type_id for w in test.ref.places)
            ]
            if len(parts) < len({t.ref.name for t in tests}):
                continue
            inner = both([p for p in parts if p is not None])
            if inner is None:
                continue
            by_type.append(
                inner if len(self.paths) == 1 else All(all=(Test(field=TYPE, op="eq", value=type_id), inner))
            )
        return [either(by_type)] if by_type else []

    def _test(self, test: ItemTest, type_id: str) -> Condition:
        places = [w for w in test.ref.places if w.type_id == type_id]
        if test.op == "port":
            made = either([self._port(float(v), places) for v in test.values])
        elif test.op == "exact":
            made = either([self._exactly(str(v), places) for v in test.values])
        else:
            made = either([self._of_place(test, w) for w in places])
        return Not(none=made) if test.negated else made

    def _of_place(self, test: ItemTest, where: Where) -> Condition:
        if self._outside(where):
            return self._around(test, where)
        rel = self._relative(where)
        if ITEM in rel or where.kind == "array":
            shown = self.made.get(("part", rel[: rel.index(ITEM)] if ITEM in rel else rel))
            if shown is None:
                listed = self._in_array(rel, tuple(map(str, test.values)), where, begun=test.op == "starts")
                if ITEM in rel or not rel or test.op != "in" or not self.writer.single(where):
                    return listed
                # one value stands there by itself, several in a list
                alone = Test(
                    json_path=JsonPath(field=self.item, path=rel),
                    op="in",
                    values=tuple(map(str, test.values)),
                )
                return either([alone, listed])
        subject: dict[str, Any] = (
            {"json_path": JsonPath(field=self.item, path=rel)} if rel else {"field": self.item}
        )
        if test.op in ("older", "within"):
            at = (self.now - timedelta(days=float(test.values[0]))).strftime("%Y-%m-%dT%H:%M:%S")
            return Test(**subject, op="lt" if test.op == "older" else "gte", value=at)
        if test.op in ("gt", "gte", "lt", "lte"):
            return Test(**subject, op=test.op, value=float(test.values[0]))
        if test.op == "starts":
            return Test(**subject, op="starts_with", value=str(test.values[0]))
        values = tuple(map(str, test.values))
        plain = [v for v in values if "*" not in v]
        parts: list[Condition] = []
        if plain:
            parts.append(
                Test(**subject, op="in", values=tuple(plain))
                if len(plain) > 1
                else Test(**subject, op="eq", value=plain[0])
            )
        parts += [Test(**subject, op="matches", value=f"(?i)^{re.escape(v)}$") for v in values if "*" in v]
        return either(parts)

    def _around(self, test: ItemTest, where: Where) -> Condition:
        values = tuple(v for v in map(str, test.values) if "*" not in v)
        if where.kind != "array":
            return Test(json_path=self._raw(where.path), op="in", values=values)
        key = ("around", where.path)
        if key not in self.made:
            self.made[key] = self._name(where.path[-1])
            self.compute.append(Computed(name=self.made[key], json_path=self._raw(where.path), array=True))
        return Test(field=self.made[key], op="in", values=values)

    def _in_array(
        self, rel: tuple[str, ...], values: tuple[str, ...], where: Where, *, begun: bool = False
    ) -> Condition:
        """Some value of an array inside the item is so."""
        at = rel.index(ITEM) if ITEM in rel else len(rel)
        key = ("array", rel[:at])
        if key not in self.made:
            name = self._name(f"{rel[at - 1]} of item" if at else "values of item")
            self.compute.append(
                Computed(name=name, json_path=JsonPath(field=self.item, path=rel[:at]), array=True)
            )
            self.made[key] = name
        name = self.made[key]
        if ITEM in rel and rel[at + 1 :]:
            # objects: their text holds the value in quotes
            return either(
                [
                    Test(field=name, op="contains", value=f'"{v}{"" if begun else chr(34)}')
                    for v in values
                    if "/" in v or len(values) == 1
                ]
            )
        plain = [v for v in values if "*" not in v]
        parts: list[Condition] = [Test(field=name, op="contains" if begun else "eq", value=v) for v in plain]
        parts += [Test(field=name, op="matches", value=f"(?i)^{re.escape(v)}$") for v in values if "*" in v]
        return either(parts)

    def _exactly(self, port: str, places: list[Where]) -> Condition:
        """A rule is for one port and no other."""
        parts: list[Condition] = []
        for where in places:
            subject = JsonPath(field=self.item, path=self._relative(where))
            listed = where.kind == "array" or ITEM in where.path[len(self.paths[where.type_id]) + 1 :]
            parts.append(Test(json_path=subject, op="eq", value=f'["{port}"]' if listed else port))
        return parts[0] if len(parts) == 1 else All(all=tuple(parts))

    def _port(self, port: float, places: list[Where]) -> Condition:
        """A port is inside what a rule is for: the range, the single port, or all."""
        number = int(port)
        ends = {
            " ".join(key_words(next(s for s in reversed(w.path) if s != ITEM))): self._relative(w)
            for w in places
        }
        if "from port" in ends and "to port" in ends:
            first, last = (
                Computed(
                    name=self._name(n), json_path=JsonPath(field=self.item, path=ends[e]), convert="integer"
                )
                for n, e in (("first_port", "from port"), ("last_port", "to port"))
            )
            if ("ends",) not in self.made:
                self.compute += [first, last]
                self.made["ends",], self.made["ends", 2] = first.name, last.name
            low, high = self.made["ends",], self.made["ends", 2]
            inside = All(
                all=(Test(field=low, op="lte", value=number), Test(field=high, op="gte", value=number))
            )
            protocol = JsonPath(field=self.item, path=(*ends["from port"][:-1], "IpProtocol"))
            return either([Test(json_path=protocol, op="eq", value="-1"), inside])
        parts: list[Condition] = []
        for where in places:
            rel = self._relative(where)
            if ITEM in rel or where.kind == "array":
                parts.append(self._in_array(rel, (str(number),), where))
            else:
                subject = {"json_path": JsonPath(field=self.item, path=rel)}
                parts.append(Test(**subject, op="eq", value=str(number)))
                if where.kind == "text":
                    parts.append(Test(**subject, op="matches", value=r"^\*$"))
        return either(parts)
