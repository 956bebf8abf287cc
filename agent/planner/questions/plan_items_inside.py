"""Conditions on one item of an array that the reader of configuration has made, and values as they stand in it."""

from __future__ import annotations

from agent.planner.questions.errors import CannotSay
from agent.planner.questions.form import Item, Ref
from agent.planner.questions.plan_conditions import both, either
from agent.planner.questions.plan_items import ItemWriter
from agent.planner.questions.plan_one_item import ItemRows
from agent.planner.questions.plan_tests import TYPE
from agent.planner.questions.settings import ITEM
from tools.xql.plan import All, Computed, Condition, JsonPath, Test


class InsideWriter(ItemWriter):
    """Writes them in terms of the columns that a plan of items has already."""

    def _inside(self, items: tuple[Item, ...]) -> list[Condition]:
        """Conditions on the configuration of one item, type by type."""
        by_type: list[Condition] = []
        for type_id, path in sorted(self.paths.items()) if items else ():
            rows = ItemRows(self.writer, type_id, path, nested=self._nested())
            parts = [made for item in items if (made := rows.of(item)) is not None]
            if len(parts) < len(items):
                continue
            self._take(rows)
            inner = both(parts)
            assert inner is not None
            one = len(self.paths) == 1
            by_type.append(inner if one else All(all=(Test(field=TYPE, op="eq", value=type_id), inner)))
        if items and not by_type:
            raise CannotSay("no item of their configuration has all of these")
        return [either(by_type)] if by_type else []

    def _nested(self) -> dict[tuple[str, ...], str]:
        """Arrays inside of the items that are made already."""
        return {key[1]: name for key, name in self.made.items() if key[0] in ("part", "array")}

    def _take(self, rows: ItemRows) -> None:
        known = {c.name for c in self.compute}
        self.compute += [c for c in rows.compute[1:] if c.name not in known]
        self.expand += [name for name in rows.expand[1:] if name not in self.expand]
        for path, name in rows.parts.items():
            self.made.setdefault(("part" if name in rows.expand else "array", path), name)

    def _shown(self, ref: Ref) -> str:
        """A column to be shown: where one value stands by itself and several in a list, as it stands."""
        places = [w for w in ref.places if w.type_id in self.paths and not self._outside(w)]
        if len(places) != 1 or places[0].kind != "array" or not self.writer.single(places[0]):
            return self._value(ref)
        rel = self._relative(places[0])
        field = self.item
        if ITEM in rel:
            at = rel.index(ITEM)
            field, rel = self._part(rel[:at]), rel[at + 1 :]
        if ITEM in rel or not rel:
            return self._value(ref)
        alone, listed, name = (self._name(f"{ref.name}{more}") for more in (" alone", " listed", ""))
        path = JsonPath(field=field, path=rel)
        self.compute.append(Computed(name=alone, json_path=path))
        self.compute.append(Computed(name=listed, json_path=path, array=True))
        self.compute.append(Computed(name=name, coalesce=(alone, listed)))
        return name
