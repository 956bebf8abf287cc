"""The facts of one finding, gathered from its asset, its snapshot and what was asked outside."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from tools.findings.model import AssetRecord, Finding, FindingStatus
from tools.priority.arithmetic import Inputs
from tools.priority.context import SERIOUS, AssetFacts, Context
from tools.priority.correlation.focus import ports_of
from tools.priority.enriched import activity_fact, cve_of, exploit_fact
from tools.priority.facts import Fact, absent, known, unknown
from tools.priority.graph.model import INTERNET, Part, Relation
from tools.priority.network import port_grade
from tools.priority.paths import BESIDE, part_path
from tools.priority.prefilter import BENIGN, standing_of
from tools.priority.threats import threat_fact
from tools.priority.weakness import Weakness, weakness_of
from tools.priority.weakness_here import on_this_asset

_ALWAYS = absent("compensating controls", "none found", "configuration")
_NO_FLAW = absent("exploit evidence", "no known flaw is concerned", "finding category")
_FLAW = unknown("exploit evidence", "KEV and EPSS were not asked", 0.0, 0.0, 1.0)
_NO_THREAT = unknown("active threat", "no threat feed was asked", 0.0, 0.0, 1.0)
_NO_ACTIVITY = unknown("observed activity", "no network or endpoint data was asked", 0.0, 0.0, 1.0)
_NOT_TARGET = absent("observed activity", "nothing that could be probed", "weakness class")
_NOT_ATTACKED = absent("active threat", "nothing that could be attacked directly", "weakness class")
_ATTACKED = SERIOUS - {"privilege"}


_OLD = 0.4
_FILTERS = {"ec2.sg", "azure.nsg", "gcp.firewall"}
_PARTS: Final[Mapping[str, tuple[Part, ...]]] = {
    "takeover": (Part.ENTERED,),
    "data_exposure": (Part.ENTERED,),
    "entry": (Part.ENTERED,),
    "barrier": (Part.ENTERED,),
    "private_endpoint": (Part.USED,),
    "policies": (Part.USED,),
    "endpoint": (Part.ENTERED, Part.BY_KEY),
    "imds": (Part.RUN_AS,),
    "profile": (Part.RUN_AS,),
    "container": (Part.ESCAPED,),
    "secrets": (Part.TOLD,),
    "account_key": (Part.BY_KEY,),
    "keys": (Part.BY_KEY,),
}
"""By theme or class of weakness. A private endpoint keeps a stolen login outside, whichever way it was stolen, but
not whoever may change what lets in."""
_DOORS = {"account_key": Part.BY_KEY, "keys": Part.BY_KEY, "trust": Part.ASSUMED, "deputy": Part.ASSUMED}
"""By theme of a weakness of an identity's door: how an intruder uses that door."""
_OPENING = (Relation.HOLDS, Relation.OPENS, Relation.ASSUMES)
_FURTHER = {"lateral", "vulnerability", "credential", "privilege"}
"""What an intruder uses who is inside already."""
# Themes whose findings themselves say that strangers can reach the resource: evidence where no configuration is.
_ASSERTING = {"public", "ingress", "trust", "authorizer", "kubernetes", "profile"}


def inputs_for(finding: Finding, context: Context) -> Inputs:
    """Gather the facts of a finding."""
    asset = context.estate.assets.get(finding.resource.asset_id)
    own = context.facts_of(asset)
    weakness = on_this_asset(weakness_of(finding), asset, own.exposure.fact, context.estate)
    path = _path_for(finding, weakness, own, context)
    exposure = _exposure_for(finding, own, context, weakness)
    exposure = _given_away(_reached(exposure, path, weakness), finding.resource.asset_id, weakness, context)
    wide = weakness.theme.startswith("account:") or (
        asset is not None and not asset.config and _is_account(finding)
    )
    reachable = weakness.name in _ATTACKED
    facts: dict[str, Fact] = {
        "exposure": exposure,
        "path": path,
        "data": own.data,
        "environment": own.environment,
        "blast": own.blast,
        "exploit": exploit_fact(finding, context.enriched, context.as_of) or _FLAW
        if weakness.name == "vulnerability" or finding.category.upper() == "VULNERABILITY"
        else _NO_FLAW,
        "threat": (
            threat_fact(finding, weakness, cve_of(finding), context.enriched, context.as_of) or _NO_THREAT
        )
        if reachable
        else _NOT_ATTACKED,
        "activity": (
            activity_fact(
                finding, weakness.name, asset, context.enriched, context.as_of, _behind(asset, own, context)
            )
            or _NO_ACTIVITY
        )
        if reachable and exposure.grade > 0
        else _NOT_TARGET,
        "combination": _combination(finding, weakness, context),
        "compensating": _compensating(own, context),
        "age": _age(finding.first_seen, context.as_of),
        "order": _order(finding.id),
    }
    for factor, fact in context.enrichment.get(finding.resource.asset_id, {}).items():
        # What was asked and answered replaces "unknown"; what a weakness cannot be subject to stays out.
        if factor in facts and facts[factor].state == "unknown":
            facts[factor] = fact
    standing = standing_of(finding, weakness, facts["path"], context)
    return Inputs(
        finding.severity, weakness, facts, wide,
        accepted="" if standing.kind in BENIGN else standing.because,
        failing=finding.status is FindingStatus.FAIL,
        benign=standing.because if standing.kind in BENIGN else "",
        held_by=standing.kind,
        not_held=standing.not_held,
    )  # fmt: skip


def _behind(asset: AssetRecord | None, own: AssetFacts, context: Context) -> Iterable[AssetRecord]:
    """The machines whose traffic goes through what the finding is about."""
    return own.related if asset is not None and context.estate.kind(asset) in _FILTERS else ()


def _exposure_for(finding: Finding, own: AssetFacts, context: Context, weakness: Weakness) -> Fact:
    """The asset's exposure, narrowed to the port that the finding is about."""
    fact, openings = own.exposure.fact, own.exposure.openings
    if weakness.words.startswith("anyone can list") and fact.state == "known" and fact.grade > 0:
        grade = min(fact.grade, context.weights.exposure["public_list"])
        return fact._replace(grade=grade, low=grade, high=grade)
    if fact.state == "unknown" and weakness.theme in _ASSERTING:
        asserted = context.weights.exposure["asserted"] * fact.high
        if fact.grade < asserted:
            return fact._replace(grade=asserted, value=f"the finding says so; {fact.value}")
    if weakness.theme == "public_address" or not openings or fact.state != "known":
        return fact
    ports = ports_of(finding)
    if not ports:
        return fact
    # Of several ports that a finding names, the one that is open and gives most speaks for it.
    port = max(
        ports,
        key=lambda p: (
            port_grade([o for o in openings if o.covers(p)], context.weights.ports, p)
            if any(o.covers(p) for o in openings)
            else -1.0
        ),
    )
    mine = [o for o in openings if o.covers(port)]
    if not mine:
        return unknown(
            "exposure",
            f"the finding says {port}, the configuration shows {fact.value}",
            0.0,
            -1.0,
            fact.grade,
            "contradicting records",
            *fact.ids,
            at=context.as_of,
        )
    grade = min(port_grade(mine, context.weights.ports, port), 1.0)
    where = fact.value.partition(" on ")[2]
    text = f"{port} open to {mine[0].cidr}" + (f" on {where}" if where else "")
    return known("exposure", text, grade, fact.source, *fact.ids, at=context.as_of)


def _reached(exposure: Fact, path: Fact, weakness: Weakness) -> Fact:
    """That the internet does not reach a thing speaks for it only as far as no intruder gets there by another way."""
    if weakness.name not in _FURTHER or exposure.grade >= 0 or path.state != "known" or path.grade <= 0:
        return exposure
    grade = exposure.grade * (1.0 - path.grade)
    return exposure._replace(
        value=f"{exposure.value}; reached by another way", grade=grade, low=grade, high=grade
    )


def _given_away(exposure: Fact, asset_id: str, weakness: Weakness, context: Context) -> Fact:
    """A door of an identity is as exposed as the place where an intruder finds what opens it: a key that lies there, or
    an identity that its trust lets in.
    """
    door = _DOORS.get(weakness.theme)
    path = context.graph.path_by(asset_id, door, known_only=True) if door is not None else None
    chance = 1.0
    for place, step, holder in zip(path.nodes, path.edges, path.nodes[1:], strict=False) if path else ():
        chance *= step.chance
        if holder.asset_id == asset_id and step.relation in _OPENING:
            if place.key == INTERNET or chance <= exposure.grade:
                break
            how = "may assume it" if step.relation is Relation.ASSUMES else "holds a key for it"
            text = f"{place.label}, which an intruder gets at, {how}"
            return known("exposure", text, chance, "configuration", place.label, at=context.as_of)
    return exposure


def _path_for(finding: Finding, weakness: Weakness, own: AssetFacts, context: Context) -> Fact:
    """The asset's path as far as the finding has a part in it.

    An open door does not make a path that comes in by another, a flaw none that opens no door, an old metadata service
    none that needs no identity.
    """
    path = own.path
    if path.grade <= 0:
        return path
    cve = cve_of(finding)
    parts = (Part.EXPLOITED,) if cve else _PARTS.get(weakness.theme, _PARTS.get(weakness.name, ()))
    if cve:
        path = _through(path, cve, finding, context)
    elif weakness.name == "vulnerability":
        # An old version is a reason to look for flaws, and none by itself.
        return _held(path, _OLD)
    if not parts or context.graph.path_of(finding.resource.asset_id) is None:
        return path
    found = [part_path(context, finding.resource.asset_id, part) for part in parts]
    mine = max((one for one in found if one is not None), key=lambda one: one.grade, default=None)
    share = path.grade / own.path.grade
    if mine is not None and mine.grade * share >= BESIDE * path.grade:
        return _held(mine, share)
    return _held(path._replace(value=f"{path.value}, by another weakness than this"), BESIDE)


def _through(path: Fact, cve: str, finding: Finding, context: Context) -> Fact:
    """The path as far as this flaw opens the door, beside the worst flaw there."""
    share = context.opens_by(finding.resource.asset_id).get(cve, 0.0)
    if share >= 1.0:
        return path
    text = f"{path.value}, which {cve} does not open" if share == 0.0 else path.value
    return path._replace(
        value=text, grade=path.grade * share, low=path.low * share, high=path.high * max(share, 0.2)
    )


def _held(path: Fact, share: float) -> Fact:
    return path if share >= 1.0 else path._replace(grade=share * path.grade, low=share * path.low)


def _is_account(finding: Finding) -> bool:
    return finding.resource.name == finding.account or finding.resource.type.upper().endswith("ACCOUNT")


def _combination(finding: Finding, weakness: Weakness, context: Context) -> Fact:
    others = context.serious.get(finding.resource.asset_id, 0) if finding.resource.asset_id else 0
    others -= 1 if weakness.name in SERIOUS and others > 0 else 0
    if others <= 0:
        return _alone(context.as_of)
    return _beside(others, context.as_of)


@lru_cache(maxsize=4096)
def _beside(others: int, at: datetime) -> Fact:
    words = "1 other serious weakness" if others == 1 else f"{others} other serious weaknesses"
    return known("combination", f"{words} on the same resource", others / (others + 2.0), "findings", at=at)


@lru_cache(maxsize=64)
def _alone(at: datetime) -> Fact:
    return absent("combination", "no other serious weakness on it", "findings", at=at)


def _compensating(own: AssetFacts, context: Context) -> Fact:
    if not own.exposure.compensating:
        return _ALWAYS
    return known(
        "compensating controls",
        own.exposure.compensating,
        -1.0,
        "configuration",
        *own.exposure.fact.ids,
        at=context.as_of,
    )


@lru_cache(maxsize=131_072)
def _age(first_seen: datetime | None, as_of: datetime) -> Fact:
    if first_seen is None:
        return unknown("age", "no record of when it was first seen", 0.0, 0.0, 1.0)
    first = first_seen if first_seen.tzinfo else first_seen.replace(tzinfo=UTC)
    seconds = max((as_of - first).total_seconds(), 0.0)
    days = seconds / 86400.0
    text = "first seen today" if days < 1 else "open for 1 day" if days < 2 else f"open for {int(days)} days"
    return known("age", text, min(math.log1p(days) / math.log1p(365.0), 1.0), "finding", at=first_seen)


def _order(finding_id: str) -> Fact:
    """A place among findings alike in every fact, the same from run to run."""
    place = zlib.crc32(finding_id.encode("utf-8", "surrogatepass")) / 0xFFFFFFFF
    return known("fixed order", "keeps equals apart", 2.0 * place - 1.0, "finding id")
