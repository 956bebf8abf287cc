"""Follow-ups that turn from assets to what is recorded of them, and on to what is linked with them."""

# ruff: noqa: E501 (a table of sentences is easier to read in one piece)

from __future__ import annotations

import pytest

from agent.planner.questions.ask import plan_question
from agent.planner.questions.follow_rows import rows_of
from agent.planner.questions.form import Asked, Form
from tests.agent.planner.questions.tenant import NOW, Tenant


def _hold(tenant: Tenant, *turns: str) -> Asked:
    asked: Asked | None = None
    for text in turns:
        asked = plan_question(text, tenant.estate, asked, NOW)
    assert asked is not None
    return asked


def _ids(tenant: Tenant, asked: Asked) -> list[str]:
    assert asked.plan is not None, asked.message
    keys = ("xdm.asset.id", "xdm.issue.id", "xdm.finding.id")
    return sorted(
        str(next((row[k] for k in keys if k in row), sorted(map(str, row.values()))))
        for row in tenant.rows(asked.plan)
    )


SAME: list[tuple[tuple[str, ...], str]] = [
    (("ec2 instances in production", "which of them have critical vulnerabilities", "list those cves"), "critical vulnerabilities on ec2 instances in production"),
    (("s3 buckets in acme-shop-dev", "what issues do they have?"), "open issues on s3 buckets in acme-shop-dev"),
    (("s3 buckets in acme-shop-dev", "show me their open issues"), "open issues on s3 buckets in acme-shop-dev"),
    (("s3 buckets in acme-shop-dev", "which issues are on them", "only critical"), "open critical issues on s3 buckets in acme-shop-dev"),
    (("buckets in production", "the issues on those"), "open issues on buckets in production"),
    (("ec2 instances in production", "their vulnerabilities by package"), "vulnerabilities on ec2 instances in production by package"),
    (("ec2 instances with critical vulnerabilities", "which packages are affected?"), "critical vulnerabilities on ec2 instances by package"),
    (("s3 buckets", "how many critical issues do they have", "by account"), "number of open critical issues on s3 buckets by account"),
    (("vulnerabilities in production", "top 2 packages"), "vulnerabilities in production per package, top 2"),
    (("open issues on s3 buckets", "count by rule"), "number of open issues on s3 buckets by rule"),
    (("open issues on s3 buckets", "top 2 rules", "and on databases?"), "number of open issues on databases per rule, top 2"),
]  # fmt: skip


@pytest.mark.parametrize(("turns", "one"), SAME, ids=[" / ".join(turns)[:60] for turns, _ in SAME])
def test_the_records_are_those_of_the_assets(tenant: Tenant, turns: tuple[str, ...], one: str) -> None:
    rows = _ids(tenant, _hold(tenant, *turns))
    assert rows == _ids(tenant, _hold(tenant, one))
    assert rows


def test_who_changed_them_asks_the_log(tenant: Tenant) -> None:
    asked = _hold(tenant, "security groups in acme-shop-dev", "who changed them?", "only by people")
    assert asked.form is not None
    assert asked.form.entity == "event"
    assert [ref.name for ref in asked.form.group] == ["user"]
    assert "identity type user" in asked.reading


def test_who_changed_them_in_a_time(tenant: Tenant) -> None:
    asked = _hold(tenant, "security groups", "who changed them last month")
    assert asked.form is not None
    assert asked.form.measure is not None
    assert asked.form.measure.function == "count"
    assert [ref.name for ref in asked.form.group] == ["user"]


def test_the_first_ten_of_a_ranking_are_not_all() -> None:
    ten = Form(entity="asset", limit=10)

    def never(_: str) -> None:
        raise AssertionError

    assert rows_of("what issues do they have", ten, never) is None  # type: ignore[arg-type]


PLACES: list[tuple[tuple[str, ...], str]] = [
    (("open issues in acme-shop-dev", "and in payments?"), "open issues in payments"),
    (
        ("number of open issues per account", "sort by name"),
        "number of open issues per account, alphabetically",
    ),
    (("buckets in production", "which accounts are they in"), "number of buckets in production per account"),
]


@pytest.mark.parametrize(("turns", "one"), PLACES, ids=[" / ".join(turns)[:60] for turns, _ in PLACES])
def test_places_and_orders_of_follow_ups(tenant: Tenant, turns: tuple[str, ...], one: str) -> None:
    last, whole = _hold(tenant, *turns), _hold(tenant, one)
    assert last.outcome == whole.outcome
    if whole.plan is not None and last.plan is not None:
        assert tenant.rows(last.plan) == tenant.rows(whole.plan)


def test_groups_are_sorted_by_their_names(tenant: Tenant) -> None:
    asked = _hold(tenant, "issues per account", "sort by name")
    assert asked.plan is not None
    names = [str(row["account"]) for row in tenant.rows(asked.plan)]
    assert names == sorted(names)
    assert len(names) > 1


def test_a_new_question_is_read_in_full(tenant: Tenant) -> None:
    question = "how many passed and how many failed findings are there"
    alone, after = _hold(tenant, question), _hold(tenant, "open issues on aws", question)
    assert after.form == alone.form
    assert after.whole == question


def test_more_words_go_on_from_the_question_before(tenant: Tenant) -> None:
    asked = _hold(tenant, "rds databases", "deletion protection off", "in acme-payments-prod")
    whole = _hold(tenant, "rds databases with deletion protection off in acme-payments-prod")
    assert _ids(tenant, asked) == _ids(tenant, whole)


def test_what_goes_on_and_was_not_understood_is_asked_back(tenant: Tenant) -> None:
    asked = _hold(tenant, "s3 buckets in production", "attached to roles")
    assert asked.outcome == "clarify"
    assert asked.choices == ("s3 buckets in production attached to roles", "attached to roles")


def test_what_was_closed_then(tenant: Tenant) -> None:
    asked = _hold(tenant, "issues opened in the last 20 days", "and closed?")
    whole = _hold(tenant, "issues closed in the last 20 days")
    assert _ids(tenant, asked) == _ids(tenant, whole)


def test_records_of_cases(tenant: Tenant) -> None:
    asked = _hold(tenant, "high cases", "what issues are in them")
    assert asked.form is not None
    assert asked.form.entity == "issue"
    assert "with high cases" in asked.reading


@pytest.mark.parametrize("text", ["who owns them", "in production", "only the failed ones"])
def test_nothing_goes_on_from_what_was_not_answered(tenant: Tenant, text: str) -> None:
    asked = _hold(tenant, "buckets in the account acme-nowhere", text)
    assert asked.outcome == "clarify", asked.reading
