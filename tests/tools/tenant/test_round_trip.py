"""From a scanner's file through store, server and client to the findings that everything above reads."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.tools.findings.records import asff, ocsf
from tools.cortex.client import CortexClient
from tools.cortex.config import AdvancedKey, CortexConfig
from tools.findings import Finding, FindingFilter, FindingLookup, from_asff, from_ocsf
from tools.tenant.database import TenantDatabase
from tools.tenant.loading import load_stream
from tools.tenant.server import TenantConfig, create_app

KEY = "k" * 128
# Given by the tenant, or kept by it to the millisecond.
_TENANT_OWN = {"issue_id", "inserted_at", "updated_at", "observed_at", "first_seen"}


@pytest.fixture
def database() -> Any:
    with TenantDatabase.open(":memory:") as opened:
        yield opened


@pytest_asyncio.fixture
async def lookup(database: TenantDatabase) -> AsyncIterator[FindingLookup]:
    app = create_app(database, TenantConfig(key_id="1", key=KEY))
    config = CortexConfig(base_url="http://tenant.local", auth=AdvancedKey(key_id="1", key=KEY))
    async with CortexClient(config, transport=httpx.ASGITransport(app=app)) as client:
        yield FindingLookup(client)


def load(database: TenantDatabase, records: Any) -> None:
    load_stream(database, io.BytesIO(json.dumps(records).encode()), "scan.json")


def facts(finding: Finding) -> dict[str, Any]:
    return finding.model_dump(exclude=_TENANT_OWN)


@pytest.mark.parametrize(("record", "read"), [(ocsf("a"), from_ocsf), (asff("b"), from_asff)])
async def test_a_finding_comes_back_as_it_was_read(
    database: TenantDatabase, lookup: FindingLookup, record: dict[str, Any], read: Any
) -> None:
    load(database, [record])
    (found,) = await lookup.snapshot()
    assert facts(found) == facts(read(record))
    assert found.issue_id == 100001
    (evidence,) = await lookup.evidence()
    assert facts(evidence) == facts(read(record))


async def test_passed_results_are_evidence_and_no_issues(
    database: TenantDatabase, lookup: FindingLookup
) -> None:
    load(database, [ocsf("a"), ocsf("b", status_code="PASS"), ocsf("c", status_code="MANUAL")])
    assert [f.id for f in await lookup.snapshot()] == ["a"]
    assert sorted((f.id, f.status.value) for f in await lookup.evidence()) == [
        ("a", "FAIL"),
        ("b", "PASS"),
        ("c", "MANUAL"),
    ]


async def test_a_write_shows_at_the_next_look(database: TenantDatabase, lookup: FindingLookup) -> None:
    load(database, [ocsf("a")])
    assert (await lookup.get("a")).severity == "CRITICAL"
    database.update_issue(100001, {"severity": "LOW"}, "me")
    assert (await lookup.get(100001)).severity == "LOW"
    load(database, [ocsf("b")])
    assert (await lookup.search()).total == 2


@pytest.mark.shared
async def test_the_real_sample(database: TenantDatabase, lookup: FindingLookup, shared_data: Path) -> None:
    records = json.loads((shared_data / "findings" / "prowler-aws.ocsf.json").read_bytes())
    load(database, records)
    by_id = {record["finding_info"]["uid"]: from_ocsf(record) for record in records}
    found = await lookup.snapshot()
    assert len(found) == 320
    assert len(found.assets) == 103
    different = {
        (name, finding.id)
        for finding in found
        for name, value in facts(finding).items()
        # A finding's own name and tags may say less than all that the records say of the resource.
        if value != facts(by_id[finding.id])[name] and name not in {"resource", "tags"}
    }
    assert different == set()
    public = await lookup.search(FindingFilter(kind=("aws.s3.public_access",), tags={"DataClass": ("PII",)}))
    assert {f.resource.name for f in public.findings} == {"acme-customer-pii-exports"}
