"""The Chainlit app: what happens when a page opens, a message comes, a thread is resumed, a button is
pressed.

`build_app` is called once per process, after `agent.ui.home` has prepared the environment (see
`agent.ui.server`).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Generator
from contextlib import aclosing
from typing import Any

import chainlit as cl
from chainlit.config import config
from chainlit.context import init_ws_context
from chainlit.session import WebsocketSession
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp

from agent.events import TurnEnded
from agent.logs import get_logger
from agent.ui import sentences
from agent.ui.access import Access
from agent.ui.approvals import ApprovalActions
from agent.ui.elements import approval_cards
from agent.ui.guard import Boundary, Guard
from agent.ui.history import ChatHistory
from agent.ui.login import register_login
from agent.ui.messages import element_body, message_step
from agent.ui.page import CleanPage
from agent.ui.ports import ChatRuntime
from agent.ui.profiles import PROFILES, default_profile, profile_named
from agent.ui.ratings import RatingActions
from agent.ui.turn import TurnView
from tools.results import Role

_log = get_logger(__name__)
_LONGEST = 20_000
_THREAD = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_REDISPLAYED = "**Waiting for a decision.** Nothing is written until a person approves it here."


class Ready:
    """An answer that can be awaited and needs no event loop.

    Chainlit asks for the profiles once more with `run_until_complete` inside its running loop, which always
    fails and would leave a coroutine behind that nobody awaits.
    """

    def __init__(self, value: Any) -> None:
        self._value = value

    def __await__(self) -> Generator[None, None, Any]:
        yield from ()
        return self._value


class ChatApp:
    """The page's callbacks around one runtime."""

    def __init__(self, runtime: ChatRuntime, access: Access) -> None:
        self.runtime = runtime
        self.access = access
        self.history = ChatHistory(runtime.store)
        self.actions = ApprovalActions(runtime, access, self.history)
        self.ratings = RatingActions(runtime, access)

    def register(self) -> None:
        """Hand the callbacks to Chainlit."""
        cl.data_layer(lambda: self.history)
        register_login(self.access)
        config.code.set_chat_profiles = self.profiles
        cl.on_chat_start(self.started)
        cl.on_message(self.message)
        cl.on_chat_resume(self.resumed)
        cl.action_callback("card_state")(self.card_state)
        cl.action_callback("decide")(self.decide)
        cl.action_callback("rate")(self.rate)

    def profiles(self, current_user: Any, _language: str | None = None) -> Ready:
        """The three profiles, the one that fits the person's role first chosen."""
        actor = self.access.actor(current_user)
        mine = default_profile(actor.role if actor is not None else Role.VIEWER)
        offered = [
            cl.ChatProfile(
                name=card.name,
                markdown_description=card.welcome,
                icon=f"/public/icons/{card.icon}.svg",
                default=card.profile is mine,
                starters=[
                    cl.Starter(label=start.text, message=start.text, icon=f"/public/icons/{start.icon}.svg")
                    for start in card.starts
                ],
            )
            for card in PROFILES
        ]
        return Ready(offered)

    async def started(self) -> None:
        """A new conversation needs nothing: the welcome screen says what to do."""

    async def message(self, message: Any) -> None:
        """Answer a message; whatever goes wrong ends in a sentence."""
        session = cl.context.session
        view = TurnView(self.history)
        actor = self.access.actor(session.user)
        text = (getattr(message, "content", None) or "").strip()
        if actor is None:
            await cl.Message(content=sentences.LOGIN_OVER).send()
        elif not text:
            await cl.Message(content=sentences.EMPTY).send()
        elif len(text) > _LONGEST:
            await cl.Message(content=sentences.TOO_LONG).send()
        else:
            profile = profile_named(session.chat_profile, actor.role)
            try:
                thread = await self._own_thread(session, actor.user)
                turn = self.runtime.conversation.turn(thread, text, actor, profile)
                async with aclosing(turn) as events:  # type: ignore[type-var]
                    async for event in events:
                        last = isinstance(event, TurnEnded)
                        waiting = await self.runtime.conversation.waiting(thread) if last else ()
                        await view.show(event, waiting)
            except asyncio.CancelledError:
                await view.stop()
            except Exception as error:  # noqa: BLE001 - the person gets a sentence, the log the rest
                await view.fail(error)

    async def resumed(self, thread: Any) -> None:
        """Show again what waits for a decision, if the stored thread has no card for it."""
        stored = str([element.get("props") for element in thread.get("elements") or ()])
        try:
            waiting = await self.runtime.conversation.waiting(str(thread["id"]))
        except Exception as error:  # noqa: BLE001 - an old thread opens all the same
            _log.warning("cannot tell what the thread waits for", reason=sentences.for_person(error))
            return
        missing = [proposal for proposal in waiting if repr(proposal) not in stored]
        for element in approval_cards(missing):
            step = message_step(thread["id"], _REDISPLAYED)
            body = element_body(thread["id"], step["id"], element)
            await self.history.put_step(dict(step))
            await self.history.put_element(dict(body))
            # Chainlit sends this very thread to the page when we return, and would lose what we sent before.
            thread["steps"].append(step)
            thread["elements"].append(body)

    async def card_state(self, action: Any) -> dict[str, Any]:
        """A card asks what state its proposal is in."""
        return await self.actions.state(action.payload, cl.context.session.user)

    async def decide(self, action: Any) -> dict[str, Any]:
        """A person pressed approve or reject."""
        return await self.actions.decide(action.payload, cl.context.session.user)

    async def rate(self, action: Any) -> dict[str, Any]:
        """A finding card's rating by whoever is logged in."""
        return await self.ratings.rate(action.payload, cl.context.session.user)

    async def _own_thread(self, session: Any, user: str) -> str:
        """The session's thread; refuses one that is not a page's own or belongs to someone else."""
        thread = str(session.thread_id)
        if not _THREAD.fullmatch(thread):
            raise ForeignThreadError("This conversation cannot be continued here. Start a new one.")
        owner = await self.history.get_thread_author(thread)
        if owner not in ("", user):
            raise ForeignThreadError("This conversation belongs to someone else. Start a new one.")
        return thread


class ForeignThreadError(Exception):
    """A page asked for a thread that it may not have."""


def build_app(runtime: ChatRuntime, access: Access, boundary: Boundary) -> tuple[ASGIApp, ChatApp]:
    """Chainlit's ASGI app with our callbacks, behind the guard."""
    import chainlit.server as page_server

    chat = ChatApp(runtime, access)
    chat.register()
    clean = CleanPage(page_server.get_html_template)
    page_server.get_html_template = clean.html
    page_server.sio.on("stop", _stop)
    page_server.app.add_exception_handler(ValueError, _session_gone)
    boundary = Boundary(boundary.hosts, boundary.origins, clean.policy(), boundary.boot)
    return Guard(page_server.app, boundary), chat


async def _session_gone(_request: Request, error: Exception) -> JSONResponse:
    """Chainlit raises a bare ValueError for a page whose session ended, for example with the last server."""
    if str(error) != "Session not found":
        raise error
    return JSONResponse({"detail": "This page has lost its session. Reload it."}, status_code=409)


async def _stop(sid: str) -> None:
    """The stop button: cancel the turn; `ChatApp.message` says so in the chat."""
    session = WebsocketSession.get(sid)
    if session is not None and session.current_task is not None:
        init_ws_context(session)
        session.current_task.cancel()
