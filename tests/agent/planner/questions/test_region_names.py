"""Regions by their places: as many codes as the tenant has there, and none invented."""

from __future__ import annotations

import pytest

from agent.planner.questions.ask import plan_question
from agent.planner.questions.region_names import with_regions
from tests.agent.planner.questions.tenant import ASSETS, NOW, Tenant


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("vms in West Europe", "vms in westeurope"),
        ("buckets in ireland", "buckets in eu-west-1"),
        ("buckets in the Ireland region", "buckets in the eu-west-1"),
        ("machines in us east", "machines in us-east-1"),
        ("machines in us-east", "machines in us-east-1"),
        ("machines in us east 1", "machines in us-east-1"),
        ("buckets in frankfurt", "buckets in eu-central-1"),
        ("what about us", "what about us"),
        ("assets that help us find out", "assets that help us find out"),
        ('assets named "west europe"', 'assets named "west europe"'),
        ("the london team's buckets", "the london team's buckets"),
        ("rds in eu-narnia-1", "rds in eu-narnia-1"),
    ],
)
def test_places_become_codes(tenant: Tenant, text: str, expected: str) -> None:
    assert with_regions(text, tenant.estate) == expected


@pytest.mark.parametrize(
    ("question", "inside"),
    [
        ("assets in europe", True),
        ("all assets located in the EU", True),
        ("assets outside the eu", False),
        ("assets that are not in europe", False),
    ],
)
def test_parts_of_the_world_hold_every_region_in_them(tenant: Tenant, question: str, inside: bool) -> None:
    made = plan_question(question, tenant.estate, None, NOW)
    assert made.plan is not None
    europe = {r for r in (a["region"] for a in ASSETS) if r.startswith("eu") or "europe" in r}
    expected = {a["id"] for a in ASSETS if (a["region"] in europe) is inside}
    assert {row["xdm.asset.id"] for row in tenant.rows(made.plan)} == expected
    assert 0 < len(expected) < len(ASSETS)


def test_a_place_without_anything_is_named_as_missing(tenant: Tenant) -> None:
    made = plan_question("which buckets are in frankfurt", tenant.estate, None, NOW)
    assert made.outcome == "no_such"
    assert "eu-central-1" in made.message
