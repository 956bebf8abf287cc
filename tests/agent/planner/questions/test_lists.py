"""Questions that list things: the rows are those that plain Python picks."""

# ruff: noqa: E501 (tables and patterns are easier to read in one piece)

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from agent.planner.questions.ask import plan_question
from tests.agent.planner.questions.tenant import ASSETS, ISSUES, NOW, VULNERABILITIES, Row, Tenant

DAY = timedelta(days=1)
PROD = ("production", "Prod")


def env(a: Row) -> str:
    return str(a["tags"].get("Environment", ""))


def has(a: Row, *, rule: str = "", severity: tuple[str, ...] = ()) -> bool:
    return any(
        i["open"] and i["asset"] is a and rule in i["rule"] and (not severity or i["severity"] in severity)
        for i in ISSUES
    )


def count(a: Row) -> int:
    return sum(i["open"] and i["asset"] is a for i in ISSUES)


def cves(a: Row, **wanted: Any) -> bool:
    keys = {
        "cve": "xdm.vulnerability.cve_id",
        "severity": "xdm.vulnerability.severity",
        "fix": "xdm.vulnerability.has_a_fix",
        "kev": "xdm.vulnerability.cisa_kev",
    }
    return any(
        v["asset"] is a and all(v["facts"][keys[k]] == x for k, x in wanted.items()) for v in VULNERABILITIES
    )


def aws(kind: str) -> Callable[[Row], bool]:
    return lambda a: a["kind"] == kind and a["provider"] == "AWS"


OF_ASSETS: list[tuple[str, Callable[[Row], Any]]] = [
    ("all assets", lambda a: True),
    ("list every resource we have", lambda a: True),
    ("buckets", lambda a: a["kind"] == "bucket"),
    ("show me the s3 buckets please", aws("bucket")),
    ("gcp buckets", lambda a: a["kind"] == "bucket" and a["provider"] == "GCP"),
    ("azure and gcp buckets", lambda a: a["kind"] == "bucket" and a["provider"] != "AWS"),
    ("machines", lambda a: a["kind"] == "vm"),
    ("Which VMs run in westeurope?", lambda a: a["kind"] == "vm" and a["region"] == "westeurope"),
    ("buckets and databases in us-east-1", lambda a: a["kind"] in ("bucket", "db") and a["region"] == "us-east-1"),
    ("buckets in eu-west-1 or us-east-1", lambda a: a["kind"] == "bucket" and a["region"] in ("eu-west-1", "us-east-1")),
    ("assets outside eu-west-1", lambda a: a["region"] != "eu-west-1"),
    ("assets not in eu-west-1 and us-east-1", lambda a: a["region"] not in ("eu-west-1", "us-east-1")),
    ("everything except buckets in eu-west-1", lambda a: a["kind"] != "bucket" and a["region"] == "eu-west-1"),
    ("databases in production", lambda a: a["kind"] == "db" and env(a) in PROD),
    ("prod databases", lambda a: a["kind"] == "db" and env(a) in PROD),
    ("databases that are not in production", lambda a: a["kind"] == "db" and env(a) not in PROD),
    ("assets owned by payments", lambda a: a["tags"].get("Team") == "payments"),
    ("assets of team shop", lambda a: a["tags"].get("Team") == "shop"),
    ("machines tagged prod but not owned by ml", lambda a: a["kind"] == "vm" and env(a) in PROD and a["tags"].get("Team") != "ml"),
    ("resources owned by kim@acme.example", lambda a: a["tags"].get("Owner") == "kim@acme.example"),
    ("assets without an owner", lambda a: "Owner" not in a["tags"]),
    ("which assets do not carry an Owner tag?", lambda a: "Owner" not in a["tags"]),
    ("assets missing a team tag", lambda a: "Team" not in a["tags"]),
    ("assets with no tags", lambda a: not a["tags"]),
    ("untagged volumes", lambda a: a["kind"] == "vol" and not a["tags"]),
    ("buckets holding PII", lambda a: a["kind"] == "bucket" and a["tags"].get("DataClass") == "PII"),
    ("buckets tagged pci", lambda a: a["kind"] == "bucket" and a["tags"].get("DataClass") == "PCI"),
    ("databases with sensitive data", lambda a: a["kind"] == "db" and "DataClass" in a["tags"]),
    ("assets in account 111111111111", lambda a: a["account"] == "111111111111"),
    ("assets in the payments account", lambda a: a["account"] == "111111111111"),
    ("what's in acme-ml", lambda a: a["account"] == "acme-ml"),
    ("buckets in acme-payments-prod and acme-shop-dev", lambda a: a["kind"] == "bucket" and a["account"] in ("111111111111", "222222222222")),
    ("assets whose name starts with shop-dev-vm", lambda a: a["name"].startswith("shop-dev-vm")),
    ("anything with 'bucket-1' in the name?", lambda a: "bucket-1" in a["name"]),
    ("machines with names containing ml", lambda a: a["kind"] == "vm" and "ml" in a["name"]),
    ("where is payments-prod-db-1", lambda a: a["name"] == "payments-prod-db-1"),
    ("unencrypted databases", lambda a: a["kind"] == "db" and not a["cfg"]["StorageEncrypted"]),
    ("databases without encryption", lambda a: a["kind"] == "db" and not a["cfg"]["StorageEncrypted"]),
    ("which rds instances are encrypted?", lambda a: a["kind"] == "db" and a["cfg"]["StorageEncrypted"]),
    ("RDS instances with deletion protection off", lambda a: a["kind"] == "db" and not a["cfg"]["DeletionProtection"]),
    ("databases that lack deletion protection", lambda a: a["kind"] == "db" and not a["cfg"]["DeletionProtection"]),
    ("databases with deletion protection enabled", lambda a: a["kind"] == "db" and a["cfg"]["DeletionProtection"]),
    ("rds that are not multi-az", lambda a: a["kind"] == "db" and not a["cfg"]["MultiAZ"]),
    ("public databases", lambda a: a["kind"] == "db" and a["cfg"]["PubliclyAccessible"]),
    ("databases that are either public or unencrypted", lambda a: a["kind"] == "db" and (a["cfg"]["PubliclyAccessible"] or not a["cfg"]["StorageEncrypted"])),
    ("databases that are neither multi-AZ nor encrypted", lambda a: a["kind"] == "db" and not a["cfg"]["MultiAZ"] and not a["cfg"]["StorageEncrypted"]),
    ("databases that are unencrypted and in us-east-1", lambda a: a["kind"] == "db" and not a["cfg"]["StorageEncrypted"] and a["region"] == "us-east-1"),
    ("rds instances whose backup retention period is less than 7 days", lambda a: a["kind"] == "db" and a["cfg"]["BackupRetentionPeriod"] < 7),
    ("databases with backup retention of at least 7 days", lambda a: a["kind"] == "db" and a["cfg"]["BackupRetentionPeriod"] >= 7),
    ("databases without backups", lambda a: a["kind"] == "db" and a["cfg"]["BackupRetentionPeriod"] == 0),
    ("which databases run mysql", lambda a: a["kind"] == "db" and a["cfg"]["Engine"] == "mysql"),
    ("databases running mysql 8.0", lambda a: a["kind"] == "db" and a["cfg"]["EngineVersion"].startswith("8.0")),
    ("postgres databases", lambda a: a["kind"] == "db" and a["cfg"]["Engine"] == "postgres"),
    ("instances of type t3.micro", lambda a: a["cfg"].get("InstanceType") == "t3.micro"),
    ("t3.medium instances in us-east-1", lambda a: a["cfg"].get("InstanceType") == "t3.medium" and a["region"] == "us-east-1"),
    ("machines in vpc-0a1b2c1d", lambda a: a["kind"] == "vm" and a["cfg"].get("VpcId") == "vpc-0a1b2c1d"),
    ("ec2 instances with a public ip", lambda a: bool(a["cfg"].get("PublicIpAddress"))),
    ("ec2 instances without a public ip address", lambda a: aws("vm")(a) and not a["cfg"].get("PublicIpAddress")),
    ("ec2 instances not managed by ssm", lambda a: aws("vm")(a) and not a["cfg"]["managed_by_ssm"]),
    ("ec2 instances still allowing IMDSv1", lambda a: aws("vm")(a) and a["cfg"]["MetadataOptions"]["HttpTokens"] == "optional"),
    ("running machines", lambda a: a["state"] == "running"),
    ("stopped instances in dev environment", lambda a: a["state"] == "stopped" and env(a) == "dev"),
    ("ubuntu machines", lambda a: "Ubuntu" in (a["os"] or "")),
    ("windows servers", lambda a: "Windows" in (a["os"] or "")),
    ("windows server 2019 hosts in production", lambda a: "2019" in (a["os"] or "") and env(a) in PROD),
    ("functions on python3.8", lambda a: a["kind"] == "fn" and a["cfg"]["Configuration"]["Runtime"] == "python3.8"),
    ("lambda functions running python", lambda a: a["kind"] == "fn" and "python" in a["cfg"]["Configuration"]["Runtime"]),
    ("functions running nodejs", lambda a: a["kind"] == "fn" and "nodejs" in a["cfg"]["Configuration"]["Runtime"]),
    ("volumes bigger than 200", lambda a: a["kind"] == "vol" and a["cfg"]["Size"] > 200),
    ("volumes of at least 300 GB", lambda a: a["kind"] == "vol" and a["cfg"]["Size"] >= 300),
    ("unencrypted volumes", lambda a: a["kind"] == "vol" and not a["cfg"]["Encrypted"]),
    ("kms keys without rotation", lambda a: a["kind"] == "key" and not a["cfg"]["KeyRotationEnabled"]),
    ("keys that are rotated", lambda a: a["kind"] == "key" and a["cfg"]["KeyRotationEnabled"]),
    ("s3 buckets with versioning disabled", lambda a: aws("bucket")(a) and a["cfg"]["Versioning"]["Status"] != "Enabled"),
    ("s3 buckets that have versioning on", lambda a: aws("bucket")(a) and a["cfg"]["Versioning"]["Status"] == "Enabled"),
    ("gcp buckets without versioning", lambda a: a["kind"] == "bucket" and a["provider"] == "GCP" and not a["cfg"]["versioning"]["enabled"]),
    ("s3 buckets with neither logging nor versioning", lambda a: aws("bucket")(a) and a["cfg"]["Versioning"]["Status"] != "Enabled" and not a["cfg"]["LoggingEnabled"]),
    ("which s3 buckets do not log access", lambda a: aws("bucket")(a) and not a["cfg"]["LoggingEnabled"]),
    ("s3 buckets with no default encryption configured", lambda a: aws("bucket")(a) and not a["cfg"]["encryption"]),
    ("iam users without mfa", lambda a: a["kind"] == "user" and not a["cfg"]["MFADevices"]),
    ("users with console access", lambda a: a["kind"] == "user" and a["cfg"]["console_access"]),
    ("Which IAM users can sign in to the console but do not have any MFA device?", lambda a: a["kind"] == "user" and a["cfg"]["console_access"] and not a["cfg"]["MFADevices"]),
    ("users w/ access keys older than 90 days", lambda a: a["kind"] == "user" and a["n"] * 60 > 90 and a["cfg"]["AccessKeys"][0]["Status"] == "Active"),
    ("roles that can be assumed by anyone", lambda a: a["kind"] == "role" and a["cfg"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["AWS"] == "*"),
    ("security groups that allow 5432 from 10.0.0.0/8", lambda a: a["kind"] == "sg" and a["cfg"]["IpPermissions"][0]["FromPort"] == 5432 and a["cfg"]["IpPermissions"][0]["IpRanges"][0]["CidrIp"] == "10.0.0.0/8"),
    ("security groups with an inbound rule open to 0.0.0.0/0", lambda a: a["kind"] == "sg" and a["cfg"]["IpPermissions"][0]["IpRanges"][0]["CidrIp"] == "0.0.0.0/0"),
    ("assets first seen in the last 30 days", lambda a: a["first"] >= NOW - 30 * DAY),
    ("machines created before 2026-10-01", lambda a: a["kind"] == "vm" and a["first"].isoformat() < "2026-10-01"),
    ("assets not seen for 7 days", lambda a: a["last"] < NOW - 7 * DAY),
    ("ec2 instances launched in the last 30 days", lambda a: aws("vm")(a) and a["n"] * 20 <= 30),
    ("assets without any open issue", lambda a: not has(a)),
    ("assets with open issues", has),
    ("buckets that have an open critical issue", lambda a: a["kind"] == "bucket" and has(a, severity=("CRITICAL",))),
    ("ec2 instances without any high or medium open issue", lambda a: aws("vm")(a) and not has(a, severity=("HIGH", "MEDIUM"))),
    ("databases with critical or high issues in us-east-1", lambda a: a["kind"] == "db" and has(a, severity=("CRITICAL", "HIGH")) and a["region"] == "us-east-1"),
    ("assets that have more than one open issue", lambda a: count(a) > 1),
    ("assets with at least two open issues", lambda a: count(a) >= 2),
    ("public buckets", lambda a: a["kind"] == "bucket" and has(a, rule="public_access")),
    ("buckets that are public and in us-east-1", lambda a: a["kind"] == "bucket" and has(a, rule="public_access") and a["region"] == "us-east-1"),
    ("buckets that are not public", lambda a: a["kind"] == "bucket" and not has(a, rule="public_access")),
    ("machines affected by CVE-2021-44228", lambda a: cves(a, cve="CVE-2021-44228")),
    ("machines without vulnerabilities", lambda a: a["kind"] == "vm" and not cves(a)),
    ("production machines with fixable critical vulnerabilities", lambda a: env(a) in PROD and cves(a, severity="CRITICAL", fix=True)),
    ("assets with known exploited vulnerabilities", lambda a: cves(a, kev=True)),
    ("machines with no endpoint agent", lambda a: a["kind"] == "vm" and a["id"] not in {x["id"] for x in [y for y in ASSETS if y["kind"] == "vm"][:9]}),
    ("shw all virtal machines in azzure", lambda a: a["kind"] == "vm" and a["provider"] == "AZURE"),
    ("Write a custom rule query for S3 buckets without versioning", lambda a: aws("bucket")(a) and a["cfg"]["Versioning"]["Status"] != "Enabled"),
]  # fmt: skip


def keyed(rows: list[Row], *names: str) -> set[str]:
    name = next(n for n in names if not rows or n in rows[0])
    return {str(row[name]) for row in rows}


@pytest.mark.parametrize(("question", "wanted"), OF_ASSETS, ids=[q for q, _ in OF_ASSETS])
def test_assets(tenant: Tenant, question: str, wanted: Callable[[Row], Any]) -> None:
    asked = plan_question(question, tenant.estate, None, NOW)
    assert asked.outcome == "answer", asked.message
    assert asked.plan is not None
    assert asked.reading
    rows = tenant.rows(asked.plan)
    right = {a["id"] for a in ASSETS if wanted(a)}
    assert right, "the case tells nothing"
    assert keyed(rows, "xdm.asset.id", "asset_id") == right, asked.reading


OF_ISSUES: list[tuple[str, Callable[[Row], Any]]] = [
    ("open issues", lambda i: i["open"]),
    ("all the problems we have", lambda i: i["open"]),
    ("issues of any status", lambda i: True),
    ("critical issues", lambda i: i["open"] and i["severity"] == "CRITICAL"),
    ("critical and high issues", lambda i: i["open"] and i["severity"] in ("CRITICAL", "HIGH")),
    ("issues with severity high or above", lambda i: i["open"] and i["severity"] in ("CRITICAL", "HIGH")),
    ("issues worse than low", lambda i: i["open"] and i["severity"] != "LOW"),
    ("open issues except low severity ones", lambda i: i["open"] and i["severity"] != "LOW"),
    ("closed issues", lambda i: not i["open"]),
    ("resolved issues on buckets", lambda i: not i["open"] and i["asset"]["kind"] == "bucket"),
    ("issues in progress", lambda i: i["status"] == "In Progress"),
    ("issues assigned to kim@acme.example", lambda i: i["open"] and i["assignee"] == "kim@acme.example"),
    ("unassigned issues", lambda i: i["open"] and not i["assignee"]),
    ("issues on databases", lambda i: i["open"] and i["asset"]["kind"] == "db"),
    ("high severity issues on rds instances in us-east-1", lambda i: i["open"] and i["severity"] == "HIGH" and i["asset"]["kind"] == "db" and i["asset"]["region"] == "us-east-1"),
    ("issues in the payments account", lambda i: i["open"] and i["asset"]["account"] == "111111111111"),
    ("issues in production", lambda i: i["open"] and env(i["asset"]) in PROD),
    ("issues on assets of team shop", lambda i: i["open"] and i["asset"]["tags"].get("Team") == "shop"),
    ("open issues on assets without an owner", lambda i: i["open"] and "Owner" not in i["asset"]["tags"]),
    ("issues on payments-prod-db-1", lambda i: i["open"] and i["asset"]["name"] == "payments-prod-db-1"),
    ("issues first seen in the last 7 days", lambda i: i["open"] and i["first"] >= NOW - 7 * DAY),
    ("issues older than 60 days", lambda i: i["open"] and i["first"] < NOW - 60 * DAY),
    ("critical issues open for more than 30 days", lambda i: i["open"] and i["severity"] == "CRITICAL" and i["first"] < NOW - 30 * DAY),
    ("issues opened since 1 November", lambda i: i["first"].isoformat() >= "2026-11-01"),
    ("issues opened in October", lambda i: i["first"].month == 10),
    ("issues opened between 2026-10-01 and 2026-10-15", lambda i: "2026-10-01" <= i["first"].isoformat()[:10] <= "2026-10-15"),
    ("issues closed in the last 10 days", lambda i: not i["open"] and i["resolved"] >= NOW - 10 * DAY),
    ("issues not on buckets", lambda i: i["open"] and i["asset"]["kind"] != "bucket"),
    ("open issues for rule s3_bucket_public_access", lambda i: i["open"] and i["rule"] == "s3_bucket_public_access"),
    ("critical or high issues on databases in the payments account opened in the last 60 days", lambda i: i["severity"] in ("CRITICAL", "HIGH") and i["asset"]["kind"] == "db" and i["asset"]["account"] == "111111111111" and i["first"] >= NOW - 60 * DAY),
]  # fmt: skip


@pytest.mark.parametrize(("question", "wanted"), OF_ISSUES, ids=[q for q, _ in OF_ISSUES])
def test_issues(tenant: Tenant, question: str, wanted: Callable[[Row], Any]) -> None:
    asked = plan_question(question, tenant.estate, None, NOW)
    assert asked.plan is not None, asked.message
    right = {str(i["id"]) for i in ISSUES if wanted(i)}
    assert right, "the case tells nothing"
    assert keyed(tenant.rows(asked.plan), "xdm.issue.id") == right, asked.reading


OF_VULNERABILITIES: list[tuple[str, Callable[[Row], Any]]] = [
    ("vulnerabilities", lambda v: True),
    ("vulnerabilities with cvss above 9", lambda v: v["facts"]["xdm.vulnerability.cvss_score"] > 9),
    ("vulnerabilities with a score of 9.8 or higher", lambda v: v["facts"]["xdm.vulnerability.cvss_score"] >= 9.8),
    ("high vulnerabilities without a fix", lambda v: v["severity"] == "HIGH" and not v["facts"]["xdm.vulnerability.has_a_fix"]),
    ("fixable vulns on azure machines", lambda v: v["facts"]["xdm.vulnerability.has_a_fix"] and v["asset"]["provider"] == "AZURE"),
    ("vulnerabilities in openssl", lambda v: v["facts"]["xdm.software_package.name"] == "openssl"),
    ("CVE-2023-38545", lambda v: v["rule"] == "CVE-2023-38545"),
    ("critical cves that are exploited in the wild", lambda v: v["severity"] == "CRITICAL" and v["facts"]["xdm.vulnerability.cisa_kev"]),
]  # fmt: skip


@pytest.mark.parametrize(("question", "wanted"), OF_VULNERABILITIES, ids=[q for q, _ in OF_VULNERABILITIES])
def test_vulnerabilities(tenant: Tenant, question: str, wanted: Callable[[Row], Any]) -> None:
    asked = plan_question(question, tenant.estate, None, NOW)
    assert asked.plan is not None, asked.message
    right = {v["id"] for v in VULNERABILITIES if wanted(v)}
    assert right
    assert keyed(tenant.rows(asked.plan), "xdm.finding.id") == right, asked.reading


@pytest.mark.parametrize(
    ("question", "outcome"),
    [
        ("issues in account acne", "no_such"),
        ("issues with status blocked", "no_such"),
    ],
)
def test_names_are_not_dropped(tenant: Tenant, question: str, outcome: str) -> None:
    assert plan_question(question, tenant.estate, None, NOW).outcome == outcome


def test_an_id_is_no_noun(tenant: Tenant) -> None:
    asked = plan_question("CVE-2021-44228 affected machines", tenant.estate, None, NOW)
    hit = {v["asset"]["id"] for v in VULNERABILITIES if v["rule"] == "CVE-2021-44228"}
    assert asked.plan is not None
    assert {row["xdm.asset.id"] for row in tenant.rows(asked.plan)} == hit


def test_columns_after_a_comma(tenant: Tenant) -> None:
    asked = plan_question("critical vulnerabilities, with cvss and owner", tenant.estate, None, NOW)
    assert asked.form is not None
    assert [ref.name for ref in asked.form.columns] == ["cvss", "owner"]
    assert [i.kind for i in asked.form.items] == ["atom"]
