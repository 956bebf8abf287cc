"""`posture compliance`: search controls, write gap reports."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from agent.cli.failure import WrongUsage
from agent.cli.output import CommandFailed, JsonFlag, emit, note, run, say, table

_FORMATS = ("md", "html", "pdf", "xlsx", "oscal")

app = typer.Typer(no_args_is_help=True, help="Controls and gap reports.")


@app.command()
def search(
    text: Annotated[str, typer.Argument(help="Plain words or a control id.")],
    framework: Annotated[str | None, typer.Option(help="Only this framework.")] = None,
    k: Annotated[int, typer.Option("-k", min=1, max=50, help="How many hits.")] = 5,
    as_json: JsonFlag = False,
) -> None:
    """Find controls; abstains when nothing fits."""
    from agent.cli.setup import settings
    from agent.runtime import control_search

    if not text.strip():
        raise WrongUsage("the search text is empty; give words or a control id")
    found = run(control_search(settings(), text, framework, k))

    def render() -> None:
        if found.abstained:
            say(f"Nothing among {found.considered} entries fits well enough.")
        table(("id", "framework", "title", "score", "why"), [h.model_dump() for h in found.hits])
        for line in found.notes:
            note(line)

    emit(found, as_json, render)


@app.command()
def report(
    framework: Annotated[str, typer.Argument(help="For example hipaa; `frameworks` lists them.")],
    account: Annotated[str | None, typer.Option(help="Account id or name.")] = None,
    formats: Annotated[str, typer.Option("--format", help="md (the others come later).")] = "md",
    out: Annotated[
        Path | None, typer.Option(help="Folder for the files; without it, Markdown on stdout.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Where the estate stands against a framework, with evidence."""
    from agent.cli.setup import settings
    from agent.runtime import open_services
    from tools.compliance.report import headline, render_markdown
    from tools.compliance.summary import summary

    wanted = [f.strip().lower() for f in formats.split(",") if f.strip()]
    if unknown := [f for f in wanted if f not in _FORMATS] or not wanted:
        named = ", ".join(unknown) if isinstance(unknown, list) else formats
        raise WrongUsage(f"there is no format {named!r}; formats are {', '.join(_FORMATS)}")
    if later := [f for f in wanted if f != "md"]:
        raise CommandFailed(f"the format {', '.join(later)} is not in this version; use --format md")

    async def work() -> Any:
        async with open_services(settings()) as services:
            return await services.compliance.report(framework, account=account)

    assessment = run(work())
    text = render_markdown(assessment)
    files = [_written(out, f"{assessment.framework}-gap-report.md", text)] if out is not None else []
    figures = summary(assessment)
    body = {
        **figures,
        **figures["counts"],
        "headline": headline(assessment),
        "requirements": [
            {
                "id": r.id,
                "kind": r.entry.kind,
                "status": r.status,
                "reason": r.reason,
                "checks_ran": r.checks_ran,
                "checks_total": r.checks_total,
            }
            for r in assessment.results
        ],
        "files": files,
    }

    def render() -> None:
        if files:
            say(headline(assessment))
            note(f"written: {files[0]}")
        else:
            say(text)

    emit(body, as_json, render)


def _written(folder: Path, name: str, text: str) -> str:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandFailed(
            f"{folder / name} cannot be written ({error.strerror}); choose another folder with --out"
        ) from None
    return str(folder / name)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="An OSCAL catalog, JSON.")], as_json: JsonFlag = False
) -> None:
    """Load an official OSCAL catalog."""
    raise CommandFailed(
        "importing OSCAL catalogs is not in this version; `posture compliance frameworks` lists what ships with it"
    )


@app.command()
def frameworks(as_json: JsonFlag = False) -> None:
    """The frameworks that are here, with their counts."""
    from tools.compliance import catalog_infos

    infos = catalog_infos()
    rows = [
        {"framework": i.framework, "title": i.title, "assessed": i.assessed, "mapped": i.mapped}
        for i in infos
    ]
    emit({"frameworks": infos}, as_json, lambda: table(("framework", "title", "assessed", "mapped"), rows))
