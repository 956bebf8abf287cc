from __future__ import annotations

import io
import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.tools.findings.records import ocsf
from tools.findings.cortex_records import asset_from_row, from_issue_row
from tools.tenant.database import TenantDatabase
from tools.tenant.errors import StoreError
from tools.tenant.estate import planted, seed
from tools.tenant.loading import load_stream

NOW = datetime(2026, 11, 25, 3, 30, tzinfo=UTC)


def contents(number: int) -> tuple[dict[str, Any], dict[str, list[dict[str, Any]]], dict[str, Any]]:
    with TenantDatabase.open(":memory:") as database:
        info = seed(database, "small", number, now=NOW)
        tables = {
            name: database.rows(f'SELECT * FROM "{name}"')
            for name in database.tables()
            if name != "management_auditing"
        }
        return info, tables, planted(database)


@pytest.fixture(scope="module")
def first() -> tuple[dict[str, Any], dict[str, list[dict[str, Any]]], dict[str, Any]]:
    return contents(1)


def test_about_two_thousand_findings_over_three_clouds_and_kubernetes(first: Any) -> None:
    info, tables, _ = first
    assert 1_900 <= info["findings_by_status"]["FAIL"] <= 2_200
    assert info["findings_by_status"]["PASS"] > info["findings_by_status"]["FAIL"]
    assert info["demo"] == {"company": "Halden Outfitters", "size": "small", "seed": 1}
    providers = Counter(a["xdm.asset.provider"] for a in tables["asset_inventory"])
    assert set(providers) == {"AWS", "AZURE", "GCP", "KUBERNETES"}
    assert providers["AWS"] > providers["AZURE"] > providers["KUBERNETES"]
    severities = info["open_issues_by_severity"]
    assert severities["CRITICAL"] < severities["HIGH"] < severities["MEDIUM"]
    progress = Counter(i["xdm.issue.status.progress"] for i in tables["issues"])
    assert progress["New"] > progress["Resolved"] > 0
    assert progress["In Progress"] > 50
    categories = Counter(i["xdm.issue.category"] for i in tables["issues"])
    assert {"CONFIGURATION", "VULNERABILITY", "DATA", "IDENTITY", "SECRETS"} <= set(categories)


def test_the_same_seed_is_the_same_estate(first: Any) -> None:
    _, tables, truth = contents(1)
    assert tables == first[1]
    assert truth == first[2]
    _, other, _ = contents(2)
    assert other["issues"] != tables["issues"]


def test_issues_look_like_the_platform_s_own(first: Any) -> None:
    _, tables, _ = first
    assets = {asset.asset_id: asset for asset in map(asset_from_row, tables["asset_inventory"])}
    for row in tables["issues"]:
        finding = from_issue_row(row, assets)
        assert finding.id == str(row["xdm.issue.id"])
        assert finding.issue_id >= 500_001  # type: ignore[operator]
        assert finding.account
        assert finding.resource.type
        assert finding.first_seen is not None
        assert finding.first_seen < NOW
        assert finding.severity.value == row["xdm.issue.severity"]
    assert all(asset.config for asset in assets.values())


def test_every_reference_leads_somewhere(first: Any) -> None:
    _, tables, _ = first
    assets = {row["xdm.asset.id"] for row in tables["asset_inventory"]}
    issues = {row["xdm.issue.id"] for row in tables["issues"]}
    findings = {row["xdm.finding.id"] for row in tables["findings"]}
    cases = {row["xdm.case.id"] for row in tables["cases"]}
    assert len(assets) == len(tables["asset_inventory"])
    assert len(issues) == len(tables["issues"])
    assert len(findings) == len(tables["findings"])
    assert {one for row in tables["issues"] for one in row["xdm.issue.asset_ids"]} <= assets
    assert {row["xdm.finding.asset_id"] for row in tables["findings"]} <= assets
    assert {(r["xdm.issue.id"], r["xdm.asset.id"]) for r in tables["issue_to_asset"]} == {
        (r["xdm.issue.id"], one) for r in tables["issues"] for one in r["xdm.issue.asset_ids"]
    }
    assert {r["xdm.issue.id"] for r in tables["case_to_issue"]} <= issues
    assert {r["xdm.case.id"] for r in tables["case_to_issue"]} == cases
    assert {r["asset_id"] for r in tables["dspm_asset_file_inventory"]} <= assets
    shown = {str(c) for row in tables["issues"] for c in row["xdm.issue.case_ids"]}
    assert shown == {str(case) for case in cases}


def test_an_open_failed_finding_has_one_issue_and_a_passed_one_no_open_issue(first: Any) -> None:
    _, tables, _ = first
    by_finding = {i["xdm.issue.external_id"]: i for i in tables["issues"]}
    for row in tables["findings"]:
        status = json.loads(row["xdm.finding.normalized_fields"])["xdm.finding.status"]
        issue = by_finding.get(row["xdm.finding.id"])
        if status == "FAIL":
            assert issue is not None
            assert issue["xdm.issue.status.resolution_reason"] != "RESOLVED_FIXED"
        elif issue is not None:
            assert issue["xdm.issue.status.resolution_reason"] == "RESOLVED_FIXED"


def test_nothing_that_can_be_queried_tells_what_is_planted(first: Any) -> None:
    info, tables, truth = first
    words = {p["kind"] for p in truth["planted"]} | {"planted", "decoy", "jewel", "manifest"}
    text = json.dumps([info, tables], default=str)
    assert [word for word in sorted(words) if word in text] == []


def test_times_lie_in_the_last_ninety_days(first: Any) -> None:
    _, tables, _ = first
    now = NOW.replace(tzinfo=None)
    ages = [(now - row["_insert_time"]).days for row in tables["issues"]]
    assert min(ages) == 0
    assert 88 <= max(ages) <= 91
    assert all(row["_insert_time"] <= row["_time"] <= now for row in tables["issues"])
    closed = [row for row in tables["issues"] if row["xdm.issue.resolution_time"]]
    assert all(row["_insert_time"] <= row["xdm.issue.resolution_time"] <= now for row in closed)
    per_week = Counter(age // 7 for age in ages)
    assert all(per_week[week] for week in range(12))


def test_a_real_load_replaces_the_demo_and_says_so() -> None:
    with TenantDatabase.open(":memory:") as database:
        seed(database, "small", 1, now=NOW)
        database.add_entry(500_001, "a note", "me")
        report = load_stream(database, io.BytesIO(json.dumps([ocsf("a")]).encode()), "scan.json")
        assert report.replaced_demo
        assert not database.demo
        assert planted(database) == {}
        assert database.meta("manifest") is None
        counts = database.counts()
        assert (counts["issues"], counts["findings"], counts["asset_inventory"]) == (1, 1, 1)
        assert database.rows('SELECT "xdm.issue.id" AS i FROM issues') == [{"i": 100001}]
        assert not load_stream(
            database, io.BytesIO(json.dumps([ocsf("b")]).encode()), "scan.json"
        ).replaced_demo


def test_a_load_of_nothing_good_leaves_the_demo() -> None:
    with TenantDatabase.open(":memory:") as database:
        seed(database, "small", 1, now=NOW)
        report = load_stream(database, io.BytesIO(b'[{"what": 1}]'), "scan.json")
        assert not report.replaced_demo
        assert database.demo


def test_the_demo_does_not_mix_with_loaded_data() -> None:
    with TenantDatabase.open(":memory:") as database:
        load_stream(database, io.BytesIO(json.dumps([ocsf("a")]).encode()), "scan.json")
        with pytest.raises(StoreError, match="holds loaded data"):
            seed(database, "small", 1, now=NOW)
        assert database.counts()["issues"] == 1


def test_seeding_again_replaces() -> None:
    with TenantDatabase.open(":memory:") as database:
        one = seed(database, "small", 1, now=NOW)["datasets"]["issues"]
        assert seed(database, "small", 1, now=NOW)["datasets"]["issues"] == one
        with pytest.raises(StoreError, match="Sizes: small, medium, large"):
            seed(database, "huge", 1)  # type: ignore[arg-type]


@pytest.mark.slow
def test_a_medium_estate_has_about_fifty_thousand_findings() -> None:
    with TenantDatabase.open(":memory:") as database:
        info = seed(database, "medium", 2, now=NOW)
        assert 46_000 <= info["findings_by_status"]["FAIL"] <= 54_000
        assert len(database.rows('SELECT DISTINCT "xdm.asset.realm" FROM asset_inventory')) == 40
        truth = planted(database)
        assert len(truth["planted"]) == 3 * len({p["kind"] for p in truth["planted"]})
        open_ = sum(info["open_issues_by_severity"].values())
        assert sum(grade >= 2 for grade in truth["labels"].values()) < 0.01 * open_


def test_a_store_keeps_its_own_settings() -> None:
    wanted = "SELECT value AS v FROM duckdb_settings() WHERE name = 'checkpoint_threshold'"
    with TenantDatabase.open(":memory:") as database:
        before = database.rows(wanted)
        seed(database, "small", 1, now=NOW)
        assert database.rows(wanted) == before
