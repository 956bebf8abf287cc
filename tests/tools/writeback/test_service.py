"""From a proposal to its effect, on both databases: approved effects happen once, others never."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.tools.writeback.conftest import Bench
from tests.tools.writeback.fakes import Crash, lost
from tools.cortex.errors import CannotConnect, PermissionDenied, RateLimited
from tools.cortex.vocabulary import Severity
from tools.results import Actor, Role
from tools.writeback import (
    AlreadyDecided,
    CommentRequest,
    HashMismatch,
    InvalidProposal,
    Limits,
    NotAllowed,
    Phase,
    Policy,
    Proposal,
    ProposalExpired,
    ProposalNotFound,
    SeverityRequest,
    State,
    TargetMissing,
    TargetUnreadable,
    WritebackService,
)

ENGINEER = Actor(user="eve", role=Role.ENGINEER)
ANALYST = Actor(user="ann", role=Role.ANALYST)
APPROVER = Actor(user="bob", role=Role.APPROVER)
COMMENT = CommentRequest(issue_id=48213, text="Port 22 is open to the internet.")
RAISE = SeverityRequest(issue_id=48213, severity=Severity.HIGH)


async def approved(service: WritebackService, request: CommentRequest | SeverityRequest) -> Proposal:
    (proposal,) = await service.propose([request], actor=ENGINEER)
    return await service.approve(proposal.id, proposal.payload_hash, APPROVER)


async def test_a_comment_and_a_severity_are_written_once_and_read_back(bench: Bench) -> None:
    service = bench.service()
    proposals = await service.propose([COMMENT, RAISE], actor=ENGINEER, thread_id="t-1")
    assert len({p.set_id for p in proposals}) == 1
    assert [p.state for p in proposals] == [State.PENDING, State.PENDING]
    assert bench.tenant.writes == []
    for proposal in proposals:
        await service.approve(proposal.id, proposal.payload_hash, ANALYST)
    assert bench.tenant.writes == []
    outcomes = [await service.execute(p.id) for p in proposals]
    assert [o.state for o in outcomes] == [State.DONE, State.DONE]
    assert "7781@48213" in outcomes[0].message
    assert "HIGH (read back 14:00:00 UTC)" in outcomes[1].message
    assert [w[0] for w in bench.tenant.writes] == ["comment", "severity"]
    sent = bench.tenant.writes[0][2]
    assert sent.startswith("Port 22 is open to the internet.\n\n[posture p-")

    again = [await service.execute(p.id) for p in proposals]
    assert [o.state for o in again] == [State.DONE, State.DONE]
    assert len(bench.tenant.writes) == 2
    assert (await service.audit.verify()).intact


async def test_every_transition_has_one_audit_row(bench: Bench) -> None:
    service = bench.service()
    proposal = await approved(service, COMMENT)
    await service.execute(proposal.id)
    events = [entry.event for entry in await service.audit.of_proposal(proposal.id)]
    assert events == ["created", "submitted", "approved", "executing", "sending", "done"]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ENGINEER, Role.AUDITOR])
async def test_these_roles_cannot_approve(bench: Bench, role: Role) -> None:
    service = bench.service()
    (proposal,) = await service.propose([COMMENT], actor=ENGINEER)
    with pytest.raises(NotAllowed, match="may not approve"):
        await service.approve(proposal.id, proposal.payload_hash, Actor(user="x", role=role))
    assert (await service.get(proposal.id)).state is State.PENDING
    assert (await service.execute(proposal.id)).state is State.PENDING
    assert bench.tenant.writes == []
    events = [entry.event for entry in await service.audit.of_proposal(proposal.id)]
    assert events[-1] == "approval_refused"


async def test_high_risk_needs_a_second_person(bench: Bench) -> None:
    service = bench.service()
    critical = SeverityRequest(issue_id=48213, severity=Severity.CRITICAL)
    lower = SeverityRequest(issue_id=48213, severity=Severity.LOW)
    for proposal in await service.propose([critical, lower], actor=ANALYST):
        for same in ("ann", "ANN", " ann ", "ａｎｎ"):
            with pytest.raises(NotAllowed, match="you proposed it"):
                await service.approve(proposal.id, proposal.payload_hash, Actor(user=same, role=Role.ADMIN))
        assert (await service.approve(proposal.id, proposal.payload_hash, APPROVER)).state is State.APPROVED


async def test_low_risk_may_be_approved_by_its_proposer(bench: Bench) -> None:
    service = bench.service()
    (proposal,) = await service.propose([COMMENT], actor=ANALYST)
    assert (await service.approve(proposal.id, proposal.payload_hash, ANALYST)).state is State.APPROVED


async def test_another_hash_is_refused(bench: Bench) -> None:
    service = bench.service()
    (one, two) = await service.propose([COMMENT, RAISE], actor=ENGINEER)
    for wrong in (two.payload_hash, "", one.payload_hash[:-1], one.payload_hash.upper(), "é"):
        with pytest.raises(HashMismatch):
            await service.approve(one.id, wrong, APPROVER)
    assert (await service.get(one.id)).decision is None


async def test_a_decision_is_made_once(bench: Bench) -> None:
    service = bench.service()
    first = await approved(service, COMMENT)
    with pytest.raises(AlreadyDecided):
        await service.approve(first.id, first.payload_hash, ANALYST)
    with pytest.raises(AlreadyDecided):
        await service.reject(first.id, ANALYST)
    (second,) = await service.propose([RAISE], actor=ENGINEER)
    rejected = await service.reject(second.id, ANALYST, "not ours")
    assert rejected.decision is not None
    assert rejected.decision.reason == "not ours"
    with pytest.raises(AlreadyDecided, match="ann rejected it"):
        await service.approve(second.id, second.payload_hash, APPROVER)
    outcome = await service.execute(second.id)
    assert outcome.state is State.REJECTED
    assert "Nothing was written" in outcome.message
    assert bench.tenant.writes == []


async def test_a_proposer_may_withdraw_and_a_viewer_may_not_reject(bench: Bench) -> None:
    service = bench.service()
    (proposal,) = await service.propose([COMMENT], actor=ENGINEER)
    with pytest.raises(NotAllowed):
        await service.reject(proposal.id, Actor(user="vic", role=Role.VIEWER))
    assert (await service.reject(proposal.id, ENGINEER)).state is State.REJECTED


async def test_an_unknown_decision_is_a_rejection(bench: Bench) -> None:
    service = bench.service()
    for word in ("Approve", "yes", "", "approved", "accept"):
        (proposal,) = await service.propose([COMMENT], actor=ENGINEER)
        decided = await service.decide(proposal.id, word, payload_hash=proposal.payload_hash, actor=APPROVER)
        assert decided.state is State.REJECTED
    (proposal,) = await service.propose([COMMENT], actor=ENGINEER)
    decided = await service.decide(proposal.id, "approve", payload_hash=proposal.payload_hash, actor=APPROVER)
    assert decided.state is State.APPROVED


async def test_no_answer_in_time_is_a_rejection(bench: Bench) -> None:
    service = bench.service()
    (late, seen) = await service.propose([COMMENT, RAISE], actor=ENGINEER)
    await service.approve(seen.id, seen.payload_hash, APPROVER)
    bench.clock.forward(hours=24)
    with pytest.raises(ProposalExpired, match="counts as a rejection"):
        await service.approve(late.id, late.payload_hash, APPROVER)
    outcome = await service.execute(seen.id)
    assert outcome.state is State.EXPIRED
    assert "bob approved it, but the approval ran out" in outcome.message
    assert await service.expire_due() == ()
    assert {p.state for p in (await service.list()).proposals} == {State.EXPIRED}
    assert bench.tenant.writes == []


async def test_expiry_is_swept(bench: Bench) -> None:
    service = bench.service(limits=Limits(expiry=timedelta(hours=1)))
    (proposal,) = await service.propose([COMMENT], actor=ENGINEER)
    bench.clock.forward(minutes=59)
    assert await service.expire_due() == ()
    bench.clock.forward(minutes=1)
    assert await service.expire_due() == (proposal.id,)


async def test_an_edit_makes_a_new_proposal_and_an_old_approval_worthless(bench: Bench) -> None:
    service = bench.service()
    old = await approved(service, COMMENT)
    new = await service.edit(old.id, CommentRequest(issue_id=48213, text="Other words."), actor=ANALYST)
    assert new.id != old.id
    assert new.payload_hash != old.payload_hash
    assert new.proposer == ANALYST
    assert new.supersedes == old.id
    assert new.set_id == old.set_id
    outcome = await service.execute(old.id)
    assert outcome.state is State.SUPERSEDED
    assert new.id in outcome.message
    assert (await service.execute(new.id)).state is State.PENDING
    with pytest.raises(HashMismatch):
        await service.approve(new.id, old.payload_hash, APPROVER)
    assert bench.tenant.writes == []
    await service.approve(new.id, new.payload_hash, APPROVER)
    assert (await service.execute(new.id)).done
    assert [w[2].split("\n")[0] for w in bench.tenant.writes] == ["Other words."]


async def test_an_editor_becomes_the_proposer_for_the_two_people_rule(bench: Bench) -> None:
    service = bench.service()
    (old,) = await service.propose([RAISE], actor=ENGINEER)
    critical = SeverityRequest(issue_id=48213, severity=Severity.CRITICAL)
    new = await service.edit(old.id, critical, actor=ANALYST)
    with pytest.raises(NotAllowed):
        await service.approve(new.id, new.payload_hash, ANALYST)


async def test_an_edit_keeps_kind_and_issue_and_needs_an_open_proposal(bench: Bench) -> None:
    service = bench.service()
    bench.tenant.add_issue(5)
    old = await approved(service, COMMENT)
    for other in (RAISE, CommentRequest(issue_id=5, text="x")):
        with pytest.raises(InvalidProposal):
            await service.edit(old.id, other, actor=ANALYST)
    await service.execute(old.id)
    with pytest.raises(AlreadyDecided):
        await service.edit(old.id, COMMENT, actor=ANALYST)


async def test_a_changed_target_writes_nothing(bench: Bench) -> None:
    service = bench.service()
    proposal = await approved(service, RAISE)
    bench.tenant.issues_by_id["48213"]["severity"] = "CRITICAL"
    outcome = await service.execute(proposal.id)
    assert outcome.state is State.FAILED
    assert outcome.failure == "target_changed"
    assert outcome.safe_to_retry
    assert "somebody changed the severity to CRITICAL" in outcome.message
    assert "Nothing was written" in outcome.message
    assert bench.tenant.writes == []
    bench.tenant.issues_by_id["48213"]["severity"] = "MEDIUM"
    assert (await service.execute(proposal.id)).state is State.FAILED
    assert bench.tenant.writes == []


async def test_a_severity_that_is_there_already_is_not_claimed_as_ours(bench: Bench) -> None:
    service = bench.service()
    proposal = await approved(service, RAISE)
    bench.tenant.issues_by_id["48213"]["severity"] = "HIGH"
    outcome = await service.execute(proposal.id)
    assert outcome.failure == "target_changed"
    assert "already" in outcome.message


async def test_a_missing_target_writes_nothing(bench: Bench) -> None:
    service = bench.service()
    proposal = await approved(service, COMMENT)
    del bench.tenant.issues_by_id["48213"]
    outcome = await service.execute(proposal.id)
    assert outcome.failure == "target_missing"
    assert bench.tenant.writes == []


@pytest.mark.parametrize("error", [CannotConnect, PermissionDenied])
async def test_a_tenant_that_cannot_be_read_is_tried_again_under_the_same_approval(
    bench: Bench, error: type[CannotConnect]
) -> None:
    service = bench.service()
    proposal = await approved(service, COMMENT)
    bench.tenant.trouble("get", lambda: error("no"))
    outcome = await service.execute(proposal.id)
    assert outcome.state is State.FAILED
    assert outcome.safe_to_retry
    assert "Nothing was written" in outcome.message
    assert await service.recover() == ()
    assert (await service.execute(proposal.id)).done
    assert len(bench.tenant.writes) == 1


async def test_a_refused_write_is_safe_to_retry(bench: Bench) -> None:
    service = bench.service()
    proposal = await approved(service, COMMENT)
    bench.tenant.trouble("insert", lambda: RateLimited("slow down", outcome="refused", write=True))
    outcome = await service.execute(proposal.id)
    assert outcome.failure == "refused"
    assert outcome.safe_to_retry
    assert (await service.execute(proposal.id)).done
    assert len(bench.tenant.writes) == 1


@pytest.mark.parametrize("request_", [COMMENT, RAISE], ids=["comment", "severity"])
async def test_a_lost_answer_after_the_effect_is_found_by_reading_back(
    bench: Bench, request_: CommentRequest | SeverityRequest
) -> None:
    service = bench.service()
    proposal = await approved(service, request_)
    bench.tenant.trouble("insert", lost, after=True)
    bench.tenant.trouble("update", lost, after=True)
    assert (await service.execute(proposal.id)).done
    assert len(bench.tenant.writes) == 1


@pytest.mark.parametrize("request_", [COMMENT, RAISE], ids=["comment", "severity"])
async def test_a_lost_answer_without_effect_is_not_sent_again_too_soon(
    bench: Bench, request_: CommentRequest | SeverityRequest
) -> None:
    service = bench.service()
    proposal = await approved(service, request_)
    bench.tenant.trouble("insert", lost)
    bench.tenant.trouble("update", lost)
    outcome = await service.execute(proposal.id)
    assert outcome.state is State.UNKNOWN
    assert not outcome.safe_to_retry
    (outcome,) = await service.recover()
    assert outcome.state is State.UNKNOWN
    assert bench.tenant.writes == []
    bench.clock.forward(minutes=2)
    (outcome,) = await service.recover()
    assert outcome.done
    assert len(bench.tenant.writes) == 1


async def test_a_late_effect_is_found_and_not_doubled(bench: Bench) -> None:
    service = bench.service()
    proposal = await approved(service, COMMENT)
    bench.tenant.trouble("insert", lost, after=True)
    bench.tenant.hidden = True
    assert (await service.execute(proposal.id)).state is State.UNKNOWN
    bench.tenant.hidden = False
    bench.clock.forward(hours=1)
    (outcome,) = await service.recover()
    assert outcome.done
    assert len(bench.tenant.writes) == 1


async def test_an_accepted_comment_that_never_shows_is_not_sent_again(bench: Bench) -> None:
    service = bench.service()
    proposal = await approved(service, COMMENT)
    bench.tenant.hidden = True
    assert (await service.execute(proposal.id)).state is State.UNKNOWN
    bench.clock.forward(hours=1)
    (outcome,) = await service.recover()
    assert outcome.state is State.FAILED
    assert outcome.failure == "not_seen"
    assert not outcome.safe_to_retry
    assert await service.recover() == ()
    assert len(bench.tenant.writes) == 1


async def test_a_war_room_that_shows_only_a_part_proves_no_absence(bench: Bench) -> None:
    service = bench.service()
    proposal = await approved(service, COMMENT)
    bench.tenant.trouble("insert", lost)
    bench.tenant.partial = True
    assert (await service.execute(proposal.id)).state is State.UNKNOWN
    bench.clock.forward(hours=1)
    (outcome,) = await service.recover()
    assert outcome.state is State.UNKNOWN
    assert bench.tenant.writes == []
    bench.tenant.partial = False
    (outcome,) = await service.recover()
    assert outcome.done


async def test_a_read_back_that_fails_leaves_it_unknown_until_it_works(bench: Bench) -> None:
    service = bench.service()
    proposal = await approved(service, RAISE)
    bench.tenant.trouble("update", lost, after=True)
    bench.tenant.blind = lambda: CannotConnect("no")
    assert (await service.execute(proposal.id)).state is State.UNKNOWN
    bench.clock.forward(hours=1)
    assert (await service.execute(proposal.id)).state is State.UNKNOWN
    bench.tenant.blind = None
    (outcome,) = await service.recover()
    assert outcome.done
    assert len(bench.tenant.writes) == 1


async def test_a_third_value_after_a_lost_answer_is_not_overwritten(bench: Bench) -> None:
    service = bench.service()
    proposal = await approved(service, RAISE)
    bench.tenant.trouble("update", Crash)
    with pytest.raises(Crash):
        await service.execute(proposal.id)
    bench.tenant.issues_by_id["48213"]["severity"] = "LOW"
    (outcome,) = await service.recover()
    assert outcome.state is State.FAILED
    assert outcome.failure == "overwritten"
    assert not outcome.safe_to_retry
    assert bench.tenant.writes == []


@pytest.mark.parametrize("request_", [COMMENT, RAISE], ids=["comment", "severity"])
@pytest.mark.parametrize("point", ["looking", "sending", "sent", "reading back"])
async def test_a_crash_at_any_point_ends_in_one_effect(
    bench: Bench, point: str, request_: CommentRequest | SeverityRequest
) -> None:
    proposal = await approved(bench.service(), request_)
    if point == "reading back":
        bench.tenant.blind = Crash
    elif point == "looking":
        bench.tenant.trouble("get", Crash)
    else:
        bench.tenant.trouble("insert", Crash, after=point == "sent")
        bench.tenant.trouble("update", Crash, after=point == "sent")
    with pytest.raises(Crash):
        await bench.service().execute(proposal.id)
    bench.tenant.blind = None
    assert (await bench.service().get(proposal.id)).state is State.EXECUTING
    (outcome,) = await bench.service().recover()
    assert outcome.done
    assert len(bench.tenant.writes) == 1
    assert (await bench.service().audit.verify()).intact


async def test_two_processes_carry_it_out_once_and_both_hear_of_it(bench: Bench) -> None:
    proposal = await approved(bench.service(), COMMENT)
    outcomes = await asyncio.gather(*(bench.service().execute(proposal.id) for _ in range(5)))
    assert [o.state for o in outcomes] == [State.DONE] * 5
    assert len(bench.tenant.writes) == 1


@pytest.mark.parametrize("call", ["get", "insert"])
async def test_a_lease_keeps_others_away_until_it_ends(bench: Bench, call: str) -> None:
    proposal = await approved(bench.service(), COMMENT)
    first, second = bench.service(), bench.service()
    bench.tenant.trouble(call, "hang")
    before = bench.tenant.calls.count(call)
    hanging = asyncio.create_task(first.execute(proposal.id))
    while bench.tenant.calls.count(call) == before:
        await asyncio.sleep(0)
    calls = len(bench.tenant.calls)
    outcome = await second.execute(proposal.id)
    assert outcome.state is State.EXECUTING
    assert await second.recover() == (outcome,)
    assert len(bench.tenant.calls) == calls

    bench.clock.forward(minutes=4)
    assert (await second.execute(proposal.id)).done
    bench.tenant.released.set()
    assert (await hanging).done
    assert len(bench.tenant.writes) == 1
    events = [entry.event for entry in await second.audit.of_proposal(proposal.id)]
    assert events.count("done") == 1
    assert events.count("resumed") == 1


async def test_two_people_decide_at_once_and_one_decision_stands(bench: Bench) -> None:
    service = bench.service()
    (proposal,) = await service.propose([COMMENT], actor=ENGINEER)
    results = await asyncio.gather(
        service.approve(proposal.id, proposal.payload_hash, APPROVER),
        bench.service().approve(proposal.id, proposal.payload_hash, ANALYST),
        bench.service().reject(proposal.id, ANALYST),
        return_exceptions=True,
    )
    assert sum(isinstance(r, Proposal) for r in results) == 1
    assert sum(isinstance(r, AlreadyDecided) for r in results) == 2
    report = await service.audit.verify()
    assert report.intact
    assert report.rows == 3


async def test_a_closed_page_does_not_stop_the_work(bench: Bench) -> None:
    service = bench.service()
    proposal = await approved(service, COMMENT)
    watcher = asyncio.create_task(service.execute(proposal.id))
    await asyncio.sleep(0)
    watcher.cancel()
    with pytest.raises(asyncio.CancelledError):
        await watcher
    await service.close()
    assert (await service.outcome(proposal.id)).done
    assert len(bench.tenant.writes) == 1


async def test_a_tenant_that_hangs_ends_in_a_sentence(bench: Bench) -> None:
    limits = Limits().model_copy(update={"lease": timedelta(seconds=0.1)})
    service = bench.service(limits=limits)
    first = await approved(service, COMMENT)
    bench.tenant.trouble("get", "hang")
    outcome = await service.execute(first.id)
    assert outcome.state is State.FAILED
    assert outcome.safe_to_retry
    assert "did not answer in time" in outcome.message
    bench.tenant.trouble("insert", "hang", after=True)
    outcome = await service.execute(first.id)
    assert outcome.state is State.UNKNOWN
    (outcome,) = await service.recover()
    assert outcome.done
    assert len(bench.tenant.writes) == 1


async def test_phase_audit_proposes_approves_and_carries_out_nothing(bench: Bench) -> None:
    audit = Policy(phase=Phase.AUDIT)
    with pytest.raises(NotAllowed, match="phase is audit"):
        await bench.service(audit).propose([COMMENT], actor=ENGINEER)
    (waiting,) = await bench.service().propose([RAISE], actor=ENGINEER)
    with pytest.raises(NotAllowed, match="phase is audit"):
        await bench.service(audit).approve(waiting.id, waiting.payload_hash, APPROVER)
    proposal = await approved(bench.service(), COMMENT)
    outcome = await bench.service(audit).execute(proposal.id)
    assert outcome.state is State.APPROVED
    assert "phase is audit" in outcome.message
    assert bench.tenant.writes == []
    assert (await bench.service().execute(proposal.id)).done


async def test_the_approvers_role_is_looked_up_again_before_anything_leaves(bench: Bench) -> None:
    roles: dict[str, Role | None] = {"bob": Role.VIEWER}

    async def look_up(user: str, recorded: Role) -> Role | None:
        return roles.get(user)

    service = bench.service(roles=look_up)
    proposal = await approved(service, COMMENT)
    outcome = await service.execute(proposal.id)
    assert outcome.failure == "not_permitted"
    roles["bob"] = None
    other = await approved(service, RAISE)
    assert (await service.execute(other.id)).failure == "not_permitted"
    assert bench.tenant.writes == []


async def test_somebody_whose_roles_live_elsewhere_keeps_the_recorded_one(bench: Bench) -> None:
    async def look_up(user: str, recorded: Role) -> Role | None:
        return recorded

    service = bench.service(roles=look_up)
    proposal = await approved(service, COMMENT)
    assert (await service.execute(proposal.id)).done


async def test_a_role_that_is_lost_between_looking_and_sending_stops_it(bench: Bench) -> None:
    roles: dict[str, Role | None] = {"bob": Role.APPROVER}

    async def look_up(user: str, recorded: Role) -> Role | None:
        role = roles[user]
        roles[user] = Role.VIEWER
        return role

    service = bench.service(roles=look_up)
    proposal = await approved(service, COMMENT)
    outcome = await service.execute(proposal.id)
    assert outcome.failure == "not_permitted"
    assert bench.tenant.writes == []


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE proposals SET payload = replace(payload, 'Port 22', 'Port 99')",
        "UPDATE proposals SET payload = replace(payload, '48213', '5')",
        "UPDATE proposals SET payload = payload || ' '",
        "UPDATE proposals SET payload_hash = 'aaaa'",
        "UPDATE approvals SET payload_hash = 'aaaa'",
        "UPDATE approvals SET decision = 'maybe'",
        "DELETE FROM approvals",
        "UPDATE proposals SET kind = 'severity'",
    ],
)
async def test_rows_changed_behind_our_back_are_not_carried_out(bench: Bench, tampering: str) -> None:
    service = bench.service()
    bench.tenant.add_issue(5)
    proposal = await approved(service, COMMENT)
    async with bench.store.transaction() as session:
        await session.execute(text(tampering))
    outcome = await service.execute(proposal.id)
    assert outcome.state is State.FAILED
    assert outcome.failure == "tampered"
    assert bench.tenant.writes == []


async def test_a_state_set_by_hand_is_no_approval(bench: Bench) -> None:
    service = bench.service()
    (proposal,) = await service.propose([COMMENT], actor=ENGINEER)
    for state in ("approved", "executing", "unknown"):
        async with bench.store.transaction() as session:
            await session.execute(text("UPDATE proposals SET state = :state"), {"state": state})
        await service.execute(proposal.id)
        assert bench.tenant.writes == []


async def test_the_same_effect_is_open_once_per_thread(bench: Bench) -> None:
    service = bench.service()
    (one,) = await service.propose([COMMENT], actor=ENGINEER, thread_id="t-1")
    (again,) = await service.propose([COMMENT], actor=ANALYST, thread_id="t-1")
    (elsewhere,) = await service.propose([COMMENT], actor=ENGINEER, thread_id="t-2")
    (twice,) = await service.propose([RAISE, RAISE], actor=ENGINEER, thread_id="t-1")
    assert again.id == one.id
    assert elsewhere.id != one.id
    await service.reject(one.id, APPROVER)
    (new,) = await service.propose([COMMENT], actor=ENGINEER, thread_id="t-1")
    assert new.id != one.id
    assert {p.id for p in (await service.list(thread_id="t-1")).proposals} == {one.id, twice.id, new.id}


async def test_what_makes_no_sense_is_refused_with_a_sentence(bench: Bench) -> None:
    service = bench.service()
    cases: list[tuple[list[CommentRequest | SeverityRequest], type[Exception]]] = [
        ([], InvalidProposal),
        ([SeverityRequest(issue_id=48213, severity=Severity.MEDIUM)], InvalidProposal),
        ([CommentRequest(issue_id=48213, text=" \n ")], InvalidProposal),
        ([CommentRequest(issue_id=48213, text="x" * 4_001)], InvalidProposal),
        ([CommentRequest(issue_id=1, text="x")], TargetMissing),
        ([COMMENT] * 21, InvalidProposal),
    ]
    for requests, error in cases:
        with pytest.raises(error) as caught:
            await service.propose(requests, actor=ENGINEER)
        assert str(caught.value).endswith((".", "proposed."))
    bench.tenant.trouble("get", lambda: CannotConnect("refused"))
    with pytest.raises(TargetUnreadable, match="Check the tenant URL"):
        await service.propose([COMMENT], actor=ENGINEER)
    with pytest.raises(NotAllowed):
        await service.propose([COMMENT], actor=Actor(user="vic", role=Role.VIEWER))
    with pytest.raises(ProposalNotFound):
        await service.get("p-nothere")
    assert (await service.list()).total == 0
    assert (await service.audit.verify()).rows == 0


async def test_a_set_is_stored_whole_or_not_at_all(bench: Bench) -> None:
    service = bench.service()
    with pytest.raises(TargetMissing):
        await service.propose([COMMENT, CommentRequest(issue_id=77, text="x")], actor=ENGINEER)
    assert (await service.list()).total == 0


async def test_a_draft_waits_until_it_is_submitted(bench: Bench) -> None:
    service = bench.service()
    (draft,) = await service.propose([COMMENT], actor=ENGINEER, submit=False)
    assert draft.state is State.DRAFT
    with pytest.raises(AlreadyDecided):
        await service.approve(draft.id, draft.payload_hash, APPROVER)
    assert (await service.submit(draft.id, actor=ENGINEER)).state is State.PENDING


async def test_preview_shows_and_stores_nothing(bench: Bench) -> None:
    service = bench.service()
    (comment, severity) = await service.preview([COMMENT, RAISE], actor=ENGINEER)
    assert comment.after == COMMENT.text
    assert (severity.before, severity.after, severity.risk) == ("MEDIUM", "HIGH", "medium")
    assert severity.needs == "one analyst, approver or admin"
    assert (await service.list()).total == 0


async def test_the_list_says_how_much_there_is(bench: Bench) -> None:
    service = bench.service()
    for number in range(5):
        await service.propose([CommentRequest(issue_id=48213, text=f"note {number}")], actor=ENGINEER)
        bench.clock.forward(seconds=1)
    page = await service.list(limit=2, offset=1)
    assert (page.total, page.returned, page.truncated) == (5, 2, True)
    assert [getattr(p.payload, "text", "") for p in page.proposals] == ["note 3", "note 2"]
    assert (await service.list(states=[State.DONE])).total == 0
    assert (await service.list(issue_id=48213)).total == 5
    assert (await service.list(set_id=page.proposals[0].set_id)).total == 1
