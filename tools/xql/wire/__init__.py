"""Plans on their way to and from a language model: the schema it is shown, what it sends, and what is wrong with it."""

from tools.xql.wire.faults import Fault, plan_faults, told
from tools.xql.wire.given import InvalidPlanError, as_plan
from tools.xql.wire.homes import elsewhere
from tools.xql.wire.limits import widened
from tools.xql.wire.schema import json_schema

__all__ = [
    "Fault",
    "InvalidPlanError",
    "as_plan",
    "elsewhere",
    "json_schema",
    "plan_faults",
    "told",
    "widened",
]
