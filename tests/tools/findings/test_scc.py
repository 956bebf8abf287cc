"""Findings of Security Command Center: bare, listed, notified; states, mutes, types, accounts."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.findings.errors import UnreadableRecordError
from tools.findings.model import FindingStatus, Severity
from tools.findings.scc import is_scc, read_scc

NAME = "organizations/4711/sources/99/findings/0a1b2c3d4e5f"
BUCKET = "//storage.googleapis.com/shop-exports"


def bare(**changes: Any) -> dict[str, Any]:
    return {
        "name": NAME,
        "canonicalName": "projects/123456789/sources/99/findings/0a1b2c3d4e5f",
        "parent": "organizations/4711/sources/99",
        "parentDisplayName": "Security Health Analytics",
        "resourceName": BUCKET,
        "state": "ACTIVE",
        "mute": "UNDEFINED",
        "category": "PUBLIC_BUCKET_ACL",
        "severity": "HIGH",
        "findingClass": "MISCONFIGURATION",
        "description": "The bucket answers anyone.",
        "nextSteps": "Take allUsers out of its policy.",
        "eventTime": "2026-11-20T09:30:00.123456789Z",
        "createTime": "2026-10-02T08:00:00Z",
        "sourceProperties": {"ProjectId": "shop-prod", "ScannerName": "STORAGE_SCANNER"},
        "securityMarks": {
            "name": f"{NAME}/securityMarks",
            "marks": {"env": "production", "owner": "payments"},
        },
        "compliances": [
            {"standard": "cis", "version": "1.3", "ids": ["5.1"]},
            {"standard": "pci", "ids": ["1.2.1"]},
        ],
        **changes,
    }


def listed(resource: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    told = {
        "name": BUCKET,
        "displayName": "shop-exports",
        "type": "google.cloud.storage.Bucket",
        "cloudProvider": "GOOGLE_CLOUD_PLATFORM",
        "location": "europe-west1",
        "gcpMetadata": {
            "project": "//cloudresourcemanager.googleapis.com/projects/123",
            "projectDisplayName": "shop-prod",
        },
    }
    return {"finding": bare(**changes), "resource": {**told, **(resource or {})}, "stateChange": "UNUSED"}


def notified() -> dict[str, Any]:
    row = listed()
    return {"notificationConfigName": "organizations/4711/notificationConfigs/all", **row}


@pytest.mark.parametrize("record", [bare(), listed(), notified()], ids=["bare", "listed", "notified"])
def test_every_shape_is_the_same_finding(record: dict[str, Any]) -> None:
    assert is_scc(record)
    read = read_scc(record)
    found, (asset,) = read.finding, read.assets
    assert (found.id, found.rule_id, found.kind) == (NAME, "PUBLIC_BUCKET_ACL", "gcp.storage.public_access")
    assert found.title == "Public bucket ACL"
    assert (found.severity, found.status, found.open) == (Severity.HIGH, FindingStatus.FAIL, True)
    assert (found.provider, found.account, found.domain) == ("GCP", "shop-prod", "POSTURE")
    assert (asset.uid, asset.type_id, asset.name) == (BUCKET, "GOOGLE_CLOUD_STORAGE_BUCKET", "shop-exports")
    assert found.tags == {"env": "production", "owner": "payments"}
    assert found.compliance == {"cis 1.3": ("5.1",), "pci": ("1.2.1",)}
    assert found.remediation == "Take allUsers out of its policy."
    assert found.source == "Security Command Center (Security Health Analytics)"
    assert found.first_seen is not None
    assert found.first_seen.isoformat() == "2026-10-02T08:00:00+00:00"
    assert found.observed_at is not None
    assert found.observed_at.isoformat() == "2026-11-20T09:30:00.123456+00:00"


@pytest.mark.parametrize(
    ("changes", "progress"),
    [({"state": "INACTIVE"}, "Resolved"), ({"mute": "MUTED"}, "Resolved"), ({"mute": "UNMUTED"}, "New")],
)
def test_inactive_and_muted_are_resolved_and_never_passed(changes: dict[str, Any], progress: str) -> None:
    found = read_scc(bare(**changes)).finding
    assert (found.progress, found.status) == (progress, FindingStatus.FAIL)


def test_a_mute_is_told() -> None:
    assert "it is muted; kept as resolved" in read_scc(bare(mute="MUTED")).notes


@pytest.mark.parametrize(
    ("uid", "given_type", "type_id"),
    [
        (
            "//compute.googleapis.com/projects/shop-prod/zones/europe-west1-b/instances/42",
            "google.compute.Instance",
            "GOOGLE_COMPUTE_ENGINE_VM_INSTANCE",
        ),
        (
            "//compute.googleapis.com/projects/shop-prod/global/firewalls/7",
            "google.compute.Firewall",
            "GOOGLE_COMPUTE_FIREWALL",
        ),
        (
            "//cloudsql.googleapis.com/projects/shop-prod/instances/orders",
            "google.cloud.sql.Instance",
            "GOOGLE_CLOUD_SQL_DB_INSTANCE",
        ),
        (
            "//iam.googleapis.com/projects/shop-prod/serviceAccounts/app@shop-prod.iam.gserviceaccount.com",
            "google.iam.ServiceAccount",
            "GOOGLE_SERVICE_ACCOUNT",
        ),
        (
            "//container.googleapis.com/projects/shop-prod/zones/europe-west1-b/clusters/main",
            "google.container.Cluster",
            "GOOGLE_KUBERNETES_CLUSTER",
        ),
        (
            "//bigquery.googleapis.com/projects/shop-prod/datasets/sales",
            "google.cloud.bigquery.Dataset",
            "GOOGLE_BIGQUERY_DATASET",
        ),
        (
            "//cloudresourcemanager.googleapis.com/projects/123",
            "google.cloud.resourcemanager.Project",
            "GOOGLE_CLOUD_PROJECT",
        ),
    ],
)
def test_resources_have_their_type(uid: str, given_type: str, type_id: str) -> None:
    record = listed({"name": uid, "type": given_type, "displayName": "x"}, resourceName=uid)
    (asset,) = read_scc(record).assets
    assert (asset.type_id, asset.account) == (type_id, "shop-prod")


def test_an_instance_of_another_service_is_no_machine() -> None:
    uid = "//redis.googleapis.com/projects/shop-prod/locations/europe-west1/instances/cache"
    (asset,) = read_scc(
        listed({"type": "redis.googleapis.com/Instance", "location": ""}, resourceName=uid)
    ).assets
    assert asset.type_id != "GOOGLE_COMPUTE_ENGINE_VM_INSTANCE"
    assert asset.region == "europe-west1"


def test_a_zone_is_told_by_its_region() -> None:
    uid = "//compute.googleapis.com/projects/shop-prod/zones/europe-west1-b/instances/42"
    assert read_scc(bare(resourceName=uid)).finding.region == "europe-west1"


def test_other_clouds_that_it_watches() -> None:
    arn = "arn:aws:s3:::shop-exports"
    resource = {
        "cloudProvider": "AMAZON_WEB_SERVICES",
        "type": "AWS::S3::Bucket",
        "awsMetadata": {"account": {"id": "111122223333"}},
    }
    (asset,) = read_scc(listed(resource, resourceName=arn)).assets
    assert (asset.provider, asset.account, asset.type_id) == ("AWS", "111122223333", "S3_BUCKET")


def test_a_threat_is_an_alert_and_a_flaw_is_a_vulnerability() -> None:
    threat = read_scc(bare(findingClass="THREAT", category="Brute force: SSH")).finding
    assert (threat.domain, threat.category, threat.title) == ("SECURITY", "THREAT", "Brute force: SSH")
    flaw = bare(
        findingClass="VULNERABILITY",
        category="OS_VULNERABILITY",
        vulnerability={"cve": {"id": "CVE-2021-44228"}},
    )
    found = read_scc(flaw).finding
    assert (found.rule_id, found.category) == ("CVE-2021-44228", "VULNERABILITY")
    assert found.title == "OS vulnerability: CVE-2021-44228"


def test_what_the_table_does_not_know_is_unclassified() -> None:
    assert read_scc(bare(category="SOMETHING_NEW")).finding.kind == "unclassified"


def test_an_unknown_severity_is_told() -> None:
    read = read_scc(bare(severity="SEVERITY_UNSPECIFIED"))
    assert read.finding.severity is Severity.MEDIUM
    assert "severity 'SEVERITY_UNSPECIFIED' is not known; taken as MEDIUM" in read.notes


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"state": "ODD"}, "its state 'ODD'"),
        ({"state": None}, "its state 'none'"),
        ({"category": ""}, "no category"),
        ({"name": ""}, "no finding name"),
    ],
)
def test_what_cannot_be_read_says_why(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(UnreadableRecordError, match=reason):
        read_scc(bare(**changes))


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "resourceName",
                "sourceProperties",
                "securityMarks",
                "compliances",
                "severity",
                "vulnerability",
                "eventTime",
                "mute",
            ]
        ),
        st.none()
        | st.booleans()
        | st.integers()
        | st.text(max_size=6)
        | st.lists(st.text(max_size=3), max_size=2)
        | st.dictionaries(
            st.sampled_from(["marks", "cve", "id", "standard"]),
            st.none() | st.text(max_size=4) | st.integers(),
        ),
    )
)
def test_any_shape_is_read_or_refused(changes: dict[str, Any]) -> None:
    with suppress(UnreadableRecordError):
        assert read_scc(bare(**changes)).finding.title
