"""Values to text and text to values.

Everything that comes from the cloud (names, tags, policies) is written through `literal`, which leaves no way
out of the quotes: no interpolation, no directive, no line break, no control or direction-changing character.
"""

from __future__ import annotations

import json
import re
import textwrap
import unicodedata
from dataclasses import dataclass
from typing import Any

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*\Z")
_KEYWORDS = {"true", "false", "null", "for", "if", "in"}
_SIMPLE = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_UNESCAPE = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_ESCAPED = re.compile(r'\\(?:([nrt"\\])|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))|([$%])\4\{')


@dataclass(frozen=True, slots=True)
class Raw:
    """An expression of our own making (a reference), written as it stands. Never made from outside text."""

    text: str


@dataclass(frozen=True, slots=True)
class Encoded:
    """A value that is written as `jsonencode(...)`."""

    value: Any


@dataclass(frozen=True, slots=True)
class Unknown:
    """A part of a value that only Terraform can work out."""

    text: str


def quote(text: str) -> str:
    """`text` as a quoted string that means exactly `text`."""
    out: list[str] = []
    for index, char in enumerate(text):
        follows = text[index + 1] if index + 1 < len(text) else ""
        if char in _SIMPLE:
            out.append(_SIMPLE[char])
        elif char in "$%" and follows == "{":
            # `$${` is the usual spelling; after another `$` it would be read otherwise, so name the
            # character.
            run = index > 0 and text[index - 1] == char
            out.append(f"\\u{ord(char):04x}" if run else char * 2)
        elif not _plain(char):
            out.append(f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}")
        else:
            out.append(char)
    return '"' + "".join(out) + '"'


def _plain(char: str) -> bool:
    return unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def unquote(text: str) -> str | None:
    """What a quoted or heredoc token means; None where it holds an interpolation or a directive."""
    if text.startswith("<<"):
        return _heredoc(text)
    inside = text[1:-1]
    rest = _ESCAPED.sub("-", inside)
    if "${" in rest or "%{" in rest:
        return None

    def one(found: re.Match[str]) -> str:
        if found.group(1):
            return _UNESCAPE[found.group(1)]
        code = found.group(2) or found.group(3)
        return chr(int(code, 16)) if code else f"{found.group(4)}{{"

    try:
        return _ESCAPED.sub(one, inside)
    except (ValueError, OverflowError):
        return None


def _heredoc(text: str) -> str | None:
    first, _, rest = text.partition("\n")
    body = rest[: rest.rfind("\n") + 1]
    plain = re.sub(r"([$%])\1\{", "-", body)
    if "${" in plain or "%{" in plain:
        return None
    if first.startswith("<<-"):
        body = textwrap.dedent(body)
    return re.sub(r"([$%])\1\{", r"\1{", body)


def literal(value: Any, indent: int = 0) -> str:
    """`value` as an expression, laid out as `terraform fmt` would, nested lines indented from `indent`."""
    if isinstance(value, Raw):
        return value.text
    if isinstance(value, Encoded):
        return f"jsonencode({literal(value.value, indent)})"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return json.dumps(value)
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, dict):
        return _object(value, indent)
    if isinstance(value, list | tuple):
        return _list(list(value), indent)
    raise TypeError(f"cannot be written as Terraform: {type(value).__name__}")


def flat(value: Any) -> str:
    """`value` on one line."""
    if isinstance(value, dict) and value:
        return "{ " + ", ".join(f"{_key(str(key))} = {flat(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flat(item) for item in value) + "]"
    return literal(value)


def _list(values: list[Any], indent: int) -> str:
    pad = " " * (indent + 2)
    if not any(isinstance(value, dict | list | tuple) for value in values):
        flat = "[" + ", ".join(literal(value) for value in values) + "]"
        if len(flat) + indent < 100:
            return flat
    elif len(values) == 1 and isinstance(values[0], dict) and values[0]:
        return f"[{literal(values[0], indent)}]"
    lines = [f"{pad}{literal(value, indent + 2)},\n" for value in values]
    return "[\n" + "".join(lines) + " " * indent + "]"


def _object(value: dict[Any, Any], indent: int) -> str:
    if not value:
        return "{}"
    pairs = [(_key(str(key)), literal(item, indent + 2)) for key, item in value.items()]
    return "{\n" + align(pairs, indent + 2) + " " * indent + "}"


def _key(text: str) -> str:
    return text if _IDENTIFIER.match(text) and text not in _KEYWORDS else quote(text)


def align(pairs: list[tuple[str, str]], indent: int) -> str:
    """`name = value` lines; a run of one-line values has its signs in one column."""
    lines: list[str] = []
    run: list[tuple[str, str]] = []

    def flush() -> None:
        width = max((len(name) for name, _ in run), default=0)
        lines.extend(f"{' ' * indent}{name.ljust(width)} = {text}\n" for name, text in run)
        run.clear()

    for name, text in pairs:
        if "\n" in text:
            flush()
            lines.append(f"{' ' * indent}{name} = {text}\n")
        else:
            run.append((name, text))
    flush()
    return "".join(lines)
