"""A few words about configuration, as conditions: key, state, value, bound or time; every word must have a meaning."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from agent.planner.questions.form import Atom, Either, Inside, Item, Ref
from agent.planner.questions.phrases import STOP
from agent.planner.questions.setting_atoms import (
    atom_of,
    bounded,
    stated,
    switch,
    timed,
    value_of,
)
from agent.planner.questions.setting_parts import Parts, filler, roots_of, sorted_parts
from agent.planner.questions.setting_places import Spot, Spots, called, flat, root
from agent.planner.questions.setting_words import FILLER, OFF, ON, TURNING
from agent.planner.questions.settings import ITEM
from agent.planner.questions.times import When
from agent.planner.questions.tokens import Token

_MOST: Final = 14
_SELF: Final = frozenset({"enabl", "disabl", "account", "is", "properti", "user"})
_LEAST: Final = frozenset(map(root, ("minimum", "version", "engine")))
_SAID_OFF: Final = frozenset({"off", "disabled"})
_SAYS_LITTLE: Final = frozenset(
    "public private default standard internal external internet all any none basic general new old type".split()
)
_WITH_FAMILIES: Final = frozenset({"Runtime", "runtime", "databaseVersion", "Engine"})
_NON: Final = frozenset({"non", "not", "no", "without"})
_SPACE: Final = frozenset({"size", "storage", "space", "capacity", "disk", "memory"})
_SIZES: Final = ("gb", "gib", "tb", "mb", "kb")


@dataclass(frozen=True, slots=True)
class Reading:
    """A condition, how well its words fit, and the key it is about."""

    item: Item
    score: float
    spots: tuple[Spot, ...] = ()
    valued: bool = False
    partly: bool = False


def phrase_of(tokens: Sequence[Token], spots: Spots, whens: Sequence[When]) -> Reading | None:
    """The best condition of a phrase, if all of its words have a part in one."""
    if not tokens or len(tokens) > _MOST:
        return None
    parts = sorted_parts(tokens, whens)
    if parts is None:
        return None
    for tried in _sized(parts):
        roots = [roots_of(t) for t in tried.words]
        best: dict[str, list[tuple[float, Spot, Atom]]] = defaultdict(list)
        written = [flat(t.text) for t in tried.words if t.kind == "word"]
        for spot in spots.near([*(one for some in roots for one in some), *written]):
            made = _said(tried, roots, spot)
            if made is not None:
                best[spot.setting.type_id].append((made[0], spot, made[1]))
        if best:
            return _of_items(_together(best), parts, {one for some in roots for one in some})
    return _value_only(parts, spots)


def _sized(parts: Parts) -> list[Parts]:
    """ "bigger than 50 GB", "more than 50 GB of storage": it is the size that counts in these."""
    bound = parts.bound
    told = [t for t in parts.words if not filler(t)]
    if bound is None or bound.unit not in _SIZES or parts.when or any(t.text not in _SPACE for t in told):
        return [parts]
    made = [
        replace(parts, words=[replace(bound, text=word, norm=word, kind="word") for word in key.split()])
        for key in ("size", "allocated storage", "storage size", "memory size")
    ]
    return [parts, *made] if told else made


def _of_items(made: Reading, parts: Parts, roots: set[str]) -> Reading:
    """Where runAsNonRoot answers who runs as root, it is asked of some item, or of none."""
    asked = [s for s in made.spots if ITEM in s.setting.path and s.core & _NON and not s.core & _NON <= roots]
    if not asked or len(asked) < len(made.spots):
        return made
    inner = made.item.model_copy(update={"negated": True})
    label = called(asked[0].setting.path)
    return replace(made, item=Inside(items=(inner,), label=label, negated=parts.negated))


def _said(parts: Parts, roots: list[tuple[str, ...]], spot: Spot) -> tuple[float, Atom] | None:
    """What the words say of one place; None where one of them has no part in it."""
    whole = {
        n for n, word in enumerate(parts.words) if flat(word.text) == spot.written and len(spot.leaf) > 1
    }
    keyed = [
        n
        for n, r in enumerate(roots)
        if (spot.all.issuperset(r) or n in whole) and parts.words[n].kind != "quoted"
    ]
    matched = {r for n in keyed for r in roots[n]} | (spot.leaf if whole else frozenset())
    missing = spot.core - matched
    if unsaid := missing & _NON:
        # runAsNonRoot answers who runs as root by its no
        missing, parts = missing - unsaid, replace(parts, negated=not parts.negated)
    if missing <= _LEAST and parts.bound is not None and parts.bound.text[:1].isdigit() and parts.op:
        # "with TLS lower than 1.2": what is set is the least of it
        missing = frozenset()
    if missing and parts.when is not None and spot.born and spot.item <= matched:
        # "access keys older than 90 days": since they were made
        missing = frozenset()
    if missing and (len(spot.core) < 3 or len(missing) > 1) and not (spot.end and spot.end <= matched):
        return None
    turned = spot.leaf & TURNING
    if turned and not turned & matched and "public" in matched and not spot.leaf - turned <= matched:
        # what blocks one way to be public says little of being public
        return None
    if spot.setting.kind == "object" and not (spot.leaf & TURNING) <= matched:
        # that a block of public access is there is not public access
        return None
    score = 3.0 * len(spot.core & matched) + 1.5 * len((matched & spot.leaf) - spot.core)
    score += (
        0.6 * len(matched - spot.leaf) - len(missing) - 0.3 * len(spot.leaf - matched) - 0.05 * spot.depth
    )
    if spot.setting.kind == "object":
        # the switch in an object says more than that there is one
        score -= 0.3
    rest = [n for n in range(len(roots)) if n not in keyed]
    value = value_of(parts.words, rest, keyed, spot) if not parts.op else None
    if value is not None:
        shown, used, op = value
        if not all(n in used or filler(parts.words[n]) for n in rest) or parts.when is not None:
            return None
        # "secrets encryption off": what has such a value is not what is asked for
        off = any(parts.words[n].text in OFF for n in rest if n not in used)
        return score + 2, atom_of(spot, op, (shown,), parts.negated != off)
    states = [n for n in rest if parts.words[n].text in ON | OFF and parts.words[n].kind == "word"]
    others = [n for n in rest if n not in states and not filler(parts.words[n])]
    number = next(
        (n for n in others if parts.words[n].kind == "number" and spot.setting.kind == "number"), None
    )
    if number is not None and not parts.op and parts.when is None:
        parts = Parts(
            [w for n, w in enumerate(parts.words) if n != number], parts.negated, "eq", parts.words[number]
        )
        others.remove(number)
    if others:
        return None
    if parts.when is not None:
        return timed(parts, spot, score) if not parts.op else None
    if parts.op:
        return bounded(parts, spot, score)
    if turned & matched:
        # "disabled accounts": the key itself is said, not the state of what it turns off
        spot = replace(spot, turned=False)
    if (
        spot.setting.kind not in ("bool", "number")
        and not switch(spot)
        and any(parts.words[n].text not in FILLER | STOP for n in rest if n not in states)
    ):
        # some word that might be a value
        return None
    within = bool(matched & spot.above - spot.leaf - spot.core)
    return stated(parts, spot, score, {parts.words[n].text for n in states}, within=within)


def _together(best: dict[str, list[tuple[float, Spot, Atom]]]) -> Reading:
    """Of each type the places that fit best; what they say alike is one condition."""
    top = max(score for some in best.values() for score, _, _ in some)
    kept: list[tuple[float, Spot, Atom]] = []
    for some in best.values():
        most = max(score for score, _, _ in some)
        if most >= top - 1.6:
            kept += [one for one in some if one[0] > most - 0.01][:3]
    groups: dict[Any, list[Atom]] = defaultdict(list)
    for _, _, atom in kept:
        groups[atom.op, atom.values, atom.negated, atom.start, atom.end].append(atom)
    atoms = [
        some[0].model_copy(
            update={"ref": Ref(name=some[0].ref.name, places=tuple(p for a in some for p in a.ref.places))}
        )
        for some in groups.values()
    ]
    item: Item = atoms[0] if len(atoms) == 1 else Either(items=tuple(atoms))
    return Reading(item, top, tuple(spot for _, spot, _ in kept))


def _switched(parts: Parts, spots: Spots) -> Reading | None:
    """ "that are enabled": the thing itself."""
    states = {t.text for t in parts.words} & (ON | OFF)
    if not states or parts.op or any(not filler(t) and t.text not in states for t in parts.words):
        return None
    best: dict[str, list[tuple[float, Spot, Atom]]] = defaultdict(list)
    for spot in spots.near(("enabl", "disabl")):
        if spot.setting.kind == "bool" and spot.leaf <= _SELF and spot.depth <= 2:
            made = stated(parts, spot, 1.0 - 0.1 * spot.depth, states)
            if made is not None:
                best[spot.setting.type_id].append((made[0], spot, made[1]))
    return _together(best) if best else None


def _value_only(parts: Parts, spots: Spots) -> Reading | None:
    """A value that says by itself what it is of: "postgres", "internet-facing"."""
    if parts.when is not None or parts.op not in ("", "eq", "ne"):
        return None
    words = [t for t in parts.words if t.text not in FILLER | STOP or t.text in ("running",)]
    words += [parts.bound] if parts.bound is not None else []
    negated = parts.negated != (parts.op == "ne")
    best: dict[str, list[tuple[float, Spot, Atom]]] = defaultdict(list)
    for size in range(min(4, len(words)), 0, -1):
        for start in range(len(words) - size + 1):
            text = flat("".join(t.text for t in words[start : start + size]))
            if text not in spots.by_value and size == 1 and words[start].norm != words[start].text:
                # "who are guests": one of them is a guest
                text = flat(words[start].norm)
            rest = [t for t in (*words[:start], *words[start + size :]) if not filler(t)]
            # "secrets encryption off"
            off = [t for t in rest if t.text in _SAID_OFF]
            rest = [t for t in rest if t not in off]
            bare = text.isdigit() and "/" not in words[start].text
            if bare or len(text) < 3 or text in ("true", "false"):
                continue
            for spot in spots.by_value.get(text, ()):
                if spot.setting.kind in ("text", "array") and all(
                    spot.all.issuperset(roots_of(t)) for t in rest
                ):
                    score = 1 + 0.5 * len(rest) - 0.05 * spot.depth
                    best[spot.setting.type_id].append(
                        (score, spot, atom_of(spot, "eq", (spot.values[text],), negated != bool(off)))
                    )
        if best:
            break
    if not best and len(words) == 1 and words[0].text not in ON | OFF | _SAYS_LITTLE:
        for spot, value in spots.by_word.get(flat(words[0].text), ()):
            best[spot.setting.type_id].append(
                (0.8 - 0.05 * spot.depth, spot, atom_of(spot, "eq", (value,), negated))
            )
    if not best and len(words) == 1 and words[0].kind == "word":
        for spot in spots.by_family.get(words[0].text, ()):
            if spot.setting.leaf in _WITH_FAMILIES:
                best[spot.setting.type_id].append(
                    (0.9 - 0.05 * spot.depth, spot, atom_of(spot, "starts", (words[0].text,), negated))
                )
    if not best:
        return _switched(parts, spots)
    made = _together(best)
    partly = len(best) < len(spots.types)
    return Reading(made.item, made.score, made.spots, valued=True, partly=partly)
