"""Nouns by their place, machines by their size, items with the columns asked for: rows against plain Python."""

# ruff: noqa: E501 (a table is easier to read in one piece)

from __future__ import annotations

from collections import Counter

import pytest

from agent.planner.questions.ask import plan_question
from tests.agent.planner.questions.settings_tenant import CONFIGURED, ConfiguredTenant
from tests.agent.planner.questions.tenant import NOW, Row, Tenant

TYPES = {
    "AZURE_PUBLIC_IP": ("Network", "Network Interface", "Azure Public IP", "AZURE"),
    "AZURE_VIRTUAL_MACHINE": ("Compute", "VM Instance", "Azure Virtual Machine", "AZURE"),
    "EC2_INSTANCE": ("Compute", "VM Instance", "EC2 Instance", "AWS"),
    "RDS_DATABASE_INSTANCE": ("Data", "Database", "RDS Database Instance", "AWS"),
    "AMAZON_DYNAMODB_TABLE": ("Data", "Database", "DynamoDB Table", "AWS"),
    "S3_BUCKET": ("Data", "Storage Bucket", "S3 Bucket", "AWS"),
    "AWS_IAM_USER": ("Identity", "IAM User", "IAM User", "AWS"),
}


def _made(type_id: str, n: int) -> Row:
    login = {"linuxConfiguration": {"disablePasswordAuthentication": n % 2 == 0}} if n < 4 else {}
    return {
        "AZURE_PUBLIC_IP": {"properties": {"ipAddress": f"198.51.100.{n}"}},
        "AZURE_VIRTUAL_MACHINE": {
            "type": "Microsoft.Compute/virtualMachines",
            "properties": {"hardwareProfile": {"vmSize": ("Standard_B2ms", "Standard_D2s_v5")[n % 2]}, "osProfile": login},
        },
        "EC2_INSTANCE": {"InstanceType": ("t3.micro", "m5.large")[n % 2], "BlockDeviceMappings": [{"DeviceName": f"/dev/{n}"}]},
        "RDS_DATABASE_INSTANCE": {"Engine": "mysql"},
        "AMAZON_DYNAMODB_TABLE": {"ItemCount": (n * 5) % 7},
        "S3_BUCKET": {"Versioning": {"Status": ("Enabled", "Suspended")[n % 3 == 0], "MFADelete": "Disabled"}},
        "AWS_IAM_USER": {"AccessKeys": [{"AccessKeyId": f"AKIA{n}", "Status": ("Active", "Inactive")[n % 2], "CreateDate": f"2026-01-0{n + 1}T00:00:00Z"}]},
    }[type_id]  # fmt: skip


ROWS: list[Row] = [
    {"id": f"{t.lower()}-{n}", "name": f"{t.lower()}-{n}", "type": t, "cfg": _made(t, n)}
    for t in TYPES
    for n in range(6)
]


@pytest.fixture(scope="module")
def small() -> ConfiguredTenant:
    return ConfiguredTenant(ROWS, TYPES)


def ask(tenant: ConfiguredTenant, question: str) -> list[Row]:
    asked = plan_question(question, tenant.estate, None, NOW)
    assert asked.plan is not None, asked.message
    return tenant.rows(asked.plan)


def ids(rows: list[Row]) -> set[str]:
    return {str(row["xdm.asset.id"]) for row in rows}


def of(type_id: str) -> list[Row]:
    return [r for r in ROWS if r["type"] == type_id]


@pytest.mark.parametrize("question", ["which public IPs exist in Azure?", "list our public ip addresses"])
def test_public_addresses_are_asked_for(small: ConfiguredTenant, question: str) -> None:
    assert ids(ask(small, question)) == {r["id"] for r in of("AZURE_PUBLIC_IP")}


def test_a_service_in_parentheses_narrows(small: ConfiguredTenant) -> None:
    assert ids(ask(small, "databases in AWS (RDS)")) == {r["id"] for r in of("RDS_DATABASE_INSTANCE")}
    assert len(ask(small, "databases in AWS")) == 12


def test_each_cloud_has_its_key_for_the_size(small: ConfiguredTenant) -> None:
    rows = ask(small, "vms by vm size")
    wanted = Counter(
        r["cfg"]["InstanceType"]
        if r["type"] == "EC2_INSTANCE"
        else r["cfg"]["properties"]["hardwareProfile"]["vmSize"]
        for r in (*of("EC2_INSTANCE"), *of("AZURE_VIRTUAL_MACHINE"))
    )
    assert {row["vm_size"]: row["assets"] for row in rows} == wanted


@pytest.mark.parametrize(
    "question",
    [
        "azure vms where you can log in with a password",
        "azure vms with password login",
        "azure vms that still allow ssh with passwords",
    ],
)
def test_logging_in_with_a_password(small: ConfiguredTenant, question: str) -> None:
    wanted = {f"azure_virtual_machine-{n}" for n in (1, 3)}
    assert ids(ask(small, question)) == wanted


@pytest.mark.parametrize(
    "question", ["s3 buckets by versioning", "how many s3 buckets have versioning on and how many off"]
)
def test_groups_are_by_the_switch_of_an_object(small: ConfiguredTenant, question: str) -> None:
    wanted = Counter(r["cfg"]["Versioning"]["Status"] for r in of("S3_BUCKET"))
    assert {row["versioning"]: row["assets"] for row in ask(small, question)} == wanted


@pytest.mark.parametrize(
    "question", ["the 3 dynamodb tables with the most items", "the 3 dynamodb tables with more items"]
)
def test_most_of_a_number_of_the_configuration(small: ConfiguredTenant, question: str) -> None:
    rows = ask(small, question)
    best = sorted((r["cfg"]["ItemCount"] for r in of("AMAZON_DYNAMODB_TABLE")), reverse=True)[:3]
    assert [float(row["items"]) for row in rows] == best


@pytest.mark.parametrize(
    "question",
    [
        "access keys of the iam users, one per line: user, key id, status and creation date",
        "AWS IAM access keys, one per row with user name, key id, status, created",
    ],
)
def test_items_show_the_values_that_are_asked_for(small: ConfiguredTenant, question: str) -> None:
    rows = ask(small, question)
    wanted = {
        (k["AccessKeyId"], k["Status"], k["CreateDate"])
        for r in of("AWS_IAM_USER")
        for k in r["cfg"]["AccessKeys"]
    }
    assert {(row["access_key_id"], row["status"], row["create_date"]) for row in rows} == wanted


def test_device_mappings_are_no_order_to_block(small: ConfiguredTenant) -> None:
    rows = ask(small, "Block device mappings of the EC2 instances, one row each")
    assert {row["device_name"] for row in rows} == {f"/dev/{n}" for n in range(6)}


def test_a_share_of_a_cloud_by_tag(tenant: Tenant) -> None:
    made = plan_question("what share of our aws resources has a team tag", tenant.estate, None, NOW)
    assert made.form is not None
    assert made.form.measure is not None
    assert made.form.measure.part[0].ref.tags  # type: ignore[union-attr]
    assert [i.ref.name for i in made.form.items] == ["provider"]  # type: ignore[union-attr]


def test_containers_with_their_namespace() -> None:
    made = plan_question(
        "containers of the deployments, one by line, with deployment name, namespace and image",
        ConfiguredTenant().estate,
        None,
        NOW,
    )
    assert made.form is not None
    assert made.form.each is not None
    assert "namespace" in [ref.name for ref in made.form.each.shown]
    assert len(made.form.items) == 1


@pytest.fixture(scope="module")
def configured() -> ConfiguredTenant:
    return ConfiguredTenant()


@pytest.mark.parametrize(
    ("question", "lowest"),
    [
        ("storage accounts that still accept TLS 1.0", ("TLS1_0",)),
        ("storage accounts with tls 1.0", ("TLS1_0",)),
        ("storage accounts where TLS 1.1 is allowed", ("TLS1_0", "TLS1_1")),
    ],
)
def test_an_old_version_is_accepted(
    configured: ConfiguredTenant, question: str, lowest: tuple[str, ...]
) -> None:
    wanted = {
        r["id"]
        for r in CONFIGURED
        if r["type"] == "AZURE_STORAGE_ACCOUNT" and r["cfg"]["properties"]["minimumTlsVersion"] in lowest
    }
    assert ids(ask(configured, question)) == wanted


def test_without_a_value_is_not_without_an_item(configured: ConfiguredTenant) -> None:
    asked = plan_question("deployments that don't have privileged configured", configured.estate, None, NOW)
    assert asked.form is None or asked.form.each is None


def test_a_follow_up_by_a_setting_with_a_noun_in_it(configured: ConfiguredTenant) -> None:
    first = plan_question("list our Azure SQL servers", configured.estate, None, NOW)
    second = plan_question("only the ones with public network access enabled", configured.estate, first, NOW)
    assert second.plan is not None, second.message
    wanted = {
        r["id"]
        for r in CONFIGURED
        if r["type"] == "AZURE_SQL_SERVER" and r["cfg"]["properties"]["publicNetworkAccess"] == "Enabled"
    }
    assert ids(configured.rows(second.plan)) == wanted


@pytest.mark.parametrize(
    "question", ["show me the worst ones", "how many do we have in production?", "how many are there?"]
)
def test_what_names_nothing_is_asked_back(tenant: Tenant, question: str) -> None:
    assert plan_question(question, tenant.estate, None, NOW).outcome == "clarify"
