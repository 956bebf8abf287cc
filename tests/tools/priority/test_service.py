from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.tools.priority.building import bucket, finding, instance, open_group, snapshot
from tests.work import LINEAR, growth, work
from tools.findings.model import FindingSet
from tools.priority import PriorityService, UnknownFindingError, score_snapshot
from tools.priority.acceptance import Acceptance
from tools.priority.enrich.model import NOTHING, Enrichments
from tools.priority.prefilter import Tolerances


class Lookup:
    """A lookup that hands out what it is given."""

    def __init__(self, given: FindingSet) -> None:
        self.given = given
        self.asked = 0

    async def snapshot(self) -> FindingSet:
        self.asked += 1
        return self.given


def given() -> FindingSet:
    b = bucket("b", public=True)
    return snapshot(
        [finding("s3_bucket_public_access", b, issue_id=100001), finding("s3_bucket_no_mfa_delete", b)], [b]
    )


async def test_scores_are_computed_once_per_snapshot() -> None:
    lookup = Lookup(given())
    service = PriorityService(lookup)
    first = await service.scores()
    assert await service.scores() is first
    lookup.given = given()
    assert await service.scores() is not first
    assert lookup.asked == 3
    assert service.weights_version == first.weights_version


async def test_a_finding_is_explained_by_either_id() -> None:
    service = PriorityService(Lookup(given()))
    by_issue = await service.explain("100001")
    assert by_issue is await service.explain(by_issue.finding_id)
    finding_of, score = await service.explained(" 100001 ")
    assert finding_of.id == score.finding_id


async def test_an_unknown_id_offers_near_ones() -> None:
    service = PriorityService(Lookup(given()))
    with pytest.raises(UnknownFindingError) as caught:
        await service.explain("100002")
    assert caught.value.suggestions == ("100001",)
    assert "100001" in str(caught.value)
    with pytest.raises(UnknownFindingError, match="List the open findings"):
        await service.explain("zzz")


async def test_an_empty_and_a_cut_snapshot() -> None:
    empty = await PriorityService(Lookup(snapshot())).scores()
    assert (len(empty), empty.groups, empty.top(5)) == (0, (), ())
    cut = FindingSet(given().findings, given().assets, given().as_of, 99, complete=False)
    assert (await PriorityService(Lookup(cut)).scores()).complete is False


def test_twice_the_findings_are_twice_the_work() -> None:
    def cost(hosts: int) -> int:
        given = _exposed(hosts)
        return work(lambda: score_snapshot(given))

    cost(1)  # what is read once for the process
    assert growth(cost, 40) < LINEAR


def _exposed(hosts: int) -> FindingSet:
    assets, findings = [], []
    for i in range(hosts):
        host = instance(f"i-{i:05}", f"sg-{i}", tags={"env": "prod"})
        assets += [host, open_group(22, f"sg-{i}")]
        rules = (
            "ec2_instance_port_ssh_exposed_to_internet",
            "ec2_instance_imdsv2_enabled",
            "ec2_instance_public_ip",
            "ec2_instance_managed_by_ssm",
            "ec2_instance_detailed_monitoring_enabled",
        )
        findings += [finding(rule, host) for rule in rules]
    return snapshot(findings, assets)


async def test_a_change_among_findings_alone_is_added_and_nothing_is_asked_again() -> None:
    asked: list[FindingSet] = []

    async def enrich(snapshot: FindingSet) -> Enrichments:
        asked.append(snapshot)
        return NOTHING

    lookup = Lookup(given())
    service = PriorityService(lookup, enrich=enrich)
    await service.scores()
    graph = (await service.context()).graph
    b = bucket("b", public=True)
    more = snapshot([*lookup.given, finding("s3_bucket_kms_encryption", b)], [b])
    lookup.given = replace(more, as_of=more.as_of + timedelta(minutes=1))
    book = await service.scores()
    whole, _ = score_snapshot(more)
    assert [s.to_dict() for s in book.ranked] == [s.to_dict() for s in whole.ranked]
    assert (await service.context()).graph is graph
    assert len(asked) == 1
    lookup.given = replace(more, as_of=more.as_of + timedelta(minutes=6))
    assert (await service.scores()).as_of == lookup.given.as_of
    assert len(asked) == 2


class Tolerated:
    """What is accepted, and the mark of what was imported; both may change meanwhile."""

    def __init__(self) -> None:
        self.accepted: tuple[Acceptance, ...] = ()
        self.mark = 0
        self.asked = 0

    async def __call__(self) -> tuple[Tolerances, int]:
        return Tolerances(self.accepted), self.mark

    async def enrich(self, _: FindingSet) -> Enrichments:
        self.asked += 1
        return NOTHING


async def test_an_exception_counts_at_once_and_asks_nobody_anew() -> None:
    held = Tolerated()
    service = PriorityService(Lookup(given()), enrich=held.enrich, tolerated=held)
    free = await service.explain("100001")
    graph = (await service.context()).graph
    held.accepted = (Acceptance("meant to be", "ana", finding_id="100001"),)
    kept = await service.explain("100001")
    assert kept.score < free.score
    assert (await service.scores()).held == {"accepted exception": 1}
    assert (await service.tolerances()).accepted == held.accepted
    assert (await service.context()).graph is graph
    held.accepted = ()
    assert (await service.explain("100001")).score == free.score
    assert held.asked == 1


async def test_an_import_has_everything_asked_anew() -> None:
    held = Tolerated()
    service = PriorityService(Lookup(given()), enrich=held.enrich, tolerated=held)
    first = await service.scores()
    assert await service.scores() is first
    held.mark = 1
    assert await service.scores() is not first
    assert held.asked == 2
