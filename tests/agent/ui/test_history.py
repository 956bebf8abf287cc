"""The chat history: kept in order, of one person only, on both databases."""

from __future__ import annotations

import asyncio
import secrets
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from agent.ui.history import ChatHistory
from tools.store import Store


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'chat.db'}"
        return
    import psycopg

    server: str = request.getfixturevalue("postgres_url")
    schema = f"posture_chat_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
        try:
            yield f"{server}{'&' if '?' in server else '?'}options=-csearch_path%3D{schema}"
        finally:
            connection.execute(f"DROP SCHEMA {schema} CASCADE")


@pytest.fixture
async def history(database_url: str) -> AsyncIterator[ChatHistory]:
    async with await Store.open(database_url) as store:
        await store.migrate()
        yield ChatHistory(store)


def step(thread: str, text: str, n: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "threadId": thread,
        "parentId": None,
        "type": "assistant_message",
        "name": "Posture Agent",
        "output": text,
        "createdAt": f"2026-11-25T14:02:{n:02d}.000Z",
        "metadata": {"icon": "database"},
        **more,
    }


def element(thread: str, step_id: str, props: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "threadId": thread,
        "forId": step_id,
        "type": "custom",
        "name": "ResultTable",
        "display": "inline",
        "props": props,
    }


async def person(history: ChatHistory, name: str, role: str = "analyst") -> str:
    made = await history.create_user(SimpleNamespace(identifier=name, metadata={"role": role}))
    assert made is not None
    return str(made.id)


async def test_a_thread_comes_back_as_it_was(history: ChatHistory) -> None:
    user = await person(history, "kim")
    thread = str(uuid.uuid4())
    await history.update_thread(thread, name="  Which buckets\nare public? ", user_id=user)
    asked, told = step(thread, "q", 1, type="user_message"), step(thread, "a", 2)
    await history.put_step(told)
    await history.put_step(asked)
    first = element(thread, told["id"], {"rows": [{"n": 1, "tags": {"a": None}}]})
    second = element(thread, told["id"], {"proposals": ["p-1"]})
    await history.put_element(first)
    await history.put_element(second)
    found = await history.get_thread(thread)
    assert [s["output"] for s in found["steps"]] == ["q", "a"]
    assert [e["props"] for e in found["elements"]] == [first["props"], second["props"]]
    assert found["name"] == "Which buckets are public?"
    assert found["userIdentifier"] == "kim"
    assert found["steps"][1]["metadata"] == {"icon": "database"}
    assert await history.get_element(thread, first["id"]) == first
    assert await history.get_element("other", first["id"]) is None
    assert await history.get_thread_author(thread) == "kim"
    assert await history.get_thread("nowhere") is None
    assert await history.get_thread_author("nowhere") == ""


async def test_later_writes_win_in_the_order_they_were_asked_for(history: ChatHistory) -> None:
    thread = str(uuid.uuid4())
    one = step(thread, "0")
    await asyncio.gather(*(history.put_step({**one, "output": str(n)}) for n in range(25)))
    found = await history.get_thread(thread)
    assert [s["output"] for s in found["steps"]] == ["24"]


async def test_a_step_or_element_of_another_thread_is_not_overwritten(history: ChatHistory) -> None:
    mine, theirs = str(uuid.uuid4()), str(uuid.uuid4())
    one = step(theirs, "theirs")
    await history.put_step(one)
    card = element(theirs, one["id"], {"proposals": ["p-1"]})
    await history.put_element(card)
    await history.put_step({**one, "threadId": mine, "output": "changed"})
    await history.put_element({**card, "threadId": mine, "props": {}})
    found = await history.get_thread(theirs)
    assert found["steps"][0]["output"] == "theirs"
    assert found["elements"][0]["props"] == {"proposals": ["p-1"]}


async def test_the_owner_of_a_thread_stays_the_owner(history: ChatHistory) -> None:
    kim, lee = await person(history, "kim"), await person(history, "lee")
    thread = str(uuid.uuid4())
    await history.update_thread(thread, user_id=kim)
    await history.update_thread(thread, user_id=lee)
    assert await history.get_thread_author(thread) == "kim"


async def test_lists_are_of_one_person_newest_first_in_pages(history: ChatHistory) -> None:
    kim, lee = await person(history, "kim"), await person(history, "lee")
    mine = [str(uuid.uuid4()) for _ in range(5)]
    for n, thread in enumerate(mine):
        await history.update_thread(thread, name=f"100% number_{n}", user_id=kim)
        await history.put_step(step(thread, f"answer {n}"))
    await history.update_thread(str(uuid.uuid4()), name="number theirs", user_id=lee)

    async def page(cursor: str | None = None, search: str | None = None) -> Any:
        return await history.list_threads(
            SimpleNamespace(first=2, cursor=cursor), SimpleNamespace(userId=kim, search=search, feedback=None)
        )

    seen: list[str] = []
    cursor = None
    while True:
        found = await page(cursor)
        seen += [thread["id"] for thread in found.data]
        cursor = found.pageInfo.endCursor
        if not found.pageInfo.hasNextPage:
            break
    assert sorted(seen) == sorted(mine)
    assert len(seen) == 5
    assert [t["id"] for t in (await page(search="number_3")).data] == [mine[3]]
    assert [t["id"] for t in (await page(search="ANSWER 2")).data] == [mine[2]]
    assert (await page(search="numberX3")).data == []
    assert len((await page(search="100%")).data) == 2


async def test_logging_in_again_updates_the_role(history: ChatHistory) -> None:
    first = await person(history, "kim", "analyst")
    assert await person(history, "kim", "viewer") == first
    found = await history.get_user("kim")
    assert found is not None
    assert found.metadata == {"role": "viewer"}
    assert await history.get_user("nobody") is None


async def test_deleting_a_thread_deletes_its_parts(history: ChatHistory) -> None:
    thread = str(uuid.uuid4())
    one = step(thread, "x")
    await history.put_step(one)
    await history.put_element(element(thread, one["id"], {}))
    await history.delete_thread(thread)
    assert await history.get_thread(thread) is None


async def test_metadata_is_merged_and_none_removes(history: ChatHistory) -> None:
    thread = str(uuid.uuid4())
    await history.update_thread(thread, metadata={"chat_profile": "Analyst", "x": 1})
    await history.update_thread(thread, metadata={"x": None, "y": 2})
    assert (await history.get_thread(thread))["metadata"] == {"chat_profile": "Analyst", "y": 2}


async def test_a_write_that_fails_does_not_end_the_turn(history: ChatHistory) -> None:
    await history.put_step({**step("t", "x"), "metadata": object()})
    await history.put_element({**element("t", "s", {}), "props": object()})
    assert await history.get_thread("t") is None
