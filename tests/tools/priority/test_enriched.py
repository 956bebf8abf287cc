"""Alerts and traffic count as far as they bear on the finding."""

from __future__ import annotations

import pytest

from tests.tools.priority.building import NOW, finding, instance
from tools.findings.model import Finding
from tools.priority.enrich.model import Activity, Alert, Enrichments, PortTraffic, SourceState
from tools.priority.enriched import activity_fact
from tools.priority.facts import Fact
from tools.priority.weakness import weakness_of

MACHINE = instance()
SSH = finding("ec2_instance_port_ssh_exposed_to_internet", MACHINE)
WEB = finding("ec2_instance_port_443_exposed_to_internet", MACHINE)
LOGIN = finding("ec2_instance_public_ip", MACHINE)
ASKED = {name: SourceState(name, True, name) for name in ("alerts", "activity")}  # type: ignore[arg-type]


def traffic(**ports: tuple[int, int]) -> Activity:
    by_port = {
        int(p[1:]): PortTraffic(attempts, accepted, 9, NOW) for p, (attempts, accepted) in ports.items()
    }
    return Activity(
        sum(r.attempts for r in by_port.values()), 9, sum(r.accepted for r in by_port.values()),
        tuple(by_port), NOW, NOW, "flow logs", by_port,
    )  # fmt: skip


def fact(of: Finding, *, alerts: tuple[Alert, ...] = (), seen: Activity | None = None) -> Fact:
    told = Enrichments(
        alerts={MACHINE.asset_id: alerts} if alerts else {},
        activity={MACHINE.asset_id: seen} if seen else {},
        states=ASKED,  # type: ignore[arg-type]
    )
    found = activity_fact(of, weakness_of(of).name, MACHINE, told, NOW)
    assert found is not None
    return found


def test_only_the_ports_that_the_finding_names_are_graded() -> None:
    seen = traffic(p22=(500, 0), p3389=(90_000, 0))
    got = fact(SSH, seen=seen)
    assert (got.state, got.value) == ("known", "500 attempts from 9 addresses on 22")
    assert fact(SSH, seen=traffic(p22=(3, 0), p3389=(90_000, 0))).state == "absent"
    assert "on port 22" in fact(SSH, seen=traffic(p3389=(90_000, 0))).value


def test_visitors_of_a_web_port_raise_only_what_names_the_port() -> None:
    visitors = traffic(p443=(100_000, 100_000))
    assert fact(LOGIN, seen=visitors).state == "absent"
    assert fact(SSH, seen=visitors).state == "absent"
    assert fact(WEB, seen=visitors).grade > 0
    refused = traffic(p443=(100_500, 100_000))
    assert fact(LOGIN, seen=refused).value == "500 attempts from 9 addresses on 443"


def test_accepted_traffic_elsewhere_counts_more_than_refused() -> None:
    assert fact(SSH, seen=traffic(p22=(500, 5))).grade > fact(SSH, seen=traffic(p22=(500, 0))).grade


@pytest.mark.parametrize("techniques", [("T1021.004",), ("T1110",), (), ("T1486",)])
def test_an_alert_counts_by_what_its_technique_says_about_the_weakness(techniques: tuple[str, ...]) -> None:
    grades = {
        "use": fact(SSH, alerts=(Alert("1", "x", "HIGH", NOW, techniques=("T1021.004",)),)).grade,
        "probe": fact(SSH, alerts=(Alert("1", "x", "HIGH", NOW, techniques=("T1110",)),)).grade,
        "unnamed": fact(SSH, alerts=(Alert("1", "x", "HIGH", NOW),)).grade,
        "other": fact(SSH, alerts=(Alert("1", "x", "HIGH", NOW, techniques=("T1486",)),)).grade,
    }
    assert grades["use"] > grades["probe"] >= grades["unnamed"] > grades["other"] > 0
    got = fact(SSH, alerts=(Alert("1", "x", "HIGH", NOW, techniques=techniques),))
    assert got.grade in grades.values()


def test_alerts_without_a_link_add_nothing_to_one_that_has_it() -> None:
    linked = Alert("1", "Shell from sshd", "HIGH", NOW, techniques=("T1021.004",))
    others = tuple(
        Alert(str(n), "Files encrypted", "CRITICAL", NOW, techniques=("T1486",)) for n in range(2, 6)
    )
    alone, together = fact(SSH, alerts=(linked,)), fact(SSH, alerts=(linked, *others))
    assert together.grade == alone.grade
    assert "Shell from sshd" in together.value
    assert "T1021.004" in together.value


def test_the_graver_of_alerts_and_traffic_counts() -> None:
    unlinked = Alert("1", "x", "HIGH", NOW, techniques=("T1486",))
    loud = traffic(p22=(100_000, 50))
    got = fact(SSH, alerts=(unlinked,), seen=loud)
    assert got.grade == fact(SSH, seen=loud).grade


def test_mild_alerts_do_not_count() -> None:
    assert fact(SSH, alerts=(Alert("1", "x", "LOW", NOW),)).state == "absent"


def test_what_was_not_asked_is_not_quiet() -> None:
    assert activity_fact(SSH, "entry", MACHINE, Enrichments(), NOW) is None
    assert activity_fact(SSH, "entry", None, Enrichments(states=ASKED), NOW) is None  # type: ignore[arg-type]
