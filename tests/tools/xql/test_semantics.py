"""What queries mean, on a small estate. Each case names the section of the reference that it rests on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.tools.xql.conftest import NOW, Ask
from tools.xql import XqlExecutionError, local, parse

A = "dataset = asset_inventory"
I = "dataset = issues"  # noqa: E741
SHOW = " | sort asc xdm.asset.id | fields xdm.asset.id"
SHOW_I = " | sort asc xdm.issue.id | fields xdm.issue.id"

FILTERS: list[tuple[str, str, str]] = [
    # section, condition, ids of assets
    ("2.1 case", 'xdm.asset.provider = "aws"', "a1 a4"),
    ("2.1 case", 'xdm.asset.provider in ("AWS", "GCP")', "a1 a3 a4"),
    ("4.1 wildcards", 'xdm.asset.name = "WEB*"', "a1 a4"),
    ("4.1 wildcards", 'xdm.asset.name = "*-0*"', "a1 a4"),
    ("4.1 wildcards", 'xdm.asset.name = "*1"', "a1 a2"),
    ("4.1 wildcards", 'xdm.asset.name = "w*1"', "a1"),
    ("4.1 wildcards", 'xdm.asset.name = "db%_*"', "a2"),
    ("4.1 wildcards", 'xdm.asset.name = "web_*"', ""),
    ("4.1 wildcards", 'xdm.asset.name != "web*"', "a2"),
    ("4.1 wildcards", 'xdm.asset.name in ("web*", null)', "a1 a3 a4"),
    ("4.1 wildcards", 'xdm.asset.name not in ("web*")', "a2"),
    ("4.1 wildcards", 'xdm.asset.name = "*"', "a1 a2 a4"),
    ("4.1 no wildcards in raw text", 'xdm.asset.name = """web*"""', ""),
    ("4 contains", 'xdm.asset.name contains "EB"', "a1 a4"),
    ("4 not contains", 'xdm.asset.name not contains "eb"', "a2"),
    ("4 regex is case-sensitive", 'xdm.asset.name ~= "^web"', "a4"),
    ("4 regex flag", 'xdm.asset.name ~= "(?i)^web"', "a1 a4"),
    ("4 regex", r'xdm.asset.name !~= "\d\d$"', "a2"),
    ("4.3 null", "xdm.asset.name = null", "a3"),
    ("4.3 null", "xdm.asset.name != null", "a1 a2 a4"),
    ("4.3 null and empty differ", 'xdm.asset.cloud.region = ""', "a3"),
    ("4.3 neither", 'xdm.asset.cloud.region not in (null, "")', "a1 a2 a4"),
    ("4.3 null is not unequal", 'xdm.asset.name != "web-02"', "a1 a2"),
    ("4 precedence", 'xdm.asset.id = "a1" or xdm.asset.id = "a2" and xdm.asset.provider = "aws"', "a1"),
    ("4 not", 'not xdm.asset.provider = "aws"', "a2 a3"),
    ("5.4 arrow", 'xdm.asset.tags -> env = "PROD"', "a1"),
    ("5.4 arrow null", "xdm.asset.tags -> env = null", "a3 a4"),
    ("5.4 keys keep case", 'xdm.asset.tags -> ENV = "prod"', ""),
    ("5.4 dotted key", 'xdm.asset.normalized_fields -> ["xdm.cloud.vpc_id"] = "vpc-1"', "a1"),
    ("5.4 dotted key as steps", 'xdm.asset.normalized_fields -> xdm.cloud.vpc_id = "vpc-1"', ""),
    ("5.4 bracket path", "json_extract_scalar(xdm.asset.raw_fields, \"$['Platform Discovery']['ssm.agent']\") = \"3.1\"", "a1"),  # noqa: E501
    ("5.4 space path", 'json_extract_scalar(xdm.asset.raw_fields, "$.Platform Discovery.ipPermissions[0].fromPort") = 22', "a1"),  # noqa: E501
    ("5.4 scalar of array is null", 'xdm.asset.raw_fields -> ["Platform Discovery"].ipPermissions = null', "a1 a2 a3 a4"),  # noqa: E501
    ("5.4 chain", 'xdm.asset.raw_fields -> ["Platform Discovery"] -> ipPermissions[1].fromPort = 443', "a1"),
    ("5.4 JSON in text", 'xdm.asset.raw_fields -> ["Platform Discovery"].policy -> Version = "2012"', "a1"),
    ("5.6 incidr", 'incidr(xdm.host.ipv4_addresses, "10.0.0.0/8, 172.16.0.0/12")', "a1 a2"),
    ("5.6 incidr", 'incidr(xdm.host.ipv4_addresses, "10.0.0.0/8") = false', "a2 a3"),
    ("5.6 infix", 'xdm.host.ipv4_addresses incidr "8.8.8.0/24"', "a3"),
    ("5.6 infix", 'xdm.host.ipv4_addresses not incidr "10.0.0.0/8"', "a2 a3"),
    ("5.6 private", "is_known_private_ipv4(xdm.host.ipv4_addresses)", "a1 a2"),
    ("5.6 is_ipv4", "is_ipv4(xdm.host.ipv4_addresses)", "a1 a2 a3"),
    ("7 enum word", "xdm.asset.provider = AWS", "a1 a4"),
    ("7 ENUM", "xdm.asset.provider in (ENUM.AWS, GCP)", "a1 a3 a4"),
    ("10.7 ageing", 'timestamp_diff(current_time(), xdm.asset.first_observed, "DAY") > 30', "a1"),
    ("10.9 anti-membership", "xdm.asset.id not in (dataset = issues | arrayexpand xdm.issue.asset_ids"
     " | fields xdm.issue.asset_ids)", "a3 a4"),
    ("2 membership", "xdm.asset.id in (dataset = issues | arrayexpand xdm.issue.asset_ids | fields xdm.issue.asset_ids)",  # noqa: E501
     "a1 a2"),
]  # fmt: skip


@pytest.mark.parametrize(("section", "condition", "ids"), FILTERS)
def test_filters(ask: Ask, section: str, condition: str, ids: str) -> None:
    assert " ".join(row[0] for row in ask(f"{A} | filter {condition}{SHOW}")) == ids, section


def test_case_sensitive_setting(ask: Ask) -> None:
    """Section 2.1: config case_sensitive = true makes comparisons exact; join conditions too."""
    assert ask(f'config case_sensitive = true | {A} | filter xdm.asset.provider = "aws"{SHOW}') == [("a4",)]
    assert ask(f'config case_sensitive = true | {A} | filter xdm.asset.name contains "EB"{SHOW}') == []


ISSUE_FILTERS = [
    ("4 array element", 'xdm.issue.asset_ids contains "A2"', "2"),
    ("5.3 array_any", 'array_any(xdm.issue.asset_ids, "@element" = "a1")', "1 2"),
    ("5.3 array_all", 'array_all(xdm.issue.asset_ids, "@element" = "a1")', "1 3"),
    ("5.3 length of null is null", "array_length(xdm.issue.asset_ids) = 0", "3"),
    ("7 ENUM with a blank", "xdm.issue.status.progress = ENUM.IN_PROGRESS", "2"),
    ("4.2 number", "xdm.issue.alert_count > 2", "1 2"),
    ("4.2 number as text", 'xdm.issue.alert_count = "10"', "2"),
    ("4.2 text as number", "xdm.issue.id = 2", "2"),
    ("4.4 ordered times", '_time >= "2026-11-01"', "1 3"),
]


@pytest.mark.parametrize(("section", "condition", "ids"), ISSUE_FILTERS)
def test_filters_of_issues(ask: Ask, section: str, condition: str, ids: str) -> None:
    assert " ".join(row[0] for row in ask(f"{I} | filter {condition}{SHOW_I}")) == ids, section


VALUES: list[tuple[str, str, Any]] = [
    ("5.1", 'concat("a", "b", 1)', "ab1"),
    ("5.1", 'concat("a", null)', None),
    ("5.1", 'format_string("%s-%d-%%", "x", 5)', "x-5-%"),
    ("5.1", 'uppercase("aB")', "AB"),
    ("5.1", 'trim("  a ")', "a"),
    ("5.1", 'ltrim("xxa", "x")', "a"),
    ("5.1", 'replace("aXbX", "X", "-")', "a-b-"),
    ("5.1", r'replex("a1b22", "\d+", "#")', "a#b#"),
    ("5.1 all matches", r'regextract("a1b22", "\d+")', ["1", "22"]),
    ("5.1 one group", r'regextract("k=1;k=2", "k=(\d)")', ["1", "2"]),
    ("5.1 first match", r'arrayindex(regextract("a1b22", "\d+"), 0)', "1"),
    ("5.1 split default", 'split("a b")', ["a", "b"]),
    ("5.1 split", 'split("a,b", ",")', ["a", "b"]),
    ("5.1 len", 'len("abc")', 3),
    ("5.1", 'string_count("banana", "an")', 2),
    ("5.1", 'wildcard_match("Report.exe", "*.EXE")', True),
    ("5.1", 'convert_from_base_64("aGk=")', "hi"),
    ("5.1", 'extract_url_host("https://u@a.b.example.com:8/p?q")', "a.b.example.com"),
    ("5.1", 'extract_url_registered_domain("https://a.b.example.com/p")', "example.com"),
    ("5.1", 'extract_url_pub_suffix("https://a.example.com/p")', "com"),
    ("5.2", "add(1, 2)", 3),
    ("5.2 symbols", "1 + 2 * 3 - 4 / 2", 5.0),
    ("5.2 divide by zero", "divide(1, 0)", None),
    ("5.2 divide", "divide(1, 4)", 0.25),
    ("5.2", "round(2.5)", 3),
    ("5.2", "round(2.345, 2)", 2.35),
    ("5.2", "floor(-1.5)", -2),
    ("5.2", "pow(2, 3)", 8.0),
    ("5.2", "bitwise_and(6, 3)", 2),
    ("5.2", 'to_integer("42")', 42),
    ("5.2", 'to_integer("x")', None),
    ("5.2", 'to_number("1.5")', 1.5),
    ("5.2", 'to_boolean("TRUE")', True),
    ("5.2 if", 'if(1 = 2, "a")', None),
    ("5.2 if", 'if(1 = 2, "a", 2 = 2, "b", "c")', "b"),
    ("5.2 if with null", 'if(null = "x", "a", "b")', "b"),
    ("5.2", "coalesce(null, null, 3)", 3),
    ("4.3 coalesce keeps empty text", 'coalesce("", "x")', ""),
    ("5.3 negative index", 'arrayindex(arraycreate("a", "b"), -1)', "b"),
    ("5.3 out of range", 'arrayindex(arraycreate("a"), 5)', None),
    ("5.3", 'arraymap(arraycreate("a", "b"), uppercase("@element"))', ["A", "B"]),
    ("5.3", 'arrayfilter(arraycreate("a", "b"), "@element" != "A")', ["b"]),
    ("5.3", 'arraystring(arraycreate("a", "b"), "-")', "a-b"),
    ("5.3", 'arrayconcat(arraycreate("a"), arraycreate("a"))', ["a", "a"]),
    ("5.3", 'arraydistinct(arraycreate("b", "a", "b"))', ["b", "a"]),
    ("5.3 slice", 'arrayrange(arraycreate("a", "b", "c"), 0, 2)', ["a", "b"]),
    ("5.3", 'arrayindexof(arraycreate("a", "b"), "@element" = "b")', 1),
    ("5.3", 'arrayindexof(arraycreate("a"), "@element" = "z")', None),
    ("5.3", 'arraymerge(arraycreate("[1,2]", "[3]"))', ["1", "2", "3"]),
    ("5.3 element that is no object", 'arraymap(arraycreate("{}"), "@element" -> k)', [None]),
    ("5.4", 'json_extract(to_json_string(arraycreate("a")), "$[0]")', '"a"'),
    ("5.4 elements keep quotes", 'json_extract_array(to_json_string(arraycreate("a")), "$")', ['"a"']),
    ("5.4 plain texts", 'json_extract_scalar_array(to_json_string(arraycreate("a")), "$")', ["a"]),
    ("5.4", 'object_create("k", 1, "s", "x")', '{"k":1,"s":"x"}'),
    ("5.4", 'object_merge(object_create("a", 1), object_create("b", 2))', '{"a":1,"b":2}'),
    ("5.5", "current_time()", NOW),
    ("5.5 truncated", 'timestamp_diff(to_timestamp(90000, "SECONDS"), to_timestamp(0, "SECONDS"), "DAY")', 1),
    ("5.5 negative", 'timestamp_diff(to_timestamp(0, "SECONDS"), to_timestamp(90000, "SECONDS"), "hour")', -25),
    ("5.5", 'to_epoch(to_timestamp(5, "SECONDS"))', 5),
    ("5.5", 'to_epoch(to_timestamp(5, "SECONDS"), "MILLIS")', 5000),
    ("5.5", "timestamp_seconds(0)", datetime(1970, 1, 1)),
    ("5.5", 'format_timestamp("%Y/%m/%d %H", to_timestamp(0, "SECONDS"))', "1970/01/01 00"),
    ("5.5 zone", 'format_timestamp("%H:%M", to_timestamp(0, "SECONDS"), "+05:30")', "05:30"),
    ("5.5 zone", 'format_timestamp("%H", to_timestamp(0, "SECONDS"), "Europe/Berlin")', "01"),
    ("5.5", 'parse_timestamp("%Y-%m-%d", "2026-02-03")', datetime(2026, 2, 3)),
    ("5.5", 'parse_timestamp("%Y-%m-%d", "nonsense")', None),
    ("5.5", 'parse_epoch("%Y-%m-%d", "1970-01-02", "UTC", "MILLIS")', 86_400_000),
    ("5.5 Sunday is 1", 'extract_time(parse_timestamp("%Y-%m-%d", "2026-11-22"), "DAYOFWEEK")', 1),
    ("5.5", 'extract_time(to_timestamp(0, "SECONDS"), "YEAR")', 1970),
    ("5.5", 'date_floor(parse_timestamp("%Y-%m-%d", "2026-11-25"), "mo")', datetime(2026, 11, 1)),
    ("5.6", 'incidrlist("1.1.1.1,10.0.0.1", "10.0.0.0/8")', True),
    ("5.6", 'incidr6("fd00::5", "fc00::/7")', True),
    ("5.6", 'is_ipv6("2001:db8::1")', True),
    ("5.6", 'is_ipv6("10.0.0.1")', False),
    ("5.6", 'is_known_private_ipv6("fd00::1")', True),
    ("5.6", 'ip_to_int("1.0.0.1")', 16_777_217),
    ("5.6", "int_to_ip(16777217)", "1.0.0.1"),
    ("1 raw text", 'len("""a\\nb""")', 3),
    ("1 no escapes", 'len("a\\nb")', 4),
    ("12 text of a time", "to_string(to_timestamp(0, \"SECONDS\"))", "1970-01-01 00:00:00"),
]  # fmt: skip


@pytest.mark.parametrize(("section", "expression", "expected"), VALUES)
def test_values(ask: Ask, section: str, expression: str, expected: Any) -> None:
    rows = ask(f"dataset = texts | filter id = 1 | alter out = {expression} | fields out")
    assert rows == [(expected,)], section


def test_bad_json_is_null_not_an_error(ask: Ask) -> None:
    """Section 5.4: extraction from text that is no JSON gives null."""
    rows = ask(
        "dataset = texts | alter a = j -> k.n, b = j -> s, c = array_length(l) | sort asc id | fields a, b, c"
    )
    assert rows == [("1.5", "x", 2), (None, None, None), (None, None, 0)]


def test_system_columns_stay(ask: Ask) -> None:
    """Section 2.2: `fields` never drops system columns, `comp` does."""
    query = parse(f"{I} | fields xdm.issue.id | limit 1")
    tables = {"issues": {"xdm.issue.id": "VARCHAR", "_time": "TIMESTAMP"}}
    assert list(local.compile_sql(query, tables, now=NOW).columns) == ["xdm.issue.id", "_time"]
    counted = parse(f"{I} | comp count() as n by xdm.issue.id")
    assert list(local.compile_sql(counted, tables, now=NOW).columns) == ["xdm.issue.id", "n"]


STAGES: list[tuple[str, str, list[tuple[Any, ...]]]] = [
    ("3 alter is parallel", "dataset = texts | filter id = 1 | alter id = 5, b = id | fields id, b", [(5, 1)]),
    ("3 fields as", f"{A} | fields xdm.asset.id as id | sort desc id | limit 1", [("a4",)]),
    ("3 fields -", "dataset = texts | fields - t, j, l | sort asc id | limit 1", [(1,)]),
    ("3 fields wildcard", "dataset = texts | fields i*, t | filter id = 1", [(1, "a,b")]),
    ("1 names ignore case", "dataset = TEXTS | filter ID = 1 | fields Id", [(1,)]),
    ("3 sort two keys", f"{A} | sort desc xdm.asset.type.class, asc xdm.asset.id | fields xdm.asset.id",
     [("a2",), ("a3",), ("a1",), ("a4",)]),
    ("3 sort, then drop the key", f"{A} | sort desc xdm.asset.id | fields xdm.asset.type.class | limit 2",
     [("Compute",), ("Data",)]),
    ("3 dedup by", f"{I} | dedup xdm.issue.status.progress by desc _time | sort asc xdm.issue.id | fields xdm.issue.id",
     [("1",), ("2",), ("3",)]),
    ("3 replacenull", f'{I} | replacenull xdm.issue.severity = "none" | filter xdm.issue.id = "4"'
     " | fields xdm.issue.severity", [("none",)]),
    ("3 arrayexpand drops empty and null", f"{I} | arrayexpand xdm.issue.asset_ids | sort asc xdm.issue.id, asc"
     " xdm.issue.asset_ids | fields xdm.issue.id, xdm.issue.asset_ids", [("1", "a1"), ("2", "a1"), ("2", "a2")]),
    ("3 arrayexpand limit", f"{I} | arrayexpand xdm.issue.asset_ids limit 1 | comp count() as n", [(2,)]),
    ("3 arrayexpand of JSON text", "dataset = texts | arrayexpand l | sort asc l | fields l", [("p",), ("q",)]),
    ("6.1 comp without by", f"{I} | comp count() as n, count(xdm.issue.severity) as s", [(4, 3)]),
    ("6.1 comp default name", f"{I} | comp count() | fields count_1", [(4,)]),
    ("6.1 no rows, no by", f'{I} | filter xdm.issue.id = "z" | comp count() as n', [(0,)]),
    ("6.1 groups are exact", f"{A} | comp count() as n by xdm.asset.provider | sort asc xdm.asset.provider"
     " | fields xdm.asset.provider, n", [("AWS", 1), ("aws", 1), ("azure", 1), ("gcp", 1)]),
    ("6.1 values", f"{A} | comp values(xdm.asset.name) as v by xdm.asset.realm | sort asc xdm.asset.realm | fields v",
     [(["Web-01", "web-02"],), (["db%_1"],), ([],)]),
    ("6.1 numbers", f"{I} | comp sum(xdm.issue.alert_count) as s, avg(xdm.issue.alert_count) as a,"
     " min(xdm.issue.alert_count) as m, median(xdm.issue.alert_count) as d", [(15, 5.0, 2, 3.0)]),
    ("6.1 by time", f"{I} | comp earliest(xdm.issue.id) as e, latest(xdm.issue.id) as l, first(xdm.issue.id) as f",
     [("4", "3", "4")]),
    ("6.1 list", f"{I} | comp list(xdm.issue.severity) as l | alter n = array_length(l) | fields n", [(3,)]),
    ("6.1 approx", f"{A} | comp approx_top(xdm.asset.type.class, 1) as t, approx_count(xdm.asset.realm) as c",
     [(['{"value":"Compute","count":2}'], 3)]),
    ("3 top", f"{A} | top 1 xdm.asset.realm | fields xdm.asset.realm, top_count, top_percent", [("111", 2, 50.0)]),
    ("6.2 windowcomp", f"{I} | windowcomp row_number() sort asc _time as r, lag(xdm.issue.id) sort asc _time as p"
     " | sort asc r | fields xdm.issue.id, r, p", [("4", 1, None), ("2", 2, "4"), ("1", 3, "2"), ("3", 4, "1")]),
    ("6.2 frame", f"{I} | windowcomp sum(xdm.issue.alert_count) sort asc xdm.issue.id between -1 and 0 as s"
     " | sort asc xdm.issue.id | fields s", [(3,), (13,), (12,), (2,)]),
    ("6.2 keeps rows", f"{A} | windowcomp count() by xdm.asset.realm as n | sort asc xdm.asset.id | fields n",
     [(2,), (1,), (1,), (2,)]),
    ("3 bin", f"{I} | bin _time span = 1mo | comp count() as n by _time | sort asc _time | fields _time, n",
     [(datetime(2026, 8, 1), 1), (datetime(2026, 10, 1), 1), (datetime(2026, 11, 1), 2)]),
    ("3 bins", "dataset = texts | bin id bins = 2 | sort asc id | fields id", [(1.0,), (2.0,), (2.0,)]),
    ("3 union", f"{A} | fields xdm.asset.id as k | union (dataset = texts | fields t as k) | comp count(k) as n", [(6,)]),  # noqa: E501
    ("2 dataset in", "dataset in (texts, asset_inventory) | comp count(id) as t, count(xdm.asset.id) as a", [(3, 4)]),
    ("3 tag", f"{A} | tag add \"x\", \"y\" | limit 1 | fields _tag", [(["x", "y"],)]),
    ("3 search", 'search dataset in (asset_inventory) "web-0" | sort asc xdm.asset.id | fields xdm.asset.id',
     [("a1",), ("a4",)]),
]  # fmt: skip


@pytest.mark.parametrize(("section", "query", "expected"), STAGES)
def test_stages(ask: Ask, section: str, query: str, expected: list[tuple[Any, ...]]) -> None:
    assert ask(query) == expected, section


JOINED = "join {options} (dataset = issues | arrayexpand xdm.issue.asset_ids | fields xdm.issue.asset_ids as k, xdm.issue.id) as i"  # noqa: E501


@pytest.mark.parametrize(
    ("options", "tail", "expected"),
    [
        ("", "", [("a1", "1"), ("a1", "2"), ("a2", "2")]),
        ("type = left", "", [("a1", "1"), ("a1", "2"), ("a2", "2"), ("a3", None), ("a4", None)]),
        ("type = left", "| filter xdm.issue.id = null", [("a3", None), ("a4", None)]),
        ("type = inner", ' and xdm.issue.id = "1"', [("a1", "1")]),
    ],
)
def test_joins(ask: Ask, options: str, tail: str, expected: list[tuple[Any, ...]]) -> None:
    """Section 3.1: default inner; left; the anti-join idiom; several terms."""
    query = f"{A} | {JOINED.format(options=options)} i.k = xdm.asset.id {tail}"
    assert (
        ask(query + " | sort asc xdm.asset.id, asc xdm.issue.id | fields xdm.asset.id, xdm.issue.id")
        == expected
    )


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        ("", [("Azure",)]),
        ("conflict_strategy = right", [("Azure",)]),
        ("conflict_strategy = left", [("azure",)]),
        ("conflict_strategy = both", [("azure",)]),
    ],
)
def test_conflicts(ask: Ask, strategy: str, expected: list[tuple[Any, ...]]) -> None:
    """Section 3.1: the sub-query's column wins by default."""
    other = '(dataset = asset_inventory | alter xdm.asset.provider = "Azure" | fields xdm.asset.id as k, xdm.asset.provider)'  # noqa: E501
    query = f'{A} | filter xdm.asset.id = "a2" | join {strategy} {other} as o o.k = xdm.asset.id'
    assert ask(query + " | fields xdm.asset.provider") == expected
    if "both" in strategy:
        assert ask(query + " | fields xdm.asset.provider_joined_10") == [("Azure",)]


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ("", 3),
        ("config timeframe = 2h | ", 1),
        ("config timeframe = 7d | ", 4),
        ('config timeframe between "-4h" and "-2h" | ', 2),
        ('config timeframe between "2026-11-22 00:00:00 +0000" and "2026-11-23 00:00:00 +0000" | ', 1),
        ('config timeframe between "begin" and "now" | ', 4),
    ],
)
def test_time_frames_of_logs(ask: Ask, config: str, expected: int) -> None:
    """Sections 2.1 and 4.4: the last 24 hours unless said otherwise."""
    assert ask(f"{config}dataset = logs | comp count() as n") == [(expected,)]


def test_state_datasets_are_cut_only_on_request(ask: Ask) -> None:
    """Section 2.1: snapshots are read as they stand."""
    assert ask(f"{I} | comp count() as n") == [(4,)]
    assert ask(f"config timeframe = 3d | {I} | comp count() as n") == [(2,)]
    week = local.TimeWindow(NOW - timedelta(days=7), NOW)
    assert ask(f"{I} | comp count() as n", timeframe=week) == [(2,)]


def test_sub_queries_inherit_the_frame_unless_they_have_their_own(ask: Ask) -> None:
    """Section 3.1."""
    inner = 'dataset = logs | filter who = "u1" | comp count() as n | fields n'
    query = (
        "config timeframe = 2h | dataset = logs | join ({config}{inner}) as i i.n > 0 | limit 1 | fields n"
    )
    assert ask(query.format(config="", inner=inner)) == [(1,)]
    assert ask(query.format(config="config timeframe = 7d | ", inner=inner)) == [(3,)]


def test_transactions(ask: Ask) -> None:
    """Section 3: events by fields and span; other columns become arrays."""
    rows = ask("config timeframe = 7d | dataset = logs | transaction who span = 1d | sort asc who, asc _num_of_rows"
               " | fields who, _num_of_rows, _duration")  # fmt: skip
    assert rows == [("u1", 1, 0), ("u1", 2, 7200), ("u2", 1, 0)]
    started = ask('config timeframe = 7d | dataset = logs | transaction who startswith = kind = "login"'
                  " | comp count() as n")  # fmt: skip
    assert started == [(3,)]


def test_parameters_are_bound(ask: Ask) -> None:
    """Section 12: a parameter is a value, whatever it holds."""
    query = f"{A} | filter xdm.asset.provider in ($list) and xdm.asset.id != $one{SHOW}"
    hostile = "a1' OR 1=1 --"
    assert ask(query, parameters={"list": ["aws", "gcp"], "one": hostile}) == [("a1",), ("a3",), ("a4",)]
    with pytest.raises(XqlExecutionError, match=r"\$list"):
        ask(query)


def test_text_of_a_query_never_becomes_sql(ask: Ask) -> None:
    tables = {"asset_inventory": {"xdm.asset.id": "VARCHAR"}}
    marker = "x'); DROP TABLE issues; --"
    compiled = local.compile_sql(parse(f'{A} | filter xdm.asset.id = "{marker}"'), tables, now=NOW)
    assert "DROP" not in compiled.sql
    assert marker in compiled.parameters


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("dataset = nothing_here", "no dataset"),
        (f'{A} | filter nope.x = "1"', "no column nope.x"),
        (f"{A} | comp first(xdm.asset.id) as f", "_time"),
        (f"{A} | filter xdm.asset.id in (dataset = texts | fields id, t)", "one column"),
        (f"{A} | target type = dataset x", "read-only"),
        ('call "a saved one"', "saved query"),
        (f'{A} | filter xdm.asset.id ~= "(?=x)"', "RE2"),
        (f'{A} | alter t = format_timestamp("%H", current_time(), "Mars/Phobos")', "time zone"),
        (f'{A} | filter incidr(xdm.asset.id, "10.0.0.0/99")', "IP range"),
    ],
)
def test_what_cannot_run_says_why(ask: Ask, query: str, message: str) -> None:
    with pytest.raises(XqlExecutionError, match=message):
        ask(query)


def test_columns_known_but_not_loaded_read_as_null(ask: Ask) -> None:
    assert ask(f"{A} | filter xdm.kubernetes.cluster.version = null | comp count() as n") == [(4,)]
    assert ask("dataset = findings | comp count() as n") == [(0,)]
