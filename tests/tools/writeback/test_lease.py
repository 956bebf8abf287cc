"""A lease is free at once only when its process is certainly gone."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tools.writeback.lease import _place, holding, is_gone


def test_an_owner_lives_inside_its_block() -> None:
    with holding() as owner, holding() as other:
        assert owner != other
        assert not is_gone(owner)
    assert is_gone(owner)


@pytest.mark.skipif(sys.platform == "win32", reason="processes cannot be looked up there")
def test_a_process_that_ended_is_gone_and_one_that_runs_is_not() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    owner = f"{_place()} {child.pid} {'0' * 16}"
    assert not is_gone(owner)
    child.communicate(b"\n")
    assert is_gone(owner)


@pytest.mark.parametrize("owner", ["", "x", "elsewhere 1 abc", f"elsewhere {2**22} abc", "a b c d"])
def test_what_cannot_be_told_is_not_gone(owner: str) -> None:
    assert not is_gone(owner)


def test_another_boot_or_container_cannot_be_judged_by_pid() -> None:
    assert not is_gone(f"{_place()}-other {os.getpid()} {'0' * 16}")
