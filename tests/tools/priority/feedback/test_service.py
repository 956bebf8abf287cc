"""Feedback in a real database: kept, proposed from, and activated by a person only."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.tools.priority.feedback.test_calibrate import scored, simulated
from tests.tools.store.conftest import database_url  # noqa: F401
from tools.priority.errors import FeedbackError
from tools.priority.feedback.model import Label
from tools.priority.feedback.service import SHIPPED, FeedbackService, latest_words
from tools.priority.weights import load_weights
from tools.results import Actor, Role
from tools.store import Store
from tools.writeback.audit import AuditTrail

ADA = Actor(user="ada", role=Role.ANALYST)
BOSS = Actor(user="boss", role=Role.APPROVER)
VERSION = load_weights().version


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:  # noqa: F811
    async with await Store.open(database_url) as opened:
        await opened.migrate()
        yield opened


async def filled(service: FeedbackService, count: int = 40) -> None:
    for label in simulated({"path": 2.0}, count, 0.1, 7):
        await service.add(label.label, label.finding, ADA, VERSION, other=label.other, reason=label.reason)


async def test_a_proposal_activates_nothing_until_a_person_does(store: Store) -> None:
    service = FeedbackService(store)
    await filled(service)
    version, report = await service.propose(ADA)
    assert version.state == "proposed"
    assert report.labels == 40
    assert (await service.current()).version == VERSION
    with pytest.raises(FeedbackError, match="may not activate"):
        await service.activate(version.version, ADA)
    assert (await service.current()).version == VERSION

    active = await service.activate(version.version, BOSS)
    assert active is not None
    assert (active.state, active.activated_by) == ("active", "boss")
    assert (await service.current()).version == version.version

    second, _ = await service.propose(ADA)
    assert second.version != version.version
    assert (await service.current()).version == version.version
    await service.activate(second.version, BOSS)
    assert {v.version: v.state for v in await service.versions()} == {
        version.version: "retired",
        second.version: "active",
    }
    assert await service.activate(SHIPPED, BOSS) is None
    assert (await service.current()).version == VERSION
    report_of_trail = await AuditTrail(store).verify()
    assert (report_of_trail.rows, report_of_trail.intact) == (3, True)


async def test_each_persons_last_word_counts(store: Store) -> None:
    service = FeedbackService(store)
    item, other = scored("a", path=1.0), scored("b")
    await service.add(Label.TOO_HIGH, item, ADA, VERSION)
    await service.add(Label.AGREE, item, ADA, VERSION)
    await service.add(Label.TOO_HIGH, item, BOSS, VERSION)
    await service.add(Label.MORE_URGENT_THAN, item, ADA, VERSION, other=other)
    await service.add(Label.MORE_URGENT_THAN, other, ADA, VERSION, other=item)
    every = await service.labels()
    assert len(every) == 5
    assert [f.label for f in await service.labels("b")] == [Label.MORE_URGENT_THAN]
    last = latest_words(every)
    assert [(f.by, f.label.value) for f in last] == [
        ("ada", "agree"),
        ("boss", "too_high"),
        ("ada", "more_urgent_than"),
    ]
    assert last[-1].finding.finding_id == "b"


async def test_what_cannot_be_taken_says_why(store: Store) -> None:
    service = FeedbackService(store)
    item = scored("a")
    with pytest.raises(FeedbackError, match="may not rate"):
        await service.add(Label.AGREE, item, Actor(user="v", role=Role.VIEWER), VERSION)
    with pytest.raises(FeedbackError, match="Say why"):
        await service.add(Label.NOT_RELEVANT, item, ADA, VERSION, reason="  ")
    with pytest.raises(FeedbackError, match="itself"):
        await service.add(Label.MORE_URGENT_THAN, item, ADA, VERSION, other=item)
    with pytest.raises(FeedbackError, match="at least 5"):
        await service.propose(ADA)
    with pytest.raises(FeedbackError, match="no version"):
        await service.activate("2020-1", BOSS)
    assert await service.labels() == ()
