from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tools.tenant.database import TenantDatabase
from tools.tenant.estate import planted, seed, write_folder
from tools.tenant.loading import load_folder
from tools.tenant.schema import DATASETS, KNOWN

NOW = datetime(2026, 11, 25, 3, 30, tzinfo=UTC)
# The columns that the reference lists for the data sets of cloud posture.
LISTED = {
    "asset_inventory": (
        "xdm.asset.id xdm.asset.strong_id xdm.asset.name xdm.asset.provider xdm.asset.realm "
        "xdm.asset.cloud.region xdm.asset.type.class xdm.asset.type.category xdm.asset.type.name "
        "xdm.asset.type.id xdm.asset.first_observed xdm.asset.last_observed xdm.asset.group_ids "
        "xdm.asset.tags xdm.asset.normalized_fields xdm.asset.raw_fields xdm.host.os_distribution "
        "xdm.host.state xdm.host.ipv4_addresses xdm.kubernetes.resource.namespace "
        "xdm.kubernetes.cluster.version"
    ),
    "findings": (
        "xdm.finding.id xdm.finding.name xdm.finding.description xdm.finding.category xdm.finding.type_id "
        "xdm.finding.asset_id xdm.finding.asset_name xdm.finding.owner xdm.finding.normalized_fields _time "
        "_insert_time"
    ),
    "issues": (
        "xdm.issue.id xdm.issue.external_id xdm.issue.name xdm.issue.description xdm.issue.severity "
        "xdm.issue.platform_severity xdm.issue.domain xdm.issue.category xdm.issue.type xdm.issue.owner "
        "xdm.issue.detection.method xdm.issue.detection.rule_id xdm.issue.status.progress "
        "xdm.issue.observation_time xdm.issue.last_modified xdm.issue.asset_ids xdm.issue.normalized_fields "
        "xdm.issue.extended_fields xdm.issue.remediation xdm.issue.impact xdm.issue.is_excluded "
        "xdm.issue.alert_count original_tags _time _insert_time"
    ),
    "issue_to_asset": "xdm.issue.id xdm.asset.id",
    "case_to_issue": "xdm.case.id xdm.issue.id",
    "cases": "xdm.case.id xdm.case.status_progress xdm.case.starred",
    "cloud_audit_logs": (
        "_time cloud_provider project region operation_name operation_name_orig operation_status "
        "identity_name identity_type identity_uuid resource_type resource_type_orig resource_sub_type "
        "referenced_resource referenced_resource_name caller_ip caller_ip_asn user_agent log_name raw_log"
    ),
    "cloud_health_auditing": (
        "_time account connector region capability classification scope name message error"
    ),
    "ciem_permissions_with_last_access": (
        "source_cloud_type source_cloud_resource_type source_cloud_resource_name source_cloud_account_name "
        "action_name dest_cloud_resource_name"
    ),
    "dspm_asset_file_inventory": (
        "asset_id file_name file_folder file_extension_category file_size_bytes file_data_patterns "
        "file_last_modification_time file_is_shadow_backup file_is_deleted last_classification_time record_count"
    ),
    "va_cves": (
        "name severity severity_score impact_score exploitability_score affected_hosts affected_products "
        "description"
    ),
    "va_endpoints": "endpoint_name cves",
    "host_inventory": "endpoint_name manufacturer model applications",
    "endpoints": (
        "endpoint_id endpoint_name endpoint_status endpoint_type platform domain ip_address agent_version "
        "installation_type cloud_id cloud_info last_seen last_origin_ip"
    ),
}


@pytest.fixture(scope="module")
def database() -> Iterator[TenantDatabase]:
    with TenantDatabase.open(":memory:") as found:
        seed(found, "small", 1, now=NOW)
        yield found


@pytest.mark.parametrize("dataset", sorted(LISTED))
def test_every_listed_column_is_filled_somewhere(database: TenantDatabase, dataset: str) -> None:
    for name in LISTED[dataset].split():
        count = database.rows(f'SELECT count("{name}") AS n FROM "{dataset}"')[0]["n"]
        assert count > 0, f"{dataset}.{name} is empty"


def test_no_column_is_invented(database: TenantDatabase) -> None:
    for dataset, columns in database.tables().items():
        declared = DATASETS.get(dataset) or KNOWN.get(dataset)
        if declared is not None:
            assert set(columns) == set(declared), dataset


def test_vulnerability_findings_have_their_facts(database: TenantDatabase) -> None:
    rows = database.rows(
        'SELECT "xdm.finding.normalized_fields" AS facts FROM findings '
        "WHERE \"xdm.finding.category\" = 'VULNERABILITY'"
    )
    assert len(rows) > 500
    for row in rows:
        facts = json.loads(row["facts"])
        assert facts["xdm.vulnerability.cve_id"].startswith("CVE-")
        assert isinstance(facts["xdm.vulnerability.has_a_fix"], bool)
        assert 0 < facts["xdm.vulnerability.cvss_score"] <= 10


def test_changes_come_from_pipelines_and_from_consoles(database: TenantDatabase) -> None:
    rows = database.rows("SELECT identity_type, count(*) AS n FROM cloud_audit_logs GROUP BY 1")
    counts = {row["identity_type"]: row["n"] for row in rows}
    assert counts["SERVICE"] > counts["USER"] > 20


def test_flow_logs_name_interfaces_that_are_there(database: TenantDatabase) -> None:
    rows = database.rows(
        "SELECT count(*) AS n FROM amazon_aws_raw WHERE interface_id NOT IN "
        '(SELECT "xdm.asset.name" FROM asset_inventory)'
    )
    assert rows == [{"n": 0}]


def test_accepted_exceptions_say_until_when(database: TenantDatabase) -> None:
    rows = database.rows('SELECT "xdm.issue.extended_fields" AS e FROM issues WHERE "xdm.issue.is_excepted"')
    assert len(rows) >= 10
    for row in rows:
        extended = json.loads(row["e"])
        assert extended["exception_ids"][0].startswith("EX-")
        assert extended["exception_expiration"] > NOW.timestamp() * 1000


def test_a_folder_of_data_sets_holds_the_same_rows(database: TenantDatabase, tmp_path: Path) -> None:
    truth = write_folder(tmp_path, "small", 1, now=NOW)
    assert truth == planted(database)
    assert "manifest" not in {path.stem for path in tmp_path.iterdir()}
    with TenantDatabase.open(":memory:") as other:
        for report in load_folder(other, tmp_path):
            assert report.skipped == []
        for dataset, count in database.counts().items():
            if dataset != "management_auditing":
                assert other.counts()[dataset] == count, dataset
        for table, key in (("asset_inventory", "xdm.asset.id"), ("issues", "xdm.issue.id")):
            wanted = f'SELECT * EXCLUDE ("_insert_time") FROM {table} ORDER BY "{key}"'
            assert _same(other.rows(wanted)) == _same(database.rows(wanted))


def _same(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            name: json.loads(value) if isinstance(value, str) and value[:1] in "{[" else value
            for name, value in row.items()
            if value not in (None, [])
        }
        for row in rows
    ]
