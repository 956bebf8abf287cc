"""Fetches over HTTP: encrypted except on this machine, bounded in size and time, tried again where that can help.

Nothing that is secret gets into an error: neither headers nor bodies nor what an address carries besides its place.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx
import stamina
from pydantic import SecretStr

from tools.priority.errors import IntelError

MOST_BYTES = 500_000_000
_LONGEST_WAIT_S = 60.0
_AGAIN = {429, 500, 502, 503, 504}


@dataclass(frozen=True)
class Login:
    """A user with a password, or a token; neither is ever shown."""

    user: str = ""
    password: SecretStr | None = None
    token: SecretStr | None = None

    def headers(self) -> dict[str, str]:
        """What proves who asks."""
        if self.token is not None:
            return {"Authorization": f"Bearer {self.token.get_secret_value()}"}
        return {}

    def basic(self) -> httpx.BasicAuth | None:
        """For a user with a password."""
        if self.token is None and self.user and self.password is not None:
            return httpx.BasicAuth(self.user, self.password.get_secret_value())
        return None


NOBODY = Login()


@dataclass(frozen=True)
class Patience:
    """How often to try, and how long to wait in between (seconds)."""

    attempts: int = 4
    first_wait_s: float = 1.0
    longest_wait_s: float = 20.0
    timeout_s: float = 120.0


@dataclass(frozen=True)
class Fetched:
    """An answer of status 200."""

    data: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def content_type(self) -> str:
        """Media type in lower case."""
        return self.headers.get("content-type", "").lower()


class _TryAgain(IntelError):
    def __init__(self, message: str, wait_s: float | None) -> None:
        super().__init__(message)
        self.wait_s = wait_s


class Fetcher:
    """Fetches from one place as one login. Redirects are followed without a login only, and never out of TLS."""

    def __init__(
        self, login: Login = NOBODY, patience: Patience | None = None, *, most_bytes: int = MOST_BYTES
    ) -> None:
        self._patience = patience or Patience()
        self._most_bytes = most_bytes
        anonymous = not login.headers() and login.basic() is None
        self._client = httpx.AsyncClient(
            timeout=self._patience.timeout_s,
            follow_redirects=anonymous,
            headers=login.headers(),
            auth=login.basic(),
            event_hooks={"request": [_only_safe]},
        )

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.__aexit__(kind, error, trace)

    async def get(
        self, url: str, params: Mapping[str, str | int] | None = None, *, accept: str = "*/*"
    ) -> Fetched:
        """One answer, with its retries. Raises `IntelError` with what to do."""
        check_address(url)

        def again(error: Exception) -> bool | float:
            if isinstance(error, _TryAgain):
                return True if error.wait_s is None else error.wait_s
            return False

        async for attempt in stamina.retry_context(
            on=again,
            attempts=self._patience.attempts,
            timeout=None,
            wait_initial=self._patience.first_wait_s,
            wait_max=self._patience.longest_wait_s,
        ):
            with attempt:
                return await self._once(url, params, accept)
        raise IntelError(f"{place_of(url)} gave no answer.")  # pragma: no cover - the loop returns or raises

    async def _once(self, url: str, params: Mapping[str, str | int] | None, accept: str) -> Fetched:
        place = place_of(url)
        try:
            async with self._client.stream("GET", url, params=params, headers={"Accept": accept}) as answer:
                if answer.status_code != 200:
                    raise _refused(answer, place)
                chunks: list[bytes] = []
                size = 0
                async for chunk in answer.aiter_bytes():
                    size += len(chunk)
                    if size > self._most_bytes:
                        raise IntelError(
                            f"{place} sent more than {self._most_bytes // 1_000_000} MB; no such feed is that large."
                        )
                    chunks.append(chunk)
                return Fetched(b"".join(chunks), {k.lower(): v for k, v in answer.headers.items()})
        except httpx.TimeoutException:
            raise _TryAgain(f"{place} did not answer in time. Check the network.", None) from None
        except httpx.TransportError as error:
            raise _TryAgain(
                f"{place} could not be reached ({type(error).__name__}). Check the address and the network.",
                None,
            ) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise IntelError(
                f"{place} could not be fetched ({type(error).__name__}). Check the address."
            ) from None


async def _only_safe(request: httpx.Request) -> None:
    """Also for where a redirect leads."""
    check_address(str(request.url))


def check_address(url: str) -> None:
    """Raise `IntelError` unless an address is https, or http on this machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        raise IntelError("That is no address. Give one that begins with https://.") from None
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and _here(host))):
        raise IntelError(
            f"{place_of(url)} is not https. Only https:// is fetched; load it down and use `posture intel import`."
        )


def _here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def place_of(url: str) -> str:
    """Where an address leads, without login, query and fragment: those may hold secrets."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
        return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}"[:300]
    except ValueError:
        return "that address"


def _refused(answer: httpx.Response, place: str) -> IntelError:
    status = answer.status_code
    if status in _AGAIN:
        text = answer.headers.get("retry-after", "")
        wait = float(text) if text.isascii() and text.isdigit() else None
        if wait is not None and wait > _LONGEST_WAIT_S:
            return IntelError(f"{place} is busy for {wait:.0f} more seconds. Try again then.")
        return _TryAgain(f"{place} answered {status}, several times. Try again later.", wait)
    if status in {401, 403}:
        return IntelError(f"{place} answered {status}: the login is missing, wrong or may not read this.")
    if status in {301, 302, 303, 307, 308}:
        return IntelError(
            f"{place} redirects elsewhere, and a login goes to no other place. Check the address."
        )
    return IntelError(f"{place} answered {status}. Check the address.")
