from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tools.findings.errors import BadFilterError
from tools.findings.filters import FindingFilter
from tools.findings.model import AssetRecord, Finding, FindingSet, FindingStatus, ResourceRef, Severity
from tools.findings.page import page_of

NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)


def finding(number: int, **changes: Any) -> Finding:
    base: dict[str, Any] = {
        "id": f"f{number:03}",
        "issue_id": number,
        "title": f"Problem {number}",
        "severity": Severity.MEDIUM,
        "kind": "aws.s3.public_access",
        "provider": "AWS",
        "account": "111111111111",
        "account_name": "payments-prod",
        "region": "eu-west-1",
        "service": "s3",
        "resource": ResourceRef(
            asset_id=f"a{number}", uid=f"arn:aws:s3:::b{number}", name=f"b{number}", type="S3_BUCKET"
        ),
        "tags": {"DataClass": "PII"} if number % 2 else {},
        "observed_at": NOON + timedelta(days=number),
    }
    return Finding(**(base | changes))


def known(*findings: Finding, assets: tuple[AssetRecord, ...] = ()) -> FindingSet:
    return FindingSet(findings, {asset.asset_id: asset for asset in assets}, NOON, len(findings))


SET = known(
    finding(1, severity=Severity.CRITICAL),
    finding(2, region="us-east-1", service="ec2", kind="aws.ec2.open_ssh_port", title="SSH open on 22"),
    finding(3, severity=Severity.LOW, progress="Resolved"),
    finding(4, provider="AZURE", account="sub-1", account_name="", progress="In Progress"),
    finding(5, progress="Parked"),
    assets=(AssetRecord(asset_id="a2", tags={"Owner": "Web"}),),
)


def ids(**conditions: Any) -> list[str]:
    return [f.id for f in FindingFilter(**conditions).checked(SET).select(SET)]


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({}, ["f001", "f002", "f004", "f005"]),
        ({"status": "any"}, ["f001", "f002", "f003", "f004", "f005"]),
        ({"status": "resolved"}, ["f003"]),
        ({"status": "in_progress"}, ["f004"]),
        ({"severity": ("critical",)}, ["f001"]),
        ({"severity": "critical"}, ["f001"]),
        ({"min_severity": "MEDIUM", "status": "any"}, ["f001", "f002", "f004", "f005"]),
        ({"region": ("US-EAST-1",)}, ["f002"]),
        ({"provider": ("azure",)}, ["f004"]),
        ({"account": ("Payments-Prod",)}, ["f001", "f002", "f005"]),
        ({"account": ("sub-1",)}, ["f004"]),
        ({"service": ("s3", "ec2")}, ["f001", "f002", "f004", "f005"]),
        ({"kind": ("aws.ec2.open_ssh_port",)}, ["f002"]),
        ({"tags": {"dataclass": ("pii",)}}, ["f001", "f005"]),
        ({"tags": {"DataClass": ()}}, ["f001", "f005"]),
        ({"any_tag": {"dataclass": ("pii",), "owner": ("web",)}}, ["f001", "f002", "f005"]),
        ({"any_tag": {"Owner": ("nobody",)}}, []),
        ({"exclude": {"severity": ("critical",), "service": ("EC2",)}}, ["f004", "f005"]),
        ({"exclude": {"region": ("nowhere",)}}, ["f001", "f002", "f004", "f005"]),
        ({"tags": {"Owner": ("web",)}}, ["f002"]),
        ({"text": "ssh 22"}, ["f002"]),
        ({"text": "DataClass=PII b1"}, ["f001"]),
        ({"resource": ("b4",)}, ["f004"]),
        ({"ids": ("f001", "2")}, ["f001", "f002"]),
        ({"since": NOON + timedelta(days=2), "until": NOON + timedelta(days=4)}, ["f002", "f004"]),
        ({"outcome": (FindingStatus.PASS,)}, []),
        ({"severity": ("LOW",)}, []),
    ],
)
def test_conditions(conditions: dict[str, Any], expected: list[str]) -> None:
    assert ids(**conditions) == expected


@pytest.mark.parametrize(
    ("conditions", "near"),
    [
        ({"region": ("eu-west-l",)}, ("eu-west-1",)),
        ({"service": ("es3",)}, ("s3",)),
        ({"kind": ("aws.s3.public",)}, ("aws.s3.public_access",)),
        ({"account": ("payment-prod",)}, ("payments-prod",)),
        ({"tags": {"DataClas": ()}}, ("DataClass",)),
        ({"tags": {"DataClass": ("PIII",)}}, ("PII",)),
        ({"provider": ("zzzz",)}, ()),
    ],
)
def test_an_unknown_value_is_refused_with_the_nearest(
    conditions: dict[str, Any], near: tuple[str, ...]
) -> None:
    with pytest.raises(BadFilterError) as caught:
        FindingFilter(**conditions).checked(SET)
    assert caught.value.suggestions[: len(near)] == near
    assert all(word in str(caught.value) for word in near)


@pytest.mark.parametrize(
    "conditions",
    [{"severity": ("worst",)}, {"severity": ("unknown",)}, {"colour": ("red",)}, {"status": "closed"}],
)
def test_what_no_filter_has_is_refused(conditions: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        FindingFilter(**conditions)


def test_a_service_by_the_name_that_people_give_it() -> None:
    there = known(finding(1, service="awslambda"), finding(2, service="s3"))
    assert [f.id for f in FindingFilter(service=("Lambda",)).checked(there).select(there)] == ["f001"]
    with pytest.raises(BadFilterError):
        FindingFilter(service=("alb",)).checked(there)


def test_a_page_says_how_much_of_the_whole_it_is() -> None:
    page = page_of(SET, FindingFilter(status="any"), limit=2)
    assert [f.id for f in page.findings] == ["f001", "f002"]
    assert (page.total, page.returned, page.truncated, page.scanned, page.complete) == (5, 2, True, 5, True)
    assert page.facets["severity"] == {"MEDIUM": 3, "CRITICAL": 1, "LOW": 1}
    assert page.facets["tags"] == {"DataClass=PII": 3}
    rest = page_of(SET, FindingFilter(status="any"), offset=2, limit=0)
    assert [f.id for f in rest.findings] == ["f004", "f005", "f003"]
    assert rest.truncated


@pytest.mark.parametrize(
    ("sort", "order", "first"),
    [
        ("severity", None, "f001"),
        ("severity", "asc", "f003"),
        ("id", "desc", "f005"),
        ("observed_at", None, "f005"),
        ("region", None, "f001"),
    ],
)
def test_orders(sort: Any, order: Any, first: str) -> None:
    page = page_of(SET, FindingFilter(status="any"), sort=sort, order=order)
    assert page.findings[0].id == first


@given(
    st.lists(st.sampled_from(list(Severity)), max_size=30),
    st.integers(1, 7),
    st.sampled_from(["asc", "desc", None]),
)
def test_pages_are_the_whole_once(severities: list[Severity], size: int, order: Any) -> None:
    whole = known(*(finding(n, severity=s) for n, s in enumerate(severities)))
    seen: list[Finding] = []
    for offset in range(0, len(severities), size):
        seen += page_of(whole, FindingFilter(), order=order, offset=offset, limit=size).findings
    assert sorted(f.id for f in seen) == sorted(f.id for f in whole)
    ranks = [f.severity.rank for f in seen]
    assert ranks == sorted(ranks, reverse=order != "asc")


def test_sets_group_by_asset_and_id() -> None:
    assert SET.by_id["f001"].issue_id == 1
    assert SET.by_issue["2"].id == "f002"
    assert [f.id for f in SET.by_asset["a4"]] == ["f004"]
    assert [f.id for f in SET.open_only] == ["f001", "f002", "f004", "f005"]
    assert SET.asset_of(SET.by_id["f002"]) is not None


def test_what_is_left_out_must_be_a_facet() -> None:
    with pytest.raises(ValidationError, match="no facet"):
        FindingFilter(exclude={"colour": ("red",)})
