"""Questions that name nothing, or fit two things, come back with choices that can be answered."""

from __future__ import annotations

import pytest

from agent.planner.questions.ask import plan_question
from tests.agent.planner.questions.tenant import NOW, Tenant


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("What was added last week?", ("assets", "issues")),
        ("what's new this week?", ("assets", "issues")),
        ("show me everything that failed in the last week", ("findings", "audit events")),
        ("What has changed since yesterday?", ("audit events", "issues")),
        ("give me the top 10 assets please", ("open issues", "vulnerabilities")),
        ("how many critical ones do we have", ("issues", "vulnerabilities")),
        ("any old keys lying around?", ("access keys", "KMS keys")),
        ("which databases are exposed", ("publicly accessible", "critical or high")),
    ],
)
def test_asked_back(tenant: Tenant, question: str, words: tuple[str, str]) -> None:
    asked = plan_question(question, tenant.estate, None, NOW)
    assert asked.outcome == "clarify", asked
    assert len(asked.choices) == 2
    for word, choice in zip(words, asked.choices, strict=True):
        assert word in choice
        again = plan_question(choice, tenant.estate, None, NOW)
        assert again.outcome != "clarify", choice


@pytest.mark.parametrize(
    "question",
    [
        "assets added last week",
        "top 10 assets by number of open issues",
        "how many critical issues do we have",
        "KMS keys first seen more than 90 days ago",
        "which databases are publicly accessible",
        "top 5 accounts",
    ],
)
def test_clear_ones_are_not_asked_back(tenant: Tenant, question: str) -> None:
    assert plan_question(question, tenant.estate, None, NOW).outcome != "clarify"
