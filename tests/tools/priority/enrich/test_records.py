"""Rows of other data sets as facts, in every shape that a tenant may send them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.priority.enrich.records import (
    CLEAN,
    alerts_of,
    classified,
    data_of,
    flag,
    flaws_of,
    moment,
    number,
)
from tools.priority.enrich.vectors import remote


def vulnerability(asset: str = "a", **facts: Any) -> dict[str, Any]:
    named = {f"xdm.vulnerability.{name}": value for name, value in facts.items()}
    return {"xdm.finding.asset_id": asset, "xdm.finding.normalized_fields": named, "_time": 1_795_000_000_000}


def test_a_flaw_carries_what_the_record_says() -> None:
    row = vulnerability(
        cve_id="CVE-2021-44228", cvss_score="10.0", cisa_kev=True, has_a_fix="true",
        cvss_vector="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H",
    )  # fmt: skip
    (flaw,) = flaws_of([row])["a"]
    assert (flaw.cve, flaw.cvss, flaw.kev, flaw.fix, flaw.remote, flaw.epss) == (
        "CVE-2021-44228", 10.0, True, True, True, None,
    )  # fmt: skip
    assert flaw.observed_at is not None


def test_two_records_of_one_flaw_are_one_with_what_either_knows() -> None:
    rows = [
        vulnerability(cve_id="cve-2024-1", cvss_score=7.0),
        vulnerability(cve_id="CVE-2024-1", epss_score=0.4, cisa_kev=False),
    ]
    (flaw,) = flaws_of(rows)["a"]
    assert (flaw.cvss, flaw.epss, flaw.kev) == (7.0, 0.4, False)
    assert flaws_of(rows[::-1]) == flaws_of(rows)


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"xdm.finding.asset_id": "a"},
        vulnerability("", cve_id="CVE-2024-1"),
        vulnerability(cve_id="not one"),
        {"xdm.finding.asset_id": "a", "xdm.finding.normalized_fields": "{half"},
        {"xdm.finding.asset_id": "a", "xdm.finding.normalized_fields": ["x"]},
        {
            "xdm.finding.asset_id": "a",
            "xdm.finding.normalized_fields": {
                "xdm.vulnerability.cve_id": "CVE-2024-1",
                "xdm.finding.status": "PASS",
            },
        },
    ],
)
def test_what_says_nothing_is_left_out(row: dict[str, Any]) -> None:
    assert flaws_of([row]) == {}


@pytest.mark.parametrize(
    ("vector", "expected"),
    [
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N", True),
        ("CVSS:3.1/AV:N/AC:L/PR:L/UI:N", False),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:R", False),
        ("CVSS:3.1/AV:L/AC:L/PR:N/UI:N", False),
        ("CVSS:3.1/AV:P/AC:L", False),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", False),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:L/A:H", True),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:H/SC:N/SI:N/SA:N", False),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:H/SC:H/SI:N/SA:N", True),
        ("", None),
        ("nonsense", None),
    ],
)
def test_a_vector_says_whether_a_flaw_works_from_afar(vector: str, expected: bool | None) -> None:
    assert remote(vector) is expected


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("PCI", "PCI"),
        ("Credit Card Number, Full Name", "PCI"),
        ("Full Name and Email Address", "PII"),
        ("Medical Record Number", "PHI"),
        ("AWS Access Key", "credentials"),
        ("page views", None),
        ("", None),
    ],
)
def test_labels_and_patterns_make_a_class(text: str, label: str | None) -> None:
    found = classified(text)
    assert (found[0] if found else None) == label


def test_files_of_a_store_add_up() -> None:
    patterns = [{"name": "Email Address", "count": 3}]
    rows = [
        {
            "asset_id": "a",
            "file_data_patterns": patterns,
            "record_count": 100,
            "last_classification_time": 1_795_000_000_000,
        },
        {"asset_id": "a", "file_data_patterns": json.dumps(patterns), "record_count": "50"},
        {"asset_id": "b", "file_data_patterns": [], "record_count": 10},
    ]
    found = data_of([], rows)
    assert (found["a"].label, found["a"].records) == ("PII", 150)
    assert (found["b"].label, found["b"].grade) == (CLEAN, 0.0)


def test_the_gravest_source_counts() -> None:
    scan = {
        "xdm.finding.asset_id": "a",
        "xdm.finding.normalized_fields": json.dumps(
            {"xdm.data.classification": "PCI", "xdm.data.sensitive_records": 7}
        ),
    }
    found = data_of([scan], [{"asset_id": "a", "file_data_patterns": ["source"], "record_count": 1}])
    assert (found["a"].label, found["a"].grade, found["a"].records) == ("PCI", 1.0, 7)


def test_alerts_are_listed_on_every_asset_they_name_newest_first() -> None:
    rows = [
        {
            "xdm.issue.id": 1,
            "xdm.issue.severity": "high",
            "xdm.issue.asset_ids": ["a", "b"],
            "xdm.issue.observation_time": 1,
        },
        {
            "xdm.issue.id": 2,
            "xdm.issue.severity": "LOW",
            "xdm.issue.asset_ids": '["a"]',
            "xdm.issue.observation_time": 2,
        },
    ]
    found = alerts_of(rows)
    assert [alert.id for alert in found["a"]] == ["2", "1"]
    assert [alert.severity for alert in found["b"]] == ["HIGH"]


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda x: st.lists(x) | st.dictionaries(st.text(), x),
    )
)
def test_no_shape_of_value_breaks_a_reader(value: Any) -> None:
    row = {
        "xdm.finding.asset_id": value, "xdm.finding.normalized_fields": value, "_time": value, "asset_id": value,
        "file_data_patterns": value, "record_count": value, "xdm.issue.asset_ids": value,
        "xdm.issue.observation_time": value,
    }  # fmt: skip
    flaws_of([row])
    data_of([row], [row])
    alerts_of([row])
    moment(value)
    flag(value)
    assert number(value) is None or isinstance(number(value), float)


def test_times_come_in_two_forms() -> None:
    assert moment(1_795_392_000_000) == datetime(2026, 11, 23, tzinfo=UTC)
    assert moment("2026-11-23 00:00:00") == datetime(2026, 11, 23, tzinfo=UTC)
    assert moment("yesterday") is None
