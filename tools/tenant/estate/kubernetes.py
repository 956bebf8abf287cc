"""Kubernetes objects as its API answers, in clusters of any of the clouds; and the ordinary workloads of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tools.tenant.estate import aws_compute, azure, google, images
from tools.tenant.estate.cell import Cell, Resource
from tools.tenant.estate.cves import Vulnerability


def background(cell: Cell) -> None:
    """A cluster for the account's workloads."""
    cell.used["cluster"] = cluster(cell)


def cluster(cell: Cell) -> Resource:
    """A cluster of the account's cloud with a node and the role of administrators."""
    provider = cell.account.provider
    if provider == "AWS":
        found = aws_compute.cluster(cell, cell.used["network"])
    elif provider == "AZURE":
        found = azure.cluster(cell)
    else:
        found = google.cluster(cell, cell.used["network"])
    rules = [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]
    add(cell, found, "k8s.role", "ClusterRole", "", "cluster-admin", {"rules": rules})
    return found


def add(
    cell: Cell,
    cluster_: Resource,
    kind: str,
    object_kind: str,
    namespace: str,
    name: str,
    body: dict[str, Any],
    *,
    annotations: dict[str, str] | None = None,
    application: str = "",
) -> Resource:
    """An object of a cluster."""
    metadata: dict[str, Any] = {
        "name": name,
        "uid": cell.guid(),
        "creationTimestamp": cell.iso(cell.number(2, 500)),
        "labels": {"app.kubernetes.io/name": name},
    }
    if namespace:
        metadata["namespace"] = namespace
    if annotations:
        metadata["annotations"] = annotations
    group = {
        "Deployment": "apps/v1",
        "NetworkPolicy": "networking.k8s.io/v1",
        "ClusterRole": "rbac.authorization.k8s.io/v1",
        "Role": "rbac.authorization.k8s.io/v1",
        "ClusterRoleBinding": "rbac.authorization.k8s.io/v1",
        "RoleBinding": "rbac.authorization.k8s.io/v1",
    }.get(object_kind, "v1")
    uid = f"k8s/{cluster_.uid}/{namespace or '_'}/{object_kind}/{name}"
    return cell.add(
        kind,
        uid,
        name,
        {"apiVersion": group, "kind": object_kind, "metadata": metadata, **body},
        region=cluster_.region,
        application=application,
        columns={"xdm.kubernetes.resource.namespace": namespace or None},
        facts={
            "xdm.kubernetes.cluster.name": cluster_.name,
            "xdm.kubernetes.resource.namespace": namespace,
            "xdm.asset.relations": [
                {"xdm.asset.relation.asset_id": cluster_.id, "xdm.asset.relation.type": "runs in"}
            ],
        },
    )


def account(
    cell: Cell,
    cluster_: Resource,
    namespace: str,
    name: str,
    *,
    annotations: dict[str, str] | None = None,
    mounted: bool = True,
) -> Resource:
    """A service account; annotations tie it to a cloud identity."""
    body = {"automountServiceAccountToken": mounted}
    return add(
        cell, cluster_, "k8s.account", "ServiceAccount", namespace, name, body, annotations=annotations
    )


def binding(cell: Cell, cluster_: Resource, subject: Resource, role: str, *, namespace: str = "") -> Resource:
    """A binding of a cluster role to a service account, in one namespace or in all."""
    whole = subject.config["metadata"]
    body = {
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
        "subjects": [{"kind": "ServiceAccount", "name": whole["name"], "namespace": whole["namespace"]}],
    }
    kind = "RoleBinding" if namespace else "ClusterRoleBinding"
    return add(cell, cluster_, "k8s.binding", kind, namespace, cell.name(f"{whole['name']}-binding"), body)


def deployment(
    cell: Cell,
    cluster_: Resource,
    namespace: str,
    name: str,
    image: Resource,
    identity: Resource,
    *,
    port: int = 8080,
    privileged: bool = False,
    node_path: str = "",
    replicas: int = 2,
    mounted: bool = True,
    tidy: bool = False,
) -> Resource:
    """A deployment with one container."""
    context: dict[str, Any] = {}
    if privileged:
        context["privileged"] = True
    if not privileged and (tidy or cell.chance(0.4)):
        context["runAsNonRoot"] = True
    if tidy or cell.chance(0.4):
        context["readOnlyRootFilesystem"] = True
    limits = {"limits": {"memory": "512Mi"}} if tidy or cell.chance(0.6) else {}
    container = {
        "name": "main",
        "image": image.config["imageUri"],
        "imageID": image.config["imageDigest"],
        "ports": [{"containerPort": port}],
        "resources": {"requests": {"cpu": "100m"}, **limits},
        "securityContext": context,
    }
    spec: dict[str, Any] = {
        "serviceAccountName": identity.config["metadata"]["name"],
        "automountServiceAccountToken": mounted,
        "containers": [container],
        "volumes": [],
    }
    if node_path:
        spec["volumes"].append({"name": "node", "hostPath": {"path": node_path, "type": "Directory"}})
        container["volumeMounts"] = [{"name": "node", "mountPath": "/host"}]
    body = {
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}}, "spec": spec},
        },
        "status": {"availableReplicas": replicas},
    }
    return add(cell, cluster_, "k8s.deployment", "Deployment", namespace, name, body)


def pod(cell: Cell, cluster_: Resource, owner: Resource, node: Resource) -> Resource:
    """A pod of a deployment on a node."""
    namespace, name = owner.config["metadata"]["namespace"], owner.config["metadata"]["name"]
    spec = owner.config["spec"]["template"]["spec"] | {"nodeName": node.config["metadata"]["name"]}
    found = add(cell, cluster_, "k8s.pod", "Pod", namespace, f"{name}-{cell.hexes(10)}", {"spec": spec})
    found.config["metadata"]["labels"] = {"app": name}
    found.config["metadata"]["ownerReferences"] = [
        {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}
    ]
    found.config["status"] = {
        "phase": "Running",
        "podIP": f"10.244.{cell.number(0, 99)}.{cell.number(2, 250)}",
    }
    return found


def node(cell: Cell, cluster_: Resource, machine: Resource) -> Resource:
    """A node that runs on an EC2 instance."""
    config = machine.config
    name = f"ip-{config['PrivateIpAddress'].replace('.', '-')}.{cluster_.region}.compute.internal"
    zone = config["Placement"]["AvailabilityZone"]
    body = {
        "spec": {"providerID": f"aws:///{zone}/{config['InstanceId']}"},
        "status": {
            "nodeInfo": {"kubeletVersion": "v1.32.3-eks"},
            "conditions": [{"type": "Ready", "status": "True"}],
        },
    }
    return add(cell, cluster_, "k8s.node", "Node", "", name, body)


def service(
    cell: Cell,
    cluster_: Resource,
    namespace: str,
    target: Resource,
    *,
    port: int = 8080,
    public: bool = False,
    sources: Sequence[str] = (),
) -> Resource:
    """A service in front of a deployment; a public one has an address of a load balancer."""
    name = target.config["metadata"]["name"]
    spec: dict[str, Any] = {
        "type": "LoadBalancer" if public else "ClusterIP",
        "selector": {"app": name},
        "ports": [{"port": port, "targetPort": port, "protocol": "TCP"}],
    }
    status: dict[str, Any] = {}
    if public:
        status = {"loadBalancer": {"ingress": [{"ip": cell.address()}]}}
    if sources:
        spec["loadBalancerSourceRanges"] = list(sources)
    return add(cell, cluster_, "k8s.service", "Service", namespace, name, {"spec": spec, "status": status})


def network_policy(cell: Cell, cluster_: Resource, namespace: str, target: Resource) -> Resource:
    """A network policy that lets nothing in to a deployment but from its own namespace."""
    body = {
        "spec": {
            "podSelector": {"matchLabels": {"app": target.config["metadata"]["name"]}},
            "policyTypes": ["Ingress"],
            "ingress": [{"from": [{"podSelector": {}}]}],
        }
    }
    name = f"{target.name}-only"
    return add(cell, cluster_, "k8s.policy", "NetworkPolicy", namespace, name, body)


def registry_image(
    cell: Cell, flaw: Vulnerability | None = None, *, most: int = 3, public: bool = False
) -> Resource:
    """An image of the account's registry."""
    if cell.account.provider == "AWS":
        repository = aws_compute.repository(cell)
    else:
        host = (
            "halden.azurecr.io" if cell.account.provider == "AZURE" else "europe-docker.pkg.dev/halden-images"
        )
        application = cell.application()
        known: Resource | None = cell.used.get(f"registry {application}")
        if known is None:
            known = Resource(
                "",
                "",
                application,
                "registry",
                cell.account,
                cell.region,
                {"uri": f"{host}/{cell.account.team}/{application}"},
                {},
                application,
                cell.now,
            )
            cell.used[f"registry {application}"] = known
        repository = known
    return images.image(cell, repository, flaw=flaw, most=most, public=public)


def workload(cell: Cell) -> None:
    """An ordinary workload: nothing of it is public and exploitable, and its account may do little."""
    home: Resource = cell.used["cluster"]
    namespace = cell.application()
    name = cell.name(f"{namespace}-svc")
    identity = account(cell, home, namespace, name, mounted=cell.chance(0.5))
    rules = [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list"]}]
    if cell.chance(0.3):
        rules[0]["resources"].append("secrets")
    role = add(cell, home, "k8s.role", "ClusterRole", "", f"{name}-reader", {"rules": rules})
    binding(cell, home, identity, role.name, namespace=namespace)
    privileged = cell.chance(0.1)
    public = not privileged and cell.chance(0.15)
    image = registry_image(cell, most=4, public=public)
    made = deployment(
        cell,
        home,
        namespace,
        name,
        image,
        identity,
        privileged=privileged,
        node_path="/var/log" if cell.chance(0.08) else "",
    )
    service(cell, home, namespace, made, public=public)
    if cell.chance(0.4):
        add(
            cell,
            home,
            "k8s.secret",
            "Secret",
            namespace,
            f"{name}-login",
            {"type": "Opaque", "data": {"password": ""}},
        )
