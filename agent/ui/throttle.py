"""How often someone may get a password wrong."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable


class LoginThrottle:
    """Counts wrong passwords per key (a name, an address) in a sliding window.

    After `limit` of them within `window_s` seconds the key waits until the oldest has left the window.
    Attempts made while waiting are not counted, so nobody can be locked out for ever. At most `keys` keys are
    remembered.
    """

    def __init__(
        self,
        *,
        limit: int = 5,
        window_s: float = 300.0,
        keys: int = 10_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit = limit
        self._window = window_s
        self._keys = keys
        self._clock = clock
        self._wrong: OrderedDict[str, deque[float]] = OrderedDict()

    def wait(self, *keys: str) -> float:
        """Seconds until the next attempt is allowed for all of the keys; 0 when it is allowed now."""
        now = self._clock()
        longest = 0.0
        for key in keys:
            times = self._recent(key, now)
            if len(times) >= self._limit:
                longest = max(longest, times[0] + self._window - now)
        return longest

    def wrong(self, *keys: str) -> None:
        """Count a wrong password."""
        now = self._clock()
        for key in keys:
            times = self._recent(key, now)
            times.append(now)
            self._wrong[key] = times
            self._wrong.move_to_end(key)
        while len(self._wrong) > self._keys:
            self._wrong.popitem(last=False)

    def right(self, *keys: str) -> None:
        """Forget the wrong ones."""
        for key in keys:
            self._wrong.pop(key, None)

    def _recent(self, key: str, now: float) -> deque[float]:
        times = self._wrong.get(key, deque())
        while times and now - times[0] >= self._window:
            times.popleft()
        return times
