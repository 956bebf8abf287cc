"""What a CVSS vector says of a flaw: whether a stranger gets anything by it from afar.

Vectors of versions 2, 3 and 4 come as text; a part that is not there says nothing.
"""

from __future__ import annotations

import re
from functools import lru_cache

_NO_NETWORK = ("AV:L", "AV:P")
_ONLY_STOPS = re.compile(r"/V?C:N/V?I:N(?:/|$)")
_BEYOND = re.compile(r"/S[CI]:[LH]")
"""CVSS 4 speaks apart of the systems behind the one that has the flaw."""


@lru_cache(maxsize=16_384)
def remote(vector: str) -> bool | None:
    """Whether a CVSS vector says that the flaw works over the network without an account; None if it does not say.

    One that only stops a service does nothing for an intruder: it reads nothing and changes nothing.
    """
    if any(part in vector for part in _NO_NETWORK):
        return False
    if _ONLY_STOPS.search(vector) and not _BEYOND.search(vector):
        return False
    if "AV:N" not in vector and "AV:A" not in vector:
        return None
    return "PR:N" in vector and "UI:R" not in vector
