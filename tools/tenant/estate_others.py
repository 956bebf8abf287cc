"""The Azure and Google Cloud parts of the demo estate: configurations as their APIs give them."""

from __future__ import annotations

from typing import Any

from tools.tenant.estate_company import Account, Estate, Resource

_ANY_AZURE = {"startIpAddress": "0.0.0.0", "endIpAddress": "0.0.0.0"}  # noqa: S104 (a rule of the estate)


def draw_azure(estate: Estate, account: Account) -> None:
    """Everything of one Azure subscription."""
    group = f"/subscriptions/{account.id}/resourceGroups/rg-{account.team}/providers"
    planted = account.team == "analytics"
    nsg = _nsg(estate, account, group, open_port=3389 if planted else None)
    for number in range(3 * estate.scale):
        _machine(estate, account, group, number, nsg, public=number == 0)
    stores = [_store(estate, account, group, name) for name in estate.numbered("docs", "backup")]
    for number in range(estate.scale):
        _sql(estate, account, group, number)
    _vault(estate, account, group)
    for number in range(estate.scale):
        _web(estate, account, group, number)
    if planted:
        machine = _machine(estate, account, group, 98, nsg, public=True, identity="Contributor")
        store = _store(estate, account, group, "customers", data_class="PII", anonymous=False)
        why = "RDP is open to the internet on a machine whose identity may read customer data"
        estate.plant("analytics: internet to customer data", why, nsg, machine, store)
    else:
        estate.decoy("anonymous access is allowed by setting, but it holds public documents only", stores[0])


def _nsg(estate: Estate, account: Account, group: str, open_port: int | None) -> Resource:
    name = f"nsg-{account.team}"
    rules = [
        _nsg_rule("allow-https", 443, "Internet", 100),
        _nsg_rule("allow-vnet", "*", "VirtualNetwork", 200),
    ]
    if open_port:
        rules.append(_nsg_rule("temporary-access", open_port, "*", 150))
    uid = f"{group}/Microsoft.Network/networkSecurityGroups/{name}"
    return estate.add(account, "azure.nsg", uid, name, {"name": name, "securityRules": rules})


def _nsg_rule(name: str, port: int | str, source: str, priority: int) -> dict[str, Any]:
    return {
        "name": name,
        "direction": "Inbound",
        "access": "Allow",
        "protocol": "Tcp",
        "sourceAddressPrefix": source,
        "destinationPortRange": str(port),
        "priority": priority,
    }


def _machine(
    estate: Estate,
    account: Account,
    group: str,
    number: int,
    nsg: Resource,
    *,
    public: bool,
    identity: str = "",
) -> Resource:
    application = estate.application(account)
    name = f"vm-{application}-{number + 1:02}"
    config = {
        "name": name,
        "power_state": "PowerState/running",
        "publicIpAddress": estate.address() if public else None,
        "network_security_group": nsg.asset.name,
        "disk_encryption_customer_key": estate.chance(0.4),
        "backup": estate.chance(0.5),
        "password_login": estate.chance(0.3),
        "identity": {"type": "SystemAssigned", "roles": [identity]} if identity else None,
    }
    uid = f"{group}/Microsoft.Compute/virtualMachines/{name}"
    return estate.add(account, "azure.vm", uid, name, config, application=application)


def _store(
    estate: Estate,
    account: Account,
    group: str,
    name: str,
    *,
    data_class: str = "",
    anonymous: bool | None = None,
) -> Resource:
    full = f"halden{account.team}{name}".replace("-", "")
    config = {
        "name": full,
        "allowBlobPublicAccess": name == "docs" if anonymous is None else anonymous,
        "networkAcls": {"defaultAction": "Deny" if estate.chance(0.4) else "Allow"},
        "supportsHttpsTrafficOnly": estate.chance(0.8),
        "minimumTlsVersion": "TLS1_2" if estate.chance(0.7) else "TLS1_0",
        "softDelete": estate.chance(0.5),
    }
    uid = f"{group}/Microsoft.Storage/storageAccounts/{full}"
    return estate.add(account, "azure.store", uid, full, config, data_class=data_class)


def _sql(estate: Estate, account: Account, group: str, number: int) -> Resource:
    name = f"sql-{account.team}-{number + 1}"
    config = {
        "name": name,
        "firewallRules": [_ANY_AZURE] if number else [],
        "auditing": estate.chance(0.5),
        "tde": True,
        "entra_admin": estate.chance(0.5),
    }
    return estate.add(account, "azure.sql", f"{group}/Microsoft.Sql/servers/{name}", name, config)


def _vault(estate: Estate, account: Account, group: str) -> Resource:
    name = f"kv-{account.team}"
    config = {
        "name": name,
        "enablePurgeProtection": estate.chance(0.5),
        "privateEndpoint": estate.chance(0.3),
        "logging": estate.chance(0.5),
    }
    return estate.add(account, "azure.vault", f"{group}/Microsoft.KeyVault/vaults/{name}", name, config)


def _web(estate: Estate, account: Account, group: str, number: int) -> Resource:
    application = estate.application(account)
    name = f"app-{application}-{number + 1}"
    config = {"name": name, "httpsOnly": estate.chance(0.6), "ftpsState": "AllAllowed", "identity": None}
    uid = f"{group}/Microsoft.Web/sites/{name}"
    return estate.add(account, "azure.web", uid, name, config, application=application)


def draw_google(estate: Estate, account: Account) -> None:
    """Everything of one Google Cloud project."""
    planted = account.team == "ml"
    base = f"//compute.googleapis.com/projects/{account.id}"
    firewall_name = "allow-ssh-debug" if planted else "allow-web"
    firewall = estate.add(
        account,
        "gcp.firewall",
        f"{base}/global/firewalls/{firewall_name}",
        firewall_name,
        {
            "name": firewall_name,
            "direction": "INGRESS",
            "sourceRanges": ["0.0.0.0/0"],
            "allowed": [{"IPProtocol": "tcp", "ports": ["22"] if planted else ["80", "443"]}],
            "network": "default",
            "targetTags": ["debug"] if planted else ["web"],
        },
    )
    agent = estate.add(
        account,
        "gcp.account",
        f"//iam.googleapis.com/projects/{account.id}/serviceAccounts/default-compute",
        "default-compute",
        {"name": "default-compute", "roles": ["roles/editor"], "user_managed_keys": int(estate.chance(0.5))},
    )
    machines = [
        _google_machine(estate, account, base, number, ["debug"] if planted and not number else ["internal"])
        for number in range(3 * estate.scale)
    ]
    bucket = _google_bucket(estate, account, "training-health", data_class="PHI" if planted else "")
    for name in estate.numbered("models", "site"):
        _google_bucket(estate, account, name, public=name == "site")
    _google_database(estate, account)
    if planted:
        why = "SSH is open to the internet on a machine whose service account may read health data"
        estate.plant("ml: internet to health data", why, firewall, machines[0], agent, bucket)


def _google_machine(estate: Estate, account: Account, base: str, number: int, tags: list[str]) -> Resource:
    application = estate.application(account)
    name = f"{application}-{number + 1}"
    public = "debug" in tags or estate.chance(0.2)
    access = [{"type": "ONE_TO_ONE_NAT", "natIP": estate.address()}] if public else []
    config = {
        "name": name,
        "status": "RUNNING",
        "networkInterfaces": [{"network": "default", "networkIP": "10.128.0.9", "accessConfigs": access}],
        "serviceAccounts": [{"email": "default-compute", "scopes": ["cloud-platform"]}]
        if number < 2
        else [{"email": f"{application}@{account.id}.example", "scopes": ["storage.read"]}],
        "shieldedInstanceConfig": {"enableSecureBoot": estate.chance(0.5)},
        "tags": {"items": tags},
    }
    uid = f"{base}/zones/{account.regions[0]}-b/instances/{name}"
    return estate.add(account, "gcp.vm", uid, name, config, application=application)


def _google_bucket(
    estate: Estate, account: Account, name: str, *, public: bool = False, data_class: str = ""
) -> Resource:
    full = f"{account.id}-{name}"
    members = ["allUsers"] if public else [f"group:{account.team}@halden.example"]
    config = {
        "name": full,
        "iamConfiguration": {
            "uniformBucketLevelAccess": {"enabled": estate.chance(0.6)},
            "publicAccessPrevention": "inherited",
        },
        "iamPolicy": {"bindings": [{"role": "roles/storage.objectViewer", "members": members}]},
        "versioning": {"enabled": estate.chance(0.5)},
        "logging": estate.chance(0.4),
    }
    uid = f"//storage.googleapis.com/projects/_/buckets/{full}"
    return estate.add(account, "gcp.bucket", uid, full, config, data_class=data_class)


def _google_database(estate: Estate, account: Account) -> Resource:
    name = f"{account.team}-sql"
    config = {
        "name": name,
        "ipConfiguration": {
            "ipv4Enabled": True,
            "requireSsl": estate.chance(0.5),
            "authorizedNetworks": [{"value": "0.0.0.0/0"}] if account.environment == "dev" else [],
        },
        "backup": estate.chance(0.5),
    }
    uid = f"//sqladmin.googleapis.com/projects/{account.id}/sqlinstances/{name}"
    return estate.add(account, "gcp.database", uid, name, config)
