"""What the score needs to know about a snapshot, worked out once per asset and not once per finding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from tools.bulk import uncollected
from tools.findings.model import AssetRecord, Finding, FindingSet
from tools.priority import addresses
from tools.priority.acceptance import Acceptance
from tools.priority.business import data_fact, environment_fact, inherited
from tools.priority.enrich.model import NOTHING, Enrichments
from tools.priority.enriched import business_of, data_held
from tools.priority.estate import Estate, cloud_of
from tools.priority.exposure import Exposure, Reader, exposure_of
from tools.priority.exposure_aws import group_users
from tools.priority.facts import Fact, absent, known, unknown
from tools.priority.graph.flaws import opening
from tools.priority.graph.gather import Gatherer
from tools.priority.graph.model import Edge
from tools.priority.graph.search import AttackGraph
from tools.priority.graph.spent import without_spent
from tools.priority.graph.told import Told, told_by
from tools.priority.graph.vocabulary import graph_words
from tools.priority.identity import Holding, holding_of, secret_names
from tools.priority.nodes import machine_of
from tools.priority.paths import Link, first_path, graph_path
from tools.priority.prefilter import NO_TOLERANCES, Tolerances
from tools.priority.reading import shown
from tools.priority.vocabulary import vocabulary
from tools.priority.weakness import weakness_of
from tools.priority.weights import Weights, load_weights

SERIOUS = {"takeover", "data_exposure", "entry", "credential", "privilege", "lateral", "vulnerability"}


_SECRETS = {
    "policy.secret": "a secret",
    "gcp.secret": "a secret",
    "k8s.secret": "a secret",
    "azure.vault.secret": "a secret",
    "azure.vault": "secrets and keys",
}
"""Kinds of asset that are there to hold credentials, and what they hold."""

Enrichment = Mapping[str, Mapping[str, Fact]]
"""Facts from outside the inventory by asset id and factor (`exploit`, `threat`, `activity`)."""


@dataclass(frozen=True, slots=True)
class AssetFacts:
    """What is known of one asset, apart from any finding on it."""

    exposure: Exposure
    data: Fact
    environment: Fact
    blast: Fact
    path: Fact
    holding: Holding | None = None
    related: tuple[AssetRecord, ...] = ()


@dataclass
class Context:
    """One snapshot, indexed. Made by `build_context`; facts are filled in as findings ask for them."""

    weights: Weights
    estate: Estate
    reader: Reader
    as_of: datetime
    serious: Mapping[str, int]
    tolerances: Tolerances = NO_TOLERANCES
    enrichment: Enrichment = field(default_factory=dict)
    enriched: Enrichments = NOTHING
    facts: dict[str, AssetFacts] = field(default_factory=dict)
    nowhere: AssetFacts | None = None
    links: dict[str, Link] | None = None
    opening: dict[str, Mapping[str, float]] = field(default_factory=dict)
    told: tuple[Told, ...] = ()

    @cached_property
    def graph(self) -> AttackGraph:
        """The attack graph of the snapshot, made when a fact first needs it."""
        with uncollected():
            return Gatherer(self.reader, self.enriched, graph_words(), self.told).gather()

    def facts_of(self, asset: AssetRecord | None) -> AssetFacts:
        """Facts of an asset, or those of a finding whose asset the tenant does not have."""
        if asset is None:
            if self.nowhere is None:
                self.nowhere = _nowhere(self)
            return self.nowhere
        found = self.facts.get(asset.asset_id)
        if found is None:
            found = self.facts[asset.asset_id] = _facts(self, asset)
        return found

    def opens_by(self, asset_id: str) -> Mapping[str, float]:
        """How well each known flaw of an asset opens its door beside the worst one there, by CVE id."""
        found = self.opening.get(asset_id)
        if found is None:
            flaws = self.enriched.flaws.get(asset_id, ())
            found = self.opening[asset_id] = opening(flaws, graph_words())
        return found


def build_context(
    snapshot: FindingSet,
    weights: Weights | None = None,
    accepted: Iterable[Acceptance] = (),
    enrichment: Enrichment | None = None,
    enriched: Enrichments = NOTHING,
    tolerances: Tolerances | None = None,
) -> Context:
    """Index a snapshot for scoring. `accepted` are accepted risks alone, `tolerances` those with what is approved."""
    used = weights or load_weights()
    held = tolerances or Tolerances(tuple(accepted))
    with uncollected():
        estate = Estate(snapshot.assets)
    reader = Reader(estate, used.ports, used.exposure, snapshot.as_of)
    serious: dict[str, int] = {}
    for finding in snapshot.findings:
        if finding.open and weakness_of(finding).name in SERIOUS:
            key = finding.resource.asset_id
            serious[key] = serious.get(key, 0) + 1
    told = tuple(said for finding in snapshot.findings if (said := told_by(finding)) is not None)
    enriched = replace(enriched, data=without_spent(enriched.data, estate, told))
    return Context(used, estate, reader, snapshot.as_of, serious, held, enrichment or {}, enriched, told=told)


def context_for(
    finding: Finding, asset: AssetRecord | None, as_of: datetime, weights: Weights | None = None
) -> Context:
    """A context of one finding and its asset alone, for use without a snapshot."""
    assets = {asset.asset_id: asset} if asset else {}
    return build_context(FindingSet((finding,), assets, as_of, 1), weights)


def _facts(context: Context, asset: AssetRecord) -> AssetFacts:
    at, estate = context.as_of, context.estate
    kind = estate.kind(asset)
    exposure = exposure_of(context.reader, asset)
    related = tuple(sorted(_related(context, asset, kind), key=lambda r: r.asset_id))
    own_data = _gravest(
        data_fact(asset, asset.tags, kind.startswith(vocabulary().holds_data), at),
        data_held(asset, context.enriched, at),
    )
    data = inherited(own_data, ((r, data_fact(r, r.tags, True, at)) for r in related))
    environment = inherited(
        business_of(asset, context.enriched, at) or environment_fact(asset, asset.tags, at),
        ((r, environment_fact(r, r.tags, at)) for r in related),
    )
    if (kept := _SECRETS.get(kind)) and data.state != "known":
        data = known("data class", kept, 0.9, "asset type", shown(asset.name), at=at)
    holding = holding_of(estate, asset)
    path = graph_path(context, asset)
    if path.grade <= 0 and cloud_of(asset) != "aws":
        path = first_path(context, asset, kind, exposure, data, holding, related)
    blast = _blast(context.weights, holding, at)
    if holding is None or not holding.sure:
        commands = [_commands(context, step) for step in context.graph.commanded(asset.asset_id)]
        blast = max([blast, *commands], key=lambda fact: fact.grade)
    secrets = secret_names(estate.view(asset))
    if secrets and blast.grade < context.weights.blast["secrets"]:
        names = ", ".join(shown(name) for name in secrets[:3])
        value = f"holds credentials in its environment ({names})"
        blast = known(
            "blast radius",
            value,
            context.weights.blast["secrets"],
            "configuration",
            *map(shown, secrets[:3]),
            at=at,
        )
    return AssetFacts(exposure, data, environment, blast, path, holding, related)


def _gravest(own: Fact, told: Fact | None) -> Fact:
    """The graver of what tags and other sources say; a known fact before an unknown one."""
    if told is None or (own.state == "known" and own.grade >= told.grade):
        return own
    return told


def _nowhere(context: Context) -> AssetFacts:
    at = context.as_of
    return AssetFacts(
        Exposure(
            unknown(
                "exposure",
                "the resource is not in the inventory",
                -0.3,
                -1.0,
                context.weights.exposure["reachable"],
                at=at,
            )
        ),
        unknown("data class", "the resource is not in the inventory", 0.0, -0.5, 1.0, at=at),
        unknown("environment", "the resource is not in the inventory", 0.0, -1.0, 1.0, at=at),
        unknown("blast radius", "the resource is not in the inventory", 0.1, 0.0, 1.0, at=at),
        unknown("attack path", "the resource is not in the inventory", 0.0, 0.0, 1.0, at=at),
    )


def _related(context: Context, asset: AssetRecord, kind: str) -> Iterable[AssetRecord]:
    """What the asset belongs to or serves, by ids in its configuration."""
    estate, view = context.estate, context.estate.view(asset)
    if kind == "ec2.sg":
        yield from group_users(context.reader, asset.account, view.text("id", "GroupId") or asset.name)
    elif kind in {"azure.nsg", "gcp.firewall"}:
        opened = estate.index("machines by opening", lambda: _machines_by_opening(context))
        yield from opened.get((asset.account, asset.name), ())
    elif kind in {"rds.snapshot", "ec2.snapshot", "ec2.eni", "ec2.volume"}:
        refs = [
            view.text("instance_id", "DBInstanceIdentifier", "DBClusterIdentifier"),
            view.text("volume", "VolumeId"),
        ]
        refs += [a.text("InstanceId", "instance_id") for a in view.each("Attachments", "attachments")]
        refs.append(view.at("Attachment").text("InstanceId"))
        for found in estate.find_all(
            asset.account, [r for r in refs if r], "rds.db", "ec2.volume", "ec2.instance"
        ):
            if found.asset_id != asset.asset_id:
                yield found
                if estate.kind(found) == "ec2.volume":
                    yield from _related(context, found, "ec2.volume")
    elif kind == "k8s.node" or kind in addresses.KINDS:
        machine = machine_of(estate, asset) if kind == "k8s.node" else addresses.holder_of(estate, asset)
        if machine is not None:
            yield machine
    elif kind == "azure.storage.container":
        store = asset.uid.lower().partition("/blobservices/")[0]
        yield from estate.find_all(asset.account, [store], "azure.storage")
    else:
        refs = [view.text("vpc_id", "VpcId"), view.text("subnet_id", "SubnetId")]
        yield from estate.find_all(asset.account, [r for r in refs if r], "ec2.vpc", "ec2.subnet")


def _machines_by_opening(context: Context) -> dict[tuple[str, str], list[AssetRecord]]:
    found: dict[tuple[str, str], list[AssetRecord]] = {}
    for machine in context.estate.of_kind("azure.vm", "gcp.vm"):
        for owner in dict.fromkeys(o.owner for o in exposure_of(context.reader, machine).openings):
            found.setdefault((machine.account, owner), []).append(machine)
    return found


def _commands(context: Context, step: Edge) -> Fact:
    """An identity whose roles make it an administrator, as the graph has it."""
    of = shown(context.graph.nodes[context.graph.place[step.target]].label)
    grade, at = context.weights.blast["admin"], context.as_of
    if step.known:
        return known("blast radius", of, grade, "role assignments", *step.records, at=at)
    estimate = grade * context.weights.blast["unsure"]
    low = context.weights.blast["none"]
    return unknown(
        "blast radius", f"possibly {of}", estimate, low, grade, "role assignments", *step.records, at=at
    )


def _blast(weights: Weights, holding: Holding | None, at: datetime) -> Fact:
    """What whoever controls the asset may do with its identity."""
    if holding is None:
        return absent("blast radius", "no identity of its own", "asset type", at=at)
    grade = weights.blast[holding.privilege]
    ids = tuple(shown(i) for i in (holding.identity, holding.via) if i)
    words = {
        "admin": "administrator of the account",
        "escalation": "can make itself administrator",
        "broad": "everything in whole services",
        "limited": "limited permissions",
        "none": "no permissions",
    }[holding.privilege]
    value = words + (
        f" through {shown(holding.via)}"
        if holding.via and holding.privilege not in {"none", "limited"}
        else ""
    )
    if holding.sure and grade <= 0:
        return absent("blast radius", value, shown(holding.source), *ids, at=at)
    if holding.sure:
        return known("blast radius", value, grade, shown(holding.source), *ids, at=at)
    low = weights.blast["none"]
    worst = weights.blast["admin"]
    estimate = grade * weights.blast["unsure"]
    return unknown(
        "blast radius", f"possibly {value}", estimate, low, worst, shown(holding.source), *ids, at=at
    )
