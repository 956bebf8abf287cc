"""The attack graph of a snapshot: every reader asked, nodes for what steps join, all in one pass."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import islice

from tools.findings.model import AssetRecord
from tools.priority.enrich.model import NOTHING, Enrichments
from tools.priority.estate import Cloud, Estate, name_of
from tools.priority.exposure import Reader
from tools.priority.graph.aws_grants import AwsGrants
from tools.priority.graph.aws_identity_edges import AwsIdentityEdges
from tools.priority.graph.aws_inside import Inside
from tools.priority.graph.aws_load import AwsIam
from tools.priority.graph.aws_network_edges import AwsNetworkEdges
from tools.priority.graph.azure_credentials import AzureCredentials
from tools.priority.graph.azure_gates import AzureGates
from tools.priority.graph.azure_grants import AzureGrants
from tools.priority.graph.azure_identity_edges import AzureIdentityEdges
from tools.priority.graph.azure_inside import AzureInside
from tools.priority.graph.azure_load import AzureIam
from tools.priority.graph.azure_network_edges import AzureNetworkEdges
from tools.priority.graph.azure_vaults import AzureVaults
from tools.priority.graph.credentials import Credentials, Reach, Scanner
from tools.priority.graph.gcp_credentials import GcpCredentials
from tools.priority.graph.gcp_grants import GcpGrants
from tools.priority.graph.gcp_identity_edges import GcpIdentityEdges
from tools.priority.graph.gcp_inside import GcpInside
from tools.priority.graph.gcp_load import GcpIam
from tools.priority.graph.gcp_network_edges import GcpNetworkEdges
from tools.priority.graph.jewels import Jewels
from tools.priority.graph.kubernetes_cloud import Clouds
from tools.priority.graph.kubernetes_edges import KubernetesEdges
from tools.priority.graph.model import INTERNET, Edge, Node, NodeKind, Parts, Relation
from tools.priority.graph.network_entries import NetworkEntries
from tools.priority.graph.repositories import Repositories
from tools.priority.graph.search import AttackGraph
from tools.priority.graph.steps import Steps
from tools.priority.graph.told import Told
from tools.priority.graph.vocabulary import GraphWords, graph_words
from tools.priority.iam.model import Fault
from tools.priority.reading import shown

_KINDS: tuple[tuple[tuple[str, ...], NodeKind], ...] = (
    (("iam.", "gcp.sa", "azure.identity", "azure.principal", "azure.application", "azure.user"), NodeKind.IDENTITY),
    (("azure.group", "gcp.pool", "k8s.account"), NodeKind.IDENTITY),
    (("policy.secret", "gcp.secret", "azure.vault", "k8s.secret"), NodeKind.CREDENTIAL),
    (("k8s.service", "k8s.ingress", "azure.lb", "azure.gateway", "gcp.forwarding"), NodeKind.SERVICE),
    (("elb", "apigw", "container.image", "policy.ecr", "eks.", "azure.aks", "gcp.gke", "code."), NodeKind.SERVICE),
    (("ec2.instance", "lambda.", "aws.build", "ecs.", "k8s."), NodeKind.COMPUTE),
    (("azure.vm", "azure.app", "azure.automation", "azure.logic", "azure.container"), NodeKind.COMPUTE),
    (("gcp.vm", "gcp.function"), NodeKind.COMPUTE),
)  # fmt: skip
_MOST_UNREAD = 200
_TAKES = (Relation.READS, Relation.COPIES)


class Gatherer:
    """Collects the parts of one estate's graph."""

    def __init__(
        self, reader: Reader, enriched: Enrichments, words: GraphWords, told: Iterable[Told] = ()
    ) -> None:
        self.estate: Estate = reader.estate
        self.reader = reader
        self.enriched = enriched
        self.words = words
        self.parts = Parts()
        self.steps = Steps(self.estate, words, self.parts)
        self._reach: dict[Cloud, Reach] = {}
        self._scanners: list[Scanner] = []
        self._told = tuple(told)
        self.jewels = Jewels(self.estate, enriched, words, reader.at)

    def gather(self) -> AttackGraph:
        """All steps, then the positions that they join."""
        self._take(NetworkEntries(self.reader, self.enriched, self.words).edges())
        self._clusters(self._aws(), self._azure(), self._google())
        Repositories(self.estate, self.steps).add()
        Credentials(
            self.estate, self.reader, self._reach, self._scanners, self.words, self.parts, self._told
        ).add()
        self._vaults.add()
        self._positions()
        return AttackGraph(self.parts)

    def _take(self, edges: Iterable[Edge]) -> None:
        for edge in edges:
            self.parts.join(edge)

    def _aws(self) -> AwsIam:
        iam = AwsIam(self.estate)
        inside = Inside(self.estate, self.parts)
        grants = AwsGrants(self.estate, self.reader, iam, self.words)
        self._take(grants.edges())
        for node, edge in grants.supplied():
            self.parts.add(node)
            self.parts.join(edge)
        AwsIdentityEdges(self.estate, iam, self.jewels, self.words, self.parts).add()
        AwsNetworkEdges(
            self.estate, self.reader, inside, self.enriched, self.jewels, self.words, self.parts
        ).add()
        self._reach["aws"] = inside.reaches
        self._unread(iam.engine.faults)
        return iam

    def _azure(self) -> tuple[AzureIam, AzureGrants, AzureIdentityEdges]:
        iam = AzureIam(self.estate)
        inside = AzureInside(self.estate, self.steps)
        gates = AzureGates(self.estate, inside)
        grants = AzureGrants(self.estate, iam, gates, self.enriched, self.steps)
        grants.add()
        identities = AzureIdentityEdges(self.estate, iam, gates, self.jewels, self.steps)
        identities.add()
        AzureNetworkEdges(self.estate, self.reader, iam, inside, self.enriched, self.jewels, self.steps).add()
        self._vaults = AzureVaults(self.estate, gates, self.steps)
        self._scanners += [
            AzureCredentials(self.estate, iam, gates, identities, self.steps, self.reader.at),
            self._vaults,
        ]
        self._reach["azure"] = gates.reaches
        self._unread(iam.engine.faults)
        return iam, grants, identities

    def _google(self) -> tuple[GcpIam, GcpIdentityEdges]:
        iam = GcpIam(self.estate, self.reader.at)
        inside = GcpInside(self.estate, iam, self.steps)
        GcpGrants(self.estate, self.reader, iam, self.enriched, self.steps).add()
        identities = GcpIdentityEdges(self.estate, iam, self.jewels, self.steps)
        identities.add()
        GcpNetworkEdges(self.estate, self.reader, iam, inside, self.enriched, self.jewels, self.steps).add()
        self._scanners.append(GcpCredentials(self.estate, iam, identities, self.steps, self.reader.at))
        self._reach["gcp"] = inside.reaches
        self._unread(iam.engine.faults)
        return iam, identities

    def _clusters(
        self,
        aws: AwsIam,
        azure: tuple[AzureIam, AzureGrants, AzureIdentityEdges],
        google: tuple[GcpIam, GcpIdentityEdges],
    ) -> None:
        iam, grants, identities = azure
        clouds = Clouds(aws, *google, identities, tuple(grants.trusted()), iam.kubelets)
        edges = KubernetesEdges(self.estate, self.reader, self.enriched, clouds, self.steps)
        edges.add()
        for cluster in edges.clusters.all.values():
            self._unread(cluster.engine.faults)

    def _unread(self, faults: Iterable[Fault]) -> None:
        self.parts.unread += [f"{f.source}: {f.where} {f.problem}" for f in islice(faults, _MOST_UNREAD)]

    def _positions(self) -> None:
        """A node for each asset at either end of a step; one that nothing joins is none."""
        ends = {end for edge in self.parts.edges.values() for end in (edge.source, edge.target)}
        open_ = {e.target for e in self.parts.edges.values() if e.source == INTERNET and e.relation in _TAKES}
        for key in ends:
            asset = self.estate.assets.get(key)
            if asset is not None:
                node = self.node(asset)
                if key in open_ and node.value <= 0 and self.jewels.unseen(asset):
                    node = node._replace(value=self.words.jewel["unseen"], worth="what it holds is not known")
                self.parts.add(node)

    def node(self, asset: AssetRecord) -> Node:
        """The position of controlling an asset."""
        kind = self.estate.kind(asset)
        worth = self.jewels.of(asset)
        found = next((k for starts, k in _KINDS if kind.startswith(starts)), NodeKind.DATA)
        return Node(
            asset.asset_id,
            found,
            shown(name_of(asset)),
            asset.asset_id,
            asset.account,
            worth.value,
            worth.why,
        )


def attack_graph(
    assets: Estate | Reader,
    enriched: Enrichments = NOTHING,
    words: GraphWords | None = None,
    at: datetime | None = None,
) -> AttackGraph:
    """The graph of an estate. A `Reader` brings its own exposures; an `Estate` is read with the shipped weights."""
    if isinstance(assets, Estate):
        from tools.priority.weights import load_weights
        from tools.results import utcnow

        weights = load_weights()
        reader = Reader(assets, weights.ports, weights.exposure, at or utcnow())
    else:
        reader = assets
    return Gatherer(reader, enriched, words or graph_words()).gather()
