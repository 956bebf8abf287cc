"""The queries of enrichment: one bulk read for each source, never one for each finding. Tests check the texts."""

from __future__ import annotations

from typing import Final

MOST_ROWS: Final = 2_000_000
"""Rows that are read of one source; one that has more is read in part, and its state says so."""
PAGE_ROWS: Final = 100_000
INSIDE: Final = '"10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 127.0.0.0/8, 169.254.0.0/16"'
_FOUND: Final = (
    "count() as attempts, count_distinct({source}) as addresses, min(_time) as first, max(_time) as last"
)

VULNERABILITIES: Final = (
    'dataset = findings | filter xdm.finding.category = "VULNERABILITY" '
    "| fields xdm.finding.id, xdm.finding.asset_id, xdm.finding.type_id, xdm.finding.normalized_fields, _time"
)
DATA: Final = (
    'dataset = findings | filter xdm.finding.category = "DATA" '
    "| fields xdm.finding.id, xdm.finding.asset_id, xdm.finding.name, xdm.finding.normalized_fields, _time"
)
FILES: Final = (
    "dataset = dspm_asset_file_inventory "
    f"| fields asset_id, file_data_patterns, record_count, last_classification_time | limit {PAGE_ROWS}"
)
ALERTS: Final = (
    'dataset = issues | filter xdm.issue.domain = "SECURITY" '
    'and xdm.issue.status.progress not in ("Resolved", "RESOLVED") '
    "| fields xdm.issue.id, xdm.issue.name, xdm.issue.severity, xdm.issue.asset_ids, xdm.issue.observation_time, "
    "xdm.issue.detection.method, xdm.issue.detection.rule_id, xdm.issue.normalized_fields, "
    "xdm.issue.extended_fields"
)
EXCLUDED: Final = (
    "dataset = issues | filter xdm.issue.is_excluded = true | fields xdm.issue.id, xdm.issue.last_modified"
)
EXCEPTED: Final = (
    "dataset = issues | filter xdm.issue.is_excepted = true | fields xdm.issue.id, xdm.issue.last_modified"
)
"""Asked apart from the exclusions: a tenant whose issues have no such column still tells those."""
REGISTER: Final = (
    "dataset = servicenow_cmdb_raw | fields object_id, name, busines_criticality, data_classification, owned_by, "
    f"support_group, sys_updated_on | limit {PAGE_ROWS}"
)
FIREWALL: Final = (
    f"dataset = panw_ngfw_traffic_raw | filter not incidr(source_ip, {INSIDE}) "
    f"| comp {_FOUND.format(source='source_ip')} by dest_ip, dest_port, action | limit {PAGE_ROWS}"
)
FLOWS: Final = (
    f"dataset = amazon_aws_raw | filter not incidr(srcaddr, {INSIDE}) "
    f"| comp {_FOUND.format(source='srcaddr')} by interface_id, dstaddr, dstport, action | limit {PAGE_ROWS}"
)

ALL: Final = {
    "vulnerabilities": VULNERABILITIES,
    "data": DATA,
    "files": FILES,
    "alerts": ALERTS,
    "excluded": EXCLUDED,
    "excepted": EXCEPTED,
    "register": REGISTER,
    "firewall": FIREWALL,
    "flows": FLOWS,
}
KEYS: Final = {
    "vulnerabilities": "xdm.finding.id",
    "data": "xdm.finding.id",
    "alerts": "xdm.issue.id",
    "excluded": "xdm.issue.id",
    "excepted": "xdm.issue.id",
}
"""Those that are read page after page, each with what no two of its rows share; the others have a limit."""
LOGS: Final = frozenset({"firewall", "flows"})
"""Those that are read over the last days only."""
