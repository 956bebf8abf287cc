"""Words for datasets, columns, JSON keys and values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from tools.xql.plan import model

# dataset -> one, many
NOUNS: Final[dict[str, tuple[str, str]]] = {
    "asset_inventory": ("asset", "assets"),
    "issues": ("issue", "issues"),
    "issues_with_sbac": ("issue", "issues"),
    "findings": ("finding", "findings"),
    "uvm_findings": ("vulnerability finding", "vulnerability findings"),
    "cases": ("case", "cases"),
    "issue_to_asset": ("link of an issue to an asset", "links of issues to assets"),
    "case_to_issue": ("link of a case to an issue", "links of cases to issues"),
    "cloud_audit_logs": ("cloud audit event", "cloud audit events"),
    "cloud_health_auditing": ("connector health event", "connector health events"),
    "management_auditing": ("audit event of the tenant", "audit events of the tenant"),
    "ciem_permissions_with_last_access": ("permission", "permissions"),
    "cwp_packages_raw": ("software package", "software packages"),
    "dspm_asset_file_inventory": ("file", "files"),
    "endpoints": ("endpoint", "endpoints"),
    "host_inventory": ("host", "hosts"),
    "va_cves": ("CVE", "CVEs"),
    "va_endpoints": ("endpoint with CVEs", "endpoints with CVEs"),
    "alerts": ("alert", "alerts"),
    "incidents": ("incident", "incidents"),
    "playbook_runs": ("playbook run", "playbook runs"),
}
COLUMNS: Final[dict[str, str]] = {
    "_time": "time",
    "_insert_time": "insert time",
    "xdm.asset.realm": "account",
    "xdm.asset.cloud.region": "region",
    "xdm.asset.type.class": "class",
    "xdm.asset.type.category": "category",
    "xdm.asset.type.name": "type",
    "xdm.asset.type.id": "type",
    "xdm.asset.strong_id": "cloud id",
    "xdm.asset.first_observed": "first seen",
    "xdm.asset.last_observed": "last seen",
    "xdm.asset.group_ids": "groups",
    "xdm.asset.raw_fields": "configuration",
    "xdm.asset.normalized_fields": "details",
    "xdm.host.ipv4_addresses": "IP address",
    "xdm.host.os_distribution": "operating system",
    "xdm.kubernetes.resource.namespace": "namespace",
    "xdm.kubernetes.cluster.version": "cluster version",
    "xdm.software_package.version": "package version",
    "xdm.issue.status.progress": "status",
    "xdm.issue.detection.rule_id": "rule",
    "xdm.issue.detection.method": "detection method",
    "xdm.issue.observation_time": "observed",
    "xdm.issue.last_modified": "last changed",
    "xdm.issue.asset_ids": "assets",
    "xdm.issue.external_id": "external id",
    "xdm.issue.is_excluded": "excluded",
    "xdm.issue.normalized_fields": "details",
    "xdm.issue.extended_fields": "more fields",
    "xdm.finding.asset_id": "asset",
    "xdm.finding.asset_name": "asset name",
    "xdm.finding.type_id": "type",
    "xdm.finding.normalized_fields": "details",
    "xdm.case.status_progress": "status",
    "cloud_provider": "provider",
    "operation_name": "operation",
    "operation_status": "outcome",
    "identity_name": "identity",
    "caller_ip": "caller IP address",
    "last_seen": "last seen",
    "publication_date": "published",
    "file_last_modification_time": "last modified",
    "last_classification_time": "last classified",
    "file_name": "name",
    "file_folder": "folder",
    "file_size_bytes": "size in bytes",
    "file_data_patterns": "data pattern",
    "file_is_deleted": "deleted",
    "file_is_shadow_backup": "shadow copy",
    "file_extension_category": "kind of file",
    "endpoint_name": "name",
    "endpoint_status": "status",
    "endpoint_type": "type",
    "source_cloud_resource_name": "holder",
    "source_cloud_account_name": "account",
    "dest_cloud_resource_name": "target",
    "action_name": "action",
}
# datasets of events: without a time frame the last 24 hours are read
LOGS: Final = frozenset(
    {
        "cloud_audit_logs",
        "cloud_health_auditing",
        "management_auditing",
        "alerts",
        "incidents",
        "playbook_runs",
        "xdr_data",
    }
)
# datasets whose rows have a time: of several for one key, the newest is meant
TIMED: Final = LOGS | {"issues", "issues_with_sbac", "findings", "uvm_findings", "cases"}
PLURAL: Final = frozenset({"assets", "groups", "affected hosts", "affected products", "details", "cves"})
# columns whose words are past participles: "first seen more than 90 days ago"
HAPPENED: Final = frozenset(
    {"first seen", "last seen", "observed", "last changed", "published", "last modified", "last classified"}
)
KEYS: Final[dict[str, str]] = {
    "xdm.vulnerability.cve_id": "CVE",
    "xdm.vulnerability.severity": "vulnerability severity",
    "xdm.vulnerability.cvss_score": "CVSS score",
    "xdm.vulnerability.has_a_fix": "has a fix",
    "xdm.cloud.vpc_id": "VPC",
    "xdm.cloud.project_id": "account",
    "xdm.cloud.region": "region",
    "xdm.cloud.provider": "provider",
    "xdm.agent.type": "agent type",
    "xdm.vm_image.created_at": "image creation date",
    "xdm.finding.status": "result",
    "xdm.finding.service": "service",
    "xdm.finding.rule_id": "rule",
    "xdm.finding.severity": "severity",
}
_PREFIXES: Final = ("xdm.asset.", "xdm.issue.", "xdm.finding.", "xdm.case.", "xdm.")
_PLAIN: Final = re.compile(r"[\w.:/@+*-]+\Z")
_SHOWN: Final = 6
_LONGEST: Final = 80


def noun(dataset: str, *, many: bool = True) -> str:
    one, several = NOUNS.get(dataset.lower(), (f"row of {dataset}", f"rows of {dataset}"))
    return several if many else one


def short(name: str) -> str:
    """A column in words: `xdm.asset.cloud.region` as `region`."""
    lowered = name.lower()
    if lowered in COLUMNS:
        return COLUMNS[lowered]
    for prefix in _PREFIXES:
        if lowered.startswith(prefix):
            name = name[len(prefix) :]
            break
    return name.strip("_").replace(".", " ").replace("_", " ") or name


def place(path: model.JsonPath) -> str:
    """A place in JSON: by its key's own word, else the column and the way in it."""
    last = path.path[-1]
    if isinstance(last, str) and last.lower() in KEYS:
        return KEYS[last.lower()]
    steps = [str(step) for step in path.path]
    if steps[0] in ("Platform Discovery", "CWP") and len(steps) > 1:
        steps = steps[1:]
    shown = " / ".join(step.removeprefix("xdm.").replace("_", " ") for step in steps)
    return shown if steps == [str(last)] and "normalized" in path.field else f"{short(path.field)} {shown}"


def shown(value: model.Scalar) -> str:
    """A value as it reads in a sentence: in quotes where it would run into the words."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        text = value if len(value) <= _LONGEST else f"{value[: _LONGEST - 3]}..."
        return text if _PLAIN.match(text) else '"' + " ".join(text.split()).replace('"', "'") + '"'
    return f"{value:,}" if isinstance(value, int) and abs(value) >= 10_000 else f"{value}"


def several(items: Sequence[str], word: str = "and", *, most: int = _SHOWN) -> str:
    """`a, b and c`; of very many the first few and how many more."""
    if len(items) > most:
        items = [*items[: most - 1], f"{len(items) - most + 1} more"]
    return "".join(items) if len(items) < 2 else f"{', '.join(items[:-1])} {word} {items[-1]}"


def plural(text: str) -> str:
    """`accounts`, `policies`; of what is no countable thing the same."""
    last = text.rsplit(" ", 1)[-1]
    if last.endswith(("s", "data", "software")):
        return text
    if last.endswith(("x", "ch")):
        return f"{text}es"
    if last.endswith("y") and last[-2:-1].lower() not in "aeiou":
        return f"{text[:-1]}ies"
    return f"{text}s"


def article(text: str) -> str:
    """`an open issue`, `a finding`."""
    return f"{'an' if text[:1].lower() in 'aeio' or text[:3] in ('S3 ', 'EC2') else 'a'} {text}"
