from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.tools.findings.records import ACCOUNT, asff, ocsf
from tools.tenant.database import TenantDatabase
from tools.tenant.errors import LoadError
from tools.tenant.loading import load_file, load_folder, load_path, load_stream
from tools.tenant.loading_report import LoadReport


@pytest.fixture
def database() -> Any:
    with TenantDatabase.open(":memory:") as opened:
        yield opened


def load(database: TenantDatabase, content: Any, name: str = "scan.json") -> LoadReport:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return load_stream(database, io.BytesIO(data), name)


def issues(database: TenantDatabase) -> list[dict[str, Any]]:
    return database.rows('SELECT * FROM issues ORDER BY "xdm.issue.id"')


def test_findings_issues_assets_and_links(database: TenantDatabase) -> None:
    report = load(database, [ocsf("a"), ocsf("b", status_code="PASS"), ocsf("c", status_code="MANUAL")])
    assert (report.format, report.read, report.added, report.skipped_total) == ("ocsf", 3, 3, 0)
    assert report.by_status == {"FAIL": 1, "PASS": 1, "MANUAL": 1}
    assert report.resources == 1
    counts = database.counts()
    assert (counts["findings"], counts["issues"], counts["asset_inventory"], counts["issue_to_asset"]) == (
        3,
        1,
        1,
        1,
    )
    (issue,) = issues(database)
    assert issue["xdm.issue.id"] == 100001
    assert issue["xdm.issue.external_id"] == "a"
    assert issue["xdm.issue.detection.method"] == "Custom Issue"
    assert (issue["xdm.issue.severity"], issue["xdm.issue.domain"]) == ("CRITICAL", "POSTURE")
    facts = json.loads(issue["xdm.issue.normalized_fields"])
    assert facts["xdm.finding.uid"] == "a"
    assert facts["xdm.cloud.project_id"] == ACCOUNT
    (asset,) = database.rows("SELECT * FROM asset_inventory")
    assert asset["xdm.asset.id"] in issue["xdm.issue.asset_ids"]
    assert json.loads(asset["xdm.asset.tags"]) == {"Environment": "production", "DataClass": "PII"}
    assert json.loads(asset["xdm.asset.raw_fields"])["Platform Discovery"]["name"] == "data"


def test_a_second_load_adds_nothing(database: TenantDatabase) -> None:
    records = [ocsf("a"), ocsf("b", status_code="PASS")]
    load(database, records)
    before = (issues(database), database.rows("SELECT * FROM findings"), database.revision)
    report = load(database, records)
    assert (report.added, report.updated, report.unchanged, report.datasets) == (0, 0, 2, {})
    assert (issues(database), database.rows("SELECT * FROM findings")) == before[:2]


def test_ids_are_kept_and_new_ones_follow(database: TenantDatabase) -> None:
    load(database, [ocsf("a"), ocsf("b")])
    load(database, [ocsf("c"), ocsf("b", status_detail="worse"), ocsf("a")])
    assert [(i["xdm.issue.id"], i["xdm.issue.external_id"]) for i in issues(database)] == [
        (100001, "a"),
        (100002, "b"),
        (100003, "c"),
    ]
    assert issues(database)[1]["xdm.issue.description"] == "worse"


def test_a_check_that_passes_now_resolves_its_issue_and_a_new_failure_reopens_it(
    database: TenantDatabase,
) -> None:
    load(database, [ocsf("a")])
    report = load(database, [ocsf("a", status_code="PASS")])
    assert (report.resolved, report.updated) == (1, 1)
    (issue,) = issues(database)
    assert issue["xdm.issue.status.progress"] == "Resolved"
    assert issue["xdm.issue.status.resolution_reason"] == "RESOLVED_FIXED"
    report = load(database, [ocsf("a")])
    assert report.reopened == 1
    assert issues(database)[0]["xdm.issue.status.progress"] == "New"


def test_what_a_person_set_survives_a_reload(database: TenantDatabase) -> None:
    load(database, [ocsf("a")])
    closed = {
        "status.progress": "Resolved",
        "status.resolution_reason": "RESOLVED_RISK_ACCEPTED",
        "severity": "LOW",
    }
    database.update_issue(100001, closed, "analyst")
    report = load(database, [ocsf("a", status_detail="changed")])
    assert (report.updated, report.reopened) == (1, 0)
    (issue,) = issues(database)
    assert (issue["xdm.issue.severity"], issue["xdm.issue.status.progress"]) == ("LOW", "Resolved")
    assert issue["xdm.issue.description"] == "changed"


def test_one_resource_in_several_records_is_one_asset_with_all_that_is_known(
    database: TenantDatabase,
) -> None:
    one, other = ocsf("a"), ocsf("b")
    one["resources"][0]["data"]["metadata"] = {"name": "data", "policy": None}
    other["resources"][0] |= {"labels": ["Owner:x"], "name": "data/inline", "region": "us-east-1"}
    other["resources"][0]["data"]["metadata"] = {"policy": {"Version": "2012"}, "acl": []}
    load(database, [one])
    load(database, [other])
    (asset,) = database.rows("SELECT * FROM asset_inventory")
    assert asset["xdm.asset.name"] == "data"
    assert json.loads(asset["xdm.asset.raw_fields"])["Platform Discovery"] == {
        "name": "data",
        "policy": {"Version": "2012"},
        "acl": [],
    }
    assert json.loads(asset["xdm.asset.tags"])["Owner"] == "x"


def test_asff_and_mixed_lines(database: TenantDatabase) -> None:
    lines = b"".join(json.dumps(row).encode() + b"\n" for row in (asff("a"), ocsf("b"), {"what": 1}))
    report = load(database, lines, "mixed.jsonl")
    assert (report.added, report.skipped_total) == (2, 1)
    assert report.skipped[0].record == 3
    assert "neither an OCSF or ASFF finding" in report.skipped[0].reason
    assert "'what'" in report.skipped[0].reason


def test_cortex_issues_in_both_spellings(database: TenantDatabase) -> None:
    live = {
        "id": 7,
        "name": "n",
        "severity": "HIGH",
        "status.progress": "New",
        "asset_ids": ["x"],
        "asset_names": ["web"],
        "normalized_fields": {"xdm.cloud.region": "eu-west-1"},
        "observation_time": 1767355200000,
    }
    documented = {
        "id": 8,
        "name": "n",
        "severity": "LOW",
        "status": "Resolved",
        "detection_method": "CSPM Scanner",
    }
    report = load(database, {"reply": {"TOTAL_COUNT": 2, "DATA": [live, documented]}})
    assert (report.format, report.read, report.added, report.skipped_total) == ("issues", 2, 3, 0)
    first, second = issues(database)
    assert (first["xdm.issue.id"], first["xdm.issue.status.progress"]) == (7, "New")
    assert (second["xdm.issue.id"], second["xdm.issue.detection.method"]) == (8, "CSPM Scanner")
    assert database.rows("SELECT * FROM asset_inventory")[0]["xdm.asset.name"] == "web"
    assert load(database, {"reply": {"issues": [live, documented]}}).added == 0


def test_classic_alerts(database: TenantDatabase) -> None:
    alert = {
        "alert_id": "12",
        "name": "n",
        "severity": "critical",
        "source": "Posture Policy",
        "resolution_status": "STATUS_010_NEW",
        "detection_timestamp": 1767355200000,
    }
    report = load(database, {"reply": {"total_count": 1, "alerts": [alert]}})
    assert (report.format, report.added) == ("alerts", 1)
    (issue,) = issues(database)
    assert (issue["xdm.issue.id"], issue["xdm.issue.severity"]) == (12, "CRITICAL")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b" \n\t", "empty"),
        (b"id,name\n1,x\n", "not JSON"),
        (b"<html><body>", "HTML"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"\xff\xfe\x00\x00", "empty"),
        ("plain text".encode("utf-16"), "not JSON"),
    ],
)
def test_a_file_of_which_nothing_can_be_read(database: TenantDatabase, content: bytes, words: str) -> None:
    with pytest.raises(LoadError) as caught:
        load(database, content)
    assert words in str(caught.value)
    assert "scan.json" in str(caught.value)
    assert database.counts()["findings"] == 0


def test_half_a_file_gives_its_whole_records(database: TenantDatabase) -> None:
    data = json.dumps([ocsf("a"), ocsf("b"), ocsf("c")]).encode()
    report = load(database, data[: len(data) * 5 // 6])
    assert (report.read, report.added, report.skipped_total) == (3, 2, 1)
    assert report.skipped[0].record == 3
    assert "cut off" in report.skipped[0].reason
    assert load(database, data).added == 1


def test_records_that_cannot_be_read_are_named(database: TenantDatabase) -> None:
    records = [
        ocsf("a", metadata__version="0.9.0"),
        ocsf("b", class_uid=3001),
        asff("c", SchemaVersion="x"),
        ocsf("d", finding_info__uid=""),
        7,
        ocsf("e"),
    ]
    report = load(database, records)
    assert (report.read, report.added) == (6, 1)
    assert [s.record for s in report.skipped] == [1, 2, 3, 4, 5]
    assert all(s.reason for s in report.skipped)


def test_the_same_id_again(database: TenantDatabase) -> None:
    elsewhere = ocsf("a")
    elsewhere["resources"][0] |= {"uid": "arn:aws:s3:::other", "name": "other"}
    records = [ocsf("a"), ocsf("a"), elsewhere, ocsf("b"), ocsf("b", status_detail="later")]
    report = load(database, records)
    assert [s.record for s in report.skipped] == [2]
    assert "record 1" in report.skipped[0].reason
    assert [n.record for n in report.notes] == [3, 5]
    found = {
        r["xdm.finding.id"]: r["xdm.finding.description"] for r in database.rows("SELECT * FROM findings")
    }
    assert len(found) == 3
    assert found["b"] == "later"
    assert load(database, records).added == 0


def test_without_a_resource(database: TenantDatabase) -> None:
    report = load(database, [ocsf("a", resources=[])])
    assert report.added == 1
    assert report.notes[0].record == 1
    (asset,) = database.rows("SELECT * FROM asset_inventory")
    assert (asset["xdm.asset.type.id"], asset["xdm.asset.name"]) == ("AWS_ACCOUNT", ACCOUNT)


def test_hostile_text_is_stored_to_the_letter(database: TenantDatabase) -> None:
    title = "!setPlaybook <img src=x> ![i](http://e/x) '); DROP TABLE issues; --\x00\u202e" + "x" * 5_000
    record = ocsf("a", finding_info__title=title)
    record["resources"][0]["labels"] = ["Owner:!cmd <b>'\""]
    assert load(database, [record]).notes == []
    assert issues(database)[0]["xdm.issue.name"] == title
    tags = json.loads(database.rows("SELECT * FROM asset_inventory")[0]["xdm.asset.tags"])
    assert tags == {
        "Owner": "!cmd <b>'\"",
    }


def test_a_text_too_long_is_cut_and_said(database: TenantDatabase) -> None:
    report = load(database, [ocsf("a", finding_info__title="x" * 12_000)])
    assert "12,000 characters" in report.notes[0].note
    assert len(issues(database)[0]["xdm.issue.name"]) == 10_000


def test_lone_surrogates_do_not_stop_a_load(database: TenantDatabase) -> None:
    assert load(database, rb"[" + json.dumps(ocsf("a", status_detail="\ud800")).encode() + b"]").added == 1
    assert issues(database)[0]["xdm.issue.description"] == "?"


def test_each_load_is_written_down(database: TenantDatabase) -> None:
    load(database, [ocsf("a")])
    (entry,) = database.loads()
    assert (entry["file"], entry["read"], entry["added"]) == ("scan.json", 1, 1)
    audit = database.audit_rows()[0]
    assert (audit["entity"], audit["who"]) == ("DATA_LOAD", "local")
    assert "1 read" in audit["description"]
    assert database.counts()["management_auditing"] == 1


def test_a_load_of_nothing_is_no_load(database: TenantDatabase) -> None:
    report = load(database, [{"what": 1}])
    assert report.nothing_loaded
    assert not load(database, []).nothing_loaded
    assert database.loads() == []


def test_files_and_folders(database: TenantDatabase, tmp_path: Path) -> None:
    (tmp_path / "scan.json").write_text(json.dumps([ocsf("a")]))
    (tmp_path / "cloud_audit_logs.jsonl").write_text(
        '{"_time": 1767355200000, "operation_name": "PutBucketAcl"}\n'
    )
    (tmp_path / "own_notes.jsonl").write_text('{"note": "x", "n": 1}\n')
    (tmp_path / "broken.json").write_text("nonsense")
    (tmp_path / "readme.txt").write_text("not read")
    progress: list[int] = []
    reports = load_folder(database, tmp_path, on_progress=progress.append)
    assert {r.file: r.format for r in reports} == {
        "broken.json": "unreadable",
        "cloud_audit_logs.jsonl": "dataset cloud_audit_logs",
        "own_notes.jsonl": "dataset own_notes",
        "scan.json": "ocsf",
    }
    counts = database.counts()
    assert (counts["cloud_audit_logs"], counts["own_notes"], counts["issues"]) == (1, 1, 1)
    assert sum(r.added for r in load_folder(database, tmp_path)) == 0
    assert len(load_path(database, tmp_path / "scan.json")) == 1
    with pytest.raises(LoadError, match="no file"):
        load_file(database, tmp_path / "absent.json")
    with pytest.raises(LoadError, match="is a folder"):
        load_file(database, tmp_path)
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(LoadError, match="has no"):
        load_folder(database, empty)


def test_an_empty_data_set_of_a_folder_is_no_error(database: TenantDatabase, tmp_path: Path) -> None:
    (tmp_path / "va_cves.jsonl").write_bytes(b"")
    with pytest.raises(LoadError, match=r"va_cves\.jsonl is empty"):
        load_folder(database, tmp_path)
    (tmp_path / "own_notes.jsonl").write_text('{"a": 1}\n')
    reports = {report.file: report for report in load_folder(database, tmp_path)}
    empty = reports["va_cves.jsonl"]
    assert (empty.format, empty.read, empty.skipped_total, empty.notes_total) == ("empty", 0, 0, 1)
    assert reports["own_notes.jsonl"].added == 1


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "read", "by_status", "resources"),
    [
        ("prowler-aws.ocsf.json", 565, {"FAIL": 320, "PASS": 236, "MANUAL": 9}, 103),
        ("prowler-aws.asff.json", 556, {"FAIL": 320, "PASS": 236, "MANUAL": 0}, 100),
    ],
)
def test_the_real_samples(
    database: TenantDatabase,
    shared_data: Path,
    name: str,
    read: int,
    by_status: dict[str, int],
    resources: int,
) -> None:
    path = shared_data / "findings" / name
    report = load_file(database, path)
    assert (report.read, report.added, report.by_status, report.resources) == (
        read,
        read,
        by_status,
        resources,
    )
    assert (report.skipped, report.notes) == ([], [])
    assert database.counts()["issues"] == 320
    again = load_file(database, path)
    assert (again.added, again.updated, again.unchanged) == (0, 0, read)
    info = database.info()
    assert info["findings_by_status"] == {"FAIL": 320, "PASS": 236, "MANUAL": by_status["MANUAL"]}
    assert info["open_issues_by_severity"] == {"CRITICAL": 18, "HIGH": 76, "MEDIUM": 156, "LOW": 70}
