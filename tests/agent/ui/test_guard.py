"""The guard in front of Chainlit: whose requests pass, and what every answer carries."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from agent.ui.guard import Boundary, Guard, attempt
from agent.ui.page import CleanPage, policy, script_hashes, without_outside

_HOSTS = frozenset({"localhost", "127.0.0.1"})


class Inner:
    """An app that answers 200, or 401 to a login, and keeps what it was asked."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.wait_s = 0.0
        self.read = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.paths.append(scope["path"])
        mine = attempt.get()
        if mine is not None:
            mine.wait_s = self.wait_s
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            self.read += len(message.get("body", b""))
            if not message.get("more_body"):
                break
        status = 401 if scope["path"] == "/login" else 200
        headers = [(b"content-type", b"text/plain"), (b"set-cookie", b"a=b; HttpOnly")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"inner"})


@pytest.fixture
def inner() -> Inner:
    return Inner()


@pytest.fixture
async def client(inner: Inner) -> AsyncIterator[httpx.AsyncClient]:
    boundary = Boundary(_HOSTS, frozenset({"https://posture.example"}), "default-src 'self'", "boot-1")
    transport = httpx.ASGITransport(app=Guard(inner, boundary))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as found:
        yield found


async def test_answers_carry_the_policy(client: httpx.AsyncClient) -> None:
    answer = await client.get("/")
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"] == "default-src 'self'"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert "Secure" not in answer.headers["set-cookie"]


async def test_cookies_are_secure_behind_tls(client: httpx.AsyncClient) -> None:
    answer = await client.get("/", headers={"x-forwarded-proto": "https"})
    assert answer.headers["set-cookie"].endswith("; Secure")
    assert "strict-transport-security" in answer.headers


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "localhost.evil.example", ""])
async def test_other_names_are_not_served(client: httpx.AsyncClient, inner: Inner, host: str) -> None:
    assert (await client.get("/", headers={"host": host})).status_code == 421
    assert inner.paths == []


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://localhost:8000", 200),
        ("https://posture.example", 200),
        ("http://localhost:3000", 403),
        ("https://evil.example", 403),
        ("null", 403),
        ("file://", 403),
    ],
)
async def test_only_our_own_page_may_change_things(
    client: httpx.AsyncClient, origin: str, status: int
) -> None:
    assert (await client.post("/project/action", headers={"origin": origin})).status_code == status
    assert (await client.get("/ws/socket.io/", headers={"origin": origin})).status_code == status


async def test_cross_site_posts_without_an_origin_are_refused(client: httpx.AsyncClient) -> None:
    assert (await client.post("/login", headers={"sec-fetch-site": "cross-site"})).status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/mcp",
        "/docs",
        "/openapi.json",
        "/project/share/x",
        "/project/element",
        "/project/file",
        "/feedback",
        "/copilot/x",
    ],
)
async def test_routes_that_are_not_used_do_not_exist(
    client: httpx.AsyncClient, inner: Inner, path: str
) -> None:
    assert (await client.get(path)).status_code == 404
    assert (await client.put(path)).status_code == 404
    assert inner.paths == []


async def test_large_bodies_are_refused_with_and_without_a_length(
    client: httpx.AsyncClient, inner: Inner
) -> None:
    assert (await client.post("/x", content=b"x" * (3 * 2**20))).status_code == 413

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * 2**17

    # The inner app sees the sender go away and answers nothing.
    with pytest.raises(AssertionError):
        await client.post("/x", content=endless())
    assert inner.read <= 2 * 2**20


async def test_wrong_passwords_get_a_sentence(client: httpx.AsyncClient) -> None:
    answer = await client.post("/login", data={"username": "a", "password": "b"})
    assert answer.status_code == 401
    assert answer.json() == {"detail": "Wrong user name or password."}


async def test_guessing_is_told_to_wait(client: httpx.AsyncClient, inner: Inner) -> None:
    inner.wait_s = 41.2
    answer = await client.post("/login", data={"username": "a", "password": "b"})
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "42"
    assert "42 s" in answer.json()["detail"]
    assert answer.headers["content-security-policy"]


async def test_the_boot_id(client: httpx.AsyncClient) -> None:
    assert (await client.get("/posture/boot")).json() == {"boot": "boot-1"}


@pytest.mark.parametrize("origin", ["http://localhost:9000", "https://evil.example", "null"])
async def test_sockets_of_other_pages_are_closed(inner: Inner, origin: str) -> None:
    sent: list[Any] = []
    scope = {
        "type": "websocket",
        "path": "/ws/socket.io/",
        "scheme": "ws",
        "headers": [(b"host", b"localhost:8000"), (b"origin", origin.encode())],
    }

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await Guard(inner, Boundary(_HOSTS))(scope, receive, send)
    assert sent == [{"type": "websocket.close", "code": 4403}]
    assert inner.paths == []


_PAGE = """<head><link rel="preconnect" href="https://fonts.example" crossorigin />
<link
  rel="stylesheet"
  href="https://cdn.example/katex.css"
/>
<meta property="og:url" content="https://other.example"><link rel="icon" href="/favicon" />
<script>const a = 1;</script><script src="/public/x.js" defer></script><script>const a = 1;</script></head>"""


def test_the_page_names_no_other_host() -> None:
    clean = without_outside(_PAGE)
    assert "https://" not in clean
    assert '<link rel="icon" href="/favicon" />' in clean


def test_inline_scripts_run_by_hash_only() -> None:
    page = CleanPage(lambda root: _PAGE)
    assert len(script_hashes(page.html())) == 1
    made = page.policy()
    assert "'sha256-" in made
    assert "script-src 'self' 'unsafe-eval' 'sha256-" in made
    assert "'unsafe-inline'" not in made.split("script-src")[1].split(";")[0]
    for directive in ("frame-ancestors 'none'", "object-src 'none'", "base-uri 'none'", "connect-src 'self'"):
        assert directive in policy(())
