"""From the internet into clusters: public services and ingresses, and what their pods answer with.

A service counts as public by its type, its annotations and the address that it has; ranges, network policies and
workloads without a pod are honoured. The flaws of a workload are those of its images.
"""

from __future__ import annotations

from collections.abc import Iterator

from tools.findings.model import AssetRecord
from tools.priority.enrich.model import Enrichments, Flaw
from tools.priority.estate import Estate, name_of
from tools.priority.exposure import Reader, exposure_of
from tools.priority.graph.flaws import weakest
from tools.priority.graph.kubernetes_fronts import (
    Front,
    addressed,
    by_address,
    internal,
    listed_ranges,
    public_address,
)
from tools.priority.graph.kubernetes_images import Images
from tools.priority.graph.kubernetes_load import KubeCluster, Workload, notes_of
from tools.priority.graph.kubernetes_policies import Policies, selects
from tools.priority.graph.model import INTERNET, NodeKind, Relation
from tools.priority.graph.network_entries import Door, NetworkEntries
from tools.priority.graph.steps import Steps
from tools.priority.network import OpenRange
from tools.priority.reading import View, items, openness, shown

_LOGIN = (
    "nginx.ingress.kubernetes.io/auth-url", "nginx.ingress.kubernetes.io/auth-type",
    "nginx.ingress.kubernetes.io/auth-tls-secret", "alb.ingress.kubernetes.io/auth-type",
)  # fmt: skip
_NO_LOGIN_ARGUMENTS = ("--enable-skip-login", "--auth-mode=server", "--notebookapp.token=", "--servertoken=",
                       "--disable-authentication", "--anonymous-auth=true")  # fmt: skip


class KubernetesEntries:
    """Entries of one cluster."""

    def __init__(
        self,
        estate: Estate,
        reader: Reader,
        cluster: KubeCluster,
        policies: Policies,
        images: Images,
        enriched: Enrichments,
        steps: Steps,
    ) -> None:
        self._estate = estate
        self._reader = reader
        self._cluster = cluster
        self._policies = policies
        self._images = images
        self._enriched = enriched
        self._steps = steps
        self._entries = NetworkEntries(reader, enriched, steps.words)
        self._by_name = {
            (self._meta(s).text("namespace"), self._meta(s).text("name")): s for s in cluster.services
        }

    def add(self) -> None:
        """Services and ingresses."""
        for service in self._cluster.services:
            front = self._public(service)
            if front is not None:
                self._show(service, front, [(service, None)])
        for ingress in self._cluster.ingresses:
            front = self._ingress(ingress)
            if front is not None:
                self._show(ingress, front, list(self._backends(ingress)))

    def _meta(self, asset: AssetRecord) -> View:
        return self._estate.view(asset).at("metadata")

    def _public(self, service: AssetRecord) -> Front | None:
        view = self._estate.view(service)
        spec, notes = view.at("spec"), notes_of(view.at("metadata"))
        kind = spec.text("type").lower()
        if any(public_address(a) for a in spec.texts("externalIPs")):
            return Front("it answers on an external address", True)
        if kind == "loadbalancer":
            return self._balanced(view, spec, notes)
        if kind == "nodeport":
            return self._on_nodes(spec)
        return None

    def _balanced(self, view: View, spec: View, notes: dict[str, str]) -> Front | None:
        ranges = [*spec.texts("loadBalancerSourceRanges"), *listed_ranges(notes)]
        if internal(notes) or (ranges and not any(openness(r) > 0 for r in ranges)):
            return None
        front = addressed(view, "a load balancer")
        return front._replace(behind=tuple(self._balancers(view))) if front else None

    def _balancers(self, view: View) -> Iterator[AssetRecord]:
        """The cloud's records of the balancer that a service got, and of the groups that let the internet reach it."""
        known = self._estate.index("balancers by address", lambda: by_address(self._estate))
        for given in view.at("status").at("loadBalancer").each("ingress"):
            balancer = known.get((given.text("hostname") or given.text("ip")).lower())
            if balancer is None:
                continue
            yield balancer
            groups = self._estate.view(balancer).texts("SecurityGroups")
            for group in self._estate.find_all(balancer.account, groups, "ec2.sg"):
                if exposure_of(self._reader, group).fact.grade > 0:
                    yield group

    def _on_nodes(self, spec: View) -> Front | None:
        """A port on every node is public where a node has a public address and its network opens that port."""
        ports = [int(p.text("nodePort")) for p in spec.each("ports") if p.text("nodePort").isdigit()]
        for node in self._cluster.nodes.values():
            machine = self._images.machine(node)
            exposure = exposure_of(self._reader, machine) if machine is not None else None
            if machine is None or exposure is None or exposure.fact.grade <= 0:
                continue
            for port in ports:
                if any(o.covers(port) for o in exposure.openings):
                    why = f"port {port} is open on node {shown(name_of(machine))}"
                    return Front(why, exposure.fact.state == "known", behind=(machine,))
        return None

    def _ingress(self, ingress: AssetRecord) -> Front | None:
        view = self._estate.view(ingress)
        notes = notes_of(view.at("metadata"))
        maker = view.at("spec").text("ingressClassName") or notes.get("kubernetes.io/ingress.class", "")
        scheme = notes.get("alb.ingress.kubernetes.io/scheme", "internal").lower()
        if "alb" in maker.lower() and scheme != "internet-facing":
            return None  # the controller of AWS makes internal balancers unless told otherwise
        ranges = list(listed_ranges(notes))
        if internal(notes) or (ranges and not any(openness(r) > 0 for r in ranges)):
            return None
        found = addressed(view, "an ingress")
        return found._replace(login=any(notes.get(n) for n in _LOGIN)) if found else None

    def _backends(self, ingress: AssetRecord) -> Iterator[tuple[AssetRecord, str | None]]:
        spec, namespace = self._estate.view(ingress).at("spec"), self._meta(ingress).text("namespace")
        backends = [spec.at("defaultBackend", "backend")]
        for rule in spec.each("rules"):
            backends += [p.at("backend") for p in rule.at("http").each("paths")]
        for backend in backends:
            inner = backend.at("service") or backend
            service = self._by_name.get((namespace, inner.text("name", "serviceName")))
            if service is not None:
                port = inner.at("port")
                yield service, port.text("number", "name") or inner.text("servicePort") or None

    # --- from a face to the pods -------------------------------------------------------------------------------

    def _show(self, face: AssetRecord, front: Front, services: list[tuple[AssetRecord, str | None]]) -> None:
        joined = False
        for service, wanted in services:
            for workload, port in self._behind(service, wanted):
                if not workload.runs or not self._policies.lets_internet_in(workload, port):
                    continue
                door, images = self.door(workload, port)
                chance = door.chance * (self._steps.words.step["login_inside"] if front.login else 1.0)
                behind = [*images, *([service] if service is not face else [])]
                why = f"{shown(name_of(face))} passes requests on to its pods; {door.why}"
                both = (name_of(face), name_of(workload.asset))
                self._steps.join(
                    face.asset_id, workload.asset.asset_id, door.relation, chance, why, behind, names=both
                )
                joined = True
        if joined:
            self._steps.place(face.asset_id, NodeKind.SERVICE, name_of(face), face.account, face.asset_id)
            names = (name_of(face),)
            self._steps.join(
                INTERNET,
                face.asset_id,
                Relation.REACHES,
                0.999,
                front.why,
                front.behind,
                known=front.known,
                names=names,
            )

    def _behind(self, service: AssetRecord, wanted: str | None) -> Iterator[tuple[Workload, int | None]]:
        """The workloads that a service selects, each with the port of the pod (None where only its name is known)."""
        view = self._estate.view(service)
        selector = View({"matchLabels": view.at("spec").get("selector")})
        if not view.at("spec").get("selector"):
            return
        namespace = view.at("metadata").text("namespace")
        ports = [
            p
            for p in view.at("spec").each("ports")
            if wanted is None or wanted in {p.text("port"), p.text("name")}
        ]
        for workload in self._cluster.space(namespace):
            if selects(selector, workload.labels):
                for port in ports:
                    yield workload, _number(workload, port.text("targetPort") or port.text("port"))

    def door(self, workload: Workload, port: int | None) -> tuple[Door, list[AssetRecord]]:
        """The easiest way through what a pod answers with, and the images behind it."""
        entry = self._steps.words.entry
        openings = [OpenRange(port, port, 1.0, "service", "service")] if port else []
        doors: list[tuple[Door, list[AssetRecord]]] = []
        doors.append((self._entries.door(workload.asset, "k8s.workload", openings), []))
        for image in self._images.of(workload):
            flaw = weakest(self.flaws(image), self._steps.words)
            if flaw is not None:
                doors.append((Door(entry[flaw.name], Relation.EXPLOITS, flaw.why), [image]))
        for container in workload.containers():
            arguments = [
                str(a).lower() for a in [*items(container.get("args")), *items(container.get("command"))]
            ]
            bare = next((a for a in arguments if a.startswith(_NO_LOGIN_ARGUMENTS)), "")
            if bare:
                why = f"it runs with {shown(bare, 60)}, so it asks for no login"
                doors.append((Door(entry["no_login"], Relation.REACHES, why), []))
        return max(doors, key=lambda d: (d[0].chance, d[0].why))

    def flaws(self, image: AssetRecord) -> tuple[Flaw, ...]:
        """Known flaws of an image."""
        return self._enriched.flaws.get(image.asset_id, ())


def _number(workload: Workload, port: str) -> int | None:
    if port.isdigit():
        return int(port)
    for container in workload.containers():
        for one in container.each("ports"):
            if one.text("name") == port and one.text("containerPort").isdigit():
                return int(one.text("containerPort"))
    return None
