# ruff: noqa: E501 (queries stand on one line)
"""Queries that want out of the engine, and queries that want all of it: held, stopped with a sentence, no harm done."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tools.xql.conftest import NOW
from tools.xql import XqlExecutionError, local, parse
from tools.xql.errors import XqlError
from tools.xql.local.flat import DEEP

HOSTILE = [
    "'; DROP TABLE t; --",
    "\"; ATTACH 'other.db'; --",
    "'); COPY t TO 'out.csv'; --",
    "x' UNION SELECT * FROM read_csv('secret.csv') --",
    "read_text('secret.txt')",
    "$1",
    "$2; SET memory_limit = '99GB'",
    "?",
    "/* */ -- # //",
    "\\'; SELECT 1",
    "％27 ＇ ʼ ′ ‘’ “”",
    "\u00a0\u2003",
    "{{x}} %s {0}",
    "é́ 😀 漢",
]
NAMES = [
    "memory_limit",
    "enable_external_access",
    "pragma",
    "select",
    "from",
    "table",
    "read_csv",
    "order",
    "__sort1",
]


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """A database as the tenant locks it, with a file beside it that no query may see."""
    secret = tmp_path / "secret.txt"
    secret.write_text("hidden,words")
    connection = duckdb.connect(str(tmp_path / "t.duckdb"))
    columns = ", ".join(f'"{name}" VARCHAR' for name in NAMES)
    connection.execute(f"CREATE TABLE t (id BIGINT, txt VARCHAR, {columns})")
    connection.execute(
        "INSERT INTO t (id, txt, \"select\") VALUES (1, 'plain', 'kept'), (2, ?, NULL)", [HOSTILE[0]]
    )
    connection.execute("CREATE TABLE big AS SELECT range AS id, 'k' || (range % 3) AS k FROM range(300000)")
    local.lock_down(connection, memory="300MB", threads=2)
    yield connection, secret
    connection.close()


def rows(connection: Any, text: str, **options: Any) -> list[tuple[Any, ...]]:
    return local.run(connection.cursor(), parse(text), now=NOW, **options).rows


def alive(connection: Any) -> None:
    """The tables are what they were, and the settings too."""
    assert rows(connection, "dataset = t | comp count() as n") == [(2,)]
    assert connection.execute("SELECT current_setting('enable_external_access')").fetchone() == (False,)
    assert connection.execute("SELECT current_setting('lock_configuration')").fetchone() == (True,)


PLACES = [
    'dataset = t | filter txt = """{}"""',
    'dataset = t | filter txt in ("""{}""", "a")',
    'dataset = t | filter txt contains """{}"""',
    'dataset = t | alter a = replace(txt, """{}""", "x"), b = concat("""{}""", "y")',
    'dataset = t | replacenull txt = "{}"',
    'dataset = t | alter a = json_extract_scalar(txt, """$[\'k\']""") | filter a = "{}"',
    'dataset = t | alter a = txt -> ["{}"]',
    'dataset = t | alter a = format_timestamp("{}", current_time())',
    'dataset = t | alter a = object_create("{}", 1)',
    'dataset = t | tag add "{}"',
    'search dataset in (t) "{}"',
    'dataset = t | alter a = split(txt, "{}")',
    'dataset = t | alter a = format_string("{}", 1)',
]


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_stay_texts(locked: tuple[Any, Path], text: str) -> None:
    connection, secret = locked
    text = text.replace("secret", str(secret.with_suffix("")))
    tables = local.discover(connection)
    ran = 0
    for place in PLACES:
        try:
            query = parse(place.replace("{}", text))
        except XqlError:
            continue  # no query, so nothing runs
        said = ""
        try:
            compiled = local.compile_sql(query, tables, now=NOW)
            # what is not a quoted name or a constant of ours
            bare = re.sub(r'"(?:[^"]|"")*"', "", compiled.sql)
            assert not re.search(r"DROP|ATTACH|COPY|read_|memory|;|--|secret", bare)
            said = str(local.run(connection.cursor(), query, now=NOW).rows)
            ran += 1
        except XqlExecutionError as error:
            said = str(error)
        assert "hidden" not in said
    assert ran > 3
    alive(connection)


@pytest.fixture(scope="module")
def one() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE one AS SELECT 1 AS id")
        yield connection


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=40))
def test_any_bound_text_comes_back_as_it_was(one: duckdb.DuckDBPyConnection, text: str) -> None:
    query = parse("dataset = one | alter a = $p | filter a = $p | fields a")
    try:
        text.encode()
    except UnicodeEncodeError:
        return
    if "*" in text:
        return  # a wildcard in a comparison
    assert local.run(one.cursor(), query, now=NOW, parameters={"p": text}).rows == [(text,)]


@pytest.mark.parametrize("name", NAMES)
def test_names_of_settings_and_sql_words_are_only_columns(locked: tuple[Any, Path], name: str) -> None:
    connection, _ = locked
    if name == "__sort1":
        assert len(rows(connection, "dataset = t | sort desc id | alter x = __sort1 | fields x, id")) == 2
        return
    assert (
        len(rows(connection, f"dataset = t | sort asc {name} | dedup {name}, id | fields {name} as x")) == 2
    )
    assert len(rows(connection, f"dataset = t | comp count() as n, values({name}) as v by {name}")) >= 1
    alive(connection)


@pytest.mark.parametrize(
    "source", ["duckdb_settings()", "read_csv('x')", "information_schema.tables", "sqlite_master", "duckdb_secrets", "'x.csv'", "main.t", "x.csv"]
)  # fmt: skip
def test_only_datasets_are_sources(locked: tuple[Any, Path], source: str) -> None:
    connection, _ = locked
    with pytest.raises(XqlError):
        rows(connection, f"dataset = {source}")
    with pytest.raises(XqlError):
        rows(connection, f'dataset = "{source}"')


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_text('{}')",
        "SELECT * FROM read_csv('{}')",
        "SELECT * FROM glob('*')",
        "COPY t TO '{}'",
        "ATTACH '{}.db' AS other",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET memory_limit = '50GB'",
        "SET enable_external_access = true",
        "PRAGMA threads = 64",
        "SELECT * FROM 'https://example.com/x.csv'",
        "EXPORT DATABASE '{}'",
    ],
)
def test_even_sql_would_find_the_doors_shut(locked: tuple[Any, Path], statement: str) -> None:
    connection, secret = locked
    with pytest.raises(duckdb.Error):
        connection.execute(statement.replace("{}", str(secret)))
    alive(connection)


HEAVY = {
    "cartesian join": "dataset = big | join (dataset = big | fields id as o, k as j) as b b.j != k | comp sum(id) as s",
    "join of joins": "dataset = big | join (dataset = big | fields k as j) as b b.j = k | comp count_distinct(id) as n by j",
    "huge arrayexpand": 'dataset = big | alter a = split("' + "x " * 20_000 + '") | arrayexpand a | comp count_distinct(a) as n, sum(id) as s',
    "arrays of arrays": 'dataset = big | alter a = split("' + "x " * 5_000 + '") | alter a = arrayconcat(a, a) | comp values(a) as v by id',
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(HEAVY))
def test_what_would_run_for_an_hour_is_stopped(locked: tuple[Any, Path], name: str) -> None:
    connection, _ = locked
    with pytest.raises(XqlExecutionError, match="narrow"):
        rows(connection, HEAVY[name], timeout_s=0.3)
    alive(connection)


def test_a_pattern_that_others_choke_on_takes_no_time(locked: tuple[Any, Path]) -> None:
    connection, _ = locked
    bomb = (
        'dataset = t | alter s = "' + "ab" * 20_000 + '" | filter s ~= "^(([a-b])+)+c$" | comp count() as n'
    )
    assert rows(connection, bomb, timeout_s=5) == [(0,)]


def test_memory_is_bounded(tmp_path: Path) -> None:
    connection = duckdb.connect(config={"max_temp_directory_size": "1MB"})
    connection.execute("CREATE TABLE big AS SELECT range AS id, md5(range::VARCHAR) AS t FROM range(400000)")
    local.lock_down(connection, memory="60MB", threads=1)
    with pytest.raises(XqlExecutionError, match="memory"):
        rows(
            connection,
            "dataset = big | alter a = concat(t, t, t, t, t, t, t, t) | comp values(a) as v, list(a) as l",
        )
    assert rows(connection, "dataset = big | comp count() as n") == [(400_000,)]


@pytest.mark.parametrize("depth", [DEEP - 2, DEEP + 2, 45, 90])
@pytest.mark.parametrize("kind", ["union", "join", "in"])
def test_deep_nesting_runs(locked: tuple[Any, Path], kind: str, depth: int) -> None:
    """The same rows whether written nested or, past a depth, as steps."""
    connection, _ = locked
    if kind == "union":
        text = "dataset = t | fields id" + " | union (dataset = t | fields id" * depth + ")" * depth
        assert rows(connection, text + " | comp count() as n") == [(2 * (depth + 1),)]
    elif kind == "join":
        text = "dataset = t" + " | join (dataset = t" * depth + " | fields id) as a a.id = id" * depth
        assert len(rows(connection, text + " | fields id")) == 2
    elif depth < 90:
        text = "dataset = t | filter id in (" * depth + "dataset = t | fields id" + ") | fields id" * depth
        assert len(rows(connection, text)) == 2
