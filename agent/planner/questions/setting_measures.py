"""What a ranking goes by: a number or a date of the configuration, named by some of its words ("by size in bytes")."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Ref
from agent.planner.questions.marks import Mark
from agent.planner.questions.settings import FLUFF, ITEM, Setting, key_words, stem
from agent.planner.questions.tokens import Token
from agent.planner.questions.weaknesses import where_of

_LONGEST: Final = 5
_EXTRA: Final = 2
_UNITS: Final = frozenset(stem(w) for w in "in bytes byte gb gib mb kb tb seconds days hours minutes".split())
_DROPPED: Final = _UNITS | frozenset(stem(w) for w in "the their its of value values their".split())
_DATES: Final = frozenset(stem(w) for w in "date time timestamp day at on".split())
_ENDS: Final = frozenset(
    {"comma", "mark", "by", "order", "and", "or", "not", "tenant", "time", "quoted", "desc", "asc"}
)
_AGGREGATES: Final = ("avg", "sum", "max", "min", "median")
_MOST: Final = {"most": "highest", "fewest": "lowest", "highest": "highest", "lowest": "lowest"}
_NO_MEASURES: Final = frozenset(
    stem(w)
    for w in "severity region account provider status age cvss score issue finding alert risk name type".split()
)


def measure_at(
    marks: list[Mark], at: int, tokens: list[Token], estate: Estate, scope: frozenset[str]
) -> tuple[Mark, int] | None:
    """The setting that the words behind "by" name, as a mark, and how many marks it takes."""
    before = marks[at - 1] if at else None
    most = before is not None and before.kind == "rank" and before.data in _MOST
    if most and marks[at].kind in ("kind", "entity") and before is not None and before.data != "most":
        # "the smallest disk" is one of the things themselves
        return None
    measured = before is not None and before.kind == "agg" and before.data in _AGGREGATES
    if before is None or not (
        most or measured or (before.kind in ("by", "order") and _ranked(marks[: at - 1]))
    ):
        return None
    size = 0
    for mark in marks[at : at + _LONGEST]:
        if mark.kind in _ENDS or (mark.kind == "number" and size):
            break
        size += 1
    for count in range(size, 0, -1):
        window = marks[at : at + count]
        said = [stem(t.norm) for m in window for t in tokens[m.start : m.end]]
        words = [w for w in said if w not in _DROPPED]
        if words == ["size"] and before.kind == "rank":
            # what is the size of each kind is told by the ranking
            continue
        if not words or set(words) & _NO_MEASURES or said[-1] in {"in", "of", "the"}:
            continue
        if found := _named(words, estate.settings.of(scope)):
            text = " ".join(t.raw for m in window for t in tokens[m.start : m.end]).lower()
            ref = Ref(name=text, places=tuple(where_of(s) for s in found))
            if most:
                # "tables with the most items": the number that the configuration gives
                before.data = _MOST[before.data]
            return Mark("setting", window[0].start, window[-1].end, ref, text), count
    return None


def _ranked(before: list[Mark]) -> bool:
    return any(m.kind in ("rank", "top", "order") for m in before)


def _same(one: str, other: str) -> bool:
    return one == other or (one.startswith("creat") and other.startswith("creat"))


def _named(words: list[str], settings: Iterable[Setting]) -> list[Setting]:
    """The numbers or dates whose keys have all of the words and fewest besides, one for each type."""
    dated = bool(set(words) & _DATES)
    best: dict[str, tuple[int, int, Setting]] = {}
    for setting in settings:
        if ITEM in setting.path or setting.kind != ("time" if dated else "number"):
            continue
        key = [w for w in key_words(setting.leaf) if w not in _UNITS]
        wanted = [w for w in words if w not in _DATES] if dated else words
        if not wanted or not all(any(_same(w, k) for k in key) for w in wanted):
            continue
        extra = len(
            [
                w
                for w in key
                if not any(_same(w, said) for said in wanted) and w not in FLUFF and w not in _DATES
            ]
        )
        if extra > _EXTRA:
            continue
        rank = (extra, len(setting.path), setting)
        kept = best.get(setting.type_id)
        if kept is None or rank[:2] < kept[:2]:
            best[setting.type_id] = rank
    least = min((rank[0] for rank in best.values()), default=0)
    return [rank[2] for rank in best.values() if rank[0] == least]
