"""War Room: comments go in exactly as given; commands never leave."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tools.cortex.conftest import FakeClock, Script, make_client
from tools.cortex import errors
from tools.cortex.client import CortexClient

ENTRY = {
    "id": "u@INCIDENT-5", "created": "2026-01-02T03:04:05.678901Z", "modified": "2026-01-02T03:04:05Z", "user": "me",
    "contents": "hello", "format": "text", "category": "chat", "investigationId": "INCIDENT-5", "tags": None,
}  # fmt: skip

COMMANDS = [
    "!Print value=1",
    "/close",
    "  !x",
    "\n\t!x",
    "\u200b!x",
    "\ufeff\u2060!x",
    "\u202e!x",
    "\x00\x1b!x",
    "\u00a0\u3000!x",
    "\u115f!x",
    "\u2800!x",
    "\u0301!x",
    "！x",
    "／x",
    "\ufe57x",
    "\U000e0021!x",
]


@pytest.mark.parametrize("text", COMMANDS)
async def test_commands_are_refused_before_anything_is_sent(
    client: CortexClient, script: Script, text: str
) -> None:
    with pytest.raises(errors.CommandRefused) as caught:
        await client.war_room.insert(5, text)
    assert caught.value.safe_to_retry
    assert caught.value.outcome == "not_sent"
    assert script.requests == []


@pytest.mark.parametrize("text", ["", " \n", "\u200b", "x" * 100_001, "half \ud800"])
async def test_empty_too_long_or_broken_texts(client: CortexClient, script: Script, text: str) -> None:
    with pytest.raises(errors.InvalidRequest) as caught:
        await client.war_room.insert(5, text)
    assert caught.value.safe_to_retry
    assert script.requests == []


@settings(
    max_examples=100,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
@given(
    lead=st.text(alphabet=st.characters(categories=["Cc", "Cf", "Zs", "Zl", "Zp", "Mn"]), max_size=8),
    mark=st.sampled_from("!/！／"),
    rest=st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20),
)
async def test_no_disguise_helps(lead: str, mark: str, rest: str) -> None:
    script = Script()
    client = make_client(script, FakeClock())
    with pytest.raises(errors.CommandRefused):
        await client.war_room.insert(5, lead + mark + rest)
    assert script.requests == []


@settings(
    max_examples=100,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=50))
async def test_what_is_sent_is_what_was_given(text: str) -> None:
    script = Script().by(lambda _: ENTRY)
    client = make_client(script, FakeClock())
    try:
        await client.war_room.insert(5, text)
    except errors.InvalidRequest:
        return
    assert script.body()["request_data"] == {"id": "5", "data": text}


@pytest.mark.parametrize("text", ["a !b", "see /etc/passwd", "1! done", "[link](x)", "¡hola!", "- !x"])
async def test_marks_further_on_are_fine(client: CortexClient, script: Script, text: str) -> None:
    script.say(ENTRY)
    assert (await client.war_room.insert(5, text)).id == "u@INCIDENT-5"


@pytest.mark.parametrize(("room", "sent"), [(5, "5"), ("5", "5"), ("CASE-7", "CASE-7")])
async def test_rooms(client: CortexClient, script: Script, room: Any, sent: str) -> None:
    script.say(ENTRY)
    await client.war_room.insert(room, "hello")
    assert script.body()["request_data"]["id"] == sent


@pytest.mark.parametrize("room", ["CASE-", "CASE-x", "a/b", "..", "", -1])
async def test_what_is_no_room(client: CortexClient, script: Script, room: Any) -> None:
    with pytest.raises(errors.InvalidRequest):
        await client.war_room.insert(room, "hello")
    assert script.requests == []


async def test_a_tenant_that_wants_the_fields_bare_is_remembered(
    client: CortexClient, script: Script
) -> None:
    def bare_only(request: httpx.Request) -> Any:
        if b"request_data" in request.content:
            return httpx.Response(400, json={"err_code": "400", "err_msg": "id is missing"})
        return ENTRY

    script.by(bare_only)
    await client.war_room.insert(5, "hello")
    await client.war_room.insert(5, "again")
    assert [b"request_data" in r.content for r in script.requests] == [True, False, False]
    assert script.body() == {"id": "5", "data": "again"}


async def test_when_both_forms_are_refused_the_first_reason_stands(
    client: CortexClient, script: Script
) -> None:
    script.say(
        httpx.Response(400, json={"reply": {"err_code": 400, "err_msg": "no War Room"}}),
        httpx.Response(400, json={"reply": {"err_code": 400, "err_msg": "unknown field"}}),
    )
    with pytest.raises(errors.InvalidRequest, match="no War Room") as caught:
        await client.war_room.insert(5, "hello")
    assert caught.value.safe_to_retry


async def test_reading_asks_again_after_a_500_which_may_mean_bad_input(
    client: CortexClient, script: Script
) -> None:
    def bare_only(request: httpx.Request) -> Any:
        return httpx.Response(500) if b"request_data" in request.content else {"total": 1, "data": [ENTRY]}

    script.by(bare_only)
    assert (await client.war_room.get(5)).total == 1


async def test_a_second_form_whose_fate_is_unknown_is_what_counts(
    client: CortexClient, script: Script
) -> None:
    script.say(httpx.Response(400, json={"err_code": 400, "err_msg": "id is missing"}), httpx.Response(502))
    with pytest.raises(errors.Unavailable) as caught:
        await client.war_room.insert(5, "hello")
    assert not caught.value.safe_to_retry


@pytest.mark.parametrize("failure", [httpx.Response(500), httpx.Response(502), httpx.ReadTimeout("x")])
async def test_an_insert_whose_fate_is_unknown_is_not_repeated(
    client: CortexClient, script: Script, failure: Any
) -> None:
    script.by(lambda _: failure)
    with pytest.raises(errors.CortexError) as caught:
        await client.war_room.insert(5, "hello")
    assert len(script.requests) == 1
    assert not caught.value.safe_to_retry
    assert caught.value.outcome == "unknown"


@pytest.mark.parametrize("answer", [{}, {"reply": {}}, {"reply": []}, []])
async def test_an_answer_without_the_entry_leaves_it_unknown(
    client: CortexClient, script: Script, answer: Any
) -> None:
    script.say(answer)
    with pytest.raises(errors.BadAnswer) as caught:
        await client.war_room.insert(5, "hello")
    assert not caught.value.safe_to_retry


async def test_get(client: CortexClient, script: Script) -> None:
    script.say({"total": 3, "data": [ENTRY, ENTRY | {"id": "v", "contents": {"a": 1}}]})
    found = await client.war_room.get(
        5,
        page_size=2,
        first_id="a",
        last_id="b",
        from_time=datetime(2026, 1, 2, tzinfo=UTC),
        categories=["notes"],
    )
    assert (found.total, found.returned, found.truncated) == (3, 2, True)
    assert found.items[0].tags == ()
    assert found.items[1].contents == '{"a": 1}'
    assert script.body()["request_data"] == {
        "id": "5",
        "filter": {
            "pagesize": 2, "firstID": "a", "lastID": "b", "fromTime": "2026-01-02T00:00:00Z", "categories": ["notes"]
        },
    }  # fmt: skip
    script.say({"total": 0}, {"reply": {"total": 0, "data": None}}, {"total": 2})
    assert (await client.war_room.get(5)).total == 0
    assert (await client.war_room.get(5)).items == ()
    with pytest.raises(errors.BadAnswer):
        await client.war_room.get(5)
