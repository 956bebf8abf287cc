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
]
