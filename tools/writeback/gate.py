"""The last look before anything leaves: is this still approved, by somebody who still may, for exactly this?

It reads rows and the policy, never the way by which the call came: a route through a conversation proves
nothing.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import ValidationError

from tools.results import Actor, Role
from tools.writeback.canonical import digest
from tools.writeback.kinds import risk_of
from tools.writeback.model import PAYLOADS
from tools.writeback.policy import Policy
from tools.writeback.tables import ApprovalRow, ProposalRow

RoleLookup = Callable[[str, Role], Awaitable[Role | None]]
"""From a user and the role recorded with the approval to the role that the user has now.

None for somebody who may not log in any more; the recorded role for somebody whose roles live elsewhere.
"""


@dataclass(frozen=True)
class Refusal:
    """Why it may not be carried out. `held`: not now, but the approval stays good."""

    why: Literal["held", "expired", "tampered", "not_permitted"]
    message: str


async def current_role(lookup: RoleLookup | None, approval: ApprovalRow | None) -> Role | None:
    """The approver's role at this moment; the recorded one where roles cannot be looked up."""
    if approval is None:
        return None
    recorded = Role(approval.role)
    return await lookup(approval.actor, recorded) if lookup is not None else recorded


def refusal(
    row: ProposalRow, approval: ApprovalRow | None, role: Role | None, policy: Policy, now: datetime
) -> Refusal | None:
    """None if the effect may be carried out now."""
    if approval is None or approval.decision != "approved":
        return Refusal("tampered", "there is no approval on record")
    try:
        payload = PAYLOADS.validate_json(row.payload)
    except ValidationError:
        return Refusal("tampered", "what is stored is not an effect that we know")
    same = (
        hmac.compare_digest(digest(row.payload), row.payload_hash)
        and hmac.compare_digest(approval.payload_hash, row.payload_hash)
        and payload.proposal == row.id
        and payload.kind == row.kind
    )
    if not same:
        return Refusal("tampered", "what is stored is not what was approved")
    phase = policy.may_write()
    if not phase.allowed:
        return Refusal("held", phase.why)
    if now >= row.expires_at:
        return Refusal("expired", "the approval has expired")
    if role is None:
        return Refusal("not_permitted", "the approver may not log in any more")
    proposer = Actor(user=row.proposer, role=Role(row.proposer_role))
    verdict = policy.may_approve(
        payload.kind, risk_of(payload), proposer, Actor(user=approval.actor, role=role)
    )
    return (
        None if verdict.allowed else Refusal("not_permitted", f"the approval no longer holds: {verdict.why}")
    )
