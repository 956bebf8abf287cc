"""What of all that happens bears on a finding: its ports, and the techniques that would use it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

from tools.findings.model import Finding
from tools.priority.correlation.model import Sense
from tools.priority.network import ALL_PORTS, OpenRange
from tools.priority.vocabulary import vocabulary
from tools.priority.weakness import weakness_of

_WORDS = re.compile(r"[^a-z0-9]+")
_TECHNIQUE = re.compile(r"\bT\d{4}(?:\.\d{3})?\b", re.IGNORECASE)
_MORE_PORTS = {"management": (22, 3389, 5985, 5986)}
_ATTACKED = {
    "entry",
    "takeover",
    "data_exposure",
    "credential",
    "privilege",
    "lateral",
    "guardrail",
    "barrier",
    "detection",
}
WEB_PORTS = frozenset({80, 443, 8080, 8443})
"""Ports that visitors use: a conversation there is no sign of an attack unless the finding names the port."""
Watch = Literal["network", "machine", "calls", "identity", "nothing"]
"""Which records would show use: traffic, the machine's agent, calls to the resource itself (reads of data, runs of a
function), calls that the cloud's audit log holds of an identity, or none that anybody collects."""


@dataclass(frozen=True, slots=True)
class Focus:
    """What to look for. Without `ranges` no traffic speaks about the finding; `weakness` is its class.

    `named` says that the finding itself names the ports; else they are those that the configuration opens.
    """

    ranges: tuple[tuple[int, int], ...] = ()
    weakness: str = ""
    watch: Watch = "nothing"
    named: bool = False

    def covers(self, port: int | None) -> bool:
        """Whether traffic on a port is about the finding."""
        return port is not None and any(low <= port <= high for low, high in self.ranges)

    def tells_use(self, port: int) -> bool:
        """Whether a conversation on a port is use of the weakness, and not what the service is there for."""
        if self.weakness == "vulnerability":
            return False  # visitors of an open port do not tell that its flaw is used
        return self.covers(port) and (self.named or port not in WEB_PORTS)

    @property
    def label(self) -> str:
        """`port 22`, `ports 22 and 3389`, `any port`; empty without a port."""
        if not self.ranges:
            return ""
        if any(high - low >= 65_000 for low, high in self.ranges):
            return "any port"
        named = [str(low) if low == high else f"{low}-{high}" for low, high in self.ranges[:6]]
        if len(named) == 1 and "-" not in named[0]:
            return f"port {named[0]}"
        return f"ports {', '.join(named[:-1])} and {named[-1]}" if len(named) > 1 else f"ports {named[0]}"


def ports_of(finding: Finding) -> tuple[int, ...]:
    """The ports that a finding names, in its rule, kind or title; none if it is about no port in particular."""
    return _ports_named(finding.rule_id, finding.kind, finding.title)


@lru_cache(maxsize=65_536)
def _ports_named(*texts: str) -> tuple[int, ...]:
    for text in texts:
        words = [word for word in _WORDS.split(text.lower()) if word]
        if not {"port", "ports", "ssh", "rdp"} & set(words):
            continue
        found: list[int] = []
        for word in words:
            if word in vocabulary().ports:
                found.append(vocabulary().ports[word])
            elif word.isdigit() and 1 <= int(word) <= 65_535:
                found.append(int(word))
            elif word in _MORE_PORTS:
                found += _MORE_PORTS[word]
        if found:
            return tuple(dict.fromkeys(found))
    return ()


def focus_of(
    finding: Finding | None,
    openings: Iterable[OpenRange],
    *,
    machine: bool,
    network: bool,
    identity: bool,
    remote: bool = True,
) -> Focus:
    """What to look for about a finding, or about an asset alone (its open ports and any alert).

    `machine` and `identity`: the asset is one; `network`: traffic is what reaches it; `remote`: the flaw that the
    finding is about works over the network.
    """
    opened = tuple(dict.fromkeys((o.first, o.last) for o in openings))
    own: Watch = "machine" if machine else "identity" if identity else "network" if network else "calls"
    if finding is None:
        return Focus(opened, "", "network" if opened else own)
    weakness = weakness_of(finding)
    named = tuple((port, port) for port in ports_of(finding))
    if named:
        return Focus(named, weakness.name, "network", named=True)
    if weakness.name == "vulnerability":
        return Focus(opened if remote else (), weakness.name, "machine")
    if weakness.name == "entry" and (opened or machine or network):
        return Focus(opened or (ALL_PORTS,), weakness.name, "network")
    return Focus((), weakness.name, own if weakness.name in _ATTACKED else "nothing")


@cache
def _techniques() -> dict[tuple[str, str], Sense]:
    found: dict[tuple[str, str], Sense] = {}
    for line in files("tools.priority").joinpath("data/techniques.tsv").read_text("utf-8").splitlines()[1:]:
        weakness, technique, sense = line.split("\t")
        found[weakness, technique] = "probe" if sense == "probe" else "use"
    return found


def techniques_in(*texts: object) -> tuple[str, ...]:
    """ATT&CK technique ids that texts or lists of texts name."""
    return tuple(
        dict.fromkeys(t.upper() for text in texts for t in _TECHNIQUE.findall(str(text) if text else ""))
    )


@cache
def techniques_for(weakness: str) -> Mapping[str, Sense]:
    """The techniques that a class of weakness allows, and whether each uses it or tries it."""
    return {technique: sense for (name, technique), sense in _techniques().items() if name == weakness}


def sense_of(techniques: Iterable[str], weakness: str) -> Sense:
    """What an alert's techniques say about a class of weakness; a sub-technique counts as its technique.

    About an asset alone (no class) any technique beyond scanning is use.
    """
    found: set[Sense] = set()
    for technique in techniques:
        if not weakness:
            found.add(_techniques().get(("any", technique[:5]), "use"))
            continue
        for key in (technique, technique[:5]):
            if sense := _techniques().get((weakness, key)) or _techniques().get(("any", key)):
                found.add(sense)
                break
    return "use" if "use" in found else "probe" if "probe" in found else "other"
