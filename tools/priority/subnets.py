"""What AWS subnets add to security groups: network ACLs, and whether a route leads to the internet.

Reads `DescribeNetworkAcls` and `DescribeRouteTables` objects. Rules of an ACL are tried in their order and the first
that matches decides; a subnet that no record names has its VPC's default ACL and main route table. Where neither was
collected, nothing is said (`None`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from tools.findings.model import AssetRecord
from tools.priority.estate import Estate, name_of
from tools.priority.network import OpenRange
from tools.priority.reading import View, openness

_MOST_RULES = 200


@dataclass(frozen=True, slots=True)
class Passage:
    """Whether traffic passes: `opens` is None if no record decides; `by` names the record that does."""

    opens: bool | None
    by: str = ""
    asset_id: str = ""
    says: str = ""


@dataclass(frozen=True, slots=True)
class _Rule:
    number: int
    allow: bool
    first: int
    last: int
    share: float


class Subnets:
    """ACLs and route tables of an estate by subnet and by VPC; made once."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._acls: dict[tuple[str, str], AssetRecord] = {}
        self._routes: dict[tuple[str, str], AssetRecord] = {}
        for acl in estate.of_kind("ec2.nacl"):
            view = estate.view(acl)
            self._index(self._acls, acl, view, default=view.flag("IsDefault", "default") is True)
        for table in estate.of_kind("ec2.routes"):
            view = estate.view(table)
            main = any(a.flag("Main") for a in view.each("Associations", "associations"))
            self._index(self._routes, table, view, default=main)

    @staticmethod
    def _index(
        held: dict[tuple[str, str], AssetRecord], asset: AssetRecord, view: View, *, default: bool
    ) -> None:
        for item in view.each("Associations", "associations"):
            subnet = item.text("SubnetId", "subnet_id")
            if subnet:
                held.setdefault((asset.account, subnet.lower()), asset)
        vpc = view.text("VpcId", "vpc_id")
        if default and vpc:
            held.setdefault((asset.account, vpc.lower()), asset)

    def _of(
        self, held: dict[tuple[str, str], AssetRecord], account: str, subnet: str, vpc: str
    ) -> AssetRecord | None:
        return held.get((account, subnet.lower())) or held.get((account, vpc.lower()))

    def routed(self, account: str, subnet: str, vpc: str) -> Passage:
        """Whether the subnet has a route from the internet (an internet gateway behind a wide route)."""
        table = self._of(self._routes, account, subnet, vpc)
        if table is None:
            return Passage(None)
        for route in self._estate.view(table).each("Routes", "routes"):
            gateway = route.text("GatewayId", "gateway_id")
            cidr = route.text("DestinationCidrBlock", "DestinationIpv6CidrBlock", "destination_cidr_block")
            dead = route.text("State", "state").lower() == "blackhole"
            if gateway.startswith("igw-") and openness(cidr) > 0 and not dead:
                return Passage(True, gateway, table.asset_id)
        says = f"its subnet has no route to the internet (route table {name_of(table)})"
        return Passage(False, name_of(table), table.asset_id, says)

    def leads_to(self, account: str, subnet: str, vpc: str, peering: str) -> bool | None:
        """Whether the subnet has a live route through a peering connection; None if its routes were not collected."""
        table = self._of(self._routes, account, subnet, vpc)
        if table is None:
            return None
        return any(
            route.text("VpcPeeringConnectionId") == peering and route.text("State").lower() != "blackhole"
            for route in self._estate.view(table).each("Routes", "routes")
        )

    def admits(self, account: str, subnet: str, vpc: str, opening: OpenRange) -> Passage:
        """Whether the subnet's ACL lets any port of an opening in from addresses all over the internet."""
        acl = self._of(self._acls, account, subnet, vpc)
        if acl is None:
            return Passage(None)
        rules = self._estate.index(f"acl {acl.asset_id}", lambda: _rules(self._estate.view(acl)))
        if rules is None:
            return Passage(None, name_of(acl), acl.asset_id)
        says = f"network ACL {name_of(acl)} lets none of it in"
        return Passage(_let_in(rules, opening.first, opening.last), name_of(acl), acl.asset_id, says)


def subnets_of(estate: Estate) -> Subnets:
    """The index of one estate."""
    return estate.index("subnets", lambda: Subnets(estate))


def _rules(view: View) -> list[_Rule] | None:
    entries = view.get("Entries", "entries")
    if not isinstance(entries, list):
        return None
    found = []
    for entry in (View(item) for item in entries[:_MOST_RULES]):
        if entry.flag("Egress", "egress"):
            continue
        share = max(openness(c) for c in (entry.text("CidrBlock", "cidr"), entry.text("Ipv6CidrBlock")))
        if entry.text("Protocol", "protocol") not in {"-1", "6", "17", "tcp", "udp", "all", ""}:
            continue
        ports = entry.at("PortRange", "port_range")
        first, last = ports.text("From"), ports.text("To")
        number = entry.text("RuleNumber", "rule_number")
        found.append(
            _Rule(
                int(number) if number.isdigit() else 32767,
                entry.text("RuleAction", "rule_action").lower() == "allow",
                int(first) if first.isdigit() else 0,
                int(last) if last.isdigit() else 65535,
                share,
            )
        )
    return sorted(found, key=lambda r: (r.number, r.allow))


def _let_in(rules: Iterable[_Rule], first: int, last: int) -> bool:
    """Whether some port of the range comes through for most of the internet.

    A rule about a narrow range of addresses decides nothing for the rest of the world.
    """
    waiting = [(first, last)]
    for rule in rules:
        if rule.share <= 0:
            continue
        left: list[tuple[int, int]] = []
        for low, high in waiting:
            inside = (max(low, rule.first), min(high, rule.last))
            if inside[0] > inside[1]:
                left.append((low, high))
                continue
            if rule.allow:
                return True
            if rule.share < 1:
                left.append((low, high))
                continue
            left += [(low, inside[0] - 1)] if low < inside[0] else []
            left += [(inside[1] + 1, high)] if inside[1] < high else []
        waiting = left
        if not waiting:
            return False
    return False


def through_subnets(
    estate: Estate,
    account: str,
    places: Sequence[tuple[str, str]],
    openings: Sequence[OpenRange],
    port: int | None = None,
) -> tuple[list[OpenRange], Passage | None]:
    """The openings that come through the ACL and routes of any of the places (subnet, VPC), and, if none does, what
    stops them. What was not collected stops nothing.
    """
    if not openings:
        return list(openings), None
    subnets = subnets_of(estate)
    stopped: Passage | None = None
    through: list[OpenRange] = []
    for subnet, vpc in places or [("", "")]:
        route = subnets.routed(account, subnet, vpc)
        if route.opens is False:
            stopped = stopped or route
            continue
        for opening in openings:
            asked = replace(opening, first=port, last=port) if port is not None else opening
            passage = subnets.admits(account, subnet, vpc, asked)
            if passage.opens is False:
                stopped = stopped or passage
            elif opening not in through:
                through.append(opening)
    return through, None if through else stopped
