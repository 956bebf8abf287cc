"""Percentages of groups, read back from what makes them."""

from __future__ import annotations

from tools.xql import ast
from tools.xql.plan.measures import all_name, part_name, percentage
from tools.xql.plan.read_conditions import Body


def percentages(
    items: list[Body], first: ast.Stage | None, second: ast.Stage | None
) -> tuple[list[Body], int]:
    """Pairs of a part and a whole whose percentage the next stages make; and how many stages those are."""
    window = first if isinstance(first, ast.WindowComp) else None
    alter = second if window is not None else first
    if not isinstance(alter, ast.Alter):
        return items, 0
    names = [
        item.name
        for item in alter.assignments
        if item.value == percentage(part_name(item.name), all_name(item.name))
    ]
    if len(names) != len(alter.assignments):
        return items, 0
    totals = {f.alias: f for f in window.functions} if window is not None else {}
    by_name = {item["name"]: item for item in items}
    dropped: set[str] = set()
    for name in names:
        part, whole = by_name.get(part_name(name)), by_name.get(all_name(name))
        total = totals.pop(all_name(name), None)
        if part is None or part["function"] != "count" or "field" in part:
            return items, 0
        if total is not None:
            if total != ast.WindowFunction("sum", (ast.Field(part_name(name)),), alias=all_name(name)):
                return items, 0
        elif whole is None or {**whole, "name": ""} != {"function": "count", "name": ""}:
            return items, 0
        dropped.add(all_name(name))
    if totals:
        return items, 0
    made: list[Body] = []
    for item in items:
        name = item["name"].removesuffix("_part")
        if name in names and item["name"] == part_name(name):
            made.append({**item, "function": "percent", "name": name})
        elif item["name"] not in dropped:
            made.append(item)
    return made, 1 if window is None else 2
