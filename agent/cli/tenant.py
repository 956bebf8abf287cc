"""`posture tenant`: the local tenant: seed it, load files into it, serve it, look at it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from agent.cli.output import CommandFailed, JsonFlag, emit, note, run, say, table

app = typer.Typer(no_args_is_help=True, help="The local tenant: seed, load, serve, info.")


@app.command()
def load(
    paths: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Scanner output or folders of DATASET.jsonl.")
    ],
    user: Annotated[str, typer.Option(help="Who loads, for the audit log.")] = "local",
    as_json: JsonFlag = False,
) -> None:
    """Load OCSF, ASFF, Cortex exports or folders of datasets. Loading again adds nothing."""
    from agent.settings import Settings
    from tools.tenant.errors import LoadError
    from tools.tenant.running import open_tenant

    _local_only(Settings())

    async def work() -> tuple[list[Any], list[str]]:
        reports: list[Any] = []
        failures: list[str] = []
        async with open_tenant(Settings().prepared_home()) as tenant:
            for path in paths:
                for file in _files(path):
                    try:
                        reports.append(
                            await tenant.load(file, who=user, on_progress=_progress(file, as_json))
                        )
                    except LoadError as error:
                        failures.append(str(error))
        return reports, failures

    reports, failures = run(work())
    body = _body(reports, failures)

    def render() -> None:
        for report in reports:
            say(report.sentence)
            for skipped in report.skipped[:20]:
                note(f"  record {skipped.record}: {skipped.reason}")
            if report.skipped_total > 20:
                note(f"  and {report.skipped_total - 20} more (use --json for all)")
        for failure in failures:
            note(failure)
        if any(r.replaced_demo for r in reports):
            note("The demo estate was removed first.")

    emit(body, as_json, render)
    if failures:
        raise typer.Exit(1)


@app.command()
def seed(
    size: Annotated[Literal["small", "medium", "large"], typer.Option(help="How large an estate.")] = "small",
    seed: Annotated[int, typer.Option(help="The same seed makes the same estate.")] = 1,
    as_json: JsonFlag = False,
) -> None:
    """Fill an empty local tenant with a made-up estate."""
    from agent.settings import Settings
    from tools.tenant.running import open_tenant

    _local_only(Settings())

    async def work() -> Any:
        async with open_tenant(Settings().prepared_home()) as tenant:
            return await tenant.seed(size, seed)

    body = run(work())
    emit(body, as_json, lambda: _info(body))


@app.command()
def info(as_json: JsonFlag = False) -> None:
    """What the local tenant holds: rows per dataset, results by status, loads."""
    from agent.settings import Settings
    from tools.tenant.running import open_tenant

    _local_only(Settings())

    async def work() -> Any:
        async with open_tenant(Settings().prepared_home()) as tenant:
            return await tenant.info()

    body = run(work())
    emit(body, as_json, lambda: _info(body))


@app.command()
def serve(
    port: Annotated[int, typer.Option(help="Port (0: any free one).")] = 0,
    as_json: JsonFlag = False,
) -> None:
    """Serve the local tenant on loopback until stopped. The key is in tenant.json in the data directory."""
    import asyncio

    from agent.cli.output import to_json
    from agent.settings import Settings
    from tools.tenant.running import serve_tenant

    _local_only(Settings())
    home = Settings().prepared_home()

    async def work() -> None:
        async with serve_tenant(home, port=port) as tenant:
            body = {"url": tenant.url, "credentials": str(home / "tenant.json")}
            emit(
                to_json(body),
                as_json,
                lambda: say(f"The local tenant listens at {tenant.url} (Ctrl-C stops it)."),
            )
            await asyncio.Event().wait()

    run(work())


def _local_only(settings: Any) -> None:
    if settings.tenant_url is not None:
        raise CommandFailed(
            "POSTURE_TENANT_URL points at a real tenant, and this command is for the local one; unset it first"
        )


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        files = sorted(
            p for p in path.iterdir() if p.suffix in {".jsonl", ".json", ".ndjson"} and p.is_file()
        )
        if not files:
            raise CommandFailed(
                f"{path} has no .jsonl or .json files; name a file or a folder of DATASET.jsonl"
            )
        return files
    return [path]


def _progress(file: Path, quiet: bool) -> Any:
    last = 0

    def show(read: int) -> None:
        nonlocal last
        if not quiet and read - last >= 10_000:
            last = read
            note(f"  {file.name}: {read:,} records")

    return show


def _body(reports: list[Any], failures: list[str]) -> dict[str, Any]:
    """One file: its report at the top level. Several: their sums, and each under `files`."""
    from agent.cli.output import to_json

    if len(reports) == 1 and not failures:
        report: dict[str, Any] = to_json(reports[0])
        status = report["by_status"]
        return {
            **report,
            **status,
            "skipped": report["skipped_total"],
            "skipped_rows": report["skipped"],
        }
    sums = {
        name: sum(getattr(r, name) for r in reports) for name in ("read", "added", "updated", "unchanged")
    }
    status = {s: sum(r.by_status.get(s, 0) for r in reports) for s in ("FAIL", "PASS", "MANUAL")}
    body = {
        **sums,
        **status,
        "by_status": status,
        "skipped": sum(r.skipped_total for r in reports),
        "files": [to_json(r) for r in reports],
    }
    return {**body, "errors": failures, "error": " ".join(failures)} if failures else body


def _info(body: dict[str, Any]) -> None:
    counts = body.get("datasets") or body.get("counts") or {}
    table(("dataset", "rows"), [{"dataset": name, "rows": rows} for name, rows in counts.items()])
    if body.get("by_status"):
        note("results: " + ", ".join(f"{k} {v}" for k, v in body["by_status"].items()))
    if body.get("demo"):
        note("This is the made-up demo estate.")
