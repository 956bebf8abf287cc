"""The queries about one asset. Ids, names and addresses go in as literals of characters that can end no literal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from tools.priority.enrich.queries import INSIDE

MOST_ROWS: Final = 1_000
MOST_DESTINATIONS: Final = 10_000
MOST_LITERALS: Final = 200
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._:/@+=,()#~-]{0,511}")
_DATA_CALLS: Final = (
    *("GetObject", "HeadObject", "ListObjects", "ListObjectsV2", "CopyObject", "PutObject", "DeleteObject"),
    *("storage.objects.get", "storage.objects.list", "storage.objects.create", "storage.objects.delete"),
    *(
        "GetBlob",
        "ListBlobs",
        "PutBlob",
        "DeleteBlob",
        "GetSecretValue",
        "Decrypt",
        "BatchGetItem",
        "GetItem",
    ),
    *("Query", "Scan", "Invoke", "ReceiveMessage", "google.cloud.bigquery.v2.JobService.Query"),
)


@dataclass(frozen=True, slots=True)
class TrafficLog:
    """A log of traffic: its columns, and what makes a row a conversation and no mere attempt.

    `inbound` leaves out answers to calls that the asset made itself.
    """

    name: str
    dataset: str
    source: str
    destination: str
    port: str
    through: str
    inbound: str
    interface: str = ""
    feed: str = ""
    counted: bool = True

    def bare(self) -> TrafficLog:
        """The same log with the columns that every export of it has: what was let through counts as a conversation."""
        allowed = 'action in ("allow", "allowed", "accept", "permit")'
        return replace(self, through=allowed, inbound="", feed="", counted=False)


FIREWALL: Final = TrafficLog(
    name="firewall logs",
    dataset="panw_ngfw_traffic_raw",
    source="source_ip",
    destination="dest_ip",
    port="dest_port",
    through='action in ("allow", "allowed", "accept", "permit") and bytes_received > 0',
    inbound="not (source_port < 1024 and dest_port > 1023)",
    feed="log_source_name",
)
FLOWS: Final = TrafficLog(
    name="flow logs",
    dataset="amazon_aws_raw",
    source="srcaddr",
    destination="dstaddr",
    port="dstport",
    # Up to three packets are what a scan of an open port leaves: no conversation.
    through='action = "ACCEPT" and packets > 3',
    inbound="not (srcport < 1024 and dstport > 1023)",
    interface="interface_id",
    feed="account_id",
)


def literals(values: Iterable[str]) -> tuple[str, ...]:
    """Those values that can stand between quotes as they are: no quote, no wildcard, no control character."""
    return tuple(dict.fromkeys(v for v in values if _PLAIN.fullmatch(v)))[:MOST_LITERALS]


def _among(column: str, values: Sequence[str]) -> str:
    return f"{column} in (" + ", ".join(f'"{value}"' for value in values) + ")"


def _to(log: TrafficLog, addresses: Sequence[str], interfaces: Sequence[str]) -> str:
    """Rows whose destination is the asset. Without an address the interface says so, whichever way it went."""
    if addresses:
        return _among(log.destination, addresses)
    return _among(log.interface, interfaces)


def _ports(log: TrafficLog, ranges: Sequence[tuple[int, int]]) -> str:
    parts = [
        f"{log.port} = {low}" if low == high else f"({log.port} >= {low} and {log.port} <= {high})"
        for low, high in ranges
        if high - low < 65_000
    ]
    if not parts or len(parts) < len(ranges):
        return ""
    return " and (" + " or ".join(parts) + ")"


def _outside(log: TrafficLog, to: str, ranges: Sequence[tuple[int, int]]) -> str:
    return (
        f"dataset = {log.dataset} | filter {to} and not incidr({log.source}, {INSIDE}) "
        f"{f'and {log.inbound}' if log.inbound else ''}{_ports(log, ranges)}"
    )


def attempts(
    log: TrafficLog, addresses: Sequence[str], interfaces: Sequence[str], ranges: Sequence[tuple[int, int]]
) -> str:
    """Attempts and conversations per day, port and machine."""
    by = f"_time, {log.destination}, {log.port}"
    return (
        f"{_outside(log, _to(log, addresses, interfaces), ranges)} "
        f"| alter at = _time, session = if({log.through}, 1, 0), session_at = if({log.through}, _time, null) "
        "| bin _time span = 1d "
        f"| comp count() as attempts, sum(session) as sessions, count_distinct({log.source}) as addresses, "
        f"min(at) as first, max(at) as last, max(session_at) as last_session by {by} "
        f"| sort desc attempts | limit {MOST_ROWS}"
    )


def callers(
    log: TrafficLog, addresses: Sequence[str], interfaces: Sequence[str], ranges: Sequence[tuple[int, int]]
) -> str:
    """Who came from outside, the busiest first."""
    return (
        f"{_outside(log, _to(log, addresses, interfaces), ranges)} | alter session = if({log.through}, 1, 0) "
        f"| comp count() as attempts, sum(session) as sessions by {log.source}, {log.port} "
        f"| sort desc attempts | limit {MOST_ROWS}"
    )


def noise(log: TrafficLog, addresses: Sequence[str], ports: Sequence[int]) -> str:
    """What the same ports see on every other address."""
    others = f"{log.destination} not in (" + ", ".join(f'"{a}"' for a in addresses) + ")" if addresses else ""
    named = ", ".join(str(port) for port in ports)
    return (
        f"dataset = {log.dataset} | filter {log.port} in ({named}) and not incidr({log.source}, {INSIDE})"
        f"{f' and {others}' if others else ''} "
        f"| comp count() as attempts by {log.destination}, {log.port} | limit {MOST_DESTINATIONS}"
    )


def watched(log: TrafficLog, column: str, values: Sequence[str]) -> str:
    """Whether the log holds an address or interface of the asset at all, from anywhere, and by which feed."""
    by = f"{column}, {log.feed}" if log.feed else column
    return (
        f"dataset = {log.dataset} | filter {_among(column, values)} "
        f"| comp count() as records, min(_time) as first, max(_time) as last by {by} | limit {MOST_ROWS}"
    )


def feeds(log: TrafficLog, names: Sequence[str]) -> str:
    """When the feeds that hold the asset last sent anything."""
    return (
        f"dataset = {log.dataset} | filter {_among(log.feed, names)} "
        f"| comp count() as records, max(_time) as last by {log.feed} | limit {MOST_ROWS}"
    )


def alerts(asset_ids: Sequence[str]) -> str:
    """Security alerts on the assets, open or closed."""
    return (
        'dataset = issues | filter xdm.issue.domain = "SECURITY" | alter asset = xdm.issue.asset_ids '
        f"| arrayexpand asset | filter {_among('asset', asset_ids)} "
        "| fields xdm.issue.id, xdm.issue.name, xdm.issue.severity, asset, xdm.issue.observation_time, "
        "xdm.issue.detection.method, xdm.issue.detection.rule_id, xdm.issue.category, "
        "xdm.issue.normalized_fields, xdm.issue.extended_fields, xdm.issue.status.progress "
        f"| sort desc xdm.issue.observation_time | limit {MOST_ROWS}"
    )


def agents(marks: Sequence[str], names: Sequence[str]) -> str:
    """Endpoint agents on the machines."""
    sides = [_among(column, v) for column, v in (("cloud_id", marks), ("endpoint_name", names)) if v]
    return (
        f"dataset = endpoints | filter {' or '.join(sides)} "
        f"| fields endpoint_id, endpoint_name, endpoint_status, cloud_id, last_seen | limit {MOST_ROWS}"
    )


def changes(
    resources: Sequence[str], names: Sequence[str], identities: Sequence[str], projects: Sequence[str]
) -> str:
    """Calls that changed the asset, or that the identity made; reads of data are asked for apart."""
    return (
        f"dataset = cloud_audit_logs | filter ({_about(resources, names, identities, projects)}) "
        f"and {_not_data()} "
        "| fields _time, project, operation_name, operation_status, identity_name, identity_type, "
        "referenced_resource, referenced_resource_name, caller_ip, user_agent, log_name "
        f"| sort desc _time | limit {MOST_ROWS}"
    )


def data_calls(resources: Sequence[str], names: Sequence[str], projects: Sequence[str]) -> str:
    """Reads and writes of what the asset stores, per day and caller."""
    return (
        f"dataset = cloud_audit_logs | filter ({_about(resources, names, (), projects)}) "
        f"and {_among('operation_name', _DATA_CALLS)} "
        "| alter at = _time | bin _time span = 1d "
        "| comp count() as calls, min(at) as first, max(at) as last "
        "by _time, operation_name, operation_status, identity_name, identity_type "
        f"| sort desc calls | limit {MOST_ROWS}"
    )


def audited(projects: Sequence[str]) -> str:
    """Whether the account's calls are in the audit log."""
    return (
        f"dataset = cloud_audit_logs | filter {_among('project', projects)} "
        "| comp count() as records, min(_time) as first, max(_time) as last | limit 1"
    )


def _not_data() -> str:
    return "operation_name not in (" + ", ".join(f'"{name}"' for name in _DATA_CALLS) + ")"


def _about(
    resources: Sequence[str], names: Sequence[str], identities: Sequence[str], projects: Sequence[str]
) -> str:
    """Rows about the asset. A bare name counts in its own account only: another may have one of the same name."""
    own = f" and {_among('project', projects)}" if projects else ""
    whole = [r for r in resources if "/" in r or ":" in r]
    short = [r for r in resources if r not in whole]
    parts = [_among("referenced_resource", whole)] if whole else []
    if short:
        parts.append(f"({_among('referenced_resource', short)}{own})")
    if names:
        parts.append(f"({_among('referenced_resource_name', names)}{own})")
    if identities:
        parts.append(f"({_among('identity_name', identities)}{own})")
    return " or ".join(parts)
