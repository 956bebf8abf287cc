"""A plan as a model sends it, read into a `PostureQuery`.

Models fill what they don't need with null, an empty list or an empty object, send a plan as JSON text, and write `=`
for `eq`. All of that means one thing only, so it is read; everything else is refused with what would be right.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

from tools.xql.errors import XqlPlanError
from tools.xql.plan.conditions import TAGS
from tools.xql.plan.model import PostureQuery
from tools.xql.plan.model_conditions import BARE_OPS, LIST_OPS
from tools.xql.wire.faults import Fault, plan_faults, told

_OPS: Final = {
    "=": "eq",
    "==": "eq",
    "equals": "eq",
    "is": "eq",
    "!=": "ne",
    "<>": "ne",
    "not_equals": "ne",
    "neq": "ne",
    ">": "gt",
    ">=": "gte",
    "<": "lt",
    "<=": "lte",
    "not in": "not_in",
    "nin": "not_in",
    "not contains": "not_contains",
    "startswith": "starts_with",
    "endswith": "ends_with",
    "regex": "matches",
    "~=": "matches",
    "is null": "is_null",
    "is not null": "not_null",
    "is_not_null": "not_null",
}
_DEEPEST: Final = 40
_MOST_TEXT: Final = 100_000


class InvalidPlanError(XqlPlanError):
    """What was sent is no plan; `faults` says where and what would be right."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(told(faults))
        self.faults = faults


def as_plan(given: Any) -> PostureQuery:
    """The plan in what a model sent. Raises `InvalidPlanError` with the faults by place."""
    raw = _object(given)
    try:
        return PostureQuery.model_validate(raw)
    except ValidationError as error:
        raise InvalidPlanError(plan_faults(error, raw)) from None
    except RecursionError:
        raise InvalidPlanError((Fault("plan", "is nested too deeply"),)) from None


def _object(given: Any) -> dict[str, Any]:
    if isinstance(given, PostureQuery):
        return given.model_dump(exclude_unset=True)
    if isinstance(given, str) and len(given) <= _MOST_TEXT:
        try:
            given = json.loads(given)
        except (ValueError, RecursionError):
            raise InvalidPlanError((Fault("plan", "is not JSON; send one JSON object"),)) from None
    if not isinstance(given, Mapping):
        raise InvalidPlanError((Fault("plan", "is not an object; send one JSON object"),))
    made = _cleaned(given, 0)
    assert isinstance(made, dict)
    return made


def _cleaned(node: Any, depth: int) -> Any:
    """Without nulls and empty objects and lists; a path's and a list's own items stay."""
    if depth > _DEEPEST:
        raise InvalidPlanError((Fault("plan", f"is nested more than {_DEEPEST} levels deep"),))
    if isinstance(node, Mapping):
        made = {str(key): _cleaned(value, depth + 1) for key, value in node.items()}
        made = {key: value for key, value in made.items() if not _blank(key, value)}
        return _test(made) if "op" in made else made
    if isinstance(node, list | tuple):
        return [_cleaned(item, depth + 1) for item in node if item is not None]
    return node


def _blank(key: str, value: Any) -> bool:
    if value is None or value in ({}, []):
        return True
    # an empty text is a value to compare with; elsewhere it names nothing
    return value == "" and key not in ("value", "then", "otherwise")


def _test(made: dict[str, Any]) -> dict[str, Any]:
    """One subject where two say the same, one spelling of the operator, and its value where that operator has it."""
    path = made.get("json_path")
    if isinstance(path, Mapping) and made.get("field") == path.get("field"):
        made.pop("field", None)
    if "tag" in made and str(made.get("field", "")).lower() == TAGS:
        made.pop("field")
    if not isinstance(made["op"], str):
        return made
    op = made["op"].strip().lower()
    made["op"] = op = _OPS.get(op, op)
    if op in LIST_OPS and "values" not in made and isinstance(made.get("value"), list):
        made["values"] = made.pop("value")
    if op in LIST_OPS and "values" in made and made.get("value") in ("", False, 0):
        made.pop("value")
    if op not in LIST_OPS and isinstance(made.get("values"), list) and "value" not in made:
        values = made["values"]
        if len(values) == 1 and op not in BARE_OPS:
            made["value"] = made.pop("values")[0]
        elif op in ("eq", "ne"):
            made["op"] = "in" if op == "eq" else "not_in"
    if op in BARE_OPS and made.get("value") in ("", False, True, 0):
        made.pop("value")
    return made
