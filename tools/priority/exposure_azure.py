"""Exposure of Azure resources, from ARM objects or a scanner's snake_case form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tools.findings.model import AssetRecord
from tools.priority.exposure import Exposure, Handler, Reader, exposure_of
from tools.priority.exposure_azure_identity import IDENTITY_HANDLERS
from tools.priority.exposure_azure_services import SERVICE_HANDLERS
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


def _halted(view: View) -> str:
    """How a machine does not run; empty if it does, or if no record says."""
    states = [s.text("code").lower() for s in view.at("instanceView").each("statuses")]
    state = view.text("power_state", "powerState").lower() or next(
        (s for s in states if s.startswith("powerstate/")), ""
    )
    return _last(state) if state and "running" not in state and "starting" not in state else ""


def _machine_of(reader: Reader, nic: AssetRecord, view: View) -> AssetRecord | None:
    """The machine that an interface belongs to: by its own record, or by that of the machine."""
    if named := view.at("virtualMachine").text("id"):
        return reader.estate.find(nic.account, _last(named), "azure.vm")
    return reader.estate.index("machines by interface", lambda: _by_interface(reader)).get(nic.uid.lower())


def _by_interface(reader: Reader) -> dict[str, AssetRecord]:
    return {
        one.text("id").lower(): machine
        for machine in reader.estate.of_kind("azure.vm")
        for one in reader.estate.view(machine).at("networkProfile").each("networkInterfaces")
    }


def _vm(reader: Reader, asset: AssetRecord, view: View) -> Exposure:
    if halted := _halted(view):
        return reader.closed(f"the machine is {halted}", asset.name)
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
    machine = _machine_of(reader, asset, view)
    if machine is not None and (halted := _halted(reader.estate.view(machine))):
        return reader.closed(f"its machine {machine.name} is {halted}", asset.name)
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
        return reader.closed(f"{text}, but nothing that uses it answers the internet", asset.name)
    if (
        view.has("networkInterfaces", "subnets")
        and not view.get("networkInterfaces")
        and not view.get("subnets")
    ):
        return reader.closed(f"{text}, but nothing uses it", asset.name)
    return reader.maybe(
        f"{text}; no record says what uses it",
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


HANDLERS: dict[str, Handler] = {
    "azure.vm": _vm,
    "azure.nic": _nic,
    "azure.nsg": _nsg,
    **SERVICE_HANDLERS,
    **IDENTITY_HANDLERS,
}
