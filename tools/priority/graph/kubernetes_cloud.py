"""Between clusters and their clouds: accounts that become identities of the cloud, what nodes run as, who administers.

Both sides are asked: the cluster's note on an account and the cloud's trust in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple, Protocol

from tools.findings.model import AssetRecord
from tools.priority.estate import Estate, name_of
from tools.priority.exposure import Reader, exposure_of
from tools.priority.graph.aws_load import AwsIam
from tools.priority.graph.gcp_load import GcpIam, Runs
from tools.priority.graph.kubernetes_images import Images
from tools.priority.graph.kubernetes_load import KubeCluster, Workload
from tools.priority.graph.model import NodeKind, Relation
from tools.priority.graph.steps import Steps
from tools.priority.iam.kubernetes.cloud import (
    CloudLink,
    FederatedCredential,
    aws_links,
    azure_links,
    gcp_links,
)
from tools.priority.iam.logic import Verdict
from tools.priority.reading import View, items, shown

_MAPPED = re.compile(r"rolearn:\s*['\"]?(arn:[^\s'\"]+)(.*?)(?=rolearn:|$)", re.DOTALL)
_ADMIN_POLICY = ("AmazonEKSClusterAdminPolicy", "AmazonEKSAdminPolicy")


class Google(Protocol):
    """What is needed of the reader of Google Cloud's bindings."""

    def key(self, email: str) -> str: ...
    def member(self, key: str, member: str) -> bool: ...
    def runs_as(self, source: str, workload: AssetRecord, held: Runs, chance: float, how: str) -> None: ...


class Azure(Protocol):
    """What is needed of the reader of Azure's roles."""

    def key(self, principal: str) -> str: ...
    def holds(self, principal: str) -> bool: ...


class Clouds(NamedTuple):
    """The engines of the clouds over the estate, and how to reach positions in them."""

    aws: AwsIam
    gcp: GcpIam
    google: Google
    azure: Azure
    credentials: tuple[FederatedCredential, ...]
    kubelets: dict[str, str]
    """Object id of the identity that nodes of an AKS cluster run as, by its asset id."""


class KubernetesCloud:
    """Adds the steps between one cluster and its cloud."""

    def __init__(
        self,
        estate: Estate,
        reader: Reader,
        cluster: KubeCluster,
        images: Images,
        clouds: Clouds,
        steps: Steps,
    ) -> None:
        self._estate = estate
        self._reader = reader
        self._cluster = cluster
        self._images = images
        self._clouds = clouds
        self._steps = steps
        self.links: dict[str, list[tuple[str, CloudLink]]] = {}
        """By account, positions in the cloud that it can become."""
        for link in self._linked():
            target = self._position(link)
            if target is not None:
                self.links.setdefault(link.account, []).append((target, link))

    # --- accounts ----------------------------------------------------------------------------------------------

    def _linked(self) -> Iterator[CloudLink]:
        asset, engine = self._cluster.asset, self._cluster.engine
        view = self._estate.view(asset) if asset is not None else View({})
        if self._cluster.kind == "gcp.gke" and asset is not None:
            pool = view.at("workloadIdentityConfig").text("workloadPool") or f"{asset.account}.svc.id.goog"
            accounts = {e: self._clouds.gcp.node[a.asset_id] for e, a in self._clouds.gcp.accounts.items()}
            yield from gcp_links(engine, self._clouds.gcp.engine, pool.removesuffix(".svc.id.goog"), accounts)
        elif self._cluster.kind == "azure.aks":
            issuer = view.at("oidcIssuerProfile").text("issuerURL", "issuerUrl")
            if issuer:
                yield from azure_links(engine, issuer, self._clouds.credentials)
        else:
            issuer = view.at("identity").at("oidc").text("issuer") or view.text("oidcIssuer", "issuer")
            associations = [
                (f"sa:{one.text('namespace')}/{one.text('serviceAccount')}", one.text("roleArn"))
                for one in view.each("podIdentityAssociations", "pod_identity_associations")
                if one.text("roleArn")
            ]
            yield from aws_links(engine, self._clouds.aws.graph, issuer, associations)

    def _position(self, link: CloudLink) -> str | None:
        if link.kind == "gke":
            return self._clouds.google.key(link.identity)
        if link.kind == "aks":
            return self._clouds.azure.key(link.identity)
        role = self._clouds.aws.by_arn.get(link.identity)
        if role is not None:
            return role.asset_id
        name = link.identity.rsplit("/", 1)[-1]
        return self._steps.place(link.identity, NodeKind.IDENTITY, name, self._cluster.account)

    def add(self, key_of: dict[str, str]) -> None:
        """Steps of accounts (`key_of`: their positions), of nodes, and of those whom the cloud lets administer."""
        chance = self._steps.words.step["assumes"]
        for account, links in self.links.items():
            for target, link in links:
                record = self._cluster.accounts.get(account)
                known = link.verdict is Verdict.ALLOW
                why = f"{shown(account[3:])} may become {shown(link.identity.rsplit('/', 1)[-1])}: {link.reason}"
                self._steps.join(key_of[account], target, Relation.ASSUMES, chance, why, known=known,
                                 names=(name_of(record),) if record else ())  # fmt: skip
                for workload in self._cluster.workloads:
                    if workload.runs and workload.account == account and link.kind != "aks":
                        # The cloud's own token is put into the pod whether the cluster's is or not.
                        how = f"its pods become {shown(link.identity.rsplit('/', 1)[-1])}"
                        behind = (record,) if record else ()
                        step = self._steps.words.step["runs_as"]
                        self._steps.join(
                            workload.asset.asset_id, target, Relation.RUNS_AS, step, how, behind, known=known
                        )
        if self._cluster.kind == "gcp.gke":
            self._members(key_of)
        self._node_identity()
        self._administrators()

    def _members(self, key_of: dict[str, str]) -> None:
        """Accounts of GKE that bindings name themselves."""
        asset = self._cluster.asset
        assert asset is not None
        pool = self._estate.view(asset).at("workloadIdentityConfig").text("workloadPool")
        if not pool:
            return
        for account, key in key_of.items():
            namespace, _, name = account[3:].partition("/")
            self._clouds.google.member(key, f"serviceAccount:{pool}[{namespace}/{name}]")

    # --- nodes -------------------------------------------------------------------------------------------------

    def shared(self) -> str | None:
        """The position that every node of the cluster has, where its record names one."""
        asset, key = self._cluster.asset, f"shared:{self._cluster.key}"
        if asset is None:
            return None
        label = f"identity of the nodes of {self._cluster.name}"
        if self._cluster.kind == "azure.aks":
            principal = self._clouds.kubelets.get(asset.asset_id, "")
            if not principal or not self._clouds.azure.holds(principal):
                return None
            self._steps.place(key, NodeKind.COMPUTE, label, asset.account)
            why = "nodes run as the identity of their kubelet"
            self._steps.join(key, self._clouds.azure.key(principal), Relation.RUNS_AS, 0.95, why)
            return key
        if self._cluster.kind == "gcp.gke":
            self._steps.place(key, NodeKind.COMPUTE, label, asset.account)
            for config in self._node_configs(asset):
                scopes = tuple(s.rstrip("/").rsplit("/", 1)[-1] for s in config.texts("oauthScopes"))
                email = self._clouds.gcp.address(config.text("serviceAccount") or "default", asset)
                self._clouds.google.runs_as(key, asset, Runs(email, scopes), 0.95, "nodes run as it")
            return key
        return None

    def _node_configs(self, asset: AssetRecord) -> Iterator[View]:
        view = self._estate.view(asset)
        pools = [p.at("config") for p in view.each("nodePools")]
        yield from pools or [view.at("nodeConfig")]

    def _node_identity(self) -> None:
        """Pods that reach the metadata service of their node get its identity, with nothing to break out of."""
        shared = f"shared:{self._cluster.key}"
        asset = self._cluster.asset
        chance = self._steps.words.step["runs_as_token"]
        if shared in self._steps.parts.nodes and asset is not None:
            kept = self._cluster.kind == "gcp.gke" and all(map(_keeps_pods_away, self._node_configs(asset)))
            for workload in self._cluster.workloads:
                if workload.runs and not (kept and not workload.pod.flag("hostNetwork")):
                    why = "its pods reach the metadata service of their node"
                    self._steps.join(workload.asset.asset_id, shared, Relation.RUNS_AS, chance, why)
        for workload in self._cluster.workloads:
            for name in sorted(workload.nodes):
                node = self._cluster.nodes.get(name)
                machine = self._images.machine(node) if node is not None else None
                if machine is not None and workload.runs and self._reaches_metadata(workload, machine):
                    for held in self._clouds.aws.roles_of.get(machine.asset_id, ()):
                        role = self._clouds.aws.by_arn.get(held.role)
                        if role is not None and held.sure:
                            why = f"the metadata service of {shown(name_of(machine))} answers its pods"
                            self._steps.join(
                                workload.asset.asset_id,
                                role.asset_id,
                                Relation.RUNS_AS,
                                chance,
                                why,
                                (machine,),
                            )

    def _reaches_metadata(self, workload: Workload, machine: AssetRecord) -> bool:
        options = self._estate.view(machine).at("MetadataOptions", "metadata_options")
        if options.text("HttpEndpoint").lower() == "disabled" or not options:
            return False
        hops = options.text("HttpPutResponseHopLimit") or "1"
        far = hops.isdigit() and int(hops) > 1
        return (
            far or options.text("HttpTokens").lower() == "optional" or bool(workload.pod.flag("hostNetwork"))
        )

    # --- administrators ----------------------------------------------------------------------------------------

    def _administrators(self) -> None:
        """Roles of AWS that the cluster's access list, or its `aws-auth`, makes administrators."""
        asset = self._cluster.asset
        if self._cluster.kind != "eks.cluster" or asset is None:
            return
        reached = exposure_of(self._reader, asset).fact
        known = reached.state == "known" and reached.grade > 0
        for arn, how in dict(self._admins(asset)).items():
            who = self._clouds.aws.by_arn.get(arn)
            if who is None:
                continue
            admin = self._steps.admin(self._cluster.key, self._cluster.name, self._cluster.account)
            why = f"{shown(name_of(who))} administers {shown(self._cluster.name)} by {how}"
            chance = self._steps.words.step["controls"]
            self._steps.join(who.asset_id, admin, Relation.ESCALATES, chance, why, (asset,), known=known)

    def _admins(self, asset: AssetRecord) -> Iterator[tuple[str, str]]:
        for entry in self._estate.view(asset).each("accessEntries", "access_entries"):
            policies = [
                p.text("policyArn").rsplit("/", 1)[-1]
                for p in entry.each("associatedAccessPolicies", "accessPolicies")
                if p.at("accessScope").text("type").lower() in {"cluster", ""}
            ]
            masters = "system:masters" in entry.texts("kubernetesGroups")
            if masters or any(p in _ADMIN_POLICY for p in policies):
                yield entry.text("principalArn"), "an access entry"
        for one in self._cluster.others:
            view = self._estate.view(one)
            if view.text("kind") == "ConfigMap" and view.at("metadata").text("name") == "aws-auth":
                for text in items(view.at("data").get("mapRoles")):
                    for arn, rest in _MAPPED.findall(str(text)):
                        if "system:masters" in rest:
                            yield arn, "aws-auth"


def _keeps_pods_away(config: View) -> bool:
    """Whether nodes of GKE answer pods as the pods' own accounts, and not as the node's."""
    mode = config.at("workloadMetadataConfig").text("mode", "nodeMetadata").upper()
    return mode in {"GKE_METADATA", "GKE_METADATA_SERVER", "SECURE"}
