from __future__ import annotations

import pytest

from tests.tools.priority.building import NOW, arn, asset, bucket, context, instance, open_group
from tools.priority.business import data_fact, environment_fact


@pytest.mark.parametrize(
    ("key", "value", "label"),
    [
        ("DataClass", "PII", "PII"),
        ("data-classification", "Cardholder Data", "PCI"),
        ("data_class", "phi", "PHI"),
        ("Classification", "Highly Confidential", "restricted"),
        ("compliance", "pci-dss,sox", "PCI"),
        ("sensitivity", "internal", "internal"),
        ("DataClass", "public", "public"),
    ],
)
def test_data_classes_in_the_ways_people_tag(key: str, value: str, label: str) -> None:
    fact = data_fact(bucket("b"), {key: value}, True, NOW)
    assert (fact.state, fact.value) == ("known", label)
    assert fact.source == f"tag {key}={value}"


def test_what_is_not_tagged_is_unknown_and_a_name_only_moves_the_estimate() -> None:
    plain = data_fact(bucket("b"), {}, True, NOW)
    named = data_fact(bucket("customer-exports"), {}, True, NOW)
    known = data_fact(bucket("b"), {"DataClass": "PII"}, True, NOW)
    assert plain.state == named.state == "unknown"
    assert plain.low < plain.grade < named.grade < known.grade
    assert data_fact(bucket("b"), {"Owner": "PII"}, True, NOW).state == "unknown"
    assert data_fact(bucket("b"), {}, False, NOW).state == "absent"


@pytest.mark.parametrize(
    ("tags", "grade"),
    [
        ({"Environment": "production"}, 1.0),
        ({"env": "PRD"}, 1.0),
        ({"Stage": "dev"}, -1.0),
        ({"environment": "Pre-Production"}, 0.1),
        ({"env": "sandbox", "tier": "low"}, -1.0),
        ({"tier": "low"}, -0.6),
        ({"Business-Criticality": "Mission Critical", "env": "dev"}, 1.0),
    ],
)
def test_environment_and_tier(tags: dict[str, str], grade: float) -> None:
    assert environment_fact(bucket("b"), tags, NOW).grade == grade


def test_a_snapshot_inherits_from_what_it_copies_and_a_group_from_what_uses_it() -> None:
    database = asset(
        arn("rds", "db:pay"),
        {"DBInstanceIdentifier": "pay"},
        tags={"DataClass": "PCI", "Environment": "production"},
    )
    copy = asset(arn("rds", "snapshot:pay-1"), {"DBInstanceIdentifier": "pay", "public": True})
    facts = context(copy, database).facts_of(copy)
    assert (facts.data.value, facts.data.source) == ("PCI", "tag DataClass=PCI of pay")
    assert facts.environment.value == "production"
    host = instance(tags={"Environment": "production"})
    group = open_group()
    assert context(group, host).facts_of(group).environment.value == "production"


def test_an_own_tag_is_not_overruled_by_what_it_belongs_to() -> None:
    database = asset(arn("rds", "db:pay"), {"DBInstanceIdentifier": "pay"}, tags={"DataClass": "PCI"})
    copy = asset(arn("rds", "snapshot:c"), {"DBInstanceIdentifier": "pay"}, tags={"DataClass": "public"})
    assert context(copy, database).facts_of(copy).data.value == "public"


def test_hostile_tag_values_are_shown_clean() -> None:
    fact = environment_fact(bucket("b"), {"env": "prod\u202e\n"}, NOW)
    assert "\u202e" not in fact.source
    assert "\n" not in fact.source
