"""How likely a known flaw lets an attacker in, and which flaw of an asset is the worst."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import NamedTuple, Protocol

from tools.findings.model import AssetRecord
from tools.priority.enrich.model import Flaw
from tools.priority.estate import Estate
from tools.priority.graph.vocabulary import GraphWords
from tools.priority.reading import shown


class Weakest(NamedTuple):
    """The name of the chance in the vocabulary, the flaw, and a clause."""

    name: str
    flaw: Flaw
    why: str


def weakest(flaws: Iterable[Flaw], words: GraphWords, *, tokens: bool = False) -> Weakest | None:
    """The flaw that most likely gives control from the network; None if none does.

    `tokens` says that the metadata service there wants a header or a token, which a forged request cannot bring.
    """
    found = [judged for flaw in flaws if (judged := judge(flaw, words, tokens=tokens)) is not None]
    return max(
        found,
        key=lambda w: (words.entry[w.name], w.flaw.epss or 0.0, w.flaw.cvss or 0.0, w.flaw.cve),
        default=None,
    )


class Range(Protocol):
    """Ports from first to last."""

    @property
    def first(self) -> int: ...
    @property
    def last(self) -> int: ...


def answering(flaws: Iterable[Flaw], openings: Iterable[Range], words: GraphWords) -> tuple[Flaw, ...]:
    """The flaws of software that can answer on what is open: a flawed web server is not behind port 22."""
    ranges = [(o.first, o.last) for o in openings]
    admin = words.services["admin"]
    # Wide ranges are not walked: more ports than `admin` has hold another.
    other = any(b - a >= len(admin) or not set(range(a, b + 1)) <= admin for a, b in ranges)

    def answers(flaw: Flaw) -> bool:
        ports = words.ports_of(flaw.package)
        if ports is None:
            return other or not flaw.package
        return any(a <= port <= b for port in ports for a, b in ranges)

    return tuple(flaw for flaw in flaws if answers(flaw))


def opening(flaws: Iterable[Flaw], words: GraphWords) -> dict[str, float]:
    """How well each flaw opens the door beside the worst one there, by CVE id in upper case; left out if not at all."""
    held = tuple(flaws)
    best = weakest(held, words)
    if best is None:
        return {}
    found: dict[str, float] = {}
    for flaw in held:
        mine = judge(flaw, words)
        found.setdefault(flaw.cve.upper(), words.entry[mine.name] / words.entry[best.name] if mine else 0.0)
    return found


def judge(flaw: Flaw, words: GraphWords, *, tokens: bool = False) -> Weakest | None:
    """One flaw. What is known not to be usable over a network is no way in, however grave it is."""
    if flaw.remote is False:
        return None
    cve = shown(flaw.cve)
    if tokens and flaw.cve.upper() in forgeries():
        return Weakest(
            "forged_only", flaw, f"{cve} only forges requests, and the metadata service wants a token"
        )
    if flaw.kev:
        return Weakest("exploited_flaw", flaw, f"{cve} is known to be exploited")
    if flaw.epss is not None and flaw.epss >= words.flaw.likely_epss:
        return Weakest("likely_flaw", flaw, f"{cve} has an exploit probability of {flaw.epss:.0%}")
    if flaw.cvss is not None and flaw.cvss >= words.flaw.remote_cvss:
        name = "likely_flaw" if flaw.remote else "known_flaw"
        return Weakest(name, flaw, f"{cve} scores {flaw.cvss:g} of 10")
    return Weakest("known_flaw", flaw, f"{cve} can be used over the network") if flaw.remote else None


def wants_token(estate: Estate, machine: AssetRecord) -> bool:
    """Whether a machine's metadata service wants what a forged request lacks: Azure's and Google's always do."""
    kind = estate.kind(machine)
    if kind in ("azure.vm", "gcp.vm"):
        return True
    options = estate.view(machine).at("MetadataOptions")
    return kind == "ec2.instance" and (
        options.text("HttpTokens").lower() == "required" or options.text("HttpEndpoint").lower() == "disabled"
    )


@cache
def forgeries() -> frozenset[str]:
    """CVE ids of well-known flaws that make a server send requests and do not run an attacker's code."""
    text = files("tools.priority").joinpath("data/forgery.tsv").read_text("utf-8")
    return frozenset(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))
