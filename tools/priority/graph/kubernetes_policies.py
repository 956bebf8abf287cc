"""What network policies of a cluster let in to pods. Pods that no policy selects are open to all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tools.findings.model import AssetRecord
from tools.priority.estate import Estate
from tools.priority.graph.kubernetes_load import KubeCluster, Workload
from tools.priority.reading import View, items, openness

_ALL = (1, 65_535)


@dataclass(frozen=True, slots=True)
class Peer:
    """Somebody that a policy lets in: the internet, everybody inside, a namespace, or pods by their labels."""

    outside: bool = False
    everybody: bool = False
    namespaces: frozenset[str] = frozenset()
    labels: tuple[tuple[str, str], ...] = ()
    ports: tuple[tuple[int, int], ...] = (_ALL,)
    policy: AssetRecord | None = None

    def on(self, port: int | None) -> bool:
        """Whether it is let in on a port."""
        return port is None or any(a <= port <= b for a, b in self.ports)


class Policies:
    """Network policies of one cluster."""

    def __init__(self, estate: Estate, cluster: KubeCluster) -> None:
        self._estate = estate
        self._cluster = cluster
        self._by_space: dict[str, list[tuple[AssetRecord, View]]] = {}
        for asset in cluster.policies:
            view = estate.view(asset)
            self._by_space.setdefault(view.at("metadata").text("namespace"), []).append(
                (asset, view.at("spec"))
            )
        self._known: dict[str, list[Peer] | None] = {}

    def into(self, workload: Workload) -> list[Peer] | None:
        """Who is let in; None if no policy stands before the workload."""
        key = workload.asset.asset_id
        if key not in self._known:
            self._known[key] = self._into(workload)
        return self._known[key]

    def lets_internet_in(self, workload: Workload, port: int | None) -> bool:
        """Whether requests from outside the cluster come through on a port."""
        peers = self.into(workload)
        return peers is None or any((p.outside or p.everybody) and p.on(port) for p in peers)

    def _into(self, workload: Workload) -> list[Peer] | None:
        isolated = False
        found: list[Peer] = []
        for policy, spec in self._by_space.get(workload.namespace, ()):
            kinds = spec.texts("policyTypes") or ["Ingress"]
            if "Ingress" not in kinds or not selects(spec.at("podSelector"), workload.labels):
                continue
            isolated = True
            for rule in spec.each("ingress"):
                found += self._peers(rule, policy, workload.namespace)
        return found if isolated else None

    def _peers(self, rule: View, policy: AssetRecord, namespace: str) -> Iterator[Peer]:
        ports = tuple(_ports(rule)) or (_ALL,)
        if not items(rule.get("from")):
            yield Peer(outside=True, everybody=True, ports=ports, policy=policy)
            return
        for one in rule.each("from"):
            block = one.at("ipBlock")
            if block:
                if openness(block.text("cidr")) > 0:
                    yield Peer(outside=True, ports=ports, policy=policy)
                continue
            spaces = frozenset({namespace})
            if one.has("namespaceSelector"):
                selector = one.at("namespaceSelector")
                named = self._cluster.namespaces
                chosen = frozenset(
                    n for n, labels in named.items() if selects(selector, {**labels, _NAME: n})
                )
                spaces = frozenset() if _all(selector) else chosen or frozenset({"?"})
            labels = tuple(sorted(_labels(one.at("podSelector")).items()))
            everybody = not spaces and not labels
            yield Peer(everybody=everybody, namespaces=spaces, labels=labels, ports=ports, policy=policy)


_NAME = "kubernetes.io/metadata.name"


def selects(selector: View, labels: Mapping[str, str]) -> bool:
    """Whether a label selector picks an object; an empty one picks all."""
    if not _labels(selector).items() <= labels.items():
        return False
    return all(_expression(one, labels) for one in selector.each("matchExpressions"))


def _expression(one: View, labels: Mapping[str, str]) -> bool:
    key, values = one.text("key"), set(one.texts("values"))
    operator = one.text("operator").lower()
    if operator == "in":
        return labels.get(key) in values
    if operator == "notin":
        return labels.get(key) not in values
    return (key in labels) == (operator == "exists")


def _labels(selector: View) -> dict[str, str]:
    found = selector.get("matchLabels")
    return {str(k): str(v) for k, v in found.items()} if isinstance(found, Mapping) else {}


def _all(selector: View) -> bool:
    return not _labels(selector) and not any(selector.each("matchExpressions"))


def _ports(rule: View) -> Iterable[tuple[int, int]]:
    for one in rule.each("ports"):
        first, last = one.text("port"), one.text("endPort")
        if first.isdigit():
            yield int(first), int(last) if last.isdigit() else int(first)
        else:
            yield _ALL  # by name: which number it has is the pod's to say
