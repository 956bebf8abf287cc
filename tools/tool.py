"""How a capability's service becomes a tool that a model may call.

Only `tool.py` modules touch LangChain. A tool takes validated arguments and the caller whom trusted code
named, and gives a `ToolResult`; it never learns anything about the caller from its arguments.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeVar

from langchain_core.runnables import RunnableConfig
from langchain_core.tools import BaseTool, StructuredTool
from pydantic import BaseModel, ConfigDict

from tools.results import Actor, ToolResult


class ToolArguments(BaseModel):
    """Base of every tool's arguments: an unknown one is an error, never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Caller(Protocol):
    """Who calls, and in which thread."""

    @property
    def actor(self) -> Actor: ...

    @property
    def thread(self) -> str: ...


Arguments = TypeVar("Arguments", bound=ToolArguments)


def make_tool(
    name: str,
    description: str,
    arguments: type[Arguments],
    work: Callable[[Arguments, Caller], Awaitable[ToolResult]],
) -> BaseTool:
    """A tool over `work`. Its content is the summary; its artifact is the `ToolResult`."""

    async def run(config: RunnableConfig, **given: Any) -> tuple[str, ToolResult]:
        caller: Caller = config["configurable"]["turn"]
        result = await work(arguments.model_validate(given), caller)
        return result.summary, result

    return StructuredTool.from_function(
        coroutine=run,
        name=name,
        description=description,
        args_schema=arguments,
        response_format="content_and_artifact",
    )
