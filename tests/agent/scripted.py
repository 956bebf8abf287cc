"""A chat model that says what a test tells it to, and tools that return what a test gives them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import BaseTool, StructuredTool
from pydantic import BaseModel, ConfigDict

from tools.results import ToolResult

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
Step = AIMessage | Exception | Callable[[Sequence[BaseMessage]], AIMessage]


class ScriptedModel(BaseChatModel):
    """Plays its steps in order; the last one repeats."""

    steps: list[Any]
    seen: list[list[BaseMessage]] = []

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Any, **kwargs: Any) -> Any:
        return self

    def _generate(
        self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **kwargs: Any
    ) -> ChatResult:
        self.seen.append(list(messages))
        step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
        if isinstance(step, Exception):
            raise step
        message = step(messages) if callable(step) else step
        return ChatResult(generations=[ChatGeneration(message=message.model_copy(update={"id": None}))])


def call(name: str, call_id: str = "c1", /, **args: Any) -> AIMessage:
    return AIMessage("", tool_calls=[{"name": name, "args": args, "id": call_id}])


def result(**changes: Any) -> ToolResult:
    base: dict[str, Any] = {
        "kind": "table",
        "summary": "2 of 2 rows",
        "total": 2,
        "returned": 2,
        "truncated": False,
        "as_of": NOW,
        "columns": ("name",),
        "rows": ({"name": "bucket-one"}, {"name": "bucket-two"}),
    }
    return ToolResult.model_validate(base | changes)


class CountArgs(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    limit: int = 10
    tag: str | None = None
    offset: int = 0


def tool(name: str, answer: Callable[..., ToolResult], schema: type[BaseModel] = CountArgs) -> BaseTool:
    async def work(config: RunnableConfig, **args: Any) -> tuple[str, ToolResult]:
        made = answer(**args)
        return made.summary, made

    return StructuredTool.from_function(
        coroutine=work,
        name=name,
        description=f"{name} for a test",
        args_schema=schema,
        response_format="content_and_artifact",
    )
