"""Campaigns of threat feeds against findings: what fits, how much by when, and what is not known."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tools.priority.building import NOW, finding, instance, open_group, snapshot
from tools.findings.model import Finding
from tools.priority.enrich.model import Campaign, Enrichments, SourceState
from tools.priority.facts import Fact
from tools.priority.service import score_snapshot
from tools.priority.threats import recency, threat_fact
from tools.priority.weakness import weakness_of

SSH = finding("ec2_securitygroup_allow_ingress_from_internet_to_port_22", open_group())
RDP = finding("ec2_securitygroup_allow_ingress_from_internet_to_port_3389", open_group(3389))
BUCKET = finding("s3_bucket_public_access")
FLAW = finding("CVE-2024-1111", category="VULNERABILITY")
FRESH = NOW - timedelta(days=1)


def told(*campaigns: Campaign, as_of: datetime = NOW) -> Enrichments:
    state = SourceState("threats", True, "feed", as_of, len(campaigns))
    return Enrichments(campaigns=campaigns, states={"threats": state})


def fact(of: Finding, *campaigns: Campaign, as_of: datetime = NOW) -> Fact:
    cve = of.rule_id if of.rule_id.startswith("CVE") else ""
    found = threat_fact(of, weakness_of(of), cve, told(*campaigns, as_of=as_of), NOW)
    assert found is not None
    return found


def test_without_a_feed_nothing_is_said() -> None:
    assert threat_fact(SSH, weakness_of(SSH), "", Enrichments(), NOW) is None


def test_a_campaign_on_the_findings_port_counts_and_is_named() -> None:
    campaign = Campaign("campaign--1", "Slow Lorry", ports=(22,), seen=FRESH, source="feed.json")
    got = fact(SSH, campaign)
    assert (got.state, got.ids, got.source) == ("known", ("campaign--1",), "feed.json")
    assert got.value == "Slow Lorry uses port 22, last seen 2026-11-24"
    assert got.observed_at == FRESH
    assert fact(RDP, campaign).state == "absent"
    assert fact(BUCKET, campaign).state == "absent"


def test_the_vulnerability_fits_best_then_the_port_then_the_technique() -> None:
    by_cve = fact(FLAW, Campaign("a", "A", cves=("CVE-2024-1111",), seen=NOW))
    by_port = fact(SSH, Campaign("a", "A", ports=(22,), seen=NOW))
    by_use = fact(SSH, Campaign("a", "A", techniques=("T1190",), seen=NOW))
    by_try = fact(SSH, Campaign("a", "A", techniques=("T1110.001",), seen=NOW))
    assert 1.0 == by_cve.grade > by_port.grade > by_use.grade > by_try.grade > 0


@pytest.mark.parametrize(
    ("of", "campaign"),
    [
        (SSH, Campaign("a", "A", ports=(3389,), techniques=("T1190",), seen=NOW)),
        (FLAW, Campaign("a", "A", cves=("CVE-2023-9999",), techniques=("T1190",), seen=NOW)),
        (SSH, Campaign("a", "A", techniques=("T1595",), seen=NOW)),
    ],
)
def test_a_campaign_that_uses_other_ports_or_flaws_or_only_scans_does_not_fit(
    of: Finding, campaign: Campaign
) -> None:
    assert fact(of, campaign).state == "absent"


@pytest.mark.parametrize(
    ("campaign", "expected"),
    [
        (Campaign("a", "A", seen=NOW), 1.0),
        (Campaign("a", "A", seen=NOW - timedelta(days=90)), 0.5),
        (Campaign("a", "A", seen=NOW - timedelta(days=400)), 0.0),
        (Campaign("a", "A", since=NOW + timedelta(days=1)), 0.0),
        (Campaign("a", "A", since=NOW - timedelta(days=500), until=NOW), 0.0),
        (Campaign("a", "A", since=NOW - timedelta(days=500), until=NOW + timedelta(days=1)), 1.0),
        (Campaign("a", "A", seen=NOW + timedelta(days=3)), 1.0),
        (Campaign("a", "A"), 0.5),
    ],
)
def test_how_much_a_campaign_counts_by_its_times(campaign: Campaign, expected: float) -> None:
    assert recency(campaign, NOW) == pytest.approx(expected)


@given(st.integers(0, 400), st.integers(0, 400), st.none() | st.integers(0, 100), st.integers(0, 100))
def test_older_and_less_certain_never_count_more(days: int, more: int, sure: int | None, doubt: int) -> None:
    young = Campaign("a", "A", ports=(22,), seen=NOW - timedelta(days=days), confidence=sure)
    old = replace(young, seen=NOW - timedelta(days=days + more))
    assert fact(SSH, old).grade <= fact(SSH, young).grade
    unsure = replace(young, confidence=max((100 if sure is None else sure) - doubt, 0))
    assert fact(SSH, unsure).grade <= fact(SSH, young).grade


def test_old_feeds_without_a_fit_leave_it_unknown() -> None:
    got = fact(SSH, as_of=NOW - timedelta(days=200))
    assert (got.state, got.value) == ("unknown", "the threat feeds are of 2026-05-09")
    assert fact(SSH).state == "absent"


def test_the_score_goes_up_with_a_campaign_and_says_which() -> None:
    machine, group = instance(), open_group()
    given_ = snapshot(
        [finding("ec2_securitygroup_allow_ingress_from_internet_to_port_22", group)], [machine, group]
    )
    quiet, _ = score_snapshot(given_, enriched=told())
    loud, _ = score_snapshot(given_, enriched=told(Campaign("c1", "Slow Lorry", ports=(22,), seen=NOW)))
    unasked, _ = score_snapshot(given_)
    (low,), (high,), (mid,) = quiet.ranked, loud.ranked, unasked.ranked
    assert high.score > low.score
    assert low.log_odds <= mid.log_odds <= high.log_odds
    assert "active threat" in mid.unknowns
    assert "active threat" not in low.unknowns
    assert any(c.factor == "active threat" and "Slow Lorry" in c.because for c in high.contributions)
