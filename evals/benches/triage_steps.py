"""One triage of one stored estate, step by step, in a process of its own: `python -m evals.benches.triage_steps`.

Prints one JSON object. Memory is the peak of the whole process, read after the last step that counts and before
networkx, whose copy of the graph is no part of the product.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from agent.intelligence import StoredIntelligence
from agent.runtime import open_services
from agent.settings import Settings
from evals.benches.triage_networkx import same_work
from tools.findings.model import Finding, FindingSet
from tools.priority.context import build_context
from tools.priority.enrich.asking import enrichments
from tools.priority.graph.search import AttackGraph
from tools.priority.graph.told import told_by
from tools.priority.increment import added_to
from tools.priority.service import score_context
from tools.tenant.running import open_tenant

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
        await load_new(home, snapshot)
        later = Steps()
        with later.step("added: read"):
            more = await services.findings.snapshot()
        with later.step("added: score"):
            grown = added_to(book, context, snapshot, more)
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
        "added_s": round(sum(later.seconds.values()), 3),
        "added_steps": {n: round(s, 3) for n, s in later.seconds.items()},
        "added_cpu_s": round(sum(later.cpu.values()), 3),
        "added_read_whole": more.assets is not snapshot.assets,
        "networkx": same_work(graph, search) if compare else None,
    }


async def load_new(home: Path, snapshot: FindingSet) -> None:
    """Load a thousand findings more into the running tenant, spread over its assets."""
    # Of a kind that neither enrichment nor the graph reads: those that they do read mean a full computation.
    read = {"VULNERABILITY", "DATA"}
    plain = [f for f in snapshot.findings if f.open and f.category not in read and told_by(f) is None]
    first = max((f.issue_id for f in snapshot.findings if isinstance(f.issue_id, int)), default=0) + 1
    stride = max(1, len(plain) // NEW)
    # a small estate has fewer of them: some come twice, as issues of their own
    rows = (_row(plain[n * stride % len(plain)], first + n) for n in range(NEW if plain else 0))
    with tempfile.TemporaryDirectory(prefix="posture-new-") as folder:
        file = Path(folder) / "issues.jsonl"
        file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        async with open_tenant(home) as tenant:
            await tenant.load(file)


def _row(finding: Finding, number: int) -> dict[str, Any]:
    """A new issue: the same rule on the same asset, seen now."""
    now = int(time.time() * 1000)
    facts = {
        "xdm.finding.status": finding.status.value,
        "xdm.finding.uid": f"{finding.id}-new-{number}",
        "xdm.cloud.provider": finding.provider,
        "xdm.cloud.project_id": finding.account,
        "xdm.cloud.region": finding.region,
    }
    return {
        "xdm.issue.id": number,
        "xdm.issue.external_id": f"{finding.external_id}-new-{number}",
        "xdm.issue.name": finding.title,
        "xdm.issue.description": finding.description,
        "xdm.issue.severity": finding.severity.value,
        "xdm.issue.domain": finding.domain,
        "xdm.issue.category": finding.category,
        "xdm.issue.owner": finding.source,
        "xdm.issue.detection.rule_id": finding.rule_id,
        "xdm.issue.status.progress": "New",
        "xdm.issue.observation_time": now,
        "xdm.issue.last_modified": now,
        "xdm.issue.asset_ids": list(finding.asset_ids),
        "xdm.issue.normalized_fields": facts,
    }


if __name__ == "__main__":
    found = asyncio.run(measured(Path(sys.argv[1]), compare=sys.argv[2:] == ["compare"]))
    sys.stdout.write(json.dumps(found) + "\n")
