"""A Google Cloud project, its policy, service accounts and identity pools."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tools.tenant.estate.cell import Cell, Resource


def project(cell: Cell) -> Resource:
    """The project itself, with its policy."""
    number = cell.number(10**11, 10**12 - 1)
    uid = f"//cloudresourcemanager.googleapis.com/projects/{number}"
    config: dict[str, Any] = {
        "projectId": cell.account.id,
        "projectNumber": str(number),
        "name": cell.account.name,
        "lifecycleState": "ACTIVE",
        "parent": {"type": "organization", "id": "718034429051"},
        "iamPolicy": {
            "version": 1,
            "bindings": [
                {"role": "roles/owner", "members": [f"group:{cell.account.team}-leads@halden.example"]},
                {"role": "roles/viewer", "members": [f"group:{cell.account.team}@halden.example"]},
            ],
        },
    }
    if cell.chance(0.5):
        config["iamPolicy"]["auditConfigs"] = [{"service": "allServices"}]
    found = cell.add("gcp.project", uid, cell.account.id, config, region="global")
    cell.used["project"] = found
    cell.used["number"] = number
    return found


def bind(target: Resource, role: str, *members: str, condition: dict[str, str] | None = None) -> None:
    """Add a grant to the policy of a resource or project."""
    binding: dict[str, Any] = {"role": role, "members": list(members)}
    if condition:
        binding["condition"] = condition
    target.config["iamPolicy"]["bindings"].append(binding)


def service_account(cell: Cell, stem: str, *, keys: Sequence[float] = (), name: str = "") -> Resource:
    """A service account; `keys`: ages in days of those that people manage."""
    name = name or cell.name(stem)
    email = f"{name}@{cell.account.id}.iam.gserviceaccount.com"
    return _account(cell, email, name, keys)


def default_account(cell: Cell) -> Resource:
    """The account that machines get when nobody chooses one."""
    known: Resource | None = cell.used.get("default account")
    if known is None:
        email = f"{cell.used['number']}-compute@developer.gserviceaccount.com"
        known = cell.used["default account"] = _account(cell, email, email, ())
    return known


def _account(cell: Cell, email: str, name: str, keys: Sequence[float]) -> Resource:
    uid = f"//iam.googleapis.com/projects/{cell.account.id}/serviceAccounts/{email}"
    config = {
        "name": f"projects/{cell.account.id}/serviceAccounts/{email}",
        "email": email,
        "uniqueId": str(cell.number(10**20, 10**21 - 1)),
        "projectId": cell.account.id,
        "disabled": False,
        "keys": [
            {
                "name": f"projects/{cell.account.id}/serviceAccounts/{email}/keys/{cell.hexes(40)}",
                "keyType": "USER_MANAGED",
                "validAfterTime": cell.iso(age),
            }
            for age in keys
        ],
        "iamPolicy": {"version": 1, "bindings": []},
    }
    return cell.add("gcp.account", uid, name, config, region="global", tagged=False)


def pool_provider(cell: Cell, *, condition: str = "") -> tuple[Resource, str]:
    """A provider of a workload identity pool for builds on a public code host; and the pool's path."""
    pool = cell.name("builds")
    path = f"projects/{cell.used['number']}/locations/global/workloadIdentityPools/{pool}"
    config: dict[str, Any] = {
        "name": f"{path}/providers/github",
        "state": "ACTIVE",
        "oidc": {"issuerUri": "https://token.actions.githubusercontent.com"},
        "attributeMapping": {
            "google.subject": "assertion.sub",
            "attribute.repository": "assertion.repository",
        },
    }
    if condition:
        config["attributeCondition"] = condition
    uid = f"//iam.googleapis.com/{path}/providers/github"
    return cell.add("gcp.pool", uid, f"{pool}/github", config, region="global", tagged=False), path
