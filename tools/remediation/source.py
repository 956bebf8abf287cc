"""Reads a folder of Terraform safely: no links followed, nothing outside it, sizes bounded."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tools.remediation.errors import HclSyntaxError, SourceRefused
from tools.remediation.hcl.tree import Body, parse_file

MAX_FILES = 2_000
MAX_FILE_BYTES = 1_000_000
MAX_TOTAL_BYTES = 10_000_000
MAX_DEPTH = 12


@dataclass(frozen=True, slots=True)
class SourceFolder:
    """The `*.tf` files by path relative to the folder (with `/`), their trees, what was left out and why."""

    root: Path
    files: dict[str, str]
    trees: dict[str, tuple[str, Body]] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)


def read_folder(folder: str | Path) -> SourceFolder:
    """All Terraform files below `folder`. Raises `SourceRefused` with what to do."""
    root = Path(folder).expanduser()
    if root.is_symlink():
        raise SourceRefused(f"{root.name} is a symbolic link; give the folder itself.")
    if not root.is_dir():
        raise SourceRefused(f"There is no folder {root}; give the folder that holds the .tf files.")
    root = root.resolve()
    files: dict[str, str] = {}
    trees: dict[str, tuple[str, Body]] = {}
    left_out: dict[str, str] = {}
    total = 0
    for path, is_link in _candidates(root):
        name = path.relative_to(root).as_posix()
        if is_link:
            left_out[name] = "a symbolic link is not followed"
            continue
        if len(files) + len(left_out) >= MAX_FILES:
            raise SourceRefused(
                f"More than {MAX_FILES} Terraform files; give the folder of one configuration."
            )
        text, reason = _read(path)
        if text is None:
            left_out[name] = reason
            continue
        total += len(text)
        if total > MAX_TOTAL_BYTES:
            raise SourceRefused("More than 10 MB of Terraform; give the folder of one configuration.")
        try:
            trees[name] = (text, parse_file(text))
        except HclSyntaxError as error:
            left_out[name] = f"does not parse: {error}"
            continue
        files[name] = text
    if not files:
        why = "; ".join(f"{name}: {reason}" for name, reason in list(left_out.items())[:3])
        raise SourceRefused(
            f"No readable .tf file in {root.name}{f' ({why})' if why else ''}; give a folder that has some."
        )
    return SourceFolder(root, files, trees, left_out)


def _candidates(root: Path) -> Iterator[tuple[Path, bool]]:
    stack = [(root, 0)]
    while stack:
        folder, depth = stack.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            if folder == root:
                raise SourceRefused(
                    f"{root.name} cannot be read: {error.strerror}; check its rights."
                ) from error
            continue
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_symlink():
                if entry.name.endswith(".tf"):
                    yield Path(entry.path), True
            elif entry.is_dir(follow_symlinks=False):
                if depth < MAX_DEPTH:
                    stack.append((Path(entry.path), depth + 1))
            elif entry.name.endswith(".tf"):
                yield Path(entry.path), False


def _read(path: Path) -> tuple[str | None, str]:
    """The text, or None and why not. The open itself refuses links, so that none can be slipped in
    between."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        return None, f"cannot be opened: {error.strerror}"
    with os.fdopen(handle, "rb") as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            return None, "is not a regular file"
        data = stream.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        return None, f"is larger than {MAX_FILE_BYTES} bytes"
    try:
        return data.decode("utf-8"), ""
    except UnicodeDecodeError:
        return None, "is not UTF-8"


def folder_of(path: str) -> str:
    """The module (folder) that a file belongs to; `.` for the top."""
    return path.rpartition("/")[0] or "."
