"""What roles of Google Cloud allow: `data/gcp_roles.tsv` for those that matter, custom roles from their records.

`never` and `perhaps` take precedence over `allows`; a single star under `perhaps` stands for all that the other
columns leave open. Source: IAM basic and predefined roles reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from tools.priority.iam.glob import matches
from tools.priority.iam.logic import MAYBE, NO, YES, Truth
from tools.priority.iam.model import Fault

# Roles whose permissions go beyond the service in their name.
_WIDE = ("serviceagent", "worker", "builder", "agent")


@dataclass(frozen=True, slots=True)
class Role:
    """A role with its permission patterns."""

    name: str
    allows: tuple[str, ...]
    never: tuple[str, ...] = ()
    perhaps: tuple[str, ...] = ()
    open_ended: bool = False

    def grants(self, permission: str) -> Truth:
        """Whether the role holds the permission."""
        if any(matches(p, permission) for p in self.never):
            return NO
        if permission in self.allows:
            return YES  # stated by its own name, whatever a wider pattern leaves open
        if any(matches(p, permission) for p in self.perhaps):
            return MAYBE
        if any(matches(p, permission) for p in self.allows):
            return YES
        return MAYBE if self.open_ended else NO


@cache
def predefined_roles() -> dict[str, Role]:
    """The table, read on first use."""
    text = files("tools.priority.iam").joinpath("data/gcp_roles.tsv").read_text("utf-8")
    found: dict[str, Role] = {}
    for line in text.splitlines()[1:]:
        name, allows, never, perhaps = (column.split() for column in line.split("\t"))
        specific = tuple(p for p in perhaps if p != "*")
        found[name[0]] = Role(name[0], tuple(allows), tuple(never), specific, "*" in perhaps)
    return found


def unlisted_role(name: str, permission: str) -> Truth:
    """What an unknown role may hold: permissions of its own service perhaps, of others hardly ever.

    Custom roles that were not collected may hold anything.
    """
    if not name.startswith("roles/"):
        return MAYBE
    service = name.removeprefix("roles/").split(".", 1)[0].lower()
    if name.lower().endswith(_WIDE) or service == permission.split(".", 1)[0].lower():
        return MAYBE
    return NO


def read_role(raw: Mapping[str, Any]) -> Role | Fault:
    """A custom role as `roles.get` returns it; a deleted or disabled one allows nothing."""
    name = raw.get("name")
    listed = raw.get("includedPermissions", [])
    if not isinstance(name, str) or not isinstance(listed, list):
        return Fault(str(name or "role"), "includedPermissions", "is missing")
    if raw.get("deleted") is True or raw.get("stage") == "DISABLED":
        return Role(name, ())
    return Role(name, tuple(p for p in listed if isinstance(p, str)))
