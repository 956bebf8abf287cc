"""A moving window over a file's text: decodes as it reads and keeps only what is not yet used."""

from __future__ import annotations

import codecs
import re
from typing import BinaryIO

from tools.tenant.errors import LoadError

CHUNK = 1 << 20
MAX_RECORD = 32 << 20
"""Characters that one record may have."""

_SPACE = re.compile(r"[ \t\r\n]*")
_OUTSIDE = re.compile(r'["{}\[\]]')
_INSIDE = re.compile(r'["\\]')
_BROKEN = re.compile("[\udc80-\udcff]")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ARCHIVES = (
    (b"\x1f\x8b", "a gzip archive"),
    (b"PK\x03\x04", "a ZIP archive (or an Office file)"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"BZh", "a bzip2 archive"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3", "an SQLite file"),
    (b"%PDF", "a PDF"),
)


def encoding_of(head: bytes, file: str) -> str:
    """The encoding that a file's first bytes show. Raises `LoadError` for what is no text."""
    for magic, what in _ARCHIVES:
        if head.startswith(magic):
            raise LoadError(f"{file} is {what}, not JSON. Unpack or export it as JSON and load that.")
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding
    if len(head) >= 4 and head[1] == 0 and head[3] == 0 and head[0]:
        return "utf-16-le"
    if len(head) >= 4 and head[0] == 0 and head[2] == 0 and head[1]:
        return "utf-16-be"
    if b"\x00" in head:
        raise LoadError(f"{file} is not text: it holds zero bytes. Export it as JSON in UTF-8 and load that.")
    return "utf-8"


class Window:
    """Text of a stream, read as needed. `position` is the first character not yet used.

    `broken` says that bytes were met that the encoding does not have; they stand in the text as lone
    surrogates. `lost` counts the characters that were passed over by `drain`.
    """

    def __init__(self, stream: BinaryIO, file: str) -> None:
        self._stream = stream
        head = stream.read(CHUNK)
        encoding = encoding_of(head[:4096], file)
        errors = "surrogateescape" if encoding.startswith("utf-8") else "replace"
        self._decoder = codecs.getincrementaldecoder(encoding)(errors)
        self.text = ""
        self.position = 0
        self.ended = False
        self.broken = False
        self.lost = 0
        self._take(head)

    def _take(self, data: bytes) -> None:
        chunk = self._decoder.decode(data, final=not data)
        self.ended = not data
        self.broken = self.broken or bool(_BROKEN.search(chunk))
        self.text = self.text[self.position :] + chunk
        self.position = 0

    def more(self, size: int) -> None:
        """Read on: a chunk, or `size` bytes where that is more. Positions move: `position` becomes 0."""
        self._take(self._stream.read(max(CHUNK, size)))

    def ensure(self, size: int) -> None:
        """Have `size` characters at hand, or all there are."""
        while len(self.text) - self.position < size and not self.ended:
            self.more(0)

    def peek(self) -> str:
        """The next character that is no white space, or "" at the end; `position` moves to it."""
        while True:
            found = _SPACE.match(self.text, self.position)
            self.position = found.end() if found else self.position
            if self.position < len(self.text):
                return self.text[self.position]
            if self.ended:
                return ""
            self.more(0)

    def drain(self) -> None:
        """Pass over all that is left."""
        while not self.ended:
            self.more(0)
            self.lost += len(self.text)
            self.position = len(self.text)

    def skip_value(self, depth: int = 0) -> bool:
        """Pass over one value, or to where `depth` open brackets close; False when the file ends first."""
        inside = False
        while True:
            found = (_INSIDE if inside else _OUTSIDE).search(self.text, self.position)
            if not found:
                if self.ended:
                    self.position = len(self.text)
                    return False
                self.position = len(self.text)
                self.more(0)
                continue
            mark, self.position = found[0], found.end()
            if mark == "\\":
                if self.position == len(self.text) and not self.ended:
                    self.more(0)
                self.position += 1
            elif mark == '"':
                inside = not inside
                if not inside and depth == 0:
                    return True
            elif mark in "{[":
                depth += 1
            else:
                depth -= 1
                if depth <= 0:
                    return True
