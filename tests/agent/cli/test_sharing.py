"""Several processes, one local tenant: go through the one that runs; whoever must wait too long is told why."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.agent.cli.conftest import Shell
from tests.agent.conftest import ESTATE
from tools.tenant.database import TenantDatabase
from tools.tenant.running import STORE, open_tenant


def start(home: Path, *arguments: str | Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "POSTURE_HOME": str(home)}
    command = [sys.executable, "-m", "agent.cli", *map(str, arguments)]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def document(lines: Iterator[str]) -> Any:
    """The JSON document that a process prints, once it is whole."""
    text = ""
    for line in lines:
        text += line
        if line.rstrip() == "}":
            return json.loads(text)
    raise AssertionError(f"the process ended after {text!r}")


@contextmanager
def serving(home: Path, end: signal.Signals, code: int) -> Iterator[dict[str, Any]]:
    """`posture tenant serve` in a process of its own, ended by a signal."""
    process = start(home, "tenant", "serve", "--json")
    try:
        assert process.stdout is not None
        yield document(iter(process.stdout))
    finally:
        process.send_signal(end)
        _, err = process.communicate(timeout=20)
        assert "Traceback" not in err
        assert process.returncode == code


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    file = tmp_path / "scan.ocsf.json"
    file.write_text(json.dumps(ESTATE), encoding="utf-8")
    return file


@pytest.mark.parametrize(("end", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_loading_goes_through_the_tenant_that_serves(
    shell: Shell, scan: Path, end: signal.Signals, code: int
) -> None:
    with serving(shell.home, end, code) as served:
        assert Path(served["credentials"]).stat().st_mode & 0o077 == 0
        loaded = shell.json("tenant", "load", scan)
        assert (loaded.code, loaded.body["added"], loaded.body["FAIL"]) == (0, 5, 4)
        again = shell.json("tenant", "load", scan)
        assert (again.body["added"], again.body["unchanged"]) == (0, 5)
        assert shell.json("findings", "list").body["total"] == 4
        bad = scan.with_name("bad.json")
        bad.write_text("no", encoding="utf-8")
        assert "bad.json" in shell.json("tenant", "load", bad).error
        assert "gone.json" in shell.json("tenant", "load", "gone.json").error
        second = shell.json("tenant", "serve")
        assert second.code == 1
        assert served["url"] in second.error
    assert not (shell.home / "tenant.json").exists()
    assert shell.json("tenant", "info").body["datasets"]["findings"] == 5, "it is kept"


def test_two_processes_that_load_at_once_both_end_well(shell: Shell, scan: Path) -> None:
    racing = [start(shell.home, "tenant", "load", scan, "--json") for _ in range(2)]
    ended = [(p.communicate(timeout=60), p.returncode) for p in racing]
    for (out, err), code in ended:
        assert code == 0, (out, err)
        assert "Traceback" not in err
    added = sorted(json.loads(out)["added"] for (out, _), _ in ended)
    assert added == [0, 5], "whoever came second added nothing"


def test_a_store_that_another_process_holds_is_told(
    shell: Shell, scan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the wait: the store is held by a process that doesn't listen."""
    monkeypatch.setattr("tools.tenant.running.open_tenant", partial(open_tenant, patience_s=0))
    shell.home.mkdir()
    held = subprocess.Popen(
        [
            sys.executable, "-c",
            "import sys, duckdb\nc = duckdb.connect(sys.argv[1])\nprint('held', flush=True)\nsys.stdin.read()",
            str(shell.home / STORE),
        ],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert held.stdout is not None
        assert held.stdout.readline() == "held\n"
        for arguments in (["tenant", "load", str(scan)], ["tenant", "info"], ["findings", "list"]):
            ended = shell.json(*arguments)
            assert ended.code == 1
            assert "process" in ended.error
    finally:
        held.communicate(timeout=20)
    assert shell.json("tenant", "load", scan).body["added"] == 5


def test_a_store_that_is_no_store_is_told(shell: Shell) -> None:
    shell.home.mkdir()
    (shell.home / STORE).write_bytes(b"this is not a database" * 300)
    for arguments in (["tenant", "info"], ["findings", "list"]):
        said = shell.json(*arguments).error
        assert STORE in said
    assert shell.json("doctor").code == 1


def test_a_served_tenant_that_was_killed_leaves_nothing_in_the_way(shell: Shell, scan: Path) -> None:
    process = start(shell.home, "tenant", "serve", "--json")
    assert process.stdout is not None
    document(iter(process.stdout))
    process.kill()
    process.communicate(timeout=20)
    assert (shell.home / "tenant.json").exists(), "a killed process cannot tidy up"
    assert shell.json("tenant", "load", scan).body["added"] == 5
    with TenantDatabase.open(shell.home / STORE) as database:
        assert database.counts()["findings"] == 5
