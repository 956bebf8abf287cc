"""What a failed connection means, and what the headers of an answer say about time."""

from __future__ import annotations

import ssl
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from tools.cortex.clock import Clock
from tools.cortex.errors import (
    AnswerCut,
    BadAnswer,
    CannotConnect,
    CertificateInvalid,
    CortexError,
    InvalidRequest,
    Outcome,
    Timeout,
)


def network_error(error: httpx.HTTPError, where: str, *, write: bool, sent: bool) -> CortexError:
    """The error that a failure of httpx means. Only what happens before a connection stands is `not_sent`."""
    outcome: Outcome = "unknown" if sent else "not_sent"
    common: dict[str, Any] = {"where": where, "write": write, "outcome": outcome}
    if isinstance(error, httpx.ConnectError) and _certificate_trouble(error):
        return CertificateInvalid(_certificate_reason(error), **(common | {"outcome": "not_sent"}))
    if isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout):
        return CannotConnect("no connection in the time allowed", **(common | {"outcome": "not_sent"}))
    if isinstance(error, httpx.TimeoutException):
        return Timeout("it stayed silent longer than the time allowed", **common)
    if isinstance(error, httpx.ConnectError | httpx.ProxyError):
        return CannotConnect(_connect_reason(error), **(common | {"outcome": "not_sent"}))
    if isinstance(error, httpx.UnsupportedProtocol):
        return InvalidRequest("the tenant URL must begin with http:// or https://", **common)
    if isinstance(error, httpx.DecodingError):
        return BadAnswer("a compressed answer that does not unpack", **common)
    if isinstance(error, httpx.LocalProtocolError):
        return InvalidRequest("the request could not be put on the wire", **common)
    return AnswerCut(**common)


def _chain(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in found:
        found.append(current)
        current = current.__cause__ or current.__context__
    return found


def _certificate_trouble(error: BaseException) -> bool:
    return any(isinstance(e, ssl.SSLError) for e in _chain(error)) or "CERTIFICATE_VERIFY_FAILED" in str(
        error
    )


def _certificate_reason(error: BaseException) -> str:
    for e in _chain(error):
        if isinstance(e, ssl.SSLCertVerificationError):
            return str(e.verify_message)
    return "the TLS handshake failed"


def _connect_reason(error: BaseException) -> str:
    for e in _chain(error):
        if isinstance(e, ConnectionRefusedError):
            return "the connection was refused"
        if type(e).__name__ == "gaierror":
            return "the host name is not known"
    return ""


def retry_after_s(value: str | None, clock: Clock) -> float | None:
    """Seconds to wait by a `Retry-After` header, in either of its two forms."""
    if not value:
        return None
    if value.strip().isascii() and value.strip().isdigit():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - clock.time())
    except (ValueError, TypeError, OverflowError):
        return None


def clock_skew_s(date: str | None, clock: Clock) -> float | None:
    """How far this machine's clock is behind the server's, by its `Date` header."""
    try:
        return None if not date else parsedate_to_datetime(date).timestamp() - clock.time()
    except (ValueError, TypeError, OverflowError):
        return None


def tls_settings(verify: bool | str) -> ssl.SSLContext | bool:
    """What httpx takes as `verify`: a CA file becomes a context."""
    if not isinstance(verify, str):
        return verify
    try:
        return ssl.create_default_context(cafile=verify)
    except (OSError, ssl.SSLError):
        raise InvalidRequest(
            f"the CA file {verify} cannot be read",
            advice="Give the path of a PEM file with the certificate authority.",
            outcome="not_sent",
        ) from None
