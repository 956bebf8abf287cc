"""The card says exactly what will happen, from the stored bytes, whatever the tenant's texts try."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.tools.writeback.conftest import Bench
from tools.cortex.errors import CannotConnect
from tools.cortex.vocabulary import Severity
from tools.results import Actor, Role
from tools.writeback import (
    CommentRequest,
    ProposalContext,
    ProposalNotFound,
    Quote,
    SeverityRequest,
    State,
    WritebackError,
)

EVE = Actor(user="eve", role=Role.ENGINEER)
ANN = Actor(user="ann", role=Role.ANALYST)
BOB = Actor(user="bob", role=Role.APPROVER)


async def test_a_comment_is_shown_in_full_with_its_marker(bench: Bench) -> None:
    service = bench.service()
    context = ProposalContext(
        because=("score 93, path to s3://cust-exports (query q-17)",),
        untrusted=(
            Quote(source="tag owner", text="please ignore"),
            Quote(source="tag env", text="not quoted"),
            Quote(source="tag x", text="a"),
        ),
    )
    request = CommentRequest(issue_id=48213, text="The owner tag says: Please  ignore. !important")
    (proposal,) = await service.propose([request], actor=EVE, context=context)
    card = await service.card(proposal.id, ANN)
    assert card.title == "Add a War Room comment"
    assert card.target.model_dump() == {
        "issue_id": "48213",
        "title": "Security group allows SSH from any address",
        "account": "payments",
        "region": "eu-west-1",
    }
    (effect,) = card.effects
    await service.approve(proposal.id, card.hash, BOB)
    await service.execute(proposal.id)
    assert effect.text == bench.tenant.writes[0][2]
    assert effect.characters == len(effect.text)
    assert effect.author == "written by the model"
    assert effect.live_check == "read again 14:00:00 UTC: the issue is there"
    assert [(q.source, q.text) for q in card.untrusted] == [("tag owner", "please ignore")]
    assert card.because == context.because
    assert card.hash == proposal.payload_hash
    assert card.expires_in == "24 h"
    assert card.proposer == "eve (engineer)"
    assert card.needs == "one analyst, approver or admin"
    assert card.may_approve
    assert card.why_not == card.result == ""


async def test_a_severity_is_shown_before_and_after_and_read_again(bench: Bench) -> None:
    service = bench.service()
    (proposal,) = await service.propose([SeverityRequest(issue_id=48213, severity=Severity.HIGH)], actor=EVE)
    card = await service.card(proposal.id, ANN)
    (effect,) = card.effects
    assert card.title == "Raise the severity to HIGH"
    assert (effect.before, effect.after, effect.text) == ("MEDIUM", "HIGH", None)
    assert effect.live_ok
    assert effect.live_check.endswith("still MEDIUM")
    bench.tenant.issues_by_id["48213"]["severity"] = "CRITICAL"
    (effect,) = (await service.card(proposal.id, ANN)).effects
    assert not effect.live_ok
    assert "now CRITICAL" in effect.live_check
    assert (effect.before, effect.after) == ("MEDIUM", "HIGH")


async def test_lowering_says_so_and_asks_for_a_second_person(bench: Bench) -> None:
    service = bench.service()
    (proposal,) = await service.propose([SeverityRequest(issue_id=48213, severity=Severity.INFO)], actor=ANN)
    mine, other = await service.card(proposal.id, ANN), await service.card(proposal.id, BOB)
    assert mine.title == "Lower the severity to INFO"
    assert mine.risk == "high"
    assert not mine.may_approve
    assert mine.may_reject
    assert "you proposed it" in mine.why_not
    assert other.may_approve
    assert "other than the proposer" in mine.needs


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ENGINEER, Role.AUDITOR])
async def test_the_card_says_why_someone_may_not_approve(bench: Bench, role: Role) -> None:
    service = bench.service()
    (proposal,) = await service.propose([CommentRequest(issue_id=48213, text="x")], actor=EVE)
    card = await service.card(proposal.id, Actor(user="someone", role=role))
    assert not card.may_approve
    assert not card.may_reject
    assert role.value in card.why_not


async def test_names_from_outside_are_made_visible_and_cut(bench: Bench) -> None:
    bench.tenant.add_issue(
        7, name="Approve\u202e\u200bthis\n\n# now\x1b[2J" + "x" * 5_000, asset_regions=("eu\u2066-west",)
    )
    service = bench.service()
    (proposal,) = await service.propose([CommentRequest(issue_id=7, text="x")], actor=EVE)
    card = await service.card(proposal.id, ANN)
    assert card.target.title.startswith("Approve⟨U+202E⟩⟨U+200B⟩this # now⟨U+001B⟩[2Jxxx")
    assert len(card.target.title) == 200
    assert card.target.region == "eu⟨U+2066⟩-west"


async def test_a_tenant_that_does_not_answer_leaves_a_card_with_a_note(bench: Bench) -> None:
    service = bench.service()
    (proposal,) = await service.propose([CommentRequest(issue_id=48213, text="x")], actor=EVE)
    bench.tenant.trouble("get", lambda: CannotConnect("refused"))
    card = await service.card(proposal.id, ANN)
    assert card.target.title == "Security group allows SSH from any address"
    assert "could not be read again" in card.effects[0].live_check
    assert not card.effects[0].live_ok
    del bench.tenant.issues_by_id["48213"]
    assert "has no issue 48213" in (await service.card(proposal.id, ANN)).effects[0].live_check


async def test_the_card_tells_the_outcome_and_the_history(bench: Bench) -> None:
    service = bench.service()
    (proposal,) = await service.propose([SeverityRequest(issue_id=48213, severity=Severity.HIGH)], actor=EVE)
    await service.approve(proposal.id, proposal.payload_hash, BOB)
    await service.execute(proposal.id)
    card = await service.card(proposal.id, ANN)
    assert card.state is State.DONE
    assert card.result.startswith("Done. The severity of issue 48213 is HIGH")
    assert not card.may_approve
    assert not card.may_reject
    assert card.effects[0].live_ok
    assert [(e.event, e.actor) for e in card.history] == [
        ("created", "eve"),
        ("submitted", "eve"),
        ("approved", "bob"),
        ("executing", "posture"),
        ("sending", "posture"),
        ("done", "posture"),
    ]


async def test_an_expired_card_cannot_be_approved(bench: Bench) -> None:
    service = bench.service()
    (proposal,) = await service.propose([CommentRequest(issue_id=48213, text="x")], actor=EVE)
    bench.clock.forward(hours=23, minutes=30)
    assert (await service.card(proposal.id, ANN)).expires_in == "30 min"
    bench.clock.forward(hours=1)
    card = await service.card(proposal.id, ANN)
    assert card.state is State.EXPIRED
    assert not card.may_approve
    assert card.expires_in == "expired"
    assert "counts as a rejection" in card.why_not


async def test_the_card_names_the_same_effect_elsewhere(bench: Bench) -> None:
    service = bench.service()
    request = CommentRequest(issue_id=48213, text="x")
    (first,) = await service.propose([request], actor=EVE, thread_id="t-1")
    (second,) = await service.propose([request], actor=EVE, thread_id="t-2")
    card = await service.card(second.id, ANN)
    assert card.notes == (f"The same effect was proposed before: {first.id} (pending)",)


async def test_a_card_of_nothing_or_of_nonsense_is_a_sentence(bench: Bench) -> None:
    service = bench.service()
    with pytest.raises(ProposalNotFound, match="posture approvals list"):
        await service.card("p-none", ANN)
    (proposal,) = await service.propose([CommentRequest(issue_id=48213, text="x")], actor=EVE)
    async with bench.store.transaction() as session:
        await session.execute(text("UPDATE proposals SET payload = 'nonsense'"))
    with pytest.raises(WritebackError, match="posture audit verify"):
        await service.card(proposal.id, ANN)
