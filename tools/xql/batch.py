"""Checking and formatting many inputs: texts, files, folders of queries, standard input."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tools.xql.catalog import Catalog
from tools.xql.checker import CheckPolicy, CheckReport, Diagnostic, check
from tools.xql.errors import XqlError, XqlSyntaxError
from tools.xql.parser import parse
from tools.xql.printer import format_query

_MOST_BYTES = 1_000_000
_SUFFIXES = (".xql", ".txt")


def read_inputs(inputs: Iterable[str]) -> Iterator[tuple[str | None, str | Diagnostic]]:
    """Name and text of each input in order: `-` is standard input; an existing path is read; all else is a query.

    A folder gives its `*.xql` files (its `*.txt` where it has none of these), sorted, those of its sub-folders too.
    What cannot be read comes as a diagnostic.
    """
    for item in inputs:
        if item == "-":
            yield None, _query(_decoded(sys.stdin.buffer.read(_MOST_BYTES + 1)))
            continue
        path = _existing(item)
        if path is None:
            if _looks_like_path(item):
                yield item, _unreadable(f"there is no file {item}; give a file, a folder or a query")
            else:
                yield None, _unescaped(item)
        elif path.is_dir():
            files = _queries_in(path)
            if not files:
                yield str(path), _unreadable(f"no *.xql (or *.txt) file is in {path}")
            for found in files:
                yield str(found), _query(_read(found))
        else:
            yield str(path), _query(_read(path))


def _existing(item: str) -> Path | None:
    if not item or len(item) > 1_000 or "\n" in item or "|" in item or "\0" in item:
        return None
    try:
        path = Path(item)
        return path if path.exists() else None
    except (OSError, ValueError):
        return None


def _queries_in(folder: Path) -> list[Path]:
    files = [found for found in folder.rglob("*") if found.suffix.lower() in _SUFFIXES and not found.is_dir()]
    chosen = [found for found in files if found.suffix.lower() == _SUFFIXES[0]] or files
    return sorted(chosen)


def _looks_like_path(item: str) -> bool:
    if len(item) > 1_000 or any(sign in item for sign in "\n|="):
        return False
    return item.lower().endswith(_SUFFIXES) or (os.sep in item and not any(sign in item for sign in ' \t*"'))


def _read(path: Path) -> str | Diagnostic:
    try:
        with path.open("rb") as file:
            return _decoded(file.read(_MOST_BYTES + 1))
    except OSError as error:
        return _unreadable(f"{path} cannot be read: {error.strerror or error}")


def _decoded(data: bytes) -> str | Diagnostic:
    """Text of UTF-8 (with or without mark) or UTF-16 with its mark."""
    if len(data) > _MOST_BYTES:
        return _unreadable(f"the input is over {_MOST_BYTES:,} bytes; a query has at most 100,000 characters")
    try:
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return data.decode("utf-16")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _unreadable("the input is not UTF-8 text; save it as UTF-8")


def _unreadable(message: str) -> Diagnostic:
    return Diagnostic(rule="unreadable", line=1, column=1, message=message)


def _refused(name: str | None, diagnostic: Diagnostic) -> dict[str, Any]:
    report = CheckReport(parsed=False, valid=False, xql="", errors=(diagnostic,))
    return _named(name, report.as_json())


def _named(name: str | None, body: dict[str, Any]) -> dict[str, Any]:
    return {"file": name, **body} if name is not None else body


def _query(text: str | Diagnostic) -> str | Diagnostic:
    return _unescaped(text) if isinstance(text, str) else text


def _unescaped(text: str) -> str:
    """A query copied out of JSON, where every quote is written \\" and line ends are \\n."""
    if '\\"' not in text or text.count('\\"') != text.count('"'):
        return text
    try:
        plain: str = json.loads(f'"{text}"', strict=False)
    except ValueError:
        return text
    return plain


def check_inputs(
    inputs: Iterable[str], catalog: Catalog | None = None, policy: CheckPolicy | None = None
) -> list[dict[str, Any]]:
    """A report per query as JSON values, in order; those of files have `file`."""
    known = catalog or Catalog.seeded()
    rules = policy or CheckPolicy()
    return [
        _refused(name, text)
        if isinstance(text, Diagnostic)
        else _named(name, check(text, known, rules).as_json())
        for name, text in read_inputs(inputs)
    ]


def format_inputs(inputs: Iterable[str]) -> list[dict[str, Any]]:
    """The canonical text of each query (`xql`), nothing added; `parsed` and `errors` where there is none."""
    results = []
    for name, text in read_inputs(inputs):
        results.append(
            _refused(name, text) if isinstance(text, Diagnostic) else _named(name, _formatted(text))
        )
    return results


def _formatted(text: str) -> dict[str, Any]:
    try:
        pretty = format_query(parse(text))
    except XqlSyntaxError as error:
        message = error.message + (f" (expected {', '.join(error.expected)})" if error.expected else "")
        diagnostic = Diagnostic(
            rule=error.rule,
            line=error.line,
            column=error.column,
            message=message,
            suggestions=error.suggestions,
        )
        return CheckReport(parsed=False, valid=False, xql=text, errors=(diagnostic,)).as_json()
    except XqlError as error:
        return CheckReport(
            parsed=True,
            valid=False,
            xql=text,
            errors=(Diagnostic(rule="unprintable", line=1, column=1, message=str(error)),),
        ).as_json()
    return CheckReport(parsed=True, valid=True, xql=pretty).as_json()
