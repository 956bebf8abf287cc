"""Small estates on Azure, Google Cloud and Kubernetes, written as the clouds' own APIs answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.tools.priority.building import NOW, asset
from tools.findings.model import AssetRecord
from tools.priority.enrich.model import DataHeld, Enrichments, Flaw
from tools.priority.estate import Estate
from tools.priority.graph.gather import attack_graph
from tools.priority.graph.model import AttackPath
from tools.priority.graph.search import AttackGraph

SUB, PROJECT, NUMBER = "0a1b2c3d-0000-4000-a000-00000000000a", "acme-prod", "123456789012"
GROUP = f"/subscriptions/{SUB}/resourceGroups/rg-one"
KEV = Flaw("CVE-2021-44228", cvss=10.0, epss=0.97, kev=True, remote=True)
PII = DataHeld("PII", 1.0, 12_000, "classifier")
ROLES = {
    "Owner": "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
    "Contributor": "b24988ac-6180-42a0-ab88-20f7382dd24c",
    "Reader": "acdd72a7-3385-48ef-bd42-f606fba81ae7",
    "Blob Reader": "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
    "Key Operator": "81a9662b-bebf-436f-a333-f67b29880f12",
    "Secrets User": "4633458b-17de-408a-b874-0445c86b69e6",
    "Cluster Admin": "0ab0b1a8-8aac-4efd-b8c2-3ee1fb270be8",
    "VM Contributor": "9980e02c-c2be-4d73-94e8-173b1dc7cf3c",
}


def azure(path: str, properties: Mapping[str, Any] | None = None, **more: Any) -> AssetRecord:
    """A resource of Resource Manager; `more` stands beside its properties."""
    uid = path if path.startswith("/") else f"{GROUP}/providers/{path}"
    tags = more.pop("tags", {})
    config = {"id": uid, "name": uid.rsplit("/", 1)[-1], "properties": dict(properties or {}), **more}
    return asset(uid, config, provider="AZURE", account=SUB, tags=tags)


def assignment(role: str, principal: str, scope: str = f"/subscriptions/{SUB}", **more: Any) -> AssetRecord:
    """A role for a principal at a scope."""
    uid = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{role}-{principal}".replace(" ", "")
    definition = f"/subscriptions/{SUB}/providers/Microsoft.Authorization/roleDefinitions/{ROLES[role]}"
    return azure(uid, {"roleDefinitionId": definition, "principalId": principal, "scope": scope, **more})


def user(key: str = "guest-1", **fields: Any) -> AssetRecord:
    """A user of the directory."""
    config = {
        "id": key,
        "userPrincipalName": f"{key}@x.example",
        "userType": "Guest",
        "accountEnabled": True,
        **fields,
    }
    return asset(f"/users/{key}", config, provider="AZURE", account=SUB, type_id="AZURE_AD_USER")


def store(name: str = "store1", **properties: Any) -> AssetRecord:
    """A storage account, open to the network, keys accepted, nothing anonymous."""
    containers = properties.pop("containers", [])
    usual = {
        "allowBlobPublicAccess": False,
        "allowSharedKeyAccess": True,
        "publicNetworkAccess": "Enabled",
        "networkAcls": {"defaultAction": "Allow"},
    }
    return azure(f"Microsoft.Storage/storageAccounts/{name}", {**usual, **properties}, containers=containers)


def app(name: str = "web", principal: str = "id-web", **properties: Any) -> AssetRecord:
    """A running app that any address reaches, with an identity."""
    identity = {"type": "SystemAssigned", "principalId": principal}
    return azure(
        f"Microsoft.Web/sites/{name}", {"state": "Running", "enabled": True, **properties}, identity=identity
    )


def gcp(uid: str, config: Mapping[str, Any] | None = None, type_id: str = "", **more: Any) -> AssetRecord:
    """A resource of Google Cloud by its full name."""
    return asset(uid, config, provider="GCP", account=PROJECT, type_id=type_id, **more)


def binding(role: str, *members: str, condition: str = "") -> dict[str, Any]:
    """One grant of a policy."""
    more = {"condition": {"expression": condition}} if condition else {}
    return {"role": role, "members": list(members), **more}


def project(*bindings: dict[str, Any]) -> AssetRecord:
    """The project with its policy."""
    config = {"projectId": PROJECT, "projectNumber": NUMBER, "iamPolicy": {"bindings": list(bindings)}}
    uid = f"//cloudresourcemanager.googleapis.com/projects/{NUMBER}"
    return gcp(uid, config, "GOOGLE_CLOUD_PROJECT", name=PROJECT)


def email(name: str) -> str:
    """The address of a service account."""
    return f"{name}@{PROJECT}.iam.gserviceaccount.com"


def service_account(name: str, *bindings: dict[str, Any], **fields: Any) -> AssetRecord:
    """A service account with the policy on it."""
    uid = f"//iam.googleapis.com/projects/{PROJECT}/serviceAccounts/{email(name)}"
    return gcp(uid, {"email": email(name), "iamPolicy": {"bindings": list(bindings)}, **fields}, name=name)


def bucket(name: str = "data", *bindings: dict[str, Any], **fields: Any) -> AssetRecord:
    """A bucket with its policy."""
    config = {"name": name, "iamPolicy": {"bindings": list(bindings)}, **fields}
    return gcp(f"//storage.googleapis.com/projects/_/buckets/{name}", config)


def function(
    name: str = "hook", account: str = "fn", *, caller: str = "allUsers", **fields: Any
) -> AssetRecord:
    """A function with an address; any caller unless told otherwise."""
    path = f"projects/{PROJECT}/locations/europe-west1/functions/{name}"
    config = {
        "name": path,
        "status": "ACTIVE",
        "httpsTrigger": {"url": "https://x"},
        "ingressSettings": "ALLOW_ALL",
        "serviceAccountEmail": email(account),
        "iamPolicy": {"bindings": [binding("roles/cloudfunctions.invoker", caller)]},
        **fields,
    }
    return gcp(f"//cloudfunctions.googleapis.com/{path}", config)


def machine(
    name: str = "vm", account: str = "app", scopes: tuple[str, ...] = ("cloud-platform",), **fields: Any
) -> AssetRecord:
    """A running machine in the network `net` with a public address and the tag `web`."""
    prefix = "https://www.googleapis.com/auth/"
    link = f"https://www.googleapis.com/compute/v1/projects/{PROJECT}/global/networks/net"
    config = {
        "name": name,
        "status": "RUNNING",
        "networkInterfaces": [
            {"network": link, "networkIP": "10.1.0.4", "accessConfigs": [{"natIP": "203.0.113.9"}]}
        ],
        "tags": {"items": ["web"]},
        "serviceAccounts": [{"email": email(account), "scopes": [prefix + s for s in scopes]}],
        **fields,
    }
    return gcp(f"//compute.googleapis.com/projects/{PROJECT}/zones/z/instances/{name}", config)


def firewall(name: str, port: str = "8080", *, deny: bool = False, **fields: Any) -> AssetRecord:
    """An ingress rule of the network `net`, open to everybody unless told otherwise."""
    link = f"https://www.googleapis.com/compute/v1/projects/{PROJECT}/global/networks/net"
    config = {
        "name": name,
        "network": link,
        "direction": "INGRESS",
        "priority": 1000,
        "sourceRanges": ["0.0.0.0/0"],
        "denied" if deny else "allowed": [{"IPProtocol": "tcp", "ports": [port]}],
        **fields,
    }
    return gcp(f"//compute.googleapis.com/projects/{PROJECT}/global/firewalls/{name}", config)


def kube(kind: str, name: str, namespace: str = "shop", cluster: str = "c1", **body: Any) -> AssetRecord:
    """An object of a cluster as its API returns it."""
    meta = {"name": name, "labels": body.pop("labels", {}), "annotations": body.pop("notes", {})}
    if namespace:
        meta["namespace"] = namespace
    config = {"apiVersion": "v1", "kind": kind, "metadata": meta, **body}
    uid = f"k8s/{cluster}/{namespace or '_'}/{kind}/{name}"
    return asset(uid, config, provider="KUBERNETES", type_id=f"KUBERNETES_{kind.upper()}", name=name)


def deployment(
    name: str = "web",
    account: str = "web",
    *,
    replicas: int = 1,
    container: Mapping[str, Any] | None = None,
    cluster: str = "c1",
    **pod: Any,
) -> AssetRecord:
    """A deployment with one container on port 8080."""
    image = {"name": "main", "image": f"registry.example/{name}:1", "ports": [{"containerPort": 8080}]}
    spec = {"serviceAccountName": account, "containers": [{**image, **(container or {})}], **pod}
    template = {"metadata": {"labels": {"app": name}}, "spec": spec}
    return kube("Deployment", name, cluster=cluster, spec={"replicas": replicas, "template": template})


def service(
    name: str = "web",
    kind: str = "LoadBalancer",
    *,
    notes: Mapping[str, str] | None = None,
    address: str = "198.51.100.4",
    cluster: str = "c1",
    **spec: Any,
) -> AssetRecord:
    """A service in front of the deployment of that name."""
    whole = {"type": kind, "selector": {"app": name}, "ports": [{"port": 80, "targetPort": 8080}], **spec}
    status = {"loadBalancer": {"ingress": [{"ip": address}]}} if kind == "LoadBalancer" and address else {}
    return kube("Service", name, cluster=cluster, notes=dict(notes or {}), spec=whole, status=status)


def image(name: str = "web") -> AssetRecord:
    """The image that the deployment of that name runs."""
    config = {"imageUri": f"registry.example/{name}:1", "imageDigest": f"sha256:{name:0>64}"}
    return asset(
        f"registry.example/{name}@sha256:{name:0>64}", config, type_id="CONTAINER_IMAGE", name=f"{name}:1"
    )


def graph(
    *assets: AssetRecord,
    flawed: tuple[AssetRecord, ...] = (),
    holding: tuple[AssetRecord, ...] = (),
) -> AttackGraph:
    """The graph of an estate in which some assets have an exploited flaw and some hold personal data."""
    enriched = Enrichments(
        flaws={a.asset_id: (KEV,) for a in flawed}, data={a.asset_id: PII for a in holding}
    )
    return attack_graph(Estate({a.asset_id: a for a in assets}), enriched, at=NOW)


def proved(found: AttackGraph, target: AssetRecord | str) -> AttackPath | None:
    """The proved path to a position."""
    key = target if isinstance(target, str) else target.asset_id
    return found.known.path_to(found.place[key]) if key in found.place else None


def possible(found: AttackGraph, target: AssetRecord | str) -> AttackPath | None:
    """The likeliest path to a position, proved or not."""
    key = target if isinstance(target, str) else target.asset_id
    return found.likely.path_to(found.place[key]) if key in found.place else None


def labels(path: AttackPath | None) -> list[str]:
    """What stands on a path."""
    return [node.label for node in path.nodes] if path is not None else []
