"""What a question about configuration wants to see beside the names: "+ their namespace", "show image", "with the size"."""

# ruff: noqa: E501 (a rule is easier to read in one piece)

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Ref
from agent.planner.questions.names import OWNER_KEYS, TEAM_KEYS, tag_ref
from agent.planner.questions.setting_atoms import switch
from agent.planner.questions.setting_places import Spots, root
from agent.planner.questions.setting_words import ATTRIBUTES, LIGHT
from agent.planner.questions.tokens import Token
from agent.planner.questions.weaknesses import where_of

_SHOW: Final = frozenset(
    "show showing list listing display displaying print add adding give report reporting tell see".split()
)
_LINK: Final = frozenset("with and plus + , - including incl include along together also".split())
_LOST: Final = frozenset(
    "their its the each of them me us one a an and for with in which what is are it has have use uses too as well , + - . ? every".split()
)


def without_columns(
    tokens: Sequence[Token], spots: Spots, estate: Estate, *, listed: bool = False
) -> tuple[list[Token], list[Ref]]:
    """The words without those that name columns, and these. `listed`: the question says list, show or the like."""
    words = list(tokens)
    if listed and words and words[0].text == "with":
        found = _columns(words[1:], spots, estate)
        if len(found) > 1 and not any(_switches(ref, spots) for ref in found):
            # "list ... with a, b and c": all have these, or no value to show
            return [], found
    for start in range(len(words)):
        if not _begins(words, start):
            continue
        found = _columns(words[start:], spots, estate)
        if found:
            return words[:start], found
    return words, []


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
    roots = [root(t.text) for t in part]
    fits = [
        (len(s.leaf - set(roots)) + 0.1 * s.depth + (s.setting.kind == "array"), s)
        for s in spots.near(roots)
        if set(roots) <= s.all
        and s.core <= set(roots)
        and s.setting.kind in ("text", "number", "bool", "time", "array")
    ]
    if fits:
        best: dict[str, tuple[float, object]] = {}
        least = min(score for score, _ in fits)
        places = []
        for score, spot in sorted(fits, key=lambda pair: pair[0]):
            if spot.setting.type_id not in best and score < least + 2:
                best[spot.setting.type_id] = (score, spot)
                places.append(where_of(spot.setting))
        return Ref(name=said, places=tuple(places))
    if said in ("owner", "team"):
        return tag_ref(estate, OWNER_KEYS if said == "owner" else TEAM_KEYS, said)
    if keys := estate.words.tag_keys.get(said):
        return Ref(name=said, tags=tuple(keys))
    return None


__all__ = ["LIGHT", "without_columns"]
