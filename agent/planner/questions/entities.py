"""What questions are about: each entity's dataset, key, names, usual columns, and where its attributes stand."""

# ruff: noqa: E501 (tables and patterns are easier to read in one piece)

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from agent.planner.questions.entity_logs import CMDB, FLOW, HOST, TRAFFIC
from agent.planner.questions.entity_places import ASSET, FINDING, ISSUE, VULNERABILITY, Place, Type, places

LOG_DAYS: Final = 90
"""Days of a log that are looked at where a question names no time; the reading says so."""
FACTS: Final = {
    "issue": "xdm.issue.normalized_fields",
    "finding": "xdm.finding.normalized_fields",
    "vulnerability": "xdm.finding.normalized_fields",
    "asset": "xdm.asset.normalized_fields",
}


@dataclass(frozen=True, slots=True)
class Entity:
    """`time` is the attribute that a bare time is about; `shown` are the attributes of a list."""

    name: str
    dataset: str
    key: str
    one: str
    many: str
    shown: tuple[str, ...]
    places: Mapping[str, Place] = field(default_factory=dict)
    time: str = "first_seen"
    log: bool = False
    links: tuple[str, ...] = ()


_ALL: Final = (
    Entity(
        "asset", "asset_inventory", "xdm.asset.id", "asset", "assets",
        ("id", "name", "type", "category", "provider", "account", "region"), ASSET,
    ),
    Entity(
        "issue", "issues", "xdm.issue.id", "issue", "issues",
        ("id", "name", "severity", "status", "rule", "first_seen", "asset_id"), ISSUE, links=("asset", "case"),
    ),
    Entity(
        "finding", "findings", "xdm.finding.id", "finding", "findings",
        ("id", "name", "severity", "result", "rule", "asset_id", "asset_name"), FINDING, links=("asset",),
    ),
    Entity(
        "vulnerability", "findings", "xdm.finding.id", "vulnerability", "vulnerabilities",
        ("id", "name", "cve", "severity", "cvss", "fixable", "package", "asset_id", "asset_name"), VULNERABILITY,
        links=("asset",),
    ),
    Entity(
        "case", "cases", "xdm.case.id", "case", "cases", ("id", "name", "severity", "status", "first_seen"),
        places("""
id xdm.case.id t
name xdm.case.name t
description xdm.case.description t
severity xdm.case.severity t
status xdm.case.status_progress t
starred xdm.case.starred b
assignee xdm.case.assigned_to t
score xdm.case.score n
tag xdm.case.tags a
issue_count xdm.case.issue_count n
first_seen xdm.case.creation_time d
modified xdm.case.modification_time d
resolved xdm.case.resolved_time d
"""), links=("issue",),
    ),
    Entity(
        "endpoint", "endpoints", "endpoint_id", "endpoint", "endpoints",
        ("id", "name", "status", "type", "platform", "agent_version", "last_seen"),
        places("""
id endpoint_id t
name endpoint_name t
status endpoint_status t
type endpoint_type t
platform platform t
os platform t
domain domain t
ip ip_address t
agent_version agent_version t
installation installation_type t
cluster cluster_name t
last_seen last_seen d
"""), time="last_seen",
    ),
    Entity(
        "event", "cloud_audit_logs", "", "audit event", "audit events",
        ("time", "provider", "account", "region", "operation", "status", "user", "ip", "resource"),
        places("""
time _time d
provider cloud_provider t
account project t
region region t
operation operation_name t
status operation_status t
user identity_name t
identity_type identity_type t
resource_type resource_type t
resource referenced_resource_name t
name referenced_resource_name t
ip caller_ip t
user_agent user_agent t
log log_name t
"""), time="time", log=True,
    ),
    Entity(
        "cve", "va_cves", "name", "CVE", "CVEs", ("id", "severity", "cvss", "first_seen"),
        places("""
id name t
name name t
cve name t
severity severity t
cvss severity_score n
affected_hosts affected_hosts a
affected_products affected_products a
impact impact_score n
exploitability exploitability_score n
first_seen publication_date d
description description t
"""),
    ),
    Entity(
        "endpoint_cves", "va_endpoints", "endpoint_name", "endpoint with CVEs", "endpoints with CVEs", ("id", "cves"),
        places("""
id endpoint_name t
name endpoint_name t
cves cves a
cve cves a
"""), time="", links=(),
    ),
    Entity(
        "file", "dspm_asset_file_inventory", "", "file", "files",
        ("name", "folder", "file_type", "size", "pattern", "asset_id"),
        places("""
name file_name t
folder file_folder t
file_type file_extension_category t
size file_size_bytes n
pattern file_data_patterns/name i
found_records file_data_patterns/count i
modified file_last_modification_time d
backup file_is_shadow_backup b
deleted file_is_deleted b
classified last_classification_time d
records record_count n
asset_id asset_id t
"""), time="modified", links=("asset",),
    ),
    Entity(
        "package", "cwp_packages_raw", "", "software package", "software packages",
        ("name", "version", "asset_id"),
        places("""
name name t
package name t
version version t
path full_pkg_path t
os_package os_package t
asset_id related_asset_id t
"""), time="first_seen", links=("asset",),
    ),
    Entity(
        "permission", "ciem_permissions_with_last_access", "", "permission", "permissions",
        ("name", "operation", "resource", "account", "last_seen"),
        places("""
name source_cloud_resource_name t
holder source_cloud_resource_name t
user source_cloud_resource_name t
operation action_name t
resource dest_cloud_resource_name t
account source_cloud_account_name t
provider source_cloud_type t
type source_cloud_resource_type t
last_seen last_access_time d
"""), time="last_seen",
    ),
    Entity(
        "health", "cloud_health_auditing", "", "connector health event", "connector health events",
        ("time", "account", "connector", "capability", "status", "message"),
        places("""
time _time d
account account t
connector connector t
region region t
capability capability t
status classification t
message message t
name name t
"""), time="time", log=True,
    ),
    Entity(
        "audit", "management_auditing", "", "audit entry of the tenant", "audit entries of the tenant",
        ("time", "type", "status", "user", "description"),
        places("""
time _time d
type management_auditing_type t
status management_auditing_result t
subtype subtype t
description description t
user user_name t
host host_name t
"""), time="time", log=True,
    ),
    Entity(
        "host", "host_inventory", "endpoint_name", "host", "hosts", ("name", "os", "manufacturer", "model"), HOST, time="", links=(),
    ),
    Entity(
        "flow", "amazon_aws_raw", "", "flow record", "flow records",
        ("time", "account", "source_ip", "destination", "port", "action", "bytes"), FLOW, time="time", log=True,
    ),
    Entity(
        "traffic", "panw_ngfw_traffic_raw", "", "firewall traffic record", "firewall traffic records",
        ("time", "source_ip", "destination", "port", "application", "action", "bytes"), TRAFFIC, time="time", log=True,
    ),
    Entity(
        "cmdb", "servicenow_cmdb_raw", "", "CMDB entry", "CMDB entries",
        ("id", "name", "class", "tier", "owner", "asset_id"), CMDB, time="modified",
    ),
)  # fmt: skip


ENTITIES: Final[Mapping[str, Entity]] = {entity.name: entity for entity in _ALL}


# what the attributes of an entity are about where another entity is asked for
BELONGS: Final[Mapping[str, str]] = {
    "severity": "issue", "status": "issue", "rule": "issue", "kind": "issue", "issue_category": "issue",
    "domain": "issue", "method": "issue", "assignee": "issue", "excluded": "issue", "resolution": "issue",
    "fix_days": "issue", "starred": "issue", "source": "issue", "remediation": "issue",
    "result": "finding", "finding_category": "finding",
    "cve": "vulnerability", "cvss": "vulnerability", "fixable": "vulnerability", "exploited": "vulnerability",
    "package": "vulnerability", "package_version": "vulnerability", "fix_version": "vulnerability",
    "operation": "event", "user": "event", "user_agent": "event", "identity_type": "event",
    "agent_version": "endpoint", "platform": "endpoint", "domain_name": "endpoint",
    "affected_hosts": "cve", "affected_products": "cve", "pattern": "file", "folder": "file", "records": "file", "size": "file", "file_type": "file", "capability": "health", "connector": "health",
}  # fmt: skip

__all__ = ["BELONGS", "ENTITIES", "FACTS", "Entity", "Place", "Type"]
