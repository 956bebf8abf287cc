"""What holds a finding down, and when a rule of the customer may not act. Nothing is ever removed."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tools.priority.building import (
    ACCOUNT,
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
from tools.findings.model import AssetRecord, Finding
from tools.priority.acceptance import Acceptance
from tools.priority.benign import parse_benign
from tools.priority.enrich.model import Enrichments
from tools.priority.model import PriorityScore
from tools.priority.prefilter import Tolerances
from tools.priority.rationale import check_rationale
from tools.priority.service import score_snapshot

OFFICE = "198.51.100.0/24"
PORT = f'[[approved_port]]\nports = [22]\nnetworks = ["{OFFICE}"]\nreason = "office network"\n'
PUBLIC = '[[approved_public]]\nresources = ["www-*"]\nreason = "web site"\n'
SANDBOX = f'[[test_estate]]\naccounts = ["{ACCOUNT}"]\nreason = "rebuilt nightly"\n'
SSH = "ec2_securitygroup_allow_ingress_from_internet_to_port_22"


def scored(
    found: Finding,
    *assets: AssetRecord,
    rules: str = "",
    accepted: tuple[Acceptance, ...] = (),
    **options: Any,
) -> PriorityScore:
    tolerances = Tolerances(accepted, parse_benign(tomllib.loads(rules)))
    book, _ = score_snapshot(snapshot([found], assets), tolerances=tolerances, **options)
    assert len(book) == 1, "held down is not removed"
    return book.ranked[0]


def test_a_port_for_approved_networks_is_held_down_and_says_by_what() -> None:
    # A company with a range so wide that exposure counts it as a part of the internet.
    rules = PORT.replace(OFFICE, "17.0.0.0/8")
    group = open_group(22, cidr="17.0.0.0/8")
    found = finding(SSH, group, severity="CRITICAL")
    free, held = scored(found, group, instance()), scored(found, group, instance(), rules=rules)
    assert held.held == "approved port"
    assert held.score < free.score
    (gate,) = held.gates
    assert (gate.name, gate.because) == ("approved port", "approved (office network)")
    assert sum(c.points for c in held.contributions) == pytest.approx(held.log_odds)
    assert "approved (office network)" in held.rationale
    check_rationale(held, found)
    assert free.held == ""


@pytest.mark.parametrize(
    ("cidr", "says"),
    [
        ("0.0.0.0/0", "0.0.0.0/0 may reach port 22 too"),
        ("198.51.0.0/16", "198.51.0.0/16 may reach port 22 too"),
    ],
)
def test_a_port_that_others_reach_too_is_not_held(cidr: str, says: str) -> None:
    group = open_group(22, cidr=cidr)
    found = finding(SSH, group)
    score = scored(found, group, instance(), rules=PORT)
    assert score.held == ""
    assert score.gates == () or all(gate.name != "approved port" for gate in score.gates)
    assert score.notes == (f"Not held down: approved (office network), but {says}.",)
    assert says in score.rationale
    check_rationale(score, found)
    assert score.score == scored(found, group, instance()).score


def test_rules_that_were_not_collected_approve_nothing() -> None:
    group = asset(arn("ec2", "security-group/sg-0a1"), {"GroupId": "sg-0a1"})
    score = scored(finding(SSH, group), group, rules=PORT)
    assert score.held == ""
    assert "no record shows who may reach port 22" in score.notes[0]
    assert "not in the inventory" in scored(finding(SSH, group), rules=PORT).notes[0]


def test_other_ports_and_what_names_none_are_not_approved() -> None:
    group = open_group(3389, cidr=OFFICE)
    for rule_id in (SSH.replace("22", "3389"), "ec2_securitygroup_allow_ingress_from_internet_to_any_port"):
        assert scored(finding(rule_id, group), group, rules=PORT).held == ""


def test_what_is_public_on_purpose_is_held_and_its_other_faults_are_not() -> None:
    site = bucket("www-shop", public=True)
    held = scored(finding("s3_bucket_public_access", site, severity="CRITICAL"), site, rules=PUBLIC)
    assert held.held == "approved as public"
    assert scored(finding("s3_bucket_no_mfa_delete", site), site, rules=PUBLIC).held == ""
    other = bucket("shop", public=True)
    assert scored(finding("s3_bucket_public_access", other), other, rules=PUBLIC).held == ""


def test_nothing_is_held_while_a_path_to_a_crown_jewel_is_proved() -> None:
    site = bucket("www-shop", public=True, tags={"DataClass": "PII"})
    found = finding("s3_bucket_public_access", site)
    score = scored(found, site, rules=PUBLIC + SANDBOX)
    assert score.held == ""
    assert all(gate.name not in {"approved as public", "of a test estate"} for gate in score.gates)
    assert "a path through it is proved" in score.notes[0]
    check_rationale(score, found)
    person = Acceptance("meant to be", "ana", NOW + timedelta(days=9), finding_id=found.id)
    assert scored(found, site, accepted=(person,)).held == "accepted exception", "a person's word acts"


def test_a_machine_that_leads_to_an_administrator_in_a_test_estate_is_not_held() -> None:
    group, host = open_group(22), instance(IamInstanceProfile={"Arn": profile("p", "admin").uid})
    flaw = finding("ec2_instance_port_ssh_exposed_to_internet", host)
    assets = (
        host,
        group,
        profile("p", "admin"),
        role("admin", admin=True),
        bucket("b", tags={"DataClass": "PII"}),
    )
    score = scored(flaw, *assets, rules=SANDBOX)
    assert score.held == ""
    assert "administrator" in score.notes[0]
    harmless = finding("ec2_instance_imdsv2_enabled", instance("i-0other"))
    assert scored(harmless, instance("i-0other"), rules=SANDBOX).held == "of a test estate"


def test_a_test_estate_is_held_down_as_long_as_the_rule_says() -> None:
    one = bucket("b")
    found = finding("s3_bucket_no_mfa_delete", one, severity="CRITICAL")
    assert scored(found, one, rules=SANDBOX).held == "of a test estate"
    assert scored(found, one, rules=SANDBOX + "until = 2026-01-01").held == ""


def test_exclusions_of_the_tenant_are_told_as_such() -> None:
    one = bucket("b", public=True)
    found = finding("s3_bucket_public_access", one, issue_id=7)
    score = scored(found, one, enriched=Enrichments(excluded={"7": "an exclusion of the tenant covers it"}))
    assert score.held == "exclusion of the tenant"
    assert score.gates[0].because == "an exclusion of the tenant covers it"
    accepted = scored(
        found, one, enriched=Enrichments(excepted={"7": "an exception in the platform accepts it"})
    )
    assert accepted.held == "accepted in the platform"
    platform = scored(found.model_copy(update={"progress": "Risk Accepted"}), one)
    assert platform.held == "accepted in the platform"


def test_what_is_low_anyway_is_still_told_as_held() -> None:
    one = bucket("b")
    low = finding("s3_bucket_no_mfa_delete", one, severity="INFO")
    score = scored(low, one, accepted=(Acceptance("fine", "ana", resource="b"),))
    assert score.held == "accepted exception"
    assert score.gates or "it changes nothing here" in score.notes[0]
    check_rationale(score, low)


def test_a_book_counts_what_is_held_by_what_holds_it() -> None:
    site, other = bucket("www-shop", public=True), bucket("b")
    found = [finding("s3_bucket_public_access", site), finding("s3_bucket_no_mfa_delete", other)]
    tolerances = Tolerances((Acceptance("fine", "ana", resource="b"),), parse_benign(tomllib.loads(PUBLIC)))
    book, _ = score_snapshot(snapshot(found, [site, other]), tolerances=tolerances)
    assert book.held == {"approved as public": 1, "accepted exception": 1}


SOURCES = st.lists(
    st.sampled_from(
        ["198.51.100.0/24", "198.51.100.8/32", "198.51.101.0/24", "0.0.0.0/0", "10.0.0.0/8", "x", ""]
    ),
    max_size=4,
)


@given(SOURCES)
def test_a_port_is_held_only_if_every_source_is_approved(given_: list[str]) -> None:
    rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": c} for c in given_]}
    group = asset(arn("ec2", "security-group/sg-0a1"), {"GroupId": "sg-0a1", "IpPermissions": [rule]})
    held = scored(finding(SSH, group), group, rules=PORT).held == "approved port"
    inside = {"198.51.100.0/24", "198.51.100.8/32"}
    assert held is (bool(given_) and set(given_) <= inside)
