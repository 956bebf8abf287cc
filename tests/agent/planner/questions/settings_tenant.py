"""A second small tenant: resources with the configuration that providers give, arrays of items included."""

# ruff: noqa: E501 (tables are easier to read in one piece)

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import duckdb

from agent.planner.questions.estate import Estate, read_rows
from agent.planner.questions.settings import gather
from agent.planner.vocabulary import build
from tests.agent.planner.questions.tenant import _SQL, NOW, Row
from tools.findings import AssetRecord
from tools.xql import Catalog, ast, compile_plan, local
from tools.xql.functions import Kind
from tools.xql.plan import PostureQuery

TYPES = {
    "S3_BUCKET": ("Data", "Storage Bucket", "S3 Bucket", "AWS"),
    "RDS_DATABASE_INSTANCE": ("Data", "Database", "RDS Database Instance", "AWS"),
    "EC2_VOLUME": ("Data", "Disk", "EBS Volume", "AWS"),
    "AWS_IAM_USER": ("Identity", "IAM User", "IAM User", "AWS"),
    "AWS_IAM_POLICY": ("Identity", "IAM Policy", "IAM Policy", "AWS"),
    "EC2_SECURITY_GROUP": ("Network", "Security Group", "EC2 Security Group", "AWS"),
    "EC2_ROUTE_TABLE": ("Network", "Route Table", "EC2 Route Table", "AWS"),
    "AZURE_STORAGE_ACCOUNT": ("Data", "Storage Bucket", "Azure Storage Account", "AZURE"),
    "AZURE_KEY_VAULT": ("Security", "Key Vault", "Azure Key Vault", "AZURE"),
    "AZURE_SQL_SERVER": ("Data", "Database", "Azure SQL Server", "AZURE"),
    "GOOGLE_CLOUD_STORAGE_BUCKET": ("Data", "Storage Bucket", "Cloud Storage Bucket", "GCP"),
    "ELBV2_LOAD_BALANCER": ("Network", "Load Balancer", "Load Balancer", "AWS"),
    "EC2_INSTANCE": ("Compute", "VM Instance", "EC2 Instance", "AWS"),
    "AZURE_VIRTUAL_MACHINE": ("Compute", "VM Instance", "Azure Virtual Machine", "AZURE"),
    "GOOGLE_COMPUTE_ENGINE_VM_INSTANCE": ("Compute", "VM Instance", "Compute Engine Instance", "GCP"),
    "KUBERNETES_DEPLOYMENT": ("Compute", "Kubernetes Workload", "Kubernetes Deployment", "KUBERNETES"),
}  # fmt: skip


def ago(days: int) -> str:
    return (NOW - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _bucket(n: int) -> Row:
    return {
        "Versioning": {"Status": "Enabled" if n % 2 else "Suspended"},
        "LoggingEnabled": {"TargetBucket": "logs-1", "TargetPrefix": "s3/"} if n % 3 else None,
        "ServerSideEncryption": {"SSEAlgorithm": ("aws:kms", "AES256")[n % 2]} if n != 4 else {},
        "Policy": '{"Condition":{"Bool":{"aws:SecureTransport":"false"}}}' if n % 3 == 1 else None,
    }


def _database(n: int) -> Row:
    return {
        "Engine": ("postgres", "mysql")[n % 2], "StorageEncrypted": n % 3 != 0, "DeletionProtection": n % 2 == 0, "MultiAZ": n % 4 == 0,
        "BackupRetentionPeriod": (0, 3, 7, 30)[n % 4], "PubliclyAccessible": n % 5 == 0, "AllocatedStorage": 20 * n,
    }  # fmt: skip


def _user(n: int) -> Row:
    return {
        "MFADevices": [] if n % 2 else [{"SerialNumber": f"arn:mfa{n}"}],
        "LoginProfile": {"UserName": f"u{n}", "CreateDate": ago(100 + n)} if n % 3 else None,
        "AccessKeys": [{"CreateDate": ago(60 * n), "Status": "Active" if n % 4 else "Inactive"}] if n else [],
    }  # fmt: skip


def _policy(n: int) -> Row:
    statements = [
        {"Effect": "Allow", "Action": "*", "Resource": "*" if n % 2 else "arn:aws:s3:::logs/*"},
        {"Effect": "Deny" if n % 3 else "Allow", "Action": "iam:*" if n == 2 else "s3:GetObject", "Resource": "*"},
    ]  # fmt: skip
    return {"PolicyVersionList": [{"VersionId": "v1", "IsDefaultVersion": True, "Document": {"Statement": statements}}]}  # fmt: skip


def _group(n: int) -> Row:
    port, to = ((22, 22), (20, 30), (443, 443), (3306, 3306), (5432, 5432), (0, 65535))[n]
    return {
        "VpcId": f"vpc-0a1b2c{n % 2}d",
        "IpPermissions": [
            {"IpProtocol": "tcp", "FromPort": port, "ToPort": to, "IpRanges": [{"CidrIp": "0.0.0.0/0" if n % 3 else "10.0.0.0/8"}]},
            {"IpProtocol": "tcp", "FromPort": 8080, "ToPort": 8080, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]},
        ],
    }  # fmt: skip


def _routes(n: int) -> Row:
    gateway = {"GatewayId": "igw-0f00"} if n % 2 else {"NatGatewayId": "nat-0c00"}
    return {"Routes": [{"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local"}, {"DestinationCidrBlock": "0.0.0.0/0", **gateway}]}  # fmt: skip


def _storage(n: int) -> Row:
    return {"properties": {"minimumTlsVersion": ("TLS1_0", "TLS1_1", "TLS1_2")[n % 3], "supportsHttpsTrafficOnly": n % 2 == 0, "allowBlobPublicAccess": n == 3}}  # fmt: skip


def _vault(n: int) -> Row:
    return {"properties": {"enablePurgeProtection": True if n % 2 else None, "enableSoftDelete": n != 3, "softDeleteRetentionInDays": (7, 90)[n % 2]}}  # fmt: skip


def _server(n: int) -> Row:
    first, last = (("0.0.0.0", "0.0.0.0"), ("0.0.0.0", "255.255.255.255"), ("10.1.0.4", "10.1.0.9"))[n % 3]
    return {"firewallRules": [{"name": f"r{n}", "properties": {"startIpAddress": first, "endIpAddress": last}}], "properties": {"minimalTlsVersion": ("1.0", "1.2")[n % 2], "publicNetworkAccess": ("Enabled", "Disabled")[n // 3]}}  # fmt: skip


def _deployment(n: int) -> Row:
    containers = [
        {"name": "app", "image": f"registry.example/app:{'latest' if n % 2 else '1.4'}", "securityContext": {"privileged": n == 2, "runAsNonRoot": n % 3 == 0}},
        {"name": "side", "image": "registry.example/side:2.0", "securityContext": {"privileged": False, "runAsNonRoot": True}},
    ]  # fmt: skip
    return {"metadata": {"namespace": ("shop", "kube-system")[n % 2]}, "spec": {"replicas": n, "template": {"spec": {"hostNetwork": n == 1, "containers": containers}}}}  # fmt: skip


def _gcs(n: int) -> Row:
    return {"iamPolicy": {"bindings": [{"role": "roles/storage.objectViewer", "members": ["allUsers"] if n == 2 else ["group:web@x.example"]}]}}  # fmt: skip


def _balancer(n: int) -> Row:
    return {
        "Scheme": ("internal", "internet-facing")[n % 2], "VpcId": f"vpc-0a1b2c{n % 2}d",
        "Listeners": [{"Port": 443, "Protocol": "HTTPS"}, *([{"Port": 80, "Protocol": "HTTP"}] if n == 4 else [])],
    }  # fmt: skip


def _machine(n: int) -> Row:
    return {
        "InstanceType": ("t3.micro", "m5.large")[n % 2],
        "PublicIpAddress": "198.18.0.1" if n == 1 else None,
    }


def _volume(n: int) -> Row:
    return {"Encrypted": n % 2 == 0, "Size": 20 * (n + 1), "VolumeType": ("gp2", "gp3")[n % 2]}


_MADE: dict[str, Callable[[int], Row]] = {
    "S3_BUCKET": _bucket, "RDS_DATABASE_INSTANCE": _database, "AWS_IAM_USER": _user, "AWS_IAM_POLICY": _policy, "EC2_SECURITY_GROUP": _group,
    "EC2_ROUTE_TABLE": _routes, "AZURE_STORAGE_ACCOUNT": _storage, "AZURE_KEY_VAULT": _vault, "AZURE_SQL_SERVER": _server,
    "KUBERNETES_DEPLOYMENT": _deployment, "EC2_VOLUME": _volume, "GOOGLE_CLOUD_STORAGE_BUCKET": _gcs,
    "ELBV2_LOAD_BALANCER": _balancer, "EC2_INSTANCE": _machine, "AZURE_VIRTUAL_MACHINE": _machine, "GOOGLE_COMPUTE_ENGINE_VM_INSTANCE": _machine,
}  # fmt: skip
CONFIGURED: list[Row] = [
    {"id": f"{type_id.lower()}-{n}", "name": f"{type_id.lower().replace('_', '-')}-{n}", "type": type_id, "cfg": made(n)}
    for type_id, made in _MADE.items()
    for n in range(6)
]  # fmt: skip


STOPPED = {"EC2_INSTANCE": "stopped", "AZURE_VIRTUAL_MACHINE": "deallocated", "GOOGLE_COMPUTE_ENGINE_VM_INSTANCE": "TERMINATED"}  # fmt: skip
SYSTEMS = ("Windows Server 2008 R2", "Windows Server 2016", "Windows Server 2019", "Debian GNU/Linux 11", "Ubuntu 20.04 LTS", "Ubuntu 22.04 LTS")  # fmt: skip


def _host(type_id: str, n: int) -> Row:
    if type_id not in STOPPED:
        return {}
    state = STOPPED[type_id] if n % 3 == 0 else "RUNNING" if type_id.startswith("GOOGLE") else "running"
    return {"xdm.host.state": state, "xdm.host.os_distribution": SYSTEMS[n]}


Types = dict[str, tuple[str, str, str, str]]


def rows(configured: list[Row] = CONFIGURED, types: Types = TYPES) -> list[Row]:
    """The rows as the inventory holds them."""
    return [
        {
            "xdm.asset.id": a["id"], "xdm.asset.strong_id": f"arn:{a['id']}", "xdm.asset.name": a["name"], "xdm.asset.provider": types[a["type"]][3],
            "xdm.asset.realm": "111111111111", "xdm.asset.cloud.region": "eu-west-1", "xdm.asset.type.class": types[a["type"]][0],
            "xdm.asset.type.category": types[a["type"]][1], "xdm.asset.type.name": types[a["type"]][2], "xdm.asset.type.id": a["type"],
            "xdm.asset.first_observed": NOW - timedelta(days=30), "xdm.asset.last_observed": NOW - timedelta(hours=3), "xdm.asset.tags": "{}",
            "xdm.asset.raw_fields": json.dumps({"Platform Discovery": a["cfg"]}), **_host(a["type"], int(re.sub(r"\D", "", a["id"])[-1:] or 0)),
        }
        for a in configured
    ]  # fmt: skip


def configured_estate(configured: list[Row] = CONFIGURED, types: Types = TYPES) -> Estate:
    """The words of this tenant: there are no findings and no issues in it."""
    records = {
        a["id"]: AssetRecord(
            asset_id=a["id"], uid=f"arn:{a['id']}", name=a["name"], type_id=a["type"], type_name=types[a["type"]][2], asset_class=types[a["type"]][0],
            category=types[a["type"]][1], provider=types[a["type"]][3], account="111111111111", region="eu-west-1", tags={}, config=a["cfg"],
        )
        for a in configured
    }  # fmt: skip
    seen = {"asset_inventory": read_rows("asset_inventory", rows(configured, types))}
    return Estate(build([], records), gather(records.values()), seen, dict(types))


class ConfiguredTenant:
    """Runs plans on the rows."""

    def __init__(self, configured: list[Row] = CONFIGURED, types: Types = TYPES) -> None:
        self.estate = configured_estate(configured, types)
        self._catalog = Catalog.seeded()
        self._connection: Any = duckdb.connect()
        kinds: dict[str, Kind] = dict(self._catalog.kinds()["asset_inventory"])
        shape = {column: _SQL[kind] for column, kind in kinds.items()}
        self._shapes = {"asset_inventory": shape}
        self._connection.execute(
            f'CREATE TABLE "asset_inventory" ({", ".join(f"{chr(34)}{c}{chr(34)} {k}" for c, k in shape.items())})'
        )
        for row in rows(configured, types):
            told = {
                k: v.replace(tzinfo=None) if hasattr(v, "tzinfo") else v for k, v in row.items() if k in shape
            }
            columns = ", ".join(f'"{column}"' for column in told)
            self._connection.execute(
                f'INSERT INTO "asset_inventory" ({columns}) VALUES ({", ".join("?" * len(told))})',
                list(told.values()),
            )

    def rows(self, plan: PostureQuery) -> list[Row]:
        query = compile_plan(plan, self._catalog)
        assert isinstance(query, ast.Query)
        return local.run(self._connection.cursor(), query, tables=self._shapes, now=NOW).records()
