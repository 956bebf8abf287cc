"""Follow-ups that turn an answer to the things behind it, to who has them, or bound and bind it anew."""

# ruff: noqa: E501 (a table of sentences is easier to read in one piece)

from __future__ import annotations

import pytest

from agent.planner.questions.ask import plan_question
from agent.planner.questions.form import Asked
from tests.agent.planner.questions.settings_tenant import ConfiguredTenant
from tests.agent.planner.questions.tenant import NOW, Tenant


def _hold(tenant: Tenant, *turns: str) -> Asked:
    asked: Asked | None = None
    for text in turns:
        asked = plan_question(text, tenant.estate, asked, NOW)
    assert asked is not None
    return asked


SAME: list[tuple[tuple[str, ...], str]] = [
    (("fixable vulnerabilities", "which machines are they on"), "machines with fixable vulnerabilities"),
    (("fixable vulnerabilities", "which machines are they on", "how many of them are on aws"), "how many machines on aws with fixable vulnerabilities"),
    (("open high issues on aws", "which assets are affected?"), "assets on aws with open high issues"),
    (("how many critical issues", "by account", "only where more than 2"), "number of critical issues by account, more than 2"),
    (("how many critical issues", "per status"), "number of critical issues by status"),
    (("issues first seen in the last 7 days", "and in the last 30 days?"), "issues first seen in the last 30 days"),
    (("cases under investigation", "assigned to whom?"), "cases under investigation with their assignee"),
    (("high issues", "sort by age"), "high issues sorted by age, oldest first"),
    (("assets without owner", "with environment"), "assets without owner with their environment"),
]  # fmt: skip


@pytest.mark.parametrize(("turns", "one"), SAME, ids=[" / ".join(turns)[:60] for turns, _ in SAME])
def test_a_talk_ends_where_one_question_would(tenant: Tenant, turns: tuple[str, ...], one: str) -> None:
    last, whole = _hold(tenant, *turns), _hold(tenant, one)
    assert last.outcome == whole.outcome == "answer", (last.message, whole.message)
    assert last.plan is not None
    assert whole.plan is not None

    def ids(asked: Asked) -> list[str]:
        assert asked.plan is not None
        rows = tenant.rows(asked.plan)
        return sorted(
            str(row.get("xdm.asset.id") or row.get("xdm.issue.id") or sorted(map(str, row.values())))
            for row in rows
        )

    assert ids(last) == ids(whole)


def test_who_owns_what_was_counted_is_counted_by_owner(tenant: Tenant) -> None:
    asked = _hold(tenant, "how many critical issues", "who owns them")
    assert asked.form is not None
    assert [ref.name for ref in asked.form.group] == ["owner"]


def test_of_the_first_ten_those_ten_are_shown(tenant: Tenant) -> None:
    asked = _hold(tenant, "top 10 assets by open issues", "how many of those are in production?")
    assert asked.form is not None
    assert asked.form.limit == 10
    assert [ref.name for ref in asked.form.columns] == ["environment"]
    assert not asked.form.items


def test_a_weakness_takes_the_place_of_the_setting_it_is_about() -> None:
    tenant = ConfiguredTenant()
    first = plan_question("rds instances that are public", tenant.estate, None, NOW)
    then = plan_question("and the private ones?", tenant.estate, first, NOW)
    alone = plan_question("rds instances that are not public", tenant.estate, None, NOW)
    assert then.plan is not None, then.message
    assert alone.plan is not None
    found = {r["xdm.asset.id"] for r in tenant.rows(then.plan)}
    assert found == {r["xdm.asset.id"] for r in tenant.rows(alone.plan)}
    assert found
