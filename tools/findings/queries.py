"""The queries by which findings and assets are read in bulk. Tests check the texts."""

from __future__ import annotations

MODIFIED = "xdm.issue.last_modified"
INSERTED = "_insert_time"
_ISSUE_FIELDS = (
    *("id", "external_id", "name", "description", "severity", "domain", "category", "type", "owner"),
    *("detection.rule_id", "status.progress", "observation_time", "last_modified", "asset_ids"),
    *("normalized_fields", "remediation", "impact"),
)
ISSUES = (
    "dataset = issues | fields "
    + ", ".join(f"xdm.issue.{name}" for name in _ISSUE_FIELDS)
    + ", _time, _insert_time"
)
_ASSET_FIELDS = (
    *("id", "strong_id", "name", "provider", "realm", "cloud.region"),
    *("type.class", "type.category", "type.name", "type.id", "tags"),
)
ASSETS_BARE = "dataset = asset_inventory | fields " + ", ".join(f"xdm.asset.{n}" for n in _ASSET_FIELDS)
ASSETS = f"{ASSETS_BARE}, xdm.asset.raw_fields"
ASSETS_DATED = f"{ASSETS}, {INSERTED}"
FINDINGS = (
    "dataset = findings | fields xdm.finding.id, xdm.finding.name, xdm.finding.description, "
    "xdm.finding.category, xdm.finding.type_id, xdm.finding.asset_id, xdm.finding.asset_name, "
    "xdm.finding.owner, xdm.finding.normalized_fields, _time, _insert_time"
)


def modified_since(epoch_ms: int) -> str:
    """The issues, as `ISSUES` reads them, that were modified at that time or later."""
    return f"{ISSUES} | filter {_since(epoch_ms)}"


def numbers(dataset: str, column: str, since_ms: int | None = None) -> str:
    """How many rows a dataset has, and the newest time in a column; with `since_ms`, of issues modified since."""
    where = f" | filter {_since(since_ms)}" if since_ms is not None else ""
    return f"dataset = {dataset}{where} | comp count() as found, max({column}) as newest"


def _since(epoch_ms: int) -> str:
    return f'{MODIFIED} >= to_timestamp({epoch_ms}, "MILLIS")'
