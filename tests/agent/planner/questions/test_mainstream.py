"""Mainstream wordings: nothing that restricts or groups is dropped, and what only the asker knows is asked back."""

from __future__ import annotations

from collections import Counter

import pytest

from agent.planner.questions.ask import plan_question
from agent.planner.questions.rewrites import rewritten
from tests.agent.planner.questions.tenant import ASSETS, NOW, Tenant


@pytest.mark.parametrize(
    "question",
    [
        "how many buckets are in our main account",
        "open critical issues in the primary region",
        "which machines run in my central aws account",
        "buckets without versioning in our principal subscription",
        "pods of the main cluster",
    ],
)
def test_the_one_that_only_the_asker_knows_is_asked_for(tenant: Tenant, question: str) -> None:
    asked = plan_question(question, tenant.estate, None, NOW)
    assert asked.outcome == "clarify"
    assert asked.plan is None
    for choice in asked.choices:
        again = plan_question(choice, tenant.estate, None, NOW)
        assert again.outcome != "clarify", choice


@pytest.mark.parametrize("question", ["ownerless assets", "unowned assets", "all assets that are ownerless"])
def test_ownerless_is_without_an_owner(tenant: Tenant, question: str) -> None:
    asked = plan_question(question, tenant.estate, None, NOW)
    same = plan_question("assets without an owner tag", tenant.estate, None, NOW)
    assert asked.plan is not None
    assert same.plan is not None
    found = {row["xdm.asset.id"] for row in tenant.rows(asked.plan)}
    assert found == {row["xdm.asset.id"] for row in tenant.rows(same.plan)}
    assert 0 < len(found) < len(ASSETS)


@pytest.mark.parametrize(
    ("question", "same"),
    [
        (
            "what kinds of databases do we have? give me databases per region",
            "give me databases per region",
        ),
        ("which types of machines are there? how many machines by account", "how many machines by account"),
    ],
)
def test_a_question_before_the_one_that_counts_adds_no_group(question: str, same: str) -> None:
    assert rewritten(question) == same


@pytest.mark.parametrize(
    "question",
    [
        "what types of assets do we have? how many of each per provider",
        "what kinds of assets do we have per region",
    ],
)
def test_each_of_the_kinds_stays_a_group(question: str) -> None:
    assert rewritten(question) == question


def test_a_group_that_nothing_tells_is_not_dropped(tenant: Tenant) -> None:
    asked = plan_question("buckets per cluster", tenant.estate, None, NOW)
    if asked.plan is None:
        assert asked.outcome in ("no_such", "refuse", "clarify")
    else:
        assert asked.form is not None
        assert any("cluster" in ref.name for ref in asked.form.group)


def test_most_frequent_after_its_noun_counts_the_noun(tenant: Tenant) -> None:
    asked = plan_question("which issues are most frequent", tenant.estate, None, NOW)
    assert asked.form is not None
    assert asked.plan is not None
    assert [ref.name for ref in asked.form.group] == ["rule"]
    numbers = [int(row["issues"]) for row in tenant.rows(asked.plan)]
    assert numbers == sorted(numbers, reverse=True)
    assert Counter(numbers)


@pytest.mark.parametrize(
    "question", ["machines where metadata v1 is allowed", "instances on which imdsv1 is permitted"]
)
def test_allowed_after_a_weakness_is_no_action(tenant: Tenant, question: str) -> None:
    asked = plan_question(question, tenant.estate, None, NOW)
    assert "action" not in asked.message
