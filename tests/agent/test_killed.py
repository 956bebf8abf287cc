"""`kill -9` in the middle of an approved write-back: the effect is at the tenant exactly once, and told.

A child process opens the whole agent over an embedded tenant, proposes in chat, and dies at a named point. Then a
new process opens the same folder.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tests.agent.conftest import ANNA, load_estate, talk
from tests.agent.test_approvals import comments
from tools.writeback import Limits, State

_CHILD = """
import asyncio, os, signal, sys
from pathlib import Path
from tests.agent.conftest import ANNA, talk
from tests.agent.test_approvals import proposed
from tools.cortex.war_room import WarRoomApi

point = sys.argv[2]

def die():
    os.kill(os.getpid(), signal.SIGKILL)

real = WarRoomApi.insert

async def insert(self, *args, **kwargs):
    if point == "before_the_request":
        die()
    answer = await real(self, *args, **kwargs)
    if point == "before_the_answer_is_read":
        die()
    return answer

WarRoomApi.insert = insert

async def main():
    async with talk(Path(sys.argv[1])) as chat:
        proposal = await proposed(chat)
        print(proposal.id, proposal.payload_hash, proposal.payload.issue_id, flush=True)
        if point == "before_approve":
            die()
        await chat.runtime.writeback.approve(proposal.id, proposal.payload_hash, ANNA)
        if point == "after_approve":
            die()
        await chat.runtime.writeback.execute(proposal.id)
        die()

asyncio.run(main())
"""


@pytest.mark.parametrize(
    "point",
    [
        "before_approve",
        "after_approve",
        "before_the_request",
        "before_the_answer_is_read",
        "after_the_answer",
    ],
)
async def test_killed_at(point: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await load_estate(home)
    child = subprocess.run(
        [sys.executable, "-c", _CHILD, str(home), point],
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert child.returncode == -signal.SIGKILL, child.stderr
    proposal_id, payload_hash, issue = child.stdout.split()
    # A request of a process that is gone cannot still be on its way to an embedded tenant.
    monkeypatch.setattr(
        "tools.writeback.Limits", lambda **given: Limits(**given, crash_settle=timedelta(0)), raising=True
    )
    async with talk(home) as chat:
        service = chat.runtime.writeback
        if point == "before_approve":
            assert (await service.get(proposal_id)).state is State.PENDING
            assert await comments(chat.runtime, int(issue)) == []
            assert await chat.runtime.conversation.waiting("t") == (proposal_id,)
            await service.approve(proposal_id, payload_hash, ANNA)
        await service.recover()
        done = await chat.settle()
        assert done is not None
        assert (await service.get(proposal_id)).state is State.DONE
        assert len(await comments(chat.runtime, int(issue))) == 1
        await service.recover()
        assert len(await comments(chat.runtime, int(issue))) == 1
        assert (await service.audit.verify()).intact
