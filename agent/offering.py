"""The tools as a model is offered them: small definitions without recursion, and without what only code may say.

LangChain would write a recursive schema out in full: the definition of `query_posture` alone came to 800,000
characters, more than any window holds.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

from langchain_core.messages import AIMessage
from langchain_core.tools import BaseTool
from pydantic import BaseModel

from agent.tokens import counter
from tools.xql.wire import json_schema

HIDDEN = "hidden"
"""Key of a tool's metadata: names of arguments that a model is not offered and may not give."""
SMALL_WINDOW = 12_000


class Offer:
    """Definitions of tools for an endpoint. With a small `window` they come without descriptions of arguments."""

    def __init__(self, tools: Sequence[BaseTool], window: int = 32_000) -> None:
        self.definitions = [definition(tool, brief=window < SMALL_WINDOW) for tool in tools]
        self._hidden = {tool.name: hidden_of(tool) for tool in tools}
        self._tokens: int | None = None

    @property
    def tokens(self) -> int:
        """What the definitions take of the window."""
        if self._tokens is None:
            self._tokens = counter()(json.dumps(self.definitions))
        return self._tokens

    def without_hidden(self, message: AIMessage) -> AIMessage:
        """The message, its calls without arguments that only code may give."""
        if not any(call["args"].keys() & self._hidden.get(call["name"], ()) for call in message.tool_calls):
            return message
        calls = [
            {
                **call,
                "args": {
                    k: v for k, v in call["args"].items() if k not in self._hidden.get(call["name"], ())
                },
            }
            for call in message.tool_calls
        ]
        return message.model_copy(update={"tool_calls": calls})


def hidden_of(tool: BaseTool) -> Collection[str]:
    return tuple((tool.metadata or {}).get(HIDDEN, ()))


def definition(tool: BaseTool, *, brief: bool = False) -> dict[str, Any]:
    """One tool in the form of the OpenAI API."""
    schema = tool.args_schema
    assert isinstance(schema, type)
    assert issubclass(schema, BaseModel)
    parameters = json_schema(schema, levels=1 if brief else 2, hidden=hidden_of(tool), brief=brief)
    parameters.pop("description", None)
    return {
        "type": "function",
        "function": {"name": tool.name, "description": tool.description, "parameters": parameters},
    }
