"""Groups, measures, bounds and ranks in the idioms of strangers: the numbers are those that plain Python finds."""

# ruff: noqa: E501 (tables are easier to read in one piece)

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.planner.questions.ask import plan_question
from agent.planner.questions.rewrites_groups import grouped
from tests.agent.planner.questions.tenant import ASSETS, ISSUES, NOW, VULNERABILITIES, Row, Tenant

OPEN = [i for i in ISSUES if i["open"]]


def ask(tenant: Tenant, question: str) -> tuple[list[Row], str]:
    asked = plan_question(question, tenant.estate, None, NOW)
    assert asked.plan is not None, asked.message
    return tenant.rows(asked.plan), asked.reading


def counts(rows: list[Row], *keys: str, value: str) -> dict[tuple[str, ...], int]:
    return {tuple(str(row[k]) for k in keys): int(row[value]) for row in rows if row[value]}


@pytest.mark.parametrize(
    "question",
    [
        "open issues, account by account",
        "open issues splitted per account",
        "open issues divided into accounts",
        "which account has how many open issues",
        "open issues with their account and the number",
    ],
)
def test_a_group_however_it_is_said(tenant: Tenant, question: str) -> None:
    rows, reading = ask(tenant, question)
    wanted = Counter((i["asset"]["account"],) for i in OPEN)
    assert counts(rows, "account", value="issues") == wanted
    assert "by account" in reading


@pytest.mark.parametrize(
    "question",
    [
        "a matrix of severity against status",
        "issues: severity versus status, with counts",
        "number of issues with severity and status",
    ],
)
def test_two_groups_against_each_other(tenant: Tenant, question: str) -> None:
    rows, _ = ask(tenant, question)
    wanted = Counter((i["severity"], i["status"]) for i in ISSUES)
    assert counts(rows, "xdm.issue.severity", "xdm.issue.status.progress", value="issues") == wanted


def test_values_against_each_other_beside_another_group(tenant: Tenant) -> None:
    rows, reading = ask(tenant, "new versus in progress issues per severity")
    wanted = Counter((i["severity"], i["status"]) for i in ISSUES if i["status"] in ("New", "In Progress"))
    assert counts(rows, "xdm.issue.severity", "xdm.issue.status.progress", value="issues") == wanted
    assert "severity and status" in reading


def test_a_bin_keeps_the_group_beside_it(tenant: Tenant) -> None:
    rows, reading = ask(tenant, "number of issues of any status per week and severity")
    assert sum(int(row["issues"]) for row in rows) == len(ISSUES)
    assert len({(row["week"], row["xdm.issue.severity"]) for row in rows}) == len(rows)
    assert {row["xdm.issue.severity"] for row in rows} == {i["severity"] for i in ISSUES}
    assert "per week" in reading
    assert "by severity" in reading


@pytest.mark.parametrize(
    "question",
    [
        "on average, how many days have our open high issues been around?",
        "for how many days on average are our high issues open",
        "average number of days that high issues have been open",
    ],
)
def test_days_open_are_an_age(tenant: Tenant, question: str) -> None:
    rows, reading = ask(tenant, question)
    wanted = fmean((NOW - i["first"]) // timedelta(days=1) for i in OPEN if i["severity"] == "HIGH")
    assert float(rows[0]["avg_age"]) == pytest.approx(wanted, abs=1)
    assert "verage age" in reading


@pytest.mark.parametrize(
    ("question", "size"),
    [
        ("total gb of unencrypted ebs volumes", sum(a["cfg"]["Size"] for a in ASSETS if a["kind"] == "vol" and not a["cfg"].get("Encrypted", True))),
        ("how many gigabytes do the ebs volumes have", sum(a["cfg"]["Size"] for a in ASSETS if a["kind"] == "vol" and "Size" in a["cfg"])),
    ],
)  # fmt: skip
def test_gigabytes_are_a_sum(tenant: Tenant, question: str, size: int) -> None:
    rows, _ = ask(tenant, question)
    assert [int(float(row["sum_size"])) for row in rows] == [size]


@pytest.mark.parametrize("question", ["the 2 cves with the highest cvss", "top 2 cves by cvss"])
def test_cves_by_score_come_once_each(tenant: Tenant, question: str) -> None:
    rows, _ = ask(tenant, question)
    best = {
        v["facts"]["xdm.vulnerability.cve_id"]: v["facts"]["xdm.vulnerability.cvss_score"]
        for v in VULNERABILITIES
    }
    wanted = sorted(best, key=lambda cve: -best[cve])[:2]
    assert [row["cve"] for row in rows] == wanted


@pytest.mark.parametrize(
    "question",
    [
        "worst three assets, measured by how many open issues they have",
        "assets by number of open issues, top 3",
        "assets by number of open high or critical or medium or low issues, top 3",
    ],
)
def test_a_measure_that_is_named_ranks(tenant: Tenant, question: str) -> None:
    rows, _ = ask(tenant, question)
    wanted = sorted(Counter(i["asset"]["id"] for i in OPEN).values(), reverse=True)[:3]
    assert [int(row["issues"]) for row in rows] == wanted


def test_cases_by_score(tenant: Tenant) -> None:
    rows, reading = ask(tenant, "the 3 cases with the most high score")
    assert [row["xdm.case.id"] for row in rows] == ["7", "6", "5"]
    assert "by score" in reading


def test_operations_are_told_apart(tenant: Tenant) -> None:
    rows, reading = ask(tenant, "in the cloud audit log, what are the 2 most frequent operations?")
    assert len(rows) == 2
    assert "by operation" in reading


def test_what_lacks_items_is_counted(tenant: Tenant) -> None:
    rows, reading = ask(tenant, "number of iam users without mfa device per account")
    lacking = Counter(
        (a["account"],) for a in ASSETS if a["kind"] == "user" and a["cfg"].get("MFADevices") == []
    )
    assert lacking
    found = counts(rows, "xdm.asset.realm", value="assets")
    assert {k: v for k, v in found.items() if k in lacking} == lacking
    assert reading.startswith("Number of")


def test_a_bound_before_its_groups(tenant: Tenant) -> None:
    rows, reading = ask(tenant, "more than 2 open issues per rule")
    wanted = {rule for rule, n in Counter(i["rule"] for i in OPEN).items() if n > 2}
    assert wanted
    assert {row["xdm.issue.detection.rule_id"] for row in rows} == wanted
    assert "more than 2" in reading


def test_a_bound_of_nothing_is_asked_back(tenant: Tenant) -> None:
    asked = plan_question("more than 2 open issues", tenant.estate, None, NOW)
    assert asked.outcome != "answer"


def test_a_thing_and_its_opposite_are_no_answer(tenant: Tenant) -> None:
    asked = plan_question("how many ebs volumes are encrypted and not encrypted", tenant.estate, None, NOW)
    assert asked.outcome == "refuse"
    assert "opposite" in asked.message


def test_what_is_included_restricts_nothing(tenant: Tenant) -> None:
    rows, _ = ask(tenant, "issues per severity, resolved ones included")
    assert counts(rows, "xdm.issue.severity", value="issues") == Counter((i["severity"],) for i in ISSUES)


def test_oldest_keys_by_their_own_date(tenant: Tenant) -> None:
    rows, reading = ask(tenant, "the 3 iam users with the oldest access keys")
    dates = sorted(
        k["CreateDate"] for a in ASSETS if a["kind"] == "user" for k in a["cfg"].get("AccessKeys", [])
    )
    assert [row["create_date"] for row in rows] == dates[:3]
    assert "oldest first" in reading


def test_several_measures_of_one_number(tenant: Tenant) -> None:
    rows, reading = ask(tenant, "minimum, maximum and average age of open high issues")
    ages = [(NOW - i["first"]) // timedelta(days=1) for i in OPEN if i["severity"] == "HIGH"]
    assert (int(rows[0]["min_age"]), int(rows[0]["max_age"])) == (min(ages), max(ages))
    assert float(rows[0]["avg_age"]) == pytest.approx(fmean(ages), abs=1)
    assert "lowest" in reading
    assert "highest" in reading


def test_a_bound_of_a_share(tenant: Tenant) -> None:
    rows, reading = ask(tenant, "accounts where more than 20 % of the issues are high")
    every, high = (
        Counter(i["asset"]["account"] for i in OPEN),
        Counter(i["asset"]["account"] for i in OPEN if i["severity"] == "HIGH"),
    )
    assert {row["account"] for row in rows} == {a for a in every if 100 * high[a] / every[a] > 20}
    assert "more than 20" in reading


def test_running_machines_by_system_and_account(tenant: Tenant) -> None:
    rows, _ = ask(tenant, "number of vms per os and account, only running ones")
    wanted = Counter(
        (str(a["os"]), a["account"]) for a in ASSETS if a["kind"] == "vm" and a["state"] == "running"
    )
    assert counts(rows, "xdm.host.os_distribution", "xdm.asset.realm", value="assets") == wanted


@pytest.mark.parametrize(
    ("question", "outcome"),
    [("the 3 biggest iam users", "clarify"), ("iam users changed in the last 30 days", "refuse")],
)
def test_what_nothing_tells_is_no_answer(tenant: Tenant, question: str, outcome: str) -> None:
    assert plan_question(question, tenant.estate, None, NOW).outcome == outcome


def test_what_is_quoted_stays() -> None:
    assert grouped('issues named "split into parts"') == 'issues named "split into parts"'


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_any_text_is_taken(text: str) -> None:
    made = grouped(text)
    assert "  " not in made or '"' in text or "`" in text or "'" in text


@pytest.mark.parametrize(
    "question", ["assets per region", "open issues by severity", "top 5 rules by number of issues"]
)
def test_plain_words_stay_as_they_are(question: str) -> None:
    assert grouped(question) == question
