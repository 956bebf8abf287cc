"""Lists: columns, order, the first of each group."""

from __future__ import annotations

from typing import Any, Final

from agent.planner.questions.errors import CannotSay
from agent.planner.questions.form import Atom, Either, Has, Item, Ref
from agent.planner.questions.plan_conditions import ConditionWriter, base_of
from agent.planner.questions.plan_measures import MOST, MeasureWriter
from tools.xql.plan import (
    Computed,
    JoinedField,
    Order,
    Test,
    TopPerGroup,
)

_RANKS: Final = ("CRITICAL", "HIGH", "MEDIUM", "LOW", "INFO", "INFORMATIONAL")
_RULE: Final = (
    ("xdm.asset.id", "asset_id"),
    ("xdm.asset.name", "asset_name"),
    ("xdm.asset.type.id", "asset_type_id"),
)


def _spoken(items: tuple[Item, ...]) -> list[Ref]:
    """What conditions speak of, once each."""
    found: list[Ref] = []
    for item in items:
        if isinstance(item, Either):
            found += _spoken(item.items)
        elif isinstance(item, Atom) and item.ref.name not in ("any_time", "tags"):
            found.append(item.ref)
        elif isinstance(item, Has):
            continue
    return list(dict.fromkeys(found))


class ListWriter(MeasureWriter):
    """Writes what a plan lists."""

    def _listed(self) -> dict[str, Any]:
        form = self.form
        if form.rule_form:
            return {
                "fields": tuple(JoinedField(field=f, name=n) for f, n in _RULE),
                "limit": form.limit or MOST,
                "order": (Order(field="xdm.asset.id"),),
            }
        shown: list[str] = []
        for name in self.entity.shown:
            place = self.entity.places.get(name)
            if place is not None and place.type == "items" and place.column not in self.columns.expand:
                # as it stands: one row for each item only where that is asked
                shown.append(place.column)
            elif (found := self._column(Ref(name=name))) is not None:
                shown.append(found)
        for ref in form.columns:
            shown += list(self.columns.asset()) if ref.name == "asset" else [self.columns.column(ref)]
        for ref in _spoken(form.items):
            spoken = self.entity.places.get(ref.name)
            if spoken is not None and spoken.type == "items" and not ref.tags and not ref.places:
                continue
            if (ref.tags and ref.name != "tags") or ref.places or ref.name in self.entity.places:
                if ref.places and (
                    len({w.type_id for w in ref.places}) > 3 or any("*" in w.path for w in ref.places)
                ):
                    continue
                if (found := self._column(ref)) is not None:
                    shown.append(found)
        body: dict[str, Any] = {}
        if form.rank is not None:
            shown += self._ranking(body)
        if form.per and form.limit is not None:
            by = tuple(name for ref in form.per for name in self._group(ref))
            shown += list(by)
            first = (
                self.order[0]
                if self.order
                else Order(field=self.columns.column(Ref(name=self.entity.time)), direction="desc")
            )
            body["top"] = TopPerGroup(n=form.limit, by=by, order=first.field, direction=first.direction)
            shown.append(first.field)
            body["limit"] = MOST
            self.order = [Order(field=name) for name in by] + [first]
        else:
            body["limit"] = form.limit or MOST
        shown += [join.aggregates[0].name for join in self.writer.joins]
        key = self.entity.key or (
            self.columns.column(Ref(name=self.entity.time)) if self.entity.time in self.entity.places else ""
        )
        if not self.order and self.entity.log:
            self.order.append(Order(field="_time", direction="desc"))
        if key and key not in [o.field for o in self.order] and len(self.order) < 5:
            self.order.append(Order(field=key))
        body["order"] = tuple(self.order)
        body["fields"] = tuple(dict.fromkeys(shown))
        return body

    def _column(self, ref: Ref) -> str | None:
        """A column, where the tenant has it."""
        place = self.entity.places.get(ref.name)
        own = place is not None and place.column and not ref.tags and not ref.places
        if own and self.writer.place(ref) is None:
            return None
        try:
            return self.columns.column(ref)
        except CannotSay:
            return None

    def _ranking(self, body: dict[str, Any]) -> list[str]:
        rank = self.form.rank
        assert rank is not None
        down: Any = "desc" if rank.descending else "asc"
        if rank.has is not None:
            inner = ConditionWriter(rank.has.entity, self.estate, self.now)
            name = self.writer.count_by_join(
                rank.has.entity,
                inner.all(rank.has.items) + base_of(rank.has.entity, rank.has.items, self.estate),
            )
            self.order.append(Order(field=name, direction=down))
            if rank.descending and (self.form.limit is not None or self.form.per):
                # what has none is not among those with the most
                self.only.append(Test(field=name, op="gt", value=0))
            return [name]
        ref = rank.ref or Ref(name="name")
        if ref.name == "any_time":
            ref = Ref(name=self.entity.time)
        if ref.name in ("first_seen", "last_seen") and ref.name not in self.entity.places:
            ref = Ref(name=self.entity.time)
        if ref.name == "severity":
            column = self.columns.column(ref)
            self.columns.compute.append(Computed(name="severity_rank", rank=column, ranks=_RANKS))
            self.order.append(Order(field="severity_rank", direction="asc" if rank.descending else "desc"))
            if self.form.per:
                return [column, "severity_rank"]
            return [column]
        # dates are compared as they are written (ISO 8601)
        column = self.columns.column(ref, number=any(p.kind != "time" for p in ref.places))
        place = self.writer.place(ref)
        if place is not None and place.type == "array":
            column = self.writer.length(column)
        if ref.places and (self.form.limit is not None or self.form.per):
            # what has no such number is neither first nor last by it
            self.only.append(Test(field=column, op="not_empty"))
        self.order.append(Order(field=column, direction=down))
        return [column]
