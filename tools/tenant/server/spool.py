"""The rows of an answer, kept until they are fetched: few in memory, many as lines of JSON in a temporary file.

A client may ask for a stream again (its connection broke), so rows stay as long as their job does; on disk they do
so without holding the process's memory.
"""

from __future__ import annotations

import json
import os
import tempfile
import weakref
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tools.tenant.server.answers import dump

INLINE = 1000
"""Rows that an answer holds itself; more come as a stream."""
_ROWS_PER_PIECE = 500


class Spool:
    """The rows of one answer. Safe to read from several threads at once."""

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self._count = len(rows)
        self._held: Sequence[Mapping[str, Any]] = rows if len(rows) <= INLINE else ()
        self._ends: list[int] = []
        self._file: int | None = None
        self.size = 0
        if len(rows) > INLINE:
            with tempfile.TemporaryFile() as file:
                for start in range(0, len(rows), _ROWS_PER_PIECE):
                    self.size += file.write(_lines(rows[start : start + _ROWS_PER_PIECE]))
                    self._ends.append(self.size)
                file.flush()
                self._file = os.dup(file.fileno())
            # Closed with the last who reads it: a stream may outlast its job.
            weakref.finalize(self, os.close, self._file)

    def __len__(self) -> int:
        return self._count

    def head(self, limit: int | None) -> Sequence[Mapping[str, Any]]:
        """At most `limit` rows from the start."""
        if self._file is None:
            return self._held if limit is None else self._held[:limit]
        lines = b"".join(self.lines(len(self) if limit is None else limit)).splitlines()
        return [json.loads(line) for line in lines]

    def lines(self, count: int) -> Iterator[bytes]:
        """The first `count` rows as newline-delimited JSON, in pieces."""
        if self._file is None:
            yield _lines(self._held[:count])
            return
        start, left = 0, count
        for end in self._ends:
            if left <= 0:
                return
            piece = os.pread(self._file, end - start, start)
            if left < _ROWS_PER_PIECE:
                piece = b"".join(piece.splitlines(keepends=True)[:left])
            yield piece
            start, left = end, left - _ROWS_PER_PIECE


def _lines(rows: Sequence[Mapping[str, Any]]) -> bytes:
    return b"".join(dump(row) + b"\n" for row in rows)
