"""Ratings come from a logged-in person's button, are validated, and say why when they are not taken."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from agent.ui.access import Access
from agent.ui.ratings import RatingActions
from agent.ui.users import UserDirectory
from tests.agent.ui.test_approvals import Person
from tests.e2e.fake_agent import FakeScores
from tools.priority.errors import UnknownFindingError
from tools.priority.feedback.service import FeedbackService
from tools.priority.model import PriorityScore
from tools.store import Store


class Runtime:
    def __init__(self, store: Store) -> None:
        self.store = store
        self.priority: Any = FakeScores()


@pytest.fixture
async def rating(tmp_path: Path) -> AsyncIterator[tuple[RatingActions, Runtime]]:
    directory = UserDirectory(tmp_path)
    directory.prepare()
    async with await Store.open(f"sqlite:///{tmp_path / 'p.db'}") as store:
        await store.migrate()
        runtime = Runtime(store)
        yield RatingActions(runtime, Access("password", directory)), runtime


async def test_a_rating_is_kept_with_who_and_the_points(rating: tuple[RatingActions, Runtime]) -> None:
    actions, runtime = rating
    answer = await actions.rate({"finding_id": "f-1", "label": "too_low"}, Person("analyst"))
    assert answer["ok"] is True
    (said,) = await FeedbackService(runtime.store).labels()
    assert (said.by, said.label.value, said.finding.finding_id) == ("analyst", "too_low", "f-1")
    assert said.finding.points["exposure"] > 0


@pytest.mark.parametrize(
    ("payload", "person", "says"),
    [
        ({"finding_id": "f", "label": "too_low"}, None, "login"),
        ({"finding_id": "f", "label": "too_low"}, "nobody", "login"),
        ({"finding_id": "f", "label": "too_low"}, "auditor", "may not rate"),
        ({"finding_id": "f", "label": "dreadful"}, "analyst", "no rating"),
        ({"finding_id": "", "label": "agree"}, "analyst", "no rating"),
        ({"finding_id": "f", "label": "agree", "role": "admin"}, "analyst", "no rating"),
        ({"finding_id": "f", "label": "not_relevant"}, "analyst", "why"),
        ({"finding_id": "f", "label": "more_urgent_than"}, "analyst", "Compare two"),
        ("agree", "analyst", "no rating"),
    ],
)
async def test_what_is_not_taken_says_why(
    rating: tuple[RatingActions, Runtime], payload: Any, person: str | None, says: str
) -> None:
    actions, runtime = rating
    answer = await actions.rate(payload, Person(person) if person else None)
    assert answer["ok"] is False
    assert says in answer["message"]
    assert await FeedbackService(runtime.store).labels() == ()


async def test_a_finding_that_is_gone_is_a_sentence(rating: tuple[RatingActions, Runtime]) -> None:
    actions, runtime = rating

    class Gone:
        async def explain(self, finding_id: str) -> PriorityScore:
            raise UnknownFindingError(finding_id)

    runtime.priority = Gone()
    answer = await actions.rate({"finding_id": "f", "label": "agree"}, Person("analyst"))
    assert answer["ok"] is False
    assert "No open finding" in answer["message"]
