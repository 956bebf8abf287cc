"""Arrays in the configuration of a tenant's assets, learned: what one item is called, and what it holds."""

# ruff: noqa: E501 (tables are easier to read in one piece)

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from agent.planner.questions.estate import Estate
from agent.planner.questions.settings import ITEM, Setting, key_words

# last words of keys that name nothing by themselves: the word before, or the array's own, is the noun
_BARE: Final = frozenset({"name", "id", "arn", "value", "key", "identifier", "list", "set", "config", "info"})
# too common to name a value by themselves
_PLAIN: Final = frozenset(
    "type status state mode kind number version date time size count address group".split()
)
_NAMES: Final = ("name", "id", "value", "role", "key", "arn", "email", "type")
# what people call items whose key says something else: words of the key -> nouns
CALLED: Final[Mapping[str, tuple[str, ...]]] = {
    "ip permission": (
        "rule",
        "inbound rule",
        "ingress rule",
        "ingress",
        "entry",
        "security group rule",
        "firewall rule",
    ),
    "ip permission egres": ("outbound rule", "egress rule", "egress"),
    "security rule": (
        "rule",
        "inbound rule",
        "nsg rule",
        "security group rule",
        "firewall rule",
        "ingress rule",
    ),
    "firewall rule": ("rule", "ip rule", "address rule"),
    "ip rule": ("rule", "address rule", "ip address rule"),
    "ip security restriction": ("access restriction", "ip restriction", "rule", "access rule", "ip rule"),
    "entry": ("rule", "acl entry", "acl rule", "nacl entry", "network acl entry", "network acl rule"),
    "allowed": ("allow rule", "rule", "allowed protocol"),
    "binding": ("role binding", "iam binding", "policy binding", "grant"),
    "target health description": ("target", "registered target"),
    "item": ("metadata item", "metadata"),
    "mfa device": ("mfa", "mfa device"),
    "env": ("environment variable", "env var", "variable"),
    "environment variable": ("env var", "variable"),
    "ip configuration": ("ip configuration",),
    "container": ("container",),
    "authorized network": ("authorised network", "network"),
    "create volume permission": ("share", "shared account", "sharing"),
    "attached managed policy": ("attached policy", "managed policy", "policy attachment"),
    "statement": (
        "policy statement",
        "trust statement",
        "trust relationship statement",
        "trust policy statement",
    ),
}
# other words of fields: words of the leaf -> nouns
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "from port": ("port", "open port", "port range", "destination port", "from port", "first port"),
    "to port": ("port", "open port", "port range", "to port", "last port"),
    "destination port range": ("port", "open port", "port range", "destination port"),
    "port": ("open port", "exposed port", "listening port"),
    "container port": ("port", "exposed port"),
    "cidr ip": ("cidr", "source", "range", "address range", "source range", "network", "ip range", "source cidr", "cidr block", "cidr range"),
    "cidr block": ("cidr", "source", "range", "address range", "network"),
    "source address prefix": ("cidr", "source", "range", "address range", "source range", "source address", "ip range", "source cidr"),
    "source range": ("cidr", "source", "range", "address range", "ip range", "source cidr"),
    "destination cidr block": ("destination", "cidr", "range"),
    "ip address": ("source", "address", "ip", "range"),
    "start ip address": ("address", "start address", "range"),
    "ip protocol": ("protocol",),
    "rule action": ("action",),
    "access": ("action",),
    "member": ("principal", "grantee"),
    "role": ("granted role",),
    "service": ("trusted service", "principal"),
    "policy name": ("policy",),
    "verb": ("action", "permission"),
}  # fmt: skip
SOURCES: Final = frozenset(
    {"cidr ip", "cidr ipv 6", "source address prefix", "source range", "cidr block", "ip address"}
)
PORTS: Final = frozenset({"from port", "to port", "destination port range", "port", "container port"})


# the stems of a name, and the one that it ends with
Noun = tuple[frozenset[str], str]


def noun(words: Iterable[str]) -> Noun:
    given = tuple(words)
    return frozenset(given), given[-1] if given else ""


def _said(words: Iterable[str]) -> str:
    return " ".join(words)


@dataclass(frozen=True)
class Field:
    """A value of an item: `path` is from the item on (empty: the item itself); `*` once more where it is an array of its own."""

    path: tuple[str, ...]
    kind: str
    values: Mapping[str, str]

    @property
    def leaf(self) -> str:
        return next((step for step in reversed(self.path) if step != ITEM), "")

    @cached_property
    def words(self) -> tuple[str, ...]:
        return key_words(self.leaf)

    @cached_property
    def said(self) -> str:
        """The key as words."""
        parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", self.leaf)
        return " ".join(part.lower() for part in parts) or "value"

    @cached_property
    def plain_values(self) -> Mapping[str, str]:
        """The values without signs: USER_MANAGED is "user-managed"."""
        flat = {re.sub(r"[\W_]+", "", low): low for low in self.values}
        return {plain: low for plain, low in flat.items() if plain}

    @property
    def nested(self) -> bool:
        return ITEM in self.path or self.kind == "array"


@dataclass(frozen=True)
class Array:
    """An array of one type of asset. `path` leads to it; `fields` are what its items hold.

    `around` are address ranges that hold for all items (those of a firewall rule); their paths begin at the asset.
    """

    type_id: str
    path: tuple[str, ...]
    fields: tuple[Field, ...]
    around: tuple[Field, ...] = ()

    @cached_property
    def words(self) -> tuple[str, ...]:
        found = key_words(self.path[-1])
        while len(found) > 1 and found[-1] in ("list", "set"):
            found = found[:-1]
        return found

    @cached_property
    def nouns(self) -> frozenset[Noun]:
        """What an item is called."""
        nouns = {noun(self.words[n:]) for n in range(len(self.words))}
        nouns |= {noun((first, self.words[-1])) for first in self.words[:-1]}
        if len(self.path) > 1:
            before = key_words(self.path[-2])
            nouns.add(noun((*before[-1:], *self.words)))
        for called in CALLED.get(_said(self.words), ()):
            nouns.add(noun(stems(called)))
        if self.words == ("key",):
            # keys of a service account are items of their own, and no keys of objects
            return frozenset({*(n for n in nouns if not n[0] <= _BARE), noun(("key",))})
        return frozenset(n for n in nouns if not n[0] <= _BARE)

    def named(self, field: Field) -> frozenset[Noun]:
        """What a value of an item is called."""
        kept: dict[tuple[str, ...], frozenset[Noun]] = self.__dict__.setdefault("_named", {})
        if field.words not in kept:
            kept[field.words] = self._named_by(field.words)
        return kept[field.words]

    def _named_by(self, words: tuple[str, ...]) -> frozenset[Noun]:
        core = words
        while len(core) > 1 and core[-1] in _BARE:
            core = core[:-1]
        nouns: set[Noun] = set()
        if core and not (len(core) == 1 and core[0] in _BARE):
            nouns |= {noun(words), noun(core)}
            if len(core) == 1 or core[-1] not in _PLAIN:
                nouns.add(noun(core[-1:]))
            nouns |= {noun((self.words[-1], *core)), noun((*self.words, *core))}
            if len(core) > 2:
                nouns |= {noun((first, core[-1])) for first in core[:-1]}
        elif words:
            nouns.add(noun((self.words[-1], *words)))
        for called in FIELDS.get(_said(words), ()):
            nouns.add(noun(stems(called)))
        # the "key id" of an access key id
        short = [noun(words[1:])] if len(words) > 2 else []
        return frozenset([*short, *(n for n in nouns if n[0] and not n[0] <= _BARE)])

    @cached_property
    def shown(self) -> tuple[Field, ...]:
        """What tells an item to people: its name or the like first, at most six values."""
        plain = [f for f in self.fields if f.kind in ("text", "number", "bool", "time") and not f.nested]
        if not plain:
            return tuple(f for f in self.fields if f.nested and f.kind != "object")[:2]

        def order(field: Field) -> tuple[int, int]:
            last = field.words[-1] if field.words else "value"
            return len(field.path), _NAMES.index(last) if last in _NAMES else len(_NAMES)

        return tuple(sorted(plain, key=order)[:6])


def stems(text: str) -> tuple[str, ...]:
    return tuple(word for part in text.split() for word in key_words(part))


def arrays_of(estate: Estate, types: Iterable[str]) -> tuple[Array, ...]:
    """The arrays of these types; kept with the estate."""
    kept: dict[str, tuple[Array, ...]] = estate.__dict__.setdefault("_arrays", {})
    found: list[Array] = []
    for type_id in sorted(types):
        if type_id not in kept:
            kept[type_id] = tuple(_gathered(estate.settings.by_type.get(type_id, ())))
        found += kept[type_id]
    return tuple(found)


def _gathered(settings: tuple[Setting, ...]) -> Iterator[Array]:
    for setting in settings:
        if "array" not in setting.kinds or not _by_itself(setting.path):
            continue
        size = len(setting.path)
        inside = [
            s
            for s in settings
            if len(s.path) > size + 1 and s.path[:size] == setting.path and s.path[size] == ITEM
        ]
        fields = tuple(
            Field(s.path[size + 1 :], s.kind, s.values)
            for s in inside
            if s.kind not in ("object", "null")
            and s.path[size + 1 :].count(ITEM) < 2
            and not _holds(s, inside)
        )
        if fields or setting.values:
            around = tuple(
                Field(s.path, s.kind, s.values)
                for s in settings
                if fields
                and ITEM not in setting.path
                and ITEM not in s.path
                and s.path != setting.path
                and _said(key_words(s.leaf)) in SOURCES
            )
            if fields or ITEM not in setting.path:
                yield Array(
                    setting.type_id, setting.path, fields or (Field((), "text", setting.values),), around
                )


def _by_itself(path: tuple[str, ...]) -> bool:
    """Whether an array is asked about by itself: one inside of items only where it lies deep in them (statements of versions)."""
    if ITEM not in path:
        return True
    at = path.index(ITEM)
    return ITEM not in path[at + 1 :] and len(path) > at + 2


def _holds(setting: Setting, others: list[Setting]) -> bool:
    """Whether an array holds objects, whose values stand for it."""
    if setting.kind != "array":
        return False
    size = len(setting.path)
    return any(len(o.path) > size and o.path[:size] == setting.path for o in others)
