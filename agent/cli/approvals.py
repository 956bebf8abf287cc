"""`posture approvals` and `posture audit`: decide from the shell as on a card; check the trail."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from agent.cli.failure import WrongUsage
from agent.cli.output import CommandFailed, JsonFlag, emit, note, run, say, table, to_json

app = typer.Typer(no_args_is_help=True, help="Proposed write-backs: list, show, approve, reject.")
audit_app = typer.Typer(no_args_is_help=True, help="The audit trail: verify its chain, export it.")

UserOption = Annotated[str, typer.Option("--user", help="Who decides.")]
RoleOption = Annotated[str, typer.Option("--role", help="The role of whoever decides.")]


@app.command("list")
def list_proposals(
    state: Annotated[list[str] | None, typer.Option(help="Only these states (default: all).")] = None,
    thread: Annotated[str | None, typer.Option(help="Only this conversation.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1_000)] = 100,
    as_json: JsonFlag = False,
) -> None:
    """Proposals, newest first."""
    from agent.cli.setup import settings
    from agent.runtime import open_writeback
    from tools.writeback.model import State

    if unknown := [s for s in state or [] if s not in set(State)]:
        raise WrongUsage(f"there is no state {unknown[0]!r}; states are {', '.join(State)}")
    states = [State(s) for s in state or []]

    async def work() -> Any:
        async with open_writeback(settings()) as service:
            return await service.list(states=states, thread_id=thread, limit=limit)

    page = run(work())
    rows = [
        {
            "id": p.id,
            "state": p.state,
            "kind": p.kind,
            "issue": p.payload.issue_id,
            "title": p.target.title,
            "by": p.proposer.user,
            "expires": p.expires_at.isoformat(timespec="minutes"),
        }
        for p in page.proposals
    ]

    def render() -> None:
        table(("id", "state", "kind", "issue", "title", "by", "expires"), rows)
        note(f"{page.returned} of {page.total} proposals")

    emit({**to_json(page), "proposals": [_with_hash(p) for p in page.proposals]}, as_json, render)


@app.command()
def show(
    proposal_id: Annotated[str, typer.Argument(metavar="ID")],
    user: UserOption = "local",
    role: RoleOption = "analyst",
    as_json: JsonFlag = False,
) -> None:
    """One proposal as its card shows it: exact effect, target read again, hash, history."""
    from agent.cli.setup import actor, settings
    from agent.runtime import open_writeback

    who = actor(user, role)

    async def work() -> Any:
        async with open_writeback(settings()) as service:
            return await service.card(proposal_id, who)

    card = run(work())
    emit(_document(card), as_json, lambda: _card(card))


@app.command()
def approve(
    proposal_id: Annotated[str, typer.Argument(metavar="ID")],
    payload_hash: Annotated[
        str | None,
        typer.Option("--hash", help="Refuse unless the payload still has this hash, as `show` printed it."),
    ] = None,
    user: UserOption = "local",
    role: RoleOption = "analyst",
    as_json: JsonFlag = False,
) -> None:
    """Approve one payload, carry it out once, and say what became of it.

    At a terminal it shows the card and asks. The approval holds for the payload that was read here (or that
    --hash names): one that changes meanwhile is refused.
    """
    from agent.cli.setup import actor, settings
    from agent.runtime import open_writeback

    who = actor(user, role)

    async def work() -> Any:
        async with open_writeback(settings()) as service:
            wanted = payload_hash
            if wanted is None:
                shown = await service.card(proposal_id, who)
                wanted = shown.hash
                if not as_json:
                    _card(shown)
                    if shown.may_approve and not typer.confirm("Approve exactly this?", default=False):
                        raise CommandFailed("nothing was approved")
            await service.approve(proposal_id, wanted, who)
            outcome = await service.execute(proposal_id)
            return await service.card(proposal_id, who), await service.get(proposal_id), outcome

    card, proposal, outcome = run(work())
    body = {**_document(card), "proposal": _with_hash(proposal), "outcome": outcome}
    emit(body, as_json, lambda: say(outcome.message))
    if not outcome.done:
        raise typer.Exit(1)


@app.command()
def reject(
    proposal_id: Annotated[str, typer.Argument(metavar="ID")],
    reason: Annotated[str, typer.Option(help="Why, for the trail.")] = "",
    user: UserOption = "local",
    role: RoleOption = "analyst",
    as_json: JsonFlag = False,
) -> None:
    """Reject a proposal; nothing is written."""
    from agent.cli.setup import actor, settings
    from agent.runtime import open_writeback

    who = actor(user, role)

    async def work() -> Any:
        async with open_writeback(settings()) as service:
            proposal = await service.reject(proposal_id, who, reason)
            return await service.card(proposal_id, who), proposal

    card, proposal = run(work())
    body = {**_document(card), "proposal": _with_hash(proposal)}
    emit(body, as_json, lambda: say(f"{proposal.id} is rejected; nothing was written."))


@audit_app.command()
def verify(as_json: JsonFlag = False) -> None:
    """Check every link of the audit trail's hash chain."""
    from agent.cli.setup import settings
    from agent.runtime import open_writeback

    async def work() -> Any:
        async with open_writeback(settings()) as service:
            return await service.audit.verify()

    checked = run(work())
    words = "intact" if checked.intact else f"broken at row {checked.first_bad}"
    emit(checked, as_json, lambda: say(f"{checked.rows} rows, {words}."))
    if not checked.intact:
        raise typer.Exit(1)


@audit_app.command()
def export(
    out: Annotated[Path | None, typer.Option(help="Write JSONL to this file instead of stdout.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """The trail as JSONL, one row per line, oldest first."""
    import json
    import sys

    from agent.cli.setup import settings
    from agent.runtime import open_writeback

    async def work() -> list[Any]:
        async with open_writeback(settings()) as service:
            return [row async for row in service.audit.export()]

    rows = run(work())
    lines = [row if isinstance(row, str) else json.dumps(to_json(row), ensure_ascii=False) for row in rows]
    if out is not None:
        try:
            out.write_text("".join(line.rstrip("\n") + "\n" for line in lines), encoding="utf-8")
        except OSError as error:
            raise CommandFailed(
                f"{out} cannot be written ({error.strerror}); name another with --out"
            ) from None
        emit({"rows": len(lines), "file": str(out)}, as_json, lambda: say(f"{len(lines)} rows to {out}."))
    elif as_json:
        emit({"rows": [json.loads(line) for line in lines]}, True, lambda: None)
    else:
        sys.stdout.writelines(line.rstrip("\n") + "\n" for line in lines)


def _document(card: Any) -> dict[str, Any]:
    """A card as JSON: the proposal with its hash, state and history."""
    return {"id": card.proposal_id, **to_json(card)}


def _with_hash(proposal: Any) -> dict[str, Any]:
    return {**to_json(proposal), "hash": proposal.payload_hash}


def _card(card: Any) -> None:
    say(f"{card.title}    {card.state} · expires in {card.expires_in}")
    say(
        f"target    issue {card.target.issue_id}  {card.target.title}  ({card.target.account}, {card.target.region})"
    )
    for number, effect in enumerate(card.effects, 1):
        change = (
            f"{effect.before} -> {effect.after}"
            if effect.text is None
            else f"{effect.characters} characters, {effect.author}"
        )
        say(f"effect {number}  {effect.label}: {change}")
        if effect.text is not None:
            for line in effect.text.splitlines():
                say(f"          | {line}")
        say(f"          {effect.live_check}")
    for reason in card.because:
        say(f"because   {reason}")
    for quote in card.untrusted:
        say(f"untrusted {quote.source}: {quote.text}")
    say(f"needs     {card.needs} ({'you may approve' if card.may_approve else card.why_not})")
    say(f"by        {card.proposer}")
    say(f"hash      {card.hash}")
    if card.result:
        say(f"result    {card.result}")
