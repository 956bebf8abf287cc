"""Exposure of Google Cloud resources, from the API's objects or a scanner's snake_case form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tools.findings.model import AssetRecord
from tools.priority.exposure import Exposure, Handler, Reader, exposure_of
from tools.priority.network import OpenRange, port_grade, ports_text
from tools.priority.reading import View, items, openness

_ANYONE = {"allusers", "allauthenticatedusers"}


def _last(path: str) -> str:
    return path.rstrip("/").rsplit("/", 1)[-1]


def firewall_openings(view: View, owner: str) -> tuple[OpenRange, ...] | None:
    """What a firewall rule lets in from the internet; None if its ranges are not recorded."""
    if view.text("direction").upper() == "EGRESS" or view.flag("disabled") or view.get("denied"):
        return ()
    ranges = view.texts("sourceRanges", "source_ranges")
    allowed = list(view.each("allowed", "allowed_rules"))
    if not ranges and not view.has("sourceRanges", "source_ranges", "sourceTags"):
        return None
    share, cidr = max(((openness(r), r) for r in ranges), default=(0.0, ""))
    if share <= 0:
        return ()
    return tuple(
        OpenRange(first, last, share, cidr, owner) for rule in allowed for first, last in _ports(rule)
    )


def _denials(view: View) -> list[tuple[int, int]]:
    """Ports that a rule denies to the whole internet."""
    if view.text("direction").upper() == "EGRESS" or view.flag("disabled"):
        return []
    if max((openness(r) for r in view.texts("sourceRanges", "source_ranges")), default=0.0) < 1:
        return []
    return [ports for rule in view.each("denied", "denied_rules") for ports in _ports(rule)]


def _rank(view: View) -> tuple[int, bool]:
    """The lower number goes first; of the same number, a deny."""
    number = view.text("priority")
    return int(number) if number.isdigit() else 1000, not view.get("denied")


def _through(rules: Iterable[tuple[AssetRecord, View]]) -> list[OpenRange]:
    """What the rules let in together, by priority: what an earlier deny covers whole is closed."""
    found: list[OpenRange] = []
    denied: list[tuple[int, int]] = []
    for rule, view in sorted(rules, key=lambda pair: (*_rank(pair[1]), pair[0].asset_id)):
        denied += _denials(view)
        for opening in firewall_openings(view, rule.name) or ():
            if not any(low <= opening.first and opening.last <= high for low, high in denied):
                found.append(opening)
    return found


class Marks(NamedTuple):
    """What firewall rules know a machine by."""

    networks: frozenset[str]
    tags: frozenset[str]
    accounts: frozenset[str]


def _marks(reader: Reader, machine: AssetRecord) -> Marks:
    """The marks of a machine; worked out once, for many rules look at them."""
    known: dict[str, Marks] = reader.estate.index("marks of machines", dict)
    if machine.asset_id not in known:
        view = reader.estate.view(machine)
        known[machine.asset_id] = Marks(
            frozenset(_last(i.text("network")) for i in view.each("networkInterfaces", "network_interfaces")),
            frozenset(t.lower() for t in view.at("tags").texts("items") or view.texts("tags")),
            frozenset(a.text("email").lower() for a in view.each("serviceAccounts", "service_accounts")),
        )
    return known[machine.asset_id]


def _applies(seen: View, marks: Marks) -> bool:
    """Whether a firewall rule is about a machine in these networks, with these tags and service accounts."""
    networks, tags, accounts = marks
    targets = {t.lower() for t in seen.texts("targetTags", "target_tags")}
    owners = {t.lower() for t in seen.texts("targetServiceAccounts", "target_service_accounts")}
    network = _last(seen.text("network"))
    if network and networks and network not in networks:
        return False
    return not (targets or owners) or bool(targets & tags) or bool(owners & accounts)


def _ports(rule: View) -> Iterator[tuple[int, int]]:
    protocol = rule.text("IPProtocol", "ip_protocol").lower()
    if protocol in {"icmp", "esp", "ah"}:
        return
    ports = [str(p) for p in items(rule.get("ports"))]
    if not ports:
        yield 0, 65535
    for port in ports:
        first, _, last = port.partition("-")
        if first.isdigit() and (last or first).isdigit():
            yield int(first), int(last or first)


def _addresses(view: View) -> list[str]:
    found = [view.text("public_ip")] if view.text("public_ip") else []
    for interface in view.each("networkInterfaces", "network_interfaces"):
        found += [c.text("natIP", "nat_ip") for c in interface.each("accessConfigs", "access_configs")]
    return [a for a in found if a]


def _vm(reader: Reader, asset: AssetRecord, view: View) -> Exposure:
    status = view.text("status").upper()
    if status and status not in {"RUNNING", "PROVISIONING", "STAGING"}:
        return reader.closed(f"the machine is {status.lower()}", asset.name)
    addresses = _addresses(view)
    if not addresses:
        if view.has("networkInterfaces", "network_interfaces", "public_ip"):
            return reader.closed("no public address", asset.name)
        return reader.maybe("no network data", "reachable")
    rules = reader.estate.index("firewalls", lambda: _by_account(reader, "gcp.firewall")).get(
        asset.account, []
    )
    marks = _marks(reader, asset)
    mine = [(rule, reader.estate.view(rule)) for rule in rules if _applies(reader.estate.view(rule), marks)]
    openings = _through(mine)
    where = f"public address {addresses[0]}"
    if openings:
        text = f"{ports_text(openings)} open to {openings[0].cidr} by {openings[0].owner}, {where}"
        grade = port_grade(openings, reader.ports)
        return reader.open(
            text, grade, asset.name, openings[0].owner, addresses[0], openings=tuple(openings), host=True
        )
    if not rules:
        return reader.maybe(
            f"{where}, its firewall rules were not collected", "reachable", asset.name, addresses[0]
        )
    return reader.closed(
        f"{where}, but no firewall rule lets the internet in", asset.name, addresses[0], host=True
    )


def _by_account(reader: Reader, kind: str) -> dict[str, list[AssetRecord]]:
    found: dict[str, list[AssetRecord]] = {}
    for asset in reader.estate.of_kind(kind):
        found.setdefault(asset.account, []).append(asset)
    return found


def _firewall(reader: Reader, asset: AssetRecord, view: View) -> Exposure:
    openings = firewall_openings(view, asset.name)
    if openings is None:
        return reader.maybe("its source ranges were not collected", "reachable")
    if not openings:
        return reader.closed("it lets nothing in from the internet", asset.name)
    reached = reader.estate.index("machines by rule", lambda: _by_rule(reader))
    users = reached.get((asset.account, asset.name), [])
    text = f"{ports_text(openings)} open to {openings[0].cidr} by {asset.name}"
    grade = port_grade(openings, reader.ports)
    if users:
        return reader.open(
            f"{text}, reaches {users[0].name}", grade, asset.name, users[0].name, openings=openings
        )
    machines = _in_network(reader, asset, view)
    behind = [m for m in machines if _applies(view, _marks(reader, m))]
    exposures = [(m, exposure_of(reader, m)) for m in behind]
    if machines and all(found.fact.state == "absent" for _, found in exposures):
        which = "no machine behind it has a public address" if behind else "it is about no machine"
        return reader.closed(f"{text}, but {which}", asset.name)
    unsettled = next((m for m, found in exposures if found.fact.state == "unknown"), None)
    if unsettled is not None:
        text = f"{text}, is about {unsettled.name}, whose address is not settled"
        return reader.maybe(text, grade, asset.name, unsettled.name, openings=openings)
    return reader.maybe(f"{text}; no record says what is behind it", grade, asset.name, openings=openings)


def _in_network(reader: Reader, asset: AssetRecord, view: View) -> list[AssetRecord]:
    """Machines of the rule's project, and those of others that stand in a network that it shares with them."""
    found = reader.estate.index("machines", lambda: _by_account(reader, "gcp.vm")).get(asset.account, [])
    network = view.text("network").rpartition("/projects/")[2].lower()
    if "/" not in network:
        return found
    shared = reader.estate.index("machines by network", lambda: _by_network(reader)).get(network, [])
    return [*found, *(m for m in shared if m.account != asset.account)]


def _by_rule(reader: Reader) -> dict[tuple[str, str], list[AssetRecord]]:
    """Machines that strangers reach, by account and rule that lets them."""
    found: dict[tuple[str, str], list[AssetRecord]] = {}
    for machine in reader.estate.of_kind("gcp.vm"):
        for owner in dict.fromkeys(o.owner for o in exposure_of(reader, machine).openings):
            found.setdefault((machine.account, owner), []).append(machine)
    return found


def _by_network(reader: Reader) -> dict[str, list[AssetRecord]]:
    found: dict[str, list[AssetRecord]] = {}
    for machine in reader.estate.of_kind("gcp.vm"):
        for interface in reader.estate.view(machine).each("networkInterfaces", "network_interfaces"):
            network = interface.text("network").rpartition("/projects/")[2].lower()
            found.setdefault(network, []).append(machine)
    return found


def public_roles(view: View) -> list[str] | None:
    """Roles granted to everyone in an IAM policy; None if no policy is recorded."""
    policy = view.at("iamPolicy", "iam_policy", "policy")
    bindings = policy.get("bindings") if policy else view.get("bindings")
    if not isinstance(bindings, list):
        return None
    return [
        _last(b.text("role"))
        for b in (View(i) for i in bindings)
        if not b.get("condition") and any(m.lower() in _ANYONE for m in b.texts("members"))
    ]


def _bucket(reader: Reader, asset: AssetRecord, view: View) -> Exposure:
    name = asset.name or asset.uid
    roles = public_roles(view)
    if view.at("iamConfiguration").text("publicAccessPrevention").lower() == "enforced":
        held = "public access prevention is enforced"
        return reader.closed(held, name, compensating=held if roles else "")
    entities = [e.text("entity").lower() for e in view.each("acl", "defaultObjectAcl")]
    if roles or any(e in _ANYONE for e in entities):
        able = roles or ["objectViewer"]
        write = any("admin" in r.lower() or "creator" in r.lower() or "writer" in r.lower() for r in able)
        return reader.open(
            f"anyone holds {able[0]} on {name}", "public_write" if write else "public_read", name, able[0]
        )
    if view.flag("public") is True:
        return reader.open("granted to everyone", "public_read", name)
    if roles is None and view.flag("public") is None and not entities:
        return reader.maybe("its access policy was not collected", "public_read", name)
    return reader.closed("granted to nobody outside", name)


def _sql(reader: Reader, asset: AssetRecord, view: View) -> Exposure:
    if (
        view.text("state").upper() in {"STOPPED", "SUSPENDED"}
        or view.at("settings").text("activationPolicy").upper() == "NEVER"
    ):
        return reader.closed("the database is stopped", asset.name)
    network = view.at("settings").at("ipConfiguration") or view.at("ipConfiguration") or view
    networks = network.get("authorizedNetworks", "authorized_networks")
    ranges = [n.text("value") for n in (View(i) for i in items(networks))]
    wide = [r for r in ranges if openness(r) > 0]
    if network.flag("ipv4Enabled") is False or view.flag("public_ip") is False:
        return reader.closed("no public address", asset.name)
    if wide:
        return reader.open(f"its authorized networks admit {wide[0]}", "database", asset.name)
    if networks is None:
        return reader.maybe("its authorized networks were not collected", "database", asset.name)
    return reader.closed("public address, but no authorized network is wide", asset.name)


def _granted(level: str) -> Handler:
    def read(reader: Reader, asset: AssetRecord, view: View) -> Exposure:
        roles = public_roles(view)
        if roles:
            return reader.open(f"anyone holds {roles[0]}", level, asset.name, roles[0])
        access = [e.text("iamMember", "specialGroup").lower() for e in view.each("access")]
        if any(e in _ANYONE for e in access) or view.flag("public", "publicly_accessible") is True:
            return reader.open("granted to everyone", level, asset.name)
        if roles is None and not access and view.flag("public", "publicly_accessible") is None:
            return reader.maybe("its access policy was not collected", level, estimate=-0.5)
        return reader.closed("granted to nobody outside", asset.name)

    return read


def _gke(reader: Reader, asset: AssetRecord, view: View) -> Exposure:
    if view.at("privateClusterConfig").flag("enablePrivateEndpoint"):
        return reader.closed("its endpoint is private", asset.name)
    control = view.at("masterAuthorizedNetworksConfig")
    ranges = [c.text("cidrBlock") for c in control.each("cidrBlocks")]
    if control.flag("enabled") and not any(openness(r) > 0 for r in ranges):
        return reader.closed("its endpoint admits named ranges only", asset.name)
    return reader.open("its public API endpoint admits any address", "management", asset.name)


HANDLERS: dict[str, Handler] = {
    "gcp.vm": _vm,
    "gcp.firewall": _firewall,
    "gcp.bucket": _bucket,
    "gcp.sql": _sql,
    "gcp.bigquery": _granted("public_read"),
    "gcp.function": _granted("public_invoke"),
    "gcp.iam": _granted("public_invoke"),
    "gcp.gke": _gke,
}
