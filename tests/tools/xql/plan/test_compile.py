"""Plans: random ones always compile, check and run; chosen ones give the right rows and words."""

# ruff: noqa: E501 (a plan stands on one line)

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.tools.xql.conftest import NOW
from tests.tools.xql.plan.plans import CATALOG, TABLES, Planner
from tools.xql import (
    PostureQuery,
    XqlPlanError,
    check,
    compile_plan,
    describe_plan,
    format_query,
    local,
    parse,
)


@pytest.fixture(scope="module")
def cursor() -> Any:
    import duckdb

    connection = duckdb.connect()
    for name, columns in TABLES.items():
        body = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
        connection.execute(f'CREATE TABLE "{name}" ({body})')
        connection.execute(f'INSERT INTO "{name}" SELECT {", ".join(["NULL"] * len(columns))}')
        texts = [("'x'" if kind == "VARCHAR" else "NULL") for kind in columns.values()]
        connection.execute(f'INSERT INTO "{name}" SELECT {", ".join(texts)}')
    yield connection.cursor()
    connection.close()


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**40))
def test_a_random_plan_compiles_checks_and_runs(cursor: Any, seed: int) -> None:
    _works(cursor, seed)


@pytest.mark.slow
@settings(max_examples=2_500, deadline=None)
@given(seed=st.integers(0, 2**40))
def test_many_random_plans_compile_check_and_run(cursor: Any, seed: int) -> None:
    _works(cursor, seed)


def _works(cursor: Any, seed: int) -> None:
    plan = Planner(seed).plan()
    query = compile_plan(plan, CATALOG)
    text = format_query(query)
    assert parse(text) == query
    report = check(text, CATALOG)
    assert report.valid, (text, report.errors)
    local.run(cursor, query, tables=TABLES, now=NOW)
    reading = describe_plan(plan)
    assert reading
    assert "\n" not in reading.replace("\\n", "")


def rows(database: Any, **body: Any) -> list[tuple[Any, ...]]:
    plan = PostureQuery.model_validate(body)
    result = local.run(database.cursor(), compile_plan(plan, CATALOG), now=NOW)
    keep = [n for n, name in enumerate(result.columns) if name not in ("_time", "_insert_time")]
    return [tuple(row[n] for n in keep) for row in result.rows]


A = {"dataset": "asset_inventory", "fields": ["xdm.asset.id"], "order": [{"field": "xdm.asset.id"}]}


@pytest.mark.parametrize(
    ("where", "ids"),
    [
        ({"tag": "env", "op": "eq", "value": "prod"}, "a1"),
        ({"tag": "env", "op": "ne", "value": "prod"}, "a2 a3 a4"),
        ({"none": {"tag": "env", "op": "eq", "value": "prod"}}, "a2 a3 a4"),
        ({"none": {"any": [{"tag": "env", "op": "eq", "value": "prod"}, {"tag": "env", "op": "eq", "value": "dev"}]}}, "a3 a4"),  
        ({"field": "xdm.asset.name", "op": "starts_with", "value": "web"}, "a1 a4"),
        ({"field": "xdm.asset.name", "op": "ends_with", "value": "_1"}, "a2"),
        ({"field": "xdm.asset.name", "op": "not_contains", "value": "WEB"}, "a2 a3"),
        ({"field": "xdm.asset.cloud.region", "op": "is_empty"}, "a3"),
        ({"field": "xdm.asset.first_observed", "op": "older_than_days", "value": 30}, "a1"),
        ({"field": "xdm.asset.first_observed", "op": "after", "value": "2026-11-19"}, "a2 a4"),
        ({"field": "xdm.host.ipv4_addresses", "op": "in_cidr", "value": "10.0.0.0/8"}, "a1"),
        ({"json_path": {"field": "xdm.asset.raw_fields", "path": ["Platform Discovery", "ssm.agent"]}, "op": "eq", "value": "3.1"}, "a1"),  
        ({"dataset": "issues", "key": "xdm.issue.asset_ids", "field": "xdm.asset.id", "absent": True}, "a3 a4"),
        ({"dataset": "issues", "key": "xdm.issue.asset_ids", "field": "xdm.asset.id",
          "where": {"field": "xdm.issue.severity", "op": "eq", "value": "CRITICAL"}}, "a1 a2"),
    ],
)  # fmt: skip
def test_conditions(database: Any, where: dict[str, Any], ids: str) -> None:
    assert " ".join(row[0] for row in rows(database, where=where, **A)) == ids


def test_counts_through_a_join_count_things_not_rows(database: Any) -> None:
    found = rows(
        database,
        dataset="issues",
        joins=[
            {"dataset": "asset_inventory", "fields": [{"field": "xdm.asset.type.class", "name": "class"}]}
        ],
        group_by=["class"],
        aggregates=[{"function": "count", "name": "n"}],
        order=[{"field": "class"}],
    )
    assert found == [("Compute", 2), ("Data", 1)]


def test_arrays_of_json_are_exploded_before_what_reads_their_items(database: Any) -> None:
    found = rows(
        database,
        dataset="asset_inventory",
        compute=[
            {"name": "rules", "json_path": {"field": "xdm.asset.raw_fields", "path": ["Platform Discovery", "ipPermissions"]}, "array": True},  
            {"name": "port", "json_path": {"field": "rules", "path": ["fromPort"]}, "convert": "integer"},
        ],
        expand=["rules"],
        where={"field": "port", "op": "eq", "value": 22},
        fields=["xdm.asset.id", "port"],
    )  # fmt: skip
    assert found == [("a1", 22)]


def test_top_per_group(database: Any) -> None:
    found = rows(
        database,
        dataset="asset_inventory",
        top={"n": 1, "by": ["xdm.asset.type.class"], "order": "xdm.asset.id"},
        fields=["xdm.asset.id"],
        order=[{"field": "xdm.asset.id"}],
    )
    assert found == [("a3",), ("a4",)]


def test_every_plan_says_its_time() -> None:
    text = format_query(compile_plan(PostureQuery(dataset="issues"), CATALOG))
    assert text.startswith('config timeframe between "begin" and "now"')
    log = format_query(compile_plan(PostureQuery(dataset="cloud_audit_logs"), CATALOG))
    assert log.startswith("config timeframe = 24h")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"dataset": "isues"}, "issues"),
        ({"dataset": "issues", "fields": ["xdm.issue.severty"]}, "xdm.issue.severity"),
        (
            {"dataset": "issues", "group_by": ["nope"], "aggregates": [{"function": "count", "name": "n"}]},
            "nope",
        ),
        ({"dataset": "issues", "joins": [{"dataset": "va_cves"}]}, "left and right"),
        ({"dataset": "issues", "order": [{"field": "nope"}]}, "nope"),
    ],
)
def test_unknown_names_come_with_near_ones(body: dict[str, Any], message: str) -> None:
    with pytest.raises(XqlPlanError, match=message):
        compile_plan(PostureQuery.model_validate(body), CATALOG)


@pytest.mark.parametrize(
    "body",
    [
        {"dataset": "issues", "surprise": 1},
        {"dataset": "issues | limit 1"},
        {"dataset": "issues", "where": {"op": "eq", "value": 1}},
        {"dataset": "issues", "where": {"field": "a", "op": "in", "value": 1}},
        {"dataset": "issues", "where": {"field": "a", "op": "eq", "value": "\x00"}},
        {"dataset": "issues", "where": {"field": "a", "op": "eq", "value": "\u202e"}},
        {"dataset": "issues", "where": {"field": "a", "op": "matches", "value": "(?=x)"}},
        {"dataset": "issues", "where": {"field": "a", "op": "in_cidr", "value": "x"}},
        {"dataset": "issues", "where": {"field": "a", "op": "before", "value": "soon"}},
        {"dataset": "issues", "limit": 0},
        {"dataset": "issues", "timeframe": {"last": "soon"}},
        {"dataset": "issues", "timeframe": {"start": "2026-02-01", "end": "2026-01-01"}},
        {"dataset": "issues", "group_by": ["a"]},
    ],
)
def test_plans_without_a_meaning_do_not_validate(body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        PostureQuery.model_validate(body)


LINKED = {"dataset": "issues", "where": {"field": "xdm.issue.severity", "op": "eq", "value": "critical"}}
ITEMS = {
    "name": "rules",
    "array": True,
    "json_path": {"field": "xdm.asset.raw_fields", "path": ["Platform Discovery", "ipPermissions"]},
}
PORT = {"name": "port", "convert": "integer", "json_path": {"field": "rules", "path": ["fromPort"]}}


@pytest.mark.parametrize(
    ("where", "ids"),
    [
        ({**LINKED}, "a1 a2"),
        ({**LINKED, "absent": True}, "a3 a4"),
        ({"dataset": "issues", "at_least": 2}, "a1"),
        ({"dataset": "issues", "at_least": 2, "absent": True}, "a2 a3 a4"),
        ({"none": {"dataset": "issues"}}, "a3 a4"),
        ({"all": [{**LINKED}, {"dataset": "issues", "where": {"field": "xdm.issue.name", "op": "eq", "value": "Open port"}}]}, "a1"),
        # of the asset's own items: none allows port 22
        ({"dataset": "asset_inventory", "compute": [ITEMS, PORT], "expand": ["rules"], "absent": True,
          "where": {"field": "port", "op": "eq", "value": 22}}, "a2 a3 a4"),
        ({"field": "xdm.asset.first_observed", "op": "within_hours", "value": 48}, "a4"),
        ({"field": "xdm.asset.first_observed", "op": "older_than_hours", "value": 24 * 10}, "a1"),
        ({"field": "xdm.asset.name", "op": "eq", "other": "xdm.asset.name"}, "a1 a2 a4"),
        ({"field": "xdm.asset.id", "op": "ne", "other": "xdm.asset.name"}, "a1 a2 a3 a4"),
    ],
)  # fmt: skip
def test_related_rows_ages_and_columns(database: Any, where: dict[str, Any], ids: str) -> None:
    assert " ".join(row[0] for row in rows(database, where=where, **A)) == ids


def test_an_array_is_looked_up_by_the_key_of_its_row(database: Any) -> None:
    asset = {
        "dataset": "asset_inventory",
        "where": {"field": "xdm.asset.type.class", "op": "eq", "value": "Data"},
    }
    listed = {"dataset": "issues", "fields": ["xdm.issue.id"], "order": [{"field": "xdm.issue.id"}]}
    assert rows(database, where=asset, **listed) == [("2",)]
    assert rows(database, where={**asset, "absent": True}, **listed) == [("1",), ("3",), ("4",)]


def test_related_rows_are_counted_and_none_is_zero(database: Any) -> None:
    found = rows(
        database,
        dataset="asset_inventory",
        joins=[
            {"dataset": "issues", "kind": "left", "aggregates": [{"function": "count", "name": "issues"}]}
        ],
        fields=["xdm.asset.id", "issues"],
        order=[{"field": "xdm.asset.id"}],
    )
    assert found == [("a1", 2), ("a2", 1), ("a3", 0), ("a4", 0)]


def test_counts_of_a_part_and_percentages(database: Any) -> None:
    compute = {"field": "xdm.asset.provider", "op": "eq", "value": "aws"}
    found = rows(
        database,
        dataset="asset_inventory",
        group_by=["xdm.asset.type.class"],
        aggregates=[
            {"function": "count", "name": "n"},
            {"function": "count", "name": "aws", "where": compute},
            {"function": "percent", "name": "aws_percent", "where": compute},
            {"function": "percent", "name": "share"},
        ],
        order=[{"field": "xdm.asset.type.class"}],
        fields=["xdm.asset.type.class", "n", "aws", "aws_percent", "share"],
    )
    assert found == [("Compute", 2, 2, 100.0, 50.0), ("Data", 2, 0, 0.0, 50.0)]


def test_percentages_of_things_that_stand_in_several_rows(database: Any) -> None:
    found = rows(
        database,
        dataset="issues",
        expand=["xdm.issue.asset_ids"],
        aggregates=[
            {"function": "count", "name": "issues"},
            {"function": "count_rows", "name": "links"},
            {"function": "percent", "name": "high", "where": {"field": "xdm.issue.severity", "op": "eq", "value": "high"}},
        ],
        fields=["issues", "links", "high"],
    )  # fmt: skip
    assert found == [(2, 3, 50.0)]


def test_columns_of_aggregates(database: Any) -> None:
    found = rows(
        database,
        dataset="issues",
        aggregates=[
            {"function": "sum", "field": "xdm.issue.alert_count", "name": "alerts"},
            {"function": "count", "name": "n"},
        ],
        compute=[{"name": "each", "math": "divide", "left": "alerts", "right": "n"}],
    )
    assert found == [(15, 4, 3.75)]


def test_spans_are_named_and_written(database: Any) -> None:
    found = rows(
        database,
        dataset="issues",
        time_bin={"field": "_time", "span": "1mo", "name": "month", "format": "%Y-%m"},
        aggregates=[{"function": "count", "name": "n"}],
        order=[{"field": "month"}],
    )
    assert found == [("2026-08", 1), ("2026-10", 1), ("2026-11", 2)]


def test_weeks_begin_on_monday_in_any_zone() -> None:
    plan = PostureQuery.model_validate(
        {
            "dataset": "issues",
            "time_bin": {"field": "_time", "span": "1w", "timezone": "Europe/Berlin"},
            "aggregates": [{"function": "count", "name": "n"}],
        }
    )
    assert 'bin _time span = 1w timeshift = 345600 timezone = "Europe/Berlin"' in format_query(
        compile_plan(plan, CATALOG)
    )


def test_one_row_for_each_and_what_is_tested_then(database: Any) -> None:
    newest = {"dataset": "issues", "distinct": ["xdm.issue.status.progress"], "fields": ["xdm.issue.id"]}
    order = [{"field": "xdm.issue.id"}]
    assert rows(database, **newest, order=order) == [("1",), ("2",), ("3",)]
    oldest = {**newest, "keep": {"field": "_time", "direction": "asc"}}
    assert rows(database, **oldest, order=order) == [("2",), ("3",), ("4",)]
    having = {"field": "xdm.issue.severity", "op": "not_null"}
    assert rows(database, **oldest, having=having, order=order) == [("2",), ("3",)]


def test_groups_measured_once_more(database: Any) -> None:
    groups = {
        "dataset": "issues",
        "group_by": ["xdm.issue.severity"],
        "aggregates": [{"function": "count", "name": "n"}],
    }
    single = rows(database, **groups, order=[{"field": "xdm.issue.severity"}])
    over = [
        {"function": "count_rows", "name": "groups"},
        {"function": "avg", "field": "n", "name": "mean"},
        {"function": "max", "field": "n", "name": "most"},
    ]
    numbers = [row[1] for row in single]
    assert len(numbers) > 1
    assert rows(database, **groups, over=over) == [(len(numbers), sum(numbers) / len(numbers), max(numbers))]
    having = {"field": "n", "op": "gt", "value": max(numbers)}
    assert rows(database, **groups, having=having, over=over[:1]) == [(0,)]


def test_the_form_of_a_rule(database: Any) -> None:
    plan = PostureQuery.model_validate(
        {
            "dataset": "asset_inventory",
            "where": {"field": "xdm.asset.type.id", "op": "eq", "value": "EC2_INSTANCE"},
            "fields": [
                {"field": "xdm.asset.id", "name": "asset_id"},
                {"field": "xdm.asset.name", "name": "asset_name"},
                {"field": "xdm.asset.type.id", "name": "asset_type_id"},
            ],
        }
    )
    text = format_query(compile_plan(plan, CATALOG))
    assert "xdm.asset.id as asset_id" in text
    result = local.run(database.cursor(), parse(text), now=NOW)
    assert [name for name in result.columns if name[:1] != "_"] == ["asset_id", "asset_name", "asset_type_id"]


def test_order_by_rank(database: Any) -> None:
    found = rows(
        database,
        dataset="issues",
        compute=[{"name": "rank", "rank": "xdm.issue.severity", "ranks": ["critical", "high", "low"]}],
        order=[{"field": "rank"}],
        fields=["xdm.issue.id", "rank"],
    )
    assert found == [("2", 1), ("1", 2), ("3", 3), ("4", 4)]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"dataset": "issues", "where": {"dataset": "va_cves"}}, "name key .there. and field .here."),
        ({"dataset": "issues", "where": {"field": "original_tags", "op": "eq", "other": "xdm.issue.id"}}, "expand"),
        ({"dataset": "cases", "expand": ["nope"], "joins": [{"dataset": "case_to_issue"}], "where": {"dataset": "nope"}}, "no known key"),
    ],
)  # fmt: skip
def test_what_cannot_be_linked_is_told(body: dict[str, Any], message: str) -> None:
    with pytest.raises(XqlPlanError, match=message):
        compile_plan(PostureQuery.model_validate(body), CATALOG)


LOOKED = {"dataset": "issues"}


@pytest.mark.parametrize(
    "body",
    [
        {"dataset": "issues", "keep": {"field": "a"}},
        {"dataset": "issues", "having": {"field": "a", "op": "is_null"}},
        {"dataset": "issues", "over": [{"function": "count_rows", "name": "n"}]},
        {"dataset": "issues", "group_by": ["a"], "aggregates": [{"function": "count", "name": "n"}], "order": [{"field": "n"}],
         "over": [{"function": "count_rows", "name": "m"}]},
        {"dataset": "issues", "group_by": ["a"], "aggregates": [{"function": "count", "name": "n"}],
         "over": [{"function": "percent", "name": "m"}]},
        {"dataset": "issues", "aggregates": [{"function": "percent", "field": "a", "name": "p"}]},
        {"dataset": "issues", "aggregates": [{"function": "count", "name": "p", "where": LOOKED}]},
        {"dataset": "issues", "compute": [{"name": "x", "when": LOOKED, "then": 1}]},
        {"dataset": "issues", "compute": [{"name": "x", "extract": "a"}]},
        {"dataset": "issues", "compute": [{"name": "x", "extract": "a", "pattern": "(?=x)"}]},
        {"dataset": "issues", "compute": [{"name": "x", "lower": "a", "until": "b"}]},
        {"dataset": "issues", "where": {"dataset": "findings", "key": "a"}},
        {"dataset": "issues", "where": {"field": "a", "op": "eq", "other": "b", "value": 1}},
        {"dataset": "issues", "where": {"field": "a", "op": "matches", "other": "b"}},
        {"dataset": "issues", "joins": [{"dataset": "x", "fields": [{"field": "a"}], "aggregates": [{"function": "count", "name": "n"}]}]},
        {"dataset": "issues", "fields": [{"field": "a", "name": "x"}, "x"]},
        {"dataset": "issues", "time_bin": {"field": "a", "span": "1d", "format": "day"}, "aggregates": [{"function": "count", "name": "n"}]},
    ],
)  # fmt: skip
def test_more_plans_without_a_meaning(body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        PostureQuery.model_validate(body)
