from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tools.findings.records import JSON
from tools.cortex.records import issue_from
from tools.findings.cortex_records import (
    Rows,
    asset_from_row,
    configuration,
    from_alert,
    from_finding_row,
    from_issue,
    from_issue_row,
    progress_of,
)
from tools.findings.model import FindingStatus, Severity

ASSET = {
    "xdm.asset.id": "a" * 32,
    "xdm.asset.strong_id": "arn:aws:s3:::data",
    "xdm.asset.name": "data",
    "xdm.asset.provider": "aws",
    "xdm.asset.realm": "123456789012",
    "xdm.asset.cloud.region": "eu-west-1",
    "xdm.asset.type.class": "Data",
    "xdm.asset.type.category": "Storage Bucket",
    "xdm.asset.type.name": "S3 Bucket",
    "xdm.asset.type.id": "S3_BUCKET",
    "xdm.asset.tags": '{"Owner": "data-eng"}',
    "xdm.asset.raw_fields": '{"Platform Discovery": {"name": "data"}}',
}
ISSUE: dict[str, Any] = {
    "xdm.issue.id": 42,
    "xdm.issue.external_id": "ab|cd",
    "xdm.issue.name": "AWS S3 bucket publicly readable",
    "xdm.issue.description": "Bucket data is public.",
    "xdm.issue.severity": "Critical",
    "xdm.issue.domain": "DOMAIN_POSTURE",
    "xdm.issue.category": "configuration",
    "xdm.issue.owner": "CSPM",
    "xdm.issue.detection.rule_id": "0b8f3a2e-6d0f-4a54-9f9e-3f1c6f2d7a10",
    "xdm.issue.status.progress": "ENUM.IN_PROGRESS",
    "xdm.issue.observation_time": 1767355200000,
    "xdm.issue.asset_ids": ["a" * 32],
    "xdm.issue.normalized_fields": '{"xdm.cloud.project_id": "123456789012", "xdm.cloud.region": "eu-west-1"}',
    "xdm.issue.remediation": "Close it.",
    "xdm.issue.impact": "Data leaks.",
}


def test_an_issue_row_joined_with_its_asset() -> None:
    asset = asset_from_row(ASSET)
    finding = from_issue_row(ISSUE, {asset.asset_id: asset})
    assert (finding.id, finding.issue_id, finding.external_id) == ("42", 42, "ab|cd")
    assert (finding.severity, finding.status, finding.progress) == (
        Severity.CRITICAL,
        FindingStatus.FAIL,
        "In Progress",
    )
    assert finding.kind == "aws.s3.public_access"
    assert (finding.provider, finding.account, finding.region) == ("AWS", "123456789012", "eu-west-1")
    assert (finding.resource.uid, finding.resource.type) == ("arn:aws:s3:::data", "S3_BUCKET")
    assert finding.tags == {"Owner": "data-eng"}
    assert (finding.domain, finding.category, finding.service) == ("POSTURE", "CONFIGURATION", "s3")
    assert (finding.risk, finding.remediation) == ("Data leaks.", "Close it.")
    assert finding.open
    assert asset.config == {"name": "data"}


def test_an_issue_row_without_anything_is_still_a_finding() -> None:
    finding = from_issue_row({"xdm.issue.id": "T-7"})
    assert (finding.id, finding.issue_id, finding.title) == ("T-7", "T-7", "Issue T-7")
    assert finding.severity is Severity.MEDIUM
    assert finding.provider == finding.account == finding.resource.uid == ""


def test_an_import_keeps_the_scanner_id() -> None:
    facts = {"xdm.finding.uid": "prowler-1", "xdm.finding.status": "FAIL"}
    finding = from_issue_row(ISSUE | {"xdm.issue.normalized_fields": facts})
    assert (finding.id, finding.issue_id) == ("prowler-1", 42)


@pytest.mark.parametrize("spelling", ["live", "documented"])
def test_an_issue_of_the_api_in_both_spellings(spelling: str) -> None:
    row: dict[str, Any] = {
        "id": 42,
        "name": "n",
        "severity": "HIGH",
        "asset_ids": ["x"],
        "asset_names": ["data"],
        "asset_providers": ["AWS"],
        "asset_accounts": ["123456789012"],
        "asset_regions": ["eu-west-1"],
        "asset_external_provider_ids": ["arn:aws:s3:::data"],
        "observation_time": 1767355200000,
    }
    if spelling == "live":
        row |= {"status.progress": "New", "detection.rule_id": "S3.2"}
    else:
        row |= {"status": "New", "detection_rule_id": "S3.2"}
    finding = from_issue(issue_from(row))
    assert (finding.kind, finding.account, finding.region) == (
        "aws.s3.public_access",
        "123456789012",
        "eu-west-1",
    )
    assert (finding.resource.name, finding.resource.type) == ("data", "S3_BUCKET")
    assert finding.observed_at is not None


def test_a_classic_alert_lacks_the_cloud_identity() -> None:
    finding = from_alert(
        {
            "alert_id": "77",
            "name": "AWS S3 bucket publicly readable",
            "severity": "critical",
            "source": "Posture Policy",
            "alert_domain": "DOMAIN_POSTURE",
            "resolution_status": "STATUS_010_NEW",
            "detection_timestamp": 1767355200000,
            "matching_service_rule_id": "uuid",
        }
    )
    assert (finding.id, finding.severity, finding.domain) == ("77", Severity.CRITICAL, "POSTURE")
    assert finding.account == ""
    assert finding.open


def test_a_finding_row_is_evidence() -> None:
    finding = from_finding_row(
        {
            "xdm.finding.id": "f1",
            "xdm.finding.name": "S3 bucket is not public",
            "xdm.finding.type_id": "s3_bucket_public_access",
            "xdm.finding.asset_id": "a1",
            "xdm.finding.owner": "Prowler",
            "xdm.finding.normalized_fields": {
                "xdm.finding.status": "PASS",
                "xdm.finding.severity": "HIGH",
                "xdm.cloud.provider": "AWS",
                "xdm.finding.compliance": {"CIS": ["2.1"]},
            },
        }
    )
    assert (finding.id, finding.issue_id, finding.status) == ("f1", None, FindingStatus.PASS)
    assert finding.compliance == {"CIS": ("2.1",)}
    assert not finding.open


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("NEW", "New"),
        ("STATUS_020_UNDER_INVESTIGATION", "In Progress"),
        ("RESOLVED_FIXED", "Resolved"),
        ("STATUS_025_RESOLVED", "Resolved"),
        ("", "New"),
        ("Waiting", "Waiting"),
    ],
)
def test_progress_words(given: str, expected: str) -> None:
    assert progress_of(given) == expected


@pytest.mark.parametrize(
    ("raw", "config"),
    [
        ('{"Platform Discovery": "{\\"a\\": 1}"}', {"a": 1}),
        ({"CWP": {"b": 2}}, {"b": 2}),
        ({"Some Scanner": {"c": 3}}, {"c": 3}),
        ({"a": 1, "b": 2}, {"a": 1, "b": 2}),
        ("not json", {}),
        (None, {}),
    ],
)
def test_configuration_of_any_source(raw: object, config: dict[str, Any]) -> None:
    assert configuration(raw) == config


@given(st.sampled_from(sorted(ISSUE)), JSON)
def test_any_value_in_a_row_gives_a_finding(name: str, value: Any) -> None:
    json.loads(from_issue_row(ISSUE | {name: value}).model_dump_json())


@given(st.sampled_from(sorted(ASSET)), JSON)
def test_any_value_in_an_asset_row_gives_an_asset(name: str, value: Any) -> None:
    asset_from_row(ASSET | {name: value}).model_dump_json()


def test_rows_share_the_texts_of_their_rule() -> None:
    rows = Rows({})
    given = ["Turn it ", "on."]
    first, second = (
        rows.issue(ISSUE | {"xdm.issue.id": n, "xdm.issue.remediation": "".join(given)}) for n in (1, 2)
    )
    assert first.remediation is second.remediation
    assert first.remediation == "Turn it on."
