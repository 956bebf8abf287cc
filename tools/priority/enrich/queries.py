"""The queries of enrichment: one bulk read for each source, never one for each finding. Tests check the texts."""

from __future__ import annotations

from typing import Final

MOST_ROWS: Final = 1_000_000

VULNERABILITIES: Final = (
    'dataset = findings | filter xdm.finding.category = "VULNERABILITY" '
    f"| fields xdm.finding.asset_id, xdm.finding.type_id, xdm.finding.normalized_fields, _time | limit {MOST_ROWS}"
)
DATA: Final = (
    'dataset = findings | filter xdm.finding.category = "DATA" '
    f"| fields xdm.finding.asset_id, xdm.finding.name, xdm.finding.normalized_fields, _time | limit {MOST_ROWS}"
)
FILES: Final = (
    "dataset = dspm_asset_file_inventory | filter record_count > 0 "
    f"| fields asset_id, file_data_patterns, record_count, last_classification_time | limit {MOST_ROWS}"
)
ALERTS: Final = (
    'dataset = issues | filter xdm.issue.domain = "SECURITY" '
    'and xdm.issue.status.progress not in ("Resolved", "RESOLVED") '
    "| fields xdm.issue.id, xdm.issue.name, xdm.issue.severity, xdm.issue.asset_ids, xdm.issue.observation_time, "
    f"xdm.issue.detection.method | limit {MOST_ROWS}"
)

ALL: Final = {"vulnerabilities": VULNERABILITIES, "data": DATA, "files": FILES, "alerts": ALERTS}
