"""What is known about a request: condition keys with their values, keys known to be absent, all else unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Context:
    """Request context. Keys in lower case. A key that is neither in `values` nor in `absent` is unknown.

    `closed_families` are key prefixes all of whose values are known (`aws:resourcetag/` where the tags of
    the resource were collected): a key of such a family that has no value is absent.
    """

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()
    closed_families: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, values: Mapping[str, str | bool | Iterable[str]] | None = None, absent: Iterable[str] = ()
    ) -> Context:
        """A context from plain values: `Context.of({"aws:SourceIp": "192.0.2.7"}, absent=["aws:SourceVpce"])`."""
        table: dict[str, tuple[str, ...]] = {}
        for key, value in (values or {}).items():
            if isinstance(value, bool):
                table[key.lower()] = ("true" if value else "false",)
            else:
                table[key.lower()] = (value,) if isinstance(value, str) else tuple(value)
        return cls(table, frozenset(key.lower() for key in absent))

    def get(self, key: str) -> tuple[str, ...] | None:
        """The values of a key (lower case): empty when it is absent, None when nobody knows."""
        found = self.values.get(key)
        if found is not None:
            return found
        if key in self.absent or (self.closed_families and key.startswith(self.closed_families)):
            return ()
        return None

    def over(self, other: Context) -> Context:
        """This context, with what the other says winning where both speak."""
        if not other.values and not other.absent and not other.closed_families:
            return self
        values = {key: v for key, v in self.values.items() if key not in other.absent} | dict(other.values)
        absent = (self.absent | other.absent) - set(other.values)
        return Context(values, absent, (*self.closed_families, *other.closed_families))


EMPTY = Context()


class Layers:
    """Contexts one over the other, each made when a condition or variable first asks: most requests meet none.

    Answers as `first.over(second).over(third)` does.
    """

    __slots__ = ("_layers", "_made")

    def __init__(self, *layers: Callable[[], Context]) -> None:
        self._layers = layers
        self._made: tuple[Context, ...] | None = None

    def get(self, key: str) -> tuple[str, ...] | None:
        """The values of a key (lower case): empty when it is absent, None when nobody knows."""
        if self._made is None:
            self._made = tuple(make() for make in reversed(self._layers))
        for layer in self._made:
            found = layer.values.get(key)
            if found is not None:
                return found
            if key in layer.absent:
                return ()
        closed = any(layer.closed_families and key.startswith(layer.closed_families) for layer in self._made)
        return () if closed else None


Known = Context | Layers
"""What conditions and variables are looked up in."""
