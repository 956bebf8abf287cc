"""How the posture datasets hang together, and their usual columns."""

from __future__ import annotations

from typing import Final

# (dataset, other) -> key here, key there
LINKS: Final[dict[tuple[str, str], tuple[str, str]]] = {
    ("issues", "asset_inventory"): ("xdm.issue.asset_ids", "xdm.asset.id"),
    ("findings", "asset_inventory"): ("xdm.finding.asset_id", "xdm.asset.id"),
    ("issues", "issue_to_asset"): ("xdm.issue.id", "xdm.issue.id"),
    ("issue_to_asset", "asset_inventory"): ("xdm.asset.id", "xdm.asset.id"),
    ("cases", "case_to_issue"): ("xdm.case.id", "xdm.case.id"),
    ("issues", "case_to_issue"): ("xdm.issue.id", "xdm.issue.id"),
    ("issues", "findings"): ("xdm.issue.external_id", "xdm.finding.id"),
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
    """Keys that join two datasets, in either direction."""
    found = LINKS.get((left, right))
    if found is not None:
        return found
    back = LINKS.get((right, left))
    return (back[1], back[0]) if back is not None else None
