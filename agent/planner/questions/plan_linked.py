"""Conditions on a resource by another one with which it shares an id in the configuration."""

from __future__ import annotations

from agent.planner.questions.form import Where
from agent.planner.questions.plan_tests import RAW, TYPE, both
from agent.planner.questions.settings import ITEM
from tools.xql.plan import Aggregate, Computed, Condition, Join, JsonPath, Not, Related, Test


def linked_by_id(
    way: tuple[Where, Where],
    platform: str,
    told: Condition | None,
    compute: tuple[Computed, ...],
    *,
    absent: bool,
    joins: list[Join] | None = None,
) -> Condition:
    """The assets that have (not) an id which some asset of the other type has, of which `told` holds.

    With `joins`, they are counted by one more join, where a condition inside of a measure may not look elsewhere.
    """
    there, of_there, rows_there = _id(way[1], platform, "linked")
    here, of_here, rows_here = _id(way[0], platform, "own")
    same = Related(
        dataset="asset_inventory",
        key=there,
        field=here,
        where=both([Test(field=TYPE, op="eq", value=way[1].type_id), *([told] if told else [])]),
        compute=(*compute, *of_there),
        expand=rows_there,
    )
    where = both([Test(field=TYPE, op="eq", value=way[0].type_id), same])
    if joins is not None:
        name = f"linked_{len(joins) + 1}"
        counted = Aggregate(function="count_rows", name=name)
        joins.append(
            Join(
                dataset="asset_inventory", kind="left", compute=of_here, expand=rows_here, where=where,
                aggregates=(counted,),
            )
        )  # fmt: skip
        some: Condition = Test(field=name, op="gt", value=0)
        return Not(none=some) if absent else some
    return Related(dataset="asset_inventory", where=where, compute=of_here, expand=rows_here, absent=absent)


def _id(where: Where, platform: str, name: str) -> tuple[str, tuple[Computed, ...], tuple[str, ...]]:
    """The column of an id, what makes it, and the array that is expanded for it."""
    column = f"{name}_id"
    if ITEM not in where.path and where.kind == "array":
        path = JsonPath(field=RAW, path=(platform, *where.path))
        return column, (Computed(name=column, json_path=path, array=True),), (column,)
    if ITEM not in where.path:
        path = JsonPath(field=RAW, path=(platform, *where.path))
        return column, (Computed(name=column, json_path=path),), ()
    at = where.path.index(ITEM)
    row = f"{name}_item"
    items = Computed(name=row, json_path=JsonPath(field=RAW, path=(platform, *where.path[:at])), array=True)
    rest = tuple(0 if step == ITEM else step for step in where.path[at + 1 :])
    if not rest:
        return row, (items,), (row,)
    return column, (items, Computed(name=column, json_path=JsonPath(field=row, path=rest))), (row,)
