"""The key headers: right, wrong, old, twice; and what every answer carries."""

from __future__ import annotations

import contextlib
import hashlib
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tools.tenant.server.conftest import BASE, KEY, config
from tools.cortex.auth import advanced_headers
from tools.tenant.database import TenantDatabase
from tools.tenant.server import create_app
from tools.tenant.server.answers import ApiError
from tools.tenant.server.guard import Guard

NOW = 1_767_355_200.0
NONCE = "n" * 64
PATH = f"{BASE}/public_api/v1/healthcheck"


class Now:
    def __init__(self) -> None:
        self.time = NOW

    def __call__(self) -> float:
        return self.time


def http(database: TenantDatabase, now: Now, **settings_: Any) -> httpx.AsyncClient:
    app = create_app(database, config(**settings_), now=now)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app, raise_app_exceptions=False))


def headers(nonce: str = NONCE, at: float = NOW, key: str = KEY, key_id: str = "1") -> dict[str, str]:
    return advanced_headers(key_id, key, nonce, int(at * 1000))


async def test_right_headers_once(unchanged: TenantDatabase) -> None:
    now = Now()
    async with http(unchanged, now) as client:
        assert (await client.get(PATH, headers=headers())).json() == {"status": "available"}
        replayed = await client.get(PATH, headers=headers())
        assert replayed.status_code == 401
        body = replayed.json()["reply"]
        assert (body["err_code"], body["err_extra"]) == (401, None)
        assert replayed.headers["x-posture-revision"]
        assert (await client.get(PATH, headers=headers("m" * 64))).status_code == 200
        now.time += 59
        assert (await client.get(PATH, headers=headers())).status_code == 401
        now.time += 3600
        assert (await client.get(PATH, headers=headers())).status_code == 401  # by then the stamp is too old
        assert (await client.get(PATH, headers=headers(at=now.time))).status_code == 200


@pytest.mark.parametrize("shift", [-61, 61, -86_400, 10**9])
async def test_a_time_stamp_outside_the_minute(unchanged: TenantDatabase, shift: float) -> None:
    async with http(unchanged, Now()) as client:
        assert (await client.get(PATH, headers=headers(at=NOW + shift))).status_code == 401


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"x-xdr-auth-id": "1", "Authorization": KEY},
        headers(key="x" * 128),
        headers(key_id="2"),
        headers(nonce="short"),
        headers(nonce="-" * 64),
        headers() | {"x-xdr-timestamp": "soon"},
        headers() | {"x-xdr-timestamp": str(int(NOW * 1000) + 1)},
        headers() | {"Authorization": hashlib.sha256(b"").hexdigest()},
        {"Authorization": f"Bearer {KEY}", "x-api-key": KEY},
    ],
)
async def test_wrong_headers(unchanged: TenantDatabase, wrong: dict[str, str]) -> None:
    async with http(unchanged, Now()) as client:
        assert (await client.get(PATH, headers=wrong)).status_code == 401
        assert (await client.post(f"{BASE}/local/v1/load?name=x", headers=wrong)).status_code == 401
        assert (await client.get(f"{BASE}/nowhere", headers=wrong)).status_code == 401


async def test_standard_keys(unchanged: TenantDatabase) -> None:
    right = {"x-xdr-auth-id": "1", "Authorization": KEY}
    async with http(unchanged, Now(), key_type="standard") as client:
        assert (await client.get(PATH, headers=right)).status_code == 200
        assert (await client.get(PATH, headers=right)).status_code == 200
        assert (await client.get(PATH, headers=right | {"Authorization": KEY[:-1]})).status_code == 401
        assert (await client.get(PATH, headers=headers())).status_code == 401


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    events=st.lists(
        st.tuples(st.integers(0, 5), st.floats(0, 90), st.floats(-70, 70)), min_size=1, max_size=30
    )
)
def test_no_headers_are_ever_good_twice(events: list[tuple[int, float, float]]) -> None:
    now = Now()
    guard = Guard(config(), now)
    used: set[tuple[str, int]] = set()
    for which, wait, skew in events:
        now.time += wait
        nonce, stamp = str(which) * 64, int((now.time + skew) * 1000)
        given_ = {k.lower(): v for k, v in advanced_headers("1", KEY, nonce, stamp).items()}
        for _ in range(2):
            with contextlib.suppress(ApiError):
                guard.check(given_)
                assert (nonce, stamp) not in used
                assert abs(skew) <= 60.001
                used.add((nonce, stamp))


async def test_slashes_methods_and_unknown_paths(unchanged: TenantDatabase) -> None:
    nonces = iter(f"{i:064}" for i in range(100))
    async with http(unchanged, Now()) as client:
        assert (await client.get(PATH + "/", headers=headers(next(nonces)))).status_code == 200
        missing = await client.get(f"{BASE}/public_api/v1/nope", headers=headers(next(nonces)))
        assert (missing.status_code, missing.json()["reply"]["err_code"]) == (404, 404)
        wrong = await client.get(f"{BASE}/public_api/v1/issue/search", headers=headers(next(nonces)))
        assert wrong.status_code in (404, 405)
        for content, status in (
            (b"{", 400),
            (b"[]", 400),
            (b"\xff", 400),
            (b"[" * 100_000, 400),
            (b"{}", 200),
        ):
            answer = await client.post(
                f"{BASE}/public_api/v1/issue/search", content=content, headers=headers(next(nonces))
            )
            assert answer.status_code == status, content[:10]
            assert "x-posture-revision" in answer.headers


async def test_a_body_too_large(unchanged: TenantDatabase) -> None:
    async with http(unchanged, Now(), max_body_bytes=2048) as client:
        answer = await client.post(
            f"{BASE}/public_api/v1/issue/search", content=b" " * 4096, headers=headers("b" * 64)
        )
        assert answer.status_code == 413


@pytest.mark.parametrize(
    ("spelling", "path", "shape"),
    [
        ("live", "issue/search", "dict"),
        ("live", "assets", "dict"),
        ("documented", "issue/search", "dict"),
        ("documented", "assets", "list"),
    ],
)
async def test_error_shapes(unchanged: TenantDatabase, spelling: str, path: str, shape: str) -> None:
    async with http(unchanged, Now(), spelling=spelling) as client:
        answer = await client.post(
            f"{BASE}/public_api/v1/{path}",
            json={"request_data": {"search_from": -1, "search_to": 5}},
            headers=headers("c" * 64),
        )
    assert answer.status_code == 400
    body = answer.json()
    assert type(body).__name__ == shape
    assert "search_from" in answer.text
    if spelling == "live":
        assert body["reply"]["err_extra"][0]["loc"] == ["request_data", "search_from"]
    elif path == "issue/search":
        assert set(body) == {"error"}


async def test_an_unforeseen_failure_is_a_500_without_a_trace(
    database: TenantDatabase, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def explode(*_: Any) -> None:
        raise RuntimeError(f"secret {KEY}")

    monkeypatch.setattr(database, "rows", explode)
    async with http(database, Now()) as client:
        answer = await client.post(
            f"{BASE}/public_api/v1/issue/search", json={"request_data": {}}, headers=headers("d" * 64)
        )
    assert answer.status_code == 500
    assert KEY not in answer.text
    assert "Traceback" not in answer.text
