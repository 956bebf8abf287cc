"""Steps inside Google Cloud's networks, and through load balancers to what stands behind them."""

from __future__ import annotations

from collections.abc import Iterator

from tools.findings.model import AssetRecord
from tools.priority.enrich.model import Enrichments
from tools.priority.estate import Estate, name_of
from tools.priority.exposure import Reader
from tools.priority.graph.credentials import port_of
from tools.priority.graph.gcp_inside import GcpInside, Inlet
from tools.priority.graph.gcp_load import GcpIam
from tools.priority.graph.gcp_targets import runs
from tools.priority.graph.jewels import Jewels
from tools.priority.graph.model import INTERNET, NodeKind, Relation
from tools.priority.graph.neighbours import Neighbours
from tools.priority.graph.network_entries import NetworkEntries
from tools.priority.graph.steps import Steps
from tools.priority.network import OpenRange
from tools.priority.reading import View, items, shown

_MOST = 400
_DEEPEST = 6
_PARTS = ("gcp.balancer", "gcp.vm", "gcp.function")


class GcpNetworkEdges:
    """Adds what the network lets an intruder do once inside, and what balancers pass on."""

    def __init__(
        self,
        estate: Estate,
        reader: Reader,
        iam: GcpIam,
        inside: GcpInside,
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
        self._by_link: dict[str, AssetRecord] = {}
        for part in estate.of_kind(*_PARTS):
            self._by_link.setdefault(_link(estate.view(part).text("selfLink") or part.uid), part)

    def add(self) -> None:
        """Neighbours, databases and balancers."""
        for machine in self._estate.of_kind("gcp.vm"):
            if runs(self._estate.view(machine)):
                inlets = list(self._inside.inlets(machine))[:_MOST]
                self._neighbours.into_machine(machine, inlets, self._inside.place)
        for database in self._estate.of_kind("gcp.sql"):
            near = dict(self._inside.near(database))

            def place(_: AssetRecord, inlet: Inlet, near: dict[Inlet, str | None] = near) -> str | None:
                return near.get(inlet)

            port = port_of(self._estate.view(database))
            self._neighbours.into_database(database, port, list(near), place)
        for rule in self._estate.of_kind("gcp.forwarding"):
            self._through(rule)

    def _through(self, rule: AssetRecord) -> None:
        """The internet reaches what an external forwarding rule leads to, by proxies, maps and groups."""
        view = self._estate.view(rule)
        if not view.text("loadBalancingScheme").upper().startswith("EXTERNAL"):
            return
        name, joined = shown(name_of(rule)), False
        for target, port in self._targets(view):
            kind = self._estate.kind(target)
            if not runs(self._estate.view(target)):
                continue
            opening = OpenRange(port or 0, port or 65_535, 1.0, "load balancer", name)
            names = (name, name_of(target))
            for door in self._entries.doors(target, kind, [opening]):
                why = f"{name} passes the internet's requests on to it; {door.why}"
                self._steps.join(rule.asset_id, target.asset_id, door.relation, door.chance, why, names=names)
            joined = True
        if joined:
            self._steps.place(rule.asset_id, NodeKind.SERVICE, name, rule.account, rule.asset_id)
            why = f"it answers on {shown(view.text('IPAddress', 'ipAddress')) or 'a public address'}"
            self._steps.join(INTERNET, rule.asset_id, Relation.REACHES, 0.999, why, names=(name,))

    def _targets(self, view: View) -> Iterator[tuple[AssetRecord, int | None]]:
        """Machines and functions that the rule leads to; a service that asks for a Google login leads to none."""
        waiting: list[tuple[View, int | None, int]] = [(view, _port(view), 0)]
        seen: set[str] = set()
        while waiting:
            here, port, depth = waiting.pop()
            if here.at("iap").flag("enabled") or depth > _DEEPEST:
                continue
            for link in _links(here.raw):
                found = self._by_link.get(_link(link))
                if found is None or found.asset_id in seen:
                    continue
                seen.add(found.asset_id)
                if self._estate.kind(found) == "gcp.balancer":
                    inner = self._estate.view(found)
                    waiting.append((inner, _port(inner) or port, depth + 1))
                else:
                    yield found, port


def _links(value: object) -> Iterator[str]:
    """Every link that a configuration holds."""
    if isinstance(value, str):
        if "/" in value:
            yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _links(inner)
    else:
        for inner in items(value) if isinstance(value, list | tuple) else ():
            yield from _links(inner)


def _link(text: str) -> str:
    at = text.find("projects/")
    return text[at:].lower() if at >= 0 else text.lower()


def _port(view: View) -> int | None:
    text = view.text("port") or view.text("portRange").partition("-")[0]
    return int(text) if text.isdigit() else None
