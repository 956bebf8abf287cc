"""The planner as a chat model: messages in, calls or an answer out, like any other model of the graph."""

from __future__ import annotations

from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import ConfigDict

from agent.planner.decide import Call, Say, next_step
from agent.planner.focus import calls_made, current_turn, previous_reading
from agent.planner.phrase import phrase
from agent.planner.reading import Intent, Reading
from agent.planner.understand import understand
from agent.planner.vocabulary import VocabularySource
from tools.cortex.errors import CortexError

SAID_BY_CODE = {"said_by": "code"}
"""Marks words that rest on no tool result (help, refusals, names looked up by code); no model can set it."""


class BuiltInPlanner(BaseChatModel):
    """Understands posture language by grammar and vocabulary. Deterministic; needs no network and no weights."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    vocabulary: VocabularySource

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
            words = await self.vocabulary.current()
        except CortexError as error:
            return AIMessage(str(error), additional_kwargs=SAID_BY_CODE)
        made = calls_made(after)
        reading = previous_reading(after) or understand(text, words, previous_reading(before))
        step = next_step(reading, words, calls_made(before), made)
        kept = reading.model_dump(mode="json", exclude_defaults=True)
        if isinstance(step, Call):
            call = {"name": step.name, "args": step.args, "id": f"planner-{len(after)}"}
            return AIMessage("", tool_calls=[call], additional_kwargs={"reading": kept})
        if isinstance(step, Say):
            return _answer(step.text, step.suggestions, kept, SAID_BY_CODE)
        said = phrase(reading, made, words)
        return _answer(said.text, said.suggestions, kept)


def _answer(
    text: str, suggestions: tuple[str, ...], reading: dict[str, Any], more: dict[str, Any] | None = None
) -> AIMessage:
    offered = [{"label": s, "text": s} for s in suggestions]
    return AIMessage(text, additional_kwargs={"suggestions": offered, "reading": reading, **(more or {})})


__all__ = ["BuiltInPlanner", "Intent", "Reading"]
