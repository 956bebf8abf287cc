"""Scores of findings in their estate."""

from __future__ import annotations

import math
import random
from datetime import timedelta
from typing import Any

import pytest

from tests.tools.priority.building import (
    NOW,
    arn,
    asset,
    bucket,
    finding,
    instance,
    open_group,
    profile,
    role,
    snapshot,
)
from tools.findings.model import FindingStatus
from tools.priority import Acceptance, PriorityScore, context_for, score_finding, score_snapshot
from tools.priority.facts import absent, known

PII = {"DataClass": "PII", "Environment": "production"}
DEV = {"Environment": "dev"}


def score(found: Any, *assets: Any, **options: Any) -> PriorityScore:
    return score_snapshot(snapshot([found], assets), **options)[0].ranked[0]


def estate() -> tuple[list[Any], list[Any]]:
    """A small company: its findings and its assets."""
    pii, site = bucket("pii", public=True, tags=PII), bucket("site", public=True, tags=DEV)
    web = instance(
        IamInstanceProfile={"Arn": "arn:aws:iam::111122223333:instance-profile/web"}, tags={"env": "prod"}
    )
    idle = instance("i-0idle", State={"Name": "stopped"}, tags={"env": "prod"})
    assets = [pii, site, web, idle, open_group(), profile("web", "app"), role("app", admin=True)]
    account = asset("arn:aws:iam::111122223333:root", name="111122223333")
    findings = [
        finding("s3_bucket_public_access", pii, "CRITICAL"),
        finding("s3_bucket_default_encryption", pii, "MEDIUM"),
        finding("s3_bucket_public_access", site, "CRITICAL"),
        finding("ec2_instance_port_ssh_exposed_to_internet", web, "CRITICAL"),
        finding("ec2_instance_port_ssh_exposed_to_internet", idle, "CRITICAL"),
        finding("ec2_instance_imdsv2_enabled", web, "HIGH"),
        finding("guardduty_is_enabled", account, "HIGH"),
        finding("iam_password_policy_symbol", account, "MEDIUM"),
    ]
    return findings, [*assets, account]


def test_what_an_attacker_can_use_comes_first() -> None:
    findings, assets = estate()
    book, _ = score_snapshot(snapshot(findings, assets))
    order = [
        (s.finding_id.split("-")[0], s.finding_id.rsplit("/", 1)[-1].rsplit(":", 1)[-1]) for s in book.ranked
    ]
    assert order[:3] == [
        ("s3_bucket_public_access", "pii"),
        ("ec2_instance_port_ssh_exposed_to_internet", "i-0web"),
        ("ec2_instance_imdsv2_enabled", "i-0web"),
    ]
    assert order.index(("s3_bucket_public_access", "site")) < order.index(("guardduty_is_enabled", "root"))
    stopped = book.by_id[findings[4].id]
    assert stopped.score < 30, "critical, yet nothing runs there"
    assert book.rank_of(book.ranked[2].finding_id) == 3


def test_contributions_add_up_to_log_odds_and_shares_to_the_score() -> None:
    findings, assets = estate()
    for one in score_snapshot(snapshot(findings, assets))[0].ranked:
        assert math.isclose(sum(c.points for c in one.contributions), one.log_odds, abs_tol=1e-9)
        assert math.isclose(sum(c.share for c in one.contributions), one.score, abs_tol=1e-6)
        told = one.to_dict()
        assert math.isclose(sum(c["share"] for c in told["contributions"]), told["score"], abs_tol=0.01)
        assert math.isclose(sum(c["points"] for c in told["contributions"]), told["log_odds"], abs_tol=1e-4)
        assert told["low"] <= told["score"] <= told["high"]


def test_the_order_of_the_input_does_not_matter() -> None:
    findings, assets = estate()
    expected = [(s.finding_id, s.score) for s in score_snapshot(snapshot(findings, assets))[0].ranked]
    shuffler = random.Random(7)
    for _ in range(5):
        shuffler.shuffle(findings)
        shuffler.shuffle(assets)
        assert [
            (s.finding_id, s.score) for s in score_snapshot(snapshot(findings, assets))[0].ranked
        ] == expected


def test_equals_are_told_apart_in_a_fixed_order() -> None:
    twins = [bucket(f"b{i}", tags=PII) for i in range(200)]
    findings = [finding("s3_bucket_object_versioning", b, "MEDIUM") for b in twins]
    book, _ = score_snapshot(snapshot(findings, twins))
    assert len({s.score for s in book.ranked}) == len(twins)
    assert book.ranked[0].score - book.ranked[-1].score < 0.05


def test_a_public_site_in_development_is_not_a_public_archive_of_persons() -> None:
    pii = score(
        finding("s3_bucket_public_access", bucket("b", public=True, tags=PII), "CRITICAL"),
        bucket("b", public=True, tags=PII),
    )
    dev = score(
        finding("s3_bucket_public_access", bucket("b", public=True, tags=DEV), "CRITICAL"),
        bucket("b", public=True, tags=DEV),
    )
    assert pii.score > 90 > 65 > dev.score
    assert pii.low > dev.high
    assert "data class" in dev.unknowns
    assert "data class" not in pii.unknowns


def test_block_public_access_shows_as_a_compensating_control_and_a_gate_may_act() -> None:
    held = bucket("b", public=True, tags=PII, public_access_block={"restrict_public_buckets": True})
    found = score(finding("s3_bucket_public_access", held, "CRITICAL"), held)
    by_factor = {c.factor: c for c in found.contributions}
    assert by_factor["compensating controls"].points < 0
    assert by_factor["exposure"].fact.state == "absent"
    assert found.score < 45


def test_an_accepted_risk_is_held_down_listed_and_ends() -> None:
    pii = bucket("b", public=True, tags=PII)
    found = finding("s3_bucket_public_access", pii, "CRITICAL")
    accepted = Acceptance("static site", "ana", NOW + timedelta(days=3), finding_id=found.id)
    held = score(found, pii, accepted=[accepted])
    assert held.score < 10
    assert [g.name for g in held.gates] == ["accepted risk"]
    assert "accepted by ana until 2026-11-28" in held.gates[0].because
    assert held.gates[0].before > 90 > held.gates[0].after
    expired = Acceptance("static site", "ana", NOW - timedelta(days=1), finding_id=found.id)
    assert score(found, pii, accepted=[expired]).gates == ()
    everything = Acceptance("no", "ana")
    assert score(found, pii, accepted=[everything]).gates == (), "a pattern of stars alone accepts nothing"
    assert score(found.model_copy(update={"progress": "Risk Accepted"}), pii).gates[0].name == "accepted risk"


def test_a_finding_whose_asset_is_not_there_is_unknown_not_safe() -> None:
    lost = finding("s3_bucket_public_access", bucket("b", public=True), "CRITICAL")
    found = score(lost)
    assert {"exposure", "data class", "environment"} <= set(found.unknowns)
    assert found.high - found.low > 30
    known_bad = score(lost, bucket("b", public=True, tags=PII))
    assert found.score < known_bad.score
    assert score(finding("s3_bucket_public_access", severity="CRITICAL")).score == pytest.approx(
        found.score, abs=0.2
    )


def test_passed_findings_are_not_ranked_but_can_be_asked_about() -> None:
    passed = finding("s3_bucket_public_access", bucket("b"), status=FindingStatus.PASS)
    assert len(score_snapshot(snapshot([passed]))[0]) == 0
    alone = score_finding(passed, context_for(passed, bucket("b"), NOW))
    assert alone.score < 3


def test_a_port_finding_counts_its_own_port() -> None:
    rules = [
        {"IpProtocol": "tcp", "FromPort": p, "ToPort": p, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
        for p in (22, 443)
    ]
    group = asset(arn("ec2", "security-group/sg-0a1"), {"GroupId": "sg-0a1", "IpPermissions": rules})
    host = instance()
    ssh = score(finding("ec2_instance_port_ssh_exposed_to_internet", host, "CRITICAL"), host, group)
    exposure = next(c for c in ssh.contributions if c.factor == "exposure")
    assert exposure.because == "22 open to 0.0.0.0/0 on sg-0a1, public address 203.0.113.7"
    rdp = score(finding("ec2_instance_port_rdp_exposed_to_internet", host, "CRITICAL"), host, group)
    contradiction = next(c for c in rdp.contributions if c.factor == "exposure")
    assert contradiction.fact.state == "unknown"
    assert contradiction.fact.source == "contradicting records"


def test_age_counts_little_and_clocks_in_the_future_do_not_hurt() -> None:
    pii = bucket("b", public=True, tags=PII)
    base = finding("s3_bucket_public_access", pii, "CRITICAL")
    new, old, future = (
        score(base.model_copy(update={"first_seen": NOW + timedelta(days=d)}), pii).score
        for d in (0, -300, 400)
    )
    assert new == future < old < new + 1
    assert "age" in score(base.model_copy(update={"first_seen": None}), pii).unknowns


def test_weights_version_and_time_are_on_every_score() -> None:
    findings, assets = estate()
    book, context = score_snapshot(snapshot(findings, assets))
    assert {s.weights_version for s in book.ranked} == {context.weights.version} == {book.weights_version}
    assert {s.as_of for s in book.ranked} == {NOW}
    for one in book.ranked:
        for part in one.contributions:
            assert part.fact.source
            assert part.because


def test_ids_that_collide_across_accounts_do_not_mix() -> None:
    ours, theirs = bucket("b", public=True, tags=PII), bucket("b", tags=DEV)
    theirs = theirs.model_copy(update={"asset_id": "other", "account": "999988887777"})
    alone = score(finding("s3_bucket_public_access", ours, "CRITICAL"), ours).score
    assert score(finding("s3_bucket_public_access", ours, "CRITICAL"), ours, theirs).score == alone


def _spoilt(value: Any, chance: random.Random) -> Any:
    if chance.random() < 0.15:
        return chance.choice(
            [None, [], {}, "x", 7, True, [None], [[]], "*", -1, {"Statement": [7]}, "0.0.0.0/0"]
        )
    if isinstance(value, dict):
        return {key: _spoilt(inner, chance) for key, inner in value.items()}
    return [_spoilt(inner, chance) for inner in value] if isinstance(value, list) else value


def test_spoilt_configurations_never_stop_the_scoring() -> None:
    findings, assets = estate()
    chance = random.Random(11)
    for _ in range(150):
        spoilt = []
        for one in assets:
            config = _spoilt(dict(one.config), chance)
            spoilt.append(one.model_copy(update={"config": config if isinstance(config, dict) else {}}))
        for scored in score_snapshot(snapshot(findings, spoilt))[0].ranked:
            assert 0 < scored.to_dict()["score"] < 100


def test_envelopes_without_end_are_no_crash() -> None:
    config: dict[str, Any] = {"public": True}
    for _ in range(3000):
        config = {"properties": config}
    deep = asset(arn("ec2", "snapshot/s"), config)
    assert score(finding("ec2_ebs_public_snapshot", deep, "CRITICAL"), deep).unknowns


def test_facts_from_outside_replace_what_was_not_asked() -> None:
    host, group = instance(), open_group()
    found = finding("ec2_instance_port_ssh_exposed_to_internet", host, "CRITICAL")
    unasked = score(found, host, group)
    tried = known("observed activity", "1240 attempts from 96 addresses", 1.0, "flow logs", at=NOW)
    probed = score(found, host, group, enrichment={host.asset_id: {"activity": tried}})
    quiet = absent("observed activity", "none in 24 h", "flow logs", at=NOW)
    calm = score(found, host, group, enrichment={host.asset_id: {"activity": quiet}})
    assert calm.score == unasked.score < probed.score
    assert "observed activity" in unasked.unknowns
    assert "observed activity" not in probed.unknowns
    assert calm.high < unasked.high, "an answer narrows the range"
