"""Questions about configuration: the rows are those that plain Python picks from the raw configuration."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from agent.planner.questions.ask import plan_question, understand
from agent.planner.questions.setting_atoms import NoSuchValue
from agent.planner.questions.setting_reader import read_settings
from tests.agent.planner.questions.settings_tenant import CONFIGURED, ConfiguredTenant
from tests.agent.planner.questions.tenant import NOW, Row


@pytest.fixture(scope="module")
def configured() -> ConfiguredTenant:
    return ConfiguredTenant()


def old(text: str, days: int) -> bool:
    return datetime.fromisoformat(text) < NOW - timedelta(days=days)


def statements(c: Row) -> list[Row]:
    return [s for v in c["PolicyVersionList"] for s in v["Document"]["Statement"]]


def props(c: Row) -> Row:
    made: Row = c["properties"]
    return made


def containers(c: Row) -> list[Row]:
    made: list[Row] = c["spec"]["template"]["spec"]["containers"]
    return made


def world(c: Row, port: int) -> bool:
    return any(
        p["FromPort"] <= port <= p["ToPort"] and any(r["CidrIp"] == "0.0.0.0/0" for r in p["IpRanges"])
        for p in c["IpPermissions"]
    )


S3, RDS, EBS, USER, POLICY = (
    "S3_BUCKET",
    "RDS_DATABASE_INSTANCE",
    "EC2_VOLUME",
    "AWS_IAM_USER",
    "AWS_IAM_POLICY",
)
GROUP, ROUTES, STORE, VAULT = (
    "EC2_SECURITY_GROUP",
    "EC2_ROUTE_TABLE",
    "AZURE_STORAGE_ACCOUNT",
    "AZURE_KEY_VAULT",
)
SQL, DEPLOY = "AZURE_SQL_SERVER", "KUBERNETES_DEPLOYMENT"
CASES: list[tuple[str, str, Callable[[Row], Any]]] = [
    ("s3 buckets with versioning suspended", S3, lambda c: c["Versioning"]["Status"] == "Suspended"),
    (
        "s3 buckets without versioning and without logging",
        S3,
        lambda c: c["Versioning"]["Status"] != "Enabled" and not c["LoggingEnabled"],
    ),
    (
        "which s3 buckets have neither versioning nor logging enabled?",
        S3,
        lambda c: c["Versioning"]["Status"] != "Enabled" and not c["LoggingEnabled"],
    ),
    (
        "s3 buckets that have versioning but no logging enabled",
        S3,
        lambda c: c["Versioning"]["Status"] == "Enabled" and not c["LoggingEnabled"],
    ),
    (
        "rds instances with storage encrypted and multi-az off",
        RDS,
        lambda c: c["StorageEncrypted"] and not c["MultiAZ"],
    ),
    (
        "rds instances with deletion protection off or multi-az off",
        RDS,
        lambda c: not c["DeletionProtection"] or not c["MultiAZ"],
    ),
    (
        "rds instances with a backup retention period below 7 days",
        RDS,
        lambda c: c["BackupRetentionPeriod"] < 7,
    ),
    (
        "rds instances with backup retention of at most 7 days that are publicly accessible",
        RDS,
        lambda c: c["BackupRetentionPeriod"] <= 7 and c["PubliclyAccessible"],
    ),
    (
        "mysql rds instances without deletion protection",
        RDS,
        lambda c: c["Engine"] == "mysql" and not c["DeletionProtection"],
    ),
    (
        "rds instances that run mysql and have no multi-az",
        RDS,
        lambda c: c["Engine"] == "mysql" and not c["MultiAZ"],
    ),
    ("mysql or postgres rds instances with storage not encrypted", RDS, lambda c: not c["StorageEncrypted"]),
    (
        "rds instances with an engine other than mysql and publicly accessible",
        RDS,
        lambda c: c["Engine"] != "mysql" and c["PubliclyAccessible"],
    ),
    ("ebs volumes bigger than 50 gb", EBS, lambda c: c["Size"] > 50),
    ("unencrypted ebs volumes bigger than 50 GB", EBS, lambda c: c["Size"] > 50 and not c["Encrypted"]),
    (
        "ebs volumes with volume type gp3 that are not encrypted",
        EBS,
        lambda c: c["VolumeType"] == "gp3" and not c["Encrypted"],
    ),
    (
        "iam users with an access key older than 90 days",
        USER,
        lambda c: any(k["Status"] == "Active" and old(k["CreateDate"], 90) for k in c["AccessKeys"]),
    ),
    (
        "iam users with inactive access keys",
        USER,
        lambda c: any(k["Status"] == "Inactive" for k in c["AccessKeys"]),
    ),
    (
        'which iam policies have a statement that allows action "*" on resource "*"?',
        POLICY,
        lambda c: any(
            s["Effect"] == "Allow" and s["Action"] == "*" and s["Resource"] == "*" for s in statements(c)
        ),
    ),
    (
        'iam policies with a statement with effect deny on resource "*"',
        POLICY,
        lambda c: any(s["Effect"] == "Deny" and s["Resource"] == "*" for s in statements(c)),
    ),
    ("security groups with port 22 open to 0.0.0.0/0", GROUP, lambda c: world(c, 22)),
    ("security groups with a rule with port 443 open to 0.0.0.0/0", GROUP, lambda c: world(c, 443)),
    (
        "azure storage accounts with a minimum tls version below 1.2",
        STORE,
        lambda c: props(c)["minimumTlsVersion"] != "TLS1_2",
    ),
    (
        "azure storage accounts with minimum tls version TLS 1.0",
        STORE,
        lambda c: props(c)["minimumTlsVersion"] == "TLS1_0",
    ),
    ("storage accounts that allow blob public access", STORE, lambda c: props(c)["allowBlobPublicAccess"]),
    (
        "storage accounts without https traffic only",
        STORE,
        lambda c: not props(c)["supportsHttpsTrafficOnly"],
    ),
    ("key vaults without purge protection", VAULT, lambda c: not props(c)["enablePurgeProtection"]),
    (
        "key vaults with purge protection disabled or soft delete disabled",
        VAULT,
        lambda c: not props(c)["enablePurgeProtection"] or not props(c)["enableSoftDelete"],
    ),
    (
        "key vaults with soft delete retention under 30 days",
        VAULT,
        lambda c: props(c)["softDeleteRetentionInDays"] < 30,
    ),
    (
        "sql servers with public network access enabled and minimal tls version 1.0",
        SQL,
        lambda c: props(c)["publicNetworkAccess"] == "Enabled" and props(c)["minimalTlsVersion"] == "1.0",
    ),
    (
        "kubernetes deployments with host network",
        DEPLOY,
        lambda c: c["spec"]["template"]["spec"]["hostNetwork"],
    ),
    (
        "kubernetes deployments with a privileged container",
        DEPLOY,
        lambda c: any(x["securityContext"]["privileged"] for x in containers(c)),
    ),
    (
        "kubernetes deployments with images of the latest tag",
        DEPLOY,
        lambda c: any(x["image"].endswith(":latest") for x in containers(c)),
    ),
    ("kubernetes deployments with more than 3 replicas", DEPLOY, lambda c: c["spec"]["replicas"] > 3),
]


@pytest.mark.parametrize(("question", "kind", "which"), CASES, ids=[case[0] for case in CASES])
def test_the_right_rows(
    configured: ConfiguredTenant, question: str, kind: str, which: Callable[[Row], Any]
) -> None:
    asked = plan_question(question, configured.estate, None, NOW)
    assert asked.outcome == "answer", asked.message
    assert asked.plan is not None
    found = [row["xdm.asset.id"] for row in configured.rows(asked.plan)]
    wanted = {a["id"] for a in CONFIGURED if a["type"] == kind and which(a["cfg"])}
    assert wanted, "a question that nothing answers shows little"
    assert set(found) == wanted
    assert len(found) == len(wanted)


@pytest.mark.parametrize(
    "question",
    [
        "i need this as a detection rule: s3 buckets with server access logging switched off",
        "write me a custom rule that flags rds instances that arent multi-az",
        "could you give me a rule for finding key vaults without the purge protection?",
        "make custom policy query: ebs volumes not encrypted",
    ],
)
def test_a_rule_is_a_form_of_the_answer(configured: ConfiguredTenant, question: str) -> None:
    asked = plan_question(question, configured.estate, None, NOW)
    assert asked.outcome == "answer", asked.message
    assert asked.form is not None
    assert asked.form.rule_form


def test_rules_of_a_firewall_are_no_form_of_the_answer(configured: ConfiguredTenant) -> None:
    question = "sql servers with a firewall rule from 0.0.0.0 to 255.255.255.255"
    asked = plan_question(question, configured.estate, None, NOW)
    assert asked.form is not None
    assert not asked.form.rule_form


def test_columns_that_are_asked_for_are_shown(configured: ConfiguredTenant) -> None:
    question = "rds instances without multi-az, show engine and backup retention period"
    asked = plan_question(question, configured.estate, None, NOW)
    assert asked.plan is not None
    found = configured.rows(asked.plan)
    wanted = {
        (a["id"], a["cfg"]["Engine"], str(a["cfg"]["BackupRetentionPeriod"]))
        for a in CONFIGURED
        if a["type"] == RDS and not a["cfg"]["MultiAZ"]
    }
    told = {(r["xdm.asset.id"], r["engine"], str(r["backup_retention_period"])) for r in found}
    assert told == wanted


def test_a_value_that_nothing_has_is_no_empty_answer(configured: ConfiguredTenant) -> None:
    asked = plan_question("rds instances with an engine equal to oracle", configured.estate, None, NOW)
    assert asked.outcome == "no_such"
    assert "oracle" in asked.message
    with pytest.raises(NoSuchValue):
        read_settings("rds instances with an engine equal to oracle", configured.estate, NOW, understand)


@pytest.mark.parametrize(
    "question",
    [
        "rds instances with multi-az and purple curtains",
        "iam policies that allow singing on every resource",
        "storage accounts with tls version of the moon",
    ],
)
def test_a_word_without_a_meaning_leaves_the_question_to_others(
    configured: ConfiguredTenant, question: str
) -> None:
    assert read_settings(question, configured.estate, NOW, understand) is None
    assert plan_question(question, configured.estate, None, NOW).outcome != "answer"


@pytest.mark.parametrize(
    ("question", "which"),
    [
        (
            "s3 buckets without versioning or logging",
            lambda c: c["Versioning"]["Status"] != "Enabled" and not c["LoggingEnabled"],
        ),
        (
            "s3 buckets with versioning off or logging off",
            lambda c: c["Versioning"]["Status"] != "Enabled" or not c["LoggingEnabled"],
        ),
    ],
)
def test_without_one_or_the_other_is_neither(
    configured: ConfiguredTenant, question: str, which: Callable[[Row], Any]
) -> None:
    asked = plan_question(question, configured.estate, None, NOW)
    assert asked.plan is not None, asked.message
    wanted = {a["id"] for a in CONFIGURED if a["type"] == S3 and which(a["cfg"])}
    assert {row["xdm.asset.id"] for row in configured.rows(asked.plan)} == wanted


def test_a_gateway_that_is_gone_through_is_a_test(configured: ConfiguredTenant) -> None:
    question = "route tables routing 0.0.0.0/0 through a nat gateway"
    asked = plan_question(question, configured.estate, None, NOW)
    assert asked.plan is not None, asked.message
    wanted = {
        a["id"]
        for a in CONFIGURED
        if a["type"] == ROUTES and any("NatGatewayId" in r for r in a["cfg"]["Routes"])
    }
    assert {row["xdm.asset.id"] for row in configured.rows(asked.plan)} == wanted


def test_an_owner_is_a_tag_and_not_whom_a_cloud_bills() -> None:
    cfg = {"Owner": {"ID": "abc"}, "Versioning": {"Status": "Enabled"}}
    made: list[Row] = [{"id": f"b{n}", "name": f"b{n}", "type": "S3_BUCKET", "cfg": cfg} for n in range(3)]
    tenant = ConfiguredTenant(made, {"S3_BUCKET": ("Data", "Storage Bucket", "S3 Bucket", "AWS")})
    asked = read_settings("s3 buckets without owner", tenant.estate, NOW, understand)
    assert asked is None
