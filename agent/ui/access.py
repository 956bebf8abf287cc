"""Who is behind a session, and what role they have right now.

Roles come from the login and from the files of the operator, never from chat text. With passwords the users
file is asked at every turn and decision, so that someone taken out of it loses their rights at once.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Protocol

from agent.ui.users import UserDirectory
from tools.results import Actor, Role

AuthMode = Literal["password", "header", "oauth"]


class LoggedIn(Protocol):
    """A Chainlit user, stored or not."""

    identifier: str
    metadata: dict[str, Any]


class Access:
    """Roles by the configured way of logging in."""

    def __init__(
        self,
        mode: AuthMode,
        directory: UserDirectory,
        *,
        user_header: str = "X-Forwarded-User",
        role_header: str = "X-Forwarded-Role",
        roles_file: Path | None = None,
    ) -> None:
        self.mode = mode
        self.directory = directory
        self._user_header = user_header
        self._role_header = role_header
        self._roles_file = roles_file

    def actor(self, user: LoggedIn | None) -> Actor | None:
        """The person of a session with the role they have now; None when they may no longer take part."""
        if user is None or not user.identifier:
            return None
        role = self._role(user)
        return Actor(user=user.identifier[:200], role=role) if role is not None else None

    def from_headers(self, headers: Mapping[str, str], peer: str) -> Actor | None:
        """Who a trusted proxy says this is. Only a proxy on this machine is believed."""
        name = (headers.get(self._user_header) or "").strip()
        if not name or not _is_loopback(peer):
            return None
        return Actor(user=name[:200], role=_as_role(headers.get(self._role_header)) or Role.VIEWER)

    def oauth_role(self, identifier: str) -> Role:
        """The role that the roles file gives; a person who is not in it only looks on."""
        if self._roles_file is None:
            return Role.VIEWER
        try:
            listed = json.loads(self._roles_file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return Role.VIEWER
        found = listed.get(identifier) if isinstance(listed, dict) else None
        return _as_role(found) or Role.VIEWER

    def _role(self, user: LoggedIn) -> Role | None:
        if self.mode == "password":
            return self.directory.role(user.identifier)
        if self.mode == "oauth":
            return self.oauth_role(user.identifier)
        return _as_role((user.metadata or {}).get("role")) or Role.VIEWER


def _as_role(value: object) -> Role | None:
    try:
        return Role(str(value).strip().casefold())
    except ValueError:
        return None


def _is_loopback(peer: str) -> bool:
    try:
        return ipaddress.ip_address(peer).is_loopback
    except ValueError:
        return False
