"""All steps of all clusters: entries, tokens and rights, neighbours, escapes, identities of the cloud."""

from __future__ import annotations

from tools.priority.enrich.model import Enrichments
from tools.priority.estate import Estate
from tools.priority.exposure import Reader
from tools.priority.graph.kubernetes_cloud import Clouds, KubernetesCloud
from tools.priority.graph.kubernetes_entries import KubernetesEntries
from tools.priority.graph.kubernetes_escape import KubernetesEscape
from tools.priority.graph.kubernetes_identity_edges import KubernetesIdentityEdges
from tools.priority.graph.kubernetes_images import Images
from tools.priority.graph.kubernetes_kubelets import Kubelets
from tools.priority.graph.kubernetes_load import Clusters, KubeCluster
from tools.priority.graph.kubernetes_neighbours import KubernetesNeighbours
from tools.priority.graph.kubernetes_policies import Policies
from tools.priority.graph.steps import Steps


class KubernetesEdges:
    """Adds the steps of every cluster of an estate."""

    def __init__(
        self, estate: Estate, reader: Reader, enriched: Enrichments, clouds: Clouds, steps: Steps
    ) -> None:
        self._estate = estate
        self._reader = reader
        self._enriched = enriched
        self._clouds = clouds
        self._steps = steps
        self.clusters = Clusters(estate)

    def add(self) -> None:
        """Cluster after cluster; one without objects has only its own door."""
        images = Images(self._estate)
        for cluster in self.clusters.all.values():
            self._add(cluster, images)

    def _add(self, cluster: KubeCluster, images: Images) -> None:
        policies = Policies(self._estate, cluster)
        cloud = KubernetesCloud(self._estate, self._reader, cluster, images, self._clouds, self._steps)
        entries = KubernetesEntries(
            self._estate, self._reader, cluster, policies, images, self._enriched, self._steps
        )
        rights = KubernetesIdentityEdges(self._estate, self._reader, cluster, cloud.links, self._steps)
        cloud.shared()
        entries.add()
        keys = {
            account: rights.key(account)
            for account in cluster.engine.service_accounts
            if self._matters(cluster, account, cloud)
        }
        cloud.add(keys)
        rights.add()
        nodes = rights.nodes() if cluster.nodes or cluster.workloads else ""
        if nodes:
            KubernetesEscape(self._estate, cluster, images, nodes, self._steps).add()
        Kubelets(self._estate, self._reader, cluster, self._steps).add()
        KubernetesNeighbours(cluster, policies, entries, self._steps).add()

    @staticmethod
    def _matters(cluster: KubeCluster, account: str, cloud: KubernetesCloud) -> bool:
        """Whether an account leads anywhere, or its cluster's pool may be named in a binding."""
        return account in cloud.links or cluster.kind == "gcp.gke" or any(cluster.engine.bindings(account))
