"""Measures of groups, shares, bins of time, groups without."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from agent.planner.questions.entities import ENTITIES
from agent.planner.questions.errors import CannotSay
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Form, Has, Item, Kinds, Linked, Ref, Weakness
from agent.planner.questions.plan_columns import Columns
from agent.planner.questions.plan_conditions import OPEN, ConditionWriter, base_of, both
from agent.planner.questions.plan_tests import TYPE
from agent.planner.questions.setting_marks import types_of
from tools.xql.plan import (
    Aggregate,
    Condition,
    Not,
    Order,
    PostureQuery,
    Test,
    TimeBin,
    TopPerGroup,
)

MOST: Final = 10_000
_FORMATS: Final = {"1h": "%Y-%m-%d %H:00"}
_UNITS: Final = {"1h": "hour", "1d": "day", "1w": "week", "1mo": "month", "1y": "year"}
_WORDS: Final = frozenset(
    {
        "provider",
        "severity",
        "status",
        "category",
        "class",
        "type",
        "result",
        "issue_category",
        "region",
        "capability",
    }
)


def form_entity(form: Form, ref: Ref) -> str:
    """The entity whose values a group shows."""
    return form.entity if ref.name in ENTITIES[form.entity].places else "asset"


def _of_use(item: Item) -> bool:
    """Whether a condition is on when a permission was used."""
    return isinstance(item, Atom) and item.ref.name in ("last_seen", "any_time")


class MeasureWriter:
    """Writes what a plan measures; `writer` has its conditions, `columns` its columns."""

    def __init__(self, form: Form, estate: Estate, now: datetime) -> None:
        self.form, self.estate, self.now = form, estate, now
        self.entity = ENTITIES[form.entity]
        share = form.measure is not None and form.measure.function == "percent"
        self.writer = ConditionWriter(form.entity, estate, now)
        self.part = ConditionWriter(form.entity, estate, now, by_join=True) if share else None
        self.columns = Columns(self.writer, estate)
        self.order: list[Order] = []
        # conditions that what is measured or ranked brings along
        self.only: list[Condition] = []

    def _told(self, part: tuple[Item, ...]) -> list[Condition]:
        """A share of what configuration says is one of the types whose configuration says it: the rest is unknown."""
        if self.form.entity != "asset":
            return []
        asked = types_of([i for i in self.form.items if isinstance(i, Kinds) and not i.negated], self.estate)
        types = asked
        for item in part:
            atoms = item.setting if isinstance(item, Weakness) and not item.rules else (item,)
            held = {w.type_id for a in atoms if isinstance(a, Atom | Linked) for w in a.ref.places}
            types = types & held if held else types
        if not types or types == asked:
            return []
        return (
            [Test(field=TYPE, op="in", values=tuple(sorted(types)))]
            if len(types) > 1
            else [Test(field=TYPE, op="eq", value=next(iter(types)))]
        )

    def _group(self, ref: Ref) -> tuple[str, ...]:
        if ref.name == "asset":
            return self.columns.asset()
        column = self.columns.column(ref)
        if (
            not ref.tags
            and not ref.places
            and ref.name in _WORDS
            and self.estate.mixed(form_entity(self.form, ref), ref.name)
        ):
            return (self.columns.lower(column, ref.name),)
        return (column,)

    def _measured(self) -> dict[str, Any]:
        form, measure = self.form, self.form.measure
        function = measure.function if measure is not None else "count"
        by = tuple(dict.fromkeys(name for ref in form.group for name in self._group(ref)))
        if form.entity == "asset" and form.group == (Ref(name="namespace"),):
            # what belongs to a whole cluster is in none
            self.only.append(Not(none=Test(field=by[0], op="is_empty")))
        if self.writer.joins and not by and function == "count":
            pass
        name = self.entity.many.replace(" ", "_")
        counts = Aggregate(function="count" if self.entity.key else "count_rows", name=name)
        if (
            form.entity == "vulnerability"
            and form.group
            and form.group[0].name == "cve"
            and form.rank is not None
        ):
            counts = Aggregate(function="count_distinct", field="xdm.finding.asset_id", name="assets")
        if function == "count":
            made = counts
        elif function == "percent":
            assert self.part is not None
            assert measure is not None
            where = both(self.part.all(measure.part)) if measure.part else None
            self.only += self._told(measure.part)
            made = Aggregate(function="percent", where=where, name="percent")
        else:
            assert measure is not None
            ref = measure.ref or Ref(name="cvss")
            column = (
                self._count_of(measure.has)
                if measure.has is not None
                else self.columns.asset()[0]
                if ref.name == "asset"
                else self.columns.column(ref, number=bool(ref.places) and function != "distinct")
            )
            kind: Any = {"distinct": "count_distinct"}.get(function, function)
            label = ref.name.replace(" ", "_").replace("-", "_") if measure.has is None else column
            made = Aggregate(
                function=kind,
                field=column,
                name=f"{label}s" if function == "distinct" else f"{function}_{label}",
            )
        others = tuple(
            made.model_copy(update={"function": f, "name": made.name.replace(function, f, 1)})
            for f in form.also
        )
        body: dict[str, Any] = {"group_by": by, "aggregates": (made, *others), "limit": form.limit or MOST}
        if form.having is not None:
            body["having"] = Test(field=made.name, op=form.having[0], value=int(form.having[1]))
        elif function == "percent" and form.limit is not None and measure is not None and not measure.part:
            named = [self._group(ref)[0] for ref in form.group if ref.tags or ref.places]
            body["having"] = both([Not(none=Test(field=name, op="is_empty")) for name in named])
        order: list[Order] = []
        if form.span:
            ref = Ref(name=self._bin_time())
            column = self.columns.column(ref)
            body["time_bin"] = TimeBin(
                field=column,
                span=form.span,
                format=_FORMATS.get(form.span, "%Y-%m-%d"),
                name=_UNITS[form.span],
            )
            if form.rank is not None and form.rank.ref is None and not form.per:
                # "which week had the most"
                most: Any = "desc" if form.rank.descending else "asc"
                order.append(Order(field=made.name, direction=most))
            order.append(Order(field=_UNITS[form.span]))
        if form.per and form.limit is not None:
            per = tuple(dict.fromkeys(name for ref in form.per for name in self._group(ref)))
            down: Any = "asc" if form.rank is not None and not form.rank.descending else "desc"
            body["top"] = TopPerGroup(n=form.limit, by=per, order=made.name, direction=down)
            body["limit"] = MOST
            order += [Order(field=column) for column in per]
        if by:
            order += self._group_order(made.name, by)
        body["order"] = tuple(order[:5])
        return body

    def _count_of(self, has: Has) -> str:
        """The column with the number of related rows of each thing."""
        inner = ConditionWriter(has.entity, self.estate, self.now)
        parts = inner.all(has.items) + base_of(has.entity, has.items, self.estate)
        return self.writer.count_by_join(has.entity, parts, compute=inner.compute)

    def _group_order(self, measure: str, by: tuple[str, ...]) -> list[Order]:
        rank = self.form.rank
        found: list[Order] = []
        if rank is not None and rank.ref is not None and rank.ref in self.form.group:
            column = self._group(rank.ref)[0]
            found.append(
                Order(
                    field=column,
                    direction="desc" if rank.descending and rank.ref.name != "severity" else "asc",
                )
            )
        elif by and rank is not None and rank.ref is not None and rank.ref.name == "name":
            # "sort by name": what the groups are called
            found.append(Order(field=by[-1], direction="desc" if rank.descending else "asc"))
        elif not self.form.span:
            down: Any = "asc" if rank is not None and not rank.descending else "desc"
            found.append(Order(field=measure, direction=down))
        return found + [Order(field=name) for name in by if name not in [o.field for o in found]]

    def _bin_time(self) -> str:
        for item in self.form.items:
            if isinstance(item, Atom) and item.ref.name in (
                "modified",
                "last_seen",
                "resolved",
                "first_seen",
            ):
                return item.ref.name
        if self.form.entity == "issue" and any(
            isinstance(i, Atom) and i.ref.name == "status" and i.values == ("closed",)
            for i in self.form.items
        ):
            return "resolved" if self.estate.has_column("issues", "xdm.issue.resolution_time") else "modified"
        return self.entity.time

    def _of_lack(self) -> bool:
        form = self.form
        if form.having is None or not form.group:
            return False
        if form.entity == "permission":
            return form.having == ("eq", 0.0) and any(map(_of_use, form.items))
        if form.entity == "event" and form.having == ("eq", 0.0):
            raise CannotSay("what has no events in a log does not stand in it")
        if form.entity not in ("asset", "issue", "vulnerability", "finding"):
            return False
        if form.measure is not None and form.measure.function == "percent":
            return False
        return form.having == ("eq", 0.0) or (form.having[0] in ("lt", "lte") and form.entity != "asset")

    def _lacking(self) -> PostureQuery:
        """Accounts (regions, teams) whose assets have few or no such rows: zero counts too."""
        form = self.form
        assert form.having is not None
        if form.entity == "permission":
            return self._unused()
        inner = ConditionWriter(form.entity, self.estate, self.now)
        parts = inner.all(form.items) + self._base()
        if form.entity == "asset":
            by = tuple(self.columns.column(ref) for ref in form.group)
            none = Aggregate(function="count", where=both(parts), name="assets")
            return PostureQuery(
                dataset="asset_inventory",
                compute=tuple(self.columns.compute),
                group_by=by,
                aggregates=(none,),
                having=Test(field="assets", op="eq", value=0),
                order=tuple(Order(field=name) for name in by),
                limit=MOST,
            )
        writer = ConditionWriter("asset", self.estate, self.now)
        counted = writer.count_by_join(form.entity, parts)
        columns = Columns(writer, self.estate)
        by = tuple(columns.column(ref) for ref in form.group)
        total = Aggregate(function="sum", field=counted, name=f"{counted}_total")
        return PostureQuery(
            dataset="asset_inventory", joins=tuple(writer.joins), compute=tuple(columns.compute), group_by=by,
            aggregates=(total,), having=Test(field=total.name, op=form.having[0], value=int(form.having[1])),
            order=tuple(Order(field=name) for name in by), limit=form.limit or MOST,
        )  # fmt: skip

    def _unused(self) -> PostureQuery:
        """Identities none of whose permissions was used (in a time): each with its permissions counted so."""
        form = self.form
        used = self.writer.all(tuple(i for i in form.items if _of_use(i)))
        others = self.writer.all(tuple(i for i in form.items if not _of_use(i)))
        by = tuple(name for ref in form.group for name in self._group(ref))
        none = Aggregate(function="count_rows", where=both(used), name="used_permissions")
        return PostureQuery(
            dataset=self.entity.dataset,
            where=both(others),
            compute=tuple(self.columns.compute),
            group_by=by,
            aggregates=(none,),
            having=Test(field=none.name, op="eq", value=0),
            order=tuple(Order(field=name) for name in by),
            limit=form.limit or MOST,
        )

    def _base(self) -> list[Condition]:
        form = self.form
        found: list[Condition] = []
        if form.entity == "vulnerability":
            found += base_of("vulnerability", (), self.estate)
        if form.entity == "issue" and form.status == "open":
            found.append(OPEN)
        if form.entity == "finding" and form.status == "open":
            found += base_of("finding", (), self.estate)
        return found
