"""Google Cloud resources, as its APIs answer; policies beside the resource, as Cloud Asset Inventory gives them."""

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


def project(cell: Cell) -> Resource:
    """The project itself, with its policy."""
    number = cell.number(10**11, 10**12 - 1)
    uid = f"//cloudresourcemanager.googleapis.com/projects/{number}"
    config: dict[str, Any] = {
        "projectId": cell.account.id,
        "projectNumber": str(number),
        "name": cell.account.name,
        "lifecycleState": "ACTIVE",
        "parent": {"type": "organization", "id": "718034429051"},
        "iamPolicy": {
            "version": 1,
            "bindings": [
                {"role": "roles/owner", "members": [f"group:{cell.account.team}-leads@halden.example"]},
                {"role": "roles/viewer", "members": [f"group:{cell.account.team}@halden.example"]},
            ],
        },
    }
    if cell.chance(0.5):
        config["iamPolicy"]["auditConfigs"] = [{"service": "allServices"}]
    found = cell.add("gcp.project", uid, cell.account.id, config, region="global")
    cell.used["project"] = found
    cell.used["number"] = number
    return found


def bind(target: Resource, role: str, *members: str, condition: dict[str, str] | None = None) -> None:
    """Add a grant to the policy of a resource or project."""
    binding: dict[str, Any] = {"role": role, "members": list(members)}
    if condition:
        binding["condition"] = condition
    target.config["iamPolicy"]["bindings"].append(binding)


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


def service_account(cell: Cell, stem: str, *, keys: Sequence[float] = (), name: str = "") -> Resource:
    """A service account; `keys`: ages in days of those that people manage."""
    name = name or cell.name(stem)
    email = f"{name}@{cell.account.id}.iam.gserviceaccount.com"
    return _account(cell, email, name, keys)


def default_account(cell: Cell) -> Resource:
    """The account that machines get when nobody chooses one."""
    known: Resource | None = cell.used.get("default account")
    if known is None:
        email = f"{cell.used['number']}-compute@developer.gserviceaccount.com"
        known = cell.used["default account"] = _account(cell, email, email, ())
    return known


def _account(cell: Cell, email: str, name: str, keys: Sequence[float]) -> Resource:
    uid = f"//iam.googleapis.com/projects/{cell.account.id}/serviceAccounts/{email}"
    config = {
        "name": f"projects/{cell.account.id}/serviceAccounts/{email}",
        "email": email,
        "uniqueId": str(cell.number(10**20, 10**21 - 1)),
        "projectId": cell.account.id,
        "disabled": False,
        "keys": [
            {
                "name": f"projects/{cell.account.id}/serviceAccounts/{email}/keys/{cell.hexes(40)}",
                "keyType": "USER_MANAGED",
                "validAfterTime": cell.iso(age),
            }
            for age in keys
        ],
        "iamPolicy": {"version": 1, "bindings": []},
    }
    return cell.add("gcp.account", uid, name, config, region="global", tagged=False)


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


def bucket(
    cell: Cell,
    *,
    public: bool = False,
    prevented: bool = False,
    stem: str = "",
    application: str = "",
    data_class: str = "",
    tidy: bool = False,
) -> Resource:
    """A bucket. `public`: everybody may read objects; `prevented`: its public access prevention."""
    name = cell.name(f"{cell.account.id}-{stem or cell.pick(('models', 'exports', 'intake', 'archive'))}")
    config: dict[str, Any] = {
        "kind": "storage#bucket",
        "id": name,
        "name": name,
        "location": cell.region.upper(),
        "storageClass": "STANDARD",
        "iamConfiguration": {
            "uniformBucketLevelAccess": {"enabled": tidy or cell.chance(0.7)},
            "publicAccessPrevention": "enforced" if prevented else "inherited",
        },
        "versioning": {"enabled": tidy or cell.chance(0.5)},
        "iamPolicy": {
            "bindings": [
                {
                    "role": "roles/storage.objectAdmin",
                    "members": [f"group:{cell.account.team}@halden.example"],
                }
            ]
        },
    }
    if tidy or cell.chance(0.4):
        config["logging"] = {"logBucket": f"{cell.account.id}-logs"}
    uid = f"//storage.googleapis.com/projects/_/buckets/{name}"
    found = cell.add("gcp.bucket", uid, name, config, application=application, data_class=data_class)
    if public:
        bind(found, "roles/storage.objectViewer", "allUsers")
    return found


def dataset(cell: Cell, *, application: str = "", data_class: str = "") -> Resource:
    """A BigQuery data set."""
    name = cell.name(cell.account.team).replace("-", "_")
    config = {
        "kind": "bigquery#dataset",
        "id": f"{cell.account.id}:{name}",
        "datasetReference": {"datasetId": name, "projectId": cell.account.id},
        "location": "EU",
        "access": [
            {"role": "OWNER", "specialGroup": "projectOwners"},
            {"role": "WRITER", "specialGroup": "projectWriters"},
            {"role": "READER", "specialGroup": "projectReaders"},
        ],
    }
    uid = f"//bigquery.googleapis.com/projects/{cell.account.id}/datasets/{name}"
    return cell.add("gcp.dataset", uid, name, config, application=application, data_class=data_class)


def database(
    cell: Cell,
    *,
    networks: Sequence[str] = (),
    public: bool = True,
    state: str = "RUNNABLE",
    application: str = "",
    data_class: str = "",
    tidy: bool = False,
) -> Resource:
    """A Cloud SQL instance; `networks` may connect from outside."""
    application = application or cell.application()
    name = cell.name(f"{application}-sql")
    addresses = [{"type": "PRIMARY", "ipAddress": cell.address()}] if public else []
    config = {
        "kind": "sql#instance",
        "name": name,
        "project": cell.account.id,
        "state": state,
        "databaseVersion": "POSTGRES_16",
        "ipAddresses": [*addresses, {"type": "PRIVATE", "ipAddress": f"10.200.{cell.number(0, 99)}.3"}],
        "settings": {
            "activationPolicy": "ALWAYS" if state == "RUNNABLE" else "NEVER",
            "ipConfiguration": {
                "ipv4Enabled": public,
                "authorizedNetworks": [{"value": one, "kind": "sql#aclEntry"} for one in networks],
                "sslMode": "ENCRYPTED_ONLY"
                if tidy or cell.chance(0.6)
                else "ALLOW_UNENCRYPTED_AND_ENCRYPTED",
            },
            "backupConfiguration": {"enabled": tidy or cell.chance(0.7)},
        },
    }
    uid = f"//sqladmin.googleapis.com/projects/{cell.account.id}/sqlinstances/{name}"
    return cell.add("gcp.database", uid, name, config, application=application, data_class=data_class)


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


def secret(cell: Cell, application: str) -> Resource:
    """A secret with a policy of its own."""
    name = cell.name(f"{application}-login")
    path = f"projects/{cell.used['number']}/secrets/{name}"
    config = {"name": path, "replication": {"automatic": {}}, "iamPolicy": {"bindings": []}}
    return cell.add(
        "gcp.secret", f"//secretmanager.googleapis.com/{path}", name, config, application=application
    )


def key(cell: Cell) -> Resource:
    """A KMS key."""
    name = cell.name("key")
    path = f"projects/{cell.account.id}/locations/{cell.region}/keyRings/main/cryptoKeys/{name}"
    config: dict[str, Any] = {"name": path, "purpose": "ENCRYPT_DECRYPT", "iamPolicy": {"bindings": []}}
    if cell.chance(0.6):
        config["rotationPeriod"] = "7776000s"
    return cell.add("gcp.key", f"//cloudkms.googleapis.com/{path}", name, config)


def pool_provider(cell: Cell, *, condition: str = "") -> tuple[Resource, str]:
    """A provider of a workload identity pool for builds on a public code host; and the pool's path."""
    pool = cell.name("builds")
    path = f"projects/{cell.used['number']}/locations/global/workloadIdentityPools/{pool}"
    config: dict[str, Any] = {
        "name": f"{path}/providers/github",
        "state": "ACTIVE",
        "oidc": {"issuerUri": "https://token.actions.githubusercontent.com"},
        "attributeMapping": {
            "google.subject": "assertion.sub",
            "attribute.repository": "assertion.repository",
        },
    }
    if condition:
        config["attributeCondition"] = condition
    uid = f"//iam.googleapis.com/{path}/providers/github"
    return cell.add("gcp.pool", uid, f"{pool}/github", config, region="global", tagged=False), path


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
