"""One small adaptor between the XQL suite and the product: it asks as `posture xql ask` does, and takes the time."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.settings import BUILT_IN, Settings

if TYPE_CHECKING:
    from agent.asking.endpoint import Endpoint
    from agent.runtime import Services

ALL_ROWS = 10_000


@dataclass(frozen=True)
class Reply:
    """What the product said to one turn. `body` is what `posture xql ask --json` prints; `rows` are all rows.

    `to_query` and `to_rows` are seconds from the question: until the query first went to be run (None when none did),
    and until the reply. `error` tells why there is no body.
    """

    body: dict[str, Any] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)
    to_query: float | None = None
    to_rows: float = 0.0
    error: str = ""

    @property
    def outcome(self) -> str:
        return "error" if self.error else str(self.body.get("outcome", ""))

    @property
    def xql(self) -> str:
        return str(self.body.get("xql") or "")

    @property
    def tokens(self) -> tuple[int, int]:
        """Tokens of the prompts and of the answers of a model; none for the built-in planner."""
        usage = self.body.get("usage") or {}
        return int(usage.get("prompt_tokens", 0)), int(usage.get("completion_tokens", 0))


class Watched:
    """The XQL service, noting when a query first went to be run."""

    def __init__(self, service: Any) -> None:
        self._service = service
        self.first_run: float | None = None

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._service, name)
        if name in ("run_text", "run_plan") and self.first_run is None:
            self.first_run = time.perf_counter()
        return found


class Asker:
    """Asks the product one conversation after the other, over one tenant."""

    def __init__(self, services: Services, endpoint: Endpoint | None) -> None:
        self.services = services
        self._endpoint = endpoint
        self._xql = services.xql

    @classmethod
    @asynccontextmanager
    async def open(cls, home: Path, model: str | None) -> AsyncIterator[Asker]:
        """Over the store in `home`; the endpoint of a model comes from the environment."""
        from agent.runtime import open_services

        settings = Settings(home=home, tenant_url=None, model=model or BUILT_IN)
        async with open_services(settings) as services:
            if settings.model == BUILT_IN:
                yield cls(services, None)
                return
            from agent.asking.entry import open_endpoint

            endpoint = open_endpoint(settings)
            assert endpoint is not None
            async with endpoint:
                yield cls(services, endpoint)

    async def hold(self, turns: tuple[str, ...]) -> Reply:
        """Say the turns in order; the reply to the last one, or the first that is an error."""
        reply = Reply()
        previous: dict[str, Any] | None = None
        for text in turns:
            reply = await self._turn(text, previous)
            if reply.error:
                return reply
            previous = {"question": text, **reply.body}
        return reply

    async def _turn(self, text: str, previous: dict[str, Any] | None) -> Reply:
        watched = Watched(self._xql)
        # a cached property: what lies in the instance is what every part of the product reads
        vars(self.services)["xql"] = watched
        started = time.perf_counter()
        try:
            body = await self._ask(text, previous)
            seconds = time.perf_counter() - started
            if self._endpoint is not None and body.get("answered_by") == BUILT_IN:
                # the planner stood in for the model: that is no answer of the model
                return Reply(error=str(body.get("notice") or "the model did not answer"), to_rows=seconds)
            rows = await self._all_rows(body)
        except Exception as error:  # noqa: BLE001 - a question that breaks the product is a failed case
            return Reply(
                error=f"{type(error).__name__}: {error}"[:300], to_rows=time.perf_counter() - started
            )
        finally:
            vars(self.services)["xql"] = self._xql
        to_query = watched.first_run - started if watched.first_run is not None else None
        return Reply(body, rows, to_query, seconds)

    async def _ask(self, text: str, previous: dict[str, Any] | None) -> dict[str, Any]:
        """What `posture xql ask` does with a question."""
        from agent.planner.asking import ask_query

        if self._endpoint is None:
            return await ask_query(text, self.services, previous)
        from agent.asking.entry import ask_or

        services, endpoint = self.services, self._endpoint
        return await ask_or(text, services, endpoint, previous, lambda: ask_query(text, services))

    async def _all_rows(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        """The rows of the reply's own query, also those that it left for later."""
        rows: list[dict[str, Any]] = list(body.get("rows") or [])
        if body.get("truncated") or len(rows) < int(body.get("total") or 0):
            outcome = await self._xql.run_text(str(body["xql"]), limit=ALL_ROWS, relax=False)
            rows = [dict(row) for row in outcome.rows]
        return rows

    def valid(self, xql: str) -> bool:
        """Whether a query is valid by the product's own checker, asked anew."""
        return bool(self._xql.check(xql).valid)
