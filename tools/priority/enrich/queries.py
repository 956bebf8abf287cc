"""The queries of enrichment: one bulk read for each source, never one for each finding. Tests check the texts."""

from __future__ import annotations

from typing import Final

MOST_ROWS: Final = 1_000_000
INSIDE: Final = '"10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 127.0.0.0/8, 169.254.0.0/16"'
_FOUND: Final = (
    "count() as attempts, count_distinct({source}) as addresses, min(_time) as first, max(_time) as last"
)

VULNERABILITIES: Final = (
    'dataset = findings | filter xdm.finding.category = "VULNERABILITY" '
    f"| fields xdm.finding.asset_id, xdm.finding.type_id, xdm.finding.normalized_fields, _time | limit {MOST_ROWS}"
)
DATA: Final = (
    'dataset = findings | filter xdm.finding.category = "DATA" '
    f"| fields xdm.finding.asset_id, xdm.finding.name, xdm.finding.normalized_fields, _time | limit {MOST_ROWS}"
)
FILES: Final = (
    "dataset = dspm_asset_file_inventory "
    f"| fields asset_id, file_data_patterns, record_count, last_classification_time | limit {MOST_ROWS}"
)
ALERTS: Final = (
    'dataset = issues | filter xdm.issue.domain = "SECURITY" '
    'and xdm.issue.status.progress not in ("Resolved", "RESOLVED") '
    "| fields xdm.issue.id, xdm.issue.name, xdm.issue.severity, xdm.issue.asset_ids, xdm.issue.observation_time, "
    "xdm.issue.detection.method, xdm.issue.detection.rule_id, xdm.issue.normalized_fields, "
    f"xdm.issue.extended_fields | limit {MOST_ROWS}"
)
EXCLUDED: Final = (
    "dataset = issues | filter xdm.issue.is_excluded = true "
    f"| fields xdm.issue.id, xdm.issue.last_modified | limit {MOST_ROWS}"
)
REGISTER: Final = (
    "dataset = servicenow_cmdb_raw | fields object_id, name, busines_criticality, data_classification, owned_by, "
    f"support_group, sys_updated_on | limit {MOST_ROWS}"
)
FIREWALL: Final = (
    f"dataset = panw_ngfw_traffic_raw | filter not incidr(source_ip, {INSIDE}) "
    f"| comp {_FOUND.format(source='source_ip')} by dest_ip, dest_port, action | limit {MOST_ROWS}"
)
FLOWS: Final = (
    f"dataset = amazon_aws_raw | filter not incidr(srcaddr, {INSIDE}) "
    f"| comp {_FOUND.format(source='srcaddr')} by interface_id, dstaddr, dstport, action | limit {MOST_ROWS}"
)

ALL: Final = {
    "vulnerabilities": VULNERABILITIES,
    "data": DATA,
    "files": FILES,
    "alerts": ALERTS,
    "excluded": EXCLUDED,
    "register": REGISTER,
    "firewall": FIREWALL,
    "flows": FLOWS,
}
LOGS: Final = frozenset({"firewall", "flows"})
"""Those that are read over the last days only."""
