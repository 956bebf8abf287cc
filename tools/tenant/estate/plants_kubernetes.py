"""Attack paths that go through a cluster."""

from __future__ import annotations

from tools.tenant.estate import aws_compute as compute
from tools.tenant.estate import aws_identity as iam
from tools.tenant.estate import aws_network as net
from tools.tenant.estate import hosts
from tools.tenant.estate import kubernetes as kube
from tools.tenant.estate.cell import Cell, Resource
from tools.tenant.estate.cves import of_family
from tools.tenant.estate.plants_shared import OLD_METADATA, Kind, jewel

_OPEN = "core_service_load_balancer_open"


def _flawed(cell: Cell) -> tuple[str, Resource]:
    flaw = cell.pick([v for v in of_family("service") if v.port == 8080 and v.exploited])
    return flaw.id, kube.registry_image(cell, flaw, most=0)


def _home(cell: Cell) -> Resource:
    found: Resource | None = cell.used.get("cluster")
    if found is None:
        found = cell.used["cluster"] = kube.cluster(cell)
    return found


def workload_identity(cell: Cell, broken: str) -> None:
    """A public service, a flawed pod, an account that administers the cluster and has a cloud role."""
    home = _home(cell)
    namespace = cell.application()
    name = cell.name(f"{namespace}-web")
    store, read = jewel(cell, worthless=broken == "dead end")
    issuer, provider = cell.used[f"issuer {home.id}"]
    subject = {f"{issuer}:sub": f"system:serviceaccount:{namespace}:{name}"}
    if broken == "other subject":
        subject = {f"{issuer}:sub": f"system:serviceaccount:{namespace}-batch:{name}-batch"}
    trusted = iam.trust(
        {"Federated": provider.uid}, "sts:AssumeRoleWithWebIdentity", Condition={"StringEquals": subject}
    )
    rights = iam.policy(cell, "access", read)
    role = iam.role(cell, f"{name}-pod", trusted, [rights])
    identity = kube.account(cell, home, namespace, name, annotations={"eks.amazonaws.com/role-arn": role.uid})
    bound = kube.binding(
        cell, home, identity, "cluster-admin" if not broken else "view", namespace=namespace if broken else ""
    )
    cve, image = _flawed(cell)
    made = kube.deployment(
        cell, home, namespace, name, image, identity, tidy=True, replicas=0 if broken == "no replicas" else 2
    )
    sources = ("203.0.113.0/28",) if broken == "source ranges" else ()
    face = kube.service(cell, home, namespace, made, public=broken != "cluster only", sources=sources)
    if broken == "network policy":
        kube.network_policy(cell, home, namespace, made)
    if broken:
        whys = {
            "other subject": "the role trusts another service account",
            "no replicas": "the deployment runs no pod",
            "source ranges": "only an office's addresses reach the service",
            "cluster only": "the service has no address outside the cluster",
            "network policy": "a network policy lets pods of the namespace in only",
            "dead end": "what the role reads is of no worth",
        }
        return cell.decoy("cluster_to_cloud", broken, whys[broken], face, made, image, role, rights)
    return cell.plant(
        "cluster_to_cloud",
        f"a public service leads to a pod with {cve}, whose account rules the cluster and reads {store.name}",
        [face, made, image, identity, bound, role, rights, store],
        (face, _OPEN, 3),
        (image, cve, 3),
        (bound, "rbac_cluster_admin_usage", 2),
    )


def privileged_pod(cell: Cell, broken: str) -> None:
    """A public service, a flawed privileged pod that mounts its node's root, the node's role, data."""
    home = _home(cell)
    namespace = cell.application()
    name = cell.name(f"{namespace}-agent")
    identity = kube.account(cell, home, namespace, name, mounted=False)
    cve, image = _flawed(cell)
    privileged = broken != "not privileged"
    made = kube.deployment(
        cell,
        home,
        namespace,
        name,
        image,
        identity,
        privileged=privileged,
        node_path="/" if privileged else "",
        mounted=False,
        replicas=0 if broken == "no replicas" else 1,
        tidy=True,
    )
    store, read = jewel(cell, worthless=broken == "dead end")
    rights = iam.policy(cell, "node", read)
    managed: list[Resource | str] = [rights, "AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy"]
    role = iam.role(cell, f"{home.name}-node", iam.service_trust("ec2"), managed, profile=True)
    inner = net.network(cell, internet=False)
    guard = net.group(cell, inner, f"{home.name}-node", net.permission(0, inner.cidr, last=65535))
    tokens = "required" if not privileged else "optional"
    machine = compute.instance(
        cell, inner, [guard], role=role, tokens=tokens, tidy=True, system=hosts.SYSTEMS[2]
    )
    worker = kube.node(cell, home, machine)
    if broken != "no replicas":
        kube.pod(cell, home, made, worker)
    sources = ("203.0.113.0/28",) if broken == "source ranges" else ()
    face = kube.service(cell, home, namespace, made, public=broken != "cluster only", sources=sources)
    if broken:
        whys = {
            "not privileged": "the pod is confined, its account may do nothing, and the node asks for tokens",
            "no replicas": "the deployment runs no pod",
            "source ranges": "only an office's addresses reach the service",
            "cluster only": "the service has no address outside the cluster",
            "dead end": "what the node's role reads is of no worth",
        }
        return cell.decoy("privileged_pod", broken, whys[broken], face, made, image, role)
    return cell.plant(
        "privileged_pod",
        f"a public service leads to a privileged pod with {cve}, and the role of its node reads {store.name}",
        [face, made, image, worker, machine, role, rights, store],
        (face, _OPEN, 3),
        (image, cve, 3),
        (made, "core_minimize_privileged_containers", 3),
        (made, "core_minimize_hostpath_volume_mounts", 2),
        (machine, OLD_METADATA, 2),
    )


KUBERNETES_KINDS = (
    Kind(
        "cluster_to_cloud",
        "AWS",
        workload_identity,
        ("other subject", "no replicas", "source ranges", "cluster only", "network policy", "dead end"),
    ),
    Kind(
        "privileged_pod",
        "AWS",
        privileged_pod,
        ("not privileged", "no replicas", "source ranges", "cluster only", "dead end"),
    ),
)
