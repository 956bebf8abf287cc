"""`posture intel`: which vulnerabilities are exploited, from CISA's and FIRST's files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from agent.cli.failure import CommandFailed
from agent.cli.output import JsonFlag, emit, note, run, table

app = typer.Typer(no_args_is_help=True, help="Threat intelligence: CISA KEV, FIRST EPSS.")
_MOST_BYTES = 500_000_000
_SECONDS = 120.0


@app.command("import")
def import_(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="KEV (JSON, CSV) or EPSS (CSV), gzipped or not.")
    ],
    as_json: JsonFlag = False,
) -> None:
    """Take files of the feeds; each replaces the older one of its kind."""

    async def work() -> list[dict[str, Any]]:
        return [await _kept(_bytes(file), file.name) for file in files]

    _told(run(work()), as_json)


@app.command()
def update(
    urls: Annotated[
        list[str],
        typer.Argument(metavar="URL...", help="Where the feeds are published, or a mirror of yours."),
    ],
    as_json: JsonFlag = False,
) -> None:
    """Fetch feeds and take them. Nothing is fetched without a URL."""

    async def work() -> list[dict[str, Any]]:
        return [await _kept(await _fetched(url), url) for url in urls]

    _told(run(work()), as_json)


@app.command()
def show(as_json: JsonFlag = False) -> None:
    """Which feeds are in use, and of when."""
    from agent.cli.setup import settings
    from agent.desk import open_migrated
    from tools.priority.intel.service import IntelService

    async def work() -> list[dict[str, Any]]:
        async with await open_migrated(settings()) as store:
            return [_state(state) for state in await IntelService(store).feeds()]

    _told(run(work()), as_json)


async def _kept(data: bytes, source: str) -> dict[str, Any]:
    from agent.cli.setup import settings
    from agent.desk import open_migrated
    from tools.priority.intel.files import read_feed
    from tools.priority.intel.service import IntelService

    feed = read_feed(data, source)
    async with await open_migrated(settings()) as store:
        state = await IntelService(store).keep(feed, source)
    return {**_state(state), "skipped": feed.skipped, "faults": list(feed.faults)}


def _bytes(file: Path) -> bytes:
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise CommandFailed(f"{file.name} is larger than {_MOST_BYTES // 1_000_000} MB; no such feed is.")
        return file.read_bytes()
    except OSError as error:
        raise CommandFailed(f"{file} cannot be read: {error.strerror}. Check its path.") from None


async def _fetched(url: str) -> bytes:
    import httpx

    if not url.startswith("https://"):
        raise CommandFailed(
            "A feed is fetched over https:// only. Load it down yourself and use `posture intel import`."
        )
    try:
        async with httpx.AsyncClient(timeout=_SECONDS, follow_redirects=True) as client:
            answer = await client.get(url)
            answer.raise_for_status()
    except httpx.HTTPStatusError as error:
        raise CommandFailed(f"{url} answered {error.response.status_code}. Check the address.") from None
    except httpx.HTTPError as error:
        raise CommandFailed(
            f"{url} could not be fetched ({type(error).__name__}). Check the network."
        ) from None
    if len(answer.content) > _MOST_BYTES:
        raise CommandFailed(
            f"{url} sent more than {_MOST_BYTES // 1_000_000} MB; no such feed is that large."
        )
    return answer.content


def _state(state: Any) -> dict[str, Any]:
    return {
        "feed": state.feed,
        "as_of": state.as_of,
        "imported_at": state.imported_at,
        "rows": state.rows,
        "source": state.source,
    }


def _told(feeds: list[dict[str, Any]], as_json: bool) -> None:
    def render() -> None:
        table(("feed", "as_of", "rows", "source"), [{**f, "as_of": f"{f['as_of']:%Y-%m-%d}"} for f in feeds])
        for feed in feeds:
            if feed.get("skipped"):
                note(
                    f"{feed['feed']}: {feed['skipped']} rows could not be read; {'; '.join(feed['faults'][:3])}"
                )

    emit({"feeds": feeds}, as_json, render)
