"""The commonest fix: attributes of the resource itself, set to what they should be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tools.remediation.edits import SetOn
from tools.remediation.hcl.edit import Path
from tools.remediation.hcl.evaluate import is_unknown
from tools.remediation.hcl.values import Raw
from tools.remediation.hcl.write import NewBlock
from tools.remediation.recipe import Recipe, Risk
from tools.remediation.templates.common import read
from tools.remediation.workspace import Selector, Spot, Workspace


def variable(name: str, description: str, kind: str = "string") -> NewBlock:
    """A variable for what the live configuration does not tell; it has no default, so a person must give
    it."""
    return NewBlock("variable", (name,), {"description": description, "type": Raw(kind)})


def given(value: Any, name: str, description: str, extra: list[NewBlock], kind: str = "string") -> Any:
    """`value`, or where it is not known a reference to a variable, which is put into `extra`."""
    if value not in (None, "", [], {}):
        return value
    extra.append(variable(name, description, kind))
    return Raw(f"var.{name}")


def wants(values: Mapping[Path, Any]) -> Risk:
    """The risk that any of these attributes is not as it should be."""

    def risk(space: Workspace, owner: Spot) -> list[str]:
        found: list[str] = []
        for path, wanted in values.items():
            value = read(space, owner, *path)
            name = ".".join(path)
            if is_unknown(value):
                found.append(f"{name} cannot be read from the Terraform text")
            elif not _same(value, wanted):
                found.append(f"{name} is {'not written' if value is None else value}")
        return found

    return risk


def _same(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, bool):
        return value is wanted or (isinstance(value, str) and value.lower() == str(wanted).lower())
    if isinstance(wanted, list) and isinstance(value, list):
        return {str(item) for item in wanted} <= {str(item) for item in value}
    return str(value) == str(wanted)


def setting(
    owner: Selector,
    block: NewBlock,
    values: Mapping[Path, Any],
    *,
    identity: str,
    extra: list[NewBlock] | None = None,
    risk: Risk | None = None,
    **rest: Any,
) -> Recipe:
    """A recipe that sets `values` on the owner. `identity` is its import id; `rest` goes to the recipe."""
    return Recipe(
        owner=owner,
        now=(block, *(extra or ())),
        edits=(SetOn(values),),
        risk=risk or wants(values),
        imports={block.labels[0]: identity},
        **rest,
    )
