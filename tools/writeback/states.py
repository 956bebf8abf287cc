"""Which state may follow which: the state machine as data.

draft -> pending -> approved -> executing -> done | failed | unknown
unknown -> done | failed | executing        after a read back
failed -> executing                         only if certainly nothing happened and the approval still holds
draft, pending -> rejected; draft, pending, approved -> expired, superseded
"""

from __future__ import annotations

from collections.abc import Mapping

from tools.writeback.model import State

TRANSITIONS: Mapping[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.PENDING, State.REJECTED, State.EXPIRED, State.SUPERSEDED}),
    State.PENDING: frozenset({State.APPROVED, State.REJECTED, State.EXPIRED, State.SUPERSEDED}),
    State.APPROVED: frozenset({State.EXECUTING, State.FAILED, State.EXPIRED, State.SUPERSEDED}),
    State.EXECUTING: frozenset({State.DONE, State.FAILED, State.UNKNOWN}),
    State.UNKNOWN: frozenset({State.DONE, State.FAILED, State.EXECUTING}),
    State.FAILED: frozenset({State.EXECUTING}),
    State.DONE: frozenset(),
    State.REJECTED: frozenset(),
    State.EXPIRED: frozenset(),
    State.SUPERSEDED: frozenset(),
}

LIVE = frozenset({State.DRAFT, State.PENDING, State.APPROVED, State.EXECUTING, State.UNKNOWN})
"""States in which the effect may still be carried out without anybody asking again."""

UNDECIDED = frozenset({State.DRAFT, State.PENDING})
CAN_EXPIRE = frozenset({State.DRAFT, State.PENDING, State.APPROVED})
CAN_BE_EDITED = CAN_EXPIRE
TO_CARRY_OUT = frozenset({State.APPROVED, State.EXECUTING, State.UNKNOWN})
