"""Exposure of Azure and Google Cloud resources, from the clouds' own objects."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tools.priority.building import ACCOUNT, asset, context, exposed

SUB = f"/subscriptions/{ACCOUNT}/resourceGroups/rg/providers"


def azure(path: str, properties: dict[str, Any]) -> Any:
    return asset(f"{SUB}/{path}", {"properties": properties}, provider="AZURE")


def nsg(*rules: dict[str, Any]) -> Any:
    return azure(
        "Microsoft.Network/networkSecurityGroups/nsg1", {"securityRules": [{"properties": r} for r in rules]}
    )


def rule(
    access: str = "Allow",
    port: str = "22",
    source: str = "*",
    priority: int = 200,
    direction: str = "Inbound",
) -> Any:
    return {
        "access": access,
        "direction": direction,
        "protocol": "Tcp",
        "priority": priority,
        "sourceAddressPrefix": source,
        "destinationPortRange": port,
    }


def machine(running: bool = True) -> tuple[Any, Any]:
    nic_id = f"{SUB}/Microsoft.Network/networkInterfaces/nic1"
    code = "PowerState/running" if running else "PowerState/deallocated"
    vm = azure(
        "Microsoft.Compute/virtualMachines/vm1",
        {
            "networkProfile": {"networkInterfaces": [{"id": nic_id}]},
            "instanceView": {"statuses": [{"code": code}]},
        },
    )
    nic = azure(
        "Microsoft.Network/networkInterfaces/nic1",
        {
            "networkSecurityGroup": {"id": f"{SUB}/Microsoft.Network/networkSecurityGroups/nsg1"},
            "ipConfigurations": [
                {"properties": {"publicIPAddress": {"id": f"{SUB}/Microsoft.Network/publicIPAddresses/ip1"}}}
            ],
        },
    )
    return vm, nic


def test_an_azure_machine_behind_its_interface_and_group() -> None:
    vm, nic = machine()
    address = azure("Microsoft.Network/publicIPAddresses/ip1", {"ipAddress": "203.0.113.20"})
    found = exposed(vm, nic, nsg(rule()), address).fact
    assert found.state == "known"
    assert found.value == "22 open to * on nsg1, public address 203.0.113.20"
    assert exposed(nsg(rule()), vm, nic, address).fact.state == "known"


@pytest.mark.parametrize(
    "rules",
    [
        (rule(source="10.0.0.0/8"),),
        (rule(direction="Outbound"),),
        (rule(access="Deny", priority=100), rule(priority=200)),
        (rule(access="Deny", port="*", priority=100), rule(port="3389", priority=200)),
        (),
    ],
)
def test_rules_that_let_nothing_in(rules: Any) -> None:
    vm, nic = machine()
    assert exposed(vm, nic, nsg(*rules)).fact.state == "absent"


def test_a_later_deny_does_not_undo_an_earlier_allow() -> None:
    vm, nic = machine()
    assert exposed(vm, nic, nsg(rule(priority=100), rule(access="Deny", priority=200))).fact.state == "known"


@pytest.mark.parametrize(("port", "seen"), [("22", "22 open"), ("443", "absent"), ("0-100", "22 open")])
def test_only_what_both_groups_open_is_open(port: str, seen: str) -> None:
    vm, nic = machine()
    config = dict(nic.config["properties"])
    path = "Microsoft.Network/networkSecurityGroups/nsg2"
    inner = {**config["ipConfigurations"][0]["properties"]}
    inner["subnet"] = {"properties": {"networkSecurityGroup": {"id": f"{SUB}/{path}"}}}
    config["ipConfigurations"] = [{"properties": inner}]
    second = azure(path, {"securityRules": [{"properties": rule(port=port)}]})
    found = exposed(
        vm, nic.model_copy(update={"config": {"properties": config}}), nsg(rule(port="22-25")), second
    ).fact
    assert found.state == ("absent" if seen == "absent" else "known")
    if seen != "absent":
        assert "22" in found.value
        assert "443" not in found.value


def test_a_deallocated_machine_is_no_door() -> None:
    vm, nic = machine(running=False)
    assert exposed(vm, nic, nsg(rule())).fact.state == "absent"


def test_a_group_that_was_not_collected_is_unknown() -> None:
    vm, nic = machine()
    assert exposed(vm, nic).fact.state == "unknown"


@pytest.mark.parametrize(
    ("path", "properties", "state"),
    [
        (
            "Microsoft.Storage/storageAccounts/s",
            {
                "allowBlobPublicAccess": True,
                "publicNetworkAccess": "Enabled",
                "containers": [{"name": "c", "publicAccess": "Blob"}],
            },
            "known",
        ),
        ("Microsoft.Storage/storageAccounts/s", {"allowBlobPublicAccess": True}, "unknown"),
        ("Microsoft.Storage/storageAccounts/s", {"allowBlobPublicAccess": False}, "absent"),
        (
            "Microsoft.Storage/storageAccounts/s",
            {"allowBlobPublicAccess": True, "networkAcls": {"defaultAction": "Deny"}},
            "absent",
        ),
        (
            "Microsoft.Sql/servers/s",
            {
                "publicNetworkAccess": "Enabled",
                "firewallRules": [{"startIpAddress": "0.0.0.0", "endIpAddress": "255.255.255.255"}],
            },
            "known",
        ),
        (
            "Microsoft.Sql/servers/s",
            {
                "publicNetworkAccess": "Enabled",
                "firewallRules": [{"startIpAddress": "198.51.100.1", "endIpAddress": "198.51.100.9"}],
            },
            "absent",
        ),
        ("Microsoft.Sql/servers/s", {"publicNetworkAccess": "Disabled"}, "absent"),
        ("Microsoft.Sql/servers/s", {"publicNetworkAccess": "Enabled"}, "unknown"),
        ("Microsoft.KeyVault/vaults/v", {"networkAcls": {"defaultAction": "Allow"}}, "known"),
        (
            "Microsoft.ContainerService/managedClusters/a",
            {"apiServerAccessProfile": {"enablePrivateCluster": True}},
            "absent",
        ),
        ("Microsoft.ContainerService/managedClusters/a", {"apiServerAccessProfile": {}}, "known"),
    ],
)
def test_azure_services(path: str, properties: dict[str, Any], state: str) -> None:
    assert exposed(azure(path, properties)).fact.state == state


def google(path: str, config: dict[str, Any]) -> Any:
    return asset(f"//compute.googleapis.com/projects/p/{path}", config, provider="GCP")


def vm(tags: list[str] | None = None, **changes: Any) -> Any:
    described = {
        "status": "RUNNING",
        "networkInterfaces": [
            {"network": "global/networks/default", "accessConfigs": [{"natIP": "203.0.113.30"}]}
        ],
        "tags": {"items": tags or ["web"]},
        **changes,
    }
    return google("zones/z/instances/vm1", described)


def firewall(**changes: Any) -> Any:
    described = {
        "direction": "INGRESS",
        "network": "global/networks/default",
        "sourceRanges": ["0.0.0.0/0"],
        "allowed": [{"IPProtocol": "tcp", "ports": ["22"]}],
        "targetTags": ["web"],
        **changes,
    }
    return google("global/firewalls/fw1", described)


def test_a_google_machine_behind_its_firewall_rule() -> None:
    assert exposed(vm(), firewall()).fact.value == "22 open to 0.0.0.0/0 by fw1, public address 203.0.113.30"
    assert exposed(firewall(), vm()).fact.state == "known"


@pytest.mark.parametrize(
    "changes",
    [
        {"disabled": True},
        {"direction": "EGRESS"},
        {"targetTags": ["db"]},
        {"network": "global/networks/other"},
        {"sourceRanges": ["10.0.0.0/8"]},
        {"allowed": [{"IPProtocol": "icmp"}]},
    ],
)
def test_firewall_rules_that_do_not_reach_the_machine(changes: dict[str, Any]) -> None:
    assert exposed(vm(), firewall(**changes)).fact.state == "absent"


def deny(**changes: Any) -> Any:
    described = {
        "network": "projects/p/global/networks/default",
        "direction": "INGRESS",
        "priority": 900,
        "denied": [{"IPProtocol": "tcp"}],
        "sourceRanges": ["0.0.0.0/0"],
        **changes,
    }
    return google("global/firewalls/no", described)


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "absent"),
        ({"priority": 1000}, "absent"),
        ({"priority": 1100}, "known"),
        ({"disabled": True}, "known"),
        ({"sourceRanges": ["198.51.100.0/24"]}, "known"),
        ({"targetTags": ["other"]}, "known"),
        ({"denied": [{"IPProtocol": "tcp", "ports": ["443"]}]}, "known"),
        ({"denied": [{"IPProtocol": "tcp", "ports": ["20-25"]}]}, "absent"),
        ({"direction": "EGRESS"}, "known"),
    ],
)
def test_a_deny_that_comes_first_closes(changes: dict[str, Any], state: str) -> None:
    assert exposed(vm(), firewall(priority=1000), deny(**changes)).fact.state == state


def test_google_machines_that_are_no_door() -> None:
    assert exposed(vm(status="TERMINATED"), firewall()).fact.state == "absent"
    assert exposed(vm(networkInterfaces=[{"network": "n"}]), firewall()).fact.state == "absent"
    assert exposed(vm()).fact.state == "unknown"


EVERYONE = {"bindings": [{"role": "roles/storage.objectViewer", "members": ["allUsers"]}]}


@pytest.mark.parametrize(
    ("uid", "config", "state"),
    [
        ("//storage.googleapis.com/buckets/b", {"iamPolicy": EVERYONE}, "known"),
        (
            "//storage.googleapis.com/buckets/b",
            {"iamPolicy": EVERYONE, "iamConfiguration": {"publicAccessPrevention": "enforced"}},
            "absent",
        ),
        ("//storage.googleapis.com/buckets/b", {"iamPolicy": {"bindings": []}}, "absent"),
        ("//storage.googleapis.com/buckets/b", {"location": "EU"}, "unknown"),
        (
            "//cloudfunctions.googleapis.com/projects/p/locations/l/functions/f",
            {"iamPolicy": EVERYONE},
            "known",
        ),
        (
            "//sqladmin.googleapis.com/projects/p/instances/db",
            {
                "settings": {
                    "ipConfiguration": {"ipv4Enabled": True, "authorizedNetworks": [{"value": "0.0.0.0/0"}]}
                }
            },
            "known",
        ),
        (
            "//sqladmin.googleapis.com/projects/p/instances/db",
            {"settings": {"ipConfiguration": {"ipv4Enabled": False}}},
            "absent",
        ),
        (
            "//bigquery.googleapis.com/projects/p/datasets/d",
            {"access": [{"specialGroup": "allAuthenticatedUsers"}]},
            "known",
        ),
        (
            "//container.googleapis.com/projects/p/locations/l/clusters/c",
            {
                "masterAuthorizedNetworksConfig": {
                    "enabled": True,
                    "cidrBlocks": [{"cidrBlock": "198.51.100.0/24"}],
                }
            },
            "absent",
        ),
    ],
)
def test_google_services(uid: str, config: dict[str, Any], state: str) -> None:
    assert exposed(asset(uid, config, provider="GCP")).fact.state == state


def test_a_rule_stands_on_the_path_of_the_machine_it_opens() -> None:
    machine = vm(
        serviceAccounts=[{"email": "s@p", "scopes": ["https://www.googleapis.com/auth/cloud-platform"]}]
    )
    account = asset(
        "//iam.googleapis.com/projects/p/serviceAccounts/s@p", {"roles": ["roles/owner"]}, provider="GCP"
    )
    rule_facts = context(firewall(), machine, account).facts_of(firewall())
    assert rule_facts.path.state == "known"
    assert rule_facts.path.value.startswith("internet → vm1")


@pytest.mark.parametrize(
    ("why", "account", "access", "store_state", "container_state"),
    [
        ("open", {"allowBlobPublicAccess": True}, "Container", "known", "known"),
        ("open for blobs", {"allowBlobPublicAccess": True}, "Blob", "known", "known"),
        ("the account forbids it", {"allowBlobPublicAccess": False}, "Blob", "absent", "absent"),
        ("the container does not allow it", {"allowBlobPublicAccess": True}, "None", "absent", "absent"),
        ("the account does not say", {}, "Blob", "unknown", "unknown"),
        (
            "the network is shut",
            {"allowBlobPublicAccess": True, "networkAcls": {"defaultAction": "Deny"}},
            "Container",
            "absent",
            "absent",
        ),
    ],
)
def test_blob_containers_with_records_of_their_own(
    why: str, account: dict[str, Any], access: str, store_state: str, container_state: str
) -> None:
    store = azure("Microsoft.Storage/storageAccounts/st1", {"publicNetworkAccess": None, **account})
    container = azure(
        "Microsoft.Storage/storageAccounts/st1/blobServices/default/containers/in", {"publicAccess": access}
    )
    found, of = exposed(store, container).fact, exposed(container, store).fact
    assert (found.state, of.state) == (store_state, container_state), why
    if store_state == "known":
        assert found.value == "anyone can read in of st1" == of.value
    alone = exposed(container).fact
    assert alone.state == ("absent" if access == "None" else "unknown"), why


@pytest.mark.parametrize(
    ("why", "machines", "state", "words"),
    [
        ("it reaches one", (vm(),), "known", "reaches vm1"),
        ("about none", (vm(tags=["db"]),), "absent", "it is about no machine"),
        (
            "about one without an address",
            (vm(networkInterfaces=[{"network": "default"}]),),
            "absent",
            "public address",
        ),
        (
            "about one that is not settled",
            (google("zones/z/instances/vm1", {"status": "RUNNING", "tags": {"items": ["web"]}}),),
            "unknown",
            "is about vm1",
        ),
        ("no machine recorded", (), "unknown", "no record says what is behind it"),
    ],
)
def test_what_is_behind_a_google_rule(why: str, machines: tuple[Any, ...], state: str, words: str) -> None:
    fact = exposed(firewall(), *machines).fact
    assert fact.state == state, why
    assert words in fact.value


def test_a_rule_of_a_shared_network_reaches_machines_of_other_projects() -> None:
    link = "https://www.googleapis.com/compute/v1/projects/host/global/networks/net"
    guest = vm(networkInterfaces=[{"network": link}]).model_copy(update={"account": "guest"})
    own = vm(tags=["db"])
    near = own.model_copy(update={"asset_id": "near", "uid": own.uid.replace("vm1", "vm2")})
    rule = firewall(network=link)
    assert exposed(rule, near).fact.value.endswith("it is about no machine")
    assert exposed(rule, near, guest).fact.value.endswith("no machine behind it has a public address")
