"""Conditions on one item of an array in the configuration: the assets that have such an item."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from agent.planner.questions.form import Atom, Either, Item, Where
from agent.planner.questions.plan_tests import RAW, TYPE, both, either
from agent.planner.questions.settings import ITEM
from tools.xql.plan import Aggregate, Computed, Condition, Join, JsonPath, Not, Related, Test

if TYPE_CHECKING:
    from agent.planner.questions.plan_settings import SettingWriter


_SCALARS = ("bool", "text", "number", "time")


def atoms_of(item: Item) -> Iterator[Atom]:
    """The single conditions in an item."""
    if isinstance(item, Atom):
        yield item
    elif isinstance(item, Either):
        for inner in item.items:
            yield from atoms_of(inner)


def starred(atom: Atom) -> bool:
    """Whether a value that is asked for has a star in it."""
    return atom.op in ("eq", "in") and any("*" in str(value) for value in atom.values)


class ItemRows:
    """The items of one array of one type as rows; arrays inside of an item are rows too where one is asked about."""

    def __init__(
        self,
        writer: SettingWriter,
        type_id: str,
        outer: tuple[str, ...],
        *,
        nested: Mapping[tuple[str, ...], str] | None = None,
    ) -> None:
        self._writer, self._type, self._outer = writer, type_id, outer
        path = JsonPath(field=RAW, path=(writer.estate.platform, *outer))
        self.compute = [Computed(name="item", json_path=path, array=True)]
        self.expand = ["item"]
        # arrays inside of the items that have columns already
        self.parts: dict[tuple[str, ...], str] = dict(nested or {})

    def of(self, item: Item) -> Condition | None:
        """The condition for a row; None where this array has no place for it."""
        if isinstance(item, Either):
            parts = [made for inner in item.items if (made := self.of(inner)) is not None]
            return either(parts) if parts else None
        if not isinstance(item, Atom):
            return None
        size = len(self._outer)
        told = [
            self.of_atom(w, item)
            for w in item.ref.places
            if w.type_id == self._type and w.path[: size + 1] == (*self._outer, ITEM)
        ]
        if not told:
            return None
        return Not(none=either(told)) if item.negated else either(told)

    def of_atom(self, where: Where, atom: Atom) -> Condition:
        """What an atom says of one place in the item; its own negation is left to the caller."""
        rest = where.path[len(self._outer) + 1 :]
        field = "item"
        subject: dict[str, Any]
        if ITEM in rest:
            at = rest.index(ITEM)
            field, rest = self._array(rest[:at], rows=True), rest[at + 1 :]
        if (
            where.kind == "array"
            and rest
            and ITEM not in rest
            and atom.op in ("eq", "in", "starts", "contains", "matches")
        ):
            listed = self._any(self._values(field, rest), atom)
            if (active := self._active(where)) is not None:
                listed = both([listed, active]) or listed
            if not self._writer.single(where):
                return listed
            # one value stands there by itself, several in a list
            subject = {"json_path": JsonPath(field=field, path=rest)}
            alone = self._writer.of_kind(subject, where.model_copy(update={"kind": "text"}), atom)
            return either([alone, listed])
        if where.kind == "array" and atom.op in ("true", "empty") and rest and ITEM not in rest:
            there = Test(field=self._values(field, rest), op="not_empty" if atom.op == "true" else "is_empty")
            if not self._writer.single(where):
                return there
            alone = Test(
                json_path=JsonPath(field=field, path=rest),
                op="not_empty" if atom.op == "true" else "is_empty",
            )
            return either([alone, there]) if atom.op == "true" else both([alone, there]) or there
        if where.kind == "object" and atom.op in ("true", "empty") and rest:
            return self._object(field, rest, where, there=atom.op == "true")
        if ITEM in rest:
            rest = tuple(0 if step == ITEM else step for step in rest)  # type: ignore[misc]
        subject = {"json_path": JsonPath(field=field, path=rest)} if rest else {"field": field}
        inner = self._writer.of_kind(subject, where, atom)
        active = self._active(where)
        return inner if active is None else both([inner, active]) or inner

    def _object(self, field: str, rest: tuple[str, ...], where: Where, *, there: bool) -> Condition:
        """An object in the item is there where something in it is."""
        size = len(where.path)
        inside = [
            s.path[size:]
            for s in self._writer.estate.settings.by_type.get(where.type_id, ())
            if s.path[:size] == where.path and ITEM not in s.path[size:] and s.kind in _SCALARS
        ]
        paths = [(*rest, *more) for more in sorted(inside, key=len)[:5]] or [rest]
        found = either([Test(json_path=JsonPath(field=field, path=path), op="not_empty") for path in paths])
        return found if there else Not(none=found)

    def related(self, conditions: list[Condition]) -> Condition:
        """The assets of which some row satisfies all conditions."""
        whole = both([Test(field=TYPE, op="eq", value=self._type), *conditions])
        compute, expand = tuple(self.compute), tuple(self.expand)
        if not self._writer.by_join:
            return Related(dataset="asset_inventory", compute=compute, expand=expand, where=whole)
        name = f"matches_{len(self._writer.joins) + 1}"
        counted = Aggregate(function="count_rows", name=name)
        self._writer.joins.append(
            Join(
                dataset="asset_inventory", kind="left", compute=compute, expand=expand, where=whole,
                aggregates=(counted,),
            )
        )  # fmt: skip
        return Test(field=name, op="gt", value=0)

    def _array(self, path: tuple[str, ...], *, rows: bool) -> str:
        """The name of a column with an array inside of the item, expanded where its items are asked about."""
        if path not in self.parts:
            name = "part" if not self.parts else f"part_{len(self.parts) + 1}"
            self.compute.append(Computed(name=name, json_path=JsonPath(field="item", path=path), array=True))
            self.parts[path] = name
        name = self.parts[path]
        if rows and name not in self.expand:
            self.expand.append(name)
        return name

    def _values(self, field: str, path: tuple[str, ...]) -> str:
        """The name of a column with the values of an array inside of an item or of a part of it."""
        if field == "item":
            return self._array(path, rows=False)
        key = (field, *path)
        if key not in self.parts:
            self.parts[key] = f"values_{len(self.parts) + 1}"
            made = Computed(name=self.parts[key], json_path=JsonPath(field=field, path=path), array=True)
            self.compute.append(made)
        return self.parts[key]

    def _any(self, name: str, atom: Atom) -> Condition:
        """Some value of an array inside of the item."""
        if starred(atom):
            return either([self._starred(name, str(value)) for value in atom.values])
        op: Any = {"eq": "eq", "in": "eq", "matches": "matches"}.get(atom.op, "contains")
        return either([Test(field=name, op=op, value=str(value)) for value in atom.values])

    def _starred(self, name: str, value: str) -> Condition:
        return Test(field=name, op="matches", value=f"(?i)^{re.escape(value)}$")

    def _active(self, where: Where) -> Condition | None:
        """Of dated items that may be switched off, those that are on: an old key that is inactive opens nothing."""
        size = len(self._outer)
        switch = next(
            (
                s
                for s in self._writer.estate.settings.by_type.get(where.type_id, ())
                if s.path == (*self._outer, ITEM, "enabled") and s.kind == "bool"
            ),
            None,
        )
        if switch is not None and where.path != switch.path:
            # kinds of logs that are listed and switched off are not written
            return Test(json_path=JsonPath(field="item", path=("enabled",)), op="eq", value="true")
        if where.kind != "time":
            return None
        status = next(
            (
                s
                for s in self._writer.estate.settings.by_type.get(where.type_id, ())
                if s.path[: size + 1] == (*self._outer, ITEM)
                and s.leaf.lower() == "status"
                and "active" in s.values
            ),
            None,
        )
        if status is None:
            return None
        return Test(json_path=JsonPath(field="item", path=status.path[size + 1 :]), op="eq", value="Active")
