# ruff: noqa: E501 (a case is easier to read in one line)
"""Azure assignments: scopes, exceptions, denies, conditions, groups and what they turn into."""

from __future__ import annotations

from typing import Any

import pytest

from tools.priority.iam.azure.escalate import AzureEscalations, type_of
from tools.priority.iam.azure.estate import AzureEstate
from tools.priority.iam.logic import Verdict

SUB = "/subscriptions/s1"
GROUP = f"{SUB}/resourceGroups/rg"
VM = f"{GROUP}/providers/Microsoft.Compute/virtualMachines/vm1"
STORE = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/st1"
VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv1"
ROOT_GROUP = "/providers/Microsoft.Management/managementGroups/root"
BLOB = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"
OWNER, CONTRIBUTOR, READER = (
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
    "b24988ac-6180-42a0-ab88-20f7382dd24c",
    "acdd72a7-3385-48ef-bd42-f606fba81ae7",
)
BLOB_READER, UAA, VM_CONTRIBUTOR = (
    "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
    "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
    "9980e02c-c2be-4d73-94e8-173b1dc7cf3c",
)


def assignment(role: str, scope: str, who: str = "me", **more: Any) -> dict[str, Any]:
    reference = f"{SUB}/providers/Microsoft.Authorization/roleDefinitions/{role}"
    return {
        "id": f"{role[:4]}@{scope}",
        "properties": {"roleDefinitionId": reference, "principalId": who, "scope": scope, **more},
    }


def deny(scope: str, *, actions: list[str] | None = None, who: str = "me", **more: Any) -> dict[str, Any]:
    return {
        "name": "d",
        "properties": {
            "scope": scope,
            "permissions": [{"actions": actions or ["*"]}],
            "principals": [{"id": who}],
            **more,
        },
    }


def estate(*assignments: dict[str, Any], denies: tuple[dict[str, Any], ...] = ()) -> AzureEstate:
    found = AzureEstate()
    for one in assignments:
        found.add_assignment(one)
    for other in denies:
        found.add_deny(other)
    return found


CASES = [
    ("an assignment above is inherited", "allow", estate(assignment(READER, SUB)), "Microsoft.Compute/virtualMachines/read", VM, False),
    ("an assignment on the resource itself", "allow", estate(assignment(OWNER, VM)), "Microsoft.Compute/virtualMachines/delete", VM, False),
    ("an assignment on a neighbour", "deny", estate(assignment(OWNER, STORE)), "Microsoft.Compute/virtualMachines/delete", VM, False),
    ("a resource group whose name begins alike", "deny", estate(assignment(OWNER, f"{SUB}/resourceGroups/r")), "Microsoft.Compute/virtualMachines/delete", VM, False),
    ("scopes and actions have no case", "allow", estate(assignment(READER, SUB.upper())), "microsoft.compute/VIRTUALMACHINES/read", VM, False),
    ("the root covers everything", "allow", estate(assignment(OWNER, "/")), "Microsoft.Compute/virtualMachines/delete", VM, False),
    ("a contributor grants no roles", "deny", estate(assignment(CONTRIBUTOR, SUB)), "Microsoft.Authorization/roleAssignments/write", SUB, False),
    ("notActions are no deny: a second role allows", "allow", estate(assignment(CONTRIBUTOR, SUB), assignment(UAA, SUB)), "Microsoft.Authorization/roleAssignments/write", SUB, False),
    ("a reader writes nothing", "deny", estate(assignment(READER, SUB)), "Microsoft.Compute/virtualMachines/write", VM, False),
    ("an owner has no data actions", "deny", estate(assignment(OWNER, SUB)), BLOB, STORE, True),
    ("a data role has", "allow", estate(assignment(BLOB_READER, SUB)), BLOB, STORE, True),
    ("a data action is not an action", "deny", estate(assignment(BLOB_READER, SUB)), BLOB, STORE, False),
    ("an owner reads keys, which is as good", "allow", estate(assignment(OWNER, SUB)), "Microsoft.Storage/storageAccounts/listKeys/action", STORE, False),
    ("a condition is not judged", "unknown", estate(assignment(BLOB_READER, SUB, condition="@Resource[x] StringEquals 'y'")), BLOB, STORE, True),
    ("an unknown role may allow", "unknown", estate(assignment("00000000-1111-2222-3333-444444444444", SUB)), BLOB, STORE, True),
    ("a management group whose subscriptions are not known", "unknown", estate(assignment(OWNER, ROOT_GROUP)), "Microsoft.Compute/virtualMachines/delete", VM, False),
    ("a deny assignment wins", "deny", estate(assignment(OWNER, SUB), denies=(deny(GROUP),)), "Microsoft.Compute/virtualMachines/delete", VM, False),
    ("a deny assignment for somebody else", "allow", estate(assignment(OWNER, SUB), denies=(deny(GROUP, who="you"),)), "Microsoft.Compute/virtualMachines/delete", VM, False),
    ("a deny assignment for everybody but some", "allow", estate(assignment(OWNER, SUB), denies=(deny(GROUP, who="00000000-0000-0000-0000-000000000000", excludePrincipals=[{"id": "me"}]),)), "Microsoft.Compute/virtualMachines/delete", VM, False),
    ("a deny assignment for its own scope only", "allow", estate(assignment(OWNER, SUB), denies=(deny(GROUP, doNotApplyToChildScopes=True),)), "Microsoft.Compute/virtualMachines/delete", VM, False),
    ("a deny assignment under a condition", "unknown", estate(assignment(OWNER, SUB), denies=(deny(GROUP, condition="x"),)), "Microsoft.Compute/virtualMachines/delete", VM, False),
    ("a deny assignment for another action", "allow", estate(assignment(OWNER, SUB), denies=(deny(GROUP, actions=["*/write"]),)), "Microsoft.Compute/virtualMachines/delete", VM, False),
    ("a deny that does not parse may deny", "unknown", estate(assignment(OWNER, SUB), denies=({"name": "broken"},)), "Microsoft.Compute/virtualMachines/delete", VM, False),
    ("no assignment at all", "deny", estate(), "Microsoft.Compute/virtualMachines/read", VM, False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("why", "expect", "tenant", "action", "scope", "data"), CASES, ids=[c[0] for c in CASES]
)
def test_case(why: str, expect: str, tenant: AzureEstate, action: str, scope: str, data: bool) -> None:
    found = tenant.can("me", action, scope, data)
    assert found.verdict.value == expect
    assert bool(found.because) or not found.allowed


def test_management_groups_and_groups_in_circles() -> None:
    tenant = estate(assignment(OWNER, ROOT_GROUP, who="team"))
    tenant.add_parent(SUB, "/providers/Microsoft.Management/managementGroups/leaf")
    tenant.add_parent("/providers/Microsoft.Management/managementGroups/leaf", ROOT_GROUP)
    tenant.add_parent(ROOT_GROUP, "/providers/Microsoft.Management/managementGroups/leaf")
    for group, member in (("team", "inner"), ("inner", "team"), ("inner", "me")):
        tenant.add_member(group, member)
    assert tenant.can("me", "Microsoft.Compute/virtualMachines/delete", VM).allowed
    assert tenant.can("you", "Microsoft.Compute/virtualMachines/delete", VM).verdict is Verdict.DENY
    assert (
        tenant.can("me", "Microsoft.Compute/virtualMachines/delete", "/subscriptions/other").verdict
        is Verdict.UNKNOWN
    )


def test_custom_and_eligible_roles() -> None:
    tenant = AzureEstate()
    tenant.add_role(
        {
            "name": "c1",
            "properties": {
                "roleName": "C",
                "permissions": [{"actions": ["Microsoft.Compute/*"], "notActions": ["*/delete"]}],
            },
        }
    )
    tenant.add_role({"name": "bad", "properties": {}})
    tenant.add_assignment(assignment("c1", SUB))
    tenant.add_assignment(assignment(OWNER, SUB), eligible=True)
    tenant.add_assignment({"id": "bad"})
    assert tenant.can("me", "Microsoft.Compute/virtualMachines/write", VM).allowed
    assert tenant.can("me", "Microsoft.Compute/virtualMachines/delete", VM).verdict is Verdict.UNKNOWN
    assert [fault.where for fault in tenant.faults] == ["permissions", "properties"]


def test_escalation() -> None:
    tenant = estate(assignment(VM_CONTRIBUTOR, GROUP), assignment(UAA, STORE, who="granter"))
    tenant.add_identity(VM, "vm-identity")
    ways = AzureEscalations(tenant, [VM, STORE, VAULT])
    mine = {one.combination: one for one in ways.of("me")}
    assert mine["vm-run-command"].targets == ("vm-identity",)
    assert mine["vm-run-command"].verdict is Verdict.ALLOW
    assert mine["storage-list-keys"].targets == (STORE.lower(),)
    assert "role-assignments-write" not in mine
    assert {one.combination: one.targets for one in ways.of("granter")}["role-assignments-write"] == (
        STORE.lower(),
    )
    assert ways.of("nobody") == ()


def test_types() -> None:
    assert type_of(f"{VM}/extensions/x") == "microsoft.compute/virtualmachines/extensions"
    assert type_of(SUB) == ""
