"""Built-in roles that matter, as facts: `data/azure_roles.tsv` with GUID, name and what they allow of what we ask
about. Where not all that a role allows is stated, `complete` is `no`.

Source: Azure built-in roles reference.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from tools.priority.iam.azure.model import Permission, Role


@cache
def built_in_roles() -> dict[str, Role]:
    """The roles by GUID and by name, both in lower case."""
    text = files("tools.priority.iam").joinpath("data/azure_roles.tsv").read_text("utf-8")
    found: dict[str, Role] = {}
    for line in text.splitlines()[1:]:
        guid, name, complete, actions, not_actions, data = line.split("\t")
        block = Permission(tuple(actions.split()), tuple(not_actions.split()), tuple(data.split()))
        role = Role(guid, name, (block,), partial=complete != "yes", built_in=True)
        found[guid] = found[name.lower()] = role
    return found
