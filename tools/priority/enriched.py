"""Facts of a score that other sources give: exploit evidence, activity, what data an asset holds, what business it is.

A source that was not asked, or failed, leaves its factor unknown; one that answered and knows nothing of an asset makes
it absent.
"""

from __future__ import annotations

import re
from datetime import datetime

from tools.findings.model import AssetRecord, Finding
from tools.priority.enrich.model import Enrichments, Flaw
from tools.priority.facts import Fact, absent, known, unknown
from tools.priority.reading import shown

_CVE = re.compile(r"\bCVE-\d{4}-\d{4,7}\b", re.IGNORECASE)
_SERIOUS = {"HIGH", "CRITICAL"}
_KEV, _REMOTE = 1.0, 0.35
_QUIET = 20
"""Attempts in the window below which nobody in particular is meant: the internet's background noise."""


def cve_of(finding: Finding) -> str:
    """The vulnerability that a finding is about; empty for any other."""
    for text in (finding.rule_id, finding.title, finding.kind):
        if found := _CVE.search(text):
            return found.group(0).upper()
    return ""


def exploit_fact(finding: Finding, enriched: Enrichments, at: datetime) -> Fact | None:
    """How surely the finding's flaw is exploited; None if it is about no vulnerability by number."""
    cve = cve_of(finding)
    if not cve:
        return None
    flaws = enriched.flaws.get(finding.resource.asset_id, ())
    flaw = next((f for f in flaws if f.cve.upper() == cve), None)
    if flaw is None:
        return unknown("exploit evidence", f"no source told of {cve}", 0.1, 0.0, 1.0, at=at)
    return _graded(flaw, at)


def _graded(flaw: Flaw, at: datetime) -> Fact:
    cve, source = shown(flaw.cve), shown(flaw.source) or "vulnerability record"
    when = flaw.observed_at or at
    if flaw.kev:
        extra = ", by ransomware too" if flaw.ransomware else ""
        return known("exploit evidence", f"{cve} is known to be exploited{extra}", _KEV, source, cve, at=when)
    if flaw.epss is not None:
        text = f"{cve} has an exploit probability of {flaw.epss:.1%}"
        if flaw.epss >= 0.01:
            return known("exploit evidence", text, min(0.95, flaw.epss**0.5), source, cve, at=when)
        return absent("exploit evidence", text, source, cve, at=when)
    if flaw.kev is None:
        high = 1.0 if flaw.remote is not False else 0.3
        return unknown(
            "exploit evidence",
            f"whether {cve} is exploited was not asked",
            0.15,
            0.0,
            high,
            source,
            cve,
            at=when,
        )
    if flaw.remote and (flaw.cvss or 0.0) >= 9.0:
        return known(
            "exploit evidence",
            f"{cve} can be used over the network without a login",
            _REMOTE,
            source,
            cve,
            at=when,
        )
    return absent("exploit evidence", f"{cve} is not in the catalog of exploited ones", source, cve, at=when)


def activity_fact(asset: AssetRecord | None, enriched: Enrichments, at: datetime) -> Fact | None:
    """Alerts on the asset and attempts from outside; None where no source was asked."""
    if asset is None:
        return None
    alerts = [a for a in enriched.alerts.get(asset.asset_id, ()) if a.severity.upper() in _SERIOUS]
    traffic = enriched.activity.get(asset.asset_id)
    if alerts:
        worst = min(alerts, key=lambda a: (a.severity.upper() != "CRITICAL", a.id))
        count = "1 serious alert" if len(alerts) == 1 else f"{len(alerts)} serious alerts"
        grade = min(1.0, 0.7 + 0.1 * len(alerts))
        return known(
            "observed activity",
            f"{count} on it: {shown(worst.name, 80)}",
            grade,
            shown(worst.source),
            shown(worst.id),
            at=worst.at or at,
        )
    if traffic is not None and traffic.attempts > _QUIET:
        ports = f" on {', '.join(map(str, traffic.ports[:4]))}" if traffic.ports else ""
        text = f"{traffic.attempts:,} attempts from {traffic.addresses:,} addresses{ports}"
        grade = min(0.8, 0.25 + 0.1 * len(str(traffic.attempts)) + (0.2 if traffic.accepted else 0.0))
        return known("observed activity", text, grade, shown(traffic.source), at=traffic.last or at)
    if enriched.answered("alerts") and enriched.answered("activity"):
        return absent(
            "observed activity",
            "no alert on it and no attempts beyond noise",
            "alerts and traffic logs",
            at=at,
        )
    return None


def data_held(asset: AssetRecord, enriched: Enrichments, at: datetime) -> Fact | None:
    """What a classifier or record says of an asset's data."""
    held = enriched.data.get(asset.asset_id)
    if held is None:
        return None
    count = f", {held.records:,} records" if held.records else ""
    return known(
        "data class",
        f"{shown(held.label)}{count}",
        held.grade,
        shown(held.source),
        shown(asset.name),
        at=held.observed_at or at,
    )


def business_of(asset: AssetRecord, enriched: Enrichments, at: datetime) -> Fact | None:
    """What the CMDB says of an asset."""
    known_as = enriched.business.get(asset.asset_id)
    if known_as is None:
        return None
    value = f"tier {shown(known_as.tier)}"
    return known(
        "environment",
        value,
        known_as.grade,
        shown(known_as.source),
        shown(asset.name),
        at=known_as.observed_at or at,
    )
