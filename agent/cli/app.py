"""The command tree, and the one place where a failure becomes a sentence and an exit code."""

from __future__ import annotations

import os
import sys
from importlib.metadata import entry_points, version
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from agent.cli.output import CommandFailed, fail

# Tracing libraries that our dependencies bring must not call home.
os.environ.setdefault("LANGSMITH_TRACING", "false")
os.environ.setdefault("ANONYMIZED_TELEMETRY", "false")


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


def _assemble() -> None:
    from agent.cli import approvals, ask, chat, compliance, doctor, findings, fix, tenant, triage, xql

    for module in (chat, ask, doctor, triage):
        module.register(app)
    app.add_typer(tenant.app, name="tenant")
    app.add_typer(findings.app, name="findings")
    app.add_typer(xql.app, name="xql")
    app.add_typer(compliance.app, name="compliance")
    app.add_typer(fix.app, name="fix")
    app.add_typer(approvals.app, name="approvals")
    app.add_typer(approvals.audit_app, name="audit")


def main(argv: list[str] | None = None) -> None:
    """Entry point. Exit codes: 0 done, 1 failed or invalid, 2 usage."""
    arguments = sys.argv[1:] if argv is None else argv
    as_json = "--json" in arguments
    from agent.logs import configure

    configure(os.environ.get("POSTURE_LOG_LEVEL", "WARNING"))
    _assemble()
    try:
        app(args=arguments, standalone_mode=True)
    except CommandFailed as error:
        fail(str(error), as_json, body=error.body)
    except KeyboardInterrupt:
        fail("stopped", as_json, code=130)
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - the reader has gone
        raise SystemExit(1) from None
    except Exception as error:
        if os.environ.get("POSTURE_LOG_LEVEL", "").upper() == "DEBUG":
            raise
        fail(sentence(error), as_json)


def sentence(error: BaseException) -> str:
    """One sentence about an error: our own as they are, a configuration error by field, a defect by its kind."""
    from pydantic import ValidationError

    if isinstance(error, ValidationError):
        if error.title == "Settings":
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(p) for p in first["loc"])
            name = f"POSTURE_{where.upper()}: " if where else ""
            return f"the settings are not valid: {name}{first['msg'].removeprefix('Value error, ')}"
        faults = [
            f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}"
            for e in error.errors(include_url=False, include_input=False)
        ]
        return "not valid: " + "; ".join(faults[:5])
    if type(error).__module__.split(".")[0] in {"tools", "agent", "evals", "prompts"}:
        return str(error)
    if isinstance(error, OSError):
        return f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}"
    return f"this failed inside ({type(error).__name__}: {error}); set POSTURE_LOG_LEVEL=DEBUG to see where"
