"""Steps inside Azure networks: from a machine to its neighbours, and through balancers to what stands behind."""

from __future__ import annotations

from collections.abc import Iterator

from tools.findings.model import AssetRecord
from tools.priority.enrich.model import Enrichments
from tools.priority.estate import Estate, name_of
from tools.priority.exposure import Reader
from tools.priority.graph.azure_inside import AzureInside
from tools.priority.graph.azure_load import AzureIam
from tools.priority.graph.azure_targets import runs
from tools.priority.graph.jewels import Jewels
from tools.priority.graph.model import INTERNET, NodeKind, Relation
from tools.priority.graph.neighbours import Neighbours
from tools.priority.graph.network_entries import NetworkEntries
from tools.priority.graph.steps import Steps
from tools.priority.iam.azure.model import scope_of
from tools.priority.network import OpenRange
from tools.priority.reading import View, shown

_MOST = 400


class AzureNetworkEdges:
    """Adds what the network lets an intruder do once inside, and what balancers pass on."""

    def __init__(
        self,
        estate: Estate,
        reader: Reader,
        iam: AzureIam,
        inside: AzureInside,
        enriched: Enrichments,
        jewels: Jewels,
        steps: Steps,
    ) -> None:
        self._estate = estate
        self._iam = iam
        self._inside = inside
        self._steps = steps
        self._neighbours = Neighbours(enriched, jewels, steps)
        self._entries = NetworkEntries(reader, enriched, steps.words)

    def add(self) -> None:
        """Neighbours and balancers."""
        for machine in self._estate.of_kind("azure.vm"):
            if runs(self._estate.view(machine)):
                self._neighbours.into_machine(
                    machine, self._inside.inlets(machine)[:_MOST], self._inside.place
                )
        for balancer in self._estate.of_kind("azure.lb", "azure.gateway"):
            self._through(balancer)

    # --- balancers ---------------------------------------------------------------------------------------------

    def _through(self, balancer: AssetRecord) -> None:
        """The internet reaches what stands behind a public balancer on the ports that its rules name."""
        view = self._estate.view(balancer)
        if not self._public(view) or view.text("operationalState").lower() == "stopped":
            return
        name = shown(name_of(balancer))
        joined = False
        for target, port in self._targets(view):
            kind = self._estate.kind(target)
            if kind == "azure.vm" and not runs(self._estate.view(target)):
                continue
            # A network balancer keeps the caller's address, so the machine's own groups decide too.
            if self._estate.kind(balancer) == "azure.lb" and not self._let_in(target, port):
                continue
            opening = OpenRange(port or 0, port or 65_535, 1.0, "load balancer", name)
            names = (name, name_of(target))
            for door in self._entries.doors(target, kind, [opening]):
                why = f"{name} passes the internet's requests on to it; {door.why}"
                self._steps.join(
                    balancer.asset_id, target.asset_id, door.relation, door.chance, why, names=names
                )
            joined = True
        if joined:
            self._steps.place(balancer.asset_id, NodeKind.SERVICE, name, balancer.account, balancer.asset_id)
            why = "it has a public address"
            self._steps.join(INTERNET, balancer.asset_id, Relation.REACHES, 0.999, why, names=(name,))

    def _public(self, view: View) -> bool:
        return any(f.at("publicIPAddress") for f in view.each("frontendIPConfigurations"))

    def _targets(self, view: View) -> Iterator[tuple[AssetRecord, int | None]]:
        pools = {
            scope_of(p.text("id")) or p.text("name"): list(self._members(p))
            for p in view.each("backendAddressPools")
        }
        ports: dict[str, int | None] = {}
        for rule in [*view.each("loadBalancingRules"), *view.each("inboundNatRules")]:
            pool = scope_of(rule.at("backendAddressPool").text("id"))
            ports[pool] = _number(rule.text("backendPort"))
            direct = rule.at("backendIPConfiguration").text("id")
            machine = self._machine(direct) if direct else None
            if machine is not None:
                yield machine, ports[pool]
        settings = [_number(s.text("port")) for s in view.each("backendHttpSettingsCollection")]
        for pool, members in pools.items():
            for machine in members:
                yield machine, ports.get(pool) or next(iter(settings), None)

    def _members(self, pool: View) -> Iterator[AssetRecord]:
        for config in pool.each("backendIPConfigurations"):
            machine = self._machine(config.text("id"))
            if machine is not None:
                yield machine
        addresses = {a.text("ipAddress") or a.text("fqdn") for a in pool.each("backendAddresses")}
        addresses |= {a.text("ipAddress") for a in pool.each("loadBalancerBackendAddresses")}
        known = self._estate.index("azure hosts by address", self._by_address)
        for address in sorted(addresses - {""}):
            if address.lower() in known:
                yield known[address.lower()]

    def _machine(self, configuration: str) -> AssetRecord | None:
        """The machine whose interface an address configuration belongs to."""
        nic = self._iam.by_scope.get(scope_of(configuration).partition("/ipconfigurations/")[0])
        if nic is None:
            return None
        attached = self._estate.view(nic).at("virtualMachine").text("id")
        if attached:
            return self._iam.by_scope.get(scope_of(attached))
        return self._estate.index("azure machines by interface", self._by_interface).get(nic.asset_id)

    def _by_interface(self) -> dict[str, AssetRecord]:
        found: dict[str, AssetRecord] = {}
        for machine in self._estate.of_kind("azure.vm"):
            for listed in self._estate.view(machine).at("networkProfile").each("networkInterfaces"):
                nic = self._iam.by_scope.get(scope_of(listed.text("id")))
                if nic is not None:
                    found[nic.asset_id] = machine
        return found

    def _by_address(self) -> dict[str, AssetRecord]:
        found: dict[str, AssetRecord] = {}
        for machine in self._estate.of_kind("azure.vm"):
            for address in self._inside.standing(machine).addresses:
                found.setdefault(address, machine)
        for app in self._estate.of_kind("azure.app"):
            for host in self._estate.view(app).texts("hostNames"):
                found.setdefault(host.lower(), app)
        return found

    def _let_in(self, machine: AssetRecord, port: int | None) -> bool:
        """Whether the groups of a machine let the internet in on a port."""
        return self._inside.admits_internet(machine, port)


def _number(text: str) -> int | None:
    return int(text) if text.isdigit() and text != "0" else None
