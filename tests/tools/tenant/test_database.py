from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tools.tenant.database import TenantDatabase
from tools.tenant.errors import BadValueError, NotStoredError, StoreBusyError, StoreError


@pytest.fixture
def database() -> Any:
    with TenantDatabase.open(":memory:") as opened:
        yield opened


@pytest.fixture
def filled(database: TenantDatabase) -> TenantDatabase:
    with database.writing() as cursor:
        row = {
            "xdm.issue.id": 1,
            "xdm.issue.name": "n",
            "xdm.issue.severity": "HIGH",
            "xdm.issue.status.progress": "New",
        }
        database.insert(cursor, "issues", {name: database.columns("issues")[name] for name in row}, [row])
        case = {"xdm.case.id": 5, "xdm.case.name": "c"}
        database.insert(cursor, "cases", {name: database.columns("cases")[name] for name in case}, [case])
    return database


def test_a_store_opens_again_with_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "tenant.duckdb"
    with TenantDatabase.open(path) as database:
        database.insert_issue({"name": "kept"}, "me")
        revision = database.revision
    with TenantDatabase.open(path) as database:
        assert database.issue(100001)["xdm.issue.name"] == "kept"
        assert database.revision == revision == 1


_OPENS = """
import sys
from tools.tenant.database import TenantDatabase as T
sys.excepthook = lambda kind, error, trace: print(kind.__name__, error)
"""


def test_another_process_cannot_have_it_too(tmp_path: Path) -> None:
    path = tmp_path / "tenant.duckdb"
    code = _OPENS + f"T.open({str(path)!r})"
    with TenantDatabase.open(path):
        out = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
        )
    assert out.stdout.startswith("StoreBusyError")
    assert "in use by another process" in out.stdout
    assert issubclass(StoreBusyError, StoreError)


def test_what_is_no_store_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tenant.duckdb"
    path.write_bytes(b"not a database at all" * 1000)
    with pytest.raises(StoreError, match="Move it away"):
        TenantDatabase.open(path)


def test_another_layout_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tenant.duckdb"
    with TenantDatabase.open(path) as database, database.writing() as cursor:
        cursor.execute("UPDATE local.meta SET value = '99' WHERE name = 'layout'")
    with pytest.raises(StoreError, match="layout 99"):
        TenantDatabase.open(path)


def test_a_failed_write_leaves_nothing(filled: TenantDatabase) -> None:
    revision = filled.revision

    def fail() -> None:
        with filled.writing() as cursor:
            cursor.execute("DELETE FROM issues")
            filled.define(cursor, "made", {"a": "VARCHAR"})
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        fail()
    assert filled.counts()["issues"] == 1
    assert filled.revision == revision
    assert filled.columns("made") == {}
    with filled.writing() as cursor:
        filled.define(cursor, "made", {"a": "VARCHAR"})
    assert filled.columns("made") == {"a": "VARCHAR"}


def test_readers_see_the_state_before_a_write_ends(filled: TenantDatabase) -> None:
    with filled.writing() as cursor:
        cursor.execute("DELETE FROM issues")
        with closing(filled.cursor()) as reader:
            assert reader.execute("SELECT count(*) FROM issues").fetchall() == [(1,)]
    assert filled.counts()["issues"] == 0


def test_writers_and_readers_in_many_threads(filled: TenantDatabase) -> None:
    errors: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for _ in range(5):
                filled.add_entry(1, f"note {number}", "me")
                assert filled.counts()["issues"] == 1
        except Exception as error:  # noqa: BLE001 (a thread's error is the test's)
            errors.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    entries = filled.entries(1)
    assert [entry.id for entry in entries] == list(range(1, 31))
    assert filled.revision == 31


def test_nothing_reaches_files_or_the_network(database: TenantDatabase, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a\n1\n")
    for sql in (
        f"SELECT * FROM read_csv('{tmp_path}/x.csv')",
        "INSTALL httpfs",
        f"COPY issues TO '{tmp_path}/y'",
        "SET enable_external_access = true",
    ):
        with pytest.raises(Exception, match=r"(?i)disabled|cannot"):
            database.rows(sql)


_KILLED = """
import os, signal, sys
from tools.tenant.database import TenantDatabase
database = TenantDatabase.open(sys.argv[1])
for number in range(3):
    database.insert_issue({"name": f"kept {number}"}, "me")
with database.writing() as cursor:
    cursor.execute("DELETE FROM issues")
    print("half way", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_was_committed_is_there_after_a_kill_and_nothing_half(tmp_path: Path) -> None:
    path = tmp_path / "tenant.duckdb"
    done = subprocess.run(
        [sys.executable, "-c", _KILLED, str(path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=os.environ.copy(),
    )
    assert done.returncode == -signal.SIGKILL
    assert done.stdout == "half way\n"
    with TenantDatabase.open(path) as database:
        assert [r["xdm.issue.name"] for r in database.rows("SELECT * FROM issues")] == [
            "kept 0",
            "kept 1",
            "kept 2",
        ]
        assert database.revision == 3
        assert database.insert_issue({"name": "next"}, "me") == 100004


def test_updating_an_issue(filled: TenantDatabase) -> None:
    row = filled.update_issue(
        1,
        {"severity": "LOW", "status.progress": "Resolved", "status.resolution_reason": "RESOLVED_OTHER"},
        "me",
    )
    assert (row["xdm.issue.severity"], row["xdm.issue.status.progress"]) == ("LOW", "Resolved")
    assert row["xdm.issue.resolution_time"] is not None
    row = filled.update_issue(
        "1", {"status.progress": "In Progress", "tags": ("a",), "custom_fields": {"k": 1}}, "me"
    )
    assert (row["xdm.issue.resolution_time"], row["xdm.issue.status.resolution_reason"]) == (None, None)
    assert (row["xdm.issue.tags"], row["xdm.issue.custom_fields"]) == (["a"], '{"k":1}')
    audit = filled.audit_rows()
    assert [a["entity"] for a in audit] == ["ISSUE", "ISSUE"]
    assert audit[0]["detail"]["status.progress"] == "In Progress"
    assert audit[0]["made"].tzinfo is not None
    assert filled.counts()["management_auditing"] == 2


def test_what_a_write_may_not_name(filled: TenantDatabase) -> None:
    revision = filled.revision
    with pytest.raises(NotStoredError, match="no issue '2'"):
        filled.update_issue(2, {"severity": "LOW"}, "me")
    with pytest.raises(BadValueError, match=r"xdm\.issue\.colour"):
        filled.update_issue(1, {"colour": "red"}, "me")
    with pytest.raises(NotStoredError):
        filled.add_entry(2, "x", "me")
    with pytest.raises(NotStoredError):
        filled.entries("CASE-6")
    assert filled.revision == revision
    assert filled.audit_rows() == []


def test_cases_and_their_war_room(filled: TenantDatabase) -> None:
    assert (
        filled.update_case(5, {"status_progress": "Resolved"}, "me")["xdm.case.status_progress"] == "Resolved"
    )
    text = "!setPlaybook name=x\n<b>ü</b>\x00"
    entry = filled.add_entry("CASE-5", text, "me", tags=("t",))
    (kept,) = filled.entries("CASE-5")
    assert kept == entry
    assert (kept.contents, kept.tags, kept.author) == (text, ("t",), "me")


def test_new_issues_get_links_and_defaults(filled: TenantDatabase) -> None:
    number = filled.insert_issue(
        {"name": "n", "observation_time": 1767355200000, "asset_ids": ["a", "b"]}, "me"
    )
    row = filled.issue(number)
    assert number == 100001
    assert row["xdm.issue.external_id"] == "custom-100001"
    assert row["_time"].isoformat() == "2026-01-02T12:00:00"
    assert filled.counts()["issue_to_asset"] == 2


def test_lookups(database: TenantDatabase) -> None:
    database.add_lookup("scores", {"id": "text", "score": "number", "at": "datetime", "ok": "bool"})
    rows = [{"id": "a", "score": 1, "at": 1767355200000}, {"id": "b", "score": 2}]
    assert database.lookup_add("scores", ["id"], rows) == (2, 0, 0)
    assert database.lookup_add("scores", ["id"], [{"id": "a", "score": 9}, rows[1]]) == (0, 1, 1)
    found, matching, total = database.lookup_get("scores", [{"id": "a", "score": 9}, {"id": "z"}])
    assert ([row["id"] for row in found], matching, total) == (["a"], 1, 2)
    assert database.lookup_remove("scores", []) == 0
    assert database.lookup_remove("scores", [{"id": "b"}]) == 1
    assert database.lookups() == ("scores",)
    database.delete_lookup("scores")
    assert database.lookups() == ()
    assert "scores" not in database.tables()


@pytest.mark.parametrize(
    ("name", "schema"),
    [
        ("issues", {"a": "text"}),
        ("cloud_audit_logs", {"a": "text"}),
        ("a b", {"a": "text"}),
        ("x", {}),
        ("x", {"a": "colour"}),
        ("x", {"": "text"}),
    ],
)
def test_lookups_that_may_not_be(database: TenantDatabase, name: str, schema: dict[str, str]) -> None:
    with pytest.raises(BadValueError):
        database.add_lookup(name, schema)


def test_lookup_writes_reach_lookups_only(database: TenantDatabase) -> None:
    database.add_lookup("scores", {"id": "text"})
    with pytest.raises(NotStoredError):
        database.lookup_add("issues", [], [{"xdm.issue.id": 1}])
    with pytest.raises(NotStoredError):
        database.delete_lookup("issues")
    with pytest.raises(BadValueError, match="no field"):
        database.lookup_add("scores", ["id"], [{"other": 1}])
