"""Ways in which Azure permissions turn into more: becoming a managed identity, granting roles, reading keys."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import cast

from tools.priority.iam.azure.estate import AzureEstate
from tools.priority.iam.azure.model import scope_of
from tools.priority.iam.logic import Decision, Verdict, distinct, truth_of
from tools.priority.iam.model import Escalation, Gain


@dataclass(frozen=True, slots=True)
class Way:
    """Actions that are all needed on a resource of a type ("" for any scope). A leading `+` is a data action."""

    id: str
    type: str
    actions: tuple[str, ...]
    gain: Gain
    summary: str


@cache
def ways() -> tuple[Way, ...]:
    """The table `data/azure_escalations.tsv`, read on first use."""
    text = files("tools.priority.iam").joinpath("data/azure_escalations.tsv").read_text("utf-8")
    rows = (line.split("\t") for line in text.splitlines()[1:] if line)
    return tuple(
        Way(id_, type_, tuple(a.split()), cast("Gain", gain), text) for id_, type_, gain, a, text in rows
    )


class AzureEscalations:
    """Escalation over a finished tenant. `resources` are the ids of all recorded resources."""

    def __init__(self, estate: AzureEstate, resources: Iterable[str] = ()) -> None:
        self._estate = estate
        self._by_type: dict[str, list[str]] = {}
        for one in sorted({scope_of(r) for r in (*resources, *estate.identities)}):
            self._by_type.setdefault(type_of(one), []).append(one)

    def of(self, principal: str) -> tuple[Escalation, ...]:
        """The ways that the principal has, or may have, in the order of the table."""
        scopes = sorted({a.scope for a in self._estate.assignments(principal)})
        return tuple(found for way in ways() for found in self._try(principal, way, scopes))

    def _try(self, principal: str, way: Way, scopes: list[str]) -> Iterator[Escalation]:
        targets = self._under(way.type, scopes) if way.type else scopes
        by_verdict: dict[Verdict, list[tuple[str, Decision]]] = {}
        for target in targets:
            decision = self._all(principal, way, target)
            if decision.possible:
                by_verdict.setdefault(decision.verdict, []).append((target, decision))
        for verdict in (Verdict.ALLOW, Verdict.UNKNOWN):
            if found := by_verdict.get(verdict):
                because = tuple(dict.fromkeys(e for _, d in found[:8] for e in d.because))[:8]
                unknowns = distinct(text for _, d in found[:8] for text in d.unknowns)
                names = tuple(self._gained(way, (target for target, _ in found)))
                yield Escalation(way.id, principal, way.gain, verdict, way.summary, names, because, unknowns)

    def _gained(self, way: Way, targets: Iterable[str]) -> Iterator[str]:
        """For code under an identity: the managed identities; a machine without one stands for itself."""
        for target in targets:
            identities = self._estate.identities.get(target, []) if way.gain == "identity" else []
            yield from identities or [target]

    def _all(self, principal: str, way: Way, target: str) -> Decision:
        found = [
            self._estate.can(principal, action.removeprefix("+"), target, data=action.startswith("+"))
            for action in way.actions
        ]
        return min(found, key=lambda decision: truth_of(decision.verdict))

    def _under(self, kind: str, scopes: list[str]) -> list[str]:
        ids = self._by_type.get(kind, [])
        if not ids or not scopes:
            return []
        found: set[str] = set()
        for scope in scopes:
            if scope == "/" or "/managementgroups/" in scope:
                return ids
            start = bisect_left(ids, scope)
            while start < len(ids) and ids[start].startswith(scope):
                found.add(ids[start])
                start += 1
        return sorted(found)


def type_of(resource: str) -> str:
    """The type of a resource id in lower case (`microsoft.compute/virtualmachines`)."""
    _, marker, rest = resource.lower().rpartition("/providers/")
    parts = rest.split("/") if marker else []
    return "/".join([parts[0], *parts[1::2]]) if len(parts) >= 2 else ""
