"""Exposure of Azure resources, from ARM objects or a scanner's snake_case form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tools.findings.model import AssetRecord
from tools.priority.exposure import Exposure, Handler, Reader, exposure_of
from tools.priority.exposure_azure_identity import IDENTITY_HANDLERS
from tools.priority.network import OpenRange, port_grade, ports_text
from tools.priority.reading import View, items, openness


def _last(path: str) -> str:
    return path.rstrip("/").rsplit("/", 1)[-1]


def nsg_openings(view: View, owner: str) -> tuple[OpenRange, ...] | None:
    """What a group lets in from the internet, a nearer deny honoured; None if not recorded."""
    rules = view.get("securityRules", "security_rules")
    if not isinstance(rules, list):
        return None
    denied: list[tuple[int, int]] = []
    found: list[OpenRange] = []
    for rule in sorted((View(r) for r in rules), key=_priority):
        if rule.text("direction").lower() not in {"inbound", ""} or rule.text("protocol").lower() in {"icmp"}:
            continue
        sources = [*rule.texts("sourceAddressPrefix"), *rule.texts("sourceAddressPrefixes")]
        share, cidr = max(((openness(s), s) for s in sources), default=(0.0, ""))
        if share <= 0:
            continue
        for first, last in _ranges(rule):
            if rule.text("access").lower() == "deny":
                denied += [(first, last)] if share == 1 else []
            elif not any(low <= first and last <= high for low, high in denied):
                found.append(OpenRange(first, last, share, cidr, owner))
    return tuple(found)


def _priority(rule: View) -> int:
    text = rule.text("priority")
    return int(text) if text.isdigit() else 65000


def _ranges(rule: View) -> Iterator[tuple[int, int]]:
    values: list[Any] = [*items(rule.get("destinationPortRange")), *items(rule.get("destinationPortRanges"))]
    for value in values:
        first, _, last = str(value).partition("-")
        if str(value) == "*":
            yield 0, 65535
        elif first.isdigit() and (last or first).isdigit():
            yield int(first), int(last or first)


def _vm(reader: Reader, asset: AssetRecord, view: View) -> Exposure:
    states = [s.text("code").lower() for s in view.at("instanceView").each("statuses")]
    state = view.text("power_state", "powerState").lower() or next(
        (s for s in states if s.startswith("powerstate/")), ""
    )
    if state and "running" not in state and "starting" not in state:
        return reader.closed(f"the machine is {_last(state)}", asset.name)
    nics = [
        reader.estate.find(asset.account, _last(ref), "azure.nic")
        or reader.estate.find(asset.account, ref, "azure.nic")
        for ref in (n.text("id") for n in view.at("networkProfile").each("networkInterfaces"))
    ]
    nics = [nic for nic in nics if nic is not None]
    for nic in nics:
        found = exposure_of(reader, nic) if nic else None
        if found and found.fact.grade > 0:
            return found
    address = view.text("publicIp", "public_ip", "publicIpAddress")
    if address:
        return _with_nsgs(reader, asset, [view.text("nsg", "network_security_group")], address)
    if nics:
        return exposure_of(reader, nics[0]) if nics[0] else reader.closed("no public address", asset.name)
    if view.has("publicIp", "publicIpAddress", "publicIpAddresses"):
        return reader.closed("no public address", asset.name)
    return reader.maybe("its network interface was not collected", "reachable")


def _nic(reader: Reader, asset: AssetRecord, view: View) -> Exposure:
    public = ""
    for config in view.each("ipConfigurations"):
        ref = config.at("publicIPAddress")
        if ref:
            found = reader.estate.find(asset.account, _last(ref.text("id")), "azure.ip")
            address = reader.estate.view(found).text("ipAddress") if found else ref.text("ipAddress")
            public = address or _last(ref.text("id"))
    if not public:
        return reader.closed("no public address", asset.name)
    groups = [view.at("networkSecurityGroup").text("id"), *_of_subnets(reader, view)]
    return _with_nsgs(reader, asset, groups, public)


def _of_subnets(reader: Reader, view: View) -> list[str]:
    """Security groups of the subnets that an interface is in: named there, or by the network's own record."""
    guards = reader.estate.index("guards of subnets", lambda: _guards(reader))
    found = []
    for config in view.each("ipConfigurations"):
        subnet = config.at("subnet")
        found.append(
            subnet.at("networkSecurityGroup").text("id") or guards.get(subnet.text("id").lower(), "")
        )
    return [group for group in found if group]


def _guards(reader: Reader) -> dict[str, str]:
    found: dict[str, str] = {}
    for network in reader.estate.of_kind("azure.vnet"):
        for subnet in reader.estate.view(network).each("subnets"):
            found[subnet.text("id").lower()] = subnet.at("networkSecurityGroup").text("id")
    for subnet_ in reader.estate.of_kind("azure.subnet"):
        group = reader.estate.view(subnet_).at("networkSecurityGroup").text("id")
        found.setdefault(subnet_.uid.lower(), group)
    return found


def _with_nsgs(reader: Reader, asset: AssetRecord, groups: list[str], address: str) -> Exposure:
    named = [g for g in groups if g]
    if not named:
        return reader.maybe(
            f"public address {address}, no network security group recorded", "reachable", asset.name, address
        )
    layers: list[tuple[OpenRange, ...]] = []
    for ref in named:
        found = reader.estate.find(asset.account, _last(ref), "azure.nsg")
        openings = nsg_openings(reader.estate.view(found), found.name) if found else None
        if openings is None:
            text = f"public address {address}, the rules of {_last(ref)} were not collected"
            return reader.maybe(text, "reachable", asset.name, address, _last(ref))
        layers.append(openings)
    # Traffic has to pass the interface's group and the subnet's: only the ports that both open are open.
    through = list(layers[0])
    for rest in layers[1:]:
        through = [
            replace(o, first=max(o.first, p.first), last=min(o.last, p.last))
            for o in through
            for p in rest
            if p.first <= o.last and o.first <= p.last
        ]
    if not through:
        return reader.closed(
            f"public address {address}, but no inbound rule lets the internet in",
            asset.name,
            address,
            host=True,
        )
    text = f"{ports_text(through)} open to {through[0].cidr} on {through[0].owner}, public address {address}"
    grade = port_grade(through, reader.ports)
    return reader.open(text, grade, asset.name, through[0].owner, address, openings=tuple(through), host=True)


def _nsg(reader: Reader, asset: AssetRecord, view: View) -> Exposure:
    openings = nsg_openings(view, asset.name)
    if openings is None:
        return reader.maybe("its rules were not collected", "reachable")
    if not openings:
        return reader.closed("no inbound rule from the internet", asset.name)
    index = reader.estate.index("users of network groups", lambda: _users_by_group(reader))
    users = index.get((asset.account, asset.name.lower()), [])
    live = [
        u
        for u in users
        if exposure_of(reader, u).fact.state == "known" and exposure_of(reader, u).fact.grade > 0
    ]
    text = f"{ports_text(openings)} open to {openings[0].cidr} on {asset.name}"
    if live:
        return reader.open(
            f"{text}, used by {live[0].name}",
            port_grade(openings, reader.ports),
            asset.name,
            live[0].name,
            openings=openings,
        )
    if users and all(exposure_of(reader, u).fact.state == "absent" for u in users):
        return reader.closed(f"{text}, but nothing that uses it has a public address", asset.name)
    if (
        view.has("networkInterfaces", "subnets")
        and not view.get("networkInterfaces")
        and not view.get("subnets")
    ):
        return reader.closed(f"{text}, but nothing uses it", asset.name)
    return reader.maybe(
        f"{text}; what uses it was not collected",
        port_grade(openings, reader.ports),
        asset.name,
        openings=openings,
    )


def _users_by_group(reader: Reader) -> dict[tuple[str, str], list[AssetRecord]]:
    found: dict[tuple[str, str], list[AssetRecord]] = {}
    for user in reader.estate.of_kind("azure.nic", "azure.vm"):
        view = reader.estate.view(user)
        refs = [view.at("networkSecurityGroup").text("id"), view.text("nsg", "network_security_group")]
        refs += _of_subnets(reader, view)
        for name in dict.fromkeys(_last(ref).lower() for ref in refs if ref):
            found.setdefault((user.account, name), []).append(user)
    return found


def _network_rules(reader: Reader, asset: AssetRecord, view: View) -> tuple[bool | None, str]:
    """Whether the public endpoint of a managed service admits any address, and how we know."""
    access = (
        view.flag("publicNetworkAccess", "public_network_access")
        if not view.has("network")
        else view.at("network").flag("publicNetworkAccess")
    )
    if access is False:
        return False, "public network access is off"
    acls = view.at("networkAcls", "network_rule_set", "networkRuleSet")
    default = acls.text("defaultAction", "default_action").lower()
    if default == "deny":
        return False, "its firewall denies by default"
    rules = view.get("firewallRules", "firewall_rules")
    if isinstance(rules, list):
        for rule in (View(r) for r in rules):
            first, last = (
                rule.text("startIpAddress", "start_ip_address"),
                rule.text("endIpAddress", "end_ip_address"),
            )
            if first == "0.0.0.0" and last == "255.255.255.255":  # noqa: S104
                return True, "a firewall rule admits every address"
            if first == last == "0.0.0.0":  # noqa: S104
                return None, "a firewall rule admits everything in Azure, other customers' too"
        return False, "its firewall rules admit named addresses only"
    if default == "allow" or (access is True and not default):
        return (
            (True, "its firewall allows by default")
            if default == "allow"
            else (None, "public network access is on")
        )
    return None, "its network rules were not collected"


def _storage(reader: Reader, asset: AssetRecord, view: View) -> Exposure:
    name = asset.name or asset.uid
    admits, why = _network_rules(reader, asset, view)
    if admits is False:
        return reader.closed(why, name)
    anonymous = view.flag("allowBlobPublicAccess", "allow_blob_public_access")
    open_containers = [
        c
        for c in view.each("containers", "blob_containers")
        if c.text("publicAccess", "public_access").lower() in {"blob", "container"}
    ]
    if anonymous and open_containers:
        which = open_containers[0].text("name") or "a container"
        return reader.open(f"anyone can read {which} of {name}", "public_read", name, which)
    if anonymous:
        worst = reader.levels["public_read"]
        return reader.maybe(
            "anonymous access is allowed; its containers were not collected",
            worst,
            name,
            estimate=0.55 * worst,
        )
    if anonymous is False:
        return (
            reader.open("public endpoint that asks for a key", "login_endpoint", name)
            if admits
            else reader.closed("no anonymous access", name)
        )
    return reader.maybe(why, "public_read", name)


def _managed(level: str) -> Handler:
    def read(reader: Reader, asset: AssetRecord, view: View) -> Exposure:
        admits, why = _network_rules(reader, asset, view)
        if admits:
            return reader.open(why, level, asset.name)
        return reader.closed(why, asset.name) if admits is False else reader.maybe(why, level, asset.name)

    return read


def _aks(reader: Reader, asset: AssetRecord, view: View) -> Exposure:
    profile = view.at("apiServerAccessProfile")
    if profile.flag("enablePrivateCluster") or view.flag("private_fqdn", "enablePrivateCluster"):
        return reader.closed("its API server is private", asset.name)
    ranges = profile.texts("authorizedIPRanges")
    if ranges and not any(openness(r) > 0 for r in ranges):
        return reader.closed("its API server admits named ranges only", asset.name)
    return reader.open("its public API endpoint admits any address", "management", asset.name)


def _app(reader: Reader, asset: AssetRecord, view: View) -> Exposure:
    if (
        view.flag("publicNetworkAccess") is False
        or view.flag("enabled") is False
        or view.text("state").lower() == "stopped"
    ):
        return reader.closed("stopped or without public access", asset.name)
    rules = list((view.at("siteConfig") or view).each("ipSecurityRestrictions", "ip_security_restrictions"))
    allowed = [r.text("ipAddress") for r in rules if r.text("action").lower() != "deny"]
    if allowed and not any(openness(a) > 0 for a in allowed):
        return reader.closed("its access restrictions admit named addresses only", asset.name)
    return reader.open("a public web endpoint", "web", asset.name)


HANDLERS: dict[str, Handler] = {
    "azure.vm": _vm,
    "azure.nic": _nic,
    "azure.nsg": _nsg,
    "azure.storage": _storage,
    "azure.sql": _managed("database"),
    "azure.vault": _managed("login_endpoint"),
    "azure.data": _managed("login_endpoint"),
    "azure.aks": _aks,
    "azure.app": _app,
    **IDENTITY_HANDLERS,
}
