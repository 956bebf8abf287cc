"""Logging in: Chainlit's callbacks for a password, a trusted proxy's header, or OAuth."""

from __future__ import annotations

import asyncio
from typing import Any

import chainlit as cl

from agent.logs import get_logger
from agent.ui.access import Access
from agent.ui.guard import LoginAttempt, attempt
from agent.ui.throttle import LoginThrottle
from agent.ui.users import UsersFileError
from tools.results import Actor

_log = get_logger(__name__)


class PasswordLogin:
    """Checks a name and a password, and slows down whoever guesses."""

    def __init__(
        self, access: Access, names: LoginThrottle | None = None, peers: LoginThrottle | None = None
    ) -> None:
        self._access = access
        self._names = names or LoginThrottle(limit=5, window_s=120)
        self._peers = peers or LoginThrottle(limit=30, window_s=120)

    async def __call__(self, username: str, password: str) -> Actor | None:
        """The person, or None; the request's `LoginAttempt` then says if it has to wait."""
        mine = attempt.get() or LoginAttempt("unknown")
        name = username.strip()[:200]
        mine.wait_s = max(self._names.wait(name), self._peers.wait(mine.peer))
        if mine.wait_s > 0:
            return None
        try:
            role = await asyncio.to_thread(self._access.directory.check, name, password[:1000])
        except UsersFileError as error:
            _log.error("nobody can log in", reason=str(error))
            return None
        if role is None:
            self._names.wrong(name)
            self._peers.wrong(mine.peer)
            _log.warning("wrong name or password", peer=mine.peer)
            return None
        self._names.right(name)
        return Actor(user=name, role=role)


def register_login(access: Access) -> None:
    """Tell Chainlit how people log in."""
    if access.mode == "header":
        cl.header_auth_callback(_header_login(access))
    elif access.mode == "oauth":
        cl.oauth_callback(_oauth_login(access))
    else:
        check = PasswordLogin(access)

        async def password_login(username: str, password: str) -> Any:
            actor = await check(username, password)
            return chat_user(actor) if actor is not None else None

        cl.password_auth_callback(password_login)


def chat_user(actor: Actor) -> Any:
    """A person as Chainlit knows them."""
    shown = actor.user if actor.user == actor.role.value else f"{actor.user} ({actor.role.value})"
    return cl.User(identifier=actor.user, display_name=shown, metadata={"role": actor.role.value})


def _header_login(access: Access) -> Any:
    async def header_login(headers: Any) -> Any:
        mine = attempt.get()
        actor = access.from_headers(headers, mine.peer) if mine is not None else None
        return chat_user(actor) if actor is not None else None

    return header_login


def _oauth_login(access: Access) -> Any:
    async def oauth_login(
        provider_id: str, token: str, raw_user_data: dict[str, str], default_user: Any
    ) -> Any:
        name = f"{provider_id}:{default_user.identifier}"[:200]
        return chat_user(Actor(user=name, role=access.oauth_role(name)))

    return oauth_login
