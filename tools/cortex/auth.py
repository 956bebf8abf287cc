"""The headers that prove who we are, fresh for every request.

Source: official Go SDK and vendor's API guide: `x-xdr-auth-id`, `Authorization`, and for advanced keys
`x-xdr-nonce` (64 letters and digits) and `x-xdr-timestamp` (epoch milliseconds); the hash input is key,
nonce and time stamp one after the other, in UTF-8.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import string
from typing import Protocol

import httpx

from tools.cortex.clock import Clock
from tools.cortex.config import AdvancedKey, ClientCredentials, CortexConfig, StandardKey
from tools.cortex.errors import AuthenticationError, BadAnswer, Unavailable

_ALPHABET = string.ascii_letters + string.digits
_NONCE_LENGTH = 64
_EARLY_S = 30.0  # renew a token this long before it ends
_SHORTEST_LIFE_S = 60.0


class Authenticator(Protocol):
    """Gives the headers of one request; `forget` drops what is cached and says whether a second try may
    help.
    """

    async def headers(self, http: httpx.AsyncClient) -> dict[str, str]:
        """Headers for the next request."""

    def forget(self) -> bool:
        """Drop cached proof after a 401."""


def advanced_headers(key_id: str, key: str, nonce: str, timestamp_ms: int) -> dict[str, str]:
    """The four headers of an advanced key."""
    digest = hashlib.sha256(f"{key}{nonce}{timestamp_ms}".encode()).hexdigest()
    return {
        "x-xdr-auth-id": key_id,
        "x-xdr-nonce": nonce,
        "x-xdr-timestamp": str(timestamp_ms),
        "Authorization": digest,
    }


class _Standard:
    def __init__(self, credentials: StandardKey) -> None:
        self._credentials = credentials

    async def headers(self, http: httpx.AsyncClient) -> dict[str, str]:
        return {
            "x-xdr-auth-id": self._credentials.key_id,
            "Authorization": self._credentials.key.get_secret_value(),
        }

    def forget(self) -> bool:
        return False


class _Advanced:
    def __init__(self, credentials: AdvancedKey, clock: Clock) -> None:
        self._credentials = credentials
        self._clock = clock

    async def headers(self, http: httpx.AsyncClient) -> dict[str, str]:
        nonce = "".join(secrets.choice(_ALPHABET) for _ in range(_NONCE_LENGTH))
        key = self._credentials.key.get_secret_value()
        return advanced_headers(self._credentials.key_id, key, nonce, int(self._clock.time() * 1000))

    def forget(self) -> bool:
        return False


class _Token:
    """Client credentials: one token at a time, shared by all requests, renewed before it ends."""

    def __init__(self, credentials: ClientCredentials, clock: Clock) -> None:
        self._credentials = credentials
        self._clock = clock
        self._lock = asyncio.Lock()
        self._token: str | None = None
        self._ends = 0.0

    def __repr__(self) -> str:
        return f"_Token(client_id={self._credentials.client_id!r})"

    async def headers(self, http: httpx.AsyncClient) -> dict[str, str]:
        async with self._lock:
            if self._token is None or self._clock.monotonic() >= self._ends:
                await self._fetch(http)
            return {"Authorization": f"Bearer {self._token}"}

    def forget(self) -> bool:
        had = self._token is not None
        self._token = None
        return had

    async def _fetch(self, http: httpx.AsyncClient) -> None:
        c = self._credentials
        form = {"grant_type": "client_credentials"}
        if c.scope:
            form["scope"] = c.scope
        if c.audience:
            form["audience"] = c.audience
        auth: httpx.Auth = httpx.Auth()
        if c.send == "header":
            auth = httpx.BasicAuth(c.client_id, c.client_secret.get_secret_value())
        else:
            form |= {"client_id": c.client_id, "client_secret": c.client_secret.get_secret_value()}
        response = await http.post(
            c.token_url, data=form, auth=auth, headers={"Accept": "application/json"}, follow_redirects=False
        )
        where = "token endpoint"
        if response.status_code in (400, 401, 403):
            raise AuthenticationError(
                _oauth_reason(response),
                advice="Check the client id, the client secret, the scope and the token URL of the gateway.",
                status=response.status_code,
                where=where,
                outcome="not_sent",
            )
        if response.status_code != 200:
            raise Unavailable(status=response.status_code, where=where, outcome="not_sent")
        self._keep(response, where)

    def _keep(self, response: httpx.Response, where: str) -> None:
        try:
            body = response.json()
            token = body["access_token"]
            life = float(body.get("expires_in", _SHORTEST_LIFE_S + _EARLY_S))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise BadAnswer(
                "no access_token in its answer",
                advice="Check that the token URL is the gateway's OAuth 2.0 token endpoint.",
                status=200,
                where=where,
                outcome="not_sent",
            ) from None
        if not isinstance(token, str) or not token.isascii() or not token.isprintable() or " " in token:
            raise BadAnswer("its access_token is not usable text", where=where, outcome="not_sent")
        self._token = token
        self._ends = self._clock.monotonic() + max(life - _EARLY_S, 1.0)


def _oauth_reason(response: httpx.Response) -> str:
    # Only the two fields that RFC 6749 section 5.2 defines; the rest might repeat what we sent.
    try:
        body = response.json()
        return " ".join(str(body[k]) for k in ("error", "error_description") if isinstance(body.get(k), str))
    except (ValueError, AttributeError):
        return ""


def authenticator(config: CortexConfig, clock: Clock) -> Authenticator:
    """The authenticator that fits the configuration."""
    match config.auth:
        case AdvancedKey():
            return _Advanced(config.auth, clock)
        case StandardKey():
            return _Standard(config.auth)
        case ClientCredentials():
            return _Token(config.auth, clock)
