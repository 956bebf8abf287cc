# ruff: noqa: E501 (queries stand on one line)
"""The same query gives the same rows through the tenant's API, over a socket, as from the library on the same file.

Done-when 5 of the XQL work: start, poll, rows inline up to 1,000, a gzipped stream above.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest
import pytest_asyncio

from tests.tools.tenant.server.conftest import asset, connected, fill, issue
from tools.cortex.client import CortexClient
from tools.cortex.errors import XqlFailed
from tools.cortex.xql_model import TimeFrame
from tools.tenant.database import TenantDatabase
from tools.tenant.running import STORE, serve_tenant
from tools.xql import local, parse

MANY = 2_500
A, I = "dataset = asset_inventory", "dataset = issues"  # noqa: E741
TYPED = "dataset = typed | sort asc id"

# One row of every type, as DuckDB holds it, and as the API must give it.
TYPES_SQL = """CREATE TABLE typed AS SELECT * FROM (VALUES
    (1::BIGINT, 'plain', TRUE, 0.1::DOUBLE, 9007199254740993::BIGINT, TIMESTAMP '2026-01-02 12:00:00.123',
     ['a', NULL, 'ü'], '{"k": {"n": 1}, "s": "x"}'::JSON, TIMESTAMP '2026-01-02 12:00:00'),
    (2, 'Ünïcödé ✓ 漢字 😀 "quoted" \\ back', FALSE, -1.5e300, -9223372036854775807, TIMESTAMP '1969-12-31 23:59:59.999',
     [], '[]'::JSON, TIMESTAMP '2026-01-02 11:00:00'),
    (3, '', NULL, 'nan'::DOUBLE, 0, TIMESTAMP '2026-01-02 00:00:00', NULL, NULL, TIMESTAMP '2026-01-02 10:00:00'),
    (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
    ) t(id, txt, flag, real, big, "at", list, js, _time)"""
TYPES_GIVEN = [
    {
        "id": 1,
        "txt": "plain",
        "flag": True,
        "real": 0.1,
        "big": 9007199254740993,
        "at": 1767355200123,
        "list": ["a", None, "ü"],
        "js": '{"k": {"n": 1}, "s": "x"}',
        "_time": 1767355200000,
    },
    {
        "id": 2,
        "txt": 'Ünïcödé ✓ 漢字 😀 "quoted" \\ back',
        "flag": False,
        "real": -1.5e300,
        "big": -9223372036854775807,
        "at": -1,
        "list": [],
        "js": "[]",
        "_time": 1767351600000,
    },
    {
        "id": 3,
        "txt": "",
        "flag": None,
        "real": None,
        "big": 0,
        "at": 1767312000000,
        "list": None,
        "js": None,
        "_time": 1767348000000,
    },
    dict.fromkeys(("id", "txt", "flag", "real", "big", "at", "list", "js", "_time"), None) | {"id": 4},
]

LINKED = "join (dataset = issues | arrayexpand xdm.issue.asset_ids | fields xdm.issue.asset_ids as k, xdm.issue.id)"
QUERIES = [
    # section 10, shape 1: count by dimension
    f"{A} | comp count() as n by xdm.asset.provider | sort desc n, asc xdm.asset.provider",
    f"{I} | comp count() as n, count_distinct(xdm.issue.name) as d by xdm.issue.severity | sort asc xdm.issue.severity",
    f"{I} | comp count()",
    # 2: inventory list
    f'{A} | filter xdm.asset.provider = "aws" and xdm.asset.type.class in ("data", "compute") '
    "| fields xdm.asset.id as id, xdm.asset.name as name | sort asc id",
    f'{A} | filter xdm.asset.name = "BUCKET-*"',
    f"{A} | filter xdm.asset.cloud.region = null",
    # 3: JSON drill
    f'{A} | alter owner = xdm.asset.tags -> Owner | filter owner = "PAYMENTS" | fields xdm.asset.id, owner',
    f'{A} | alter raw = json_extract(xdm.asset.raw_fields, "$.Platform Discovery") | fields xdm.asset.id, raw',
    f"{I} | fields xdm.issue.id, xdm.issue.normalized_fields",
    f'{I} | alter r = xdm.issue.normalized_fields -> ["xdm.cloud.region"] | comp count() as n by r',
    # 4: array explode
    'dataset = typed | arrayexpand list | fields id, list',
    'dataset = typed | alter parts = split(txt) | arrayexpand parts | fields id, parts',
    f'{A} | alter g = json_extract_array(to_json_string(xdm.asset.group_ids), "$") | arrayexpand g | comp count() as n by g',
    # 5: issue and asset
    f"{A} | {LINKED} as i i.k = xdm.asset.id | fields xdm.asset.id, xdm.issue.id | sort asc xdm.issue.id | limit 20",
    f"{A} | join type = left {LINKED[5:]} as i i.k = xdm.asset.id | filter xdm.issue.id = null | fields xdm.asset.id",
    f"{A} | join conflict_strategy = both (dataset = asset_inventory) as o o.xdm.asset.id = xdm.asset.id",
    # 6: finding and asset
    "dataset = findings | join (dataset = asset_inventory | fields xdm.asset.id, xdm.asset.name) as a "
    "a.xdm.asset.id = xdm.finding.asset_id | fields xdm.finding.name, xdm.asset.name",
    # 7: ageing
    f'{I} | filter timestamp_diff(current_time(), _time, "DAY") > 7 | comp count() as n',
    f'{I} | alter late = if(timestamp_diff(current_time(), _time, "DAY") > 7, "late", "new") | comp count() as n by late',
    # 8: trend
    f'{I} | bin _time span = 1MO | comp count() as n by _time | alter m = format_timestamp("%Y-%m", _time) | sort asc m',
    f"{I} | bin _time span = 1h | comp count() as n by _time | sort asc _time",
    # 9: anti-membership
    f"{A} | filter xdm.asset.id not in ({I} | arrayexpand xdm.issue.asset_ids | fields xdm.issue.asset_ids)",
    f"{A} | filter xdm.asset.id in ({I} | arrayexpand xdm.issue.asset_ids | fields xdm.issue.asset_ids)",
    # 10: rule form
    f"{A} | filter xdm.asset.type.id = S3_BUCKET | fields xdm.asset.id as asset_id, xdm.asset.name as asset_name, "
    "xdm.asset.type.id as asset_type_id",
    # types
    TYPED,
    f"{TYPED} | fields id, at, _time",
    f"{TYPED} | alter a = array_length(list), b = real > 0, c = to_string(at), d = add(big, 0), e = js -> k.n, f = null",
    f"{TYPED} | filter flag = true or flag = false | fields flag",
    f"{TYPED} | alter o = object_create(\"id\", id, \"t\", txt), l = arraycreate(txt, \"z\"), h = divide(id, 3)",
    f"{TYPED} | filter txt contains \"漢\" | fields txt",
    "dataset = typed | comp min(at) as lo, max(at) as hi, avg(real) as m, values(txt) as v, list(big) as l, latest(txt) as t",
    "dataset = typed | comp max(_time) as t, sum(id) as s, median(id) as m, stddev_sample(id) as d",
    "dataset = typed | windowcomp row_number() sort asc id as r, lag(txt) sort asc id as p, sum(id) sort asc id as s",
    "dataset = typed | alter x = round(divide(1, 3), 4), y = pow(2, 0.5), z = to_timestamp(0, \"SECONDS\") | limit 1",
    # the other stages
    f"{I} | dedup xdm.issue.severity by desc xdm.issue.id | fields xdm.issue.id | sort asc xdm.issue.id",
    f"{A} | top 2 xdm.asset.provider",
    f'{A} | replacenull xdm.asset.cloud.region = "none" | comp count() as n by xdm.asset.cloud.region',
    f"{A} | fields xdm.asset.id as k | union (dataset = typed | fields txt as k) | sort asc k",
    "dataset in (typed, asset_inventory) | comp count(id) as t, count(xdm.asset.id) as a",
    f'{A} | tag add "x" | fields xdm.asset.id, _tag',
    f"{A} | iploc xdm.asset.name loc_country | fields xdm.asset.id, loc_country",
    'search dataset in (asset_inventory) "bucket"',
    f"config case_sensitive = true | {A} | filter xdm.asset.provider = \"AWS\"",
    'config timeframe between "2026-01-02 11:30:00 +0000" and "2026-01-02 12:30:00 +0000" | dataset = typed',
    "dataset = many | comp approx_count(n) as c, approx_quantiles(n, 4) as q, count_distinct(word) as d",
    "dataset = many | transaction word span = 1d | comp count() as n",
    f"{A} | comp count() as n by xdm.asset.type.class | view graph type = pie xaxis = xdm.asset.type.class yaxis = n",
    f'{A} | filter xdm.asset.id = "nothing"',
    f"{A} | limit 0",
    # more than one page, and the edges of it
    "dataset = many | fields n, word, at | sort asc n | limit 999",
    "dataset = many | fields n, word, at | sort asc n | limit 1000",
    "dataset = many | fields n, word, at | sort asc n | limit 1001",
    "dataset = many",
    'dataset = many | filter word = "W1" | sort desc n',
    "dataset = many | join (dataset = typed | fields id, txt, js, list) as t t.id > n | fields n, id, txt, js, list",
    "dataset = typed | join (dataset = many | fields n) as m m.n >= id | sort asc id, asc n | fields id, txt, real, list, n",
]  # fmt: skip


class Held(NamedTuple):
    client: CortexClient
    rows: dict[str, list[dict[str, Any]]]


def prepared(home: Path) -> Path:
    home.mkdir(parents=True, exist_ok=True)
    file = home / STORE
    with TenantDatabase.open(file) as database:
        fill(database, "asset_inventory", asset("a1"), asset("a2", provider="GCP", cloud__region=None, tags=None),
             asset("a3", type__class="Compute", type__id="EC2_INSTANCE", name="🖥 host"))  # fmt: skip
        fill(database, "issues", issue(101), issue(102, severity="LOW", asset_ids=["a2"]), issue(103, asset_ids=[]),
             *(issue(i, asset_ids=["a1", "a2"], severity=None) for i in range(200, 240)))  # fmt: skip
        finding = {"xdm.finding.name": "Public", "xdm.finding.asset_id": "A1", "_time": "2026-01-02 12:00:00"}
        fill(database, "findings", finding)
    with duckdb.connect(str(file)) as connection:
        connection.execute(TYPES_SQL)
        connection.execute(
            f"CREATE TABLE many AS SELECT i AS n, 'w' || (i % 7) AS word, TIMESTAMP '2026-01-01' + to_seconds(i) AS \"at\", "
            f"now()::TIMESTAMP - to_minutes(1 + i % 60) AS _time FROM range({MANY}) t(i)"
        )
    return file


def from_the_library(file: Path) -> dict[str, list[dict[str, Any]]]:
    """Rows of all queries, read from the file with nothing of the tenant between."""
    found = {}
    week = week_frame()
    with duckdb.connect(str(file), read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for text in QUERIES:
            found[text] = local.run(connection.cursor(), parse(text), timeframe=week).records()
    return found


def week_frame() -> local.TimeWindow:
    return local.TimeWindow(datetime(2025, 1, 1), datetime(2099, 1, 1))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def held(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Held]:
    home = tmp_path_factory.mktemp("equality") / "home"
    rows = from_the_library(prepared(home))
    async with serve_tenant(home) as served:
        assert served.url is not None
        config = served.config.model_copy(update={"gzip_streams": True})
        async with CortexClient(config) as client:
            yield Held(client, rows)


def multiset(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


FRAME = TimeFrame(
    from_ms=round((week_frame().start - datetime(1970, 1, 1)) / timedelta(milliseconds=1)),
    to_ms=round((week_frame().end - datetime(1970, 1, 1)) / timedelta(milliseconds=1)),
)


@pytest.mark.parametrize("text", QUERIES)
@pytest.mark.asyncio(loop_scope="module")
async def test_rows_are_the_same(held: Held, text: str) -> None:
    expected = held.rows[text]
    # start, look until it is done, then rows inline or from the gzipped stream
    query_id = await held.client.xql.start(text, timeframe=FRAME)
    look = await held.client.xql.results(query_id, limit=100_000, pending=False)
    assert (look.status, look.total) == ("SUCCESS", len(expected))
    if len(expected) > 1000:
        assert look.stream_id is not None
        assert look.rows == ()
        got = [row async for row in held.client.xql.stream(look.stream_id, compressed=True)]
    else:
        assert look.stream_id is None
        got = list(look.rows)
    assert [list(row) for row in got] == [list(row) for row in expected], "columns and their order"
    if " sort " in text.rsplit("comp", 1)[-1]:
        assert got == expected
    assert multiset(got) == multiset(expected)


@pytest.mark.asyncio(loop_scope="module")
async def test_every_type_arrives_as_it_should(held: Held) -> None:
    """By hand, not by our own conversion: times as epoch ms, whole numbers of 64 bits, arrays, JSON as text."""
    run = await held.client.xql.run(TYPED, timeframe=TimeFrame(from_ms=0, to_ms=4_000_000_000_000))
    given = [dict(row) for row in run.rows]
    assert given == TYPES_GIVEN
    assert isinstance(given[0]["big"], int)
    assert math.isclose(given[0]["real"], 0.1, rel_tol=0)


@pytest.mark.asyncio(loop_scope="module")
async def test_the_queries_say_something(held: Held) -> None:
    """A table of empty results would prove nothing."""
    empty = [text for text, rows in held.rows.items() if not rows]
    assert set(empty) <= {f'{A} | filter xdm.asset.id = "nothing"', f"{A} | limit 0"}
    assert sorted({len(rows) for rows in held.rows.values()} & {999, 1000, 1001, MANY}) == [
        999,
        1000,
        1001,
        MANY,
    ]


@pytest.mark.asyncio(loop_scope="module")
async def test_the_default_frame_is_that_of_the_library(held: Held) -> None:
    """Without a frame logs show the last day, state datasets all."""
    many = await held.client.xql.run("dataset = many | comp count() as n")
    assert many.rows[0]["n"] == MANY
    old = await held.client.xql.run("dataset = typed | comp count() as n")
    assert old.rows[0]["n"] == 0
    state = await held.client.xql.run("dataset = issues | comp count() as n")
    assert state.rows[0]["n"] == 43


@pytest.mark.parametrize(
    "text",
    [
        "dataset = nothing_here",
        "dataset = issues | filter nope = 1",
        "dataset = issues | target type = dataset x",
        'dataset = issues | filter xdm.issue.id ~= "(?=x)"',
        'call "none"',
    ],
)
@pytest.mark.asyncio(loop_scope="module")
async def test_refusals_say_the_same(held: Held, text: str, tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute('CREATE TABLE issues ("xdm.issue.id" BIGINT, _time TIMESTAMP)')
        with pytest.raises(local_error()) as ours:
            local.run(connection.cursor(), parse(text))
    with pytest.raises(XqlFailed) as theirs:
        await held.client.xql.run(text)
    assert str(ours.value).split(";")[0].split(" here")[0] in theirs.value.detail


def local_error() -> type[Exception]:
    from tools.xql import XqlExecutionError

    return XqlExecutionError


@pytest.mark.asyncio(loop_scope="module")
async def test_heavy_queries_are_stopped_and_the_tenant_lives(tmp_path: Path) -> None:
    """Four at once that would run for an hour: each fails with a sentence, and the next query runs."""
    file = tmp_path / STORE
    with TenantDatabase.open(file):
        pass
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "CREATE TABLE big AS SELECT range AS id, 'k' || (range % 3) AS k FROM range(200000)"
        )
    heavy = "dataset = big | join (dataset = big | fields id as o, k as j) as b b.j != k | comp sum(id) as s"
    with TenantDatabase.open(file) as database:
        async with connected(database, xql_timeout_s=1) as client:
            ends = await asyncio.gather(*(client.xql.run(heavy) for _ in range(4)), return_exceptions=True)
            assert [type(end) for end in ends] == [XqlFailed] * 4
            told = [end.detail for end in ends if isinstance(end, XqlFailed)]
            assert all("narrow" in detail or "longer than" in detail for detail in told), told
            assert (await client.xql.run("dataset = big | comp count() as n")).rows[0]["n"] == 200_000
