"""Shares with a base and a part of their own: rows against plain Python."""

from __future__ import annotations

from collections import Counter

import pytest

from agent.planner.questions.ask import plan_question
from agent.planner.questions.share_words import limit_of, percent_of
from tests.agent.planner.questions.tenant import ASSETS, ISSUES, NOW, Row, Tenant

OPEN = [i for i in ISSUES if not i["status"].lower().startswith("resolved")]


def ask(tenant: Tenant, question: str) -> tuple[list[Row], str]:
    asked = plan_question(question, tenant.estate, None, NOW)
    assert asked.plan is not None, asked.message
    return tenant.rows(asked.plan), asked.reading


def rounded(part: int, whole: int) -> float:
    return round(1000 * part / whole) / 10


@pytest.mark.parametrize(
    "question",
    [
        "what percentage of all high issues sits in acme-payments-prod?",
        "which share of high issues is in acme-payments-prod",
        "of all high issues, what percentage is in acme-payments-prod?",
    ],
)
def test_a_place_after_a_verb_is_the_part(tenant: Tenant, question: str) -> None:
    (row,), _ = ask(tenant, question)
    high = [i for i in OPEN if i["severity"] == "HIGH"]
    there = sum(i["asset"]["account"] == "111111111111" for i in high)
    assert row["percent"] == rounded(there, len(high))


@pytest.mark.parametrize(
    "question",
    [
        "open issues by severity in percent",
        "percentage distribution of open issues over severities",
        "relative share of each severity among open issues",
        "share of open issues by severity",
    ],
)
def test_a_distribution_is_of_all(tenant: Tenant, question: str) -> None:
    rows, _ = ask(tenant, question)
    counts = Counter(i["severity"] for i in OPEN)
    assert {str(next(v for k, v in r.items() if k != "percent")).upper(): r["percent"] for r in rows} == {
        s: rounded(n, len(OPEN)) for s, n in counts.items()
    }


@pytest.mark.parametrize(
    ("question", "bound"),
    [
        ("accounts where more than 20% of the issues are high", 20.0),
        ("which accounts have more than a quarter of their issues high", 25.0),
        ("accounts in which most issues are high", 50.0),
    ],
)
def test_groups_by_a_bound_of_their_share(tenant: Tenant, question: str, bound: float) -> None:
    rows, _ = ask(tenant, question)
    every = Counter(i["asset"]["account"] for i in OPEN)
    high = Counter(i["asset"]["account"] for i in OPEN if i["severity"] == "HIGH")
    assert {r["account"] for r in rows} == {a for a in every if rounded(high[a], every[a]) > bound}


def test_one_account_for_the_greatest_part(tenant: Tenant) -> None:
    rows, _ = ask(tenant, "which account accounts for the largest share of open issues")
    counts = Counter(i["asset"]["account"] for i in OPEN)
    assert [r["percent"] for r in rows] == [rounded(max(counts.values()), len(OPEN))]


def test_the_most_is_no_share(tenant: Tenant) -> None:
    rows, reading = ask(tenant, "which account has most open issues?")
    assert len(rows) == 1
    assert "percentage" not in reading.lower()


def test_of_things_in_a_place_the_part_without_a_tag(tenant: Tenant) -> None:
    (row,), reading = ask(tenant, "percentage of gcp assets without team tag")
    there = [a for a in ASSETS if a["provider"].upper() == "GCP"]
    assert row["percent"] == rounded(sum(not a["tags"].get("Team") for a in there), len(there)), reading


def test_what_belongs_to_other_rows_is_a_part(tenant: Tenant) -> None:
    (row,), _ = ask(tenant, "what percentage of open issues is on ec2 instances?")
    there = sum(i["asset"]["type"] == "EC2_INSTANCE" for i in OPEN)
    assert row["percent"] == rounded(there, len(OPEN))


def test_words_of_numbers() -> None:
    assert [percent_of(s) for s in ("12.5 %", "half", "a third", "two thirds", "the majority")] == [
        12.5,
        50,
        33,
        66,
        50,
    ]
    assert [
        limit_of(a, b)
        for a, b in (("top 3 ", "teams"), ("top ", "teams"), ("which ", "team"), ("which ", "teams"))
    ] == [3, 10, 1, None]
