"""Results that are kept for their further pages: the newest, within bounds."""

from __future__ import annotations

from tools.xql.plan import PostureQuery
from tools.xql.service import QueryOutcome
from tools.xql.wire.pages import KeptResults


def outcome(rows: int) -> QueryOutcome:
    return QueryOutcome(
        parsed=True, valid=True, xql="x", rows=tuple({"n": n} for n in range(rows)), total=rows
    )


def test_the_oldest_go_first_by_number_and_by_rows() -> None:
    kept = KeptResults(most_results=2, most_rows=10)
    for name in "abc":
        kept.keep(name, outcome(3))
    assert kept.get("a") is None
    assert kept.get("b") is not None
    kept.keep("d", outcome(3))
    assert kept.get("c") is None, "b was read later than c"
    kept.keep("e", outcome(9))
    assert kept.get("b") is None
    assert kept.get("e") is not None
    kept.keep("f", outcome(11))
    assert kept.get("f") is None


def test_one_key_for_one_query() -> None:
    plan = PostureQuery(dataset="issues")
    assert KeptResults.key(plan, None) == KeptResults.key(PostureQuery(dataset="issues", limit=100), None)
    assert KeptResults.key(plan, None) != KeptResults.key(None, "dataset = issues")
