"""Reads raw configurations whose spelling differs: a scanner's snake_case, the cloud's own CamelCase, ARM's
camelCase.

Names are matched without case, `_`, `-` and spaces; nested envelopes (`properties`, `configuration`,
`attributes`) are looked through. Nothing here raises on a wrong shape: a value of another type reads as
missing.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

_ENVELOPES = (
    "properties",
    "configuration",
    "attributes",
    "supplementaryconfiguration",
    "cluster",
    "keymetadata",
    "domainstatus",
    "role",
    "user",
    "table",
    "dbinstance",
)
_DEEPEST = 4  # envelopes in envelopes; deeper is no configuration
_DROP = str.maketrans("", "", "_- ")


@lru_cache(maxsize=8192)
def plain(name: str) -> str:
    """A name without case and separators."""
    return name.translate(_DROP).lower()


@lru_cache(maxsize=8192)
def _plain_names(names: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Plain names, and the envelopes among them. Most objects of a kind have the same names in the same order."""
    found = tuple(plain(str(name)) for name in names)
    return found, tuple(envelope for envelope in _ENVELOPES if envelope in found)


class View:
    """A read-only look at one object of a raw configuration."""

    __slots__ = ("_depth", "_names", "raw")

    def __init__(self, raw: Any, depth: int = 0) -> None:
        self._depth = depth
        self.raw: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {}
        self._names: dict[str, Any] | None = None

    def __bool__(self) -> bool:
        return bool(self.raw)

    @property
    def names(self) -> dict[str, Any]:
        """Values by plain name, the object's own before those of its envelopes."""
        if self._names is None:
            names, envelopes = _plain_names(tuple(self.raw))
            own = dict(zip(names, self.raw.values(), strict=True))
            for envelope in envelopes:
                inner = own.get(envelope)
                if isinstance(inner, Mapping) and self._depth < _DEEPEST:
                    own = {**View(inner, self._depth + 1).names, **own}
            self._names = own
        return self._names

    def has(self, *names: str) -> bool:
        """Whether any of the names is there, even with an empty value."""
        return any(plain(name) in self.names for name in names)

    def get(self, *names: str) -> Any:
        """The first of the names that has a value other than None."""
        own = self.names if self._names is None else self._names
        for name in names:
            value = own.get(plain(name))
            if value is not None:
                return value
        return None

    def text(self, *names: str) -> str:
        """A text or number as text; empty when missing."""
        value = self.get(*names)
        if isinstance(value, str):
            return value
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""

    def flag(self, *names: str) -> bool | None:
        """A yes or no in any usual form; None when missing or neither."""
        value = self.get(*names)
        if isinstance(value, bool):
            return value
        if isinstance(value, str):
            low = value.strip().lower()
            if low in {"true", "enabled", "yes", "on", "1"}:
                return True
            if low in {"false", "disabled", "no", "off", "0"}:
                return False
        return None

    def at(self, *names: str) -> View:
        """A nested object; an empty view when missing."""
        return View(self.get(*names))

    def each(self, *names: str) -> Iterator[View]:
        """The objects of a nested list."""
        for item in items(self.get(*names)):
            if isinstance(item, Mapping):
                yield View(item)

    def texts(self, *names: str) -> list[str]:
        """The texts of a nested list (or one text)."""
        return [item for item in items(self.get(*names)) if isinstance(item, str)]


def items(value: Any) -> list[Any]:
    """A value as a list: lists as they are, None as none, anything else as one."""
    if value is None:
        return []
    if isinstance(value, (list, tuple, set, frozenset)):
        return list(value)
    return [value]


def parsed(value: Any) -> Any:
    """A JSON document that may come as text, also URL-encoded as IAM sends it; None if it is neither."""
    if isinstance(value, (Mapping, list)):
        return value
    if not isinstance(value, str) or not value.strip():
        return None
    for candidate in (value, unquote(value)):
        try:
            found = json.loads(candidate)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, (Mapping, list)):
            return found
    return None


def ids(values: Iterable[Any], *names: str) -> list[str]:
    """Identifiers from a list of texts or of objects that name them."""
    found = []
    for value in values:
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, Mapping):
            text = View(value).text(*names)
            if text:
                found.append(text)
    return found


@lru_cache(maxsize=8192)
def openness(cidr: str) -> float:
    """How much of the internet an address range is: 1 for all of it, 0 for private or single addresses.

    A public range wider than /16 counts by its width, so that `0.0.0.0/1` is not taken for a restriction.
    """
    low = cidr.strip().lower()
    if low in {"*", "any", "internet"}:
        return 1.0
    try:
        network = ipaddress.ip_network(low, strict=False)
    except ValueError:
        return 0.0
    if network.prefixlen == 0:
        return 1.0
    if network.is_private or network.is_multicast:
        return 0.0
    widest = 16 if network.version == 4 else 32
    return max(0.0, 1.0 - network.prefixlen / widest) if network.prefixlen < widest else 0.0


# C0 and C1 controls, zero-width characters, bidi embeddings and isolates, byte order mark.
_RANGES = ((0, 32), (127, 160), (0x200B, 0x2010), (0x202A, 0x202F), (0x2060, 0x206A), (0xFEFF, 0xFF00))
_HIDDEN = dict.fromkeys(code for first, last in _RANGES for code in range(first, last))


@lru_cache(maxsize=16384)
def shown(text: str, limit: int = 120) -> str:
    """A name or value of the estate, fit for our sentences: one line, no hidden characters, bounded."""
    clean = " ".join(text.replace("\n", " ").replace("\t", " ").translate(_HIDDEN).split())
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"
