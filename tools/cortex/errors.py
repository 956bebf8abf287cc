"""What can go wrong between us and a Cortex tenant, as types a caller can tell apart.

Every error carries one sentence of advice that is fit to be shown to a person (`advice`), the server's own
words with control characters removed and cut to a readable length (`detail`), and, for writes, whether the
request can be repeated without doing its effect twice (`safe_to_retry`). No error ever holds a key, a token,
a header or a request body.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from tools.cortex.text import printable

Outcome = Literal["not_sent", "refused", "unknown"]
"""What became of the request: it never left, the server turned it down, or nobody can know."""


class CortexError(Exception):
    """Anything that stops a call to the tenant. `str(error)` is the summary, the detail, then the advice."""

    summary: ClassVar[str] = "The call to Cortex failed."
    default_advice: ClassVar[str] = "Try again; if it keeps failing, run `posture doctor`."
    kind: ClassVar[str] = "error"

    def __init__(
        self,
        detail: str = "",
        *,
        advice: str | None = None,
        status: int | None = None,
        code: str | None = None,
        where: str = "",
        outcome: Outcome = "unknown",
        retry_after_s: float | None = None,
        write: bool = False,
    ) -> None:
        self.detail = printable(detail, limit=500)
        self.advice = advice or self.default_advice
        self.status = status
        self.code = code
        self.where = where
        self.outcome: Outcome = outcome
        self.retry_after_s = retry_after_s
        self.write = write
        super().__init__(self.message)

    @property
    def safe_to_retry(self) -> bool:
        """True only if it is certain that nothing happened at the tenant: always so for a read."""
        return not self.write or self.outcome in ("not_sent", "refused")

    @property
    def message(self) -> str:
        parts = [self.summary if not self.where else f"{self.summary[:-1]} ({self.where})."]
        if self.detail:
            parts.append(f"It said: {self.detail}" + ("" if self.detail[-1] in ".!?" else "."))
        parts.append(self.advice)
        return " ".join(parts)

    def __str__(self) -> str:
        return self.message

    def __repr__(self) -> str:
        return f"{type(self).__name__}(status={self.status}, where={self.where!r}, outcome={self.outcome!r})"


class AuthenticationError(CortexError):
    """401: wrong key, wrong key id, wrong key type, or a clock that is off."""

    summary = "Cortex does not accept the key."
    default_advice = (
        "Check the key id, the key, whether it is a standard or an advanced key, and this machine's clock."
    )
    kind = "authentication"


class PermissionDenied(CortexError):
    """403: the key is good, its role may not do this."""

    summary = "The key's role may not do this."
    default_advice = "Ask a tenant administrator to give the key a role with this permission."
    kind = "permission"


class LicenceMissing(CortexError):
    """402: the tenant's licence lacks this API."""

    summary = "The tenant's licence does not include this API."
    default_advice = "Use a feature that the tenant is licensed for, or ask the account team about this one."
    kind = "licence"


class QuotaExceeded(CortexError):
    """The tenant's XQL quota is used up."""

    summary = "The tenant's query quota is used up."
    default_advice = "Wait until the quota renews, or narrow the query; `xql/get_quota` shows what is left."
    kind = "quota"


class RateLimited(CortexError):
    """429: too many requests."""

    summary = "Cortex asks us to slow down."
    default_advice = "Wait a minute and try again."
    kind = "rate"


class ParallelLimit(RateLimited):
    """The tenant runs as many XQL jobs as it allows (four) already."""

    summary = "The tenant is running as many queries as it allows."
    default_advice = "Wait for the running queries to finish and try again."


class NotFound(CortexError):
    """404, or a search by id that found nothing."""

    summary = "Cortex does not know this item."
    default_advice = "Check the id; the key may also be limited to accounts that do not include it."
    kind = "not_found"


class InvalidRequest(CortexError):
    """400: a field, an operator or a value is wrong, or our own check refused it before sending."""

    summary = "Cortex does not accept this request."
    default_advice = "Correct the field, operator or value that is named, then try again."
    kind = "invalid"


class XqlFailed(InvalidRequest):
    """The query was accepted, ran, and failed."""

    summary = "The query failed."
    default_advice = "Check the query with `posture xql check`, correct it and run it again."
    kind = "xql_failed"


class CommandRefused(InvalidRequest):
    """A War Room text that a tenant would carry out as a command; it is never sent."""

    summary = "This text would be run as a command in the War Room, so it was not sent."
    default_advice = "Begin the comment with a word instead of `!` or `/`."
    kind = "command_refused"


class Unavailable(CortexError):
    """5xx, a connection that could not be made, or an answer that is not Cortex's."""

    summary = "Cortex is not available."
    default_advice = "Wait a few minutes and try again; if it stays, check the tenant's status page."
    kind = "unavailable"


class CannotConnect(Unavailable):
    """No connection: name not found, refused, or unreachable."""

    summary = "No connection to the tenant could be made."
    default_advice = "Check the tenant URL, the network and any proxy, then try again."
    kind = "connect"


class CertificateInvalid(CannotConnect):
    """The TLS certificate of the tenant was not accepted (expired, self-signed, wrong name)."""

    summary = "The tenant's TLS certificate is not valid."
    default_advice = (
        "Have the certificate renewed; if a proxy of yours re-signs the traffic, give its CA file as the "
        "setting for certificate checks."
    )
    kind = "certificate"


class BadAnswer(Unavailable):
    """An answer that is not JSON (HTML from a proxy or login page), or JSON of a shape we don't know."""

    summary = "The answer did not come from the Cortex API."
    default_advice = (
        "Check that the tenant URL is the API address (https://api-<tenant>) and that no proxy or login page "
        "answers instead."
    )
    kind = "bad_answer"


class AnswerTooLarge(BadAnswer):
    """An answer above the size we accept."""

    summary = "The answer is larger than we accept."
    default_advice = "Ask for less: narrow the filter or lower the limit."
    kind = "too_large"


class AnswerCut(Unavailable):
    """The connection ended before the answer did."""

    summary = "The connection broke before the answer was complete."
    default_advice = "Try again; if it keeps breaking, check proxies between this machine and the tenant."
    kind = "cut"


class Timeout(CortexError):
    """No complete answer in the time allowed, or a query that did not end in its time."""

    summary = "Cortex did not answer in time."
    default_advice = "Try again, narrow the request, or raise the time-out setting."
    kind = "timeout"
