"""Verbs of Kubernetes RBAC that turn into more than they say: `data/kubernetes_escalations.tsv`.

`where`: `cluster` only counts cluster-wide, `any` in single namespaces too, else in the namespace of that name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import cast

from tools.priority.iam.kubernetes.rbac import Cluster
from tools.priority.iam.logic import Decision, Verdict, distinct, truth_of
from tools.priority.iam.model import Escalation, Gain


@dataclass(frozen=True, slots=True)
class Way:
    """Rights that are all needed: (verb, resource, API group). `everywhere`: only counts cluster-wide."""

    id: str
    gain: Gain
    rights: tuple[tuple[str, str, str], ...]
    summary: str
    everywhere: bool = False
    namespace: str = ""


@cache
def ways() -> tuple[Way, ...]:
    """The table, read on first use."""
    text = files("tools.priority.iam").joinpath("data/kubernetes_escalations.tsv").read_text("utf-8")
    return tuple(_way(*line.split("\t")) for line in text.splitlines()[1:] if line)


def _way(id_: str, gain: str, where: str, rights: str, summary: str) -> Way:
    parts = [(*right.split(" "), "")[:3] for right in rights.split("; ")]
    asked = tuple((verb, resource, group) for verb, resource, group in parts)
    namespace = "" if where in {"any", "cluster"} else where
    return Way(id_, cast("Gain", gain), asked, summary, where == "cluster", namespace)


def escalations(cluster: Cluster, subject: str, groups: tuple[str, ...] = ()) -> tuple[Escalation, ...]:
    """The ways that the subject has, or may have. Targets are namespaces, `*` for the whole cluster."""
    return tuple(found for way in ways() for found in _try(cluster, subject, way, groups))


def _try(cluster: Cluster, subject: str, way: Way, groups: tuple[str, ...]) -> Iterator[Escalation]:
    wide = _all(cluster, subject, way, way.namespace, groups)
    found = {way.namespace or "*": wide} if wide.possible else {}
    if not wide.allowed and not way.everywhere and not way.namespace:
        bound = {b.namespace for b, _ in cluster.bindings(subject, groups) if b.namespace}
        for namespace in sorted(bound):
            decision = _all(cluster, subject, way, namespace, groups)
            if decision.possible:
                found[namespace] = decision
    for verdict in (Verdict.ALLOW, Verdict.UNKNOWN):
        chosen = {target: d for target, d in found.items() if d.verdict is verdict}
        if chosen:
            because = tuple(dict.fromkeys(e for d in chosen.values() for e in d.because))[:8]
            unknowns = distinct(text for d in chosen.values() for text in d.unknowns)
            yield Escalation(
                way.id, subject, way.gain, verdict, way.summary, tuple(chosen), because, unknowns
            )


def _all(cluster: Cluster, subject: str, way: Way, namespace: str, groups: tuple[str, ...]) -> Decision:
    found = [
        cluster.can(subject, verb, resource, group=group, namespace=namespace, groups=groups)
        for verb, resource, group in way.rights
    ]
    return min(found, key=lambda decision: truth_of(decision.verdict))
