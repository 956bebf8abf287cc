"""Ranges of addresses and of ports."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from functools import lru_cache


@lru_cache(maxsize=65536)
def network(text: str) -> ipaddress.IPv4Network | None:
    """A range of IPv4 addresses, or None."""
    try:
        return ipaddress.IPv4Network(text.strip(), strict=False)
    except ValueError:
        return None


@lru_cache(maxsize=65536)
def address(text: str) -> ipaddress.IPv4Address | None:
    """An IPv4 address, or None."""
    try:
        return ipaddress.IPv4Address(text.strip())
    except ValueError:
        return None


def inside(inner: str, outer: str) -> bool:
    """Whether one range lies in another."""
    one, other = network(inner), network(outer)
    return one is not None and other is not None and one.subnet_of(other)


def holds(cidr: str, addresses: Iterable[str]) -> bool:
    """Whether any of the addresses lies in a range."""
    whole = network(cidr)
    return whole is not None and any((a := address(x)) is not None and a in whole for x in addresses)


def left(first: int, last: int, taken: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """What of a range of ports is not taken."""
    at = first
    for low, high in sorted(taken):
        if high < at or low > last:
            continue
        if low > at:
            yield at, low - 1
        at = max(at, high + 1)
    if at <= last:
        yield at, last
