"""Any order of proposing, deciding, editing, waiting, failing and crashing: at most one effect each.

Every severity proposal gets its own issue, so that each write at the tenant belongs to one proposal or to
those that an edit made of it; a comment carries its proposal's id.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from tests.tools.writeback.fakes import Clock, Crash, FakeTenant, lost
from tools.cortex.errors import CannotConnect, RateLimited
from tools.cortex.vocabulary import Severity
from tools.results import Actor, Role
from tools.store import Store
from tools.writeback import (
    CommentRequest,
    Outcome,
    Phase,
    Policy,
    Proposal,
    SeverityPayload,
    SeverityRequest,
    State,
    WritebackError,
    WritebackService,
)
from tools.writeback.states import TRANSITIONS

PEOPLE = st.sampled_from(
    [
        Actor(user="eve", role=Role.ENGINEER),
        Actor(user="ann", role=Role.ANALYST),
        Actor(user="bob", role=Role.APPROVER),
        Actor(user="vic", role=Role.VIEWER),
    ]
)
TROUBLES = st.sampled_from(
    [
        "none",
        "none",
        "crash looking",
        "crash sending",
        "crash sent",
        "lost sending",
        "lost sent",
        "refused",
        "deaf",
    ]
)


class Writeback(RuleBasedStateMachine):
    """The service against a model: which proposal was approved with which hash."""

    proposals = Bundle("proposals")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.runner = asyncio.Runner()
        self.clock = Clock()
        self.tenant = FakeTenant(self.clock)
        self.store = self.run(Store.open(f"sqlite:///{self.folder / 'p.db'}"))
        self.run(self.store.migrate())
        self.phase = Phase.ASSIST
        self.approved: dict[str, str] = {}
        self.issues = 0

    def run(self, work: Any) -> Any:
        return self.runner.run(work)

    def service(self) -> WritebackService:
        """A new one each time, as if the program had been started again."""
        return WritebackService(
            self.store,
            self.tenant,
            Policy(phase=self.phase),
            clock=self.clock,
            sleep=self.clock.sleep,
        )

    def attempt(self, work: Any) -> Any:
        try:
            return self.run(work)
        except (WritebackError, Crash):
            return None

    @rule(target=proposals, who=PEOPLE, comment=st.booleans(), thread=st.sampled_from([None, "t-1"]))
    def propose(self, who: Actor, comment: bool, thread: str | None) -> Any:
        if comment:
            request: CommentRequest | SeverityRequest = CommentRequest(issue_id=48213, text="Look at this.")
        else:
            self.issues += 1
            self.tenant.add_issue(self.issues)
            request = SeverityRequest(issue_id=self.issues, severity=Severity.HIGH)
        made = self.attempt(self.service().propose([request], actor=who, thread_id=thread))
        return made[0] if made else None

    @rule(target=proposals, old=proposals, who=PEOPLE, text=st.sampled_from(["One.", "Two."]))
    def edit(self, old: Proposal | None, who: Actor, text: str) -> Any:
        if old is None:
            return None
        if isinstance(old.payload, SeverityPayload):
            change: CommentRequest | SeverityRequest = SeverityRequest(
                issue_id=old.payload.issue_id, severity=Severity.CRITICAL
            )
        else:
            change = CommentRequest(issue_id=old.payload.issue_id, text=text)
        return self.attempt(self.service().edit(old.id, change, actor=who))

    @rule(proposal=proposals, who=PEOPLE, right=st.sampled_from([True, True, True, False]))
    def approve(self, proposal: Proposal | None, who: Actor, right: bool) -> None:
        if proposal is None:
            return
        given = proposal.payload_hash if right else "0" * 64
        done = self.attempt(self.service().approve(proposal.id, given, who))
        if done is not None:
            assert right
            assert who.role in (Role.ANALYST, Role.APPROVER)
            assert proposal.id not in self.approved
            self.approved[proposal.id] = done.payload_hash

    @rule(proposal=consumes(proposals), who=PEOPLE)
    def reject(self, proposal: Proposal | None, who: Actor) -> None:
        if proposal is not None:
            self.attempt(self.service().reject(proposal.id, who))

    @rule(proposal=proposals, trouble=TROUBLES)
    def execute(self, proposal: Proposal | None, trouble: str) -> None:
        if proposal is None:
            return
        self.arrange(trouble)
        outcome = self.attempt(self.service().execute(proposal.id))
        self.calm()
        self.check(outcome)

    @rule(trouble=TROUBLES)
    def recover(self, trouble: str) -> None:
        self.arrange(trouble)
        for outcome in self.attempt(self.service().recover()) or ():
            self.check(outcome)
        self.calm()

    @rule(minutes=st.sampled_from([0.05, 2, 600]))
    def wait(self, minutes: float) -> None:
        self.clock.forward(minutes=minutes)

    @rule(phase=st.sampled_from([Phase.ASSIST, Phase.ASSIST, Phase.AUDIT]))
    def turn(self, phase: Phase) -> None:
        self.phase = phase

    @rule(proposal=proposals, severity=st.sampled_from(["LOW", "INFO"]))
    def somebody_else_changes(self, proposal: Proposal | None, severity: str) -> None:
        if proposal is not None and isinstance(proposal.payload, SeverityPayload):
            self.tenant.issues_by_id[str(proposal.payload.issue_id)]["severity"] = severity

    def arrange(self, trouble: str) -> None:
        what, _, when = trouble.partition(" ")
        if what == "refused":
            for call in ("insert", "update"):
                self.tenant.trouble(call, lambda: RateLimited("no", outcome="refused", write=True))
        elif what == "deaf":
            self.tenant.blind = lambda: CannotConnect("no")
        elif when == "looking":
            self.tenant.trouble("get", Crash)
        elif when:
            for call in ("insert", "update"):
                self.tenant.trouble(call, Crash if what == "crash" else lost, after=when == "sent")

    def calm(self) -> None:
        self.tenant.before.clear()
        self.tenant.after.clear()
        self.tenant.blind = None

    def check(self, outcome: Outcome | None) -> None:
        if outcome is None:
            return
        written = self.written(self.run(self.service().get(outcome.proposal_id)))
        assert outcome.message
        if outcome.state is State.DONE:
            assert written == 1
        if outcome.safe_to_retry or "Nothing was written" in outcome.message:
            assert written == 0

    def written(self, proposal: Proposal) -> int:
        if isinstance(proposal.payload, SeverityPayload):
            issue, value = str(proposal.payload.issue_id), proposal.payload.after.value
            return self.tenant.writes.count(("severity", issue, value))
        return sum(f"[posture {proposal.id} " in w[2] for w in self.tenant.writes)

    @invariant()
    def no_effect_without_its_approval_and_none_twice(self) -> None:
        page = self.run(self.service().list(limit=1_000))
        total = 0
        for proposal in page.proposals:
            written = self.written(proposal)
            total += written
            assert written <= 1
            if written:
                assert self.approved[proposal.id] == proposal.payload_hash
        assert total == len(self.tenant.writes)

    def teardown(self) -> None:
        try:
            self.calm()
            self.phase = Phase.ASSIST
            self.clock.forward(minutes=3)
            self.run(self.service().recover())
            page = self.run(self.service().list(limit=1_000))
            for proposal in page.proposals:
                assert proposal.state not in (State.APPROVED, State.EXECUTING, State.UNKNOWN)
                if proposal.state is State.DONE:
                    assert self.written(proposal) == 1
            self.trail_tells_every_transition(page.proposals)
        finally:
            self.run(self.store.close())
            self.runner.close()
            shutil.rmtree(self.folder)

    def trail_tells_every_transition(self, proposals: tuple[Proposal, ...]) -> None:
        trail = self.service().audit
        assert self.run(trail.verify()).intact
        for proposal in proposals:
            state = State.DRAFT
            for entry in self.run(trail.of_proposal(proposal.id)):
                if "to" in entry.detail:
                    assert entry.detail["from"] == state
                    assert State(entry.detail["to"]) in TRANSITIONS[state]
                    state = State(entry.detail["to"])
            assert state is proposal.state


Writeback.TestCase.settings = settings(
    max_examples=15,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestWriteback = Writeback.TestCase
