"""The card's two actions: what state is it in, and a person's decision.

A decision comes only from here: from a logged-in person's button, with the hash of what the card showed. The
role is looked up at that moment. Afterwards the waiting conversation goes on, and its outcome is put into its
thread.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent.events import StepFinished, TurnEnded
from agent.logs import get_logger
from agent.neutral import plain
from agent.ui import sentences
from agent.ui.access import Access, LoggedIn
from agent.ui.answer import answer_elements, answer_text
from agent.ui.history import ChatHistory
from agent.ui.messages import post
from agent.ui.ports import ChatRuntime
from agent.ui.text import page_markdown, plain_value
from tools.results import Actor, ToolResult

_log = get_logger(__name__)
_ID = r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$"
_HASH = r"^[A-Za-z0-9:+/=_-]{8,200}$"


class StateRequest(BaseModel):
    """Ask for a card."""

    model_config = ConfigDict(extra="forbid")

    proposal_id: str = Field(pattern=_ID)


class Decision(BaseModel):
    """Approve or reject exactly what the card showed."""

    model_config = ConfigDict(extra="forbid")

    proposal_id: str = Field(pattern=_ID)
    hash: str = Field(pattern=_HASH)
    decision: Literal["approve", "reject"]
    reason: str = Field(default="", max_length=500)


class ApprovalActions:
    """Answers the cards of every page."""

    def __init__(self, runtime: ChatRuntime, access: Access, history: ChatHistory) -> None:
        self._runtime = runtime
        self._access = access
        self._history = history
        self._settling: dict[str, asyncio.Lock] = {}
        self._untold: dict[str, list[str]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def state(self, payload: Any, user: LoggedIn | None) -> dict[str, Any]:
        """`{ok, card, viewer}`, or `{ok: false, message}` with a sentence."""
        actor = self._access.actor(user)
        if actor is None:
            return _refused("Your login is no longer valid. Log out and in again.")
        try:
            request = StateRequest.model_validate(payload)
            return await self._card(request.proposal_id, actor)
        except ValidationError:
            return _refused("This card does not name a proposal. Ask for it again in the chat.")
        except Exception as error:  # noqa: BLE001 - the card says it in a sentence, the log has the rest
            return _refused(sentences.for_person(error))

    async def decide(self, payload: Any, user: LoggedIn | None) -> dict[str, Any]:
        """Record a decision, then let the conversation go on. Answers like `state`; `message` if refused."""
        actor = self._access.actor(user)
        if actor is None:
            return _refused("Your login is no longer valid. Log out and in again. Nothing was decided.")
        try:
            decision = Decision.model_validate(payload)
        except ValidationError:
            return _refused("That is not a decision this card can make. Reload the page and look again.")
        try:
            await self._record(decision, actor)
        except Exception as error:  # noqa: BLE001 - refused decisions are sentences; the card shows the new state
            message = sentences.for_person(error)
            try:
                return {**await self._card(decision.proposal_id, actor), "ok": False, "message": message}
            except Exception as second:  # noqa: BLE001
                _log.warning("no card after a refused decision", error=str(second))
                return _refused(message)
        self._go_on(decision, actor)
        return await self.state({"proposal_id": decision.proposal_id}, user)

    async def drain(self) -> None:
        """Wait for the outcomes that are still being carried out."""
        if self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _record(self, decision: Decision, actor: Actor) -> None:
        desk = self._runtime.writeback
        if decision.decision == "approve":
            await desk.approve(decision.proposal_id, decision.hash, actor)
        else:
            await desk.reject(decision.proposal_id, actor, decision.reason.strip())

    async def _card(self, proposal_id: str, actor: Actor) -> dict[str, Any]:
        card = await self._runtime.writeback.card(proposal_id, actor)
        return {
            "ok": True,
            "card": plain_value(card.model_dump(mode="json")),
            "viewer": {"user": actor.user, "role": actor.role.value},
        }

    def _go_on(self, decision: Decision, actor: Actor) -> None:
        task = asyncio.create_task(self._carry_out(decision, actor))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry_out(self, decision: Decision, actor: Actor) -> None:
        """Write what was approved, then let the conversation that waits for it go on.

        The executor acts once, whoever asks; asking at once means that one effect need not wait for a
        decision on another of the same set.
        """
        desk = self._runtime.writeback
        try:
            thread = (await desk.get(decision.proposal_id)).thread_id
            if decision.decision == "approve":
                await desk.execute(decision.proposal_id)
            told = getattr(await desk.card(decision.proposal_id, actor), "result", "")
        except Exception as error:  # noqa: BLE001 - it stays approved; the card and a restart finish it
            _log.warning("an approved effect was not carried out at once", reason=sentences.for_person(error))
            return
        if thread is not None:
            self._untold.setdefault(thread, []).append(str(told))
            await self._settle(thread, actor)

    async def _settle(self, thread: str, actor: Actor) -> None:
        """Let the thread go on, one decision after the other, and post what came of it.

        A conversation that was continued meanwhile has nothing to say any more; then the outcomes are posted as they
        stand on the cards, once nothing else waits.
        """
        lock = self._settling.setdefault(thread, asyncio.Lock())
        async with lock:
            results: list[ToolResult] = []
            try:
                async with aclosing(self._runtime.conversation.settle(thread, actor)) as events:  # type: ignore[type-var]
                    async for event in events:
                        if isinstance(event, StepFinished) and event.result is not None:
                            results.append(event.result)
                        if (
                            isinstance(event, TurnEnded)
                            and event.outcome != "waiting"
                            and event.answer.strip()
                        ):
                            self._untold.pop(thread, None)
                            failed = event.outcome == "failed"
                            elements = answer_elements(results, event)
                            await post(self._history, thread, answer_text(event), elements, is_error=failed)
                if self._untold.get(thread) and not await self._runtime.conversation.waiting(thread):
                    told = "\n\n".join(page_markdown(plain(text, 1_000)) for text in self._untold.pop(thread))
                    await post(self._history, thread, told, [])
            except Exception as error:  # noqa: BLE001 - the outcome is on the card; the thread gets a sentence
                await post(self._history, thread, sentences.error_markdown(error), [], is_error=True)


def _refused(message: str) -> dict[str, Any]:
    return {"ok": False, "message": message}
