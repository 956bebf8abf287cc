"""How the posture datasets hang together, what tells their rows apart, and their usual columns."""

from __future__ import annotations

from typing import Final

# what one row of a dataset is known by
KEYS: Final[dict[str, str]] = {
    "asset_inventory": "xdm.asset.id",
    "issues": "xdm.issue.id",
    "issues_with_sbac": "xdm.issue.id",
    "findings": "xdm.finding.id",
    "uvm_findings": "xdm.finding.id",
    "cases": "xdm.case.id",
    "endpoints": "endpoint_id",
    "va_cves": "name",
    "va_endpoints": "endpoint_name",
    "host_inventory": "endpoint_name",
    "alerts": "alert_id",
    "incidents": "incident_id",
}

# (dataset, other) -> key here, key there
LINKS: Final[dict[tuple[str, str], tuple[str, str]]] = {
    ("issues", "asset_inventory"): ("xdm.issue.asset_ids", "xdm.asset.id"),
    ("issues_with_sbac", "asset_inventory"): ("xdm.issue.asset_ids", "xdm.asset.id"),
    ("findings", "asset_inventory"): ("xdm.finding.asset_id", "xdm.asset.id"),
    ("uvm_findings", "asset_inventory"): ("xdm.finding.asset_id", "xdm.asset.id"),
    ("issues", "issue_to_asset"): ("xdm.issue.id", "xdm.issue.id"),
    ("issue_to_asset", "asset_inventory"): ("xdm.asset.id", "xdm.asset.id"),
    ("issue_to_asset", "findings"): ("xdm.asset.id", "xdm.finding.asset_id"),
    ("cases", "case_to_issue"): ("xdm.case.id", "xdm.case.id"),
    ("issues", "case_to_issue"): ("xdm.issue.id", "xdm.issue.id"),
    ("case_to_issue", "issue_to_asset"): ("xdm.issue.id", "xdm.issue.id"),
    ("issues", "findings"): ("xdm.issue.external_id", "xdm.finding.id"),
    ("dspm_asset_file_inventory", "asset_inventory"): ("asset_id", "xdm.asset.id"),
    ("cwp_packages_raw", "asset_inventory"): ("related_asset_id", "xdm.asset.id"),
    ("va_endpoints", "endpoints"): ("endpoint_name", "endpoint_name"),
    ("host_inventory", "endpoints"): ("endpoint_name", "endpoint_name"),
    ("va_endpoints", "va_cves"): ("cves", "name"),
}

USUAL: Final[dict[str, tuple[str, ...]]] = {
    "asset_inventory": (
        "xdm.asset.id",
        "xdm.asset.name",
        "xdm.asset.type.name",
        "xdm.asset.type.category",
        "xdm.asset.provider",
        "xdm.asset.realm",
        "xdm.asset.cloud.region",
    ),
    "issues": (
        "xdm.issue.id",
        "xdm.issue.name",
        "xdm.issue.severity",
        "xdm.issue.category",
        "xdm.issue.status.progress",
        "xdm.issue.detection.rule_id",
    ),
    "findings": (
        "xdm.finding.id",
        "xdm.finding.name",
        "xdm.finding.category",
        "xdm.finding.type_id",
        "xdm.finding.asset_id",
        "xdm.finding.asset_name",
    ),
}


def link(left: str, right: str) -> tuple[str, str] | None:
    """Keys that join two datasets, in either direction; a dataset with itself by what tells its rows apart."""
    left, right = left.lower(), right.lower()
    if left == right and left in KEYS:
        return KEYS[left], KEYS[left]
    found = LINKS.get((left, right))
    if found is not None:
        return found
    back = LINKS.get((right, left))
    return (back[1], back[0]) if back is not None else None
