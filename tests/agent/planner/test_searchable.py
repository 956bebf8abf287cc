"""What the ranked search can say in full, and what stays a query."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Either, Form, Has, Item, Kinds, Measure, Rank, Ref, Weakness
from agent.planner.searchable import as_search

NOW = datetime(2026, 11, 25, tzinfo=UTC)
BUCKETS = Kinds(categories=("Storage Bucket",), label="buckets")


def atom(name: str, *values: str, negated: bool = False, **more: Any) -> Atom:
    return Atom(ref=Ref(name=name), op="in", values=values, negated=negated, **more)


def search(small: Estate, *items: Item, **more: Any) -> dict[str, Any] | None:
    return as_search(Form(entity="issue", items=items, status="open", **more), small, NOW)


@pytest.mark.parametrize(
    ("item", "args"),
    [
        (atom("severity", "CRITICAL", "HIGH"), {"severities": ["CRITICAL", "HIGH"]}),
        (atom("region", "eu-west-1"), {"regions": ["eu-west-1"]}),
        (atom("service", "s3"), {"services": ["s3"]}),
        (atom("status", "open"), {}),
        (BUCKETS, {"resource_types": ["S3_BUCKET"]}),
        (atom("name", "payments-db", of="asset"), {"resources": ["a4"]}),
        (
            Weakness(name="public", rules=("s3_bucket_public_access",)),
            {"rule_ids": ["s3_bucket_public_access"]},
        ),
        (
            Atom(ref=Ref(name="environment", tags=("Env", "env")), op="in", values=("prod",)),
            {"any_tag": {"Env": ["prod"], "env": ["prod"]}},
        ),
        (
            Atom(ref=Ref(name="owner", tags=("Owner",)), op="in", values=("web",)),
            {"tags": {"Owner": ["web"]}},
        ),
        (atom("severity", "LOW", negated=True), {"exclude": {"severity": ["LOW"]}}),
    ],
)
def test_arguments_that_mean_the_same(small: Estate, item: Item, args: dict[str, Any]) -> None:
    assert search(small, item) == {**args, "limit": 25}


def test_exceptions_add_up(small: Estate) -> None:
    found = search(
        small,
        *(atom("severity", s, negated=True) for s in ("LOW", "MEDIUM")),
        atom("service", "iam", negated=True),
    )
    assert found == {"exclude": {"severity": ["LOW", "MEDIUM"], "service": ["iam"]}, "limit": 25}


@pytest.mark.parametrize(
    "item",
    [
        atom("region", "ap-southeast-2"),
        atom("assignee", "anna"),
        Atom(ref=Ref(name="first_seen"), op="within", values=(7.0,)),
        Atom(ref=Ref(name="name"), op="contains", values=("payments",), of="asset"),
        Has(entity="vulnerability"),
        Either(items=(atom("severity", "HIGH"), atom("region", "eu-west-1"))),
        Weakness(name="public", rules=("s3_bucket_public_access",), negated=True),
        Weakness(name="unencrypted", setting=(atom("x", "y"),)),
        Kinds(categories=("Queue",), label="queues"),
        Atom(ref=Ref(name="environment", tags=("Env",)), op="in", values=("prod",), negated=True),
    ],
)
def test_what_it_cannot_say_stays_a_query(small: Estate, item: Item) -> None:
    assert search(small, item) is None


def test_counts_groups_and_things_stay_queries(small: Estate) -> None:
    assert search(small, measure=Measure(function="count")) is None
    assert search(small, group=(Ref(name="region"),)) is None
    assert search(small, columns=(Ref(name="rule"),)) is None
    assert search(small, limit=500) is None
    assert search(small, rank=Rank(ref=Ref(name="first_seen"))) is None
    assert as_search(Form(entity="asset"), small, NOW) is None
    assert as_search(Form(entity="issue", status="all"), small, NOW) is None


def test_an_order_that_it_has(small: Estate) -> None:
    assert search(small, rank=Rank(ref=Ref(name="severity"))) == {"order_by": "severity", "limit": 25}
    assert search(small, limit=5) == {"limit": 5}
