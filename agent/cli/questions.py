"""Questions for `posture xql ask`: texts, files with one a line, folders of such files, standard input."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from agent.cli.failure import CommandFailed

_MOST_BYTES = 1_000_000


def read_questions(inputs: Iterable[str]) -> list[tuple[str | None, str]]:
    """File and text of each question, in order. A file that exists is read; all else is a question.

    Raises CommandFailed for what cannot be read, and when there is no question at all.
    """
    asked = [found for item in inputs for found in _of(item)]
    if not asked:
        raise CommandFailed("there is no question; give one in plain words, or a file with one a line")
    return asked


def _of(item: str) -> Iterator[tuple[str | None, str]]:
    if item == "-":
        yield from _lines(None, sys.stdin.buffer.read(_MOST_BYTES + 1))
        return
    path = _existing(item)
    if path is None:
        if item.strip():
            yield None, item
        return
    files = sorted(p for p in path.rglob("*.txt") if p.is_file()) if path.is_dir() else [path]
    if not files:
        raise CommandFailed(f"no *.txt file is in {path}; name a file with one question a line")
    for file in files:
        try:
            with file.open("rb") as stream:
                data = stream.read(_MOST_BYTES + 1)
        except OSError as error:
            raise CommandFailed(f"{file} cannot be read ({error.strerror}); check its permissions") from None
        yield from _lines(str(file), data)


def _existing(item: str) -> Path | None:
    """The path that an input names. One word without a dot or a slash is a question, whatever lies in this folder."""
    if len(item) > 1_000 or "\n" in item or "\0" in item or not ("/" in item or "." in item):
        return None
    try:
        path = Path(item)
        return path if path.exists() else None
    except (OSError, ValueError):
        return None


def _lines(name: str | None, data: bytes) -> Iterator[tuple[str | None, str]]:
    if len(data) > _MOST_BYTES:
        raise CommandFailed(f"{name or 'the input'} is over {_MOST_BYTES:,} bytes; ask in smaller files")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CommandFailed(f"{name or 'the input'} is not UTF-8 text; save it as UTF-8") from None
    for line in text.splitlines():
        if line.strip():
            yield name, line.strip()
