"""Error shapes, exact numbers, envelopes, and answers that are none of Cortex's."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.cortex import errors
from tools.cortex.decoding import count_of, error_from, parse_json, pick, reply_of, rows_of
from tools.cortex.text import printable

EXTRA = [{"type": "value_error", "loc": ["request_data", "filters"], "msg": "bad operator", "input": 3}]
SHAPES = [
    {"reply": {"err_code": 400, "err_msg": "Wrong", "err_extra": EXTRA}},
    {"err_code": "400", "err_msg": "Wrong", "err_extra": "request_data.filters: bad operator"},
    {"err_msg": "Wrong", "metadata": {"err_code": 400, "err_extra": EXTRA}},
    {"data": {"err_msg": "Wrong", "metadata": {"err_code": 400, "err_extra": EXTRA}}},
    {"errorCode": "400", "message": "Wrong", "details": {"filters": {"message": "bad operator"}}},
    {"errorCode": "400", "message": "Wrong", "details": {"params": {"filters": "bad operator"}}},
    {"error": "Wrong: request_data.filters: bad operator"},
    [{"err_code": 400, "err_msg": "Wrong", "err_extra": "filters: bad operator"}],
]


@pytest.mark.parametrize("shape", SHAPES)
def test_every_error_shape_is_read(shape: Any) -> None:
    error = error_from(400, json.dumps(shape).encode(), where="x")
    assert type(error) is errors.InvalidRequest
    assert error.detail.startswith("Wrong")
    assert "filters: bad operator" in error.detail
    if "error" not in shape:
        assert error.code == "400"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.InvalidRequest),
        (401, errors.AuthenticationError),
        (402, errors.LicenceMissing),
        (403, errors.PermissionDenied),
        (404, errors.NotFound),
        (408, errors.Timeout),
        (413, errors.InvalidRequest),
        (429, errors.RateLimited),
        (500, errors.Unavailable),
        (502, errors.Unavailable),
        (503, errors.Unavailable),
        (504, errors.Timeout),
        (302, errors.BadAnswer),
    ],
)
@pytest.mark.parametrize(
    "body", [b"", b"<html>busy</html>", json.dumps(SHAPES[0]).encode(), b"\xff\xfe", b"null"]
)
def test_status_decides_the_kind(status: int, kind: type[errors.CortexError], body: bytes) -> None:
    error = error_from(status, body, where="x")
    assert type(error) is kind
    assert error.advice.endswith(".")
    assert str(error).endswith(error.advice)


def test_every_kind_has_its_own_sentence() -> None:
    def family(kind: type[errors.CortexError]) -> list[type[errors.CortexError]]:
        return [kind, *(k for sub in kind.__subclasses__() for k in family(sub))]

    kinds = family(errors.CortexError)
    assert len(kinds) >= 17
    assert len({k.default_advice for k in kinds}) == len(kinds)
    assert len({k.kind for k in kinds}) >= len(kinds) - 1  # a parallel limit is a rate
    for kind in kinds:
        assert kind.default_advice.endswith(".")
        assert kind.summary.endswith(".")


@pytest.mark.parametrize("status", [400, 500])
def test_parallel_limit_and_quota_are_told_apart_by_their_text(status: int) -> None:
    def made(reason: str) -> errors.CortexError:
        body = {"reply": {"err_code": 500, "err_msg": "An error occurred", "err_extra": {"err_msg": reason}}}
        return error_from(status, json.dumps(body).encode(), where="xql/start_xql_query", write=True)

    busy = made("reached max allowed amount of parallel running queries. please wait")
    assert type(busy) is errors.ParallelLimit
    assert busy.safe_to_retry
    assert type(made("query quota exceeded")) is errors.QuotaExceeded
    assert type(made("no field quota_name")) is not errors.QuotaExceeded


@given(st.integers(min_value=-(2**70), max_value=2**70))
def test_integers_stay_exact(number: int) -> None:
    assert parse_json(b'{"reply": {"id": %d, "text": "%d"}}' % (number, number)) == {
        "reply": {"id": number, "text": str(number)}
    }


@pytest.mark.parametrize(
    ("body", "kind", "says"),
    [
        (b"", "", "empty"),
        (b"  \n", "", "empty"),
        (b"<!DOCTYPE html><html>", "", "HTML"),
        (b"hello", "text/html; charset=utf-8", "HTML"),
        (b"<?xml version='1.0'?>", "", "XML"),
        (b'{"a": ', "application/json", "not JSON"),
        (b"[" * 100_000, "", "not JSON"),
        (b"\xff\xff", "", "not JSON"),
        (b"1" * 5000, "", "not JSON"),
    ],
)
def test_what_is_not_json_is_named(body: bytes, kind: str, says: str) -> None:
    with pytest.raises(errors.BadAnswer) as caught:
        parse_json(body, content_type=kind)
    assert says in caught.value.detail


@given(st.binary(max_size=200))
def test_any_bytes_are_a_value_or_a_bad_answer(body: bytes) -> None:
    with contextlib.suppress(errors.BadAnswer):
        parse_json(body)
    error_from(418, body, where="x")


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda c: st.lists(c) | st.dictionaries(
    st.sampled_from(["reply", "err_msg", "err_code", "err_extra", "metadata", "data", "errorCode", "details",
                     "params", "message", "error", "loc", "msg"]), c), max_leaves=12))  # fmt: skip
def test_no_error_body_breaks_the_reader(body: Any) -> None:
    error = error_from(400, json.dumps(body).encode(), where="x")
    assert len(error.detail) <= 500
    assert "\n" not in str(error)


def test_envelopes_and_keys_of_any_case() -> None:
    assert reply_of({"reply": [1]}) == [1]
    assert reply_of({"status": "x"}) == {"status": "x"}
    assert pick({"Data": 1}, "DATA") == 1
    assert pick({"data": 1, "DATA": 2}, "DATA", "data") == 2
    assert pick(None, "x") is None
    assert rows_of({"total_count": 0}, "data", where="x") == []
    assert rows_of([{"a": 1}], "data", where="x") == [{"a": 1}]
    for wrong in ({}, {"data": "x"}, {"data": [1]}, "text", None):
        with pytest.raises(errors.BadAnswer):
            rows_of(wrong, "data", where="x")
    assert count_of({"n": "12"}, "n") == 12
    assert count_of({"n": True}, "n") is None
    assert count_of({"n": -1}, "n") is None


@given(st.text(max_size=300))
def test_text_shown_to_people_is_one_clean_line(text: str) -> None:
    line = printable(text, limit=100)
    assert len(line) <= 100
    assert line.isprintable() or line == ""
    assert "\u202e" not in line
