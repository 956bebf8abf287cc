"""How each kind of effect is looked for, and how it is sent. Looking never changes anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tools.writeback.canonical import comment_text, marker
from tools.writeback.model import CommentPayload, SeverityPayload, Target
from tools.writeback.target import CortexTarget


@dataclass(frozen=True)
class Observation:
    """What the tenant shows of an effect.

    `absent`: not there, and the target is as the card showed it. `applied`: there. `changed`: the target is
    neither as before nor as wanted. `missing`: there is no such issue.
    """

    state: Literal["absent", "applied", "changed", "missing"]
    target: Target | None = None
    entry_id: str | None = None


async def observe(
    target: CortexTarget, payload: CommentPayload | SeverityPayload, payload_hash: str
) -> Observation:
    """Read the target and say whether the effect is there. Raises CortexError if that cannot be read."""
    reading = await target.read(payload.issue_id)
    if reading is None:
        return Observation("missing")
    if isinstance(payload, CommentPayload):
        entry = await target.find_comment(payload.issue_id, marker(payload, payload_hash))
        return Observation("absent" if entry is None else "applied", reading.target, entry)
    now = reading.target.severity
    if now == payload.after.value:
        return Observation("applied", reading.target)
    return Observation("absent" if now == payload.before else "changed", reading.target)


async def send(
    target: CortexTarget, payload: CommentPayload | SeverityPayload, payload_hash: str
) -> str | None:
    """Do it; the id of the new entry, if there is one. Raises CortexError."""
    if isinstance(payload, CommentPayload):
        return await target.add_comment(payload.issue_id, comment_text(payload, payload_hash))
    await target.set_severity(payload.issue_id, payload.after)
    return None
