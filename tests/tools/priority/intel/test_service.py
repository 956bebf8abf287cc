"""Feeds in a real database: replaced by kind, asked in bulk, and honest about what is not known."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.tools.priority.intel.test_files import EPSS, KEV
from tests.tools.store.conftest import database_url  # noqa: F401
from tools.priority.intel.files import read_feed
from tools.priority.intel.service import IntelService, shipped
from tools.store import Store


@pytest.fixture
async def intel(database_url: str) -> AsyncIterator[IntelService]:  # noqa: F811
    async with await Store.open(database_url) as store:
        await store.migrate()
        yield IntelService(store)


async def test_without_an_import_the_snapshot_answers_and_the_rest_is_unknown(intel: IntelService) -> None:
    (feed,) = await intel.feeds()
    assert (feed.feed, feed.source, feed.imported_at) == ("kev", "snapshot of this version", None)
    known = await intel.flaws(["CVE-2021-44228", "CVE-1999-0001"])
    assert known["CVE-2021-44228"].kev is True
    assert known["CVE-1999-0001"].kev is None
    assert known["CVE-2021-44228"].epss is None


async def test_imports_take_the_place_of_older_ones_of_their_kind(intel: IntelService) -> None:
    import json

    await intel.keep(read_feed(json.dumps(KEV).encode(), "kev.json"), "kev.json")
    await intel.keep(read_feed(EPSS.encode(), "epss.csv"), "epss.csv")
    again = await intel.keep(read_feed(EPSS.encode(), "epss.csv"), "epss-new.csv")
    assert again.rows == 2
    feeds = await intel.feeds()
    assert [(f.feed, f.rows, f.source) for f in feeds] == [
        ("epss", 2, "epss-new.csv"),
        ("kev", 2, "kev.json"),
    ]
    known = await intel.flaws(["cve-2021-44228", "CVE-2024-12345", "CVE-1999-0001"])
    assert known["CVE-2021-44228"].epss == pytest.approx(0.94358)
    assert known["CVE-2021-44228"].ransomware is True
    assert known["CVE-1999-0001"].kev is False
    assert intel.as_of is not None


async def test_thousands_are_asked_at_once(intel: IntelService) -> None:
    wanted = [f"CVE-2020-{i:05}" for i in range(3_000)]
    assert len(await intel.flaws(wanted)) == 3_000


def test_the_snapshot_is_sound() -> None:
    day, listed = shipped()
    assert day.year >= 2025
    assert len(listed) > 200
    assert all(cve.startswith("CVE-") for cve in listed)
