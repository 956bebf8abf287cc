"""Steps inside AWS networks: from a machine to its neighbours, and through load balancers to what stands behind."""

from __future__ import annotations

from collections.abc import Iterator

from tools.findings.model import AssetRecord
from tools.priority.enrich.model import Enrichments
from tools.priority.estate import Estate, name_of
from tools.priority.exposure import Reader, exposure_of
from tools.priority.graph.aws_inside import HOSTS, Inside
from tools.priority.graph.credentials import port_of
from tools.priority.graph.flaws import wants_token
from tools.priority.graph.jewels import Jewels
from tools.priority.graph.model import INTERNET, Edge, Node, NodeKind, Parts, Relation
from tools.priority.graph.neighbours import ways_in
from tools.priority.graph.network_entries import NetworkEntries
from tools.priority.graph.vocabulary import GraphWords
from tools.priority.network import OpenRange
from tools.priority.reading import View, shown

_STATES = {"running", "pending", "available", ""}


class AwsNetworkEdges:
    """Adds what the network lets an intruder do once inside."""

    def __init__(
        self,
        estate: Estate,
        reader: Reader,
        inside: Inside,
        enriched: Enrichments,
        jewels: Jewels,
        words: GraphWords,
        parts: Parts,
    ) -> None:
        self._estate = estate
        self._reader = reader
        self._inside = inside
        self._enriched = enriched
        self._jewels = jewels
        self._words = words
        self._parts = parts
        self._entries = NetworkEntries(reader, enriched, words)

    def add(self) -> None:
        """Neighbours and balancers."""
        for target in self._estate.of_kind("ec2.instance"):
            self._into_machine(target)
        for target in self._estate.of_kind("rds.db", "redshift.cluster"):
            self._into_database(target)
        for balancer in self._estate.of_kind("elb"):
            self._through(balancer)

    def _into_machine(self, target: AssetRecord) -> None:
        """Steps onto a machine from every place that its groups let in."""
        view = self._estate.view(target)
        if not _runs(view):
            return
        flaws = self._enriched.flaws.get(target.asset_id, ())
        worthy = self._jewels.of(target).value >= 0.5
        tokens = wants_token(self._estate, target)
        for key, inlet in self._inside.open_to(target, None):
            for way in ways_in(flaws, inlet, self._words, worthy=worthy, tokens=tokens):
                self._step(key, target, way.relation, way.chance, way.why, inlet.owner)

    def _into_database(self, target: AssetRecord) -> None:
        if not _runs(self._estate.view(target)) or self._jewels.of(target).value < 0.5:
            return
        for key, inlet in self._inside.open_to(target, port_of(self._estate.view(target))):
            self._step(
                key,
                target,
                Relation.SIGNS_IN,
                self._words.step["login_inside"],
                "a password is needed",
                inlet.owner,
            )

    def _step(
        self, key: str, target: AssetRecord, relation: Relation, chance: float, why: str, owner: AssetRecord
    ) -> None:
        self._parts.join(
            Edge(
                key,
                target.asset_id,
                relation,
                chance,
                f"{shown(name_of(owner))} lets it in; {why}",
                (owner.asset_id,),
                (shown(name_of(owner)), shown(name_of(target))),
            )
        )

    def _through(self, balancer: AssetRecord) -> None:
        """The internet reaches a balancer's targets on their port, whether they have an address of their own or not."""
        exposure = exposure_of(self._reader, balancer).fact
        if exposure.state == "absent" or exposure.grade <= 0:
            return
        name = shown(name_of(balancer))
        known = exposure.state == "known"
        joined = False
        for target, port, group in self._targets(balancer):
            if not _runs(self._estate.view(target)):
                continue
            kind = self._estate.kind(target)
            opening = OpenRange(port or 0, port or 65_535, 1.0, "load balancer", name)
            for door in self._entries.doors(target, kind, [opening]):
                chance = self._words.entry["public_function"] if kind == "lambda.function" else door.chance
                relation = Relation.INVOKES if kind == "lambda.function" else door.relation
                self._parts.join(
                    Edge(
                        balancer.asset_id,
                        target.asset_id,
                        relation,
                        chance,
                        f"{name} passes the internet's requests on to it; {door.why}",
                        (group,) if group else (),
                        (name, shown(name_of(target))),
                    )
                )
            joined = True
        if joined:
            self._parts.add(
                Node(balancer.asset_id, NodeKind.SERVICE, name, balancer.asset_id, balancer.account)
            )
            chance = 0.999 if known else self._words.step["unknown"]
            self._parts.join(
                Edge(
                    INTERNET, balancer.asset_id, Relation.REACHES, chance, exposure.value, (), (name,), known
                )
            )

    def _targets(self, balancer: AssetRecord) -> Iterator[tuple[AssetRecord, int | None, str]]:
        """What a balancer sends requests to: (target, port, the target group's asset)."""
        groups = self._estate.index("target groups", self._groups_by_balancer)
        for group in groups.get(balancer.uid, ()):
            view = self._estate.view(group)
            for described in view.each("TargetHealthDescriptions", "Targets"):
                one = described.at("Target") or described
                port = one.text("Port") or view.text("Port")
                found = self._estate.find(group.account, one.text("Id"), *HOSTS)
                if found is not None:
                    yield found, int(port) if port.isdigit() else None, group.asset_id
        view = self._estate.view(balancer)
        for item in view.each("Instances"):  # a classic balancer names its own
            found = self._estate.find(balancer.account, item.text("InstanceId"), "ec2.instance")
            if found is not None:
                yield found, None, ""

    def _groups_by_balancer(self) -> dict[str, list[AssetRecord]]:
        found: dict[str, list[AssetRecord]] = {}
        for group in self._estate.of_kind("elb.targets"):
            for arn in self._estate.view(group).texts("LoadBalancerArns"):
                found.setdefault(arn, []).append(group)
        return found


def _runs(view: View) -> bool:
    """Whether a machine or database runs; what does not say is taken to."""
    state = view.get("State", "state")
    name = View(state).text("Name", "Code") if isinstance(state, dict) else str(state or "")
    status = view.text("DBInstanceStatus", "ClusterStatus", "status")
    return name.lower() in {*_STATES, "active"} and status.lower() not in {"stopped", "paused", "deleting"}
