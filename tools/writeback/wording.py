"""The sentences that people read about an effect; every name from outside in them is already made visible."""

from __future__ import annotations

from datetime import UTC, datetime

from tools.writeback.model import CommentPayload, Failure, SeverityPayload, Target


def clock_time(at: datetime) -> str:
    """`14:09:31 UTC`."""
    return f"{at.astimezone(UTC):%H:%M:%S} UTC"


def ended(sentence: str) -> str:
    """The sentence with its full stop."""
    return sentence if sentence[-1:] in ".!?" else f"{sentence}."


def label(payload: CommentPayload | SeverityPayload) -> str:
    """What the effect is, in a few words."""
    if isinstance(payload, CommentPayload):
        return f"add a War Room comment on issue {payload.issue_id}"
    change = f"from {payload.before or 'not set'} to {payload.after.value}"
    return f"change the severity of issue {payload.issue_id} {change}"


def done(payload: CommentPayload | SeverityPayload, entry_id: str | None, at: datetime) -> str:
    """It was seen at the tenant."""
    if isinstance(payload, CommentPayload):
        entry = f" {entry_id}" if entry_id else ""
        return f"Done. Comment{entry} added to issue {payload.issue_id} (read back {clock_time(at)})."
    now = payload.after.value
    return f"Done. The severity of issue {payload.issue_id} is {now} (read back {clock_time(at)})."


def changed(payload: CommentPayload | SeverityPayload, target: Target | None) -> str:
    """The target is not as the card showed it."""
    now = (target.severity if target else None) or "not set"
    when = f" at {clock_time(target.changed_at)}" if target and target.changed_at else ""
    if isinstance(payload, SeverityPayload) and now == payload.after.value:
        return f"the severity is {now} already; somebody else changed it{when}"
    return f"somebody changed the severity to {now}{when}"


def changed_since(target: Target | None) -> str:
    """It was done, and the target is different again."""
    return f"Somebody has changed it to {(target.severity if target else None) or 'not set'} since."


def missing(payload: CommentPayload | SeverityPayload) -> str:
    """The tenant does not have the issue."""
    return f"the tenant does not show issue {payload.issue_id} any more"


def next_step(failure: Failure) -> str:
    """What a person can do after a failure that wrote nothing."""
    if failure == "target_changed":
        return " Propose it again to decide on what is there now."
    if failure in ("unavailable", "refused"):
        return " It can be tried again; the approval still holds until it expires."
    return ""
