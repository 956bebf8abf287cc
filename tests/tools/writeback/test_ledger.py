"""States move only along the table, only from what is really stored, and never without their audit row."""

from __future__ import annotations

from itertools import product

import pytest
from sqlalchemy import text

from tests.tools.writeback.conftest import Bench
from tests.tools.writeback.fakes import START
from tools.results import Actor, Role
from tools.writeback import CommentRequest, Conflict, ProposalNotFound, State
from tools.writeback.ledger import load, move
from tools.writeback.states import CAN_EXPIRE, LIVE, TO_CARRY_OUT, TRANSITIONS

EVE = Actor(user="eve", role=Role.ENGINEER)


async def test_a_state_follows_only_those_that_the_table_names(bench: Bench) -> None:
    service = bench.service()
    (proposal,) = await service.propose([CommentRequest(issue_id=48213, text="x")], actor=EVE)
    rows = (await service.audit.verify()).rows
    for before, after in product(State, State):
        async with bench.store.transaction() as session:
            await session.execute(text("UPDATE proposals SET state = :state"), {"state": before.value})
        allowed = True
        try:
            async with service.audit.writing() as session:
                row = await load(session, proposal.id, lock=True)
                await move(session, service.audit, row, after, at=START, actor=None)
        except Conflict:
            allowed = False
        assert allowed is (after in TRANSITIONS[before])
        rows += allowed
        async with bench.store.reading() as session:
            stored = (await session.execute(text("SELECT state FROM proposals"))).scalar_one()
        assert stored == (after if allowed else before)
    assert (await service.audit.verify()).rows == rows


async def test_a_state_that_changed_underneath_is_not_overwritten(bench: Bench) -> None:
    service = bench.service()
    (proposal,) = await service.propose([CommentRequest(issue_id=48213, text="x")], actor=EVE)

    async def swap() -> None:
        async with service.audit.writing() as session:
            row = await load(session, proposal.id)
            await session.execute(text("UPDATE proposals SET state = 'rejected'"))
            await move(session, service.audit, row, State.APPROVED, at=START, actor=None)

    with pytest.raises(Conflict, match="somebody else"):
        await swap()
    assert (await service.get(proposal.id)).state is State.PENDING


async def test_what_is_not_there_is_a_sentence(bench: Bench) -> None:
    async with bench.store.reading() as session:
        with pytest.raises(ProposalNotFound, match="posture approvals list"):
            await load(session, "p-" + "x" * 500)


def test_the_table_of_states_is_complete() -> None:
    assert set(TRANSITIONS) == set(State)
    ends = {state for state, following in TRANSITIONS.items() if not following}
    assert ends == {State.DONE, State.REJECTED, State.EXPIRED, State.SUPERSEDED}
    assert not ends & LIVE
    assert {s for s, following in TRANSITIONS.items() if State.EXPIRED in following} == CAN_EXPIRE
    assert TO_CARRY_OUT < LIVE
    assert {s for s, following in TRANSITIONS.items() if State.APPROVED in following} == {State.PENDING}
