"""The posture datasets as seeded: names, columns, types, values seen.

Source: Cortex Cloud posture pages and public posture queries. A line is `name type [= values]`; `t` text, `i`
whole number, `f` number, `b` boolean, `d` time, `a` array, `j` JSON, `k` JSON with literal dotted keys. Values after
`=` are known ones, after `==` all there are.
"""

from __future__ import annotations

from typing import Final

_TIMES = """
_time d
_insert_time d
"""

ASSETS: Final = """
xdm.asset.id t
xdm.asset.strong_id t
xdm.asset.name t
xdm.asset.provider t = AWS, AZURE, GCP
xdm.asset.realm t
xdm.asset.cloud.region t
xdm.asset.type.class t = Compute, Data, Network, Identity, AI, External Surface
xdm.asset.type.category t = VM Instance, VM Image, Image, Container Image, Kubernetes Cluster, Kubernetes Resource, \
Storage Bucket, Database, Serverless Function, Account, Key Management, Human Identity, Service, Dataset, Model, \
Model Endpoint
xdm.asset.type.name t = EC2 Instance, Container Image, MySQL, Azure Active Directory Group
xdm.asset.type.id t = EC2_INSTANCE, S3_BUCKET, EC2_SECURITY_GROUP, EC2_VPC, EC2_VPC_ENDPOINT, EC2_NETWORK_INTERFACE, \
AWS_IAM_ROLE, LAMBDA_FUNCTION, RDS_DATABASE_INSTANCE, AMAZON_DYNAMODB_TABLE, AZURE_VIRTUAL_MACHINE, AZURE_SQL_SERVER, \
AZURE_STORAGE_ACCOUNT, AZURE_COSMOS_DB, AZURE_APP_SERVICE_WEB_APPS_FUNCTIONS, GOOGLE_COMPUTE_ENGINE_VM_INSTANCE, \
GOOGLE_CLOUD_STORAGE_BUCKET, GOOGLE_CLOUD_FUNCTION, GOOGLE_CLOUD_SQL_DB_INSTANCE, GOOGLE_BIGQUERY_DATASET, \
CONTAINER_IMAGE, VIRTUAL_MACHINE, MYSQL, POSTGRESQL
xdm.asset.first_observed d
xdm.asset.last_observed d
xdm.asset.group_ids a
xdm.asset.tags j
xdm.asset.normalized_fields k
xdm.asset.raw_fields j
xdm.host.os_distribution t
xdm.host.state t
xdm.host.ipv4_addresses t
xdm.kubernetes.resource.namespace t
xdm.kubernetes.cluster.version t
xdm.software_package.version t
"""

FINDINGS: Final = (
    _TIMES
    + """
xdm.finding.id t
xdm.finding.name t
xdm.finding.description t
xdm.finding.category t = VULNERABILITY, CONFIGURATION
xdm.finding.type_id t
xdm.finding.asset_id t
xdm.finding.asset_name t
xdm.finding.owner t
xdm.finding.normalized_fields k
"""
)

ISSUES: Final = (
    _TIMES
    + """
xdm.issue.id t
xdm.issue.external_id t
xdm.issue.name t
xdm.issue.description t
xdm.issue.severity t == INFO, LOW, MEDIUM, HIGH, CRITICAL, INFORMATIONAL
xdm.issue.platform_severity t
xdm.issue.domain t = POSTURE, SECURITY
xdm.issue.category t = CONFIGURATION, VULNERABILITY
xdm.issue.type t
xdm.issue.owner t
xdm.issue.detection.method t
xdm.issue.detection.rule_id t
xdm.issue.status.progress t = NEW, IN_PROGRESS, UNDER_INVESTIGATION, RESOLVED, In Progress
xdm.issue.observation_time d
xdm.issue.last_modified d
xdm.issue.resolution_time d
xdm.issue.assigned_to t
xdm.issue.asset_ids a
xdm.issue.normalized_fields k
xdm.issue.extended_fields j
xdm.issue.remediation t
xdm.issue.impact t
xdm.issue.is_excluded b
xdm.issue.is_excepted b
xdm.issue.alert_count i
original_tags a
"""
)

CASES: Final = (
    _TIMES
    + """
xdm.case.id t
xdm.case.name t
xdm.case.severity t
xdm.case.creation_time d
xdm.case.modification_time d
xdm.case.resolved_time d
xdm.case.assigned_to t
xdm.case.score f
xdm.case.status_progress t
xdm.case.status.resolution_comment t
xdm.case.starred b
xdm.case.custom_fields j
"""
)

AUDIT_LOGS: Final = (
    _TIMES
    + """
cloud_provider t = AWS, AZURE, GCP
project t
region t
operation_name t
operation_name_orig t
operation_status t
identity_name t
identity_type t
identity_uuid t
resource_type t
resource_type_orig t
resource_sub_type t
referenced_resource t
referenced_resource_name t
caller_ip t
caller_ip_asn t
user_agent t
log_name t
raw_log j
"""
)

HEALTH: Final = (
    _TIMES
    + """
account t
connector t
region t
capability t = ADS, DSPM, Registry, Serverless, Discovery, Permissions, Connector
classification t = Informational, Success, Scanned, Error, Failed
scope t
resource_id t
name t
message t
error t
"""
)

ENDPOINTS: Final = """
endpoint_id t
endpoint_name t
endpoint_status t
endpoint_type t
platform t
domain t
ip_address t
agent_version t
installation_type t
cluster_name t
cloud_id t
cloud_info j
last_seen d
last_origin_ip t
"""

MANAGEMENT: Final = (
    _TIMES
    + """
management_auditing_type t
management_auditing_result t
subtype t
description t
host_name t
device_id t
user_name t
"""
)

CIEM: Final = """
source_cloud_type t
source_cloud_resource_type t
source_cloud_resource_name t
source_cloud_account_name t
action_name t
dest_cloud_resource_name t
last_access_time d
"""

PACKAGES: Final = """
related_asset_id t
name t
version t
os_package t
full_pkg_path t
"""

DSPM: Final = """
asset_id t
file_name t
file_folder t
file_extension_category t
file_size_bytes i
file_data_patterns t
file_last_modification_time d
file_is_shadow_backup b
file_is_deleted b
last_classification_time d
record_count i
"""

CVES: Final = """
name t
severity t
severity_score f
impact_score f
exploitability_score f
affected_hosts a
affected_products a
publication_date d
description t
"""

# name -> (columns, state, open): state = current rows; open = more columns than are listed here
DATASETS: Final[dict[str, tuple[str, bool, bool]]] = {
    "asset_inventory": (ASSETS, True, False),
    "findings": (FINDINGS, True, False),
    "uvm_findings": (FINDINGS, True, True),
    "issues": (ISSUES, True, False),
    "issues_with_sbac": (ISSUES, True, False),
    "issue_to_asset": ("xdm.issue.id t\nxdm.asset.id t", True, False),
    "case_to_issue": ("xdm.case.id t\nxdm.issue.id t", True, False),
    "cases": (CASES, True, True),
    "cloud_audit_logs": (AUDIT_LOGS, False, True),
    "cloud_health_auditing": (HEALTH, False, True),
    "ciem_permissions_with_last_access": (CIEM, True, True),
    "cwp_packages_raw": (PACKAGES, True, True),
    "dspm_asset_file_inventory": (DSPM, True, True),
    "va_cves": (CVES, True, True),
    "va_endpoints": ("endpoint_name t\ncves a", True, True),
    "host_inventory": ("endpoint_name t\nmanufacturer t\nmodel t\napplications j", True, True),
    "endpoints": (ENDPOINTS, True, True),
    "management_auditing": (MANAGEMENT, False, True),
    "alerts": (
        _TIMES + "alert_id t\nalert_name t\nalert_source t\nseverity t\ncategory t\nhost_name t",
        False,
        True,
    ),
    "incidents": (_TIMES + "incident_id t\nseverity t\nstatus t", False, True),
    "playbook_runs": (_TIMES + "playbook_status t", False, True),
    "cas_policies": ("", True, True),
    "cas_criteria": ("", True, True),
    "xdr_data": (_TIMES + "event_type t\nevent_sub_type t\nagent_hostname t\nagent_id t", False, True),
    "panw_ngfw_traffic_raw": (_TIMES, False, True),
    "panw_ngfw_threat_raw": (_TIMES, False, True),
    "panw_ngfw_url_raw": (_TIMES, False, True),
    "microsoft_windows_raw": (_TIMES, False, True),
    "forensics_event_log": (_TIMES, False, True),
    "host_firewall_events": (_TIMES, False, True),
    "email_data": (_TIMES, False, True),
    "indicators": ("", True, True),
    "amazon_aws_raw": (_TIMES, False, True),
    "msft_azure_raw": (_TIMES, False, True),
}

PRESETS: Final = (
    "xdr_process",
    "xdr_file",
    "xdr_registry",
    "xdr_image_load",
    "xdr_event_log",
    "network_story",
    "authentication_story",
    "identity_story",
    "cloud_story",
    "metrics_view",
    "host_inventory",
    "host_inventory_applications",
    "host_inventory_auto_runs",
    "ad_users",
    "ad_computers",
)

# Literal dotted keys that the normalised JSON columns are known to hold.
NORMALISED_KEYS: Final[dict[str, str]] = {
    "xdm.vulnerability.cve_id": "t",
    "xdm.vulnerability.severity": "t",
    "xdm.vulnerability.cvss_score": "f",
    "xdm.vulnerability.has_a_fix": "b",
    "xdm.cloud.vpc_id": "t",
    "xdm.agent.type": "t",
    "xdm.vm_image.created_at": "d",
    "xdm.asset.relations": "j",
    "xdm.finding.status": "t",
    "xdm.finding.severity": "t",
    "xdm.finding.rule_id": "t",
    "xdm.finding.status_detail": "t",
    "xdm.finding.service": "t",
    "xdm.finding.compliance": "j",
    "xdm.finding.remediation": "t",
    "xdm.finding.risk": "t",
    "xdm.finding.uid": "t",
    "xdm.cloud.provider": "t",
    "xdm.cloud.project_id": "t",
    "xdm.cloud.region": "t",
}
