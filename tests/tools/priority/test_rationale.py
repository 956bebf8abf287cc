from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tools.priority.building import NOW, bucket, finding, instance, open_group, profile, role, snapshot
from tools.priority import PriorityScore, UnfoundedTextError, check_rationale, score_snapshot, unfounded
from tools.priority.model import Explanation

PII = {"DataClass": "PII", "Environment": "production"}


def scored(found, *assets) -> PriorityScore:  # type: ignore[no-untyped-def]
    return score_snapshot(snapshot([found], assets))[0].ranked[0]


def test_the_words_say_what_why_and_what_lowers_it() -> None:
    web = instance(
        IamInstanceProfile={"Arn": "arn:aws:iam::111122223333:instance-profile/web"}, tags={"Name": "web-1"}
    )
    found = finding("ec2_instance_port_ssh_exposed_to_internet", web, "CRITICAL")
    one = scored(found, web, open_group(), profile("web", "app"), role("app", admin=True))
    assert one.headline.startswith("web-1 (i-0web): a service on it answers the internet")
    assert "a path leads to administrator of 111122223333" in one.headline
    assert one.rationale.startswith(f"{one.score:.0f} of 100 ({one.low:.0f} to {one.high:.0f}).")
    assert "22 open to 0.0.0.0/0 on sg-0a1" in one.rationale
    assert "Not known: " in one.rationale
    changes = {c.change: c.score for c in one.counterfactuals}
    assert changes["closing 22 to the internet on sg-0a1"] < 50 < one.score
    assert "taking AdministratorAccess from app" in changes
    assert [c.score for c in one.counterfactuals] == sorted(c.score for c in one.counterfactuals)
    check_rationale(one, found)


def test_a_counterfactual_is_what_the_score_would_be() -> None:
    open_bucket, closed = bucket("b", public=True, tags=PII), bucket("b", tags=PII)
    found = finding("s3_bucket_public_access", open_bucket, "CRITICAL")
    told = next(c for c in scored(found, open_bucket).counterfactuals if c.change.startswith("ending"))
    assert told.score == pytest.approx(scored(found, closed).score, abs=0.01)


def test_a_gate_is_told() -> None:
    held = bucket("b", public=True, tags=PII)
    found = finding("s3_bucket_public_access", held, "CRITICAL", progress="RISK_ACCEPTED")
    one = scored(found, held)
    assert "Held down from" in one.rationale
    assert "RISK_ACCEPTED" in one.rationale
    check_rationale(one, found)


@pytest.mark.parametrize(
    "invented",
    [
        "see i-0fff for more",
        "CVE-2024-3094 is used",
        "97.5 of all",
        "bucket other-bucket too",
        "by arn:aws:iam::1:root",
        "port 3389",
        "http://evil.example/x",
    ],
)
def test_the_checker_finds_what_no_fact_holds(invented: str) -> None:
    web = instance()
    found = finding("ec2_instance_port_ssh_exposed_to_internet", web, "CRITICAL")
    one = scored(found, web, open_group())
    assert unfounded(one.rationale, one, found) == ()
    assert unfounded(f"{one.rationale} {invented}", one, found) != ()

    class Lying:
        def details(self, score: PriorityScore):  # type: ignore[no-untyped-def]
            return one.details

        def explain(self, score: PriorityScore) -> Explanation:
            return Explanation(one.headline, f"{one.rationale} {invented}", one.counterfactuals)

    with pytest.raises(UnfoundedTextError, match="no fact holds"):
        check_rationale(replace(one, source=Lying()), found)


@settings(max_examples=60, deadline=None)
@given(
    name=st.text(min_size=1, max_size=300),
    tag=st.text(max_size=60),
    severity=st.sampled_from(["INFO", "MEDIUM", "CRITICAL"]),
    rule=st.sampled_from(["s3_bucket_public_access", "s3_bucket_default_encryption", "xyzzy"]),
)
def test_any_name_and_tag_stays_text_of_one_line(name: str, tag: str, severity: str, rule: str) -> None:
    odd = bucket("b", public=True, tags={"DataClass": "PII", "Environment": tag, "Name": tag})
    odd = odd.model_copy(update={"name": name})
    found = finding(rule, odd, severity)
    one = scored(found, odd)
    for text in (one.headline, one.rationale):
        assert not set(text) & {"\n", "\r", "\t", "\u202e", "\u2066", "\u200b", "\x00", "\x1b"}
        assert len(text) < 4000
    check_rationale(one, found)
    assert one.as_of == NOW
