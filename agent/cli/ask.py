"""`posture ask`: one turn of a conversation, from the shell."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

import typer

from agent.cli.failure import WrongUsage
from agent.cli.output import CommandFailed, JsonFlag, emit, note, run, say, table

# Long ids wrap into towers in a terminal; `--json` has them.
_NOT_IN_A_TERMINAL = frozenset({"id", "tags", "issues"})


def register(app: typer.Typer) -> None:
    app.command("ask")(ask)


def ask(
    text: Annotated[str, typer.Argument(help="The question, in plain words.")],
    thread: Annotated[str | None, typer.Option(help="Go on with this thread.")] = None,
    user: Annotated[str, typer.Option(help="Who asks.")] = "local",
    role: Annotated[
        str, typer.Option(help="viewer, engineer, auditor, analyst, approver or admin.")
    ] = "analyst",
    profile: Annotated[str | None, typer.Option(help="engineer, auditor or analyst.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Ask a posture question; the answer cites its evidence."""
    from agent.cli.setup import actor, settings
    from agent.events import Profile, StepFinished, TurnEnded
    from agent.runtime import Runtime

    who = actor(user, role)
    if not text.strip():
        raise WrongUsage("the question is empty; write it in plain words")
    if profile is not None and profile not in set(Profile):
        raise WrongUsage(f"there is no profile {profile!r}; profiles are {', '.join(Profile)}")
    reader = Profile(profile or (role if role in set(Profile) else "analyst"))
    thread_id = thread or str(uuid.uuid4())

    async def work() -> tuple[TurnEnded, list[StepFinished]]:
        steps: list[StepFinished] = []
        async with Runtime.open(settings(), serve=False, new_thread=thread is None) as runtime:
            if runtime.notice:
                note(runtime.notice)
            async for event in runtime.conversation.turn(thread_id, text, who, reader):
                if isinstance(event, StepFinished):
                    steps.append(event)
                elif isinstance(event, TurnEnded):
                    return event, steps
        raise CommandFailed("the turn did not end; ask again")

    done, steps = run(work())

    def render() -> None:
        for step in steps:
            if step.result is not None and step.result.rows:
                table([c for c in step.result.columns if c not in _NOT_IN_A_TERMINAL], step.result.rows)
                note(_counts(step))
            elif step.error:
                note(step.error)
        say()
        say(done.answer)
        for notice in done.notices:
            note(notice)
        for proposal in done.proposals:
            note(f"{proposal} waits for a person: posture approvals show {proposal}")
        note(f"thread {thread_id}")

    emit(turn_json(done), as_json, render)
    if done.outcome == "failed" or _tenant_failed(done):
        raise typer.Exit(1)


def _tenant_failed(done: Any) -> bool:
    """Whether the answer is only that the tenant could not be asked: a script must not take that for a result."""
    if any(call.ok for call in done.tool_calls):
        return False
    from tools.cortex import errors

    kinds = (
        errors.AuthenticationError, errors.PermissionDenied, errors.LicenceMissing, errors.QuotaExceeded,
        errors.RateLimited, errors.ParallelLimit, errors.Unavailable, errors.CannotConnect,
        errors.CertificateInvalid, errors.BadAnswer, errors.AnswerTooLarge, errors.AnswerCut, errors.Timeout,
    )  # fmt: skip
    return str(done.answer).startswith(tuple(kind.summary.rstrip(".") for kind in kinds))


def _counts(step: Any) -> str:
    result = step.result
    as_of = result.as_of.strftime("%Y-%m-%d %H:%M UTC")
    return f"{result.returned} of {result.total} rows, as of {as_of}"


def turn_json(done: Any) -> dict[str, Any]:
    """The JSON document of a turn (the command line's contract)."""
    return {
        "thread": done.thread,
        "answer": done.answer,
        "outcome": done.outcome,
        "citations": list(done.citations),
        "tool_calls": [
            {"name": c.name, "args": c.args, "ok": c.ok, "summary": c.summary} for c in done.tool_calls
        ],
        "queries": [
            {
                "xql": q.xql,
                "reading": q.reading,
                "rows": q.rows,
                "total": q.total,
                "truncated": q.truncated,
                "as_of": q.as_of,
                "window": q.window,
            }
            for q in done.queries
        ],
        "proposals": list(done.proposals),
        "grounding": {
            "checked": done.grounding.checked,
            "dropped": list(done.grounding.dropped),
            "rewritten": done.grounding.rewritten,
        },
        "suggestions": [s.text for s in done.suggestions],
        "notices": list(done.notices),
    }
