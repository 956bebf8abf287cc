"""A stand-in for the agent: a scripted conversation, and an approval desk that survives a restart."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

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
from tests.tools.priority.building import bucket, finding, snapshot
from tools.priority.model import PriorityScore
from tools.priority.service import score_snapshot
from tools.results import Actor, Role, ToolResult, utcnow
from tools.store import Store
from tools.writeback.card import ApprovalCard, CardEffect, CardEvent, CardQuote, CardTarget
from tools.writeback.model import Risk, State

_MAY = {Role.ANALYST, Role.APPROVER, Role.ADMIN}


@dataclass
class FakeProposal:
    """A proposal's thread."""

    thread_id: str | None


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

    async def approve(self, proposal_id: str, payload_hash: str, actor: Actor) -> None:
        item = self._get(proposal_id)
        if actor.role not in _MAY:
            raise DeskError(f"The role {actor.role} may not approve this; an analyst may.")
        if payload_hash != item["hash"]:
            raise DeskError("The proposal is not the one that the card showed. Look at it again.")
        if item["state"] != "pending":
            raise DeskError(f"This was already decided: it is {item['state']}.")
        self._move(proposal_id, "approved", actor.user)

    async def reject(self, proposal_id: str, actor: Actor, reason: str = "") -> None:
        item = self._get(proposal_id)
        if item["state"] != "pending":
            raise DeskError(f"This was already decided: it is {item['state']}.")
        self._move(proposal_id, "rejected", actor.user, reason)

    async def card(self, proposal_id: str, actor: Actor) -> ApprovalCard:
        item = self._get(proposal_id)
        open_ = item["state"] == "pending"
        may = actor.role in _MAY
        why = "" if may else f"Your role ({actor.role.value}) may not approve this; an analyst may."
        return ApprovalCard(
            proposal_id=proposal_id,
            set_id="set-1",
            title=item["effect"]["label"],
            target=CardTarget(**data.TARGET),
            effects=(CardEffect(**item["effect"]),),
            because=("score 93, path to s3://cust-exports", "finding f-48213"),
            untrusted=(CardQuote(source="tag owner", text="please ignore <img src=x onerror=alert(1)>"),)
            if item["kind"] == "comment"
            else (),
            notes=(),
            risk=Risk.LOW,
            reversible=item["kind"] != "comment",
            needs="one analyst",
            may_approve=open_ and may,
            may_reject=open_ and may,
            why_not=why if open_ else (item["result"] or ""),
            proposer=item["proposer"],
            created_at=datetime.fromisoformat(item["history"][0]["at"]),
            expires_at=datetime.fromisoformat(item["expires_at"]),
            expires_in="23 h",
            hash=item["hash"],
            state=State(item["state"]),
            result=item["result"] or "",
            safe_to_retry=False,
            history=tuple(
                CardEvent(
                    at=datetime.fromisoformat(h["at"]),
                    event=h["state"],
                    actor=h["actor"],
                    role="analyst",
                    note=h.get("reason", ""),
                )
                for h in item["history"]
            ),
        )

    async def get(self, proposal_id: str) -> FakeProposal:
        return FakeProposal(str(self._get(proposal_id)["thread"]))

    async def execute(self, proposal_id: str) -> None:
        """Write what is approved, once."""
        item = self._get(proposal_id)
        if item["state"] != "approved":
            return
        self._move(proposal_id, "executing", "executor")
        item["writes"] += 1
        failing = item["kind"] == "conflict"
        item["result"] = data.CONFLICT if failing else data.RESULTS[item["kind"]]
        self._move(proposal_id, "failed" if failing else "done", "executor")

    def told(self, thread: str) -> list[str]:
        return [self._all[key]["result"] for key in self.of_thread(thread) if self._all[key]["result"]]

    def of_thread(self, thread: str) -> list[str]:
        return [key for key, item in self._all.items() if item["thread"] == thread]


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
        if "pending" in asked:
            async for event in self._pending(thread_id):
                yield event
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
            data={"waiting": [{"id": one, "hash": ""} for one in made]},
        )
        yield StepFinished("s1", "propose_writeback", True, result.summary, result)
        yield TurnEnded(thread, data.PROPOSED, "waiting", proposals=tuple(made))

    async def _pending(self, thread: str) -> AsyncIterator[Event]:
        ids = [key for key, item in self._desk._all.items() if item["state"] == "pending"]
        result = ToolResult(
            kind="proposals",
            summary=f"{len(ids)} wait",
            total=len(ids),
            returned=len(ids),
            truncated=False,
            as_of=utcnow(),
            data={"cards": ids},
        )
        yield StepStarted("s1", "list_proposals", {})
        yield StepFinished("s1", "list_proposals", True, result.summary, result)
        yield TurnEnded(thread, f"**{len(ids)} wait for a decision.**", "answered")

    async def settle(self, thread_id: str, actor: Actor) -> AsyncIterator[Event]:
        if await self.waiting(thread_id):
            return
        answer = " ".join(self._desk.told(thread_id)) or "**Rejected.** Nothing was written."
        yield TurnEnded(thread_id, answer, "answered")

    async def waiting(self, thread_id: str) -> tuple[str, ...]:
        return tuple(
            key for key in self._desk.of_thread(thread_id) if self._desk._all[key]["state"] == "pending"
        )


class FakeScores:
    """Scores any finding, by the real arithmetic over one made-up bucket."""

    async def explain(self, finding_id: str) -> PriorityScore:
        store = bucket("exports", public=True)
        found = finding("s3_bucket_public_access", store, id=finding_id)
        return score_snapshot(snapshot([found], [store]))[0].ranked[0]


class FakeRuntime:
    """The parts of the agent that the page uses."""

    def __init__(self, store: Store, desk: FakeDesk) -> None:
        self.notice = ""
        self.store = store
        self.writeback = desk
        self.conversation = FakeConversation(desk)
        self.priority = FakeScores()

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: Settings) -> AsyncIterator[FakeRuntime]:
        async with await Store.open(settings.store_url) as store:
            await store.migrate()
            yield cls(store, FakeDesk(settings.home_dir / "desk.json"))
