"""Items of arrays in a question: which array, which of its values, and what is said of one item."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from agent.planner.questions.element_places import PORTS, SOURCES, Array, Field, Noun, arrays_of, noun, stems
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Ref, Where
from agent.planner.questions.item_dates import read_dates
from agent.planner.questions.item_tests import ANYWHERE, Found, Named, read_tests, read_values, where
from agent.planner.questions.marks import Mark
from agent.planner.questions.setting_marks import types_of
from agent.planner.questions.settings import ITEM
from agent.planner.questions.tokens import Token

_OUT: Final = frozenset({"outbound", "egress", "outgoing"})
_TRUST: Final = re.compile(r"\b(?:trust\w*|assum\w+|roles?|principals?)\b")
_JOINING: Final = frozenset("to from by with without of on at for as and or not no is are be than".split())
_NETWORK: Final = re.compile(
    r"\b(?:inbound|outbound|ingress|egress|ports?|cidrs?|internet|0\.0\.0\.0/0|security groups?|firewall|traffic)\b"
)


def find_items(
    text: str, marks: list[Mark], tokens: list[Token], estate: Estate, *, weak: bool = False
) -> Found | None:
    """The arrays that a question speaks of, if it does; of several nouns the one whose items are named."""
    options: list[tuple[float, Found]] = []
    heads: list[Mark | None] = [m for m in marks if m.has("kind")]
    for head in [*heads, None]:
        kinds = head.get("kind") if head is not None else None
        types = types_of([kinds], estate) if kinds is not None else frozenset(estate.settings.by_type)
        arrays = arrays_of(estate, types)
        named = _named(head, marks, tokens, arrays, text)
        if head is None:
            named = [
                n
                for n in named
                if n.arrays
                or weak
                or n.text.split()[-1] in ("port", "ports", "cidr", "cidrs")
                or _of_earlier(n, named)
            ]
            told = [n for n in named if n.end - n.start > 1 or len({a.type_id for a in n.arrays}) == 1]
            if not told and not weak and not _NETWORK.search(text):
                # one common word, as rules or keys: no telling of what
                continue
            if any(
                not any(
                    n.start <= m.start < n.end
                    and (n.end - n.start > m.end - m.start or not types_of([m.get("kind")], estate))
                    for n in named
                )
                for m in heads
                if m is not None
            ):
                # a noun of assets that is no part of a name says whose items they are
                continue
        chosen, score = _chosen(named, arrays, tokens)
        if not chosen and head is not None and (weak or head is heads[0]):
            chosen = _holding(head, marks, tokens, arrays)
            score = 2.6 if chosen else 0.0
        if chosen:
            rest = [n for n in named if _of(n, chosen)]
            first = head is not None and head is heads[0]
            options.append((score - (head is None) + 0.3 * first, Found(head, kinds, chosen, rest)))
    if not options:
        return None
    found = max(options, key=lambda option: option[0])[1]
    if found.kind is None and len(found.arrays) > 1:
        # without a noun: rules of networks, else what most types call so
        ruled = tuple(a for a in found.arrays if _field(a, SOURCES) is not None)
        found.arrays = ruled or found.arrays
    found.arrays = _alike(found.arrays, text)
    found.used += [(tokens[n.start].start, tokens[n.end - 1].end) for n in found.named]
    read_tests(found, text, marks, tokens)
    read_dates(found, text, marks, tokens)
    needed = [{w.type_id for w in test.ref.places} for test in found.tests if test.op in ("source", "port")]
    # what cannot say where from or which port is not asked about
    found.arrays = (
        tuple(a for a in found.arrays if all(a.type_id in types for types in needed)) or found.arrays
    )
    return found


def _alike(arrays: tuple[Array, ...], text: str) -> tuple[Array, ...]:
    """Of arrays in others and arrays that are in none, those that are meant: statements of policies, not of trust."""
    inner = tuple(a for a in arrays if ITEM in a.path)
    if not inner or len(inner) == len(arrays):
        return arrays
    return tuple(a for a in arrays if a not in inner) if _TRUST.search(text) else inner


def _holding(
    head: Mark, marks: list[Mark], tokens: list[Token], arrays: tuple[Array, ...]
) -> tuple[Array, ...]:
    """The arrays whose items have a word of the question as a value."""
    for array in arrays:
        found = Found(head, None, (array,), [])
        read_values(found, marks, tokens)
        if found.tests:
            return (array,)
    return ()


def _named(
    head: Mark | None, marks: list[Mark], tokens: list[Token], arrays: tuple[Array, ...], text: str
) -> list[Named]:
    closed = [False] * len(tokens)
    for match in ANYWHERE.finditer(text):
        for n, token in enumerate(tokens):
            closed[n] |= match.start() <= token.start < match.end()
    for mark in marks:
        if (
            mark is head
            or (mark.kind == "agg" and mark.data == "percent")
            or mark.kind
            in (
                "tenant",
                "time",
                "quoted",
                "name",
                "number",
                "date",
                "id",
                "comma",
                "mark",
                "and",
                "or",
                "tag",
                "tagged",
                "owned",
            )
            or mark.get("attr") in ("account", "region", "provider", "severity", "class", "category")
        ):
            closed[mark.start : mark.end] = [True] * (mark.end - mark.start)
    nouns = [m for m in marks if m.kind == "kind" and m is not head and m.end - m.start > 1]
    index: dict[Noun, Named] = {}
    for array in arrays:
        for known in array.nouns:
            index.setdefault(known, Named(0, 0, "")).arrays.append(array)
        for one in array.fields:
            for known in array.named(one):
                index.setdefault(known, Named(0, 0, "")).fields.append((array, one))
    found: list[Named] = []
    at = 0
    while at < len(tokens):
        for size in range(min(4, len(tokens) - at), 0, -1):
            window = tokens[at : at + size]
            if any(closed[at : at + size]) or any(t.kind != "word" for t in window):
                continue
            if any(
                at + size > m.start and at < m.end and not (at <= m.start and m.end <= at + size)
                for m in nouns
            ):
                # one word of a longer noun: the role of "role assignments"
                continue
            words = [w for t in window for w in stems(t.norm)]
            hit = index.get(noun(words)) if len(words) <= 5 else None
            if hit is not None and size == 1 and _no_noun(at, hit, head, tokens):
                continue
            if hit is not None and not (
                size == 1
                and window[0].text
                in (
                    "open",
                    "allowed",
                    "access",
                    "all",
                    "set",
                    "in",
                    "state",
                    "status",
                    "log",
                    "logs",
                    "user",
                    "group",
                    "service",
                )
            ):
                text = " ".join(t.raw for t in window)
                found.append(Named(at, at + size, text, hit.arrays, hit.fields))
                at += size - 1
                break
        at += 1
    return found


def _no_noun(at: int, hit: Named, head: Mark | None, tokens: list[Token]) -> bool:
    """A joining word, though a key is called so ("to"), or what kind of thing is asked for ("privileged pods")."""
    if tokens[at].text in _JOINING or len(tokens[at].text) == 1:
        return True
    before = head is not None and head.start == at + 1
    return before and not hit.arrays and all(field.kind == "bool" for _, field in hit.fields)


def _chosen(
    named: list[Named], arrays: tuple[Array, ...], tokens: list[Token]
) -> tuple[tuple[Array, ...], float]:
    """For each type the array that the names fit best; how well they do."""
    out = any(t.text in _OUT for t in tokens)
    best: dict[str, tuple[float, Array]] = {}
    for array in arrays:
        items = max((n.end - n.start for n in named if array in n.arrays), default=0)
        values = sum(any(a is array for a, _ in n.fields) for n in named)
        if not items and not values:
            continue
        score = 2.0 * bool(items) + items + 1.5 * values - 0.2 * len(array.path)
        egress = "egres" in array.words or "egress" in array.words
        score -= (
            3
            if egress != out
            and (egress or any("egres" in "".join(a.words) for a in arrays if a.type_id == array.type_id))
            else 0
        )
        score -= 2 if "default" in array.words and "default" not in {t.text for t in tokens} else 0
        if array.type_id not in best or score > best[array.type_id][0]:
            best[array.type_id] = (score, array)
    if not best:
        return (), 0.0
    top = max(score for score, _ in best.values())
    kept = [array for score, array in best.values() if score >= top - 1.6]
    return tuple(sorted(kept, key=lambda a: a.type_id)), top


def _of(named: Named, chosen: tuple[Array, ...]) -> bool:
    return any(a in chosen for a in named.arrays) or any(a in chosen for a, _ in named.fields)


def _of_earlier(named: Named, others: list[Named]) -> bool:
    """Whether it is a value of items that were named before it: "access keys with the user name"."""
    before = [array for other in others if other.end <= named.start for array in other.arrays]
    return any(array in before for array, _ in named.fields)


def _field(array: Array, words: frozenset[str]) -> Field | None:
    return next((f for f in array.fields if " ".join(f.words) in words), None)


def refs(name: str, pairs: Iterable[tuple[Array, Field]], chosen: tuple[Array, ...]) -> tuple[Ref, ...]:
    """What a name stands for: one value, or two where a range has a first and a last one."""
    pairs = [(a, f) for a, f in pairs if a in chosen]
    made: list[Ref] = []
    ends = [" ".join(f.words) for _, f in pairs]
    if "from port" in ends and "to port" in ends:
        first = [(a, f) for a, f in pairs if f.words != ("to", "port")]
        last = [(a, f) for a, f in pairs if f.words == ("to", "port")]
        return Ref(name="port", places=_least(first)), Ref(name="to port", places=_least(last))
    names = {f.said for _, f in pairs}
    made.append(Ref(name=names.pop() if len(names) == 1 else name.lower(), places=_least(pairs)))
    return tuple(made)


def _least(pairs: list[tuple[Array, Field]]) -> tuple[Where, ...]:
    """For each type the least deep place."""
    best: dict[str, tuple[Array, Field]] = {}
    for array, one in sorted(pairs, key=lambda pair: (len(pair[1].path), len(pair[1].words))):
        best.setdefault(array.type_id, (array, one))
    return tuple(where(a, f) for a, f in best.values())


def shown_of(arrays: tuple[Array, ...]) -> tuple[Ref, ...]:
    """What tells the items of these arrays to people."""
    by_name: dict[str, list[tuple[Array, Field]]] = {}
    for array in arrays:
        for one in array.shown:
            name = _common(one) or (one.said if one.words else array.words[-1])
            by_name.setdefault(name, []).append((array, one))
        for one in array.fields:
            if one not in array.shown and _common(one) in ("source", "port"):
                by_name.setdefault(_common(one), []).append((array, one))
    return tuple(Ref(name=name, places=_least(pairs)) for name, pairs in by_name.items())[:8]


def _common(one: Field) -> str:
    """One name for what several providers call differently."""
    words = " ".join(one.words)
    if words in SOURCES:
        return "source"
    if words == "to port":
        return "to port"
    if words in PORTS:
        return "port"
    return "protocol" if words in ("ip protocol", "protocol") else ""
