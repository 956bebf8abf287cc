"""What a thread remembers, and what a turn is given.

`AgentState` is checkpointed: everything in it is plain JSON or a LangChain message. `TurnContext` is not: who
asks and under which limits is decided anew for each turn by trusted code.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Annotated, Any, TypedDict

from langchain_core.messages import AnyMessage
from langgraph.graph.message import add_messages

from agent.events import Profile
from tools.results import Actor


class ProposalRef(TypedDict):
    """A proposal that a person must decide on, bound to the payload that was shown."""

    id: str
    hash: str


class AgentState(TypedDict, total=False):
    """The checkpointed state of one thread.

    `proposals` goes to review in this run (emptied when carried out); `awaiting` are all proposals of the thread
    whose outcome has not been told yet, whatever was asked since; `handles` maps a result's handle to the call
    that made it, so that `read_more` can make it again; `grounding` is the last answer's check.
    """

    messages: Annotated[list[AnyMessage], add_messages]
    proposals: list[ProposalRef]
    awaiting: list[ProposalRef]
    handles: dict[str, dict[str, Any]]
    calls: int
    notices: list[str]
    grounding: dict[str, Any]


@dataclass(frozen=True)
class TurnLimits:
    """Bounds of one turn: tool calls, wall seconds, and tokens that go to the model."""

    max_calls: int = 12
    max_seconds: float = 120.0
    context_tokens: int = 32_000


@dataclass(frozen=True)
class TurnContext:
    """One turn's circumstances; built by `Conversation`, never from message text."""

    thread: str
    actor: Actor
    profile: Profile
    limits: TurnLimits = field(default_factory=TurnLimits)
    started: float = field(default_factory=time.monotonic)

    def out_of_time(self) -> bool:
        return time.monotonic() - self.started > self.limits.max_seconds
