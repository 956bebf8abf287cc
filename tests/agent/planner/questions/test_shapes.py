"""Questions that count, rank, group, bin: the numbers are those that plain Python finds."""

# ruff: noqa: E501 (tables and patterns are easier to read in one piece)

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from datetime import timedelta
from typing import Any

import pytest

from agent.planner.questions.ask import plan_question
from tests.agent.planner.questions.tenant import (
    ASSETS,
    CASES,
    ENDPOINTS,
    EVENTS,
    FINDINGS,
    ISSUES,
    NOW,
    VULNERABILITIES,
    Row,
    Tenant,
)

DAY = timedelta(days=1)
OPEN = [i for i in ISSUES if i["open"]]
PROD = ("production", "Prod")


def tally(rows: Iterable[Row], key: Callable[[Row], Hashable]) -> dict[str, int]:
    return {str(k): n for k, n in Counter(key(row) for row in rows).items() if k is not None}


def team(a: Row) -> str | None:
    found: str | None = a["tags"].get("Team")
    return found


def ask(tenant: Tenant, question: str) -> list[Row]:
    asked = plan_question(question, tenant.estate, None, NOW)
    assert asked.plan is not None, asked.message
    return tenant.rows(asked.plan)


def numbers(rows: list[Row]) -> dict[str, int]:
    """Group to count; the count is the last column."""
    found = {}
    for row in rows:
        *group, (_, n) = [(k, v) for k, v in row.items() if k != "row_in_group"]
        if all(v is not None for _, v in group):
            found["|".join(str(v) for _, v in group)] = n
    return found


GROUPS: list[tuple[str, dict[str, int]]] = [
    ("how many assets per provider", tally(ASSETS, lambda a: a["provider"])),
    ("assets by cloud", tally(ASSETS, lambda a: a["provider"])),
    ("number of buckets in each region", tally([a for a in ASSETS if a["kind"] == "bucket"], lambda a: a["region"])),
    ("count machines by operating system", tally([a for a in ASSETS if a["kind"] == "vm"], lambda a: a["os"])),
    ("assets per team", tally(ASSETS, team)),
    ("break assets down by account", tally(ASSETS, lambda a: a["account"])),
    ("asset count by type for aws only", tally([a for a in ASSETS if a["provider"] == "AWS"], lambda a: a["type_name"])),
    ("breakdown of databases by engine", tally([a for a in ASSETS if a["kind"] == "db"], lambda a: a["cfg"]["Engine"])),
    ("functions by runtime", tally([a for a in ASSETS if a["kind"] == "fn"], lambda a: a["cfg"]["Configuration"]["Runtime"])),
    ("ec2 by instance type", tally([a for a in ASSETS if a["type"] == "EC2_INSTANCE"], lambda a: a["cfg"]["InstanceType"])),
    ("rds count by multi az", tally([a for a in ASSETS if a["kind"] == "db"], lambda a: str(a["cfg"]["MultiAZ"]).lower())),
    ("open issues by severity", tally(OPEN, lambda i: i["severity"])),
    ("severity distribution of open issues", tally(OPEN, lambda i: i["severity"])),
    ("issues per account", tally(OPEN, lambda i: i["asset"]["account"])),
    ("how many open issues does each region have", tally(OPEN, lambda i: i["asset"]["region"])),
    ("open issues per team, worst team on top", tally(OPEN, lambda i: team(i["asset"]))),
    ("critical issues per asset type", tally([i for i in OPEN if i["severity"] == "CRITICAL"], lambda i: i["asset"]["type_name"])),
    ("distribution of issue status", tally(ISSUES, lambda i: i["status"])),
    ("issues grouped by account and severity", tally(OPEN, lambda i: f"{i['asset']['account']}|{i['severity']}")),
    ("failed findings per service", tally([f for f in FINDINGS if f["status"] == "FAIL"], lambda f: f["service"])),
    ("How many findings passed and how many failed?", tally(FINDINGS, lambda f: f["status"])),
    ("vulnerabilities per severity", tally(VULNERABILITIES, lambda v: v["severity"])),
    ("vulnerabilities by package", tally(VULNERABILITIES, lambda v: v["facts"]["xdm.software_package.name"])),
    ("endpoints by status", tally(ENDPOINTS, lambda e: e["endpoint_status"])),
    ("endpoints per agent version", tally(ENDPOINTS, lambda e: e["agent_version"])),
    ("cases by severity", tally(CASES, lambda c: c["xdm.case.severity"])),
    ("audit events per operation in the last 15 days", tally([e for e in EVENTS if e["_time"] >= NOW - 15 * DAY], lambda e: e["operation_name"])),
    ("how many assets do we have in azure vs aws", tally([a for a in ASSETS if a["provider"] in ("AZURE", "AWS")], lambda a: a["provider"])),
    ("rules with more than 4 open issues", {k: n for k, n in tally(OPEN, lambda i: i["rule"]).items() if n > 4}),
    ("accounts with at least 10 open issues", {k: n for k, n in tally(OPEN, lambda i: i["asset"]["account"]).items() if n >= 10}),
    ("regions with more than 10 assets", {k: n for k, n in tally(ASSETS, lambda a: a["region"]).items() if n > 10}),
    ("issues opened per month", tally(ISSUES, lambda i: f"{i['first']:%Y-%m}-01")),
    ("trend of critical issues per month", tally([i for i in ISSUES if i["severity"] == "CRITICAL"], lambda i: f"{i['first']:%Y-%m}-01")),
    ("How many new issues appeared per day over the last two weeks?", tally([i for i in ISSUES if i["first"] >= NOW - 14 * DAY], lambda i: f"{i['first']:%Y-%m-%d}")),
]  # fmt: skip


@pytest.mark.parametrize(("question", "right"), GROUPS, ids=[q for q, _ in GROUPS])
def test_groups(tenant: Tenant, question: str, right: dict[str, int]) -> None:
    assert right
    assert numbers(ask(tenant, question)) == right


NUMBERS: list[tuple[str, float]] = [
    ("how many buckets do we have", sum(a["kind"] == "bucket" for a in ASSETS)),
    ("total number of assets", len(ASSETS)),
    ("how many open issues are not of low severity?", sum(i["severity"] != "LOW" for i in OPEN)),
    ("count of critical vulnerabilities", sum(v["severity"] == "CRITICAL" for v in VULNERABILITIES)),
    ("how many different CVEs do we have", len({v["rule"] for v in VULNERABILITIES})),
    ("In how many different regions do we operate assets?", len({a["region"] for a in ASSETS})),
    ("how many accounts have open issues", len({i["asset"]["account"] for i in OPEN})),
    ("number of distinct rules with open issues", len({i["rule"] for i in OPEN})),
    ("average cvss of vulnerabilities", sum(v["facts"]["xdm.vulnerability.cvss_score"] for v in VULNERABILITIES) / len(VULNERABILITIES)),
    ("total size of all unencrypted volumes", sum(a["cfg"]["Size"] for a in ASSETS if a["kind"] == "vol" and not a["cfg"]["Encrypted"])),
    ("percentage of open issues that are critical", 100 * sum(i["severity"] == "CRITICAL" for i in OPEN) / len(OPEN)),
    ("what share of databases is encrypted", 100 * sum(a["cfg"]["StorageEncrypted"] for a in ASSETS if a["kind"] == "db") / sum(a["kind"] == "db" for a in ASSETS)),
    ("what percentage of findings passed", 100 * sum(f["status"] == "PASS" for f in FINDINGS) / len(FINDINGS)),
    ("percentage of machines with vulnerabilities", 100 * len({v["asset"]["id"] for v in VULNERABILITIES}) / sum(a["kind"] == "vm" for a in ASSETS)),
]  # fmt: skip


@pytest.mark.parametrize(("question", "right"), NUMBERS, ids=[q for q, _ in NUMBERS])
def test_numbers(tenant: Tenant, question: str, right: float) -> None:
    rows = ask(tenant, question)
    assert len(rows) == 1
    assert list(rows[0].values())[-1] == pytest.approx(right, abs=0.06)


def test_tops(tenant: Tenant) -> None:
    per_account = Counter(i["asset"]["account"] for i in OPEN)
    for question, n in (
        ("top 1 account by open issues", 1),
        ("which account has the most open issues?", 1),
        ("Which accounts have the most open issues?", len(per_account)),
        ("top 5 accounts by number of issues", len(per_account)),
    ):
        rows = ask(tenant, question)
        assert [row["issues"] for row in rows] == [c for _, c in per_account.most_common(n)], question
    per_asset = Counter(i["asset"]["id"] for i in OPEN)
    for question in (
        "3 assets with the most open issues",
        "top 3 assets by open issues",
        "the three assets with the highest number of open issues",
    ):
        assert [row["issues"] for row in ask(tenant, question)] == [c for _, c in per_asset.most_common(3)], (
            question
        )


def test_oldest_newest_largest(tenant: Tenant) -> None:
    by_age = sorted(OPEN, key=lambda i: i["first"])
    assert [r["xdm.issue.id"] for r in ask(tenant, "the two oldest open issues")] == [
        str(i["id"]) for i in by_age[:2]
    ]
    assert [r["xdm.issue.id"] for r in ask(tenant, "latest 3 issues")] == [
        str(i["id"]) for i in by_age[::-1][:3]
    ]
    volumes = sorted((a for a in ASSETS if a["kind"] == "vol"), key=lambda a: -a["cfg"]["Size"])
    assert ask(tenant, "largest volumes")[0]["size"] == volumes[0]["cfg"]["Size"]
    scores = [r["cvss"] for r in ask(tenant, "vulnerabilities with the highest cvss")]
    assert scores == sorted(scores, reverse=True)


def test_first_of_each_group(tenant: Tenant) -> None:
    rows = ask(tenant, "the 2 oldest open issues in each account")
    assert Counter(r["account"] for r in rows) == {
        k: min(2, n) for k, n in Counter(i["asset"]["account"] for i in OPEN).items()
    }
    ranked = ask(tenant, "top 2 rules per region by open issues")
    assert Counter(r["region"] for r in ranked) == {
        k: min(2, n)
        for k, n in Counter(x for x, _ in {(i["asset"]["region"], i["rule"]) for i in OPEN}).items()
    }
    assert len(ask(tenant, "oldest open issue of each account")) == len({i["asset"]["account"] for i in OPEN})


def test_groups_without(tenant: Tenant) -> None:
    with_critical = {i["asset"]["account"] for i in OPEN if i["severity"] == "CRITICAL"}
    rows = ask(tenant, "accounts without critical issues")
    assert {r["xdm.asset.realm"] for r in rows} == {a["account"] for a in ASSETS} - with_critical
    rows = ask(tenant, "which regions have no databases")
    assert {r["xdm.asset.cloud.region"] for r in rows} == {a["region"] for a in ASSETS} - {
        a["region"] for a in ASSETS if a["kind"] == "db"
    }


def test_columns(tenant: Tenant) -> None:
    rows = ask(tenant, "list the names, regions and owners of all buckets")
    assert {"xdm.asset.id", "xdm.asset.name", "xdm.asset.cloud.region", "owner"} <= set(rows[0])
    rows = ask(tenant, "Write a custom rule query for unencrypted volumes")
    assert {k for k in rows[0] if not k.startswith("_")} == {"asset_id", "asset_name", "asset_type_id"}
    rows = ask(tenant, "Is the database payments-prod-db-1 a multi-AZ deployment?")
    assert [r["xdm.asset.name"] for r in rows] == ["payments-prod-db-1"]


def test_other_datasets(tenant: Tenant) -> None:
    lost = {e["endpoint_id"] for e in ENDPOINTS if e["endpoint_status"] != "CONNECTED"}
    assert {r["endpoint_id"] for r in ask(tenant, "disconnected or lost endpoints")} == lost
    stale = {e["endpoint_id"] for e in ENDPOINTS if e["last_seen"] < NOW - 5 * DAY}
    assert {r["endpoint_id"] for r in ask(tenant, "endpoints not seen for 5 days")} == stale
    old = {e["endpoint_id"] for e in ENDPOINTS if e["agent_version"] < "8.5"}
    assert {r["endpoint_id"] for r in ask(tenant, "endpoints with agent version below 8.5")} == old
    deleted = [e for e in EVENTS if e["operation_name"] == "DeleteBucket" and e["_time"] >= NOW - 30 * DAY]
    people = ask(tenant, "who deleted buckets in the last 30 days")
    assert sum(row["audit_events"] for row in people) == len(deleted)
    failed = [e for e in EVENTS if e["operation_status"] == "FAILED" and e["_time"] >= NOW - 30 * DAY]
    assert len(ask(tenant, "failed api calls in the last 30 days")) == len(failed)
    assert len(ask(tenant, "audit events by pipeline in the last 30 days")) == sum(
        e["identity_name"] == "pipeline" and e["_time"] >= NOW - 30 * DAY for e in EVENTS
    )
    free = {
        c["xdm.case.id"]
        for c in CASES
        if not c["xdm.case.assigned_to"] and c["xdm.case.status_progress"] != "RESOLVED"
    }
    assert {r["xdm.case.id"] for r in ask(tenant, "open cases assigned to nobody")} == free
    best = sorted(CASES, key=lambda c: -float(str(c["xdm.case.score"])))
    assert [r["xdm.case.id"] for r in ask(tenant, "3 cases with the highest score")] == [
        c["xdm.case.id"] for c in best[:3]
    ]


def values(rows: list[Row], name: str) -> list[Any]:
    return [row[name] for row in rows]
