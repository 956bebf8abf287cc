"""Text to tokens. The tokens' texts, joined, are the source again: nothing is lost."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from tools.remediation.errors import HclSyntaxError

TokenKind = Literal["ident", "number", "string", "heredoc", "punct", "newline", "space", "comment", "end"]

_SPACE = re.compile(r"[ \t\r\ufeff]+")
_IDENT = re.compile(r"[^\W\d][\w-]*(?:::[^\W\d][\w-]*)*")
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_HEREDOC = re.compile(r"<<(-?)([^\W\d][\w-]*)[ \t\r]*\n")
_PUNCT = re.compile(r"\.\.\.|=>|==|!=|<=|>=|&&|\|\||[{}()\[\]=,.:?!<>+\-*/%]")
_LINE_COMMENT = re.compile(r"(?:#|//)[^\n]*")
_ESCAPE = re.compile(r'\\(?:[nrt"\\]|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})')
MAX_NESTING = 60


@dataclass(frozen=True, slots=True)
class Token:
    """One token; `start` and `end` are character offsets in the source."""

    kind: TokenKind
    text: str
    start: int
    end: int


def position(source: str, offset: int) -> tuple[int, int]:
    """Line and column (from 1) of an offset."""
    before = source[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def fail(source: str, offset: int, message: str) -> HclSyntaxError:
    return HclSyntaxError(message, *position(source, offset))


def scan_quoted(source: str, start: int, depth: int = 0) -> int:
    """The offset after the quoted template that opens at `start`."""
    if depth > MAX_NESTING:
        raise fail(source, start, "templates are nested too deeply")
    at = start + 1
    while at < len(source):
        char = source[at]
        if char == '"':
            return at + 1
        if char == "\n":
            break
        if char == "\\":
            escape = _ESCAPE.match(source, at)
            if escape is None:
                raise fail(source, at, "unknown escape sequence in a string")
            at = escape.end()
        elif source.startswith(("$${", "%%{"), at):
            at += 3
        elif source.startswith(("${", "%{"), at):
            at = _scan_interpolation(source, at + 2, depth + 1)
        else:
            at += 1
    raise fail(source, start, "a string is not closed on its line")


def _scan_interpolation(source: str, at: int, depth: int) -> int:
    """The offset after the `}` that closes an interpolation whose inside begins at `at`."""
    opened = 0
    begin = at
    while at < len(source):
        char = source[at]
        if char == '"':
            at = scan_quoted(source, at, depth)
            continue
        if char == "{":
            opened += 1
        elif char == "}":
            if opened == 0:
                return at + 1
            opened -= 1
        at += 1
    raise fail(source, begin, "an interpolation is not closed")


def _scan_heredoc(source: str, opening: re.Match[str]) -> int:
    closing = re.compile(rf"^[ \t]*{re.escape(opening.group(2))}[ \t\r]*$", re.MULTILINE)
    found = closing.search(source, opening.end())
    if found is None:
        raise fail(source, opening.start(), f"the heredoc {opening.group(2)} is not closed")
    return found.start() + len(found.group(0).rstrip())


def tokenize(source: str) -> list[Token]:
    """All tokens of `source`, spaces and comments too, ending with an `end` token. Raises
    `HclSyntaxError`."""
    tokens: list[Token] = []
    at = 0
    while at < len(source):
        kind, end = _next(source, at)
        tokens.append(Token(kind, source[at:end], at, end))
        at = end
    tokens.append(Token("end", "", at, at))
    return tokens


def _next(source: str, at: int) -> tuple[TokenKind, int]:
    char = source[at]
    if char == "\n":
        return "newline", at + 1
    if char == '"':
        return "string", scan_quoted(source, at)
    if source.startswith("/*", at):
        close = source.find("*/", at + 2)
        if close < 0:
            raise fail(source, at, "a comment is not closed")
        return "comment", close + 2
    if found := _LINE_COMMENT.match(source, at):
        return "comment", found.end()
    if found := _SPACE.match(source, at):
        return "space", found.end()
    if found := _HEREDOC.match(source, at):
        return "heredoc", _scan_heredoc(source, found)
    if found := _IDENT.match(source, at):
        return "ident", found.end()
    if found := _NUMBER.match(source, at):
        return "number", found.end()
    if found := _PUNCT.match(source, at):
        return "punct", found.end()
    raise fail(source, at, f"unexpected character {char!r}")
