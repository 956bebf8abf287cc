"""Warm turns without a model, on the demo estate or on as many findings as the real sample repeated gives."""

from __future__ import annotations

import asyncio
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

from agent.events import Profile, TurnEnded
from agent.runtime import Runtime
from agent.settings import Settings
from evals.benches.load import write_repeated
from evals.results import median, quantile
from tools.results import Actor, Role

_FINDINGS = 2_000
_QUESTIONS = (
    "which buckets are public",
    "which IAM users lack MFA",
    "how many critical findings per service",
    "what is open to the internet on 22",
    "show the ten findings to fix first",
    "why is the first one ranked highest?",
    "show the high findings in eu-west-1",
    "which databases are not encrypted at rest",
    "what changed since the last load",
    "give me an overview",
)


def bench_turn(runs: int) -> dict[str, Any]:
    """Ten questions, `runs` times over, on about 2,000 open findings; each turn's seconds."""
    return asyncio.run(_turns(runs))


async def _turns(runs: int) -> dict[str, Any]:
    from evals.cli import real_findings
    from tools.tenant.running import open_tenant

    seconds: dict[str, list[float]] = {q: [] for q in _QUESTIONS}
    with tempfile.TemporaryDirectory(prefix="posture-bench-") as folder:
        settings = Settings(home=Path(folder), tenant_url=None, model="built-in")
        file = Path(folder) / "repeated.ocsf.json"
        write_repeated(real_findings(), file, _FINDINGS * 565 // 320)
        async with open_tenant(settings.prepared_home()) as tenant:
            await tenant.load(file, who="bench")
        async with Runtime.open(settings, demo_if_empty=False, serve=False) as runtime:
            findings = len(await runtime.findings.snapshot())
            for index in range(runs + 1):
                thread = f"bench-{uuid.uuid4()}"
                for question in _QUESTIONS:
                    started = time.perf_counter()
                    async for event in runtime.conversation.turn(
                        thread, question, Actor(user="bench", role=Role.ANALYST), Profile.ANALYST
                    ):
                        if isinstance(event, TurnEnded) and event.outcome == "failed":
                            raise RuntimeError(f"the turn failed: {question}")
                    if index:
                        seconds[question].append(time.perf_counter() - started)
    every = [s for values in seconds.values() for s in values]
    return {
        "bench": "turn",
        "findings": findings,
        "turns": len(every),
        "p50_ms": round(1000 * median(every), 1),
        "p95_ms": round(1000 * quantile(every, 0.95), 1),
        "by_question_ms": {q: round(1000 * median(v), 1) for q, v in seconds.items()},
    }
