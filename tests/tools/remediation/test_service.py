"""The live configuration is read again before a fix is drafted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.tools.remediation.conftest import ACCOUNT, make_finding
from tools.findings.model import AssetRecord, Finding, FindingSet
from tools.remediation import AlreadyFixed, ConfigurationMissing, RemediationService, ResourceGone

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DATABASE = f"arn:aws:rds:us-east-1:{ACCOUNT}:db:pay"


class Tenant:
    """A lookup whose picture changes when it is told to forget."""

    def __init__(
        self, finding: Finding, *pictures: dict[str, Any] | None, later: Finding | None = None
    ) -> None:
        self.finding, self.later = finding, later or finding
        self.pictures = list(pictures)
        self.forgotten = 0

    async def get(self, finding_id: str | int) -> Finding:
        return self.later if self.forgotten else self.finding

    async def snapshot(self) -> FindingSet:
        config = self.pictures[min(self.forgotten, len(self.pictures) - 1)]
        finding = await self.get("")
        asset = AssetRecord(asset_id="a", uid=DATABASE, name="pay", config=config or {})
        return FindingSet((finding,), {} if config is None else {"a": asset}, NOW, 1)

    def forget(self) -> None:
        self.forgotten += 1


def finding(**more: Any) -> Finding:
    made = make_finding("rds_instance_deletion_protection", DATABASE, "pay")
    return made.model_copy(update={"resource": made.resource.model_copy(update={"asset_id": "a"}), **more})


async def test_the_draft_is_for_what_runs_now() -> None:
    tenant = Tenant(
        finding(),
        {"deletion_protection": False, "engine": "mysql"},
        {"deletion_protection": False, "engine": "postgres"},
    )
    fix = await RemediationService(tenant).draft("x")
    assert tenant.forgotten == 1
    assert fix.notes[0].startswith("The configuration changed since it was last read: engine")
    assert '"postgres"' in fix.files[0].content


async def test_already_fixed_closed_and_gone_are_said() -> None:
    with pytest.raises(AlreadyFixed, match="no longer has this weakness"):
        await RemediationService(
            Tenant(finding(), {"deletion_protection": False}, {"deletion_protection": True})
        ).draft("x")
    with pytest.raises(AlreadyFixed, match="not open"):
        await RemediationService(Tenant(finding(), {"x": 1}, later=finding(progress="Resolved"))).draft("x")
    with pytest.raises(ResourceGone, match="not in the tenant any more"):
        await RemediationService(Tenant(finding(), {"deletion_protection": False}, None)).draft("x")


async def test_without_raw_configuration_nothing_is_guessed() -> None:
    with pytest.raises(ConfigurationMissing, match="no raw configuration"):
        await RemediationService(Tenant(finding(), {})).draft("x")
