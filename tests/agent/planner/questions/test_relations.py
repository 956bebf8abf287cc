"""Items of arrays, groups of groups, groups with and without: the rows are those that plain Python finds."""

# ruff: noqa: E501 (tables are easier to read in one piece)

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.planner.questions.ask import plan_question
from agent.planner.questions.element_places import arrays_of
from agent.planner.questions.word_order import ordered
from tests.agent.planner.questions.tenant import ASSETS, ISSUES, NOW, VULNERABILITIES, Row, Tenant

OPEN = [i for i in ISSUES if i["open"]]
GROUPS = [a for a in ASSETS if a["kind"] == "sg"]
RULES = [(a, r) for a in GROUPS for r in a["cfg"]["IpPermissions"]]
KEYS = [(a, k) for a in ASSETS if a["kind"] == "user" for k in a["cfg"]["AccessKeys"]]
ANY = "0.0.0.0/0"


def ask(tenant: Tenant, question: str) -> tuple[list[Row], str]:
    asked = plan_question(question, tenant.estate, None, NOW)
    assert asked.plan is not None, asked.message
    return tenant.rows(asked.plan), asked.reading


def wide(rule: Row) -> bool:
    return any(r["CidrIp"] == ANY for r in rule["IpRanges"])


@pytest.mark.parametrize(
    "question",
    [
        "which ports are open to the internet, per security group",
        "list every inbound rule from 0.0.0.0/0",
        "one row per inbound rule open to anywhere: security group and port",
    ],
)
def test_each_rule_is_a_row(tenant: Tenant, question: str) -> None:
    rows, reading = ask(tenant, question)
    wanted = {(a["id"], str(r["FromPort"])) for a, r in RULES if wide(r)}
    assert wanted
    assert {(row["xdm.asset.id"], row["port"]) for row in rows} == wanted
    assert "from anywhere" in reading or ANY in reading


def test_a_port_other_than(tenant: Tenant) -> None:
    rows, reading = ask(tenant, "security groups open to the world on a port other than 22 or 443")
    wanted = {a["id"] for a, r in RULES if wide(r) and r["FromPort"] not in (22, 443)}
    assert wanted
    assert {row["xdm.asset.id"] for row in rows} == wanted
    assert "other than 22 or 443" in reading


def test_items_counted_by_their_value(tenant: Tenant) -> None:
    rows, _ = ask(tenant, "number of access keys active vs inactive")
    assert {r["status"]: r["access_keys"] for r in rows} == Counter(k["Status"] for _, k in KEYS)
    rows, _ = ask(tenant, "how many users have an inactive access key")
    assert [list(r.values())[-1] for r in rows] == [
        len({a["id"] for a, k in KEYS if k["Status"] == "Inactive"})
    ]


def test_items_counted_for_each_asset(tenant: Tenant) -> None:
    rows, _ = ask(tenant, "security groups with at least one inbound rule, how many each?")
    assert {r["xdm.asset.id"]: r["inbound_rules"] for r in rows} == {
        a["id"]: len(a["cfg"]["IpPermissions"]) for a in GROUPS
    }


def test_how_many_assets_have_so_many_items(tenant: Tenant) -> None:
    rows, reading = ask(tenant, "how many security groups have at least 1 inbound rule from 0.0.0.0/0")
    assert [list(r.values())[-1] for r in rows] == [len({a["id"] for a, r in RULES if wide(r)})]
    rows, reading = ask(tenant, "how many security groups have fewer than 2 inbound rules")
    assert [list(r.values())[-1] for r in rows] == [sum(len(a["cfg"]["IpPermissions"]) < 2 for a in GROUPS)]
    assert "fewer than 2" in reading


def test_arrays_are_those_of_the_tenant(tenant: Tenant) -> None:
    found = {array.path for array in arrays_of(tenant.estate, ["EC2_SECURITY_GROUP", "AWS_IAM_USER"])}
    assert {("IpPermissions",), ("AccessKeys",)} <= found


def test_groups_with_and_without(tenant: Tenant) -> None:
    has = {kind: {a["account"] for a in ASSETS if a["kind"] == kind} for kind in ("bucket", "fn", "db")}
    every = {a["account"] for a in ASSETS}
    rows, reading = ask(tenant, "accounts that do not contain any lambda function")
    assert {r["xdm.asset.realm"] for r in rows} == every - has["fn"]
    assert "without" in reading.lower()
    rows, _ = ask(tenant, "accounts with buckets but no lambda functions")
    assert {r["xdm.asset.realm"] for r in rows} == has["bucket"] - has["fn"]
    rows, _ = ask(tenant, "accounts with both lambda functions and rds instances")
    assert {r["xdm.asset.realm"] for r in rows} == has["fn"] & has["db"]


def test_more_of_this_than_of_that(tenant: Tenant) -> None:
    count = Counter((a["account"], a["kind"]) for a in ASSETS)
    rows, reading = ask(tenant, "accounts with more buckets than lambda functions")
    wanted = {a for a, _ in count if count[a, "bucket"] > count[a, "fn"]}
    assert {r["xdm.asset.realm"] for r in rows} == wanted
    assert "more buckets than lambda functions" in reading


def test_how_many_groups_there_are(tenant: Tenant) -> None:
    per = Counter(i["asset"]["account"] for i in OPEN)
    bound = sorted(per.values())[0]
    rows, reading = ask(tenant, f"how many accounts have more than {bound} open issues")
    assert [list(r.values()) for r in rows] == [[sum(n > bound for n in per.values())]]
    assert str(bound) in reading
    rows, _ = ask(tenant, "average number of open issues per account")
    assert next(iter(rows[0].values())) == pytest.approx(len(OPEN) / len(per))


def test_spread_over(tenant: Tenant) -> None:
    where: dict[str, set[str]] = {}
    for v in VULNERABILITIES:
        where.setdefault(v["rule"], set()).add(v["asset"]["id"])
    bound = max(len(ids) for ids in where.values()) - 1
    rows, _ = ask(tenant, f"which CVEs affect more than {bound} assets")
    assert {r["cve"] for r in rows} == {cve for cve, ids in where.items() if len(ids) > bound}


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("per severity, which two rules raise most open issues?", "top two rules by number of open issues in each severity"),
        ("for each cloud the single oldest open issue", "1 oldest open issue in each cloud"),
        ("worst asset per account by open issue count", "the 1 assets having the highest number of open issues in each account"),
        ("open issues by severity", "open issues by severity"),
    ],
)  # fmt: skip
def test_one_order_of_words(said: str, meant: str) -> None:
    assert ordered(said) == meant


_PIECES = st.sampled_from(
    "which ports rules listeners per each security groups with more than 2 no without accounts teams but and in only one region most "
    "inbound from 0.0.0.0/0 anywhere users access keys active count how many often buckets issues critical vs other 22".split()
)


@settings(deadline=None)
@given(st.lists(_PIECES, min_size=1, max_size=14))
def test_any_order_of_these_words_is_answered_or_refused(tenant: Tenant, words: list[str]) -> None:
    asked = plan_question(" ".join(words), tenant.estate, None, NOW)
    assert (asked.plan is not None) == (asked.outcome == "answer")
    if asked.plan is not None:
        assert asked.reading
        tenant.rows(asked.plan)
