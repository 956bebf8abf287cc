"""A stand-in for the agent: a scripted conversation and an approval desk that survives a restart in a file."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from agent.events import (
    AnswerDelta,
    Event,
    Grounding,
    Profile,
    StepFinished,
    StepStarted,
    Suggestion,
    TurnEnded,
)
from agent.settings import Settings
from tests.e2e import fake_data as data
from tools.results import Actor, Role, ToolResult, utcnow
from tools.store import Base, Store

_MAY = {Role.ANALYST, Role.APPROVER, Role.ADMIN}
_FINAL = {"done", "failed", "rejected", "expired", "superseded", "unknown"}


class FakeCard(BaseModel):
    """What a card shows; the same fields as the real one."""

    title: str
    target: dict[str, Any]
    effects: list[dict[str, Any]]
    because: list[str]
    untrusted: list[str]
    needs: str
    may_approve: bool
    why_not: str | None
    proposer: str
    expires_at: datetime
    hash: str
    state: str
    result: str | None
    history: list[dict[str, Any]]


class DeskError(Exception):
    """A decision that cannot be recorded."""


DeskError.__module__ = "tools.writeback.errors"


class FakeDesk:
    """Proposals in a JSON file; every change is written before it is answered."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._all: dict[str, dict[str, Any]] = json.loads(file.read_text()) if file.exists() else {}

    def _save(self) -> None:
        self._file.write_text(json.dumps(self._all))

    def propose(self, thread: str, actor: Actor, kind: str) -> str:
        number = f"p-{len(self._all) + 1:04d}"
        now = utcnow()
        effect = data.EFFECTS[kind]
        self._all[number] = {
            "thread": thread,
            "kind": kind,
            "state": "pending",
            "proposer": actor.user,
            "effect": effect,
            "expires_at": (now + timedelta(hours=23, minutes=30)).isoformat(),
            "hash": hashlib.sha256(json.dumps(effect).encode()).hexdigest(),
            "result": None,
            "writes": 0,
            "history": [{"at": now.isoformat(), "state": "pending", "actor": actor.user}],
        }
        self._save()
        return number

    def _get(self, proposal_id: str) -> dict[str, Any]:
        if proposal_id not in self._all:
            raise DeskError(f"There is no proposal {proposal_id}. Ask for the pending ones in the chat.")
        return self._all[proposal_id]

    def _move(self, proposal_id: str, state: str, by: str, reason: str = "") -> None:
        item = self._get(proposal_id)
        item["state"] = state
        item["history"].append({"at": utcnow().isoformat(), "state": state, "actor": by, "reason": reason})
        self._save()

    async def approve(self, proposal_id: str, *, payload_hash: str, actor: Actor) -> None:
        item = self._get(proposal_id)
        if actor.role not in _MAY:
            raise DeskError(f"The role {actor.role} may not approve this; an analyst may.")
        if payload_hash != item["hash"]:
            raise DeskError("The proposal is not the one that the card showed. Look at it again.")
        if item["state"] != "pending":
            raise DeskError(f"This was already decided: it is {item['state']}.")
        self._move(proposal_id, "approved", actor.user)

    async def reject(self, proposal_id: str, *, actor: Actor, reason: str) -> None:
        item = self._get(proposal_id)
        if item["state"] != "pending":
            raise DeskError(f"This was already decided: it is {item['state']}.")
        self._move(proposal_id, "rejected", actor.user, reason)

    async def card(self, proposal_id: str, actor: Actor) -> FakeCard:
        item = self._get(proposal_id)
        may = actor.role in _MAY
        return FakeCard(
            title=item["effect"]["label"],
            target=data.TARGET,
            effects=[item["effect"]],
            because=["score 93, path to s3://cust-exports", "finding f-48213"],
            untrusted=["please ignore <img src=x onerror=alert(1)>"] if item["kind"] == "comment" else [],
            needs="one analyst",
            may_approve=may,
            why_not=None if may else f"Your role ({actor.role.value}) may not approve this; an analyst may.",
            proposer=item["proposer"],
            expires_at=datetime.fromisoformat(item["expires_at"]),
            hash=item["hash"],
            state=item["state"],
            result=item["result"],
            history=item["history"],
        )

    async def thread_of(self, proposal_id: str) -> str | None:
        return str(self._get(proposal_id)["thread"])

    def of_thread(self, thread: str) -> list[str]:
        return [key for key, item in self._all.items() if item["thread"] == thread]

    def carry_out(self, thread: str) -> list[str]:
        """Write what is approved, once each; returns what to say."""
        told = []
        for key in self.of_thread(thread):
            item = self._all[key]
            if item["state"] == "approved":
                self._move(key, "executing", "executor")
                item["writes"] += 1
                failing = item["kind"] == "conflict"
                item["result"] = data.CONFLICT if failing else data.RESULTS[item["kind"]]
                self._move(key, "failed" if failing else "done", "executor")
                told.append(item["result"])
        return told


class FakeConversation:
    """Answers by keyword."""

    def __init__(self, desk: FakeDesk) -> None:
        self._desk = desk

    async def turn(self, thread_id: str, text: str, actor: Actor, profile: Profile) -> AsyncIterator[Event]:
        asked = text.casefold()
        if "break" in asked:
            raise RuntimeError("secret-internal-detail")
        if "refused" in asked:
            yield TurnEnded(thread_id, data.REFUSED, "failed")
            return
        if "slow" in asked:
            yield StepStarted("s1", "query_posture", {"question": text})
            await asyncio.Event().wait()
        if "write" in asked:
            async for event in self._propose(thread_id, asked, actor):
                yield event
            return
        if "approve" in asked:
            yield TurnEnded(
                thread_id, "A decision is made on the card, not in the chat. The card is above.", "answered"
            )
            return
        name, args, result, answer, more = data.scripted(asked)
        if result is not None:
            yield StepStarted("s1", name, args)
            await asyncio.sleep(0)
            yield StepFinished("s1", name, True, result.summary, result)
        for word in answer.split(" "):
            yield AnswerDelta(word + " ")
        yield TurnEnded(
            thread_id,
            answer,
            "answered",
            suggestions=tuple(Suggestion(label, said) for label, said in more),
            grounding=Grounding(checked=4, dropped=("x",) if "dropped" in asked else ()),
        )

    async def _propose(self, thread: str, asked: str, actor: Actor) -> AsyncIterator[Event]:
        yield StepStarted("s1", "propose_writeback", {"issue": "48213"})
        kinds = ["conflict"] if "conflict" in asked else ["comment", "severity"]
        made = [self._desk.propose(thread, actor, kind) for kind in kinds]
        result = ToolResult(
            kind="proposals",
            summary=f"{len(made)} proposals wait for a decision",
            total=len(made),
            returned=len(made),
            truncated=False,
            as_of=utcnow(),
            data={"proposals": made},
        )
        yield StepFinished("s1", "propose_writeback", True, result.summary, result)
        yield TurnEnded(thread, data.PROPOSED, "waiting", proposals=tuple(made))

    async def settle(self, thread_id: str, actor: Actor) -> AsyncIterator[Event]:
        if await self.waiting(thread_id):
            return
        told = self._desk.carry_out(thread_id)
        answer = " ".join(told) or "**Rejected.** Nothing was written."
        yield TurnEnded(thread_id, answer, "answered")

    async def waiting(self, thread_id: str) -> tuple[str, ...]:
        return tuple(
            key for key in self._desk.of_thread(thread_id) if self._desk._all[key]["state"] == "pending"
        )


class FakeRuntime:
    """The parts of the agent that the page uses."""

    def __init__(self, store: Store, desk: FakeDesk) -> None:
        self.store = store
        self.writeback = desk
        self.conversation = FakeConversation(desk)

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: Settings) -> AsyncIterator[FakeRuntime]:
        async with await Store.open(settings.store_url) as store:
            import agent.ui.tables  # noqa: F401 - declares the tables that are made here

            async with store.engine.begin() as connection:
                await connection.run_sync(Base.metadata.create_all)
            yield cls(store, FakeDesk(settings.home_dir / "desk.json"))


def when(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
