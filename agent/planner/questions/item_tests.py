"""What a question says of one item of an array: values that it has, ports and address ranges that a rule is for."""

# ruff: noqa: E501 (tables and patterns are easier to read in one piece)

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from agent.planner.concepts import PORTS as PORTS_BY_NAME
from agent.planner.questions.element_places import PORTS, SOURCES, Array, Field
from agent.planner.questions.form import ItemTest, Kinds, Ref, Where
from agent.planner.questions.marks import Mark
from agent.planner.questions.phrases import STOP
from agent.planner.questions.settings import ITEM
from agent.planner.questions.tokens import Token

ANYWHERE: Final = re.compile(
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
# what ids of the cloud begin with, by what they are ids of
_CODES: Final = {
    "internet gateway": "igw", "nat gateway": "nat", "peering connection": "pcx", "vpc peering": "pcx", "peering": "pcx", "vpc peering connection": "pcx", "security group": "sg",
    "subnet": "subnet", "network interface": "eni", "volume": "vol", "transit gateway": "tgw", "vpc endpoint": "vpce", "instance": "i",
    "ec2 instance": "i", "vpc": "vpc", "image": "ami", "snapshot": "snap",
}  # fmt: skip
# "through a nat gateway": an id of that kind stands there
_BY_ID: Final = re.compile(
    rf"\b(?:to|through|via|over|using|behind|into)\s+(?:an?|the|any|some)\s+({'|'.join(sorted(_CODES, key=len, reverse=True))})\b"
)
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


def where(array: Array, one: Field) -> Where:
    path = one.path if one in array.around else (*array.path, ITEM, *one.path)
    return Where(type_id=array.type_id, path=path, kind=one.kind)


def read_tests(found: Found, text: str, marks: list[Mark], tokens: list[Token]) -> None:
    sources = [(a, f) for a in found.arrays for f in (*a.fields, *a.around) if " ".join(f.words) in SOURCES]
    ports = [(a, f) for a in found.arrays for f in a.fields if " ".join(f.words) in PORTS]
    if sources:
        ref = Ref(name="source", places=_every(sources))
        for match in _CIDR.finditer(text):
            values = ANYBODY if match[1] == "0.0.0.0/0" else (match[1],)
            _note(found, match, ItemTest(ref=ref, op="source", values=values, label=f"from {match[1]}"))
        for match in ANYWHERE.finditer(text):
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
                    numbers = [float(PORTS_BY_NAME[groups["service"]])]
                if not numbers:
                    continue
                negated = pattern is _OTHER_PORT or bool(groups.get("not"))
                label = f"{'on a port other than' if negated else 'on port'} {' or '.join(f'{n:g}' for n in numbers)}"
                _note(
                    found,
                    match,
                    ItemTest(ref=ref, op="port", values=tuple(numbers), label=label, negated=negated),
                )
    for match in _BY_ID.finditer(text):
        code = _CODES[match[1]]
        places = [(a, f) for a in found.arrays for f in a.fields if _coded_by(f, code)]
        if places:
            ref = Ref(name=places[0][1].said, places=_every(places))
            test = ItemTest(ref=ref, op="starts", values=(f"{code}-",), label=f"with a {match[1]}")
            found.named = [n for n in found.named if n.text.lower() != match[1]] or found.named
            found.used.append(match.span())
            found.tests.append(test)
    read_values(found, marks, tokens)


def _coded_by(one: Field, code: str) -> bool:
    """Whether ids that begin so stand in a field."""
    return any(v.startswith(f"{code}-") for v in list(one.values)[:50])


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


def read_values(found: Found, marks: list[Mark], tokens: list[Token]) -> None:
    """Words that some item holds as a value: a role, a policy, a state."""
    at = 0
    while at < len(tokens):
        mark = next(m for m in marks if m.start <= at < m.end)
        step = 1
        blocked = any(start <= tokens[at].start < end for start, end in found.used)
        if (
            (mark.kind == "kind" or (mark.kind == "word" and tokens[at].norm in _CODES))
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
    _merged(found, tokens)


def _merged(found: Found, tokens: list[Token]) -> None:
    """Values of one place are one test, where one item has one of them or the question says or."""
    either = any(t.text == "or" and t.kind == "word" for t in tokens)
    made: list[ItemTest] = []
    for test in found.tests:
        listed = any(w.kind == "array" for w in test.ref.places)
        same = next(
            (
                n
                for n, m in enumerate(made)
                if (m.ref, m.op, m.negated) == (test.ref, "in", test.negated) and (either or not listed)
            ),
            None,
        )
        if same is None:
            made.append(test)
            continue
        values = tuple(dict.fromkeys((*made[same].values, *test.values)))
        label = f"{made[same].label} or {test.values[0]}"
        made[same] = made[same].model_copy(update={"values": values, "label": label})
    found.tests = made


def _coded(found: Found, mark: Mark, tokens: list[Token]) -> ItemTest | None:
    """ "to an internet gateway": an id of that kind stands there."""
    said = " ".join(t.norm for t in tokens[mark.start : mark.end])
    code = _CODES.get(said, "")
    places = [(a, f) for a in found.arrays for f in a.fields if code and _coded_by(f, code)]
    if not places:
        return None
    return ItemTest(
        ref=Ref(name=places[0][1].said, places=_every(places)),
        op="starts",
        values=(f"{code}-",),
        label=f"with a {said}",
    )


# members of a binding that are everybody, though none may be there just now
_EVERYBODY: Final = {"allusers": "allUsers", "allauthenticatedusers": "allAuthenticatedUsers"}


def _value(found: Found, text: str, *, quoted: bool) -> ItemTest | None:
    if text in _EVERYBODY:
        members = [(a, f) for a in found.arrays for f in a.fields if f.words[-1:] == ("member",)]
        if members:
            ref = Ref(name="member", places=_every(members))
            return ItemTest(ref=ref, op="in", values=(_EVERYBODY[text],), label=f"member {_EVERYBODY[text]}")
    exact: list[tuple[Array, Field]] = []
    partly: list[tuple[Array, Field, str]] = []
    for array in found.arrays:
        for one in array.fields:
            if one.kind in ("bool", "number") or (one.words and one.words[-1] == "version"):
                continue
            if text in one.values or _plain(text) in one.plain_values:
                exact.append((array, one))
            elif len(text) >= 4 or text in ("ec2", "sns", "sqs", "s3"):
                partly += [(array, one, v) for v in one.values if _part(text, v)][:20]
    if exact:
        held = exact[0][1]
        shown = held.values[text if text in held.values else held.plain_values[_plain(text)]]
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


def _plain(text: str) -> str:
    """A text of several words without the signs in it; a single word is no such text."""
    return re.sub(r"[\W_]+", "", text) if re.search(r"[\W_]", text) else ""


def _part(text: str, value: str) -> bool:
    """Whether a word is a whole part of a value: owner of roles/owner, lambda of lambda.amazonaws.com."""
    if text not in value:
        return False
    return (
        value.startswith(text) and value[len(text) : len(text) + 1] in (".", "@", ":", "/")
    ) or value.endswith((f"/{text}", f":{text}"))
