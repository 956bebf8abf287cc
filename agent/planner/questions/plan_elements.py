"""Items of arrays in the configuration: rows for each, counts, and conditions on one item at a time."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Form
from agent.planner.questions.plan_conditions import both
from agent.planner.questions.plan_items_inside import InsideWriter
from agent.planner.questions.plan_tests import TYPE
from tools.xql.plan import (
    Aggregate,
    Computed,
    Condition,
    Order,
    PostureQuery,
    Related,
    Test,
)

MOST: Final = 10_000
_OWN: Final = ("xdm.asset.id", "xdm.asset.name", "xdm.asset.realm", "xdm.asset.cloud.region")


def each_plan(form: Form, estate: Estate, now: datetime) -> PostureQuery:
    """The plan of a form with `each`."""
    assert form.each is not None
    return _Writer(form, form.each, estate, now).plan()


class _Writer(InsideWriter):
    """Writes one plan."""

    def plan(self) -> PostureQuery:
        each, form = self.each, self.form
        assets = self.writer.all(form.items)
        if len(self.writer.only_type) == 0 or self.writer.only_type not in self.paths:
            types = tuple(sorted(self.paths))
            assets.append(
                Test(field=TYPE, op="in", values=types)
                if len(types) > 1
                else Test(field=TYPE, op="eq", value=types[0])
            )
        if each.negated or each.holding:
            return self._having(assets)
        if each.by_asset and not (each.tests or each.inside or self.outer):
            return self._lengths(assets)
        self._open()
        tests = [*self._tests(each.tests), *self._inside(each.inside)]
        if each.count:
            return self._counted([*assets, *tests])
        shown = [self._shown(ref) if ref.places else self.columns.column(ref) for ref in each.shown]
        fields = tuple(dict.fromkeys((*_OWN, *shown)))
        order = (Order(field="xdm.asset.id"), *(Order(field=name) for name in shown[:3]))
        if form.rank is not None and form.rank.ref is not None:
            dated = self._value(form.rank.ref)
            down: Any = "desc" if form.rank.descending else "asc"
            order = (Order(field=dated, direction=down), *order[:4])
        return self._query([*assets, *tests], fields=fields, order=order, limit=form.limit or MOST)

    def _query(self, where: list[Condition], **more: Any) -> PostureQuery:
        return PostureQuery(
            dataset="asset_inventory", where=both(where), joins=tuple(self.writer.joins),
            compute=(*self.writer.compute, *self.compute, *self.columns.compute),
            expand=tuple(dict.fromkeys((*self.expand, *self.columns.expand))), **more,
        )  # fmt: skip

    def _counted(self, where: list[Condition]) -> PostureQuery:
        each, form = self.each, self.form
        by: list[str] = []
        if each.by_asset:
            by += ["xdm.asset.id", "xdm.asset.name"]
        if each.count != "distinct":
            by += [self._value(ref) for ref in each.group]
        by += [self.columns.column(ref) for ref in form.group]
        by = list(dict.fromkeys(by))
        if each.count == "distinct":
            made = Aggregate(
                function="count_distinct", field=self._value(each.group[0]), name="different_values"
            )
        elif each.of is not None:
            made = Aggregate(function="count_distinct", field=self._value(each.of), name=self._plural())
        elif each.count == "assets":
            made = Aggregate(function="count", name="assets")
        elif len(self.expand) > 1 + len(self.outer):
            self.compute.append(Computed(name="one_item", concat=("xdm.asset.id", self.item)))
            made = Aggregate(function="count_distinct", field="one_item", name=self._plural())
        else:
            made = Aggregate(function="count_rows", name=self._plural())
        if each.count == "distinct" and not form.group:
            by = []
        down: Any = "asc" if form.rank is not None and not form.rank.descending else "desc"
        more: dict[str, Any] = {"group_by": tuple(by), "aggregates": (made,), "limit": form.limit or MOST}
        if by:
            more["order"] = (Order(field=made.name, direction=down), *(Order(field=name) for name in by[:4]))
        if form.having is not None:
            more["having"] = Test(field=made.name, op=form.having[0], value=int(form.having[1]))
        if form.over == "count" and by:
            del more["order"]
            more |= {"over": (Aggregate(function="count_rows", name="assets"),), "limit": MOST}
        return self._query(where, **more)

    def _lengths(self, where: list[Condition]) -> PostureQuery:
        """How many items each asset has: none counts too."""
        each, form = self.each, self.form
        name = self._plural()
        self.compute.append(Computed(name="items_there", length=self.item))
        self.compute.append(Computed(name="none_there", when=Test(field="items_there", op="is_null"), then=0))
        self.compute.append(Computed(name=name, coalesce=("items_there", "none_there")))
        if each.function:
            made = Aggregate(function=each.function, field=name, name=f"{each.function}_{name}")
            by = tuple(self.columns.column(ref) for ref in form.group)
            order = tuple(Order(field=column) for column in by)
            return self._query(where, group_by=by, aggregates=(made,), order=order, limit=MOST)
        if form.having is not None:
            where.append(Test(field=name, op=form.having[0], value=int(form.having[1])))
        if form.over == "count":
            return self._query(where, aggregates=(Aggregate(function="count", name="assets"),))
        down: Any = "asc" if form.rank is not None and not form.rank.descending else "desc"
        order = (Order(field=name, direction=down), Order(field="xdm.asset.id"))
        return self._query(
            where,
            fields=(*_OWN, name),
            order=order,
            limit=form.limit or (1 if form.rank is not None and not self._several() else MOST),
        )

    def _several(self) -> bool:
        return not self.form.noun or self.form.noun.endswith("s") or self.form.limit is not None

    def _having(self, where: list[Condition]) -> PostureQuery:
        """Assets of which some item is so, or none."""
        self._open()
        tests = [*self._tests(self.each.tests), *self._inside(self.each.inside)]
        types = tuple(sorted(self.paths))
        inside = both([Test(field=TYPE, op="in", values=types), *tests])
        found = Related(
            dataset="asset_inventory",
            where=inside,
            compute=tuple(self.compute),
            expand=tuple(self.expand),
            absent=self.each.negated,
        )
        self.compute, self.expand = [], []
        if self.form.measure is not None:
            by = tuple(self.columns.column(ref) for ref in self.form.group)
            return self._query(
                [*where, found],
                group_by=by,
                aggregates=(Aggregate(function="count", name="assets"),),
                order=(Order(field="assets", direction="desc"), *(Order(field=n) for n in by)) if by else (),
                limit=self.form.limit or MOST,
            )
        return self._query(
            [*where, found], fields=_OWN, order=(Order(field="xdm.asset.id"),), limit=self.form.limit or MOST
        )
