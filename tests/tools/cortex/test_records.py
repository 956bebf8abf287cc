"""Rows of any spelling and quality to models."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.cortex import errors
from tools.cortex.model import moment, to_millis
from tools.cortex.records import ASSET_KEYS, CASE_KEYS, ISSUE_KEYS, asset_from, case_from, issue_from
from tools.cortex.vocabulary import domain, severity, status_progress

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda c: st.lists(c, max_size=3) | st.dictionaries(st.text(max_size=5), c, max_size=3),
    max_leaves=5,
)
KEYS = sorted({k for table in (ISSUE_KEYS, CASE_KEYS, ASSET_KEYS) for forms in table.values() for k in forms})


@given(st.dictionaries(st.sampled_from([*KEYS, "tags", "severity", "asset_ids", "normalized_fields"]), JSON))
def test_no_row_breaks_the_reader(row: dict[str, Any]) -> None:
    for build in (issue_from, case_from, asset_from):
        try:
            made = build(row)
        except errors.BadAnswer:
            continue
        assert made.raw == row


@given(st.integers(min_value=0, max_value=2**63), st.text(min_size=1, max_size=20))
def test_ids_keep_their_type_and_every_digit(number: int, word: str) -> None:
    assert issue_from({"id": number}).id == number
    assert type(issue_from({"id": number}).id) is int
    assert issue_from({"id": str(number)}).id == str(number)
    assert issue_from({"id": word}).id == word
    assert case_from({"case_id": number, "issue_ids": [number, word]}).issue_ids == (number, word)


def test_rows_in_another_letter_case() -> None:
    issue = issue_from({"ID": 5, "SEVERITY": "SEV_040_HIGH", "DETECTION.METHOD": "X"})
    assert (issue.id, issue.severity, issue.detection_method) == (5, "HIGH", "X")


def test_null_stands_back_for_the_other_spelling() -> None:
    issue = issue_from(
        {"id": 1, "last_update_timestamp": None, "last_modified": 7, "asset_ids": None, "tags": "[]"}
    )
    assert issue.last_modified == 7
    assert issue.asset_ids == ()
    assert issue.tags == ()


def test_json_that_came_as_text() -> None:
    issue = issue_from({"id": 1, "normalized_fields": '{"a": 9007199254740993}', "asset_ids": '["x", "y"]'})
    assert issue.normalized_fields == {"a": 9007199254740993}
    assert issue.asset_ids == ("x", "y")
    assert issue_from({"id": 1, "normalized_fields": "nonsense"}).normalized_fields == {}


@pytest.mark.parametrize(
    ("given_", "ms"),
    [
        (1700000000001, 1700000000001),
        ("1700000000001", 1700000000001),
        ("2023-11-14T22:13:20Z", 1700000000000),
        ("2023-11-14T22:13:20.5+00:00", 1700000000500),
        ("2023-11-14T23:13:20+01:00", 1700000000000),
        ("2023-11-14 22:13:20", 1700000000000),
        ("soon", None),
        ("", None),
        (True, None),
        (None, None),
        (float("nan"), None),
        ([], None),
    ],
)
def test_times(given_: Any, ms: int | None) -> None:
    assert to_millis(given_) == ms


def test_moments() -> None:
    assert moment(1700000000001).isoformat() == "2023-11-14T22:13:20.001000+00:00"  # type: ignore[union-attr]
    assert moment(None) is None
    assert moment(10**18) is None


def test_words() -> None:
    assert [severity(w) for w in ("high", "SEV_010_INFO", "informational", "odd", None)] == [
        "HIGH", "INFO", "INFO", "ODD", None,
    ]  # fmt: skip
    assert [status_progress(w) for w in ("NEW", "IN_PROGRESS", "ENUM.NEW", "STATUS_025_RESOLVED", "odd", None)] == [
        "New", "In Progress", "New", "Resolved", "odd", None,
    ]  # fmt: skip
    assert [domain(w) for w in ("DOMAIN_POSTURE", "Posture", None)] == ["POSTURE", "POSTURE", None]
