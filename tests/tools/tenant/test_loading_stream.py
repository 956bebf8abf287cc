from __future__ import annotations

import io
import json
import resource
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tools.tenant import loading_text
from tools.tenant.errors import LoadError
from tools.tenant.loading_stream import BadRecord, Record, records
from tools.tenant.loading_text import Window

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(max_size=12),
    lambda children: (
        st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=8), children, max_size=3)
    ),
    max_leaves=8,
)
# No key that an export's envelope has: an object that begins with one is an envelope.
NAMES = st.text(alphabet='xyz é"\\{}[]:,\u2028', max_size=8)
OBJECTS = st.lists(st.dictionaries(NAMES, JSON, max_size=4), max_size=12)


def read(data: bytes, *, envelopes: bool = True) -> list[Record | BadRecord]:
    return list(records(Window(io.BytesIO(data), "f.json"), envelopes=envelopes))


def values(items: list[Record | BadRecord]) -> list[dict[str, Any]]:
    return [item.value for item in items if isinstance(item, Record)]


def bad(items: list[Record | BadRecord]) -> list[tuple[int, str]]:
    return [(item.number, item.reason) for item in items if isinstance(item, BadRecord)]


def _writable(rows: Any) -> Any:
    """The same without halves of escaped pairs, which no text can hold."""
    return json.loads(json.dumps(rows, ensure_ascii=False).encode("utf-8", "replace"))


FORMS: dict[str, Callable[[list[dict[str, Any]]], bytes]] = {
    "array": lambda rows: json.dumps(rows).encode(),
    "array in UTF-8": lambda rows: json.dumps(rows, ensure_ascii=False).encode("utf-8", "replace"),
    "indented": lambda rows: json.dumps(rows, indent=2).encode(),
    "lines": lambda rows: b"".join(json.dumps(row).encode() + b"\n" for row in rows),
    "side by side": lambda rows: b"".join(json.dumps(row).encode() for row in rows),
    "pages": lambda rows: b"\n".join(json.dumps({"reply": {"DATA": [row]}}).encode() for row in rows),
    "asff": lambda rows: json.dumps({"Findings": rows, "NextToken": "x"}).encode(),
    "documented": lambda rows: json.dumps({"reply": {"total_count": 9, "issues": rows}}).encode(),
    "live": lambda rows: json.dumps({"reply": {"TOTAL_COUNT": 9, "DATA": rows, "FILTER_COUNT": 9}}).encode(),
    "query result": lambda rows: json.dumps(
        {"reply": {"status": "SUCCESS", "query_cost": {"1": 0.1}, "results": {"data": rows}}}
    ).encode(),
    "bom": lambda rows: b"\xef\xbb\xbf" + json.dumps(rows).encode(),
    "utf-16": lambda rows: json.dumps(rows).encode("utf-16"),
    "utf-16 without a mark": lambda rows: json.dumps(rows).encode("utf-16-le"),
    "utf-32": lambda rows: json.dumps(rows).encode("utf-32"),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_records(form: str) -> None:
    rows = [{"class_uid": 2004, "text": 'a "b" \\ { ] é \U0001f600'}, {"n": [1, {"x": []}]}, {}]
    assert values(read(FORMS[form](rows))) == rows


@settings(deadline=None, max_examples=60)
@given(OBJECTS, st.sampled_from(["array", "indented", "lines", "side by side", "asff"]), st.integers(1, 40))
@example([{"": "\ud800"}], "array", 1)
def test_any_split_of_the_stream_gives_the_same(rows: list[dict[str, Any]], form: str, size: int) -> None:
    before = loading_text.CHUNK
    loading_text.CHUNK = size
    try:
        assert values(read(FORMS[form](rows))) == _writable(rows)
    finally:
        loading_text.CHUNK = before


@settings(deadline=None, max_examples=60)
@given(OBJECTS.filter(bool), st.data())
def test_a_cut_file_gives_the_whole_records_and_reports_the_cut(
    rows: list[dict[str, Any]], data: st.DataObject
) -> None:
    text = json.dumps(rows).encode()
    at = data.draw(st.integers(1, len(text) - 1))
    items = read(text[:at])
    whole = values(items)
    assert whole == _writable(rows)[: len(whole)]
    ((number, reason),) = bad(items)
    assert number == len(whole) + 1
    assert "cut off" in reason or "not valid JSON" in reason or "not an object" in reason


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=300))
def test_garbage_never_raises_anything_but_a_load_error(data: bytes) -> None:
    try:
        items = read(data)
    except LoadError:
        return
    assert all(isinstance(item, (Record, BadRecord)) for item in items)


@settings(deadline=None, max_examples=60)
@given(OBJECTS.filter(lambda rows: len(rows) > 2), st.data())
def test_garbage_in_the_middle_of_lines_costs_its_line_only(
    rows: list[dict[str, Any]], data: st.DataObject
) -> None:
    lines = [json.dumps(row) for row in rows]
    at = data.draw(st.integers(0, len(lines) - 1))
    lines[at] = data.draw(
        st.sampled_from(['{"a": tru}', "nonsense", '{"a": 1', "[1,]", '{"a": "x', "{'a': 1}"])
    )
    items = read("\n".join(lines).encode(), envelopes=False)
    assert values(items) == _writable(rows[:at] + rows[at + 1 :])
    assert bad(items)[0][0] == at + 1


GOOD = {"class_uid": 2004, "metadata": {"v": 1}, "finding_info": {"uid": "x"}, "time": 1, "cloud": {}}


@pytest.mark.parametrize(
    "broken",
    [
        '{"a": tru, "b": {"c": [1]}}',
        '{"a": 1,, "b": 2}',
        '{"a": "x" "b": {}}',
        "{'a': 1}",
        '{"a": NaN}',
        '{"a": -Infinity}',
        '{"a": "tab\there"}',
        "[[1, 2]]",
        "17",
        '"text"',
        "null",
        '{"a": {"b": 1}',
        '{"class_uid": "x}',
    ],
)
def test_a_broken_record_in_a_list_costs_itself_only(broken: str) -> None:
    good = json.dumps(GOOD)
    items = read(f"[{good},\n{broken},\n{good},{good}]".encode())
    assert values(items) == [GOOD, GOOD, GOOD]
    assert [number for number, _ in bad(items)] == [2]


def test_stray_brackets_between_records() -> None:
    good = json.dumps(GOOD)
    items = read(f"[{good}}},{good},{good}]".encode())
    assert values(items)[0] == GOOD
    assert len(values(items)) >= 2
    assert "stray" in bad(items)[0][1]


@pytest.mark.parametrize("levels", [100, 500, 200_000])
def test_a_record_deeper_than_readers_go(levels: int) -> None:
    deep = "[" * levels + "]" * levels
    items = read(f'[{{"a": {deep}}}, {json.dumps(GOOD)}]'.encode())
    assert values(items) == [GOOD]
    assert bad(items) == [(1, "it is nested too deeply (more than 100 levels)")]


def test_a_record_as_deep_as_may_be() -> None:
    deep = "[" * 99 + "]" * 99
    assert len(values(read(f'[{{"a": {deep}}}]'.encode()))) == 1


def test_bytes_of_another_encoding_cost_their_record_only() -> None:
    data = b'[{"a": "ok"}, {"a": "caf\xe9"}, {"a": "ok too"}]'
    items = read(data)
    assert values(items) == [{"a": "ok"}, {"a": "ok too"}]
    ((number, reason),) = bad(items)
    assert number == 2
    assert "byte 0xE9" in reason
    assert "UTF-8" in reason


@pytest.mark.parametrize("size", [48 << 20])
def test_one_huge_record_is_refused_without_being_held(size: int) -> None:
    class Huge(io.RawIOBase):
        """A list of a good record, one that is too large, and another good one, made as it is read."""

        def __init__(self) -> None:
            good = json.dumps(GOOD).encode()
            self.parts = [b"[" + good + b',{"a": "', b"}]" * (1 << 19), b'", "b": {}},' + good + b"]"]
            self.left = [1, size >> 20, 1]
            self.held = b""

        def readable(self) -> bool:
            return True

        def read(self, count: int = -1) -> bytes:
            while len(self.held) < count and any(self.left):
                index = next(i for i, n in enumerate(self.left) if n)
                self.left[index] -= 1
                self.held += self.parts[index]
            given, self.held = self.held[:count], self.held[count:]
            return given

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    items = list(records(Window(Huge(), "f.json")))  # type: ignore[arg-type]
    assert values(items) == [GOOD, GOOD]
    assert bad(items) == [(2, "it is larger than 32 MiB, the most that one may have")]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400_000


@pytest.mark.parametrize(
    ("head", "what"),
    [
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"PK\x03\x04rest", "ZIP"),
        (b"PAR1", "Parquet"),
        (b"%PDF-1.7", "PDF"),
        (b"{\x00\x00\x01\x02", "zero bytes"),
    ],
)
def test_what_is_no_text_is_named(head: bytes, what: str) -> None:
    with pytest.raises(LoadError) as caught:
        read(head)
    assert what in str(caught.value)
    assert "f.json" in str(caught.value)


def test_an_object_that_holds_a_list_is_a_record_where_there_are_no_envelopes() -> None:
    rows = [{"id": 1, "data": [{"x": 1}]}, {"id": 2, "data": []}]
    lines = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    assert values(read(lines, envelopes=False)) == rows
    assert values(read(lines)) == [{"x": 1}]


@pytest.mark.parametrize("empty", [b"[]", b'{"Findings": []}', b'{"reply": {"issues": []}}', b"[ ]\n"])
def test_an_empty_list_has_no_records(empty: bytes) -> None:
    assert read(empty) == []
