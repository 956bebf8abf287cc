"""Azure role assignments and users, as Azure Resource Manager and Microsoft Graph answer."""

from __future__ import annotations

from tools.tenant.estate.azure_core import subscription
from tools.tenant.estate.cell import Cell, Resource

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
