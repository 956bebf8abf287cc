from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.findings import values
from tools.findings.model import Severity

NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "given",
    [
        NOON,
        1767355200,
        1767355200000,
        1767355200000000,
        1767355200000000000,
        "1767355200000",
        "2026-01-02T12:00:00Z",
        "2026-01-02T12:00:00",
        "2026-01-02 12:00:00 UTC",
        "2026-01-02T13:00:00+01:00",
        "2026-01-02T12:00:00.000000000Z",
    ],
)
def test_every_way_to_write_a_time_is_the_same_time(given: object) -> None:
    assert values.moment(given) == NOON


@pytest.mark.parametrize("given", [None, "", "yesterday", True, [], {}, "9" * 80, float("inf"), float("nan")])
def test_what_is_no_time_is_none(given: object) -> None:
    assert values.moment(given) is None


@given(st.one_of(st.text(), st.integers(), st.floats(), st.none(), st.booleans()))
def test_any_scalar_gives_an_aware_time_or_none(given: object) -> None:
    read = values.moment(given)
    assert read is None or read.tzinfo is not None


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("Critical", Severity.CRITICAL),
        ("informational", Severity.INFO),
        ("SEV_040_HIGH", Severity.HIGH),
        (" medium ", Severity.MEDIUM),
        (2, Severity.LOW),
        (6, Severity.CRITICAL),
        ("worst", None),
        (77, None),
        (None, None),
        (True, None),
    ],
)
def test_severity_words_and_numbers(given: object, expected: Severity | None) -> None:
    assert values.severity(given) is expected


TAGS = {"Environment": "production", "DataClass": "PCI"}


@pytest.mark.parametrize(
    "given",
    [
        TAGS,
        ["Environment:production", "DataClass:PCI"],
        ["Environment=production", "DataClass=PCI"],
        [{"Key": "Environment", "Value": "production"}, {"Key": "DataClass", "Value": "PCI"}],
        [{"key": "Environment", "value": "production"}, {"key": "DataClass", "value": "PCI"}],
        [{"TagKey": "Environment", "TagValue": "production"}, {"TagKey": "DataClass", "TagValue": "PCI"}],
        ["TagKey:Environment", "TagValue:production", "TagKey:DataClass", "TagValue:PCI"],
        [{"Environment": "production", "DataClass": "PCI"}],
        "Environment:production,DataClass:PCI",
    ],
)
def test_every_usual_form_of_tags(given: object) -> None:
    assert values.tags(given) == TAGS


def test_one_tag_as_a_map_of_key_and_value() -> None:
    assert values.tags({"TagKey": "DataClass", "TagValue": "PCI"}) == {"DataClass": "PCI"}


def test_a_tag_called_name_is_a_tag() -> None:
    assert values.tags({"Name": "web-1"}) == {"Name": "web-1"}
    assert values.tags(["Name:web-1"]) == {"Name": "web-1"}


def test_values_may_hold_separators_and_the_cloud_own_keys_hold_colons() -> None:
    assert values.tags(["url:https://a.example", "a=b:c", "aws:cloudformation:stack-name:core"]) == {
        "url": "https://a.example",
        "a": "b:c",
        "aws:cloudformation:stack-name": "core",
    }


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda c: st.lists(c) | st.dictionaries(st.text(), c),
        max_leaves=8,
    )
)
def test_tags_of_anything_are_texts(given: object) -> None:
    assert all(isinstance(k, str) and isinstance(v, str) for k, v in values.tags(given).items())


def test_a_text_is_kept_to_the_letter_up_to_its_limit() -> None:
    notes: list[str] = []
    title = "<img src=x onerror=alert(1)> ![x](http://evil) !execute" + "é" * 4_945
    assert values.bounded(title, "the title", notes) == title
    assert notes == []
    cut = values.bounded("x" * 10_001, "the title", notes)
    assert cut == "x" * 10_000
    assert notes == ["the title has 10,001 characters; the first 10,000 were kept"]


@pytest.mark.parametrize("given", [None, {}, [], True])
def test_a_structure_never_becomes_its_python_form(given: object) -> None:
    assert values.text(given) == ""
