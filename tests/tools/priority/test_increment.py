from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tools.priority.building import bucket, finding, instance, open_group, snapshot
from tools.findings.model import Finding, FindingSet
from tools.priority import score_snapshot
from tools.priority.increment import added_to

RULES = (
    "s3_bucket_public_access",
    "s3_bucket_no_mfa_delete",
    "ec2_instance_public_ip",
    "s3_bucket_kms_encryption",
)
ASSETS = (bucket("a", public=True), bucket("b"), open_group(group="sg-1"), instance("i-1", "sg-1"))
POOL = tuple(finding(rule, asset) for rule in RULES for asset in ASSETS)


def taken(chosen: list[Finding]) -> FindingSet:
    return snapshot(chosen, list(ASSETS))


def as_values(given: FindingSet) -> list[dict[str, object]]:
    return [score.to_dict() for score in score_snapshot(given)[0].ranked]


subsets = st.lists(st.sampled_from(POOL), unique_by=lambda f: f.id)


@settings(deadline=None, max_examples=60)
@given(subsets, subsets, st.integers(0, 4))
def test_it_equals_scoring_all_of_it(first: list[Finding], second: list[Finding], resolved: int) -> None:
    closed = [f.model_copy(update={"progress": "Resolved"}) for f in second[:resolved]]
    before, after = taken(first), taken([*closed, *second[resolved:]])
    after = replace(after, as_of=before.as_of)
    book, context = score_snapshot(before)
    found = added_to(book, context, before, after)
    assert found is not None
    assert [score.to_dict() for score in found[0].ranked] == as_values(after)


def test_steps_upon_steps_equal_scoring_all_of_it() -> None:
    state = taken([])
    book, context = score_snapshot(state)
    for size in range(1, len(POOL) + 1):
        after = replace(taken(list(POOL[:size])), as_of=state.as_of)
        found = added_to(book, context, state, after)
        assert found is not None
        (book, context), state = found, after
    assert [score.to_dict() for score in book.ranked] == as_values(state)


def test_the_scores_before_are_left_as_they_were() -> None:
    before = taken([POOL[0]])
    book, context = score_snapshot(before)
    serious = dict(context.serious)
    added_to(book, context, before, taken(list(POOL)))
    assert len(book) == 1
    assert context.serious == serious


def test_other_assets_mean_a_full_computation() -> None:
    before = taken([POOL[0]])
    book, context = score_snapshot(before)
    assert added_to(book, context, before, snapshot(list(POOL[:2]), [*ASSETS, bucket("c")])) is None
    assert added_to(book, context, before, snapshot(list(POOL[:2]), [bucket("a"), *ASSETS[1:]])) is None


def test_what_enrichment_reads_means_a_full_computation() -> None:
    before = taken([POOL[0]])
    book, context = score_snapshot(before)
    flaw = POOL[1].model_copy(update={"category": "VULNERABILITY"})
    assert added_to(book, context, before, taken([POOL[0], flaw])) is None


def test_findings_that_share_an_id_mean_a_full_computation() -> None:
    before = taken([POOL[0]])
    book, context = score_snapshot(before)
    twin = POOL[1].model_copy(update={"id": POOL[0].id})
    assert added_to(book, context, before, taken([POOL[0], twin])) is None
