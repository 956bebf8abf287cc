"""What people and pipelines change in an account, and how its discovery went."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from tools.tenant.estate.cell import HISTORY_DAYS, Cell, Resource
from tools.tenant.estate.company import person
from tools.tenant.estate.rows import plain_json

Table = tuple[str, Sequence[str], list[tuple[Any, ...]]]

_CHANGES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "AWS": (
        ("AuthorizeSecurityGroupIngress", "aws.group", "Security Group"),
        ("PutBucketPolicy", "aws.bucket", "Storage Bucket"),
        ("ModifyDBInstance", "aws.database", "Database"),
        ("UpdateFunctionConfiguration20150331v2", "aws.function", "Serverless Function"),
        ("AttachRolePolicy", "aws.role", "IAM Role"),
        ("RunInstances", "aws.instance", "VM Instance"),
        ("ModifySnapshotAttribute", "aws.snapshot", "Snapshot"),
    ),
    "AZURE": (
        ("Microsoft.Network/networkSecurityGroups/securityRules/write", "azure.nsg", "Security Group"),
        ("Microsoft.Storage/storageAccounts/write", "azure.store", "Storage Bucket"),
        ("Microsoft.Compute/virtualMachines/write", "azure.machine", "VM Instance"),
        ("Microsoft.Authorization/roleAssignments/write", "azure.assignment", "IAM Policy"),
        ("Microsoft.KeyVault/vaults/write", "azure.vault", "Key Vault"),
    ),
    "GCP": (
        ("v1.compute.firewalls.patch", "gcp.firewall", "Security Group"),
        ("storage.setIamPermissions", "gcp.bucket", "Storage Bucket"),
        ("v1.compute.instances.insert", "gcp.machine", "VM Instance"),
        ("SetIamPolicy", "gcp.project", "Account"),
        ("cloudsql.instances.update", "gcp.database", "Database"),
    ),
}
_CONSOLE = {
    "AWS": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0",
    "AZURE": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1 Safari/605.1",
    "GCP": "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/132.0",
}
_PIPELINE = "APN/1.0 HashiCorp/1.0 Terraform/1.9.8 (+https://www.terraform.io)"
_LOGS = {"AWS": "CloudTrail", "AZURE": "Administrative", "GCP": "cloudaudit.googleapis.com/activity"}


def changes(cell: Cell) -> Table:
    """Rows of `cloud_audit_logs`: changes by a pipeline, some by hand in a console."""
    provider, random = cell.account.provider, cell.random
    known = {kind: (name, label) for name, kind, label in _CHANGES[provider]}
    rows = []
    for resource in cell.resources:
        if resource.kind not in known or not resource.collected or random.random() > 0.5:
            continue
        operation, label = known[resource.kind]
        console = random.random() < 0.22
        who = f"{person(random.randrange(400))}@halden.example" if console else "pipeline"
        moment = cell.now - timedelta(days=HISTORY_DAYS * random.random() ** 1.4, minutes=7)
        address = f"203.0.113.{random.randint(1, 14)}" if console else f"198.18.0.{random.randint(2, 90)}"
        raw = plain_json(
            {
                "eventName": operation,
                "readOnly": False,
                "sessionCredentialFromConsole": "true" if console else None,
                "requestParameters": {"resource": resource.uid},
            }
        )
        rows.append(
            (
                *(moment, moment, provider, cell.account.id, resource.region, operation, operation),
                *("SUCCESS" if random.random() > 0.04 else "FAILED", who),
                *("USER" if console else "SERVICE", f"{random.getrandbits(64):016x}", label, resource.kind),
                *(asset_label(resource), resource.uid, resource.name, address, 64_500),
                *(_CONSOLE[provider] if console else _PIPELINE, _LOGS[provider], raw),
            )
        )
    rows.sort(key=lambda row: row[0])
    names = (
        *("_time", "_insert_time", "cloud_provider", "project", "region", "operation_name"),
        *("operation_name_orig", "operation_status", "identity_name", "identity_type", "identity_uuid"),
        *("resource_type", "resource_type_orig", "resource_sub_type", "referenced_resource"),
        *("referenced_resource_name", "caller_ip", "caller_ip_asn", "user_agent", "log_name", "raw_log"),
    )
    return "cloud_audit_logs", names, rows


def asset_label(resource: Resource) -> str:
    """The asset type id of a resource."""
    from tools.tenant.estate.kinds import asset_types

    return asset_types()[resource.kind].id


def health(cell: Cell) -> Table:
    """Rows of `cloud_health_auditing`: how the connectors fared."""
    rows: list[tuple[Any, ...]] = []
    for capability in ("Discovery", "ADS", "DSPM", "Permissions", "Registry"):
        moment = cell.ago(cell.random.random() * 1.5)
        roll = cell.random.random()
        word = "Success" if roll < 0.85 else "Error" if roll < 0.93 else "Failed"
        rows.append(
            (
                *(moment, moment, cell.account.id, f"{cell.account.provider.lower()}-connector"),
                *(cell.region, capability, word, "account", None, cell.account.name),
                *(
                    f"{capability} run ended" if word == "Success" else f"{capability} run did not end",
                    None if word == "Success" else "AccessDenied",
                ),
            )
        )
    for resource in cell.resources:
        if not resource.collected:
            moment = cell.ago(cell.random.random())
            rows.append(
                (
                    *(moment, moment, cell.account.id, f"{cell.account.provider.lower()}-connector"),
                    *(resource.region, "Discovery", "Error", "resource", resource.uid, resource.name),
                    *("Configuration was not collected", "AccessDenied"),
                )
            )
    names = (
        *("_time", "_insert_time", "account", "connector", "region", "capability", "classification"),
        *("scope", "resource_id", "name", "message", "error"),
    )
    return "cloud_health_auditing", names, rows
