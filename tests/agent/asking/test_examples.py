"""Our own examples: each a plan that validates, compiles, checks and runs; the nearest ones chosen within a budget."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.asking.answers import read_answer
from agent.asking.examples import Example, library, rendered, similar
from agent.runtime import open_services
from agent.tokens import estimate
from tests.agent.conftest import settings_for
from tools.xql import Catalog, check, compile_plan, parse
from tools.xql.wire import as_plan

PLANS = [example for example in library() if example.plan is not None]


def test_the_library_covers_all_shapes() -> None:
    shapes = Counter(example.shape for example in PLANS)
    assert len(PLANS) >= 40
    assert {
        *(
            "count",
            "inventory",
            "json",
            "array",
            "issue_asset",
            "finding_asset",
            "ageing",
            "trend",
            "anti",
            "rule",
        ),
        *("top", "log"),
    } <= shapes.keys()
    assert min(shapes.values()) >= 2
    assert len({example.question for example in library()}) == len(library())
    assert {example.answer["outcome"] for example in library()} == {"answer", "clarify", "refuse", "no_such"}


@pytest.mark.parametrize("example", library(), ids=lambda e: e.question[:40])
def test_every_example_is_what_a_model_may_answer(example: Example) -> None:
    answer = read_answer(example.answer)
    assert answer.outcome == example.answer["outcome"]
    assert answer.plan is not None or answer.message


@pytest.mark.parametrize("example", PLANS, ids=lambda e: e.question[:40])
def test_every_plan_compiles_and_checks(example: Example) -> None:
    query = compile_plan(as_plan(example.plan), Catalog.seeded())
    report = check(query, Catalog.seeded())
    assert report.valid, report.errors
    assert parse(report.xql)


async def test_every_plan_runs(estate: Path) -> None:
    async with open_services(settings_for(estate)) as services:
        for example in PLANS:
            outcome = await services.xql.run_plan(as_plan(example.plan), limit=5, relax=False)
            assert outcome.valid, (example.question, outcome.errors)


@pytest.mark.parametrize(
    ("question", "near"),
    [
        ("how many assets per provider do we have", "How many assets do we have per cloud provider?"),
        ("vms that have no issue at all", "Machines without any issue"),
        ("new critical issues by week", "Critical issues per week and provider over the last 90 days"),
        ("top three rules for each account", "Top 5 rules per account"),
    ],
)
def test_the_nearest_examples_are_chosen(question: str, near: str) -> None:
    assert near in [example.question for example in similar(question, 2_000, estimate)][:3]


@given(st.text(max_size=200), st.integers(0, 3_000))
@settings(max_examples=80, deadline=None)
def test_chosen_examples_fit(question: str, budget: int) -> None:
    chosen = similar(question, budget, estimate)
    assert estimate(rendered(chosen)) <= max(budget, 1)
    assert max(Counter(example.shape for example in chosen).values(), default=0) <= 2


def test_an_example_is_shown_as_question_and_answer() -> None:
    head, _, body = library()[0].text().partition("\nA: ")
    assert head == "Q: How many assets do we have per cloud provider?"
    assert json.loads(body)["plan"]["dataset"] == "asset_inventory"
