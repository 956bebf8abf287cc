"""`posture intel`: what findings are enriched with: exploited vulnerabilities, CMDBs, scans, threat campaigns."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agent.cli.failure import CommandFailed, WrongUsage
from agent.cli.output import JsonFlag, emit, note, run, say, table

if TYPE_CHECKING:
    from agent.settings import Settings
    from tools.priority.intel.recognise import Known

app = typer.Typer(
    no_args_is_help=True,
    help="Facts that scores rest on: CISA KEV, FIRST EPSS, CMDBs, vulnerability scans, threat campaigns.",
)
_MOST_BYTES = 500_000_000
_SERVICENOW, _TAXII = "servicenow", "taxii"


@app.command("import")
def import_(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="KEV (JSON, CSV), EPSS (CSV), a CMDB (CSV), a vulnerability scan (CSV), STIX 2.1 or campaigns (JSON); "
            "gzipped or not.",
        ),
    ],
    as_json: JsonFlag = False,
) -> None:
    """Take files, told apart by what is in them; each replaces the older one of its kind and name."""

    async def work() -> list[dict[str, Any]]:
        from tools.priority.intel.recognise import read_any

        return [await _kept(read_any(_bytes(file), file.name), file.name, file.name) for file in files]

    _told(run(work()), as_json)


@app.command()
def update(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE...",
            help="URLs of feeds (KEV, EPSS, STIX, a TAXII collection, campaigns); `servicenow` and `taxii` as in the "
            "settings.",
        ),
    ],
    as_json: JsonFlag = False,
) -> None:
    """Fetch feeds, a TAXII collection or a CMDB and take them. Nothing is fetched that is not named."""
    from agent.cli.setup import settings

    found = settings()

    async def work() -> list[dict[str, Any]]:
        done = []
        for source in sources:
            file, name, where = await _fetched(source, found)
            done.append(await _kept(file, name, where))
        return done

    _told(run(work()), as_json)


@app.command()
def show(as_json: JsonFlag = False) -> None:
    """Which feeds and imports are in use, and of when."""
    from tools.priority.intel.service import IntelService
    from tools.priority.intel.sets import EnrichmentSets

    async def work(store: Any) -> list[dict[str, Any]]:
        feeds = [_feed(state) for state in await IntelService(store).feeds()]
        return feeds + [_set(state) for state in await EnrichmentSets(store).sets()]

    _told(run(_with_store(work)), as_json)


@app.command()
def remove(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="The name that `posture intel show` has for it.")
    ],
    as_json: JsonFlag = False,
) -> None:
    """Drop an imported CMDB, scan or threat feed; what it said no longer counts."""
    from tools.priority.intel.sets import EnrichmentSets

    gone = run(_with_store(lambda store: EnrichmentSets(store).remove(name)))
    body = {"removed": [_set(state) for state in gone]}
    emit(body, as_json, lambda: say(f"{name} is removed: {sum(state.rows for state in gone)} rows."))


async def _with_store(work: Callable[[Any], Awaitable[Any]]) -> Any:
    from agent.cli.setup import settings
    from agent.desk import open_migrated

    async with await open_migrated(settings()) as store:
        return await work(store)


async def _kept(file: Known, name: str, where: str) -> dict[str, Any]:
    """Keep what was read, and say what it was."""
    from tools.priority.intel.files import FeedFile
    from tools.priority.intel.flaw_file import FlawFile
    from tools.priority.intel.service import IntelService
    from tools.priority.intel.sets import EnrichmentSets

    async def work(store: Any) -> dict[str, Any]:
        if isinstance(file, FeedFile):
            return _feed(await IntelService(store).keep(file, where))
        return _set(await EnrichmentSets(store).keep(file, name, where))

    kept = {**await _with_store(work), "skipped": file.skipped, "faults": list(file.faults)}
    return {**kept, "closed": file.closed} if isinstance(file, FlawFile) else kept


async def _fetched(source: str, found: Settings) -> tuple[Known, str, str]:
    """What a source gives, the name it is kept under, and where it is from, without what may be secret."""
    from tools.priority.intel.fetching import Fetcher, Login, place_of
    from tools.priority.intel.recognise import read_any
    from tools.priority.intel.servicenow import read_servicenow
    from tools.priority.intel.taxii import is_taxii, read_taxii

    if source == _SERVICENOW:
        url = found.servicenow_url
        if url is None:
            raise CommandFailed(
                "POSTURE_SERVICENOW_URL is not set; set it, with a user and password or a token."
            )
        login = Login(found.servicenow_user or "", found.servicenow_password, found.servicenow_token)
        if not login.headers() and login.basic() is None:
            raise CommandFailed(
                "ServiceNow needs POSTURE_SERVICENOW_USER and POSTURE_SERVICENOW_PASSWORD, or POSTURE_SERVICENOW_TOKEN."
            )
        classes = [name.strip() for name in found.servicenow_classes.split(",") if name.strip()]
        return await read_servicenow(url, login, classes or ["cmdb_ci"]), _SERVICENOW, place_of(url)
    if source == _TAXII:
        url = found.taxii_url
        if url is None:
            raise CommandFailed("POSTURE_TAXII_URL is not set; set it to a collection of a TAXII 2.1 server.")
        login = Login(found.taxii_user or "", found.taxii_password, found.taxii_token)
        return await read_taxii(url, login), _TAXII, place_of(url)
    if "://" not in source:
        raise WrongUsage(
            f"{source[:80]!r} is no address; give one with https://, or `servicenow`, or `taxii`."
        )
    place = place_of(source)
    if is_taxii(source):
        return await read_taxii(source), place, place
    async with Fetcher() as fetcher:
        answer = await fetcher.get(source)
    return read_any(answer.data, place), place, place


def _bytes(file: Path) -> bytes:
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise CommandFailed(f"{file.name} is larger than {_MOST_BYTES // 1_000_000} MB; no such file is.")
        return file.read_bytes()
    except OSError as error:
        raise CommandFailed(f"{file} cannot be read: {error.strerror}. Check its path.") from None


def _feed(state: Any) -> dict[str, Any]:
    return {
        "feed": state.feed,
        "name": state.feed,
        "as_of": state.as_of,
        "imported_at": state.imported_at,
        "rows": state.rows,
        "source": state.source,
    }


def _set(state: Any) -> dict[str, Any]:
    return {
        "feed": state.kind,
        "name": state.name,
        "as_of": state.as_of,
        "imported_at": state.imported_at,
        "rows": state.rows,
        "source": state.source,
        "skipped": state.skipped,
    }


def _told(feeds: list[dict[str, Any]], as_json: bool) -> None:
    def render() -> None:
        rows = [{**f, "as_of": f"{f['as_of']:%Y-%m-%d}"} for f in feeds]
        table(("feed", "name", "as_of", "rows", "source"), rows)
        for feed in feeds:
            if feed.get("closed"):
                note(f"{feed['name']}: {feed['closed']} rows say that a flaw is gone, and were left out")
            if feed.get("skipped"):
                why = "; ".join(feed.get("faults", [])[:3])
                note(
                    f"{feed['name']}: {feed['skipped']} rows could not be used" + (f"; {why}" if why else "")
                )
            elif feed.get("faults"):
                note(f"{feed['name']}: {'; '.join(feed['faults'][:3])}")

    emit({"feeds": feeds}, as_json, render)
