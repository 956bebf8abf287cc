"""Ways in which permissions of Google Cloud turn into more: `data/gcp_escalations.tsv`.

`on` names the kind of node that the first permission is asked on; further permissions are asked on the project
that the node lies in (a new machine is made in a project), or anywhere the principal holds them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import cast

from tools.priority.iam.gcp.estate import GcpEstate
from tools.priority.iam.logic import Decision, Verdict, distinct, truth_of
from tools.priority.iam.model import Escalation, Gain

_OWN_PROJECT = ("compute.", "cloudfunctions.", "run.", "dataflow.", "dataproc.", "composer.", "notebooks.",
                "cloudbuild.", "cloudscheduler.", "workflows.")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Way:
    """All permissions are needed; the first on a node of kind `on`."""

    id: str
    on: str
    gain: Gain
    permissions: tuple[str, ...]
    summary: str


@cache
def ways() -> tuple[Way, ...]:
    """The table, read on first use."""
    text = files("tools.priority.iam").joinpath("data/gcp_escalations.tsv").read_text("utf-8")
    rows = (line.split("\t") for line in text.splitlines()[1:] if line)
    return tuple(
        Way(id_, on, cast("Gain", gain), tuple(p.split("; ")), summary) for id_, on, gain, p, summary in rows
    )


class GcpEscalations:
    """Escalation over a finished estate. `nodes` gives, by kind, what was recorded."""

    def __init__(self, estate: GcpEstate, nodes: dict[str, list[str]]) -> None:
        self._estate = estate
        self._nodes = nodes
        self._runs_as: dict[str, str] = {}

    def add_runner(self, node: str, account: str) -> None:
        """A machine or function and the service account that it runs as (its member name or address)."""
        self._runs_as[node] = account

    def of(self, principal: str) -> tuple[Escalation, ...]:
        """The ways that the principal has, or may have, in the order of the table."""
        memo: dict[tuple[str, str], Decision] = {}
        return tuple(found for way in ways() for found in self._try(principal, way, memo))

    def _try(self, principal: str, way: Way, memo: dict[tuple[str, str], Decision]) -> Iterator[Escalation]:
        by_verdict: dict[Verdict, list[tuple[str, Decision]]] = {}
        for node in self._nodes.get(way.on, ()):
            if node.endswith("/" + principal.partition(":")[2]) and way.on == "service-account":
                continue  # itself
            decision = self._all(principal, way, node, memo)
            if decision.possible:
                by_verdict.setdefault(decision.verdict, []).append((node, decision))
        for verdict in (Verdict.ALLOW, Verdict.UNKNOWN):
            if found := by_verdict.get(verdict):
                because = tuple(dict.fromkeys(e for _, d in found[:8] for e in d.because))[:8]
                unknowns = distinct(text for _, d in found[:8] for text in d.unknowns)
                names = tuple(dict.fromkeys(self._runs_as.get(node, node) for node, _ in found))
                yield Escalation(way.id, principal, way.gain, verdict, way.summary, names, because, unknowns)

    def _all(self, principal: str, way: Way, node: str, memo: dict[tuple[str, str], Decision]) -> Decision:
        found = [self._estate.can(principal, way.permissions[0], node)]
        for permission in way.permissions[1:]:
            if not found[0].possible:
                break
            found.append(self._somewhere(principal, permission, node, memo))
        return min(found, key=lambda decision: truth_of(decision.verdict))

    def _somewhere(
        self, principal: str, permission: str, node: str, memo: dict[tuple[str, str], Decision]
    ) -> Decision:
        """On the project of the node; making things that run as an account works from other projects too."""
        project = next(
            (n for n in self._estate.above(node) if n.startswith("projects/") and n.count("/") == 1), node
        )
        key = (permission, project)
        if key not in memo:
            memo[key] = self._estate.can(principal, permission, project)
            if not memo[key].allowed and permission.startswith(_OWN_PROJECT):
                memo[key] = max(
                    (memo[key], *self._elsewhere(principal, permission)), key=lambda d: truth_of(d.verdict)
                )
        return memo[key]

    def _elsewhere(self, principal: str, permission: str) -> Iterable[Decision]:
        """Other projects count as unknown: attaching an account across projects hangs on a constraint."""
        for project in self._nodes.get("project", ()):
            decision = self._estate.can(principal, permission, project)
            if decision.possible:
                yield Decision(
                    Verdict.UNKNOWN,
                    "allowed in another project",
                    decision.because,
                    ("iam.disableCrossProjectServiceAccountUsage",),
                )
                return
