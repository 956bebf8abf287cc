"""A real local tenant that holds a few hand-written log rows, and one exposed machine to ask about."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.tools.priority.building import ACCOUNT, asset, finding, instance, open_group, snapshot
from tools.cortex import CortexClient
from tools.findings.model import AssetRecord, Finding, FindingSet
from tools.priority.correlate_activity import ActivityArguments, correlate_activity
from tools.priority.service import PriorityService
from tools.results import ToolResult
from tools.tenant.running import open_tenant

INSIDE, OUTSIDE, ENI = "10.1.2.3", "198.51.100.9", "eni-0web"
SSH_RULE = "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_22"


def ago(**span: float) -> datetime:
    return datetime.now(UTC) - timedelta(**span)


def web(port: int = 22) -> list[AssetRecord]:
    """A machine behind an open group, with its interface."""
    machine = instance(PrivateIpAddress=INSIDE, NetworkInterfaces=[{"NetworkInterfaceId": ENI}])
    return [machine, open_group(port)]


def flow(
    at: datetime,
    *,
    source: str = OUTSIDE,
    port: int = 22,
    action: str = "ACCEPT",
    packets: int = 40,
    to: str = INSIDE,
    eni: str = ENI,
    client: int = 40_000,
) -> dict[str, Any]:
    return {
        "_time": at.isoformat(), "_insert_time": at.isoformat(), "account_id": ACCOUNT, "interface_id": eni,
        "srcaddr": source, "dstaddr": to, "srcport": client, "dstport": port, "protocol": 6, "packets": packets,
        "bytes": packets * 90, "start": int(at.timestamp()), "end": int(at.timestamp()) + 59, "action": action,
        "log_status": "OK",
    }  # fmt: skip


def session(
    at: datetime, *, to: str, port: int, action: str = "allow", received: int = 900, source: str = OUTSIDE
) -> dict[str, Any]:
    return {
        "_time": at.isoformat(), "_insert_time": at.isoformat(), "source_ip": source, "source_port": 40_000,
        "dest_ip": to, "dest_port": port, "protocol": "tcp", "app": "ssh", "action": action, "bytes_sent": 300,
        "bytes_received": received, "log_source_name": "fw-1",
    }  # fmt: skip


def alert(
    number: int,
    at: datetime,
    on: AssetRecord,
    technique: str,
    *,
    severity: str = "HIGH",
    name: str = "Odd process",
    progress: str = "New",
) -> dict[str, Any]:
    return {
        "xdm.issue.id": number, "xdm.issue.name": name, "xdm.issue.severity": severity, "xdm.issue.domain": "SECURITY",
        "xdm.issue.detection.method": "XDR Agent", "xdm.issue.status.progress": progress,
        "xdm.issue.observation_time": at.isoformat(), "xdm.issue.asset_ids": [on.asset_id],
        "xdm.issue.normalized_fields": {"xdm.event.mitre_technique": technique},
        "_time": at.isoformat(), "_insert_time": at.isoformat(),
    }  # fmt: skip


def call(
    at: datetime,
    operation: str,
    on: AssetRecord,
    *,
    who: str = "ana@acme.example",
    agent: str = "Mozilla/5.0 (X11)",
    status: str = "SUCCESS",
    project: str = ACCOUNT,
    kind: str = "USER",
) -> dict[str, Any]:
    return {
        "_time": at.isoformat(), "_insert_time": at.isoformat(), "cloud_provider": "AWS", "project": project,
        "operation_name": operation, "operation_status": status, "identity_name": who, "identity_type": kind,
        "referenced_resource": on.uid, "referenced_resource_name": on.name, "caller_ip": "203.0.113.4",
        "user_agent": agent, "log_name": "CloudTrail",
    }  # fmt: skip


def agent(on: AssetRecord, *, seen: datetime | None = None, status: str = "CONNECTED") -> dict[str, Any]:
    at = (seen or ago(hours=1)).isoformat()
    return {
        "endpoint_id": "e-1", "endpoint_name": on.name, "endpoint_status": status, "cloud_id": on.uid,
        "last_seen": at, "_time": at, "_insert_time": at,
    }  # fmt: skip


class Held:
    """A snapshot that stands still."""

    def __init__(self, found: FindingSet) -> None:
        self._found = found

    async def snapshot(self) -> FindingSet:
        return self._found


@asynccontextmanager
async def tenant(home: Path, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> AsyncIterator[CortexClient]:
    """A client of a local tenant that holds these rows by data set."""
    folder = home / "rows"
    folder.mkdir(parents=True)
    for name, listed in rows.items():
        lines = "".join(json.dumps(row) + "\n" for row in listed)
        (folder / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    async with open_tenant(home / "home") as local:
        if rows:
            reports = await local.load_path(folder, who="test")
            assert not any(r.skipped_total for r in reports), reports
        async with CortexClient(local.config, transport=local.transport) as client:
            yield client


async def asked(
    home: Path,
    rows: Mapping[str, Sequence[Mapping[str, Any]]],
    assets: Sequence[AssetRecord],
    found: Finding | None = None,
    *,
    limit: int = 100,
    **args: Any,
) -> ToolResult:
    """What the tool says about a finding, or about the resource in `args`."""
    findings = [found] if found is not None else [finding("s3_bucket_object_versioning", assets[0])]
    async with tenant(home, rows) as client:
        service = PriorityService(Held(snapshot(findings, assets)))
        given = {"finding_id": found.id, **args} if found is not None and "resource" not in args else args
        return await correlate_activity(ActivityArguments(**given), service, client, limit=limit)


def on_group(
    assets: Sequence[AssetRecord], first_seen: datetime | None = None, rule: str = SSH_RULE
) -> Finding:
    """The finding that the group of `web` is open."""
    return finding(rule, assets[1], first_seen=first_seen or ago(days=3))


def other(name: str) -> AssetRecord:
    return asset(f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/{name}", {"InstanceId": name})
