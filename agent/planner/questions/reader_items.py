"""Items of arrays in a question: which array, which of its values, and what is said of one item."""

# ruff: noqa: E501 (tables and patterns are easier to read in one piece)

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from agent.planner.questions.element_places import PORTS, SOURCES, Array, Field, Noun, arrays_of, noun, stems
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import ItemTest, Kinds, Ref, Where
from agent.planner.questions.marks import Mark
from agent.planner.questions.phrases import STOP
from agent.planner.questions.setting_marks import types_of
from agent.planner.questions.settings import ITEM
from agent.planner.questions.tokens import Token

_OUT: Final = frozenset({"outbound", "egress", "outgoing"})
_ANYBODY: Final = re.compile(
    r"(?:(?:open(?:ed)?|exposed|reachable|accessible|allowed|allowing|facing|available|access|traffic|everything)\s+)*(?:(?:to|from|by|towards|for|is|=)\s+)*(?:the\s+)?"
    r"(?:(?:whole\s+|public\s+|entire\s+)?internet\b|(?:whole\s+|entire\s+)?world\b|anywhere\b|any\s+(?:ip\s+)?(?:address|source|ip)\b|everyone\b|everybody\b|anybody\b|anyone\b|0\.0\.0\.0/0|::/0)"
)
_PORT: Final = re.compile(
    r"(?P<not>(?:other than|except(?: for)?|not|besides|apart from)\s+(?:(?:on|for|to)\s+)?)?(?:(?:on|for|to|at|reach|reaching|open|via)\s+)*(?:the\s+)?(?:tcp\s+|udp\s+)?"
    r"(?:ports?\s+(?P<list>\d{1,5}(?:(?:\s*,\s*|\s+(?:or|and)\s+)\d{1,5})*)|(?<!\w)(?P<service>ssh|rdp|https|http|smb|mysql|postgres(?:ql)?|telnet|ftp|redis|mongo(?:db)?)(?:\s*\(?\d{1,5}\)?)?(?=\W|$)|(?<=reach )(?P<bare>\d{1,5})\b)"
    r"(?:\s+(?:other than|except)\s+(?P<but>\d{1,5}(?:(?:\s*,\s*|\s+(?:or|and)\s+)\d{1,5})*))?"
)
_OTHER_PORT: Final = re.compile(
    r"(?:on\s+)?(?:a\s+|any\s+)?ports?\s+(?:other than|except(?: for)?|besides|apart from|but not|that (?:is|are) (?:not|neither))\s+(?P<list>\d{1,5}(?:(?:\s*,\s*|\s+(?:or|and|nor)\s+)\d{1,5})*)"
)
_SERVICES: Final = {
    "ssh": 22, "rdp": 3389, "https": 443, "http": 80, "smb": 445, "mysql": 3306, "postgres": 5432, "postgresql": 5432,
    "telnet": 23, "ftp": 21, "redis": 6379, "mongo": 27017, "mongodb": 27017,
}  # fmt: skip
# what ids of the cloud begin with, by what they are ids of
_CODES: Final = {
    "internet gateway": "igw", "nat gateway": "nat", "peering connection": "pcx", "vpc peering": "pcx", "security group": "sg",
    "subnet": "subnet", "network interface": "eni", "volume": "vol", "transit gateway": "tgw", "vpc endpoint": "vpce", "instance": "i",
    "ec2 instance": "i", "vpc": "vpc", "image": "ami", "snapshot": "snap",
}  # fmt: skip
_CIDR: Final = re.compile(r"(?:(?:from|to|source|of|with)\s+)*(\d{1,3}(?:\.\d{1,3}){3}/\d{1,2})")
ANYBODY: Final = ("0.0.0.0/0", "::/0", "*", "Internet", "Any")


@dataclass(slots=True)
class Named:
    """Tokens that name an item or a value of one: `arrays` where they do so as the item, `fields` as a value."""

    start: int
    end: int
    text: str
    arrays: list[Array] = field(default_factory=list)
    fields: list[tuple[Array, Field]] = field(default_factory=list)


@dataclass(slots=True)
class Found:
    """What a question says of items: of which assets, which arrays, names in it, tests, and the pieces of text used."""

    kind: Mark | None
    kinds: Kinds | None
    arrays: tuple[Array, ...]
    named: list[Named]
    tests: list[ItemTest] = field(default_factory=list)
    used: list[tuple[int, int]] = field(default_factory=list)


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
                if n.arrays or weak or n.text.split()[-1] in ("port", "ports", "cidr", "cidrs")
            ]
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
    found.used += [(tokens[n.start].start, tokens[n.end - 1].end) for n in found.named]
    _tests(found, text, marks, tokens)
    needed = [{w.type_id for w in test.ref.places} for test in found.tests if test.op in ("source", "port")]
    # what cannot say where from or which port is not asked about
    found.arrays = (
        tuple(a for a in found.arrays if all(a.type_id in types for types in needed)) or found.arrays
    )
    return found


def _holding(
    head: Mark, marks: list[Mark], tokens: list[Token], arrays: tuple[Array, ...]
) -> tuple[Array, ...]:
    """The arrays whose items have a word of the question as a value."""
    for array in arrays:
        found = Found(head, None, (array,), [])
        _values(found, marks, tokens)
        if found.tests:
            return (array,)
    return ()


def _named(
    head: Mark | None, marks: list[Mark], tokens: list[Token], arrays: tuple[Array, ...], text: str
) -> list[Named]:
    closed = [False] * len(tokens)
    for match in _ANYBODY.finditer(text):
        for n, token in enumerate(tokens):
            closed[n] |= match.start() <= token.start < match.end()
    for mark in marks:
        if (
            mark is head
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
            words = [w for t in window for w in stems(t.norm)]
            hit = index.get(noun(words)) if len(words) <= 5 else None
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


def _field(array: Array, words: frozenset[str]) -> Field | None:
    return next((f for f in array.fields if " ".join(f.words) in words), None)


def where(array: Array, one: Field) -> Where:
    path = one.path if one in array.around else (*array.path, ITEM, *one.path)
    return Where(type_id=array.type_id, path=path, kind=one.kind)


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


# --- what is said of an item


def _tests(found: Found, text: str, marks: list[Mark], tokens: list[Token]) -> None:
    sources = [(a, f) for a in found.arrays for f in (*a.fields, *a.around) if " ".join(f.words) in SOURCES]
    ports = [(a, f) for a in found.arrays for f in a.fields if " ".join(f.words) in PORTS]
    if sources:
        ref = Ref(name="source", places=_every(sources))
        for match in _CIDR.finditer(text):
            values = ANYBODY if match[1] == "0.0.0.0/0" else (match[1],)
            _note(found, match, ItemTest(ref=ref, op="source", values=values, label=f"from {match[1]}"))
        for match in _ANYBODY.finditer(text):
            if not _taken(found, match):
                _note(found, match, ItemTest(ref=ref, op="source", values=ANYBODY, label="from anywhere"))
    if ports:
        ref = Ref(name="port", places=_every(ports))
        for pattern in (_OTHER_PORT, _PORT):
            for match in pattern.finditer(text):
                if _taken(found, match, but_named=True):
                    continue
                groups = match.groupdict()
                said = groups.get("list") or groups.get("bare")
                numbers = [float(n) for n in re.findall(r"\d{1,5}", said or "")]
                if not numbers and groups.get("service"):
                    numbers = [float(_SERVICES[groups["service"]])]
                if not numbers:
                    continue
                negated = pattern is _OTHER_PORT or bool(groups.get("not"))
                label = f"{'on a port other than' if negated else 'on port'} {' or '.join(f'{n:g}' for n in numbers)}"
                _note(
                    found,
                    match,
                    ItemTest(ref=ref, op="port", values=tuple(numbers), label=label, negated=negated),
                )
    _values(found, marks, tokens)


def _every(pairs: list[tuple[Array, Field]]) -> tuple[Where, ...]:
    return tuple(dict.fromkeys(where(a, f) for a, f in pairs))


def _taken(found: Found, match: re.Match[str], *, but_named: bool = False) -> bool:
    used = found.used[len(found.named) :] if but_named else found.used
    return any(start < match.end() and match.start() < end for start, end in used)


def _note(found: Found, match: re.Match[str], test: ItemTest) -> None:
    found.used.append(match.span())
    found.named = [n for n in found.named if not _inside(n, match)] or found.named
    found.tests.append(test)


def _inside(named: Named, match: re.Match[str]) -> bool:
    return named.text.lower() in ("port", "ports") and re.search(r"\bports?\s+\d", match[0]) is not None


def _values(found: Found, marks: list[Mark], tokens: list[Token]) -> None:
    """Words that some item holds as a value: a role, a policy, a state."""
    at = 0
    while at < len(tokens):
        mark = next(m for m in marks if m.start <= at < m.end)
        step = 1
        blocked = any(start <= tokens[at].start < end for start, end in found.used)
        if (
            mark.kind == "kind"
            and mark is not found.kind
            and not blocked
            and (coded := _coded(found, mark, tokens))
        ):
            found.tests.append(coded)
            found.used.append((tokens[mark.start].start, tokens[mark.end - 1].end))
            at = mark.end
            continue
        place = mark.kind == "tenant" and getattr(getattr(mark.data, "ref", None), "name", "") in (
            "account",
            "region",
        )
        said = (
            mark.kind == "with"
            and any(n.start == mark.end for n in found.named)
            and any(tokens[at].text in f.values for a in found.arrays for f in a.fields)
        )
        if said or (
            not blocked
            and not place
            and mark is not found.kind
            and mark.kind not in ("time", "entity", "by", "of", "agg", "and", "or", "comma", "with")
        ):
            for size in range(min(3, len(tokens) - at), 0, -1):
                window = tokens[at : at + size]
                text = " ".join(t.text for t in window)
                if size == 1 and (text in STOP or len(text) < 3 or window[0].kind == "number"):
                    continue
                if (test := _value(found, text, quoted=window[0].kind == "quoted")) is None:
                    continue
                before = tokens[at - 1].text if at else ""
                negated = before in ("not", "isn't", "aren't", "except", "non") or mark.kind == "not"
                label = f"{'not ' if negated else ''}{test.label}"
                found.tests.append(test.model_copy(update={"negated": negated, "label": label}))
                start = tokens[at - 1].start if negated else window[0].start
                found.used.append((start, window[-1].end))
                step = size
                break
        at += step


def _coded(found: Found, mark: Mark, tokens: list[Token]) -> ItemTest | None:
    """ "to an internet gateway": an id of that kind stands there."""
    said = " ".join(t.norm for t in tokens[mark.start : mark.end])
    code = _CODES.get(said, "")
    places = [
        (a, f)
        for a in found.arrays
        for f in a.fields
        if code and any(v.startswith(f"{code}-") for v in list(f.values)[:50])
    ]
    if not places:
        return None
    return ItemTest(
        ref=Ref(name=places[0][1].said, places=_every(places)),
        op="starts",
        values=(f"{code}-",),
        label=f"with a {said}",
    )


def _value(found: Found, text: str, *, quoted: bool) -> ItemTest | None:
    exact: list[tuple[Array, Field]] = []
    partly: list[tuple[Array, Field, str]] = []
    for array in found.arrays:
        for one in array.fields:
            if one.kind in ("bool", "number") or (one.words and one.words[-1] == "version"):
                continue
            if text in one.values:
                exact.append((array, one))
            elif len(text) >= 4 or text in ("ec2", "sns", "sqs", "s3"):
                partly += [(array, one, v) for v in one.values if _part(text, v)][:20]
    if exact:
        shown = exact[0][1].values[text]
        ref = Ref(name=exact[0][1].said, places=_every(exact))
        return ItemTest(ref=ref, op="in", values=(shown,), label=f"{ref.name} {shown}")
    if partly:
        values = tuple(
            dict.fromkeys(
                next(f.values[v] for a, f, v in partly if v == low)
                for low in dict.fromkeys(v for _, _, v in partly)
            )
        )
        ref = Ref(name=partly[0][1].said, places=_every([(a, f) for a, f, _ in partly]))
        return ItemTest(ref=ref, op="in", values=values, label=f"{ref.name} {' or '.join(values[:4])}")
    return None


def _part(text: str, value: str) -> bool:
    """Whether a word is a whole part of a value: owner of roles/owner, lambda of lambda.amazonaws.com."""
    return bool(re.match(rf"{re.escape(text)}[.@:/]", value) or re.search(rf"[/:]{re.escape(text)}\Z", value))
