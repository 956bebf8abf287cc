"""One request to the tenant: proof of identity, bounded answers, errors by kind, retries where they are
safe.

Reads are repeated on 429, 502, 503, 504, on a connection that broke, and a few times on 500 (which Cortex
also uses for bad input). Writes are repeated only if the connection could not be made, so that nothing was
sent, or after one 401 where a cached gateway token had run out.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import stamina

from tools.cortex.auth import authenticator
from tools.cortex.clock import Clock
from tools.cortex.config import AdvancedKey, ClientCredentials, CortexConfig
from tools.cortex.decoding import error_from, parse_json
from tools.cortex.errors import (
    AnswerCut,
    AnswerTooLarge,
    AuthenticationError,
    BadAnswer,
    CannotConnect,
    CertificateInvalid,
    CortexError,
    InvalidRequest,
    ParallelLimit,
    RateLimited,
    Timeout,
    Unavailable,
)
from tools.cortex.network import clock_skew_s, network_error, retry_after_s, tls_settings

REVISION_HEADER = "x-posture-revision"
_SKEW_WORTH_A_WORD_S = 30
_LONGEST_RETRY_AFTER_S = 60.0
_REPEATABLE = frozenset({429, 502, 503, 504})


class Transport:
    """Sends requests for one tenant. `revision` is the last data revision that the tenant told us, if any."""

    def __init__(
        self, config: CortexConfig, clock: Clock, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self.config = config
        self.clock = clock
        self.revision: str | None = None
        self._auth = authenticator(config, clock)
        timeout = httpx.Timeout(config.timeout_s, connect=min(config.connect_timeout_s, config.timeout_s))
        self._http = httpx.AsyncClient(
            transport=transport,
            timeout=timeout,
            verify=_verify(config) if transport is None else True,
            trust_env=not _on_this_machine(config.base_url),
            follow_redirects=False,
            headers={"User-Agent": "posture-agent", "Accept-Encoding": "gzip"},
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def post(
        self, path: str, body: Mapping[str, Any], *, write: bool = False, root: str | None = None,
        timeout_s: float | None = None,
    ) -> Any:  # fmt: skip
        """POST JSON and give back the decoded answer (`None` for an empty one, as 204)."""
        return await self.call("POST", path, body, write=write, root=root, timeout_s=timeout_s)

    async def get(self, path: str, *, root: str | None = None) -> Any:
        """GET and give back the decoded answer."""
        return await self.call("GET", path, None, root=root)

    async def call(
        self, method: str, path: str, body: Mapping[str, Any] | None, *, write: bool = False,
        root: str | None = None, timeout_s: float | None = None,
    ) -> Any:  # fmt: skip
        """One call with its retries. Raises a `CortexError`."""
        failures = 0
        policy = self.config.retry
        last_try_again = False

        def again(error: Exception) -> bool | float:
            nonlocal failures
            failures += 1
            if not isinstance(error, CortexError) or not _may_repeat(error, write=write):
                return False
            if error.status == 500 and failures >= policy.attempts_on_500:
                return False
            if error.retry_after_s is not None:
                return error.retry_after_s if error.retry_after_s <= _LONGEST_RETRY_AFTER_S else False
            return True

        result: Any = None
        async for attempt in stamina.retry_context(
            on=again,
            attempts=policy.attempts,
            timeout=policy.total_s,
            wait_initial=policy.wait_initial_s,
            wait_max=policy.wait_max_s,
            wait_jitter=policy.wait_jitter_s,
        ):
            with attempt:
                try:
                    result = await self._once(method, path, body, write=write, root=root, timeout_s=timeout_s)
                except AuthenticationError:
                    if last_try_again or not self._auth.forget():
                        raise
                    last_try_again = True
                    result = await self._once(method, path, body, write=write, root=root, timeout_s=timeout_s)
        return result

    @asynccontextmanager
    async def stream(self, path: str, body: Mapping[str, Any]) -> AsyncIterator[AsyncIterator[bytes]]:
        """POST and hand out the raw bytes of the answer as they come, at most `max_stream_bytes` of them."""
        where = _where(path)
        async with self._open("POST", path, body, write=False, root=None, timeout_s=None) as response:
            if response.status_code != 200:
                raise await self._error(response, where, write=False)
            kind = response.headers.get("content-type", "")
            if "html" in kind.lower():
                raise BadAnswer(
                    "an HTML page where rows were expected", where=where, status=response.status_code
                )
            yield self._chunks(response, self.config.max_stream_bytes, where, write=False)

    async def _once(
        self, method: str, path: str, body: Mapping[str, Any] | None, *, write: bool, root: str | None,
        timeout_s: float | None,
    ) -> Any:  # fmt: skip
        where = _where(path)
        # The read time-out starts anew with each byte; this one bounds an answer that drips.
        limit_s = timeout_s or self.config.timeout_s
        try:
            async with asyncio.timeout(limit_s * 2):
                async with self._open(
                    method, path, body, write=write, root=root, timeout_s=timeout_s
                ) as response:
                    if not 200 <= response.status_code < 300:
                        raise await self._error(response, where, write=write)
                    content = await self._read(response, where, write=write)
        except TimeoutError:
            raise Timeout(f"no complete answer in {limit_s * 2:g} s", where=where, write=write) from None
        if response.status_code == 204 or (not content.strip() and write):
            return None
        try:
            return parse_json(
                content, where=where, status=response.status_code,
                content_type=response.headers.get("content-type", ""),
            )  # fmt: skip
        except BadAnswer as error:
            error.write = write
            raise

    @asynccontextmanager
    async def _open(
        self, method: str, path: str, body: Mapping[str, Any] | None, *, write: bool, root: str | None,
        timeout_s: float | None,
    ) -> AsyncIterator[httpx.Response]:  # fmt: skip
        where = _where(path)
        sent = False
        response: httpx.Response | None = None
        try:
            request = await self._request(method, path, body, root=root, timeout_s=timeout_s)
            sent = True  # from here on only a failed connection proves that nothing left
            response = await self._http.send(request, stream=True)
            self.revision = response.headers.get(REVISION_HEADER, self.revision)
            yield response
        except httpx.HTTPError as error:
            raise network_error(error, where, write=write, sent=sent) from None
        except httpx.InvalidURL:
            raise InvalidRequest(
                "the tenant URL is not a URL", where=where, outcome="not_sent", write=write
            ) from None
        except ValueError as error:
            if isinstance(error, UnicodeError):  # a key or header that cannot be sent
                raise InvalidRequest(
                    "a header value has characters that cannot be sent",
                    where=where, outcome="not_sent", write=write,
                    advice="Check that the key and key id have no characters outside plain ASCII.",
                ) from None  # fmt: skip
            raise
        finally:
            if response is not None:
                await response.aclose()

    async def _request(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        *,
        root: str | None,
        timeout_s: float | None,
    ) -> httpx.Request:
        headers = {name: value.get_secret_value() for name, value in self.config.extra_headers.items()}
        headers |= await self._auth.headers(self._http)
        url = f"{self.config.base_url}{self.config.prefix if root is None else root}/{path}"
        extra: dict[str, Any] = {} if timeout_s is None else {"timeout": timeout_s}
        if body is None:
            return self._http.build_request(method, url, headers=headers, **extra)
        return self._http.build_request(method, url, headers=headers, json=dict(body), **extra)

    async def _read(self, response: httpx.Response, where: str, *, write: bool) -> bytes:
        parts = [c async for c in self._chunks(response, self.config.max_answer_bytes, where, write=write)]
        return b"".join(parts)

    async def _chunks(
        self, response: httpx.Response, most: int, where: str, *, write: bool
    ) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in response.aiter_bytes():
            size += len(chunk)
            if size > most:
                raise AnswerTooLarge(
                    f"more than {most} bytes", where=where, status=response.status_code, write=write
                )
            yield chunk

    async def _error(self, response: httpx.Response, where: str, *, write: bool) -> CortexError:
        try:
            content = await self._read(response, where, write=write)
        except (httpx.HTTPError, AnswerTooLarge):
            content = b""
        error = error_from(
            response.status_code,
            content,
            where=where,
            content_type=response.headers.get("content-type", ""),
            retry_after_s=retry_after_s(response.headers.get("retry-after"), self.clock),
            write=write,
        )
        if isinstance(error, AuthenticationError) and isinstance(self.config.auth, AdvancedKey):
            skew = clock_skew_s(response.headers.get("date"), self.clock)
            if skew is not None and abs(skew) >= _SKEW_WORTH_A_WORD_S:
                side = "behind" if skew > 0 else "ahead"
                error.advice = f"Set this machine's clock: it is {abs(skew):.0f} s {side} the tenant's."
        return error


def _may_repeat(error: CortexError, *, write: bool) -> bool:
    if isinstance(error, CertificateInvalid | AnswerTooLarge | InvalidRequest | ParallelLimit):
        return False
    if write:
        return error.outcome == "not_sent" and isinstance(error, CannotConnect)
    if isinstance(error, CannotConnect | AnswerCut | RateLimited):
        return True
    if isinstance(error, BadAnswer):
        return error.status in _REPEATABLE
    return isinstance(error, Unavailable | Timeout) and error.status in (_REPEATABLE | {500})


def _verify(config: CortexConfig) -> ssl.SSLContext | bool:
    # Nothing to verify on plain HTTP; reading the list of authorities would only cost time.
    plain = config.base_url.startswith("http://") and not isinstance(config.auth, ClientCredentials)
    return False if plain else tls_settings(config.verify)


def _on_this_machine(url: str) -> bool:
    # A proxy set for the internet must not be asked for a tenant on this machine.
    return httpx.URL(url).host in ("127.0.0.1", "::1", "localhost")


def _where(path: str) -> str:
    return path.split("?", 1)[0].strip("/")
