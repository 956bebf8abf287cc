"""What the configuration says of a weakness answers: the rows are those that plain Python picks from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agent.planner.questions.ask import plan_question
from agent.planner.questions.weaknesses import shown_by
from tests.agent.planner.questions.settings_tenant import CONFIGURED, ConfiguredTenant
from tests.agent.planner.questions.tenant import NOW, Row


@pytest.fixture(scope="module")
def configured() -> ConfiguredTenant:
    return ConfiguredTenant()


def granted(c: Row) -> bool:
    return any("allUsers" in b["members"] for b in c["iamPolicy"]["bindings"])


def refused(c: Row) -> bool:
    return "aws:SecureTransport" in (c["Policy"] or "")


PUBLIC: dict[str, Callable[[Row], Any]] = {
    "RDS_DATABASE_INSTANCE": lambda c: c["PubliclyAccessible"],
    "AZURE_SQL_SERVER": lambda c: c["properties"]["publicNetworkAccess"] == "Enabled",
}
CASES: list[tuple[str, dict[str, Callable[[Row], Any]]]] = [
    ("which gcs buckets are public", {"GOOGLE_CLOUD_STORAGE_BUCKET": granted}),
    (
        "load balancers that face the internet",
        {"ELBV2_LOAD_BALANCER": lambda c: c["Scheme"] == "internet-facing"},
    ),
    (
        "load balancers which are not public",
        {"ELBV2_LOAD_BALANCER": lambda c: c["Scheme"] != "internet-facing"},
    ),
    (
        "public storage accounts",
        {"AZURE_STORAGE_ACCOUNT": lambda c: c["properties"]["allowBlobPublicAccess"]},
    ),
    ("s3 buckets accepting plain http", {"S3_BUCKET": lambda c: not refused(c)}),
    ("s3 buckets that refuse plain http", {"S3_BUCKET": refused}),
    (
        "storage accounts that do not enforce https only",
        {"AZURE_STORAGE_ACCOUNT": lambda c: not c["properties"]["supportsHttpsTrafficOnly"]},
    ),
    # other clouds have other keys for the same thing
    ("which databases are publicly accessible", PUBLIC),
]


@pytest.mark.parametrize(("question", "which"), CASES, ids=[case[0] for case in CASES])
def test_the_configuration_answers(
    configured: ConfiguredTenant, question: str, which: dict[str, Callable[[Row], Any]]
) -> None:
    asked = plan_question(question, configured.estate, None, NOW)
    assert asked.outcome == "answer", asked.message
    assert asked.plan is not None
    wanted = {a["id"] for a in CONFIGURED if a["type"] in which and which[a["type"]](a["cfg"])}
    assert wanted
    assert {row["xdm.asset.id"] for row in configured.rows(asked.plan)} == wanted


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("which vms are stopped", {0, 3}),
        ("list the powered off virtual machines", {0, 3}),
        ("machines that are switched off", {0, 3}),
        ("windows 2008 or 2016 servers", {0, 1}),
        ("any machine still with windows server 2008 or debian 11?", {0, 3}),
        ("vms on ubuntu 20", {4}),
    ],
)
def test_states_and_systems_of_machines_of_every_cloud(
    configured: ConfiguredTenant, question: str, wanted: set[int]
) -> None:
    asked = plan_question(question, configured.estate, None, NOW)
    assert asked.outcome == "answer", asked.message
    assert asked.plan is not None
    found = [row["xdm.asset.id"] for row in configured.rows(asked.plan)]
    assert {int(one[-1]) for one in found} == wanted
    assert len(found) == 3 * len(wanted)


def test_or_with_both_of_the_last_side(configured: ConfiguredTenant) -> None:
    question = "rds instances with multi-az off, or deletion protection disabled with engine mysql"
    asked = plan_question(question, configured.estate, None, NOW)
    assert asked.plan is not None, asked.message
    wanted = {
        a["id"]
        for a in CONFIGURED
        if a["type"] == "RDS_DATABASE_INSTANCE"
        and (
            not a["cfg"]["MultiAZ"] or (not a["cfg"]["DeletionProtection"] and a["cfg"]["Engine"] == "mysql")
        )
    }
    assert {row["xdm.asset.id"] for row in configured.rows(asked.plan)} == wanted


def test_values_and_kinds_that_are_not_there_are_said_with_those_that_are(
    configured: ConfiguredTenant,
) -> None:
    asked = plan_question("which ebs volumes are of type io2?", configured.estate, None, NOW)
    assert asked.outcome == "no_such"
    assert "gp2" in asked.message
    assert "gp3" in asked.message
    asked = plan_question("sns topics without a kms key", configured.estate, None, NOW)
    assert asked.outcome == "no_such"
    assert "sns topics" in asked.message


@pytest.mark.parametrize("question", ["are the databases ok?", "top 5 load balancers"])
def test_what_does_not_say_what_counts_is_asked_back(configured: ConfiguredTenant, question: str) -> None:
    asked = plan_question(question, configured.estate, None, NOW)
    assert asked.outcome == "clarify"
    assert len(asked.choices) > 1


def test_numbers_of_what_a_configuration_says(configured: ConfiguredTenant) -> None:
    asked = plan_question("share of ebs volumes bigger than 50 GB", configured.estate, None, NOW)
    assert asked.plan is not None, asked.message
    sizes = [a["cfg"]["Size"] for a in CONFIGURED if a["type"] == "EC2_VOLUME"]
    (row,) = configured.rows(asked.plan)
    assert row["percent"] == pytest.approx(100 * sum(s > 50 for s in sizes) / len(sizes), abs=0.1)


def test_where_any_kind_shows_a_weakness(configured: ConfiguredTenant) -> None:
    shown = shown_by("no_versioning", configured.estate)
    assert shown is not None
    assert shown.name == "versioning"
    assert {(w.type_id, w.path) for w in shown.places} == {("S3_BUCKET", ("Versioning", "Status"))}
    assert shown_by("guardduty_off", configured.estate) is None
