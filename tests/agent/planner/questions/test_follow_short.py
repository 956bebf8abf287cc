"""Follow-ups of a word or two."""

# ruff: noqa: E501 (a table of sentences is easier to read in one piece)

from __future__ import annotations

import pytest

from agent.planner.questions.ask import plan_question
from agent.planner.questions.follow_short import in_words, short_form
from agent.planner.questions.form import Asked, Form, Measure, Ref
from tests.agent.planner.questions.tenant import NOW, Tenant


def _hold(tenant: Tenant, *turns: str) -> Asked:
    asked: Asked | None = None
    for text in turns:
        asked = plan_question(text, tenant.estate, asked, NOW)
    assert asked is not None
    return asked


SAME: list[tuple[tuple[str, ...], str]] = [
    (("open issues by account", "the bottom 2"), "2 accounts with the fewest open issues"),
    (("open issues by account", "which has the most?"), "top 1 account by number of open issues"),
    (("open issues by account", "which is worst"), "top 1 account by number of open issues"),
    (("open issues by account", "sort ascending"), "number of open issues by account, lowest first"),
    (("open high issues", "in which accounts?"), "number of open high issues per account"),
    (("open high issues by account", "now show the list"), "open high issues"),
    (("open high issues", "oldest first", "just 3"), "the 3 oldest open high issues"),
    (("critical issues", "include high too"), "critical or high issues"),
    (("buckets on gcp", "and s3 buckets?"), "s3 buckets"),
    (("average age of open issues", "per account"), "average age of open issues per account"),
    (("percentage of issues that are critical by account", "and high?"), "percentage of issues that are high by account"),
    (("issues older than 30 days", "newer ones"), "issues first seen in the last 30 days"),
    (("buckets with issues", "and without?"), "buckets without issues"),
    (("assets without owner", "which have critical issues"), "assets without owner and with critical issues"),
    (("fixable vulnerabilities", "which machines"), "machines with fixable vulnerabilities"),
]  # fmt: skip


@pytest.mark.parametrize(("turns", "one"), SAME, ids=[" / ".join(turns)[:60] for turns, _ in SAME])
def test_a_talk_ends_where_one_question_would(tenant: Tenant, turns: tuple[str, ...], one: str) -> None:
    last, whole = _hold(tenant, *turns), _hold(tenant, one)
    assert last.outcome == whole.outcome == "answer", (last.message, whole.message)

    def ids(asked: Asked) -> list[str]:
        assert asked.plan is not None
        return [
            str(row.get("xdm.asset.id") or row.get("xdm.issue.id") or sorted(map(str, row.values())))
            for row in tenant.rows(asked.plan)
        ]

    assert ids(last) == ids(whole)


def test_the_week_before(tenant: Tenant) -> None:
    asked = _hold(tenant, "issues first seen in the last 7 days", "and the week before")
    assert asked.form is not None
    [time] = [i for i in asked.form.items if i.kind == "atom"]
    assert time.op == "range"
    assert time.start is not None
    assert time.end is not None
    assert (NOW - time.end).days == (time.end - time.start).days == 7


def test_of_the_first_rule_each_asset(tenant: Tenant) -> None:
    asked = _hold(tenant, "which rule has the most failed findings", "on which assets")
    assert asked.form is not None
    assert [ref.name for ref in asked.form.group] == ["rule", "asset"]


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("when were they opened?", "with their first seen"),
        ("and when was it resolved", "with their resolution date"),
        ("when were they last seen", "with their last seen"),
        ("when were these created", "with their creation date"),
        ("which accounts are they in", "per accounts"),
        ("top 3 rules", "per rules, top 3"),
        ("in which clusters", "per cluster name"),
        ("what are they", "list them"),
    ],
)
def test_more_short_ones_become_plain(said: str, plain: str) -> None:
    assert in_words(said, Form(entity="issue")) == plain


def test_another_bound_takes_the_place_of_the_first() -> None:
    before = Form(
        entity="issue", group=(Ref(name="account"),), measure=Measure(function="count"), having=("gt", 200.0)
    )
    made = short_form("and more than 300?", before, NOW)
    assert made is not None
    assert made.having == ("gt", 300.0)
