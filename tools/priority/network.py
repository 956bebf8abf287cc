"""What inbound rules let in from the internet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tools.findings.model import AssetRecord
from tools.priority.estate import Estate
from tools.priority.reading import View, ids, items, openness

ALL_PORTS = (0, 65535)


@dataclass(frozen=True, slots=True)
class OpenRange:
    """A port range that is open to `share` of the internet (1 = any address), by a rule of `owner`."""

    first: int
    last: int
    share: float
    cidr: str
    owner: str

    def covers(self, port: int) -> bool:
        """Whether the port is in the range."""
        return self.first <= port <= self.last

    @property
    def label(self) -> str:
        """`22`, `1000-2000` or `all ports`."""
        if (self.first, self.last) == ALL_PORTS or self.last - self.first >= 65000:
            return "all ports"
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


WIDE = 1_000
"""Ports more than which a rule opens, so that it says nothing of what listens: nobody runs that many services."""


def group_ids(view: View) -> list[str]:
    """Security group ids that a configuration names, in any spelling."""
    found = ids(
        items(
            view.get(
                "security_groups", "vpc_security_groups", "SecurityGroups", "VpcSecurityGroups", "Groups"
            )
        ),
        "GroupId",
        "VpcSecurityGroupId",
        "SecurityGroupId",
        "id",
    )
    found += view.texts("SecurityGroupIds") or view.at("VpcConfig").texts("SecurityGroupIds")
    for interface in view.each("NetworkInterfaces"):
        found += ids(items(interface.get("Groups")), "GroupId")
    return list(dict.fromkeys(found))


def group_openings(asset: AssetRecord, view: View) -> tuple[OpenRange, ...] | None:
    """What a security group lets in from the internet; None if its rules are not recorded."""
    rules = view.get("ingress_rules", "IpPermissions", "ip_permissions", "ingress")
    if not isinstance(rules, list):
        return None
    owner = view.text("id", "GroupId") or asset.uid.rsplit("/", 1)[-1]
    found: list[OpenRange] = []
    for rule in (View(item) for item in rules):
        ranges = ids(items(rule.get("IpRanges")), "CidrIp") + ids(items(rule.get("Ipv6Ranges")), "CidrIpv6")
        ranges += ids(items(rule.get("CidrIp", "cidr_blocks", "CidrIpv4")))
        first, last = _ports(rule.get("IpProtocol"), rule.get("FromPort"), rule.get("ToPort"))
        if first is None or last is None:
            continue
        for cidr in ranges:
            share = openness(cidr)
            if share > 0:
                found.append(OpenRange(first, last, share, cidr, owner))
    return tuple(found)


def openings_of(estate: Estate, account: str, groups: Iterable[str]) -> tuple[list[OpenRange], list[str]]:
    """What the named security groups let in together, and those of them whose rules are not recorded."""
    found: list[OpenRange] = []
    missing: list[str] = []
    for group in groups:
        asset = estate.find(account, group, "ec2.sg")
        openings = group_openings(asset, estate.view(asset)) if asset else None
        if openings is None:
            missing.append(group)
        else:
            found += openings
    return found, missing


def _ports(protocol: Any, first: Any, last: Any) -> tuple[int | None, int | None]:
    name = "" if protocol is None else str(protocol).lower()
    if name in {"-1", "all"} or (not name and first is None):
        return ALL_PORTS
    if name in {"icmp", "icmpv6", "1", "58"}:
        return None, None
    try:
        return int(first), int(last if last is not None else first)
    except (TypeError, ValueError):
        return ALL_PORTS


def port_grade(openings: Iterable[OpenRange], grades: Mapping[str, float], only: int | None = None) -> float:
    """How bad the worst opening is, 0 to 1, a little more when several sensitive ports are open."""
    best = 0.0
    sensitive: set[int] = set()
    other, everything = grades["other"], grades["all"]
    named = [(int(port), grade) for port, grade in grades.items() if port.isdigit()]
    for opening in openings:
        if only is not None and not opening.covers(only):
            continue
        if opening.label == "all ports":
            grade = everything if only is None else grades.get(str(only), other)
            sensitive.update((22, 3389, 445))
        else:
            hits = [(port, g) for port, g in named if opening.covers(port) and (only is None or port == only)]
            grade = max([g for _, g in hits], default=other)
            sensitive.update(port for port, g in hits if g > other)
        best = max(best, grade * (0.5 + 0.5 * opening.share))
    extra = 0.0 if only is not None else 0.02 * min(max(len(sensitive) - 1, 0), 3)
    return min(best + extra, 1.0) if best else 0.0


def ports_text(openings: Iterable[OpenRange], limit: int = 6) -> str:
    """`22, 443 and 3389`, shortened with a count."""
    labels = list(dict.fromkeys(o.label for o in sorted(openings, key=lambda o: (o.first, o.last))))
    if "all ports" in labels:
        return "all ports"
    shown = labels[:limit] + ([f"{len(labels) - limit} more"] if len(labels) > limit else [])
    return shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + " and " + shown[-1] if shown else ""
