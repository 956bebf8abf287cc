"""Follow-ups that take away, replace and refine; measures and names in the words of people."""

# ruff: noqa: E501 (a table of sentences is easier to read in one piece)

from __future__ import annotations

import pytest

from agent.planner.questions.ask import plan_question
from agent.planner.questions.form import Asked
from agent.planner.questions.rewrites import rewritten
from tests.agent.planner.questions.tenant import NOW, Tenant


def _hold(tenant: Tenant, *turns: str) -> Asked:
    asked: Asked | None = None
    for text in turns:
        asked = plan_question(text, tenant.estate, asked, NOW)
    assert asked is not None
    return asked


# turns of a talk, and the one question that asks the same as its last turn
SAME: list[tuple[tuple[str, ...], str]] = [
    (("open high issues on aws", "drop the severity filter"), "open issues on aws"),
    (("open high issues on aws", "drop the severity filter", "and count them by account"), "number of open issues on aws by account"),
    (("open high issues on aws", "forget about the severity and count them by account"), "number of open issues on aws by account"),
    (("ec2 instances in production", "without the environment condition"), "ec2 instances"),
    (("open issues older than 30 days", "make it 60 days"), "open issues older than 60 days"),
    (("open critical issues per account", "as a chart"), "open critical issues per account"),
    (("open critical issues per account", "can you plot that"), "open critical issues per account"),
    (("open critical issues", "make it high instead of critical"), "open high issues"),
    (("open critical issues", "replace critical with high"), "open high issues"),
    (("buckets in acme-shop-dev", "and in acme-ml?"), "buckets in acme-ml"),
    (("open critical issues", "thanks! and only those in acme-shop-dev"), "open critical issues in acme-shop-dev"),
    (("open critical issues by account", "blorp the flurbs", "only the top 2"), "top 2 accounts by number of open critical issues"),
    (("open issues per severity", "please break that down by account as well", "restrict it to aws"), "number of open issues on aws by severity and account"),
    (("open issues per severity", "also by account"), "number of open issues by severity and account"),
    (("open issues per severity", "break it down by account instead"), "number of open issues by account"),
    (("ec2 instances", "limit them to acme-ml"), "ec2 instances in acme-ml"),
    (("ec2 instances w/o any tags",), "ec2 instances without tags"),
    (("% of buckets that are public",), "percentage of buckets that are public"),
    (("how many open issues does each account have on its plate",), "number of open issues by account"),
    (("mean time to resolve per severity",), "average time to resolve by severity"),
    (("how long on average are our cases open",), "average age of open cases"),
]  # fmt: skip


@pytest.mark.parametrize(("turns", "one"), SAME, ids=[" / ".join(turns)[:60] for turns, _ in SAME])
def test_a_talk_ends_where_one_question_would(tenant: Tenant, turns: tuple[str, ...], one: str) -> None:
    last, whole = _hold(tenant, *turns), _hold(tenant, one)
    assert last.outcome == whole.outcome == "answer", (last.message, whole.message)
    assert last.plan is not None
    assert whole.plan is not None
    key = [sorted(map(str, row.values())) for row in tenant.rows(last.plan)]
    assert sorted(key) == sorted(sorted(map(str, row.values())) for row in tenant.rows(whole.plan))


@pytest.mark.parametrize(
    "text",
    ["restrict access to them", "remove them", "delete those please", "set them to private", "close them"],
)
def test_what_would_change_resources_is_refused_after_an_answer_too(tenant: Tenant, text: str) -> None:
    assert _hold(tenant, "public buckets", text).outcome == "refuse"


@pytest.mark.parametrize(
    "text", ["which of those are public?", "show them by region", "how many are they?", "sort it by age"]
)
def test_a_pronoun_that_refers_to_nothing_is_asked_back(tenant: Tenant, text: str) -> None:
    asked = _hold(tenant, text)
    assert asked.outcome == "clarify"
    assert len(asked.choices) >= 2


def test_a_turn_that_fails_takes_nothing_from_the_one_before(tenant: Tenant) -> None:
    asked = _hold(tenant, "public buckets", "only those in acme-nowhere")
    assert asked.outcome == "no_such"
    assert asked.form is not None
    assert asked.form == _hold(tenant, "public buckets").form


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("who is responsible for the public buckets", "who owns the public buckets"),
        ("who should i contact about the public buckets", "who owns the public buckets"),
        ("pct of buckets without encryption", "percentage of buckets without encryption"),
        ("mttr per account", "average time to resolve per account"),
        ("how many bytes do all files have together", "total size of files"),
        ('buckets with "sync" somewhere in the name', 'buckets whose name contains "sync"'),
        ("buckets have neither versioning nor logging?", "buckets without versioning and without logging?"),
        (
            "disks that are neither encrypted nor attached in prod",
            "disks that are not encrypted and not attached in prod",
        ),
        ("container repositories without tags", "repositories without tags"),
        ("which users can log in with only a password", "which users without mfa"),
        ("pods in our clusters", "pods"),
        ("pods in cluster aks-1", "pods in cluster aks-1"),
        ("'pct of' in quotes", "'pct of' in quotes"),
    ],
)
def test_idioms(said: str, plain: str) -> None:
    assert rewritten(said) == plain


def test_owners_are_shown_beside_what_they_own(tenant: Tenant) -> None:
    asked = _hold(tenant, "who is responsible for the public buckets")
    assert asked.form is not None
    assert {ref.name for ref in asked.form.columns} == {"owner", "team"}


def test_scores_of_machines_are_those_of_their_vulnerabilities(tenant: Tenant) -> None:
    asked = _hold(tenant, "highest cvss score on aws vms")
    assert asked.plan is not None
    assert (
        max(v for row in tenant.rows(asked.plan) for v in row.values() if isinstance(v, int | float)) == 10.0
    )
