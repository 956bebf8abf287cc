"""Whether a boundary leaves an identity any way to escalate, whatever policies it may hold."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from tools.priority.iam.aws.escalation_table import combinations
from tools.priority.iam.aws.estate import AwsEstate
from tools.priority.iam.aws.identity import Principal
from tools.priority.iam.aws.model import PolicyKind
from tools.priority.iam.aws.resource import Resource

_EVERYTHING: Final = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


def leaves_room(estate: AwsEstate, who: Principal) -> bool:
    """Whether some combination of actions is left to it if its policies, of which not all were collected, allowed
    everything. An identity without a boundary, or with one that nobody collected, may do anything.
    """
    if who.boundary is None or who.boundary_missing:
        return True
    everything = estate.read(_EVERYTHING, "everything", PolicyKind.IDENTITY)
    free = replace(who, policies=(everything,), missing=(), missing_managed=())
    everywhere = Resource("*", who.account)
    actions = {need.action for row in combinations() for need in row.needs}
    open_ = {action: estate.evaluator.can(free, action, everywhere).possible for action in actions}
    return any(all(open_[need.action] for need in row.needs) for row in combinations())
