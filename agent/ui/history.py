"""Chat history in our own database, as Chainlit's data layer.

Chainlit's own SQLAlchemy layer swallows errors, reads every step of every thread for the side list, fetches
elements' URLs from the server and drops elements without a file store; this one keeps elements as rows and
answers for one person only: a thread that belongs to someone else does not exist.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Mapping
from typing import Any

from chainlit.context import ChainlitContextException, get_context
from chainlit.data.base import BaseDataLayer
from chainlit.data.utils import queue_until_user_message
from chainlit.types import PageInfo, PaginatedResponse
from chainlit.user import PersistedUser
from sqlalchemy import delete, or_, select
from sqlalchemy.exc import SQLAlchemyError

from agent.logs import get_logger
from agent.ui.tables import ChatElement, ChatStep, ChatThread, ChatUser
from tools.results import utcnow
from tools.store import Store

_log = get_logger(__name__)
_NAME_LENGTH = 120
_PAGE_LIMIT = 100


def _now() -> str:
    return utcnow().isoformat(timespec="milliseconds").replace("+00:00", "Z")


class ChatHistory(BaseDataLayer):  # type: ignore[misc]
    """Threads, steps and elements of the page, over the agent's `Store`.

    Writes come as tasks that Chainlit starts and forgets, so they pass one at a time in the order in which
    they were asked for: an older state of a message must not overwrite a newer one.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._turn = asyncio.Lock()

    # People

    async def get_user(self, identifier: str) -> PersistedUser | None:
        async with self._store.reading() as session:
            row = await session.scalar(select(ChatUser).where(ChatUser.identifier == identifier))
            return _person(row) if row is not None else None

    async def create_user(self, user: Any) -> PersistedUser | None:
        details = dict(user.metadata or {})
        async with self._turn, self._store.transaction() as session:
            row = await session.scalar(select(ChatUser).where(ChatUser.identifier == user.identifier))
            if row is None:
                row = ChatUser(id=str(uuid.uuid4()), identifier=user.identifier, created_at=_now())
                session.add(row)
            row.profile = details
            await session.flush()
            return _person(row)

    # Threads

    async def get_thread_author(self, thread_id: str) -> str:
        async with self._store.reading() as session:
            found = await session.scalar(
                select(ChatUser.identifier)
                .join(ChatThread, ChatThread.user_id == ChatUser.id)
                .where(ChatThread.id == thread_id)
            )
        return found or ""

    async def list_threads(self, pagination: Any, filters: Any) -> PaginatedResponse[Any]:
        wanted = select(ChatThread).where(ChatThread.user_id == (filters.userId or ""))
        if filters.search:
            like = f"%{_escaped(filters.search)}%"
            told = select(ChatStep.thread_id).where(
                ChatStep.body["output"].as_string().ilike(like, escape="\\")
            )
            wanted = wanted.where(or_(ChatThread.name.ilike(like, escape="\\"), ChatThread.id.in_(told)))
        first = max(1, min(int(pagination.first or 20), _PAGE_LIMIT))
        async with self._store.reading() as session:
            if pagination.cursor:
                last = await session.get(ChatThread, pagination.cursor)
                if last is not None:
                    older = ChatThread.updated_at < last.updated_at
                    same = (ChatThread.updated_at == last.updated_at) & (ChatThread.id < last.id)
                    wanted = wanted.where(or_(older, same))
            ordered = wanted.order_by(ChatThread.updated_at.desc(), ChatThread.id.desc()).limit(first + 1)
            found = [_thread(row, None, [], []) for row in await session.scalars(ordered)]
        page = found[:first]
        return PaginatedResponse(
            pageInfo=PageInfo(
                hasNextPage=len(found) > first,
                startCursor=page[0]["id"] if page else None,
                endCursor=page[-1]["id"] if page else None,
            ),
            data=page,
        )

    async def get_thread(self, thread_id: str) -> Any:
        async with self._store.reading() as session:
            thread = await session.get(ChatThread, thread_id)
            if thread is None:
                return None
            owner = await session.get(ChatUser, thread.user_id) if thread.user_id else None
            steps = await session.scalars(
                select(ChatStep).where(ChatStep.thread_id == thread_id).order_by(ChatStep.created_at)
            )
            elements = await session.scalars(
                select(ChatElement).where(ChatElement.thread_id == thread_id).order_by(ChatElement.position)
            )
            return _thread(
                thread,
                owner.identifier if owner else None,
                [s.body for s in steps],
                [e.body for e in elements],
            )

    async def update_thread(
        self,
        thread_id: str,
        name: str | None = None,
        user_id: str | None = None,
        metadata: dict[str, Any] | None = None,
        tags: list[str] | None = None,
    ) -> None:
        async with self._turn, self._store.transaction() as session:
            thread = await _ensure(session, thread_id)
            if name is not None:
                thread.name = " ".join(name.split())[:_NAME_LENGTH] or None
            if user_id is not None and thread.user_id is None:
                thread.user_id = user_id
            if metadata is not None:
                merged = {**(thread.details or {}), **metadata}
                thread.details = {key: value for key, value in merged.items() if value is not None}

    async def delete_thread(self, thread_id: str) -> None:
        async with self._turn, self._store.transaction() as session:
            await session.execute(delete(ChatElement).where(ChatElement.thread_id == thread_id))
            await session.execute(delete(ChatStep).where(ChatStep.thread_id == thread_id))
            await session.execute(delete(ChatThread).where(ChatThread.id == thread_id))

    # Steps

    @queue_until_user_message()  # type: ignore[untyped-decorator]
    async def create_step(self, step_dict: Any) -> None:
        await self.put_step(dict(step_dict))

    @queue_until_user_message()  # type: ignore[untyped-decorator]
    async def update_step(self, step_dict: Any) -> None:
        await self.put_step(dict(step_dict))

    async def put_step(self, body: dict[str, Any]) -> None:
        """Keep a step in the thread of the session that sent it, whatever thread it claims."""
        body["threadId"] = _session_thread() or body["threadId"]
        body["streaming"] = False
        try:
            async with self._turn, self._store.transaction() as session:
                thread = await _ensure(session, body["threadId"])
                thread.updated_at = _now()
                known = await session.get(ChatStep, body["id"])
                if known is None:
                    created = body.get("createdAt") or _now()
                    session.add(
                        ChatStep(id=body["id"], thread_id=body["threadId"], created_at=created, body=body)
                    )
                elif known.thread_id == body["threadId"]:
                    known.body = body
        except (SQLAlchemyError, TypeError, ValueError):
            _log.exception("a step of the chat history was not kept", step=body.get("id"))

    @queue_until_user_message()  # type: ignore[untyped-decorator]
    async def delete_step(self, step_id: str) -> None:
        mine = _session_thread()
        async with self._turn, self._store.transaction() as session:
            for table, column in ((ChatElement, ChatElement.step_id), (ChatStep, ChatStep.id)):
                wanted = delete(table).where(column == step_id)
                await session.execute(wanted.where(table.thread_id == mine) if mine else wanted)

    # Elements

    @queue_until_user_message()  # type: ignore[untyped-decorator]
    async def create_element(self, element: Any) -> None:
        if element.for_id and element.type == "custom":
            body = dict(element.to_dict())
            body["threadId"] = _session_thread() or body["threadId"]
            await self.put_element(body)

    async def put_element(self, body: dict[str, Any]) -> None:
        """Keep an element and its props; the row of an existing one is overwritten in its own thread only."""
        try:
            async with self._turn, self._store.transaction() as session:
                await _ensure(session, body["threadId"])
                known = await session.get(ChatElement, body["id"])
                if known is None:
                    session.add(
                        ChatElement(
                            id=body["id"],
                            thread_id=body["threadId"],
                            step_id=body["forId"],
                            position=time.time_ns(),
                            body=body,
                        )
                    )
                elif known.thread_id == body["threadId"]:
                    known.body = body
        except (SQLAlchemyError, TypeError, ValueError):
            _log.exception("an element of the chat history was not kept", element=body.get("id"))

    async def get_element(self, thread_id: str, element_id: str) -> Any:
        async with self._store.reading() as session:
            row = await session.get(ChatElement, element_id)
            return row.body if row is not None and row.thread_id == thread_id else None

    @queue_until_user_message()  # type: ignore[untyped-decorator]
    async def delete_element(self, element_id: str, thread_id: str | None = None) -> None:
        mine = _session_thread() or thread_id
        async with self._turn, self._store.transaction() as session:
            wanted = delete(ChatElement).where(ChatElement.id == element_id)
            await session.execute(wanted.where(ChatElement.thread_id == mine) if mine else wanted)

    # What the page does not use

    async def upsert_feedback(self, feedback: Any) -> str:
        return feedback.id or str(uuid.uuid4())

    async def delete_feedback(self, feedback_id: str) -> bool:
        return True

    async def get_favorite_steps(self, user_id: str) -> list[Any]:
        return []

    async def build_debug_url(self) -> str:
        return ""

    async def close(self) -> None:
        """The store belongs to the runtime, which closes it."""


async def _ensure(session: Any, thread_id: str) -> ChatThread:
    thread: ChatThread | None = await session.get(ChatThread, thread_id)
    if thread is None:
        now = _now()
        thread = ChatThread(id=thread_id, created_at=now, updated_at=now, details={})
        session.add(thread)
        await session.flush()
    return thread


def _session_thread() -> str | None:
    try:
        return str(get_context().session.thread_id)
    except ChainlitContextException:
        return None


def _person(row: ChatUser) -> PersistedUser:
    return PersistedUser(
        id=row.id, identifier=row.identifier, createdAt=row.created_at, metadata=dict(row.profile or {})
    )


def _thread(
    row: ChatThread, owner: str | None, steps: list[Mapping[str, Any]], elements: list[Mapping[str, Any]]
) -> dict[str, Any]:
    return {
        "id": row.id,
        "createdAt": row.updated_at,
        "name": row.name,
        "userId": row.user_id,
        "userIdentifier": owner,
        "tags": None,
        "metadata": row.details or {},
        "steps": [dict(step) for step in steps],
        "elements": [dict(element) for element in elements],
    }


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")[:200]
