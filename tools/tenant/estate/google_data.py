"""Google Cloud stores of data, secrets and keys; policies beside the resource, as Cloud Asset Inventory gives them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tools.tenant.estate.cell import Cell, Resource
from tools.tenant.estate.google_identity import bind


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
