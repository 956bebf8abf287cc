"""Objects of clusters as their API returns them: which cluster each belongs to, what pods run as and on which node."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tools.findings.model import AssetRecord
from tools.priority.estate import Estate, name_of
from tools.priority.iam.kubernetes.rbac import Cluster
from tools.priority.reading import View

CLUSTERS = ("eks.cluster", "azure.aks", "gcp.gke")
OBJECTS = (
    "k8s.workload", "k8s.service", "k8s.ingress", "k8s.account", "k8s.role", "k8s.binding", "k8s.secret", "k8s.node",
    "k8s.policy", "k8s.namespace", "k8s.object",
)  # fmt: skip
_TEMPLATES = {"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "ReplicationController"}
_RBAC = {"Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding", "ServiceAccount"}


@dataclass(eq=False)
class Workload:
    """Pods of one kind: a deployment and the like, or a pod of its own."""

    asset: AssetRecord
    kind: str
    namespace: str
    labels: Mapping[str, str]
    pod: View
    nodes: set[str] = field(default_factory=set)
    """Names of the nodes that its pods are known to be on."""
    runs: bool = True
    digests: set[str] = field(default_factory=set)

    @property
    def account(self) -> str:
        """The service account, as the role engine names it."""
        return f"sa:{self.namespace}/{self.pod.text('serviceAccountName', 'serviceAccount') or 'default'}"

    def containers(self) -> Iterator[View]:
        """Its containers, those that start first included."""
        yield from self.pod.each("containers")
        yield from self.pod.each("initContainers")


@dataclass(eq=False)
class KubeCluster:
    """One cluster: its own record, if there is one, and its objects."""

    key: str
    name: str
    account: str
    asset: AssetRecord | None = None
    kind: str = ""
    engine: Cluster = field(default_factory=Cluster)
    workloads: list[Workload] = field(default_factory=list)
    services: list[AssetRecord] = field(default_factory=list)
    ingresses: list[AssetRecord] = field(default_factory=list)
    policies: list[AssetRecord] = field(default_factory=list)
    others: list[AssetRecord] = field(default_factory=list)
    accounts: dict[str, AssetRecord] = field(default_factory=dict)
    secrets: dict[str, list[AssetRecord]] = field(default_factory=dict)
    nodes: dict[str, AssetRecord] = field(default_factory=dict)
    namespaces: dict[str, Mapping[str, str]] = field(default_factory=dict)
    """Labels of namespaces by name."""
    granted: dict[str, AssetRecord] = field(default_factory=dict)
    """Records of role bindings by name."""

    def space(self, namespace: str) -> list[Workload]:
        """The workloads of a namespace, `*` for all."""
        return [w for w in self.workloads if namespace in ("*", w.namespace)]


class Clusters:
    """All clusters of an estate."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._by_prefix: dict[tuple[str, str], KubeCluster] = {}
        self.all: dict[str, KubeCluster] = {}
        self._in_account: dict[str, list[KubeCluster]] = {}
        for asset in estate.of_kind(*CLUSTERS):
            found = KubeCluster(asset.asset_id, name_of(asset), asset.account, asset, estate.kind(asset))
            self.all[found.key] = found
            self._in_account.setdefault(asset.account, []).append(found)
        pods: list[tuple[KubeCluster, AssetRecord]] = []
        for asset in estate.of_kind(*OBJECTS):
            view = estate.view(asset)
            if view.text("kind"):
                self._add(self.of(asset), asset, view, pods)
        spaces: dict[tuple[str, str], list[Workload]] = {}
        for cluster in self.all.values():
            for workload in cluster.workloads:
                spaces.setdefault((cluster.key, workload.namespace), []).append(workload)
        for cluster, asset in pods:
            self._pod(cluster, asset, spaces)
        for cluster in self.all.values():
            self._complete(cluster)

    def of(self, asset: AssetRecord) -> KubeCluster:
        """The cluster of an object: the one that it names, whose id its own begins with, or the account's only one."""
        view = self._estate.view(asset)
        named = view.text("clusterName", "cluster_name") or view.at("metadata").text("clusterName")
        prefix = asset.uid.rsplit("/", 3)[0] if asset.uid.count("/") >= 3 else ""
        key = (asset.account, f"{named}|{prefix.lower()}")
        if key not in self._by_prefix:
            self._by_prefix[key] = self._find(asset, named, prefix)
        return self._by_prefix[key]

    def _find(self, asset: AssetRecord, named: str, prefix: str) -> KubeCluster:
        near = self._in_account.get(asset.account, [])
        low = f"{asset.uid.lower()}/"
        for cluster in [*near, *self.all.values()]:
            uid = cluster.asset.uid.lower() if cluster.asset else ""
            if uid and f"{uid}/" in low:
                return cluster
        for cluster in near:
            if named and named.lower() in {cluster.name.lower(), cluster.key.lower()}:
                return cluster
        if len(near) == 1 and not named and near[0].asset is not None:
            return near[0]
        name = named or (prefix.rsplit("/", 1)[-1] if prefix else "") or asset.account or "cluster"
        key = f"cluster:{asset.account}/{named or prefix.lower()}"
        if key not in self.all:
            self.all[key] = KubeCluster(key, name, asset.account)
        return self.all[key]

    # --- reading -----------------------------------------------------------------------------------------------

    def _add(
        self,
        cluster: KubeCluster,
        asset: AssetRecord,
        view: View,
        pods: list[tuple[KubeCluster, AssetRecord]],
    ) -> None:
        kind, meta = view.text("kind"), view.at("metadata")
        namespace = meta.text("namespace")
        if kind in _RBAC:
            cluster.engine.add(asset.config)
            if kind == "ServiceAccount":
                cluster.accounts[f"sa:{namespace}/{meta.text('name')}"] = asset
            elif kind.endswith("Binding"):
                cluster.granted[meta.text("name")] = asset
        elif kind in _TEMPLATES:
            self._template(cluster, asset, view.at("spec").at("template"), _live(kind, view))
        elif kind == "CronJob":
            template = view.at("spec").at("jobTemplate").at("spec").at("template")
            self._template(cluster, asset, template, not view.at("spec").flag("suspend"))
        elif kind == "Pod":
            pods.append((cluster, asset))
        elif kind == "Service":
            cluster.services.append(asset)
        elif kind == "Ingress":
            cluster.ingresses.append(asset)
        elif kind == "NetworkPolicy":
            cluster.policies.append(asset)
        elif kind == "Secret":
            cluster.secrets.setdefault(namespace, []).append(asset)
        elif kind == "Node":
            cluster.nodes[meta.text("name")] = asset
        elif kind == "Namespace":
            cluster.namespaces[meta.text("name")] = labels_of(meta)
        else:
            cluster.others.append(asset)

    def _template(self, cluster: KubeCluster, asset: AssetRecord, template: View, live: bool) -> None:
        view = self._estate.view(asset)
        meta = view.at("metadata")
        if view.text("kind") == "ReplicaSet" and any(meta.each("ownerReferences")):
            return  # its deployment stands for it
        cluster.workloads.append(
            Workload(
                asset,
                view.text("kind"),
                meta.text("namespace"),
                labels_of(template.at("metadata")),
                template.at("spec"),
                runs=live,
            )
        )

    def _pod(
        self, cluster: KubeCluster, asset: AssetRecord, spaces: Mapping[tuple[str, str], list[Workload]]
    ) -> None:
        """A pod adds its node to the workload that it is of; one of its own is a workload itself."""
        view = self._estate.view(asset)
        meta = view.at("metadata")
        labels, namespace = labels_of(meta), meta.text("namespace")
        live = view.at("status").text("phase").lower() in {"running", "pending", ""}
        node = view.at("spec").text("nodeName")
        digests = {c.text("imageID").rpartition("@")[2] for c in view.at("status").each("containerStatuses")}
        owned = any(meta.each("ownerReferences"))
        owner = next(
            (
                w
                for w in spaces.get((cluster.key, namespace), ())
                if owned and w.labels and w.labels.items() <= labels.items()
            ),
            None,
        )
        if owner is None:
            owner = Workload(asset, "Pod", namespace, labels, view.at("spec"), runs=live)
            cluster.workloads.append(owner)
        if live:
            owner.nodes |= {node} - {""}
            owner.digests |= digests - {""}

    @staticmethod
    def _complete(cluster: KubeCluster) -> None:
        """Accounts that only pods name exist too: every namespace has its `default`."""
        for workload in cluster.workloads:
            if workload.account not in cluster.engine.service_accounts:
                namespace, _, name = workload.account[3:].partition("/")
                body = {"kind": "ServiceAccount", "metadata": {"name": name, "namespace": namespace}}
                cluster.engine.add(body)


def labels_of(meta: View) -> dict[str, str]:
    """Labels of an object, keys as they are spelt."""
    found: Any = meta.get("labels")
    return {str(k): str(v) for k, v in found.items()} if isinstance(found, Mapping) else {}


def notes_of(meta: View) -> dict[str, str]:
    """Annotations of an object, keys as they are spelt."""
    found: Any = meta.get("annotations")
    return {str(k): str(v) for k, v in found.items()} if isinstance(found, Mapping) else {}


def _live(kind: str, view: View) -> bool:
    """Whether a workload has, or will have, a pod."""
    if kind == "Job":
        return not view.at("status").text("completionTime") and not view.at("spec").flag("suspend")
    if kind == "DaemonSet":
        return view.at("status").text("desiredNumberScheduled") != "0"
    return view.at("spec").text("replicas") != "0"
