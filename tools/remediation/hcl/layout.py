"""Layout rules of our own, for machines without the terraform binary: two spaces per level, signs in one
column, one space around them. They are the part of `terraform fmt` that matters for what we write."""

from __future__ import annotations

from tools.remediation.hcl.edit import indent_at, line_start
from tools.remediation.hcl.expr import Expr
from tools.remediation.hcl.tree import Body, parse_file

Pair = tuple[int, int, int, int]  # start, end of name, start of value, end


def layout_faults(text: str) -> dict[int, str]:
    """Line number (from 1) to what is wrong with it."""
    faults: dict[int, str] = {}
    _body(text, parse_file(text), 0, faults)
    for number, line in enumerate(text.splitlines(), 1):
        if line != line.rstrip() and "<<" not in text:
            faults.setdefault(number, "spaces at the end of the line")
    return faults


def _line(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def _body(text: str, body: Body, level: int, faults: dict[int, str]) -> None:
    pairs: list[Pair] = [(a.start, a.start + len(a.name), a.value.start, a.end) for a in body.attributes]
    _pairs(text, pairs, level, faults)
    for item in body.attributes:
        _value(text, item.value, level, faults)
    for block in body.blocks:
        _indent(text, block.start, level, faults)
        if "\n" in text[block.body.start : block.body.end]:
            _body(text, block.body, level + 1, faults)
            _indent(text, block.body.end, level, faults)


def _indent(text: str, offset: int, level: int, faults: dict[int, str]) -> None:
    if text[line_start(text, offset) : offset].strip():
        return
    if indent_at(text, offset) != 2 * level:
        faults[_line(text, offset)] = f"indent is not {2 * level}"


def _pairs(text: str, pairs: list[Pair], level: int, faults: dict[int, str]) -> None:
    runs: list[list[Pair]] = []
    last = -2
    for pair in pairs:
        _indent(text, pair[0], level, faults)
        line = _line(text, pair[0])
        if "\n" in text[pair[0] : pair[3]]:
            if text[pair[1] : pair[2]] not in (" = ", " : "):
                faults[line] = "one space around the sign"
            last = -2
            continue
        if line == last + 1:
            runs[-1].append(pair)
        else:
            runs.append([pair])
        last = line
    for run in runs:
        width = max(end - start for start, end, _, _ in run)
        for start, end, value, _ in run:
            if text[end:value] not in (f"{' ' * (width - (end - start))} {sign} " for sign in "=:"):
                faults[_line(text, start)] = "signs are not in one column"


def _value(text: str, value: Expr, level: int, faults: dict[int, str], closing: int | None = None) -> None:
    """`closing` is the level of the closing bracket, where it is not that of the line it opens on."""
    if "\n" not in text[value.start : value.end]:
        return
    end = level if closing is None else closing
    if value.kind == "object":
        pairs = [(k.start, k.end, v.start, v.end) for k, v in zip(value.keys, value.items, strict=True)]
        _pairs(text, pairs, level + 1, faults)
        for item in value.items:
            _value(text, item, level + 1, faults)
        _indent(text, value.end - 1, end, faults)
    elif value.kind == "tuple":
        first = value.items[0].start if value.items else value.start
        own_lines = bool(value.items) and not text[line_start(text, first) : first].strip()
        for item in value.items:
            if own_lines:
                _indent(text, item.start, level + 1, faults)
                _value(text, item, level + 1, faults)
            else:
                # terraform fmt puts the brace of `}, {` one level further in than that of `}]`.
                _value(text, item, level, faults, None if item is value.items[-1] else level + 1)
        _indent(text, value.end - 1, end, faults)
    elif value.kind == "call":
        for item in value.items:
            _value(text, item, level, faults)
