"""Conditions of a logical form to conditions of a plan, for rows of the entity that is asked for."""

from __future__ import annotations

from agent.planner.questions import openings
from agent.planner.questions.entities import BELONGS, ENTITIES, FACTS, Place
from agent.planner.questions.entity_links import direct, reachable
from agent.planner.questions.errors import CannotSay
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import (
    Atom,
    Either,
    Has,
    Inside,
    Item,
    Kinds,
    Linked,
    Opening,
    Ref,
    Weakness,
)
from agent.planner.questions.plan_linked import linked_by_id
from agent.planner.questions.plan_possible import possible
from agent.planner.questions.plan_related import counting_join, related_rows
from agent.planner.questions.plan_settings import SettingWriter
from agent.planner.questions.plan_tests import CATALOG, OPEN, RAW, TYPE, base_of, both, either, iso, linked
from tools.xql.plan import Aggregate, AnyOf, Computed, Condition, Join, JsonPath, Not, Test
from tools.xql.plan.model_conditions import has_related


def known_dataset(dataset: str, estate: Estate) -> None:
    """Raise `CannotSay` for a dataset that neither the catalog nor the tenant knows."""
    if CATALOG.dataset(dataset) is None and not estate.has_rows(dataset):
        raise CannotSay(f"this tenant has no dataset {dataset}")


class ConditionWriter(SettingWriter):
    """Writes conditions for one entity."""

    def all(self, items: tuple[Item, ...]) -> list[Condition]:
        """The conditions of items that all hold. Those about the same asset of an issue go together."""
        own: list[Condition] = []
        of_asset: list[Item] = []
        kinds = [i for i in items if isinstance(i, Kinds) and not i.negated]
        if len(kinds) == 1 and len(kinds[0].types) == 1 and not kinds[0].categories:
            self.only_type = kinds[0].types[0]
        if self.name == "asset":
            possible(items, self.estate)
        for item in items:
            if self.name not in ("asset", "event") and reachable(self.name, "asset") and self._of_asset(item):
                of_asset.append(item)
            else:
                own.append(self.one(item))
        if of_asset:
            inner = ConditionWriter("asset", self.estate, self.now)
            positive = [i for i in of_asset if not getattr(i, "negated", False)]
            negative = [i for i in of_asset if getattr(i, "negated", False)]
            if positive or len(negative) > 0:
                where = both(inner.all((*positive, *negative)))
                told = related_rows(
                    self.name, "asset", where, compute=tuple(inner.compute), outer=self.compute
                )
                own.append(told)
        return [self._flagged(one) for one in own] if self.by_join and self.name != "asset" else own

    def _flagged(self, condition: Condition) -> Condition:
        """Where no other rows can be looked up: a count of the own row among those that satisfy the condition."""
        if not has_related(condition) or not self.entity.key:
            return condition
        name = f"matches_{len(self.joins) + 1}"
        key = self.entity.key
        self.joins.append(
            Join(
                dataset=self.entity.dataset, kind="left", left=key, right=key, where=condition,
                aggregates=(Aggregate(function="count_rows", name=name),),
            )
        )  # fmt: skip
        return Test(field=name, op="gt", value=0)

    def _of_asset(self, item: Item) -> bool:
        if isinstance(item, Kinds):
            return True
        if isinstance(item, Either):
            return all(self._of_asset(i) for i in item.items)
        if isinstance(item, Weakness):
            return not (self.name == "issue" and item.rules)
        if isinstance(item, Atom) and item.of == "asset":
            return True
        if isinstance(item, Atom) and item.ref.name == "fix_days" and "resolved" in self.entity.places:
            return False
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
        if isinstance(item, Inside):
            found = self.of_one_item(item)
            return Not(none=found) if item.negated else found
        if isinstance(item, Linked):
            inner = ConditionWriter("asset", self.estate, self.now)
            told = both(inner.all((item.kinds, *item.items)))
            joins = self.joins if self.by_join else None
            ways = [
                linked_by_id(
                    way, self.estate.platform, told, tuple(inner.compute), absent=item.negated, joins=joins
                )
                for way in item.ways
            ]
            # without any of them, or with one
            return (both(ways) or ways[0]) if item.negated else either(ways)
        if isinstance(item, Opening):
            made = openings.condition(item, self.estate)
            return Not(none=made) if item.negated else made
        return self.atom(item)

    def kinds(self, item: Kinds) -> Condition:
        if self.name == "event":
            from agent.planner.questions.setting_marks import types_of

            types = tuple(sorted(types_of([item], self.estate))) or item.types or ("-",)
            told: Condition = Test(field="resource_sub_type", op="in", values=types)
            return Not(none=told) if item.negated else told
        if self.name != "asset":
            told = ConditionWriter("asset", self.estate, self.now).kinds(item)
            return related_rows(self.name, "asset", told, outer=self.compute)
        parts: list[Condition] = []
        for field, values in (
            (TYPE, item.types),
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
        at = {TYPE: None, "xdm.asset.type.category": 1, "xdm.asset.type.class": 0}[field]
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
        parts = [self.one(one) for one in item.setting]
        if rules is not None:
            parts.append(self.related("issue", [rules, OPEN]))
        made = either(parts)
        return Not(none=made) if item.negated else made

    def has(self, item: Has) -> Condition:
        inner = ConditionWriter(item.entity, self.estate, self.now)
        parts = inner.all(item.items) + base_of(item.entity, item.items, self.estate)
        if (
            item.op is not None
            and not (item.op == "gte" and item.count <= 1)
            and not (item.op == "gt" and item.count == 0)
        ):
            name = self.count_by_join(item.entity, parts, compute=inner.compute)
            made: Condition = Test(field=name, op=item.op, value=item.count)
            return Not(none=made) if item.negated else made
        return self.related(item.entity, parts, absent=item.negated, compute=inner.compute)

    def related(
        self,
        entity: str,
        parts: list[Condition],
        *,
        absent: bool = False,
        compute: list[Computed] | None = None,
    ) -> Condition:
        known_dataset(ENTITIES[entity].dataset, self.estate)
        if self.by_join and direct(self.name, entity) is not None:
            counted = self.count_by_join(entity, parts, compute=compute)
            test: Condition = Test(field=counted, op="gt", value=0)
            return Not(none=test) if absent else test
        return related_rows(
            self.name, entity, both(parts), absent=absent, compute=tuple(compute or ()), outer=self.compute
        )

    def count_by_join(
        self, entity: str, parts: list[Condition], *, compute: list[Computed] | None = None
    ) -> str:
        """The name of a column with the count of related rows."""
        target = ENTITIES[entity]
        known_dataset(target.dataset, self.estate)
        where = both(parts)
        name = target.many.replace(" ", "_") + (f"_{len(self.joins) + 1}" if self.joins else "")
        made = counting_join(self.name, entity, where, name, tuple(compute or ()))
        for join in self.joins:
            if join.dataset == made.dataset and join.where == made.where:
                return join.aggregates[0].name
        self.joins.append(made)
        return name

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

    def _took(self, atom: Atom) -> Condition:
        """How long it was open until it was resolved, in days."""
        first, last = (self.entity.places[name].column for name in ("first_seen", "resolved"))
        if not any(c.name == "hours_open" for c in self.compute):
            self.compute.append(Computed(name="hours_open", age_hours=first, until=last))
        days = float(atom.values[0])
        made: Condition = Test(field="hours_open", op=atom.op, value=round(days * 24))
        return Not(none=made) if atom.negated else made

    def atom(self, atom: Atom) -> Condition:
        place = self.place(atom.ref)
        if atom.ref.name == "fix_days" and "resolved" in self.entity.places and atom.values:
            return self._took(atom)
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
        elif place.type == "items":
            made = self._of_items(atom, place)
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

    def _of_items(self, atom: Atom, place: Place) -> Condition:
        """Some item of an array of objects: their text holds the value."""
        if atom.op == "empty":
            empty: Condition = Test(field=place.column, op="is_empty")
            return AnyOf(any=(empty, Test(field=place.column, op="eq", value="[]")))
        exact = atom.op in ("eq", "in")
        values = [f'"{v}"' if exact else str(v) for v in atom.values]
        return either([Test(field=place.column, op="contains", value=v) for v in values])

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


__all__ = ["OPEN", "RAW", "ConditionWriter", "base_of", "both", "either", "iso", "linked"]
