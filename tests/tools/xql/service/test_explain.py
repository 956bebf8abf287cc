"""Nothing found: what emptied it, told in words, in a bounded number of queries."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tools.xql.service.conftest import Api
from tools.xql import PostureQuery, XqlService

PROVIDER = {"field": "xdm.asset.provider", "op": "eq", "value": "aws"}
DATA = {"field": "xdm.asset.type.class", "op": "eq", "value": "Data"}
CRITICAL = {"field": "xdm.issue.severity", "op": "eq", "value": "CRITICAL"}
RESOLVED = {"field": "xdm.issue.status.progress", "op": "eq", "value": "Resolved"}
ITEMS = {
    "name": "rules",
    "array": True,
    "json_path": {"field": "xdm.asset.raw_fields", "path": ["Platform Discovery", "ipPermissions"]},
}
PORT = {"name": "port", "convert": "integer", "json_path": {"field": "rules", "path": ["fromPort"]}}


async def told(service: XqlService, **body: Any) -> tuple[dict[str, int], tuple[str, ...]]:
    outcome = await service.run_plan(PostureQuery.model_validate(body))
    assert outcome.valid, outcome.errors
    return {item.without: item.total for item in outcome.relaxations}, outcome.notes


async def test_conditions_are_left_out_one_at_a_time_in_one_query(service: XqlService, api: Api) -> None:
    found, notes = await told(service, dataset="asset_inventory", where={"all": [PROVIDER, DATA]})
    assert found == {"provider is aws": 2, "class is Data": 2}
    assert notes == ()
    assert len(api.sent) == 2


async def test_inside_any_and_all(service: XqlService) -> None:
    far = {"field": "xdm.asset.cloud.region", "op": "eq", "value": "westeurope"}
    where = {"any": [{"all": [PROVIDER, DATA]}, {"all": [PROVIDER, far]}]}
    found, _ = await told(service, dataset="asset_inventory", where=where)
    assert found["provider is aws"] == 2
    assert found["class is Data"] == 2
    assert found["region is westeurope"] == 2
    assert found["(provider is aws and class is Data) or (provider is aws and region is westeurope)"] == 4


async def test_under_not_each_alternative_is_left_out(service: XqlService) -> None:
    where = {"none": {"any": [{"field": "xdm.asset.type.class", "op": "eq", "value": "Compute"}, DATA]}}
    found, _ = await told(service, dataset="asset_inventory", where=where)
    assert found == {"class is Compute": 2, "class is Data": 2}


async def test_look_ups_and_their_conditions(service: XqlService) -> None:
    related = {"dataset": "issues", "where": {"all": [CRITICAL, RESOLVED]}}
    found, _ = await told(service, dataset="asset_inventory", where=related)
    assert found == {
        "they have a resolved critical issue": 4,
        "severity is CRITICAL (of their issues)": 0,
        "status is Resolved (of their issues)": 2,
    }


async def test_an_anti_join(service: XqlService) -> None:
    absent = {"dataset": "issues", "absent": True}
    compute = {"field": "xdm.asset.type.id", "op": "eq", "value": "AZURE_SQL_SERVER"}
    found, _ = await told(service, dataset="asset_inventory", where={"all": [absent, compute]})
    assert found["they have no issues"] == 1


async def test_joins(service: XqlService) -> None:
    join = {
        "dataset": "issues",
        "where": {"all": [CRITICAL, RESOLVED]},
        "fields": [{"field": "xdm.issue.id"}],
    }
    found, _ = await told(service, dataset="asset_inventory", joins=[join])
    assert found["the link to issues"] == 4
    assert found["status is Resolved (of their issues)"] == 2


async def test_expanded_items(service: XqlService) -> None:
    where = {"all": [{"field": "port", "op": "eq", "value": 3389}, PROVIDER]}
    found, notes = await told(
        service, dataset="asset_inventory", compute=[ITEMS, PORT], expand=["rules"], where=where
    )
    assert found == {"fromPort is 3389": 2, "provider is aws": 0}
    none = {**ITEMS, "json_path": {"field": "xdm.asset.raw_fields", "path": ["CWP", "layers"]}}
    _, notes = await told(
        service, dataset="asset_inventory", compute=[none], expand=["rules"], where=PROVIDER
    )
    assert notes == ("no asset has layers",)


async def test_having_and_time_frame(service: XqlService) -> None:
    found, _ = await told(
        service,
        dataset="issues",
        group_by=["xdm.issue.severity"],
        aggregates=[{"function": "count", "name": "n"}],
        having={"field": "n", "op": "gt", "value": 5},
    )
    assert found == {"the time frame": 4} or found == {"the number of issues is more than 5": 4}
    frame = {"start": "2020-01-01", "end": "2020-02-01"}
    found, notes = await told(service, dataset="issues", timeframe=frame)
    assert found == {"the time frame": 4}
    assert notes == ("there are no issues in this time",)


async def test_a_count_of_nothing_is_explained_too(service: XqlService) -> None:
    found, _ = await told(
        service,
        dataset="asset_inventory",
        where={"all": [PROVIDER, DATA]},
        aggregates=[{"function": "count", "name": "n"}],
    )
    assert found == {"provider is aws": 2, "class is Data": 2}


@pytest.mark.parametrize(
    ("test", "note"),
    [
        (
            {"field": "xdm.asset.provider", "op": "eq", "value": "OCI"},
            "no asset has provider OCI; there are aws, AWS, azure and gcp",
        ),
        ({"tag": "env", "op": "eq", "value": "qa"}, "no asset has tag env qa; there are Prod and dev"),
        ({"tag": "owner", "op": "eq", "value": "me"}, "no asset has tag owner me; none has any tag owner"),
        (
            {"field": "xdm.asset.type.class", "op": "in", "values": ["AI", "Identity"]},
            "no asset has class AI or Identity; there are Compute and Data",
        ),
    ],
)
async def test_a_value_that_does_not_occur(service: XqlService, test: dict[str, Any], note: str) -> None:
    _, notes = await told(service, dataset="asset_inventory", where=test)
    (found,) = notes
    head, _, listed = found.partition("; there are ")
    assert head == note.partition("; there are ")[0]
    assert sorted(listed.replace(" and ", ", ").split(", ")) == sorted(
        note.partition("; there are ")[2].replace(" and ", ", ").split(", ")
    )


async def test_never_more_than_nine_queries(service: XqlService, api: Api) -> None:
    related = [{"dataset": "issues", "where": {"all": [CRITICAL, RESOLVED]}} for _ in range(6)]
    tests = [{"field": "xdm.asset.name", "op": "eq", "value": f"none{n}"} for n in range(30)]
    outcome = await service.run_plan(
        PostureQuery.model_validate({"dataset": "asset_inventory", "where": {"all": [*related, *tests]}})
    )
    assert outcome.rows == ()
    assert len(api.sent) <= 9


async def test_texts_that_no_plan_says_are_told_in_their_own_words(service: XqlService) -> None:
    text = (
        'dataset in (asset_inventory, asset_inventory) | filter xdm.asset.provider = "aws"'
        ' and xdm.asset.type.class = "Data" | fields xdm.asset.id'
    )
    outcome = await service.run_text(text)
    assert outcome.plan is None
    assert {item.without: item.total for item in outcome.relaxations} == {
        'xdm.asset.provider = "aws"': 4,
        'xdm.asset.type.class = "Data"': 4,
    }
