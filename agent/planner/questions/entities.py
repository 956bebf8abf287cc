"""What questions are about: each entity's dataset, key, names, usual columns, and where its attributes stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

Type = Literal["text", "number", "bool", "time", "array"]
FACTS: Final = {
    "issue": "xdm.issue.normalized_fields",
    "finding": "xdm.finding.normalized_fields",
    "vulnerability": "xdm.finding.normalized_fields",
    "asset": "xdm.asset.normalized_fields",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A column, or a key of the entity's facts (its JSON with dotted keys)."""

    column: str = ""
    key: str = ""
    type: Type = "text"


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


def _places(text: str) -> dict[str, Place]:
    """Lines of `attribute column-or-@key type`."""
    types: dict[str, Type] = {"t": "text", "n": "number", "b": "bool", "d": "time", "a": "array"}
    found: dict[str, Place] = {}
    for line in filter(None, text.splitlines()):
        name, where, kind = line.split()
        found[name] = (
            Place(key=where[1:], type=types[kind]) if where[0] == "@" else Place(where, type=types[kind])
        )
    return found


_CLOUD: Final = """
provider @xdm.cloud.provider t
account @xdm.cloud.project_id t
account_name @xdm.cloud.project t
region @xdm.cloud.region t
service @xdm.finding.service t
"""
_ASSET: Final = _places("""
id xdm.asset.id t
strong_id xdm.asset.strong_id t
name xdm.asset.name t
provider xdm.asset.provider t
account xdm.asset.realm t
region xdm.asset.cloud.region t
class xdm.asset.type.class t
category xdm.asset.type.category t
type xdm.asset.type.name t
type_id xdm.asset.type.id t
first_seen xdm.asset.first_observed d
last_seen xdm.asset.last_observed d
modified xdm.asset.last_observed d
os xdm.host.os_distribution t
state xdm.host.state t
ip xdm.host.ipv4_addresses t
namespace xdm.kubernetes.resource.namespace t
cluster_version xdm.kubernetes.cluster.version t
group xdm.asset.group_ids a
""")
_ISSUE: Final = _places(
    """
id xdm.issue.id t
external_id xdm.issue.external_id t
name xdm.issue.name t
description xdm.issue.description t
severity xdm.issue.severity t
status xdm.issue.status.progress t
issue_category xdm.issue.category t
domain xdm.issue.domain t
kind xdm.issue.type t
source xdm.issue.owner t
method xdm.issue.detection.method t
rule xdm.issue.detection.rule_id t
first_seen _insert_time d
last_seen xdm.issue.observation_time d
modified xdm.issue.last_modified d
resolved xdm.issue.resolution_time d
assignee xdm.issue.assigned_to t
excluded xdm.issue.is_excluded b
remediation xdm.issue.remediation t
asset_id xdm.issue.asset_ids a
resolution xdm.issue.status.resolution_reason t
starred xdm.issue.is_starred b
"""
    + _CLOUD
)
_FINDING: Final = _places(
    """
id xdm.finding.id t
name xdm.finding.name t
description xdm.finding.description t
finding_category xdm.finding.category t
rule xdm.finding.type_id t
asset_id xdm.finding.asset_id t
asset_name xdm.finding.asset_name t
source xdm.finding.owner t
severity @xdm.finding.severity t
result @xdm.finding.status t
first_seen _insert_time d
last_seen _time d
"""
    + _CLOUD
)
_VULNERABILITY: Final = _FINDING | _places("""
severity @xdm.vulnerability.severity t
cve @xdm.vulnerability.cve_id t
cvss @xdm.vulnerability.cvss_score n
fixable @xdm.vulnerability.has_a_fix b
exploited @xdm.vulnerability.cisa_kev b
package @xdm.software_package.name t
package_version @xdm.software_package.version t
""")

_ALL: Final = (
    Entity(
        "asset", "asset_inventory", "xdm.asset.id", "asset", "assets",
        ("id", "name", "type", "category", "provider", "account", "region"), _ASSET,
    ),
    Entity(
        "issue", "issues", "xdm.issue.id", "issue", "issues",
        ("id", "name", "severity", "status", "rule", "first_seen", "asset_id"), _ISSUE, links=("asset", "case"),
    ),
    Entity(
        "finding", "findings", "xdm.finding.id", "finding", "findings",
        ("id", "name", "severity", "result", "rule", "asset_id", "asset_name"), _FINDING, links=("asset",),
    ),
    Entity(
        "vulnerability", "findings", "xdm.finding.id", "vulnerability", "vulnerabilities",
        ("id", "name", "cve", "severity", "cvss", "fixable", "package", "asset_id", "asset_name"), _VULNERABILITY,
        links=("asset",),
    ),
    Entity(
        "case", "cases", "xdm.case.id", "case", "cases", ("id", "name", "severity", "status", "first_seen"),
        _places("""
id xdm.case.id t
name xdm.case.name t
description xdm.case.description t
severity xdm.case.severity t
status xdm.case.status_progress t
starred xdm.case.starred b
assignee xdm.case.assigned_to t
score xdm.case.score n
issue_count xdm.case.issue_count n
first_seen xdm.case.creation_time d
modified xdm.case.modification_time d
resolved xdm.case.resolved_time d
"""), links=("issue",),
    ),
    Entity(
        "endpoint", "endpoints", "endpoint_id", "endpoint", "endpoints",
        ("id", "name", "status", "type", "platform", "agent_version", "last_seen"),
        _places("""
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
        _places("""
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
        _places("""
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
        _places("""
id endpoint_name t
name endpoint_name t
cves cves a
cve cves a
"""), time="", links=(),
    ),
    Entity(
        "file", "dspm_asset_file_inventory", "", "file", "files",
        ("name", "folder", "file_type", "size", "pattern", "asset_id"),
        _places("""
name file_name t
folder file_folder t
file_type file_extension_category t
size file_size_bytes n
pattern file_data_patterns t
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
        _places("""
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
        _places("""
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
        _places("""
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
        _places("""
time _time d
type management_auditing_type t
status management_auditing_result t
subtype subtype t
description description t
user user_name t
host host_name t
"""), time="time", log=True,
    ),
)  # fmt: skip
ENTITIES: Final[Mapping[str, Entity]] = {entity.name: entity for entity in _ALL}
# what the attributes of an entity are about where another entity is asked for
BELONGS: Final[Mapping[str, str]] = {
    "severity": "issue", "status": "issue", "rule": "issue", "kind": "issue", "issue_category": "issue",
    "domain": "issue", "method": "issue", "assignee": "issue", "excluded": "issue", "resolution": "issue",
    "starred": "issue", "source": "issue", "remediation": "issue",
    "result": "finding", "finding_category": "finding",
    "cve": "vulnerability", "cvss": "vulnerability", "fixable": "vulnerability", "exploited": "vulnerability",
    "package": "vulnerability", "package_version": "vulnerability",
    "operation": "event", "user": "event", "user_agent": "event", "identity_type": "event",
    "agent_version": "endpoint", "platform": "endpoint", "domain_name": "endpoint",
    "affected_hosts": "cve", "affected_products": "cve", "pattern": "file", "folder": "file", "records": "file", "capability": "health", "connector": "health",
}  # fmt: skip
