"""Shares: what no configuration tells is neither part nor whole."""

# ruff: noqa: E501 (tables are easier to read in one piece)

from __future__ import annotations

import pytest

from agent.planner.questions.ask import plan_question
from tests.agent.planner.questions.settings_tenant import ConfiguredTenant
from tests.agent.planner.questions.tenant import NOW, Row

TYPES = {
    "EC2_VPC": ("Network", "VPC", "VPC", "AWS"),
    "GOOGLE_COMPUTE_NETWORK": ("Network", "VPC", "VPC Network", "GCP"),
}
ROWS: list[Row] = [
    {"id": f"vpc-{n}", "name": f"vpc-{n}", "type": "EC2_VPC", "cfg": {"VpcId": f"vpc-{n}", "FlowLogs": [{"FlowLogId": f"fl-{n}"}] if n % 4 == 0 else []}}
    for n in range(8)
] + [
    {"id": f"net-{n}", "name": f"net-{n}", "type": "GOOGLE_COMPUTE_NETWORK", "cfg": {"autoCreateSubnetworks": n == 0}}
    for n in range(3)
]  # fmt: skip


@pytest.fixture(scope="module")
def tenant() -> ConfiguredTenant:
    return ConfiguredTenant(ROWS, TYPES)


@pytest.mark.parametrize(
    ("question", "share"),
    [
        ("percentage of vpcs having flow logs", 25.0),
        ("what share of our vpcs is without flow logs?", 75.0),
    ],
)
def test_the_whole_is_what_configuration_tells(tenant: ConfiguredTenant, question: str, share: float) -> None:
    made = plan_question(question, tenant.estate, None, NOW)
    assert made.plan is not None, made.message
    (row,) = tenant.rows(made.plan)
    assert row["percent"] == share
