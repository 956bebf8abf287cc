"""The command line as a shell sees it, called in process: arguments in; exit code, stdout and stderr out."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from agent.cli.app import main
from tests.agent.conftest import ESTATE


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def body(self) -> Any:
        """The one JSON document on stdout. Fails if there is anything else."""
        return json.loads(self.out)

    @property
    def error(self) -> str:
        """The sentence of a command that failed with `--json`, checked for what it must never hold."""
        assert self.code in {1, 2}, (self.code, self.out)
        said = self.body["error"]
        assert isinstance(said, str)
        assert len(said) > 10, said
        assert "failed inside" not in said, f"a mistake was told as a defect: {said}"
        assert "Traceback" not in self.out + self.err
        return said


class Shell:
    """Runs `posture` in this process with an environment of its own."""

    def __init__(self, home: Path, patch: pytest.MonkeyPatch) -> None:
        self.home = home
        self._patch = patch

    def set(self, **variables: str) -> Shell:
        """Set environment variables for the commands that follow."""
        for name, value in variables.items():
            self._patch.setenv(name, value)
        return self

    def __call__(self, *arguments: str | Path, given: str | bytes = b"") -> Ended:
        out, err = io.StringIO(), io.StringIO()
        data = given.encode() if isinstance(given, str) else given
        self._patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))
        code: int | str | None = 0
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                main([str(a) for a in arguments])
            except SystemExit as ended:
                code = ended.code
        assert code is None or isinstance(code, int)
        return Ended(code or 0, out.getvalue(), err.getvalue())

    def json(self, *arguments: str | Path, given: str | bytes = b"") -> Ended:
        """With `--json`: stdout must be one document, whatever happens."""
        ended = self(*arguments, "--json", given=given)
        assert isinstance(ended.body, dict), ended
        return ended


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    """A shell in an empty folder, with an empty data directory and no settings."""
    for name in list(os.environ):
        if name.startswith(("POSTURE_", "OPENAI_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("POSTURE_HOME", str(tmp_path / "home"))
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    handlers = list(logging.getLogger().handlers)
    yield Shell(tmp_path / "home", monkeypatch)
    logging.getLogger().handlers[:] = handlers


@pytest.fixture(scope="session")
def loaded_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the small estate in it; copied before it is used."""
    home = tmp_path_factory.mktemp("loaded") / "home"
    file = home.parent / "scan.ocsf.json"
    file.write_text(json.dumps(ESTATE), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POSTURE_HOME", str(home))
        patch.chdir(home.parent)
        ended = Shell(home, patch).json("tenant", "load", file)
    assert ended.code == 0, ended
    return home


@pytest.fixture
def loaded(shell: Shell, loaded_home: Path) -> Shell:
    """A shell over the small estate."""
    shutil.copytree(loaded_home, shell.home)
    return shell
