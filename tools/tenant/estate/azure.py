"""Azure resources, as Azure Resource Manager and Microsoft Graph answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tools.tenant.estate import hosts
from tools.tenant.estate.cell import Cell, Resource
from tools.tenant.estate.hosts import System

ZERO = "0.0.0.0"  # noqa: S104 (an address of a rule)
ROLES = {
    "Owner": "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
    "Contributor": "b24988ac-6180-42a0-ab88-20f7382dd24c",
    "Reader": "acdd72a7-3385-48ef-bd42-f606fba81ae7",
    "Storage Blob Data Reader": "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
    "Key Vault Reader": "21090545-7ca7-4776-b22c-e363652d74d2",
    "Key Vault Secrets User": "4633458b-17de-408a-b874-0445c86b69e6",
}
_ACTIONS: dict[str, tuple[list[str], list[str], list[str]]] = {
    # actions, not actions, data actions, as the built-in definitions have them
    "Owner": (["*"], [], []),
    "Contributor": (
        ["*"],
        [
            "Microsoft.Authorization/*/Delete",
            "Microsoft.Authorization/*/Write",
            "Microsoft.Authorization/elevateAccess/Action",
        ],
        [],
    ),
    "Reader": (["*/read"], [], []),
    "Storage Blob Data Reader": (
        ["Microsoft.Storage/storageAccounts/blobServices/containers/read"],
        [],
        ["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"],
    ),
    "Key Vault Reader": (
        ["Microsoft.KeyVault/vaults/read"],
        [],
        ["Microsoft.KeyVault/vaults/*/read", "Microsoft.KeyVault/vaults/secrets/readMetadata/action"],
    ),
    "Key Vault Secrets User": (
        [],
        [],
        [
            "Microsoft.KeyVault/vaults/secrets/getSecret/action",
            "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
        ],
    ),
}


def subscription(cell: Cell) -> str:
    """The scope of the whole subscription."""
    return f"/subscriptions/{cell.account.id}"


def resource(
    cell: Cell,
    kind: str,
    type_: str,
    name: str,
    properties: dict[str, Any],
    /,
    *,
    application: str = "",
    data_class: str = "",
    **more: Any,
) -> Resource:
    """Any resource of a group, in the envelope that Resource Manager gives it. `more`: beside `properties`."""
    application = application or cell.application()
    group = f"rg-{cell.account.team}-{application}"
    uid = f"{subscription(cell)}/resourceGroups/{group}/providers/{type_}/{name}"
    columns, facts = more.pop("columns", None), more.pop("facts", None)
    config = {
        "id": uid,
        "name": name,
        "type": type_,
        "location": cell.region,
        "properties": properties,
        **more,
    }
    return cell.add(
        kind,
        uid,
        name,
        config,
        application=application,
        data_class=data_class,
        columns=columns,
        facts=facts,
    )


@dataclass(slots=True)
class Network:
    """A virtual network with one subnet."""

    resource: Resource
    subnet: str
    prefix: str
    hosts: int = 3

    def address(self) -> str:
        """The next private address."""
        self.hosts += 1
        return f"{self.prefix}.{self.hosts % 240 + 4}"


def network(cell: Cell, application: str = "", *, nsg: Resource | None = None) -> Network:
    """A virtual network; `nsg` guards its subnet."""
    octet = cell.used["octet"] = cell.used.get("octet", cell.number(0, 90)) + 1
    name = cell.name(f"vnet-{cell.account.team}")
    prefix = f"10.{octet % 250}.0"
    found = resource(
        cell,
        "azure.network",
        "Microsoft.Network/virtualNetworks",
        name,
        {
            "addressSpace": {"addressPrefixes": [f"10.{octet % 250}.0.0/16"]},
            "enableDdosProtection": cell.chance(0.2),
            "subnets": [],
            "virtualNetworkPeerings": [],
        },
        application=application,
    )
    properties: dict[str, Any] = {"addressPrefix": f"{prefix}.0/24"}
    if nsg is not None:
        properties["networkSecurityGroup"] = {"id": nsg.uid}
    subnet = f"{found.uid}/subnets/default"
    found.config["properties"]["subnets"].append({"id": subnet, "name": "default", "properties": properties})
    return Network(found, subnet, prefix)


def rule(
    cell: Cell, port: int | str, source: str, priority: int, access: str = "Allow", name: str = ""
) -> dict[str, Any]:
    """An inbound rule of a network security group."""
    name = name or f"rule-{priority}"
    return {
        "name": name,
        "properties": {
            "protocol": "Tcp" if port != "*" else "*",
            "sourcePortRange": "*",
            "destinationPortRange": str(port),
            "sourceAddressPrefix": source,
            "destinationAddressPrefix": "*",
            "access": access,
            "priority": priority,
            "direction": "Inbound",
        },
    }


def nsg(cell: Cell, application: str, *rules: dict[str, Any]) -> Resource:
    """A network security group with Azure's own rules at the end."""
    name = cell.name(f"nsg-{application}")
    own = [
        rule(cell, "*", "VirtualNetwork", 65000, name="AllowVnetInBound"),
        rule(cell, "*", "AzureLoadBalancer", 65001, name="AllowAzureLoadBalancerInBound"),
        rule(cell, "*", "*", 65500, "Deny", name="DenyAllInBound"),
    ]
    properties = {"securityRules": list(rules), "defaultSecurityRules": own}
    type_ = "Microsoft.Network/networkSecurityGroups"
    return resource(cell, "azure.nsg", type_, name, properties, application=application)


def machine(
    cell: Cell,
    net: Network,
    guard: Resource | None,
    *,
    public: bool = False,
    state: str = "running",
    identity: bool = False,
    system: System | None = None,
    application: str = "",
    data_class: str = "",
    tidy: bool = False,
) -> Resource:
    """A machine with interface, disk and, if public, an address."""
    application = application or cell.application()
    system = system or hosts.system(cell, 0.35)
    name = cell.name(f"vm-{application}")
    private, shown = net.address(), ""
    address_id = ""
    if public:
        shown = cell.address()
        properties: dict[str, Any] = {"publicIPAllocationMethod": "Static", "ipAddress": shown}
        type_ = "Microsoft.Network/publicIPAddresses"
        address_id = resource(
            cell, "azure.address", type_, f"{name}-ip", properties, application=application
        ).uid
    one: dict[str, Any] = {"privateIPAddress": private, "primary": True, "subnet": {"id": net.subnet}}
    if address_id:
        one["publicIPAddress"] = {"id": address_id}
    inner: dict[str, Any] = {"ipConfigurations": [{"name": "ipconfig1", "properties": one}]}
    if guard is not None:
        inner["networkSecurityGroup"] = {"id": guard.uid}
    interface = resource(
        cell,
        "azure.interface",
        "Microsoft.Network/networkInterfaces",
        f"{name}-nic",
        inner,
        application=application,
    )
    disk = resource(
        cell,
        "azure.disk",
        "Microsoft.Compute/disks",
        f"{name}-os",
        {
            "diskSizeGB": 128,
            "diskState": "Attached",
            "encryption": {"type": "EncryptionAtRestWithPlatformKey"},
        },
        application=application,
    )
    managed: dict[str, Any] = {"id": disk.uid, "storageAccountType": "Premium_LRS"}
    if tidy or cell.chance(0.3):
        managed["diskEncryptionSet"] = {"id": f"{subscription(cell)}/diskEncryptionSets/main"}
    profile: dict[str, Any] = {"computerName": name, "adminUsername": "azureuser"}
    if system.windows:
        profile["windowsConfiguration"] = {"enableAutomaticUpdates": True}
    else:
        key_only = tidy or cell.chance(0.7)
        profile["linuxConfiguration"] = {"disablePasswordAuthentication": key_only}
    properties = {
        "vmId": cell.guid(),
        "provisioningState": "Succeeded",
        "hardwareProfile": {"vmSize": cell.pick(("Standard_D2s_v5", "Standard_B2ms", "Standard_E4s_v5"))},
        "osProfile": profile,
        "storageProfile": {
            "imageReference": {"offer": system.name},
            "osDisk": {"osType": "Windows" if system.windows else "Linux", "managedDisk": managed},
        },
        "networkProfile": {"networkInterfaces": [{"id": interface.uid, "properties": {"primary": True}}]},
        "instanceView": {
            "statuses": [{"code": "ProvisioningState/succeeded"}, {"code": f"PowerState/{state}"}]
        },
    }
    if tidy or cell.chance(0.5):
        properties["securityProfile"] = {"securityType": "TrustedLaunch"}
    more: dict[str, Any] = {}
    if identity:
        more["identity"] = {"type": "SystemAssigned", "principalId": cell.guid(), "tenantId": cell.guid()}
    found = resource(
        cell,
        "azure.machine",
        "Microsoft.Compute/virtualMachines",
        name,
        properties,
        application=application,
        data_class=data_class,
        columns=hosts.columns(system, state, private, shown),
        **more,
    )
    inner["virtualMachine"] = {"id": found.uid}
    hosts.note(cell, found, system, private, shown, _open(guard))
    return found


def _open(guard: Resource | None) -> list[int]:
    listed = [one["properties"] for one in guard.config["properties"]["securityRules"]] if guard else []
    denied = [one["priority"] for one in listed if one["access"] == "Deny"]
    return [
        int(one["destinationPortRange"])
        for one in listed
        if one["access"] == "Allow"
        and one["sourceAddressPrefix"] in ("*", "Internet")
        and one["destinationPortRange"].isdigit()
        and one["priority"] < min(denied, default=65_000)
    ]


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


def app(
    cell: Cell,
    *,
    settings: Sequence[tuple[str, str]] = (),
    state: str = "Running",
    access: str = "Enabled",
    restricted: bool = False,
    application: str = "",
    tidy: bool = False,
) -> Resource:
    """An app service with a system-assigned identity."""
    application = application or cell.application()
    name = cell.name(f"app-{application}")
    restrictions = [{"ipAddress": "203.0.113.0/28", "action": "Allow", "priority": 100, "name": "office"}]
    anyone = [{"ipAddress": "Any", "action": "Allow", "priority": 2147483647, "name": "Allow all"}]
    nobody = [{"ipAddress": "Any", "action": "Deny", "priority": 2147483647, "name": "Deny all"}]
    return resource(
        cell,
        "azure.app",
        "Microsoft.Web/sites",
        name,
        {
            "state": state,
            "enabled": state == "Running",
            "hostNames": [f"{name}.azurewebsites.net"],
            "httpsOnly": tidy or cell.chance(0.7),
            "publicNetworkAccess": access,
            "siteConfig": {
                "minTlsVersion": "1.2" if tidy or cell.chance(0.8) else "1.0",
                "ftpsState": "Disabled" if tidy or cell.chance(0.6) else "AllAllowed",
                "ipSecurityRestrictions": [*restrictions, *nobody] if restricted else anyone,
                "appSettings": [{"name": n, "value": v} for n, v in settings],
            },
        },
        application=application,
        identity={"type": "SystemAssigned", "principalId": cell.guid()},
    )


def assignment(
    cell: Cell, role: str, principal: str, *, scope: str = "", principal_type: str = "ServicePrincipal"
) -> Resource:
    """A role assignment; the role's definition is in the inventory too."""
    definition = f"{subscription(cell)}/providers/Microsoft.Authorization/roleDefinitions/{ROLES[role]}"
    if definition not in cell.used:
        actions, barred, data = _ACTIONS[role]
        config = {
            "id": definition,
            "name": ROLES[role],
            "type": "Microsoft.Authorization/roleDefinitions",
            "properties": {
                "roleName": role,
                "type": "BuiltInRole",
                "permissions": [
                    {"actions": actions, "notActions": barred, "dataActions": data, "notDataActions": []}
                ],
                "assignableScopes": ["/"],
            },
        }
        cell.used[definition] = cell.add(
            "azure.role", definition, role, config, region="global", tagged=False
        )
    scope = scope or subscription(cell)
    name = cell.guid()
    uid = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{name}"
    config = {
        "id": uid,
        "name": name,
        "type": "Microsoft.Authorization/roleAssignments",
        "properties": {
            "roleDefinitionId": definition,
            "principalId": principal,
            "principalType": principal_type,
            "scope": scope,
            "createdOn": cell.iso(cell.number(5, 600)),
        },
    }
    return cell.add("azure.assignment", uid, name, config, region="global", tagged=False)


def user(cell: Cell, mail: str, *, guest: bool = False, enabled: bool = True, mfa: bool = True) -> Resource:
    """A user of the directory; a guest has a foreign address."""
    name = f"{mail.replace('@', '_')}#EXT#@halden.onmicrosoft.com" if guest else mail
    key = cell.guid()
    config = {
        "id": key,
        "userPrincipalName": name,
        "displayName": mail.split("@")[0].replace(".", " ").title(),
        "mail": mail,
        "userType": "Guest" if guest else "Member",
        "accountEnabled": enabled,
        "createdDateTime": cell.iso(cell.number(20, 900)),
        "externalUserState": "Accepted" if guest else None,
        "isMfaRegistered": mfa,
    }
    return cell.add("azure.user", f"/users/{key}", mail, config, region="global", tagged=False)


def cluster(cell: Cell, *, private: bool = False) -> Resource:
    """A Kubernetes cluster with workload identity."""
    name = cell.name(f"aks-{cell.account.team}")
    profile: dict[str, Any] = {"enablePrivateCluster": private}
    if not private and cell.chance(0.6):
        profile["authorizedIPRanges"] = ["203.0.113.0/28"]
    version = cell.pick(("1.31.5", "1.32.4"))
    return resource(
        cell,
        "azure.cluster",
        "Microsoft.ContainerService/managedClusters",
        name,
        {
            "kubernetesVersion": version,
            "powerState": {"code": "Running"},
            "enableRBAC": True,
            "disableLocalAccounts": cell.chance(0.4),
            "apiServerAccessProfile": profile,
            "oidcIssuerProfile": {
                "enabled": True,
                "issuerURL": f"https://{cell.region}.oic.prod-aks.azure.com/{cell.guid()}/",
            },
            "nodeResourceGroup": f"MC_{name}",
        },
        columns={"xdm.kubernetes.cluster.version": version},
        identity={"type": "SystemAssigned", "principalId": cell.guid()},
    )
