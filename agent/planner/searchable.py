"""Questions for open findings that the ranked search can say in full: then a list comes worst first, with scores.

Every condition must have an argument that means exactly the same, or the question stays a query.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from agent.planner.checked import types_seen
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Form, Item, Kinds, Ref, Weakness
from agent.planner.questions.setting_marks import types_of

MOST: Final = 200
USUAL: Final = 25
_ARGUMENTS: Final = {
    "severity": "severities",
    "region": "regions",
    "account": "accounts",
    "provider": "providers",
    "service": "services",
    "rule": "rule_ids",
}
_TIMES: Final = ("last_seen",)
_ORDERS: Final = {"severity": "severity", "last_seen": "newest"}
_RESULTS: Final = {"PASS": "PASS", "MANUAL": "MANUAL", "FAIL": "FAIL"}


def as_search(form: Form, estate: Estate, now: datetime) -> dict[str, Any] | None:
    """Arguments of `search_findings` that say the whole form; None where they would drop or change something."""
    plain = not (
        form.measure or form.group or form.having or form.span or form.per or form.columns or form.rule_form
    )
    if form.entity not in ("issue", "finding") or not plain or form.status not in ("open", "said", ""):
        return None
    args: dict[str, Any] = {}
    for item in form.items:
        part = _argument(item, form, estate, now)
        left_out = part.pop("exclude", {}) if part is not None else {}
        if part is None or set(part) & set(args):
            return None
        args |= part
        if left_out:
            before = args.get("exclude", {})
            args["exclude"] = {**before, **{k: [*before.get(k, ()), *v] for k, v in left_out.items()}}
    if (order := _order(form)) is None:
        return None
    limit = form.limit or USUAL
    if limit > MOST:
        return None
    return {**args, **order, "limit": limit}


def _order(form: Form) -> dict[str, str] | None:
    rank = form.rank
    if rank is None:
        return {}
    if rank.ref is None or rank.has is not None or rank.ref.name not in _ORDERS:
        return None
    order = _ORDERS[rank.ref.name]
    if order == "severity" and not rank.descending:
        return None
    return {"order_by": order if rank.descending else "oldest"}


def _argument(item: Item, form: Form, estate: Estate, now: datetime) -> dict[str, Any] | None:
    if getattr(item, "negated", False):
        return _left_out(item, estate)
    if isinstance(item, Kinds):
        types = types_of([item], estate) & types_seen(estate.words.rules)
        return {"resource_types": sorted(types)} if types else None
    if isinstance(item, Weakness):
        failing = {rule.id for rule in estate.words.rules if rule.failing}
        if item.setting or not set(item.rules) & failing:
            return None
        return {"rule_ids": sorted(set(item.rules) & failing)}
    if not isinstance(item, Atom) or item.ref.places:
        return None
    if item.ref.tags:
        return _tag(item, item.ref)
    name, values = item.ref.name, [str(v) for v in item.values]
    if name == "status":
        return {} if form.entity == "issue" and values == ["open"] else None
    if name == "result":
        return {"status": _RESULTS[values[0]]} if len(values) == 1 and values[0] in _RESULTS else None
    if name == "domain":
        return {} if values == ["POSTURE"] else None
    if name in ("name", "asset_name") and (item.of == "asset" or form.entity == "finding"):
        return _named(values, item, estate)
    if name in _TIMES:
        return _time(item, now)
    if name in _ARGUMENTS and item.op in ("eq", "in") and _there(name, values, estate):
        return {_ARGUMENTS[name]: values}
    return None


def _left_out(item: Item, estate: Estate) -> dict[str, Any] | None:
    """What is excepted, where the search can leave exactly that out."""
    if isinstance(item, Kinds):
        return {"exclude": {"resource_type": sorted(types_of([item], estate))}}
    if not isinstance(item, Atom) or item.ref.places or item.ref.tags or item.op not in ("eq", "in"):
        return None
    facet = {"rule": "rule_id"}.get(item.ref.name, item.ref.name)
    if facet not in ("severity", "provider", "account", "region", "service", "rule_id"):
        return None
    return {"exclude": {facet: [str(v) for v in item.values]}}


def _tag(item: Atom, ref: Ref) -> dict[str, Any] | None:
    if item.op not in ("eq", "in") or not item.values:
        return None
    values = [str(v) for v in item.values]
    if len(ref.tags) > 1:
        return {"any_tag": dict.fromkeys(ref.tags, values)}
    return {"tags": {ref.tags[0]: values}}


def _named(values: list[str], item: Atom, estate: Estate) -> dict[str, Any] | None:
    """A name by the ids of what is called so: the search looks for parts of names, and a part is in others too."""
    ids = [i for value in values for i in estate.words.name_ids.get(value.lower(), ())]
    if item.op not in ("eq", "in") or not ids:
        return None
    return {"resources": list(dict.fromkeys(ids))}


def _time(item: Atom, now: datetime) -> dict[str, Any] | None:
    if item.op == "within":
        return {"since": (now - timedelta(days=float(item.values[0]))).isoformat()}
    if item.op == "older":
        return {"older_than_days": float(item.values[0])}
    if item.op == "range" and item.start is not None and item.end is None:
        return {"since": item.start.isoformat()}
    return None


def _there(name: str, values: list[str], estate: Estate) -> bool:
    """Whether the search knows these values: it refuses one that no finding has."""
    lowered = [v.lower() for v in values]
    words = estate.words
    known: dict[str, Any] = {
        "region": words.regions,
        "account": words.accounts,
        "service": words.services,
        "rule": {rule.id.lower() for rule in words.rules if rule.failing},
        "provider": {p.lower() for p in estate.providers},
    }
    return name == "severity" or all(v in known.get(name, ()) for v in lowered)
