"""Start the page: a loopback address by default, the next free port, everything in one process."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import socket
import sys
import uuid
import webbrowser
from collections.abc import Callable
from urllib.parse import urlsplit

from agent.settings import Settings
from agent.ui.access import Access
from agent.ui.guard import Boundary
from agent.ui.home import app_root, environment, importing
from agent.ui.ports import RuntimeProvider, default_runtime
from agent.ui.users import FirstLogin, UserDirectory, UsersFileError

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
_TRIES = 20
_OAUTH = re.compile(r"OAUTH_\w+_CLIENT_ID")
_NAMES_HERE = ("127.0.0.1", "localhost", "::1")
_OPEN_TO_OTHERS = (
    "Others can reach this address, over plain HTTP. "
    "Put a proxy with TLS in front, and set POSTURE_PUBLIC_URL."
)
Announce = Callable[[str], None]


class PageError(Exception):
    """The page cannot be started; the message says what to change."""


async def serve(
    settings: Settings,
    host: str | None = None,
    port: int | None = None,
    *,
    open_browser: bool = False,
    open_runtime: RuntimeProvider = default_runtime,
    announce: Announce | None = None,
) -> None:
    """Serve the chat page until the process is told to stop.

    `port` 0 takes any free one; a port that is taken makes way for the next free one. `announce` gets lines
    for the person at the terminal (default: stderr). Raises PageError, or what the runtime
    raises.
    """
    say = announce or _to_stderr
    home = settings.prepared_home()
    directory = UserDirectory(home)
    first = _prepared(directory) if settings.auth == "password" else None
    if settings.auth == "oauth" and not any(
        _OAUTH.fullmatch(name) and os.environ[name] for name in os.environ
    ):
        raise PageError(
            "POSTURE_AUTH is oauth, but no provider is configured. Set for example OAUTH_GITHUB_CLIENT_ID and "
            "OAUTH_GITHUB_CLIENT_SECRET, or unset POSTURE_AUTH to log in with passwords."
        )
    access = Access(
        settings.auth,
        directory,
        user_header=settings.auth_header,
        role_header=settings.auth_role_header,
        roles_file=settings.oauth_roles_file,
    )
    try:
        root = app_root(home)
    except OSError as error:
        raise PageError(
            f"{home} cannot be written to ({error.strerror}). Choose another with POSTURE_HOME."
        ) from error
    listener = listen(host or settings.host, settings.port if port is None else port)
    address = page_address(listener, host or settings.host)
    async with open_runtime(settings) as runtime:
        with importing(os.environ, environment(home, root)):
            _quiet()
            from agent.ui.app import build_app

            app, chat = build_app(runtime, access, boundary_for(host or settings.host, settings.public_url))
        import uvicorn

        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            lifespan="off",
            ws_max_size=2**20,
            timeout_graceful_shutdown=5,
        )
        server = uvicorn.Server(config)
        for line in greeting(address, first, settings, runtime.notice):
            say(line)
        if (host or settings.host) not in _NAMES_HERE:
            say(_OPEN_TO_OTHERS)
        opener = asyncio.create_task(_open(address)) if open_browser else None
        try:
            await server.serve(sockets=[listener])
        finally:
            if opener is not None:
                opener.cancel()
            await chat.actions.drain()


def _prepared(directory: UserDirectory) -> FirstLogin:
    try:
        return directory.prepare()
    except UsersFileError as error:
        raise PageError(str(error)) from error


def listen(host: str, port: int) -> socket.socket:
    """A listening socket on the port, or on the next free one of twenty."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    last: OSError | None = None
    for candidate in range(port, port + (_TRIES if port else 1)):
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, candidate))
            listener.listen(128)
        except OSError as error:
            listener.close()
            last = error
            continue
        listener.setblocking(False)
        return listener
    raise PageError(
        f"No port from {port} to {port + _TRIES - 1} is free on {host} ({last}). "
        "Choose one with --port or POSTURE_PORT."
    )


def page_address(listener: socket.socket, host: str) -> str:
    """The address to open in a browser."""
    name = "localhost" if host in ("127.0.0.1", "::1", "0.0.0.0", "::", "localhost") else host  # noqa: S104
    return f"http://{f'[{name}]' if ':' in name else name}:{listener.getsockname()[1]}"


def boundary_for(host: str, public_url: str | None) -> Boundary:
    """Which names and origins may be used: this machine's, and the public address if one is set."""
    hosts: frozenset[str] = frozenset()
    origins: frozenset[str] = frozenset()
    if host in _NAMES_HERE:
        hosts = _LOOPBACK
    if public_url:
        parts = urlsplit(public_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise PageError(
                "POSTURE_PUBLIC_URL is not an address; use something like https://posture.example.org"
            )
        hosts = (hosts or _LOOPBACK) | {parts.hostname.casefold()}
        origins = frozenset({f"{parts.scheme}://{parts.netloc}".casefold()})
    return Boundary(hosts=hosts, origins=origins, boot=uuid.uuid4().hex)


def greeting(address: str, first: FirstLogin | None, settings: Settings, notice: str = "") -> list[str]:
    """What the person at the terminal needs to know."""
    lines = [f"Posture Agent is at {address}"]
    if first is not None and first.created:
        lines.append("People who can log in (shown once; also in the file below):")
        lines.extend(f"  {name:<10} {password}" for name, password in first.created)
    if first is not None:
        lines.append(
            f"First passwords: {first.file}" if first.file.exists() else "Log in with your own password."
        )
    elif settings.auth == "header":
        lines.append(f"Logins come from the proxy's {settings.auth_header} header.")
    else:
        lines.append("Logins come from the OAuth provider.")
    if notice:
        lines.append(notice)
    lines.append("Press Ctrl+C to stop.")
    return lines


def _quiet() -> None:
    for name in ("chainlit", "socketio", "engineio", "httpx"):
        logging.getLogger(name).setLevel(logging.ERROR)


async def _open(address: str) -> None:
    """Open the browser; the socket listens already, so it waits for the first answer by itself."""
    await asyncio.to_thread(webbrowser.open, address)


def _to_stderr(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
