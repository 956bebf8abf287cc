"""Rows of answers: few in memory, many in a file, the same either way."""

from __future__ import annotations

import gc
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.tenant.server.answers import dump
from tools.tenant.server.spool import INLINE, Spool


def rows(count: int) -> list[dict[str, Any]]:
    return [{"n": n, "text": "line\nbreak \u2028 ü"} for n in range(count)]


@pytest.mark.parametrize("count", [0, 1, INLINE, INLINE + 1, 2500])
@given(asked=st.integers(0, 3000))
@settings(max_examples=15)
def test_streams_and_heads_are_the_rows(count: int, asked: int) -> None:
    given_ = rows(count)
    spool = Spool(given_)
    streamed = b"".join(spool.lines(asked)).split(b"\n")
    assert streamed.pop() == b""
    assert [json.loads(line) for line in streamed] == given_[:asked]
    assert list(spool.head(asked)) == given_[:asked]
    assert len(spool) == count


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc")
def test_a_stream_outlasts_its_answer_and_the_file_goes_with_it() -> None:
    before = _open_files()
    lines = Spool(rows(INLINE + 1)).lines(INLINE + 1)
    first = next(lines)
    gc.collect()
    rest = b"".join(lines)
    assert len((first + rest).splitlines()) >= INLINE + 1
    del lines
    gc.collect()
    assert _open_files() == before


def test_what_is_on_disk_is_counted() -> None:
    assert Spool(rows(INLINE)).size == 0
    assert Spool(rows(INLINE + 1)).size == sum(len(dump(row)) + 1 for row in rows(INLINE + 1))


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))
