"""Values that are compared must be there: of tags, accounts, columns of few values."""

from __future__ import annotations

import pytest

from agent.planner.questions.ask import plan_question
from tests.agent.planner.questions.tenant import NOW, Tenant


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("assets with tag Team = marketing", "marketing"),
        ("which assets have the tag Team with value marketing?", "marketing"),
        ('buckets where Team equals "marketing"', "marketing"),
        ("buckets where Team != marketing", "marketing"),
        ("assets tagged Team: billing-core", "billing-core"),
        ("assets with account = acme-zeta", "acme-zeta"),
        ("assets in region = eu-mars-1", "eu-mars-1"),
        ("issues with severity = extreme", "extreme"),
        ("issues with status = bogus", "bogus"),
        ("assets with provider = oracle", "oracle"),
    ],
)
def test_what_nothing_has_is_told(tenant: Tenant, question: str, name: str) -> None:
    asked = plan_question(question, tenant.estate, None, NOW)
    assert asked.outcome == "no_such", asked
    assert name in asked.message.lower()


@pytest.mark.parametrize(
    ("equal", "plain"),
    [
        ("assets with account = acme-shop-dev", "assets in account acme-shop-dev"),
        ("buckets with region = us-east-1", "buckets in us-east-1"),
        ("issues with severity = critical", "critical issues"),
    ],
)
def test_what_is_equal_is_as_said_plainly(tenant: Tenant, equal: str, plain: str) -> None:
    rows = []
    for question in (equal, plain):
        asked = plan_question(question, tenant.estate, None, NOW)
        assert asked.plan is not None, asked
        rows.append(len(tenant.rows(asked.plan)))
    assert rows[0] == rows[1] > 0
