from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tools.findings.records import ACCOUNT, JSON, ocsf
from tools.findings.errors import UnreadableRecordError
from tools.findings.model import FindingStatus, Severity
from tools.findings.ocsf import from_ocsf, read_ocsf


def test_a_prowler_record() -> None:
    scanned = read_ocsf(ocsf())
    finding, (asset,) = scanned.finding, scanned.assets
    assert finding.id == finding.external_id == "finding-1"
    assert finding.title == "S3 bucket is not public"
    assert finding.description == "Bucket data is public."
    assert finding.severity is Severity.CRITICAL
    assert finding.status is FindingStatus.FAIL
    assert (finding.kind, finding.rule_id) == ("aws.s3.public_access", "s3_bucket_public_access")
    assert (finding.provider, finding.account, finding.account_name) == ("AWS", ACCOUNT, "prod")
    assert (finding.region, finding.service, finding.source) == ("eu-west-1", "s3", "Prowler")
    assert finding.tags == {"Environment": "production", "DataClass": "PII"}
    assert finding.compliance == {"CIS-4.0.1": ("2.1.4",)}
    assert finding.observed_at is not None
    assert finding.observed_at.isoformat() == "2026-11-25T01:19:36.382690+00:00"
    assert finding.resource.asset_id == asset.asset_id
    assert (asset.type_id, asset.category, asset.uid) == ("S3_BUCKET", "Storage Bucket", "arn:aws:s3:::data")
    assert asset.config == {"name": "data", "policy": {"Version": "2012-10-17"}}
    assert scanned.notes == ()


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"status_code": "PASS"}, FindingStatus.PASS),
        ({"status_code": "MANUAL"}, FindingStatus.MANUAL),
        ({"status_code": None}, FindingStatus.FAIL),
        ({"status_code": None, "class_uid": 2003, "compliance": {"status": "Pass"}}, FindingStatus.PASS),
        ({"status_code": None, "class_uid": 2003, "compliance": {"status_id": 3}}, FindingStatus.FAIL),
        ({"status_code": None, "class_uid": 2003}, FindingStatus.MANUAL),
    ],
)
def test_the_outcome_is_not_the_status(changes: dict[str, Any], status: FindingStatus) -> None:
    assert from_ocsf(ocsf(**changes)).status is status


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (
            {"class_uid": 3001, "class_name": "Account Change"},
            "OCSF class 3001 (Account Change) is not a Detection",
        ),
        ({"class_uid": None}, "OCSF class none"),
        ({"metadata__version": "0.9.0"}, "OCSF version '0.9.0' is not supported"),
        ({"finding_info": None}, "no finding_info"),
        ({"finding_info__uid": ""}, "no finding id"),
    ],
)
def test_what_is_no_finding_is_refused_with_the_reason(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(UnreadableRecordError) as caught:
        from_ocsf(ocsf(**changes))
    assert reason in str(caught.value)


@pytest.mark.parametrize("resources", [[], None, [{}], ["x"], [{"name": ""}]])
def test_without_a_resource_it_is_a_finding_of_the_account(resources: Any) -> None:
    scanned = read_ocsf(ocsf(resources=resources))
    assert scanned.finding.resource.type == "AWS_ACCOUNT"
    assert scanned.finding.resource.uid == f"arn:aws:iam::{ACCOUNT}:root"
    assert "names no resource" in scanned.notes[0]


def test_without_resource_and_account_it_is_kept_without_asset() -> None:
    scanned = read_ocsf(ocsf(resources=[], cloud={}, unmapped={}))
    assert scanned.assets == ()
    assert scanned.finding.asset_ids == ()
    assert "no account" in scanned.notes[0]


def test_several_resources_are_all_named() -> None:
    one = ocsf()["resources"][0]
    scanned = read_ocsf(ocsf(resources=[one, one | {"uid": "arn:aws:s3:::other", "name": "other"}]))
    assert len(scanned.assets) == len(scanned.finding.asset_ids) == 2


def test_the_url_of_a_queue_is_no_name() -> None:
    item = {"uid": f"arn:aws:sqs:us-east-1:{ACCOUNT}:orders", "name": f"http://127.0.0.1/{ACCOUNT}/orders"}
    assert read_ocsf(ocsf(resources=[item])).assets[0].name == "orders"


def test_hostile_text_is_data() -> None:
    title = "<script>alert(1)</script> ![a](http://evil/x.png) !setPlaybook name=x"
    label = "Owner:!execute <b>"
    record = ocsf(finding_info__title=title)
    record["resources"][0]["labels"] = [label]
    finding = from_ocsf(record)
    assert finding.title == title
    assert finding.tags == {"Owner": "!execute <b>"}


def test_a_severity_nobody_knows_is_said() -> None:
    scanned = read_ocsf(ocsf(severity="Ghastly", severity_id=42))
    assert scanned.finding.severity is Severity.MEDIUM
    assert "'Ghastly'" in scanned.notes[0]


@given(st.sampled_from(sorted(ocsf())), JSON)
def test_any_value_in_any_place_gives_a_finding_or_a_reason(name: str, value: Any) -> None:
    record = ocsf() | {name: value}
    try:
        finding = from_ocsf(record)
    except UnreadableRecordError:
        return
    assert finding.id == "finding-1" or name == "finding_info"
    json.loads(finding.model_dump_json())


@pytest.mark.shared
def test_the_real_sample(shared_data: Path) -> None:
    records = json.loads((shared_data / "findings" / "prowler-aws.ocsf.json").read_bytes())
    scanned = [read_ocsf(record) for record in records]
    assert Counter(s.finding.status.value for s in scanned) == {"FAIL": 320, "PASS": 236, "MANUAL": 9}
    failed = Counter(s.finding.severity.value for s in scanned if s.finding.status is FindingStatus.FAIL)
    assert failed == {"CRITICAL": 18, "HIGH": 76, "MEDIUM": 156, "LOW": 70}
    assets = {asset.asset_id: asset for s in scanned for asset in s.assets}
    assert len(assets) == 103
    assert not [
        a.uid
        for a in assets.values()
        if a.asset_class == "Other" and "kms" not in a.uid and "trusted" not in a.uid
    ]
    key = next(a for a in assets.values() if a.tags.get("DataClass") == "PCI" and a.type_id == "KMS_KEY")
    assert key.tags == {"DataClass": "PCI"}
    assert not [s.finding.rule_id for s in scanned if s.finding.kind == "unclassified"]
    assert not [note for s in scanned for note in s.notes]
