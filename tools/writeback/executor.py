"""Carries out what was approved, once: claim, look, record, send, look again, record.

Whatever stops it in between, the next run starts from the rows. No request has left before `sent_at` is
there; once it is, only a read back decides. A comment is never sent a second time unless its marker is
absent after the time in which a first request could still arrive.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from tools.cortex.errors import CortexError
from tools.writeback import wording
from tools.writeback.effects import Observation, observe, send
from tools.writeback.lease import holding
from tools.writeback.limits import Limits
from tools.writeback.model import Failure, Outcome, Result, State
from tools.writeback.outbox import Busy, Claim, Outbox
from tools.writeback.target import CortexTarget, Unclear

_BUSY_STEP = 0.1


@dataclass
class Executor:
    """Give it a proposal id; it finds out by itself what may and must be done."""

    outbox: Outbox
    target: CortexTarget
    limits: Limits
    clock: Callable[[], datetime]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _running: set[asyncio.Task[Outcome]] = field(default_factory=set)

    async def execute(self, proposal_id: str, *, wait: bool = True) -> Outcome:
        """Carry it out, or say why not. Never raises for what the tenant does.

        Where another process is at it, `wait` waits a little for its outcome. The work goes on when the
        caller is cancelled (a closed page), because half a write-back is worse than an unwatched one.
        """
        task = asyncio.create_task(self._execute(proposal_id, wait=wait))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def drain(self) -> None:
        """Wait for work whose caller has gone."""
        if self._running:
            await asyncio.gather(*self._running, return_exceptions=True)

    async def _execute(self, proposal_id: str, *, wait: bool) -> Outcome:
        waited = 0.0
        with holding() as owner:
            while isinstance(step := await self.outbox.claim(proposal_id, owner), Busy):
                if not wait or waited >= self.limits.busy_wait:
                    return step.outcome
                await self.sleep(_BUSY_STEP)
                waited += _BUSY_STEP
            if isinstance(step, Outcome):
                return step
            try:
                async with asyncio.timeout(self.limits.work_seconds):
                    return await (self._resume(step) if step.sent else self._start(step))
            except TimeoutError:
                why = "the tenant did not answer in time"
                if step.sent:
                    return await self._unknown(step, why)
                return await self._not_done(step, "unavailable", why)

    async def _start(self, claim: Claim) -> Outcome:
        """Nothing has left yet."""
        try:
            seen = await observe(self.target, claim.payload, claim.payload_hash)
        except Unclear:
            # The marker is new and nothing has left under it: a War Room too long to read cannot hide it.
            seen = Observation("absent")
        except CortexError as error:
            return await self._not_done(claim, "unavailable", error.message)
        except Exception as error:  # noqa: BLE001 - whatever broke, it broke before anything was sent
            return await self._not_done(
                claim, "unavailable", f"the issue could not be read ({type(error).__name__})"
            )
        if seen.state == "missing":
            return await self._not_done(claim, "target_missing", wording.missing(claim.payload))
        if seen.state == "absent":
            return await self._send(claim)
        if seen.entry_id is not None:
            return await self._done(claim, seen)
        return await self._not_done(claim, "target_changed", wording.changed(claim.payload, seen.target))

    async def _send(self, claim: Claim) -> Outcome:
        stopped = await self.outbox.sending(claim)
        if stopped is not None:
            return stopped
        try:
            claim.entry_id = await send(self.target, claim.payload, claim.payload_hash)
        except CortexError as error:
            if error.outcome != "unknown":
                return await self._not_done(claim, "refused", error.message)
            why = error.message
        except Exception as error:  # noqa: BLE001 - the request may have left: only a read back can tell
            why = f"the answer was lost ({type(error).__name__})"
        else:
            claim.confirmed = True
            why = "it was accepted and does not show yet"
        return await self._read_back(claim, why)

    async def _read_back(self, claim: Claim, why: str) -> Outcome:
        for pause in self.limits.read_back_pauses:
            if pause:
                await self.sleep(pause)
            try:
                seen = await observe(self.target, claim.payload, claim.payload_hash)
            except CortexError as error:
                why = error.message
                continue
            except Exception as error:  # noqa: BLE001 - not seen is not known, whatever the reason
                why = f"reading it back failed ({type(error).__name__})"
                continue
            if seen.state == "applied":
                return await self._done(claim, seen)
            if seen.state == "changed":
                return await self._overwritten(claim, seen)
        return await self._unknown(claim, why)

    async def _resume(self, claim: Claim) -> Outcome:
        """A request may have left earlier: look first."""
        rested = False
        while True:
            try:
                seen = await observe(self.target, claim.payload, claim.payload_hash)
            except CortexError as error:
                return await self._unknown(claim, error.message)
            except Exception as error:  # noqa: BLE001 - not seen is not known, whatever the reason
                return await self._unknown(claim, f"reading it back failed ({type(error).__name__})")
            if seen.state == "applied":
                return await self._done(claim, seen)
            if seen.state == "changed":
                return await self._overwritten(claim, seen)
            if seen.state == "missing":
                return await self._lost(claim, "target_missing", wording.missing(claim.payload))
            left = 0.0
            if claim.settle_until is not None:
                left = (claim.settle_until - self.clock()).total_seconds()
            if left > 0 and (rested or left > self.limits.patience.total_seconds()):
                return await self._unknown(claim, "it does not show; a late request could still arrive")
            if left <= 0 and claim.confirmed:
                return await self._lost(claim, "not_seen", "Cortex accepted it and does not show it")
            if left <= 0:
                return await self._send(claim)
            await self.sleep(left)
            rested = True

    async def _done(self, claim: Claim, seen: Observation) -> Outcome:
        now = self.clock()
        entry = seen.entry_id or claim.entry_id
        result = Result(
            message=wording.done(claim.payload, entry, now), at=now, entry_id=entry, confirmed=True
        )
        return await self.outbox.finish(claim, State.DONE, result)

    async def _overwritten(self, claim: Claim, seen: Observation) -> Outcome:
        """The severity is a third value. If ours was confirmed it was done, and somebody changed it since."""
        now = self.clock()
        if claim.confirmed:
            message = f"{wording.done(claim.payload, None, now)} {wording.changed_since(seen.target)}"
            return await self.outbox.finish(
                claim, State.DONE, Result(message=message, at=now, confirmed=True)
            )
        return await self._lost(claim, "overwritten", wording.changed(claim.payload, seen.target))

    async def _not_done(self, claim: Claim, failure: Failure, why: str) -> Outcome:
        """Certainly nothing happened."""
        message = f"Not done: {wording.ended(why)} Nothing was written.{wording.next_step(failure)}"
        result = Result(message=message, at=self.clock(), failure=failure, safe_to_retry=True)
        return await self.outbox.finish(claim, State.FAILED, result)

    async def _lost(self, claim: Claim, failure: Failure, why: str) -> Outcome:
        """It will not be tried again, and whether the request did anything cannot be told."""
        message = (
            f"Not known to be done: {wording.ended(why)} Nothing is sent again. Look at the issue in Cortex."
        )
        result = Result(
            message=message,
            at=self.clock(),
            failure=failure,
            confirmed=claim.confirmed,
            entry_id=claim.entry_id,
        )
        return await self.outbox.finish(claim, State.FAILED, result)

    async def _unknown(self, claim: Claim, why: str) -> Outcome:
        message = f"Not known yet: {wording.ended(why)} It will be read back before anything is sent again."
        result = Result(message=message, at=self.clock(), confirmed=claim.confirmed, entry_id=claim.entry_id)
        return await self.outbox.finish(claim, State.UNKNOWN, result)
