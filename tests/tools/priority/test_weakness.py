from __future__ import annotations

import csv
from importlib.resources import files
from pathlib import Path

import pytest

from tests.tools.priority.building import bucket as s3
from tests.tools.priority.building import context, finding, role
from tests.tools.priority.graph.clouds import azure, store
from tools.findings.model import AssetRecord
from tools.priority.weakness import weakness_of
from tools.priority.weakness_here import on_this_asset
from tools.priority.weights import load_weights


@pytest.mark.parametrize(
    ("rule", "name"),
    [
        ("s3_bucket_policy_public_write_access", "data_exposure"),
        ("s3_bucket_level_public_access_block", "barrier"),
        ("s3_bucket_no_mfa_delete", "resilience"),
        ("ec2_instance_port_ssh_exposed_to_internet", "entry"),
        ("ec2_networkacl_allow_ingress_any_port", "guardrail"),
        ("ec2_instance_imdsv2_enabled", "lateral"),
        ("iam_user_mfa_enabled_console_access", "credential"),
        ("cloudwatch_log_metric_filter_sign_in_without_mfa", "detection"),
        ("iam_customer_attached_policy_no_administrative_privileges", "privilege"),
        ("kms_key_not_publicly_accessible", "takeover"),
        ("rds_instance_deprecated_engine_version", "vulnerability"),
        ("rds_instance_storage_encrypted", "encryption_rest"),
        ("rds_instance_transport_encrypted", "encryption_transit"),
        ("guardduty_is_enabled", "detection"),
        ("rds_instance_multi_az", "resilience"),
        ("iam_password_policy_symbol", "governance"),
        ("storage_blob_public_access_level_is_disabled", "barrier"),
        ("compute_firewall_ssh_access_from_the_internet_allowed", "entry"),
        ("core_minimize_privileged_containers", "lateral"),
        ("secret_aws_access_key_in_object", "credential"),
        ("secret_sql_connection_string_in_repository", "credential"),
        ("gcp_sa_key_in_image", "credential"),
        ("storage_default_network_access_rule_is_denied", "barrier"),
        ("app_function_access_keys_configured", "entry"),
        ("gke_cluster_no_default_service_account", "privilege"),
        ("cosmosdb_account_use_aad_and_rbac", "credential"),
        ("entra_security_defaults_enabled", "credential"),
        ("sqlserver_azuread_administrator_enabled", "barrier"),
    ],
)
def test_rules_say_what_an_attacker_can_do(rule: str, name: str) -> None:
    found = weakness_of(finding(rule))
    assert (found.name, found.basis) == (name, "rule")


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("IAM role can be assumed by any AWS account", "takeover"),
        ("Security group allows SSH from any address", "entry"),
        ("Public EBS snapshot", "data_exposure"),
        ("Publicly restorable RDS snapshot", "data_exposure"),
        ("EBS snapshot exposed to all AWS accounts, unencrypted", "data_exposure"),
        ("EBS snapshot not encrypted", "encryption_rest"),
        ("User has no MFA", "credential"),
        ("CVE-2021-44228 on web-1", "vulnerability"),
        ("S3 bucket versioning disabled", "resilience"),
    ],
)
def test_a_rule_that_nobody_knows_is_read_by_its_title(title: str, name: str) -> None:
    opaque = finding("0b9c2f3e-6a55-4a7e-9f77-0f3f3f3f3f3f", title=title)
    assert (weakness_of(opaque).name, weakness_of(opaque).basis) == (name, "title")


def test_the_kind_decides_before_the_title() -> None:
    told = finding("S3.8", kind="aws.s3.public_access", title="Something else with encryption")
    assert weakness_of(told).basis == "kind"
    assert weakness_of(told).name == "data_exposure"


def test_what_nothing_knows_says_so() -> None:
    found = weakness_of(finding("xyzzy", title="Frobnicated"))
    assert (found.name, found.basis) == ("unclassified", "none")


@pytest.mark.parametrize("table", ["weakness.tsv", "weakness_titles.tsv"])
def test_the_tables_use_classes_of_the_weights(table: str) -> None:
    text = files("tools.priority").joinpath(f"data/{table}").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))
    assert len(rows) > 20
    for row in rows:
        assert row["class"] in load_weights().weakness
        assert 0.0 < float(row["strength"]) <= 1.0
        assert row["words"]


@pytest.mark.shared
def test_every_known_check_has_a_class(shared_data: Path) -> None:
    text = (shared_data / "compliance" / "checks.tsv").read_text("utf-8")
    checks = [row["check_id"] for row in csv.DictReader(text.splitlines(), delimiter="\t")]
    assert len(checks) == 1076
    assert [c for c in checks if weakness_of(finding(c)).basis != "rule"] == []


@pytest.mark.parametrize(
    ("title", "name", "theme"),
    [
        ("Function can be invoked by everyone", "takeover", "public"),
        ("Search node answers without a login", "entry", "ingress"),
        ("Container mounts the root of the host", "lateral", "container"),
        ("Managed identity is Contributor of the subscription", "privilege", "privilege"),
        ("Role can read all objects of a bucket with sensitive data", "privilege", "privilege"),
    ],
)
def test_plain_titles_of_rules_that_nobody_knows(title: str, name: str, theme: str) -> None:
    found = weakness_of(finding("8d1f0c9e-1111-4222-8333-944455556666", title=title))
    assert (found.name, found.theme, found.basis) == (name, theme, "title")


def _container() -> AssetRecord:
    return azure(
        "Microsoft.Storage/storageAccounts/store1/blobServices/default/containers/c", {"publicAccess": "Blob"}
    )


@pytest.mark.parametrize(
    ("why", "rule", "on", "others", "name"),
    [
        ("anyone reads it", "storage_blob_public_access_level_is_disabled", store(allowBlobPublicAccess=True),
         (_container(),), "data_exposure"),
        ("nothing in it is public", "storage_blob_public_access_level_is_disabled", store(), (), "barrier"),
        ("a bucket has a rule of its own for that", "s3_bucket_level_public_access_block", s3("b", public=True),
         (), "barrier"),
        ("any account", "iam_role_cross_account_readonlyaccess_policy", role("r", trust={"AWS": "*"}), (), "takeover"),
        ("one account", "iam_role_cross_account_readonlyaccess_policy",
         role("r", trust={"AWS": "arn:aws:iam::999988887777:root"}), (), "guardrail"),
        ("a bucket has a rule of its own for that too", "s3_bucket_cross_account_access", s3("b", public=True),
         (), "guardrail"),
    ],
)  # fmt: skip
def test_exposure_says_more_than_the_rule(
    why: str, rule: str, on: AssetRecord, others: tuple[AssetRecord, ...], name: str
) -> None:
    whole = context(on, *others)
    exposure = whole.facts_of(on).exposure.fact
    assert on_this_asset(weakness_of(finding(rule, on)), on, exposure, whole.estate).name == name, why
