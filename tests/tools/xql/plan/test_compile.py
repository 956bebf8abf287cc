"""Plans: random ones always compile, check and run; chosen ones give the right rows and words."""

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


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**40))
def test_a_random_plan_compiles_checks_and_runs(cursor: Any, seed: int) -> None:
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
        ({"none": {"any": [{"tag": "env", "op": "eq", "value": "prod"}, {"tag": "env", "op": "eq", "value": "dev"}]}}, "a3 a4"),  # noqa: E501
        ({"field": "xdm.asset.name", "op": "starts_with", "value": "web"}, "a1 a4"),
        ({"field": "xdm.asset.name", "op": "ends_with", "value": "_1"}, "a2"),
        ({"field": "xdm.asset.name", "op": "not_contains", "value": "WEB"}, "a2 a3"),
        ({"field": "xdm.asset.cloud.region", "op": "is_empty"}, "a3"),
        ({"field": "xdm.asset.first_observed", "op": "older_than_days", "value": 30}, "a1"),
        ({"field": "xdm.asset.first_observed", "op": "after", "value": "2026-11-19"}, "a2 a4"),
        ({"field": "xdm.host.ipv4_addresses", "op": "in_cidr", "value": "10.0.0.0/8"}, "a1"),
        ({"json_path": {"field": "xdm.asset.raw_fields", "path": ["Platform Discovery", "ssm.agent"]}, "op": "eq", "value": "3.1"}, "a1"),  # noqa: E501
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
            {"name": "rules", "json_path": {"field": "xdm.asset.raw_fields", "path": ["Platform Discovery", "ipPermissions"]}, "array": True},  # noqa: E501
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
