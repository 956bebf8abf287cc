"""Which kinds of resource name each other in their configuration: a volume in its snapshots, a group in a database."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Where
from agent.planner.questions.settings import ITEM, Setting, key_words
from agent.planner.questions.weaknesses import where_of

_UNIQUE = 0.9
# what a thing is of itself stands one key deeper there
_WRAPPED: Final = ("metadata", "KeyMetadata", "Configuration")
# what ids of one kind begin with
_CODES: Final = frozenset("ami snap vol eni subnet vpc sg i igw rtb acl".split())


def links(here: Iterable[str], there: Iterable[str], estate: Estate) -> tuple[tuple[Where, Where], ...]:
    """For two types each a place in both where the same ids stand; of one type no two resources have the same there."""
    found = (_link(one, other, estate) for one in sorted(here) for other in sorted(there))
    return tuple(pair for pair in found if pair is not None)


def link(here: Iterable[str], there: Iterable[str], estate: Estate) -> tuple[Where, Where] | None:
    """The first of these pairs."""
    return next(iter(links(here, there, estate)), None)


def _link(here: str, there: str, estate: Estate) -> tuple[Where, Where] | None:
    kept: dict[object, tuple[Where, Where] | None] = estate.__dict__.setdefault("_config_links", {})
    if (here, there) not in kept:
        kept[here, there] = _found((here,), (there,), estate)
    return kept[here, there]


def _found(here: tuple[str, ...], there: tuple[str, ...], estate: Estate) -> tuple[Where, Where] | None:
    best: tuple[tuple[bool, int], Setting, Setting] | None = None
    for one in estate.settings.of(here):
        if not _names(one):
            continue
        for other in estate.settings.of(there):
            if not _names(other) or not (_own(one) or _own(other)) or one.type_id == other.type_id:
                continue
            alike = _own(one) and _own(other) and one.leaf.lower().endswith("name")
            if alike and (one.leaf != other.leaf or one.path[0] == "metadata"):
                # two things that are called alike
                continue
            same = len(one.values.keys() & other.values.keys()) + 2 * len(one.ids & other.ids)
            if same < 2 and _same_key(one, other):
                # ids of one kind, though none of these has such another one just now
                same = 2
            worth = (_speaks_of(one, other) or _speaks_of(other, one), same)
            if same > 1 and (best is None or worth > best[0]):
                best = (worth, one, other)
    return None if best is None else (where_of(best[1]), where_of(best[2]))


def _names(setting: Setting) -> bool:
    """Whether ids may stand there: texts or lists of these, not one and the same all over."""
    return (
        setting.kind in ("text", "array")
        and setting.path.count(ITEM) < 2
        and "labels" not in setting.path
        and len(setting.values) + len(setting.ids) > 1
        and (setting.leaf.lower() not in ("name", "path") or _called(setting))
    )


def _called(setting: Setting) -> bool:
    """Whether it is the name of a thing in a cluster, by which others speak of it."""
    path = setting.path
    return setting.type_id.startswith("KUBERNETES_") and (
        path == ("metadata", "name") or path[-3:] == ("ownerReferences", ITEM, "name")
    )


def _speaks_of(one: Setting, other: Setting) -> bool:
    """Whether a key is called as the type of the other is: the `serviceAccountName` of a pod."""
    type_words = {w for part in other.type_id.split("_")[1:] for w in key_words(part)}
    return bool(type_words) and _own(other) and type_words <= set(key_words(one.leaf))


def _same_key(one: Setting, other: Setting) -> bool:
    """Whether both have a key of one name with ids of one kind: an image of its own, and the image of an instance."""
    if one.leaf != other.leaf or not one.leaf.endswith("Id") or not (one.values and other.values):
        return False
    first, second = next(iter(one.values)).split("-")[0], next(iter(other.values)).split("-")[0]
    return first == second and first in _CODES


def _own(setting: Setting) -> bool:
    """Whether it is the id of the resource itself: each has another one."""
    return (
        setting.kind == "text"
        and (len(setting.path) == 1 or (len(setting.path) == 2 and setting.path[0] in _WRAPPED))
        and max(len(setting.values), len(setting.ids)) >= _UNIQUE * setting.seen
        and setting.leaf.lower().endswith(("id", "identifier", "arn", "name", "selflink"))
    )
