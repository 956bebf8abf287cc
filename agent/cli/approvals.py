"""`posture approvals` and `posture audit`: decide from the shell as on a card; check the trail."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from agent.cli.output import CommandFailed, JsonFlag, emit, note, run, say, table

app = typer.Typer(no_args_is_help=True, help="Proposed write-backs: list, show, approve, reject.")
audit_app = typer.Typer(no_args_is_help=True, help="The audit trail: verify its chain, export it.")

UserOption = Annotated[str, typer.Option("--user", help="Who decides.")]
RoleOption = Annotated[str, typer.Option("--role", help="The role of whoever decides.")]


def _actor(user: str, role: str) -> Any:
    from tools.results import Actor, Role

    try:
        return Actor(user=user, role=Role(role))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


@app.command("list")
def list_proposals(
    state: Annotated[list[str] | None, typer.Option(help="Only these states (default: all).")] = None,
    thread: Annotated[str | None, typer.Option(help="Only this conversation.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1_000)] = 100,
    as_json: JsonFlag = False,
) -> None:
    """Proposals, newest first."""
    from agent.runtime import open_writeback
    from agent.settings import Settings
    from tools.writeback.model import State

    try:
        states = [State(s) for s in state or []]
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None

    async def work() -> Any:
        async with open_writeback(Settings()) as service:
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

    emit(page, as_json, render)


@app.command()
def show(
    proposal_id: Annotated[str, typer.Argument(metavar="ID")],
    user: UserOption = "local",
    role: RoleOption = "analyst",
    as_json: JsonFlag = False,
) -> None:
    """One proposal as its card shows it: exact effect, target read again, hash, history."""
    from agent.runtime import open_writeback
    from agent.settings import Settings

    actor = _actor(user, role)

    async def work() -> Any:
        async with open_writeback(Settings()) as service:
            return await service.card(proposal_id, actor)

    card = run(work())
    emit(card, as_json, lambda: _card(card))


@app.command()
def approve(
    proposal_id: Annotated[str, typer.Argument(metavar="ID")],
    payload_hash: Annotated[
        str | None, typer.Option("--hash", help="The hash that `show` printed; asked for when left out.")
    ] = None,
    user: UserOption = "local",
    role: RoleOption = "analyst",
    as_json: JsonFlag = False,
) -> None:
    """Approve exactly the payload with this hash, carry it out once, and say what became of it."""
    from agent.runtime import open_writeback
    from agent.settings import Settings

    actor = _actor(user, role)

    async def work() -> Any:
        async with open_writeback(Settings()) as service:
            wanted = payload_hash
            if wanted is None:
                card = await service.card(proposal_id, actor)
                if as_json:
                    raise CommandFailed("name the payload with --hash; `posture approvals show` prints it")
                _card(card)
                if not typer.confirm("Approve exactly this?", default=False):
                    raise CommandFailed("nothing was approved")
                wanted = card.hash
            await service.approve(proposal_id, wanted, actor)
            outcome = await service.execute(proposal_id)
            return await service.get(proposal_id), outcome

    proposal, outcome = run(work())
    emit(
        {"proposal": proposal, "outcome": outcome, "hash": proposal.payload_hash, "state": proposal.state},
        as_json,
        lambda: say(outcome.message),
    )
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
    from agent.runtime import open_writeback
    from agent.settings import Settings

    actor = _actor(user, role)

    async def work() -> Any:
        async with open_writeback(Settings()) as service:
            return await service.reject(proposal_id, actor, reason)

    proposal = run(work())
    emit(proposal, as_json, lambda: say(f"{proposal.id} is rejected; nothing was written."))


@audit_app.command()
def verify(as_json: JsonFlag = False) -> None:
    """Check every link of the audit trail's hash chain."""
    from agent.runtime import open_writeback
    from agent.settings import Settings

    async def work() -> Any:
        async with open_writeback(Settings()) as service:
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

    from agent.cli.output import to_json
    from agent.runtime import open_writeback
    from agent.settings import Settings

    async def work() -> list[Any]:
        async with open_writeback(Settings()) as service:
            return [row async for row in service.audit.export()]

    rows = run(work())
    lines = [row if isinstance(row, str) else json.dumps(to_json(row), ensure_ascii=False) for row in rows]
    if out is not None:
        out.write_text("".join(line.rstrip("\n") + "\n" for line in lines), encoding="utf-8")
        emit({"rows": len(lines), "file": str(out)}, as_json, lambda: say(f"{len(lines)} rows to {out}."))
    elif as_json:
        emit({"rows": [json.loads(line) for line in lines]}, True, lambda: None)
    else:
        sys.stdout.writelines(line.rstrip("\n") + "\n" for line in lines)


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
