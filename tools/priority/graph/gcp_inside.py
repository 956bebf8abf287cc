"""Where machines stand in Google Cloud's networks, and what firewall rules let in to them from inside.

The lower number goes first and, of the same number, a deny. What no rule lets in is shut out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tools.findings.model import AssetRecord
from tools.priority.estate import Estate, name_of
from tools.priority.graph.gcp_load import GcpIam
from tools.priority.graph.gcp_targets import runs
from tools.priority.graph.model import NodeKind, Relation
from tools.priority.graph.ranges import holds, inside, left
from tools.priority.graph.steps import Steps
from tools.priority.reading import View, items, openness, shown


@dataclass(frozen=True, slots=True)
class Standing:
    """Networks (`project/name`), addresses, tags and accounts of a machine."""

    networks: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    tags: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Inlet:
    """Ports that a rule opens from a place (`range:`, `tag:` or `sa:` and what it names) in a network.

    Not `sure` where an earlier rule shuts a part of the place out.
    """

    first: int
    last: int
    source: str
    network: str
    owners: tuple[AssetRecord, ...]
    sure: bool = True


@dataclass(frozen=True, slots=True)
class _Rule:
    record: AssetRecord
    order: tuple[int, bool]
    network: str
    allow: bool
    sources: tuple[str, ...]
    tags: frozenset[str]
    accounts: frozenset[str]
    ports: tuple[tuple[int, int], ...]


class GcpInside:
    """Reachability inside the estate's networks."""

    def __init__(self, estate: Estate, iam: GcpIam, steps: Steps) -> None:
        self._estate = estate
        self._iam = iam
        self._steps = steps
        self._peers: dict[str, dict[str, AssetRecord]] = {}
        for network in estate.of_kind("gcp.network"):
            own = self._network(estate.view(network).text("selfLink") or network.uid, network)
            for peering in estate.view(network).each("peerings"):
                if peering.text("state").upper() in {"ACTIVE", ""} and peering.text("network"):
                    self._peers.setdefault(own, {})[self._network(peering.text("network"), network)] = network
        self._standings: dict[str, Standing] = {}
        self._hosts: dict[str, list[AssetRecord]] = {}
        for machine in estate.of_kind("gcp.vm", "gcp.function"):
            for name in self.standing(machine).networks:
                self._hosts.setdefault(name, []).append(machine)
        self._rules: dict[str, list[_Rule]] = {}
        for record in estate.of_kind("gcp.firewall"):
            rule = self._rule(record)
            if rule is not None:
                self._rules.setdefault(rule.network, []).append(rule)
        for rules in self._rules.values():
            rules.sort(key=lambda r: (*r.order, r.record.asset_id))
        self._linked: set[str] = set()

    def _network(self, link: str, asset: AssetRecord) -> str:
        """`project/name` of a network, whatever form its link has."""
        name = link.rstrip("/").rsplit("/", 1)[-1].lower()
        project = link.partition("projects/")[2].partition("/")[0] or self._iam.project_of(asset)
        return f"{self._iam.numbers.get(project, project)}/{name}"

    def standing(self, asset: AssetRecord) -> Standing:
        """Where an asset stands; empty where no record says."""
        found = self._standings.get(asset.asset_id)
        if found is None:
            found = self._standings[asset.asset_id] = self._standing(asset)
        return found

    def _standing(self, asset: AssetRecord) -> Standing:
        view = self._estate.view(asset)
        interfaces = list(view.each("networkInterfaces", "network_interfaces"))
        networks = [self._network(i.text("network"), asset) for i in interfaces if i.text("network")]
        private = view.at("settings").at("ipConfiguration").text("privateNetwork")
        networks += [self._network(private, asset)] if private else []
        tags = view.at("tags").texts("items") or view.texts("tags")
        return Standing(
            tuple(dict.fromkeys(networks)),
            tuple(i.text("networkIP", "network_ip") for i in interfaces if i.text("networkIP", "network_ip")),
            frozenset(t.lower() for t in tags),
            frozenset(r.email for r in self._iam.runs.get(asset.asset_id, ())),
        )

    def _rule(self, record: AssetRecord) -> _Rule | None:
        view = self._estate.view(record)
        if view.text("direction").upper() == "EGRESS" or view.flag("disabled"):
            return None
        denied = list(view.each("denied", "denied_rules"))
        listed = denied or list(view.each("allowed", "allowed_rules"))
        sources = [f"range:{r}" for r in view.texts("sourceRanges", "source_ranges")]
        sources += [f"tag:{t.lower()}" for t in view.texts("sourceTags", "source_tags")]
        sources += [f"sa:{a.lower()}" for a in view.texts("sourceServiceAccounts", "source_service_accounts")]
        number = view.text("priority")
        return _Rule(
            record,
            (int(number) if number.isdigit() else 1000, not denied),
            self._network(view.text("network") or "default", record),
            not denied,
            tuple(sources) or ("range:0.0.0.0/0",),
            frozenset(t.lower() for t in view.texts("targetTags", "target_tags")),
            frozenset(a.lower() for a in view.texts("targetServiceAccounts", "target_service_accounts")),
            tuple(p for one in listed for p in _ports(one)),
        )

    def inlets(self, target: AssetRecord) -> Iterator[Inlet]:
        """What rules let in to a machine, the earlier rule first."""
        here = self.standing(target)
        for network in here.networks:
            denied: list[tuple[int, int]] = []
            doubted: list[tuple[int, int]] = []
            for rule in self._rules.get(network, ()):
                if (rule.tags or rule.accounts) and not (
                    rule.tags & here.tags or rule.accounts & here.accounts
                ):
                    continue
                if not rule.allow:
                    wide = any(s.startswith("range:") and _whole(s[6:]) for s in rule.sources)
                    (denied if wide else doubted).extend(rule.ports)
                    continue
                for first, last in rule.ports:
                    for a, b in left(first, last, denied):
                        sure = all(high < a or low > b for low, high in doubted)
                        for source in rule.sources:
                            yield Inlet(a, b, source, network, (rule.record,), sure)

    def place(self, target: AssetRecord, inlet: Inlet) -> str | None:
        """The key of the place that an inlet opens to, its machines joined to it; None if nobody stands there."""
        key = f"{inlet.network}|{inlet.source}"
        if key not in self._linked:
            self._linked.add(key)
            label = inlet.source.partition(":")[2]
            by_range = inlet.source.startswith("range:")
            peers = self._peers.get(inlet.network, {}) if by_range else {}
            for network in (inlet.network, *peers):
                record = peers.get(network)
                for host in self._hosts.get(network, ()):
                    if self._stands_in(host, inlet.source):
                        self._steps.place(
                            key, NodeKind.NETWORK, f"{label} in {inlet.network}", target.account
                        )
                        peered = f", which is peered ({shown(name_of(record))})" if record else ""
                        why = f"stands in {shown(label)}{peered}"
                        self._steps.join(host.asset_id, key, Relation.REACHES, 0.999, why,
                                         (record,) if record else (), names=(name_of(host),))  # fmt: skip
        return key if key in self._steps.parts.nodes else None

    def _stands_in(self, host: AssetRecord, source: str) -> bool:
        here = self.standing(host)
        kind, _, name = source.partition(":")
        if not runs(self._estate.view(host)):
            return False
        if kind == "tag":
            return name in here.tags
        if kind == "sa":
            return name in here.accounts
        return _whole(name) or holds(name, here.addresses)

    def near(self, database: AssetRecord) -> list[tuple[Inlet, str | None]]:
        """Places that reach the private address of a managed database: whoever stands in its network, or a peer."""
        found = []
        for network in self.standing(database).networks:
            inlet = Inlet(0, 65_535, "range:0.0.0.0/0", network, ())
            found.append((inlet, self.place(database, inlet)))
        return found

    def reaches(
        self, host: AssetRecord, target: AssetRecord, port: int | None
    ) -> tuple[bool | None, tuple[str, ...]]:
        """Whether one thing reaches a port of another (None: no record says), and the rules that let it."""
        here, there = self.standing(host), self.standing(target)
        shared = [
            n for n in there.networks if any(n == h or h in self._peers.get(n, {}) for h in here.networks)
        ]
        if self._estate.kind(target) == "gcp.sql":
            return (True, ()) if shared else (None, ()) if not there.networks else (False, ())
        if not here.networks or not there.networks:
            return None, ()
        for inlet in self.inlets(target):
            fits = port is None or inlet.first <= port <= inlet.last
            if fits and inlet.network in shared and self._stands_in(host, inlet.source):
                return True, tuple(o.asset_id for o in inlet.owners)
        return False, ()


def _whole(cidr: str) -> bool:
    return openness(cidr) >= 1 or inside("10.0.0.0/8", cidr)


def _ports(rule: View) -> Iterator[tuple[int, int]]:
    if rule.text("IPProtocol", "ip_protocol").lower() in {"icmp", "esp", "ah"}:
        return
    ports = [str(p) for p in items(rule.get("ports"))]
    if not ports:
        yield 0, 65_535
    for port in ports:
        first, _, last = port.partition("-")
        if first.isdigit() and (last or first).isdigit():
            yield int(first), int(last or first)
