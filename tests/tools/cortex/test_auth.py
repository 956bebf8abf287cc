"""Headers of keys and tokens, and that no secret ever shows."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import traceback
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tools.cortex.conftest import KEY, FakeClock, Script, make_client
from tools.cortex.auth import advanced_headers
from tools.cortex.client import CortexClient
from tools.cortex.config import AdvancedKey, ClientCredentials, CortexConfig, StandardKey
from tools.cortex.errors import AuthenticationError, BadAnswer, CortexError, Unavailable
from tools.cortex.writes import IssueUpdate

OK = {"status": "available"}
TOKEN_URL = "https://idp.test/token"


def oauth(**fields: Any) -> ClientCredentials:
    values: dict[str, Any] = {"token_url": TOKEN_URL, "client_id": "me", "client_secret": "s3cr3t"}
    return ClientCredentials(**(values | fields))


async def test_standard_key(script: Script, clock: FakeClock) -> None:
    client = make_client(script.say(OK), clock, auth=StandardKey(key_id=7, key=KEY))
    await client.system.healthcheck()
    headers = script.requests[0].headers
    assert (headers["x-xdr-auth-id"], headers["authorization"]) == ("7", KEY)
    assert "x-xdr-nonce" not in headers


async def test_advanced_key_is_fresh_each_time(
    client: CortexClient, script: Script, clock: FakeClock
) -> None:
    script.say(OK, OK)
    await client.system.healthcheck()
    clock.now += 1.234
    await client.system.healthcheck()
    first, second = (r.headers for r in script.requests)
    assert len(first["x-xdr-nonce"]) == 64
    assert first["x-xdr-nonce"].isalnum()
    assert first["x-xdr-nonce"] != second["x-xdr-nonce"]
    assert (first["x-xdr-timestamp"], second["x-xdr-timestamp"]) == ("1700000000000", "1700000001234")
    for headers in (first, second):
        text = KEY + headers["x-xdr-nonce"] + headers["x-xdr-timestamp"]
        assert headers["authorization"] == hashlib.sha256(text.encode()).hexdigest()
        assert KEY not in str(headers)


@given(st.text(min_size=1), st.text(min_size=1), st.integers(0, 2**53))
def test_the_hash_is_over_the_plain_concatenation(key: str, nonce: str, stamp: int) -> None:
    key, nonce = (t.encode("utf-8", "replace").decode() for t in (key, nonce))
    headers = advanced_headers("1", key, nonce, stamp)
    assert headers["Authorization"] == hashlib.sha256((key + nonce + str(stamp)).encode()).hexdigest()
    assert headers["x-xdr-timestamp"] == str(stamp)


class Gateway:
    """A token endpoint and a tenant behind it."""

    def __init__(self, life: int = 300) -> None:
        self.life = life
        self.issued = 0
        self.valid = ""
        self.seen: list[str] = []

    def __call__(self, request: httpx.Request) -> Any:
        if str(request.url) == TOKEN_URL:
            self.issued += 1
            self.valid = f"token-{self.issued}"
            self.form = request.content.decode()
            self.authorization = request.headers.get("authorization", "")
            return {"access_token": self.valid, "expires_in": self.life}
        self.seen.append(request.headers["authorization"])
        if self.seen[-1] != f"Bearer {self.valid}":
            return httpx.Response(401, json={"reply": {"err_code": 401, "err_msg": "no", "err_extra": None}})
        return httpx.Response(204) if request.url.path.endswith("/issue/5") else OK


async def test_tokens_are_cached_and_renewed(script: Script, clock: FakeClock) -> None:
    gateway = Gateway()
    client = make_client(script.by(gateway), clock, auth=oauth(scope="posture", audience="cortex"))
    await asyncio.gather(*(client.system.healthcheck() for _ in range(5)))
    assert gateway.issued == 1
    assert gateway.form == "grant_type=client_credentials&scope=posture&audience=cortex"
    assert gateway.authorization.startswith("Basic ")
    clock.now += 200
    await client.system.healthcheck()
    assert gateway.issued == 1
    clock.now += 71  # within 30 s of its end
    await client.system.healthcheck()
    assert gateway.issued == 2


async def test_a_revoked_token_is_renewed_once_also_for_a_write(script: Script, clock: FakeClock) -> None:
    gateway = Gateway()
    client = make_client(script.by(gateway), clock, auth=oauth(send="body"))
    await client.system.healthcheck()
    assert "client_secret=s3cr3t" in gateway.form
    gateway.valid = "revoked"
    await client.issues.update(5, IssueUpdate.model_validate({"severity": "LOW"}))
    assert gateway.seen[-2:] == ["Bearer token-1", "Bearer token-2"]


async def test_a_gateway_that_refuses_every_token_is_asked_twice(script: Script, clock: FakeClock) -> None:
    calls = 0

    def answer(request: httpx.Request) -> Any:
        nonlocal calls
        if str(request.url) == TOKEN_URL:
            return {"access_token": "t", "expires_in": 60}
        calls += 1
        return httpx.Response(401)

    client = make_client(script.by(answer), clock, auth=oauth())
    with pytest.raises(AuthenticationError):
        await client.system.healthcheck()
    assert calls == 2


@pytest.mark.parametrize(
    ("answer", "kind", "says"),
    [
        (
            httpx.Response(401, json={"error": "invalid_client", "secret": "s3cr3t"}),
            AuthenticationError,
            "client secret",
        ),
        (httpx.Response(400, text="<html>s3cr3t</html>"), AuthenticationError, "client id"),
        (httpx.Response(503), Unavailable, "try again"),
        (httpx.Response(200, text="<html>"), BadAnswer, "token endpoint"),
        (httpx.Response(200, json=["x"]), BadAnswer, "token endpoint"),
        (httpx.Response(200, json={"access_token": "a b\nc"}), BadAnswer, "token"),
        (httpx.ConnectError("refused"), CortexError, "network"),
        (httpx.ReadTimeout("slow"), CortexError, "again"),
    ],
)
async def test_token_endpoint_troubles(
    script: Script, clock: FakeClock, answer: Any, kind: type[CortexError], says: str
) -> None:
    client = make_client(script.by(lambda _: answer), clock, auth=oauth())
    with pytest.raises(kind) as caught:
        await client.issues.update(5, IssueUpdate.model_validate({"severity": "LOW"}))
    assert says in str(caught.value)
    assert caught.value.safe_to_retry
    assert "s3cr3t" not in str(caught.value)
    assert {r.url.host for r in script.requests} == {"idp.test"}


async def test_no_secret_in_reprs_logs_and_errors(
    script: Script, clock: FakeClock, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    shown: list[str] = []
    for auth in (
        StandardKey(key_id="7", key=KEY),
        AdvancedKey(key_id="7", key=KEY),
        oauth(client_secret=KEY),
    ):
        client = make_client(script.by(lambda _: httpx.Response(500, text="x")), clock, auth=auth,
                             extra_headers={"X-Gateway": KEY})  # fmt: skip
        shown += [repr(client), repr(client.config), str(client.config), client.config.model_dump_json()]
        shown += [repr(client._transport._auth)]
        try:
            await client.issues.search()
        except CortexError as error:
            shown += [repr(error), str(error), "".join(traceback.format_exception(error))]
    shown += [caplog.text, *capsys.readouterr()]
    assert not any(KEY in text for text in shown)
    assert script.requests[0].headers["x-gateway"] == KEY


def test_a_configuration_knows_nonsense() -> None:
    key = StandardKey(key_id="1", key="k")
    for wrong in (
        {"base_url": "tenant"},
        {"base_url": "ftp://x"},
        {"timeout_s": 0},
        {"max_xql_jobs": 5},
        {"x": 1},
    ):
        with pytest.raises(ValueError):
            CortexConfig(**({"base_url": "https://x", "auth": key} | wrong))
    config = CortexConfig(base_url="https://x/", prefix="xsiam/public/v1/", auth=key)
    assert (config.base_url, config.prefix) == ("https://x", "/xsiam/public/v1")
