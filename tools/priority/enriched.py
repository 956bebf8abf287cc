"""Facts of a score that other sources give: exploit evidence, activity, what data an asset holds, what business it is.

A source that was not asked, or failed, leaves its factor unknown; one that answered and knows nothing of an asset makes
it absent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from itertools import islice

from tools.findings.model import AssetRecord, Finding
from tools.priority.correlation.focus import WEB_PORTS, ports_of, sense_of
from tools.priority.enrich.model import Activity, Alert, Enrichments, Flaw
from tools.priority.facts import Fact, absent, known, unknown
from tools.priority.reading import shown

_CVE = re.compile(r"\bCVE-\d{4}-\d{4,7}\b", re.IGNORECASE)
_SERIOUS = {"HIGH", "CRITICAL"}
_KEV, _REMOTE = 1.0, 0.35
_LINK = {"use": 1.0, "probe": 0.8, "unnamed": 0.8, "other": 0.5}
"""How much an alert counts by what its techniques say about the weakness."""
MOST_BEHIND = 200
"""Machines behind one group that are looked at; a group of more is no one's in particular."""
_QUIET = 20
"""Attempts in the window below which nobody in particular is meant: the internet's background noise."""


def cve_of(finding: Finding) -> str:
    """The vulnerability that a finding is about; empty for any other."""
    return _cve_named(finding.rule_id, finding.title, finding.kind)


@lru_cache(maxsize=65_536)
def _cve_named(*texts: str) -> str:
    return next((found.group(0).upper() for text in texts if (found := _CVE.search(text))), "")


def exploit_fact(finding: Finding, enriched: Enrichments, at: datetime) -> Fact | None:
    """How surely the finding's flaw is exploited; None if it is about no vulnerability by number."""
    cve = cve_of(finding)
    if not cve:
        return None
    flaw = enriched.flaw(finding.resource.asset_id, cve)
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


def activity_fact(
    finding: Finding,
    weakness: str,
    asset: AssetRecord | None,
    enriched: Enrichments,
    at: datetime,
    behind: Iterable[AssetRecord] = (),
) -> Fact | None:
    """Alerts on the asset and attempts from outside, as far as they bear on the finding; None where no source was
    asked. The graver of both counts.

    `behind` are the machines that a group or firewall lets traffic through to: what happens to them happens to it.
    """
    if asset is None:
        return None
    found: list[Fact] = []
    watched = False
    for one in (asset, *islice(behind, MOST_BEHIND)):
        traffic = enriched.activity.get(one.asset_id)
        watched = watched or traffic is not None
        for fact in (
            _alerted(enriched.alerts.get(one.asset_id, ()), weakness, at),
            _attempted(finding, traffic, at),
        ):
            if fact is not None:
                own = one is asset
                name = shown(one.name or one.uid)
                found.append(
                    fact if own else fact._replace(value=f"{fact.value}, at {name}", ids=(*fact.ids, name))
                )
    if found:
        return max(found, key=lambda fact: fact.grade)
    if enriched.answered("alerts") and enriched.answered("activity"):
        ports = ports_of(finding)
        where = f" on {_named(ports)}" if ports and watched else ""
        text = f"no serious alert on it and no attempts{where} beyond noise"
        return absent("observed activity", text, "alerts and traffic logs", at=at)
    return None


def _alerted(alerts: tuple[Alert, ...], weakness: str, at: datetime) -> Fact | None:
    """Serious alerts. One whose technique uses the weakness counts in full, one that names other techniques less."""
    serious = [a for a in alerts if a.severity.upper() in _SERIOUS]
    if not serious:
        return None
    senses = {a.id: sense_of(a.techniques, weakness) if a.techniques else "unnamed" for a in serious}
    linked = [a for a in serious if _LINK[senses[a.id]] == max(_LINK[s] for s in senses.values())]
    worst = min(linked, key=lambda a: (a.severity.upper() != "CRITICAL", a.id))
    count = "1 serious alert" if len(serious) == 1 else f"{len(serious)} serious alerts"
    # Alerts that have nothing to do with the weakness add nothing to one that has.
    grade = min(1.0, 0.7 + 0.1 * len(linked)) * _LINK[senses[worst.id]]
    how = {"use": " by a technique that uses it", "other": " by a technique that has no part in it"}
    text = f"{count} on it: {shown(worst.name, 80)}"
    if worst.techniques:
        text += f" ({', '.join(worst.techniques[:3])}){how.get(senses[worst.id], '')}"
    return known("observed activity", text, grade, shown(worst.source), shown(worst.id), at=worst.at or at)


def _attempted(finding: Finding, traffic: Activity | None, at: datetime) -> Fact | None:
    """Traffic from outside: on the ports that the finding names, else on all, where what visitors of a web port do is
    no attempt.
    """
    if traffic is None:
        return None
    named = ports_of(finding)
    if named:
        rows = {port: traffic.by_port[port] for port in named if port in traffic.by_port}
    else:
        rows = {
            port: row._replace(attempts=max(row.attempts - row.accepted, 0), accepted=0)
            if port in WEB_PORTS
            else row
            for port, row in traffic.by_port.items()
        }
    attempts, accepted = sum(r.attempts for r in rows.values()), sum(r.accepted for r in rows.values())
    if attempts <= _QUIET:
        return None
    busiest = sorted((p for p in rows if rows[p].attempts), key=lambda p: (-rows[p].attempts, p))
    addresses = max(row.addresses for row in rows.values())
    lasts = [row.last for row in rows.values() if row.last is not None]
    text = f"{attempts:,} attempts from {addresses:,} addresses on {', '.join(map(str, busiest[:4]))}"
    grade = min(0.8, 0.25 + 0.1 * len(str(attempts)) + (0.2 if accepted else 0.0))
    return known(
        "observed activity", text, grade, shown(traffic.source), at=max(lasts, default=traffic.last) or at
    )


def _named(ports: tuple[int, ...]) -> str:
    return f"port {ports[0]}" if len(ports) == 1 else f"ports {', '.join(map(str, ports[:4]))}"


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
    if known_as.others:
        value += f" ({'; '.join(shown(other) for other in known_as.others)})"
    return known(
        "environment",
        value,
        known_as.grade,
        shown(known_as.source),
        shown(asset.name),
        at=known_as.observed_at or at,
    )
