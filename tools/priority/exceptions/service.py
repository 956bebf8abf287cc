"""Keeps accepted risks. Whoever may accept may revoke; every change is a row of the audit trail's hash chain."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from tools.priority.acceptance import Acceptance
from tools.priority.errors import ExceptionError
from tools.priority.exceptions.model import RiskException, Wanted
from tools.priority.tables import RiskExceptionRow
from tools.results import Actor, Role, utcnow
from tools.store import Store
from tools.writeback.audit import AuditTrail
from tools.writeback.canonical import canonical, digest

MAY_ACCEPT: Final = frozenset({Role.APPROVER, Role.ADMIN})
LONGEST: Final = timedelta(days=2 * 365)
"""A risk is accepted for a time; longer than this is forgetting it."""
_MOST_AT_ONCE = 10_000


class ExceptionService:
    """Risk exceptions of one database."""

    def __init__(self, store: Store, *, clock: Callable[[], datetime] = utcnow) -> None:
        self._store = store
        self._clock = clock
        self._audit = AuditTrail(store)

    async def add(self, wanted: Sequence[Wanted], actor: Actor) -> tuple[RiskException, ...]:
        """Accept risks, all or none. Raises `ExceptionError` for a role that may not, or an end that cannot be."""
        _may(actor)
        now = self._clock()
        if not wanted:
            raise ExceptionError("There is nothing to accept. Name a finding, or a pattern.")
        if len(wanted) > _MOST_AT_ONCE:
            raise ExceptionError(
                f"{len(wanted)} at once are too many ({_MOST_AT_ONCE}). Use patterns instead."
            )
        for number, one in enumerate(wanted, 1):
            place = f"Row {number}: its" if len(wanted) > 1 else "Its"
            if one.until <= now:
                raise ExceptionError(f"{place} end, {one.until:%Y-%m-%d}, is past. Give one to come.")
            if one.until > now + LONGEST:
                raise ExceptionError(
                    f"{place} end, {one.until:%Y-%m-%d}, is more than two years away. Accept it for less."
                )
        rows = [
            RiskExceptionRow(
                id=f"ex-{secrets.token_hex(6)}",
                finding_id=one.finding_id,
                rule_id=one.rule_id,
                resource=one.resource,
                account=one.account,
                reason=one.reason,
                actor=actor.user,
                role=actor.role.value,
                at=now,
                until=one.until,
                revoked_at=None,
                revoked_by="",
                revoked_reason="",
            )
            for one in wanted
        ]
        kept = tuple(_kept(row) for row in rows)
        async with self._audit.writing() as session:
            session.add_all(rows)
            for new in kept:
                await self._audit.append(
                    session,
                    "exception_added",
                    at=now,
                    actor=actor,
                    payload_digest=_digest(new),
                    detail={"exception": new.id, "about": new.about[:500], "until": new.until.isoformat()},
                )
        return kept

    async def revoke(self, exception_id: str, actor: Actor, reason: str = "") -> RiskException:
        """End one. Raises `ExceptionError` when there is no such one, or it was revoked already."""
        _may(actor)
        now = self._clock()
        async with self._audit.writing() as session:
            row = await session.get(RiskExceptionRow, exception_id.strip()[:40])
            if row is None:
                raise ExceptionError(
                    f"There is no exception {exception_id[:60]!r}. `posture exceptions list` has their ids."
                )
            if row.revoked_at is not None:
                raise ExceptionError(
                    f"{row.id} was revoked by {row.revoked_by} on {row.revoked_at:%Y-%m-%d} already."
                )
            row.revoked_at, row.revoked_by = now, actor.user
            row.revoked_reason = reason.replace("\x00", "").strip()[:2_000]
            kept = _kept(row)
            await self._audit.append(
                session,
                "exception_revoked",
                at=now,
                actor=actor,
                payload_digest=_digest(kept),
                detail={"exception": kept.id, "about": kept.about[:500]},
            )
        return kept

    async def list(self, *, ended: bool = False) -> tuple[RiskException, ...]:
        """Those in force, the first to end first; with `ended`, expired and revoked ones too."""
        query = select(RiskExceptionRow).order_by(RiskExceptionRow.until, RiskExceptionRow.id)
        if not ended:
            query = query.where(RiskExceptionRow.revoked_at.is_(None), RiskExceptionRow.until > self._clock())
        async with self._store.reading() as session:
            return tuple(_kept(row) for row in (await session.scalars(query)).all())

    async def in_force(self) -> tuple[Acceptance, ...]:
        """What the scoring takes now."""
        return tuple(one.acceptance() for one in await self.list())


def _may(actor: Actor) -> None:
    if actor.role not in MAY_ACCEPT:
        names = " or ".join(role.value for role in Role if role in MAY_ACCEPT)
        raise ExceptionError(
            f"The role {actor.role.value} may not accept risks. Ask somebody with the role {names}."
        )


def _digest(one: RiskException) -> str:
    return digest(canonical(one.model_dump(mode="json")))


def _kept(row: RiskExceptionRow) -> RiskException:
    return RiskException(
        id=row.id,
        finding_id=row.finding_id,
        rule_id=row.rule_id,
        resource=row.resource,
        account=row.account,
        reason=row.reason,
        by=row.actor,
        role=row.role,
        at=row.at,
        until=row.until,
        revoked_at=row.revoked_at,
        revoked_by=row.revoked_by,
        revoked_reason=row.revoked_reason,
    )
