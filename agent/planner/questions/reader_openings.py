"""Groups asked for by what their rules let in ("open to the world on 22"): that part of a question, read as one."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from agent.planner.concepts import PORTS
from agent.planner.questions import openings
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Kinds, Opening
from agent.planner.questions.marks import Mark
from agent.planner.questions.setting_marks import types_of
from agent.planner.questions.tokens import Token

# beside the letting in of something these are services; elsewhere they may be engines or products
_SERVICES: Final = PORTS | {
    "mariadb": 3306, "winrm": 5985, "vnc": 5900, "ldap": 389, "dns": 53, "smtp": 25, "kafka": 9092, "memcached": 11211,
    "kubelet": 10250, "docker": 2375,
}  # fmt: skip
_ALL: Final = frozenset(
    "internet world anywhere everyone everybody anyone anybody public publicly unrestricted outside".split()
)
_EVERY: Final = frozenset({"any", "all", "every", "whole", "*"})
_FAR: Final = frozenset({"source", "ip", "address", "addresse", "origin", "network", "host", "one"})
_NOT: Final = frozenset(
    "not n't don't doesn't do-not dont doesnt without no never none neither isn't aren't cannot".split()
)
_OUT: Final = frozenset({"outbound", "egress", "outgoing"})
_OPEN: Final = re.compile(r"open|expos|reachable|accessible|listening")
# without one of these a number is no port
_LETS: Final = re.compile(
    rf"\b(?:ports?|open\w*|allow\w*|permit\w*|let|lets|letting|expos\w*|accept\w*|reach\w*|internet|world|any(?:where|one|body)|every(?:one|body)|public\w*|unrestricted|{'|'.join(_SERVICES)})\b|\d/\d|::/0"
)
_BOUND: Final = re.compile(
    r"\bat (?:least|most)\b|\b\d+ (?:inbound |ingress |security |or more )*rules?\b|\bor (?:more|fewer|less)\b"
)
# the words that say that something is let in, and nothing else
_WORDS: Final = frozenset(
    "that which who where allow permit let letting allowing permitting allowed permitted open opened opening expose exposed exposing accept accepting grant "
    "have has having with contain containing include including do does doe be is are being can could at least one a an the their its it them rule entry "
    "inbound ingress incoming traffic access connection connectivity tcp udp port on to for from in into over via at by through of reachable accessible "
    "source address range cidr ip whole entire wide and or both either any all every some service protocol security login connect reach someone people "
    "admin administrative management remote unrestricted everything somebody".split()
)
_JOINS: Final = frozenset(
    "in on of for from with and or to by at that which where their its the a an is are".split()
)
# what is asked about the rules themselves, or said of them otherwise, is read by others
_OF_RULES: Final = re.compile(
    r"\b(?:which|what|list|show|give|every|each|per|by|of|the) (?:\w+ ){0,2}?(?:rules|ports|cidrs?|protocols?|ranges?)\b(?! \d)|\brules? (?:name|number|priority|description)|\b(?:one|a|each|every|single|separate) (?:row|line|record|entry) (?:per|for|each)\b"
    r"|\bper (?:rule|port|cidr|range)\b|\b(?:other than|except|exactly|apart from|besides|but not)\b|\b(?:from|to)-port|\b(?:from|to) port\b(?! ?\d)|\bport range|\bpriorit|\bdescription|\bdirection\b|\bwith (?:the )?(?:protocols?|ports?|cidrs?)\b(?! ?\d)|\b(?:ports?|cidrs?|protocols?)(?: and (?:cidrs?|ports?|protocols?|sources?))?\W*$"
)
_FOR_RULES: Final = re.compile(r"\b(?:firewall|nsg|security group) rules?\b")


def read_opening(
    text: str, marks: list[Mark], tokens: list[Token], estate: Estate
) -> tuple[str, Opening] | None:
    """The question without what it says of letting in, and that; None where groups are not asked for by it."""
    kinds = [m for m in marks if m.kind == "kind" and isinstance(m.data, Kinds)]
    if not kinds or any(m.kind == "entity" and m.data != "asset" for m in marks):
        return None
    head = kinds[0]
    types = types_of([head.data], estate)
    if not openings.all_say(estate, types):
        return None
    rest = _FOR_RULES.sub(" ", text) if head.text.lower().endswith(("rule", "rules")) else text
    if _OF_RULES.search(rest):
        return None
    for start, end in _runs(tokens, head):
        made = _opening(tokens[start:end], tuple(sorted(types)))
        if made is None:
            continue
        while start < end and tokens[start].text in ("and", "or", ","):
            start += 1
        while end > start and tokens[end - 1].text in _JOINS and not _lets(tokens[start:end]):
            end -= 1
        cut = f"{text[: tokens[start].start]} {text[tokens[end - 1].end :]}"
        return re.sub(r"\s{2,}", " ", cut).strip(" ,"), made
    return None


def _runs(tokens: list[Token], head: Mark) -> list[tuple[int, int]]:
    """Stretches of words that all may say what is let in; the noun itself divides them."""
    found: list[tuple[int, int]] = []
    start: int | None = None
    for at, token in enumerate(tokens):
        said = not head.start <= at < head.end and _says(token)
        if said and start is None:
            start = at
        if not said and start is not None:
            found.append((start, at))
            start = None
    if start is not None:
        found.append((start, len(tokens)))
    # what stands behind the noun first
    return sorted(found, key=lambda run: run[0] < head.start)


def _says(token: Token) -> bool:
    if token.kind == "id":
        return _is_range(token)
    if token.kind == "number":
        return (
            token.value is not None and token.value == int(token.value) and not token.unit
        ) or token.text == "one"
    if token.kind == "mark":
        return token.text in ("(", ")", ",", "=", ":", "*")
    return token.kind == "word" and bool(
        {token.text, token.norm} & (_WORDS | _ALL | _NOT | _OUT | _SERVICES.keys() | {"*"})
    )


def _is_range(token: Token) -> bool:
    return re.fullmatch(r"\d{1,3}(?:\.\d{1,3}){3}/\d{1,2}", token.text) is not None or token.text == "::/0"


def _opening(run: Sequence[Token], types: tuple[str, ...]) -> Opening | None:
    said = " ".join(t.text for t in run)
    if _BOUND.search(said) or _LETS.search(said) is None:
        return None
    ports: list[int] = []
    ranges: list[str] = []
    for at, token in enumerate(run):
        before = run[at - 1] if at else None
        if token.kind == "number" and token.text != "one":
            number = int(token.value or 0)
            if not (before is not None and before.text in _SERVICES and _SERVICES[before.text] == number):
                ports.append(number)
        elif token.text in _SERVICES:
            ports.append(_SERVICES[token.text])
        elif token.kind == "id":
            ranges.append(token.text)
        elif _all_of(token, before):
            ranges += openings.ANYWHERE
    if any(not 0 < port < 65_536 for port in ports) or not (ports or ranges):
        return None
    if "0.0.0.0/0" in ranges and ranges.count("0.0.0.0/0") == 1 and "::/0" not in ranges:
        ranges = ["0.0.0.0/0"]
    if ports and not ranges and _OPEN.search(said):
        # "with port 22 open": open to all
        ranges = list(openings.ANYWHERE)
    return Opening(
        ports=tuple(dict.fromkeys(ports)),
        ranges=tuple(dict.fromkeys(ranges)),
        types=types,
        outbound=any(t.text in _OUT for t in run),
        negated=any(t.text in _NOT for t in run),
    )


def _all_of(token: Token, before: Token | None) -> bool:
    """Whether a word means all there is: "the internet", "any source", "from *"."""
    if {token.text, token.norm} & _ALL:
        return True
    if before is None:
        return False
    starred = token.text == "*" and before.text in ("from", "=", "source", "by", "to")
    return starred or (token.norm in _FAR and before.text in _EVERY)


def _lets(run: Sequence[Token]) -> bool:
    """Whether the last word belongs to what is let in: "let 22 in"."""
    return run[-1].text == "in" and any(t.norm in ("let", "letting") for t in run)
