"""Invented or foreign syntax: each is refused by its rule and names the right form.

Source: the reference's list of mistakes that a validator should name.
"""

from __future__ import annotations

import pytest

from tools.xql import Catalog, ast, check, parse
from tools.xql.ast.walk import walk

CATALOG = Catalog.seeded()
D = "dataset = issues | "

PARSED_NOT = [
    (D + "sort xdm.issue.id desc", "sort-direction", "desc xdm.issue.id"),
    (D + "sort by xdm.issue.id", "sort-direction", "sort desc f"),
    (D + "comp count(distinct xdm.issue.id) as n", "count-distinct", "count_distinct(f)"),
    (D + "comp dc(xdm.issue.id) as n", "unknown-aggregate", "count_distinct(f)"),
    (D + "comp countif(a = 1) as n", "unknown-aggregate", "comp sum(flag)"),
    (D + "comp stddev(xdm.issue.alert_count)", "unknown-aggregate", "stddev_population"),
    (D + "comp count(*) as n", "count-star", "count()"),
    (D + 'where xdm.issue.id = "1"', "unknown-stage", "filter"),
    (D + "project xdm.issue.id", "unknown-stage", "fields"),
    (D + "summarize count() by x", "unknown-stage", "comp"),
    (D + "stats count by x", "unknown-stage", "comp"),
    (D + "eval x = 1", "unknown-stage", "alter"),
    (D + "rename a as b", "unknown-stage", "fields a as b"),
    (D + "head 10", "unknown-stage", "limit"),
    (D + "fliter a = 1", "unknown-stage", "filter"),
    (D + 'filter a == "x"', "double-equals", "="),
    (D + 'filter a <> "x"', "angle-not-equals", "!="),
    (D + "filter a = 1 && b = 2", "and-symbol", "and"),
    (D + "filter a = 1 || b = 2", "or-symbol", "or"),
    (D + "filter !(a = 1)", "not-symbol", "not"),
    (D + "filter a = 'x'", "single-quotes", '"x"'),
    (D + 'filter a like "%x%"', "like-operator", "contains"),
    (D + 'filter a startswith "x"', "startswith-operator", 'f = "text*"'),
    (D + 'filter a endswith "x"', "endswith-operator", 'f = "*text"'),
    (D + 'filter a matches "x"', "matches-operator", "~="),
    (D + 'filter a not like "x"', "like-operator", "contains"),
    (D + "filter a is null", "is-null", "f = null"),
    (D + "filter a is not null", "is-null", "f != null"),
    (D + "filter a between 1 and 2", "between-operator", "f >= a and f <= b"),
    (D + "filter _time > now()", "unknown-function", "current_time()"),
    (D + "filter _time > ago(7d)", "unknown-function", "config timeframe"),
    (D + "filter _time > current_time() - 7d", "duration-in-expression", "timestamp_diff"),
    (D + "filter _time > timestamp_sub(current_time(), 7)", "unknown-function", "timestamp_diff"),
    (D + 'alter d = format_timestamp(_time, "YYYY-MM-DD")', "time-format-order", '"%Y-%m-%d"'),
    (D + 'alter d = format_timestamp("YYYY-MM-DD", _time)', "time-format", '"%Y-%m-%d"'),
    (D + 'alter d = timestamp_diff(a, b, "WEEK")', "timestamp-part", "divide"),
    (D + "alter d = timestamp_diff(a, b, DAY)", "timestamp-part", '"DAY"'),
    (D + "alter d = arrayrange(0, 10)", "arrayrange-generator", "arrayrange(array, start, end)"),
    (D + "alter d = substring(a, 0, 3)", "unknown-function", "regextract"),
    (D + "alter d = left(a, 3)", "unknown-function", "split"),
    (D + "alter d = case when a = 1 then 2 end", "case-when", "if("),
    (D + "alter d = sum(a)", "aggregate-outside-comp", "comp sum"),
    (D + "comp lowercase(a) as b", "scalar-in-comp", "alter x = lowercase"),
    (D + "alter d = lowercse(a)", "unknown-function", "lowercase"),
    (D + "join type = left (dataset = findings) on a = b", "join-on", "as a a.k = k"),
    (D + "join (dataset = findings) as f on f.a = b", "join-on", "f.k = k"),
    (D + "join type = cross (dataset = findings) as f f.a = b", "join-type", ""),
    (D + "join type = full (dataset = findings) as f f.a = b", "join-type", ""),
    (D + "join left (dataset = findings) as f f.a = b", "join-type", "type = left"),
    (D + "join (dataset = issue_to_asset) | limit 1", "join-condition", "as a a.k = k"),
    (D + "join (dataset = issue_to_asset) as a | limit 1", "join-condition", "as a a.k = k"),
    (D + "join issue_to_asset as a a.k = k", "join-query", "join (dataset = x)"),
    (D + "alter x = arraymap(a, uppercase(@element))", "bare-element", '"@element"'),
    (D + 'filter a in "x"', "in-parentheses", 'f in ("x", "y")'),
    (D + 'filter a = ("x", "y")', "stray-list", 'f in ("x", "y")'),
    (D + "windowcomp rank() partition by a order by b as r", "sql-window", "sort desc g"),
    ("dataset = a, b", "dataset-list", "dataset in (a, ...)"),
    ("config from cloud.resource where cloud.type = 'aws'", "rql", "asset_inventory"),
    (D + "config timeframe = 7d", "config-first", "config timeframe"),
    (D + "filter a = 1 limit 5", "missing-pipe", ""),
    (D + "| limit 5", "empty-stage", ""),
    (D + 'fields lowercase(a) as b', "expression-in-fields", "alter"),
    (D + "comp count() as n by bin(_time, 1d)", "expression-in-by", "alter"),
    (D + "alter x = if(a = 1)", "arity", ""),
    (D + "alter x = [1, 2]", "array-literal", "arraycreate"),
    (D + 'filter a = \u201cx\u201d', "typographic-quotes", ""),
    (D + "filter a = b = c", "chained-comparison", ""),
    (D + 'filter a = "x', "open-text", ""),
    (D + "limit 5 /* open", "open-comment", ""),
]  # fmt: skip

CHECKED_NOT = [
    (D + "alter n = len(xdm.issue.asset_ids)", "len-on-array", "array_length(f)"),
    (D + 'filter xdm.issue.asset_ids = "x"', "array-not-expanded", "arrayexpand xdm.issue.asset_ids"),
    (
        D + "join (dataset = asset_inventory | fields xdm.asset.id) as a a.xdm.asset.id = xdm.issue.asset_ids",
        "array-not-expanded",
        "arrayexpand xdm.issue.asset_ids",
    ),
    (D + "comp count() as n by xdm.issue.asset_ids", "array-not-expanded", "arrayexpand"),
    (
        D + 'alter s = json_extract_scalar(xdm.issue.normalized_fields, "$.xdm.finding.status")',
        "dotted-json-key",
        "$['xdm.finding.status']",
    ),
    (D + "alter s = xdm.issue.normalized_fields -> xdm.finding.status", "dotted-json-key", '-> ["xdm.finding.status"]'),
    ('dataset = xdr_data | filter event_type = "issue"', "issues-dataset", "dataset = issues"),
    (D + 'fields xdm.issue.id | filter xdm.issue.name = "x"', "dropped-field", "keep xdm.issue.name in fields"),
    (D + 'comp count() as n | filter xdm.issue.id = "1"', "dropped-field", "comp"),
    (D + "fields - xdm.issue.id | sort asc xdm.issue.id", "dropped-field", "fields -"),
    (D + "target type = lookup x", "read-only", "remove"),
    (D + 'tag add "x"', "read-only", "remove"),
    (D + 'filter xdm.issue.severty = "x"', "unknown-field", "xdm.issue.severity"),
    ("dataset = isues", "unknown-dataset", "issues"),
    ("dataset = panw_ngfw_trafic_raw", "unknown-dataset", "panw_ngfw_traffic_raw"),
    ("dataset = wing_lookup", "unknown-dataset", ""),
    ("preset = nope", "unknown-preset", ""),
    (D + 'filter xdm.issue.name = "x" or "y"', "not-boolean", "in"),
    (D + 'filter _time > "yesterday"', "type", "config timeframe"),
    (D + "filter xdm.issue.alert_count = \"many\"", "type", ""),
    (D + "comp sum(xdm.issue.name) as n", "type", "to_integer"),
    (D + "alter a = timestamp_diff(current_time(), xdm.issue.name, \"DAY\")", "type", "parse_timestamp"),
    (D + "alter a = lowercase(xdm.issue.asset_ids)", "array-not-expanded", "arraymap"),
    (D + 'filter xdm.issue.name ~= "(?=x)y"', "re2-pattern", "contains"),
    (D + 'filter xdm.issue.name ~= "(a)\\1"', "re2-pattern", ""),
    (D + 'filter xdm.issue.name ~= "(a"', "bad-pattern", ""),
    (D + 'alter a = regextract(xdm.issue.name, "(?<!x)y")', "re2-pattern", ""),
    (D + 'alter a = json_extract_scalar(xdm.issue.extended_fields, "$.[")', "json-path", ""),
    (D + "filter xdm.issue.name > null", "null-order", "f = null"),
    (
        D + "join type = left (dataset = asset_inventory | fields xdm.asset.id as k) as a a.k = xdm.issue.id"
        " | filter a.k = null",
        "alias-after-join",
        "k",
    ),
    (
        D + "join (dataset = asset_inventory | fields xdm.asset.id) as a xdm.issue.id = xdm.issue.external_id",
        "join-sides",
        "a.k = k",
    ),
    (D + "filter xdm.issue.id not in (dataset = issue_to_asset)", "in-columns", "fields"),
    (D + "windowcomp rank() by xdm.issue.id as r", "window-sort", "sort asc"),
    (D + "limit 2000000", "limit-bound", "limit 1000000"),
    ("config timeframe = 900d | dataset = issues", "timeframe-bound", "400d"),
    ('config timeframe between "soon" and "now" | dataset = issues', "timeframe-format", ""),
    ('config timeframe between "now" and "-7d" | dataset = issues', "timeframe-order", ""),
    ("config max_runtime_minutes = 600 | dataset = issues", "cost-bound", ""),
    ("dataset = issues" + " | union findings" * 11, "cost-bound", ""),
    (D + "bin xdm.issue.name span = 1d", "type", ""),
    (D + "arrayexpand xdm.issue.alert_count", "type", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "rule", "right"), PARSED_NOT)
def test_text_that_is_not_the_language(text: str, rule: str, right: str) -> None:
    report = check(text, CATALOG)
    assert not report.parsed
    assert not report.valid
    assert [error.rule for error in report.errors] == [rule]
    assert right in " | ".join(report.errors[0].suggestions)
    assert report.xql == text


@pytest.mark.parametrize(("text", "rule", "right"), CHECKED_NOT)
def test_queries_that_catalog_or_policy_refuse(text: str, rule: str, right: str) -> None:
    report = check(text, CATALOG)
    assert report.parsed
    assert not report.valid
    assert rule in [error.rule for error in report.errors]
    assert right in " | ".join(
        fix for error in report.errors if error.rule == rule for fix in error.suggestions
    )


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (D + "dedup xdm.issue.id", "dedup-without-by"),
        (D + "limit 5 | alter a = 1, b = add(a, 1)", "same-stage-reference"),
        (D + 'filter xdm.issue.severity = "urgent"', "unknown-value"),
        (D + 'filter xdm.issue.name ~= "a(?i)b"', "late-flag"),
        (D + "filter xdm.issue.name = 5", "text-with-number"),
        ("dataset = cloud_audit_logs | limit 5", "default-window"),
        ('dataset = lab_sensor_raw | filter any_column = "x" | limit 5', "dataset-not-listed"),
        ("dataset = ad_users | limit 5", "dataset-not-listed"),
        (D + "comp sum(if(xdm.issue.name = null, 1, 0)) as n", "expression-in-aggregate"),
    ],
)
def test_warnings_leave_a_query_valid(text: str, rule: str) -> None:
    report = check(text, CATALOG)
    assert report.valid
    assert rule in [warning.rule for warning in report.warnings]


@pytest.mark.parametrize(
    ("text", "ending"),
    [
        (D + "fields xdm.issue.id", "| limit 1000"),
        (D + "comp count() as n by xdm.issue.severity", "| limit 1000"),
        (D + "fields xdm.issue.id | view graph type = pie", "| limit 1000\n| view graph type = pie"),
        (D + "comp count() as n", "| comp count() as n"),
        (D + "limit 3 | fields xdm.issue.id", "| fields xdm.issue.id"),
    ],
)
def test_a_missing_limit_is_added(text: str, ending: str) -> None:
    assert check(text, CATALOG).xql.endswith(ending)


def test_positions_count_from_one_in_the_right_line() -> None:
    error = check("dataset = issues\n| filter\n    a == 1", CATALOG).errors[0]
    assert (error.line, error.column) == (3, 7)


def test_learned_columns_are_known() -> None:
    catalog = Catalog.seeded()
    text = 'dataset = issues | filter my_column = "x"'
    assert not check(text, catalog).valid
    catalog.learn("issues", [{"my_column": "seen", "n": 3}])
    assert check(text, catalog).valid
    column = catalog.column("issues", "my_column")
    assert column is not None
    assert column.values == ("seen",)
    assert not check(text, Catalog.seeded()).valid


def test_a_name_in_backticks_is_the_column_that_it_names() -> None:
    assert check(D + 'filter `xdm.issue.name` = "x" | fields `xdm.issue.id` as `two words`', CATALOG).valid
    (error,) = check(D + "filter `xdm.issue.nme` = 1", CATALOG).errors
    assert (error.rule, error.suggestions[0]) == ("unknown-field", "xdm.issue.name")


def test_text_with_an_escaped_quote_holds_the_quote() -> None:
    query = parse(D + 'alter a = replace(xdm.issue.name, "\\"", "")')
    texts = [node.value for node in walk(query) if isinstance(node, ast.String)]
    assert texts == ['"', ""]
    (kept,) = [n.value for n in walk(parse(D + 'filter a = "C:\\"')) if isinstance(n, ast.String)]
    assert kept == "C:\\"
