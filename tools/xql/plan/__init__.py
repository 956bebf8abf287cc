"""Questions as typed plans, and plans as queries."""

from tools.xql.plan.compile import compile_plan
from tools.xql.plan.describe import describe_plan
from tools.xql.plan.model import (
    Aggregate,
    All,
    AnyOf,
    Computed,
    Condition,
    Join,
    JoinedField,
    JsonPath,
    Not,
    Order,
    PostureQuery,
    Related,
    Test,
    TimeBin,
    TimeFrame,
    TopPerGroup,
)
from tools.xql.plan.read import plan_of, read_plan

__all__ = [
    "Aggregate",
    "All",
    "AnyOf",
    "Computed",
    "Condition",
    "Join",
    "JoinedField",
    "JsonPath",
    "Not",
    "Order",
    "PostureQuery",
    "Related",
    "Test",
    "TimeBin",
    "TimeFrame",
    "TopPerGroup",
    "compile_plan",
    "describe_plan",
    "plan_of",
    "read_plan",
]
