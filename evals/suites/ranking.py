"""Metrics of a ranking against graded labels (0 to 3), and bootstrap intervals."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

RESAMPLES = 2_000


def ndcg(grades: Sequence[int], k: int) -> float:
    """Normalised discounted cumulative gain of the first `k`, gain 2^grade - 1. 1.0 where nothing is graded."""
    ideal = _gain(sorted(grades, reverse=True)[:k])
    return _gain(grades[:k]) / ideal if ideal > 0 else 1.0


def _gain(grades: Sequence[int]) -> float:
    return float(sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades)))


def recall_in_share(grades: Sequence[int], share: float, least: int = 2) -> float:
    """The part of findings of at least a grade that stand in the first `share` of the ranking."""
    wanted = sum(grade >= least for grade in grades)
    top = max(1, math.ceil(share * len(grades)))
    return sum(grade >= least for grade in grades[:top]) / wanted if wanted else 1.0


def pairwise(grades: Sequence[int]) -> float:
    """The part of pairs of different grade whose graver one stands first; 0.5 is chance."""
    counts = [0, 0, 0, 0]
    right = total = 0
    for grade in reversed(grades):  # from the end: what stands behind has been counted
        right += sum(counts[:grade])
        total += sum(counts) - counts[grade]
        counts[grade] += 1
    return right / total if total else 0.5


def kendall_b(grades: Sequence[int]) -> float:
    """Kendall's tau-b of the ranking (no ties) with the grades (many ties)."""
    size = len(grades)
    pairs = size * (size - 1) / 2
    tied = sum(n * (n - 1) / 2 for n in (sum(g == grade for g in grades) for grade in range(4)))
    if pairs - tied <= 0:
        return 0.0
    agree = pairwise(grades) * (pairs - tied)
    return (2 * agree - (pairs - tied)) / math.sqrt((pairs - tied) * pairs)


METRICS: Mapping[str, Callable[[Sequence[int]], float]] = {
    "ndcg_10": lambda g: ndcg(g, 10),
    "ndcg_25": lambda g: ndcg(g, 25),
    "recall_top_5_percent": lambda g: recall_in_share(g, 0.05),
    "kendall_tau": kendall_b,
    "pairwise": pairwise,
}


def measured(rankings: Sequence[Sequence[int]], seed: int = 7) -> dict[str, Any]:
    """Each metric over several estates: mean, bootstrap interval over the estates (95 %), and the values."""
    return {name: interval([metric(grades) for grades in rankings], seed) for name, metric in METRICS.items()}


def interval(values: Sequence[float], seed: int = 7) -> dict[str, Any]:
    """Mean with a percentile bootstrap interval; the same values give the same interval."""
    chance = random.Random(seed)
    size = len(values)
    means = (
        sorted(sum(chance.choices(values, k=size)) / size for _ in range(RESAMPLES))
        if size > 1
        else list(values)
    )
    low, high = means[int(0.025 * len(means))], means[min(len(means) - 1, int(0.975 * len(means)))]
    return {
        "value": round(sum(values) / size, 4),
        "ci95": [round(low, 4), round(high, 4)],
        "n": size,
        "each": [round(v, 4) for v in values],
    }
