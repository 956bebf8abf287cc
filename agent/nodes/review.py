"""Wait for a person. This node asks one question and does nothing else.

A node runs again from its start when it is resumed, so nothing with an effect or a cost may stand in it. The
value it is resumed with is not a decision: decisions are rows that the executor reads for itself.
"""

from __future__ import annotations

from typing import Any

from langgraph.types import interrupt

from agent.state import AgentState


def review(state: AgentState) -> dict[str, Any]:
    """One interrupt for the set of proposals, each with the hash that was shown."""
    interrupt({"proposals": [dict(p) for p in state.get("proposals", [])]})
    return {}
