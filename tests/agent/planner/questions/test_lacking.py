"""What is lacking: how far the word for it reaches, owners that nobody is, and words for it that nothing has taken."""

from __future__ import annotations

import pytest

from agent.planner.questions.ask import plan_question
from agent.planner.questions.form import Atom
from agent.planner.questions.rewrites_clusters import of_clusters
from agent.planner.questions.rewrites_owners import of_owners
from tests.agent.planner.questions.tenant import NOW, Tenant


@pytest.mark.parametrize(
    "question",
    [
        "machines nobody owns",
        "machines that no one owns",
        "machines that nobody is responsible for",
        "machines that don't have anyone owning them",
        "machines nobody is looking after",
    ],
)
def test_what_nobody_owns_is_without_owner(question: str) -> None:
    assert of_owners(question) == "machines without owner"


@pytest.mark.parametrize("question", ["issues nobody owns", "open issues that nobody looks after"])
def test_records_are_unassigned(question: str) -> None:
    assert of_owners(question).endswith("issues that are unassigned")


def _lacked(tenant: Tenant, question: str) -> list[tuple[str, bool]]:
    made = plan_question(question, tenant.estate, None, NOW)
    assert made.outcome == "answer", made.message
    assert made.form is not None
    return [(i.ref.name, i.negated) for i in made.form.items if isinstance(i, Atom)]


@pytest.mark.parametrize(
    "question",
    [
        "buckets without an owner or an environment",
        "buckets without owner and environment",
        "buckets lacking both owner and environment tags",
        "buckets with no owner tag and no environment tag",
    ],
)
def test_the_word_reaches_both(tenant: Tenant, question: str) -> None:
    assert _lacked(tenant, question) == [("owner", False), ("environment", False)]


def test_with_ends_it(tenant: Tenant) -> None:
    assert _lacked(tenant, "buckets without owner and with environment") == [
        ("owner", False),
        ("environment", True),
    ]


def test_an_empty_tag(tenant: Tenant) -> None:
    assert _lacked(tenant, "buckets where the owner tag is empty") == [("owner", False)]


def test_a_not_that_nothing_takes_is_asked_back(tenant: Tenant) -> None:
    made = plan_question("buckets that nobody", tenant.estate, None, NOW)
    assert made.outcome == "clarify"


@pytest.mark.parametrize(
    ("question", "plain"),
    [
        ("how many nodes does each cluster have", "number of kubernetes nodes per cluster"),
        ("how many pods run in each kubernetes cluster", "number of pods per cluster"),
        ("nodes per cluster", "kubernetes nodes per cluster"),
        ("clusters with a node pool", "clusters with a node pool"),
        ("kubernetes nodes", "kubernetes nodes"),
    ],
)
def test_what_runs_in_clusters(question: str, plain: str) -> None:
    assert of_clusters(question) == plain
