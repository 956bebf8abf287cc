"""The command tree, and the one place where a failure becomes a sentence and an exit code."""

from __future__ import annotations

import asyncio
import io
import logging
import os
import sys
from functools import cache
from importlib.metadata import entry_points, version
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from agent.cli.failure import CommandFailed, fail, sentence, usage_of
from agent.cli.lean import prepare

prepare()


class _Commands(TyperGroup):
    """Commands by name, including those that other packages offer; each is imported when it is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        own = super().list_commands(ctx)
        return own + [e.name for e in _offered() if e.name not in own]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        found = super().get_command(ctx, cmd_name)
        if found is not None:
            return found
        for entry in _offered():
            if entry.name == cmd_name:
                return typer.main.get_command(entry.load())
        return None


def _offered() -> list[Any]:
    return sorted(entry_points(group="posture.commands"), key=lambda e: e.name)


app = typer.Typer(
    name="posture",
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Posture Agent: which cloud posture findings matter, why, and what to do about them.",
)


def _version(value: bool) -> None:
    if value:
        sys.stdout.write(f"posture {version('posture-agent')}\n")
        raise typer.Exit


@app.callback()
def root(
    show_version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Answer posture questions over Palo Alto Cortex."""


@cache
def _assemble() -> None:
    from agent.cli import (
        approvals,
        ask,
        chat,
        compliance,
        doctor,
        exceptions,
        feedback,
        findings,
        fix,
        intel,
        tenant,
        triage,
        xql,
    )

    for module in (chat, ask, doctor, triage):
        module.register(app)
    app.add_typer(tenant.app, name="tenant")
    app.add_typer(findings.app, name="findings")
    app.add_typer(feedback.app, name="feedback")
    app.add_typer(exceptions.app, name="exceptions")
    app.add_typer(intel.app, name="intel")
    app.add_typer(xql.app, name="xql")
    app.add_typer(compliance.app, name="compliance")
    app.add_typer(fix.app, name="fix")
    app.add_typer(approvals.app, name="approvals")
    app.add_typer(approvals.audit_app, name="audit")


def main(argv: list[str] | None = None) -> None:
    """Entry point. Exit codes: 0 done, 1 failed or invalid, 2 usage."""
    arguments = sys.argv[1:] if argv is None else argv
    as_json = "--json" in arguments
    _speak_utf8()
    _set_up_logs()
    _assemble()
    if (broken := _not_text(arguments)) is not None:
        fail(f"argument {broken} is not UTF-8 text; write it again", as_json, code=2)
    try:
        # With --json our own code prints what is wrong with the arguments, else Typer does.
        code = app(args=arguments, standalone_mode=not as_json)
    except CommandFailed as error:
        fail(str(error), as_json, error.code, body=error.body)
    except (KeyboardInterrupt, asyncio.CancelledError):
        fail("stopped", as_json, code=130)
    except BrokenPipeError:
        # The reader has gone; what is still buffered must not fail once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
    except Exception as error:
        usage = usage_of(error)
        if usage is not None:
            fail(usage, as_json, code=2)
        if os.environ.get("POSTURE_LOG_LEVEL", "").upper() == "DEBUG":
            raise
        fail(sentence(error), as_json)
    if isinstance(code, int) and code:
        raise SystemExit(code)


def _not_text(arguments: list[str]) -> int | None:
    """The number of the first argument whose bytes are no text; a file of such a name may be named."""
    for number, argument in enumerate(arguments, 1):
        if any("\ud800" <= char <= "\udfff" for char in argument) and not os.path.lexists(argument):
            return number
    return None


def _speak_utf8() -> None:
    """A terminal with a narrow encoding shows question marks instead of ending the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace" if stream is sys.stderr else "replace")


def _set_up_logs() -> None:
    from agent.logs import configure

    level = os.environ.get("POSTURE_LOG_LEVEL", "WARNING")
    configure(level)
    if level.upper() != "DEBUG":
        # Each of these would say beforehand, and often, what the command's own sentence says once.
        for name in ("stamina", "psycopg.pool", "httpx", "asyncio"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
