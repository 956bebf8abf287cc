"""Who may speak: the key headers of each request, fresh, and seen only once.

Standard keys are compared as they are; advanced keys by the SHA-256 of key, nonce and time stamp. A time
stamp outside the window, or a nonce that was seen within it, is refused with 401 like a wrong key.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping

from tools.tenant.server.answers import ApiError
from tools.tenant.server.config import TenantConfig

UNAUTHORIZED = "Public API request unauthorized"
_NONCE = re.compile(r"[A-Za-z0-9]{32,128}")
_MOST_NONCES = 200_000


class Guard:
    """Checks the headers of requests. Safe to use from several threads."""

    def __init__(self, config: TenantConfig, now: Callable[[], float] = time.time) -> None:
        self._config = config
        self._now = now
        self._seen: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, headers: Mapping[str, str]) -> None:
        """Raise `ApiError` 401 unless the headers prove the key."""
        key = self._config.key.get_secret_value()
        given = headers.get("authorization", "")
        if not _same(headers.get("x-xdr-auth-id", ""), self._config.key_id):
            raise ApiError(401, UNAUTHORIZED)
        if self._config.key_type == "standard":
            if not _same(given, key):
                raise ApiError(401, UNAUTHORIZED)
            return
        nonce, stamp = headers.get("x-xdr-nonce", ""), headers.get("x-xdr-timestamp", "")
        if not _NONCE.fullmatch(nonce) or not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 16):
            raise ApiError(401, UNAUTHORIZED)
        if not _same(given, hashlib.sha256(f"{key}{nonce}{stamp}".encode()).hexdigest()):
            raise ApiError(401, UNAUTHORIZED)
        self._fresh(nonce, int(stamp) / 1000)

    def _fresh(self, nonce: str, stamp_s: float) -> None:
        now = self._now()
        window = self._config.clock_window_s
        if abs(now - stamp_s) > window:
            raise ApiError(401, UNAUTHORIZED)
        with self._lock:
            while self._seen:
                oldest, at = next(iter(self._seen.items()))
                # A stamp may lie one window ahead, so a nonce matters for two.
                if at + 2 * window >= now and len(self._seen) < _MOST_NONCES:
                    break
                del self._seen[oldest]
            if nonce in self._seen:
                raise ApiError(401, UNAUTHORIZED)
            self._seen[nonce] = now


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode("utf-8", "replace"))
