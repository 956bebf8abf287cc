"""The approval card: everything a person sees before deciding, made by code from the stored bytes.

Nothing on it was written by a model but the text of the comment itself, which is shown in full and named as
such. Names that come from the tenant are made visible and cut. `hash` is what an approval has to name.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict

from tools.cortex.vocabulary import Severity
from tools.results import Actor
from tools.writeback.audit import AuditEntry
from tools.writeback.canonical import comment_text
from tools.writeback.kinds import KINDS
from tools.writeback.model import (
    ActionKind,
    CommentPayload,
    Outcome,
    Proposal,
    Quote,
    Risk,
    State,
    Target,
)
from tools.writeback.policy import Policy
from tools.writeback.text import inert, one_line
from tools.writeback.wording import clock_time

_AUTHORS = {
    "model": "written by the model",
    "person": "written by a person",
    "code": "written by this program",
}


class _View(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CardTarget(_View):
    """The issue, by its names as they are now (or as they were when it was proposed)."""

    issue_id: str
    title: str
    account: str
    region: str


class CardEffect(_View):
    """One effect. A comment has `text` and its length; a change has `before` and `after`."""

    kind: ActionKind
    label: str
    before: str | None
    after: str | None
    text: str | None
    characters: int | None
    author: str | None
    live_check: str
    live_ok: bool


class CardQuote(_View):
    """A text that somebody outside wrote and that the effect quotes."""

    source: str
    text: str


class CardEvent(_View):
    """One line of the history."""

    at: datetime
    event: str
    actor: str
    role: str
    note: str


class ApprovalCard(_View):
    """What the card shows. `may_approve` and `why_not` are about the person who looks at it."""

    proposal_id: str
    set_id: str
    title: str
    target: CardTarget
    effects: tuple[CardEffect, ...]
    because: tuple[str, ...]
    untrusted: tuple[CardQuote, ...]
    notes: tuple[str, ...]
    risk: Risk
    reversible: bool
    needs: str
    may_approve: bool
    may_reject: bool
    why_not: str
    proposer: str
    created_at: datetime
    expires_at: datetime
    expires_in: str
    hash: str
    state: State
    result: str
    safe_to_retry: bool
    history: tuple[CardEvent, ...]


class LiveCheck(_View):
    """The issue read again for the card: `target` None where that failed, with the reason in `problem`."""

    target: Target | None = None
    problem: str = ""
    at: datetime


def build_card(
    proposal: Proposal,
    *,
    outcome: Outcome,
    live: LiveCheck,
    history: Sequence[AuditEntry],
    twins: Sequence[str],
    policy: Policy,
    actor: Actor,
    now: datetime,
) -> ApprovalCard:
    """The card as this person sees it at this moment."""
    kind, payload = KINDS[proposal.kind], proposal.payload
    verdict = policy.may_approve(proposal.kind, proposal.risk, proposal.proposer, actor)
    open_ = proposal.state is State.PENDING and now < proposal.expires_at
    target = live.target or proposal.target
    return ApprovalCard(
        proposal_id=proposal.id,
        set_id=proposal.set_id,
        title=_title(proposal),
        target=CardTarget(
            issue_id=str(payload.issue_id),
            title=one_line(target.title, 200),
            account=one_line(target.account, 100),
            region=one_line(target.region, 100),
        ),
        effects=(_effect(proposal, live),),
        because=tuple(one_line(reason, 300) for reason in proposal.context.because[:10]),
        untrusted=_quoted(proposal),
        notes=tuple(_notes(twins)),
        risk=proposal.risk,
        reversible=kind.reversible,
        needs=policy.needs(proposal.kind, proposal.risk),
        may_approve=open_ and verdict.allowed,
        may_reject=open_ and policy.may_reject(proposal.kind, proposal.proposer, actor).allowed,
        why_not=verdict.why if open_ else outcome.message,
        proposer=f"{one_line(proposal.proposer.user, 200)} ({proposal.proposer.role.value})",
        created_at=proposal.created_at,
        expires_at=proposal.expires_at,
        expires_in=_left(proposal.expires_at - now),
        hash=proposal.payload_hash,
        state=proposal.state,
        result="" if open_ else outcome.message,
        safe_to_retry=outcome.safe_to_retry,
        history=tuple(_event(entry) for entry in history),
    )


def _title(proposal: Proposal) -> str:
    payload = proposal.payload
    if isinstance(payload, CommentPayload):
        return KINDS["comment"].title
    ranks = [severity.value for severity in Severity]
    if payload.before not in ranks:
        return f"Set the severity to {payload.after.value}"
    higher = ranks.index(payload.after.value) > ranks.index(payload.before)
    return f"{'Raise' if higher else 'Lower'} the severity to {payload.after.value}"


def _effect(proposal: Proposal, live: LiveCheck) -> CardEffect:
    payload = proposal.payload
    ok, check = _live(proposal, live)
    if isinstance(payload, CommentPayload):
        text = comment_text(payload, proposal.payload_hash)
        return CardEffect(
            kind="comment",
            label=f"War Room comment on {payload.issue_id}",
            before=None,
            after=None,
            text=text,
            characters=len(text),
            author=_AUTHORS[proposal.context.author],
            live_check=check,
            live_ok=ok,
        )
    return CardEffect(
        kind="severity",
        label=f"severity of {payload.issue_id}",
        before=payload.before or "not set",
        after=payload.after.value,
        text=None,
        characters=None,
        author=None,
        live_check=check,
        live_ok=ok,
    )


def _live(proposal: Proposal, live: LiveCheck) -> tuple[bool, str]:
    payload = proposal.payload
    if live.target is None:
        return False, live.problem
    when = f"read again {clock_time(live.at)}"
    if isinstance(payload, CommentPayload):
        return True, f"{when}: the issue is there"
    now = live.target.severity or "not set"
    if now == (payload.before or "not set"):
        return True, f"{when}: still {now}"
    if proposal.state is State.DONE and now == payload.after.value:
        return True, f"{when}: {now}"
    return False, f"{when}: now {now}. An approval would write nothing; propose it again"


def _quoted(proposal: Proposal) -> tuple[CardQuote, ...]:
    return tuple(
        CardQuote(source=one_line(quote.source, 80), text=one_line(quote.text, 300))
        for quote in proposal.context.untrusted
    )


def quotes_in(text: str, candidates: Sequence[Quote]) -> tuple[Quote, ...]:
    """Those of the candidates that the text really quotes, each once, the longest first."""
    flat = " ".join(text.split()).casefold()
    found: dict[str, Quote] = {}
    for quote in sorted(candidates, key=lambda q: -len(q.text)):
        needle = " ".join(inert(quote.text).split()).casefold()
        if len(needle) >= 3 and needle in flat:
            found.setdefault(needle, quote)
    return tuple(found.values())[:20]


def _notes(twins: Sequence[str]) -> list[str]:
    return [f"The same effect was proposed before: {twin}" for twin in twins[:5]]


def _event(entry: AuditEntry) -> CardEvent:
    notes = []
    for name in ("reason", "failure", "entry_id", "superseded_by", "why"):
        if entry.detail.get(name):
            notes.append(f"{name.replace('_', ' ')}: {one_line(entry.detail[name], 200)}")
    return CardEvent(
        at=entry.at,
        event=entry.event,
        actor=one_line(entry.actor, 200),
        role=entry.role,
        note="; ".join(notes),
    )


def _left(left: timedelta) -> str:
    minutes = int(left.total_seconds() // 60)
    if left.total_seconds() <= 0:
        return "expired"
    if minutes < 60:
        return f"{max(minutes, 1)} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} days"
