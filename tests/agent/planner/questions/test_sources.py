"""Idioms of what other systems record: agents' versions, records in files, what never was, times of day."""

from __future__ import annotations

import pytest

from agent.planner.questions.ask import plan_question
from agent.planner.questions.form import Atom, Has
from agent.planner.questions.record_versions import of_versions
from agent.planner.questions.rewrites_sources import of_sources
from tests.agent.planner.questions.tenant import ENDPOINTS, ISSUES, NOW, Row, Tenant


def _rows(tenant: Tenant, question: str) -> list[Row]:
    asked = plan_question(question, tenant.estate, None, NOW)
    assert asked.plan is not None, asked.message
    return tenant.rows(asked.plan)


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("which accounts never had any issue?", "which accounts without issues of any status?"),
        ("buckets that have never had a critical issue", "buckets without critical issues of any status"),
        ("teams without a single issue ever", "teams without issues of any status"),
        ("service accounts nobody has used", "which service accounts never used any of their permissions"),
        ("roles nobody uses", "unused roles"),
        ("users with keys older than 180 days", "users with access keys older than 180 days"),
        ("iam users whose key is older than a year", "iam users with access keys older than a year"),
        ("how many records of personal data are there", "number of records in files with personal data"),
        (
            "buckets with the most sensitive records",
            "number of records in files with sensitive data by bucket, most first",
        ),
        ("which ips tried port 3389 and were rejected", "rejected flow records to port 3389 by source ip"),
        ("deletions in the last 90 days", "deletion audit events in the last 90 days"),
        ("fix version for cve-2023-38545", "vulnerabilities of cve-2023-38545 with their fix version"),
        ("hosts by agent version", "endpoints by agent version"),
        ("machines by ssm agent version", "machines by ssm agent version"),
        ("how many rejected connections per account", "how many rejected flow records per account"),
        ("denied connections per rule on the firewall", "denied connections per rule on the firewall"),
        ("endpoints with the most cves", "va_endpoints with the most cves"),
        ("health errors in the last day", "connector health events with errors in the last day"),
        ("users that can log in to the console", "users with console access"),
        ("last successful discovery run per account", "latest successful discovery run per account"),
    ],
)
def test_plainer_words(said: str, plain: str) -> None:
    assert of_sources(said) == plain


def test_what_is_quoted_stays() -> None:
    assert of_sources('buckets named "never had an issue"') == 'buckets named "never had an issue"'


def test_what_never_was_is_not_only_what_is_open(tenant: Tenant) -> None:
    with_some = {i["asset"]["id"] for i in ISSUES if i["severity"] == "LOW"}
    rows = _rows(tenant, "s3 buckets that never had a low issue")
    assert rows
    assert not {r["xdm.asset.id"] for r in rows} & with_some
    asked = plan_question("s3 buckets that never had a low issue", tenant.estate, None, NOW)
    assert "of any status" in asked.reading
    assert "not of any status" not in asked.reading


def test_opened_in_a_time_means_closed_ones_too(tenant: Tenant) -> None:
    number = _rows(tenant, "how many issues were opened in the last 60 days")[0]["issues"]
    assert len(_rows(tenant, "issues opened in the last 60 days")) == number
    still = len(_rows(tenant, "open issues first seen in the last 60 days"))
    assert still < number


def _numbers(version: str) -> list[int]:
    return [int(n) for n in version.split(".")]


def test_agents_by_their_version(tenant: Tenant) -> None:
    versions = sorted({e["agent_version"] for e in ENDPOINTS}, key=_numbers)
    newest = versions[-1]
    two = ".".join(newest.split(".")[:2])
    older = [e for e in ENDPOINTS if _numbers(e["agent_version"]) < _numbers(two)]
    assert len(_rows(tenant, f"agents older than {two}")) == len(older)
    same = [e for e in ENDPOINTS if e["agent_version"].startswith(f"{two}.")]
    assert len(_rows(tenant, f"endpoints on agent version {two}")) == len(same)
    assert same


def test_no_version_is_no_mark(tenant: Tenant) -> None:
    assert of_versions([], [], "endpoints by account", tenant.estate) == []


def test_records_are_counted_by_what_their_assets_have(tenant: Tenant) -> None:
    asked = plan_question("endpoints per team", tenant.estate, None, NOW)
    assert asked.outcome == "answer", asked.message
    assert asked.form is not None
    assert [ref.name for ref in asked.form.group] == ["team"]
    assert sum(r["endpoints"] for r in _rows(tenant, "endpoints per team")) == len(ENDPOINTS)


def test_the_largest_come_first(tenant: Tenant) -> None:
    asked = plan_question("unencrypted volumes, biggest first", tenant.estate, None, NOW)
    assert asked.form is not None
    assert asked.form.rank is not None
    assert asked.form.rank.ref is not None
    assert asked.form.rank.ref.name == "size"


@pytest.mark.parametrize(
    "question",
    ["audit events outside working hours", "who logged in at night", "changes on weekends"],
)
def test_times_of_day_are_not_looked_at(tenant: Tenant, question: str) -> None:
    asked = plan_question(question, tenant.estate, None, NOW)
    assert asked.outcome == "refuse"
    assert "time of day" in asked.message


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("which accounts are the biggest?", "assets"),
        ("how is payments doing", "open issues"),
        ("how are we doing?", "open issues"),
        ("are we closing more than we open this month?", "opened this month"),
        ("did we open more issues than we closed in the last 30 days?", "opened in the last 30 days"),
        ("what happened yesterday", "audit events"),
    ],
)
def test_two_things_are_meant_as_likely(tenant: Tenant, question: str, word: str) -> None:
    asked = plan_question(question, tenant.estate, None, NOW)
    assert asked.outcome == "clarify", asked
    assert len(asked.choices) == 2
    assert word in asked.choices[0]


def test_without_an_owner_tag_is_of_the_asset(tenant: Tenant) -> None:
    asked = plan_question("machines with a cmdb entry but no owner tag", tenant.estate, None, NOW)
    assert asked.form is not None
    cmdb = [i for i in asked.form.items if isinstance(i, Has) and i.entity == "cmdb"]
    assert all(not i.items for i in cmdb)
    assert any(isinstance(i, Atom) and i.ref.tags for i in asked.form.items)
