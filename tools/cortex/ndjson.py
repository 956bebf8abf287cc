"""Newline-delimited JSON, gzipped or plain, row by row as the bytes come.

A stream that ends early is an error.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import AsyncIterator
from typing import Any

from pydantic_core import from_json

from tools.cortex.decoding import error_from
from tools.cortex.errors import AnswerCut, AnswerTooLarge, BadAnswer

_GZIP = b"\x1f\x8b"
_LONGEST_ROW = 32 * 1024 * 1024
_PIECE = 1024 * 1024
_DECODER = json.JSONDecoder(parse_constant=lambda _name: None)


async def rows(chunks: AsyncIterator[bytes], *, where: str, most_bytes: int) -> AsyncIterator[dict[str, Any]]:
    """Rows of a stream. Raises `AnswerCut` if it ends inside a row or inside its gzip frame."""
    async for line in lines(chunks, where=where, most_bytes=most_bytes):
        yield row(line, where)


async def lines(chunks: AsyncIterator[bytes], *, where: str, most_bytes: int) -> AsyncIterator[bytes]:
    """Rows of a stream as they came, for `row`; only the last is looked into, and is not given if it is cut."""
    rest = b""
    async for piece in _plain(chunks, where=where, most_bytes=most_bytes):
        # A whole answer may come as one chunk: cut up, it is not in memory twice.
        for start in range(0, len(piece), _PIECE):
            *whole, rest = (rest + piece[start : start + _PIECE]).split(b"\n")
            if len(rest) > _LONGEST_ROW:
                raise AnswerTooLarge(f"one row of more than {_LONGEST_ROW} bytes", where=where)
            for line in whole:
                if line.strip():
                    yield line
    if rest.strip():
        try:
            row(rest, where)
        except BadAnswer:
            raise AnswerCut("the last row is incomplete", where=where) from None
        yield rest


def row(line: bytes, where: str) -> dict[str, Any]:
    """The object in a line. Raises the tenant's error if the line is one, `BadAnswer` if it is no object."""
    try:
        value = from_json(line, allow_inf_nan=False)
    except ValueError:
        # The slower reader takes what is rare: numbers that are none, half characters, deep nesting.
        try:
            value = _DECODER.decode(line.decode())
        except (ValueError, RecursionError):
            raise BadAnswer("a row that is not JSON", where=where) from None
    if not isinstance(value, dict):
        raise BadAnswer("a row that is not an object", where=where)
    if len(value) == 1 and isinstance(reply := value.get("reply"), dict) and "err_code" in reply:
        raise error_from(500, line, where=where)
    return value


async def _plain(chunks: AsyncIterator[bytes], *, where: str, most_bytes: int) -> AsyncIterator[bytes]:
    start = b""
    size = 0
    unpack: _Unpacker | None = None
    decided = False
    async for chunk in chunks:
        if not decided:
            start += chunk
            if len(start) < len(_GZIP):
                continue
            decided, chunk = True, start
            if chunk.startswith(_GZIP):
                unpack = _Unpacker(where)
        for piece in unpack.feed(chunk) if unpack else (chunk,):
            size += len(piece)
            if size > most_bytes:
                raise AnswerTooLarge(f"more than {most_bytes} bytes", where=where)
            yield piece
    if not decided and start:
        yield start
    if unpack is not None and not unpack.complete:
        raise AnswerCut("the compressed stream ends early", where=where)


class _Unpacker:
    """Gzip in pieces of bounded size; several frames one after the other are one stream."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._inner = zlib.decompressobj(31)

    @property
    def complete(self) -> bool:
        return self._inner.eof

    def feed(self, data: bytes) -> list[bytes]:
        pieces: list[bytes] = []
        try:
            while data:
                if self._inner.eof:
                    if not data.strip(b"\x00"):
                        break
                    self._inner = zlib.decompressobj(31)
                pieces.append(self._inner.decompress(data, _PIECE))
                data = self._inner.unconsumed_tail or self._inner.unused_data
        except zlib.error:
            raise BadAnswer("a compressed stream that does not unpack", where=self._where) from None
        return pieces
