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


@pytest.mark.parametrize(
    ("question", "outcome"),
    [
        ("show me the oldest ones", "clarify"),
        ("who are the owners in the acme-office subscription?", "answer"),
        ("what is our worst account", "clarify"),
        ("worst 5 databases", "clarify"),
        ("weekly resolved vs new issues", "clarify"),
        ("issues on oracle cloud", "no_such"),
    ],
)
def test_outcomes_of_unclear_ones(tenant: Tenant, question: str, outcome: str) -> None:
    assert plan_question(question, tenant.estate, None, NOW).outcome == outcome


def test_states_are_told_apart(tenant: Tenant) -> None:
    asked = plan_question("how many issues are new, in progress and resolved?", tenant.estate, None, NOW)
    assert asked.form is not None
    assert [ref.name for ref in asked.form.group] == ["status"]


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("how many are unencrypted?", ("buckets", "databases")),
        ("which ones are unencrypted?", ("buckets", "volumes", "databases")),
        ("which assets are the worst?", ("most open issues", "critical")),
        ("which machines are critical?", ("critical issues", "criticality")),
        ("top 10 please", ("accounts", "assets")),
        ("what about last week?", ("issues", "assets")),
        ("are our buckets secure?", ("open issues", "failed findings")),
        ("is acme-office compliant?", ("open issues", "passed findings")),
    ],
)
def test_what_says_too_little_comes_with_each_reading(
    tenant: Tenant, question: str, words: tuple[str, ...]
) -> None:
    asked = plan_question(question, tenant.estate, None, NOW)
    assert asked.outcome == "clarify", asked
    for word in words:
        assert any(word in choice for choice in asked.choices), asked.choices
