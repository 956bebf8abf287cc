"""What is proposed, decided and carried out, as values.

A request is what somebody asks for; a payload is the canonical effect that a person approves, byte for
byte; a proposal is a payload with its history.
"""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter

from tools.cortex.vocabulary import Severity
from tools.results import Actor

_TEXT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,99}")
_LARGEST_ID = 2**63 - 1


def _issue_id(value: int | str | Any) -> int | str:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError("an issue id is a number or a short text")
    if isinstance(value, str):
        value = value.strip()
        if value.isascii() and value.isdigit() and len(value) <= 19:
            value = int(value)
        elif not _TEXT_ID.fullmatch(value):
            raise ValueError("an issue id is a number or a short text of letters, digits and . _ : -")
    if isinstance(value, int) and not 0 <= value <= _LARGEST_ID:
        raise ValueError("an issue id is a 64-bit number that is not negative")
    return value


IssueId = Annotated[int | str, BeforeValidator(_issue_id)]
ActionKind = Literal["comment", "severity"]


class Risk(StrEnum):
    """How much harm a wrong effect would do; `high` needs a second person."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class State(StrEnum):
    """Where a proposal is on its way."""

    DRAFT = "draft"
    PENDING = "pending"
    APPROVED = "approved"
    EXECUTING = "executing"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"
    REJECTED = "rejected"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"


Failure = Literal[
    "target_changed",
    "target_missing",
    "not_permitted",
    "expired",
    "tampered",
    "refused",
    "unavailable",
    "overwritten",
    "not_seen",
]
"""Why an effect was not carried out, or is not known to be."""

RETRYABLE: frozenset[Failure] = frozenset({"refused", "unavailable"})
"""Failures after which the same approval still holds and the same effect may be tried again."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CommentRequest(_Value):
    """Add a War Room entry to an issue. The text is made harmless before anybody sees it."""

    kind: Literal["comment"] = "comment"
    issue_id: IssueId
    text: str = Field(min_length=1)


class SeverityRequest(_Value):
    """Set an issue's severity. What it is now is read from the tenant, never taken from the request."""

    kind: Literal["severity"] = "severity"
    issue_id: IssueId
    severity: Severity


EffectRequest = Annotated[CommentRequest | SeverityRequest, Field(discriminator="kind")]


class CommentPayload(_Value):
    """The comment that a person approves: `text` exactly as it will be sent, but for the marker line."""

    v: Literal[1] = 1
    kind: Literal["comment"] = "comment"
    proposal: str
    issue_id: IssueId
    text: str


class SeverityPayload(_Value):
    """The change of severity that a person approves; `before` is what the card showed (None: not set)."""

    v: Literal[1] = 1
    kind: Literal["severity"] = "severity"
    proposal: str
    issue_id: IssueId
    before: str | None
    after: Severity


Payload = Annotated[CommentPayload | SeverityPayload, Field(discriminator="kind")]
PAYLOADS: TypeAdapter[CommentPayload | SeverityPayload] = TypeAdapter(Payload)


class Quote(_Value):
    """A piece of text that somebody outside wrote, and where it comes from."""

    source: str = Field(max_length=200)
    text: str = Field(max_length=2_000)


class ProposalContext(_Value):
    """What a person needs to judge the proposal, given by code (never by the model).

    `because` are short reasons with their sources; `untrusted` are texts of others that the effect might
    quote (titles, tag values, comments): the card shows those that it does quote. `author` says who wrote
    the text.
    """

    because: tuple[str, ...] = ()
    untrusted: tuple[Quote, ...] = ()
    finding_id: str | None = None
    author: Literal["model", "person", "code"] = "model"


class Target(_Value):
    """The issue as it was read: the names in it were written by others."""

    issue_id: IssueId
    title: str = ""
    account: str = ""
    region: str = ""
    severity: str | None = None
    changed_at: datetime | None = None


class Decision(_Value):
    """The one decision about a proposal."""

    decision: Literal["approved", "rejected"]
    actor: Actor
    at: datetime
    payload_hash: str
    reason: str = ""


class Result(_Value):
    """What became of an approved effect. `safe_to_retry` is true only if certainly nothing happened."""

    message: str
    at: datetime
    failure: Failure | None = None
    safe_to_retry: bool = False
    entry_id: str | None = None
    confirmed: bool = False


class Proposal(_Value):
    """One proposed effect with its state."""

    id: str
    set_id: str
    thread_id: str | None
    kind: ActionKind
    payload: Payload
    payload_hash: str
    risk: Risk
    state: State
    proposer: Actor
    context: ProposalContext
    target: Target
    created_at: datetime
    updated_at: datetime
    expires_at: datetime
    decision: Decision | None = None
    result: Result | None = None
    supersedes: str | None = None
    superseded_by: str | None = None


class ProposalPage(_Value):
    """Some proposals, newest first, and how many there are in all."""

    total: int
    returned: int
    truncated: bool
    as_of: datetime
    proposals: tuple[Proposal, ...]


class Outcome(_Value):
    """Where a proposal stands after an attempt to carry it out, with a sentence for the person."""

    proposal_id: str
    state: State
    message: str
    failure: Failure | None = None
    safe_to_retry: bool = False
    entry_id: str | None = None

    @property
    def done(self) -> bool:
        """True once the effect has been seen at the tenant."""
        return self.state is State.DONE


class EffectPreview(_Value):
    """What a request would do, computed without storing or writing anything."""

    kind: ActionKind
    target: Target
    before: str | None
    after: str
    risk: Risk
    needs: str
