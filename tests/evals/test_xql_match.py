"""The comparison of rows says yes to right results in any clothes, and no to each kind of wrong one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.suites.xql_cases import Expect
from evals.suites.xql_match import fault

Row = dict[str, Any]


def _expect(match: str, **more: Any) -> Expect:
    return Expect.model_validate({"outcome": "answer", "sql": "SELECT 1", "match": match, **more})


ASSETS: list[Row] = [
    {"id": "a1", "strong_id": "arn:1", "name": "web-01"},
    {"id": "b2", "strong_id": "arn:2", "name": "web-02"},
    {"id": "c3", "strong_id": "arn:3", "name": "db-01"},
]
ROWS = _expect("rows", keys=[["id", "strong_id", "name"]])


class TestRows:
    @pytest.mark.parametrize(
        "rows",
        [
            [{"xdm.asset.id": r["id"]} for r in ASSETS],
            [{"where": "eu", "resource": r["name"].upper()} for r in reversed(ASSETS)],
            [{"uid": r["strong_id"], "state": "running", "n": 3} for r in ASSETS],
            [{"asset_ids": ["a1", "b2"]}, {"asset_ids": ["c3"]}],
            [{"asset_ids": '["a1", "b2", "c3"]'}],
            [*({"id": r["id"], "issue": n} for n, r in enumerate(ASSETS)), {"id": "a1", "issue": 9}],
        ],
        ids=["id", "name", "strong id", "lists", "list as text", "one twice"],
    )
    def test_right_in_any_clothes(self, rows: list[Row]) -> None:
        assert fault(ROWS, [ASSETS], rows) is None

    @pytest.mark.parametrize(
        ("rows", "why"),
        [
            ([{"id": "a1"}, {"id": "b2"}], "1 of 3 missing, 0 not asked for"),
            ([*({"id": r["id"]} for r in ASSETS), {"id": "d4"}], "0 of 3 missing, 1 not asked for"),
            ([{"id": "a1"}, {"id": "b2"}, {"id": "d4"}], "1 of 3 missing, 1 not asked for"),
            ([], "no row, not 3"),
            ([{"n": 3}], "none of the 3 right rows among 1"),
            ([{"kind": "vm"}, {"kind": "vm"}, {"kind": "vm"}], "none of the 3 right rows among 3"),
        ],
        ids=["missing", "extra", "another", "empty", "their number", "right length"],
    )
    def test_wrong(self, rows: list[Row], why: str) -> None:
        assert fault(ROWS, [ASSETS], rows) == why

    def test_a_half_in_one_column_and_a_half_in_another_is_not_right(self) -> None:
        rows = [{"id": "a1", "name": "x"}, {"id": "b2", "name": "y"}, {"id": "z", "name": "db-01"}]
        assert fault(ROWS, [ASSETS], rows) is not None

    def test_a_name_that_two_have_does_not_tell_them_apart(self) -> None:
        gold = [*ASSETS, {"id": "d4", "strong_id": "arn:4", "name": "web-01"}]
        assert fault(ROWS, [gold], [{"name": r["name"]} for r in gold]) is not None
        assert fault(ROWS, [gold], [{"id": r["id"]} for r in gold]) is None

    def test_nothing_is_right_only_where_nothing_is_there(self) -> None:
        assert fault(ROWS, [[]], []) is None
        assert fault(ROWS, [[]], [{"id": "a1"}]) is not None

    def test_any_reading_will_do(self) -> None:
        assert fault(ROWS, [ASSETS[:2], ASSETS], [{"id": r["id"]} for r in ASSETS]) is None
        assert fault(ROWS, [ASSETS[:2], ASSETS], [{"id": "a1"}]) is not None

    def test_pairs_must_belong_together(self) -> None:
        expect = _expect("rows", keys=[["asset"], ["package"]])
        gold = [{"asset": "a1", "package": "zlib"}, {"asset": "b2", "package": "curl"}]
        assert fault(expect, [gold], [{"p": "curl", "id": "b2"}, {"p": "zlib", "id": "a1"}]) is None
        assert fault(expect, [gold], [{"p": "zlib", "id": "b2"}, {"p": "curl", "id": "a1"}]) is not None

    def test_a_rule_has_its_three_columns_and_no_other(self) -> None:
        expect = _expect("rows", keys=[["id"]], columns=["asset_id", "asset_name"])
        rows = [{"asset_id": r["id"], "asset_name": r["name"], "_time": 1} for r in ASSETS]
        assert fault(expect, [ASSETS], rows) is None
        assert fault(expect, [ASSETS], [{**r, "region": "eu"} for r in rows]) is not None
        assert fault(expect, [ASSETS], [{"asset_id": r["id"]} for r in ASSETS]) is not None

    @given(st.sets(st.text("abcdef0123", min_size=4, max_size=8), min_size=1, max_size=12), st.data())
    def test_exactly_the_set(self, ids: set[str], data: st.DataObject) -> None:
        gold = [{"id": one} for one in sorted(ids)]
        shuffled = data.draw(st.permutations([{"x": 1, "other": one} for one in sorted(ids)]))
        expect = _expect("rows", keys=[["id"]])
        assert fault(expect, [gold], shuffled) is None
        dropped = data.draw(st.integers(0, len(shuffled) - 1))
        assert fault(expect, [gold], shuffled[:dropped] + shuffled[dropped + 1 :]) is not None
        assert fault(expect, [gold], [*shuffled, {"x": 1, "other": "zz-another"}]) is not None


COUNTS = _expect("counts", keys=[["account", "account_name"]], value="n")
BY_ACCOUNT: list[Row] = [
    {"account": "111", "account_name": "shop", "n": 5},
    {"account": "222", "account_name": "data", "n": 3},
    {"account": "333", "account_name": "dev", "n": 3},
]


class TestCounts:
    @pytest.mark.parametrize(
        "rows",
        [
            [{"xdm.asset.realm": r["account"], "count_1": r["n"]} for r in BY_ACCOUNT],
            [{"assets": str(r["n"]), "account": r["account_name"].title()} for r in reversed(BY_ACCOUNT)],
            [*({"a": r["account"], "n": r["n"]} for r in BY_ACCOUNT), {"a": "444", "n": 0}],
            [{"a": int(r["account"]), "n": float(r["n"]), "oldest": 99} for r in BY_ACCOUNT],
        ],
        ids=["ids", "names and text", "an empty group more", "numbers as ids"],
    )
    def test_right(self, rows: list[Row]) -> None:
        assert fault(COUNTS, [BY_ACCOUNT], rows) is None

    @pytest.mark.parametrize(
        "rows",
        [
            [{"a": "111", "n": 3}, {"a": "222", "n": 5}, {"a": "333", "n": 3}],
            [{"a": "111", "n": 5}, {"a": "222", "n": 3}],
            [{"a": "111", "n": 5}, {"a": "222", "n": 3}, {"a": "333", "n": 3}, {"a": "444", "n": 1}],
            [{"a": "111", "n": 5}, {"a": "222", "n": 3}, {"a": "333", "n": 4}],
            [{"a": "111", "n": 5}, {"a": "222", "n": 1}, {"a": "222", "n": 2}, {"a": "333", "n": 3}],
            [{"a": "111"}, {"a": "222"}, {"a": "333"}],
            [{"n": 11}],
            [],
        ],
        ids=["swapped", "missing", "extra", "off by one", "too fine", "no number", "only the sum", "empty"],
    )
    def test_wrong(self, rows: list[Row]) -> None:
        assert fault(COUNTS, [BY_ACCOUNT], rows) is not None

    def test_those_without_a_name_may_be_left_out_but_not_miscounted(self) -> None:
        expect = _expect("counts", keys=[["team"]], value="n")
        gold: list[Row] = [{"team": "ml", "n": 2}, {"team": "web", "n": 1}, {"team": None, "n": 4}]
        named = [{"team": "ml", "n": 2}, {"team": "web", "n": 1}]
        assert fault(expect, [gold], named) is None
        assert fault(expect, [gold], [*named, {"team": None, "n": 4}]) is None
        assert fault(expect, [gold], [*named, {"team": "", "n": 4}]) is None
        assert fault(expect, [gold], [*named, {"team": None, "n": 3}]) is not None
        assert fault(expect, [gold], [{"team": None, "n": 4}, {"team": "ml", "n": 2}]) is not None

    def test_groups_that_differ_in_case_only_are_one(self) -> None:
        expect = _expect("counts", keys=[["c"]], value="n")
        gold = [{"c": "PII", "n": 5}, {"c": "PCI", "n": 2}]
        assert (
            fault(expect, [gold], [{"c": "PII", "n": 4}, {"c": "pii", "n": 1}, {"c": "PCI", "n": 2}]) is None
        )
        assert (
            fault(expect, [gold], [{"c": "PII", "n": 4}, {"c": "PII", "n": 1}, {"c": "PCI", "n": 2}])
            is not None
        )
        assert (
            fault(expect, [gold], [{"c": "PII", "n": 5}, {"c": "pii", "n": 1}, {"c": "PCI", "n": 2}])
            is not None
        )

    def test_groups_side_by_side(self) -> None:
        expect = _expect("counts", keys=[["status"]], value="n")
        gold = [{"status": "PASS", "n": 8}, {"status": "FAIL", "n": 5}]
        assert fault(expect, [gold], [{"passed": 8, "failed": 5, "all": 13}]) is None
        assert fault(expect, [gold], [{"passed": 5, "failed": 8}]) is not None
        assert fault(expect, [gold], [{"passed": 8}]) is not None
        assert fault(expect, [gold], [{"a": 8, "b": 5}]) is not None

    def test_two_dimensions(self) -> None:
        expect = _expect("counts", keys=[["cloud"], ["severity"]], value="n")
        gold: list[Row] = [
            {"cloud": "AWS", "severity": "HIGH", "n": 2},
            {"cloud": "AWS", "severity": "LOW", "n": 7},
            {"cloud": "GCP", "severity": "HIGH", "n": 7},
        ]
        rows = [{"sev": r["severity"].lower(), "p": r["cloud"], "c": r["n"]} for r in gold]
        assert fault(expect, [gold], rows) is None
        rows[0]["c"], rows[1]["c"] = 7, 2
        assert fault(expect, [gold], rows) is not None

    def test_order_only_when_it_was_asked_for(self) -> None:
        rising = [{"a": r["account"], "n": r["n"]} for r in reversed(BY_ACCOUNT)]
        assert fault(COUNTS, [BY_ACCOUNT], rising) is None
        down = COUNTS.model_copy(update={"order": "desc"})
        assert fault(down, [BY_ACCOUNT], rising) == "the groups are not in the order asked for"
        assert fault(down, [BY_ACCOUNT], rising[::-1]) is None

    def test_shares_as_per_cent_or_fraction(self) -> None:
        expect = _expect("counts", keys=[["p"]], value="n", share=True)
        gold = [{"p": "aws", "n": 66.666}, {"p": "gcp", "n": 33.333}]
        assert fault(expect, [gold], [{"p": "AWS", "s": 67}, {"p": "GCP", "s": 33}]) is None
        assert fault(expect, [gold], [{"p": "AWS", "s": 0.6667}, {"p": "GCP", "s": 0.3333}]) is None
        assert fault(expect, [gold], [{"p": "AWS", "s": 33}, {"p": "GCP", "s": 67}]) is not None
        assert fault(expect, [gold], [{"p": "AWS", "s": 62}, {"p": "GCP", "s": 38}]) is not None

    @given(
        st.dictionaries(st.text("abcdef", min_size=1, max_size=5), st.integers(1, 50), min_size=2, max_size=9)
    )
    def test_a_number_moved_to_another_group_is_seen(self, counted: dict[str, int]) -> None:
        expect = _expect("counts", keys=[["k"]], value="n")
        gold = [{"k": k, "n": n} for k, n in counted.items()]
        assert fault(expect, [gold], [{"z": k, "y": n} for k, n in counted.items()]) is None
        first, second, *_ = counted
        moved = counted | {first: counted[first] + 1, second: counted[second] - 1}
        assert fault(expect, [gold], [{"z": k, "y": n} for k, n in moved.items()]) is not None


class TestNumber:
    EXPECT = _expect("number", value="n")

    @pytest.mark.parametrize("rows", [[{"n": 12}], [{"count_1": "12"}], [{"a": 3, "total": 12.0}]])
    def test_right(self, rows: list[Row]) -> None:
        assert fault(self.EXPECT, [[{"n": 12}]], rows) is None

    @pytest.mark.parametrize(
        "rows", [[{"n": 13}], [], [{"id": n} for n in range(12)], [{"n": None}], [{"n": True}]]
    )
    def test_wrong(self, rows: list[Row]) -> None:
        assert fault(self.EXPECT, [[{"n": 12}]], rows) is not None

    def test_a_share_is_right_to_half_a_per_cent(self) -> None:
        expect = _expect("number", value="n", share=True)
        for right in (71.05, 71, "71%", 0.7105):
            assert fault(expect, [[{"n": 71.0526}]], [{"share": right}]) is None
        for wrong in (72, 0.73, 29):
            assert fault(expect, [[{"n": 71.0526}]], [{"share": wrong}]) is not None

    def test_tolerance(self) -> None:
        expect = _expect("number", value="n", tolerance=1.0)
        assert fault(expect, [[{"n": 41.06}]], [{"days": 41}]) is None
        assert fault(expect, [[{"n": 41.06}]], [{"days": 43}]) is not None


class TestTop:
    EXPECT = _expect("top", keys=[["id", "name"]], value="n", rank="n", order="desc", limit=2)
    GOLD: list[Row] = [
        {"id": "1", "name": "a", "n": 9},
        {"id": "2", "name": "b", "n": 7},
        {"id": "3", "name": "c", "n": 7},
        {"id": "4", "name": "d", "n": 1},
    ]

    @pytest.mark.parametrize(
        "rows",
        [
            [{"name": "A", "c": 9}, {"name": "b", "c": 7}],
            [{"x": "1", "c": 9}, {"x": "3", "c": 7}],
            [{"x": 1, "c": 9}, {"x": 2, "c": 7}, {"x": 3, "c": 7}],
        ],
        ids=["first of equals", "other of equals", "all equals"],
    )
    def test_right(self, rows: list[Row]) -> None:
        assert fault(self.EXPECT, [self.GOLD], rows) is None

    @pytest.mark.parametrize(
        "rows",
        [
            [{"x": "2", "c": 7}, {"x": "1", "c": 9}],
            [{"x": "1", "c": 9}, {"x": "4", "c": 1}],
            [{"x": "2", "c": 7}, {"x": "3", "c": 7}],
            [{"x": "1", "c": 9}],
            [{"x": str(n), "c": c} for n, c in ((1, 9), (2, 7), (3, 7), (4, 1))],
            [{"x": "1", "c": 9}, {"x": "9", "c": 7}],
            [{"x": "1", "c": 9}, {"x": "2", "c": 6}],
            [{"x": "1", "c": 9}, {"x": "1", "c": 9}],
            [],
        ],
        ids=[
            "order",
            "not the best",
            "not the first",
            "short",
            "long",
            "unknown",
            "number",
            "twice",
            "empty",
        ],
    )
    def test_wrong(self, rows: list[Row]) -> None:
        assert fault(self.EXPECT, [self.GOLD], rows) is not None

    def test_one_that_has_the_most_may_lead_a_whole_ranking(self) -> None:
        expect = _expect("top", keys=[["id"]], rank="n", order="desc", limit=1, first=True)
        ranking = [{"id": r["id"]} for r in self.GOLD]
        assert fault(expect, [self.GOLD], ranking) is None
        assert fault(expect, [self.GOLD], ranking[:1]) is None
        assert fault(expect, [self.GOLD], ranking[::-1]) is not None

    def test_oldest_by_time(self) -> None:
        expect = _expect("top", keys=[["id"]], rank="t", order="asc", limit=2)
        gold = [{"id": str(n), "t": datetime(2026, 1, n)} for n in (3, 1, 2)]
        assert fault(expect, [gold], [{"i": 1}, {"i": 2}]) is None
        assert fault(expect, [gold], [{"i": 2}, {"i": 3}]) is not None

    def test_per_group(self) -> None:
        expect = _expect("top", keys=[["id"]], rank="n", order="desc", limit=1, per="g")
        gold = [{"id": "1", "g": "x", "n": 5}, {"id": "2", "g": "x", "n": 3}, {"id": "3", "g": "y", "n": 1}]
        assert fault(expect, [gold], [{"i": "3"}, {"i": "1"}]) is None
        assert fault(expect, [gold], [{"i": "1"}]) is not None
        assert fault(expect, [gold], [{"i": "2"}, {"i": "3"}]) is not None
        assert fault(expect, [gold], [{"i": "1"}, {"i": "2"}, {"i": "3"}]) is not None


class TestBins:
    MONTHS = _expect("bins", value="n", bin="month")
    GOLD: list[Row] = [{"t": datetime(2026, 9, 1), "n": 4}, {"t": datetime(2026, 10, 1), "n": 6}]

    @pytest.mark.parametrize(
        "times",
        [
            (1788220800000, 1790812800000),
            ("2026-09", "2026-10"),
            ("2026-09-01T00:00:00Z", "2026-10-01 00:00:00"),
            ("Sep 2026", "October 2026"),
            (datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC)),
        ],
        ids=["epoch", "month", "iso", "words", "instants"],
    )
    def test_times_in_any_clothes(self, times: tuple[Any, Any]) -> None:
        rows = [{"when": times[1], "c": 6}, {"when": times[0], "c": 4}]
        assert fault(self.MONTHS, [self.GOLD], rows) is None
        rows[0]["c"], rows[1]["c"] = 4, 6
        assert fault(self.MONTHS, [self.GOLD], rows) is not None

    def test_a_bin_that_lacks_or_is_too_much(self) -> None:
        assert fault(self.MONTHS, [self.GOLD], [{"m": "2026-09", "n": 4}]) is not None
        rows = [{"m": "2026-08", "n": 0}, {"m": "2026-09", "n": 4}, {"m": "2026-10", "n": 6}]
        assert fault(self.MONTHS, [self.GOLD], rows) is None
        rows[0]["n"] = 1
        assert fault(self.MONTHS, [self.GOLD], rows) is not None

    def test_days_are_not_months(self) -> None:
        days = _expect("bins", value="n", bin="day")
        gold = [{"t": datetime(2026, 9, 1) + timedelta(days=n), "n": n + 1} for n in range(3)]
        rows = [{"d": f"2026-09-0{n + 1}", "c": n + 1} for n in range(3)]
        assert fault(days, [gold], rows) is None
        assert fault(days, [gold], [{"d": "2026-09", "c": 6}]) is not None

    def test_series(self) -> None:
        expect = _expect("bins", value="n", bin="month", keys=[["severity"]])
        gold: list[Row] = [
            {"t": datetime(2026, 9, 1), "severity": "HIGH", "n": 1},
            {"t": datetime(2026, 9, 1), "severity": "LOW", "n": 2},
            {"t": datetime(2026, 10, 1), "severity": "HIGH", "n": 2},
        ]
        rows = [{"m": r["t"].isoformat(), "s": r["severity"], "c": r["n"]} for r in gold]
        assert fault(expect, [gold], rows) is None
        rows[0]["s"], rows[1]["s"] = "LOW", "HIGH"
        assert fault(expect, [gold], rows) is not None
