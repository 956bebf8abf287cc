"""One model call: what the person asked and what the tools found go in, calls or an answer come out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langgraph.config import get_stream_writer
from langgraph.runtime import Runtime

from agent.context import fit
from agent.events import AnswerDelta
from agent.models import ChatModels
from agent.state import AgentState, TurnContext

SystemPrompt = Callable[[TurnContext, str], Awaitable[str]]
"""The system prompt for a turn and the question in it."""

_SHORT = 60

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
        planner_only = bool(state.get("notices"))
        messages: list[AnyMessage] = []
        # the planner reads the whole history and no prompt
        if self._models.has_model and not planner_only:
            system = await self._system_prompt(turn, question_of(state["messages"]))
            messages = fit(system, state["messages"], window_left(turn, self._models))
        reply = await self._models.respond(
            messages,
            full_history=state["messages"],
            tools_allowed=calls_left,
            planner_only=planner_only,
            on_text=lambda text: writer(AnswerDelta(text)),
        )
        message = reply.message
        if message.tool_calls and not calls_left:
            message = AIMessage(_TOO_MANY_CALLS, id=message.id)
        update: dict[str, Any] = {"messages": [message]}
        if reply.notice:
            update["notices"] = [*state.get("notices", []), reply.notice]
        return update


def question_of(messages: Sequence[AnyMessage]) -> str:
    """What the person asked last; a short follow-up with what was asked before it."""
    asked = [str(m.content) for m in messages if isinstance(m, HumanMessage)]
    if not asked:
        return ""
    before = asked[-2] if len(asked) > 1 and len(asked[-1]) < _SHORT else ""
    return f"{asked[-1]}\n{before}".strip()


def window_left(turn: TurnContext, models: ChatModels) -> int:
    """Tokens for prompt and conversation: the window without the definitions of the tools."""
    window = turn.limits.context_tokens
    return max(window - models.offered_tokens, window // 2)
