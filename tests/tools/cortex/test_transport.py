"""Retries, bounds, and what may be repeated."""

from __future__ import annotations

import email.utils
from typing import Any

import httpx
import pytest

from tests.tools.cortex.conftest import FakeClock, Script, make_client
from tools.cortex import errors
from tools.cortex.client import CortexClient
from tools.cortex.config import RetryPolicy
from tools.cortex.vocabulary import Severity
from tools.cortex.writes import IssueUpdate

EMPTY = {"reply": {"DATA": [], "TOTAL_COUNT": 0, "FILTER_COUNT": 0}}
CHANGE = IssueUpdate(severity=Severity.LOW)


def refuse(status: int, **headers: str) -> httpx.Response:
    return httpx.Response(status, json={"reply": {"err_code": status, "err_msg": "no"}}, headers=headers)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
async def test_reads_are_repeated_on_passing_troubles(
    client: CortexClient, script: Script, status: int
) -> None:
    script.say(refuse(status), refuse(status), EMPTY)
    assert (await client.issues.search()).total == 0
    assert len(script.requests) == 3
    nonces = {r.headers["x-xdr-nonce"] for r in script.requests}
    assert len(nonces) == 3


async def test_reads_are_repeated_only_so_often(client: CortexClient, script: Script) -> None:
    script.by(lambda _: refuse(503))
    with pytest.raises(errors.Unavailable):
        await client.issues.search()
    assert len(script.requests) == 4


async def test_a_500_is_tried_twice_because_it_may_be_bad_input(client: CortexClient, script: Script) -> None:
    script.by(lambda _: refuse(500))
    with pytest.raises(errors.Unavailable):
        await client.issues.search()
    assert len(script.requests) == 2


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404])
async def test_refusals_are_not_repeated(client: CortexClient, script: Script, status: int) -> None:
    script.by(lambda _: refuse(status))
    with pytest.raises(errors.CortexError):
        await client.issues.search()
    assert len(script.requests) == 1


@pytest.mark.parametrize(
    ("failure", "tries", "safe"),
    [
        (refuse(400), 1, True),
        (refuse(401), 1, True),
        (refuse(403), 1, True),
        (refuse(429), 1, True),
        (refuse(500), 1, False),
        (refuse(502), 1, False),
        (refuse(503), 1, False),
        (refuse(504), 1, False),
        (httpx.Response(200, text="<html>login</html>"), 1, False),
        (httpx.Response(302, headers={"location": "https://login.test"}), 1, False),
        (httpx.ConnectError("no"), 4, True),
        (httpx.ConnectTimeout("no"), 4, True),
        (httpx.PoolTimeout("no"), 4, True),
        (httpx.ReadTimeout("no"), 1, False),
        (httpx.WriteTimeout("no"), 1, False),
        (httpx.ReadError("no"), 1, False),
        (httpx.WriteError("no"), 1, False),
        (httpx.RemoteProtocolError("no"), 1, False),
    ],
)
async def test_writes_are_repeated_only_if_nothing_was_sent(
    client: CortexClient, script: Script, failure: Any, tries: int, safe: bool
) -> None:
    script.by(lambda _: failure)
    with pytest.raises(errors.CortexError) as caught:
        await client.issues.update(5, CHANGE)
    assert len(script.requests) == tries
    assert caught.value.safe_to_retry is safe
    assert caught.value.write


async def test_a_read_that_failed_is_always_safe(client: CortexClient, script: Script) -> None:
    script.by(lambda _: httpx.ReadTimeout("no"))
    with pytest.raises(errors.Timeout) as caught:
        await client.issues.search()
    assert caught.value.safe_to_retry
    assert len(script.requests) == 1


async def test_retry_after_is_kept_to_but_not_for_hours(script: Script, clock: FakeClock) -> None:
    client = make_client(script, clock)
    script.say(refuse(429, **{"retry-after": "0"}), EMPTY)
    await client.issues.search()
    script.say(refuse(429, **{"retry-after": "3600"}))
    with pytest.raises(errors.RateLimited) as caught:
        await client.issues.search()
    assert caught.value.retry_after_s == 3600
    later = email.utils.formatdate(clock.now + 7200, usegmt=True)
    script.say(refuse(503, **{"retry-after": later}))
    with pytest.raises(errors.Unavailable) as caught_date:
        await client.issues.search()
    assert caught_date.value.retry_after_s == 7200


@pytest.mark.parametrize(("shift", "word"), [(300, "behind"), (-300, "ahead")])
async def test_a_wrong_clock_is_named(
    client: CortexClient, script: Script, clock: FakeClock, shift: float, word: str
) -> None:
    script.say(refuse(401, date=email.utils.formatdate(clock.now + shift, usegmt=True)))
    with pytest.raises(errors.AuthenticationError) as caught:
        await client.issues.search()
    assert f"300 s {word}" in caught.value.advice


async def test_answers_are_bounded(script: Script, clock: FakeClock) -> None:
    client = make_client(script, clock, max_answer_bytes=2048)
    script.by(lambda _: httpx.Response(200, content=b'{"reply": "' + b"x" * 4096 + b'"}'))
    with pytest.raises(errors.AnswerTooLarge):
        await client.issues.search()
    assert len(script.requests) == 1


async def test_a_gzip_bomb_is_bounded_by_what_it_unpacks_to(script: Script, clock: FakeClock) -> None:
    import gzip

    client = make_client(script, clock, max_answer_bytes=100_000)
    packed = gzip.compress(b" " * 5_000_000)
    script.by(lambda _: httpx.Response(200, content=packed, headers={"content-encoding": "gzip"}))
    with pytest.raises(errors.AnswerTooLarge):
        await client.issues.search()


async def test_paths_and_prefix(script: Script, clock: FakeClock) -> None:
    client = make_client(script.by(lambda _: EMPTY), clock, prefix="/xsiam/public/v1")
    await client.issues.search()
    assert str(script.requests[0].url) == "https://api-tenant.test/xsiam/public/v1/issue/search"


async def test_the_revision_is_the_last_one_seen(client: CortexClient, script: Script) -> None:
    before = client.revision
    assert before is None
    script.say(httpx.Response(200, json=EMPTY, headers={"x-posture-revision": "12"}), EMPTY)
    await client.issues.search()
    assert client.revision == "12"
    await client.issues.search()
    assert client.revision == "12"


async def test_a_key_that_cannot_be_a_header(script: Script, clock: FakeClock) -> None:
    from tools.cortex.config import StandardKey

    client = make_client(script, clock, auth=StandardKey(key_id="1", key="sch\u0142ussel"))
    with pytest.raises(errors.InvalidRequest) as caught:
        await client.issues.search()
    assert "key" in caught.value.advice
    assert "ussel" not in str(caught.value)


async def test_healthcheck_under_its_older_name(client: CortexClient, script: Script) -> None:
    script.say(refuse(404), {"reply": {"status": "available"}})
    assert await client.system.healthcheck() == "available"
    assert script.paths[-1] == "/public_api/v1/health_check/"


def test_patience_is_bounded() -> None:
    policy = RetryPolicy()
    assert policy.attempts <= 5
    assert policy.total_s <= 120
