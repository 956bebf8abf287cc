"""Changes to a text by position. What is not named keeps every character; what is added is laid out as
`terraform fmt` would lay it out. Each function gives the new text; positions of the old tree are then
stale."""

from __future__ import annotations

from typing import Any

from tools.remediation.errors import SourceNotEditable
from tools.remediation.hcl.tree import Attribute, Block, Body, parse_file
from tools.remediation.hcl.values import literal
from tools.remediation.hcl.write import NewBlock, nested, render

Path = tuple[str, ...]


def splice(text: str, start: int, end: int, new: str) -> str:
    """`text` with [start:end] replaced; line ends follow those of the file."""
    if "\r\n" in text:
        new = new.replace("\r\n", "\n").replace("\n", "\r\n")
    return text[:start] + new + text[end:]


def line_start(text: str, offset: int) -> int:
    return text.rfind("\n", 0, offset) + 1


def line_end(text: str, offset: int) -> int:
    """The offset after the newline that ends the line of `offset`."""
    found = text.find("\n", offset)
    return len(text) if found < 0 else found + 1


def indent_at(text: str, offset: int) -> int:
    line = text[line_start(text, offset) : offset]
    return len(line) - len(line.lstrip(" \t"))


def at(text: str, trail: tuple[int, ...]) -> Block:
    """The block reached by a trail of positions (its number among its siblings, from the file down)."""
    body = parse_file(text)
    block: Block | None = None
    for index in trail:
        block = body.blocks[index]
        body = block.body
    if block is None:
        raise ValueError("an empty trail leads to no block")
    return block


def trail_of(text: str, wanted: Block) -> tuple[int, ...]:
    """The trail that leads to a block of this text's tree."""

    def search(body: Body, trail: tuple[int, ...]) -> tuple[int, ...] | None:
        for index, block in enumerate(body.blocks):
            if block.start == wanted.start and block.end == wanted.end:
                return (*trail, index)
            if block.start <= wanted.start < block.end:
                return search(block.body, (*trail, index))
        return None

    found = search(parse_file(text), ())
    if found is None:
        raise ValueError("the block is not of this text")
    return found


def set_value(text: str, trail: tuple[int, ...], path: Path, value: Any) -> str:
    """Sets `path` (nested block names, then an attribute) in the block; makes what is missing."""
    text = _opened_up(text, trail)
    block = at(text, trail)
    name = path[0]
    if any(child.kind == "dynamic" and child.labels == (name,) for child in block.body.blocks):
        raise SourceNotEditable(f"{name} of {block.address} is made by a dynamic block: change it by hand.")
    if len(path) == 1:
        return _set_attribute(text, trail, name, value)
    inner = [index for index, child in enumerate(block.body.blocks) if child.kind == name]
    if len(inner) > 1:
        raise SourceNotEditable(f"{block.address} has several {name} blocks: change them by hand.")
    if inner:
        return set_value(text, (*trail, inner[0]), path[1:], value)
    if block.body.attribute(name):
        raise SourceNotEditable(
            f"{name} of {block.address} is written as a value, not a block: change it by hand."
        )
    return add_child(text, trail, _chain(path, value))


def _chain(path: Path, value: Any) -> NewBlock:
    if len(path) == 2:
        return nested(path[0], {path[1]: value})
    return nested(path[0], {}, _chain(path[1:], value))


def _opened_up(text: str, trail: tuple[int, ...]) -> str:
    """A block written on one line is spread over several first."""
    block = at(text, trail)
    inside = text[block.body.start : block.body.end]
    if "\n" in inside:
        return text
    pad = " " * indent_at(text, line_start(text, block.start) + _leading(text, block.start))
    held = f"{pad}  {inside.strip()}\n" if inside.strip() else ""
    return splice(text, block.body.start, block.body.end, f"\n{held}{pad}")


def _leading(text: str, offset: int) -> int:
    begin = line_start(text, offset)
    line = text[begin:offset]
    return len(line) - len(line.lstrip(" \t"))


def _set_attribute(text: str, trail: tuple[int, ...], name: str, value: Any) -> str:
    block = at(text, trail)
    found = block.body.attribute(name)
    if found:
        new = literal(value, indent_at(text, found.start))
        return splice(text, found.value.start, found.value.end, new)
    if block.body.blocks_of(name):
        raise SourceNotEditable(
            f"{name} of {block.address} is written as a block, not a value: change it by hand."
        )
    indent = _leading(text, block.start) + 2
    line = f"{' ' * indent}{name} = {literal(value, indent)}\n"
    first_child = min((child.start for child in block.body.blocks), default=block.body.end)
    before = [item for item in block.body.attributes if item.start < first_child]
    place = line_end(text, before[-1].end - 1 if before else block.body.start)
    aligned = bool(before) and is_aligned(text, block.body, before[-1])
    if not before and block.body.blocks:
        line += "\n"
    text = splice(text, place, place, line)
    return _realigned(text, trail, name) if aligned else text


def _run(text: str, body: Body, wanted: Attribute) -> list[Attribute]:
    """The attributes on the consecutive lines around `wanted`, each on one line."""
    lines = {
        text.count("\n", 0, item.start): item
        for item in body.attributes
        if "\n" not in text[item.start : item.end]
    }
    here = text.count("\n", 0, wanted.start)
    if here not in lines:
        return []
    first = last = here
    while first - 1 in lines:
        first -= 1
    while last + 1 in lines:
        last += 1
    return [lines[number] for number in range(first, last + 1)]


def is_aligned(text: str, body: Body, wanted: Attribute) -> bool:
    """Whether the run of one-line attributes around `wanted` has its signs in one column."""
    run = _run(text, body, wanted)
    width = max((len(item.name) for item in run), default=0)
    return all(text[item.start : item.value.start] == f"{item.name.ljust(width)} = " for item in run)


def _realigned(text: str, trail: tuple[int, ...], name: str) -> str:
    body = at(text, trail).body
    wanted = body.attribute(name)
    if wanted is None:
        return text
    run = _run(text, body, wanted)
    width = max((len(item.name) for item in run), default=0)
    for item in reversed(run):
        text = splice(text, item.start, item.value.start, f"{item.name.ljust(width)} = ")
    return text


def add_child(text: str, trail: tuple[int, ...], child: NewBlock) -> str:
    """A nested block at the end of a block."""
    text = _opened_up(text, trail)
    block = at(text, trail)
    written = render(child, _leading(text, block.start) + 2)
    empty = not block.body.attributes and not block.body.blocks
    place = line_start(text, block.body.end)
    return splice(text, place, place, written if empty else "\n" + written)


def add_after(text: str, trail: tuple[int, ...], new: NewBlock) -> str:
    """A top-level block after the given one, or at the end of the file for an empty trail."""
    place = line_end(text, at(text, trail).end - 1) if trail else len(text)
    lead = "" if text[:place].endswith("\n") or not text[:place] else "\n"
    return splice(text, place, place, f"{lead}{chr(10) if text[:place].strip() else ''}{render(new)}")


def remove(text: str, start: int, end: int) -> str:
    """Removes the whole lines of [start:end], the comment right above, and a blank line that would be left
    over."""
    first, last = line_start(text, start), line_end(text, max(start, end - 1))
    first = _with_comments(text, first)
    own = text[line_start(text, start) : start].strip()
    trailing = text[end:last].strip()
    if own or (trailing and not trailing.startswith(("#", "//"))):
        raise SourceNotEditable(
            "what must be removed shares its line with something else: remove it by hand."
        )
    before, after = text[:first], text[last:]
    blank_before = before == "" or before.replace("\r", "").endswith(("\n\n", "{\n"))
    if blank_before and after[:1] in ("\n", "\r"):
        after = after[line_end(after, 0) :]
    elif before.replace("\r", "").endswith("\n\n") and (not after.strip() or after.lstrip()[:1] == "}"):
        before = before[: line_start(before, len(before) - 1)]
    return before + after


def _with_comments(text: str, first: int) -> int:
    """The start of the comment lines that stand right above a line: they speak of what is removed."""
    while first > 0:
        above = line_start(text, first - 1)
        if not text[above:first].strip().startswith(("#", "//")):
            break
        first = above
    return first
