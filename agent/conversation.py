"""A thread's turns: take a person's text, run the graph, tell the host what happens.

Everything a host needs is here, and nothing a host could misuse: there is no way to approve anything through it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from weakref import WeakValueDictionary

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage
from langchain_core.runnables import RunnableConfig
from langgraph.types import Command

from agent.events import (
    AnswerDelta,
    Event,
    Grounding,
    Profile,
    StepFinished,
    StepStarted,
    Suggestion,
    ToolCallRecord,
    TurnEnded,
)
from agent.graph import Graph
from agent.logs import get_logger
from agent.state import AgentState, ProposalRef, TurnContext, TurnLimits
from tools.results import Actor, QueryRecord

_log = get_logger(__name__)
_MAX_TEXT = 20_000
_MAX_CITATIONS = 50

Waiting = Callable[[str], Awaitable[Sequence[ProposalRef]]]
"""The proposals of a thread on which nobody has decided yet, from the store."""

_DEFECT = "Something failed inside the agent; it was logged. Nothing was written. Your question is kept: ask it again."
_EMPTY = "Write a question, for example: which buckets are public?"
_TOO_LONG = (
    f"That is longer than {_MAX_TEXT:,} characters. Ask a shorter question, or load the text as a file."
)


class Conversation:
    """All threads of a process. One turn at a time per thread; threads run side by side."""

    def __init__(self, graph: Graph, waiting: Waiting, limits: TurnLimits) -> None:
        self._graph = graph
        self._waiting = waiting
        self._limits = limits
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def turn(self, thread_id: str, text: str, actor: Actor, profile: Profile) -> AsyncIterator[Event]:
        """Answer one message. Ends with one `TurnEnded`, also when something fails."""
        if not text.strip():
            yield TurnEnded(thread_id, _EMPTY, "answered")
            return
        if len(text) > _MAX_TEXT:
            yield TurnEnded(thread_id, _TOO_LONG, "answered")
            return
        async with self._one_at_a_time(thread_id):
            config = _config(thread_id)
            # Loose ends of a turn that was cut off would make the next model call invalid.
            state = await self._graph.aget_state(config)
            repairs = _unanswered(state.values.get("messages", []))
            message = HumanMessage(text.replace("\x00", ""))
            start: AgentState = {
                "messages": [*repairs, message],
                "calls": 0,
                "notices": [],
                "grounding": {},
                "proposals": [],
            }
            async for event in self._run(thread_id, start, actor, profile):
                yield event

    async def settle(
        self, thread_id: str, actor: Actor, profile: Profile = Profile.ANALYST
    ) -> AsyncIterator[Event]:
        """Go on after decisions were recorded: carry out what was approved, and say what became of each.

        Yields nothing while nobody has decided. Proposals that are still undecided keep waiting.
        """
        async with self._one_at_a_time(thread_id):
            config = _config(thread_id)
            state = await self._graph.aget_state(config)
            awaiting: Sequence[ProposalRef] = state.values.get("awaiting", [])
            open_ids = {p["id"] for p in await self._waiting(thread_id)} if awaiting else set()
            decided = [ref for ref in awaiting if ref["id"] not in open_ids]
            if not decided:
                return
            resume: Any = None
            asked = {p["id"] for i in state.interrupts for p in i.value["proposals"]}
            if asked and asked == {ref["id"] for ref in decided}:
                # Keyed by interrupt id: a bare value could reach another question.
                resume = Command(resume={i.id: {"settled": sorted(asked)} for i in state.interrupts})
            else:
                # Another question was asked meanwhile, or only some are decided: enter where review would leave.
                await self._graph.aupdate_state(config, {"proposals": decided}, as_node="review")
            async for event in self._run(thread_id, resume, actor, profile):
                yield event

    async def waiting(self, thread_id: str) -> tuple[str, ...]:
        """Ids of the proposals that this thread waits for."""
        return tuple(p["id"] for p in await self._waiting(thread_id))

    async def messages(self, thread_id: str) -> Sequence[AnyMessage]:
        """The thread so far."""
        state = await self._graph.aget_state(_config(thread_id))
        messages: Sequence[AnyMessage] = state.values.get("messages", [])
        return messages

    @asynccontextmanager
    async def _one_at_a_time(self, thread_id: str) -> AsyncIterator[None]:
        lock = self._locks.setdefault(thread_id, asyncio.Lock())
        async with lock:
            yield

    async def _run(
        self, thread_id: str, graph_input: Any, actor: Actor, profile: Profile
    ) -> AsyncIterator[Event]:
        context = TurnContext(thread_id, actor, profile, self._limits, time.monotonic())
        steps: list[StepFinished] = []
        args: dict[str, dict[str, Any]] = {}
        failed = False
        try:
            stream = self._graph.astream(
                graph_input, _config(thread_id), context=context, stream_mode="custom", durability="sync"
            )
            async for event in stream:
                if isinstance(event, StepStarted):
                    args[event.step_id] = event.args
                if isinstance(event, StepFinished):
                    steps.append(event)
                if isinstance(event, StepStarted | StepFinished | AnswerDelta):
                    yield event
        except Exception:  # noqa: BLE001 - a defect must end the turn with a sentence, and is logged whole
            _log.exception("turn failed", thread=thread_id)
            failed = True
        if failed:
            yield TurnEnded(thread_id, _DEFECT, "failed", tool_calls=_records(steps, args))
            return
        yield await self._ended(thread_id, steps, args)

    async def _ended(
        self, thread_id: str, steps: Sequence[StepFinished], args: dict[str, dict[str, Any]]
    ) -> TurnEnded:
        state = await self._graph.aget_state(_config(thread_id))
        values = state.values
        waiting = [p["id"] for p in await self._waiting(thread_id)]
        notices = list(values.get("notices", []))
        last = values["messages"][-1]
        if state.interrupts:
            answer = _proposed(steps)
            suggestions: tuple[Suggestion, ...] = ()
        else:
            answer = str(last.content)
            suggestions = tuple(
                Suggestion(s["label"], s["text"]) for s in last.additional_kwargs.get("suggestions", [])
            )
            if waiting:
                notices.append(_still_waiting(waiting))
        grounding = values.get("grounding") or {}
        return TurnEnded(
            thread=thread_id,
            answer=answer,
            outcome="waiting" if state.interrupts else "answered",
            citations=_citations(steps),
            tool_calls=_records(steps, args),
            queries=_queries(steps),
            proposals=tuple(waiting),
            suggestions=suggestions,
            grounding=Grounding(
                checked=grounding.get("checked", 0),
                dropped=tuple(grounding.get("dropped", ())),
                rewritten=grounding.get("rewritten", False),
            ),
            notices=tuple(notices),
        )


def _config(thread_id: str) -> RunnableConfig:
    return {"configurable": {"thread_id": thread_id}, "recursion_limit": 60}


def _unanswered(messages: Sequence[AnyMessage]) -> list[ToolMessage]:
    """Answers for calls of a turn that was cut off before its tools came back."""
    answered = {m.tool_call_id for m in messages if isinstance(m, ToolMessage)}
    return [
        ToolMessage(
            "This call was cut off; make it again if it is still needed.",
            tool_call_id=call["id"] or "",
            name=call["name"],
            status="error",
        )
        for message in messages[-2:]
        if isinstance(message, AIMessage)
        for call in message.tool_calls
        if call["id"] not in answered
    ]


def _proposed(steps: Sequence[StepFinished]) -> str:
    made = [s.result for s in steps if s.result is not None and s.result.data.get("waiting")]
    summary = " ".join(r.summary for r in made)
    return f"{summary} **Nothing is written until a person decides on the card below.**".strip()


def _still_waiting(ids: Sequence[str]) -> str:
    which = ids[0] if len(ids) == 1 else f"{len(ids)} proposals"
    verb = "waits" if len(ids) == 1 else "wait"
    return f"{which} still {verb} on the approval card. Nothing written in this chat approves it."


def _records(steps: Sequence[StepFinished], args: dict[str, dict[str, Any]]) -> tuple[ToolCallRecord, ...]:
    return tuple(ToolCallRecord(s.name, args.get(s.step_id, {}), s.ok, s.summary) for s in steps)


def _queries(steps: Sequence[StepFinished]) -> tuple[QueryRecord, ...]:
    return tuple(q for s in steps if s.result is not None for q in s.result.queries)


def _citations(steps: Sequence[StepFinished]) -> tuple[str, ...]:
    found = [c for s in steps if s.result is not None for c in s.result.citations]
    return tuple(dict.fromkeys(found))[:_MAX_CITATIONS]
