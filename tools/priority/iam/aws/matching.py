"""Which actions and resources a statement is about."""

from __future__ import annotations

from tools.priority.iam.aws.conditions import arn_like
from tools.priority.iam.aws.context import Known
from tools.priority.iam.aws.model import Policy, Statement
from tools.priority.iam.aws.variables import fill
from tools.priority.iam.glob import matches
from tools.priority.iam.logic import MAYBE, NO, YES, Truth, either, known, negate


def meet(pattern: str, query: str) -> str:
    """A pattern for what both are about, part by part; the narrower side of each part is taken."""
    one, other = pattern.split(":", 5), query.split(":", 5)
    if len(one) != 6 or len(other) != 6:
        return pattern
    return ":".join(theirs if mine == "*" else mine for mine, theirs in zip(one, other, strict=True))


def covers_action(statement: Statement, action: str) -> Truth:
    """Whether the statement is about the action (lower case)."""
    if statement.actions is not None:
        return known(any(matches(pattern, action) for pattern in statement.actions))
    if statement.not_actions is not None:
        return known(not any(matches(pattern, action) for pattern in statement.not_actions))
    return MAYBE


def covers_resource(statement: Statement, policy: Policy, arn: str, context: Known) -> Truth:
    """Whether the statement is about the resource; a statement without the element is about its own."""
    if statement.resources is not None:
        return _any_resource(statement.resources, policy, arn, context)
    if statement.not_resources is not None:
        if any(fill(pattern, context, policy.variables) is False for pattern in statement.not_resources):
            return MAYBE  # whether a pattern without a value leaves something out is not documented
        return negate(_any_resource(statement.not_resources, policy, arn, context))
    return YES


def _any_resource(patterns: tuple[str, ...], policy: Policy, arn: str, context: Known) -> Truth:
    result: Truth = NO
    for pattern in patterns:
        filled = fill(pattern, context, policy.variables)
        if filled is False:
            continue
        result = either(result, MAYBE if filled is None else arn_like(filled, arn))
        if result is YES:
            break
    return result
