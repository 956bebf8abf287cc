"""What the page needs from the rest of the agent, so that a test can stand in for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from pydantic import BaseModel

from agent.desk import SHELL
from agent.events import Event, Profile
from agent.settings import Settings
from agent.ui.users import UserDirectory
from tools.priority.model import PriorityScore
from tools.results import Actor, Role
from tools.store import Store
from tools.writeback.gate import RoleLookup


class ChatConversation(Protocol):
    """The conversation as a host uses it; see `agent.events`."""

    def turn(self, thread_id: str, text: str, actor: Actor, profile: Profile) -> AsyncIterator[Event]: ...

    def settle(self, thread_id: str, actor: Actor) -> AsyncIterator[Event]: ...

    async def waiting(self, thread_id: str) -> tuple[str, ...]: ...


class ThreadProposal(Protocol):
    """A proposal, as far as the page must know it: where it was made."""

    @property
    def thread_id(self) -> str | None: ...


class ApprovalDesk(Protocol):
    """Where decisions are recorded. Chat text has no way here; only the card's buttons do."""

    async def approve(self, proposal_id: str, payload_hash: str, actor: Actor) -> Any: ...

    async def reject(self, proposal_id: str, actor: Actor, reason: str = "") -> Any: ...

    async def execute(self, proposal_id: str) -> Any: ...

    async def get(self, proposal_id: str) -> ThreadProposal: ...

    async def card(self, proposal_id: str, actor: Actor) -> BaseModel: ...


class ChatRuntime(Protocol):
    """The running agent behind the page."""

    @property
    def store(self) -> Store: ...

    @property
    def conversation(self) -> ChatConversation: ...

    @property
    def writeback(self) -> ApprovalDesk: ...

    @property
    def priority(self) -> Scores: ...

    @property
    def notice(self) -> str: ...


class Scores(Protocol):
    """Where scores come from, for ratings of them."""

    async def explain(self, finding_id: str) -> PriorityScore: ...


RuntimeProvider = Callable[[Settings], AbstractAsyncContextManager[ChatRuntime]]


def default_runtime(settings: Settings) -> AbstractAsyncContextManager[ChatRuntime]:
    """The real agent; imported late because it is heavy."""
    from agent.runtime import Runtime

    return Runtime.open(settings, roles=live_roles(settings))


def live_roles(settings: Settings) -> RoleLookup | None:
    """Roles as the users file has them now, for the check right before an effect.

    Somebody who decided at a shell is not in that file: whoever reaches the data directory is the operator, and the
    recorded role stands. None where roles come from a proxy or an identity provider, which can't be asked later.
    """
    if settings.auth != "password":
        return None
    directory = UserDirectory(settings.prepared_home())

    async def look_up(user: str, recorded: Role) -> Role | None:
        now = await asyncio.to_thread(directory.role, user)
        return recorded if now is None and user.endswith(SHELL) else now

    return look_up
