"""One triage of one stored estate, step by step, in a process of its own: `python -m evals.benches.triage_steps`.

Prints one JSON object. Memory is the peak of the whole process, read after the last step that counts and before
networkx, whose copy of the graph is no part of the product.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from agent.intelligence import StoredIntelligence
from agent.runtime import open_services
from agent.settings import Settings
from evals.benches.triage_networkx import same_work
from tools.findings.model import FindingSet
from tools.priority.context import build_context
from tools.priority.enrich.asking import enrichments
from tools.priority.graph.search import AttackGraph
from tools.priority.increment import added_to
from tools.priority.service import score_context

NEW = 1000


class Steps:
    """Seconds by step, and those of them that a processor was at work: the rest is waiting for others."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.cpu: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time what is inside."""
        started, worked = time.perf_counter(), time.process_time()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started
        self.cpu[name] = self.cpu.get(name, 0.0) + time.process_time() - worked
        # A large estate takes minutes: whoever breaks it off sees how far it came.
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        sys.stderr.write(
            f"{name}: {self.seconds[name]:.1f} s ({self.cpu[name]:.1f} s of processor), peak {peak:,.0f} MB\n"
        )


def search(graph: AttackGraph) -> None:
    """Everything that is found in a graph once: the distances from both ends and the dominators."""
    for one in (graph.known, graph.likely):
        _ = one.forward, one.backward
    graph.choke_points()


async def measured(home: Path, *, compare: bool) -> dict[str, Any]:
    """Read, enrich, index, build the graph, search it, score; then a thousand new findings into that state."""
    steps = Steps()
    settings = Settings(home=home, tenant_url=None)
    async with open_services(settings) as services:
        with steps.step("read"):
            snapshot = await services.findings.snapshot()
        with steps.step("enrich"):
            known = StoredIntelligence(settings)
            enriched = await enrichments(services.client, snapshot, intelligence=known)
    with steps.step("index"):
        context = build_context(snapshot, enriched=enriched)
    with steps.step("graph"):
        graph = context.graph
    with steps.step("search"):
        search(graph)
    with steps.step("score"):
        book = score_context(snapshot, context)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    more = _with_new(snapshot)
    started = time.perf_counter()
    grown = added_to(book, context, snapshot, more)
    added = time.perf_counter() - started
    total = sum(steps.seconds.values())
    return {
        "findings": len(snapshot),
        "assets": len(snapshot.assets),
        "complete": snapshot.complete,
        "nodes": len(graph.nodes),
        "edges": len(graph.edges),
        "unanswered": {n: s.problem for n, s in enriched.states.items() if not s.answered},
        "seconds": round(total, 3),
        "steps": {n: round(s, 3) for n, s in steps.seconds.items()},
        "cpu_s": round(sum(steps.cpu.values()), 3),
        "cpu_steps": {n: round(s, 3) for n, s in steps.cpu.items()},
        "shares": {n: round(s / total, 3) for n, s in steps.seconds.items()},
        "peak_mb": round(peak, 1),
        "added": len(grown[0]) - len(book) if grown is not None else None,
        "added_s": round(added, 3),
        "networkx": same_work(graph, search) if compare else None,
    }


def _with_new(snapshot: FindingSet) -> FindingSet:
    """The snapshot with a thousand findings more, spread over its assets."""
    # Of a kind that enrichment does not read: those that it does read mean a full computation.
    plain = [f for f in snapshot.findings if f.open and f.category not in {"VULNERABILITY", "DATA"}]
    stride = max(1, len(plain) // NEW)
    new = tuple(
        finding.model_copy(update={"id": f"{finding.id}-new", "issue_id": f"{finding.issue_id}-new"})
        for finding in plain[::stride][:NEW]
    )
    return replace(snapshot, findings=snapshot.findings + new, total=snapshot.total + len(new))


if __name__ == "__main__":
    found = asyncio.run(measured(Path(sys.argv[1]), compare=sys.argv[2:] == ["compare"]))
    sys.stdout.write(json.dumps(found) + "\n")
