"""Conditions on one place in the configuration: a value, a bound, a time, on and off, there and missing."""

# ruff: noqa: E501 (a condition is easier to read in one piece)

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, Final

from agent.planner.questions.form import Atom, Ref
from agent.planner.questions.phrases import STOP
from agent.planner.questions.setting_parts import Parts, filler, roots_of
from agent.planner.questions.setting_places import Spot, flat, is_no, root, value_words
from agent.planner.questions.setting_words import FILLER, GONE, OFF, ON
from agent.planner.questions.settings import key_words
from agent.planner.questions.tokens import Token, in_bytes
from agent.planner.questions.weaknesses import where_of

_NUMERIC: Final = re.compile(r"\d+(?:\.\d+)*\Z")
_FAMILY: Final = re.compile(r"([a-z]+)\d+(?:\.\d+)*\Z")
_EITHER: Final = frozenset({"switched", "turned", "set", "configured"})
_SAYS: Final = {"gt": "above", "gte": "at least", "lt": "below", "lte": "at most", "ne": "other than", "eq": "=", "starts": "starting with", "ends": "ending in", "contains": "containing"}  # fmt: skip


class NoSuchValue(Exception):
    """A value that is said of a setting, and that nothing has."""

    def __init__(self, kind: str, name: str, near: tuple[str, ...]) -> None:
        super().__init__(f"{kind} {name}")
        self.kind, self.name, self.near = kind, name, near


def value_of(
    words: Sequence[Token], rest: list[int], keyed: list[int], spot: Spot
) -> tuple[str, set[int], str] | None:
    """A value that the place was seen to have: its text, the words it takes, and eq or starts."""
    if spot.setting.kind in ("bool", "object", "time", "number") or (not rest and len(words) < 2):
        return None
    told = [n for n in rest if words[n].text not in FILLER | STOP or words[n].text in ON | OFF]
    for size in (4, 3, 2, 1):
        for start in range(len(words) - size + 1):
            span = set(range(start, start + size))
            if not (
                span & set(told)
                or (size > 1 and span & set(rest) and span & set(keyed))
                or (
                    size == 1
                    and start == keyed[-1]
                    and spot.core <= {r for n in keyed if n != start for r in roots_of(words[n])}
                )
            ):
                continue
            text = flat("".join(words[n].text for n in sorted(span)))
            if text in spot.values:
                return spot.values[text], span, "eq"
    told = [n for n in told if not filler(words[n]) or words[n].text in ON | OFF]
    if (many := _by_words(words, told, spot)) is not None:
        return many, set(told), "eq"
    if len(told) == 1 and (wanted := _number_of(words[told[0]].text)) and _NUMERIC.match(words[told[0]].text):
        same = [v for v in spot.values.values() if spot.setting.kind == "text" and _number_of(v) == wanted]
        if len(same) == 1 and len(spot.values) <= 20:
            return same[0], set(told), "eq"
    if len(told) == 1 and words[told[0]].kind != "number":
        text = words[told[0]].text
        few = spot.values if len(spot.values) <= 60 else {}
        starts = [
            v
            for v in few.values()
            if v.lower().startswith(text) and not v[len(text) : len(text) + 1].isalpha()
        ]
        if starts and len(text) > 1:
            return text, set(told), "starts"
        if text not in ("true", "false"):
            one = [
                v
                for v in spot.values.values()
                if len(spot.values) <= 6 and root(text) in value_words(v) and not (is_no(v) or text in OFF)
            ]
            if len(one) == 1 and ((text in ON and len(spot.values) > 1) or text not in ON):
                return one[0], set(told), "eq"
    return None


def _by_words(words: Sequence[Token], told: list[int], spot: Spot) -> str | None:
    """The one value that has all of the words: "platform key" of EncryptionAtRestWithPlatformKey."""
    if not told or len(spot.values) > 12 or any(words[n].kind != "word" for n in told):
        return None
    roots = {r for n in told for r in roots_of(words[n])}
    if len(roots) < 2 and not (
        len(told) == 1 and len(words[told[0]].text) > 4 and spot.setting.kind == "text"
    ):
        return None
    if roots & (ON | OFF) or any(words[n].text in ON | OFF for n in told):
        return None
    fit = [v for v in dict.fromkeys(spot.values.values()) if roots <= value_words(v)]
    return fit[0] if len(fit) == 1 else None


def timed(parts: Parts, spot: Spot, score: float) -> tuple[float, Atom] | None:
    when = parts.when
    assert when is not None
    if spot.setting.kind == "time":
        values = (when.days,) if when.way != "range" else ()
        negated = parts.negated and when.way != "older"
        made = Atom(
            ref=ref_of(spot), op=when.way, values=values, start=when.start, end=when.end, negated=negated,
            label=f"{name_of(spot)} {when.label}",
        )  # fmt: skip
        return score + 2, made
    if spot.setting.kind == "number" and when.days and " ago" not in parts.when_said:
        said = parts.when_said.split()
        below = any(w in said for w in ("less", "fewer", "under", "below", "shorter", "<"))
        least = "at least" in parts.when_said or "or more" in parts.when_said or ">=" in said
        op: Any = ("gte" if least else "gt") if when.way == "older" else "lt" if below else "lte"
        return score + 1, atom_of(spot, op, (when.days,), parts.negated)
    return None


def bounded(parts: Parts, spot: Spot, score: float) -> tuple[float, Atom] | None:
    bound, op = parts.bound, parts.op
    assert bound is not None
    kind = spot.setting.kind
    if op in ("gt", "gte", "lt", "lte"):
        if kind == "number" and bound.value is not None:
            return score + 2, atom_of(spot, op, (_amount(bound, spot),), parts.negated)
        if kind == "text" and _NUMERIC.match(bound.text):
            return _versions(parts, spot, score)
        if kind == "text" and (family := _FAMILY.match(bound.text)) is not None:
            return _versions(parts, spot, score, family[1])
        return None
    negated = parts.negated != (op == "ne")
    if kind == "number" and bound.value is not None:
        return score + 2, atom_of(spot, "eq", (_amount(bound, spot),), negated)
    if kind not in ("text", "array", "bool"):
        return None
    if op in ("starts", "ends", "contains"):
        return score + 1, atom_of(spot, op, (bound.raw,), negated)
    if (shown := spot.values.get(flat(bound.text))) is not None:
        return score + 2, atom_of(spot, "eq", (shown,), negated)
    if _NUMERIC.match(bound.text) and kind == "text":
        same = [v for v in spot.values.values() if _number_of(v) == _number_of(bound.text)]
        if same and len(spot.values) <= 20:
            return score + 2, atom_of(spot, "in", tuple(sorted(same)), negated)
    if (
        bound.kind != "quoted"
        and len(bound.text) > 1
        and any(v.lower().startswith(bound.text) for v in spot.values.values())
    ):
        return score + 1, atom_of(spot, "starts", (bound.text,), negated)
    if bound.value is not None and spot.setting.many and not any(map(_NUMERIC.match, spot.values)):
        # "exactly two access keys": how many there are, and not what they are called
        return None
    if len(spot.values) <= 60 and spot.setting.kind == "text" and bound.text not in ON | OFF:
        near = get_close_matches(bound.text, [v.lower() for v in spot.values.values()], n=3, cutoff=0.4)
        raise NoSuchValue(name_of(spot), bound.raw, tuple(near or list(spot.values.values())[:3]))
    return None


def _versions(parts: Parts, spot: Spot, score: float, family: str = "") -> tuple[float, Atom] | None:
    """Those of the values seen that are before or after a version: TLS1_0 is below 1.2."""
    assert parts.bound is not None
    wanted = _number_of(parts.bound.text)
    held = [(v, _number_of(v)) for v in spot.values.values() if v.lower().startswith(family)]
    if not any(n for _, n in held) or wanted is None:
        return None
    tests = {
        "gt": lambda n: n > wanted,
        "gte": lambda n: n >= wanted,
        "lt": lambda n: n < wanted,
        "lte": lambda n: n <= wanted,
    }
    kept = tuple(sorted(v for v, n in held if n and tests[parts.op](n)))
    label = f"{name_of(spot)} {_SAYS[parts.op]} {parts.bound.raw}"
    made = Atom(ref=ref_of(spot), op="in", values=kept or ("-",), label=label, negated=parts.negated)
    return score + 2, made


def _number_of(text: str) -> tuple[int, ...] | None:
    found = re.findall(r"\d+", text)
    return tuple(map(int, found)) if found else None


def _amount(bound: Token, spot: Spot) -> float:
    words = {*key_words(spot.setting.leaf)}
    size = in_bytes(bound)
    if size is None:
        return float(bound.value or 0)
    if "byte" in words or "bytes" in words:
        return size
    if "mb" in words or "memory" in words:
        return size / 1e6 if size < 1e9 else round(size / 1e9 * 1024)
    return float(bound.value or 0) * {"tb": 1024.0}.get(bound.unit, 1.0)


def stated(
    parts: Parts, spot: Spot, score: float, states: set[str], *, within: bool = False
) -> tuple[float, Atom] | None:
    """On, off, there, missing. `within`: the object that the key is in was named, so that there is one."""
    off = bool(states & OFF)
    # "switched off" is off
    on = bool(states & (ON - _EITHER if off else ON))
    if on and off:
        return None
    kind = spot.setting.kind
    negated = parts.negated
    if (
        states & GONE
        or (kind in ("object", "array", "time") and (off or not on))
        or kind not in ("bool", "text", "number")
        or (kind == "text" and not switch(spot))
    ):
        if (states - GONE) & OFF:
            negated = not negated
        if states & GONE:
            return score, atom_of(spot, "empty", (), negated)
        if kind == "text" and spot.named and not negated:
            return None
        if kind not in ("object", "array"):
            if kind == "text" and negated and not off and spot.setting.always:
                # all have a value there: what they are said to be without is told by it
                return None
            return score, atom_of(spot, "empty", (), not negated)
        return score, atom_of(spot, "true", (), negated)
    good = (not off) != negated
    if spot.turned:
        good = not good
    explicit = bool(states) and not (on and parts.negated)
    if good:
        return score, atom_of(spot, "true", (), False)
    bad = tuple(sorted(v for v in spot.values.values() if is_no(v))) if kind != "number" else ()
    if (explicit or within) and bad:
        return score, atom_of(spot, "in", bad, False, f"{name_of(spot)} off")
    return score, atom_of(spot, "true", (), True)


def switch(spot: Spot) -> bool:
    values = list(spot.values.values())
    return (
        bool(values)
        and len(values) <= 8
        and (any(map(is_no, values)) or all(v.lower() in ON for v in values))
    )


def name_of(spot: Spot) -> str:
    own = [step for step in spot.setting.path if step != "*"]
    key = (
        own[-1]
        if not spot.leaf <= {"statu", "enabl", "stat", "state"} or len(own) < 2
        else f"{own[-2]} {own[-1]}"
    )
    if spot.born and len(own) > 1:
        # whose date it is: that of access keys
        key = f"{own[-2]} {key}"
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", key).replace("_", " ").lower()


def ref_of(spot: Spot) -> Ref:
    return Ref(name=name_of(spot), places=(where_of(spot.setting),))


def atom_of(spot: Spot, op: Any, values: tuple[str | float, ...], negated: bool, label: str = "") -> Atom:
    name = name_of(spot)
    if not label and op in ("true", "empty"):
        there = (op == "true") != negated
        switch = op == "true" and spot.setting.kind in ("bool", "text", "number")
        label = f"{name} {'on' if there else 'off'}" if switch else f"{'with' if there else 'without'} {name}"
    elif not label:
        shown = " or ".join(f"{v:g}" if isinstance(v, float) else v for v in values)
        label = f"{'not ' if negated else ''}{name} {_SAYS.get(op, '=')} {shown}"
    return Atom(ref=ref_of(spot), op=op, values=values, label=label, negated=negated)
