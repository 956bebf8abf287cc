"""A logical form to a typed plan."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from agent.planner.questions.entities import ENTITIES
from agent.planner.questions.errors import CannotSay
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Either, Form, Has, Item, Ref
from agent.planner.questions.plan_columns import Columns
from agent.planner.questions.plan_conditions import OPEN, ConditionWriter, base_of, both, iso
from tools.xql.plan import (
    Aggregate,
    Computed,
    Condition,
    Join,
    JoinedField,
    Order,
    PostureQuery,
    Test,
    TimeBin,
    TimeFrame,
    TopPerGroup,
)

MOST: Final = 10_000
_RANKS: Final = ("CRITICAL", "HIGH", "MEDIUM", "LOW", "INFO", "INFORMATIONAL")
_RULE: Final = (
    ("xdm.asset.id", "asset_id"),
    ("xdm.asset.name", "asset_name"),
    ("xdm.asset.type.id", "asset_type_id"),
)
_FORMATS: Final = {"1h": "%Y-%m-%d %H:00"}


def to_plan(form: Form, estate: Estate, now: datetime) -> PostureQuery:
    """The plan of a form. Raises `CannotSay` where no query of this tenant's data says it."""
    return _Planner(form, estate, now).plan()


class _Planner:
    def __init__(self, form: Form, estate: Estate, now: datetime) -> None:
        self.form, self.estate, self.now = form, estate, now
        self.entity = ENTITIES[form.entity]
        share = form.measure is not None and form.measure.function == "percent"
        self.writer = ConditionWriter(form.entity, estate, now)
        self.part = ConditionWriter(form.entity, estate, now, by_join=True) if share else None
        self.columns = Columns(self.writer, estate)
        self.order: list[Order] = []

    def plan(self) -> PostureQuery:
        if self._of_lack():
            return self._lacking()
        items, frame = self._framed()
        where = self.writer.all(items) + self._base() + self._present()
        if self.form.group or self.form.measure is not None or self.form.span:
            body = self._measured()
        else:
            body = self._listed()
        aggregates = body.get("aggregates", ())
        joins = [*self.writer.joins, *(self.part.joins if self.part else ())]
        if (asset := self.columns.join()) is not None:
            joins.append(asset)
        if asset is not None and not aggregates and "distinct" not in body and self.entity.key:
            body["distinct"] = (self.entity.key,)
        return PostureQuery(
            dataset=self.entity.dataset,
            where=both(where),
            joins=tuple(joins),
            compute=(*self.writer.compute, *(self.part.compute if self.part else ()), *self.columns.compute),
            expand=tuple(self.columns.expand),
            timeframe=frame,
            **body,
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

    def _present(self) -> list[Condition]:
        """Who has the most of something has a name: the group of what has none is no answer."""
        form = self.form
        if form.rank is None or form.limit is None or not form.group or form.per:
            return []
        atoms = [Atom(ref=ref, op="empty", negated=True) for ref in form.group if ref.tags or ref.places]
        return self.writer.all(tuple(atoms))

    # --- time of logs ---

    def _framed(self) -> tuple[tuple[Item, ...], TimeFrame | None]:
        """The conditions without those that the time frame of a log says."""
        if not self.entity.log:
            return self.form.items, None
        frame: TimeFrame | None = None
        rest: list[Item] = []
        for item in self.form.items:
            if (
                isinstance(item, Atom)
                and item.ref.name in ("time", "any_time")
                and not item.negated
                and frame is None
            ):
                frame = self._frame(item)
                if frame is not None:
                    continue
            rest.append(item)
        return tuple(rest), frame or TimeFrame(last="90d" if self.form.span else "30d")

    def _frame(self, atom: Atom) -> TimeFrame | None:
        if atom.op == "within":
            days = float(atom.values[0])
            return TimeFrame(last=f"{int(days)}d" if days == int(days) else f"{max(1, round(days * 24))}h")
        if atom.op == "range" and atom.start is not None:
            end = min(atom.end, self.now) if atom.end is not None else None
            return TimeFrame(
                start=iso(atom.start), end=iso(end) if end is not None and end > atom.start else None
            )
        return None

    # --- lists ---

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
            if (found := self._column(Ref(name=name))) is not None:
                shown.append(found)
        for ref in form.columns:
            shown += list(self.columns.asset()) if ref.name == "asset" else [self.columns.column(ref)]
        for ref in _spoken(form.items):
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
        if place is not None and place.column and not ref.tags and not ref.places:
            if self.writer.place(ref) is None:
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
        column = self.columns.column(ref, number=bool(ref.places))
        place = self.writer.place(ref)
        if place is not None and place.type == "array":
            column = self.writer.length(column)
        self.order.append(Order(field=column, direction=down))
        return [column]

    # --- measures ---

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
            assert self.part is not None and measure is not None
            where = both(self.part.all(measure.part)) if measure.part else None
            made = Aggregate(function="percent", where=where, name="percent")
        else:
            assert measure is not None
            ref = measure.ref or Ref(name="cvss")
            column = (
                self.columns.asset()[0]
                if ref.name == "asset"
                else self.columns.column(ref, number=bool(ref.places) and function != "distinct")
            )
            kind: Any = {"distinct": "count_distinct"}.get(function, function)
            label = ref.name.replace(" ", "_").replace("-", "_")
            made = Aggregate(
                function=kind,
                field=column,
                name=f"{label}s" if function == "distinct" else f"{function}_{label}",
            )
        body: dict[str, Any] = {"group_by": by, "aggregates": (made,), "limit": form.limit or MOST}
        if form.having is not None:
            body["having"] = Test(field=made.name, op=form.having[0], value=int(form.having[1]))
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

    # --- groups without ---

    def _of_lack(self) -> bool:
        form = self.form
        if (
            form.having is None
            or not form.group
            or form.entity not in ("asset", "issue", "vulnerability", "finding")
        ):
            return False
        return form.having == ("eq", 0.0) or (form.having[0] in ("lt", "lte") and form.entity != "asset")

    def _lacking(self) -> PostureQuery:
        """Accounts (regions, teams) whose assets have few or no such rows: zero counts too."""
        form = self.form
        assert form.having is not None
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


_UNITS: Final = {"1h": "hour", "1d": "day", "1w": "week", "1mo": "month", "1y": "year"}


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


__all__ = ["MOST", "Join", "timedelta", "to_plan"]
