"""Readings as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.planner.questions.form import Form, Kinds
from agent.planner.said import figure, in_words, parts, predicate, things

BUCKETS = Form(items=(Kinds(categories=("Storage Bucket",), label="buckets"),))
MACHINES = Form(items=(Kinds(types=("EC2_INSTANCE",), label="ec2 instances"),))


def test_services_are_spelled_as_their_makers_do_and_names_stay() -> None:
    assert in_words("Ec2 instances on aws without mfa") == "EC2 instances on AWS without MFA"
    assert in_words("Buckets named ec2-logs.aws") == "Buckets named ec2-logs.aws"
    assert in_words("Vulnerabilities cvss above 9") == "Vulnerabilities with CVSS above 9"
    assert in_words("Average cvss of vulnerabilities") == "Average CVSS of vulnerabilities"


def test_one_thing_is_said_in_the_singular() -> None:
    reading = "Buckets that are open to the public and tagged PII"
    assert things(reading, BUCKETS, 2) == "buckets that are open to the public and tagged PII"
    assert things(reading, BUCKETS, 1) == "bucket that is open to the public and tagged PII"
    assert things("EC2 instances in production", MACHINES, 1) == "EC2 instance in production"
    assert things("Open critical issues in eu-west-1", Form(entity="issue"), 1) == (
        "open critical issue in eu-west-1"
    )


def test_the_head_is_the_kind() -> None:
    assert parts("EC2 instances in production, that are old", MACHINES) == (
        "EC2 instances",
        " in production, that are old",
    )


@pytest.mark.parametrize(
    ("tail", "count", "said"),
    [
        (" that are open to the public", 2, "are open to the public"),
        (" that are open to the public", 1, "is open to the public"),
        (" that are public and in production", 1, "is public and in production"),
        (
            " that have versioning off and that don't log access",
            2,
            "have versioning off and don't log access",
        ),
        (" that are public or that are not encrypted", 3, "are public or are not encrypted"),
        (" that have versioning off and tagged PII", 2, None),
        (" in production", 2, None),
        ("", 2, None),
    ],
)
def test_predicates(tail: str, count: int, said: str | None) -> None:
    assert predicate(tail, count) == said


@given(st.integers(min_value=-(10**15), max_value=10**15))
def test_figures_keep_their_value(number: int) -> None:
    assert int(figure(number).replace(",", "")) == number
