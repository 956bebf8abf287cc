"""The inventory of the local tenant, through the client."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tools.tenant.server.conftest import BASE, KEY, asset, config, connected, fill
from tools.cortex.client import CortexClient
from tools.cortex.errors import InvalidRequest, NotFound
from tools.cortex.filters import AllOf, AnyOf, InventorySort, Leaf, has_tag
from tools.tenant.database import TenantDatabase
from tools.tenant.server import create_app, inventory
from tools.tenant.server.answers import dump


def leaf(field: str, kind: Any, value: Any = "") -> Leaf:
    return Leaf(field=f"xdm.asset.{field}", type=kind, value=value)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (None, {"a1", "a2"}),
        (leaf("provider", "EQ", "aws"), {"a1"}),
        (leaf("provider", "NEQ", "AWS"), {"a2"}),
        (leaf("cloud.region", "NEQ", "us-east-1"), {"a1", "a2"}),
        (leaf("provider", "IN", ["AWS", "GCP"]), {"a1", "a2"}),
        (leaf("provider", "NIN", ["AWS"]), {"a2"}),
        (leaf("name", "CONTAINS", "KET-A2"), {"a2"}),
        (leaf("name", "CONTAINS", "%"), set()),
        (leaf("name", "WILDCARD", "bucket-*1"), {"a1"}),
        (leaf("name", "WILDCARD", "bucket_a1"), set()),
        (leaf("name", "WILDCARD_NOT", "*1"), {"a2"}),
        (leaf("strong_id", "REGEX", "^arn:aws:s3:.*a[12]$"), {"a1", "a2"}),
        (leaf("cloud.region", "IS_EMPTY"), {"a2"}),
        (leaf("cloud.region", "NIS_EMPTY"), {"a1"}),
        (leaf("group_ids", "ARRAY_CONTAINS", "7"), {"a1", "a2"}),
        (leaf("last_observed", "GTE", 1767225600001), {"a1", "a2"}),
        (leaf("last_observed", "LT", 1767225600001), set()),
        (has_tag("env", "prod"), {"a1"}),
        (has_tag("ENV"), {"a1"}),
        (has_tag("env", "dev"), set()),
        (leaf("tags", "JSON_WILDCARD_NOT", {"key": "Env"}), {"a2"}),
        (AnyOf(parts=(leaf("id", "EQ", "a1"), leaf("provider", "EQ", "GCP"))), {"a1", "a2"}),
        (AllOf(parts=(leaf("id", "EQ", "a1"), leaf("provider", "EQ", "GCP"))), set()),
        ([leaf("type.class", "EQ", "data"), AnyOf(parts=(leaf("id", "EQ", "a2"),))], {"a2"}),
    ],
)
async def test_filters(reader: CortexClient, filters: Any, expected: set[str]) -> None:
    found = await reader.assets.search(filters)
    assert {a.id for a in found.items} == expected
    assert (found.total, found.truncated) == (len(expected), False)


@pytest.mark.parametrize(
    "tree",
    [
        {"AND": [{"SEARCH_FIELD": "xdm.asset.nope", "SEARCH_TYPE": "EQ", "SEARCH_VALUE": "x"}]},
        {"AND": [{"SEARCH_FIELD": "xdm.asset.name", "SEARCH_TYPE": "LIKE", "SEARCH_VALUE": "x"}]},
        {"AND": [{"SEARCH_FIELD": "xdm.asset.name", "SEARCH_TYPE": "EQ", "SEARCH_VALUE": {"a": 1}}]},
        {"AND": [{"SEARCH_FIELD": "xdm.asset.last_observed", "SEARCH_TYPE": "GT", "SEARCH_VALUE": "x"}]},
        {"AND": [{"SEARCH_FIELD": "xdm.asset.name", "SEARCH_TYPE": "REGEX", "SEARCH_VALUE": "("}]},
        {"AND": [{"SEARCH_FIELD": "xdm.asset.name", "SEARCH_TYPE": "ARRAY_CONTAINS", "SEARCH_VALUE": "x"}]},
        {"XOR": []},
        {"AND": "x"},
        [],
        {"SEARCH_FIELD": "xdm.asset.name; DROP TABLE issues", "SEARCH_TYPE": "EQ", "SEARCH_VALUE": "x"},
    ],
)
async def test_wrong_filters_are_400(reader: CortexClient, tree: Any) -> None:
    if tree == []:
        tree = ["x"]
    with pytest.raises(InvalidRequest) as caught:
        await reader.assets._transport.post("assets", {"request_data": {"filters": tree}})
    assert caught.value.status == 400


async def test_the_fields_may_stand_bare(reader: CortexClient) -> None:
    body = await reader.assets._transport.post("assets", {"search_from": 0, "search_to": 1})
    assert body["reply"]["metadata"] == {"filter_count": 2, "total_count": 2}
    assert len(body["reply"]["data"]) == 1


async def test_rows_carry_open_issues_and_on_demand_fields(reader: CortexClient) -> None:
    found = await reader.assets.search(
        sort=[InventorySort(field="xdm.asset.id")],
        on_demand_fields=["xdm.asset.tags", "xdm.asset.raw_fields"],
    )
    first, second = found.items
    assert first.issues_breakdown == {"critical": 0, "high": 1, "medium": 0, "low": 0}
    assert second.issues_breakdown["low"] == 1
    assert first.tags == {"Env": "Prod", "Owner": "payments"}
    assert first.raw["xdm.asset.raw_fields"] == {"Platform Discovery": {"Name": "a1"}}
    assert second.region is None
    assert (first.strong_id, first.realm, first.type_id) == ("arn:aws:s3:::a1", "111122223333", "S3_BUCKET")
    plain = await reader.assets.search()
    assert "xdm.asset.tags" not in plain.items[0].raw


@pytest.mark.parametrize("spelling", ["live", "documented"])
async def test_one_asset_and_its_configuration(database: TenantDatabase, spelling: str) -> None:
    odd = "arn:aws:s3:::weird/name?x=1#y%2F é"
    fill(database, "asset_inventory", asset(odd))
    async with connected(database, spelling=spelling) as client:
        assert (await client.assets.get("a1")).name == "bucket-a1"
        assert (await client.assets.get(odd)).id == odd
        assert await client.assets.raw_fields("a1") == {"Platform Discovery": {"Name": "a1"}}
        with pytest.raises(NotFound):
            await client.assets.get("nope")
        with pytest.raises(NotFound):
            await client.assets.raw_fields("nope")
        assert "xdm.asset.name" in {f.name for f in await client.assets.schema()}
        enum = await client.assets._transport.get("assets/enum/xdm.asset.provider")
        reply = enum[0]["reply"] if spelling == "documented" else enum["reply"]
        assert [row["NAME"] for row in reply["data"]] == ["AWS", "GCP"]


async def test_a_page_has_at_most_1000(client: CortexClient, database: TenantDatabase) -> None:
    fill(database, "asset_inventory", *(asset(f"x{i:05}") for i in range(2100)))
    with pytest.raises(InvalidRequest):
        await client.assets.search(search_to=1001)
    with pytest.raises(InvalidRequest) as caught:
        await client.assets._transport.post("assets", {"request_data": {"search_from": 0, "search_to": 1001}})
    assert caught.value.status == 400
    found = await client.assets.search_all()
    assert (found.total, found.returned, found.truncated) == (2102, 2102, False)
    capped = await client.assets.search_all(cap=1500)
    assert (capped.total, capped.returned, capped.truncated) == (2102, 1500, True)


FIELDS = [
    "xdm.asset.id",
    "xdm.asset.tags",
    "xdm.asset.group_ids",
    "xdm.asset.last_observed",
    "xdm.asset.raw_fields",
]
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda c: (
        st.lists(c, max_size=2)
        | st.dictionaries(st.sampled_from(["key", "value", "from", "to"]), c, max_size=2)
    ),
    max_leaves=3,
)
LEAF = st.fixed_dictionaries(
    {
        "SEARCH_FIELD": st.sampled_from(FIELDS),
        "SEARCH_TYPE": st.sampled_from(inventory.TYPES),
        "SEARCH_VALUE": VALUE,
    }
)
TREE = st.recursive(
    LEAF,
    lambda c: st.dictionaries(st.sampled_from(["AND", "OR"]), st.lists(c, max_size=3), max_size=1),
    max_leaves=4,
)


@settings(
    max_examples=200,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
@given(TREE)
async def test_any_tree_is_refused_or_runs(unchanged: TenantDatabase, tree: Any) -> None:
    app = create_app(unchanged, config(key_type="standard"))
    headers = {"x-xdr-auth-id": "1", "Authorization": KEY}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=BASE) as http:
        body = dump({"request_data": {"filters": tree}})
        answer = await http.post("/public_api/v1/assets", content=body, headers=headers)
    assert answer.status_code in (200, 400), (tree, answer.text)
