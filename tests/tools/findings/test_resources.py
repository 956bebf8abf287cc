from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.findings.resource_types import type_table
from tools.findings.resources import asset_id, classify, parse_arn, provider_name

ACCOUNT = "123456789012"


@pytest.mark.parametrize(
    ("uid", "type_id"),
    [
        ("arn:aws:s3:::data", "S3_BUCKET"),
        ("arn:aws:ec2:us-east-1:123456789012:instance/i-1", "EC2_INSTANCE"),
        ("arn:aws:rds:us-east-1:123456789012:snapshot:rds:db-2026", "RDS_SNAPSHOT"),
        (
            "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/web/9b",
            "ELBV2_LOAD_BALANCER",
        ),
        ("arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/classic", "ELB_LOAD_BALANCER"),
        ("arn:aws:sqs:us-east-1:123456789012:orders", "SQS_QUEUE"),
        ("arn:aws:iam::123456789012:root", "AWS_ACCOUNT"),
        ("arn:aws:apigateway:us-east-1::/restapis/abc", "API_GATEWAY_REST_API"),
        (
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a",
            "AZURE_STORAGE_ACCOUNT",
        ),
        (
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.Sql/servers/a/databases/b",
            "AZURE_SQL_DATABASE",
        ),
        ("/subscriptions/s", "AZURE_SUBSCRIPTION"),
        ("//storage.googleapis.com/projects/_/buckets/b", "GOOGLE_CLOUD_STORAGE_BUCKET"),
        ("//compute.googleapis.com/projects/p/zones/z/instances/i", "GOOGLE_COMPUTE_ENGINE_VM_INSTANCE"),
    ],
)
def test_the_identity_says_the_type(uid: str, type_id: str) -> None:
    assert classify(uid).id == type_id


def test_the_identity_is_trusted_before_the_scanner() -> None:
    uid = "arn:aws:ec2:us-east-1:123456789012:snapshot/snap-1"
    assert classify(uid, scanner_type="AwsEc2Volume").id == "EC2_SNAPSHOT"
    assert classify("no-arn", scanner_type="AwsEc2Volume").id == "EC2_VOLUME"


def test_a_setting_of_the_account_is_the_account() -> None:
    uid = "arn:aws:ec2:us-east-1:123456789012:volume"
    assert classify(uid, name=ACCOUNT, account=ACCOUNT, scanner_type="AwsEc2Volume").id == "AWS_ACCOUNT"


def test_an_unknown_type_keeps_the_scanner_word() -> None:
    found = classify("x", scanner_type="AwsQuantumLedger")
    assert (found.id, found.name, found.asset_class) == ("AWS_QUANTUM_LEDGER", "Aws Quantum Ledger", "Other")
    assert classify("", scanner_type="").id == "OTHER"


@given(st.text(max_size=80), st.text(max_size=40))
def test_classify_takes_anything(uid: str, word: str) -> None:
    found = classify(uid, scanner_type=word)
    assert found.id
    assert len(found.id) <= 100


def test_the_table_is_whole() -> None:
    table = type_table()
    assert len(table.types) > 200
    for index in (table.arn, table.azure, table.google, table.scanner):
        assert set(index.values()) <= set(table.types)
    assert all(t.asset_class and t.category and t.name for t in table.types.values())


def test_ids_are_by_resource_and_account() -> None:
    one = asset_id("arn:aws:s3:::data", ACCOUNT)
    assert len(one) == 32
    assert one == asset_id("arn:aws:s3:::data", ACCOUNT)
    assert one != asset_id("arn:aws:s3:::data", "210987654321")


def test_arn_parts() -> None:
    arn = parse_arn("arn:aws:lambda:eu-west-1:1:function:name:3")
    assert arn is not None
    assert (arn.service, arn.region, arn.account, arn.kind, arn.rest) == (
        "lambda",
        "eu-west-1",
        "1",
        "function",
        "name:3",
    )
    assert parse_arn("arn:aws:s3") is None
    assert parse_arn("data") is None


@pytest.mark.parametrize(
    ("given", "expected"), [("aws", "AWS"), ("Azure", "AZURE"), ("google", "GCP"), ("vsphere", "VSPHERE")]
)
def test_provider_names(given: str, expected: str) -> None:
    assert provider_name(given) == expected
