"""Keeps what people say of scores, proposes weights from it, and activates a version when a person says so.

Whoever may decide on write-backs may activate weights: both change what others see. Each activation is a row of the
audit trail.
"""

from __future__ import annotations

import json
import secrets
import tomllib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from importlib.resources import files
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tools.priority.errors import FeedbackError
from tools.priority.feedback.calibrate import rebased
from tools.priority.feedback.model import CalibrationReport, Feedback, Label, Scored, WeightsVersion
from tools.priority.feedback.report import propose
from tools.priority.tables import FeedbackRow, WeightsRow
from tools.priority.weights import Weights, load_weights, parse_weights
from tools.results import Actor, Role, utcnow
from tools.store import Store
from tools.writeback.audit import AuditTrail

SHIPPED: Final = "shipped"
_MAY_LABEL: Final = frozenset({Role.ENGINEER, Role.ANALYST, Role.APPROVER, Role.ADMIN})
_MAY_ACTIVATE: Final = frozenset({Role.APPROVER, Role.ADMIN})
_LEAST: Final = 5


class FeedbackService:
    """Feedback and weights of one database."""

    def __init__(self, store: Store, *, clock: Callable[[], datetime] = utcnow) -> None:
        self._store = store
        self._clock = clock
        self._audit = AuditTrail(store)

    async def add(
        self,
        label: Label,
        finding: Scored,
        actor: Actor,
        weights_version: str,
        *,
        other: Scored | None = None,
        reason: str = "",
    ) -> Feedback:
        """Keep one label. Raises `FeedbackError` for a role that may not, or a label that says nothing."""
        if actor.role not in _MAY_LABEL:
            raise FeedbackError(
                f"The role {actor.role.value} may not rate scores. Ask for one of: {_names(_MAY_LABEL)}."
            )
        if other is not None and other.finding_id == finding.finding_id:
            raise FeedbackError("A finding cannot be compared with itself. Name another one.")
        if label is Label.NOT_RELEVANT and not reason.strip():
            raise FeedbackError("Say why it is not relevant; others have to understand it later.")
        said = Feedback(
            label=label,
            finding=finding,
            other=other,
            reason=reason,
            by=actor.user,
            at=self._clock(),
            weights_version=weights_version,
        )
        row = FeedbackRow(
            id=f"fb-{secrets.token_hex(8)}",
            finding_id=finding.finding_id,
            other_id=other.finding_id if other else "",
            label=label.value,
            actor=actor.user,
            role=actor.role.value,
            at=said.at,
            weights_version=weights_version,
            body=said.model_dump_json(),
        )
        async with self._store.transaction() as session:
            session.add(row)
        return said

    async def labels(self, finding_id: str | None = None) -> tuple[Feedback, ...]:
        """Everything that was said, oldest first."""
        query = select(FeedbackRow).order_by(FeedbackRow.at, FeedbackRow.id)
        if finding_id is not None:
            query = query.where(FeedbackRow.finding_id == finding_id)
        async with self._store.reading() as session:
            rows = (await session.scalars(query)).all()
        return tuple(Feedback.model_validate_json(row.body) for row in rows)

    async def propose(
        self, actor: Actor, findings: Sequence[Scored] = ()
    ) -> tuple[WeightsVersion, CalibrationReport]:
        """Fit new weights to what was said since the shipped ones, and keep them as a proposal. Activates nothing."""
        labels = latest_words(await self.labels())
        if len(labels) < _LEAST:
            raise FeedbackError(
                f"There are {len(labels)} ratings; a proposal needs at least {_LEAST}. Rate more findings first."
            )
        base, document = _shipped_document()
        labels = await self._rebased(labels, base, document)
        version = await self._next_version()
        _, new, report = propose(labels, document, version, findings)
        row = WeightsRow(
            version=version,
            parent=base,
            document=json.dumps(new),
            report=report.model_dump_json(),
            created_at=self._clock(),
            created_by=actor.user,
            activated_at=None,
            activated_by="",
            active_slot=None,
        )
        async with self._store.transaction() as session:
            session.add(row)
        return _version(row), report

    async def activate(self, version: str, actor: Actor) -> WeightsVersion | None:
        """Put a version in use; `shipped` goes back to the weights of the package (gives None).

        Raises `FeedbackError` for a role that may not, or a version that there is not.
        """
        if actor.role not in _MAY_ACTIVATE:
            raise FeedbackError(
                f"The role {actor.role.value} may not activate weights. Ask for one of: {_names(_MAY_ACTIVATE)}."
            )
        at = self._clock()
        async with self._audit.writing() as session:
            old = await _active(session)
            chosen = None if version == SHIPPED else await session.get(WeightsRow, version)
            if chosen is None and version != SHIPPED:
                raise FeedbackError(
                    f"There is no version {version!r} of the weights. List them first; {SHIPPED!r} goes back."
                )
            if old is not None and old is not chosen:
                old.active_slot = None
                await session.flush()
            if chosen is not None:
                parse_weights(json.loads(chosen.document))
                chosen.active_slot, chosen.activated_at, chosen.activated_by = 1, at, actor.user
            await self._audit.append(
                session,
                "weights_activated",
                at=at,
                actor=actor,
                detail={"version": version, "before": old.version if old else SHIPPED},
            )
        return _version(chosen) if chosen is not None else None

    async def versions(self) -> tuple[WeightsVersion, ...]:
        """Every proposed version, newest first."""
        async with self._store.reading() as session:
            rows = (await session.scalars(select(WeightsRow).order_by(WeightsRow.created_at.desc()))).all()
        return tuple(_version(row) for row in rows)

    async def current(self) -> Weights:
        """The weights in use."""
        async with self._store.reading() as session:
            row = await _active(session)
        return parse_weights(json.loads(row.document)) if row is not None else load_weights()

    async def _rebased(
        self, labels: Sequence[Feedback], base: str, document: Mapping[str, Any]
    ) -> list[Feedback]:
        """Labels on one footing, whatever weights they were given under."""
        async with self._store.reading() as session:
            rows = (await session.scalars(select(WeightsRow))).all()
        used = {row.version: json.loads(row.document) for row in rows}
        return [
            rebased(said, document, used[said.weights_version]) if said.weights_version in used else said
            for said in labels
            if said.weights_version in used or said.weights_version == base
        ]

    async def _next_version(self) -> str:
        day = f"{self._clock():%Y.%m.%d}"
        taken = {item.version for item in await self.versions()}
        return next(name for n in range(1, 10_000) if (name := f"{day}-fb{n}") not in taken)


def latest_words(labels: Sequence[Feedback]) -> list[Feedback]:
    """Each person's last word on a finding or a pair of findings, in either order of the pair."""
    last: dict[tuple[str, frozenset[str]], Feedback] = {}
    for said in labels:
        subject = frozenset({said.finding.finding_id, *([said.other.finding_id] if said.other else [])})
        last.pop((said.by, subject), None)
        last[said.by, subject] = said
    return list(last.values())


def _shipped_document() -> tuple[str, dict[str, Any]]:
    """The weights that proposals are made around: always the shipped ones, so that fits do not drift by repetition."""
    document = tomllib.loads(files("tools.priority").joinpath("data/weights.toml").read_text("utf-8"))
    return str(document["version"]), document


async def _active(session: AsyncSession) -> WeightsRow | None:
    found: WeightsRow | None = await session.scalar(select(WeightsRow).where(WeightsRow.active_slot == 1))
    return found


def _version(row: WeightsRow) -> WeightsVersion:
    state = "active" if row.active_slot else "retired" if row.activated_at else "proposed"
    return WeightsVersion(
        version=row.version,
        state=state,
        created_at=row.created_at,
        created_by=row.created_by,
        activated_at=row.activated_at,
        activated_by=row.activated_by,
        parent=row.parent,
        report=json.loads(row.report),
    )


def _names(roles: frozenset[Role]) -> str:
    return ", ".join(sorted(role.value for role in roles))
