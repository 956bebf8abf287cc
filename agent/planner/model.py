"""The planner as a chat model: messages in, calls or an answer out, like any other model of the graph."""

from __future__ import annotations

from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import ConfigDict

from agent.planner.decide import Call, Say, next_step
from agent.planner.focus import calls_made, current_turn
from agent.planner.phrase import phrase
from agent.planner.questions.estate import EstateSource
from agent.planner.questions.looked import looked
from agent.planner.turn import Turn, new_turn, turn_of
from tools.cortex.errors import CortexError
from tools.results import utcnow

SAID_BY_CODE = {"said_by": "code"}
"""Marks words that rest on no tool result (help, refusals, names looked up by code); no model can set it."""


class BuiltInPlanner(BaseChatModel):
    """Understands posture language by grammar and vocabulary. Deterministic; needs no network and no weights."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    estate: EstateSource

    @property
    def _llm_type(self) -> str:
        return "posture-built-in"

    def bind_tools(self, tools: Any, **kwargs: Any) -> Any:
        """Nothing to bind: it knows the tools by name."""
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        raise NotImplementedError("the built-in planner is asynchronous; use ainvoke")

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        message = await self._next(messages)
        return ChatResult(generations=[ChatGeneration(message=message)])

    async def _next(self, messages: list[Any]) -> AIMessage:
        text, before, after = current_turn(messages)
        try:
            estate = await looked(self.estate, text)
        except CortexError as error:
            return AIMessage(str(error), additional_kwargs=SAID_BY_CODE)
        made, earlier = calls_made(after), calls_made(before)
        turn = turn_of(after) or new_turn(text, estate, before, earlier, utcnow())
        step = next_step(turn, estate, earlier, made)
        kept = turn.kept()
        if isinstance(step, Call):
            call = {"name": step.name, "args": step.args, "id": f"planner-{len(after)}"}
            return AIMessage("", tool_calls=[call], additional_kwargs=kept)
        if isinstance(step, Say):
            return _answer(step.text, step.suggestions, kept | SAID_BY_CODE)
        said = phrase(turn, made)
        return _answer(said.text, said.suggestions, kept)


def _answer(text: str, suggestions: tuple[str, ...], kept: dict[str, Any]) -> AIMessage:
    offered = [{"label": s, "text": s} for s in suggestions]
    return AIMessage(text, additional_kwargs={"suggestions": offered, **kept})


__all__ = ["BuiltInPlanner", "Turn"]
