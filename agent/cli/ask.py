"""`posture ask`: one turn of a conversation, from the shell."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

import typer

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
    from agent.events import Profile, StepFinished, TurnEnded
    from agent.runtime import Runtime
    from agent.settings import Settings
    from tools.results import Actor, Role

    try:
        actor = Actor(user=user, role=Role(role))
        reader = Profile(profile or (role if role in set(Profile) else "analyst"))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    thread_id = thread or str(uuid.uuid4())

    async def work() -> tuple[TurnEnded, list[StepFinished]]:
        steps: list[StepFinished] = []
        async with Runtime.open(Settings(), serve=False, new_thread=thread is None) as runtime:
            if runtime.notice:
                note(runtime.notice)
            async for event in runtime.conversation.turn(thread_id, text, actor, reader):
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
    if done.outcome == "failed":
        raise typer.Exit(1)


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
