"""Small readers that the templates' risk rules share."""

from __future__ import annotations

from typing import Any

from tools.remediation.edits import Companion
from tools.remediation.hcl.evaluate import evaluate, is_unknown
from tools.remediation.hcl.expr import Expr
from tools.remediation.hcl.values import Encoded, Unknown
from tools.remediation.hcl.write import NewBlock, nested
from tools.remediation.policy import document
from tools.remediation.policy_document import read_statement
from tools.remediation.source import folder_of
from tools.remediation.workspace import Spot, Workspace


def guard(*ignored: str) -> NewBlock:
    """Stops any plan that would destroy the resource; `ignored` attributes are left as they are in the
    cloud."""
    from tools.remediation.hcl.values import Raw

    attributes: dict[str, Any] = {"prevent_destroy": True}
    if ignored:
        attributes["ignore_changes"] = [Raw(name) for name in ignored]
    return nested("lifecycle", attributes)


def read(space: Workspace, spot: Spot | None, *path: str) -> Any:
    """The value at a path through nested blocks; None where it is not written."""
    if spot is None:
        return None
    body = space.block(spot).body
    for name in path[:-1]:
        inner = body.blocks_of(name)
        if not inner:
            return None
        body = inner[0].body
    found = body.attribute(path[-1])
    return None if found is None else evaluate(found.value, space.files[spot.file], space.scope(spot.file))


def is_true(value: Any) -> bool:
    return value is True or (isinstance(value, str) and value.lower() == "true")


def read_policy(space: Workspace, spot: Spot | None, attribute: str) -> dict[str, Any] | Unknown | None:
    """A policy attribute as a document, whichever way it is written; `Unknown` where it cannot be read."""
    if spot is None:
        return None
    found = space.block(spot).body.attribute(attribute)
    if found is None:
        return None
    text = space.files[spot.file]
    value = evaluate(found.value, text, space.scope(spot.file))
    if isinstance(value, Encoded):
        return value.value if isinstance(value.value, dict) else Unknown("policy")
    if isinstance(value, str):
        return document(value) or Unknown("policy")
    return _by_reference(space, spot, text, found.value)


def _by_reference(space: Workspace, spot: Spot, text: str, expr: Expr) -> dict[str, Any] | Unknown:
    written = text[expr.start : expr.end]
    if written.startswith("<<"):
        body = written.partition("\n")[2]
        return document(body[: body.rfind("\n") + 1]) or Unknown("policy")
    for file, block in space.blocks("data", folder_of(spot.file)):
        if written == f"{block.address}.json":
            at = Spot(file, block.address)
            return {
                "Statement": [read_statement(space, at, one) for one in block.body.blocks_of("statement")]
            }
    return Unknown("policy")


def companion_of(space: Workspace, owner: Spot, companion: Companion) -> Spot | None:
    return companion.find(space, owner)


def unknown_reason(value: Any, what: str) -> list[str]:
    """A risk that cannot be ruled out is a risk."""
    return [f"{what} cannot be read from the Terraform text"] if is_unknown(value) else []
