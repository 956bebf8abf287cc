"""`posture fix`: draft a verified fix for a finding."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from agent.cli.output import CommandFailed, JsonFlag, emit, note, run, say, table

app = typer.Typer(no_args_is_help=True, help="Fixes: draft and check them. Nothing is applied.")


@app.command()
def draft(
    finding_id: Annotated[str, typer.Argument(metavar="FINDING", help="Finding id or issue id.")],
    iac: Annotated[
        Path | None, typer.Option("--iac", help="Folder of the Terraform that made the resource.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Draft the Terraform that fixes one finding, checked layer by layer."""
    from agent.cli.setup import settings
    from agent.runtime import open_services

    if iac is not None and not iac.is_dir():
        raise CommandFailed(f"{iac} is not a folder; name the folder of your Terraform files")

    async def work() -> Any:
        async with open_services(settings()) as services:
            return await services.remediation.draft(finding_id, iac_dir=iac)

    fix = run(work())

    def render() -> None:
        say(fix.title)
        say(fix.diff)
        table(
            ("layer", "status", "detail"),
            [{"layer": n, "status": x.status.value, "detail": x.detail} for n, x in fix.layers.items()],
        )
        for text in (*fix.breaks, *fix.notes):
            note(text)
        for command in fix.commands:
            say(command)

    emit(fix, as_json, render)
    if fix.failed:
        raise typer.Exit(1)


@app.command()
def scan(
    folder: Annotated[Path, typer.Argument(metavar="DIR")],
    out: Annotated[Path | None, typer.Option(help="Where to write the fixed copy.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Fix what a scan finds in a folder of Terraform."""
    raise CommandFailed("scanning a folder is not in this version; `posture fix draft FINDING --iac DIR` is")
