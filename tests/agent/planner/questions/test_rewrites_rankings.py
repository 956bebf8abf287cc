"""Idioms of rankings, and of who and how many beside a list."""

# ruff: noqa: E501 (a table of sentences is easier to read in one piece)

from __future__ import annotations

from collections.abc import Callable

import pytest

from agent.planner.questions.ask import plan_question
from agent.planner.questions.rewrites_rankings import ranked
from tests.agent.planner.questions.tenant import ISSUES, NOW, Row, Tenant


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


@pytest.mark.parametrize(
    ("said", "same"),
    [
        ("vulnerabilities by severity and whether a fix is available", "number of vulnerabilities by severity and fix availability"),
        ("critical vulnerabilities split by fixable or not", "number of critical vulnerabilities by fix availability"),
        ("top 3 buckets by open issue count", "top 3 buckets by number of open issues"),
        ("assets owned by nobody", "assets without owner"),
        ("accounts where we have assets but no issues", "accounts without issues"),
        ("most vulnerable machine", "the machine with the most vulnerabilities"),
        ("number of issues by account, more than 3", "accounts with more than 3 issues"),
    ],
)  # fmt: skip
def test_said_in_two_ways(tenant: Tenant, said: str, same: str) -> None:
    one, other = (plan_question(text, tenant.estate, None, NOW) for text in (said, same))
    assert one.plan is not None, one.message
    assert other.plan is not None, other.message
    assert tenant.rows(one.plan) == tenant.rows(other.plan)


def test_of_more_than_so_many_machines_only_machines_count(tenant: Tenant) -> None:
    asked = plan_question("CVEs on more than 1 machine", tenant.estate, None, NOW)
    assert asked.form is not None
    assert any(item.kind == "kinds" for item in asked.form.items)


def test_an_average_of_days_is_one_number(tenant: Tenant) -> None:
    asked = plan_question("average number of new issues per week", tenant.estate, None, NOW)
    assert asked.plan is not None
    weeks: dict[str, int] = {}
    for issue in ISSUES:
        weeks[issue["first"].strftime("%G-%V")] = weeks.get(issue["first"].strftime("%G-%V"), 0) + 1
    rows = tenant.rows(asked.plan)
    assert [round(float(row["avg_issues"]), 6) for row in rows] == [
        round(sum(weeks.values()) / len(weeks), 6)
    ]


def _days(issue: Row) -> float:
    return float((issue["resolved"] - issue["first"]).total_seconds()) / 86_400


@pytest.mark.parametrize(
    ("question", "fits"),
    [
        ("issues that were resolved within 40 days", lambda days: days <= 40),
        ("issues resolved in less than 40 days", lambda days: days < 40),
        ("issues that took more than 40 days to close", lambda days: days > 40),
    ],
)
def test_how_long_it_took(tenant: Tenant, question: str, fits: Callable[[float], bool]) -> None:
    asked = plan_question(question, tenant.estate, None, NOW)
    assert asked.plan is not None, asked.message
    wanted = {str(i["id"]) for i in ISSUES if i["resolved"] is not None and fits(_days(i))}
    assert wanted
    assert {str(row["xdm.issue.id"]) for row in tenant.rows(asked.plan)} == wanted


def test_a_day_of_the_week_is_the_last_that_is_over(tenant: Tenant) -> None:
    asked = plan_question("issues opened on monday", tenant.estate, None, NOW)
    assert asked.form is not None
    [time] = [i for i in asked.form.items if i.kind == "atom"]
    assert time.start is not None
    assert f"{time.start:%A %Y-%m-%d}" == "Monday 2026-11-23"


@pytest.mark.parametrize(
    "question", ["which buckets hold the most flurbs", "which buckets contain most records of personal data"]
)
def test_the_most_of_something_else_is_not_the_most_issues(tenant: Tenant, question: str) -> None:
    assert plan_question(question, tenant.estate, None, NOW).outcome != "answer"


@pytest.mark.parametrize(
    ("said", "same"),
    [
        ("For each account, how many critical and high issues are there?", "number of critical or high issues per account"),
        ("how old is the average open issue on aws", "average age of open issues on aws"),
        ("two accounts with the oldest open issue", "maximum age of open issues per account, highest first, first 2"),
        ("number of assets per tag value of Environment", "number of assets per environment"),
        ("which assets have findings of category configuration or vulnerability", "assets with failed findings"),
        ("asset with most fixable vulnerabilities per account", "the asset with the most fixable vulnerabilities in each account"),
        ("number of machines affected per CVE, only KEV", "number of machines per CVE known to be exploited"),
    ],
)  # fmt: skip
def test_groups_in_other_words(tenant: Tenant, said: str, same: str) -> None:
    one, other = (plan_question(text, tenant.estate, None, NOW) for text in (said, same))
    assert one.plan is not None, one.message
    assert other.plan is not None, other.message
    assert [sorted(map(str, row.values())) for row in tenant.rows(one.plan)] == [
        sorted(map(str, row.values())) for row in tenant.rows(other.plan)
    ]


def test_a_time_after_a_package_is_of_its_vulnerability(tenant: Tenant) -> None:
    asked = plan_question(
        "machines with a vulnerability in curl older than 30 days", tenant.estate, None, NOW
    )
    assert asked.form is not None
    [has] = [i for i in asked.form.items if i.kind == "has"]
    assert {i.op for i in has.items if i.kind == "atom"} == {"in", "older"}


def test_the_same_noun_with_and_without(tenant: Tenant) -> None:
    asked = plan_question("assets with critical issues but without high ones", tenant.estate, None, NOW)
    severities = {
        a: {i["severity"] for i in ISSUES if i["open"] and i["asset"]["id"] == a}
        for a in {i["asset"]["id"] for i in ISSUES}
    }
    assert asked.plan is not None
    assert {row["xdm.asset.id"] for row in tenant.rows(asked.plan)} == {
        a for a, told in severities.items() if "CRITICAL" in told and "HIGH" not in told
    }


def test_each_of_ours(tenant: Tenant) -> None:
    asked = plan_question("how many issues are open in each of our AWS accounts?", tenant.estate, None, NOW)
    assert asked.form is not None
    assert [ref.name for ref in asked.form.group] == ["account"]
