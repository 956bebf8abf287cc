"""After a person decided: let the executor carry out what its own records allow, and say what became of it.

That the graph came here proves nothing. `Executor.settle` reads each proposal's decision row, checks role,
phase, hash, expiry and target again, and acts at most once, whoever calls it and however often.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from langchain_core.messages import AIMessage, ToolMessage
from langgraph.runtime import Runtime

from agent.state import AgentState, TurnContext
from tools.results import ToolResult

OUTCOME_TOOL = "writeback_outcome"

Settle = Callable[[Sequence[str]], Awaitable[ToolResult]]


class CarryOut:
    """The node."""

    def __init__(self, settle: Settle) -> None:
        self._settle = settle

    async def __call__(self, state: AgentState, runtime: Runtime[TurnContext]) -> dict[str, Any]:
        ids = [p["id"] for p in state.get("proposals", [])]
        result = await self._settle(ids)
        call_id = f"outcome-{uuid.uuid4().hex[:12]}"
        body = result.model_dump(mode="json")
        return {
            "messages": [
                AIMessage("", tool_calls=[{"name": OUTCOME_TOOL, "args": {"proposals": ids}, "id": call_id}]),
                ToolMessage(
                    json.dumps({"summary": result.summary, "data": body["data"]}, ensure_ascii=False),
                    tool_call_id=call_id,
                    name=OUTCOME_TOOL,
                    artifact={"name": OUTCOME_TOOL, "args": {"proposals": ids}, "result": body},
                ),
            ],
            "proposals": [],
            "awaiting": [p for p in state.get("awaiting", []) if p["id"] not in ids],
        }
