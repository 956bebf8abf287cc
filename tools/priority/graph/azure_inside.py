"""Where things stand in Azure networks, and which ports a machine's security groups let in from inside.

A virtual network has two places in the graph: standing in it, and reaching into it. Whoever stands in a network
reaches into it and into its peers, but not into the peers of peers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tools.findings.model import AssetRecord
from tools.priority.estate import Estate, name_of
from tools.priority.exposure_azure import nsg_openings
from tools.priority.graph.azure_rules import NETWORK, Inlet, Rule, rules_of, through
from tools.priority.graph.model import NodeKind, Relation
from tools.priority.graph.ranges import holds
from tools.priority.graph.steps import Steps
from tools.priority.iam.azure.model import scope_of
from tools.priority.reading import View, shown

HOSTS = ("azure.vm", "azure.app", "azure.aks", "azure.vmss", "azure.containers", "azure.containerapp")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where something stands: subnets, networks, security groups in the order of traffic, addresses, groups of it."""

    subnets: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    guards: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


class AzureInside:
    """Reachability inside the estate's virtual networks."""

    def __init__(self, estate: Estate, steps: Steps) -> None:
        self._estate = estate
        self._steps = steps
        self._by_id: dict[str, AssetRecord] = {}
        for asset in estate.of_kind("azure.nic", "azure.nsg", "azure.vnet", "azure.subnet", "azure.private"):
            self._by_id.setdefault(scope_of(asset.uid or estate.view(asset).text("id")), asset)
        self._subnets: dict[str, View] = {}
        self.spaces: dict[str, tuple[str, ...]] = {}
        """Address space by network id."""
        self.peers: dict[str, dict[str, AssetRecord]] = {}
        """By network, the networks that it is peered with and the record that says so."""
        self._networks()
        self._standings: dict[str, Standing] = {}
        self._in_network: dict[str, list[AssetRecord]] = {}
        for host in estate.of_kind(*HOSTS):
            for network in self.standing(host).networks:
                self._in_network.setdefault(network, []).append(host)
        self._linked: set[str] = set()
        self._rules: dict[str, list[Rule]] = {}

    def _networks(self) -> None:
        shut: set[tuple[str, str]] = set()
        for asset in self._estate.of_kind("azure.vnet"):
            view = self._estate.view(asset)
            network = scope_of(asset.uid or view.text("id"))
            self.spaces[network] = tuple(view.at("addressSpace").texts("addressPrefixes"))
            for subnet in view.each("subnets"):
                name = subnet.text("id") or f"{network}/subnets/{subnet.text('name')}"
                self._subnets.setdefault(scope_of(name), subnet)
            for peering in view.each("virtualNetworkPeerings"):
                other = scope_of(peering.at("remoteVirtualNetwork").text("id"))
                live = peering.text("peeringState").lower() in {"connected", ""}
                if other == "/" or not live:
                    continue
                # A peering that is connected is one of both sides; each may shut the other's traffic out.
                if peering.flag("allowVirtualNetworkAccess") is False:
                    shut.add((network, other))
                for one, far in ((network, other), (other, network)):
                    self.peers.setdefault(one, {}).setdefault(far, asset)
        for one, far in shut:
            self.peers[one].pop(far, None)
            self.peers[far].pop(one, None)
        for asset in self._estate.of_kind("azure.subnet"):
            self._subnets.setdefault(scope_of(asset.uid), self._estate.view(asset))

    def standing(self, asset: AssetRecord) -> Standing:
        """Where an asset stands; empty where no record says."""
        found = self._standings.get(asset.asset_id)
        if found is None:
            found = self._standings[asset.asset_id] = self._standing(asset)
        return found

    def _standing(self, asset: AssetRecord) -> Standing:
        view = self._estate.view(asset)
        subnets: list[str] = []
        inner: list[str] = []
        addresses: list[str] = []
        groups: list[str] = []
        for nic in self._interfaces(view):
            inner += [scope_of(nic.at("networkSecurityGroup").text("id"))]
            for config in nic.each("ipConfigurations"):
                subnets.append(scope_of(config.at("subnet").text("id")))
                addresses.append(config.text("privateIPAddress"))
                for group in config.each("applicationSecurityGroups"):
                    groups.append(scope_of(group.text("id")))
        subnets += [scope_of(view.text("virtualNetworkSubnetId"))]
        subnets += [scope_of(p.text("vnetSubnetID")) for p in view.each("agentPoolProfiles")]
        subnets += [scope_of(s.text("id")) for s in view.each("subnetIds")]
        subnets = [s for s in dict.fromkeys(subnets) if "/subnets/" in s]
        outer = [
            scope_of(self._subnets[s].at("networkSecurityGroup").text("id"))
            for s in subnets
            if s in self._subnets
        ]
        guards = [g for g in dict.fromkeys([*outer, *inner]) if g != "/"]
        return Standing(
            tuple(subnets),
            tuple(dict.fromkeys(s.partition("/subnets/")[0] for s in subnets)),
            tuple(guards),
            tuple(a for a in addresses if a),
            tuple(g for g in groups if g != "/"),
        )

    def _interfaces(self, view: View) -> Iterator[View]:
        for listed in view.at("networkProfile").each("networkInterfaces"):
            record = self._by_id.get(scope_of(listed.text("id")))
            yield self._estate.view(record) if record is not None else listed

    def shares(self, one: Standing, network: str) -> bool:
        """Whether something stands in a network or in a peer of it."""
        return any(n == network or network in self.peers.get(n, {}) for n in one.networks)

    def inlets(self, target: AssetRecord) -> list[Inlet]:
        """What the target's groups let in from inside its network; all, where it surely has none."""
        here = self.standing(target)
        if not here.networks:
            return []
        layers: list[list[Inlet]] = []
        spaces = [space for n in here.networks for space in self.spaces.get(n, ())]
        for guard in here.guards:
            record = self._by_id.get(guard)
            if record is None:
                return []  # rules that nobody recorded prove nothing
            rules = self._rules_of(record)
            layers.append(list(through(rules, record, here.addresses, here.groups, spaces)))
        if not layers:
            return [Inlet(0, 65_535, NETWORK, ())]
        found = layers[0]
        for rest in layers[1:]:
            found = [both for a in found for b in rest if (both := a.narrowed(b)) is not None]
        return found

    def admits_internet(self, target: AssetRecord, port: int | None) -> bool:
        """Whether every group of the target lets the internet in on a port (any, where none is named)."""
        for guard in self.standing(target).guards:
            record = self._by_id.get(guard)
            openings = nsg_openings(self._estate.view(record), record.name) if record is not None else None
            if openings is None or not any(port is None or o.covers(port) for o in openings):
                return False
        return True

    def _rules_of(self, guard: AssetRecord) -> list[Rule]:
        if guard.asset_id not in self._rules:
            self._rules[guard.asset_id] = rules_of(self._estate.view(guard))
        return self._rules[guard.asset_id]

    def place(self, target: AssetRecord, inlet: Inlet) -> str | None:
        """The key of the place that an inlet lets in from, its hosts joined to it; None if nobody stands there."""
        network = self.standing(target).networks[0]
        if inlet.source == NETWORK:
            return self._reaching(network)
        key = f"range:{network}/{inlet.source.lower()}"
        if key not in self._linked:
            self._linked.add(key)
            for near in (network, *self.peers.get(network, {})):
                for host in self._in_network.get(near, ()):
                    if _stands_in(self.standing(host), inlet.source):
                        label = inlet.source.rsplit("/", 1)[-1] if inlet.source[0] == "/" else inlet.source
                        self._steps.place(key, NodeKind.NETWORK, label, target.account)
                        why = f"stands in {shown(label)}"
                        self._steps.join(
                            host.asset_id, key, Relation.REACHES, 0.999, why, names=(name_of(host),)
                        )
        return key if key in self._steps.parts.nodes else None

    def _reaching(self, network: str) -> str | None:
        key = f"into:{network}"
        if key not in self._linked:
            self._linked.add(key)
            label = f"network {network.rsplit('/', 1)[-1]}"
            for near in (network, *self.peers.get(network, {})):
                standing = self._stand(near)
                if standing is None:
                    continue
                self._steps.place(key, NodeKind.NETWORK, label)
                record = self.peers.get(network, {}).get(near)
                why = (
                    "inside the network"
                    if record is None
                    else f"the networks are peered ({shown(name_of(record))})"
                )
                self._steps.join(standing, key, Relation.REACHES, 0.999, why, (record,) if record else ())
        return key if key in self._steps.parts.nodes else None

    def _stand(self, network: str) -> str | None:
        key = f"net:{network}"
        if key not in self._linked:
            self._linked.add(key)
            name = network.rsplit("/", 1)[-1]
            for host in self._in_network.get(network, ()):
                self._steps.place(key, NodeKind.NETWORK, f"inside {name}")
                why = f"stands in {shown(name)}"
                self._steps.join(host.asset_id, key, Relation.REACHES, 0.999, why, names=(name_of(host),))
        return key if key in self._steps.parts.nodes else None


def _stands_in(standing: Standing, source: str) -> bool:
    return source.lower() in standing.groups or holds(source, standing.addresses)
