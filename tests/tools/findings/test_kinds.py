from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tools.findings.kinds import all_kinds, is_kind, kind_for, kind_table, kind_title


@pytest.mark.parametrize(
    ("provider", "rule", "kind"),
    [
        ("aws", "s3_bucket_public_access", "aws.s3.public_access"),
        ("AWS", "S3_Bucket_Public_Access", "aws.s3.public_access"),
        ("aws", "prowler-s3_bucket_public_access", "aws.s3.public_access"),
        ("aws", "S3.2", "aws.s3.public_access"),
        ("aws", "security-control/S3.8", "aws.s3.public_access_block_missing"),
        ("aws", "EC2.13", "aws.ec2.open_ssh_port"),
        ("aws", "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_22", "aws.ec2.open_ssh_port"),
        ("aws", "ec2_instance_port_ssh_exposed_to_internet", "aws.ec2.open_ssh_port"),
        ("azure", "network_ssh_internet_access_restricted", "azure.network.open_ssh_port"),
        ("gcp", "cloudstorage_bucket_public_access", "gcp.storage.public_access"),
        ("kubernetes", "core_minimize_privileged_containers", "kubernetes.workload.privileged_container"),
        ("cortex", "AWS S3 bucket publicly readable", "aws.s3.public_access"),
        ("aws", "nobody_knows_this", "unclassified"),
        ("aws", "", "unclassified"),
        ("azure", "s3_bucket_public_access", "unclassified"),
    ],
)
def test_rules_of_one_weakness_have_one_kind(provider: str, rule: str, kind: str) -> None:
    assert kind_for(provider, rule) == kind


def test_a_missing_block_is_not_yet_public() -> None:
    assert kind_for("aws", "s3_bucket_level_public_access_block") != kind_for(
        "aws", "s3_bucket_public_access"
    )


def test_the_table_is_whole() -> None:
    table = kind_table()
    assert set(table.by_rule.values()) == set(table.titles)
    for kind in all_kinds():
        provider, service, weakness = kind.split(".")
        assert provider in {"aws", "azure", "gcp", "kubernetes"}
        assert service == service.lower()
        assert weakness == weakness.lower()
        assert is_kind(kind)
        assert kind_title(kind)


def test_titles_read_as_words() -> None:
    assert kind_title("aws.s3.public_access") == "S3 bucket: open to the public"
    assert kind_title("unclassified") == "Unclassified"
    assert kind_title("aws.new.some_thing") == "NEW some thing"


@pytest.mark.shared
def test_every_check_that_prowler_has_is_classified(shared_data: Path) -> None:
    with (shared_data / "compliance" / "checks.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert len(rows) == 1076
    missing = [row["check_id"] for row in rows if not is_kind(kind_for(row["provider"], row["check_id"]))]
    assert missing == []


@pytest.mark.parametrize("provider", ["kubernetes", "AWS", "azure", "GCP", "K8S", ""])
def test_checks_of_a_cluster_are_known_whoever_runs_the_cluster(provider: str) -> None:
    for rule in (
        "core_minimize_privileged_containers",
        "prowler-rbac_cluster_admin_usage",
        "apiserver_anonymous_requests",
    ):
        assert kind_for(provider, rule).startswith("kubernetes."), rule
    assert kind_for(provider, "core_made_up_check") == "unclassified"
