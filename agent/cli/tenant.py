"""`posture tenant`: the local tenant: seed it, load files into it, serve it, look at it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from agent.cli.output import CommandFailed, JsonFlag, emit, note, run, say, table

if TYPE_CHECKING:
    from agent.settings import Settings

app = typer.Typer(no_args_is_help=True, help="The local tenant: seed, load, serve, info.")


@app.command()
def load(
    paths: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Scanner output or folders of DATASET.jsonl.")
    ],
    user: Annotated[str, typer.Option(help="Who loads, for the audit log.")] = "local",
    as_json: JsonFlag = False,
) -> None:
    """Load scanner findings (OCSF, ASFF, Defender, SCC), Cortex exports or folders. Loading again adds nothing."""
    from agent.cli.loads import body_of, load_all, render
    from agent.cli.setup import settings
    from tools.tenant.running import open_tenant

    home = _local_home(settings())

    async def work() -> Any:
        async with open_tenant(home) as tenant:
            return await load_all(tenant, paths, user, quiet=as_json)

    loads = run(work())
    emit(body_of(loads), as_json, lambda: render(loads))
    if loads.failures:
        raise typer.Exit(1)


@app.command()
def seed(
    size: Annotated[Literal["small", "medium", "large"], typer.Option(help="How large an estate.")] = "small",
    seed: Annotated[int, typer.Option(min=0, help="The same seed makes the same estate.")] = 1,
    out: Annotated[
        Path | None, typer.Option(help="Write DATASET.jsonl files into this folder instead.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Fill an empty local tenant with a made-up estate, or write one as a folder that `load` takes."""
    from agent.cli.setup import settings
    from tools.tenant.running import open_tenant

    if out is not None:
        counts = _written(out, size, seed)
        emit({"folder": str(out), "datasets": counts}, as_json, lambda: _counts(counts))
        return
    home = _local_home(settings())

    async def work() -> Any:
        async with open_tenant(home) as tenant:
            return await tenant.seed(size, seed)

    body = run(work())
    emit(body, as_json, lambda: _info(body))


@app.command()
def info(as_json: JsonFlag = False) -> None:
    """What the local tenant holds: rows per dataset, results by status, loads."""
    from agent.cli.setup import settings
    from tools.tenant.running import open_tenant

    home = _local_home(settings())

    async def work() -> Any:
        async with open_tenant(home) as tenant:
            return await tenant.info()

    body = run(work())
    emit(body, as_json, lambda: _info(body))


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port (0: any free one).")] = 0,
    as_json: JsonFlag = False,
) -> None:
    """Serve the local tenant on loopback until stopped. The key is in tenant.json in the data directory."""
    import asyncio
    import contextlib
    import signal

    from agent.cli.setup import settings
    from tools.tenant.running import serve_tenant

    home = _local_home(settings())

    async def work() -> None:
        async with serve_tenant(home, port=port) as tenant:
            body = {"url": tenant.url, "credentials": str(home / "tenant.json")}
            emit(
                body,
                as_json,
                lambda: say(f"The local tenant listens at {tenant.url} (Ctrl-C stops it)."),
            )
            stop = asyncio.Event()
            with contextlib.suppress(NotImplementedError):  # Windows has no such handlers
                asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
            await stop.wait()

    run(work())


def _local_home(settings: Settings) -> Path:
    if settings.tenant_url is not None:
        raise CommandFailed(
            "POSTURE_TENANT_URL points at a real tenant, and this command is for the local one; unset it first"
        )
    return settings.prepared_home()


def _written(out: Path, size: Literal["small", "medium", "large"], seed: int) -> dict[str, int]:
    from tools.tenant.estate import write_folder

    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise CommandFailed(f"{out} is there and not an empty folder; name another one")
    try:
        write_folder(out, size, seed)
    except OSError as error:
        raise CommandFailed(f"{out} cannot be written ({error.strerror}); name another folder") from error
    found: dict[str, int] = {}
    for path in sorted(out.glob("*.jsonl")):
        with path.open("rb") as file:
            found[path.stem] = sum(1 for _ in file)
    return found


def _counts(counts: dict[str, int]) -> None:
    table(("dataset", "rows"), [{"dataset": name, "rows": rows} for name, rows in counts.items()])


def _info(body: dict[str, Any]) -> None:
    _counts(body["datasets"])
    if body["findings_by_status"]:
        note("results: " + ", ".join(f"{k} {v}" for k, v in body["findings_by_status"].items()))
    if body.get("demo"):
        note("This is the made-up demo estate.")
