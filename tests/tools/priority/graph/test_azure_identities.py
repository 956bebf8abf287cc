"""Azure: what identities reach by roles, keys, access policies and networks; each with what stops it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tools.priority.graph.clouds import (
    GROUP,
    SUB,
    app,
    assignment,
    azure,
    graph,
    labels,
    possible,
    proved,
    store,
    user,
)
from tools.findings.model import AssetRecord

OTHER = f"/subscriptions/{SUB}/resourceGroups/rg-other"


def vm(name: str = "vm1", **more: Any) -> AssetRecord:
    """A running machine with an identity, nothing in front of it recorded."""
    status = more.pop("state", "running")
    properties = {
        "instanceView": {"statuses": [{"code": f"PowerState/{status}"}]},
        **more.pop("properties", {}),
    }
    return azure(f"Microsoft.Compute/virtualMachines/{name}", properties, **more)


def test_an_app_reads_blobs_by_a_role_and_every_step_says_why() -> None:
    web, data = app(), store()
    grant = assignment("Blob Reader", "id-web", data.uid)
    path = proved(graph(web, data, grant, flawed=(web,), holding=(data,)), data)
    assert labels(path) == ["internet", "web", "identity of web", "store1"]
    assert path is not None
    assert "CVE-2021-44228" in path.edges[0].why
    assert "Storage Blob Data Reader" in path.edges[-1].why
    assert path.edges[-1].asset_ids == (grant.asset_id,)
    assert set(path.asset_ids()) == {web.asset_id, grant.asset_id, data.asset_id}


@pytest.mark.parametrize(
    ("why", "properties"),
    [
        ("stopped", {"state": "Stopped"}),
        ("disabled", {"enabled": False}),
        ("no public access", {"publicNetworkAccess": "Disabled"}),
        (
            "an office only",
            {
                "siteConfig": {
                    "ipSecurityRestrictions": [
                        {"ipAddress": "203.0.113.0/28", "action": "Allow", "priority": 1}
                    ]
                }
            },
        ),
    ],
)
def test_an_app_that_nobody_reaches_is_no_entry(why: str, properties: dict[str, Any]) -> None:
    web, data = app(**properties), store()
    grant = assignment("Blob Reader", "id-web", data.uid)
    assert possible(graph(web, data, grant, flawed=(web,), holding=(data,)), data) is None, why


def test_a_login_before_an_app_makes_it_a_hard_entry() -> None:
    auth = {"enabled": True, "unauthenticatedClientAction": "RedirectToLoginPage"}
    bare, asked, data = app(), app(siteAuthSettings=auth), store()
    grant = assignment("Blob Reader", "id-web", data.uid)
    easy = proved(graph(bare, data, grant, flawed=(bare,), holding=(data,)), data)
    hard = proved(graph(asked, data, grant, flawed=(asked,), holding=(data,)), data)
    assert easy is not None
    assert hard is not None
    assert hard.chance < 0.1 * easy.chance


@pytest.mark.parametrize(
    ("why", "role", "scope", "properties", "found"),
    [
        ("the data action at the subscription", "Blob Reader", f"/subscriptions/{SUB}", {}, True),
        ("a role that reads configuration only", "Reader", f"/subscriptions/{SUB}", {}, False),
        ("another group", "Blob Reader", OTHER, {}, False),
        ("a group whose name begins alike", "Blob Reader", GROUP[:-1], {}, False),
        ("keys", "Key Operator", GROUP, {}, True),
        (
            "keys that the account does not accept",
            "Key Operator",
            GROUP,
            {"allowSharedKeyAccess": False},
            False,
        ),
        (
            "whoever changes the account lets keys in again",
            "Contributor",
            GROUP,
            {"allowSharedKeyAccess": False},
            True,
        ),
        ("the network is shut", "Blob Reader", GROUP, {"networkAcls": {"defaultAction": "Deny"}}, False),
        (
            "whoever changes the account opens its network",
            "Contributor",
            GROUP,
            {"networkAcls": {"defaultAction": "Deny"}},
            True,
        ),
        ("public access off", "Blob Reader", GROUP, {"publicNetworkAccess": "Disabled"}, False),
    ],
)
def test_who_reads_a_store(why: str, role: str, scope: str, properties: dict[str, Any], found: bool) -> None:
    web, data = app(), store(**properties)
    grant = assignment(role, "id-web", scope)
    path = proved(graph(web, data, grant, flawed=(web,), holding=(data,)), data)
    assert (path is not None) is found, why


def test_a_listed_subnet_or_a_private_endpoint_lets_the_app_in() -> None:
    subnet = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/v1/subnets/apps"
    beside = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/v1/subnets/links"
    far = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/v2/subnets/links"
    web = app(virtualNetworkSubnetId=subnet)
    grant = assignment("Blob Reader", "id-web")

    def reached(data: AssetRecord, *others: AssetRecord) -> bool:
        return proved(graph(web, data, grant, *others, flawed=(web,), holding=(data,)), data) is not None

    def endpoint(where: str, data: AssetRecord) -> AssetRecord:
        link = {"properties": {"privateLinkServiceId": data.uid}}
        return azure(
            "Microsoft.Network/privateEndpoints/pe",
            {"subnet": {"id": where}, "privateLinkServiceConnections": [link]},
        )

    closed = {"defaultAction": "Deny", "virtualNetworkRules": [{"id": subnet.upper()}]}
    assert reached(store(networkAcls=closed))
    shut = store(publicNetworkAccess="Disabled")
    assert not reached(shut)
    assert reached(shut, endpoint(beside, shut))
    assert not reached(shut, endpoint(far, shut))
    assert not reached(store(publicNetworkAccess="Disabled", networkAcls=closed))


def test_a_deny_assignment_wins_and_a_condition_leaves_it_open() -> None:
    web, data = app(), store()
    deny = azure(
        f"{GROUP}/providers/Microsoft.Authorization/denyAssignments/d1",
        {
            "denyAssignmentName": "keep out",
            "scope": GROUP,
            "permissions": [{"dataActions": ["Microsoft.Storage/*"], "actions": []}],
            "principals": [{"id": "00000000-0000-0000-0000-000000000000"}],
        },
    )
    grant = assignment("Blob Reader", "id-web")
    assert possible(graph(web, data, grant, deny, flawed=(web,), holding=(data,)), data) is None
    only = assignment("Blob Reader", "id-web", condition="@Resource[x] StringEquals 'y'")
    found = graph(web, data, only, flawed=(web,), holding=(data,))
    assert proved(found, data) is None
    assert possible(found, data) is not None


def test_groups_count_for_their_members() -> None:
    web, data = app(), store()
    grant = assignment("Blob Reader", "team")
    group = azure("/groups/team", {}, members=[{"id": "id-web"}]).model_copy(
        update={"type_id": "AZURE_AD_GROUP"}
    )
    assert proved(graph(web, data, grant, flawed=(web,), holding=(data,)), data) is None
    assert proved(graph(web, data, grant, group, flawed=(web,), holding=(data,)), data) is not None


def test_a_user_assigned_identity_is_on_the_path() -> None:
    identity = azure("Microsoft.ManagedIdentity/userAssignedIdentities/deployer", {"principalId": "id-dep"})
    web = azure(
        "Microsoft.Web/sites/web",
        {"state": "Running"},
        identity={"type": "UserAssigned", "userAssignedIdentities": {identity.uid: {"clientId": "c"}}},
    )
    data, grant = store(), assignment("Blob Reader", "id-dep")
    path = proved(graph(web, identity, data, grant, flawed=(web,), holding=(data,)), data)
    assert labels(path) == ["internet", "web", "deployer", "store1"]


def test_owners_administer_a_subscription_and_of_a_group_only_what_is_in_it() -> None:
    web, data = app(), store()
    whole = proved(graph(web, data, assignment("Owner", "id-web"), flawed=(web,)), f"admin:{SUB}")
    assert whole is not None
    assert whole.jewel.value == 1.0
    inner = graph(web, data, assignment("Owner", "id-web", GROUP), flawed=(web,), holding=(data,))
    assert f"admin:{SUB}" not in inner.place
    assert proved(inner, data) is not None
    outer = graph(web, data, assignment("Owner", "id-web", OTHER), flawed=(web,), holding=(data,))
    assert possible(outer, data) is None


def test_a_management_group_is_wide_where_the_hierarchy_says_so_and_possible_elsewhere() -> None:
    top = "/providers/Microsoft.Management/managementGroups/all"
    web, data = app(), store()
    grant = assignment("Blob Reader", "id-web", top)
    sub = azure(f"/subscriptions/{SUB}", {"managementGroup": {"id": top}}).model_copy(
        update={"type_id": "AZURE_SUBSCRIPTION"}
    )
    unknown = graph(web, data, grant, flawed=(web,), holding=(data,))
    assert proved(unknown, data) is None
    assert possible(unknown, data) is not None
    assert proved(graph(web, data, grant, sub, flawed=(web,), holding=(data,)), data) is not None


@pytest.mark.parametrize(
    ("why", "properties", "role", "found"),
    [
        (
            "an access policy",
            {"accessPolicies": [{"objectId": "id-web", "permissions": {"secrets": ["get"]}}]},
            None,
            True,
        ),
        (
            "one that lists only",
            {"accessPolicies": [{"objectId": "id-web", "permissions": {"secrets": ["list"]}}]},
            None,
            False,
        ),
        (
            "somebody else's",
            {"accessPolicies": [{"objectId": "id-x", "permissions": {"secrets": ["get"]}}]},
            None,
            False,
        ),
        (
            "policies do not count where roles decide",
            {
                "enableRbacAuthorization": True,
                "accessPolicies": [{"objectId": "id-web", "permissions": {"secrets": ["get"]}}],
            },
            None,
            False,
        ),
        ("a role", {"enableRbacAuthorization": True}, "Secrets User", True),
        ("a role where policies decide", {"enableRbacAuthorization": False}, "Secrets User", False),
        (
            "a contributor lets itself into a vault with policies",
            {"enableRbacAuthorization": False},
            "Contributor",
            True,
        ),
        ("but not into one with roles", {"enableRbacAuthorization": True}, "Contributor", False),
        (
            "a private vault",
            {
                "publicNetworkAccess": "Disabled",
                "accessPolicies": [{"objectId": "id-web", "permissions": {"secrets": ["get"]}}],
            },
            None,
            False,
        ),
    ],
)
def test_who_reads_a_vault(why: str, properties: dict[str, Any], role: str | None, found: bool) -> None:
    usual = {"publicNetworkAccess": "Enabled", "networkAcls": {"defaultAction": "Allow"}}
    web, vault = app(), azure("Microsoft.KeyVault/vaults/kv", {**usual, **properties})
    grants = [assignment(role, "id-web")] if role else []
    path = proved(graph(web, vault, *grants, flawed=(web,)), vault)
    assert (path is not None) is found, why


@pytest.mark.parametrize(
    ("who", "access", "found"),
    [("id-web", "Enabled", True), ("id-x", "Enabled", False), ("id-web", "Disabled", False)],
)
def test_the_administrator_of_a_database_server(who: str, access: str, found: bool) -> None:
    rules = [{"properties": {"startIpAddress": "0.0.0.0", "endIpAddress": "0.0.0.0"}}]
    properties = {"publicNetworkAccess": access, "administrators": {"sid": who, "login": "dba"}}
    server = azure("Microsoft.Sql/servers/s1", properties, firewallRules=rules)
    database = azure(f"{server.uid}/databases/orders", {})
    web = app()
    path = proved(graph(web, server, database, flawed=(web,), holding=(database,)), database)
    assert (labels(path) == ["internet", "web", "identity of web", "s1", "orders"]) is found


def test_a_command_on_a_machine_gives_its_identity_unless_it_is_deallocated() -> None:
    data, owner = store(allowSharedKeyAccess=False), assignment("Blob Reader", "id-vm")
    grant = assignment("VM Contributor", "id-web")
    web = app()
    live = vm(identity={"type": "SystemAssigned", "principalId": "id-vm"})
    off = vm(identity={"type": "SystemAssigned", "principalId": "id-vm"}, state="deallocated")
    path = proved(graph(web, live, data, owner, grant, flawed=(web,), holding=(data,)), data)
    assert labels(path) == ["internet", "web", "identity of web", "vm1", "identity of vm1", "store1"]
    stopped = graph(web, off, data, owner, grant, flawed=(web,), holding=(data,))
    assert proved(stopped, data) is None
    assert off.asset_id not in stopped.place


def test_assignments_that_nobody_collected_make_a_possible_path() -> None:
    web = app()
    found = graph(web, flawed=(web,))
    assert proved(found, f"admin:{SUB}") is None
    assert possible(found, f"admin:{SUB}") is not None


@pytest.mark.parametrize(
    ("why", "fields", "role", "chance"),
    [
        ("a guest who owns the subscription", {}, "Owner", 0.12),
        ("a guest with a password alone", {"isMfaRegistered": False}, "Owner", 0.296),
        ("a member with a password alone", {"userType": "Member", "isMfaRegistered": False}, "Owner", 0.2),
        ("a member with a second factor", {"userType": "Member", "isMfaRegistered": True}, "Owner", 0.0),
        ("a guest whose account is off", {"accountEnabled": False}, "Owner", 0.0),
        ("a guest who has not accepted", {"externalUserState": "PendingAcceptance"}, "Owner", 0.0),
        ("a guest who reads configuration", {}, "Reader", 0.0),
    ],
)
def test_people_sign_in(why: str, fields: dict[str, Any], role: str, chance: float) -> None:
    who = user(**fields)
    path = possible(graph(who, assignment(role, "guest-1")), f"admin:{SUB}")
    assert (path.edges[0].chance if path else 0.0) == pytest.approx(chance), why


def test_applications_of_others_and_tokens_that_strangers_get() -> None:
    sub = azure(f"/subscriptions/{SUB}", {}, tenantId="home").model_copy(
        update={"type_id": "AZURE_SUBSCRIPTION"}
    )
    config = {
        "id": "sp",
        "appId": "a",
        "servicePrincipalType": "Application",
        "appOwnerOrganizationId": "elsewhere",
    }
    foreign = azure("/servicePrincipals/sp", {}, **config).model_copy(
        update={"type_id": "AZURE_AD_SERVICE_PRINCIPAL"}
    )
    path = proved(graph(sub, foreign, assignment("Owner", "sp")), f"admin:{SUB}")
    assert path is not None
    assert path.edges[0].chance == 0.15
    own = azure("/servicePrincipals/sp", {}, **{**config, "appOwnerOrganizationId": "home"}).model_copy(
        update={"type_id": "AZURE_AD_SERVICE_PRINCIPAL"}
    )
    assert possible(graph(sub, own, assignment("Owner", "sp")), f"admin:{SUB}") is None
    for pattern, found in (
        ("claims['sub'] matches 'repo:*'", True),
        ("claims['sub'] matches 'repo:acme/*'", False),
    ):
        identity = azure(
            "Microsoft.ManagedIdentity/userAssignedIdentities/ci",
            {"principalId": "id-ci"},
            federatedIdentityCredentials=[
                {
                    "issuer": "https://token.actions.githubusercontent.com",
                    "claimsMatchingExpression": {"value": pattern},
                }
            ],
        )
        path = proved(graph(identity, assignment("Owner", "id-ci")), f"admin:{SUB}")
        assert (path is not None) is found, pattern
