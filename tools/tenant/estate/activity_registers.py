"""What registers know: the CMDB, and which permissions are used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tools.tenant.estate.activity_changes import asset_label
from tools.tenant.estate.cell import Cell, Resource
from tools.tenant.estate.company import OWNERS

Table = tuple[str, Sequence[str], list[tuple[Any, ...]]]

_TIERS = {
    "tier-1": "1 - most critical",
    "tier-2": "2 - somewhat critical",
    "tier-3": "3 - less critical",
    "tier-4": "4 - not critical",
}
_CLASSES = {"Compute": "cmdb_ci_vm_instance", "Data": "cmdb_ci_cloud_database", "Network": "cmdb_ci_network"}


def register(cell: Cell) -> Table:
    """Rows of the CMDB, as ServiceNow names its fields."""
    from tools.tenant.estate.kinds import asset_types

    known = cell.used.get("register", {})
    rows = []
    for resource in cell.resources:
        kind = asset_types()[resource.kind]
        if not resource.collected:
            continue
        listed = resource.id in known
        if not listed and (kind.asset_class not in _CLASSES or cell.random.random() > 0.25):
            continue
        team = resource.account.team
        rows.append(
            (
                *(f"{cell.random.getrandbits(128):032x}", resource.name),
                *(_CLASSES.get(kind.asset_class, "cmdb_ci"), resource.uid),
                *(
                    _TIERS[resource.account.tier],
                    resource.account.environment.title(),
                    known.get(resource.id),
                ),
                *(OWNERS[team], f"{team} operations", "Operational", cell.ago(30), cell.ago(30)),
            )
        )
    names = (
        *("sys_id", "name", "sys_class_name", "object_id", "busines_criticality", "environment"),
        *(
            "data_classification",
            "owned_by",
            "support_group",
            "operational_status",
            "sys_updated_on",
            "_time",
        ),
    )
    return "servicenow_cmdb_raw", names, rows


def permissions(cell: Cell) -> Table:
    """Rows of `ciem_permissions_with_last_access`."""
    rows = []
    for resource in cell.resources:
        if resource.kind not in ("aws.role", "aws.user", "gcp.account", "azure.user"):
            continue
        for action in _actions(resource)[:4]:
            used = cell.random.random() < 0.6
            rows.append(
                (
                    *(cell.account.provider, asset_label(resource), resource.name, cell.account.name),
                    *(action, cell.account.name),
                    cell.ago(cell.random.random() * 120) if used else None,
                )
            )
    names = (
        *("source_cloud_type", "source_cloud_resource_type", "source_cloud_resource_name"),
        *("source_cloud_account_name", "action_name", "dest_cloud_resource_name", "last_access_time"),
    )
    return "ciem_permissions_with_last_access", names, rows


def _actions(resource: Resource) -> list[str]:
    if resource.kind == "azure.user":
        return ["Microsoft.Resources/subscriptions/resourceGroups/read"]
    if resource.kind == "gcp.account":
        return ["storage.objects.get", "logging.logEntries.create"]
    names = [one["PolicyName"] for one in resource.config["AttachedManagedPolicies"]]
    return ["sts:GetCallerIdentity", *(["s3:ListAllMyBuckets"] if names else [])]
