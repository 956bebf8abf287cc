"""The management audit log of the local tenant."""

from __future__ import annotations

import pytest

from tests.tools.tenant.server.conftest import connected
from tools.cortex.client import CortexClient
from tools.cortex.errors import InvalidRequest
from tools.cortex.filters import Filter, is_in, since
from tools.cortex.vocabulary import Severity
from tools.cortex.writes import IssueUpdate
from tools.tenant.database import TenantDatabase


async def test_each_write_leaves_a_row(client: CortexClient) -> None:
    await client.issues.update(101, IssueUpdate(severity=Severity.LOW))
    await client.war_room.insert(101, "hello")
    logs = await client.audit.search_all()
    assert [log.entity for log in logs.items] == ["WAR_ROOM", "ISSUE"]
    assert "101" in (logs.items[1].description or "")
    assert (await client.audit.search([is_in("type", ["ISSUE"])])).total == 1
    assert (await client.audit.search([is_in("email", ["local"])])).total == 2
    assert (await client.audit.search([since("timestamp", 4_000_000_000_000)])).total == 0
    with pytest.raises(InvalidRequest):
        await client.audit.search([Filter(field="type", operator="eq", value="ISSUE")])


async def test_documented_entities_are_the_vendors(database: TenantDatabase) -> None:
    async with connected(database, spelling="documented") as client:
        await client.issues.update(101, IssueUpdate(severity=Severity.LOW))
        (log,) = (await client.audit.search_all()).items
    assert log.entity == "ALERT_MANAGEMENT"
