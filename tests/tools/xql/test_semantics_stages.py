"""What stages mean, on a small estate. Each case names the section of the reference that it rests on."""

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
