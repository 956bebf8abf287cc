"""The folder is read safely: nothing outside it, nothing endless."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.remediation import source
from tools.remediation.errors import SourceRefused
from tools.remediation.source import folder_of, read_folder


def test_terraform_files_are_read_and_others_are_not(folder: Callable[..., Path]) -> None:
    root = folder(main="a = 1\n", modules__x__main="b = 2\n")
    (root / ".terraform").mkdir()
    (root / ".terraform" / "hidden.tf").write_text("c = 3\n")
    (root / "notes.txt").write_text("x")
    assert read_folder(root).files == {"main.tf": "a = 1\n", "modules/x/main.tf": "b = 2\n"}


def test_links_are_never_followed(folder: Callable[..., Path], tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.tf").write_text("s = 1\n")
    root = folder(main="a = 1\n")
    (root / "link.tf").symlink_to(outside / "secret.tf")
    (root / "dir").symlink_to(outside)
    (root / "loop").symlink_to(root)
    found = read_folder(root)
    assert set(found.files) == {"main.tf"}
    assert "link.tf" in found.left_out
    (tmp_path / "to").symlink_to(root)
    with pytest.raises(SourceRefused, match="symbolic link"):
        read_folder(tmp_path / "to")


def test_what_cannot_be_read_is_left_out_with_its_reason(
    folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "MAX_FILE_BYTES", 100)
    root = folder(main="a = 1\n", broken="a = 1 b = 2\n", huge="# " + "x" * 200)
    (root / "latin.tf").write_bytes(b"# \xe9\xff\n")
    os.mkfifo(root / "pipe.tf")
    found = read_folder(root)
    assert set(found.files) == {"main.tf"}
    assert "line 1, column 7" in found.left_out["broken.tf"]
    assert "larger" in found.left_out["huge.tf"]
    assert "UTF-8" in found.left_out["latin.tf"]
    assert "regular" in found.left_out["pipe.tf"]


def test_too_many_or_none_is_refused(folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SourceRefused, match="There is no folder"):
        read_folder("/nowhere/at/all")
    root = folder(main="a = 1\n", b="b = 1\n")
    monkeypatch.setattr(source, "MAX_FILES", 1)
    with pytest.raises(SourceRefused, match="More than 1"):
        read_folder(root)
    monkeypatch.setattr(source, "MAX_FILES", 10)
    monkeypatch.setattr(source, "MAX_TOTAL_BYTES", 7)
    with pytest.raises(SourceRefused, match="More than"):
        read_folder(root)
    monkeypatch.undo()
    for path in root.iterdir():
        path.write_text("a = ")
    with pytest.raises(SourceRefused, match="No readable"):
        read_folder(root)


def test_a_file_belongs_to_the_module_of_its_folder() -> None:
    assert folder_of("main.tf") == "."
    assert folder_of("modules/x/main.tf") == "modules/x"
