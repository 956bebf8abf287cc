"""JSON as the tenant sends it."""

from __future__ import annotations

import json
import math
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tools.tenant.server.answers import dump

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda c: st.lists(c, max_size=4) | st.dictionaries(st.text(max_size=5), c, max_size=4),
    max_leaves=10,
)


@given(VALUES)
def test_whatever_it_is_it_is_json(value: Any) -> None:
    def refuse(name: str) -> None:
        raise AssertionError(name)

    json.loads(dump(value), parse_constant=refuse)


def test_types_that_json_lacks() -> None:
    sent = {
        "time": datetime(2026, 1, 2, 12, 0, 0),
        "zoned": datetime(2026, 1, 2, 12, 0, 0, tzinfo=UTC),
        "day": date(2026, 1, 2),
        "whole": Decimal("9007199254740993"),
        "part": Decimal("0.5"),
        "bytes": b"\x01\xff",
        "set": {1},
        "nan": math.nan,
        "nested": [{"x": math.inf}],
        "half": "\ud800",
        "big": 2**70,
    }
    assert json.loads(dump(sent)) == {
        "time": 1767355200000,
        "zoned": 1767355200000,
        "day": "2026-01-02",
        "whole": 9007199254740993,
        "part": 0.5,
        "bytes": "01ff",
        "set": [1],
        "nan": None,
        "nested": [{"x": None}],
        "half": "?",
        "big": 2**70,
    }
