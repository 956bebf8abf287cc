from __future__ import annotations

import io
import json
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.tenant.database import TenantDatabase
from tools.tenant.loading import load_stream
from tools.tenant.loading_columns import fitted, inferred, needed, widened
from tools.tenant.loading_report import LoadReport

NOON = datetime(2026, 1, 2, 12, 0)


@pytest.fixture
def database() -> Any:
    with TenantDatabase.open(":memory:") as opened:
        yield opened


def load(database: TenantDatabase, dataset: str, *rows: dict[str, Any], in_folder: bool = True) -> LoadReport:
    data = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    return load_stream(database, io.BytesIO(data), f"{dataset}.jsonl", in_folder=in_folder)


@pytest.mark.parametrize(
    "time", [1767355200000, "2026-01-02T12:00:00Z", "1767355200000", "2026-01-02 12:00:00"]
)
@pytest.mark.parametrize("as_text", [True, False])
def test_assets_with_json_as_object_or_text_and_any_time(
    database: TenantDatabase, time: Any, as_text: bool
) -> None:
    raw: Any = {"Platform Discovery": {"a": [1, {"b": None}]}}
    tags: Any = [{"Key": "DataClass", "Value": "PII"}]
    row = {
        "xdm.asset.id": "a1",
        "xdm.asset.tags": json.dumps(tags) if as_text else tags,
        "xdm.asset.raw_fields": json.dumps(raw) if as_text else raw,
        "xdm.asset.last_observed": time,
        "xdm.asset.group_ids": "[1, 2]" if as_text else [1, 2],
    }
    report = load(database, "asset_inventory", row)
    assert (report.added, report.notes) == (1, [])
    (asset,) = database.rows("SELECT * FROM asset_inventory")
    assert asset["xdm.asset.last_observed"] == asset["_time"] == NOON
    assert json.loads(asset["xdm.asset.raw_fields"]) == raw
    assert json.loads(asset["xdm.asset.tags"]) == {"DataClass": "PII"}
    assert asset["xdm.asset.group_ids"] == ["1", "2"]


def test_issues_keep_their_ids_and_link_to_their_assets(database: TenantDatabase) -> None:
    load(database, "issues", {"xdm.issue.id": 9007199254740993, "xdm.issue.asset_ids": ["a", "b", "a"]})
    (issue,) = database.rows("SELECT * FROM issues")
    assert issue["xdm.issue.id"] == 9007199254740993
    assert len(database.rows("SELECT * FROM issue_to_asset")) == 2


def test_links_that_an_issue_made_are_not_made_again(database: TenantDatabase) -> None:
    load(database, "issues", {"xdm.issue.id": 5, "xdm.issue.asset_ids": ["a"]})
    pairs = [{"xdm.issue.id": 5, "xdm.asset.id": "a"}, {"xdm.issue.id": "5", "xdm.asset.id": "b"}]
    assert load(database, "issue_to_asset", *pairs, *pairs).skipped_total == 0
    rows = database.rows('SELECT * FROM issue_to_asset ORDER BY "xdm.asset.id"')
    assert [(row["xdm.issue.id"], row["xdm.asset.id"]) for row in rows] == [(5, "a"), (5, "b")]


def test_an_issue_that_names_no_asset_has_those_of_the_link_table(database: TenantDatabase) -> None:
    bare = {"xdm.issue.id": 5, "xdm.issue.name": "n"}
    pairs = [{"xdm.issue.id": 5, "xdm.asset.id": "b"}, {"xdm.issue.id": "5", "xdm.asset.id": "a"}]
    own = {"xdm.issue.id": 6, "xdm.issue.asset_ids": ["x"]}

    def assets() -> dict[int, Any]:
        return {
            row["xdm.issue.id"]: row["xdm.issue.asset_ids"] for row in database.rows("SELECT * FROM issues")
        }

    load(database, "issues", bare, own)
    load(database, "issue_to_asset", *pairs, {"xdm.issue.id": 6, "xdm.asset.id": "y"})
    assert assets() == {5: ["a", "b"], 6: ["x"]}
    # a row that changed still has them, and so has the link table
    load(database, "issues", bare | {"xdm.issue.name": "changed"})
    assert assets() == {5: ["a", "b"], 6: ["x"]}
    assert len(database.rows('SELECT * FROM issue_to_asset WHERE "xdm.issue.id" = 5')) == 2
    again = load(database, "issue_to_asset", *pairs)
    assert (again.added, again.updated) == (0, 0)


def test_a_text_id_makes_the_ids_texts(database: TenantDatabase) -> None:
    load(database, "issues", {"xdm.issue.id": 5, "xdm.issue.asset_ids": ["a"]})
    load(database, "issues", {"xdm.issue.id": "ISS-7", "xdm.issue.asset_ids": ["a"]}, {"xdm.issue.id": "007"})
    found = {row["xdm.issue.id"] for row in database.rows("SELECT * FROM issues")}
    assert found == {"5", "ISS-7", "007"}
    assert {row["xdm.issue.id"] for row in database.rows("SELECT * FROM issue_to_asset")} == {"5", "ISS-7"}
    assert database.update_issue("ISS-7", {"severity": "LOW"}, "me")["xdm.issue.severity"] == "LOW"
    assert database.insert_issue({"name": "n"}, "me") == 100001


def test_rows_with_a_key_are_updated_and_rows_without_one_added_once(database: TenantDatabase) -> None:
    rows = [{"xdm.issue.id": 1, "xdm.issue.name": "a"}, {"xdm.issue.id": 2, "xdm.issue.name": "b"}]
    load(database, "issues", *rows)
    report = load(database, "issues", rows[0], rows[1] | {"xdm.issue.name": "c"})
    assert (report.added, report.updated, report.unchanged) == (0, 1, 1)
    assert [r["xdm.issue.name"] for r in database.rows('SELECT * FROM issues ORDER BY "xdm.issue.id"')] == [
        "a",
        "c",
    ]
    log = {"_time": 1767355200000, "operation_name": "Login"}
    assert load(database, "cloud_audit_logs", log, log, log).added == 3
    assert load(database, "cloud_audit_logs", log, log, log).added == 0
    assert load(database, "cloud_audit_logs", log, log, log, log).added == 1
    assert database.counts()["cloud_audit_logs"] == 4


def test_what_a_person_set_on_an_issue_survives(database: TenantDatabase) -> None:
    load(database, "issues", {"xdm.issue.id": 1, "xdm.issue.severity": "HIGH", "xdm.issue.name": "a"})
    database.update_issue(1, {"severity": "LOW"}, "me")
    load(database, "issues", {"xdm.issue.id": 1, "xdm.issue.severity": "HIGH", "xdm.issue.name": "b"})
    issue = database.issue(1)
    assert (issue["xdm.issue.severity"], issue["xdm.issue.name"]) == ("LOW", "b")


def test_unknown_datasets_are_loaded_as_they_are(database: TenantDatabase) -> None:
    report = load(
        database,
        "crown_jewels",
        {
            "name": "a",
            "n": 1,
            "x": 1,
            "flag": True,
            "list": ["p"],
            "deep": {"k": [1]},
            "none": None,
            "_time": NOON.isoformat(),
        },
        {"name": "b", "n": 2.5, "x": "text", "flag": None, "list": [1], "deep": "plain", "late": 3},
    )
    assert (report.added, report.format) == (2, "dataset crown_jewels")
    assert database.columns("crown_jewels") == {
        "name": "VARCHAR",
        "n": "DOUBLE",
        "x": "VARCHAR",
        "flag": "BOOLEAN",
        "list": "JSON",
        "deep": "VARCHAR",
        "_time": "TIMESTAMP",
        "late": "BIGINT",
        "none": "VARCHAR",
    }
    first, second = database.rows("SELECT * FROM crown_jewels ORDER BY name")
    assert (first["x"], first["n"], first["flag"], json.loads(first["list"])) == ("1", 1.0, True, ["p"])
    assert (json.loads(first["deep"]), first["_time"]) == ({"k": [1]}, NOON)
    assert (second["x"], second["deep"], second["late"]) == ("text", "plain", 3)


def test_a_column_is_widened_when_a_later_load_needs_it(database: TenantDatabase) -> None:
    load(database, "notes", {"n": 1, "l": ["a"]})
    load(database, "notes", {"n": "two", "l": {"k": 1}})
    rows = database.rows("SELECT * FROM notes")
    assert [row["n"] for row in rows] == ["1", "two"]
    assert [json.loads(row["l"]) for row in rows] == [["a"], {"k": 1}]


def test_a_single_file_of_an_unknown_dataset_is_not_guessed(database: TenantDatabase) -> None:
    report = load(database, "whatever", {"a": 1}, in_folder=False)
    assert (report.added, report.skipped_total) == (0, 1)
    assert (
        load(database, "va_cves", {"name": "CVE-2024-3094", "severity": "CRITICAL"}, in_folder=False).added
        == 1
    )


def test_the_columns_say_the_dataset_whatever_the_file_is_called(database: TenantDatabase) -> None:
    rows = [
        {"xdm.asset.id": "a"},
        {"xdm.finding.id": "f", "xdm.finding.name": "n"},
        {"xdm.issue.id": 1, "xdm.asset.id": "a"},
    ]
    assert load(database, "export", *rows, in_folder=False).added == 3
    counts = database.counts()
    assert (counts["asset_inventory"], counts["findings"], counts["issue_to_asset"]) == (1, 1, 1)


def test_evidence_is_counted_by_outcome(database: TenantDatabase) -> None:
    facts = [{"xdm.finding.status": "PASS"}, '{"xdm.finding.status": "fail"}', {}]
    rows = [{"xdm.finding.id": str(n), "xdm.finding.normalized_fields": f} for n, f in enumerate(facts)]
    report = load(database, "findings", *rows)
    assert (report.by_status, report.nothing_loaded) == ({"FAIL": 1, "PASS": 1, "MANUAL": 0}, False)
    assert load(database, "asset_inventory", {"xdm.asset.id": "a"}, {"xdm.asset.id": "b"}).resources == 2
    assert load(database, "issues", {"xdm.issue.name": "no id"}).nothing_loaded


def test_rows_without_their_key_and_values_that_do_not_fit_are_said(database: TenantDatabase) -> None:
    report = load(
        database,
        "issues",
        {"xdm.issue.name": "no id"},
        {"xdm.issue.id": 1, "xdm.issue.observation_time": "soon", "xdm.issue.is_starred": "maybe"},
    )
    assert [(s.record, s.reason) for s in report.skipped] == [(1, "it has no xdm.issue.id")]
    assert [n.note.split(" does")[0] for n in report.notes] == [
        "xdm.issue.observation_time",
        "xdm.issue.is_starred",
    ]
    assert report.added == 1


def test_columns_of_one_s_own_in_a_known_dataset(database: TenantDatabase) -> None:
    load(database, "asset_inventory", {"xdm.asset.id": "a", "x_owner_score": 7})
    assert database.rows("SELECT * FROM asset_inventory")[0]["x_owner_score"] == 7


def test_a_name_that_is_no_name_cannot_become_a_statement(database: TenantDatabase) -> None:
    load(database, "jewels", {'a" INTEGER); DROP TABLE issues; --': 1, "b'": 2})
    assert database.rows("SELECT * FROM jewels")[0]['a" INTEGER); DROP TABLE issues; --'] == 1
    assert "issues" in database.tables()


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6)
VALUES = SCALARS | st.lists(SCALARS, max_size=3) | st.dictionaries(st.text(max_size=4), SCALARS, max_size=3)
TYPES = ["VARCHAR", "TIMESTAMP", "JSON", "VARCHAR[]", "BIGINT", "DOUBLE", "BOOLEAN"]


@given(VALUES, st.sampled_from(TYPES))
def test_any_value_fits_or_is_noted(value: Any, kind: str) -> None:
    notes: list[str] = []
    found = fitted({"c": value}, {"c": kind}, notes)
    assert value is None or "c" in found
    assert found.get("c") is not None or value in (None, "", [], {}) or notes


@given(st.lists(VALUES, max_size=6))
def test_a_type_holds_every_value_that_showed_it(values: list[Any]) -> None:
    added, _, empty = needed([{"c": value} for value in values], {}, {})
    assert ("c" in added) == any(value is not None for value in values)
    assert ("c" in empty) == (bool(values) and "c" not in added)
    for value in values:
        kind = inferred("c", value)
        if kind is not None:
            assert widened(added["c"], kind) == added["c"]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3), min_size=1, max_size=5))
def test_any_rows_load_once(rows: list[dict[str, Any]]) -> None:
    with TenantDatabase.open(":memory:") as database:
        first = load(database, "anything", *rows)
        assert first.added + first.skipped_total == len(rows)
        bad = [row for row in rows if not row or "NaN" in json.dumps(row) or "Infinity" in json.dumps(row)]
        assert first.skipped_total <= len(bad)
        assert load(database, "anything", *rows).added == 0
