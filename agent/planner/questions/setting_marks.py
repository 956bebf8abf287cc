"""Configuration keys and values among the words of a question, for the types of asset that it is about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from agent.planner.questions.aliases import SETTING_WORDS
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Kinds, Ref
from agent.planner.questions.marks import Mark
from agent.planner.questions.phrases import STOP, words_of
from agent.planner.questions.setting_measures import measure_at
from agent.planner.questions.setting_values import best_places, value_at
from agent.planner.questions.settings import FLUFF, Setting, key_words, stem
from agent.planner.questions.tokens import Token
from agent.planner.questions.weakness_places import BY_ANOTHER
from agent.planner.questions.weaknesses import where_of

_WINDOW: Final = 5


_SERVICES: Final = frozenset({"db", "iam", "ec2", "vpc", "aws", "cache", "kms", "cluster"})
_OWN: Final = frozenset({"id", "arn", "name", "region", "tag", "account"})


# attributes that every asset has; a setting of that name is not what is meant
_NOT_SETTINGS: Final = frozenset(
    "type name id region account status provider category class severity service rule kind".split()
)
_NO: Final = frozenset(
    "no not without lacking lack lacks missing never don't doesn't isn't aren't nor neither".split()
)


def types_of(kinds: Iterable[Kinds], estate: Estate) -> frozenset[str]:
    """The tenant's types that kinds speak of."""
    found: set[str] = set()
    for one in kinds:
        categories, classes = {c.lower() for c in one.categories}, {c.lower() for c in one.classes}
        for type_id, (asset_class, category, _, _) in estate.types.items():
            if type_id in one.types or category.lower() in categories or asset_class.lower() in classes:
                found.add(type_id)
    return frozenset(found)


def with_settings(
    marks: list[Mark], tokens: list[Token], estate: Estate, types: frozenset[str], all_assets: bool
) -> list[Mark]:
    """The marks, where words of configuration stand as `setting` marks (keys) and `tenant` marks (values)."""
    scope = types or (frozenset(estate.settings.by_type) if all_assets else frozenset())
    if not scope:
        return marks
    index = _index(estate, scope)
    at = 0
    made: list[Mark] = []
    while at < len(marks):
        found = (
            (measure_at(marks, at, tokens, estate, scope) if types else None)
            or _alias_at(marks, at, tokens, estate, scope, bool(types))
            or _key_at(marks, at, tokens, index, scoped=bool(types))
            or value_at(marks, at, tokens, estate, scope, bool(types))
        )
        if found is None:
            made.append(marks[at])
            at += 1
        else:
            made.append(found[0])
            at += found[1]
    return made


@lru_cache(maxsize=1)
def _aliases() -> dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]]:
    table: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = defaultdict(list)
    for text, keys in SETTING_WORDS:
        for spelling in text.split("|"):
            words = words_of(spelling)
            table[words[0]].append((words, keys))
    return {first: sorted(some, key=lambda item: -len(item[0])) for first, some in table.items()}


def _alias_at(
    marks: list[Mark], at: int, tokens: list[Token], estate: Estate, scope: frozenset[str], scoped: bool
) -> tuple[Mark, int] | None:
    """Other words for settings; of a noun alone only beside another noun."""
    start = marks[at].start
    if marks[at].kind in ("tenant", "time", "quoted"):
        return None
    if marks[at].kind == "weakness" and marks[at].data.name in BY_ANOTHER:
        # what one cloud writes beside the resource has no key of its own there
        return None
    if marks[at].kind == "weakness":
        inside = next(
            (
                n
                for n in range(marks[at].start + 1, marks[at].end)
                if tokens[n].norm in _aliases()
                and _beyond(tokens, n, marks[at].end)
                and all(t.text in _NO or t.text in STOP for t in tokens[marks[at].start : n])
            ),
            None,
        )
        start = inside if inside is not None else start
    for words, keys in _aliases().get(tokens[start].norm, ()):
        end = start + len(words)
        if [t.norm for t in tokens[start:end]] != list(words) or (not scoped):
            continue
        size = next((n for n in range(1, len(marks) - at + 1) if marks[at + n - 1].end == end), 0)
        covers = size == 0 and marks[at].kind == "weakness" and marks[at].end > end
        if not size and not covers:
            continue
        if all(m.kind == "kind" for m in marks[at : at + size]) and not any(
            m.kind == "kind" for m in marks[:at]
        ):
            continue
        settings = [
            s
            for s in estate.settings.of(scope)
            if " ".join(key_words(s.leaf)) in keys or " ".join(s.words) in keys
        ]
        before = {t.text for t in tokens[marks[at].start : start]} if marks[at].kind == "weakness" else set()
        settings = _but_types(settings)
        if not settings:
            continue
        text = " ".join(t.raw for t in tokens[start:end])
        ref = Ref(name=text.lower(), places=tuple(where_of(s) for s in best_places(settings)))
        also = {"negated": True} if before & _NO else {}
        return Mark("setting", start, marks[at + (size or 1) - 1].end, ref, text, also), size or 1
    return None


def _but_types(settings: list[Setting]) -> list[Setting]:
    """A plain `type` says a size only at the top, and only where no other key of the asset says it."""
    told = {s.type_id for s in settings if s.leaf.lower() != "type"}
    return [s for s in settings if s.leaf.lower() != "type" or (len(s.path) == 1 and s.type_id not in told)]


def _beyond(tokens: list[Token], start: int, end: int) -> bool:
    """Whether other words for a setting begin inside a weakness and go on behind it: "with backup" + "retention"."""
    return any(
        start + len(words) >= end and [t.norm for t in tokens[start : start + len(words)]] == list(words)
        for words, _ in _aliases()[tokens[start].norm]
    )


def _index(estate: Estate, scope: frozenset[str]) -> Mapping[frozenset[str], list[Setting]]:
    kept = estate.__dict__.setdefault("_setting_indexes", {})
    if scope in kept:
        found: Mapping[frozenset[str], list[Setting]] = kept[scope]
        return found
    index: dict[frozenset[str], list[Setting]] = defaultdict(list)
    for setting in estate.settings.of(scope):
        leaf = key_words(setting.leaf)
        own = [step for step in setting.path if step != "*"]
        # the key as it is written is a name too: "by VpcId"
        names = {frozenset(leaf), frozenset(setting.words), frozenset({setting.leaf.lower()})}
        if len(own) > 1:
            names.add(frozenset(leaf) | frozenset(key_words(own[-2])))
            names.add(frozenset(setting.words) | {w for w in key_words(own[-2]) if w not in FLUFF})
        if len(setting.words) > 2:
            names.add(frozenset(setting.words[:2]))
        if len(leaf) > 2 and leaf[0] in _SERVICES:
            # DBInstanceClass, IamInstanceProfile: people leave out whose it is
            names.add(frozenset(leaf[1:]))
        for name in names:
            if name and not name <= _OWN and setting.leaf.lower() not in ("tags", "tagset"):
                index[name].append(setting)
    kept[scope] = index
    return index


def _key_at(
    marks: list[Mark],
    at: int,
    tokens: list[Token],
    index: Mapping[frozenset[str], list[Setting]],
    *,
    scoped: bool,
) -> tuple[Mark, int] | None:
    if not _open_to(marks[at]) and not marks[at].has("kind", "attr", "weakness"):
        return None
    for size in range(min(_WINDOW, len(marks) - at), 0, -1):
        window = marks[at : at + size]
        if any(
            m.kind in ("comma", "mark", "time", "quoted", "by", "and", "or", "not", "tenant") for m in window
        ):
            continue
        if (
            not _open_to(window[-1])
            and not window[-1].has("attr", "weakness")
            and not (size > 1 and window[-1].kind == "kind")
        ):
            continue
        if window[-1].kind == "stop" or (window[0].kind == "stop" and size > 1):
            continue
        named = size == 1 and window[0].kind == "kind" and window[0].end - window[0].start > 1 and at > 0
        if size == 1 and window[0].kind in ("kind", "entity", "stop", "with", "of", "value") and not named:
            continue
        if named and not any(m.kind == "kind" for m in marks[:at]):
            # what is asked for itself
            continue
        if (
            window[0].kind == "weakness"
            and size == 1
            and (at == 0 or marks[at - 1].kind not in ("by", "order"))
        ):
            continue
        words = [stem(t.text) for m in window for t in tokens[m.start : m.end] if t.kind != "mark"]
        if any(m.kind == "weakness" for m in window) and len(words) > 4:
            continue
        wanted = frozenset(words)
        nouns = {stem(t.norm) for m in window[:1] if m.kind == "kind" for t in tokens[m.start : m.end]}
        if sum(m.kind == "kind" for m in window) > len(window[:1]) or (
            any(m.kind == "kind" for m in window) and any(m.kind == "weakness" for m in window)
        ):
            continue
        for tried in (wanted,) if named else (wanted, wanted - FLUFF, wanted - nouns if size > 1 else wanted):
            if not tried or (len(tried) == 1 and tried <= (FLUFF | _OWN) and not (nouns or scoped)):
                continue
            settings = index.get(tried, [])
            if at and marks[at - 1].kind == "by":
                settings = _switches(settings, tried, index)
            if settings and (scoped or len(tried) > 1):
                if size == 1 and window[0].has("attr") and window[0].get("attr") in _NOT_SETTINGS:
                    continue
                text = " ".join(t.raw for m in window for t in tokens[m.start : m.end])
                ref = Ref(name=text.lower(), places=tuple(where_of(s) for s in best_places(settings)))
                weak = next((m.data for m in window if m.kind == "weakness"), None)
                return Mark(
                    "setting", window[0].start, window[-1].end, ref, text, {"weakness": weak} if weak else {}
                ), size
    return None


def _switches(
    settings: list[Setting], words: frozenset[str], index: Mapping[frozenset[str], list[Setting]]
) -> list[Setting]:
    """Groups are by the switch inside an object, not by the whole object: by Versioning.Status."""
    told = [
        s for key in ("status", "enabled", "state") for s in index.get(words | frozenset(key_words(key)), [])
    ]
    made: list[Setting] = []
    for one in settings:
        inner = [s for s in told if s.type_id == one.type_id and s.path[:-1] == one.path]
        made += inner[:1] if one.kind == "object" and inner else [one]
    return made


def _open_to(mark: Mark) -> bool:
    return mark.kind in ("word", "stop", "on", "off", "empty", "rank", "agg", "after") or mark.has("attr")
