"""`posture approvals` and `posture audit`: decide from the shell, once, on the payload that was shown."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.agent.cli.conftest import Shell

WORST = "Add a comment with the reasons to the worst finding"


@pytest.fixture
def proposal(loaded: Shell) -> str:
    """The id of a proposed comment that waits."""
    body = loaded.json("ask", WORST).body
    assert body["outcome"] == "waiting", body["answer"]
    return str(body["proposals"][0])


def test_listed_shown_approved_once(loaded: Shell, proposal: str) -> None:
    listed = loaded.json("approvals", "list", "--state", "pending").body
    assert [p["id"] for p in listed["proposals"]] == [proposal]
    shown = loaded.json("approvals", "show", proposal).body
    for name in ("id", "hash", "state", "history", "effects", "target", "expires_at"):
        assert name in shown
    assert (shown["id"], shown["state"]) == (proposal, "pending")
    assert listed["proposals"][0]["hash"] == shown["hash"]
    done = loaded.json("approvals", "approve", proposal, "--hash", shown["hash"], "--user", "anna")
    assert (done.code, done.body["state"], done.body["hash"]) == (0, "done", shown["hash"])
    assert done.body["outcome"]["entry_id"]
    assert len(done.body["history"]) > len(shown["history"])
    again = loaded.json("approvals", "approve", proposal)
    assert again.code == 1
    assert again.error
    assert loaded.json("approvals", "list", "--state", "pending").body["total"] == 0
    trail = loaded.json("audit", "verify").body
    assert trail["intact"]
    assert trail["rows"] > 0


def test_without_a_hash_the_payload_that_is_read_is_approved(loaded: Shell, proposal: str) -> None:
    done = loaded.json("approvals", "approve", proposal)
    assert (done.code, done.body["state"]) == (0, "done")


def test_another_hash_writes_nothing(loaded: Shell, proposal: str) -> None:
    assert loaded.json("approvals", "approve", proposal, "--hash", "0" * 64).code == 1
    assert loaded.json("approvals", "show", proposal).body["state"] == "pending"


@pytest.mark.parametrize("role", ["viewer", "auditor"])
def test_a_role_that_may_not_approve_is_told(loaded: Shell, proposal: str, role: str) -> None:
    assert loaded.json("approvals", "approve", proposal, "--role", role).error
    assert loaded.json("approvals", "show", proposal).body["state"] == "pending"


def test_the_audit_phase_writes_nothing(loaded: Shell, proposal: str) -> None:
    ended = loaded.set(POSTURE_PHASE="audit").json("approvals", "approve", proposal)
    assert ended.code == 1
    assert "phase" in ended.error.lower()


@pytest.mark.parametrize(("given", "state"), [("n\n", "pending"), ("", "pending"), ("y\n", "done")])
def test_at_a_terminal_the_card_comes_first(loaded: Shell, proposal: str, given: str, state: str) -> None:
    ended = loaded("approvals", "approve", proposal, given=given)
    assert "hash" in ended.out
    assert "effect 1" in ended.out
    assert ended.code == (0 if state == "done" else 1)
    assert loaded.json("approvals", "show", proposal).body["state"] == state


def test_rejected_is_rejected(loaded: Shell, proposal: str) -> None:
    ended = loaded.json("approvals", "reject", proposal, "--reason", "not ours")
    assert (ended.code, ended.body["state"]) == (0, "rejected")
    assert "not ours" in json.dumps(ended.body["history"])
    assert loaded.json("approvals", "approve", proposal).code == 1
    assert loaded.json("approvals", "reject", proposal).code == 1


def test_the_trail_is_exported_row_by_row_and_a_broken_link_is_found(
    loaded: Shell, proposal: str, tmp_path: Path
) -> None:
    loaded.json("approvals", "reject", proposal)
    lines = loaded("audit", "export").out.splitlines()
    rows: list[dict[str, Any]] = [json.loads(line) for line in lines]
    assert len(rows) == loaded.json("audit", "verify").body["rows"]
    assert loaded.json("audit", "export", "--out", tmp_path / "trail.jsonl").body["rows"] == len(rows)
    assert (tmp_path / "trail.jsonl").read_text(encoding="utf-8").splitlines() == lines
    with sqlite3.connect(loaded.home / "posture.db") as database:
        table = database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE '%audit%'"
        ).fetchone()[0]
        columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
        text = "actor" if "actor" in columns else next(c for c in columns if "user" in c or "actor" in c)
        for (trigger,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            database.execute(f"DROP TRIGGER {trigger}")
        database.execute(
            f"UPDATE {table} SET {text} = 'mallory' WHERE rowid = (SELECT min(rowid) FROM {table})"
        )
    database.close()
    broken = loaded.json("audit", "verify")
    assert broken.code == 1
    assert broken.body["intact"] is False
    assert broken.body["first_bad"] is not None
