"""The standard dialect against plain Python: the same rows, whatever the filters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tools.tenant.server.conftest import NOON_MS, fill, issue
from tools.tenant.database import TenantDatabase
from tools.tenant.server.answers import ApiError
from tools.tenant.server.filtering import where
from tools.tenant.server.issues import FILTERS

SEVERITIES = ("INFO", "LOW", "MEDIUM", "HIGH", "CRITICAL")
WORDS = ("a", "A b", "%", "_", "é", "'", '"', "null", "")
ROWS: list[dict[str, Any]] = [
    {
        "id": 1000 + i,
        "severity": SEVERITIES[i % 5],
        "external_id": WORDS[i % len(WORDS)],
        "status__progress": ("New", "In Progress", "Resolved")[i % 3],
        "asset_ids": [f"a{i % 4}", f"a{i % 3}"] if i % 7 else [],
        "assigned_to": None if i % 2 else WORDS[(i + 3) % len(WORDS)],
        "observation_time": f"2026-01-02 {i % 24:02}:00:00",
    }
    for i in range(40)
]


@pytest.fixture(scope="module")
def filled() -> Iterator[TenantDatabase]:
    with TenantDatabase.open(":memory:") as database:
        fill(
            database,
            "issues",
            *(issue(row["id"], **{k: v for k, v in row.items() if k != "id"}) for row in ROWS),
        )
        yield database


def time_of(row: dict[str, Any]) -> int:
    return NOON_MS + (int(row["observation_time"][11:13]) - 12) * 3_600_000


FILTER = st.one_of(
    st.lists(st.sampled_from([*range(998, 1042), "1003", "x"]), max_size=8).map(lambda v: ("id", "in", v)),
    st.lists(st.sampled_from(SEVERITIES), max_size=3).map(lambda v: ("severity", "in", v)),
    st.lists(st.sampled_from(WORDS), max_size=4).map(lambda v: ("external_id", "in", v)),
    st.lists(st.sampled_from(WORDS), max_size=4).map(lambda v: ("assigned_to", "in", v)),
    st.lists(st.sampled_from(["New", "In Progress", "Resolved"]), max_size=2).map(
        lambda v: ("status.progress", "in", v)
    ),
    st.lists(st.sampled_from(["a0", "a1", "a9"]), max_size=2).map(lambda v: ("asset_ids", "in", v)),
    st.tuples(st.sampled_from(["gte", "lte"]), st.integers(-13, 13)).map(
        lambda v: ("observation_time", v[0], NOON_MS + v[1] * 3_600_000)
    ),
)


def holds(row: dict[str, Any], name: str, operator: str, value: Any) -> bool:
    if name == "observation_time":
        return bool(time_of(row) >= value if operator == "gte" else time_of(row) <= value)
    if name == "id":
        return str(row["id"]) in [str(v) for v in value]
    if name == "asset_ids":
        return bool(set(value) & set(row["asset_ids"]))
    return bool(row[name.replace(".", "__")] in value)


@settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
@given(st.lists(FILTER, max_size=4))
def test_sql_and_python_agree(filled: TenantDatabase, filters: list[tuple[str, str, Any]]) -> None:
    wire = [{"field": f, "operator": o, "value": v} for f, o, v in filters]
    condition, parameters = where(wire, FILTERS)
    found = filled.rows(f'SELECT "xdm.issue.id" AS id FROM issues WHERE {condition}', parameters)
    expected = {row["id"] for row in ROWS if all(holds(row, *f) for f in filters)}
    assert {row["id"] for row in found} == expected


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda c: st.lists(c, max_size=3) | st.dictionaries(st.text(max_size=5), c, max_size=3),
    max_leaves=4,
)


@settings(
    max_examples=200,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
@given(st.sampled_from(list(FILTERS)), st.sampled_from(["in", "gte", "lte", "eq", "", None]), JSON)
def test_any_value_is_refused_or_runs(filled: TenantDatabase, name: str, operator: Any, value: Any) -> None:
    try:
        condition, parameters = where([{"field": name, "operator": operator, "value": value}], FILTERS)
    except ApiError as error:
        assert error.status == 400  # noqa: PT017 (the error is one of two right outcomes)
        return
    filled.rows(f"SELECT count(*) FROM issues WHERE {condition}", parameters)


@given(JSON)
def test_any_filters_are_read_or_refused(filters: Any) -> None:
    try:
        condition, _ = where(filters, FILTERS)
    except ApiError as error:
        assert error.status == 400  # noqa: PT017 (the error is one of two right outcomes)
    else:
        assert condition == "TRUE"
