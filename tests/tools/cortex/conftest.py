"""A tenant made of functions, for tests of the client alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tools.cortex.client import CortexClient
from tools.cortex.config import AdvancedKey, CortexConfig, RetryPolicy, StandardKey

KEY = "k" * 128
NO_WAIT = RetryPolicy(wait_initial_s=0, wait_jitter_s=0, wait_max_s=0)


class FakeClock:
    """A clock that moves only when told, or when somebody sleeps."""

    def __init__(self, now: float = 1_700_000_000.0) -> None:
        self.now = now
        self.slept: list[float] = []

    def time(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class Script:
    """Answers requests with what the test says and keeps every request that came."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.answers: Iterator[Any] | None = None
        self.handler: Callable[[httpx.Request], Any] | None = None

    def say(self, *answers: Any) -> Script:
        """Each of `answers` once, in turn; an exception is raised, a dict becomes JSON."""
        self.answers = iter(answers)
        return self

    def by(self, handler: Callable[[httpx.Request], Any]) -> Script:
        """Whatever `handler` gives."""
        self.handler = handler
        return self

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.handler(request) if self.handler else next(self.answers or iter(()))
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx.Response):
            return answer
        return httpx.Response(200, json=answer)

    def body(self, index: int = -1) -> Any:
        """The JSON of one request."""
        return json.loads(self.requests[index].content)

    @property
    def paths(self) -> list[str]:
        return [r.url.path for r in self.requests]


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def client(script: Script, clock: FakeClock) -> CortexClient:
    return make_client(script, clock)


def make_client(script: Script, clock: FakeClock, **settings: Any) -> CortexClient:
    """A client whose tenant is the script."""
    values: dict[str, Any] = {
        "base_url": "https://api-tenant.test",
        "auth": AdvancedKey(key_id="7", key=KEY),
        "retry": NO_WAIT,
    }
    config = CortexConfig(**(values | settings))
    return CortexClient(config, transport=httpx.MockTransport(script), clock=clock)


__all__ = ["KEY", "NO_WAIT", "FakeClock", "Script", "StandardKey", "make_client"]
