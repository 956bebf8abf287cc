"""What every request passes before it reaches Chainlit.

Refuses other hosts' pages (Host and Origin must be ours, so that neither a rebound name nor a page on another
port can use a login), large bodies, and the routes of Chainlit that this app does not use; slows down
password guessing; adds security headers to every answer.
"""

from __future__ import annotations

import json
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_CLOSED = (
    "/mcp",
    "/copilot",
    "/slack",
    "/teams",
    "/docs",
    "/redoc",
    "/openapi.json",
    "/feedback",
    "/auth/jwt",
    "/project/share",
    "/project/thread/share",
    "/project/element",
    "/project/file",
)
_LOGINS = ("/login", "/auth/header")
_MOST_BYTES = 2 * 2**20
_BUILD = "/assets/"


@dataclass
class LoginAttempt:
    """One request to log in: where it came from, and how long it must wait if it came too often."""

    peer: str
    wait_s: float = 0.0


attempt: ContextVar[LoginAttempt | None] = ContextVar("posture_login_attempt", default=None)


@dataclass(frozen=True)
class Boundary:
    """Which hosts and origins are ours. No `hosts` means any name is served (a bind to all addresses)."""

    hosts: frozenset[str] = frozenset()
    origins: frozenset[str] = field(default_factory=frozenset)
    policy: str = "default-src 'self'"
    boot: str = ""


class Guard:
    """ASGI middleware around Chainlit's app."""

    def __init__(self, app: ASGIApp, boundary: Boundary) -> None:
        self._app = app
        self._boundary = boundary

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)
        if scope["type"] == "websocket":
            if refusal is not None:
                await receive()
                await send({"type": "websocket.close", "code": 4403})
                return
            await self._app(scope, receive, send)
            return
        answer = self._answering(scope, headers, send)
        if refusal is not None:
            await _json(answer, *refusal)
        elif scope["path"] == "/posture/boot":
            await _json(answer, 200, {"boot": self._boundary.boot})
        else:
            await self._pass_on(scope, receive, answer)

    def _refusal(self, scope: Scope, headers: Headers) -> tuple[int, dict[str, Any]] | None:
        host = headers.get("host", "")
        if self._boundary.hosts and _name(host) not in self._boundary.hosts:
            return 421, {
                "detail": "This address is not served here. Open the page by the address it was started with."
            }
        origin = headers.get("origin")
        unsafe = scope["type"] == "websocket" or scope["method"] not in ("GET", "HEAD", "OPTIONS")
        if origin is not None and (unsafe or "/ws/" in scope["path"]) and not self._is_ours(origin, host):
            return 403, {"detail": "Requests from other sites are refused."}
        if unsafe and headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return 403, {"detail": "Requests from other sites are refused."}
        if any(scope["path"] == closed or scope["path"].startswith(closed + "/") for closed in _CLOSED):
            return 404, {"detail": "Not found"}
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > _MOST_BYTES:
            return 413, {"detail": "The request is too large."}
        return None

    def _is_ours(self, origin: str, host: str) -> bool:
        if origin in self._boundary.origins:
            return True
        scheme, _, rest = origin.partition("://")
        return scheme in ("http", "https") and bool(host) and rest.casefold() == host.casefold()

    async def _pass_on(self, scope: Scope, receive: Receive, answer: Send) -> None:
        if scope["path"] not in _LOGINS or scope["method"] != "POST":
            await self._app(scope, _bounded(receive), answer)
            return
        mine = LoginAttempt(peer=(scope.get("client") or ("unknown", 0))[0])
        token = attempt.set(mine)
        replaced = False

        async def watched(message: Message) -> None:
            nonlocal replaced
            if replaced:
                return
            replaced = message["type"] == "http.response.start" and (
                mine.wait_s > 0 or message["status"] == 401
            )
            if not replaced:
                await answer(message)
            elif mine.wait_s > 0:
                after = str(int(mine.wait_s) + 1)
                detail = f"Too many wrong attempts. Wait {after} s, then try again."
                await _json(answer, 429, {"detail": detail}, {"retry-after": after})
            else:
                await _json(answer, 401, {"detail": "Wrong user name or password."})

        try:
            await self._app(scope, _bounded(receive), watched)
        finally:
            attempt.reset(token)

    def _answering(self, scope: Scope, headers: Headers, send: Send) -> Send:
        path: str = scope["path"]
        secure = scope["scheme"] == "https" or headers.get("x-forwarded-proto") == "https"

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                out = MutableHeaders(scope=message)
                out["content-security-policy"] = self._boundary.policy
                out["x-content-type-options"] = "nosniff"
                out["x-frame-options"] = "DENY"
                out["referrer-policy"] = "same-origin"
                out["cross-origin-opener-policy"] = "same-origin"
                out["cross-origin-resource-policy"] = "same-origin"
                out["permissions-policy"] = "camera=(), microphone=(), geolocation=(), payment=(), usb=()"
                if path.startswith(_BUILD):
                    out["cache-control"] = "public, max-age=31536000, immutable"
                elif path.startswith("/public/"):
                    out["cache-control"] = "no-cache"
                else:
                    out.setdefault("cache-control", "no-store")
                if secure:
                    out["strict-transport-security"] = "max-age=31536000"
                    _mark_secure(message)
            await send(message)

        return answer


def _mark_secure(message: Message) -> None:
    message["headers"] = [
        (name, value + b"; Secure" if name == b"set-cookie" and b"secure" not in value.lower() else value)
        for name, value in message["headers"]
    ]


def _name(host: str) -> str:
    """The name of a Host header without its port."""
    if host.startswith("["):
        return host.partition("]")[0].casefold() + "]"
    return host.partition(":")[0].casefold().rstrip(".")


def _bounded(receive: Receive) -> Receive:
    read = 0

    async def bounded() -> Message:
        nonlocal read
        message = await receive()
        if message["type"] == "http.request":
            read += len(message.get("body", b""))
            if read > _MOST_BYTES:
                # A body without a length that does not end: the app sees the sender go away.
                return {"type": "http.disconnect"}
        return message

    return bounded


async def _json(send: Send, status: int, body: dict[str, Any], more: dict[str, str] | None = None) -> None:
    raw = json.dumps(body).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(raw)).encode())]
    headers += [(name.encode(), value.encode()) for name, value in (more or {}).items()]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": raw})


async def _lifespan(receive: Receive, send: Send) -> None:
    """Chainlit's own start and stop are not run: its stop ends the whole process at once."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await send({"type": "lifespan.shutdown.complete"})
            return
