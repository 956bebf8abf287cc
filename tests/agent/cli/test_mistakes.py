"""Mistakes of the person at the shell: a sentence that says what to do, the right exit code, never a traceback."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.agent.cli.conftest import Shell

USAGE: list[tuple[list[str], str]] = [
    ([], "option"),
    (["no-such-command"], "no-such-command"),
    (["tenant"], "option"),
    (["tenant", "burn"], "burn"),
    (["tenant", "load"], "FILE"),
    (["tenant", "load", "x.json", "--bogus"], "--bogus"),
    (["tenant", "seed", "--size", "huge"], "huge"),
    (["tenant", "serve", "--port", "99999"], "port"),
    (["findings", "list", "--top", "0"], "--top"),
    (["findings", "list", "--top", "many"], "--top"),
    (["findings", "list", "--where", "severity"], "FIELD=VALUE"),
    (["findings", "list", "--where", "colour=red"], "colour"),
    (["findings", "list", "--where", "severity=huge"], "CRITICAL"),
    (["findings", "list", "--where", "status=bogus"], "MANUAL"),
    (["findings", "list", "--order", "random"], "newest"),
    (["findings", "show"], "ID"),
    (["triage", "--once", "--phase", "bogus"], "bogus"),
    (["triage", "--once", "--surface-at", "101"], "surface"),
    (["ask"], "text"),
    (["ask", "   "], "plain words"),
    (["ask", "hi", "--role", "king"], "analyst"),
    (["ask", "hi", "--user", ""], "--user"),
    (["ask", "hi", "--user", "u" * 201], "190"),
    (["ask", "hi", "--profile", "boss"], "engineer"),
    (["ask", "hi", "--thread", "\udcff"], "argument 4"),
    (["approvals", "list", "--thread", "\udcff"], "UTF-8"),
    (["compliance", "search", ""], "words"),
    (["compliance", "search", "x", "-k", "0"], "-k"),
    (["compliance", "report"], "framework"),
    (["compliance", "report", "hipaa", "--format", "docx"], "md"),
    (["fix", "draft"], "FINDING"),
    (["approvals", "list", "--state", "lost"], "pending"),
    (["approvals", "show", "x", "--role", "king"], "approver"),
    (["approvals", "approve", "x", "--role", "king"], "approver"),
    (["xql", "run", "dataset = issues", "--limit", "0"], "limit"),
    (["eval", "no-such-suite"], "conversation"),
    (["bench", "no-such-bench"], "turn"),
    (["chat", "--port", "-1"], "port"),
]


@pytest.mark.parametrize(
    ("arguments", "says"), USAGE, ids=lambda v: " ".join(v) if isinstance(v, list) else ""
)
def test_wrong_usage_is_2(shell: Shell, arguments: list[str], says: str) -> None:
    ended = shell.json(*arguments)
    assert ended.code == 2
    assert says in ended.error
    text = shell(*arguments)
    assert text.code == 2
    assert "Traceback" not in text.err


FAILED: list[tuple[list[str], str]] = [
    (["tenant", "load", "missing.json"], "missing.json"),
    (["findings", "show", "no-such-finding"], "no-such-finding"),
    (["fix", "draft", "no-such-finding"], "no-such-finding"),
    (["fix", "draft", "x", "--iac", "no-such-folder"], "no-such-folder"),
    (["fix", "scan", "."], "fix draft"),
    (["triage"], "--once"),
    (["compliance", "search", "x", "--framework", "iso"], "hipaa"),
    (["compliance", "report", "iso"], "hipaa"),
    (["compliance", "report", "hipaa", "--account", "no-such-account"], "no-such-account"),
    (["compliance", "report", "hipaa", "--format", "pdf"], "md"),
    (["compliance", "import", "x.json"], "frameworks"),
    (["approvals", "show", "no-such-proposal"], "approvals list"),
    (["approvals", "approve", "no-such-proposal"], "approvals list"),
    (["approvals", "reject", "no-such-proposal"], "approvals list"),
]


@pytest.mark.parametrize(
    ("arguments", "says"), FAILED, ids=lambda v: " ".join(v) if isinstance(v, list) else ""
)
def test_what_cannot_be_done_is_1(loaded: Shell, arguments: list[str], says: str) -> None:
    ended = loaded.json(*arguments)
    assert ended.code == 1
    assert says in ended.error
    text = loaded(*arguments)
    assert text.code == 1
    assert text.out == ""
    assert says in text.err


def test_a_file_that_cannot_be_written_is_named(loaded: Shell, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("")
    assert str(taken) in loaded.json("compliance", "report", "hipaa", "--out", taken).error
    assert str(taken) in loaded.json("audit", "export", "--out", taken / "trail.jsonl").error


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe\xff", b"dataset = issues | filter (", b"\x00\x01\x02", b"x" * 1_000_001]
)
def test_a_query_file_of_anything_is_reported_by_place(shell: Shell, tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "q.xql"
    file.write_bytes(data)
    ended = shell.json("xql", "check", file)
    assert ended.code == 1
    assert ended.body["file"] == str(file)
    assert ended.body["errors"][0]["line"] >= 1
    assert shell.json("xql", "format", file).code == 1


def test_a_folder_without_queries_is_said(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ended = shell.json("xql", "check", tmp_path / "empty")
    assert ended.code == 1
    assert "no *.xql" in ended.body["errors"][0]["message"]
    assert "no *.txt" in shell.json("xql", "ask", tmp_path / "empty").error


@pytest.mark.parametrize("given", [b"", b"  \n\n", b"\xff\xfe\xff", b"x" * 1_000_001])
def test_no_question_is_said(loaded: Shell, given: bytes) -> None:
    assert loaded.json("xql", "ask", given=given).error


SETTINGS: list[tuple[dict[str, str], str]] = [
    ({"POSTURE_PORT": "abc"}, "POSTURE_PORT"),
    ({"POSTURE_PORT": "70000"}, "POSTURE_PORT"),
    ({"POSTURE_PHASE": "yolo"}, "POSTURE_PHASE"),
    ({"POSTURE_LOG_LEVEL": "LOUD"}, "POSTURE_LOG_LEVEL"),
    ({"POSTURE_AUTH": "none"}, "POSTURE_AUTH"),
    ({"POSTURE_MODEL_TIMEOUT_S": "-1"}, "POSTURE_MODEL_TIMEOUT_S"),
    ({"POSTURE_DATABASE_URL": "mysql://root:hunter2@db/x"}, "POSTURE_DATABASE_URL"),
    ({"POSTURE_DATABASE_URL": "hunter2"}, "POSTURE_DATABASE_URL"),
    ({"POSTURE_TENANT_AUTH": "magic"}, "POSTURE_TENANT_AUTH"),
    ({"POSTURE_TENANT_URL": "https://t.example"}, "POSTURE_TENANT_KEY"),
    ({"POSTURE_TENANT_URL": "https://t.example", "POSTURE_TENANT_AUTH": "oauth"}, "POSTURE_TENANT_CLIENT_SECRET"),
    ({"POSTURE_TENANT_URL": "t.example", "POSTURE_TENANT_KEY": "hunter2", "POSTURE_TENANT_KEY_ID": "1"}, "TENANT_URL"),
    ({"POSTURE_TENANT_URL": "https://t.example", "POSTURE_TENANT_KEY": "", "POSTURE_TENANT_KEY_ID": "1"}, "TENANT_KEY"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("variables", "says"), SETTINGS, ids=lambda v: "" if isinstance(v, str) else " ".join(v)
)
@pytest.mark.parametrize(
    "command", [["findings", "list"], ["ask", "which buckets are public"]], ids=["list", "ask"]
)
def test_a_wrong_setting_is_named(
    shell: Shell, variables: dict[str, str], says: str, command: list[str]
) -> None:
    ended = shell.set(**variables).json(*command)
    assert ended.code == 1
    assert says in ended.error
    assert "hunter2" not in ended.out + ended.err


def test_the_doctor_reports_wrong_settings_as_a_part(shell: Shell) -> None:
    ended = shell.set(POSTURE_PORT="abc").json("doctor")
    assert ended.code == 1
    assert [(p["part"], p["state"]) for p in ended.body["parts"]] == [("settings", "missing")]
    assert "POSTURE_PORT" in ended.body["parts"][0]["detail"]


def test_a_database_that_is_away_does_not_end_the_doctor(loaded: Shell) -> None:
    ended = loaded.set(POSTURE_DATABASE_URL="postgresql://me:hunter2@127.0.0.1:1/x").json("doctor")
    assert ended.code == 1
    states = {p["part"]: p["state"] for p in ended.body["parts"]}
    assert (states["database"], states["tenant"]) == ("missing", "ok")
    assert "hunter2" not in ended.out + ended.err


def test_a_data_directory_that_is_a_file_is_named(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    for home in (file, file / "below"):
        shell.set(POSTURE_HOME=str(home))
        assert "POSTURE_HOME" in shell.json("findings", "list").error
        assert "POSTURE_HOME" in shell.json("tenant", "info").error
        assert shell.json("doctor").code == 1


def test_a_file_whose_name_is_no_text_can_be_named(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "scan\udcff.json"
    try:
        file.write_text("[]")
    except OSError:
        pytest.skip("this file system has no such names")
    assert shell.json("tenant", "load", file).code == 0


def test_a_database_file_that_is_none_is_said(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "not.db").write_text("garbage " * 200)
    shell.set(POSTURE_DATABASE_URL=f"sqlite:///{tmp_path / 'not.db'}")
    for arguments in (["ask", "which buckets are public"], ["approvals", "list"], ["audit", "verify"]):
        assert "POSTURE_DATABASE_URL" in shell.json(*arguments).error


def test_an_env_file_that_is_not_text_is_named(shell: Shell) -> None:
    (Path.cwd() / ".env").write_bytes(b"POSTURE_MODEL=\xff\xfe")
    assert ".env" in shell.json("findings", "list").error


def test_control_characters_of_strangers_do_not_reach_the_terminal(shell: Shell) -> None:
    ended = shell("findings", "show", "\x1b[2Jnope‮x")
    assert ended.code == 1
    assert "\x1b" not in ended.err
    assert "‮" not in ended.err
    assert os.linesep in ended.err
