"""Which kinds of resource name each other in their configuration: a volume in its snapshots, a group in a database."""

from __future__ import annotations

from collections.abc import Iterable

from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Where
from agent.planner.questions.settings import Setting
from agent.planner.questions.weaknesses import where_of

_UNIQUE = 0.9


def link(here: Iterable[str], there: Iterable[str], estate: Estate) -> tuple[Where, Where] | None:
    """A place in each of two kinds where the same ids stand; of one kind no two resources have the same there."""
    kept: dict[object, tuple[Where, Where] | None] = estate.__dict__.setdefault("_config_links", {})
    key = (tuple(sorted(here)), tuple(sorted(there)))
    if key not in kept:
        kept[key] = _found(*key, estate)
    return kept[key]


def _found(here: tuple[str, ...], there: tuple[str, ...], estate: Estate) -> tuple[Where, Where] | None:
    best: tuple[int, Setting, Setting] | None = None
    for one in estate.settings.of(here):
        if not _names(one):
            continue
        for other in estate.settings.of(there):
            if not _names(other) or not (_own(one) or _own(other)) or one.type_id == other.type_id:
                continue
            if _own(one) and _own(other) and one.leaf.lower().endswith("name") and one.leaf != other.leaf:
                # two things that are called alike
                continue
            same = len(one.values.keys() & other.values.keys())
            if same > 1 and (best is None or same > best[0]):
                best = (same, one, other)
    return None if best is None else (where_of(best[1]), where_of(best[2]))


def _names(setting: Setting) -> bool:
    """Whether ids may stand there: texts or lists of these, not one and the same all over."""
    return (
        setting.kind in ("text", "array")
        and len(setting.values) > 1
        and setting.leaf.lower() not in ("name", "path")
    )


def _own(setting: Setting) -> bool:
    """Whether it is the id of the resource itself: each has another one."""
    return (
        setting.kind == "text"
        and len(setting.path) == 1
        and len(setting.values) >= _UNIQUE * setting.seen
        and setting.leaf.lower().endswith(("id", "identifier", "arn", "name"))
    )
