"""Over the real client and the local tenant: once, also when the wire loses, cuts or garbles what was said."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from tests.tools.writeback.fakes import Clock
from tools.cortex import CortexClient, NewIssue
from tools.cortex.config import RetryPolicy
from tools.cortex.vocabulary import Severity
from tools.results import Actor, Role
from tools.store import Store
from tools.tenant.running import open_tenant
from tools.writeback import CommentRequest, Limits, Proposal, SeverityRequest, State, WritebackService

EVE = Actor(user="eve", role=Role.ENGINEER)
BOB = Actor(user="bob", role=Role.APPROVER)
Answer = Callable[[httpx.Response], httpx.Response]


@dataclass
class Wire(httpx.AsyncBaseTransport):
    """The way to the tenant. A fault is met once, by the next write: before it arrives or in its answer."""

    inner: httpx.AsyncBaseTransport
    before: list[Exception] = field(default_factory=list)
    after: list[Answer] = field(default_factory=list)
    writes: int = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        write = path.endswith("/entries/insert") or path.rpartition("/issue/")[2].isdigit()
        if write and self.before:
            raise self.before.pop(0)
        response = await self.inner.handle_async_request(request)
        self.writes += write and response.status_code < 300
        if write and self.after:
            await response.aread()
            return self.after.pop(0)(response)
        return response


def _cut(response: httpx.Response) -> httpx.Response:
    raise httpx.ReadError("the connection broke")


def _late(response: httpx.Response) -> httpx.Response:
    raise httpx.ReadTimeout("nothing came")


def _gateway(response: httpx.Response) -> httpx.Response:
    return httpx.Response(504, text="<html>Gateway time-out</html>", request=response.request)


def _broken(response: httpx.Response) -> httpx.Response:
    return httpx.Response(500, json={"reply": {"err_code": 500, "err_msg": "oops"}})


def _nonsense(response: httpx.Response) -> httpx.Response:
    return httpx.Response(200, text="<html>Please log in</html>")


@dataclass
class Place:
    """A tenant with one issue, the wire to it, and a service."""

    client: CortexClient
    wire: Wire
    store: Store
    clock: Clock
    issue: int

    def service(self) -> WritebackService:
        limits = Limits(lost_settle=timedelta(seconds=60))
        return WritebackService(
            self.store, self.client, limits=limits, clock=self.clock, sleep=self.clock.sleep
        )

    async def approved(self, request: CommentRequest | SeverityRequest) -> Proposal:
        (proposal,) = await self.service().propose([request], actor=EVE)
        return await self.service().approve(proposal.id, proposal.payload_hash, BOB)

    async def comments(self) -> list[str]:
        return [entry.contents for entry in (await self.client.war_room.get(self.issue)).items]

    async def severity(self) -> str | None:
        return (await self.client.issues.get(self.issue)).severity


@pytest.fixture
async def place(tmp_path: Path, template: Path) -> AsyncIterator[Place]:
    async with (
        open_tenant(tmp_path / "home") as tenant,
        await Store.open(f"sqlite:///{shutil.copy(template, tmp_path)}") as store,
    ):
        assert tenant.transport is not None
        wire = Wire(tenant.transport)
        config = tenant.config.model_copy(update={"retry": RetryPolicy(attempts=1)})
        async with CortexClient(config, transport=wire) as client:
            await client.issues.create(
                NewIssue(
                    name="Security group allows SSH from any address",
                    description="sg-0f3 has 22 open to 0.0.0.0/0",
                    observation_time=1_760_000_000_000,
                    domain="POSTURE",
                    category="CONFIGURATION",
                    severity=Severity.MEDIUM,
                )
            )
            (issue,) = (await client.issues.search()).items
            yield Place(client, wire, store, Clock(), int(issue.id))


async def test_a_comment_and_a_severity_arrive_once(place: Place) -> None:
    service = place.service()
    comment = await place.approved(CommentRequest(issue_id=place.issue, text="!not a command\n@all look"))
    severity = await place.approved(SeverityRequest(issue_id=str(place.issue), severity=Severity.HIGH))
    card = await service.card(comment.id, BOB)
    assert card.target.title == "Security group allows SSH from any address"
    for proposal in (comment, severity):
        for _ in range(2):
            outcome = await service.execute(proposal.id)
            assert outcome.done
    assert await place.comments() == [card.effects[0].text]
    assert (await place.comments())[0].startswith("> !not a command\n(at)all look\n\n[posture p-")
    assert await place.severity() == "HIGH"
    assert place.wire.writes == 2


@pytest.mark.parametrize("answer", [_cut, _late, _gateway, _broken, _nonsense])
@pytest.mark.parametrize("kind", ["comment", "severity"])
async def test_an_answer_that_is_lost_or_garbled_is_read_back(
    place: Place, kind: str, answer: Answer
) -> None:
    place.wire.after.append(answer)
    proposal = await place.approved(
        CommentRequest(issue_id=place.issue, text="Look.")
        if kind == "comment"
        else SeverityRequest(issue_id=place.issue, severity=Severity.HIGH)
    )
    assert (await place.service().execute(proposal.id)).done
    assert await place.service().recover() == ()
    assert place.wire.writes == 1


@pytest.mark.parametrize("kind", ["comment", "severity"])
async def test_a_request_that_is_lost_on_the_way_is_sent_again_only_after_looking(
    place: Place, kind: str
) -> None:
    place.wire.before.append(httpx.ReadTimeout("nothing came"))
    proposal = await place.approved(
        CommentRequest(issue_id=place.issue, text="Look.")
        if kind == "comment"
        else SeverityRequest(issue_id=place.issue, severity=Severity.HIGH)
    )
    assert (await place.service().execute(proposal.id)).state is State.UNKNOWN
    assert (await place.service().execute(proposal.id)).state is State.UNKNOWN
    assert place.wire.writes == 0
    place.clock.forward(minutes=2)
    (outcome,) = await place.service().recover()
    assert outcome.done
    assert place.wire.writes == 1


async def test_a_connection_that_cannot_be_made_wrote_nothing(place: Place) -> None:
    place.wire.before.append(httpx.ConnectError("refused"))
    proposal = await place.approved(CommentRequest(issue_id=place.issue, text="Look."))
    outcome = await place.service().execute(proposal.id)
    assert outcome.state is State.FAILED
    assert outcome.safe_to_retry
    assert (await place.service().execute(proposal.id)).done
    assert place.wire.writes == 1


async def test_a_severity_that_somebody_changed_is_left_alone(place: Place) -> None:
    from tools.cortex import IssueUpdate

    proposal = await place.approved(SeverityRequest(issue_id=place.issue, severity=Severity.HIGH))
    await place.client.issues.update(place.issue, IssueUpdate(severity=Severity.CRITICAL))
    outcome = await place.service().execute(proposal.id)
    assert outcome.failure == "target_changed"
    assert "somebody changed the severity to CRITICAL at" in outcome.message
    assert await place.severity() == "CRITICAL"
