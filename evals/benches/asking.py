"""Plain words to a plan with the built-in planner: time per question over an estate of about 50,000 findings."""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from pathlib import Path
from typing import Any

from agent.planner.asking import estate_of
from agent.planner.questions.ask import plan_question
from agent.runtime import open_services
from agent.settings import Settings
from evals.results import median, quantile
from tools.results import utcnow

_QUESTIONS = Path(__file__).resolve().parent.parent / "data" / "xql" / "develop.jsonl"


def bench_asking(runs: int) -> dict[str, Any]:
    """Milliseconds from the words to the plan: median and p95 over all questions of the suite, each asked `runs` times.

    The words of the estate are gathered once beforehand, as in a chat; how long that takes is told apart.
    """
    return asyncio.run(_bench(runs))


async def _bench(runs: int) -> dict[str, Any]:
    from tools.tenant.database import TenantDatabase
    from tools.tenant.estate import seed
    from tools.tenant.running import STORE

    texts = [
        json.loads(line)["turns"][0] for line in _QUESTIONS.read_text("utf-8").splitlines() if line.strip()
    ]
    with tempfile.TemporaryDirectory(prefix="posture-bench-") as folder:
        home = Path(folder)
        database = TenantDatabase.open(home / STORE)
        try:
            seed(database, "medium", 1)
        finally:
            database.close()
        async with open_services(Settings(home=home, tenant_url=None)) as services:
            started = time.perf_counter()
            words = {text: await estate_of(services).current(text) for text in texts}
            gathered = time.perf_counter() - started
            now, times = utcnow(), []
            for text in texts * runs:
                begun = time.perf_counter()
                plan_question(text, words[text], None, now)
                times.append(1000 * (time.perf_counter() - begun))
    return {
        "question_to_plan_ms_median": round(median(times), 2),
        "question_to_plan_ms_p95": round(quantile(times, 0.95), 2),
        "questions": len(texts),
        "words_gathered_s": round(gathered, 2),
    }
