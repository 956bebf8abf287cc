"""Azure: what is open to the internet, and what stands next to what has been taken."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tools.priority.graph.clouds import (
    GROUP,
    app,
    assignment,
    azure,
    graph,
    labels,
    possible,
    proved,
    store,
)
from tools.findings.model import AssetRecord

VNET = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/v1"
FAR = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/v2"


def rule(priority: int, port: str, source: str, access: str = "Allow", **more: Any) -> dict[str, Any]:
    """An inbound rule."""
    inner = {
        "priority": priority,
        "destinationPortRange": port,
        "sourceAddressPrefix": source,
        "destinationAddressPrefix": "*",
        "access": access,
        "direction": "Inbound",
        "protocol": "Tcp",
        **more,
    }
    return {"name": f"r{priority}", "properties": inner}


def nsg(name: str, *rules: dict[str, Any]) -> AssetRecord:
    """A network security group."""
    return azure(f"Microsoft.Network/networkSecurityGroups/{name}", {"securityRules": list(rules)})


def vnet(
    uid: str = VNET,
    space: str = "10.0.0.0/16",
    guard: AssetRecord | None = None,
    peer: str = "",
    state: str = "Connected",
) -> AssetRecord:
    """A virtual network with the subnet `s`."""
    subnet: dict[str, Any] = {"id": f"{uid}/subnets/s", "properties": {"addressPrefix": space}}
    if guard is not None:
        subnet["properties"]["networkSecurityGroup"] = {"id": guard.uid}
    peerings = [{"properties": {"remoteVirtualNetwork": {"id": peer}, "peeringState": state}}] if peer else []
    return azure(
        uid,
        {
            "addressSpace": {"addressPrefixes": [space]},
            "subnets": [subnet],
            "virtualNetworkPeerings": peerings,
        },
    )


def host(
    name: str,
    address: str,
    guard: AssetRecord | None = None,
    *,
    net: str = VNET,
    public: str = "",
    state: str = "running",
    group: str = "",
) -> list[AssetRecord]:
    """A machine and its interface."""
    one: dict[str, Any] = {"privateIPAddress": address, "subnet": {"id": f"{net}/subnets/s"}}
    found = []
    if public:
        ip = azure(f"Microsoft.Network/publicIPAddresses/{name}-ip", {"ipAddress": public})
        one["publicIPAddress"] = {"id": ip.uid}
        found.append(ip)
    if group:
        one["applicationSecurityGroups"] = [{"id": group}]
    inner: dict[str, Any] = {"ipConfigurations": [{"name": "c", "properties": one}]}
    if guard is not None:
        inner["networkSecurityGroup"] = {"id": guard.uid}
    nic = azure(f"Microsoft.Network/networkInterfaces/{name}-nic", inner)
    machine = azure(
        f"Microsoft.Compute/virtualMachines/{name}",
        {
            "networkProfile": {"networkInterfaces": [{"id": nic.uid}]},
            "instanceView": {"statuses": [{"code": f"PowerState/{state}"}]},
        },
    )
    return [machine, nic, *found]


def lateral(
    *,
    inner: AssetRecord | None = None,
    net: AssetRecord | None = None,
    others: tuple[AssetRecord, ...] = (),
    target_net: str = VNET,
    address: str = "10.0.0.9",
    state: str = "running",
    group: str = "",
) -> bool | None:
    """Whether a taken machine gets into the flawed machine beside it: True is proved, False possible."""
    outer = nsg("outer", rule(100, "8080", "Internet"))
    front, *rest = host("front", "10.0.0.4", outer, public="198.51.100.7")
    back, *more = host("back", address, inner, net=target_net, state=state, group=group)
    parts = [front, *rest, back, *more, outer, net or vnet(), *others, *([inner] if inner else [])]
    found = graph(*parts, flawed=(front, back), holding=(back,))
    if proved(found, back) is not None:
        return True
    return False if possible(found, back) is not None else None


@pytest.mark.parametrize(
    ("why", "rules", "found"),
    [
        ("no rule of its own: a network is open inside", [], True),
        ("open to the network", [rule(100, "8080", "VirtualNetwork")], True),
        (
            "open to its range",
            [rule(100, "8080", "10.0.0.0/24"), rule(200, "*", "VirtualNetwork", "Deny")],
            True,
        ),
        ("denied to the network", [rule(100, "*", "VirtualNetwork", "Deny")], None),
        (
            "denied to everybody before",
            [rule(100, "*", "*", "Deny"), rule(200, "8080", "VirtualNetwork")],
            None,
        ),
        (
            "allowed before it is denied",
            [rule(100, "8080", "VirtualNetwork"), rule(200, "*", "*", "Deny")],
            True,
        ),
        ("a part of the network is denied", [rule(100, "*", "10.0.0.0/28", "Deny")], False),
        (
            "for another address",
            [
                rule(100, "*", "VirtualNetwork", "Deny", destinationAddressPrefix="10.0.0.9"),
                rule(200, "8080", "VirtualNetwork", destinationAddressPrefix="10.0.0.77"),
            ],
            None,
        ),
        (
            "out of another range",
            [rule(100, "8080", "10.0.9.0/24"), rule(200, "*", "VirtualNetwork", "Deny")],
            None,
        ),
    ],
)
def test_rules_inside_a_network(why: str, rules: list[dict[str, Any]], found: bool | None) -> None:
    assert lateral(inner=nsg("inner", *rules)) is found, why


def test_the_group_of_the_subnet_counts_too() -> None:
    shut = nsg("shut", rule(100, "*", "VirtualNetwork", "Deny"))
    assert lateral(net=vnet(guard=shut), others=(shut,)) is None
    lost = nsg("lost")
    assert lateral(net=vnet(guard=lost)) is None, "rules that nobody collected prove nothing"


def test_a_deallocated_neighbour_is_none() -> None:
    assert lateral(state="deallocated") is None


def test_application_groups() -> None:
    web = f"{GROUP}/providers/Microsoft.Network/applicationSecurityGroups/web"
    rules = [
        rule(100, "8080", "", sourceApplicationSecurityGroups=[{"id": web}]),
        rule(200, "*", "VirtualNetwork", "Deny"),
    ]
    assert lateral(inner=nsg("inner", *rules)) is None
    outer = nsg("outer", rule(100, "8080", "Internet"))
    front, *rest = host("front", "10.0.0.4", outer, public="198.51.100.7", group=web)
    inner = nsg("inner", *rules)
    back, *more = host("back", "10.0.0.9", inner)
    found = graph(front, *rest, back, *more, outer, inner, vnet(), flawed=(front, back), holding=(back,))
    assert labels(proved(found, back)) == ["internet", "front", "web", "back"]


@pytest.mark.parametrize(
    ("why", "near", "far", "found"),
    [
        ("not peered", "", "", None),
        ("peered", FAR, "", True),
        ("peered, but cut off since", FAR, "Disconnected", None),
        ("a peer of a peer is none", f"{GROUP}/providers/Microsoft.Network/virtualNetworks/v3", "", None),
    ],
)
def test_peered_networks(why: str, near: str, far: str, found: bool | None) -> None:
    third = vnet(f"{GROUP}/providers/Microsoft.Network/virtualNetworks/v3", "10.3.0.0/16", peer=FAR)
    own = vnet(peer=near, state=far or "Connected")
    other = vnet(FAR, "10.2.0.0/16")
    assert lateral(net=own, others=(other, third), target_net=FAR, address="10.2.0.9") is found, why


def test_a_thousand_machines_make_no_million_steps() -> None:
    parts = [part for n in range(300) for part in host(f"m{n}", f"10.0.{n // 200}.{n % 200 + 4}")]
    machines = [p for p in parts if "/virtualMachines/" in p.uid]
    found = graph(*parts, vnet(), flawed=tuple(machines))
    assert len(found.edges) < 4 * len(machines)


def test_the_subnets_own_group_closes_what_the_interfaces_group_opens() -> None:
    open_, shut = nsg("open", rule(100, "8080", "Internet")), nsg("shut", rule(100, "443", "Internet"))
    front, *rest = host("front", "10.0.0.4", open_, public="198.51.100.7")
    assert proved(graph(front, *rest, open_, vnet(), flawed=(front,), holding=(front,)), front) is not None
    closed = graph(front, *rest, open_, shut, vnet(guard=shut), flawed=(front,), holding=(front,))
    assert possible(closed, front) is None


@pytest.mark.parametrize(
    ("why", "rules", "public", "found"),
    [
        ("its group lets the internet in", [rule(100, "8080", "Internet")], True, True),
        ("its group does not", [rule(100, "22", "Internet")], True, False),
        ("an internal balancer", [rule(100, "8080", "Internet")], False, False),
    ],
)
def test_balancers_pass_on_what_groups_let_in(
    why: str, rules: list[dict[str, Any]], public: bool, found: bool
) -> None:
    guard = nsg("guard", *rules)
    back, nic, *_ = host("back", "10.0.0.9", guard)
    front = {"publicIPAddress": {"id": "ip"}} if public else {"privateIPAddress": "10.0.0.100"}
    pool = {
        "id": "pool",
        "properties": {"backendIPConfigurations": [{"id": f"{nic.uid}/ipConfigurations/c"}]},
    }
    balancer = azure(
        "Microsoft.Network/loadBalancers/lb",
        {
            "frontendIPConfigurations": [{"properties": front}],
            "backendAddressPools": [pool],
            "loadBalancingRules": [
                {"properties": {"backendAddressPool": {"id": "pool"}, "backendPort": 8080}}
            ],
        },
    )
    path = proved(graph(back, nic, guard, balancer, vnet(), flawed=(back,), holding=(back,)), back)
    assert (path is not None) is found, why


def test_a_gateway_leads_to_addresses_behind_it() -> None:
    back, nic, *_ = host("back", "10.0.0.9")
    gateway = azure(
        "Microsoft.Network/applicationGateways/gw",
        {
            "operationalState": "Running",
            "frontendIPConfigurations": [{"properties": {"publicIPAddress": {"id": "ip"}}}],
            "backendAddressPools": [
                {"name": "p", "properties": {"backendAddresses": [{"ipAddress": "10.0.0.9"}]}}
            ],
            "backendHttpSettingsCollection": [{"properties": {"port": 8080}}],
        },
    )
    path = proved(graph(back, nic, gateway, vnet(), flawed=(back,), holding=(back,)), back)
    assert labels(path) == ["internet", "gw", "back"]


@pytest.mark.parametrize(
    ("why", "properties", "state"),
    [
        (
            "a public container",
            {"allowBlobPublicAccess": True, "containers": [{"properties": {"publicAccess": "Blob"}}]},
            "proved",
        ),
        ("the account forbids it", {"containers": [{"properties": {"publicAccess": "Blob"}}]}, "none"),
        (
            "no container is public",
            {"allowBlobPublicAccess": True, "containers": [{"properties": {"publicAccess": "None"}}]},
            "none",
        ),
        ("containers were not collected", {"allowBlobPublicAccess": True}, "possible"),
        (
            "the network is shut",
            {
                "allowBlobPublicAccess": True,
                "networkAcls": {"defaultAction": "Deny"},
                "containers": [{"properties": {"publicAccess": "Container"}}],
            },
            "none",
        ),
    ],
)
def test_anonymous_containers(why: str, properties: dict[str, Any], state: str) -> None:
    data = store(**properties)
    found = graph(data, holding=(data,))
    path = possible(found, data)
    assert ("none" if path is None else "proved" if path.known else "possible") == state, why


def test_a_container_may_have_a_record_of_its_own() -> None:
    data = store(allowBlobPublicAccess=True)
    path = f"{data.uid}/blobServices/default/containers/open"
    apart = azure(path, {"publicAccess": "Container"})
    found = graph(data, apart, holding=(data,))
    assert proved(found, data) is not None
    assert found.path_of(apart.asset_id) is not None, "a finding on the container has the path that it opens"
    assert [point.asset_id for point in found.choke_points()] == [data.asset_id, apart.asset_id]


@pytest.mark.parametrize(
    ("why", "first", "last", "access", "chance"),
    [
        ("every address", "0.0.0.0", "255.255.255.255", "Enabled", 0.15),
        ("whatever runs in Azure", "0.0.0.0", "0.0.0.0", "Enabled", 0.015),
        ("an office", "203.0.113.1", "203.0.113.9", "Enabled", 0.0),
        ("public access off", "0.0.0.0", "255.255.255.255", "Disabled", 0.0),
    ],
)
def test_database_servers(why: str, first: str, last: str, access: str, chance: float) -> None:
    rules = [{"properties": {"startIpAddress": first, "endIpAddress": last}}]
    server = azure("Microsoft.Sql/servers/s1", {"publicNetworkAccess": access}, firewallRules=rules)
    database = azure(f"{server.uid}/databases/orders", {"status": "Online"})
    path = proved(graph(server, database, holding=(database,)), database)
    assert (path.edges[0].chance if path else 0.0) == pytest.approx(chance), why
    assert labels(path) in ([], ["internet", "s1", "orders"])


def settings(*pairs: tuple[str, str]) -> dict[str, Any]:
    """App settings."""
    return {"siteConfig": {"appSettings": [{"name": n, "value": v} for n, v in pairs]}}


def test_a_login_in_a_vault_opens_the_database_to_whoever_reads_the_vault() -> None:
    rules = [{"properties": {"startIpAddress": "0.0.0.0", "endIpAddress": "0.0.0.0"}}]
    server = azure("Microsoft.Sql/servers/s1", {"publicNetworkAccess": "Enabled"}, firewallRules=rules)
    database = azure(f"{server.uid}/databases/orders", {"status": "Online"})
    refers = settings(
        ("SQL_HOST", "s1.database.windows.net"),
        ("SQL_LOGIN", "@Microsoft.KeyVault(SecretUri=https://kv.vault.azure.net/secrets/login)"),
    )
    policy = {"objectId": "id-web", "permissions": {"secrets": ["get"]}}
    open_net = {"publicNetworkAccess": "Enabled", "networkAcls": {"defaultAction": "Allow"}}
    reads = azure("Microsoft.KeyVault/vaults/kv", {**open_net, "accessPolicies": [policy]})
    barred = azure("Microsoft.KeyVault/vaults/kv", {**open_net, "accessPolicies": []})
    web = app(**refers)
    path = proved(graph(web, reads, server, database, flawed=(web,), holding=(database,)), database)
    assert labels(path) == ["internet", "web", "identity of web", "kv", "s1", "orders"]
    stopped = proved(graph(web, barred, server, database, flawed=(web,), holding=(database,)), database)
    assert stopped is None or len(stopped.edges) == 2, "only the firewall's own weak way is left"


@pytest.mark.parametrize(
    ("why", "setting", "keys", "found"),
    [
        (
            "a key",
            "DefaultEndpointsProtocol=https;AccountName=store1;AccountKey=" + "a" * 44 + ";",
            True,
            True,
        ),
        ("a key that is not accepted", "AccountName=store1;AccountKey=" + "a" * 44, False, False),
        ("a signed address", "https://store1.blob.core.windows.net/c?sv=1&sig=abc", True, True),
        (
            "one by a key that is not accepted",
            "https://store1.blob.core.windows.net/c?sv=1&sig=abc",
            False,
            False,
        ),
        ("one by a login", "https://store1.blob.core.windows.net/c?skoid=1&sig=abc", False, True),
        ("only the name", "AccountName=store1", True, False),
    ],
)
def test_keys_of_stores_in_settings(why: str, setting: str, keys: bool, found: bool) -> None:
    web, data = app(**settings(("STORE", setting))), store(allowSharedKeyAccess=keys)
    path = proved(graph(web, data, flawed=(web,), holding=(data,)), data)
    assert (path is not None) is found, why
    assert path is None or "aaaa" not in path.edges[-1].why


def test_an_applications_secret_in_settings_is_that_application() -> None:
    client = "11111111-2222-4333-8444-555555555555"
    config = {"id": "sp", "appId": client, "servicePrincipalType": "Application"}
    principal = azure("/servicePrincipals/sp", {}, **config).model_copy(
        update={"type_id": "AZURE_AD_SERVICE_PRINCIPAL"}
    )
    data, grant = store(), assignment("Blob Reader", "sp")
    leaks = app(**settings(("AZURE_CLIENT_ID", client), ("AZURE_CLIENT_SECRET", "s3cr3t-value")))
    names = app(**settings(("AZURE_CLIENT_ID", client)))
    path = proved(graph(leaks, principal, data, grant, flawed=(leaks,), holding=(data,)), data)
    assert labels(path) == ["internet", "web", "sp", "store1"]
    assert possible(graph(names, principal, data, grant, flawed=(names,), holding=(data,)), data) is None


def test_snapshots_lead_to_the_disks_that_they_copy() -> None:
    disk = azure("Microsoft.Compute/disks/d1", {"diskState": "Attached"})
    copy = azure("Microsoft.Compute/snapshots/s1", {"creationData": {"sourceResourceId": disk.uid}})
    web, grant = app(), assignment("Contributor", "id-web")
    path = proved(graph(web, disk, copy, grant, flawed=(web,), holding=(disk,)), disk)
    assert path is not None
    out = azure("Microsoft.Compute/disks/d2", {"diskState": "ActiveSAS", "networkAccessPolicy": "AllowAll"})
    found = graph(out, holding=(out,))
    assert proved(found, out) is None
    assert possible(found, out) is not None
    kept = azure("Microsoft.Compute/disks/d2", {"diskState": "ActiveSAS", "networkAccessPolicy": "DenyAll"})
    assert possible(graph(kept, holding=(kept,)), kept) is None
