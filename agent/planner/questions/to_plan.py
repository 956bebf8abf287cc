"""A logical form to a typed plan."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from agent.planner.questions.entities import ENTITIES, LOG_DAYS
from agent.planner.questions.errors import CannotSay
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Form, Has, Item, Ref, Weakness
from agent.planner.questions.plan_conditions import both, iso, known_dataset
from agent.planner.questions.plan_elements import each_plan
from agent.planner.questions.plan_lists import ListWriter
from agent.planner.questions.plan_measures import MOST
from agent.planner.questions.plan_sides import over_of, sides_plan
from agent.planner.questions.plan_tests import CATALOG
from tools.xql.plan import (
    Condition,
    PostureQuery,
    Test,
    TimeFrame,
)

# attributes that many things have none of
_OF_SOME: Final = ("assignee", "os", "cluster", "namespace")
# the longest time frame that the language has
_ALL_TIME: Final = TimeFrame(last="400d")


def to_plan(form: Form, estate: Estate, now: datetime) -> PostureQuery:
    """The plan of a form. Raises `CannotSay` where no query of this tenant's data says it."""
    if form.each is not None:
        return each_plan(form, estate, now)
    if form.sides:
        return sides_plan(form, estate, now)
    known_dataset(ENTITIES[form.entity].dataset, estate)
    if _opposed(form.items):
        raise CannotSay("it names a thing and its opposite, which nothing is at once; ask for one of them")
    return _Planner(form, estate, now).plan()


def _opposed(items: tuple[Item, ...]) -> bool:
    """Whether two conditions that must both hold are each other's opposite."""
    told = [
        (item.model_copy(update={"negated": False, "label": ""}), item.negated)
        for item in items
        if (isinstance(item, Atom) and item.op in ("empty", "true")) or isinstance(item, Has | Weakness)
    ]
    return any(one == other and said != unsaid for one, said in told for other, unsaid in told)


class _Planner(ListWriter):
    """Puts the parts of a plan together."""

    def plan(self) -> PostureQuery:
        if self._of_lack():
            return over_of(self.form, self._lacking())
        items, frame = self._framed()
        where = self.writer.all(items) + self._base() + self._present()
        if self.form.group or self.form.measure is not None or self.form.span:
            body = self._measured()
        else:
            body = self._listed()
        where += self._of_same_item(items) + self.only
        aggregates = body.get("aggregates", ())
        joins = [*self.writer.joins, *(self.part.joins if self.part else ())]
        if (asset := self.columns.join()) is not None:
            joins.append(asset)
        if asset is not None and not aggregates and "distinct" not in body and self.entity.key:
            body["distinct"] = (self.entity.key,)
        plan = PostureQuery(
            dataset=self.entity.dataset,
            where=both(where),
            joins=tuple(joins),
            compute=(*self.writer.compute, *(self.part.compute if self.part else ()), *self.columns.compute),
            expand=tuple(self.columns.expand),
            timeframe=frame,
            **body,
        )
        return over_of(self.form, plan)

    def _of_same_item(self, items: tuple[Item, ...]) -> list[Condition]:
        """Where an array of objects stands one row for each, its conditions are about that one."""
        found: list[Condition] = []
        for item in items:
            place = self.entity.places.get(item.ref.name) if isinstance(item, Atom) else None
            if (
                not isinstance(item, Atom)
                or place is None
                or place.type != "items"
                or item.negated
                or not item.values
            ):
                continue
            if place.column in self.columns.expand:
                column = self.columns.column(item.ref)
                values = tuple(map(str, item.values))
                found.append(
                    Test(field=column, op="contains", value=values[0])
                    if item.op == "contains"
                    else Test(field=column, op="in", values=values)
                )
        return found

    def _present(self) -> list[Condition]:
        """Who has the most of something has a name: the group of what has none is no answer."""
        form = self.form
        bounded = form.having is not None and form.having[0] in ("gt", "gte") and not form.over
        if (form.rank is None or form.limit is None) and not bounded:
            return []
        ranked = [ref for ref in form.group if ref.tags or ref.places or ref.name in _OF_SOME]
        if form.measure is not None and form.measure.function == "percent" and not form.measure.part:
            # a part of all: what has no name counts in the whole
            return []
        atoms = [Atom(ref=ref, op="empty", negated=True) for ref in ranked]
        return self.writer.all(tuple(atoms))

    def _framed(self) -> tuple[tuple[Item, ...], TimeFrame | None]:
        """The conditions without those that the time frame of a log says."""
        if not self.entity.log:
            known = CATALOG.dataset(self.entity.dataset)
            whole = known is not None and known.state
            return self.form.items, None if whole else _ALL_TIME
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
        if frame is not None and self._elsewhere(tuple(rest)):
            # a time frame cuts every dataset of a query: here only the log's own rows are meant
            return self.form.items, _ALL_TIME
        if self._elsewhere(tuple(rest)):
            return (*rest, Atom(ref=Ref(name="time"), op="within", values=(float(LOG_DAYS),))), _ALL_TIME
        return tuple(rest), frame or TimeFrame(last=f"{LOG_DAYS}d")

    def _elsewhere(self, items: tuple[Item, ...]) -> bool:
        """Whether conditions, groups or columns look into other datasets."""
        refs = [*self.form.group, *self.form.columns, *(i.ref for i in items if isinstance(i, Atom))]
        own = self.entity.places
        return any(isinstance(i, Has | Weakness) for i in items) or any(
            r.tags or r.places or (r.name not in own and r.name not in ("any_time", "age")) for r in refs
        )

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


__all__ = ["MOST", "to_plan"]
