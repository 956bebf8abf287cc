"""Issues of the local tenant, through the client."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tools.tenant.server.conftest import NOON_MS, connected, fill, issue
from tools.cortex.client import CortexClient
from tools.cortex.errors import InvalidRequest
from tools.cortex.filters import Filter, Sort, is_in, since, until
from tools.cortex.vocabulary import Progress, ResolutionReason, Severity
from tools.cortex.writes import IssueUpdate, NewIssue
from tools.tenant.database import TenantDatabase


@pytest.mark.parametrize("spelling", ["live", "documented"])
async def test_both_spellings_read_the_same(unchanged: TenantDatabase, spelling: str) -> None:
    async with connected(unchanged, spelling=spelling) as client:
        found = await client.issues.search_all()
    assert [i.id for i in found.items] == [101, 102, 103]
    assert (found.total, found.truncated) == (3, False)
    first = found.items[0]
    assert first.detection_method == "Custom Issue"
    assert first.status_progress == "New"
    assert (first.insert_time, first.observation_time, first.last_modified) == (NOON_MS, NOON_MS, NOON_MS)
    assert first.asset_regions == ("eu-west-1",)
    assert first.asset_providers == ("AWS",)
    assert first.normalized_fields["xdm.cloud.project"] == "payments"
    assert first.finding_ids == ("f101",)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (is_in("id", [101, 103]), {101, 103}),
        (is_in("severity", ["LOW", "CRITICAL"]), {102, 103}),
        (is_in("status.progress", ["Resolved"]), {103}),
        (is_in("issue_domain", ["Posture"]), {101, 102, 103}),
        (is_in("issue_domain", ["SECURITY"]), set()),
        (is_in("detection.method", ["CUSTOM_ISSUE"]), {101, 102, 103}),
        (is_in("external_id", ["ext-102"]), {102}),
        (is_in("asset_ids", ["a2"]), {102}),
        (is_in("asset_names", ["bucket-a1"]), {101}),
        (is_in("asset_providers", ["gcp"]), {102}),
        (is_in("asset_group_ids", ["7"]), {101, 102}),
        (is_in("asset_cloud_account_names", ["payments"]), {101, 102, 103}),
        (is_in("asset_external_provider_ids", ["arn:aws:s3:::a1"]), {101}),
        (since("observation_time", NOON_MS), {101, 103}),
        (until("observation_time", NOON_MS - 1), {102}),
    ],
)
async def test_filters(reader: CortexClient, condition: Filter, expected: set[int]) -> None:
    found = await reader.issues.search([condition])
    assert {i.id for i in found.items} == expected
    assert found.total == len(expected)


async def test_filters_are_anded(reader: CortexClient) -> None:
    found = await reader.issues.search([is_in("id", [101, 102]), is_in("severity", ["LOW"])])
    assert [i.id for i in found.items] == [102]


@pytest.mark.parametrize(
    "condition",
    [
        Filter(field="name", operator="in", value=("x",)),
        Filter(field="severity", operator="eq", value="HIGH"),
        Filter(field="severity", operator="in", value=("BOGUS",)),
        Filter(field="severity", operator="gte", value=3),
        Filter(field="observation_time", operator="in", value=(1,)),
        Filter(field="observation_time", operator="gte", value="yesterday"),
        Filter(field="observation_time", operator="gte", value=10**18),
    ],
)
async def test_wrong_fields_operators_and_values_are_400(reader: CortexClient, condition: Filter) -> None:
    with pytest.raises(InvalidRequest) as caught:
        await reader.issues.search([condition])
    assert caught.value.status == 400
    assert condition.field in caught.value.detail


async def test_sorting(reader: CortexClient) -> None:
    async def order(field: str, keyword: Any) -> list[int | str]:
        return [i.id for i in (await reader.issues.search(sort=Sort(field=field, keyword=keyword))).items]

    assert await order("severity", "desc") == [103, 101, 102]
    assert await order("severity", "asc") == [102, 101, 103]
    assert await order("id", "asc") == [101, 102, 103]
    assert await order("observation_time", "asc") == [102, 103, 101]


async def test_paging_to_the_end(client: CortexClient, database: TenantDatabase) -> None:
    fill(database, "issues", *(issue(i, asset_ids=[]) for i in range(1000, 1251)))
    found = await client.issues.search_all()
    assert (found.total, found.returned, found.truncated) == (254, 254, False)
    assert len({i.id for i in found.items}) == 254
    capped = await client.issues.search_all(cap=120)
    assert (capped.total, capped.returned, capped.truncated) == (254, 120, True)


def _revision(client: CortexClient) -> list[int]:
    """Rewrites and writes that the tenant counted."""
    return [int(part) for part in (client.revision or "").split(".")]


async def test_update_is_seen_and_bumps_the_revision(client: CortexClient) -> None:
    await client.issues.get(101)
    before = _revision(client)
    update = IssueUpdate(
        severity=Severity.CRITICAL,
        status=Progress.RESOLVED,
        status_resolution_reason=ResolutionReason.FIXED,
        status_resolution_comment="done",
    )
    await client.issues.update(101, update)
    # The time of modification tells the change: nothing has to be read again.
    assert _revision(client) == [before[0], before[1] + 1]
    after = await client.issues.get(101)
    assert (after.severity, after.status_progress) == ("CRITICAL", "Resolved")
    assert (after.status_resolution_reason, after.status_resolution_comment) == ("RESOLVED_FIXED", "done")
    assert after.resolution_time is not None
    with pytest.raises(InvalidRequest, match="999"):
        await client.issues.update(999, IssueUpdate(severity=Severity.LOW))


async def test_create(client: CortexClient) -> None:
    new = NewIssue(
        name="Made by hand", description="", observation_time=NOON_MS, domain="Posture",
        category="CONFIGURATION", severity=Severity.LOW, asset_ids=("a1",),
        normalized_fields={"k": 9007199254740993}, tags=("DOM:Posture",),
    )  # fmt: skip
    created = await client.issues.create(new)
    found = await client.issues.search([is_in("external_id", [created.external_id or ""])])
    (made,) = found.items
    assert (made.name, made.domain, made.observation_time) == ("Made by hand", "POSTURE", NOON_MS)
    assert made.normalized_fields == {"k": 9007199254740993}
    assert made.tags == ("DOM:Posture",)
    assert made.asset_names == ("bucket-a1",)


async def test_schema_names_the_columns(reader: CortexClient) -> None:
    names = {f.name: f.data_type for f in await reader.issues.schema()}
    assert names["xdm.issue.id"] == "INT"
    assert names["xdm.issue.severity"] == "ENUM"
