"""The newest agent, told apart from any agent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from agent.planner.questions.ask import plan_question
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Form, Kinds, Weakness
from agent.planner.questions.newest import with_newest
from agent.planner.questions.settings import gather
from tools.findings.model import AssetRecord

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
MACHINE = AssetRecord(
    asset_id="i-1",
    type_id="EC2_INSTANCE",
    config={"InstanceInformation": {"AgentVersion": "3.2", "IsLatestVersion": True}},
)
FORM = Form(
    items=(
        Kinds(types=("EC2_INSTANCE",), label="ec2 instances"),
        Weakness(name="no_ssm", rules=("ec2_instance_managed_by_ssm",), label="that are not managed by SSM"),
    )
)


def weakness(form: Form) -> Weakness:
    (found,) = [i for i in form.items if isinstance(i, Weakness)]
    return found


@pytest.mark.parametrize(
    "text",
    [
        "ec2 instances without the latest ssm agent",
        "ec2 instances without the newest ssm agent that are reachable from the internet",
        "ec2 instances without an up-to-date ssm agent",
        "ec2 instances whose ssm agent is outdated",
    ],
)
def test_the_latest_agent_is_asked_of_the_setting_that_says_so(small: Estate, text: str) -> None:
    estate = replace(small, settings=gather([MACHINE]))
    made = with_newest(FORM, estate, text)
    found = weakness(made)
    assert (found.name, found.rules) == ("old_ssm", ())
    (atom,) = found.setting
    assert {place.path[-1] for place in atom.ref.places} == {"IsLatestVersion"}
    assert {place.path[-1] for ref in made.columns for place in ref.places} == {"AgentVersion"}
    assert with_newest(made, estate, text) == made


def test_any_agent_is_another_question(small: Estate) -> None:
    estate = replace(small, settings=gather([MACHINE]))
    assert with_newest(FORM, estate, "ec2 instances without the ssm agent") == FORM


def test_where_no_record_says_which_is_the_newest_the_reading_does(small: Estate) -> None:
    asked = plan_question("ec2 instances without the latest ssm agent", small, None, NOW)
    assert asked.outcome == "answer"
    assert "no record says which version is the newest" in asked.reading
    assert asked.form is not None
    assert with_newest(asked.form, small, asked.question) == asked.form
