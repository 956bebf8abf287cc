"""What an issue is about, as a column; the newest ones; the top of each group by what is counted."""

from __future__ import annotations

import pytest

from agent.planner.questions.ask import plan_question
from tests.agent.planner.questions.tenant import NOW, Tenant


@pytest.mark.parametrize(
    "question",
    [
        "critical issues with their asset name",
        "critical issues and the name of the asset",
        "list critical issues with asset and account",
        "show critical issues with the affected asset's name and region",
        "critical issues and the affected resource",
    ],
)
def test_the_asset_of_an_issue_is_a_column(tenant: Tenant, question: str) -> None:
    made = plan_question(question, tenant.estate, None, NOW)
    assert made.plan is not None
    rows = tenant.rows(made.plan)
    plain = plan_question("critical issues", tenant.estate, None, NOW).plan
    assert plain is not None
    assert rows
    assert {r["xdm.issue.id"] for r in rows} == {r["xdm.issue.id"] for r in tenant.rows(plain)}
    assert all(row["xdm.asset.name"] for row in rows)


def test_several_assets_stay_a_condition(tenant: Tenant) -> None:
    made = plan_question("issues with assets in us-east-1", tenant.estate, None, NOW)
    assert made.form is not None
    assert all(ref.name != "asset" for ref in made.form.columns)


@pytest.mark.parametrize("question", ["show the last 3 issues", "the last three issues"])
def test_the_last_ones_are_the_newest(tenant: Tenant, question: str) -> None:
    made, same = (plan_question(q, tenant.estate, None, NOW) for q in (question, "the 3 newest issues"))
    assert made.plan is not None
    assert same.plan is not None
    assert tenant.rows(made.plan) == tenant.rows(same.plan)


def test_a_last_with_a_unit_is_a_time(tenant: Tenant) -> None:
    made = plan_question("issues of the last 10 days", tenant.estate, None, NOW)
    assert made.form is not None
    assert made.form.limit is None


@pytest.mark.parametrize(
    "question",
    [
        "top 2 regions per provider by asset count",
        "top 2 regions per provider by number of assets",
        "top 2 regions by number of assets per provider",
    ],
)
def test_the_first_of_each_group_by_what_is_counted(tenant: Tenant, question: str) -> None:
    made = plan_question(question, tenant.estate, None, NOW)
    assert made.form is not None
    assert made.plan is not None
    assert [ref.name for ref in made.form.per] == ["provider"]
    assert {ref.name for ref in made.form.group} == {"region", "provider"}
    assert len(tenant.rows(made.plan)) > 2


def test_accounts_of_a_cloud_are_where_something_is(tenant: Tenant) -> None:
    made, same = (
        plan_question(q, tenant.estate, None, NOW) for q in ("issues in the aws accounts", "issues on aws")
    )
    assert made.plan is not None
    assert made.plan == same.plan


@pytest.mark.parametrize(
    "question",
    [
        "open issues on s3 buckets with the bucket",
        "all open issues on s3 buckets, showing the issue name and the bucket",
        "open issues on s3 buckets together with the bucket name",
    ],
)
def test_the_noun_of_the_asset_is_a_column_too(tenant: Tenant, question: str) -> None:
    made, plain = (
        plan_question(q, tenant.estate, None, NOW) for q in (question, "open issues on s3 buckets")
    )
    assert made.plan is not None
    assert plain.plan is not None
    rows = tenant.rows(made.plan)
    assert rows
    assert {r["xdm.issue.id"] for r in rows} == {r["xdm.issue.id"] for r in tenant.rows(plain.plan)}
    assert all(row["xdm.asset.name"] for row in rows)


def test_titles_are_groups(tenant: Tenant) -> None:
    made = plan_question("top 3 issue names by count", tenant.estate, None, NOW)
    assert made.plan is not None
    rows = tenant.rows(made.plan)
    assert len(rows) == 3
    assert len({row["xdm.issue.name"] for row in rows}) == 3


def test_what_has_none_is_not_among_those_with_the_most(tenant: Tenant) -> None:
    made = plan_question("the 50 assets with the most critical issues", tenant.estate, None, NOW)
    assert made.plan is not None
    rows = tenant.rows(made.plan)
    assert rows
    assert all(row["issues"] > 0 for row in rows)
