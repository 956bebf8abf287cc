"""Conditions on rows of another dataset, over the declared links between what they are about."""

from __future__ import annotations

from agent.planner.questions.entities import ENTITIES, FACTS
from agent.planner.questions.entity_links import Link, direct, way
from agent.planner.questions.errors import CannotSay
from tools.xql.plan import Aggregate, Computed, Condition, Join, JsonPath, Related
from tools.xql.plan.model import Condition as _Condition


def related_rows(
    here: str,
    there: str,
    where: Condition | None,
    *,
    absent: bool = False,
    compute: tuple[Computed, ...] = (),
    outer: list[Computed] | None = None,
) -> Condition:
    """There is (not) a row of `there` that satisfies `where`, seen from a row of `here`.

    `compute` are columns that `where` needs; columns that the link needs of `here` go into `outer`. Raises `CannotSay`.
    """
    found = way(here, there)
    if not found:
        raise CannotSay(f"nothing here links {ENTITIES[here].many} with {ENTITIES[there].many}")
    made: Condition | None = where
    needed = [*compute]
    for number, link in reversed(list(enumerate(found))):
        left, of_left = _key(link.here, link.left)
        right, of_right = _key(link.there, link.right)
        made = _step(link, left, right, made, (*needed, *of_right), absent=absent and number == 0)
        needed = [*of_left]
    if outer is not None:
        outer += [c for c in needed if c not in outer]
    assert made is not None
    return made


def _step(
    link: Link, left: str, right: str, where: Condition | None, compute: tuple[Computed, ...], *, absent: bool
) -> Condition:
    dataset = ENTITIES[link.there].dataset
    if left.endswith("[]"):
        # an array cannot be looked up: the rows of which an item can be are, by their own key
        own, column = ENTITIES[link.here], left[:-2]
        found = Related(dataset=dataset, key=right, field=column, where=where, compute=compute)
        return Related(
            dataset=own.dataset, key=own.key, field=own.key, where=found, expand=(column,), absent=absent
        )
    if right.endswith("[]"):
        column = right[:-2]
        return Related(
            dataset=dataset,
            key=column,
            field=left,
            where=where,
            compute=compute,
            expand=(column,),
            absent=absent,
        )
    if link.bridge is None:
        return Related(dataset=dataset, key=right, field=left, where=where, compute=compute, absent=absent)
    pairs, mine, theirs = link.bridge
    inner: _Condition | None = None
    if where is not None:
        inner = Related(dataset=dataset, key=right, field=theirs, where=where, compute=compute)
    return Related(dataset=pairs, key=mine, field=left, where=inner, absent=absent)


def _key(entity: str, key: str) -> tuple[str, tuple[Computed, ...]]:
    """The column of a key, and what makes it where it stands among the facts."""
    if not key.startswith("@"):
        return key, ()
    name = f"key_{key.rpartition('.')[2]}"
    made = Computed(name=name, json_path=JsonPath(field=FACTS[entity], path=(key[1:],)))
    return name, (made,)


def counting_join(
    here: str, there: str, where: Condition | None, name: str, compute: tuple[Computed, ...] = ()
) -> Join:
    """A join that counts the rows of `there` for each row of `here`; 0 where there are none. Raises `CannotSay`."""
    link = direct(here, there)
    if link is None:
        raise CannotSay(
            f"{ENTITIES[there].many} of {ENTITIES[here].many} can be asked for, yet not counted"
            if way(here, there)
            else f"nothing here links {ENTITIES[here].many} with {ENTITIES[there].many}"
        )
    dataset = ENTITIES[link.there].dataset
    if link.bridge is not None:
        pairs, mine, theirs = link.bridge
        inner: Condition | None = None
        if where is not None:
            inner = Related(dataset=dataset, key=link.right, field=theirs, where=where, compute=compute)
        counted = Aggregate(function="count_rows", name=name)
        return Join(
            dataset=pairs, kind="left", left=link.left, right=mine, where=inner, aggregates=(counted,)
        )
    left, of_left = _key(link.here, link.left)
    right, of_right = _key(link.there, link.right)
    if of_left or left.endswith("[]") or right.endswith("[]"):
        raise CannotSay(f"{ENTITIES[there].many} of {ENTITIES[here].many} can be asked for, yet not counted")
    return Join(
        dataset=dataset, kind="left", left=left, right=right, where=where, compute=(*compute, *of_right),
        aggregates=(Aggregate(function="count", name=name),),
    )  # fmt: skip
