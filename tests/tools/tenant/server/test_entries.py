"""The War Room of the local tenant: what goes in comes out unchanged, and nothing is ever run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tools.tenant.server.conftest import connected
from tools.cortex.client import CortexClient
from tools.cortex.errors import CommandRefused, InvalidRequest
from tools.cortex.text import first_visible
from tools.tenant.database import TenantDatabase


async def test_insert_and_get(client: CortexClient) -> None:
    made = await client.war_room.insert(101, "First\n<b>look</b> ![x](http://example.org/x.png)")
    await client.war_room.insert("101", "Second")
    await client.war_room.insert("CASE-5", "On the case")
    found = await client.war_room.get(101)
    assert [e.contents for e in found.items] == [
        "First\n<b>look</b> ![x](http://example.org/x.png)",
        "Second",
    ]
    assert found.items[0].id == made.id
    assert (found.total, found.truncated) == (2, False)
    assert [e.contents for e in (await client.war_room.get("CASE-5")).items] == ["On the case"]
    assert (await client.war_room.get(102)).items == ()


async def test_reading_in_parts(client: CortexClient) -> None:
    ids = [(await client.war_room.insert(101, f"n{i}")).id for i in range(5)]
    first = await client.war_room.get(101, page_size=2)
    assert (first.total, first.returned, first.truncated) == (5, 2, True)
    rest = await client.war_room.get(101, first_id=str(ids[3]))
    assert [e.id for e in rest.items] == ids[3:]
    assert (await client.war_room.get(101, from_time=datetime.now(UTC) + timedelta(hours=1))).items == ()
    assert len((await client.war_room.get(101, categories=["chats"])).items) == 5
    assert (await client.war_room.get(101, categories=["notes"])).items == ()


@pytest.mark.parametrize("room", [999, "CASE-6"])
async def test_no_room_no_entry(client: CortexClient, room: int | str) -> None:
    with pytest.raises(InvalidRequest):
        await client.war_room.insert(room, "hello")
    with pytest.raises(InvalidRequest):
        await client.war_room.get(room)


async def test_a_command_that_gets_past_a_client_is_kept_and_marked_and_not_run(client: CortexClient) -> None:
    for text in ("!Print value=1", "  \u200b!Print", "/close"):
        await client._transport.post("entries/insert", {"id": "101", "data": text}, write=True)
    entries = (await client.war_room.get(101)).items
    assert [e.category for e in entries] == ["command"] * 3
    assert all("refused-command" in e.tags for e in entries)
    assert entries[1].contents == "  \u200b!Print"
    with pytest.raises(CommandRefused):
        await client.war_room.insert(101, "!Print value=1")


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
@given(text=st.text(min_size=1, max_size=60))
async def test_any_text_comes_back_as_it_was_or_is_refused(database: TenantDatabase, text: str) -> None:
    async with connected(database) as client:
        if first_visible(text) in ("", "!", "/"):
            with pytest.raises(InvalidRequest) as caught:
                await client.war_room.insert(101, text)
            assert caught.value.outcome == "not_sent"
            return
        made = await client.war_room.insert(101, text)
        assert made.contents == text
        assert (await client.war_room.get(101)).items[-1].contents == text
