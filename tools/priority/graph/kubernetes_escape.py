"""Out of a pod onto its node, and from a node to the machine that it is and to the other pods on it."""

from __future__ import annotations

from collections.abc import Iterator

from tools.findings.model import AssetRecord
from tools.priority.estate import Estate, name_of
from tools.priority.graph.kubernetes_images import Images
from tools.priority.graph.kubernetes_load import KubeCluster, Workload
from tools.priority.graph.model import Relation
from tools.priority.graph.steps import Steps
from tools.priority.reading import View, shown

_TELLING = ("/", "/etc", "/root", "/proc", "/var", "/var/run", "/run", "/var/lib", "/home", "/var/lib/kubelet",
            "/var/lib/docker", "/var/run/docker.sock", "/run/docker.sock", "/run/containerd",
            "/run/containerd/containerd.sock", "/var/run/crio/crio.sock", "/dev", "/sys")  # fmt: skip
_SANDBOXES = ("gvisor", "runsc", "kata")
_POWERS = {"SYS_ADMIN", "SYS_MODULE", "SYS_PTRACE", "SYS_RAWIO", "DAC_READ_SEARCH", "BPF", "ALL"}


class KubernetesEscape:
    """Adds the ways from pods to nodes of one cluster. `nodes` is the position on some node."""

    def __init__(
        self, estate: Estate, cluster: KubeCluster, images: Images, nodes: str, steps: Steps
    ) -> None:
        self._estate = estate
        self._cluster = cluster
        self._images = images
        self._nodes = nodes
        self._steps = steps

    def add(self) -> None:
        """Escapes, and what nodes are."""
        for workload in self._cluster.workloads:
            how = unconfined(workload) if workload.runs else ""
            if how:
                self._escapes(workload, how)
        held = self._steps.words.step["controls"]
        for node in self._cluster.nodes.values():
            why = f"{shown(name_of(node))} is one of them"
            # Whoever starts pods picks the node.
            self._steps.join(self._nodes, node.asset_id, Relation.CONTROLS, held, why)
            machine = self._images.machine(node)
            if machine is not None:
                why = f"{shown(name_of(node))} is the machine {shown(name_of(machine))}"
                self._steps.join(
                    node.asset_id, machine.asset_id, Relation.CONTROLS, 0.95, why, names=(name_of(node),)
                )
            for workload in self._on(node):
                why = f"{shown(name_of(workload.asset))} has a pod on {shown(name_of(node))}"
                self._steps.join(node.asset_id, workload.asset.asset_id, Relation.CONTROLS, 0.95, why)

    def _escapes(self, workload: Workload, how: str) -> None:
        chance = self._steps.words.step["hosts"]
        targets = [n for n in sorted(workload.nodes) if n in self._cluster.nodes]
        everywhere = workload.kind == "DaemonSet" or len(self._cluster.nodes) == 1
        if not targets and everywhere:
            targets = sorted(self._cluster.nodes)
        source = workload.asset.asset_id
        for name in targets:
            node = self._cluster.nodes[name]
            why = f"{how}: nothing keeps it from {shown(name_of(node))}"
            self._steps.join(
                source, node.asset_id, Relation.ESCAPES, chance, why, names=(name_of(workload.asset),)
            )
        if not targets:
            # It is on a node, whichever; what all nodes have, it has.
            why = f"{how}: nothing keeps it from its node"
            self._steps.join(source, self._own_node(workload), Relation.ESCAPES, chance, why)

    def _own_node(self, workload: Workload) -> str:
        """Which node a pod is on was not recorded: each is possible, and what all nodes share is certain."""
        key = f"node-of:{workload.asset.asset_id}"
        self._steps.place(key, self._steps.parts.nodes[self._nodes].kind, f"node of {name_of(workload.asset)}",
                          self._cluster.account)  # fmt: skip
        shared = f"shared:{self._cluster.key}"
        if shared in self._steps.parts.nodes:
            self._steps.join(key, shared, Relation.RUNS_AS, 0.999, "every node of the cluster runs so")
        for node in self._cluster.nodes.values():
            why = "on which node it is was not recorded"
            self._steps.join(key, node.asset_id, Relation.CONTROLS, 0.95, why, known=False)
        return key

    def _on(self, node: AssetRecord) -> Iterator[Workload]:
        name = self._estate.view(node).at("metadata").text("name")
        index = self._estate.index(f"pods by node of {self._cluster.key}", self._by_node)
        yield from index.get(name, ())

    def _by_node(self) -> dict[str, list[Workload]]:
        found: dict[str, list[Workload]] = {}
        for workload in self._cluster.workloads:
            for name in workload.nodes:
                found.setdefault(name, []).append(workload)
        return found


def unconfined(workload: Workload) -> str:
    """What lets a pod out onto its node, as a clause; empty where nothing does."""
    pod = workload.pod
    if pod.text("runtimeClassName").lower().startswith(_SANDBOXES):
        return ""
    for container in workload.containers():
        context = container.at("securityContext")
        if context.flag("privileged"):
            return "a privileged container"
        added = {a.upper().removeprefix("CAP_") for a in context.at("capabilities").texts("add")}
        if added & _POWERS and (
            pod.flag("hostPID") or "SYS_ADMIN" in added or "ALL" in added or "SYS_MODULE" in added
        ):
            return f"a container with {', '.join(sorted(added & _POWERS))}"
    for volume in pod.each("volumes"):
        path = volume.at("hostPath").text("path")
        if path and _tells(path) and _used(workload, volume.text("name")):
            return f"{shown(path, 60)} of the node in its pods"
    return ""


def _tells(path: str) -> bool:
    return (path.rstrip("/") or "/") in _TELLING


def _used(workload: Workload, volume: str) -> bool:
    """Whether a container mounts the volume such that it can write, or at all where no mount is recorded."""
    mounts: list[View] = [m for c in workload.containers() for m in c.each("volumeMounts")]
    own = [m for m in mounts if m.text("name") == volume]
    return bool(own)
