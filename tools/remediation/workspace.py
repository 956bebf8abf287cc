"""The Terraform text that a fix works on: where a resource's block stands, what was changed, added,
removed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tools.remediation.errors import SourceNotEditable
from tools.remediation.hcl import edit
from tools.remediation.hcl.edit import Path
from tools.remediation.hcl.evaluate import Scope, attribute_value, evaluate, is_unknown
from tools.remediation.hcl.tree import Block, Body, parse_file
from tools.remediation.hcl.values import Unknown
from tools.remediation.hcl.write import NewBlock
from tools.remediation.source import folder_of


@dataclass(frozen=True, slots=True)
class Selector:
    """Which live resource a block must have made.

    `identity`: attributes whose literal value names it (any one equal suffices, a different one excludes);
    `ids`: what an `import` block would name; `tags`: its live tags, for resources that have no name of their
    own.
    """

    type: str
    identity: Mapping[str, Any] = field(default_factory=dict)
    ids: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    hints: Mapping[str, str] = field(default_factory=dict)

    def shown(self) -> str:
        named = next(iter(self.ids), None) or next((str(v) for v in self.identity.values()), "?")
        return f"{self.type} {named[:120]}"


@dataclass(frozen=True, slots=True)
class Spot:
    """A block's place: file, and address within the module."""

    file: str
    address: str


class _Files(dict[str, str]):
    """Texts by file, and a number that grows with every change."""

    version = 0

    def __setitem__(self, name: str, text: str) -> None:
        self.version += 1
        super().__setitem__(name, text)


@dataclass(slots=True)
class Workspace:
    """Texts by file. Edits go through it, so that scope can be judged by what they said they would touch."""

    files: dict[str, str]
    touched: dict[Spot, set[Path]] = field(default_factory=dict)
    added: list[Spot] = field(default_factory=list)
    removed: list[Spot] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    trees: dict[str, tuple[str, Body]] = field(default_factory=dict)
    _scopes: dict[str, tuple[int, Scope]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.files = _Files(self.files)

    def tree(self, file: str) -> Body:
        text = self.files[file]
        held = self.trees.get(file)
        if held is None or held[0] is not text:
            held = self.trees[file] = (text, parse_file(text))
        return held[1]

    def scope(self, file: str) -> Scope:
        """The variables and locals of the file's module."""
        module = folder_of(file)
        version = self.files.version if isinstance(self.files, _Files) else -1
        held = self._scopes.get(module)
        if held is None or held[0] != version:
            texts = ((self.files[name], self.tree(name)) for name in self.files if folder_of(name) == module)
            held = self._scopes[module] = (version, Scope(texts))
        return held[1]

    def blocks(self, kind: str, module: str | None = None) -> Iterator[tuple[str, Block]]:
        """Top-level blocks of a kind (`resource`, `data`, `import`, ...) with their files."""
        for name in sorted(self.files):
            if module is None or folder_of(name) == module:
                for block in self.tree(name).blocks:
                    if block.kind == kind:
                        yield name, block

    def resources(self, type_: str, module: str | None = None) -> Iterator[tuple[str, Block]]:
        for name, block in self.blocks("resource", module):
            if len(block.labels) == 2 and block.labels[0] == type_:
                yield name, block

    def block(self, spot: Spot) -> Block:
        for block in self.tree(spot.file).blocks:
            if block.address == spot.address:
                return block
        raise SourceNotEditable(f"{spot.address} is no longer in {spot.file}: draft the fix again.")

    def value(self, spot: Spot, name: str) -> Any:
        return attribute_value(self.block(spot), name, self.files[spot.file], self.scope(spot.file))

    # -- changes

    def trail(self, spot: Spot) -> tuple[int, ...]:
        for index, block in enumerate(self.tree(spot.file).blocks):
            if block.address == spot.address:
                return (index,)
        raise SourceNotEditable(f"{spot.address} is no longer in {spot.file}: draft the fix again.")

    def touch(self, spot: Spot, path: Path) -> None:
        self.touched.setdefault(spot, set()).add(path)

    def set(self, spot: Spot, path: Path, value: Any) -> None:
        self.files[spot.file] = edit.set_value(self.files[spot.file], self.trail(spot), path, value)
        self.touch(spot, path)

    def replace(self, spot: Spot, start: int, end: int, new: str, path: Path) -> None:
        self.files[spot.file] = edit.splice(self.files[spot.file], start, end, new)
        self.touch(spot, path)

    def add(self, after: Spot, new: NewBlock) -> Spot:
        new = self._unique(after, new)
        self.files[after.file] = edit.add_after(self.files[after.file], self.trail(after), new)
        spot = Spot(after.file, new.address)
        self.added.append(spot)
        return spot

    def remove(self, spot: Spot) -> None:
        block = self.block(spot)
        self.files[spot.file] = edit.remove(self.files[spot.file], block.start, block.end)
        self.removed.append(spot)

    def _unique(self, after: Spot, new: NewBlock) -> NewBlock:
        module = folder_of(after.file)
        taken = {block.address for _, block in self.blocks(new.kind, module)}
        label, number = new.labels[-1], 2
        while new.address in taken:
            new = NewBlock(
                new.kind, (*new.labels[:-1], f"{label}_{number}"), new.attributes, new.blocks, new.comment
            )
            number += 1
        return new


def locate(space: Workspace, wanted: Selector) -> Spot:
    """The one block that made the resource. Raises `SourceNotEditable` where there is none, or several
    fit."""
    strong: list[Spot] = []
    weak: list[Spot] = []
    possible: list[Spot] = []
    imported = set(_imported(space, wanted))
    for file, block in space.resources(wanted.type):
        spot = Spot(file, block.address)
        if spot in imported or (folder_of(file), block.address) in {
            (folder_of(s.file), s.address) for s in imported
        }:
            strong = [spot]
            break
        verdict = _verdict(space, spot, block, wanted)
        {"same": strong, "likely": weak, "unclear": possible}.get(verdict, []).append(spot)
    for found, doubt in ((strong, ""), (weak, "by its tags or description")):
        if len(found) == 1:
            if doubt:
                space.notes.append(
                    f"{found[0].address} in {found[0].file} was matched {doubt}: check that it is the one."
                )
            _warn_repeated(space, found[0])
            return found[0]
        if len(found) > 1:
            raise SourceNotEditable(
                f"Several blocks could have made {wanted.shown()}: {_listed(found)}. "
                "Add an import block that names the right one, or change it by hand."
            )
    hint = f" Its name is not written out in: {_listed(possible)}." if possible else ""
    if calls := _module_calls(space, wanted):
        hint += f" It is named in {', '.join(calls)}: the module makes it; change the module's arguments."
    raise SourceNotEditable(
        f"No block in this folder makes {wanted.shown()}.{hint} "
        "Draft the fix without the folder, or add an import block that names it."
    )


def _verdict(space: Workspace, spot: Spot, block: Block, wanted: Selector) -> str:
    text, scope = space.files[spot.file], space.scope(spot.file)
    matched = False
    for name, expected in wanted.identity.items():
        value = attribute_value(block, name, text, scope)
        if expected in (None, "") or value is None or is_unknown(value):
            continue
        if str(value) != str(expected):
            return "other"
        matched = True
    if matched:
        return "same"
    for name, hint in wanted.hints.items():
        value = attribute_value(block, name, text, scope)
        if hint and value is not None and not is_unknown(value):
            return "likely" if value == hint else "other"
    tags = attribute_value(block, "tags", text, scope)
    if isinstance(tags, dict) and wanted.tags:
        known = {key: value for key, value in tags.items() if not is_unknown(value)}
        if any(key in wanted.tags and wanted.tags[key] != str(value) for key, value in known.items()):
            return "other"
        if (
            known
            and all(wanted.tags.get(key) == str(value) for key, value in known.items())
            and ("Name" in known or len(known) > 1)
        ):
            return "likely"
    return "unclear"


def _imported(space: Workspace, wanted: Selector) -> Iterator[Spot]:
    for file, block in space.blocks("import"):
        identity = attribute_value(block, "id", space.files[file], space.scope(file))
        to = block.body.attribute("to")
        if to is not None and identity in wanted.ids:
            address = space.files[file][to.value.start : to.value.end]
            yield Spot(file, address)


def _module_calls(space: Workspace, wanted: Selector) -> list[str]:
    """Module calls whose arguments name the resource."""
    names = {str(value) for value in (*wanted.identity.values(), *wanted.ids) if value}
    found = []
    for file, block in space.blocks("module"):
        scope = space.scope(file)
        values = (evaluate(item.value, space.files[file], scope) for item in block.body.attributes)
        if any(isinstance(value, str) and value in names for value in values):
            found.append(f"{block.address} ({file})")
    return found


def _warn_repeated(space: Workspace, spot: Spot) -> None:
    body = space.block(spot).body
    for name in ("count", "for_each"):
        if body.attribute(name):
            space.notes.append(f"{spot.address} has {name}: the change reaches every resource that it makes.")


def _listed(spots: list[Spot]) -> str:
    shown = ", ".join(f"{spot.address} ({spot.file})" for spot in spots[:5])
    return shown + (f" and {len(spots) - 5} more" if len(spots) > 5 else "")


def companions(space: Workspace, owner: Spot, type_: str, link: str, names: tuple[Any, ...]) -> list[Spot]:
    """The resources of a type whose attribute `link` points at `owner`, by reference or by its literal
    name."""
    found: list[Spot] = []
    module = folder_of(owner.file)
    pointing = tuple(f"{owner.address}{tail}" for tail in (".", "["))
    for file, block in space.resources(type_, module):
        item = block.body.attribute(link)
        if item is None:
            continue
        value = evaluate(item.value, space.files[file], space.scope(file))
        text = space.files[file][item.value.start : item.value.end]
        refers = isinstance(value, Unknown) and (text.startswith(pointing) or f"${{{owner.address}." in text)
        if refers or value in names:
            found.append(Spot(file, block.address))
        elif isinstance(value, Unknown) and re.search(r"\b(each|count|var|local)\b", text):
            note = (
                f"{block.address} in {file} may be about {owner.address} too ({link} = {text[:60]}): look "
                "at it."
            )
            if note not in space.notes:
                space.notes.append(note)
    return found
