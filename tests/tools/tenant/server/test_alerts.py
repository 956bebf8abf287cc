"""The classic generation's alerts: the same issues, in the old words."""

from __future__ import annotations

import pytest

from tests.tools.tenant.server.conftest import NOON_MS
from tools.cortex.client import CortexClient
from tools.cortex.errors import InvalidRequest
from tools.cortex.filters import Filter, Sort, is_in, since
from tools.cortex.vocabulary import Progress, ResolutionReason, Severity
from tools.cortex.writes import AlertUpdate, IssueUpdate


async def test_alerts_and_issues_agree(reader: CortexClient) -> None:
    alerts = {int(a.id): a for a in (await reader.alerts.search_all()).items}
    issues = {int(i.id): i for i in (await reader.issues.search_all()).items}
    assert alerts.keys() == issues.keys()
    for number, alert in alerts.items():
        issue = issues[number]
        for name in (
            *("name", "severity", "status_progress", "detection_method", "detection_rule_id", "category"),
            *("external_id", "observation_time", "insert_time", "domain"),
        ):
            assert getattr(alert, name) == getattr(issue, name), name


async def test_filters_in_the_words_of_issues(reader: CortexClient) -> None:
    assert [a.id for a in (await reader.alerts.search([is_in("severity", ["LOW"])])).items] == ["102"]
    assert (await reader.alerts.search([is_in("id", [101, 102])])).total == 2
    assert (await reader.alerts.search([since("observation_time", NOON_MS)])).total == 2
    found = await reader.alerts.search(sort=Sort(field="severity", keyword="asc"))
    assert [a.id for a in found.items] == ["102", "101", "103"]
    with pytest.raises(InvalidRequest, match="classic"):
        await reader.alerts.search([is_in("asset_ids", ["a1"])])
    with pytest.raises(InvalidRequest):
        await reader.alerts.search([Filter(field="severity", operator="in", value=("dreadful",))])


async def test_updates(client: CortexClient) -> None:
    await client.alerts.update_alerts(
        ["101", 102], AlertUpdate(severity="informational", status="under_investigation")
    )
    for number in (101, 102):
        issue = await client.issues.get(number)
        assert (issue.severity, issue.status_progress) == ("INFO", "In Progress")
    done = IssueUpdate(status=Progress.RESOLVED, status_resolution_reason=ResolutionReason.RISK_ACCEPTED)
    await client.alerts.update(101, done)
    issue = await client.issues.get(101)
    assert issue.status_resolution_reason == "RESOLVED_OTHER"
    assert issue.status_resolution_comment == "RESOLVED_RISK_ACCEPTED"
    alert = await client.alerts.get("101")
    assert alert.status_progress == "Resolved"
    assert alert.status_resolution_reason == "RESOLVED_OTHER"


async def test_one_unknown_alert_and_nothing_is_written(client: CortexClient) -> None:
    with pytest.raises(InvalidRequest):
        await client.alerts.update_alerts([101, 999], AlertUpdate(severity="critical"))
    assert (await client.issues.get(101)).severity == Severity.HIGH
