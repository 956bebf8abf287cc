"""Azure stores of data and secrets, as Azure Resource Manager answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tools.tenant.estate.azure_core import resource
from tools.tenant.estate.cell import Cell, Resource


def store(
    cell: Cell,
    *,
    anonymous: bool = False,
    container: str = "None",
    access: str = "Enabled",
    default: str = "",
    application: str = "",
    data_class: str = "",
    tidy: bool = False,
) -> Resource:
    """A storage account with one container. `container`: its public access (None, Blob, Container)."""
    application = application or cell.application()
    name = cell.name(f"halden{application}".replace("-", "")).replace("-", "") + cell.hexes(4)
    found = resource(
        cell,
        "azure.store",
        "Microsoft.Storage/storageAccounts",
        name,
        {
            "allowBlobPublicAccess": anonymous,
            "allowSharedKeyAccess": not tidy and cell.chance(0.6),
            "publicNetworkAccess": access,
            "networkAcls": {
                "defaultAction": default or ("Deny" if tidy or cell.chance(0.5) else "Allow"),
                "bypass": "AzureServices",
                "ipRules": [],
                "virtualNetworkRules": [],
            },
            "supportsHttpsTrafficOnly": tidy or cell.chance(0.85),
            "minimumTlsVersion": "TLS1_2" if tidy or cell.chance(0.75) else "TLS1_0",
            "encryption": {"keySource": "Microsoft.Storage"},
            "privateEndpointConnections": [],
        },
        application=application,
        data_class=data_class,
        kind="StorageV2",
        sku={"name": "Standard_LRS"},
        containers=[],
    )
    found.config["containers"].append(
        {
            "id": f"{found.uid}/blobServices/default/containers/main",
            "name": cell.pick(("main", "export", "content", "intake")),
            "properties": {"publicAccess": container, "leaseState": "Available"},
        }
    )
    return found


def sql(
    cell: Cell,
    *,
    rules: Sequence[tuple[str, str]] = (),
    access: str = "Enabled",
    application: str = "",
    data_class: str = "",
    tidy: bool = False,
) -> tuple[Resource, Resource]:
    """A SQL server with its firewall rules, and a database on it."""
    application = application or cell.application()
    name = cell.name(f"sql-{cell.account.team}-{application}")
    properties: dict[str, Any] = {
        "fullyQualifiedDomainName": f"{name}.database.windows.net",
        "administratorLogin": "sqladmin",
        "publicNetworkAccess": access,
        "minimalTlsVersion": "1.2" if tidy or cell.chance(0.7) else "1.0",
        "state": "Ready",
    }
    if tidy or cell.chance(0.5):
        properties["administrators"] = {"login": "db-admins", "azureADOnlyAuthentication": False}
    server = resource(
        cell,
        "azure.sql",
        "Microsoft.Sql/servers",
        name,
        properties,
        application=application,
        firewallRules=[],
    )
    for number, (first, last) in enumerate(rules):
        server.config["firewallRules"].append(
            {
                "id": f"{server.uid}/firewallRules/rule-{number}",
                "name": f"rule-{number}",
                "properties": {"startIpAddress": first, "endIpAddress": last},
            }
        )
    uid = f"{server.uid}/databases/{application}"
    config = {
        "id": uid,
        "name": application,
        "type": "Microsoft.Sql/servers/databases",
        "location": cell.region,
        "properties": {"status": "Online", "maxSizeBytes": 268435456000},
    }
    database = cell.add(
        "azure.database", uid, f"{name}/{application}", config, application=application, data_class=data_class
    )
    return server, database


def vault(
    cell: Cell,
    *,
    policies: Sequence[tuple[str, Sequence[str]]] = (),
    roles: bool = False,
    access: str = "Enabled",
    default: str = "Allow",
    application: str = "",
    secrets: Sequence[str] = (),
) -> Resource:
    """A key vault. `policies`: object id and its rights on secrets; `roles`: role assignments decide instead."""
    application = application or cell.application()
    name = cell.name(f"kv-{application}")
    found = resource(
        cell,
        "azure.vault",
        "Microsoft.KeyVault/vaults",
        name,
        {
            "vaultUri": f"https://{name}.vault.azure.net/",
            "enableRbacAuthorization": roles,
            "enablePurgeProtection": cell.chance(0.6),
            "enableSoftDelete": True,
            "publicNetworkAccess": access,
            "networkAcls": {"defaultAction": default, "bypass": "AzureServices", "ipRules": []},
            "accessPolicies": [
                {"objectId": who, "permissions": {"secrets": list(rights), "keys": [], "certificates": []}}
                for who, rights in policies
            ],
            "privateEndpointConnections": [],
        },
        application=application,
        secrets=[],
    )
    found.config["secrets"] = [
        {"id": f"https://{name}.vault.azure.net/secrets/{one}", "attributes": {"enabled": True}}
        for one in secrets
    ]
    return found
