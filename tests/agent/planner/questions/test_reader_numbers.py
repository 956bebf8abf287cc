"""Two numbers side by side."""

from __future__ import annotations

from datetime import timedelta

import pytest

from agent.planner.questions.ask import plan_question
from tests.agent.planner.questions.tenant import ASSETS, FINDINGS, ISSUES, NOW, VULNERABILITIES, Row, Tenant


def _rows(tenant: Tenant, question: str) -> list[Row]:
    asked = plan_question(question, tenant.estate, None, NOW)
    assert asked.outcome == "answer", asked.message
    assert asked.plan is not None
    return tenant.rows(asked.plan)


@pytest.mark.parametrize(
    "question",
    [
        "number of issues opened vs resolved in the last 30 days",
        "how many issues did we open and close in the last 30 days",
    ],
)
def test_what_came_and_what_went(tenant: Tenant, question: str) -> None:
    since = NOW - timedelta(days=30)
    came = sum(i["first"] >= since for i in ISSUES)
    went = sum(i["resolved"] is not None and i["resolved"] >= since for i in ISSUES)
    assert [sorted(row.values()) for row in _rows(tenant, question)] == [sorted([came, went])]


def test_a_part_of_them(tenant: Tenant) -> None:
    question = "how many vulnerabilities do we have and how many of them are fixable"
    fixable = sum(bool(v["facts"]["xdm.vulnerability.has_a_fix"]) for v in VULNERABILITIES)
    assert [sorted(row.values()) for row in _rows(tenant, question)] == [
        sorted([len(VULNERABILITIES), fixable])
    ]


def test_two_things_per_group(tenant: Tenant) -> None:
    rows = _rows(tenant, "number of assets and issues per account")
    assert sum(row["number_1_assets"] for row in rows) == len(ASSETS)
    assert sum(row["number_2_open_issues"] for row in rows) == sum(i["open"] for i in ISSUES)


def test_over_time_they_are_two_questions(tenant: Tenant) -> None:
    asked = plan_question("opened vs resolved issues per week", tenant.estate, None, NOW)
    assert asked.outcome == "clarify"


def test_values_of_one_thing_are_groups(tenant: Tenant) -> None:
    asked = plan_question("how many findings passed and how many failed?", tenant.estate, None, NOW)
    assert asked.form is not None
    assert not asked.form.numbers
    assert [ref.name for ref in asked.form.group] == ["result"]


def test_rules_that_never_failed(tenant: Tenant) -> None:
    failed = {f["rule"] for f in FINDINGS if f["status"] == "FAIL"}
    rows = _rows(tenant, "which rules have never failed?")
    assert {row["xdm.finding.type_id"] for row in rows} == {f["rule"] for f in FINDINGS} - failed


def test_this_month_and_the_one_before(tenant: Tenant) -> None:
    [row] = _rows(tenant, "compare the number of resolved issues this month with last month")
    gone = [i["resolved"].strftime("%Y-%m") for i in ISSUES if i["resolved"] is not None]
    assert list(row.values()) == [gone.count("2026-11"), gone.count("2026-10")]
