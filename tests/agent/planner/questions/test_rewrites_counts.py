"""Idioms of how often and how much, and what comes of them."""

from __future__ import annotations

from collections import Counter

import pytest

from agent.planner.questions.ask import plan_question
from agent.planner.questions.rewrites_counts import counted
from tests.agent.planner.questions.tenant import ASSETS, ISSUES, NOW, Row, Tenant

OPEN = [i for i in ISSUES if not i["status"].lower().startswith("resolved")]


def ask(tenant: Tenant, question: str) -> tuple[list[Row], str]:
    asked = plan_question(question, tenant.estate, None, NOW)
    assert asked.plan is not None, asked.message
    return tenant.rows(asked.plan), asked.reading


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("who owns the most ec2 instances?", "which owner has the most ec2 instances?"),
        ("who has the most open issues", "who has the most open issues"),
        ("operations that were done exactly once", "audit events by operation, exactly 1"),
        ("operations with more than 20 events", "audit events by operation, more than 20"),
        ("asset types that occur only once", "number of assets by asset types, exactly 1"),
        ("rules that failed more than 10 times", "number of failed findings by rules, more than 10"),
        ("accounts with a single vpc", "accounts with exactly 1 vpc"),
        ("databases that run in a single zone", "databases that run in a single zone"),
        ("top 2 days with most new issues", "number of new issues per day, most first, first 2"),
        ("highest number of vulnerabilities on one machine", "machine with the most vulnerabilities"),
        (
            "which team resolves issues fastest?",
            "average time to resolve issues by team, lowest first, first 1?",
        ),
        ("which asset stores the most records", "total records of files by asset, most first, first 1"),
        ("top 5 buckets by total size of files", "total size of files by bucket, most first, first 5"),
        ("buckets with more than 50000 records", "total records of files by bucket, more than 50000"),
        ("clusters with the most deployments", "number of deployments by cluster, most first"),
        ("highest, lowest and average cvss by severity", "maximum, minimum and average cvss by severity"),
        ("how many issues does the average vm have", "average number of issues per vm"),
        ("regions where there are more than 50 vms", "regions with more than 50 vms"),
        ("lowest average cvss among teams", "average cvss by teams, lowest first, first 1"),
        ("how many assets does the biggest account have?", "top 1 account by number of assets?"),
        ("each team's top 2 packages by vulnerabilities", "top 2 packages by vulnerabilities per team"),
        ("which 5 iam users have the most access keys", "top 5 iam users with the most access keys"),
        (
            "machines having between 5 and 10 open issues",
            "machines having at least 5 open issues and at most 10 open issues",
        ),
        (
            "average number of vulnerabilities on production vms",
            "average number of vulnerabilities per vm in production",
        ),
        ("biggest 3 file types by total size", "total size of files by file type, most first, first 3"),
        ("3 largest buckets by records", "total records of files by bucket, most first, first 3"),
        (
            "which of our aws accounts is the largest by number of assets",
            "top 1 account on aws by number of assets",
        ),
        ("which accounts have the worst compliance", "which accounts have the lowest pass rate"),
        ("sum of records by account", "total records of files by account"),
    ],
)
def test_in_plainer_words(said: str, plain: str) -> None:
    assert counted(said) == plain


def test_the_average_counts_what_has_none(tenant: Tenant) -> None:
    (row,), _ = ask(tenant, "average number of open issues per ec2 instance")
    machines = {a["id"] for a in ASSETS if a["type"] == "EC2_INSTANCE"}
    there = sum(i["asset"]["id"] in machines for i in OPEN)
    assert row["avg_issues"] == pytest.approx(there / len(machines))


def test_the_worst_group_is_the_one_with_most(tenant: Tenant) -> None:
    rows, reading = ask(tenant, "worst account by open high issues")
    counts = Counter(i["asset"]["account"] for i in OPEN if i["severity"] == "HIGH")
    assert [r["issues"] for r in rows] == [max(counts.values())], reading


def test_the_rule_of_most_accounts_is_by_different_accounts(tenant: Tenant) -> None:
    rows, _ = ask(tenant, "top 3 rules by number of accounts")
    found: dict[str, set[str]] = {}
    for issue in OPEN:
        found.setdefault(issue["rule"], set()).add(issue["asset"]["account"])
    assert [r["accounts"] for r in rows] == sorted(map(len, found.values()), reverse=True)[:3]


def test_bounds_of_two_numbers_of_one_thing(tenant: Tenant) -> None:
    rows, _ = ask(tenant, "assets with at least one high issue and at least one medium issue")
    held: dict[str, set[str]] = {}
    for issue in OPEN:
        held.setdefault(issue["asset"]["id"], set()).add(issue["severity"])
    assert {r["xdm.asset.id"] for r in rows} == {a for a, s in held.items() if {"HIGH", "MEDIUM"} <= s}


def test_one_extreme_in_each_group(tenant: Tenant) -> None:
    rows, reading = ask(tenant, "most common rule per account")
    assert len(rows) == len({i["asset"]["account"] for i in OPEN}), reading
