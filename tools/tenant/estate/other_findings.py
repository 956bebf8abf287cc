"""What scanners of identities and of secrets find: roles that nobody uses, guests, keys that lie in files."""

from __future__ import annotations

from tools.findings.model import Severity
from tools.tenant.estate.cell import Cell, Resource, Rule

GUEST = Rule(
    "ciem_guest_holds_role",
    Severity.MEDIUM,
    "Guest of the directory holds a role",
    "Take the role away, or give it for hours at a time.",
    category="IDENTITY",
    method="CIEM Scanner",
    owner="CIEM",
    impact="Whoever takes over the guest's account elsewhere takes this over too.",
    service="identity",
)
UNUSED = Rule(
    "ciem_role_unused",
    Severity.LOW,
    "Role is not used",
    "Delete it, or take its policies away and wait.",
    category="IDENTITY",
    method="CIEM Scanner",
    owner="CIEM",
    impact="Rights that nobody needs are rights that nobody watches.",
    service="identity",
)
LYING = Rule(
    "secret_in_file",
    Severity.MEDIUM,
    "Secret in a file",
    "Take it out, rotate it, and read it from a secret store.",
    category="SECRETS",
    method="Secrets Scanner",
    owner="CWP",
    impact="Whoever reads the file may act with it.",
    service="secrets",
)
_SECRETS = (
    ("SSH Private Key", "/home/{}/.ssh/id_rsa"),
    ("JWT Signing Key", "/opt/{}/config/keys.json"),
    ("Slack Token", "/opt/{}/notify.yaml"),
    ("Basic Auth Credentials", "/etc/{}/htpasswd"),
)


def unused(cell: Cell, role: Resource) -> None:
    """A role that was not used as long as records go back."""
    cell.hit(role, UNUSED, {"xdm.identity.last_used": None}, "No use of it is on record.")


def lying(cell: Cell, host: Resource) -> None:
    """A secret in a file of a machine."""
    kind, path = cell.pick(_SECRETS)
    facts = {"xdm.secret.secret_type": kind, "xdm.file.path": path.format(host.application)}
    cell.hit(host, LYING, facts, f"{kind} in {facts['xdm.file.path']}.")


def guest(cell: Cell, granted: Resource, mail: str, role: str) -> None:
    """A guest of the directory with a role."""
    cell.hit(granted, GUEST, {"xdm.identity.user_type": "Guest"}, f"{mail} holds {role}.")
