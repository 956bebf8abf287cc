"""Queries read back into plans: what compiles from a plan reads as one that compiles the same; texts give the same
rows as the plans that are read from them; what no plan says is refused with a reason.
"""

# ruff: noqa: E501 (a query stands on one line)

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tools.xql.conftest import NOW
from tests.tools.xql.plan.plans import CATALOG, Planner
from tools.xql import XqlPlanError, check, compile_plan, describe_plan, format_query, local, parse
from tools.xql.plan.read import plan_of, read_plan

ASSETS = "dataset = asset_inventory"
ISSUES = "dataset = issues"


@settings(max_examples=400, deadline=None)
@given(seed=st.integers(0, 2**40))
def test_what_compiles_from_a_plan_reads_as_one_that_compiles_the_same(seed: int) -> None:
    query = compile_plan(Planner(seed).plan(), CATALOG)
    read = read_plan(query, CATALOG)
    assert compile_plan(read, CATALOG) == query
    assert read_plan(parse(format_query(query)), CATALOG) == read


TEXTS = [
    # conditions, nulls, wildcards, order of sides, enums
    f'{ASSETS} | filter xdm.asset.provider = "AWS" and xdm.asset.cloud.region != "us-east-1" | fields xdm.asset.id',
    f'{ASSETS} | filter xdm.asset.cloud.region not in ("us-east-1", "") | fields xdm.asset.id',
    f'{ASSETS} | filter not (xdm.asset.provider = "aws" and xdm.asset.cloud.region = "us-east-1") | fields xdm.asset.id',
    f'{ASSETS} | filter not (xdm.asset.name contains "web" or xdm.asset.provider = "gcp") | fields xdm.asset.id',
    f'{ASSETS} | filter xdm.asset.name = "web*" or xdm.asset.name = "*_1" | fields xdm.asset.id',
    f'{ASSETS} | filter xdm.asset.name in (null, "Web-01") | fields xdm.asset.id',
    f'{ASSETS} | filter xdm.asset.name not in (null, "Web-01") | fields xdm.asset.id',
    f'{ASSETS} | filter "aws" = xdm.asset.provider | fields xdm.asset.id',
    f'{ASSETS} | filter lowercase(xdm.asset.provider) = "aws" | fields xdm.asset.id',
    f'{ASSETS} | filter xdm.asset.name ~= "(?i)^web" | fields xdm.asset.id',
    f'{ASSETS} | filter xdm.asset.name !~= "^web" | fields xdm.asset.id',
    f'{ASSETS} | filter incidr(xdm.host.ipv4_addresses, "10.0.0.0/8") = true | fields xdm.asset.id',
    f'{ASSETS} | filter incidr(xdm.host.ipv4_addresses, "10.0.0.0/8") = false | fields xdm.asset.id',
    f'{ASSETS} | filter not incidr(xdm.host.ipv4_addresses, "10.0.0.0/8") | fields xdm.asset.id',
    f'{ISSUES} | filter xdm.issue.status.progress = ENUM.IN_PROGRESS | fields xdm.issue.id',
    f'{ISSUES} | filter xdm.issue.severity = CRITICAL | fields xdm.issue.id',
    f'{ISSUES} | filter xdm.issue.alert_count > 2 and not (xdm.issue.alert_count >= 10) | fields xdm.issue.id',
    f'{ISSUES} | filter array_any(xdm.issue.asset_ids, "@element" = "a1") | fields xdm.issue.id',
    f'{ISSUES} | filter array_length(xdm.issue.asset_ids) > 0 | fields xdm.issue.id',
    # tags, JSON
    f'{ASSETS} | filter xdm.asset.tags -> env = "prod" | fields xdm.asset.id',
    f"{ASSETS} | filter json_extract_scalar(xdm.asset.normalized_fields, \"$['xdm.cloud.vpc_id']\") != null | fields xdm.asset.id",
    f'{ASSETS} | alter agent = xdm.asset.raw_fields -> ["Platform Discovery"]["ssm.agent"] | filter agent = "3.1" | fields xdm.asset.id, agent',
    f"{ASSETS} | alter rules = json_extract_array(xdm.asset.raw_fields, \"$['Platform Discovery'].ipPermissions\")"
    ' | arrayexpand rules | alter port = to_integer(json_extract_scalar(rules, "$.fromPort"))'
    " | filter port < 100 | fields xdm.asset.id, port",
    # time
    f'{ISSUES} | filter timestamp_diff(current_time(), _time, "DAY") >= 30 | fields xdm.issue.id',
    f'{ISSUES} | filter timestamp_diff(current_time(), _time, "HOUR") < 3 | fields xdm.issue.id',
    f'config timeframe = 30d | {ISSUES} | fields xdm.issue.id',
    f'config timeframe between "2026-11-01 00:00:00 +0000" and "now" | {ISSUES} | fields xdm.issue.id',
    f'{ISSUES} | alter age = timestamp_diff(current_time(), _time, "DAY") | filter age > 1 | fields xdm.issue.id, age',
    # renames and projections on the way
    f'{ASSETS} | fields xdm.asset.id as asset_id, xdm.asset.name as asset_name, xdm.asset.type.id as asset_type_id',
    f'{ASSETS} | fields xdm.asset.id as id, xdm.asset.provider as cloud | filter cloud = "aws" | sort desc id',
    f'{ASSETS} | fields xdm.asset.realm as account | comp count() as n by account | sort desc n, asc account',
    # groups
    f'{ASSETS} | comp count() as n, count_distinct(xdm.asset.realm) as accounts by xdm.asset.type.class',
    f'{ISSUES} | alter crit = if(xdm.issue.severity = "critical", 1, 0) | comp sum(crit) as crits, count() as total',
    f'{ISSUES} | comp max(xdm.issue.alert_count) as most by xdm.issue.status.progress | filter most > 2 | sort desc most | limit 1',
    f'{ISSUES} | comp count() as n, sum(xdm.issue.alert_count) as alerts by xdm.issue.status.progress | alter each = divide(alerts, n)',
    f'{ISSUES} | fields _time as d | bin d span = 1MO | comp count() as n by d | sort asc d | alter d = format_timestamp("%Y-%m", d)',
    f'{ISSUES} | arrayexpand xdm.issue.asset_ids | comp count() as n by xdm.issue.asset_ids',
    # joins, look-ups
    f'{ASSETS} | join ({ISSUES} | filter xdm.issue.severity = "critical" | arrayexpand xdm.issue.asset_ids | fields xdm.issue.asset_ids as k, xdm.issue.name as issue) as i i.k = xdm.asset.id | fields xdm.asset.id, issue',
    f'{ASSETS} | join type = left ({ISSUES} | arrayexpand xdm.issue.asset_ids | comp count() as n by xdm.issue.asset_ids | fields xdm.issue.asset_ids as k, n) as i i.k = xdm.asset.id | replacenull n = 0 | fields xdm.asset.id, n',
    f'{ISSUES} | arrayexpand xdm.issue.asset_ids | join ({ASSETS} | fields xdm.asset.id, xdm.asset.realm as account) as a a.xdm.asset.id = xdm.issue.asset_ids | comp count() as n by account',
    f'{ASSETS} | filter xdm.asset.id not in ({ISSUES} | arrayexpand xdm.issue.asset_ids | fields xdm.issue.asset_ids) | fields xdm.asset.id',
    f'{ASSETS} | filter xdm.asset.id in ({ISSUES} | arrayexpand xdm.issue.asset_ids | comp count() as n by xdm.issue.asset_ids | filter n > 1 | fields xdm.issue.asset_ids) | fields xdm.asset.id',
    # first rows of groups
    f'{ISSUES} | dedup xdm.issue.status.progress by asc _time | fields xdm.issue.id',
    f'{ISSUES} | sort desc xdm.issue.alert_count | dedup xdm.issue.status.progress | filter xdm.issue.severity != null | fields xdm.issue.id',
    f'{ASSETS} | windowcomp row_number() by xdm.asset.type.class sort desc xdm.asset.id as r | filter r = 1 | fields xdm.asset.id',
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS, ids=[text[:70] for text in TEXTS])
def test_a_text_gives_the_rows_of_the_plan_that_is_read_from_it(database: Any, text: str) -> None:
    assert check(text, CATALOG).valid, check(text, CATALOG).errors
    query = parse(text)
    plan = read_plan(query, CATALOG)
    assert describe_plan(plan)
    assert rows(database, query) == rows(database, compile_plan(plan, CATALOG)), format_query(
        compile_plan(plan, CATALOG)
    )


def rows(database: Any, query: Any) -> list[tuple[Any, ...]]:
    result = local.run(database.cursor(), query, now=NOW)
    keep = sorted((name, n) for n, name in enumerate(result.columns) if name not in ("_time", "_insert_time"))
    return sorted((tuple(row[n] for _, n in keep) for row in result.rows), key=repr)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("preset = host_inventory | fields endpoint_name", "not one dataset"),
        ("dataset in (issues, findings) | fields _time", "not one dataset"),
        (f"{ISSUES} | union findings", "union"),
        (f"config case_sensitive = true | {ISSUES}", "by case"),
        (
            f"{ISSUES} | comp count() as n by xdm.issue.severity, xdm.issue.name | comp max(n) as m by xdm.issue.name",
            "more than one row",
        ),
        (
            f"{ISSUES} | comp count() as n by xdm.issue.severity | comp max(n) as m | filter m > 3",
            "single row",
        ),
        (f"{ISSUES} | limit 5 | filter xdm.issue.severity = null", "after a limit"),
        (f"{ISSUES} | comp approx_count(xdm.issue.name) as n", "approx_count"),
        (f'{ISSUES} | alter x = replace(xdm.issue.name, "a", "b")', "how x is computed"),
        (f"{ISSUES} | filter len(xdm.issue.name) > 5", "computed in place"),
        (
            f"{ISSUES} | alter xdm.issue.name = lowercase(xdm.issue.name), n = len(xdm.issue.name)",
            "made anew",
        ),
        (f'{ISSUES} | filter xdm.issue.name = "x" | alter xdm.issue.name = "y"', "how xdm.issue.name"),
        (f"{ISSUES} | filter xdm.issue.name = $name", "parameter"),
        (f"{ISSUES} | fields xdm.issue.*", "wildcard"),
        (f"{ISSUES} | bin _time span = 1d | fields _time", "nothing is counted"),
        (
            f"{ASSETS} | join type = right ({ISSUES} | fields xdm.issue.id as k) as i i.k = xdm.asset.id",
            "right",
        ),
        (
            f"{ASSETS} | join type = left ({ISSUES} | arrayexpand xdm.issue.asset_ids | comp count() as n by"
            " xdm.issue.asset_ids | fields xdm.issue.asset_ids as k, n) as i i.k = xdm.asset.id",
            "missing instead of 0",
        ),
        (f'{ASSETS} | filter xdm.asset.name = """a*b"""', "literal"),
    ],
)
def test_what_no_plan_says_is_refused_with_a_reason(text: str, reason: str) -> None:
    query = parse(text)
    assert plan_of(query, CATALOG) is None
    with pytest.raises(XqlPlanError, match=reason):
        read_plan(query, CATALOG)


def test_a_name_that_is_read_before_it_is_made_anew_is_refused() -> None:
    text = f'{ISSUES} | filter xdm.issue.name = "x" | alter xdm.issue.name = lowercase(xdm.issue.name)'
    with pytest.raises(XqlPlanError, match="before it is made anew"):
        read_plan(parse(text), CATALOG)
