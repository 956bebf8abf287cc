"""Vulnerabilities as the CSV exports of scanners have them: one row for each flaw on each asset.

Columns are known by the names that common scanners give them. A row may name several CVE ids; each counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tools.priority.enrich.model import Flaw
from tools.priority.enrich.records import flag, moment, number
from tools.priority.enrich.stored import Sighting
from tools.priority.enrich.vectors import remote
from tools.priority.intel.csv_file import CsvFile
from tools.priority.reading import plain

_CVE = re.compile(r"CVE-\d{4}-\d{4,7}(?!\d)", re.IGNORECASE)
_CVES = (
    "cve",
    "cves",
    "cve_id",
    "cve_ids",
    "cveid",
    "vulnerability_id",
    "vulnerabilityid",
    "vuln_id",
    "vulnerability",
)
_MARKS = (
    *(
        "asset_id",
        "resource_id",
        "arn",
        "object_id",
        "cloud_id",
        "instance_id",
        "ec2_instance_id",
        "azure_vm_id",
    ),
    *(
        "resource",
        "resource_name",
        "asset",
        "asset_name",
        "host",
        "hostname",
        "host_name",
        "dns",
        "dns_name",
        "fqdn",
    ),
    *("netbios", "netbios_name", "device_name", "machine", "computer", "server", "target", "image", "name"),
    *("ip", "ip_address", "ipv4", "asset_ip_address", "host_ip", "private_ip", "public_ip"),
)
_CVSS = ("cvss_v3_base_score", "cvss3_base_score", "cvss_v3", "cvssv3", "cvss3", "cvss_v4", "cvss_score", "cvss",
         "cvss_base", "cvss_base_score", "cvss_v2_base_score", "base_score", "score")  # fmt: skip
_VECTOR = ("cvss_vector", "cvss_v3_vector", "cvss3_vector", "cvss_v3_base_vector", "vector")
_EPSS = ("epss", "epss_score", "epss_probability", "exploit_probability")
_KEV = ("kev", "cisa_kev", "known_exploited", "in_kev", "is_kev", "exploited", "cisa_known_exploited")
_PACKAGE = (
    "package",
    "package_name",
    "pkg",
    "pkg_name",
    "software",
    "component",
    "library",
    "product",
    "plugin_name",
)
_FIXED = ("fixed_version", "fix_version", "fixed_in", "patched_version", "fixed", "fix", "remediated_version")
_FIRST = ("first_seen", "first_found", "first_detected", "first_discovered", "detected_on", "first_observed")
_LAST = ("last_seen", "last_found", "last_detected", "last_observed", "scan_date", "scanned_at")
_STATUS = ("status", "vuln_status", "state", "vulnerability_state")
_CLOSED = {"fixed", "closed", "resolved", "remediated", "patched", "pass", "passed"}
_AHEAD = timedelta(days=1)


@dataclass(frozen=True)
class FlawFile:
    """Rows of a scan, read. `closed` rows say that a flaw is gone and are left out."""

    sightings: Sequence[Sighting]
    as_of: datetime
    skipped: int = 0
    faults: tuple[str, ...] = ()
    closed: int = 0

    def __len__(self) -> int:
        return len(self.sightings)


def is_flaw_table(columns: Iterable[str]) -> bool:
    """Whether columns are those of a scan: a CVE id, and something that names where it is."""
    names = {plain(name) for name in columns}
    return bool(names & {plain(n) for n in _CVES}) and bool(names & {plain(n) for n in _MARKS})


def flaw_file(table: CsvFile, source: str, now: datetime) -> FlawFile:
    """The open flaws of a scan. `as_of` is the newest time in it, else now."""
    found: list[Sighting] = []
    closed = 0
    for line, row in table.rows():
        cells = {plain(name): value for name, value in row.items()}
        cves = dict.fromkeys(
            cve.upper() for name in _CVES for cve in _CVE.findall(cells.get(plain(name), ""))
        )
        marks = tuple(dict.fromkeys(value[:600] for n in _MARKS if (value := cells.get(plain(n)))))
        if not cves:
            table.skip(line, "no CVE id")
        elif not marks:
            table.skip(line, "names no asset")
        elif _first(cells, _STATUS).casefold() in _CLOSED:
            closed += 1
        else:
            found += [Sighting(marks, _flaw(cve, cells, source, now)) for cve in cves]
    times = [s.flaw.observed_at for s in found if s.flaw.observed_at is not None]
    return FlawFile(tuple(found), max(times, default=now), table.skipped, tuple(table.faults), closed)


def _flaw(cve: str, cells: Mapping[str, str], source: str, now: datetime) -> Flaw:
    fixed = _first(cells, _FIXED)
    word = flag(fixed)
    return Flaw(
        cve=cve,
        cvss=_within(_first(cells, _CVSS), 10.0),
        epss=_epss(_first(cells, _EPSS)),
        kev=flag(_first(cells, _KEV)),
        remote=remote(_first(cells, _VECTOR).upper()),
        fix=word if word is not None else True if fixed else None,
        package=_first(cells, _PACKAGE)[:300],
        source=source,
        observed_at=_past(_first(cells, _LAST), now),
        fixed_version=fixed[:120] if word is None else "",
        first_seen=_past(_first(cells, _FIRST), now),
    )


def _first(cells: Mapping[str, str], names: Iterable[str]) -> str:
    return next((value for name in names if (value := cells.get(plain(name)))), "")


def _within(text: str, most: float) -> float | None:
    found = number(text.replace(",", "."))
    return found if found is not None and 0.0 <= found <= most else None


def _epss(text: str) -> float | None:
    """A probability; a percentage with its sign is one too."""
    if text.endswith("%"):
        share = _within(text[:-1].strip(), 100.0)
        return share / 100.0 if share is not None else None
    return _within(text, 1.0)


def _past(text: str, now: datetime) -> datetime | None:
    found = moment(text) if text else None
    return found.astimezone(UTC) if found is not None and found <= now + _AHEAD else None
