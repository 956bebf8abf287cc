"""`posture compliance`: search controls, write gap reports."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from agent.cli.output import CommandFailed, JsonFlag, emit, note, run, say, table

app = typer.Typer(no_args_is_help=True, help="Controls and gap reports.")


@app.command()
def search(
    text: Annotated[str, typer.Argument(help="Plain words or a control id.")],
    framework: Annotated[str | None, typer.Option(help="Only this framework.")] = None,
    k: Annotated[int, typer.Option("-k", min=1, max=50, help="How many hits.")] = 5,
    as_json: JsonFlag = False,
) -> None:
    """Find controls; abstains when nothing fits."""
    from agent.runtime import control_search
    from agent.settings import Settings

    found = run(control_search(Settings(), text, framework, k))

    def render() -> None:
        if found.abstained:
            say(f"Nothing among {found.considered} entries fits well enough.")
        table(("id", "framework", "title", "score", "why"), [h.model_dump() for h in found.hits])
        for line in found.notes:
            note(line)

    emit(found, as_json, render)


@app.command()
def report(
    framework: Annotated[str, typer.Argument(help="hipaa")],
    account: Annotated[str | None, typer.Option(help="Account id or name.")] = None,
    formats: Annotated[str, typer.Option("--format", help="md (others follow).")] = "md",
    out: Annotated[
        Path | None, typer.Option(help="Folder for the files; without it, Markdown on stdout.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Where the estate stands against a framework, with evidence."""
    from agent.runtime import open_services
    from agent.settings import Settings
    from tools.compliance.report import headline, render_markdown

    wanted = [f.strip() for f in formats.split(",") if f.strip()]
    if unknown := [f for f in wanted if f != "md"]:
        raise CommandFailed(f"the format {', '.join(unknown)} is not there yet; use --format md")

    async def work() -> Any:
        async with open_services(Settings()) as services:
            return await services.compliance.report(framework, account=account)

    assessment = run(work())
    text = render_markdown(assessment)
    files: list[str] = []
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        target = out / f"{assessment.framework}-gap-report.md"
        target.write_text(text, encoding="utf-8")
        files.append(str(target))
    body = {
        "framework": assessment.framework,
        "headline": headline(assessment),
        "counts": {kind: {s.value: n for s, n in c.items()} for kind, c in assessment.counts.items()},
        "as_of": assessment.as_of,
        "scope": assessment.scope,
        "requirements": [
            {
                "id": r.id,
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


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="An OSCAL catalog, JSON.")], as_json: JsonFlag = False
) -> None:
    """Load an official OSCAL catalog."""
    raise CommandFailed(
        "importing OSCAL catalogs is not in this version; the HIPAA Security Rule ships with it"
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
