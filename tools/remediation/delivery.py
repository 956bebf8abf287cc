"""What is handed out: the snippet with its import blocks, and the diff."""

from __future__ import annotations

import difflib
import unicodedata

from tools.remediation.hcl import edit
from tools.remediation.hcl.expr import Expr
from tools.remediation.hcl.tree import Block, Body, parse_file
from tools.remediation.hcl.values import quote
from tools.remediation.hcl.write import import_block, render
from tools.remediation.recipe import Recipe
from tools.remediation.workspace import Spot, Workspace


def header(title: str, finding_id: str) -> str:
    """Two comment lines; text from outside is kept to one line of plain characters."""
    shown = "".join(char for char in finding_id if char == " " or unicodedata.category(char)[0] not in "CZ")[
        :200
    ]
    return f"# {title}\n# Finding: {shown}".rstrip() + "\n"


def snippet_text(
    before: Workspace, after: Workspace, owner: Spot, recipe: Recipe, head: str
) -> tuple[str, dict[str, str]]:
    """The blocks that the fix touches or adds, self-contained, and the import ids by address.

    Where the owner itself is not among them, references to it become its literal name.
    """
    file = owner.file
    wanted = {spot.address for spot in (*after.touched, *after.added)}
    tree = after.tree(file)
    chosen = [block for block in tree.blocks if block.address in wanted]
    if not chosen:
        return "", {}
    chosen = _with_variables(tree, chosen, after.files[file])
    existing = {block.address for block in before.tree(file).blocks}
    imports: dict[str, str] = {}
    parts: list[str] = []
    names = {block.address for block in chosen}
    for block in chosen:
        identity = recipe.imports.get(block.labels[0]) if block.kind == "resource" else None
        if identity and block.address in existing:
            imports[block.address] = identity
            parts.append(render(import_block(block.address, identity)))
        text = after.files[file][block.start : block.end] + "\n"
        parts.append(text if owner.address in names else _literal(text, owner.address, recipe))
    return head + "\n" + "\n".join(parts), imports


def _with_variables(tree: Body, chosen: list[Block], text: str) -> list[Block]:
    used = "".join(text[block.start : block.end] for block in chosen)
    held = {block.address for block in chosen}
    return [
        block
        for block in tree.blocks
        if block.address in held or (block.kind == "variable" and f"var.{block.labels[0]}" in used)
    ]


def _literal(text: str, address: str, recipe: Recipe) -> str:
    """References to the owner as its literal attributes; only whole expressions, never inside a string."""
    spans: list[tuple[int, int, str]] = []

    def visit(expr: Expr) -> None:
        written = text[expr.start : expr.end]
        if expr.kind == "reference" and written.startswith(f"{address}."):
            value = recipe.literals.get(written[len(address) + 1 :])
            if value is not None:
                spans.append((expr.start, expr.end, quote(value)))
        for item in (*expr.items, *expr.keys):
            visit(item)

    def body(of: Body) -> None:
        for attribute in of.attributes:
            visit(attribute.value)
        for block in of.blocks:
            body(block.body)

    body(parse_file(text))
    for start, end, new in sorted(spans, reverse=True):
        text = edit.splice(text, start, end, new)
    return text


def diff_of(old: str, new: str, old_name: str, new_name: str) -> str:
    """A unified diff that `git apply` takes (for files); empty where nothing differs."""
    lines: list[str] = []
    for line in difflib.unified_diff(_lines(old), _lines(new), old_name, new_name):
        lines.append(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n")
    return "".join(lines)


def _lines(text: str) -> list[str]:
    """Lines with their ends, split at newlines only (other separators are part of a line)."""
    parts = text.split("\n")
    lines = [part + "\n" for part in parts[:-1]]
    return [*lines, parts[-1]] if parts[-1] else lines
