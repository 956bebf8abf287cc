"""Whether the network lets somebody use a managed Azure service, and from where.

A service that is closed to the internet is open to what stands in a listed subnet or in the network of one of its
private endpoints. The permission alone opens nothing there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tools.findings.model import AssetRecord
from tools.priority.estate import Estate
from tools.priority.graph.azure_inside import AzureInside
from tools.priority.iam.azure.model import scope_of
from tools.priority.reading import View, openness

_OFF = {"disabled", "false", "securedbyperimeter", "off"}


class AzureGates:
    """Network gates of one estate's services."""

    def __init__(self, estate: Estate, inside: AzureInside) -> None:
        self._estate = estate
        self._inside = inside
        self._endpoints: dict[str, list[str]] = {}
        for endpoint in estate.of_kind("azure.private"):
            view = estate.view(endpoint)
            subnet = scope_of(view.at("subnet").text("id"))
            for link in [
                *view.each("privateLinkServiceConnections"),
                *view.each("manualPrivateLinkServiceConnections"),
            ]:
                target = scope_of(link.text("privateLinkServiceId"))
                if subnet != "/":
                    self._endpoints.setdefault(target, []).append(subnet)

    def open_to_all(self, service: AssetRecord) -> bool | None:
        """Whether its network lets every address in; None if no record says."""
        view = self._estate.view(service)
        if self._off(view):
            return False
        if self._estate.kind(service) == "azure.sql":
            return self._sql(service, view)
        acls = view.at("networkAcls", "network_rule_set", "networkRuleSet")
        default = acls.text("defaultAction", "default_action").lower()
        if default:
            ranges = [r.text("value", "addressPrefix", "ipAddressOrRange") for r in acls.each("ipRules")]
            return default != "deny" or any(openness(r) >= 1 for r in ranges)
        if view.flag("isVirtualNetworkFilterEnabled") or list(view.each("ipRules")):
            return False
        return True if view.has("publicNetworkAccess", "public_network_access") else None

    def lets_in(self, service: AssetRecord, callers: Iterable[AssetRecord]) -> bool | None:
        """Whether any of the callers (workloads), or everybody, is let in. None if no record decides."""
        everybody = self.open_to_all(service)
        if everybody:
            return True
        listed = list(callers)
        view = self._estate.view(service)
        if (
            self._estate.kind(service) == "azure.sql"
            and not self._off(view)
            and listed
            and self.lets_in_azure(service)
        ):
            return True  # what runs in Azure is let in
        if any(self._lets_in(service, view, caller) for caller in listed):
            return True
        return None if everybody is None else False

    def reaches(
        self, caller: AssetRecord, service: AssetRecord, port: int | None
    ) -> tuple[bool | None, tuple[str, ...]]:
        """Whether a workload reaches a service; no rule of its own opens it."""
        return self.lets_in(service, [caller]), ()

    def lets_in_azure(self, server: AssetRecord) -> bool:
        """Whether a database server lets in whatever runs in Azure, anybody's included."""
        view = self._estate.view(server)
        return not self._off(view) and ("0.0.0.0", "0.0.0.0") in set(self._rules(server, view))  # noqa: S104

    def _lets_in(self, service: AssetRecord, view: View, caller: AssetRecord) -> bool:
        here = self._inside.standing(caller)
        if not self._off(view):
            acls = view.at("networkAcls", "networkRuleSet") or view
            allowed = {
                scope_of(r.text("id", "virtualNetworkSubnetId")) for r in acls.each("virtualNetworkRules")
            }
            if allowed & set(here.subnets):
                return True
            instances = {scope_of(r.text("resourceId")) for r in acls.each("resourceAccessRules")}
            if scope_of(caller.uid) in instances:
                return True
        networks = {subnet.partition("/subnets/")[0] for subnet in self._private(service, view)}
        return any(self._inside.shares(here, network) for network in networks)

    def _private(self, service: AssetRecord, view: View) -> Iterator[str]:
        """Subnets in which the service has a private endpoint that is in use."""
        yield from self._endpoints.get(scope_of(service.uid), ())
        for connection in view.each("privateEndpointConnections"):
            state = connection.at("privateLinkServiceConnectionState").text("status").lower()
            if state in {"rejected", "disconnected", "pending"}:
                continue
            endpoint = self._estate.find(
                service.account, connection.at("privateEndpoint").text("id"), "azure.private"
            )
            subnet = self._estate.view(endpoint).at("subnet").text("id") if endpoint else ""
            if subnet:
                yield scope_of(subnet)

    def _sql(self, server: AssetRecord, view: View) -> bool | None:
        rules = list(self._rules(server, view))
        if any(first == "0.0.0.0" and last == "255.255.255.255" for first, last in rules):  # noqa: S104
            return True
        return False if rules or view.has("firewallRules", "firewall_rules") else None

    def _rules(self, server: AssetRecord, view: View) -> Iterator[tuple[str, str]]:
        children = self._estate.index("sql firewall rules", self._children).get(scope_of(server.uid), ())
        for rule in [*view.each("firewallRules", "firewall_rules"), *children]:
            yield rule.text("startIpAddress", "start_ip_address"), rule.text("endIpAddress", "end_ip_address")

    def _children(self) -> dict[str, list[View]]:
        found: dict[str, list[View]] = {}
        for rule in self._estate.of_kind("azure.sqlrule"):
            parent = scope_of(rule.uid).rpartition("/firewallrules/")[0]
            found.setdefault(parent, []).append(self._estate.view(rule))
        return found

    @staticmethod
    def _off(view: View) -> bool:
        access = view.get("publicNetworkAccess", "public_network_access")
        if access is None:
            access = view.at("network").get("publicNetworkAccess")
        return str(access).lower() in _OFF
