"""From the internet onto nodes whose kubelet asks nobody for a login: who runs commands in its pods has the machine."""

from __future__ import annotations

from tools.priority.estate import Estate, name_of
from tools.priority.exposure import Reader, exposure_of
from tools.priority.graph.kubernetes_load import KubeCluster
from tools.priority.graph.model import INTERNET, Relation
from tools.priority.graph.steps import Steps
from tools.priority.nodes import asks_nobody, kubelet_port, machine_of
from tools.priority.reading import shown

_FILTERS = ("ec2.sg", "azure.nsg", "gcp.firewall")


class Kubelets:
    """Entries by kubelets of one cluster."""

    def __init__(self, estate: Estate, reader: Reader, cluster: KubeCluster, steps: Steps) -> None:
        self._estate = estate
        self._reader = reader
        self._cluster = cluster
        self._steps = steps

    def add(self) -> None:
        """One step onto each node whose machine lets the internet reach such a kubelet."""
        for node in self._cluster.nodes.values():
            view = self._estate.view(node)
            machine = machine_of(self._estate, node) if asks_nobody(view) else None
            if machine is None:
                continue
            exposure = exposure_of(self._reader, node)
            if exposure.fact.grade <= 0:
                continue
            port = kubelet_port(view)
            owners = dict.fromkeys(o.owner for o in exposure.openings if o.covers(port))
            behind = [machine, *self._estate.find_all(machine.account, owners, *_FILTERS)]
            why = f"{exposure.fact.value}; its kubelet on {port} runs what anybody asks"
            self._steps.join(
                INTERNET,
                node.asset_id,
                Relation.REACHES,
                self._steps.words.entry["anonymous_cluster"],
                why,
                behind,
                known=exposure.fact.state == "known",
                names=(shown(name_of(node)),),
            )
