"""`propose_writeback` and `list_proposals`: a model may ask for an effect, and see what waits. It writes nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from langchain_core.tools import BaseTool
from pydantic import Field, model_validator

from tools.cortex.vocabulary import Severity
from tools.results import ToolResult, utcnow
from tools.tool import Caller, ToolArguments, make_tool
from tools.writeback.errors import InvalidProposal
from tools.writeback.model import CommentRequest, Proposal, ProposalContext, Quote, SeverityRequest, State

if TYPE_CHECKING:
    from tools.writeback.service import WritebackService


@dataclass(frozen=True)
class Subject:
    """A finding as a proposal needs it, looked up by code: where to write, and why it matters."""

    finding_id: str
    issue_id: int | str | None
    title: str
    because: tuple[str, ...] = ()
    quotes: tuple[Quote, ...] = ()
    reasons: str = ""


Resolve = Callable[[str], Awaitable[Subject]]
"""From a finding id (or an issue id) to its subject; raises a sentence when there is none."""


class ProposeArguments(ToolArguments):
    """A comment, a new severity, or both, for one finding."""

    finding_id: str = Field(description="Finding id or issue id to write to.", max_length=600)
    comment: str | None = Field(
        default=None, description="Text of a War Room comment, plain words.", max_length=4_000
    )
    comment_with_reasons: bool = Field(
        default=False, description="Let code write the comment from the score's reasons instead."
    )
    severity: Severity | None = Field(default=None, description="New severity of the issue.")

    @model_validator(mode="after")
    def _asks_for_something(self) -> ProposeArguments:
        if self.comment is None and not self.comment_with_reasons and self.severity is None:
            raise ValueError("name a comment, comment_with_reasons or a severity")
        if self.comment is not None and self.comment_with_reasons:
            raise ValueError("give either a comment or comment_with_reasons, not both")
        return self


class ListArguments(ToolArguments):
    """Which proposals to list."""

    which: Literal["pending", "all", "here"] = Field(
        default="pending",
        description="pending: wait for a person; here: of this conversation; all: newest first.",
    )
    offset: int = Field(default=0, ge=0)


_COLUMNS = ("proposal", "state", "effect", "issue", "title", "proposed by", "expires")
_PAGE = 50


Opened = Callable[[], Awaitable["WritebackService"]]
"""The service, opened when first asked for: a question that proposes nothing needs no database of ours."""


def build_tools(opened: Opened, resolve: Resolve) -> list[BaseTool]:
    """The two tools over a write-back service."""

    async def propose(args: ProposeArguments, caller: Caller) -> ToolResult:
        subject = await resolve(args.finding_id)
        if subject.issue_id is None:
            raise InvalidProposal(
                f"{subject.finding_id} is evidence, not an issue of the tenant, so there is nothing to write to."
            )
        requests: list[CommentRequest | SeverityRequest] = []
        text = subject.reasons if args.comment_with_reasons else args.comment
        if text:
            requests.append(CommentRequest(issue_id=subject.issue_id, text=text))
        if args.severity is not None:
            requests.append(SeverityRequest(issue_id=subject.issue_id, severity=args.severity))
        context = ProposalContext(
            because=subject.because,
            untrusted=subject.quotes,
            finding_id=subject.finding_id,
            author="code" if args.comment_with_reasons else "model",
        )
        service = await opened()
        made = await service.propose(requests, actor=caller.actor, context=context, thread_id=caller.thread)
        effects = " and ".join(_effect(p) for p in made)
        ids = " and ".join(p.id for p in made)
        return ToolResult(
            kind="proposals",
            summary=f"Proposed for issue {subject.issue_id}: {effects} ({ids}).",
            total=len(made),
            returned=len(made),
            truncated=False,
            as_of=utcnow(),
            data={
                "waiting": [{"id": p.id, "hash": p.payload_hash} for p in made if p.state is State.PENDING],
                "proposals": [_brief(p) for p in made],
            },
            citations=(subject.finding_id,),
        )

    async def list_proposals(args: ListArguments, caller: Caller) -> ToolResult:
        service = await opened()
        page = await service.list(
            states=(State.PENDING,) if args.which == "pending" else (),
            thread_id=caller.thread if args.which == "here" else None,
            limit=_PAGE,
            offset=args.offset,
        )
        what = {"pending": "waiting for a person", "here": "made in this conversation", "all": "in all"}
        count = (
            "No proposal is"
            if page.total == 0
            else "1 proposal is"
            if page.total == 1
            else f"{page.total} proposals are"
        )
        return ToolResult(
            kind="proposals",
            summary=f"{count} {what[args.which]}.",
            total=page.total,
            returned=page.returned,
            truncated=page.truncated,
            as_of=page.as_of,
            columns=_COLUMNS,
            rows=tuple(_brief(p) for p in page.proposals),
            data={"cards": [p.id for p in page.proposals if p.state is State.PENDING]},
        )

    return [
        make_tool(
            "propose_writeback",
            "Propose a War Room comment and/or a new severity for one finding. Returns proposals that wait for a "
            "person on a card; it writes nothing and cannot approve.",
            ProposeArguments,
            propose,
        ),
        make_tool(
            "list_proposals",
            "List proposed write-backs with their state. Returns a table; deciding happens on the cards only.",
            ListArguments,
            list_proposals,
        ),
    ]


async def settled(service: WritebackService, ids: list[str]) -> ToolResult:
    """Carry out what is approved among `ids` and say where each stands; a decision of a person is read, not made."""
    outcomes = []
    for proposal_id in ids:
        proposal = await service.get(proposal_id)
        if proposal.state in {State.APPROVED, State.EXECUTING, State.UNKNOWN}:
            await service.execute(proposal_id)
        outcome = await service.outcome(proposal_id)
        proposal = await service.get(proposal_id)
        outcomes.append(
            {**_brief(proposal), "id": proposal_id, "state": proposal.state.value, "message": outcome.message}
        )
    return ToolResult(
        kind="proposals",
        summary=" ".join(str(o["message"]) for o in outcomes) or "Nothing was waiting.",
        total=len(outcomes),
        returned=len(outcomes),
        truncated=False,
        as_of=utcnow(),
        data={"outcomes": outcomes},
    )


def _effect(proposal: Proposal) -> str:
    payload = proposal.payload
    if payload.kind == "comment":
        return f"a comment of {len(payload.text)} characters"
    return f"severity {payload.before or 'not set'} to {payload.after.value}"


def _brief(proposal: Proposal) -> dict[str, Any]:
    return {
        "proposal": proposal.id,
        "state": proposal.state.value,
        "effect": _effect(proposal),
        "issue": str(proposal.payload.issue_id),
        "title": proposal.target.title,
        "proposed by": proposal.proposer.user,
        "expires": proposal.expires_at.isoformat(timespec="minutes"),
    }
