"""From one pod to another inside a cluster, as far as network policies let it."""

from __future__ import annotations

from collections.abc import Iterator

from tools.priority.estate import name_of
from tools.priority.graph.kubernetes_entries import KubernetesEntries
from tools.priority.graph.kubernetes_load import KubeCluster, Workload
from tools.priority.graph.kubernetes_policies import Peer, Policies, selects
from tools.priority.graph.model import NodeKind, Relation
from tools.priority.graph.steps import Steps
from tools.priority.reading import View, shown

_MOST = 50


class KubernetesNeighbours:
    """Adds what pods of one cluster can do to each other. A flat network is one place that all stand in."""

    def __init__(
        self, cluster: KubeCluster, policies: Policies, entries: KubernetesEntries, steps: Steps
    ) -> None:
        self._cluster = cluster
        self._policies = policies
        self._entries = entries
        self._steps = steps
        self._linked: set[str] = set()

    def add(self) -> None:
        """Steps to every workload with a remote flaw or a service that asks for no login."""
        words = self._steps.words
        for target in self._cluster.workloads:
            if not target.runs:
                continue
            ports = [int(p.text("containerPort")) for c in target.containers() for p in c.each("ports")
                     if p.text("containerPort").isdigit()]  # fmt: skip
            asked: list[int | None] = [*ports] or [None]
            doors = [self._entries.door(target, port) for port in asked]
            door, images = max(doors, key=lambda d: (d[0].chance, d[0].why))
            if door.relation is Relation.EXPLOITS:
                chance = words.step["exploit_inside"] * door.chance / words.entry["exploited_flaw"]
            elif door.chance >= words.entry["no_login"]:
                chance = words.step["no_login_inside"]
            else:
                continue
            for key in self._places(target):
                why = f"{shown(name_of(target.asset))} answers inside the cluster; {door.why}"
                if key != target.asset.asset_id:
                    self._steps.join(key, target.asset.asset_id, door.relation, chance, why, images)

    def _places(self, target: Workload) -> Iterator[str]:
        """Keys of the places that reach the target."""
        peers = self._policies.into(target)
        if peers is None:
            yield self._place("*")
            return
        for peer in peers:
            if peer.everybody:
                yield self._place("*")
            elif peer.labels:
                yield from (w.asset.asset_id for w in self._chosen(peer))
            else:
                for space in sorted(peer.namespaces):
                    yield self._place(space)

    def _chosen(self, peer: Peer) -> list[Workload]:
        selector = View({"matchLabels": dict(peer.labels)})
        spaces = peer.namespaces or {"*"}
        found = [w for space in spaces for w in self._cluster.space(space)]
        return [w for w in found if w.runs and selects(selector, w.labels)][:_MOST]

    def _place(self, space: str) -> str:
        key = f"pods:{self._cluster.key}/{space}"
        if key not in self._linked:
            self._linked.add(key)
            label = f"inside {self._cluster.name if space == '*' else space}"
            self._steps.place(key, NodeKind.NETWORK, label, self._cluster.account)
            for workload in self._cluster.space(space):
                if workload.runs:
                    why = f"runs in {shown(self._cluster.name if space == '*' else space)}"
                    self._steps.join(workload.asset.asset_id, key, Relation.REACHES, 0.999, why)
        return key
