"""Google Cloud networks, machines, functions and clusters, as its APIs answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tools.tenant.estate import hosts
from tools.tenant.estate.cell import Cell, Resource
from tools.tenant.estate.hosts import System

FULL = "https://www.googleapis.com/auth/cloud-platform"
NARROW = (
    "https://www.googleapis.com/auth/logging.write",
    "https://www.googleapis.com/auth/monitoring.write",
)


def _compute(cell: Cell, rest: str) -> str:
    return f"//compute.googleapis.com/projects/{cell.account.id}/{rest}"


def network(cell: Cell, name: str = "") -> str:
    """A network with a subnet; its name."""
    name = name or cell.name("vpc")
    octet = cell.used["octet"] = cell.used.get("octet", cell.number(0, 90)) + 1
    link = f"https://www.googleapis.com/compute/v1/projects/{cell.account.id}"
    config = {
        "name": name,
        "selfLink": f"{link}/global/networks/{name}",
        "autoCreateSubnetworks": False,
        "peerings": [],
    }
    cell.add("gcp.network", _compute(cell, f"global/networks/{name}"), name, config, region="global")
    subnet: dict[str, Any] = {
        "name": f"{name}-{cell.region}",
        "network": config["selfLink"],
        "ipCidrRange": f"10.{octet % 250}.0.0/20",
        "region": f"{link}/regions/{cell.region}",
        "privateIpGoogleAccess": True,
        "enableFlowLogs": cell.chance(0.5),
    }
    uid = _compute(cell, f"regions/{cell.region}/subnetworks/{subnet['name']}")
    cell.add("gcp.subnet", uid, subnet["name"], subnet)
    cell.used[f"net {name}"] = octet % 250
    return name


def firewall(
    cell: Cell,
    net: str,
    ports: Sequence[int],
    *,
    sources: Sequence[str] = ("0.0.0.0/0",),
    tags: Sequence[str] = (),
    priority: int = 1000,
    deny: bool = False,
) -> Resource:
    """A firewall rule. Lower priority numbers count first; at the same number a deny does."""
    name = cell.name(f"{net}-fw")
    config: dict[str, Any] = {
        "name": name,
        "network": f"https://www.googleapis.com/compute/v1/projects/{cell.account.id}/global/networks/{net}",
        "direction": "INGRESS",
        "priority": priority,
        "sourceRanges": list(sources),
        "disabled": False,
        "denied" if deny else "allowed": [{"IPProtocol": "tcp", "ports": [str(p) for p in ports]}],
    }
    if tags:
        config["targetTags"] = list(tags)
    if not deny and "0.0.0.0/0" in sources:
        cell.used.setdefault(f"walls {net}", []).append(({*tags}, tuple(ports)))
    return cell.add("gcp.firewall", _compute(cell, f"global/firewalls/{name}"), name, config, region="global")


def machine(
    cell: Cell,
    net: str,
    identity: Resource,
    *,
    scopes: Sequence[str] = (FULL,),
    tags: Sequence[str] = (),
    public: bool = False,
    status: str = "RUNNING",
    system: System | None = None,
    application: str = "",
    tidy: bool = False,
) -> Resource:
    """A machine with its disk."""
    application = application or cell.application()
    system = system or hosts.system(cell)
    name = cell.name(application)
    zone = f"{cell.region}-{cell.pick('bc')}"
    serial = cell.used["host"] = cell.used.get("host", 1) + 1
    private = f"10.{cell.used[f'net {net}']}.{serial // 250 % 16}.{serial % 250 + 2}"
    shown = cell.address() if public and status == "RUNNING" else ""
    base = f"https://www.googleapis.com/compute/v1/projects/{cell.account.id}"
    interface: dict[str, Any] = {
        "name": "nic0",
        "network": f"{base}/global/networks/{net}",
        "subnetwork": f"{base}/regions/{cell.region}/subnetworks/{net}-{cell.region}",
        "networkIP": private,
    }
    if public:
        interface["accessConfigs"] = [{"type": "ONE_TO_ONE_NAT", "name": "External NAT"}]
        if shown:
            interface["accessConfigs"][0]["natIP"] = shown
    items = [{"key": "block-project-ssh-keys", "value": "true"}] if tidy or cell.chance(0.5) else []
    config = {
        "id": str(cell.number(10**18, 10**19 - 1)),
        "name": name,
        "zone": f"{base}/zones/{zone}",
        "machineType": f"{base}/zones/{zone}/machineTypes/{cell.pick(('e2-standard-2', 'n2-standard-4'))}",
        "status": status,
        "networkInterfaces": [interface],
        "serviceAccounts": [{"email": identity.config["email"], "scopes": list(scopes)}],
        "shieldedInstanceConfig": {"enableSecureBoot": tidy or cell.chance(0.5)},
        "tags": {"items": list(tags)},
        "metadata": {"items": items},
        "disks": [{"source": f"{base}/zones/{zone}/disks/{name}", "boot": True}],
        "labels": {"application": application},
    }
    uid = _compute(cell, f"zones/{zone}/instances/{name}")
    found = cell.add(
        "gcp.machine",
        uid,
        name,
        config,
        application=application,
        columns=hosts.columns(system, status, private, shown),
    )
    disk = {
        "name": name,
        "sizeGb": "50",
        "status": "READY",
        "users": [f"{base}/zones/{zone}/instances/{name}"],
    }
    cell.add("gcp.disk", _compute(cell, f"zones/{zone}/disks/{name}"), name, disk, application=application)
    walls = cell.used.get(f"walls {net}", ())
    hosts.note(cell, found, system, private, shown, [p for t, listed in walls if t & {*tags} for p in listed])
    return found


def function(
    cell: Cell,
    identity: Resource,
    *,
    anyone: bool = False,
    ingress: str = "ALLOW_ALL",
    variables: dict[str, str] | None = None,
    application: str = "",
) -> Resource:
    """A function with an HTTP trigger. `anyone`: everybody holds the invoker's role."""
    application = application or cell.application()
    name = cell.name(f"{application}-fn")
    path = f"projects/{cell.account.id}/locations/{cell.region}/functions/{name}"
    caller = "allUsers" if anyone else f"serviceAccount:scheduler@{cell.account.id}.iam.gserviceaccount.com"
    config = {
        "name": path,
        "status": "ACTIVE",
        "runtime": cell.pick(("python312", "nodejs20", "go122")),
        "entryPoint": "handle",
        "httpsTrigger": {
            "url": f"https://{cell.region}-{cell.account.id}.cloudfunctions.net/{name}",
            "securityLevel": "SECURE_ALWAYS",
        },
        "serviceAccountEmail": identity.config["email"],
        "ingressSettings": ingress,
        "environmentVariables": variables or {},
        "iamPolicy": {"bindings": [{"role": "roles/cloudfunctions.invoker", "members": [caller]}]},
    }
    return cell.add(
        "gcp.function", f"//cloudfunctions.googleapis.com/{path}", name, config, application=application
    )


def cluster(cell: Cell, net: str) -> Resource:
    """A GKE cluster with workload identity."""
    name = cell.name(f"gke-{cell.account.team}")
    version = cell.pick(("1.31.6-gke.1020000", "1.32.3-gke.1785003"))
    config = {
        "name": name,
        "location": cell.region,
        "status": "RUNNING",
        "currentMasterVersion": version,
        "network": net,
        "endpoint": cell.address(),
        "privateClusterConfig": {"enablePrivateNodes": True, "enablePrivateEndpoint": cell.chance(0.4)},
        "masterAuthorizedNetworksConfig": {
            "enabled": cell.chance(0.6),
            "cidrBlocks": [{"cidrBlock": "203.0.113.0/28"}],
        },
        "workloadIdentityConfig": {"workloadPool": f"{cell.account.id}.svc.id.goog"},
        "nodeConfig": {
            "serviceAccount": f"gke-nodes@{cell.account.id}.iam.gserviceaccount.com",
            "oauthScopes": [*NARROW],
        },
    }
    uid = f"//container.googleapis.com/projects/{cell.account.id}/locations/{cell.region}/clusters/{name}"
    return cell.add("gcp.cluster", uid, name, config, columns={"xdm.kubernetes.cluster.version": version})
