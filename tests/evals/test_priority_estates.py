"""Promises of the ranking over generated estates: names do not matter, a source that is gone widens what is claimed."""

from __future__ import annotations

import random

import pytest
import pytest_asyncio

from evals.suites.priority import BASELINES, Estate, load, ranked, without
from evals.suites.ranking import ndcg, recall_in_share
from evals.suites.renaming import renamed
from tools.priority.model import ScoreBook
from tools.priority.rationale import check_rationale
from tools.priority.service import score_snapshot
from tools.priority.weights import load_weights

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]
WEIGHTS = load_weights()
SEED = 31


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def estate() -> Estate:
    return await load("small", SEED)


def grades(estate: Estate) -> list[int]:
    ordered, _ = ranked(estate, WEIGHTS)
    return [estate.grade(f) for f in ordered]


async def test_the_score_ranks_planted_paths_far_above_what_people_rank_by_today(estate: Estate) -> None:
    ordered, context = ranked(estate, WEIGHTS)
    ours = [estate.grade(f) for f in ordered]
    assert ndcg(ours, 10) > 0.85
    for name, order in BASELINES.items():
        theirs = [estate.grade(f) for f in order(ordered, context, SEED)]
        assert ndcg(ours, 10) > ndcg(theirs, 10) + 0.2, name
        assert recall_in_share(ours, 0.05) > recall_in_share(theirs, 0.05) + 0.2, name


async def test_names_and_ids_do_not_matter(estate: Estate) -> None:
    other = renamed(estate)
    assert estate.snapshot.assets.keys().isdisjoint(other.snapshot.assets)
    old = {a.name for a in estate.snapshot.assets.values()}
    kept = sum(a.name in old for a in other.snapshot.assets.values())
    assert kept < 0.05 * len(old), "only what clouds call so themselves keeps its name"
    before, after = grades(estate), grades(other)
    assert ndcg(after, 10) == pytest.approx(ndcg(before, 10), abs=0.03)
    assert recall_in_share(after, 0.05) == pytest.approx(recall_in_share(before, 0.05), abs=0.03)


async def test_tags_without_a_meaning_leave_the_paths_on_top(estate: Estate) -> None:
    other = renamed(estate, tags=True)
    before, after = grades(estate), grades(other)
    assert ndcg(after, 10) > ndcg(before, 10) - 0.1
    assert recall_in_share(after, 0.05) > recall_in_share(before, 0.05) - 0.1


async def test_the_order_of_the_records_does_not_matter(estate: Estate) -> None:
    chaos = random.Random(1)
    findings, assets = list(estate.snapshot.findings), list(estate.snapshot.assets.items())
    chaos.shuffle(findings)
    chaos.shuffle(assets)
    mixed = type(estate.snapshot)(tuple(findings), dict(assets), estate.snapshot.as_of, estate.snapshot.total)
    first = score_snapshot(estate.snapshot, WEIGHTS, enriched=estate.enriched)[0]
    second = score_snapshot(mixed, WEIGHTS, enriched=estate.enriched)[0]
    assert [(s.finding_id, s.score) for s in first.ranked] == [(s.finding_id, s.score) for s in second.ranked]


@pytest.mark.parametrize("name", ["flaws", "data", "business", "activity", "alerts", "all"])
async def test_a_source_that_is_gone_leaves_a_ranking_that_claims_less(estate: Estate, name: str) -> None:
    whole, _ = score_snapshot(estate.snapshot, WEIGHTS, enriched=estate.enriched)
    less, _ = score_snapshot(estate.snapshot, WEIGHTS, enriched=without(estate.enriched, name))
    by_id = estate.snapshot.by_id
    order = [estate.grade(by_id[s.finding_id]) for s in less.ranked]
    assert ndcg(order, 25) > 0.35, "without one source the ranking is worse, not nonsense"

    def width(book: ScoreBook) -> float:
        """Mean interval of what matters; a score near 0 has hardly room for one."""
        held = [s.high - s.low for s in book.ranked if estate.grade(by_id[s.finding_id]) >= 2]
        return sum(held) / len(held)

    assert width(less) > width(whole), "less is known of what matters, and the score says so"


async def test_the_top_has_hardly_a_tie_and_does_not_saturate(estate: Estate) -> None:
    book, _ = score_snapshot(estate.snapshot, WEIGHTS, enriched=estate.enriched)
    top = [round(s.score, 6) for s in book.top(100)]
    assert len(set(top)) >= 99
    assert max(top) < 99.9
    assert top == sorted(top, reverse=True)


async def test_every_number_id_and_name_in_a_thousand_rationales_is_in_the_facts(estate: Estate) -> None:
    book, _ = score_snapshot(estate.snapshot, WEIGHTS, enriched=estate.enriched)
    for score in book.top(1_000):
        check_rationale(score, estate.snapshot.by_id[score.finding_id])
        assert sum(c.points for c in score.contributions) == pytest.approx(score.log_odds, abs=1e-6)
