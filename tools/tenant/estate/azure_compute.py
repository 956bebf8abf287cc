"""Azure networks, machines, apps and clusters, as Azure Resource Manager answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tools.tenant.estate import hosts
from tools.tenant.estate.azure_core import resource, subscription
from tools.tenant.estate.cell import Cell, Resource
from tools.tenant.estate.hosts import System


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
