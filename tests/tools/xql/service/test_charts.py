"""Which picture serves a result."""

from __future__ import annotations

from typing import Any

import pytest

from tools.xql import PostureQuery, XqlService

COUNT = {"function": "count", "name": "n"}


async def chart(service: XqlService, **body: Any) -> dict[str, Any] | None:
    outcome = await service.run_plan(PostureQuery.model_validate(body))
    assert outcome.valid, outcome.errors
    return outcome.chart


async def test_spans_of_time_are_a_line(service: XqlService) -> None:
    made = await chart(
        service, dataset="issues", time_bin={"field": "_time", "span": "1mo"}, aggregates=[COUNT]
    )
    assert made == {"type": "line", "x": "_time", "y": ["n"], "title": "Number of issues over time"}


async def test_a_written_span_under_another_name_with_lines_by_a_group(service: XqlService) -> None:
    made = await chart(
        service,
        dataset="issues",
        time_bin={"field": "_time", "span": "1mo", "name": "month", "format": "%Y-%m"},
        group_by=["xdm.issue.severity"],
        aggregates=[COUNT],
        fields=[
            "month",
            {"field": "xdm.issue.severity", "name": "severity"},
            {"field": "n", "name": "issues"},
        ],
    )
    assert made == {
        "type": "line",
        "x": "month",
        "y": ["issues"],
        "series": "severity",
        "title": "Number of issues over time by severity",
    }


async def test_counts_of_few_groups_are_bars(service: XqlService) -> None:
    made = await chart(
        service, dataset="asset_inventory", group_by=["xdm.asset.type.class"], aggregates=[COUNT]
    )
    assert made == {
        "type": "bar",
        "x": "xdm.asset.type.class",
        "y": ["n"],
        "title": "Number of assets by class",
    }


async def test_parts_of_a_whole_are_a_pie(service: XqlService) -> None:
    made = await chart(
        service,
        dataset="asset_inventory",
        group_by=["xdm.asset.provider"],
        aggregates=[COUNT, {"function": "percent", "name": "share"}],
    )
    assert made is not None
    assert (made["type"], made["x"], made["y"]) == ("pie", "xdm.asset.provider", ["share"])


@pytest.mark.parametrize(
    "body",
    [
        {"dataset": "asset_inventory"},
        {"dataset": "asset_inventory", "aggregates": [COUNT]},
        {
            "dataset": "asset_inventory",
            "group_by": ["xdm.asset.type.class", "xdm.asset.realm"],
            "aggregates": [COUNT],
        },
        {
            "dataset": "asset_inventory",
            "group_by": ["xdm.asset.type.class"],
            "aggregates": [{"function": "values", "field": "xdm.asset.name", "name": "names"}],
        },
        {
            "dataset": "asset_inventory",
            "where": {"field": "xdm.asset.id", "op": "eq", "value": "a1"},
            "group_by": ["xdm.asset.type.class"],
            "aggregates": [COUNT],
        },
    ],
    ids=["a list", "one number", "two groups", "no numbers", "one group"],
)
async def test_no_picture_where_none_serves(service: XqlService, body: dict[str, Any]) -> None:
    assert await chart(service, **body) is None


async def test_a_view_decides(service: XqlService) -> None:
    text = (
        "dataset = issues | comp count() as n by xdm.issue.severity"
        ' | view graph type = pie header = "Issues" xaxis = xdm.issue.severity yaxis = n'
    )
    outcome = await service.run_text(text)
    assert outcome.chart == {"type": "pie", "x": "xdm.issue.severity", "y": ["n"], "title": "Issues"}


async def test_a_text_has_the_picture_of_its_plan(service: XqlService) -> None:
    outcome = await service.run_text("dataset = issues | comp count() as n by xdm.issue.severity | limit 10")
    assert outcome.chart is not None
    assert outcome.chart["type"] == "bar"
