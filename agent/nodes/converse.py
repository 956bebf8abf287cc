"""One model call: what the person asked and what the tools found go in, calls or an answer come out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from langchain_core.messages import AIMessage
from langgraph.config import get_stream_writer
from langgraph.runtime import Runtime

from agent.context import fit
from agent.events import AnswerDelta
from agent.models import ChatModels
from agent.state import AgentState, TurnContext

SystemPrompt = Callable[[TurnContext], str]

_OUT_OF_TIME = (
    "This turn reached its time limit before an answer was complete. What the tools found so far is shown above; "
    "ask again with a narrower question."
)
_TOO_MANY_CALLS = (
    "This turn reached its limit of tool calls before an answer was complete. What was found so far is shown "
    "above; ask for one thing at a time."
)


class Converse:
    """The node. It has no effect but its message, so running it again is safe."""

    def __init__(self, models: ChatModels, system_prompt: SystemPrompt) -> None:
        self._models = models
        self._system_prompt = system_prompt

    async def __call__(self, state: AgentState, runtime: Runtime[TurnContext]) -> dict[str, Any]:
        turn = runtime.context
        if turn.out_of_time():
            return {"messages": [AIMessage(_OUT_OF_TIME)]}
        calls_left = state.get("calls", 0) < turn.limits.max_calls
        writer = get_stream_writer()
        messages = fit(self._system_prompt(turn), state["messages"], turn.limits.context_tokens)
        reply = await self._models.respond(
            messages,
            full_history=state["messages"],
            tools_allowed=calls_left,
            planner_only=bool(state.get("notices")),
            on_text=lambda text: writer(AnswerDelta(text)),
        )
        message = reply.message
        if message.tool_calls and not calls_left:
            message = AIMessage(_TOO_MANY_CALLS, id=message.id)
        update: dict[str, Any] = {"messages": [message]}
        if reply.notice:
            update["notices"] = [*state.get("notices", []), reply.notice]
        return update
