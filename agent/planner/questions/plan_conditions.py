"""Conditions of a logical form to conditions of a plan, for rows of the entity that is asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from agent.planner.questions import openings
from agent.planner.questions.entities import BELONGS, ENTITIES, FACTS, Entity, Place
from agent.planner.questions.errors import CannotSay
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Either, Has, Item, Kinds, Opening, Ref, Weakness, Where
from agent.planner.questions.settings import ITEM
from tools.xql.catalog import Catalog
from tools.xql.plan import Aggregate, All, AnyOf, Computed, Condition, Join, JsonPath, Not, Related, Test

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
CATALOG: Final = Catalog.seeded()
RAW: Final = "xdm.asset.raw_fields"
_TYPE: Final = "xdm.asset.type.id"
OPEN: Final = Not(none=Test(field="xdm.issue.status.progress", op="starts_with", value="resolved"))


def both(parts: list[Condition]) -> Condition | None:
    return None if not parts else parts[0] if len(parts) == 1 else All(all=tuple(parts))


def either(parts: list[Condition]) -> Condition:
    return parts[0] if len(parts) == 1 else AnyOf(any=tuple(parts))


class ConditionWriter:
    """Writes conditions for one entity. With `by_join`, related rows are counted by joins, which `joins` collects."""

    def __init__(self, entity: str, estate: Estate, now: datetime, *, by_join: bool = False) -> None:
        self.entity: Entity = ENTITIES[entity]
        self.name = entity
        self.estate, self.now, self.by_join = estate, now, by_join
        self.joins: list[Join] = []
        self.only_type = ""
        self.compute: list[Computed] = []

    # --- many ---

    def all(self, items: tuple[Item, ...]) -> list[Condition]:
        """The conditions of items that all hold. Those about the same asset of an issue go together."""
        own: list[Condition] = []
        of_asset: list[Item] = []
        kinds = [i for i in items if isinstance(i, Kinds) and not i.negated]
        if len(kinds) == 1 and len(kinds[0].types) == 1 and not kinds[0].categories:
            self.only_type = kinds[0].types[0]
        for item in items:
            if self.name != "asset" and "asset" in self.entity.links and self._of_asset(item):
                of_asset.append(item)
            else:
                own.append(self.one(item))
        if of_asset:
            inner = ConditionWriter("asset", self.estate, self.now)
            positive = [i for i in of_asset if not getattr(i, "negated", False)]
            negative = [i for i in of_asset if getattr(i, "negated", False)]
            if positive or len(negative) > 0:
                where = both(inner.all((*positive, *negative)))
                own.append(Related(dataset="asset_inventory", where=where, compute=tuple(inner.compute)))
        return own

    def _of_asset(self, item: Item) -> bool:
        if isinstance(item, Kinds):
            return True
        if isinstance(item, Either):
            return all(self._of_asset(i) for i in item.items)
        if isinstance(item, Weakness):
            return not (self.name == "issue" and item.rules)
        if isinstance(item, Atom) and item.of == "asset":
            return True
        return (
            isinstance(item, Atom)
            and self.place(item.ref) is None
            and not (
                item.of
                and item.of != "asset"
                and item.of != self.name
                and not item.ref.tags
                and not item.ref.places
                and self._elsewhere(item.ref) != "asset"
            )
        )

    def one(self, item: Item) -> Condition:
        if isinstance(item, Either):
            made = either([self.one(i) for i in item.items])
            return Not(none=made) if item.negated else made
        if isinstance(item, Kinds):
            return self.kinds(item)
        if isinstance(item, Weakness):
            return self.weakness(item)
        if isinstance(item, Has):
            return self.has(item)
        if isinstance(item, Opening):
            made = openings.condition(item, self.estate)
            return Not(none=made) if item.negated else made
        return self.atom(item)

    # --- kinds, weaknesses ---

    def kinds(self, item: Kinds) -> Condition:
        if self.name == "event":
            from agent.planner.questions.setting_marks import types_of

            types = tuple(sorted(types_of([item], self.estate))) or item.types or ("-",)
            told: Condition = Test(field="resource_sub_type", op="in", values=types)
            return Not(none=told) if item.negated else told
        if self.name != "asset":
            return Related(
                dataset="asset_inventory", where=ConditionWriter("asset", self.estate, self.now).kinds(item)
            )
        parts: list[Condition] = []
        for field, values in (
            (_TYPE, item.types),
            ("xdm.asset.type.category", item.categories),
            ("xdm.asset.type.class", item.classes),
        ):
            known = [v for v in values if self._known(field, v)] or list(values)
            if values:
                parts.append(
                    Test(field=field, op="eq", value=known[0])
                    if len(known) == 1
                    else Test(field=field, op="in", values=tuple(known))
                )
        if item.types and item.categories and any(t in self.estate.types for t in item.types):
            parts = [
                p
                for p in parts
                if not (
                    isinstance(p, Test)
                    and p.field == "xdm.asset.type.category"
                    and not self._any_category(item)
                )
            ]
        elif item.types and item.categories and self._any_category(item):
            parts = parts[1:]
        made = either(parts)
        return Not(none=made) if item.negated else made

    def _known(self, field: str, value: str) -> bool:
        at = {_TYPE: None, "xdm.asset.type.category": 1, "xdm.asset.type.class": 0}[field]
        if at is None:
            return value in self.estate.types
        return any(row[at].lower() == value.lower() for row in self.estate.types.values())

    def _any_category(self, item: Kinds) -> bool:
        return any(self._known("xdm.asset.type.category", c) for c in item.categories)

    def weakness(self, item: Weakness) -> Condition:
        rules: Condition | None = None
        if item.rules:
            rules = Test(field=ENTITIES["issue"].places["rule"].column, op="in", values=item.rules)
        if self.name == "issue" and rules is not None:
            return Not(none=rules) if item.negated else rules
        parts = [self.atom(one) for one in item.setting]
        if rules is not None:
            parts.append(self.related("issue", [rules, OPEN]))
        made = either(parts)
        return Not(none=made) if item.negated else made

    # --- related rows ---

    def has(self, item: Has) -> Condition:
        inner = ConditionWriter(item.entity, self.estate, self.now)
        parts = inner.all(item.items) + base_of(item.entity, item.items, self.estate)
        if (
            item.op is not None
            and not (item.op == "gte" and item.count <= 1)
            and not (item.op == "gt" and item.count == 0)
        ):
            name = self.count_by_join(item.entity, parts)
            made: Condition = Test(field=name, op=item.op, value=item.count)
            return Not(none=made) if item.negated else made
        return self.related(item.entity, parts, absent=item.negated)

    def related(
        self,
        entity: str,
        parts: list[Condition],
        *,
        absent: bool = False,
        compute: list[Computed] | None = None,
    ) -> Condition:
        dataset = ENTITIES[entity].dataset
        if self.by_join:
            test: Condition = Test(field=self.count_by_join(entity, parts), op="gt", value=0)
            return Not(none=test) if absent else test
        if {self.name, entity} == {"case", "issue"}:
            inner = Related(dataset=dataset, where=both(parts))
            return Related(dataset="case_to_issue", where=inner, absent=absent)
        if {self.name, entity} == {"asset", "endpoint"}:
            here, there = (
                ("xdm.asset.strong_id", "cloud_id")
                if self.name == "asset"
                else ("cloud_id", "xdm.asset.strong_id")
            )
            return Related(
                dataset=dataset,
                key=there,
                field=here,
                where=both(parts),
                absent=absent,
                compute=tuple(compute or ()),
            )
        if not linked(self.entity.dataset, dataset):
            raise CannotSay(f"nothing here links {self.entity.many} with {ENTITIES[entity].many}")
        return Related(dataset=dataset, where=both(parts), absent=absent, compute=tuple(compute or ()))

    def count_by_join(self, entity: str, parts: list[Condition]) -> str:
        """The name of a column with the count of related rows."""
        target = ENTITIES[entity]
        if {self.name, entity} == {"case", "issue"}:
            name = f"{target.many}_{len(self.joins) + 1}" if self.joins else target.many
            self.joins.append(
                Join(
                    dataset="case_to_issue",
                    kind="left",
                    aggregates=(Aggregate(function="count_rows", name=name),),
                )
            )
            return name
        if not linked(self.entity.dataset, target.dataset):
            raise CannotSay(f"nothing here links {self.entity.many} with {target.many}")
        where = both(parts)
        for join in self.joins:
            if join.dataset == target.dataset and join.where == where:
                return join.aggregates[0].name
        name = target.many.replace(" ", "_") + (f"_{len(self.joins) + 1}" if self.joins else "")
        counted = Aggregate(function="count", name=name)
        self.joins.append(Join(dataset=target.dataset, kind="left", where=where, aggregates=(counted,)))
        return name

    # --- one attribute ---

    def place(self, ref: Ref) -> Place | None:
        """Where this entity itself has an attribute; None where only what it is linked with has it."""
        if ref.tags or ref.places:
            return Place() if self.name == "asset" else None
        name = self.entity.time if ref.name == "any_time" else ref.name
        found = self.entity.places.get(name)
        if found is None or not self._there(found):
            return None
        if (
            found.key
            and not self.estate.has_fact(self.name, found.key)
            and "asset" in self.entity.links
            and name in ENTITIES["asset"].places
        ):
            return None
        return found

    def _there(self, place: Place) -> bool:
        """Whether the catalog or the tenant has a column."""
        if not place.column or CATALOG.column(self.entity.dataset, place.column) is not None:
            return True
        return self.estate.has_column(self.entity.dataset, place.column)

    def _elsewhere(self, ref: Ref) -> str:
        return "asset" if ref.name in ENTITIES["asset"].places else BELONGS.get(ref.name, "asset")

    def atom(self, atom: Atom) -> Condition:
        place = self.place(atom.ref)
        if place is None:
            where = (
                "asset"
                if self.name != "asset"
                and (atom.ref.tags or atom.ref.places or atom.ref.name in ENTITIES["asset"].places)
                else BELONGS.get(atom.ref.name, "")
            )
            if not where or where == self.name:
                raise CannotSay(f"{self.entity.many} have no {atom.ref.name.replace('_', ' ')}")
            inner = ConditionWriter(where, self.estate, self.now)
            return self.related(
                where, [inner.atom(atom), *base_of(where, (atom,), self.estate)], compute=inner.compute
            )
        if atom.ref.tags:
            made = self._tags(atom)
        elif atom.ref.places:
            return self._settings(atom)
        elif atom.ref.name == "status" and self.name in ("issue", "case"):
            made = self._status(atom, place.column)
        elif (
            place.type == "array"
            and atom.op in ("gt", "gte", "lt", "lte", "eq")
            and isinstance(atom.values[0], float)
        ):
            made = self.test({"field": self.length(place.column)}, atom, "number")
        else:
            if self.name == "permission" and atom.ref.name == "account":
                named = tuple(self.estate.account_names.get(str(v), str(v)) for v in atom.values)
                atom = atom.model_copy(update={"values": named})
            subject = (
                {"json_path": JsonPath(field=FACTS[self.name], path=(place.key,))}
                if place.key
                else {"field": place.column}
            )
            made = self.test(subject, atom, place.type)
        return Not(none=made) if atom.negated else made

    def length(self, column: str) -> str:
        """The name of a column with the number of items of an array."""
        name = f"number_of_{column.rpartition('.')[2]}"
        if name not in [c.name for c in self.compute]:
            self.compute.append(Computed(name=name, length=column))
        return name

    def _tags(self, atom: Atom) -> Condition:
        if atom.ref.name == "tags":
            parts: list[Condition] = [Test(tag=key, op="not_empty") for key in atom.ref.tags]
            return Not(none=either(parts))
        if atom.op == "empty":
            return Not(none=either([Test(tag=key, op="not_empty") for key in atom.ref.tags]))
        return either([self.test({"tag": key}, atom, "text") for key in atom.ref.tags])

    def _status(self, atom: Atom, field: str) -> Condition:
        parts: list[Condition] = []
        done = AnyOf(
            any=(
                Test(field=field, op="starts_with", value="resolved"),
                Test(field=field, op="starts_with", value="closed"),
            )
        )
        for value in map(str, atom.values):
            if value == "open":
                parts.append(OPEN if self.name == "issue" else Not(none=done))
            elif value == "closed":
                parts.append(done if self.name == "case" else done.any[0])
            elif value == "progress":
                parts.append(
                    Test(
                        field=field,
                        op="in",
                        values=("In Progress", "IN_PROGRESS", "UNDER_INVESTIGATION", "Under Investigation"),
                    )
                )
            else:
                parts.append(Test(field=field, op="eq", value=value))
        return either(parts) if parts else Test(field=field, op="is_empty")

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
            return Test(**subject, op="in", values=atom.values)
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

    # --- configuration ---

    def _settings(self, atom: Atom) -> Condition:
        """For each type its own places: one of them says so, or, negated, none does."""
        by_type: dict[str, list[Condition]] = {}
        for where in atom.ref.places:
            by_type.setdefault(where.type_id, []).append(self._setting(where, atom))
        parts: list[Condition] = []
        for type_id, found in by_type.items():
            inner = either(found)
            if atom.negated:
                inner = Not(none=inner)
            if self.only_type != type_id:
                inner = All(all=(Test(field=_TYPE, op="eq", value=type_id), inner))
            parts.append(inner)
        return either(parts)

    def _setting(self, where: Where, atom: Atom) -> Condition:
        if ITEM in where.path:
            return self._inside(where, atom)
        subject = {"json_path": JsonPath(field=RAW, path=(self.estate.platform, *where.path))}
        if where.kind == "array" and atom.op in ("true", "empty", "eq", "in", "starts", "contains"):
            return self._of_array(where, atom)
        if where.kind == "object" and atom.op in ("true", "empty"):
            found = self._of_object(where)
            return Not(none=found) if atom.op == "empty" else found
        return self._of_kind(subject, where, atom)

    def _of_array(self, where: Where, atom: Atom) -> Condition:
        path = JsonPath(field=RAW, path=(self.estate.platform, *where.path))
        known = next((c for c in self.compute if c.json_path == path), None)
        name = known.name if known else f"items_{len(self.compute) + 1}"
        if known is None:
            self.compute.append(Computed(name=name, json_path=path, array=True))
        if atom.op in ("true", "empty"):
            return Test(field=name, op="not_empty" if atom.op == "true" else "is_empty")
        if len(atom.values) > 1:
            return Test(field=name, op="in", values=tuple(map(str, atom.values)))
        return Test(
            field=name,
            op="contains" if atom.op in ("contains", "starts") else "eq",
            value=str(atom.values[0]),
        )

    def _of_object(self, where: Where) -> Condition:
        """An object is there where something in it is; one of switches only is on where all of them are."""
        inside = [
            s
            for s in self.estate.settings.by_type.get(where.type_id, ())
            if len(s.path) > len(where.path)
            and s.path[: len(where.path)] == where.path
            and s.kind in ("bool", "text", "number", "time")
        ]
        paths = [
            JsonPath(
                field=RAW, path=(self.estate.platform, *(0 if step == ITEM else step for step in s.path))
            )
            for s in inside
        ]
        if inside and all(s.kind == "bool" and ITEM not in s.path for s in inside):
            return All(all=tuple(Test(json_path=path, op="eq", value="true") for path in paths[:20]))
        if not paths:
            return Test(
                json_path=JsonPath(field=RAW, path=(self.estate.platform, *where.path)), op="not_empty"
            )
        order = sorted(range(len(paths)), key=lambda n: (-inside[n].seen, len(inside[n].path)))
        return either([Test(json_path=paths[n], op="not_empty") for n in order[:5]])

    def _dated(self, subject: dict[str, Any], atom: Atom) -> Condition:
        """Times that stand as ISO text: their order is that of the text."""
        bounds: list[tuple[Any, datetime]] = []
        if atom.op == "range":
            bounds += [("gte", atom.start)] if atom.start is not None else []
            bounds += [("lt", atom.end)] if atom.end is not None else []
        else:
            bounds.append(
                ("lt" if atom.op == "older" else "gte", self.now - timedelta(days=float(atom.values[0])))
            )
        parts: list[Condition] = [
            Test(**subject, op=op, value=at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"))
            for op, at in bounds
        ]
        found = both(parts)
        assert found is not None
        return found

    def _of_kind(self, subject: dict[str, Any], where: Where, atom: Atom) -> Condition:
        if atom.op in ("older", "within", "range"):
            return self._dated(subject, atom)
        if atom.op == "true":
            if where.good:
                return Test(**subject, op="in", values=where.good)
            if where.kind == "bool":
                return Test(**subject, op="eq", value="true")
            if where.kind == "number":
                return Test(**subject, op="gt", value=0)
            if where.kind in ("array", "object"):
                return All(
                    all=(
                        Test(**subject, op="not_empty"),
                        Test(**subject, op="not_in", values=("[]", "{}", "null")),
                    )
                )
            return All(
                all=(
                    Test(**subject, op="not_empty"),
                    Test(**subject, op="not_in", values=("none", "null", "disabled", "false")),
                )
            )
        if atom.op == "empty":
            return AnyOf(
                any=(Test(**subject, op="is_empty"), Test(**subject, op="in", values=("[]", "{}", "null")))
            )
        if (atom.op == "starts" and where.kind == "array") or (
            atom.op in ("eq", "in") and where.kind == "array"
        ):
            return Test(**subject, op="contains", value=str(atom.values[0]))
        if atom.op == "starts" and where.kind == "bool":
            return Test(**subject, op="eq", value=str(atom.values[0]))
        return self.test(subject, atom, "number" if where.kind == "number" else "text")

    def _inside(self, where: Where, atom: Atom) -> Condition:
        """A condition on the items of an array: some item satisfies it."""
        at = where.path.index(ITEM)
        outer, rest = where.path[:at], where.path[at + 1 :]
        compute: tuple[Computed, ...] = (
            Computed(
                name="item", json_path=JsonPath(field=RAW, path=(self.estate.platform, *outer)), array=True
            ),
        )
        expand: tuple[str, ...] = ("item",)
        field = "item"
        if ITEM in rest:
            second = rest.index(ITEM)
            compute += (
                Computed(name="part", json_path=JsonPath(field="item", path=rest[:second]), array=True),
            )
            expand += ("part",)
            field, rest = "part", rest[second + 1 :]
        subject = {"json_path": JsonPath(field=field, path=rest)}
        inner = self._of_kind(subject, where, atom)
        active = self._active(where)
        if active is not None:
            inner = All(all=(inner, active))
        condition = All(all=(Test(field=_TYPE, op="eq", value=where.type_id), inner))
        if self.by_join:
            name = f"matches_{len(self.joins) + 1}"
            counted = Aggregate(function="count_rows", name=name)
            self.joins.append(
                Join(
                    dataset="asset_inventory",
                    kind="left",
                    compute=compute,
                    expand=expand,
                    where=condition,
                    aggregates=(counted,),
                )
            )
            return Test(field=name, op="gt", value=0)
        return Related(dataset="asset_inventory", compute=compute, expand=expand, where=condition)

    def _active(self, where: Where) -> Condition | None:
        """Of dated items that may be switched off, those that are on: an old key that is inactive opens nothing."""
        if where.kind != "time":
            return None
        at = where.path.index(ITEM)
        status = next(
            (
                s
                for s in self.estate.settings.by_type.get(where.type_id, ())
                if s.path[: at + 1] == where.path[: at + 1]
                and s.leaf.lower() == "status"
                and "active" in s.values
            ),
            None,
        )
        return (
            Test(json_path=JsonPath(field="item", path=status.path[at + 1 :]), op="eq", value="Active")
            if status
            else None
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


def iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _whole(value: str | float) -> Any:
    if isinstance(value, float) and value == int(value):
        return int(value)
    return value


def _text(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:g}"
