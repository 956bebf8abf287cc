"""The README's table of commands and its settings are the ones that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from agent.cli import app as command_line
from agent.settings import Settings
from tests.agent.cli.conftest import Shell

ROOT = Path(__file__).resolve().parents[3]
README = (ROOT / "README.md", ROOT / ".env.example")


def existing(shell: Shell) -> set[str]:
    """Every command, by the words that call it."""
    shell("--version")  # puts the tree together
    return set(_leaves(typer.main.get_command(command_line.app), "posture"))


def _leaves(command: Any, words: str) -> Iterator[str]:
    if not hasattr(command, "list_commands"):
        yield words
        return
    for name in command.list_commands(None):
        yield from _leaves(command.get_command(None, name), f"{words} {name}")


def test_every_command_is_in_the_table_and_the_other_way_round(shell: Shell) -> None:
    text = README[0].read_text(encoding="utf-8")
    listed = re.findall(r"^\| `(posture [a-z ]+)` \|", text, re.MULTILINE)
    assert len(listed) == len(set(listed))
    assert set(listed) == existing(shell)


def test_every_command_helps_and_takes_json(shell: Shell) -> None:
    for words in sorted(existing(shell)):
        ended = shell(*words.split()[1:], "--help")
        assert ended.code == 0
        assert "--json" in ended.out, words


@pytest.mark.parametrize("file", README, ids=lambda f: f.name)
def test_every_setting_that_is_named_exists(file: Path) -> None:
    known = {f"POSTURE_{name.upper()}" for name in Settings.model_fields}
    named = set(re.findall(r"\bPOSTURE_[A-Z_]+[A-Z]\b", file.read_text(encoding="utf-8")))
    assert named
    assert named <= known


def test_every_setting_has_a_line_in_the_example() -> None:
    """Those of the conversation's limits and of logins are few; none may be missing."""
    text = README[1].read_text(encoding="utf-8")
    named = set(re.findall(r"\bPOSTURE_[A-Z_]+[A-Z]\b", text)) | {"POSTURE_MODEL_KEY", "POSTURE_MODEL_URL"}
    assert {f"POSTURE_{name.upper()}" for name in Settings.model_fields} - named == set()


def test_files_that_are_linked_exist() -> None:
    text = re.sub(r"<!--.*?-->", "", README[0].read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert target.startswith("http") or (ROOT / target).is_file(), target
