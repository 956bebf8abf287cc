"""Issues: both spellings, exact ids, paging, writes."""

from __future__ import annotations

import httpx
import pytest

from tests.tools.cortex.conftest import Script
from tools.cortex.client import CortexClient
from tools.cortex.errors import InvalidRequest, NotFound
from tools.cortex.filters import Sort, is_in
from tools.cortex.vocabulary import Progress, ResolutionReason, Severity
from tools.cortex.writes import IssueUpdate, NewIssue

LIVE = {
    "id": 9007199254740993,
    "external_id": "abc|def",
    "name": "Bucket is public",
    "domain": "POSTURE",
    "detection.method": "CSPM_SCANNER",
    "detection.rule_id": "rule-1",
    "status.progress": "New",
    "findings": ["f1"],
    "last_update_timestamp": 1700000000001,
    "_insert_time": 1700000000000,
    "severity": "HIGH",
    "asset_ids": ["aa"],
    "normalized_fields": {"xdm.cloud.region": "eu-west-1"},
}
DOCUMENTED = {
    "id": 9007199254740993,
    "external_id": "abc|def",
    "name": "Bucket is public",
    "domain": "POSTURE",
    "detection_method": "CSPM_SCANNER",
    "detection_rule_id": "rule-1",
    "status": "New",
    "finding_ids": ["f1"],
    "last_modified": 1700000000001,
    "_insert_time": "2023-11-14T22:13:20Z",
    "severity": "HIGH",
    "asset_ids": ["aa"],
    "normalized_fields": {"xdm.cloud.region": "eu-west-1"},
}


async def test_both_spellings_give_the_same_issue(client: CortexClient, script: Script) -> None:
    script.say(
        {"reply": {"DATA": [LIVE], "TOTAL_COUNT": 40, "FILTER_COUNT": 1}},
        {"reply": {"issues": [DOCUMENTED], "total_count": 40, "result_count": 1}},
    )
    live = await client.issues.search()
    documented = await client.issues.search()
    assert live.items[0].model_dump(exclude={"raw"}) == documented.items[0].model_dump(exclude={"raw"})
    assert live.items[0].id == 9007199254740993
    assert (live.total, live.returned, live.truncated) == (1, 1, False)
    assert (documented.total, documented.truncated) == (1, False)


async def test_search_sends_its_fields_inside_request_data(client: CortexClient, script: Script) -> None:
    script.say({"reply": {"DATA": [], "TOTAL_COUNT": 0, "FILTER_COUNT": 0}})
    await client.issues.search([is_in("severity", ["HIGH"])], Sort(field="id", keyword="asc"), 100, 200)
    assert script.paths == ["/public_api/v1/issue/search"]
    assert script.body() == {
        "request_data": {
            "filters": [{"field": "severity", "operator": "in", "value": ["HIGH"]}],
            "search_from": 100,
            "search_to": 200,
            "sort": {"field": "id", "keyword": "asc"},
            "include_fields": ["normalized_fields", "custom_fields"],
        }
    }


async def test_get_finds_the_very_id(client: CortexClient, script: Script) -> None:
    script.say({"reply": {"DATA": [LIVE | {"id": 4}, LIVE], "FILTER_COUNT": 2}})
    assert (await client.issues.get("9007199254740993")).id == 9007199254740993
    assert script.body()["request_data"]["filters"][0]["value"] == [9007199254740993]
    script.say({"reply": {"DATA": [], "FILTER_COUNT": 0}})
    with pytest.raises(NotFound):
        await client.issues.get(5)


@pytest.mark.parametrize(
    "bad", ["", "..", "1/../../x", "-1", "１２", "a b", "%2e", "x" * 201, "1" * 30, "007", True]
)
async def test_what_is_no_issue_id_never_reaches_a_path(
    client: CortexClient, script: Script, bad: str
) -> None:
    with pytest.raises(InvalidRequest):
        await client.issues.update(bad, IssueUpdate(severity=Severity.HIGH))
    assert script.requests == []


@pytest.mark.parametrize(
    ("given", "path", "asked"), [(42, "42", 42), ("42", "42", 42), ("EXP-7", "EXP-7", "EXP-7")]
)
async def test_ids_in_paths_and_filters(
    client: CortexClient, script: Script, given: int | str, path: str, asked: int | str
) -> None:
    script.say(httpx.Response(204), {"reply": {"DATA": [LIVE | {"id": given}], "FILTER_COUNT": 1}})
    await client.issues.update(given, IssueUpdate(severity=Severity.LOW))
    assert script.paths == [f"/public_api/v1/issue/{path}"]
    assert (await client.issues.get(given)).id == given
    assert script.body()["request_data"]["filters"][0]["value"] == [asked]


async def test_update_and_create(client: CortexClient, script: Script) -> None:
    script.say(
        httpx.Response(204),
        httpx.Response(202, json={"external_id": "e1", "detection_method": "Custom Issue"}),
    )
    update = IssueUpdate(status=Progress.RESOLVED, status_resolution_reason=ResolutionReason.FIXED)
    await client.issues.update(42, update)
    assert script.paths[-1] == "/public_api/v1/issue/42"
    assert script.body() == {
        "request_data": {"update_data": {"status": "Resolved", "status_resolution_reason": "RESOLVED_FIXED"}}
    }
    new = NewIssue(
        name="n",
        description="d",
        observation_time=1,
        domain="POSTURE",
        category="CONFIGURATION",
        severity="LOW",
    )
    created = await client.issues.create(new)
    assert created.external_id == "e1"
    assert "owner" not in script.body()["request_data"]["issue"]


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"status": "Resolved"},
        {"status_resolution_reason": "RESOLVED_FIXED"},
        {"severity": "high"},
        {"assignee": "me"},
    ],
)
def test_an_update_that_says_nothing_or_nonsense_is_refused(values: dict[str, str]) -> None:
    with pytest.raises(ValueError):
        IssueUpdate.model_validate(values)


async def test_schema(client: CortexClient, script: Script) -> None:
    row = {"field_name": "xdm.issue.id", "field_pretty_name": "Id", "data_type": "INT"}
    script.say({"reply": {"data": [row]}})
    (field,) = await client.issues.schema()
    assert (field.name, field.pretty_name, field.data_type) == ("xdm.issue.id", "Id", "INT")
