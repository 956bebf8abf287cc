"""Who is asked about: the asset of a finding, the machines that it stands for, and every mark logs know them by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tools.findings.model import AssetRecord, Finding
from tools.priority.context import Context
from tools.priority.correlation.focus import Focus, focus_of
from tools.priority.enrich.matching import addresses_of
from tools.priority.enriched import cve_of
from tools.priority.estate import name_of
from tools.priority.exposure import exposure_of
from tools.priority.exposure_aws import group_users
from tools.priority.graph.model import Relation
from tools.priority.network import OpenRange, group_ids
from tools.priority.reading import View, shown

MOST_MACHINES = 25
"""Machines behind one group or role that logs are asked about; more are counted and named as left out."""
_MACHINES = {"ec2.instance", "azure.vm", "gcp.vm"}
_NETWORK = {"ec2.sg", "azure.nsg", "gcp.firewall", "ec2.eni", "azure.nic", "azure.ip", "elb", "rds.db"}
_CALLERS = {"iam.role", "iam.user", "gcp.sa"}


@dataclass(frozen=True)
class Subject:
    """One asset with the machines behind it.

    `assets` are all whose alerts count, the asset first; `addresses` and `interfaces` are what logs of traffic name,
    each with the asset id of its machine; `resources` are the ids and `names` the names that audit logs may use.
    """

    asset: AssetRecord
    finding: Finding | None
    focus: Focus
    assets: tuple[AssetRecord, ...]
    machines: tuple[AssetRecord, ...] = ()
    left_out: int = 0
    addresses: dict[str, str] = field(default_factory=dict)
    interfaces: dict[str, str] = field(default_factory=dict)
    resources: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    identities: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The asset's name for a sentence."""
        return shown(name_of(self.asset) or self.asset.asset_id)

    def name(self, asset_id: str) -> str:
        """The name of one of its assets."""
        return next((shown(name_of(a)) for a in self.assets if a.asset_id == asset_id), "")


def subject_of(context: Context, asset: AssetRecord, finding: Finding | None = None) -> Subject:
    """Everything about an asset that a log may know it by."""
    estate = context.estate
    kind = estate.kind(asset)
    behind = [] if kind in _MACHINES else _behind(context, asset, kind)
    behind = sorted({a.asset_id: a for a in behind}.values(), key=lambda a: a.asset_id)
    kept, left_out = behind[:MOST_MACHINES], max(0, len(behind) - MOST_MACHINES)
    machines = (asset, *kept) if kind in _MACHINES else tuple(kept)
    addresses: dict[str, str] = {}
    interfaces: dict[str, str] = {}
    for one in (*machines, *([asset] if kind in _NETWORK else [])):
        for view in _views(context, one):
            for address in addresses_of(view):
                addresses.setdefault(address, one.asset_id)
            for name in _interface_names(view):
                interfaces.setdefault(name, one.asset_id)
    guards = _guards(context, asset) if kind in _MACHINES else []
    named = (asset, *guards)
    openings = _openings(context, asset, machines, kind)
    return Subject(
        asset=asset,
        finding=finding,
        focus=focus_of(
            finding,
            openings,
            machine=kind in _MACHINES,
            network=kind in _NETWORK,
            identity=kind.startswith(("iam.", "gcp.iam", "gcp.sa"))
            or asset.asset_class.lower() == "identity",
            remote=_remote(context, finding),
        ),
        assets=(asset, *(m for m in machines if m.asset_id != asset.asset_id)),
        machines=machines,
        left_out=left_out,
        addresses=addresses,
        interfaces=interfaces,
        resources=_marks(named),
        names=tuple(dict.fromkeys(n for a in named for n in (a.name, name_of(a)) if n)),
        identities=(name_of(asset),) if kind in _CALLERS else (),
    )


def _remote(context: Context, finding: Finding | None) -> bool:
    """Whether a finding's flaw works over the network; one that nobody describes may."""
    cve = cve_of(finding) if finding is not None else ""
    if finding is None or not cve:
        return True
    flaws = context.enriched.flaws.get(finding.resource.asset_id, ())
    return all(flaw.remote is not False for flaw in flaws if flaw.cve.upper() == cve)


def _behind(context: Context, asset: AssetRecord, kind: str) -> list[AssetRecord]:
    """Machines that a group, interface, disk or identity belongs to."""
    estate = context.estate
    found = [a for a in context.facts_of(asset).related if estate.kind(a) in _MACHINES]
    if kind in {"ec2.sg", "azure.nsg", "gcp.firewall"}:
        for user in context.facts_of(asset).related:
            found += [a for a in _attached(context, user) if estate.kind(a) in _MACHINES]
    if kind in {"azure.nic", "azure.ip"}:
        found += [m for m in estate.of_kind("azure.vm") if _has_nic(context, m, asset)]
    for edge in context.graph.edges:
        if edge.relation is Relation.RUNS_AS:
            graph = context.graph
            source = graph.nodes[graph.place[edge.source]].asset_id
            target = graph.nodes[graph.place[edge.target]].asset_id
            if target == asset.asset_id and source in estate.assets:
                found.append(estate.assets[source])
    return [a for a in found if estate.kind(a) in _MACHINES and a.asset_id != asset.asset_id]


def _attached(context: Context, interface: AssetRecord) -> list[AssetRecord]:
    owner = context.estate.view(interface).at("Attachment").text("InstanceId")
    found = context.estate.find(interface.account, owner, "ec2.instance") if owner else None
    return [found] if found is not None else []


def _has_nic(context: Context, machine: AssetRecord, nic: AssetRecord) -> bool:
    return any(found.asset_id == nic.asset_id for found in _nics(context, machine))


def _nics(context: Context, machine: AssetRecord) -> list[AssetRecord]:
    view = context.estate.view(machine)
    refs = [n.text("id") for n in view.at("networkProfile").each("networkInterfaces")]
    wanted = [name for ref in refs if ref for name in (ref, ref.rsplit("/", 1)[-1])]
    return context.estate.find_all(machine.account, wanted, "azure.nic")


def _views(context: Context, asset: AssetRecord) -> Iterable[View]:
    """An asset's configuration and those of its interfaces and their addresses."""
    estate = context.estate
    yield estate.view(asset)
    instance = estate.view(asset).text("InstanceId")
    interfaces = _nics(context, asset)
    if instance:
        interfaces += estate.index("interfaces by instance", lambda: _by_instance(context)).get(
            (asset.account, instance.lower()), []
        )
    for interface in (*interfaces, *([asset] if estate.kind(asset) == "azure.nic" else [])):
        view = estate.view(interface)
        yield view
        for config in view.each("ipConfigurations"):
            yield config
            reference = config.at("publicIPAddress").text("id")
            found = (
                estate.find(asset.account, reference.rsplit("/", 1)[-1], "azure.ip") if reference else None
            )
            if found is not None:
                yield estate.view(found)


def _by_instance(context: Context) -> dict[tuple[str, str], list[AssetRecord]]:
    found: dict[tuple[str, str], list[AssetRecord]] = {}
    for interface in context.estate.of_kind("ec2.eni"):
        owner = context.estate.view(interface).at("Attachment").text("InstanceId").lower()
        if owner:
            found.setdefault((interface.account, owner), []).append(interface)
    return found


def _interface_names(view: View) -> Iterable[str]:
    if name := view.text("NetworkInterfaceId"):
        yield name
    for interface in view.each("NetworkInterfaces"):
        if name := interface.text("NetworkInterfaceId"):
            yield name


def _guards(context: Context, machine: AssetRecord) -> list[AssetRecord]:
    """Groups that filter a machine's traffic: a change to one of them may be what opened it."""
    names = group_ids(context.estate.view(machine))
    for nic in _nics(context, machine):
        names.append(context.estate.view(nic).at("networkSecurityGroup").text("id").rsplit("/", 1)[-1])
    return context.estate.find_all(machine.account, [n for n in names if n], "ec2.sg", "azure.nsg")


def _openings(
    context: Context, asset: AssetRecord, machines: Iterable[AssetRecord], kind: str
) -> list[OpenRange]:
    own = list(exposure_of(context.reader, asset).openings)
    if own or kind not in {"ec2.sg", "azure.nsg", "gcp.firewall", "ec2.eni", "azure.nic"}:
        return own
    found = [o for m in machines for o in exposure_of(context.reader, m).openings]
    if kind == "ec2.sg":
        group = context.estate.view(asset).text("GroupId", "id") or asset.name
        users = group_users(context.reader, asset.account, group)
        found += [o for u in users for o in exposure_of(context.reader, u).openings]
        found = [o for o in found if o.owner.lower() in {group.lower(), asset.name.lower()}]
    return list(dict.fromkeys(found))


def _marks(assets: Iterable[AssetRecord]) -> tuple[str, ...]:
    """Ids by which an audit log may name assets: the whole, and what stands behind its last slash or colon."""
    found: list[str] = []
    for asset in assets:
        found += [asset.uid, asset.uid.rsplit("/", 1)[-1]]
        if asset.uid.startswith("arn:"):
            found.append(asset.uid.rsplit(":", 1)[-1])
    return tuple(dict.fromkeys(mark for mark in found if len(mark) > 2))
