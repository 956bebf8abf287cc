"""What stores of data hold: labels that people set, what a data scan found, and files with their patterns."""

from __future__ import annotations

from functools import cache
from typing import Any

from tools.findings.model import Severity
from tools.tenant.estate.cell import Cell, Resource, Rule

PATTERNS = {
    "PCI": ("Credit Card Number", "Card Security Code"),
    "PII": ("Full Name", "Email Address", "Postal Address", "Date of Birth"),
    "PHI": ("Medical Record Number", "Diagnosis Code", "Health Insurance Number"),
}
WORDS = {"PCI": "Cardholder data", "PII": "Personal data", "PHI": "Health data"}
_FILES = {
    "PCI": ("auths-{}.parquet", "settlement-{}.csv"),
    "PII": ("customers-{}.parquet", "addresses-{}.csv", "contacts-{}.json"),
    "PHI": ("claims-{}.csv", "visits-{}.parquet"),
    "": ("page-{}.html", "build-{}.log", "banner-{}.png", "metrics-{}.json"),
}
_CATEGORIES = {
    "parquet": "Data",
    "csv": "Spreadsheet",
    "json": "Data",
    "html": "Web",
    "log": "Log",
    "png": "Image",
}


@cache
def _rule(data_class: str) -> Rule:
    return Rule(
        f"data_{data_class.lower()}_present",
        Severity.LOW,
        f"{WORDS[data_class]} found",
        "Check that it belongs here, and who can read it.",
        category="DATA",
        method="Data Policy",
        owner="DSPM",
        impact=f"{WORDS[data_class]} is kept here.",
        service="data",
    )


def found_by_scan(cell: Cell, store: Resource, data_class: str) -> None:
    """A finding of category DATA."""
    patterns = PATTERNS[data_class]
    facts: dict[str, Any] = {
        "xdm.data.classification": data_class,
        "xdm.data.data_patterns": list(patterns),
        "xdm.data.sensitive_records": cell.number(2_000, 4_000_000),
        "xdm.data.sensitivity": "High",
    }
    cell.hit(store, _rule(data_class), facts, f"{WORDS[data_class]}: {', '.join(patterns)}.")


def files_of(cell: Cell, store: Resource, data_class: str, count: int) -> None:
    """Rows of `dspm_asset_file_inventory` for a store."""
    rows = cell.used.setdefault("files", [])
    for _ in range(count):
        name = cell.pick(_FILES[data_class]).format(cell.hexes(6))
        records = cell.number(100, 80_000) if data_class else 0
        rows.append(
            {
                "asset_id": store.id,
                "file_name": name,
                "file_folder": cell.pick(("/", "/daily/", "/export/", "/2026/")),
                "file_extension_category": _CATEGORIES[name.rsplit(".", 1)[1]],
                "file_size_bytes": cell.number(2_000, 90_000_000),
                "file_data_patterns": [
                    {"name": p, "count": cell.number(50, max(records, 51))}
                    for p in PATTERNS.get(data_class, ())
                ],
                "file_last_modification_time": cell.ago(cell.random.uniform(0.5, 300)),
                "last_classification_time": cell.ago(cell.random.uniform(0.1, 14)),
                "file_is_shadow_backup": cell.chance(0.03),
                "file_is_deleted": cell.chance(0.02),
                "record_count": records,
            }
        )


def holds(cell: Cell, store: Resource, data_class: str, *known_by: str) -> None:
    """Say what a store holds; `known_by`: any of scan, files, register (the CMDB)."""
    store.data_class = data_class
    if "scan" in known_by:
        found_by_scan(cell, store, data_class)
    if "files" in known_by:
        files_of(cell, store, data_class, cell.number(2, 5))
    if "register" in known_by:
        cell.used.setdefault("register", {})[store.id] = data_class
