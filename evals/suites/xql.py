"""`posture eval xql`: questions in plain words on seeded estates, judged against rows that SQL of their own gives.

Each case (`evals/data/xql/*.jsonl`) holds the question as a person would say it, the estate it is about, and what must
come of it: an answer with the right rows, a question back, a refusal, or the name of what does not exist. The right
rows come from SQL written beside the question (`xql_gold`) and are compared by value (`xql_match` has the rule). The
suite calls the same function as `posture xql ask` (`xql_asking`), for the built-in planner and for a model.

The two splits are never mixed: whole topics belong to one of them by a rule that reads the topic's name only. Who works
on the planner looks at `develop` only.

Figures: shares with Wilson's 95 % interval, quantiles of seconds with a bootstrap interval. The first question on each
estate is asked once before, uncounted, because it learns the tenant's vocabulary.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

from agent.settings import BUILT_IN
from evals.results import proportion, quantile
from evals.suites.xql_asking import Asker
from evals.suites.xql_cases import DATA, Case, Estate, Split, by_estate, load
from evals.suites.xql_gold import GoldTables, seed_store
from evals.suites.xql_judge import Judged, judge
from tools.results import utcnow

_RESAMPLES = 1_000


async def run(data: Path | None, model: str | None, split: Split = "develop") -> dict[str, Any]:
    """Ask every question of a split, or of a file, and judge the replies.

    Gives {suite, model, split, n, right, valid_query, row_set_match, outcome_match, reading, tokens, seconds_to_query,
    seconds_to_rows, per_shape, per_outcome, per_profile, cases[]}. Raises `ValueError` for a file with a broken case.
    """
    cases = load(data or DATA / f"{split}.jsonl")
    started = time.perf_counter()
    judged: list[Judged] = []
    for estate, members in by_estate(cases).items():
        with tempfile.TemporaryDirectory(prefix="posture-eval-") as folder:
            judged += await _on_estate(Path(folder), estate, members, model)
    order = {case.id: place for place, case in enumerate(cases)}
    judged.sort(key=lambda item: order[item.id])
    return {
        "suite": "xql",
        "model": model or BUILT_IN,
        "split": split if data is None else data.name,
        **summary(judged),
        "tokens": {
            "prompt": sum(j.prompt_tokens for j in judged),
            "answer": sum(j.answer_tokens for j in judged),
        },
        "seconds_to_query": seconds([j.to_query for j in judged if j.to_query is not None]),
        "seconds_to_rows": seconds([j.to_rows for j in judged]),
        "per_shape": _per(judged, lambda j: j.shape),
        "per_outcome": _per(judged, lambda j: " or ".join(j.expected)),
        "per_profile": _per(judged, lambda j: j.profile),
        "seconds_in_all": round(time.perf_counter() - started, 1),
        "cases": [j.model_dump() for j in judged],
    }


async def _on_estate(folder: Path, estate: Estate, cases: Sequence[Case], model: str | None) -> list[Judged]:
    store = seed_store(folder, estate.size, estate.seed)
    with GoldTables(store) as tables:
        said = [tables.said(case.at(utcnow())) for case in cases]
        golds = [tables.gold(case.expect) for case in said]
    found = []
    async with Asker.open(folder, model) as asker:
        if model in (None, BUILT_IN):
            await asker.hold(said[0].turns[:1])
        for case, gold in zip(said, golds, strict=True):
            reply = await asker.hold(case.turns)
            valid = bool(reply.body.get("valid")) and asker.valid(reply.xql)
            found.append(judge(case, gold, reply, valid))
    return found


def summary(judged: Sequence[Judged]) -> dict[str, Any]:
    """The shares of a group of cases, each with its count and interval."""
    return {
        "n": len(judged),
        "right": proportion([j.right for j in judged]),
        "valid_query": proportion([j.valid for j in judged if j.valid is not None]),
        "row_set_match": proportion([j.rows for j in judged if j.rows is not None]),
        "outcome_match": proportion([j.outcome for j in judged]),
        "reading": proportion([j.reading for j in judged if j.reading is not None]),
    }


def seconds(values: Sequence[float]) -> dict[str, Any]:
    """Median and p95 with their bootstrap intervals; None where nothing was measured."""
    found: dict[str, Any] = {"n": len(values)}
    draw = Random(1)
    for name, q in (("p50", 0.5), ("p95", 0.95)):
        if not values:
            found[name] = None
            continue
        again = [quantile(draw.choices(values, k=len(values)), q) for _ in range(_RESAMPLES)]
        found[name] = round(quantile(values, q), 4)
        found[f"{name}_ci95"] = [round(quantile(again, 0.025), 4), round(quantile(again, 0.975), 4)]
    return found


def _per(judged: Sequence[Judged], group: Callable[[Judged], str]) -> dict[str, Any]:
    return {
        name: summary([j for j in judged if group(j) == name]) for name in sorted({group(j) for j in judged})
    }
