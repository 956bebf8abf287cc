"""Decisions come from a card's button only: validated, by the person's role of this moment, and told afterwards."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from agent.events import TurnEnded
from agent.ui.access import Access
from agent.ui.app import ChatApp
from agent.ui.guard import LoginAttempt, attempt
from agent.ui.login import PasswordLogin
from agent.ui.users import UserDirectory
from tests.e2e.fake_agent import FakeDesk
from tools.results import Actor, Role
from tools.store import Store

HASH = "0" * 64


@dataclass
class Person:
    identifier: str
    metadata: dict[str, Any] = field(default_factory=dict)


class Talk:
    """A conversation that waits for what the desk has pending, and says `answer` when it goes on."""

    def __init__(self, desk: FakeDesk) -> None:
        self.desk = desk
        self.answer = "It is done."
        self.settled = 0

    async def settle(self, thread_id: str, actor: Actor) -> AsyncIterator[Any]:
        if await self.waiting(thread_id) or not self.answer:
            return
        self.settled += 1
        yield TurnEnded(thread_id, self.answer, "answered")

    async def waiting(self, thread_id: str) -> tuple[str, ...]:
        return tuple(k for k in self.desk.of_thread(thread_id) if self.desk._all[k]["state"] == "pending")


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[ChatApp]:
    directory = UserDirectory(tmp_path)
    directory.prepare()
    desk = FakeDesk(tmp_path / "desk.json")
    async with await Store.open(f"sqlite:///{tmp_path / 'chat.db'}") as store:
        await store.migrate()
        runtime = SimpleNamespace(store=store, writeback=desk, conversation=Talk(desk), notice="")
        yield ChatApp(runtime, Access("password", directory))


def propose(app: ChatApp, kind: str = "severity", thread: str | None = None) -> tuple[str, str, str]:
    thread = thread or str(uuid.uuid4())
    desk: Any = app.runtime.writeback
    made = desk.propose(thread, Actor(user="engineer", role=Role.ENGINEER), kind)
    return thread, made, desk._all[made]["hash"]


async def said(app: ChatApp, thread: str) -> list[str]:
    found = await app.history.get_thread(thread)
    return [step["output"] for step in found["steps"]] if found else []


async def test_an_approval_is_recorded_carried_out_once_and_told(app: ChatApp) -> None:
    thread, made, shown = propose(app)
    payload = {"proposal_id": made, "hash": shown, "decision": "approve"}
    answers = await asyncio.gather(*(app.actions.decide(payload, Person("analyst")) for _ in range(5)))
    await app.actions.drain()
    assert sum(answer["ok"] for answer in answers) == 1
    assert all("card" in answer for answer in answers)
    refused = next(answer for answer in answers if not answer["ok"])
    assert refused["message"].startswith("This was already decided")
    desk: Any = app.runtime.writeback
    assert desk._all[made]["writes"] == 1
    assert await said(app, thread) == ["It is done."]


async def test_what_a_continued_conversation_does_not_tell_is_told_from_the_cards(app: ChatApp) -> None:
    thread, first, shown_first = propose(app, "comment")
    _, second, shown_second = propose(app, "severity", thread)
    talk: Any = app.runtime.conversation
    talk.answer = ""
    analyst = Person("analyst")
    await app.actions.decide({"proposal_id": first, "hash": shown_first, "decision": "approve"}, analyst)
    await app.actions.drain()
    assert await said(app, thread) == []
    await app.actions.decide({"proposal_id": second, "hash": shown_second, "decision": "approve"}, analyst)
    await app.actions.drain()
    (told,) = await said(app, thread)
    assert "Comment 7781 added" in told
    assert "is HIGH" in told


@pytest.mark.parametrize(
    "payload",
    [
        {},
        None,
        "approve",
        {"proposal_id": "p-0001", "decision": "approve"},
        {"proposal_id": "p-0001", "hash": HASH, "decision": "yes"},
        {"proposal_id": "p-0001", "hash": HASH, "decision": "approve", "actor": "admin"},
        {"proposal_id": "../../x", "hash": HASH, "decision": "approve"},
        {"proposal_id": "p-0001", "hash": "<b>", "decision": "approve"},
        {"proposal_id": "p-0001", "hash": HASH, "decision": "reject", "reason": "x" * 501},
    ],
)
async def test_what_is_not_a_decision_decides_nothing(app: ChatApp, payload: Any) -> None:
    _, made, _ = propose(app)
    answer = await app.actions.decide(payload, Person("analyst"))
    assert answer == {
        "ok": False,
        "message": "That is not a decision this card can make. Reload the page and look again.",
    }
    desk: Any = app.runtime.writeback
    assert desk._all[made]["state"] == "pending"


async def test_the_role_of_this_moment_counts(app: ChatApp) -> None:
    _, made, shown = propose(app)
    payload = {"proposal_id": made, "hash": shown, "decision": "approve"}
    engineer = await app.actions.decide(payload, Person("engineer", {"role": "admin"}))
    assert engineer["ok"] is False
    assert "may not approve" in engineer["message"]
    file = app.access.directory.file
    entries = json.loads(file.read_text())
    del entries["analyst"]
    file.write_text(json.dumps(entries))
    gone = await app.actions.decide(payload, Person("analyst"))
    assert "no longer valid" in gone["message"]
    nobody = await app.actions.decide(payload, None)
    assert nobody["ok"] is False
    desk: Any = app.runtime.writeback
    assert desk._all[made]["state"] == "pending"


async def test_another_hash_and_an_unknown_proposal_are_sentences(app: ChatApp) -> None:
    _, made, _ = propose(app)
    analyst = Person("analyst")
    other = await app.actions.decide({"proposal_id": made, "hash": HASH, "decision": "approve"}, analyst)
    assert "not the one that the card showed" in other["message"]
    assert other["card"]["state"] == "pending"
    missing = await app.actions.decide({"proposal_id": "p-9", "hash": HASH, "decision": "approve"}, analyst)
    assert missing == {
        "ok": False,
        "message": "There is no proposal p-9. Ask for the pending ones in the chat.",
    }
    assert (await app.actions.state({"proposal_id": "p-9"}, analyst))["ok"] is False
    assert (await app.actions.state({}, analyst))["ok"] is False


async def test_a_defect_is_a_sentence_without_its_details(
    app: ChatApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, made, _ = propose(app)

    async def broken(*_: Any) -> Any:
        raise RuntimeError("secret-internal-detail")

    monkeypatch.setattr(app.runtime.writeback, "card", broken)
    answer = await app.actions.state({"proposal_id": made}, Person("analyst"))
    assert answer["ok"] is False
    assert "secret" not in answer["message"]
    assert "posture doctor" in answer["message"]


async def test_a_resumed_thread_shows_what_waits_unless_it_has_the_card(app: ChatApp) -> None:
    thread_id, made, _ = propose(app)
    thread: dict[str, Any] = {"id": thread_id, "steps": [], "elements": []}
    await app.resumed(thread)
    assert [e["props"]["proposals"] for e in thread["elements"]] == [[made]]
    assert thread["elements"][0]["forId"] == thread["steps"][0]["id"]
    stored = await app.history.get_thread(thread_id)
    again: dict[str, Any] = {"id": thread_id, "steps": stored["steps"], "elements": stored["elements"]}
    await app.resumed(again)
    assert len(again["elements"]) == 1


async def test_only_ones_own_threads_of_the_page_are_continued(app: ChatApp) -> None:
    kim = await app.history.create_user(SimpleNamespace(identifier="kim", metadata={}))
    assert kim is not None
    thread = str(uuid.uuid4())
    await app.history.update_thread(thread, user_id=kim.id)
    assert await app._own_thread(SimpleNamespace(thread_id=thread), "kim") == thread
    with pytest.raises(Exception, match="belongs to someone else"):
        await app._own_thread(SimpleNamespace(thread_id=thread), "lee")
    for odd in ("default", "../x", thread.upper(), "{" + thread + "}"):
        with pytest.raises(Exception, match="cannot be continued"):
            await app._own_thread(SimpleNamespace(thread_id=odd), "kim")


async def test_profiles_can_be_awaited_and_lead_with_the_one_that_fits(app: ChatApp) -> None:
    offered = await app.profiles(Person("auditor"))
    assert [profile.name for profile in offered] == ["Engineer", "Auditor", "Analyst"]
    assert [profile.name for profile in offered if profile.default] == ["Auditor"]
    assert all(len(profile.starters) == 4 for profile in offered)


async def test_password_login_counts_wrong_ones_by_name_and_address(tmp_path: Path) -> None:
    directory = UserDirectory(tmp_path)
    name, password = directory.prepare().created[0]
    login = PasswordLogin(Access("password", directory))
    mine = LoginAttempt("10.0.0.1")
    token = attempt.set(mine)
    try:
        assert (await login(name, password)) == Actor(user=name, role=Role.ANALYST)
        for _ in range(5):
            assert await login(name, "wrong") is None
            assert mine.wait_s == 0
        assert await login(name, password) is None
        assert 0 < mine.wait_s <= 120
        assert await login("engineer", "wrong") is None
        assert mine.wait_s == 0
    finally:
        attempt.reset(token)
