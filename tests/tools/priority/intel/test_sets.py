"""Snapshots in a real database: kept by kind and name, read back as they were, gone when removed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from tests.tools.priority.intel.test_recognise import CAMPAIGNS, CMDB, SCAN
from tests.tools.store.conftest import database_url  # noqa: F401
from tools.priority.errors import IntelError
from tools.priority.intel.campaign_file import CampaignFile
from tools.priority.intel.flaw_file import FlawFile
from tools.priority.intel.recognise import read_any
from tools.priority.intel.register_file import RegisterFile
from tools.priority.intel.sets import EnrichmentSets
from tools.store import Store

NOW = datetime(2026, 11, 25, tzinfo=UTC)


@pytest.fixture
async def sets(database_url: str) -> AsyncIterator[EnrichmentSets]:  # noqa: F811
    async with await Store.open(database_url) as store:
        await store.migrate()
        yield EnrichmentSets(store)


def files() -> tuple[RegisterFile, FlawFile, CampaignFile]:
    register = read_any(CMDB.encode(), "cmdb.csv", now=NOW)
    scan = read_any(SCAN.encode(), "scan.csv", now=NOW)
    feed = read_any(json.dumps(CAMPAIGNS).encode(), "feed.json", now=NOW)
    assert isinstance(register, RegisterFile)
    assert isinstance(scan, FlawFile)
    assert isinstance(feed, CampaignFile)
    return register, scan, feed


async def test_nothing_imported_is_no_feed_and_not_an_empty_one(sets: EnrichmentSets) -> None:
    held = await sets.held()
    assert (held.registers, held.scans, held.campaigns) == ((), (), None)
    assert await sets.sets() == ()


async def test_what_is_kept_comes_back_as_it_was(sets: EnrichmentSets) -> None:
    register, scan, feed = files()
    for file, name in ((register, "cmdb.csv"), (scan, "scan.csv"), (feed, "feed.json")):
        await sets.keep(file, name, name)
    held = await sets.held()
    assert list(held.registers[0].rows) == list(register.entries)
    assert (held.registers[0].source, held.registers[0].as_of) == ("cmdb.csv", NOW)
    assert list(held.scans[0].rows) == list(scan.sightings)
    assert held.campaigns == tuple(feed.campaigns)
    assert held.campaigns_as_of == feed.as_of
    assert [(s.kind, s.rows) for s in await sets.sets()] == [
        ("campaigns", 1),
        ("cmdb", 1),
        ("vulnerabilities", 3),
    ]


async def test_a_newer_import_takes_the_place_of_its_name_and_changes_the_mark(sets: EnrichmentSets) -> None:
    register, scan, _ = files()
    before = await sets.mark()
    await sets.keep(register, "cmdb.csv", "cmdb.csv")
    first = await sets.mark()
    await sets.keep(register, "cmdb.csv", "cmdb.csv")
    await sets.keep(register, "other.csv", "other.csv")
    await sets.keep(scan, "cmdb.csv", "cmdb.csv")
    assert len({before, first, await sets.mark()}) == 3
    held = await sets.held()
    assert [r.source for r in held.registers] == ["cmdb.csv", "other.csv"]
    assert [len(r.rows) for r in held.registers] == [1, 1]
    assert len(held.scans) == 1, "another kind of the same name stays"


async def test_removed_is_gone_and_an_unknown_name_is_told(sets: EnrichmentSets) -> None:
    _, scan, feed = files()
    await sets.keep(scan, "scan.csv", "scan.csv")
    await sets.keep(feed, "feed", "feed")
    (gone,) = await sets.remove("feed")
    assert gone.rows == 1
    held = await sets.held()
    assert held.campaigns is None
    assert len(held.scans) == 1
    with pytest.raises(IntelError, match="intel show"):
        await sets.remove("feed")


async def test_texts_that_a_database_cannot_hold(sets: EnrichmentSets) -> None:
    rows = [{"name": "bad \x00 \ud800 name", "ports": [22]}]
    feed = read_any(json.dumps({"campaigns": rows}).encode(), "x", now=NOW)
    assert isinstance(feed, CampaignFile)
    state = await sets.keep(feed, "na\x00me\ud800", "s")
    assert state.name == "name?"
    held = await sets.held()
    assert held.campaigns is not None
    assert held.campaigns[0].ports == (22,)


async def test_many_rows_are_kept_in_batches(sets: EnrichmentSets) -> None:
    text = "host,cve\n" + "".join(f"web-{n},CVE-2024-{n + 1000}\n" for n in range(5_000))
    file = read_any(text.encode(), "big.csv", now=NOW)
    assert isinstance(file, FlawFile)
    await sets.keep(file, "big.csv", "big.csv")
    assert len((await sets.held()).scans[0].rows) == 5_000
