"""`kill -9` at every point of a real process; a new one finishes the work, once."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.tools.writeback.victim import BOB, LIMITS, FileTenant
from tools.store import Store
from tools.writeback import State, WritebackService

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")

_VICTIM = Path(__file__).with_name("victim.py")
_ROOT = Path(__file__).parents[3]
_POINTS = ["before approve", "deciding", "after approve", "request left", "effect happened", "answer came"]
_DECIDED = _POINTS[2:]


Kill = Callable[[str, Path, str, str], None]


@pytest.fixture(scope="module")
def kill() -> Iterator[Kill]:
    """Start a process that works until it reaches a point, and dies there."""
    command = [sys.executable, str(_VICTIM)]
    environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as nursery:

        def run(url: str, tenant: Path, kind: str, point: str) -> None:
            assert nursery.stdin is not None
            assert nursery.stdout is not None
            nursery.stdin.write(f"{url}\t{tenant}\t{kind}\t{point}\n")
            nursery.stdin.flush()
            assert int(nursery.stdout.readline()) == -signal.SIGKILL

        yield run
        nursery.communicate()


@pytest.mark.parametrize(
    ("kind", "point"),
    [
        *(("comment", point) for point in _POINTS),
        ("severity", "request left"),
        ("severity", "effect happened"),
    ],
)
async def test_killed_at(database_url: str, tmp_path: Path, kill: Kill, kind: str, point: str) -> None:
    file = tmp_path / "tenant.json"
    async with await Store.open(database_url) as store:
        await asyncio.to_thread(kill, database_url, file, kind, point)
        tenant = FileTenant(file)
        before = tenant.writes()
        assert len(before) == (1 if point in ("effect happened", "answer came") else 0)

        slept: list[float] = []

        async def sleep(seconds: float) -> None:
            slept.append(seconds)
            await asyncio.sleep(seconds)

        service = WritebackService(store, tenant, limits=LIMITS, sleep=sleep)
        outcomes = await service.recover()
        (proposal,) = (await service.list()).proposals
        if point in _DECIDED:
            assert [outcome.state for outcome in outcomes] == [State.DONE]
        else:
            assert outcomes == ()
            assert proposal.state is State.PENDING
            assert tenant.writes() == []
            await service.approve(proposal.id, proposal.payload_hash, BOB)
            assert (await service.execute(proposal.id)).done
        assert len(tenant.writes()) == 1
        assert await service.recover() == ()
        assert (await service.execute(proposal.id)).done
        assert len(tenant.writes()) == 1
        assert (await service.audit.verify()).intact
        assert sum(slept) < 1


async def test_two_new_processes_finish_it_once_and_both_hear_of_it(
    database_url: str, tmp_path: Path, kill: Kill
) -> None:
    tenant = FileTenant(tmp_path / "tenant.json")
    async with await Store.open(database_url) as one, await Store.open(database_url) as two:
        await asyncio.to_thread(kill, database_url, tmp_path / "tenant.json", "comment", "after approve")
        first, second = WritebackService(one, tenant), WritebackService(two, tenant)
        (proposal,) = (await first.list()).proposals
        outcomes = await asyncio.gather(*(service.execute(proposal.id) for service in (first, second)))
        assert [outcome.state for outcome in outcomes] == [State.DONE, State.DONE]
        assert len(tenant.writes()) == 1
