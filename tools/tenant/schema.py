"""The tables of the local tenant's store.

A dataset is a table of the main schema whose columns bear the platform's dotted names. What the tenant itself
needs to know (revision, War Room, audit, loads) lives in the schema `local`, out of reach of queries.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

ColumnType = Literal["VARCHAR", "TIMESTAMP", "JSON", "VARCHAR[]", "BIGINT", "DOUBLE", "BOOLEAN"]
Columns = Mapping[str, ColumnType]

LAYOUT = 1
"""Version of this layout; a store of another one is refused."""


def _columns(prefix: str, **types: str) -> dict[str, ColumnType]:
    found: dict[str, ColumnType] = {}
    for column_type, names in types.items():
        for name in names.split():
            found[name if name.startswith("_") or not prefix else f"{prefix}.{name}"] = _TYPES[column_type]
    return found


_TYPES: dict[str, ColumnType] = {
    "text": "VARCHAR",
    "time": "TIMESTAMP",
    "json": "JSON",
    "array": "VARCHAR[]",
    "key": "BIGINT",
    "number": "DOUBLE",
    "flag": "BOOLEAN",
}

ISSUES = _columns(
    "xdm.issue",
    key="id",
    text="external_id name description extended_description initial_evidence severity platform_severity "
    "domain category type owner detection.method detection.rule_id status.progress status.resolution_reason "
    "status.resolution_comment assigned_to assigned_to_pretty remediation impact",
    time="observation_time last_modified resolution_time status.modified_time _time _insert_time",
    array="asset_ids case_ids finding_ids tags mitre_tactics mitre_techniques",
    json="normalized_fields extended_fields custom_fields",
    flag="is_excluded is_excepted is_starred",
) | {"xdm.issue.alert_count": "BIGINT", "original_tags": "VARCHAR[]"}

FINDINGS = _columns(
    "xdm.finding",
    text="id name description category type_id asset_id asset_name owner",
    json="normalized_fields",
    time="_time _insert_time",
)

ASSETS = _columns(
    "xdm.asset",
    text="id strong_id name provider realm cloud.region type.class type.category type.name type.id",
    time="first_observed last_observed _time _insert_time",
    json="tags normalized_fields raw_fields",
    array="group_ids",
) | _columns(
    "xdm",
    text="host.os_distribution host.state kubernetes.resource.namespace kubernetes.cluster.version "
    "software_package.version",
    array="host.ipv4_addresses",
)

CASES = _columns(
    "xdm.case",
    key="id",
    text="name description severity status_progress status.resolution_reason status.resolution_comment "
    "domain assigned_to assigned_to_pretty notes",
    time="creation_time modification_time resolved_time _time _insert_time",
    flag="starred",
    json="custom_fields",
    array="tags",
) | {"xdm.case.score": "BIGINT", "xdm.case.issue_count": "BIGINT"}

DATASETS: Mapping[str, Columns] = {
    "issues": ISSUES,
    "findings": FINDINGS,
    "asset_inventory": ASSETS,
    "issue_to_asset": {"xdm.issue.id": "BIGINT", "xdm.asset.id": "VARCHAR"},
    "cases": CASES,
    "case_to_issue": {"xdm.case.id": "BIGINT", "xdm.issue.id": "BIGINT"},
    "management_auditing": _columns(
        "",
        time="_time _insert_time",
        text="management_auditing_type management_auditing_result subtype description host_name device_id "
        "user_name",
    ),
}
"""Datasets that every tenant has, with the types of their columns."""

KNOWN: Mapping[str, Columns] = {
    "cloud_audit_logs": _columns(
        "",
        time="_time _insert_time",
        text="cloud_provider project region operation_name operation_name_orig operation_status "
        "identity_name identity_type identity_uuid resource_type resource_type_orig resource_sub_type "
        "referenced_resource referenced_resource_name caller_ip user_agent log_name",
        json="raw_log",
    )
    | {"caller_ip_asn": "BIGINT"},
    "cloud_health_auditing": _columns(
        "",
        time="_time _insert_time",
        text="account connector region capability classification scope resource_id name message error",
    ),
    "ciem_permissions_with_last_access": _columns(
        "",
        text="source_cloud_type source_cloud_resource_type source_cloud_resource_name "
        "source_cloud_account_name action_name dest_cloud_resource_name",
        time="last_access_time",
    ),
    "cwp_packages_raw": _columns("", text="related_asset_id name version full_pkg_path")
    | {"os_package": "BOOLEAN"},
    "dspm_asset_file_inventory": _columns(
        "",
        text="asset_id file_name file_folder file_extension_category",
        json="file_data_patterns",
        time="file_last_modification_time last_classification_time",
        flag="file_is_shadow_backup file_is_deleted",
    )
    | {"file_size_bytes": "BIGINT", "record_count": "BIGINT"},
    "va_cves": _columns(
        "",
        text="name severity description",
        number="severity_score impact_score exploitability_score",
        array="affected_hosts affected_products",
        time="publication_date",
    ),
    "va_endpoints": _columns("", text="endpoint_name", array="cves"),
    "endpoints": _columns(
        "",
        text="endpoint_id endpoint_name endpoint_status endpoint_type platform domain ip_address "
        "agent_version installation_type cluster_name cloud_id last_origin_ip",
        json="cloud_info",
        time="last_seen _time _insert_time",
    ),
}
"""Column types of datasets that exist once something is loaded into them."""

KEYS: Mapping[str, str] = {
    "issues": "xdm.issue.id",
    "findings": "xdm.finding.id",
    "asset_inventory": "xdm.asset.id",
    "cases": "xdm.case.id",
}
"""The column that identifies a row, where there is one."""

NUMERIC_IDS = ("xdm.issue.id", "xdm.case.id")
"""Ids that are numbers until a text id is loaded; then their columns become text everywhere."""

LOCAL = (
    "CREATE SCHEMA IF NOT EXISTS local",
    "CREATE TABLE IF NOT EXISTS local.meta (name VARCHAR PRIMARY KEY, value VARCHAR NOT NULL)",
    "CREATE TABLE IF NOT EXISTS local.digests (dataset VARCHAR NOT NULL, key VARCHAR NOT NULL, "
    "digest VARCHAR NOT NULL)",
    "CREATE TABLE IF NOT EXISTS local.edits (issue_id VARCHAR NOT NULL, field VARCHAR NOT NULL)",
    "CREATE TABLE IF NOT EXISTS local.loads (id BIGINT NOT NULL, made TIMESTAMP NOT NULL, who VARCHAR NOT "
    "NULL, file VARCHAR NOT NULL, report JSON NOT NULL)",
    "CREATE TABLE IF NOT EXISTS local.entries (id BIGINT NOT NULL, target VARCHAR NOT NULL, "
    "created TIMESTAMP NOT NULL, author VARCHAR NOT NULL, contents VARCHAR NOT NULL, format VARCHAR NOT "
    "NULL, category VARCHAR NOT NULL, tags JSON NOT NULL)",
    "CREATE TABLE IF NOT EXISTS local.audit (id BIGINT NOT NULL, made TIMESTAMP NOT NULL, "
    "who VARCHAR NOT NULL, entity VARCHAR NOT NULL, subtype VARCHAR NOT NULL, result VARCHAR NOT NULL, "
    "description VARCHAR NOT NULL, detail JSON NOT NULL)",
    "CREATE TABLE IF NOT EXISTS local.lookups (dataset VARCHAR NOT NULL, key_fields JSON NOT NULL)",
)
"""The tenant's own tables."""


def quote(name: str) -> str:
    """An identifier, quoted for DuckDB."""
    return '"' + name.replace('"', '""') + '"'


def create(dataset: str, columns: Mapping[str, str]) -> str:
    """The statement that makes a dataset's table."""
    body = ", ".join(f"{quote(name)} {column_type}" for name, column_type in columns.items())
    return f"CREATE TABLE IF NOT EXISTS {quote(dataset)} ({body})"
