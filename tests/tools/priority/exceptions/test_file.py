"""Exceptions of a CSV file: all rows are right, or none is taken."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.priority.errors import ExceptionError, IntelError
from tools.priority.exceptions.file import end_of, read_exceptions

GOOD = (
    "Finding;Rule;Resource;Account;Justification;Expires\r\n"
    "100001;;;;Patched next week;2027-01-31\r\n"
    ";s3_bucket_*;www-*;;Web site;2027-01-31T10:00:00+01:00\r\n"
)


def test_rows_as_people_write_them() -> None:
    one, two = read_exceptions(GOOD.encode("utf-8-sig"), "x.csv")
    assert (one.finding_id, one.rule_id, one.reason) == ("100001", "*", "Patched next week")
    assert one.until == datetime(2027, 1, 31, 23, 59, 59, 999_999, UTC)
    assert (two.finding_id, two.rule_id, two.resource, two.account) == ("", "s3_bucket_*", "www-*", "*")
    assert two.until == datetime(2027, 1, 31, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (";;;;no subject;2027-01-31", "row 2: .*a star alone"),
        ("1;;;;no end;", "row 2: a risk is accepted until a day"),
        ("1;;;;some day;31.01.2027", "is no day"),
        ("1;;;;;2027-01-31", "row 2: reason"),
        ("1;s3_*;;;both;2027-01-31", "not both"),
        (";s3_*;=www();;formula;2027-01-31", "is a formula"),
    ],
)
def test_one_wrong_row_and_nothing_is_taken(row: str, says: str) -> None:
    text = GOOD.splitlines()[0] + "\n" + row + "\n" + GOOD.splitlines()[1] + "\n"
    with pytest.raises(ExceptionError, match=says):
        read_exceptions(text.encode(), "x.csv")


def test_columns_that_are_needed() -> None:
    with pytest.raises(ExceptionError, match="no column `reason`"):
        read_exceptions(b"finding,until\n1,2027-01-01\n", "x.csv")
    with pytest.raises(ExceptionError, match="no column `until`"):
        read_exceptions(b"finding,reason\n1,because\n", "x.csv")


@given(st.text(max_size=30))
def test_any_end_is_a_time_or_our_error(text: str) -> None:
    with contextlib.suppress(ExceptionError):
        assert end_of(text).tzinfo is not None


@given(st.binary(max_size=200))
def test_any_bytes_are_exceptions_or_our_error(data: bytes) -> None:
    with contextlib.suppress(ExceptionError, IntelError):
        read_exceptions(b"finding,reason,until\n" + data, "x.csv")
