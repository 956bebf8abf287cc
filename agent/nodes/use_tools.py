"""Run the calls of the last message, all at once, and hand back what they gave.

A repeated identical call within a turn is answered from its first result; asked a third time it is refused,
because a model that loops does not stop by being fed.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage
from langgraph.config import get_stream_writer
from langgraph.runtime import Runtime

from agent.events import StepFinished, StepStarted
from agent.state import AgentState, ProposalRef, TurnContext
from agent.toolbox import ROWS_FOR_MODEL, Toolbox, ToolCallError, ToolOutcome, call_key, for_model

_ROWS_KEPT = 200
READ_MORE = "read_more"
QUERY = "query_posture"
REFUSED = "refused"
MOST_REPAIRS = 2
_SPENT = (
    "query_posture was corrected twice for this question and is still refused; no further query is run. Say what could "
    "not be queried, and ask the person for other words."
)


class UseTools:
    """The node. Tools only read and propose, so a second run after a crash repeats no effect."""

    def __init__(self, toolbox: Toolbox) -> None:
        self._toolbox = toolbox

    async def __call__(self, state: AgentState, runtime: Runtime[TurnContext]) -> dict[str, Any]:
        last = state["messages"][-1]
        assert isinstance(last, AIMessage)
        turn = runtime.context
        before = _calls_of_turn(state["messages"][:-1])
        spent = _refusals_of_turn(state["messages"][:-1]) > MOST_REPAIRS
        handles = dict(state.get("handles", {}))
        wanted: list[tuple[str, str, Any]] = [
            (call["id"] or f"call-{i}", call["name"], call["args"]) for i, call in enumerate(last.tool_calls)
        ]
        wanted += [
            (call["id"] or f"bad-{i}", call["name"] or "", call["args"] or "")
            for i, call in enumerate(last.invalid_tool_calls)
        ]
        results = await asyncio.gather(
            *(
                self._spent(call_id, name)
                if spent and name == QUERY
                else self._one(call_id, name, args, before, handles, turn)
                for call_id, name, args in wanted
            )
        )
        proposals: list[ProposalRef] = list(state.get("proposals", []))
        for message, outcome in results:
            if outcome is None or outcome.result is None:
                continue
            if outcome.result.handle and outcome.name != READ_MORE:
                handles[outcome.result.handle] = {"name": outcome.name, "args": outcome.args}
            known = {p["id"] for p in proposals}
            proposals += [
                ProposalRef(id=p["id"], hash=p["hash"])
                for p in outcome.result.data.get("waiting", [])
                if p["id"] not in known
            ]
            message.artifact = _stored(outcome)
        awaiting = list(state.get("awaiting", []))
        awaiting += [p for p in proposals if p not in awaiting]
        return {
            "messages": [message for message, _ in results],
            "handles": handles,
            "proposals": proposals,
            "awaiting": awaiting,
            "calls": state.get("calls", 0) + len(wanted),
        }

    async def _one(
        self,
        call_id: str,
        name: str,
        raw: Any,
        before: dict[str, list[ToolMessage]],
        handles: dict[str, dict[str, Any]],
        turn: TurnContext,
    ) -> tuple[ToolMessage, ToolOutcome | None]:
        writer = get_stream_writer()
        try:
            args = self._toolbox.checked(name, raw)
            if name == READ_MORE:
                name, args = self._resolve(args, handles)
        except ToolCallError as error:
            outcome = ToolOutcome(name, {}, None, error=str(error), refused=True)
            writer(StepStarted(call_id, name, {}))
            writer(StepFinished(call_id, name, ok=False, summary=str(error), error=str(error)))
            return _message(call_id, outcome), outcome
        earlier = before.get(call_key(name, args), [])
        if len(earlier) >= 2:
            text = f"{name} was called with these arguments already; its result stands above. Answer from it."
            return ToolMessage(text, tool_call_id=call_id, name=name, status="error"), None
        if earlier:
            again = ToolMessage(
                earlier[0].content, tool_call_id=call_id, name=name, artifact=earlier[0].artifact
            )
            return again, None
        writer(StepStarted(call_id, name, args))
        if turn.out_of_time():
            outcome = ToolOutcome(name, args, None, error="the turn's time is used up")
        else:
            outcome = self._with_handle(await self._toolbox.run(name, args, turn))
        writer(
            StepFinished(
                call_id, name, outcome.ok, outcome.summary, result=outcome.result, error=outcome.error
            )
        )
        return _message(call_id, outcome), outcome

    async def _spent(self, call_id: str, name: str) -> tuple[ToolMessage, None]:
        """The answer to one more try after two corrections: a model that keeps guessing does not stop by being told."""
        return ToolMessage(_SPENT, tool_call_id=call_id, name=name, status="error"), None

    def _with_handle(self, outcome: ToolOutcome) -> ToolOutcome:
        """The outcome with a handle where it has more rows than a model is shown and the tool can give them."""
        result = outcome.result
        if result is None or not result.rows or not self._toolbox.takes(outcome.name, "offset"):
            return outcome
        offset = int(outcome.args.get("offset") or 0)
        if offset + len(result.rows) >= result.total and len(result.rows) <= ROWS_FOR_MODEL:
            return outcome
        base = {key: value for key, value in outcome.args.items() if key != "offset"}
        handle = handle_for(outcome.name, base)
        return replace(outcome, result=result.model_copy(update={"handle": handle}))

    def _resolve(
        self, args: dict[str, Any], handles: dict[str, dict[str, Any]]
    ) -> tuple[str, dict[str, Any]]:
        """`read_more` is the same call again from a later row."""
        made = handles.get(str(args["handle"]))
        if made is None:
            known = ", ".join(handles) or "none yet"
            raise ToolCallError(
                f"there is no result {args['handle']!r} in this conversation (known: {known})"
            )
        return made["name"], {**made["args"], "offset": args["offset"]}


def _message(call_id: str, outcome: ToolOutcome) -> ToolMessage:
    marks = {REFUSED: True} if outcome.refused else {}
    status = "success" if outcome.ok else "error"
    return ToolMessage(
        for_model(outcome), tool_call_id=call_id, name=outcome.name, status=status, additional_kwargs=marks
    )


def _refusals_of_turn(messages: list[AnyMessage]) -> int:
    """How many queries of the current question were refused as wrong."""
    start = max((i for i, m in enumerate(messages) if isinstance(m, HumanMessage)), default=0)
    return sum(
        isinstance(m, ToolMessage) and m.name == QUERY and bool(m.additional_kwargs.get(REFUSED))
        for m in messages[start:]
    )


def handle_for(name: str, args: dict[str, Any]) -> str:
    """A short, stable name for a call's result."""
    return "q-" + hashlib.sha256(call_key(name, args).encode()).hexdigest()[:5]


def _calls_of_turn(messages: list[AnyMessage]) -> dict[str, list[ToolMessage]]:
    """The turn's answered calls by identity, oldest first; failed ones may be tried again."""
    calls: dict[str, tuple[str, dict[str, Any]]] = {}
    answered: dict[str, list[ToolMessage]] = {}
    start = max((i for i, m in enumerate(messages) if isinstance(m, HumanMessage)), default=0)
    for message in messages[start:]:
        if isinstance(message, AIMessage):
            calls.update({c["id"] or "": (c["name"], c["args"]) for c in message.tool_calls})
        elif isinstance(message, ToolMessage) and message.tool_call_id in calls:
            name, args = calls[message.tool_call_id]
            stored = message.artifact or {}
            key = call_key(stored.get("name", name), stored.get("args", args))
            if message.status == "success":
                answered.setdefault(key, []).append(message)
    return answered


def _stored(outcome: ToolOutcome) -> dict[str, Any]:
    """What the thread keeps of a result: enough to show and to cite, not the whole table."""
    assert outcome.result is not None
    body = outcome.result.model_dump(mode="json")
    body["rows"] = body["rows"][:_ROWS_KEPT]
    return {"name": outcome.name, "args": outcome.args, "result": body}
