"""What an AWS machine, function or database can reach inside: security groups, subnets, peered networks.

Groups and address ranges are places of their own in the graph, so that a thousand machines in front of a thousand
targets make two thousand steps and not a million.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from tools.findings.model import AssetRecord
from tools.priority.estate import Estate, name_of
from tools.priority.graph.model import Edge, Node, NodeKind, Parts, Relation
from tools.priority.network import ALL_PORTS, group_ids
from tools.priority.reading import View, ids, items, shown
from tools.priority.subnets import subnets_of

HOSTS = ("ec2.instance", "lambda.function", "ecs.service", "eks.node")
_MOST_RULES = 500


@dataclass(frozen=True, slots=True)
class Standing:
    """Where something stands: VPC, subnets, security groups, private addresses."""

    vpc: str
    subnets: tuple[str, ...]
    groups: tuple[str, ...]
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Inlet:
    """One inbound rule: ports from a group (`group`) or from addresses (`cidr`), of the group asset `owner`."""

    first: int
    last: int
    group: str
    cidr: str
    owner: AssetRecord

    def covers(self, port: int | None) -> bool:
        """Whether the port comes through; a port that nobody recorded may be any."""
        return port is None or self.first <= port <= self.last


class Inside:
    """Reachability inside the estate's VPCs."""

    def __init__(self, estate: Estate, parts: Parts) -> None:
        self._estate = estate
        self._parts = parts
        self._rules: dict[str, list[Inlet]] = {}
        self._in_vpc: dict[str, list[tuple[AssetRecord, Standing]]] = {}
        self._in_group: dict[tuple[str, str], list[tuple[AssetRecord, Standing]]] = {}
        for host in estate.of_kind(*HOSTS):
            standing = self.standing(host)
            if standing.vpc:
                self._in_vpc.setdefault(standing.vpc, []).append((host, standing))
            for group in standing.groups:
                self._in_group.setdefault((host.account, group), []).append((host, standing))
        self._linked: set[str] = set()
        self._peers = self._peerings()
        self._neighbours: dict[str, list[str]] = {}
        for one, other in self._peers:
            self._neighbours.setdefault(one, []).append(other)

    def standing(self, asset: AssetRecord) -> Standing:
        """Where an asset stands; empty where no record says."""
        view = self._estate.view(asset)
        own = view.at("VpcConfig") if self._estate.kind(asset) == "lambda.function" else view
        group = view.at("DBSubnetGroup")
        vpc = own.text("VpcId", "vpc_id") or group.text("VpcId")
        subnets = [own.text("SubnetId", "subnet_id"), *own.texts("SubnetIds", "subnet_ids")]
        subnets += [s.text("SubnetIdentifier") for s in group.each("Subnets")]
        addresses = [own.text("PrivateIpAddress", "private_ip")]
        addresses += [i.text("PrivateIpAddress") for i in own.each("NetworkInterfaces")]
        return Standing(
            vpc,
            tuple(dict.fromkeys(s for s in subnets if s)),
            tuple(g.lower() for g in group_ids(own if own else view)),
            tuple(dict.fromkeys(a for a in addresses if a)),
        )

    def inlets(self, target: AssetRecord, port: int | None) -> Iterator[Inlet]:
        """Inbound rules of the target's groups that let the port in from inside."""
        for name in self.standing(target).groups:
            group = self._estate.find(target.account, name, "ec2.sg")
            if group is None:
                continue
            for inlet in self._rules_of(group):
                if inlet.covers(port):
                    yield inlet

    def _rules_of(self, group: AssetRecord) -> list[Inlet]:
        if group.asset_id not in self._rules:
            self._rules[group.asset_id] = list(_inlets(group, self._estate))
        return self._rules[group.asset_id]

    def open_to(self, target: AssetRecord, port: int | None) -> list[tuple[str, Inlet]]:
        """Keys of the places from which the target's port can be reached, with the rules; hosts are linked to them."""
        found: list[tuple[str, Inlet]] = []
        vpc = self.standing(target).vpc
        if not vpc:
            return found
        for inlet in self.inlets(target, port):
            key = (
                f"group:{target.account}/{inlet.group.lower()}"
                if inlet.group
                else f"range:{target.account}/{vpc}/{inlet.cidr}"
            )
            if key not in self._linked:
                self._linked.add(key)
                self._link(key, target, vpc, inlet)
            if key in self._parts.nodes:
                found.append((key, inlet))
        return found

    def reaches(
        self, host: AssetRecord, target: AssetRecord, port: int | None
    ) -> tuple[bool | None, tuple[str, ...]]:
        """Whether one machine reaches a port of another (None: no record says), and the asset of the rule for it."""
        here, there = self.standing(host), self.standing(target)
        if not here.vpc or not there.vpc:
            return None, ()
        for inlet in self.inlets(target, port):
            if inlet.group.lower() in here.groups and inlet.group:
                return True, (inlet.owner.asset_id,)
            if inlet.cidr and self._from_range(here, inlet.cidr, there.vpc, host.account) is not None:
                return True, (inlet.owner.asset_id,)
        return False, ()

    def _link(self, key: str, target: AssetRecord, vpc: str, inlet: Inlet) -> None:
        """Join every host that stands in a place to it."""
        label = inlet.group or f"{inlet.cidr} in {vpc}"
        for host, standing in self._candidates(target, vpc, inlet):
            through = ""
            if not inlet.group:
                link = self._from_range(standing, inlet.cidr, vpc, host.account)
                if link is None:
                    continue
                through = link
            self._parts.add(Node(key, NodeKind.NETWORK, shown(label), "", target.account))
            why = f"stands in {shown(label)}"
            if through:
                peering = self._estate.assets[through]
                why = f"its network is peered ({shown(name_of(peering))}) and routed to {vpc}"
            self._parts.join(
                Edge(
                    host.asset_id,
                    key,
                    Relation.REACHES,
                    0.999,
                    why,
                    (through,) if through else (),
                    (shown(name_of(host)),),
                )
            )

    def _candidates(
        self, target: AssetRecord, vpc: str, inlet: Inlet
    ) -> Iterator[tuple[AssetRecord, Standing]]:
        if inlet.group:
            yield from self._in_group.get((target.account, inlet.group.lower()), ())
            return
        for place in (vpc, *self._neighbours.get(vpc, ())):
            yield from self._in_vpc.get(place, ())

    def _from_range(self, host: Standing, cidr: str, vpc: str, account: str) -> str | None:
        """ "" if the host is in the range and the VPC, a peering's id if it comes through that, None if neither."""
        if not _in_range(host, cidr, self._estate, account):
            return None
        if host.vpc == vpc:
            return ""
        return self._peers.get((host.vpc, vpc)) if self._routed(host, vpc, account) else None

    def _routed(self, host: Standing, vpc: str, account: str) -> bool:
        peering = self._peers.get((host.vpc, vpc))
        if peering is None:
            return False
        name = self._estate.view(self._estate.assets[peering]).text("VpcPeeringConnectionId")
        return any(
            subnets_of(self._estate).leads_to(account, subnet, host.vpc, name) is not False
            for subnet in host.subnets or ("",)
        )

    def _peerings(self) -> dict[tuple[str, str], str]:
        found: dict[tuple[str, str], str] = {}
        for peering in self._estate.of_kind("ec2.peering"):
            view = self._estate.view(peering)
            if view.at("Status").text("Code").lower() not in {"active", ""}:
                continue
            one, other = view.at("RequesterVpcInfo").text("VpcId"), view.at("AccepterVpcInfo").text("VpcId")
            if one and other:
                found[one, other] = found[other, one] = peering.asset_id
        return found


def _inlets(group: AssetRecord, estate: Estate) -> Iterator[Inlet]:
    rules = items(estate.view(group).get("IpPermissions", "ingress_rules", "ip_permissions"))
    for rule in (View(item) for item in rules[:_MOST_RULES]):
        first, last = rule.text("FromPort"), rule.text("ToPort")
        protocol = rule.text("IpProtocol").lower()
        if protocol in {"icmp", "icmpv6", "1", "58"}:
            continue
        low, high = (
            (int(first), int(last))
            if first.isdigit() and last.isdigit() and protocol != "-1"
            else (int(first), int(first))
            if first.isdigit() and protocol != "-1"
            else ALL_PORTS
        )
        for pair in ids(items(rule.get("UserIdGroupPairs")), "GroupId"):
            yield Inlet(low, high, pair, "", group)
        for cidr in ids(items(rule.get("IpRanges")), "CidrIp") + ids(
            items(rule.get("CidrIp", "cidr_blocks"))
        ):
            yield Inlet(low, high, "", cidr, group)


def _in_range(host: Standing, cidr: str, estate: Estate, account: str) -> bool:
    network = _network(cidr)
    if network is None:
        return False
    if any((a := _address(address)) is not None and a in network for address in host.addresses):
        return True
    if host.addresses:
        return False
    for name in host.subnets:
        subnet = estate.find(account, name, "ec2.subnet")
        own = _network(estate.view(subnet).text("CidrBlock")) if subnet else None
        if own is not None and own.overlaps(network):
            return True
    return False


@lru_cache(maxsize=65536)
def _network(text: str) -> ipaddress.IPv4Network | None:
    try:
        return ipaddress.IPv4Network(text.strip(), strict=False)
    except ValueError:
        return None


@lru_cache(maxsize=65536)
def _address(text: str) -> ipaddress.IPv4Address | None:
    try:
        return ipaddress.IPv4Address(text.strip())
    except ValueError:
        return None
