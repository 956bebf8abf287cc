"""The whole agent with its state on PostgreSQL: threads, checkpoints, proposals, the audit trail."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.agent.conftest import BEN, talk
from tests.agent.test_approvals import comments, proposed

pytestmark = pytest.mark.postgres


@pytest.fixture
def database(postgres_url: str) -> Iterator[str]:
    """A database of its own, dropped afterwards."""
    name = f"posture_test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield postgres_url.rsplit("/", 1)[0] + f"/{name}"
    finally:
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


async def test_a_thread_waits_and_goes_on_in_another_process(estate: Path, database: str) -> None:
    async with talk(estate, database_url=database) as chat:
        await chat.say("which buckets are public")
        proposal = await proposed(chat)
    async with talk(estate, database_url=database) as chat:
        assert await chat.runtime.conversation.waiting("t") == (proposal.id,)
        follow_up = await chat.say("show pending approvals")
        assert proposal.id in follow_up.answer
        await chat.runtime.writeback.approve(proposal.id, proposal.payload_hash, BEN)
        # A question was asked meanwhile, so the graph no longer stands at its interrupt; the thread still knows.
        done = await chat.settle()
        assert done is not None
        assert len(await comments(chat.runtime, proposal.payload.issue_id)) == 1
        assert (await chat.runtime.writeback.audit.verify()).intact
    assert not (estate / "posture.db").exists()


async def test_resumed_on_postgres(estate: Path, database: str) -> None:
    async with talk(estate, database_url=database) as chat:
        proposal = await proposed(chat)
    async with talk(estate, database_url=database) as chat:
        await chat.runtime.writeback.approve(proposal.id, proposal.payload_hash, BEN)
        done = await chat.settle()
        assert done is not None
        assert "comment" in done.answer.lower()
