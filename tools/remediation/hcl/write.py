"""Blocks to text, laid out as `terraform fmt` would."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from tools.remediation.hcl.values import Raw, align, literal, quote


@dataclass(frozen=True, slots=True)
class NewBlock:
    """A block to be written: attributes in order, then nested blocks."""

    kind: str
    labels: tuple[str, ...] = ()
    attributes: dict[str, Any] = field(default_factory=dict)
    blocks: tuple[NewBlock, ...] = ()
    comment: str = ""

    @property
    def address(self) -> str:
        return ".".join(self.labels) if self.kind == "resource" else ".".join((self.kind, *self.labels))


def resource(kind: str, name: str, attributes: dict[str, Any], *blocks: NewBlock) -> NewBlock:
    """A resource block; attributes that are `Raw`, literals or `Encoded`."""
    return NewBlock("resource", (kind, name), attributes, blocks)


def nested(kind: str, attributes: dict[str, Any], *blocks: NewBlock) -> NewBlock:
    return NewBlock(kind, (), attributes, blocks)


def import_block(address: str, identity: str) -> NewBlock:
    """Tells Terraform that the resource exists already and must not be made anew."""
    return NewBlock("import", (), {"to": Raw(address), "id": identity})


def render(block: NewBlock, indent: int = 0) -> str:
    """The text of one block, ending in a newline."""
    pad = " " * indent
    head = " ".join([block.kind, *(quote(label) for label in block.labels)])
    comment = "".join(f"{pad}# {_one_line(line)}\n" for line in block.comment.splitlines())
    pairs = [(name, literal(value, indent + 2)) for name, value in block.attributes.items()]
    inner = [render(child, indent + 2) for child in block.blocks]
    if not pairs and not inner:
        return f"{comment}{pad}{head} {{}}\n"
    parts = ([align(pairs, indent + 2)] if pairs else []) + inner
    return f"{comment}{pad}{head} {{\n" + "\n".join(parts) + f"{pad}}}\n"


def render_all(blocks: tuple[NewBlock, ...] | list[NewBlock]) -> str:
    return "\n".join(render(block) for block in blocks)


def label_for(name: str, fallback: str = "this") -> str:
    """A Terraform name made from a cloud name: letters, digits, underscores, at most 60 characters."""
    cleaned = re.sub(r"[^A-Za-z0-9_]+", "_", name).strip("_").lower()[:60].rstrip("_")
    if not cleaned:
        return fallback
    return cleaned if not cleaned[0].isdigit() else f"r_{cleaned}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
