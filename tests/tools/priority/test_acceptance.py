"""Accepted risks by pattern, found as quickly however many there are."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tools.priority.building import ACCOUNT, NOW, bucket, finding
from tools.priority.acceptance import Acceptance, Acceptances

FOUND = finding("s3_bucket_public_access", bucket("www-shop"), issue_id=100_007, account_name="prod")
RESOURCE = FOUND.resource.uid


@pytest.mark.parametrize(
    ("given_", "covers"),
    [
        ({"finding_id": FOUND.id}, True),
        ({"finding_id": "100007"}, True),
        ({"finding_id": "100008"}, False),
        ({"rule_id": "s3_bucket_*"}, True),
        ({"rule_id": "ec2_*"}, False),
        ({"resource": "www-*"}, True),
        ({"resource": RESOURCE}, True),
        ({"resource": RESOURCE.upper()}, False),
        ({"account": ACCOUNT}, True),
        ({"account": "prod"}, True),
        ({"account": "dev"}, False),
        ({"rule_id": "s3_bucket_public_access", "account": "dev"}, False),
        ({"resource": "www-[a-s]hop"}, True),
        ({"until": NOW, "rule_id": "s3_*"}, False),
        ({"until": NOW + timedelta(seconds=1), "rule_id": "s3_*"}, True),
        ({}, False),
    ],
)
def test_what_an_acceptance_covers(given_: dict[str, object], covers: bool) -> None:
    one = Acceptance("because", "ana", **given_)  # type: ignore[arg-type]
    assert one.covers(FOUND, NOW) is covers
    assert (Acceptances([one]).of(FOUND, NOW) is one) is covers


PARTS = st.sampled_from(
    ["*", "s3_*", "s3_bucket_public_access", "www-*", "www-shop", RESOURCE, ACCOUNT, "prod", "x"]
)
ONES = st.builds(
    lambda finding_id, rule, resource, account, days: Acceptance(
        "because", "ana", NOW + timedelta(days=days), finding_id, rule, resource, account
    ),
    st.sampled_from(["", "", FOUND.id, "100007", "x"]), PARTS, PARTS, PARTS, st.integers(-2, 5),
)  # fmt: skip


@given(st.lists(ONES, max_size=8))
def test_the_index_finds_what_looking_at_each_finds(given_: list[Acceptance]) -> None:
    found = Acceptances(given_).of(FOUND, NOW)
    assert (found is not None) is any(one.covers(FOUND, NOW) for one in given_)
    assert Acceptances(given_[::-1]).of(FOUND, NOW) == found
