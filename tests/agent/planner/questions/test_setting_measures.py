"""Rankings by numbers and dates of the configuration: rows against plain Python."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from agent.planner.questions.ask import plan_question
from tests.agent.planner.questions.settings_tenant import ConfiguredTenant
from tests.agent.planner.questions.tenant import NOW, Row

TYPES = {
    "CONTAINER_IMAGE": ("Compute", "Container Image", "Container Image", "AWS"),
    "AMAZON_DYNAMODB_TABLE": ("Data", "Database", "DynamoDB Table", "AWS"),
    "AWS_IAM_USER": ("Identity", "IAM User", "IAM User", "AWS"),
}


def _made(type_id: str, n: int) -> Row:
    day = (datetime(2026, 1, 1) + timedelta(days=(n * 3) % 7)).strftime("%Y-%m-%dT%H:%M:%S+00:00")
    return {
        "CONTAINER_IMAGE": {"imageSizeInBytes": (n * 37) % 11 * 1000, "imageTags": ["a"]},
        "AMAZON_DYNAMODB_TABLE": {"ItemCount": (n * 5) % 7, "TableSizeBytes": n},
        "AWS_IAM_USER": {"CreateDate": day, "UserName": f"user-{n}"},
    }[type_id]


ROWS: list[Row] = [
    {"id": f"{t.lower()}-{n}", "name": f"{t.lower()}-{n}", "type": t, "cfg": _made(t, n)}
    for t in TYPES
    for n in range(6)
]


@pytest.fixture(scope="module")
def tenant() -> ConfiguredTenant:
    return ConfiguredTenant(ROWS, TYPES)


@pytest.mark.parametrize(
    ("question", "type_id", "key", "down"),
    [
        ("biggest 3 container images by size in bytes", "CONTAINER_IMAGE", "imageSizeInBytes", True),
        ("top 3 container images by image size", "CONTAINER_IMAGE", "imageSizeInBytes", True),
        ("the 3 largest container images", "CONTAINER_IMAGE", "imageSizeInBytes", True),
        ("3 smallest container images", "CONTAINER_IMAGE", "imageSizeInBytes", False),
        ("3 dynamodb tables with the highest item count", "AMAZON_DYNAMODB_TABLE", "ItemCount", True),
        ("top 3 dynamodb tables by item count", "AMAZON_DYNAMODB_TABLE", "ItemCount", True),
        ("top 3 dynamodb tables item count wise", "AMAZON_DYNAMODB_TABLE", "ItemCount", True),
        ("the 3 oldest iam users by creation date", "AWS_IAM_USER", "CreateDate", False),
        ("the 3 newest iam users by date of creation", "AWS_IAM_USER", "CreateDate", True),
    ],
)
def test_the_first_by_a_setting(
    tenant: ConfiguredTenant, question: str, type_id: str, key: str, down: bool
) -> None:
    asked = plan_question(question, tenant.estate, None, NOW)
    assert asked.plan is not None, asked.message
    held: list[Any] = [(row["cfg"][key], row["id"]) for row in ROWS if row["type"] == type_id]
    expected = [value for value, _ in sorted(held, reverse=down)[:3]]
    by_id = {row["id"]: row["cfg"] for row in ROWS}
    assert [by_id[row["xdm.asset.id"]][key] for row in tenant.rows(asked.plan)] == expected
