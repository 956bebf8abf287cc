"""Whether attackers use now what a finding offers: campaigns of threat feeds against its port, flaw and technique.

A campaign that names the finding's vulnerability fits best, one that names its port well, one that only shares a
technique a little. How much it counts falls with the time since it was last seen.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from tools.findings.model import Finding
from tools.priority.correlation.focus import ports_of, techniques_for
from tools.priority.enrich.model import Campaign, Enrichments
from tools.priority.facts import Fact, absent, known, unknown
from tools.priority.reading import shown
from tools.priority.weakness import Weakness

_NAME = "active threat"
_BY_CVE, _BY_PORT, _BY_USE, _BY_PROBE = 1.0, 0.8, 0.4, 0.25
_HALF_LIFE_DAYS = 90.0
_LONGEST = timedelta(days=365)
"""A campaign that nobody has seen for a year, and that no feed says goes on, is over."""
_STALE = timedelta(days=90)
"""Feeds older than this say nothing about a finding that none of their campaigns fits."""
_NONE = "no current campaign of the threat feeds fits it"


class _Fit(NamedTuple):
    grade: float
    id: str
    what: str
    campaign: Campaign


def threat_fact(
    finding: Finding, weakness: Weakness, cve: str, enriched: Enrichments, at: datetime
) -> Fact | None:
    """The campaign that fits a finding best; None where no feed was asked."""
    if not enriched.answered("threats"):
        return None
    index, ports = enriched.threats, ports_of(finding)
    fits = [_fit(c, _BY_CVE, cve, at) for c in index.by_cve.get(cve, ())] if cve else []
    for port in ports:
        fits += [_fit(c, _BY_PORT, f"port {port}", at) for c in index.by_port.get(port, ())]
    key = (weakness.name, bool(ports), bool(cve), at)
    if key not in index.memo:
        index.memo[key] = _by_technique(enriched, weakness.name, bool(ports), bool(cve), at)
    found = [fit for fit in (*fits, index.memo[key]) if isinstance(fit, _Fit)]
    best = max(found, key=lambda fit: (fit.grade, fit.id), default=None)
    as_of = enriched.states["threats"].as_of
    if best is not None:
        return _fact(best, at)
    if as_of is not None and at - as_of > _STALE:
        text = f"the threat feeds are of {as_of.date().isoformat()}"
        return unknown(_NAME, text, 0.0, 0.0, 1.0, "threat feeds", at=as_of)
    return absent(_NAME, _NONE, "threat feeds", at=as_of or at)


def _by_technique(
    enriched: Enrichments, weakness: str, has_ports: bool, has_cve: bool, at: datetime
) -> _Fit | None:
    """The best campaign that shares only a technique: not one that says itself that it uses other ports or flaws."""
    found: list[_Fit | None] = []
    for technique, sense in techniques_for(weakness).items():
        for campaign in enriched.threats.by_technique.get(technique, ()):
            if not (campaign.ports and has_ports) and not (campaign.cves and has_cve):
                share = _BY_USE if sense == "use" else _BY_PROBE
                found.append(_fit(campaign, share, technique, at))
    return max((fit for fit in found if fit is not None), key=lambda fit: (fit.grade, fit.id), default=None)


def _fit(campaign: Campaign, share: float, what: str, at: datetime) -> _Fit | None:
    recent = recency(campaign, at)
    if recent <= 0.0:
        return None
    sure = 1.0 if campaign.confidence is None else 0.4 + 0.6 * min(max(campaign.confidence, 0), 100) / 100
    return _Fit(share * recent * sure, campaign.id, what, campaign)


def recency(campaign: Campaign, at: datetime) -> float:
    """1 for a campaign that goes on now, halved every 90 days since it was last seen; 0 for one that is over or has
    not begun. Without any date it is taken for half as good as a fresh one.
    """
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    if (campaign.since is not None and campaign.since > at) or (
        campaign.until is not None and campaign.until <= at
    ):
        return 0.0
    if campaign.until is not None and campaign.seen is None:
        return 1.0
    last = campaign.seen or campaign.since
    if last is None:
        return 0.5
    age = max(at - last, timedelta())
    if age > _LONGEST and campaign.until is None:
        return 0.0
    return float(0.5 ** (age / timedelta(days=_HALF_LIFE_DAYS)))


def current(campaigns: Iterable[Campaign], at: datetime) -> tuple[Campaign, ...]:
    """Those that still count."""
    return tuple(campaign for campaign in campaigns if recency(campaign, at) > 0.0)


def _fact(fit: _Fit, at: datetime) -> Fact:
    campaign = fit.campaign
    last = campaign.seen or campaign.since
    when = f", last seen {min(last, at).date().isoformat()}" if last is not None else ""
    text = f"{shown(campaign.name, 80)} uses {fit.what}{when}"
    source = shown(campaign.source) or "threat feed"
    return known(_NAME, text, min(fit.grade, 1.0), source, shown(campaign.id), at=last or at)
