"""The trail: one chain under concurrent writers, and every kind of damage is found."""

from __future__ import annotations

import asyncio
import hashlib
import json

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tests.tools.writeback.conftest import Bench
from tests.tools.writeback.fakes import START
from tools.results import Actor, Role
from tools.store import Store
from tools.writeback import AuditTrail

ANN = Actor(user="ann", role=Role.ANALYST)


async def add(trail: AuditTrail, count: int, proposal: str = "p-1") -> None:
    for number in range(count):
        async with trail.writing() as session:
            await trail.append(
                session,
                "created",
                at=START,
                actor=ANN if number % 2 else None,
                proposal_id=proposal,
                payload_digest="d" * 64,
                detail={"number": number, "name": "é⟨U+202E⟩"},
            )


async def disarm(session: AsyncSession, dialect: str) -> None:
    """What an attacker with the database's password can do."""
    if dialect == "sqlite":
        await session.execute(text("DROP TRIGGER audit_rows_no_update"))
        await session.execute(text("DROP TRIGGER audit_rows_no_delete"))
    else:
        await session.execute(text("ALTER TABLE audit_rows DISABLE TRIGGER USER"))


async def test_an_empty_trail_is_whole(bench: Bench) -> None:
    report = await AuditTrail(bench.store).verify()
    assert (report.rows, report.intact, report.first_bad) == (0, True, None)


async def test_rows_are_chained_and_found_by_proposal(bench: Bench) -> None:
    trail = AuditTrail(bench.store)
    await add(trail, 3)
    await add(trail, 1, "p-2")
    assert (await trail.verify()).rows == 4
    entries = await trail.of_proposal("p-1")
    assert [(e.seq, e.actor, e.role) for e in entries] == [
        (1, "posture", "system"),
        (2, "ann", "analyst"),
        (3, "posture", "system"),
    ]
    assert entries[1].prev_hash == entries[0].hash
    assert entries[0].detail == {"number": 0, "name": "é⟨U+202E⟩"}


async def test_many_writers_keep_one_chain(bench: Bench, database_url: str) -> None:
    async with await Store.open(database_url) as other:
        trails = [AuditTrail(bench.store), AuditTrail(other)]
        await asyncio.gather(*(add(trails[n % 2], 5, f"p-{n}") for n in range(6)))
    report = await trails[0].verify()
    assert report.intact
    assert report.rows == 30


async def test_a_transaction_that_fails_leaves_no_row(bench: Bench) -> None:
    trail = AuditTrail(bench.store)
    await add(trail, 1)

    async def fail() -> None:
        async with trail.writing() as session:
            await trail.append(session, "done", at=START, actor=None)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    await add(trail, 1)
    report = await trail.verify()
    assert report.intact
    assert report.rows == 2


@pytest.mark.parametrize(
    ("damage", "first_bad"),
    [
        ("UPDATE audit_rows SET actor = 'eve' WHERE seq = 3", 3),
        ("UPDATE audit_rows SET role = 'admin' WHERE seq = 3", 3),
        ("UPDATE audit_rows SET event = 'approved' WHERE seq = 3", 3),
        ("UPDATE audit_rows SET proposal_id = NULL WHERE seq = 3", 3),
        ("UPDATE audit_rows SET payload_digest = 'x' WHERE seq = 3", 3),
        ("UPDATE audit_rows SET detail = '{}' WHERE seq = 3", 3),
        ("UPDATE audit_rows SET at = '2020-01-01 00:00:00' WHERE seq = 3", 3),
        ("UPDATE audit_rows SET prev_hash = 'x' WHERE seq = 3", 3),
        ("UPDATE audit_rows SET hash = 'x' WHERE seq = 3", 3),
        ("DELETE FROM audit_rows WHERE seq = 1", 1),
        ("DELETE FROM audit_rows WHERE seq = 3", 3),
        ("DELETE FROM audit_rows WHERE seq >= 4", 4),
        ("DELETE FROM audit_rows", 1),
        ("UPDATE audit_rows SET seq = 9 WHERE seq = 5", 5),
        ("UPDATE audit_head SET seq = 4", 6),
        ("DELETE FROM audit_head", 6),
    ],
)
async def test_damage_is_found_where_it_begins(bench: Bench, damage: str, first_bad: int) -> None:
    trail = AuditTrail(bench.store)
    await add(trail, 5)
    async with bench.store.transaction() as session:
        await disarm(session, bench.store.dialect)
        await session.execute(text(damage))
    report = await trail.verify()
    assert not report.intact
    assert report.first_bad == first_bad
    assert report.reason


async def test_a_row_sealed_anew_still_breaks_the_chain(bench: Bench) -> None:
    from tools.writeback.audit import seal
    from tools.writeback.tables import AuditRow

    trail = AuditTrail(bench.store)
    await add(trail, 4)
    async with bench.store.transaction() as session:
        await disarm(session, bench.store.dialect)
        row = await session.get(AuditRow, 2)
        assert row is not None
        row.actor = "eve"
        row.hash = seal(row)
    report = await trail.verify()
    assert (report.intact, report.first_bad) == (False, 3)


async def test_the_export_can_be_checked_without_us(bench: Bench) -> None:
    trail = AuditTrail(bench.store)
    await add(trail, 4)
    before = "0" * 64
    lines = [line async for line in trail.export()]
    for number, line in enumerate(lines, start=1):
        assert "\n" not in line
        row = json.loads(line)
        sealed = row.pop("hash")
        assert row["seq"] == number
        assert row["prev_hash"] == before
        text_ = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        assert hashlib.sha256(text_.encode()).hexdigest() == sealed
        before = sealed
    assert len(lines) == 4


async def test_a_trail_longer_than_a_page_is_read_in_whole(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tools.writeback.audit._PAGE", 3)
    trail = AuditTrail(bench.store)
    for count in (3, 4):
        await add(trail, count)
    report = await trail.verify()
    assert report.intact
    assert report.rows == 7
    assert len([line async for line in trail.export()]) == 7
