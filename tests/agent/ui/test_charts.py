"""Which results become a picture, with which points; what does not fit stays a table."""

from __future__ import annotations

from typing import Any

import pytest

from agent.ui.charts import MOST_BARS, chart_props
from agent.ui.elements import elements_for
from tests.e2e import fake_data as data
from tools.results import ToolResult

DAY = 86_400_000
MONDAY = 1_795_392_000_000  # 2026-11-23


def table(rows: list[dict[str, Any]], chart: Any, *, total: int | None = None) -> ToolResult:
    return ToolResult(
        kind="table",
        summary="s",
        total=len(rows) if total is None else total,
        returned=len(rows),
        truncated=total is not None and total > len(rows),
        as_of=data.AS_OF,
        columns=tuple(rows[0]) if rows else (),
        rows=tuple(rows),
        data={"chart": chart},
    )


def test_counts_by_group_become_bars_in_their_order() -> None:
    rows = [{"xdm.issue.severity": "HIGH", "issues": 9}, {"xdm.issue.severity": None, "issues": 2}]
    props = chart_props(
        table(rows, {"type": "bar", "x": "xdm.issue.severity", "y": ["issues"], "title": "T"})
    )
    assert props is not None
    assert (props["kind"], props["labels"]) == ("bars", ["HIGH", "not given"])
    assert props["series"] == [{"name": "issues", "values": [9, 2]}]
    assert props["severity"] is True
    assert props["share"] is False


def test_shares_are_only_told_of_the_whole() -> None:
    rows = [{"k": "a", "n": 1}, {"k": "b", "n": 3}]
    hint = {"type": "pie", "x": "k", "y": ["n"]}
    whole, cut = chart_props(table(rows, hint)), chart_props(table(rows, hint, total=9))
    assert whole is not None
    assert cut is not None
    assert (whole["share"], cut["share"]) == (True, False)
    assert cut["cut"] is True


def test_time_bins_are_sorted_and_named_as_days() -> None:
    rows = [{"week": MONDAY, "issues": 5}, {"week": MONDAY - 7 * DAY, "issues": 3}]
    props = chart_props(table(rows, {"type": "line", "x": "week", "y": ["issues"]}))
    assert props is not None
    assert props["kind"] == "time"
    assert props["labels"] == ["2026-11-16", "2026-11-23"]
    assert props["series"][0]["values"] == [3, 5]


def test_a_series_column_makes_a_line_for_each_value_with_zeros_where_nothing_was() -> None:
    rows = [
        {"m": "2026-10", "sev": "HIGH", "n": 4},
        {"m": "2026-11", "sev": "HIGH", "n": 6},
        {"m": "2026-11", "sev": "LOW", "n": 1},
    ]
    props = chart_props(table(rows, {"type": "line", "x": "m", "y": ["n"], "series": "sev"}))
    assert props is not None
    assert props["labels"] == ["2026-10", "2026-11"]
    assert {s["name"]: s["values"] for s in props["series"]} == {"HIGH": [4, 6], "LOW": [0, 1]}


@pytest.mark.parametrize(
    ("rows", "chart"),
    [
        ([{"k": "a", "n": 1}], {"type": "bar", "x": "k", "y": ["n"]}),
        ([{"k": "a", "n": 0}, {"k": "b", "n": 0}], {"type": "bar", "x": "k", "y": ["n"]}),
        ([{"k": "a", "n": "1"}, {"k": "b", "n": "2"}], {"type": "bar", "x": "k", "y": ["n"]}),
        ([{"k": "a", "n": 1}, {"k": "a", "n": 2}], {"type": "bar", "x": "k", "y": ["n"]}),
        ([{"k": "a", "n": 1}, {"k": "b", "n": -2}], {"type": "bar", "x": "k", "y": ["n"]}),
        ([{"k": "a", "n": 1}, {"k": "b", "n": 2}], {"type": "bar", "x": "gone", "y": ["n"]}),
        ([{"k": "a", "n": 1}, {"k": "b", "n": 2}], {"type": "bar", "x": "k", "y": []}),
        ([{"k": "a", "n": 1}, {"k": "b", "n": 2}], {"type": "line", "x": "k", "y": ["n"]}),
        ([{"k": "a", "n": 1}, {"k": "b", "n": 2}], {"type": "hologram", "x": "k", "y": ["n"]}),
        ([{"k": "a", "n": 1}, {"k": "b", "n": 2}], {"view": "graph", "type": "column"}),
        ([{"k": "a", "n": 1}, {"k": "b", "n": 2}], "line"),
        ([{"k": f"{i}", "n": i} for i in range(MOST_BARS + 1)], {"type": "bar", "x": "k", "y": ["n"]}),
        ([], {"type": "bar", "x": "k", "y": ["n"]}),
    ],
)
def test_what_makes_no_picture_stays_a_table(rows: list[dict[str, Any]], chart: Any) -> None:
    result = table(rows, chart)
    assert chart_props(result) is None
    assert "ChartView" not in [e.name for e in elements_for(result)]


def test_the_picture_stands_above_its_table() -> None:
    assert [e.name for e in elements_for(data.weekly())] == ["ChartView", "ResultTable"]
