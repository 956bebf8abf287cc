"""What issues and findings are about: the rules that look at it, whatever the resource is set to."""

from __future__ import annotations

import pytest

from agent.planner.questions.ask import plan_question
from agent.planner.questions.topics import without_topics
from tests.agent.planner.questions.tenant import ASSETS, ISSUES, NOW, Row, Tenant

VERSIONS, PUBLIC = "s3_bucket_object_versioning", "s3_bucket_public_access"
ADDRESS, MANAGED = "ec2_instance_public_ip", "ec2_instance_managed_by_ssm"


def _having(*rules: str) -> set[str]:
    return {i["asset"]["id"] for i in ISSUES if i["rule"] in rules and i["open"]}


def _rows(tenant: Tenant, question: str) -> list[Row]:
    made = plan_question(question, tenant.estate, None, NOW)
    assert made.outcome == "answer", made.message
    assert made.plan is not None
    return tenant.rows(made.plan)


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("buckets with an issue about versioning", _having(VERSIONS)),
        ("buckets that have a versioning issue", _having(VERSIONS)),
        (
            "buckets that have an issue about versioning but none about public access",
            _having(VERSIONS) - _having(PUBLIC),
        ),
        (
            "buckets without versioning issues and without public access issues",
            {a["id"] for a in ASSETS if a["kind"] == "bucket"} - _having(VERSIONS) - _having(PUBLIC),
        ),
        (
            "buckets lacking both versioning issues and public access issues",
            {a["id"] for a in ASSETS if a["kind"] == "bucket"} - _having(VERSIONS) - _having(PUBLIC),
        ),
        (
            "machines with an issue about public ip and an issue about ssm",
            _having(ADDRESS) & _having(MANAGED),
        ),
    ],
)
def test_assets_by_what_their_issues_are_about(tenant: Tenant, question: str, wanted: set[str]) -> None:
    assert {row["xdm.asset.id"] for row in _rows(tenant, question)} == wanted


@pytest.mark.parametrize(
    ("question", "rule"),
    [
        ("open issues about encryption on databases", "rds_instance_storage_encrypted"),
        ("issues regarding mfa", "iam_user_mfa_enabled_console_access"),
        ("versioning issues", VERSIONS),
    ],
)
def test_issues_by_what_they_are_about(tenant: Tenant, question: str, rule: str) -> None:
    found = {str(row["xdm.issue.id"]) for row in _rows(tenant, question)}
    assert found == {str(i["id"]) for i in ISSUES if i["rule"] == rule and i["open"]}


@pytest.mark.parametrize(
    "question", ["issues about nothing known", "open issues by rule", "issues on buckets"]
)
def test_other_words_stay(tenant: Tenant, question: str) -> None:
    assert without_topics(question, tenant.estate) == (question, ())
