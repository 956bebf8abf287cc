"""Rows of the tenant's data sets as facts about assets. Nothing here raises on a wrong shape: it reads as missing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic_core import from_json

from tools.priority.correlation.focus import techniques_in
from tools.priority.enrich.model import Alert, DataHeld, Flaw
from tools.priority.enrich.vectors import remote
from tools.priority.reading import plain

# Data patterns and labels by words, in plain spelling; the graver class of a store counts.
_CLASSES: tuple[tuple[str, float, tuple[str, ...]], ...] = (
    ("PCI", 1.0, ("pci", "creditcard", "cardnumber", "cardsecurity", "cardholder", "cvv", "iban", "pan")),
    ("PHI", 1.0, ("phi", "medical", "diagnosis", "health", "patient", "insurancenumber", "hipaa")),
    (
        "PII",
        1.0,
        ("pii", "fullname", "email", "postaladdress", "birth", "passport", "socialsecurity", "ssn", "taxid", "phone",
         "nationalid", "driverlicense", "personal"),
    ),
    ("credentials", 0.95, ("secret", "password", "apikey", "privatekey", "accesskey", "token")),
    ("confidential", 0.8, ("confidential", "financial", "restricted", "sensitive", "source")),
)  # fmt: skip
CLEAN = "no sensitive data found"
"""Label of a store that a classifier went through."""


def flaws_of(rows: Iterable[Mapping[str, Any]]) -> dict[str, tuple[Flaw, ...]]:
    """Vulnerabilities by asset, each number once with the most that any row says of it."""
    held = FlawRows()
    for row in rows:
        held.add(row)
    return held.by_asset()


class FlawRows:
    """Vulnerabilities as their rows come; a row is not kept. Its length is the number of rows."""

    def __init__(self) -> None:
        self._rows = 0
        self._found: dict[str, dict[str, Flaw]] = {}
        self._alike: dict[Flaw, Flaw] = {}

    def __len__(self) -> int:
        return self._rows

    def add(self, row: Mapping[str, Any]) -> None:
        """Take what a row says."""
        self._rows += 1
        asset_id = str(row.get("xdm.finding.asset_id") or "")
        facts = mapping(row.get("xdm.finding.normalized_fields"))
        cve = str(facts.get("xdm.vulnerability.cve_id") or row.get("xdm.finding.type_id") or "").upper()
        if (
            not asset_id
            or not cve.startswith("CVE-")
            or str(facts.get("xdm.finding.status", "")).upper() == "PASS"
        ):
            return
        held = self._found.setdefault(asset_id, {})
        flaw = _flaw(cve, facts, row)
        # One scan finds the same flaw on thousands of machines.
        flaw = self._alike.setdefault(flaw, flaw)
        held[cve] = flaw if cve not in held else merged(held[cve], flaw)

    def by_asset(self) -> dict[str, tuple[Flaw, ...]]:
        """The flaws of each asset, in the order of their numbers."""
        return {asset_id: tuple(held[cve] for cve in sorted(held)) for asset_id, held in self._found.items()}


def _flaw(cve: str, facts: Mapping[str, Any], row: Mapping[str, Any]) -> Flaw:
    def fact(name: str) -> Any:
        return facts.get(f"xdm.vulnerability.{name}")

    vector = str(fact("cvss_vector") or "").upper()
    return Flaw(
        cve=cve,
        cvss=number(fact("cvss_score")),
        epss=number(fact("epss_score")),
        kev=flag(fact("cisa_kev")),
        remote=remote(vector),
        fix=flag(fact("has_a_fix")),
        package=str(facts.get("xdm.software_package.name") or ""),
        source="vulnerability scan",
        observed_at=moment(row.get("_time")),
    )


def merged(one: Flaw, other: Flaw) -> Flaw:
    """Two records of one flaw: what either knows, the graver where both do."""

    def graver(a: Any, b: Any) -> Any:
        if a is None or b is None:
            return b if a is None else a
        return max(a, b)

    return Flaw(
        cve=one.cve,
        cvss=graver(one.cvss, other.cvss),
        epss=graver(one.epss, other.epss),
        kev=graver(one.kev, other.kev),
        ransomware=graver(one.ransomware, other.ransomware),
        remote=graver(one.remote, other.remote),
        fix=graver(one.fix, other.fix),
        package=one.package or other.package,
        source=one.source or other.source,
        observed_at=graver(one.observed_at, other.observed_at),
        fixed_version=one.fixed_version or other.fixed_version,
        first_seen=min((t for t in (one.first_seen, other.first_seen) if t is not None), default=None),
    )


def data_of(findings: Iterable[Mapping[str, Any]], files: Iterable[Mapping[str, Any]]) -> dict[str, DataHeld]:
    """What classifiers found in stores, by asset: the gravest class, with its records added up."""
    found: dict[str, DataHeld] = {}
    for row in findings:
        facts = mapping(row.get("xdm.finding.normalized_fields"))
        if str(facts.get("xdm.finding.status", "")).upper() == "PASS":
            continue
        text = " ".join(
            str(v)
            for v in (
                facts.get("xdm.data.classification"),
                facts.get("xdm.data.data_patterns"),
                row.get("xdm.finding.name"),
            )
            if v
        )
        count = number(facts.get("xdm.data.sensitive_records"))
        _keep(found, str(row.get("xdm.finding.asset_id") or ""), text, count, "data scan", row.get("_time"))
    patterns: dict[str, tuple[set[str], float, Any]] = {}
    for row in files:
        held = patterns.setdefault(str(row.get("asset_id") or ""), (set(), 0.0, None))
        held[0].update(names_of(row.get("file_data_patterns")))
        at = max(
            (t for t in (held[2], row.get("last_classification_time")) if t is not None),
            key=str,
            default=None,
        )
        patterns[str(row.get("asset_id") or "")] = (
            held[0],
            held[1] + (number(row.get("record_count")) or 0),
            at,
        )
    for asset_id, (names, count, at) in patterns.items():
        _keep(found, asset_id, " ".join(sorted(names)), count, "classified files", at)
        if asset_id and asset_id not in found:
            # Looked through and nothing found: that is known, not unknown.
            found[asset_id] = DataHeld(CLEAN, 0.0, None, "classified files", moment(at))
    return found


def _keep(
    found: dict[str, DataHeld], asset_id: str, text: str, count: float | None, source: str, at: Any
) -> None:
    held = classified(text)
    if not asset_id or held is None:
        return
    label, grade = held
    there = found.get(asset_id)
    if there is None or grade > there.grade:
        found[asset_id] = DataHeld(label, grade, int(count) if count else None, source, moment(at))


def classified(text: str) -> tuple[str, float] | None:
    """The gravest class that a label or the names of data patterns speak of."""
    words = plain(text)
    hits = [
        (grade, -order, label)
        for order, (label, grade, marks) in enumerate(_CLASSES)
        if any(m in words for m in marks)
    ]
    if not hits:
        return None
    grade, _, label = max(hits)
    return label, grade


def alerts_of(rows: Iterable[Mapping[str, Any]]) -> dict[str, tuple[Alert, ...]]:
    """Open security alerts by asset, the newest first."""
    found: dict[str, list[Alert]] = {}
    for row in rows:
        alert = Alert(
            id=str(row.get("xdm.issue.id") or ""),
            name=str(row.get("xdm.issue.name") or ""),
            severity=str(row.get("xdm.issue.severity") or "").upper(),
            at=moment(row.get("xdm.issue.observation_time")),
            source=str(row.get("xdm.issue.detection.method") or "alerts"),
            techniques=techniques_of(row),
        )
        for asset_id in listed(row.get("xdm.issue.asset_ids")):
            found.setdefault(asset_id, []).append(alert)
    oldest = datetime(1, 1, 1, tzinfo=UTC)
    return {
        a: tuple(sorted(held, key=lambda x: (x.at or oldest, x.id), reverse=True))
        for a, held in found.items()
    }


def techniques_of(row: Mapping[str, Any]) -> tuple[str, ...]:
    """ATT&CK techniques that an alert names: in its fields of that name, or in its rule's id."""
    named: list[object] = [row.get("xdm.issue.detection.rule_id")]
    for column in ("xdm.issue.normalized_fields", "xdm.issue.extended_fields"):
        named += [v for name, v in mapping(row.get(column)).items() if "mitre" in str(name).lower()]
    return techniques_in(*named)


def excluded_of(rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Issues that the tenant suppresses by an exclusion of its own: a clause by issue id."""
    return _covered(rows, "an exclusion of the tenant covers it")


def excepted_of(rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Issues whose risk was accepted by an exception in the tenant: a clause by issue id."""
    return _covered(rows, "an exception in the platform accepts it")


def _covered(rows: Iterable[Mapping[str, Any]], clause: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for row in rows:
        at = moment(row.get("xdm.issue.last_modified"))
        since = f" since {at.date().isoformat()}" if at is not None else ""
        if issue := str(row.get("xdm.issue.id") or ""):
            found[issue] = f"{clause}{since}"
    return found


def mapping(value: Any) -> Mapping[str, Any]:
    """A JSON object that may come as text."""
    if isinstance(value, str):
        try:
            value = from_json(value)
        except ValueError:
            # The slower reader takes what is rare, such as half characters.
            try:
                value = json.loads(value)
            except (ValueError, RecursionError):
                return {}
    return value if type(value) is dict or isinstance(value, Mapping) else {}


def listed(value: Any) -> list[str]:
    """A list of texts that may come as JSON text."""
    if isinstance(value, str):
        try:
            value = json.loads(value) if value.startswith("[") else [value]
        except (ValueError, RecursionError):
            return []
    return [str(item) for item in value if item] if isinstance(value, list | tuple) else []


def names_of(value: Any) -> list[str]:
    """Names of data patterns: texts, or objects that have one."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return [value]
    found = value if isinstance(value, list | tuple) else []
    return [str(item.get("name", "")) if isinstance(item, Mapping) else str(item) for item in found]


def number(value: Any) -> float | None:
    """A number that may come as text; None for anything else."""
    if isinstance(value, bool):
        return None
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return found if found == found and abs(found) != float("inf") else None


def flag(value: Any) -> bool | None:
    """A yes or no that may come as text."""
    if isinstance(value, bool):
        return value
    text = str(value).strip().lower()
    return True if text in {"true", "yes", "1"} else False if text in {"false", "no", "0"} else None


def moment(value: Any) -> datetime | None:
    """A time in epoch ms or ISO; one that lies in the future or cannot be read is as good as none."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000, UTC)
        found = datetime.fromisoformat(str(value))
    except (TypeError, ValueError, OverflowError, OSError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
