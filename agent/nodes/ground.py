"""Hold the answer against the tool results of this conversation before anybody sees it as final."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage
from langgraph.runtime import Runtime

from agent import neutral
from agent.context import fit
from agent.events import Grounding
from agent.grounding import Evidence, check, without
from agent.models import ChatModels
from agent.nodes.converse import SystemPrompt, question_of
from agent.nodes.use_tools import QUERY
from agent.state import AgentState, TurnContext
from prompts import load

_NOTHING_LEFT = (
    "The answer named things that no result of this conversation contains, so it was withheld. The results "
    "above stand; ask again, or ask for the table itself."
)


_MOST_READINGS = 2
_READING_WIDTH = 400


class Ground:
    """The node: one rewrite by the model, then the sentences that still fail are dropped and counted."""

    def __init__(self, models: ChatModels, system_prompt: SystemPrompt) -> None:
        self._models = models
        self._system_prompt = system_prompt

    async def __call__(self, state: AgentState, runtime: Runtime[TurnContext]) -> dict[str, Any]:
        last = state["messages"][-1]
        if not isinstance(last, AIMessage) or last.tool_calls:
            return {}
        text = neutral.markdown(str(last.content))
        if last.additional_kwargs.get("said_by") == "code":
            return {"messages": [AIMessage(text, id=last.id, additional_kwargs=last.additional_kwargs)]}
        evidence = Evidence.of(state["messages"][:-1])
        verdict = check(text, evidence)
        rewritten = False
        can_rewrite = not runtime.context.out_of_time() and not state.get("notices")
        if verdict.problems and can_rewrite and self._models.has_model:
            again = await self._rewrite(state, runtime.context, text, verdict.describe())
            if again:
                text, rewritten = neutral.markdown(again), True
                verdict = check(text, evidence)
        dropped: tuple[str, ...] = ()
        if verdict.problems:
            text, dropped = without(text, verdict)
            text = text.strip() or _NOTHING_LEFT
        text = with_reading(text, state["messages"])
        grounding = Grounding(checked=verdict.checked, dropped=dropped, rewritten=rewritten)
        return {
            "messages": [AIMessage(text, id=last.id, additional_kwargs=last.additional_kwargs)],
            "grounding": asdict(grounding),
        }

    async def _rewrite(self, state: AgentState, turn: TurnContext, text: str, problems: str) -> str:
        request = load("ground_rewrite").render(problems=problems)
        history = [*state["messages"][:-1], AIMessage(text), HumanMessage(request)]
        system = await self._system_prompt(turn, question_of(state["messages"]))
        messages = fit(system, history, turn.limits.context_tokens)
        reply = await self._models.respond(messages, full_history=history, tools_allowed=False)
        return "" if reply.notice else str(reply.message.content)


def with_reading(text: str, messages: Sequence[AnyMessage]) -> str:
    """The answer with one line on how the question was read, told by code from the queries that ran in this turn."""
    start = max((i for i, m in enumerate(messages) if isinstance(m, HumanMessage)), default=0)
    readings: dict[str, None] = {}
    for message in messages[start:]:
        if not isinstance(message, ToolMessage) or message.status != "success":
            continue
        stored = message.artifact or {}
        queries = stored.get("result", {}).get("queries", ()) if stored.get("name") == QUERY else ()
        for query in queries:
            if reading := " ".join(str(query.get("reading", "")).split()):
                readings[reading] = None
    shown = [neutral.markdown(reading[:_READING_WIDTH]) for reading in list(readings)[-_MOST_READINGS:]]
    if not shown or not text.strip():
        return text
    return f"{text.rstrip()}\n\nRead as: {'; '.join(shown)}."
