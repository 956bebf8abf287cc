"""TAXII 2.1 over a real connection: envelope by envelope, in the standard's media type."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr

from tests.tools.priority.intel.serving import Answer, Asked, serving
from tools.priority.errors import IntelError
from tools.priority.intel.fetching import Fetcher, Login, Patience
from tools.priority.intel.taxii import MEDIA_TYPE, is_taxii, read_taxii

NOW = datetime(2026, 11, 25, tzinfo=UTC)
QUICK = Patience(attempts=2, first_wait_s=0.001, longest_wait_s=0.002, timeout_s=5.0)


def objects(count: int) -> list[dict[str, Any]]:
    return [
        {
            "type": "indicator",
            "id": f"indicator--{n}",
            "modified": "2026-11-20T00:00:00Z",
            "valid_from": "2026-11-01T00:00:00Z",
            "pattern": f"[network-traffic:dst_port = {1000 + n}]",
        }
        for n in range(count)
    ]


def envelope(listed: list[Any], **more: Any) -> Answer:
    return Answer(json.dumps({"objects": listed, **more}).encode(), 200, {"Content-Type": MEDIA_TYPE})


async def test_every_envelope_is_read_by_what_the_server_says_comes_next() -> None:
    listed = objects(7)

    def answer(asked: Asked) -> Answer:
        start = int(asked.params.get("next", "0"))
        more = start + 3 < len(listed)
        return envelope(listed[start : start + 3], more=more, **({"next": str(start + 3)} if more else {}))

    with serving(answer) as server:
        file = await read_taxii(
            f"{server.url}/api1/collections/91a7/", Login("u", SecretStr("p")), patience=QUICK, now=NOW
        )
    assert [campaign.ports for campaign in file.campaigns] == [(1000 + n,) for n in range(7)]
    assert [a.params.get("next") for a in server.asked] == [None, "3", "6"]
    assert {a.path for a in server.asked} == {"/api1/collections/91a7/objects/"}
    assert {a.headers["accept"] for a in server.asked} == {"application/taxii+json;version=2.1"}
    assert server.asked[0].headers["authorization"].startswith("Basic ")
    assert file.as_of == datetime(2026, 11, 20, tzinfo=UTC)


async def test_without_a_next_it_asks_for_what_was_added_later() -> None:
    listed = objects(2)

    def answer(asked: Asked) -> Answer:
        if "added_after" in asked.params:
            return envelope(listed[1:])
        said = envelope(listed[:1], more=True)
        return Answer(said.body, 200, {**said.headers, "X-TAXII-Date-Added-Last": "2026-11-01T00:00:00Z"})

    with serving(answer) as server:
        file = await read_taxii(f"{server.url}/api1/collections/c/objects", patience=QUICK, now=NOW)
    assert len(file) == 2
    assert server.asked[1].params == {"added_after": "2026-11-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (envelope([], more=True), "not how to get it"),
        (envelope([], more=True, next="same"), "not how to get it"),
        (Answer(b"[]"), "no TAXII envelope"),
        (Answer(b"nope"), "not whole JSON"),
        (Answer(b"", 401), "login is missing"),
        (Answer(b"", 503), "several times"),
    ],
)
async def test_servers_that_go_astray(answer: Answer, says: str) -> None:
    with serving(lambda _: answer) as server, pytest.raises(IntelError, match=says):
        await read_taxii(f"{server.url}/collections/c/objects/?api_key=s3cret", patience=QUICK)
    assert len(server.asked) <= 3


async def test_an_empty_collection_is_a_feed_without_campaigns() -> None:
    with serving(lambda _: Answer(b"{}")) as server:
        file = await read_taxii(f"{server.url}/collections/c/", patience=QUICK, now=NOW)
    assert (len(file), file.skipped) == (0, 0)


def test_an_address_of_a_collection_is_known() -> None:
    assert is_taxii("https://x.example/taxii2/api/collections/1/objects/")
    assert not is_taxii("https://x.example/kev.json?from=/collections/")


async def test_what_is_too_large_is_not_read_to_its_end() -> None:
    with serving(lambda _: Answer(b"x" * 3_000)) as server:
        async with Fetcher(patience=QUICK, most_bytes=1_000) as fetcher:
            with pytest.raises(IntelError, match="no such feed is that large"):
                await fetcher.get(f"{server.url}/big")


async def test_a_redirect_out_of_tls_or_to_elsewhere_is_not_followed() -> None:
    with serving(lambda _: Answer(b"", 302, {"Location": "http://feeds.example/x?key=s3cret"})) as server:
        async with Fetcher(patience=QUICK) as fetcher:
            with pytest.raises(IntelError, match="not https") as caught:
                await fetcher.get(f"{server.url}/feed")
    assert "s3cret" not in str(caught.value)


async def test_a_host_that_is_not_there_is_told() -> None:
    with serving(lambda _: Answer()) as server:
        url = server.url
    async with Fetcher(patience=QUICK) as fetcher:
        with pytest.raises(IntelError, match="could not be reached"):
            await fetcher.get(url)
