"""Closes security group rules to the internet, in each way Terraform can write them: blocks inside the group,
`aws_security_group_rule`, `aws_vpc_security_group_ingress_rule`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tools.remediation.errors import SourceNotEditable
from tools.remediation.hcl import edit
from tools.remediation.hcl.evaluate import attribute_value, is_unknown
from tools.remediation.hcl.tree import Block
from tools.remediation.policy import is_world
from tools.remediation.workspace import Spot, Workspace, companions

_RULE, _SINGLE = "aws_security_group_rule", "aws_vpc_security_group_ingress_rule"
_LISTS = ("cidr_blocks", "ipv6_cidr_blocks")
_OTHERS = ("security_groups", "prefix_list_ids", "self", "source_security_group_id")
_PROTOCOLS = {"tcp", "6", "-1", "all"}


@dataclass(frozen=True, slots=True)
class Ports:
    """Ports that must not be open, as ranges; with `whole` only rules that open all of a range count."""

    name: str
    ranges: tuple[tuple[int, int], ...]
    whole: bool = False

    def met(self, protocol: Any, first: Any, last: Any) -> bool:
        """Whether a rule of this protocol and port range reaches one of the ports; what is unknown might."""
        everything = self.ranges == ((0, 65535),) and not self.whole
        if str(protocol) in ("-1", "all"):
            return True
        if str(protocol) not in _PROTOCOLS and not is_unknown(protocol):
            return everything
        try:
            low, high = int(first), int(last)
        except (TypeError, ValueError):
            return True
        if self.whole:
            return any(low <= start and end <= high for start, end in self.ranges)
        return any(low <= end and start <= high for start, end in self.ranges)


def _reached(block: Block, text: str, scope: Any, ports: Ports, protocol: str) -> bool:
    def value(name: str) -> Any:
        return attribute_value(block, name, text, scope)

    return ports.met(value(protocol), value("from_port"), value("to_port"))


def _world(value: Any) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return [str(item) for item in items if is_world(item)]


def _inline(space: Workspace, owner: Spot, ports: Ports) -> Iterator[tuple[int, Block]]:
    text, scope = space.files[owner.file], space.scope(owner.file)
    for index, block in enumerate(space.block(owner).body.blocks):
        if block.kind == "ingress" and _reached(block, text, scope, ports, "protocol"):
            yield index, block


def _rule_spots(space: Workspace, owner: Spot, ports: Ports, group: str) -> Iterator[tuple[Spot, str]]:
    for type_, protocol in ((_RULE, "protocol"), (_SINGLE, "ip_protocol")):
        for spot in companions(space, owner, type_, "security_group_id", (group,)):
            if type_ == _RULE and space.value(spot, "type") != "ingress":
                continue
            if _reached(space.block(spot), space.files[spot.file], space.scope(spot.file), ports, protocol):
                yield spot, type_


def open_rules(space: Workspace, owner: Spot, ports: Ports, group: str) -> list[str]:
    """What still lets the internet in."""
    found: list[str] = []
    text, scope = space.files[owner.file], space.scope(owner.file)
    body = space.block(owner).body
    if any(b.kind == "dynamic" and b.labels == ("ingress",) for b in body.blocks):
        found.append("its ingress rules are made by a dynamic block")
    for _, block in _inline(space, owner, ports):
        for name in _LISTS:
            found.extend(
                f"ingress from {cidr} reaches {ports.name}"
                for cidr in _world(attribute_value(block, name, text, scope))
            )
    for spot, type_ in _rule_spots(space, owner, ports, group):
        names = _LISTS if type_ == _RULE else ("cidr_ipv4", "cidr_ipv6")
        for name in names:
            found.extend(
                f"{spot.address}: {cidr} reaches {ports.name}" for cidr in _world(space.value(spot, name))
            )
    return found


@dataclass(frozen=True, slots=True)
class CloseIngress:
    """Takes the internet out of every ingress rule that reaches the ports; a rule with no source left
    goes."""

    ports: Ports
    group: str

    def apply(self, space: Workspace, owner: Spot) -> None:
        block = space.block(owner)
        if block.body.attribute("ingress") or any(
            b.labels == ("ingress",) for b in block.body.blocks if b.kind == "dynamic"
        ):
            raise SourceNotEditable(
                f"The ingress rules of {owner.address} are written as a value or a dynamic block: "
                "take 0.0.0.0/0 and ::/0 out of them by hand."
            )
        self._inline(space, owner)
        for spot, type_ in list(_rule_spots(space, owner, self.ports, self.group)):
            self._rule(space, spot, type_)

    def _inline(self, space: Workspace, owner: Spot) -> None:
        for index, block in reversed(list(_inline(space, owner, self.ports))):
            text, scope = space.files[owner.file], space.scope(owner.file)
            values = {name: attribute_value(block, name, text, scope) for name in (*_LISTS, *_OTHERS)}
            kept = _kept(values, f"{owner.address}.ingress")
            if kept is None:
                continue
            trail = (*space.trail(owner), index)
            space.touch(owner, ("ingress",))
            if not kept and not _other_source(values):
                space.files[owner.file] = edit.remove(text, block.start, block.end)
                continue
            for name in _LISTS:
                if _world(values[name]):
                    space.files[owner.file] = _set_or_drop(
                        space.files[owner.file], trail, name, kept.get(name, [])
                    )
        if not space.block(owner).body.blocks_of("ingress") and ("ingress",) in space.touched.get(
            owner, set()
        ):
            # Without any ingress block the provider leaves the live rules alone; an empty list removes them.
            space.set(owner, ("ingress",), [])

    def _rule(self, space: Workspace, spot: Spot, type_: str) -> None:
        if type_ == _SINGLE:
            if any(_world(space.value(spot, name)) for name in ("cidr_ipv4", "cidr_ipv6")):
                space.remove(spot)
            return
        values = {name: space.value(spot, name) for name in (*_LISTS, *_OTHERS)}
        kept = _kept(values, spot.address)
        if kept is None:
            return
        if not kept and not _other_source(values):
            space.remove(spot)
            return
        for name in _LISTS:
            if _world(values[name]):
                space.files[spot.file] = _set_or_drop(
                    space.files[spot.file], space.trail(spot), name, kept.get(name, [])
                )
                space.touch(spot, (name,))


def _kept(values: dict[str, Any], where: str) -> dict[str, list[Any]] | None:
    """The ranges that stay, by attribute; None where the rule is not open to the internet."""
    if not any(_world(values[name]) for name in _LISTS):
        return None
    kept: dict[str, list[Any]] = {}
    for name in _LISTS:
        value = values[name] if isinstance(values[name], list) else []
        rest = [item for item in value if not is_world(item)]
        if any(is_unknown(item) for item in rest):
            raise SourceNotEditable(
                f"{where} mixes 0.0.0.0/0 with values that are not written out: change it by hand."
            )
        if rest:
            kept[name] = rest
    return kept


def _other_source(values: dict[str, Any]) -> bool:
    return any(values[name] not in (None, [], False) for name in _OTHERS)


def _set_or_drop(text: str, trail: tuple[int, ...], name: str, values: list[Any]) -> str:
    if values:
        return edit.set_value(text, trail, (name,), values)
    found = edit.at(text, trail).body.attribute(name)
    return edit.remove(text, found.start, found.end) if found else text
