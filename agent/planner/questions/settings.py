"""What the configuration of a tenant's resources looks like: for each type of asset the keys inside, and values seen."""

# ruff: noqa: E501 (tables and patterns are easier to read in one piece)

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol

Kind = Literal["bool", "number", "text", "time", "object", "array", "null"]
# the first item of an array
FIRST: Final = "[0]"
ITEM: Final = "*"
_SAMPLED: Final = 400
# containers of a pod template have their security context eight keys down
_DEPTH: Final = 9
_MOST_PATHS: Final = 500
_MOST_VALUES: Final = 400
_ITEMS: Final = 12
_LONGEST: Final = 80
_KEY: Final = re.compile(r"[\w .:/@-]{1,60}\Z")
_CAMEL: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_TIME: Final = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2})")
_LONG_ID: Final = re.compile(r"arn:|/subscriptions/|https?://|[0-9a-f]{8}-[0-9a-f-]{20,}\Z")
_ID_LIKE: Final = re.compile(r"(?:[0-9a-f]{8}-[0-9a-f-]{20,}|arn:.*)\Z")
FLUFF: Final = frozenset(
    "enable enabled is has status state config configuration setting settings value id arn in the of block type name "
    "enablement specification spec properties option options mode algorithm".split()
)
_ALIKE: Final = {
    "encrypted": "encrypt", "encryption": "encrypt", "versions": "version", "versioned": "version", "versioning": "version",
    "logging": "log", "logs": "log", "logged": "log", "deletion": "delet", "delete": "delet", "protected": "protect",
    "protection": "protect", "rotated": "rotat", "rotation": "rotat", "monitored": "monitor", "monitoring": "monitor",
    "retention": "retain", "retained": "retain", "public": "public", "publicly": "public", "accessible": "access",
    "auditing": "audit", "audited": "audit", "instances": "instance", "replicated": "replicat", "replication": "replicat",
    "upgrades": "upgrade", "upgraded": "upgrade", "backups": "backup", "sized": "size", "addresses": "address",
    "policies": "policy", "ips": "ip", "keys": "key", "days": "day", "purged": "purge", "devices": "device", "tls": "tls",
    "https": "https", "access": "access", "authentication": "auth", "authenticated": "auth", "authorization": "auth",
}  # fmt: skip


class Asset(Protocol):
    """What is read of an asset."""

    @property
    def type_id(self) -> str: ...
    @property
    def config(self) -> Mapping[str, Any]: ...


def stem(word: str) -> str:
    """A rough stem, so that `encrypted` in a question meets `encryption` in a key."""
    word = word.lower()
    if word in _ALIKE:
        return _ALIKE[word]
    for ending in ("ies", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            return word[: -len(ending)] + ("y" if ending == "ies" else "")
    return word


def key_words(key: str) -> tuple[str, ...]:
    """The stems of a key's words: `DeletionProtection` as `delet`, `protect`."""
    return tuple(stem(part) for part in _CAMEL.findall(key.replace("_", " ").replace("-", " ")))


def words_as_written(key: str) -> tuple[str, ...]:
    """The words of a key in lower case: `DeletionProtection` as `deletion`, `protection`."""
    return tuple(part.lower() for part in _CAMEL.findall(key.replace("_", " ").replace("-", " ")))


@dataclass(slots=True)
class Setting:
    """A place in the configuration of one type; `*` in the path stands for each item of an array."""

    type_id: str
    path: tuple[str, ...]
    kinds: set[Kind] = field(default_factory=set)
    values: dict[str, str] = field(default_factory=dict)
    ids: set[int] = field(default_factory=set)
    """Hashes of long ids (ARNs, resource paths), which are no words of questions, yet tie resources together."""
    seen: int = 0
    always: bool = False
    """Whether every asset of the type that was looked at has a value there."""

    @property
    def kind(self) -> Kind:
        """What stands there, if it is one kind of thing; text otherwise."""
        real = self.kinds - {"null"}
        if len(real) == 1:
            return next(iter(real))
        if real == {"bool", "text"} or not real:
            return "text" if real else "null"
        return "object" if "object" in real else "array" if "array" in real else "text"

    @property
    def leaf(self) -> str:
        return next((step for step in reversed(self.path) if step != ITEM), "")

    @property
    def words(self) -> tuple[str, ...]:
        """Words of the last key; of the one before it where the last has none of its own (`Versioning.Status`)."""
        own = [step for step in self.path if step != ITEM]
        for step in reversed(own):
            found = tuple(word for word in key_words(step) if word not in FLUFF)
            if found:
                return found
        return key_words(own[-1]) if own else ()

    @property
    def whole(self) -> frozenset[str]:
        return frozenset(word for step in self.path if step != ITEM for word in key_words(step))

    @property
    def many(self) -> bool:
        return ITEM in self.path


@dataclass(frozen=True)
class Settings:
    """All places by type, and which have a value."""

    by_type: Mapping[str, tuple[Setting, ...]] = field(default_factory=dict)
    by_value: Mapping[str, tuple[Setting, ...]] = field(default_factory=dict)
    words: frozenset[str] = frozenset()

    def every(self) -> Iterator[Setting]:
        return self.of(self.by_type)

    def of(self, types: Iterable[str]) -> Iterator[Setting]:
        for type_id in types:
            yield from self.by_type.get(type_id, ())

    def of_value(self, value: str, types: frozenset[str]) -> list[Setting]:
        """Places of these types that hold a value."""
        return [s for s in self.by_value.get(value.lower(), ()) if not types or s.type_id in types]


def gather(assets: Iterable[Asset]) -> Settings:
    """The settings of a snapshot, from at most 400 assets of each type."""
    counted: dict[str, int] = defaultdict(int)
    found: dict[str, dict[tuple[str, ...], Setting]] = defaultdict(dict)
    for asset in assets:
        if asset.type_id and asset.config and counted[asset.type_id] < _SAMPLED:
            counted[asset.type_id] += 1
            _walk(asset.type_id, asset.config, (), found[asset.type_id])
    by_value: dict[str, list[Setting]] = defaultdict(list)
    words: set[str] = set()
    for type_id, places in found.items():
        for setting in places.values():
            setting.always = setting.seen >= counted[type_id] and "null" not in setting.kinds
            words |= setting.whole
            for value in setting.values:
                by_value[value].append(setting)
    return Settings(
        {type_id: tuple(places.values()) for type_id, places in found.items()},
        {value: tuple(places) for value, places in by_value.items()},
        frozenset(words),
    )


# keys that are ids of things, not names of settings
_ID_KEY: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-|[0-9a-f]{24,}\Z", re.IGNORECASE)


def _walk(type_id: str, node: Any, path: tuple[str, ...], into: dict[tuple[str, ...], Setting]) -> None:
    if path:
        setting = into.get(path)
        if setting is None:
            if len(into) >= _MOST_PATHS:
                return
            setting = into[path] = Setting(type_id, path)
        setting.seen += 1
        _note(setting, node)
    if len(path) >= _DEPTH:
        return
    if isinstance(node, Mapping):
        for key, value in list(node.items())[:80]:
            if (
                _KEY.match(str(key))
                and not _ID_KEY.match(str(key))
                and str(key).lower() not in ("tags", "tagset", "taglist")
            ):
                _walk(type_id, value, (*path, str(key)), into)
    elif isinstance(node, list):
        for item in node[:_ITEMS]:
            if isinstance(item, Mapping):
                for key, value in list(item.items())[:40]:
                    if _KEY.match(str(key)):
                        _walk(type_id, value, (*path, ITEM, str(key)), into)


def _note(setting: Setting, node: Any) -> None:
    if node is None:
        setting.kinds.add("null")
    elif isinstance(node, bool):
        setting.kinds.add("bool")
        setting.values.setdefault("true" if node else "false", "true" if node else "false")
    elif isinstance(node, int | float):
        setting.kinds.add("number")
        _value(setting, f"{node:g}" if isinstance(node, float) else str(node))
    elif isinstance(node, Mapping):
        setting.kinds.add("object")
    elif isinstance(node, list):
        setting.kinds.add("array")
        for item in node[:_ITEMS]:
            if isinstance(item, str):
                _value(setting, item)
    else:
        text = str(node)
        if not text:
            setting.kinds.add("null")
        if text.lower() in ("true", "false"):
            setting.kinds.add("bool")
        elif _TIME.match(text):
            setting.kinds.add("time")
            return
        else:
            setting.kinds.add("text")
        _value(setting, text)


def _value(setting: Setting, text: str) -> None:
    if _LONG_ID.match(text) and len(setting.ids) < _MOST_VALUES:
        setting.ids.add(hash(text.lower()))
    if 0 < len(text) <= _LONGEST and len(setting.values) < _MOST_VALUES and not _ID_LIKE.match(text):
        setting.values.setdefault(text.lower(), text)
