"""Put a message with its elements into a thread, whoever has it open.

Used when there is no turn that the page waits for: an outcome after a decision, which may concern a thread
that someone else owns, that is open in two tabs, or that nobody has open.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from chainlit.session import WebsocketSession, ws_sessions_id
from chainlit.utils import utc_now

from agent.ui.elements import PageElement
from agent.ui.history import ChatHistory

ASSISTANT = "Posture Agent"


def message_step(thread_id: str, content: str, *, is_error: bool = False) -> dict[str, Any]:
    """A message as the page and the history know it."""
    now = utc_now()
    return {
        "id": str(uuid.uuid4()),
        "threadId": thread_id,
        "parentId": None,
        "name": ASSISTANT,
        "type": "assistant_message",
        "output": content,
        "input": "",
        "createdAt": now,
        "start": now,
        "end": now,
        "streaming": False,
        "isError": is_error,
        "metadata": {},
    }


def element_body(thread_id: str, step_id: str, element: PageElement) -> dict[str, Any]:
    """An element as the page and the history know it."""
    return {
        "id": str(uuid.uuid4()),
        "threadId": thread_id,
        "forId": step_id,
        "type": "custom",
        "name": element.name,
        "display": "inline",
        "mime": "application/json",
        "url": None,
        "chainlitKey": None,
        "props": element.props,
    }


def sessions_on(thread_id: str) -> list[WebsocketSession]:
    """Every open page that shows this thread."""
    return [session for session in ws_sessions_id.values() if session.thread_id == thread_id]


async def show(
    step: dict[str, Any], elements: Sequence[dict[str, Any]], pages: Iterable[WebsocketSession]
) -> None:
    """Send a message to open pages."""
    for page in pages:
        await page.emit("new_message", step)
        for body in elements:
            await page.emit("element", body)


async def post(
    history: ChatHistory,
    thread_id: str,
    content: str,
    elements: Sequence[PageElement],
    *,
    is_error: bool = False,
) -> None:
    """Keep a message in a thread and show it wherever the thread is open."""
    step = message_step(thread_id, content, is_error=is_error)
    bodies = [element_body(thread_id, step["id"], element) for element in elements]
    await history.put_step(dict(step))
    for body in bodies:
        await history.put_element(dict(body))
    await show(step, bodies, sessions_on(thread_id))
