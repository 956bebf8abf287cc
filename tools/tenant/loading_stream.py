"""Splits a JSON file of any size into its records, holding no more than one record and one chunk in memory.

Takes a JSON array, JSON lines, objects one after another, and the envelopes that exports come in
({"Findings": [...]}, {"reply": {"issues": [...]}}). A record that cannot be read is reported with its number,
and reading goes on at the next one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from json.decoder import JSONDecodeError
from typing import Any

from tools.tenant.loading_json import DECODE, MAX_DEPTH, called, may_be_cut, skip_space, too_deep
from tools.tenant.loading_text import MAX_RECORD, Window

_LISTS = {
    *("findings", "issues", "alerts", "data", "assets", "results", "records", "cases", "incidents"),
    *("value", "listfindingsresults"),
}
_ENVELOPES = {"reply", "response", "result", "results"}
_NEXT_RECORD = re.compile(r"[}\]]\s*,\s*(?=\{)")
_NEXT_LINE = re.compile(r"\n\s*(?=[{\[])")
_TOKEN = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*"|["{}\[\]]')
_BROKEN_BYTE = re.compile("[\udc80-\udcff]")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_TOO_DEEP = f"it is nested too deeply (more than {MAX_DEPTH} levels)"
_CANDIDATES = 2_000
_PAIRS = {"}": "{", "]": "["}


@dataclass(frozen=True)
class Record:
    """A record as it stands in the file; numbers start at 1."""

    number: int
    value: dict[str, Any]


@dataclass(frozen=True)
class BadRecord:
    """A record that cannot be read, with the reason for a person."""

    number: int
    reason: str


def records(window: Window, *, envelopes: bool = True) -> Iterator[Record | BadRecord]:
    """Every record of a file, in order. With `envelopes` off, an object is always a record itself."""
    yield from _Splitter(window, envelopes).run()


class _Splitter:
    def __init__(self, window: Window, envelopes: bool) -> None:
        self._window = window
        self._envelopes = envelopes
        self._number = 0
        self._cut = False
        self._shape: frozenset[str] = frozenset()
        self._decode = DECODE

    def run(self) -> Iterator[Record | BadRecord]:
        window = self._window
        while character := window.peek():
            if character == "[":
                window.position += 1
                yield from self._array()
            elif character == "{" and self._envelopes and (depth := self._enter_envelope()):
                yield from self._array()
                yield from self._leave_envelope(depth)
            elif character == "{":
                yield self._value(self._resume_at_line)
            elif character == ",":
                window.position += 1
            else:
                self._number += 1
                start = window.text[window.position : window.position + 20]
                self._resume_at_line(window.position)
                yield BadRecord(self._number, f"it is not JSON: it begins with {start!r}")

    def _array(self) -> Iterator[Record | BadRecord]:
        window = self._window
        while True:
            character = window.peek()
            if character == "]":
                window.position += 1
                return
            if character == ",":
                window.position += 1
            elif character in {"}", ":"}:
                self._number += 1
                yield BadRecord(self._number, f"there is a stray {character!r} where a record should begin")
                self._resume_in_array(window.position)
            elif character:
                yield self._value(self._resume_in_array)
            elif self._cut:
                return
            else:
                self._number, self._cut = self._number + 1, True
                yield BadRecord(self._number, "the file ends here, inside its list: it was cut off")
                return

    def _value(self, resume: Callable[[int], bool]) -> Record | BadRecord:
        window = self._window
        self._number += 1
        while True:
            try:
                value, end = self._decode(window.text, window.position)
            except JSONDecodeError as error:
                if not may_be_cut(error, window):
                    return self._malformed(error, resume)
                held = len(window.text) - window.position
                if window.ended:
                    window.position = len(window.text)
                    self._cut = True
                    return BadRecord(self._number, "the file ends inside this record: it was cut off")
                if held > MAX_RECORD:
                    return self._oversized()
                window.more(held)
            except RecursionError:
                return self._unreadable(_TOO_DEEP, resume)
            except ValueError as error:
                return self._unreadable(str(error), resume)
            else:
                if end == len(window.text) and not window.ended and not isinstance(value, (dict, list, str)):
                    window.more(0)
                    continue
                return self._checked(value, end)

    def _checked(self, value: Any, end: int) -> Record | BadRecord:
        window = self._window
        start, window.position = window.position, end
        if end - start > MAX_RECORD:
            return self._too_large()
        if window.broken and (found := _BROKEN_BYTE.search(window.text, start, end)):
            byte = ord(found[0]) - 0xDC00
            reason = f"it is not UTF-8 text (byte 0x{byte:02X}); save the file as UTF-8 and load it again"
            return BadRecord(self._number, reason)
        if not isinstance(value, dict):
            return BadRecord(self._number, f"it is {called(value)}, not an object")
        openings = window.text.count("{", start, end) + window.text.count("[", start, end)
        if openings > MAX_DEPTH and too_deep(value):
            return BadRecord(self._number, _TOO_DEEP)
        if _SURROGATE.search(window.text, start, end):
            # Half of an escaped pair is no character: nothing after this can write it.
            value = json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
        self._shape = frozenset(value)
        return Record(self._number, value)

    def _malformed(self, error: JSONDecodeError, resume: Callable[[int], bool]) -> BadRecord:
        return self._unreadable(f"it is not valid JSON: {error.msg.lower()}", resume, error.pos)

    def _unreadable(self, reason: str, resume: Callable[[int], bool], at: int | None = None) -> BadRecord:
        number = self._number
        if not resume(self._window.position if at is None else at):
            reason += "; no next record could be made out after it, so the rest of the file was not read"
        return BadRecord(number, reason)

    def _oversized(self) -> BadRecord:
        """Pass over one huge value without keeping it."""
        window = self._window
        if not window.skip_value():
            return BadRecord(self._number, f"it is larger than {MAX_RECORD // 2**20} MiB and was cut off")
        return self._too_large()

    def _too_large(self) -> BadRecord:
        reason = f"it is larger than {MAX_RECORD // 2**20} MiB, the most that one may have"
        return BadRecord(self._number, reason)

    def _resume_at_line(self, at: int) -> bool:
        """Go to the next line that begins a record; the line of the record's own start is given up."""
        window = self._window
        while True:
            found = _NEXT_LINE.search(window.text, window.position)
            if found:
                window.position = found.end()
                return True
            if window.ended or len(window.text) - window.position > MAX_RECORD:
                window.position = len(window.text)
                window.drain()
                return window.lost == 0
            window.more(0)

    def _resume_in_array(self, at: int) -> bool:
        """Go behind the record: where its brackets close, else to the next text that reads like a record."""
        window = self._window
        end = self._closing()
        if end is not None:
            window.position = end
            return True
        # `_closing` may have read on, which moves the text: look from the record's start.
        position = window.position
        for _ in range(_CANDIDATES):
            found = _NEXT_RECORD.search(window.text, position)
            if not found:
                break
            position = found.end()
            try:
                value, _end = self._decode(window.text, position)
            except (ValueError, RecursionError):
                continue
            if isinstance(value, dict) and self._alike(value):
                window.position = position
                return True
        window.position = len(window.text)
        window.drain()
        return False

    def _alike(self, value: dict[str, Any]) -> bool:
        if not self._shape:
            return len(value) >= 5
        return 2 * len(self._shape & value.keys()) >= len(self._shape)

    def _closing(self) -> int | None:
        window = self._window
        while True:
            stack: list[str] = []
            for token in _TOKEN.finditer(window.text, window.position):
                mark = token[0]
                if mark in "{[":
                    stack.append(mark)
                elif mark in _PAIRS:
                    if not stack or stack.pop() != _PAIRS[mark]:
                        return None
                    if not stack:
                        return token.end() if self._goes_on(token.end()) else None
                elif mark == '"':
                    return None
            held = len(window.text) - window.position
            if window.ended or held > MAX_RECORD:
                return None
            window.more(held)

    def _goes_on(self, at: int) -> bool:
        """Whether what follows a record fits: the list's end, or another record that can be read."""
        text = self._window.text
        at = skip_space(text, at)
        if text[at : at + 1] != ",":
            return text[at : at + 1] in {"]", ""}
        try:
            self._decode(text, skip_space(text, at + 1))
        except JSONDecodeError as error:
            return may_be_cut(error, self._window)
        except (ValueError, RecursionError):
            return False
        return True

    def _enter_envelope(self) -> int:
        """Step into the list of an export's envelope; the number of objects around it, 0 if it is none."""
        window = self._window
        window.ensure(1 << 16)
        text, at, depth = window.text, window.position + 1, 1
        while True:
            try:
                key, at = self._decode(text, skip_space(text, at))
                at = skip_space(text, at)
                if not isinstance(key, str) or text[at : at + 1] != ":":
                    return 0
                at = skip_space(text, at + 1)
                opening, name = text[at : at + 1], key.lower()
                if opening == "[" and name in _LISTS and text[skip_space(text, at + 1)] in "{]":
                    window.position = at + 1
                    return depth
                if opening == "{" and name in _ENVELOPES:
                    depth, at = depth + 1, at + 1
                    continue
                if opening in {"{", "["} and depth == 1:
                    return 0
                _value, at = self._decode(text, at)
                at = skip_space(text, at)
                if text[at : at + 1] != ",":
                    return 0
                at += 1
            except (ValueError, IndexError, RecursionError):
                return 0

    def _leave_envelope(self, depth: int) -> Iterator[BadRecord]:
        if not self._window.skip_value(depth) and not self._cut:
            self._number += 1
            yield BadRecord(self._number, "the file ends before its envelope is closed: it was cut off")
