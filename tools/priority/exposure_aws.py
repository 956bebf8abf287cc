"""Exposure of AWS resources that stand in a network: instances, groups, databases, clusters, load balancers.

Reads a scanner's metadata form (`public_ip`, `security_groups`, `ingress_rules`) and the API's own
(`PublicIpAddress`, `SecurityGroups[].GroupId`, `IpPermissions`). What is shared or granted by policy is in
`exposure_aws_shared`.
"""

from __future__ import annotations

from tools.findings.model import AssetRecord
from tools.priority.exposure import Exposure, Handler, Reader, exposure_of
from tools.priority.exposure_aws_identity import IDENTITY_HANDLERS
from tools.priority.exposure_aws_shared import SHARED_HANDLERS
from tools.priority.network import OpenRange, group_ids, group_openings, openings_of, port_grade, ports_text
from tools.priority.reading import View, ids, items, openness
from tools.priority.subnets import through_subnets

_INDEXED = ("", "security groups")


def public_address(view: View) -> str:
    """An instance's or interface's public address; empty when none is recorded."""
    address = view.text("PublicIpAddress", "public_ip") or view.at("Association").text("PublicIp")
    if address:
        return address
    for interface in view.each("NetworkInterfaces"):
        address = public_address(interface)
        if address:
            return address
    for v6 in view.each("Ipv6Addresses"):
        if v6.text("Ipv6Address"):
            return v6.text("Ipv6Address")
    return ""


def _instance(reader: Reader, asset: AssetRecord, view: View) -> Exposure:
    name = asset.name or asset.uid
    state = view.get("State", "state")
    state_name = str(View(state).text("Name") if isinstance(state, dict) else state or "").lower()
    if state_name and state_name not in {"running", "pending"}:
        return reader.closed(f"the instance is {state_name}", name)
    address = public_address(view)
    if not address:
        if view.has(
            "public_ip",
            "PublicIpAddress",
            "NetworkInterfaces",
            "network_interfaces",
            "PrivateIpAddress",
            "private_ip",
        ):
            return reader.closed("no public address", name)
        return reader.maybe("no network data", "reachable")
    subnet = reader.estate.find(asset.account, view.text("subnet_id", "SubnetId"), "ec2.subnet")
    if subnet is not None and reader.estate.view(subnet).flag("public") is False:
        return reader.closed("its subnet has no route to the internet", name, subnet.name)
    return _by_groups(reader, asset, view, f"public address {address}", address)


def _by_groups(reader: Reader, asset: AssetRecord, view: View, where: str, *where_ids: str) -> Exposure:
    name = asset.name or asset.uid
    groups = group_ids(view)
    openings, missing = openings_of(reader.estate, asset.account, groups)
    place = (view.text("subnet_id", "SubnetId"), view.text("vpc_id", "VpcId"))
    openings, stopped = through_subnets(reader.estate, asset.account, [place], openings)
    if stopped is not None and not missing:
        return reader.closed(f"{where}, but {stopped.says}", name, stopped.by, *where_ids, host=True)
    if openings:
        owners = tuple(dict.fromkeys(o.owner for o in openings))
        text = f"{ports_text(openings)} open to {openings[0].cidr} on {', '.join(owners)}, {where}"
        grade = port_grade(openings, reader.ports)
        return reader.open(text, grade, name, *owners, *where_ids, openings=tuple(openings), host=True)
    if missing or not groups:
        what = (
            f"the rules of {', '.join(missing)} were not collected"
            if missing
            else "no security group recorded"
        )
        return reader.maybe(f"{where}, {what}", "reachable", name, *missing, *where_ids)
    return reader.closed(
        f"{where}, but no inbound rule lets the internet in", name, *groups, *where_ids, host=True
    )


def _group(reader: Reader, asset: AssetRecord, view: View) -> Exposure:
    openings = group_openings(asset, view)
    name = view.text("id", "GroupId") or asset.name
    if openings is None:
        return reader.maybe("its rules were not collected", "reachable")
    if not openings:
        return reader.closed("no inbound rule from the internet", name)
    users = [u for u in group_users(reader, asset.account, name) if u.asset_id != asset.asset_id]
    reached = [
        u
        for u in users
        if exposure_of(reader, u).fact.state == "known" and exposure_of(reader, u).fact.grade > 0
    ]
    cidr = openings[0].cidr
    if reached:
        best = max(reached, key=lambda u: (exposure_of(reader, u).fact.grade, u.asset_id))
        fact = exposure_of(reader, best).fact
        mine = (
            tuple(o for o in exposure_of(reader, best).openings if o.owner.lower() == name.lower())
            or openings
        )
        text = f"{ports_text(mine)} open to {cidr} on {name}, used by {best.name}"
        grade = min(port_grade(mine, reader.ports), fact.grade) if mine else fact.grade
        return reader.open(text, grade, name, best.name, openings=mine)
    attached = list(view.each("network_interfaces"))
    live = [a for a in attached if public_address(a) or a.get("public_ip_addresses")]
    if live:
        address = public_address(live[0])
        text = f"{ports_text(openings)} open to {cidr} on {name}" + (
            f", public address {address}" if address else ""
        )
        return reader.open(text, port_grade(openings, reader.ports), name, address, openings=openings)
    unsettled = [u for u in users if exposure_of(reader, u).fact.state == "unknown"]
    if unsettled:
        user = unsettled[0].name
        text = f"{ports_text(openings)} open to {cidr}, used by {user}, whose address is not settled"
        return reader.maybe(
            text, port_grade(openings, reader.ports), name, unsettled[0].name, openings=openings
        )
    if users or attached:
        return reader.closed(
            f"{ports_text(openings)} open to {cidr}, but nothing that uses it has a public address", name
        )
    if view.has("network_interfaces") or any(True for _ in reader.estate.of_kind("ec2.eni")):
        return reader.closed(f"{ports_text(openings)} open to {cidr}, but nothing uses it", name)
    return reader.maybe(
        f"{ports_text(openings)} open to {cidr}; no record says what uses it",
        port_grade(openings, reader.ports),
        name,
        openings=openings,
    )


def group_users(reader: Reader, account: str, group: str) -> list[AssetRecord]:
    """Assets whose configuration names a security group."""
    index = reader.users
    if _INDEXED not in index:
        index[_INDEXED] = []
        estate = reader.estate
        for user in estate.of_kind("ec2.instance", "ec2.eni", "rds.db", "redshift.cluster", "elb"):
            for name in group_ids(estate.view(user)):
                index.setdefault((user.account, name.lower()), []).append(user)
    return index.get((account, group.lower()), [])


def _interface(reader: Reader, asset: AssetRecord, view: View) -> Exposure:
    address = public_address(view)
    if not address:
        return reader.closed("no public address", asset.name)
    if (view.text("Status") or view.at("Attachment").text("Status")).lower() in {"available", "detached"}:
        return reader.closed("attached to nothing", asset.name)
    owner = view.at("Attachment", "attachment").text("InstanceId", "instance_id")
    instance = reader.estate.find(asset.account, owner, "ec2.instance") if owner else None
    if instance is not None and exposure_of(reader, instance).fact.state == "absent":
        return exposure_of(reader, instance)
    return _by_groups(reader, asset, view, f"public address {address}", address)


def _database(reader: Reader, asset: AssetRecord, view: View) -> Exposure:
    name = asset.name or asset.uid
    status = view.text("status", "DBInstanceStatus", "ClusterStatus").lower()
    if status in {"stopped", "paused", "deleting"}:
        return reader.closed(f"the database is {status}", name)
    public = view.flag("public", "public_access", "PubliclyAccessible")
    if public is False:
        return reader.closed("not publicly accessible", name)
    if public is None:
        return reader.maybe("no record says whether it is public", "database")
    port = view.at("endpoint", "Endpoint").text("Port") or view.text("port", "Port", "DbInstancePort")
    groups = group_ids(view)
    openings, missing = openings_of(reader.estate, asset.account, groups)
    number = int(port) if port.isdigit() and port != "0" else None
    mine: list[OpenRange] = [o for o in openings if number is None or o.covers(number)]
    mine, stopped = through_subnets(reader.estate, asset.account, _subnets(view), mine, port=number)
    if stopped is not None and not missing:
        return reader.closed(f"publicly accessible, but {stopped.says}", name, stopped.by)
    if mine:
        shown = str(number) if number is not None else ports_text(mine)
        owners = tuple(dict.fromkeys(o.owner for o in mine))
        text = f"{shown} open to {mine[0].cidr} on {', '.join(owners)}, publicly accessible"
        ports = dict(reader.ports) | ({str(number): reader.levels["database"]} if number is not None else {})
        return reader.open(text, port_grade(mine, ports, number), name, *owners, openings=tuple(mine))
    if missing or not groups:
        what = (
            f"the rules of {', '.join(missing)} were not collected"
            if missing
            else "no security group recorded"
        )
        return reader.maybe(f"publicly accessible, {what}", "database", name, *missing)
    return reader.closed(
        "publicly accessible, but no inbound rule lets the internet in on its port", name, *groups
    )


def _subnets(view: View) -> list[tuple[str, str]]:
    """Subnets that a database may stand in, with their VPC."""
    group = view.at("DBSubnetGroup", "subnet_group")
    vpc = group.text("VpcId") or view.text("vpc_id", "VpcId")
    named = [s.text("SubnetIdentifier", "SubnetId") for s in group.each("Subnets")]
    return [(subnet, vpc) for subnet in [*named, *view.texts("subnet_ids")] if subnet] or [("", vpc)]


def _cluster(reader: Reader, asset: AssetRecord, view: View) -> Exposure:
    network = view.at("resourcesVpcConfig")
    public = (
        view.flag("endpoint_public_access")
        if view.has("endpoint_public_access")
        else network.flag("endpointPublicAccess")
    )
    if public is False:
        return reader.closed("its endpoint is private", asset.name)
    if public is None:
        return reader.maybe("no record says whether its endpoint is public", "management")
    ranges = view.texts("public_access_cidrs") or network.texts("publicAccessCidrs") or ["0.0.0.0/0"]
    wide = [cidr for cidr in ranges if openness(cidr) > 0]
    if not wide:
        return reader.closed(f"its public endpoint admits only {', '.join(ranges[:3])}", asset.name)
    return reader.open(f"its public API endpoint admits {wide[0]}", "management", asset.name)


def _balancer(reader: Reader, asset: AssetRecord, view: View) -> Exposure:
    if view.text("scheme").lower() == "internal":
        return reader.closed("internal load balancer", asset.name)
    if view.text("scheme").lower() != "internet-facing":
        return reader.maybe("no record says whether it faces the internet", "web")
    groups = group_ids(view)
    openings, missing = openings_of(reader.estate, asset.account, groups)
    if groups and not openings and not missing:
        return reader.closed("internet-facing, but no inbound rule lets the internet in", asset.name, *groups)
    listeners = view.get("listeners", "Listeners", "ListenerDescriptions")
    views = [View(v) for v in (listeners.values() if isinstance(listeners, dict) else items(listeners))]
    ports = [p for p in (v.text("port") or v.at("Listener").text("LoadBalancerPort") for v in views) if p]
    heard = [o for o in openings if not ports or any(p.isdigit() and o.covers(int(p)) for p in ports)]
    if groups and openings and ports and not heard and not missing:
        text = f"internet-facing, but its listener port {', '.join(ports)} is not open to the internet"
        return reader.closed(text, asset.name, *groups)
    text = "internet-facing load balancer" + (f" listening on {', '.join(ports)}" if ports else "")
    return reader.open(text, "web", asset.name, *ids(groups))


def _endpoint(reader: Reader, asset: AssetRecord, view: View) -> Exposure:
    if view.flag("PubliclyAccessible", "publicly_accessible", "public"):
        return _by_groups(reader, asset, view, "publicly accessible")
    return reader.closed("not publicly accessible", asset.name)


def _private(reader: Reader, asset: AssetRecord, view: View) -> Exposure:
    return reader.closed("has no address on the internet", asset.name)


HANDLERS: dict[str, Handler] = {
    "ec2.instance": _instance,
    "ec2.sg": _group,
    "ec2.eni": _interface,
    "rds.db": _database,
    "redshift.cluster": _database,
    "eks.cluster": _cluster,
    "elb": _balancer,
    "endpoint": _endpoint,
    "private": _private,
    "ec2.volume": _private,
    **SHARED_HANDLERS,
    **IDENTITY_HANDLERS,
}
