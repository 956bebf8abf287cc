"""A small tenant written out by hand: its rows, its words, and a database to run queries on."""

# ruff: noqa: E501 (tables and patterns are easier to read in one piece)

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb

from agent.planner.questions.estate import Estate
from agent.planner.questions.estate_samples import read_rows
from agent.planner.questions.settings import gather
from agent.planner.vocabulary import build
from tools.findings import AssetRecord, Finding
from tools.findings.model import FindingStatus, ResourceRef, Severity
from tools.xql import Catalog, ast, compile_plan, local
from tools.xql.functions import Kind
from tools.xql.plan import PostureQuery

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
Row = dict[str, Any]

ACCOUNTS = {
    "111111111111": ("acme-payments-prod", "AWS", "eu-west-1"),
    "222222222222": ("acme-shop-dev", "AWS", "us-east-1"),
    "acme-ml": ("acme-ml", "GCP", "europe-west1"),
    "9f0c1b2a-0000-4000-8000-000000000001": ("acme-office", "AZURE", "westeurope"),
}
_TYPES = {
    "bucket": ("Data", "Storage Bucket", {"AWS": ("S3_BUCKET", "S3 Bucket"), "GCP": ("GOOGLE_CLOUD_STORAGE_BUCKET", "Cloud Storage Bucket"), "AZURE": ("AZURE_STORAGE_ACCOUNT", "Azure Storage Account")}),
    "vm": ("Compute", "VM Instance", {"AWS": ("EC2_INSTANCE", "EC2 Instance"), "GCP": ("GOOGLE_COMPUTE_ENGINE_VM_INSTANCE", "Compute Engine Instance"), "AZURE": ("AZURE_VIRTUAL_MACHINE", "Azure Virtual Machine")}),
    "db": ("Data", "Database", {"AWS": ("RDS_DATABASE_INSTANCE", "RDS Database Instance")}),
    "fn": ("Compute", "Serverless Function", {"AWS": ("LAMBDA_FUNCTION", "Lambda Function")}),
    "user": ("Identity", "IAM User", {"AWS": ("AWS_IAM_USER", "IAM User")}),
    "role": ("Identity", "IAM Role", {"AWS": ("AWS_IAM_ROLE", "IAM Role")}),
    "sg": ("Network", "Security Group", {"AWS": ("EC2_SECURITY_GROUP", "EC2 Security Group")}),
    "vol": ("Data", "Disk", {"AWS": ("EC2_VOLUME", "EBS Volume")}),
    "key": ("Security", "Key Management", {"AWS": ("KMS_KEY", "KMS Key")}),
}  # fmt: skip


def _config(kind: str, provider: str, n: int) -> Row:
    if kind == "bucket" and provider == "AWS":
        return {
            "Versioning": {"Status": "Enabled" if n % 2 else "Suspended"},
            "LoggingEnabled": {"TargetBucket": "logs-1"} if n % 3 else None,
            "encryption": "AES256" if n % 4 else "",
        }
    if kind == "bucket" and provider == "GCP":
        return {"versioning": {"enabled": n % 2 == 0}}
    if kind == "vm" and provider == "AWS":
        return {
            "InstanceType": ("t3.micro", "t3.medium", "m5.large")[n % 3],
            "VpcId": f"vpc-0a1b2c{n % 2}d",
            "PublicIpAddress": f"203.0.113.{n}" if n % 2 else None,
            "managed_by_ssm": n % 3 != 0,
            "MetadataOptions": {"HttpTokens": "required" if n % 2 else "optional"},
            "LaunchTime": (NOW - timedelta(days=20 * n)).isoformat(),
        }
    if kind == "db":
        return {
            "Engine": ("postgres", "mysql")[n % 2],
            "EngineVersion": ("16.4", "8.0.36")[n % 2],
            "StorageEncrypted": n % 3 != 0,
            "DeletionProtection": n % 2 == 0,
            "MultiAZ": n % 4 == 0,
            "BackupRetentionPeriod": (0, 3, 7, 30)[n % 4],
            "PubliclyAccessible": n % 5 == 0,
        }
    if kind == "fn":
        return {
            "Configuration": {
                "Runtime": ("python3.8", "python3.12", "nodejs20.x")[n % 3],
                "MemorySize": 128 * (n % 3 + 1),
            }
        }
    if kind == "user":
        keys = [
            {
                "CreateDate": (NOW - timedelta(days=60 * n)).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "Status": "Active" if n % 4 else "Inactive",
            }
        ]
        return {
            "MFADevices": [] if n % 2 else [{"SerialNumber": f"arn:mfa{n}"}],
            "console_access": n % 3 != 0,
            "AccessKeys": keys,
        }
    if kind == "role":
        return {
            "AssumeRolePolicyDocument": {
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"AWS": "*" if n % 3 == 0 else f"arn:aws:iam::1:root{n}"},
                    }
                ]
            }
        }
    if kind == "sg":
        port = (22, 443, 5432, 3389)[n % 4]
        return {
            "VpcId": f"vpc-0a1b2c{n % 2}d",
            "IpPermissions": [
                {
                    "IpProtocol": "tcp",
                    "FromPort": port,
                    "ToPort": port,
                    "IpRanges": [{"CidrIp": "0.0.0.0/0" if n % 2 else "10.0.0.0/8"}],
                }
            ],
        }
    if kind == "vol":
        return {"Encrypted": n % 2 == 0, "Size": 100 * (n + 1)}
    if kind == "key":
        return {"KeyRotationEnabled": n % 2 == 0}
    return {}  # fmt: skip


def _assets() -> list[Row]:
    rows: list[Row] = []
    n = 0
    for uid, (name, provider, region) in ACCOUNTS.items():
        for kind, (asset_class, category, types) in _TYPES.items():
            if provider not in types:
                continue
            for serial in range(4):
                n += 1
                short = name.removeprefix("acme-")
                tags: Row = {
                    "Environment": (
                        "production"
                        if "prod" in name
                        else "dev"
                        if "dev" in name
                        else ("Prod", "staging")[serial % 2]
                    )
                }
                if serial != 3:
                    tags["Team"] = ("payments", "shop", "ml", "office")[list(ACCOUNTS).index(uid)]
                    tags["Owner"] = f"{('kim', 'lee', 'sol')[serial % 3]}@acme.example"
                if kind in ("bucket", "db") and serial < 2:
                    tags["DataClass"] = ("PII", "PCI")[serial]
                rows.append(
                    {
                        "id": f"a{n:03}", "name": f"{short}-{kind}-{serial}", "kind": kind, "type": types[provider][0], "type_name": types[provider][1],
                        "class": asset_class, "category": category, "provider": provider, "account": uid, "region": region if serial != 2 else "us-east-1" if provider == "AWS" else region,
                        "tags": tags if serial != 3 or kind != "vol" else {}, "cfg": _config(kind, provider, serial + (4 if provider != "AWS" else 0)),
                        "first": NOW - timedelta(days=3 + 9 * (n % 20)), "last": NOW - timedelta(days=n % 12, hours=1),
                        "os": ("Ubuntu 22.04 LTS", "Windows Server 2019")[serial % 2] if kind == "vm" else None, "state": ("running", "stopped")[serial % 3 == 2] if kind == "vm" else None, "n": serial,
                    }
                )  # fmt: skip
    return rows


_RULES = {
    "s3_bucket_public_access": ("aws.s3.public_access", "Bucket is public", "CRITICAL", "bucket", "s3"),
    "s3_bucket_object_versioning": ("aws.s3.versioning_disabled", "Bucket keeps no versions", "LOW", "bucket", "s3"),
    "ec2_instance_public_ip": ("aws.ec2.public_ip", "Instance has a public address", "MEDIUM", "vm", "ec2"),
    "ec2_instance_managed_by_ssm": ("aws.ec2.not_managed_by_ssm", "Instance is not managed by SSM", "MEDIUM", "vm", "ec2"),
    "rds_instance_no_public_access": ("aws.rds.public_access", "Database is public", "CRITICAL", "db", "rds"),
    "rds_instance_storage_encrypted": ("aws.rds.unencrypted", "Database is not encrypted", "HIGH", "db", "rds"),
    "iam_user_mfa_enabled_console_access": ("aws.iam.user_without_mfa", "User has no MFA", "HIGH", "user", "iam"),
    "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_22": ("aws.ec2.open_ssh_port", "SSH open to the internet", "HIGH", "sg", "ec2"),
}  # fmt: skip


def _issues(assets: list[Row]) -> tuple[list[Row], list[Row]]:
    issues: list[Row] = []
    findings: list[Row] = []
    serial = 0
    for rule, (kind_, title, severity, kind, service) in _RULES.items():
        for at, asset in enumerate(a for a in assets if a["kind"] == kind and a["provider"] == "AWS"):
            failing = (at + len(rule)) % 3 != 0
            serial += 1
            fid = f"f{serial:04}"
            findings.append(
                {
                    "id": fid,
                    "title": title,
                    "rule": rule,
                    "asset": asset,
                    "status": "FAIL" if failing else "PASS",
                    "severity": severity,
                    "category": "CONFIGURATION",
                    "service": service,
                    "facts": {},
                    "first": NOW - timedelta(days=(serial * 7) % 100, hours=2),
                }
            )
            if failing:
                status = ("New", "New", "In Progress", "Resolved")[serial % 4]
                issues.append(
                    {
                        "id": 1000 + serial, "title": title, "rule": rule, "kind": kind_, "severity": severity, "status": status, "asset": asset, "category": "CONFIGURATION",
                        "service": service, "first": NOW - timedelta(days=(serial * 7) % 100, hours=2), "resolved": NOW - timedelta(days=serial % 20) if status == "Resolved" else None,
                        "assignee": "kim@acme.example" if status == "In Progress" else None, "open": status != "Resolved",
                    }
                )  # fmt: skip
    cves = (
        ("CVE-2021-44228", "CRITICAL", 10.0, True, True, "log4j-core"),
        ("CVE-2023-38545", "CRITICAL", 9.8, True, False, "curl"),
        ("CVE-2022-0001", "HIGH", 7.5, False, False, "openssl"),
    )
    for at, asset in enumerate(a for a in assets if a["kind"] == "vm"):
        for cve, severity, score, fix, kev, package in cves[: at % 4]:
            serial += 1
            findings.append({"id": f"f{serial:04}", "title": f"{cve} in {package}", "rule": cve, "asset": asset, "status": "FAIL", "severity": severity, "category": "VULNERABILITY", "service": "vulnerability", "first": NOW - timedelta(days=serial % 60),
                "facts": {"xdm.vulnerability.cve_id": cve, "xdm.vulnerability.severity": severity, "xdm.vulnerability.cvss_score": score, "xdm.vulnerability.has_a_fix": fix, "xdm.vulnerability.cisa_kev": kev, "xdm.software_package.name": package}})  # fmt: skip
    return issues, findings


ASSETS = _assets()
ISSUES, FINDINGS = _issues(ASSETS)
VULNERABILITIES = [f for f in FINDINGS if f["category"] == "VULNERABILITY"]
ENDPOINTS: list[Row] = [
    {"endpoint_id": f"e{n}", "endpoint_name": a["name"], "endpoint_status": ("CONNECTED", "DISCONNECTED", "LOST")[n % 3], "endpoint_type": "SERVER", "platform": f"AGENT_OS_{('LINUX', 'WINDOWS')[a['n'] % 2]}", "agent_version": ("8.4.1", "8.5.2")[n % 2], "last_seen": NOW - timedelta(days=n), "cloud_id": f"arn:{a['id']}", "ip_address": f"10.0.0.{n}"}
    for n, a in enumerate([a for a in ASSETS if a["kind"] == "vm"][:9])
]  # fmt: skip
EVENTS: list[Row] = [
    {"_time": NOW - timedelta(days=n * 2, hours=3), "cloud_provider": "AWS", "project": "111111111111", "region": "eu-west-1", "operation_name": ("DeleteBucket", "CreateRole", "ConsoleLogin", "AuthorizeSecurityGroupIngress")[n % 4], "operation_status": ("SUCCESS", "SUCCESS", "FAILED")[n % 3], "identity_name": ("kim", "pipeline")[n % 2], "caller_ip": f"198.51.100.{n}", "resource_sub_type": ("S3_BUCKET", "AWS_IAM_ROLE", "", "EC2_SECURITY_GROUP")[n % 4]}
    for n in range(20)
]  # fmt: skip
CASES: list[Row] = [
    {"xdm.case.id": str(n), "xdm.case.name": f"Case {n}", "xdm.case.severity": ("CRITICAL", "HIGH")[n % 2], "xdm.case.status_progress": ("NEW", "RESOLVED", "UNDER_INVESTIGATION")[n % 3], "xdm.case.assigned_to": "kim" if n % 4 == 0 else None, "xdm.case.score": float(10 * n), "xdm.case.creation_time": NOW - timedelta(days=5 * n)}
    for n in range(8)
]  # fmt: skip


def facts_of(row: Row) -> str:
    asset = row["asset"]
    place = {
        "xdm.cloud.provider": asset["provider"],
        "xdm.cloud.project_id": asset["account"],
        "xdm.cloud.region": asset["region"],
        "xdm.finding.service": row["service"],
    }
    return json.dumps(place | ({"xdm.finding.status": row["status"], "xdm.finding.severity": row["severity"]} if row["id"] in {f["id"] for f in FINDINGS} else {}) | row.get("facts", {}))  # fmt: skip


def tables() -> dict[str, list[Row]]:
    """The rows as the datasets hold them."""
    return {
        "asset_inventory": [
            {
                "xdm.asset.id": a["id"], "xdm.asset.strong_id": f"arn:{a['id']}", "xdm.asset.name": a["name"], "xdm.asset.provider": a["provider"], "xdm.asset.realm": a["account"],
                "xdm.asset.cloud.region": a["region"], "xdm.asset.type.class": a["class"], "xdm.asset.type.category": a["category"], "xdm.asset.type.name": a["type_name"],
                "xdm.asset.type.id": a["type"], "xdm.asset.first_observed": a["first"], "xdm.asset.last_observed": a["last"], "xdm.asset.tags": json.dumps(a["tags"]),
                "xdm.asset.raw_fields": json.dumps({"Platform Discovery": a["cfg"]}), "xdm.host.os_distribution": a["os"], "xdm.host.state": a["state"],
            }
            for a in ASSETS
        ],
        "issues": [
            {
                "xdm.issue.id": str(i["id"]), "xdm.issue.name": i["title"], "xdm.issue.severity": i["severity"], "xdm.issue.status.progress": i["status"], "xdm.issue.category": i["category"],
                "xdm.issue.detection.rule_id": i["rule"], "xdm.issue.type": i["kind"], "xdm.issue.asset_ids": [i["asset"]["id"]], "xdm.issue.normalized_fields": facts_of(i), "_insert_time": i["first"],
                "_time": i["first"], "xdm.issue.observation_time": i["first"], "xdm.issue.last_modified": i["first"], "xdm.issue.resolution_time": i["resolved"], "xdm.issue.assigned_to": i["assignee"],
            }
            for i in ISSUES
        ],
        "issue_to_asset": [{"xdm.issue.id": str(i["id"]), "xdm.asset.id": i["asset"]["id"]} for i in ISSUES],
        "findings": [
            {
                "xdm.finding.id": f["id"], "xdm.finding.name": f["title"], "xdm.finding.category": f["category"], "xdm.finding.type_id": f["rule"], "xdm.finding.asset_id": f["asset"]["id"],
                "xdm.finding.asset_name": f["asset"]["name"], "xdm.finding.normalized_fields": facts_of(f), "_time": f["first"], "_insert_time": f["first"],
            }
            for f in FINDINGS
        ],
        "endpoints": ENDPOINTS,
        "cloud_audit_logs": EVENTS,
        "cases": CASES,
    }  # fmt: skip


def estate() -> Estate:
    """The words of the tenant, as its source would gather them."""
    records = {
        a["id"]: AssetRecord(
            asset_id=a["id"], uid=f"arn:{a['id']}", name=a["name"], type_id=a["type"], type_name=a["type_name"], asset_class=a["class"], category=a["category"],
            provider=a["provider"], account=a["account"], region=a["region"], tags=a["tags"], config=a["cfg"],
        )
        for a in ASSETS
    }  # fmt: skip
    found = [
        Finding(
            id=f["id"], issue_id=1000 + int(f["id"][1:]), title=f["title"], severity=Severity(f["severity"]), status=FindingStatus(f["status"]), kind=_RULES.get(f["rule"], ("unclassified",))[0],
            rule_id=f["rule"], provider=f["asset"]["provider"], account=f["asset"]["account"], account_name=ACCOUNTS[f["asset"]["account"]][0], region=f["asset"]["region"], service=f["service"],
            resource=ResourceRef(asset_id=f["asset"]["id"]), asset_ids=(f["asset"]["id"],),
        )
        for f in FINDINGS
    ]  # fmt: skip
    words = build(found, records)
    names = {uid: name for name, uid in words.accounts.items() if name != uid.lower()}
    types = {a["type"]: (a["class"], a["category"], a["type_name"], a["provider"]) for a in ASSETS}
    samples = {name: read_rows(name, rows) for name, rows in tables().items()}
    return Estate(words, gather(records.values()), samples, types, account_names=names)


_SQL = {Kind.TEXT: "VARCHAR", Kind.TIME: "TIMESTAMP", Kind.INT: "BIGINT", Kind.FLOAT: "DOUBLE", Kind.BOOL: "BOOLEAN", Kind.ARRAY: "VARCHAR[]", Kind.JSON: "VARCHAR", Kind.ANY: "VARCHAR"}  # fmt: skip


def database() -> tuple[Any, dict[str, dict[str, str]]]:
    """The rows in memory, and the columns of the tables."""
    connection = duckdb.connect()
    shapes: dict[str, dict[str, str]] = {}
    for name, kinds in Catalog.seeded().kinds().items():
        shapes[name] = {column: _SQL[kind] for column, kind in kinds.items()} or {"_time": "TIMESTAMP"}
        body = ", ".join(f'"{column}" {kind}' for column, kind in shapes[name].items())
        connection.execute(f'CREATE TABLE "{name}" ({body})')
    for name, rows in tables().items():
        for row in rows:
            kept = {
                k: v.replace(tzinfo=None) if isinstance(v, datetime) else v
                for k, v in row.items()
                if k in shapes[name]
            }
            columns = ", ".join(f'"{column}"' for column in kept)
            connection.execute(
                f'INSERT INTO "{name}" ({columns}) VALUES ({", ".join("?" * len(kept))})', list(kept.values())
            )
    return connection, shapes


class Tenant:
    """Runs plans on the rows."""

    def __init__(self) -> None:
        self.estate = estate()
        self._connection, self._shapes = database()
        self._catalog = Catalog.seeded()

    def rows(self, plan: PostureQuery) -> list[Row]:
        query = compile_plan(plan, self._catalog)
        assert isinstance(query, ast.Query)
        return local.run(self._connection.cursor(), query, tables=self._shapes, now=NOW).records()


def assets(which: Callable[[Row], Any]) -> set[str]:
    return {a["id"] for a in ASSETS if which(a)}


def issues(which: Callable[[Row], Any], *, closed: bool = False) -> set[str]:
    return {str(i["id"]) for i in ISSUES if (closed or i["open"]) and which(i)}
