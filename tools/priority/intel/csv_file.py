"""Reads tables that people and tools export as CSV: any usual separator and encoding, and whatever else is in them.

Nothing in a cell is ever computed: a formula is no value and is left out and counted.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tools.priority.errors import IntelError

MOST_ROWS = 2_000_000
_MOST_COLUMNS = 1_000
_LONGEST = 4_000
_MOST_FAULTS = 20
_TEXT_FORMULA = re.compile(r'="(.*)"\Z', re.DOTALL)
_FIELD_LIMIT = 10_000_000
# A `-` or `+` may begin a number and an `@` a name; a spreadsheet computes only what begins with `=`.
_FORMULA = "="


@dataclass
class CsvFile:
    """The table of a file: its columns, and `rows()` once over. `skipped` and `faults` grow while it is read."""

    text: str
    columns: tuple[str, ...]
    delimiter: str
    encoding: str
    skipped: int = 0
    faults: list[str] = field(default_factory=list)

    def rows(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Each row with its number; cells by column, without empty ones. A row that cannot be read is skipped."""
        reader = _reader(self.text, self.delimiter)
        next(reader, None)
        number = 1
        while True:
            number += 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                self.skip(number, str(error))
                continue
            if number > MOST_ROWS + 1:
                self.skip(number, f"more than {MOST_ROWS:,} rows; the rest was not read")
                return
            named = zip(self.columns, cells, strict=False)
            row = {name: value for name, cell in named if (value := self._cell(number, name, cell))}
            if row:
                yield number, row

    def skip(self, number: int, why: str) -> None:
        """Count a row that says nothing, with the reason of the first of them."""
        self.skipped += 1
        self._fault(number, why)

    def _fault(self, number: int, why: str) -> None:
        if len(self.faults) < _MOST_FAULTS:
            self.faults.append(f"row {number}: {why}")

    def _cell(self, number: int, name: str, cell: str) -> str:
        value = cell.replace("\x00", "").strip()
        if value.startswith(_FORMULA):
            written = _TEXT_FORMULA.match(value)
            if written is None:
                self._fault(number, f"the cell {name[:40]!r} is a formula and was left out")
                return ""
            value = written.group(1).strip()  # how spreadsheets write a number that is to stay a text
        return value[:_LONGEST]


def read_csv(data: bytes, name: str) -> CsvFile:
    """A table with its first row as column names. Raises `IntelError` when it is no table."""
    text, encoding = _decoded(data, name)
    head = text[:100_000].lstrip("\r\n")
    line = head.splitlines()[0] if head.splitlines() else ""
    if line.lower().startswith("sep=") and len(line) == 5:
        delimiter = line[4]
        text = text.lstrip("\r\n")[len(line) :].lstrip("\r\n")
    else:
        delimiter = max(",;\t|", key=line.count)
    try:
        columns = next(_reader(text, delimiter), [])
    except csv.Error as error:
        raise IntelError(f"{name} has no readable first row ({error}). Export it again as CSV.") from None
    columns = [column.replace("\x00", "").strip()[:200] for column in columns[:_MOST_COLUMNS]]
    if not any(columns):
        raise IntelError(f"{name} has no column names in its first row. Export it with its header.")
    return CsvFile(text, tuple(columns), delimiter, encoding)


def _reader(text: str, delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(max(csv.field_size_limit(), _FIELD_LIMIT))
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _decoded(data: bytes, name: str) -> tuple[str, str]:
    """UTF-8, what spreadsheets call Unicode text (UTF-16), or the encoding of Windows for the West."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return data.decode("utf-16"), "UTF-16"
        except UnicodeDecodeError:
            raise IntelError(f"{name} begins as UTF-16 and is not whole. Export it again as UTF-8.") from None
    try:
        return data.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        pass
    if data[:4_096].count(0) > 1:
        raise IntelError(f"{name} is not text. Export it as CSV in UTF-8.")
    return data.decode("cp1252", "replace"), "Windows-1252"
