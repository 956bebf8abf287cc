"""What a question about configuration wants to see beside the names: "+ their namespace", "show image", "with the size"."""

# ruff: noqa: E501 (a rule is easier to read in one piece)

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from agent.planner.questions.aliases import SETTING_WORDS
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Ref
from agent.planner.questions.names import OWNER_KEYS, TEAM_KEYS, tag_ref
from agent.planner.questions.phrases import words_of
from agent.planner.questions.setting_atoms import switch
from agent.planner.questions.setting_places import Spot, Spots, root
from agent.planner.questions.setting_words import ATTRIBUTES, LIGHT
from agent.planner.questions.settings import key_words
from agent.planner.questions.tokens import Token
from agent.planner.questions.weaknesses import where_of

_SHOW: Final = frozenset(
    "show showing list listing display displaying print add adding give report reporting tell see return provide output export include".split()
)
_OF: Final = frozenset("of for from on".split())
_CLAUSE: Final = frozenset("where with without that which whose in of for".split())
_ONLY: Final = frozenset("only just from under but".split())
_WHOSE: Final = _OF | frozenset("the all every each any our those these which".split())
_ALSO: Final[dict[str, tuple[str, ...]]] = {
    "encryption": ("storage encrypt", "sse algorithm", "encrypt", "encrypt type", "sse type", "key source"),
    "email": ("mail", "email"),
    "email address": ("mail", "email"),
    "endpoint": ("endpoint", "address"),
    "zone": ("availability zone", "zone"),
    "az": ("availability zone", "zone"),
    "size": ("size", "disk size gb", "size gb", "allocated storage", "volume size"),
}
# keys that say nothing of what they are of: sku.name
_BARE: Final = frozenset({"name", "code", "value", "id"})
_LINK: Final = frozenset("with and plus + , - including incl include along together also".split())
_LOST: Final = frozenset(
    "their its the each of them me us one a an and for with in which what is are it has have use uses too as well , + - . ? every ( ) : columns column fields field only".split()
)


def without_columns(
    tokens: Sequence[Token], spots: Spots, estate: Estate, *, listed: bool = False
) -> tuple[list[Token], list[Ref]]:
    """The words without those that name columns, and these. `listed`: the question says list, show or the like."""
    words = list(tokens)
    stop = next((n for n, t in enumerate(words) if t.text in _CLAUSE), 0)
    if stop and words[0].norm in ("name", "id") and (named := _columns(words[:stop], spots, estate)):
        # "bucket names and owners where ..."
        rest, found = without_columns(words[stop:], spots, estate)
        return rest, [*named, *found]
    if listed and words and words[0].text == "with":
        found = _columns(words[1:], spots, estate)
        if len(found) > 1 and not any(_switches(ref, spots) for ref in found):
            # "list ... with a, b and c": all have these, or no value to show
            return [], found
    for start in range(len(words)):
        told = _begins(words, start)
        if not told and not _may_begin(words, start):
            continue
        if told and (inner := _inner(words, start, spots, estate)) is not None:
            return inner
        found = _columns(words[start:], spots, estate)
        if found and (told or not any(_switches(ref, spots) for ref in found)):
            return words[:start], found
    return words, []


def _inner(
    words: list[Token], start: int, spots: Spots, estate: Estate
) -> tuple[list[Token], list[Ref]] | None:
    """Columns before more conditions: "vms, their os and size, only in aws"."""
    for end in range(start + 2, len(words) - 1):
        after = words[end + 1 if words[end].text == "," else end].text
        if after in _CLAUSE or after in _ONLY:
            if found := _columns(words[start:end], spots, estate):
                return [*words[:start], *words[end:]], found
            return None
    return None


def leading(tokens: Sequence[Token], spots: Spots, estate: Estate) -> list[Ref]:
    """Columns before the noun: "the size and region of ..."; none where it is said of what else."""
    words = list(tokens)
    while words and words[-1].text in _WHOSE:
        words.pop()
    if len(words) == len(tokens) or not any(t.text in _OF for t in tokens[len(words) :]):
        return []
    return _columns(words, spots, estate)


def _switches(ref: Ref, spots: Spots) -> bool:
    """Whether a key says yes or no: then "with" asks for those that have it."""
    places = {(w.type_id, w.path) for w in ref.places}
    return any(
        spot.setting.kind == "bool" or switch(spot)
        for spot in spots.every
        if (spot.setting.type_id, spot.setting.path) in places
    )


def _begins(words: list[Token], at: int) -> bool:
    token, after = words[at], [t.text for t in words[at + 1 : at + 4]]
    if token.kind == "quoted" or not after:
        return False
    if token.text in _SHOW or token.text in ("including", "incl", "+"):
        return True
    if token.text in ("along", "together") and after[0] == "with":
        return True
    if token.text in _LINK:
        follows = [w for w in after if w not in _LINK]
        if token.text == "with" and follows[:1] == ["the"]:
            return True
        return (
            bool(follows)
            and (follows[0] in ("their", "its", "which", "what") or follows[0] in _SHOW)
            and after[0] not in ("no", "not")
        )
    return False


def _may_begin(words: list[Token], at: int) -> bool:
    """Whether nothing but columns may follow, though no word says so: "..., with engine and owner", "..., name, size"."""
    token, after = words[at], [t.text for t in words[at + 1 : at + 3]]
    if not after or token.kind == "quoted":
        return False
    if token.text in (",", "(", "-", ":") and token.kind == "mark":
        return at > 0 or token.text in "(:-"
    if at == 0:
        return False
    if token.text in ("plus", "+") or (token.text == "as" and after == ["well", "as"]):
        return True
    # one thing that they are with may be what they should have
    return token.text == "with" and any(t.text in (",", "and") for t in words[at + 2 :])


def _columns(words: list[Token], spots: Spots, estate: Estate) -> list[Ref]:
    parts: list[list[Token]] = [[]]
    for token in words:
        if token.text in (",", "and", "+", "plus"):
            parts.append([])
        elif (
            token.text not in _LOST
            and token.text not in _SHOW
            and token.text not in ("including", "incl", "along", "together")
        ):
            parts[-1].append(token)
    parts = [part for part in parts if part]
    found: list[Ref] = []
    for part in parts:
        ref = _column(part, spots, estate)
        if ref is None:
            return []
        found.append(ref)
    return found


def _column(part: list[Token], spots: Spots, estate: Estate) -> Ref | None:
    """A key that all of the words are of, or an attribute of assets."""
    said = " ".join(t.norm for t in part)
    for name, words in ATTRIBUTES.items():
        if said in words.split("|"):
            return Ref(name=name)
    if said in ("owner", "team"):
        # who answers for it, whatever a key is called
        return tag_ref(estate, OWNER_KEYS if said == "owner" else TEAM_KEYS, said)
    if keys := estate.words.tag_keys.get(said):
        return Ref(name=said, tags=tuple(keys))
    roots = [root(t.text) for t in part]
    fits = [
        (len(s.leaf - set(roots)) + 0.1 * s.depth + (s.setting.kind == "array"), s)
        for s in spots.near(roots)
        if set(roots) <= s.all
        and (s.core <= set(roots) or (s.leaf <= _BARE and set(roots) == s.above))
        and s.setting.kind in ("text", "number", "bool", "time", "array")
    ]
    if not fits and (others := _keys(said)):
        fits = [
            (others.index(key) + 0.1 * s.depth, s)
            for s in spots.every
            if (key := " ".join(key_words(s.setting.leaf))) in others
            and s.setting.kind in ("text", "number", "bool", "time", "array")
        ]
    if not fits:
        fits = _only_inside(roots, spots)
    if fits:
        best: dict[str, tuple[float, object]] = {}
        least = min(score for score, _ in fits)
        places = []
        for score, spot in sorted(fits, key=lambda pair: pair[0]):
            if spot.setting.type_id not in best and score < least + 2:
                best[spot.setting.type_id] = (score, spot)
                places.append(where_of(spot.setting))
        return Ref(name=said, places=tuple(places))
    return None


def _only_inside(roots: list[str], spots: Spots) -> list[tuple[float, Spot]]:
    """The one value in an object that is named: the prefixes of an address space."""
    found: list[tuple[float, Spot]] = []
    for whole in spots.near(roots):
        if whole.setting.kind != "object" or not whole.core <= set(roots) or not set(roots) <= whole.all:
            continue
        size, setting = len(whole.setting.path), whole.setting
        inner = [
            s
            for s in spots.every
            if s.setting.type_id == setting.type_id
            and s.setting.path[:size] == setting.path
            and len(s.setting.path) == size + 1
        ]
        if len(inner) == 1 and inner[0].setting.kind in ("text", "number", "array", "bool"):
            found.append((0.1 * whole.depth, inner[0]))
    return found


@lru_cache(maxsize=512)
def _keys(said: str) -> tuple[str, ...]:
    """The keys for which people have other words: "vm type", "hardware type"."""
    said = re.sub(r" (?:status|state|settings?|config(?:uration)?|flag)$", "", said)
    words = words_of(said)
    return _ALSO.get(said, ()) + tuple(
        key for text, keys in SETTING_WORDS for t in text.split("|") if words_of(t) == words for key in keys
    )


__all__ = ["LIGHT", "without_columns"]
