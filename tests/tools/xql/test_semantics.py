"""What queries mean, on a small estate. Each case names the section of the reference that it rests on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.tools.xql.conftest import NOW, Ask
from tools.xql import local, parse

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
