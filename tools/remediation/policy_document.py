"""Changes the statements of a `data "aws_iam_policy_document"` block."""

from __future__ import annotations

from typing import Any

from tools.remediation.errors import SourceNotEditable
from tools.remediation.hcl import edit
from tools.remediation.hcl.evaluate import attribute_value
from tools.remediation.hcl.tree import Block
from tools.remediation.hcl.write import NewBlock, nested
from tools.remediation.policy import Statement, Transform, listed
from tools.remediation.source import folder_of
from tools.remediation.workspace import Spot, Workspace

_PLAIN = {
    "Sid": "sid",
    "Effect": "effect",
    "Action": "actions",
    "Resource": "resources",
    "NotAction": "not_actions",
}


def edit_document(
    space: Workspace, user: Spot, name: str, transform: Transform, add: tuple[Statement, ...]
) -> None:
    """Applies `transform` to each statement block; principals and actions can change, statements can go or
    come."""
    address = f"data.aws_iam_policy_document.{name}"
    spot = next(
        (Spot(f, b.address) for f, b in space.blocks("data", folder_of(user.file)) if b.address == address),
        None,
    )
    if spot is None:
        raise SourceNotEditable(f"{address} is not in this folder: change it where it is.")
    changed = False
    count = len(space.block(spot).body.blocks_of("statement"))
    for number in reversed(range(count)):
        block = space.block(spot).body.blocks_of("statement")[number]
        before = read_statement(space, spot, block)
        after = transform(before)
        if after == before:
            continue
        changed = True
        if after is None:
            space.files[spot.file] = edit.remove(space.files[spot.file], block.start, block.end)
            space.touch(spot, ("statement",))
        else:
            _rewrite(space, spot, number, before, after)
    for statement in add:
        changed = True
        trail = space.trail(spot)
        space.files[spot.file] = edit.add_child(space.files[spot.file], trail, _block(statement))
        space.touch(spot, ("statement",))
    if not changed:
        raise SourceNotEditable(
            f"{address} has no statement to change: what runs differs from this folder, or it is written "
            "dynamically."
        )


def read_statement(space: Workspace, spot: Spot, block: Block) -> Statement:
    """A statement block in the form of a JSON statement."""
    text, scope = space.files[spot.file], space.scope(spot.file)

    def value(of: Block, name: str) -> Any:
        return attribute_value(of, name, text, scope)

    out: Statement = {}
    for key, name in _PLAIN.items():
        found = value(block, name)
        if found is not None:
            out[key] = found
    out.setdefault("Effect", "Allow")
    for kind, key in (("principals", "Principal"), ("not_principals", "NotPrincipal")):
        people: dict[str, Any] = {}
        for inner in block.body.blocks_of(kind):
            people.setdefault(str(value(inner, "type")), []).extend(listed(value(inner, "identifiers")))
        if people:
            out[key] = "*" if people == {"*": ["*"]} else people
    conditions: dict[str, dict[str, Any]] = {}
    for inner in block.body.blocks_of("condition"):
        test, variable = str(value(inner, "test")), str(value(inner, "variable"))
        conditions.setdefault(test, {})[variable] = value(inner, "values")
    if conditions:
        out["Condition"] = conditions
    return out


def _rewrite(space: Workspace, spot: Spot, number: int, before: Statement, after: Statement) -> None:
    differing = {key for key in {*before, *after} if before.get(key) != after.get(key)}
    if (
        differing
        - {"Principal", "NotPrincipal", "Action"}
        - (set() if "Condition" in before else {"Condition"})
    ):
        raise SourceNotEditable(
            f"a statement of {spot.address} must change by hand: {', '.join(sorted(differing))}."
        )
    index = [i for i, b in enumerate(space.block(spot).body.blocks) if b.kind == "statement"][number]
    trail = (*space.trail(spot), index)
    if "Action" in differing:
        space.files[spot.file] = edit.set_value(
            space.files[spot.file], trail, ("actions",), listed(after.get("Action"))
        )
    if differing & {"Principal", "NotPrincipal"}:
        _repeople(space, spot, trail, after.get("Principal"))
    if "Condition" in differing:
        for child in _conditions(after):
            space.files[spot.file] = edit.add_child(space.files[spot.file], trail, child)
    space.touch(spot, ("statement",))


def _repeople(space: Workspace, spot: Spot, trail: tuple[int, ...], principal: Any) -> None:
    wanted = principal if isinstance(principal, dict) else {"AWS": listed(principal)}
    blocks = [b for b in edit.at(space.files[spot.file], trail).body.blocks if b.kind.endswith("principals")]
    if len(blocks) == 1 and len(wanted) == 1 and blocks[0].kind == "principals":
        children = edit.at(space.files[spot.file], trail).body.blocks
        index = next(i for i, child in enumerate(children) if child.kind == "principals")
        ((kind, identifiers),) = wanted.items()
        for name, value in (("type", kind), ("identifiers", listed(identifiers))):
            space.files[spot.file] = edit.set_value(space.files[spot.file], (*trail, index), (name,), value)
        return
    for block in reversed(blocks):
        space.files[spot.file] = edit.remove(space.files[spot.file], block.start, block.end)
    for kind, identifiers in wanted.items():
        child = nested("principals", {"type": kind, "identifiers": listed(identifiers)})
        space.files[spot.file] = edit.add_child(space.files[spot.file], trail, child)


def _block(statement: Statement) -> NewBlock:
    attributes: dict[str, Any] = {}
    for key, name in _PLAIN.items():
        if key in statement:
            plural = name.endswith("s")
            attributes[name] = listed(statement[key]) if plural else statement[key]
    principal = statement.get("Principal")
    people = principal if isinstance(principal, dict) else ({"*": ["*"]} if principal else {})
    inner = [nested("principals", {"type": kind, "identifiers": listed(ids)}) for kind, ids in people.items()]
    return nested("statement", attributes, *inner, *_conditions(statement))


def _conditions(statement: Statement) -> list[NewBlock]:
    return [
        nested("condition", {"test": test, "variable": variable, "values": listed(values)})
        for test, pairs in (statement.get("Condition") or {}).items()
        for variable, values in pairs.items()
    ]
