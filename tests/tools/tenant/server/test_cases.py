"""Cases of the local tenant, through the client, in both spellings and both generations."""

from __future__ import annotations

import pytest

from tests.tools.tenant.server.conftest import NOON_MS, connected
from tools.cortex.client import CortexClient
from tools.cortex.errors import InvalidRequest, NotFound
from tools.cortex.filters import Filter, is_in, since
from tools.cortex.vocabulary import CaseProgress, ResolutionReason
from tools.cortex.writes import CaseUpdate, IncidentUpdate
from tools.tenant.database import TenantDatabase


async def test_live_case(reader: CortexClient) -> None:
    case = await reader.cases.get(5)
    assert (case.id, case.name, case.severity, case.status_progress) == (5, "Public data", "HIGH", "NEW")
    assert case.issue_ids == (101, 102)
    assert case.asset_ids == ("a1", "a2")
    assert case.issue_count == 2
    assert case.creation_time == NOON_MS
    assert case.raw["high_severity_issue_count"] == 1


async def test_documented_case(unchanged: TenantDatabase) -> None:
    async with connected(unchanged, spelling="documented") as client:
        (case,) = (await client.cases.search_all()).items
    assert case.id == "5"
    assert case.raw["creation_time"] == "2026-01-02T12:00:00.000Z"
    assert case.creation_time == NOON_MS
    assert case.issue_ids == ("101", "102")
    assert case.issue_count == 2


async def test_filters_and_their_limits(reader: CortexClient) -> None:
    assert (await reader.cases.search([is_in("case_id", [5])])).total == 1
    assert (await reader.cases.search([is_in("status_progress", ["RESOLVED"])])).total == 0
    assert (await reader.cases.search([since("creation_time", NOON_MS)])).total == 1
    with pytest.raises(InvalidRequest):
        await reader.cases.search([Filter(field="status_progress", operator="eq", value="NEW")])
    with pytest.raises(NotFound):
        await reader.cases.get(6)


async def test_update(client: CortexClient) -> None:
    update = CaseUpdate(
        status_progress=CaseProgress.RESOLVED, resolve_reason=ResolutionReason.FIXED, resolve_comment="done"
    )
    await client.cases.update("CASE-5", update)
    after = await client.cases.get(5)
    assert (after.status_progress, after.resolve_reason) == ("RESOLVED", "RESOLVED_FIXED")
    assert after.resolve_comment == "done"
    with pytest.raises(InvalidRequest):
        await client.cases.update(77, update)


async def test_artifacts(reader: CortexClient) -> None:
    (row,) = await reader.cases.artifacts(5)
    assert row["network_artifacts"]["TOTAL_COUNT"] == 0
    with pytest.raises(InvalidRequest):
        await reader.cases.artifacts(6)


async def test_incidents_show_the_same(reader: CortexClient) -> None:
    (case,) = (await reader.incidents.search_all()).items
    assert (case.id, case.name, case.severity, case.status_progress) == ("5", "Public data", "HIGH", "NEW")
    assert case.domain == "POSTURE"
    incident, alerts = await reader.incidents.extra_data(5)
    assert incident.name == "Public data"
    assert {a.id for a in alerts.items} == {"101", "102"}
    assert (alerts.total, alerts.truncated) == (2, False)
    _, first = await reader.incidents.extra_data(5, alerts_limit=1)
    assert (first.total, first.returned, first.truncated) == (2, 1, True)


async def test_incident_update_is_a_case_update_and_a_comment(client: CortexClient) -> None:
    await client.incidents.update(
        "5",
        IncidentUpdate(
            status="resolved_duplicate",
            manual_severity="critical",
            assigned_user_mail="a@example.org",
            comment="see 4",
        ),
    )
    case = await client.cases.get(5)
    assert (case.status_progress, case.resolve_reason) == ("RESOLVED", "RESOLVED_DUPLICATE")
    assert (case.severity, case.assigned_to) == ("CRITICAL", "a@example.org")
    (entry,) = (await client.war_room.get("CASE-5")).items
    assert entry.contents == "see 4"
    await client.incidents.update(5, IncidentUpdate(assigned_user_mail="none"))
    assert (await client.cases.get(5)).assigned_to is None
    again = CaseUpdate(status_progress=CaseProgress.UNDER_INVESTIGATION)
    await client.incidents.update(5, again)
    assert (await client.incidents.get("5")).status_progress == "UNDER_INVESTIGATION"
