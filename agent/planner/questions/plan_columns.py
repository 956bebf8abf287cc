"""Columns that a plan shows, groups by or measures: the entity's own, tags, configuration, or of the linked asset."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final

from agent.planner.questions.entities import ENTITIES, FACTS, Place
from agent.planner.questions.entity_links import Link, direct
from agent.planner.questions.errors import CannotSay
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Ref
from agent.planner.questions.plan_conditions import RAW, ConditionWriter
from agent.planner.questions.settings import ITEM
from tools.xql.plan import Computed, Join, JoinedField, JsonPath

_TAKEN: Final = frozenset(
    {"and", "or", "not", "in", "contains", "null", "true", "false", "as", "by", "asc", "desc"}
)


# records of one asset each: their rows name it by its id in the cloud, which no two assets share
_RECORDS: Final = frozenset({"endpoint", "cmdb", "event"})


def _of_records(entity: str) -> Link | None:
    """The link of records that other systems keep with the assets that they are about."""
    return direct(entity, "asset") if entity in _RECORDS else None


@dataclass(slots=True)
class Columns:
    """Makes columns for one plan; `compute`, `expand` and `joins` are what they need."""

    writer: ConditionWriter
    estate: Estate
    compute: list[Computed] = field(default_factory=list)
    expand: list[str] = field(default_factory=list)
    _made: dict[str, str] = field(default_factory=dict)
    _asset: list[JoinedField] = field(default_factory=list)
    _asset_compute: list[Computed] = field(default_factory=list)

    def column(self, ref: Ref, *, number: bool = False) -> str:
        """The name of a column that holds what a ref is about."""
        key = ref.key
        if key not in self._made:
            self._made[key] = self._make(ref, number)
        return self._made[key]

    def lower(self, column: str, name: str) -> str:
        """A column with the values of another in one spelling."""
        made = next((c.name for c in self.compute if c.lower == column), None)
        if made is None:
            made = self._name(name)
            self.compute.append(Computed(name=made, lower=column))
        return made

    def join(self) -> Join | None:
        """The join with assets that the columns need."""
        if not self._asset:
            return None
        link = _of_records(self.writer.name)
        return Join(
            dataset="asset_inventory",
            kind="left",
            left=link.left if link is not None else None,
            right=link.right if link is not None else None,
            fields=tuple(self._asset),
            compute=tuple(self._asset_compute),
        )

    def _linked(self) -> bool:
        """Whether each row is of assets that columns can be taken of."""
        return "asset" in self.writer.entity.links or _of_records(self.writer.name) is not None

    def _make(self, ref: Ref, number: bool) -> str:
        entity = self.writer.entity
        if ref.name == "age":
            at = self.column(Ref(name=entity.time))
            self.compute.append(Computed(name="age_in_days", age_days=at))
            return "age_in_days"
        if ref.name == "fix_days" and "first_seen" in entity.places:
            whole = (
                "resolved" if self.estate.has_column("issues", "xdm.issue.resolution_time") else "modified"
            )
            self.compute += [
                Computed(
                    name="hours_to_resolve",
                    age_hours=self.column(Ref(name="first_seen")),
                    until=self.column(Ref(name=whole if entity.name == "issue" else "resolved")),
                ),
                Computed(name="days_to_resolve", math="divide", left="hours_to_resolve", right=24),
            ]
            return "days_to_resolve"
        place = self.writer.place(ref)
        if place is None:
            if not self._linked():
                raise CannotSay(f"{entity.many} have no {ref.name.replace('_', ' ')}")
            return self._of_asset(ref)
        if ref.tags or ref.places:
            made, name = self._computed(ref, number)
            self.compute += made
            return name
        if place.type == "items":
            return self._item_of(ref, place)
        if place.key:
            name = self._name(ref.name)
            path = JsonPath(field=FACTS[self.writer.name], path=(place.key,))
            if place.type == "array":
                self.compute.append(Computed(name=name, json_path=path, array=True))
            else:
                convert: Any = "number" if place.type == "number" else "text"
                self.compute.append(Computed(name=name, json_path=path, convert=convert))
            return name
        return place.column

    def _item_of(self, ref: Ref, place: Place) -> str:
        """A value of each item of a column that is an array of objects."""
        if place.column not in self.expand:
            self.expand.append(place.column)
        name = self._name(ref.name)
        self.compute.append(Computed(name=name, json_path=JsonPath(field=place.column, path=(place.item,))))
        return name

    def _of_asset(self, ref: Ref) -> str:
        if ref.tags or ref.places:
            made, name = self._computed(ref, False)
            self._asset_compute += made
            self._asset.append(JoinedField(field=name))
            return name
        place = ENTITIES["asset"].places.get("id" if ref.name == "asset" else ref.name)
        if place is None:
            raise CannotSay(f"{self.writer.entity.many} have no {ref.name.replace('_', ' ')}")
        self._asset.append(JoinedField(field=place.column))
        return place.column

    def asset(self) -> tuple[str, ...]:
        """Columns that tell an asset."""
        if self.writer.name == "asset":
            return "xdm.asset.id", "xdm.asset.name"
        if self.writer.name in ("finding", "vulnerability"):
            return "xdm.finding.asset_id", "xdm.finding.asset_name"
        if not self._linked():
            raise CannotSay(f"{self.writer.entity.many} are not linked with assets here")
        for name in ("xdm.asset.id", "xdm.asset.name"):
            if name not in [item.field for item in self._asset]:
                self._asset.append(JoinedField(field=name))
        return "xdm.asset.id", "xdm.asset.name"

    def _computed(self, ref: Ref, number: bool) -> tuple[list[Computed], str]:
        name = self._name(ref.name)
        if ref.tags:
            if len(ref.tags) == 1:
                return [Computed(name=name, tag=ref.tags[0])], name
            parts = [
                Computed(name=self._name(f"{ref.name} {n}"), tag=tag) for n, tag in enumerate(ref.tags, 1)
            ]
            return [*parts, Computed(name=name, coalesce=tuple(p.name for p in parts))], name
        number = number and not all(where.kind == "time" for where in ref.places)
        paths = list(dict.fromkeys(where.path for where in ref.places))[:6]
        if any(ITEM in path for path in paths):
            return self._items(name, next(path for path in paths if ITEM in path), number)
        convert = "number" if number else "text"
        whole = [JsonPath(field=RAW, path=(self.estate.platform, *path)) for path in paths]
        if len(whole) == 1:
            return [Computed(name=name, json_path=whole[0], convert=convert)], name
        parts = [
            Computed(name=self._name(f"{ref.name} {n}"), json_path=path, convert=convert)
            for n, path in enumerate(whole, 1)
        ]
        return [*parts, Computed(name=name, coalesce=tuple(p.name for p in parts))], name

    def _items(self, name: str, path: tuple[str, ...], number: bool) -> tuple[list[Computed], str]:
        """A value of each item of an array: the array is expanded."""
        at = path.index(ITEM)
        outer, rest = path[:at], path[at + 1 :]
        item = self._name(f"{outer[-1]} item")
        self.expand.append(item)
        made = [
            Computed(
                name=item, json_path=JsonPath(field=RAW, path=(self.estate.platform, *outer)), array=True
            )
        ]
        field_ = item
        if ITEM in rest:
            second = rest.index(ITEM)
            part = self._name(f"{rest[0]} part")
            self.expand.append(part)
            made.append(Computed(name=part, json_path=JsonPath(field=item, path=rest[:second]), array=True))
            field_, rest = part, rest[second + 1 :]
        made.append(
            Computed(
                name=name, json_path=JsonPath(field=field_, path=rest), convert="number" if number else "text"
            )
        )
        return made, name

    def _name(self, words: str) -> str:
        name = re.sub(r"\W+", "_", words.strip()).strip("_").lower()[:60] or "value"
        if not re.match(r"[^\W\d]", name) or name in _TAKEN:
            name = f"the_{name}"
        taken = {c.name.lower() for c in (*self.compute, *self._asset_compute)}
        while name in taken:
            name += "_2"
        return name
