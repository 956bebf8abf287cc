"""Inbound rules of Azure security groups, in the order in which they count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tools.findings.model import AssetRecord
from tools.priority.graph.ranges import holds, inside, left, network
from tools.priority.iam.azure.model import scope_of
from tools.priority.reading import View

NETWORK = "VirtualNetwork"
"""Azure's name for a network with all its peers."""
_ANYONE = {"virtualnetwork", "*", "any", "0.0.0.0/0"}
_OUTSIDE = {"internet", "azureloadbalancer", "azurecloud", "gatewaymanager", "azuretrafficmanager"}
_LAST = 65_500


@dataclass(frozen=True, slots=True)
class Inlet:
    """Ports that come through from a place (`VirtualNetwork`, a range, an application group), and by which groups.

    Not `sure` where a nearer rule keeps a part of the place out.
    """

    first: int
    last: int
    source: str
    owners: tuple[AssetRecord, ...]
    sure: bool = True

    def covers(self, port: int | None) -> bool:
        """Whether the port comes through; a port that nobody recorded may be any."""
        return port is None or self.first <= port <= self.last

    def narrowed(self, other: Inlet) -> Inlet | None:
        """What comes through both, or None."""
        first, last = max(self.first, other.first), min(self.last, other.last)
        source = _narrower(self.source, other.source)
        if first > last or not source:
            return None
        return Inlet(first, last, source, (*self.owners, *other.owners), self.sure and other.sure)


@dataclass(frozen=True, slots=True)
class Rule:
    """One inbound rule: sources and targets as the record names them, ranges of ports."""

    allow: bool
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    ranges: tuple[tuple[int, int], ...]

    def aims_at(self, addresses: Sequence[str], groups: Sequence[str]) -> bool:
        """Whether the rule is about a machine with these addresses and application groups."""
        if not self.targets:
            return True
        return any(
            one.lower() in _ANYONE
            or one.lower() in groups
            or holds(one, addresses)
            or (network(one) is not None and not addresses)
            for one in self.targets
        )


def rules_of(view: View) -> list[Rule]:
    """A group's inbound rules, Azure's own included; the lower number first."""
    listed = [*view.each("securityRules", "security_rules"), *view.each("defaultSecurityRules")]
    if not view.has("defaultSecurityRules"):
        own = {
            "priority": 65_000,
            "access": "Allow",
            "sourceAddressPrefix": NETWORK,
            "destinationPortRange": "*",
        }
        listed.append(View(own))
    inbound = [
        r
        for r in listed
        if r.text("direction").lower() in {"inbound", ""} and r.text("protocol").lower() != "icmp"
    ]
    return [_rule(r) for r in sorted(inbound, key=_priority)]


def through(
    rules: Sequence[Rule],
    guard: AssetRecord,
    addresses: Sequence[str],
    groups: Sequence[str],
    spaces: Sequence[str],
) -> Iterator[Inlet]:
    """What a group lets in from inside; a deny for the whole network (its `spaces`) closes what follows."""
    denied: list[tuple[int, int]] = []
    doubted: list[tuple[int, int]] = []
    for rule in rules:
        if not rule.aims_at(addresses, groups):
            continue
        for source in rule.sources:
            low = source.lower()
            if low in _OUTSIDE:
                continue
            whole = low in _ANYONE or any(inside(space, source) for space in spaces)
            if not rule.allow:
                (denied if whole else doubted).extend(rule.ranges)
                continue
            for first, last in rule.ranges:
                for a, b in left(first, last, denied):
                    sure = all(high < a or low > b for low, high in doubted)
                    yield Inlet(a, b, NETWORK if whole else source, (guard,), sure)


def _priority(rule: View) -> tuple[int, bool]:
    text = rule.text("priority")
    return int(text) if text.isdigit() else _LAST, rule.text("access").lower() != "deny"


def _rule(view: View) -> Rule:
    sources = [*view.texts("sourceAddressPrefix"), *view.texts("sourceAddressPrefixes")]
    sources += [scope_of(g.text("id")) for g in view.each("sourceApplicationSecurityGroups")]
    targets = [*view.texts("destinationAddressPrefix"), *view.texts("destinationAddressPrefixes")]
    targets += [scope_of(g.text("id")) for g in view.each("destinationApplicationSecurityGroups")]
    ranges: list[tuple[int, int]] = []
    for value in [*view.texts("destinationPortRange"), *view.texts("destinationPortRanges")]:
        first, _, last = value.partition("-")
        if value == "*":
            ranges.append((0, 65_535))
        elif first.isdigit() and (last or first).isdigit():
            ranges.append((int(first), int(last or first)))
    return Rule(view.text("access").lower() != "deny", tuple(sources), tuple(targets), tuple(ranges))


def _narrower(one: str, other: str) -> str:
    """The narrower of two sources; empty when they do not meet (ranges count as meeting if one holds the other)."""
    if one in (NETWORK, other):
        return other
    if other == NETWORK or inside(one, other):
        return one
    return other if inside(other, one) else ""
