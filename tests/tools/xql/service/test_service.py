"""The service: refuses, runs, hides system columns, learns, explains an empty result."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest

from tests.tools.xql.conftest import NOW
from tests.tools.xql.service.conftest import Api
from tools.xql import PostureQuery, XqlInvalidError, XqlService


async def test_a_text_runs(service: XqlService, api: Api) -> None:
    outcome = await service.run_text(
        "dataset = issues | fields xdm.issue.id | sort asc xdm.issue.id", limit=3
    )
    assert outcome.valid
    assert outcome.columns == ("xdm.issue.id",)
    assert [row["xdm.issue.id"] for row in outcome.rows] == ["1", "2", "3"]
    assert all(set(row) == {"xdm.issue.id"} for row in outcome.rows)
    assert (outcome.total, outcome.truncated) == (4, True)
    assert outcome.window == "all rows as they stand"
    assert outcome.dataset == "issues"
    assert outcome.reading.startswith("Issues")
    assert outcome.xql.endswith("| limit 1000")
    sent, frame = api.sent[0]
    assert sent == outcome.xql
    assert frame.from_ms == 0


async def test_times_are_epoch_milliseconds(service: XqlService) -> None:
    outcome = await service.run_text('dataset = issues | filter xdm.issue.id = "3" | fields _time')
    assert outcome.rows == ({"_time": int(NOW.replace(tzinfo=UTC).timestamp() * 1000) - 3_600_000},)


async def test_a_refused_text_is_not_sent(service: XqlService, api: Api) -> None:
    outcome = await service.run_text("dataset = issues | sort xdm.issue.id desc")
    assert not outcome.parsed
    assert api.sent == []
    with pytest.raises(XqlInvalidError, match="direction comes before"):
        outcome.raise_if_invalid()


async def test_writes_are_refused(service: XqlService, api: Api) -> None:
    outcome = await service.run_text("dataset = issues | target type = lookup mine")
    assert outcome.parsed
    assert not outcome.valid
    assert api.sent == []


async def test_a_plan_runs_with_its_reading(service: XqlService) -> None:
    plan = PostureQuery.model_validate(
        {
            "dataset": "issues",
            "where": {"field": "xdm.issue.severity", "op": "eq", "value": "high"},
            "fields": ["xdm.issue.id"],
        }
    )
    outcome = await service.run_plan(plan)
    assert outcome.rows == ({"xdm.issue.id": "1"},)
    assert outcome.plan == plan
    assert outcome.reading == "High-severity issues"


async def test_the_population_is_the_kind_and_place_asked_about(service: XqlService) -> None:
    text = 'dataset = asset_inventory | filter xdm.asset.type.class = "Compute" and xdm.asset.tags -> env = "prod"'
    outcome = await service.run_text(text)
    assert outcome.total == 1
    assert await service.population(outcome) == 2
    assert await service.population(await service.run_text("dataset = issues")) is None


async def test_rows_teach_the_catalog(service: XqlService) -> None:
    await service.run_text('dataset = issues | filter xdm.issue.severity = "high"')
    column = service.catalog.column("issues", "xdm.issue.name")
    assert column is not None
    assert "Open port" in column.values


async def test_a_text_comes_with_its_plan_and_reading(service: XqlService) -> None:
    text = 'dataset = issues | filter xdm.issue.severity = "high" | comp count() as n'
    outcome = await service.run_text(text)
    assert outcome.plan == PostureQuery.model_validate(
        {
            "dataset": "issues",
            "where": {"field": "xdm.issue.severity", "op": "eq", "value": "high"},
            "aggregates": [{"function": "count", "name": "n"}],
            "limit": outcome.plan.limit if outcome.plan else 0,
        }
    )
    assert outcome.reading == "Number of high-severity issues"
    unsaid = await service.run_text(
        "dataset = issues | union asset_inventory | fields xdm.issue.id | limit 5"
    )
    assert unsaid.valid
    assert unsaid.plan is None
    assert unsaid.reading == "Issues, at most 5 rows"


async def test_a_default_limit_is_told_where_it_cut(service: XqlService) -> None:
    plan = PostureQuery.model_validate({"dataset": "issues", "fields": ["xdm.issue.id"], "limit": 100})
    assert (await service.run_plan(plan)).reading == "Issues"
    plan = plan.model_copy(update={"limit": 2})
    assert (await service.run_plan(plan)).reading == "Issues, at most 2"


@pytest.fixture
def own_data(database: Any) -> Any:
    """A dataset that no catalog lists, and a column that only this tenant's assets have."""
    database.execute("CREATE TABLE cmdb_owners (sys_id VARCHAR, tier BIGINT, note VARCHAR)")
    database.execute("INSERT INTO cmdb_owners VALUES ('Web-01', 1, NULL), ('web-02', 3, NULL)")
    yield
    database.execute("DROP TABLE cmdb_owners")


async def test_a_dataset_that_only_the_tenant_has_is_read(
    own_data: None, service: XqlService, api: Api
) -> None:
    outcome = await service.run_text("dataset = cmdb_owners | filter tier = 1 | fields sys_id, tier, note")
    assert outcome.valid
    assert outcome.rows == ({"sys_id": "Web-01", "tier": 1, "note": None},)
    assert outcome.window == "all rows as they stand"
    joined = await service.run_text(
        "dataset = asset_inventory | join type = inner (dataset = cmdb_owners) as c c.sys_id = xdm.asset.name"
        " | fields xdm.asset.id, tier | sort asc xdm.asset.id"
    )
    assert [row["tier"] for row in joined.rows] == [1, 3]


async def test_a_plan_reads_a_dataset_that_only_the_tenant_has(own_data: None, service: XqlService) -> None:
    plan = PostureQuery.model_validate({"dataset": "cmdb_owners", "fields": ["sys_id"]})
    assert (await service.run_plan(plan)).total == 2


async def test_what_the_tenant_lacks_too_stays_unknown(own_data: None, service: XqlService, api: Api) -> None:
    outcome = await service.run_text("dataset = cmdb_ownerz | fields sys_id")
    assert [error.rule for error in outcome.errors] == ["unknown-dataset"]
    assert api.sent == []
    outcome = await service.run_text("dataset = cmdb_owners | fields sys_idd")
    assert [(error.rule, error.suggestions[0]) for error in outcome.errors] == [("unknown-field", "sys_id")]
