"""Exceptions in a real database: roles, ends, revocation, and the audit trail."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from tests.tools.store.conftest import database_url  # noqa: F401
from tools.priority.errors import ExceptionError
from tools.priority.exceptions.model import Wanted
from tools.priority.exceptions.service import ExceptionService
from tools.results import Actor, Role
from tools.store import Store
from tools.writeback.audit import AuditTrail

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
ANA = Actor(user="ana", role=Role.APPROVER)
SOON = NOW + timedelta(days=30)


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:  # noqa: F811
    async with await Store.open(database_url) as opened:
        await opened.migrate()
        yield opened


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def service(store: Store, clock: Clock) -> ExceptionService:
    return ExceptionService(store, clock=clock)


def wanted(**fields: object) -> Wanted:
    return Wanted.model_validate({"resource": "www-*", "reason": "web site", "until": SOON, **fields})


async def test_a_kept_exception_is_in_force_until_its_end(service: ExceptionService, clock: Clock) -> None:
    (one,) = await service.add([wanted(rule_id="s3_*")], ANA)
    (taken,) = await service.in_force()
    assert (taken.id, taken.rule_id, taken.resource, taken.by, taken.until) == (
        one.id,
        "s3_*",
        "www-*",
        "ana",
        SOON,
    )
    assert one.about == "rule s3_*, resource www-*"
    clock.now = SOON
    assert await service.in_force() == ()
    (ended,) = await service.list(ended=True)
    assert ended.state(clock.now) == "expired"


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ENGINEER, Role.AUDITOR, Role.ANALYST])
async def test_only_approvers_and_admins_accept_or_revoke(service: ExceptionService, role: Role) -> None:
    (one,) = await service.add([wanted()], Actor(user="boss", role=Role.ADMIN))
    other = Actor(user="eve", role=role)
    with pytest.raises(ExceptionError, match="approver or admin"):
        await service.add([wanted()], other)
    with pytest.raises(ExceptionError, match="approver or admin"):
        await service.revoke(one.id, other)
    assert len(await service.in_force()) == 1


async def test_every_change_is_a_row_of_a_chain_that_holds(service: ExceptionService, store: Store) -> None:
    first, second = await service.add([wanted(), wanted(finding_id="100001", resource="*")], ANA)
    gone = await service.revoke(second.id, ANA, "no longer")
    assert (gone.revoked_by, gone.revoked_reason, gone.state(NOW)) == ("ana", "no longer", "revoked")
    assert [one.id for one in await service.list()] == [first.id]
    trail = AuditTrail(store)
    assert (await trail.verify()).intact
    rows = [line async for line in trail.export()]
    assert [row.count('"event":"exception_') for row in rows] == [1, 1, 1]
    assert "exception_revoked" in rows[-1]
    assert first.id in rows[0]
    assert "web site" not in rows[0], "free text is not in the trail; its digest is"
    with pytest.raises(ExceptionError, match="was revoked by ana"):
        await service.revoke(second.id, ANA)


async def test_all_or_none(service: ExceptionService, store: Store) -> None:
    with pytest.raises(ExceptionError, match="Row 2: its end, 2026-11-25, is past"):
        await service.add([wanted(), wanted(until=NOW)], ANA)
    with pytest.raises(ExceptionError, match="more than two years"):
        await service.add([wanted(until=NOW + timedelta(days=4_000))], ANA)
    with pytest.raises(ExceptionError, match="nothing to accept"):
        await service.add([], ANA)
    assert await service.list(ended=True) == ()
    assert (await AuditTrail(store).verify()).rows == 0


async def test_an_unknown_id_is_told(service: ExceptionService) -> None:
    with pytest.raises(ExceptionError, match="exceptions list"):
        await service.revoke("ex-nothing", ANA)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"resource": "*"}, "a star alone"),
        ({"resource": "**", "rule_id": "*"}, "a star alone"),
        ({"finding_id": "1"}, "not both"),
        ({"reason": " \x00 "}, "at least 3"),
        ({"until": "2027-01-01T00:00:00"}, "needs its zone"),
        ({"surprise": 1}, "not permitted"),
    ],
)
def test_what_accepts_too_much_or_says_too_little(fields: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        wanted(**fields)


async def test_texts_that_a_database_cannot_hold(service: ExceptionService) -> None:
    (one,) = await service.add([wanted(reason="odd \x00\ud800 text", resource="b\x00ucket")], ANA)
    assert (await service.list())[0] == one
    assert one.resource == "bucket"
