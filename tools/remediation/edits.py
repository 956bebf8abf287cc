"""The kinds of change that a template asks for. The same edits work on a reconstruction of the live
configuration and on the user's own files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from tools.remediation.errors import SourceNotEditable
from tools.remediation.hcl.edit import Path
from tools.remediation.hcl.values import Raw
from tools.remediation.hcl.write import NewBlock, nested
from tools.remediation.source import folder_of
from tools.remediation.workspace import Selector, Spot, Workspace, companions


class Edit(Protocol):
    """One change; `owner` is the block of the resource that the finding is about."""

    def apply(self, space: Workspace, owner: Spot) -> None: ...


@dataclass(frozen=True, slots=True)
class SetOn:
    """Sets attributes of the resource itself; paths go through nested blocks."""

    values: Mapping[Path, Any]

    def apply(self, space: Workspace, owner: Spot) -> None:
        for path, value in self.values.items():
            space.set(owner, path, value)


@dataclass(frozen=True, slots=True)
class Companion:
    """A resource that belongs to the owner: its type, and the attribute that points at the owner."""

    type: str
    link: str
    names: tuple[Any, ...]
    owner_attribute: str = "id"

    def find(self, space: Workspace, owner: Spot) -> Spot | None:
        found = companions(space, owner, self.type, self.link, self.names)
        if len(found) > 1:
            raise SourceNotEditable(
                f"Several {self.type} blocks belong to {owner.address}: "
                f"{', '.join(spot.address for spot in found)}. Keep one, or change them by hand."
            )
        return found[0] if found else None

    def new(self, owner: Spot, attributes: Mapping[str, Any], *blocks: NewBlock) -> NewBlock:
        label = owner.address.rpartition(".")[2]
        link = {self.link: Raw(f"{owner.address}.{self.owner_attribute}")}
        return NewBlock("resource", (self.type, label), {**link, **attributes}, blocks)


@dataclass(frozen=True, slots=True)
class EnsureCompanion:
    """Sets attributes of a companion, or adds the companion with them."""

    companion: Companion
    values: Mapping[Path, Any]
    only_new: Mapping[Path, Any] = field(default_factory=dict)
    inline: Mapping[Path, Any] = field(default_factory=dict)
    needs: tuple[NewBlock, ...] = ()

    def apply(self, space: Workspace, owner: Spot) -> None:
        """`inline` is the older way to say it, inside the owner: followed where the owner is written so.
        `needs` are blocks (variables) that a new companion refers to."""
        if self.inline and space.block(owner).body.blocks_of(next(iter(self.inline))[0]):
            for path, value in self.inline.items():
                space.set(owner, path, value)
            return
        found = self.companion.find(space, owner)
        if found:
            for path, value in self.values.items():
                space.set(found, path, value)
            return
        merged = {**self.values, **self.only_new}
        for block in self.needs:
            if not any(held.address == block.address for _, held in space.blocks(block.kind)):
                space.add(owner, block)
        attributes, blocks = _shaped(merged)
        space.add(owner, self.companion.new(owner, attributes, *blocks))


def _shaped(values: Mapping[Path, Any]) -> tuple[dict[str, Any], tuple[NewBlock, ...]]:
    """Paths to attributes and nested blocks, in the order given."""
    attributes: dict[str, Any] = {}
    groups: dict[str, dict[Path, Any]] = {}
    for path, value in values.items():
        if len(path) == 1:
            attributes[path[0]] = value
        else:
            groups.setdefault(path[0], {})[path[1:]] = value
    blocks = []
    for name, group in groups.items():
        inner, children = _shaped(group)
        blocks.append(nested(name, inner, *children))
    return attributes, tuple(blocks)


@dataclass(frozen=True, slots=True)
class AddBlock:
    """A block that other edits refer to (a variable), unless it is there already."""

    block: NewBlock

    def apply(self, space: Workspace, owner: Spot) -> None:
        if not any(held.address == self.block.address for _, held in space.blocks(self.block.kind)):
            space.add(owner, self.block)


@dataclass(frozen=True, slots=True)
class SetWhere:
    """Sets attributes on the owner, and on every block of a type whose attributes have the values of `where`."""

    type: str
    where: Mapping[str, tuple[Any, ...]]
    values: Mapping[Path, Any]

    def apply(self, space: Workspace, owner: Spot) -> None:
        module = folder_of(owner.file)
        spots = [Spot(file, block.address) for file, block in space.resources(self.type, module)]
        for spot in spots:
            if spot == owner or all(
                space.value(spot, name) in allowed for name, allowed in self.where.items()
            ):
                for path, value in self.values.items():
                    space.set(spot, path, value)


__all__ = [
    "AddBlock",
    "Companion",
    "Edit",
    "EnsureCompanion",
    "Selector",
    "SetOn",
    "SetWhere",
]
