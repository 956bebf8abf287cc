"""`read_more`: more rows of a result that was cut. The tool node makes the first call again, from a later row."""

from __future__ import annotations

from langchain_core.tools import BaseTool
from pydantic import Field

from tools.results import ToolResult
from tools.tool import Caller, ToolArguments, make_tool


class ReadMoreArguments(ToolArguments):
    """Which result, and from which row on."""

    handle: str = Field(description="The handle of a truncated result, such as q-1a2b3.", max_length=40)
    offset: int = Field(description="First row to return, from 0.", ge=0)


def read_more_tool() -> BaseTool:
    """The tool as the model sees it."""

    async def never(args: ReadMoreArguments, caller: Caller) -> ToolResult:
        raise AssertionError("the tool node resolves read_more itself")

    return make_tool(
        "read_more",
        "More rows of a truncated result, by its handle. Returns the same table from a later row.",
        ReadMoreArguments,
        never,
    )
