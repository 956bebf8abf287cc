from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tools.findings.records import ACCOUNT, JSON, asff
from tools.findings.asff import from_asff, read_asff
from tools.findings.errors import UnreadableRecordError
from tools.findings.model import FindingStatus, Severity


def test_a_security_hub_record() -> None:
    scanned = read_asff(asff())
    finding, (asset,) = scanned.finding, scanned.assets
    assert (finding.id, finding.rule_id, finding.kind) == (
        "finding-1",
        "S3.8",
        "aws.s3.public_access_block_missing",
    )
    assert (finding.severity, finding.status) == (Severity.HIGH, FindingStatus.FAIL)
    assert (finding.source, finding.service, finding.region) == ("Security Hub", "s3", "eu-west-1")
    assert finding.compliance == {
        "NIST.800-53.r5": ("AC-3", "AC-4"),
        "PCI DSS": ("v3.2.1/1.2.1",),
        "standards/cis": (),
    }
    assert finding.remediation == "Turn the block on."
    assert finding.first_seen is not None
    assert finding.first_seen.day == 20
    assert (asset.name, asset.type_id, asset.tags) == ("data", "S3_BUCKET", {"Owner": "data-eng"})
    assert asset.config == {"Name": "data", "OwnerId": "o"}


@pytest.mark.parametrize(
    ("generator", "compliance", "rule"),
    [
        ("prowler-s3_bucket_public_access", {}, "s3_bucket_public_access"),
        ("security-control/EC2.19", {}, "EC2.19"),
        ("aws-foundational-security-best-practices/v/1.0.0/S3.1", {}, "S3.1"),
        ("arn:aws:guardduty:us-east-1:1:detector/2", {}, "arn:aws:guardduty:us-east-1:1:detector/2"),
        ("whatever", {"SecurityControlId": "IAM.5"}, "IAM.5"),
    ],
)
def test_which_rule_it_was(generator: str, compliance: dict[str, Any], rule: str) -> None:
    assert from_asff(asff(GeneratorId=generator, Compliance=compliance)).rule_id == rule


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("PASSED", FindingStatus.PASS),
        ("WARNING", FindingStatus.FAIL),
        ("NOT_AVAILABLE", FindingStatus.MANUAL),
        (None, FindingStatus.FAIL),
    ],
)
def test_outcomes(status: str | None, expected: FindingStatus) -> None:
    assert from_asff(asff(Compliance={"Status": status})).status is expected


@pytest.mark.parametrize(
    ("changes", "progress"),
    [
        ({"RecordState": "ARCHIVED"}, "Resolved"),
        ({"Workflow": {"Status": "SUPPRESSED"}}, "Resolved"),
        ({"Workflow": {"Status": "NOTIFIED"}}, "In Progress"),
        ({}, "New"),
    ],
)
def test_progress(changes: dict[str, Any], progress: str) -> None:
    assert from_asff(asff(**changes)).progress == progress


@pytest.mark.parametrize(
    ("version", "reason"), [("2017-01-01", "'2017-01-01' is not 2018-10-08"), (None, "'' is not")]
)
def test_another_schema_version_is_refused(version: str | None, reason: str) -> None:
    with pytest.raises(UnreadableRecordError) as caught:
        from_asff(asff(SchemaVersion=version))
    assert reason in str(caught.value)


def test_an_account_as_resource() -> None:
    scanned = read_asff(asff(Resources=[{"Type": "AwsAccount", "Id": f"AWS::::Account:{ACCOUNT}"}]))
    assert scanned.finding.resource.type == "AWS_ACCOUNT"
    assert scanned.finding.resource.name == ACCOUNT


def test_the_account_stands_in_for_no_resource() -> None:
    scanned = read_asff(asff(Resources=[]))
    assert scanned.finding.resource.type == "AWS_ACCOUNT"
    assert "names no resource" in scanned.notes[0]


@pytest.mark.parametrize(
    ("normalized", "severity"), [(95, "CRITICAL"), (70, "HIGH"), (40, "MEDIUM"), (1, "LOW"), (0, "INFO")]
)
def test_severity_from_the_old_scale(normalized: int, severity: str) -> None:
    assert from_asff(asff(Severity={"Normalized": normalized})).severity == severity


@given(st.sampled_from(sorted(asff())), JSON)
def test_any_value_in_any_place_gives_a_finding_or_a_reason(name: str, value: Any) -> None:
    try:
        finding = from_asff(asff() | {name: value})
    except UnreadableRecordError:
        return
    json.loads(finding.model_dump_json())


@pytest.mark.shared
def test_the_real_sample(shared_data: Path) -> None:
    records = json.loads((shared_data / "findings" / "prowler-aws.asff.json").read_bytes())
    scanned = [read_asff(record) for record in records]
    assert Counter(s.finding.status.value for s in scanned) == {"FAIL": 320, "PASS": 236}
    assert not [s.finding.rule_id for s in scanned if s.finding.kind == "unclassified"]
    keys = [a for s in scanned for a in s.assets if a.type_id == "KMS_KEY" and a.tags]
    assert {tuple(a.tags.items()) for a in keys} == {(("DataClass", "PCI"),)}
