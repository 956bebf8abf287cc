"""Values in a plan that nothing in the estate has: the usual reason why a right-looking query finds nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from difflib import get_close_matches

from agent.asking.facets import Facets
from agent.asking.shortlist import quoted
from tools.xql.plan.model import All, AnyOf, Condition, Join, Not, PostureQuery, Related, Test

_SHOWN = 8
_MOST = 4


def strange_values(plan: PostureQuery, facets: Facets) -> tuple[str, ...]:
    """One sentence for each value that a plan asks for and that its column or tag has nowhere in the estate."""
    told: dict[str, None] = {}
    for test in _tests(plan):
        known = _known(test, facets)
        if not known or test.op not in ("eq", "in"):
            continue
        lowered = {value.lower() for value in known}
        for value in test.values or (test.value,):
            if isinstance(value, str) and value and "*" not in value and value.lower() not in lowered:
                told[_sentence(test, value, known)] = None
    return tuple(told)[:_MOST]


def _sentence(test: Test, value: str, known: Collection[str]) -> str:
    ordered = sorted(known)
    near = get_close_matches(value.lower(), [item.lower() for item in ordered], n=3, cutoff=0.5)
    shown = [item for item in ordered if item.lower() in near] or ordered[:_SHOWN]
    subject = f"tag {quoted(test.tag)}" if test.tag is not None else str(test.field)
    return f"{subject} is {quoted(value)} nowhere in this estate; it has {', '.join(map(quoted, shown))}"


def _known(test: Test, facets: Facets) -> Collection[str]:
    if test.tag is not None:
        return next((values for key, values in facets.tags.items() if key == test.tag), ())
    columns: dict[str, Collection[str]] = {
        "xdm.asset.provider": facets.providers,
        "xdm.asset.realm": facets.accounts.keys(),
        "xdm.asset.cloud.region": facets.regions,
        "xdm.asset.type.id": facets.types.keys(),
        "xdm.asset.type.category": [category for category in facets.types.values() if category],
    }
    return columns.get((test.field or "").lower(), ())


def _tests(plan: PostureQuery) -> Iterator[Test]:
    yield from _inside(plan.where)
    for join in plan.joins:
        yield from _joined(join)


def _joined(join: Join) -> Iterator[Test]:
    yield from _inside(join.where)


def _inside(condition: Condition | None) -> Iterator[Test]:
    if isinstance(condition, Test):
        yield condition
    elif isinstance(condition, All | AnyOf):
        for item in condition.all if isinstance(condition, All) else condition.any:
            yield from _inside(item)
    elif isinstance(condition, Not):
        yield from _inside(condition.none)
    elif isinstance(condition, Related):
        yield from _inside(condition.where)
