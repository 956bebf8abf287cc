"""The classic generation through the same models: alerts as issues, incidents as cases."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.tools.cortex.conftest import FakeClock, Script, make_client
from tools.cortex import errors
from tools.cortex.classic_records import resolution_reason
from tools.cortex.client import CortexClient
from tools.cortex.filters import Filter, Sort, is_in, since
from tools.cortex.writes import AlertUpdate, CaseUpdate, IncidentUpdate, IssueUpdate, NewIssue

ALERT = {
    "alert_id": "9007199254740993", "external_id": "0" * 32 + "|policy", "case_id": 12, "name": "Bucket is public",
    "description": "d", "severity": "informational", "category": "CONFIGURATION", "source": "CSPM Scanner",
    "detection_timestamp": 1700000000000, "local_insert_ts": 1700000000001, "resolution_status": "STATUS_010_NEW",
    "alert_domain": "DOMAIN_POSTURE", "matching_service_rule_id": "policy", "starred": False,
    "original_tags": "DS:PANW/Posture Policy,DOM:Posture", "host_name": None, "events": [],
}  # fmt: skip
INCIDENT = {
    "incident_id": "12", "incident_name": "n", "description": "d", "status": "resolved_duplicate_incident",
    "severity": "high", "manual_severity": "critical", "creation_time": 1700000000000, "alert_count": 3,
    "incident_domain": "DOMAIN_POSTURE", "alert_categories": ["CONFIGURATION"], "aggregated_score": 70,
    "resolve_comment": "same as 11", "assigned_user_mail": "a@x.test", "xdr_url": "https://x.test/12",
}  # fmt: skip
NOT_FOUND = httpx.Response(404, json={"reply": {"err_code": 404, "err_msg": "no"}})


def alerts(*rows: Any, total: int | None = None) -> dict[str, Any]:
    return {
        "reply": {
            "total_count": len(rows) if total is None else total,
            "result_count": len(rows),
            "alerts": rows,
        }
    }


async def test_an_alert_is_an_issue(client: CortexClient, script: Script) -> None:
    script.say(alerts(ALERT, total=7))
    found = await client.alerts.search()
    assert (found.total, found.returned, found.truncated) == (7, 1, True)
    (issue,) = found.items
    assert issue.id == "9007199254740993"
    assert (issue.severity, issue.domain, issue.status_progress) == ("INFO", "POSTURE", "New")
    assert (issue.detection_method, issue.detection_rule_id) == ("CSPM Scanner", "policy")
    assert (issue.observation_time, issue.insert_time) == (1700000000000, 1700000000001)
    assert issue.tags == ("DS:PANW/Posture Policy", "DOM:Posture")
    assert issue.case_ids == (12,)
    assert issue.raw == ALERT
    assert script.paths == ["/public_api/v2/alerts/get_alerts_multi_events"]


async def test_older_tenants_are_asked_in_older_ways_once(client: CortexClient, script: Script) -> None:
    script.say(NOT_FOUND, NOT_FOUND, alerts(ALERT), alerts(ALERT))
    await client.alerts.search()
    await client.alerts.search()
    assert [p.removeprefix("/public_api/") for p in script.paths] == [
        "v2/alerts/get_alerts_multi_events",
        "v1/alerts/get_alerts_multi_events",
        "v1/alerts/get_alerts",
        "v1/alerts/get_alerts",
    ]


async def test_filters_and_sort_in_classic_words(client: CortexClient, script: Script) -> None:
    script.say(alerts())
    await client.alerts.search(
        [is_in("id", [1]), is_in("severity", ["INFO", "HIGH"]), since("observation_time", 5)],
        Sort(field="observation_time", keyword="asc"),
    )
    assert script.body()["request_data"]["filters"] == [
        {"field": "alert_id_list", "operator": "in", "value": [1]},
        {"field": "severity", "operator": "in", "value": ["informational", "high"]},
        {"field": "creation_time", "operator": "gte", "value": 5},
    ]
    assert script.body()["request_data"]["sort"] == {"field": "creation_time", "keyword": "asc"}
    with pytest.raises(errors.InvalidRequest) as caught:
        await client.alerts.search([is_in("asset_ids", ["a"])])
    assert "severity" in caught.value.advice


async def test_an_incident_is_a_case(client: CortexClient, script: Script) -> None:
    script.say(
        {"reply": {"total_count": 1, "result_count": 1, "incidents": [INCIDENT]}},
        {"reply": {"incident": INCIDENT, "alerts": {"total_count": 3, "data": [ALERT]}}},
    )
    (case,) = (await client.incidents.search([is_in("case_id", ["12"])])).items
    assert (case.id, case.severity, case.status_progress) == ("12", "CRITICAL", "RESOLVED")
    assert (case.resolve_reason, case.resolve_comment) == ("RESOLVED_DUPLICATE", "same as 11")
    assert (case.issue_count, case.score, case.domain) == (3, 70, "POSTURE")
    assert script.body()["request_data"]["filters"][0]["field"] == "incident_id_list"
    same, found = await client.incidents.extra_data(12)
    assert same == case
    assert (found.total, found.returned, found.truncated) == (3, 1, True)
    assert script.body()["request_data"] == {"incident_id": "12", "alerts_limit": 1000}


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("new", None),
        (None, None),
        ("STATUS_020_UNDER_INVESTIGATION", None),
        ("resolved_false_positive", "RESOLVED_FALSE_POSITIVE"),
        ("STATUS_060_RESOLVED_TRUE_POSITIVE", "RESOLVED_TRUE_POSITIVE"),
        ("resolved_auto_resolve", "RESOLVED_OTHER"),
        ("resolved_threat_handled", "RESOLVED_OTHER"),
    ],
)
def test_reasons(status: str | None, reason: str | None) -> None:
    assert resolution_reason(status) == reason


@pytest.mark.parametrize(
    ("update", "sent"),
    [
        ({"severity": "INFO"}, {"severity": "informational"}),
        ({"status": "In Progress"}, {"status": "under_investigation"}),
        (
            {
                "status": "Resolved",
                "status_resolution_reason": "RESOLVED_DUPLICATE",
                "status_resolution_comment": "c",
            },
            {"status": "resolved_duplicate", "comment": "c"},
        ),
        (
            {
                "status": "Resolved",
                "status_resolution_reason": "RESOLVED_FIXED",
                "status_resolution_comment": "c",
            },
            {"status": "resolved_other", "comment": "RESOLVED_FIXED: c"},
        ),
    ],
)
async def test_updates_in_the_words_of_issues(
    script: Script, clock: FakeClock, update: Any, sent: Any
) -> None:
    client = make_client(script.say({"reply": True}), clock, generation="classic")
    await client.issues.update(5, IssueUpdate.model_validate(update))
    assert script.paths == ["/public_api/v1/alerts/update_alerts"]
    assert script.body()["request_data"] == {"alert_id_list": ["5"], "update_data": sent}


async def test_a_classic_tenant_behind_issues_and_cases(script: Script, clock: FakeClock) -> None:
    client = make_client(script, clock, generation="classic")
    script.say(
        alerts(ALERT), alerts(ALERT), {"reply": {"total_count": 1, "incidents": [INCIDENT]}}, {"reply": True}
    )
    assert (await client.issues.search_all()).total == 1
    assert (await client.issues.get("9007199254740993")).severity == "INFO"
    assert (await client.cases.get(12)).id == "12"
    await client.cases.update(12, CaseUpdate.model_validate({"status_progress": "NEW"}))
    assert script.body()["request_data"] == {"incident_id": "12", "update_data": {"status": "new"}}
    new = NewIssue.model_validate(
        {
            "name": "n",
            "description": "d",
            "observation_time": 1,
            "domain": "P",
            "category": "C",
            "severity": "LOW",
        }
    )
    for call in (client.issues.create(new), client.issues.schema()):
        with pytest.raises(errors.InvalidRequest) as caught:
            await call
        assert caught.value.safe_to_retry


async def test_many_alerts_in_batches_below_100(client: CortexClient, script: Script) -> None:
    script.by(lambda _: {"reply": {"alerts_ids": []}})
    await client.alerts.update_alerts(list(range(250)), AlertUpdate(status="new"))
    sizes = [len(script.body(i)["request_data"]["alert_id_list"]) for i in range(3)]
    assert sizes == [99, 99, 52]


async def test_a_later_batch_that_is_refused_is_not_safe_to_repeat(
    client: CortexClient, script: Script
) -> None:
    refusal = httpx.Response(400, json={"reply": {"err_code": 400, "err_msg": "no"}})
    script.say({"reply": True}, refusal)
    with pytest.raises(errors.InvalidRequest) as caught:
        await client.alerts.update_alerts(list(range(150)), AlertUpdate(status="new"))
    assert not caught.value.safe_to_retry
    script.say(refusal)
    with pytest.raises(errors.InvalidRequest) as first:
        await client.alerts.update_alerts([1], AlertUpdate(status="new"))
    assert first.value.safe_to_retry


async def test_incident_updates(client: CortexClient, script: Script) -> None:
    script.say({"reply": True})
    await client.incidents.update(12, IncidentUpdate(assigned_user_mail="none", comment="hello"))
    assert script.body()["request_data"]["update_data"] == {
        "assigned_user_mail": "none",
        "comment": {"comment_action": "add", "value": "hello"},
    }
    for wrong in ({}, {"status": "closed"}, {"manual_severity": "informational"}):
        with pytest.raises(ValueError):
            IncidentUpdate.model_validate(wrong)
    with pytest.raises(ValueError):
        AlertUpdate.model_validate({})


async def test_an_alert_without_an_id_is_no_alert(client: CortexClient, script: Script) -> None:
    script.say(alerts({k: v for k, v in ALERT.items() if k != "alert_id"}))
    with pytest.raises(errors.BadAnswer):
        await client.alerts.search()
    with pytest.raises(ValueError):
        Filter(field="severity", operator="in", value="high")
