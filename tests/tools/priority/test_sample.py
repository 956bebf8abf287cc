"""The real scanner output: the ranking that an engineer would sign, and promises over every score."""

from __future__ import annotations

import json
import math
import zlib
from pathlib import Path

import pytest

from tests.tools.priority.building import snapshot
from tools.findings.model import AssetRecord, FindingSet
from tools.findings.ocsf import read_ocsf
from tools.priority import ScoreBook, check_rationale, score_snapshot

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def sample(shared_data: Path) -> FindingSet:
    records = json.loads((shared_data / "findings" / "prowler-aws.ocsf.json").read_text("utf-8"))
    assets: dict[str, AssetRecord] = {}
    findings = []
    for scanned in map(read_ocsf, records):
        findings.append(scanned.finding)
        for asset in scanned.assets:
            known = assets.get(asset.asset_id)
            kept = {k: v for k, v in (known.config if known else {}).items() if v not in (None, "", [], {})}
            assets[asset.asset_id] = asset.model_copy(update={"config": {**asset.config, **kept}})
    return snapshot([f for f in findings if f.open], assets.values())


@pytest.fixture(scope="module")
def book(sample: FindingSet) -> ScoreBook:
    return score_snapshot(sample)[0]


def top(book: ScoreBook, sample: FindingSet, count: int) -> list[tuple[str, str]]:
    return [
        (sample.by_id[s.finding_id].rule_id, sample.by_id[s.finding_id].resource.name)
        for s in book.top(count)
    ]


def test_the_thirteen_that_an_engineer_would_sign(book: ScoreBook, sample: FindingSet) -> None:
    web, export, pii = "i-f0f7c6c12c6b2e4b1", "export-customers", "acme-customer-pii-exports"
    assert set(top(book, sample, 13)) == {
        ("s3_bucket_policy_public_write_access", pii),
        ("s3_bucket_public_access", pii),
        ("s3_bucket_public_list_acl", pii),
        ("rds_snapshots_public_access", "payments-snap"),
        ("rds_instance_no_public_access", "payments-db"),
        ("ecr_repositories_not_publicly_accessible", "payments-api"),
        ("kms_key_not_publicly_accessible", "1a8ee558-3673-4550-806a-82aafc70700c"),
        ("ec2_ebs_public_snapshot", "snap-533da9dfdb78e1356"),
        ("awslambda_function_not_publicly_accessible", export),
        ("awslambda_function_url_public", export),
        ("sqs_queues_not_publicly_accessible", "orders"),
        ("ec2_instance_port_rdp_exposed_to_internet", web),
        # One switch that closes the three ways into the same bucket.
        ("s3_bucket_level_public_access_block", pii),
    }
    assert top(book, sample, 1) == [("s3_bucket_policy_public_write_access", pii)]


def test_the_next_are_the_open_machine_and_people_without_a_second_factor(
    book: ScoreBook, sample: FindingSet
) -> None:
    rules = {rule for rule, _ in top(book, sample, 20)}
    assert {
        "ec2_instance_port_ssh_exposed_to_internet",
        "ec2_instance_internet_facing_with_instance_profile",
        "iam_user_mfa_enabled_console_access",
    } <= rules


def test_causes_instead_of_findings(book: ScoreBook, sample: FindingSet) -> None:
    leads = [sample.by_id[g.score.finding_id].resource.name for g in book.groups[:10]]
    assert len(set(leads)) >= 8
    assert len(book.groups) < len(book)
    opened = next(g for g in book.groups if g.key.endswith("/sg-02942aa575b12be10"))
    assert len(opened.finding_ids) == 5, (
        "two on the machine, three on its security group: one edit closes them"
    )


def test_services_that_are_off_do_not_crowd_the_top(book: ScoreBook, sample: FindingSet) -> None:
    first = {s.finding_id for s in book.top(40)}
    off = [
        f
        for f in sample
        if f.rule_id.startswith(("guardduty", "securityhub", "macie", "config_", "organizations"))
    ]
    assert len(off) >= 10
    assert not first & {f.id for f in off}


def test_a_machine_with_a_public_address_but_no_open_rule_is_no_door(
    book: ScoreBook, sample: FindingSet
) -> None:
    wrong = next(
        f
        for f in sample
        if f.rule_id.endswith("with_instance_profile") and f.resource.name == "i-6385b0a3451d0dc1b"
    )
    score = book.by_id[wrong.id]
    assert score.score < 20
    exposure = next(c for c in score.contributions if c.factor == "exposure")
    assert exposure.fact.state == "absent"
    assert "no inbound rule lets the internet in" in exposure.because


def test_a_snapshot_counts_as_what_it_copies(book: ScoreBook, sample: FindingSet) -> None:
    copy = next(f for f in sample if f.rule_id == "rds_snapshots_public_access")
    data = next(c for c in book.by_id[copy.id].contributions if c.factor == "data class")
    assert (data.fact.value, data.fact.source) == ("PCI", "tag DataClass=PCI of payments-db")


def test_promises_over_every_score(book: ScoreBook, sample: FindingSet) -> None:
    assert len(book) == 320
    for score in book.ranked:
        check_rationale(score, sample.by_id[score.finding_id])
        assert math.isclose(sum(c.points for c in score.contributions), score.log_odds, abs_tol=1e-9)
        assert math.isclose(sum(c.share for c in score.contributions), score.score, abs_tol=1e-6)
        assert 0 < score.low <= score.score <= score.high < 100
        assert score.group
        for change in score.counterfactuals:
            assert change.score < score.score
    shown = [s.to_dict()["score"] for s in book.top(100)]
    assert len(shown) - len(set(shown)) <= 1


def test_names_carry_no_weight_where_configuration_speaks(book: ScoreBook, sample: FindingSet) -> None:
    def blank(text: str) -> str:
        return f"r{zlib.crc32(text.encode())}"

    renamed = [a.model_copy(update={"name": blank(a.name)}) for a in sample.assets.values()]
    findings = [
        f.model_copy(update={"resource": f.resource.model_copy(update={"name": blank(f.resource.name)})})
        for f in sample
    ]
    again, _ = score_snapshot(snapshot(findings, renamed))
    assert {s.finding_id for s in again.top(10)} == {s.finding_id for s in book.top(10)}
