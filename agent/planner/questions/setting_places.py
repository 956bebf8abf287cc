"""Places in the configuration of some types of asset, found by the words that a question has for them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from agent.planner.questions.estate import Estate
from agent.planner.questions.setting_words import ALIKE, LIGHT, TURNING
from agent.planner.questions.settings import ITEM, Setting, key_words, stem

_ENDINGS: Final = ("ation", "ition", "ing", "ed", "ion", "e")
_NO: Final = re.compile(
    r"(?:false|disabled|off|none|no|suspended|inactive|never|0|optional|not_enabled|unencrypted|unset|n/a)\Z"
)
# one thing that each cloud calls otherwise: which Kubernetes a cluster runs
_CLUSTER: Final = re.compile(r"EKS_CLUSTER|KUBERNETES_CLUSTER")
_VERSIONS: Final = frozenset({"version", "kubernetesVersion", "currentMasterVersion"})
_OF_CLUSTERS: Final = ("kubernetes", "master", "cluster", "control", "plane")
# keys that are called otherwise by people
_SAME: Final = {"natIP": ("public", "ip"), "PublicIpAddress": ("public", "ip")}
# states that a provider documents, though nothing may be in one just now
_STATES: Final = {
    "KeyState": ("Enabled", "Disabled", "PendingDeletion", "PendingImport", "Unavailable"),
    "PingStatus": ("Online", "ConnectionLost", "Inactive"),
    "DBInstanceStatus": ("available", "stopped", "creating", "deleting", "failed", "storage-full"),
    "diskState": ("Attached", "Unattached", "Reserved"),
    "ingressSettings": ("ALLOW_ALL", "ALLOW_INTERNAL_ONLY", "ALLOW_INTERNAL_AND_GCLB"),
    "publicAccessPrevention": ("inherited", "enforced"),
    "imageTagMutability": ("MUTABLE", "IMMUTABLE"),
    "HttpTokens": ("optional", "required"),
    "AZURE_ROLE_DEFINITION.properties.type": ("BuiltInRole", "CustomRole"),
    "ftpsState": ("AllAllowed", "FtpsOnly", "Disabled"),
}
# what the inventory itself has, as every kind of asset, and what programs are told
_ELSEWHERE: Final = frozenset(
    {"location", "region", "Region", "LocationConstraint", "Variables", "environmentVariables", "appSettings"}
)
_FAMILY: Final = re.compile(r"[a-z]{3,}(?=\d)")
# their values are names: no word of a question is one of them by itself
_NAMES: Final = frozenset(
    "name id arn description path sid uid handler key title summary displayname mail email".split()
)


@lru_cache(maxsize=8_192)
def root(word: str) -> str:
    """What the forms of a word have in common: created, creation and CreateDate's first word give creat."""
    word = ALIKE.get(word.lower(), word)
    word = stem(word)
    word = ALIKE.get(word, word)
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            word = word[: -len(ending)]
            break
    return ALIKE.get(word, word)


LIGHT_ROOTS: Final = LIGHT | frozenset(map(root, LIGHT))


def flat(text: str) -> str:
    """A value without the signs in it: TLS1_0 and "tls 1.0" are one."""
    return re.sub(r"[^a-z0-9]", "", text.lower()) or text.lower().strip()


def called(path: Sequence[str]) -> str:
    """One item of the first array on a path, in words."""
    words = " ".join(key_words(path[path.index(ITEM) - 1]))
    return f"{'an' if words[:1] in 'aeiou' else 'a'} {words}"


def value_words(value: str) -> frozenset[str]:
    return frozenset(root(word) for word in key_words(value))


def is_no(value: str) -> bool:
    """Whether a value says no: disabled, none, optional."""
    return _NO.match(value.lower()) is not None


@dataclass(frozen=True, slots=True)
class Spot:
    """A place with the words for it: `core` must be said, `all` may be. `turned`: its yes is the word's no."""

    setting: Setting
    leaf: frozenset[str]
    core: frozenset[str]
    all: frozenset[str]
    turned: bool
    values: Mapping[str, str]
    written: str = ""
    item: frozenset[str] = frozenset()
    end: frozenset[str] = frozenset()
    """The last two words of a long key, which people say for the whole of it: the hop limit."""
    above: frozenset[str] = frozenset()
    """The words of the object that the key is in, other than those of the noun."""

    @property
    def born(self) -> bool:
        """Whether it is the time when an item of an array was made."""
        return self.setting.kind == "time" and bool(self.item) and "creat" in self.leaf

    @property
    def depth(self) -> int:
        return len(self.setting.path)

    @property
    def named(self) -> bool:
        """Whether its values are names or texts of their own."""
        last = key_words(self.setting.leaf)
        return bool(last) and (last[-1] in _NAMES or self.setting.leaf.lower() in _NAMES)


@dataclass(frozen=True)
class Spots:
    """The places of some types, by the roots of their words and by their values."""

    by_root: Mapping[str, tuple[Spot, ...]] = field(default_factory=dict)
    by_value: Mapping[str, tuple[Spot, ...]] = field(default_factory=dict)
    by_word: Mapping[str, tuple[tuple[Spot, str], ...]] = field(default_factory=dict)
    """By the one word of a value that neither its key nor the noun has: custom, of CustomRole among roles."""
    by_family: Mapping[str, tuple[Spot, ...]] = field(default_factory=dict)
    """By what values begin with before their version: nodejs, postgres."""
    every: tuple[Spot, ...] = ()
    types: frozenset[str] = frozenset()

    def near(self, roots: Iterable[str]) -> list[Spot]:
        """The places with one of these words."""
        found: dict[int, Spot] = {}
        for one in roots:
            for spot in self.by_root.get(one, ()):
                found[id(spot)] = spot
        return list(found.values())


def spots_of(estate: Estate, types: frozenset[str], nouns: Sequence[str]) -> Spots:
    """The places of types; the words of the noun need not be said again. Kept with the estate."""
    kept = estate.__dict__.setdefault("_spots", {})
    key = (types, tuple(nouns))
    if key not in kept:
        if len(kept) > 200:
            kept.clear()
        kept[key] = _made(estate, types, frozenset(map(root, nouns)))
    found: Spots = kept[key]
    return found


def _made(estate: Estate, types: frozenset[str], nouns: frozenset[str]) -> Spots:
    by_root: dict[str, list[Spot]] = defaultdict(list)
    by_value: dict[str, list[Spot]] = defaultdict(list)
    by_word: dict[str, list[tuple[Spot, str]]] = defaultdict(list)
    by_family: dict[str, dict[int, Spot]] = defaultdict(dict)
    every: list[Spot] = []
    for setting in estate.settings.of(sorted(types)):
        if setting.kind == "null" or len(setting.path) > 9:
            continue
        spot = _spot(setting, nouns)
        every.append(spot)
        for one in {*spot.all, spot.written}:
            by_root[one].append(spot)
        if not spot.named and len(spot.values) <= 60 and not _ELSEWHERE & set(setting.path):
            for value in spot.values:
                by_value[value].append(spot)
            for value in spot.values if setting.kind == "text" and not setting.many else ():
                if (family := _FAMILY.match(value)) is not None:
                    by_family[family[0]][id(spot)] = spot
            for value in spot.values.values() if len(spot.values) <= 6 else ():
                said = key_words(value)
                own = [w for w in said if root(w) not in spot.all]
                if 0 < len(own) < len(said) and setting.kind == "text":
                    by_word[flat("".join(own))].append((spot, value))
    return Spots(
        {k: tuple(v) for k, v in by_root.items()},
        {k: tuple(v) for k, v in by_value.items()},
        {k: tuple(v) for k, v in by_word.items()},
        {k: tuple(v.values()) for k, v in by_family.items()},
        tuple(every),
        types,
    )


def _spot(setting: Setting, nouns: frozenset[str]) -> Spot:
    leaf_words = [root(w) for w in key_words(setting.leaf)]
    leaf = frozenset(leaf_words)
    turned = bool(leaf & TURNING)
    core = (leaf - LIGHT_ROOTS - nouns) or (leaf - LIGHT_ROOTS)
    own = [step for step in setting.path if step != ITEM]
    if not core and len(own) > 1:
        # Versioning.Status: the key before says what it is about
        above = frozenset(root(w) for w in key_words(own[-2])) - LIGHT_ROOTS - nouns
        core = above if above and leaf <= LIGHT_ROOTS | nouns and _silent(leaf) else leaf
    core = core or leaf
    if (same := _SAME.get(setting.leaf)) is not None:
        core = leaf = frozenset(map(root, same))
        own = [*own, *same]
    if _CLUSTER.search(setting.type_id) and setting.leaf in _VERSIONS:
        core = leaf = frozenset({root("version")})
        own = [*_OF_CLUSTERS, *own]
    whole = frozenset(root(w) for step in own for w in key_words(step)) | nouns
    values = {flat(shown): shown for shown in setting.values.values()}
    for shown in _STATES.get(setting.leaf) or _STATES.get(f"{setting.type_id}.{'.'.join(setting.path)}", ()):
        values.setdefault(flat(shown), shown)
    for shown in list(setting.values.values()):
        if "/" in shown and not shown.startswith("/") and len(shown.rpartition("/")[2]) > 2:
            values.setdefault(flat(shown.rpartition("/")[2]), shown)
    item: frozenset[str] = frozenset()
    if ITEM in setting.path:
        at = len(setting.path) - 1 - setting.path[::-1].index(ITEM)
        item = frozenset(root(w) for w in key_words(setting.path[at - 1])) if at else frozenset()
    above = frozenset(root(w) for w in key_words(own[-2])) - nouns if len(own) > 1 else frozenset()
    end = frozenset(leaf_words[-2:]) if len(leaf_words) > 3 else frozenset()
    end = end if len(end - LIGHT_ROOTS - nouns) == 2 else frozenset()
    return Spot(setting, leaf, core, whole, turned, values, flat(setting.leaf), item, end, above)


def _silent(leaf: frozenset[str]) -> bool:
    """Whether a key says nothing by itself: Status, Enabled, State, Code."""
    return leaf <= {"status", "statu", "enabl", "state", "stat", "code", "mode", "value", "type", "us"}
