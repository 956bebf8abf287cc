"""Idioms of rankings, and of who and how many beside a list."""

from __future__ import annotations

import pytest

from agent.planner.questions.ask import plan_question
from agent.planner.questions.rewrites_rankings import ranked
from tests.agent.planner.questions.tenant import ISSUES, NOW, Tenant


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        (
            "which month had the most new high issues",
            "number of new high issues per month, most first, first 1",
        ),
        (
            "in which week were the fewest issues resolved?",
            "number of issues resolved per week, fewest first, first 1",
        ),
        ("what % of issues are critical", "what percentage of issues are critical"),
        ("the five noisiest rules in azure", "the top five rules by number of issues in azure"),
        ("agents that have not connected in the last 30 days", "agents last seen more than 30 days ago"),
        ("how many cases are open and by whom", "how many cases are open by assignee"),
        (
            "cases under investigation and who is working on them",
            "cases under investigation, with their assignee",
        ),
        ("assets with more than 5 open issues, with the count", "assets with more than 5 open issues"),
        ("how many assets have more than 5 issues", "how many assets have more than 5 issues"),
        (
            "which packages cause the most critical vulnerabilities",
            "which packages with the most critical vulnerabilities",
        ),
        ("vulnerabilities per owning team", "vulnerabilities per team"),
        (
            "buckets with findings, and in which account do they live?",
            "buckets with findings, with their account",
        ),
    ],
)
def test_in_plainer_words(said: str, plain: str) -> None:
    assert ranked(said) == plain


def test_the_month_of_the_most_is_first_by_number(tenant: Tenant) -> None:
    asked = plan_question("which month had the most new issues", tenant.estate, None, NOW)
    assert asked.plan is not None
    rows = tenant.rows(asked.plan)
    months: dict[str, int] = {}
    for issue in ISSUES:
        months[issue["first"].strftime("%Y-%m")] = months.get(issue["first"].strftime("%Y-%m"), 0) + 1
    assert len(rows) == 1
    assert rows[0]["issues"] == max(months.values())
