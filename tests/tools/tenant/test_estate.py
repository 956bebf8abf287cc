from __future__ import annotations

import io
import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.tools.findings.records import ocsf
from tools.findings.cortex_records import asset_from_row, from_issue_row
from tools.findings.kinds import is_kind
from tools.tenant.database import TenantDatabase
from tools.tenant.errors import StoreError
from tools.tenant.estate import draw, planted, seed
from tools.tenant.loading import load_stream

NOW = datetime(2026, 11, 25, 3, 30, tzinfo=UTC)


def contents(number: int) -> tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]:
    with TenantDatabase.open(":memory:") as database:
        info = seed(database, "small", number, now=NOW)
        issues = database.rows('SELECT * FROM issues ORDER BY "xdm.issue.id"')
        return info, issues, database.rows('SELECT * FROM asset_inventory ORDER BY "xdm.asset.id"')


@pytest.fixture(scope="module")
def first() -> tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]:
    return contents(1)


def test_a_few_hundred_issues_over_three_clouds(first: Any) -> None:
    info, issues, assets = first
    assert 300 <= len(issues) <= 500
    assert {a["xdm.asset.provider"] for a in assets} == {"AWS", "AZURE", "GCP"}
    assert info["findings_by_status"]["PASS"] > len(issues)
    assert info["demo"]["seed"] == 1
    severities = info["open_issues_by_severity"]
    assert severities["CRITICAL"] < severities["HIGH"] < severities["MEDIUM"]


def test_the_same_seed_is_the_same_estate(first: Any) -> None:
    assert contents(1)[1:] == first[1:]
    assert contents(2)[1] != first[1]


def test_issues_look_like_the_platform_s_own(first: Any) -> None:
    _, issues, rows = first
    assets = {asset.asset_id: asset for asset in map(asset_from_row, rows)}
    for row in issues:
        finding = from_issue_row(row, assets)
        assert finding.id == str(row["xdm.issue.id"])
        assert finding.issue_id >= 500_001  # type: ignore[operator]
        assert is_kind(finding.kind)
        assert finding.account
        assert finding.resource.type
        assert finding.first_seen is not None
        assert finding.first_seen < NOW
    assert all(asset.config for asset in assets.values())
    tagged = [a for a in assets.values() if a.tags.get("DataClass") in {"PII", "PCI", "PHI"}]
    assert len(tagged) >= 4


def test_planted_paths_are_in_the_estate() -> None:
    with TenantDatabase.open(":memory:") as database:
        seed(database, "small", 1, now=NOW)
        uids = {r["u"] for r in database.rows('SELECT "xdm.asset.strong_id" AS u FROM asset_inventory')}
        marks = planted(database)
    assert len(marks["planted"]) == 3
    assert len(marks["decoys"]) >= 3
    for path in marks["planted"]:
        assert set(path["hops"]) <= uids
    assert {decoy["resource"] for decoy in marks["decoys"]} <= uids


def test_seeding_is_quick() -> None:
    with TenantDatabase.open(":memory:") as database:
        started = time.process_time()
        seed(database, "small", 3, now=NOW)
        assert time.process_time() - started < 2.5  # 0.2 s on an idle machine


def test_a_real_load_replaces_the_demo_and_says_so() -> None:
    with TenantDatabase.open(":memory:") as database:
        seed(database, "small", 1, now=NOW)
        database.add_entry(500_001, "a note", "me")
        report = load_stream(database, io.BytesIO(json.dumps([ocsf("a")]).encode()), "scan.json")
        assert report.replaced_demo
        assert not database.demo
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


def test_sizes_grow() -> None:
    assert len(draw("medium", 1, NOW).resources) > 3 * len(draw("small", 1, NOW).resources)
