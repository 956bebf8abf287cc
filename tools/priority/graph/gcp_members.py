"""Members, roles and grants of Google Cloud as other records than allow policies spell them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from tools.priority.reading import View

_ENDS = re.compile(r"""^\s*request\.time\s*<=?\s*timestamp\(\s*["']([^"']+)["']\s*\)\s*$""")


def plain_member(member: str) -> str:
    """A member with its address in lower case, as IAM compares them."""
    kind, colon, rest = member.partition(":")
    return f"{kind}:{rest.lower()}" if colon and "@" in rest else member


def member_of(text: str) -> str:
    """An address as a member; one of a kind stays."""
    if ":" in text:
        return text
    return f"serviceAccount:{text}" if text.endswith("gserviceaccount.com") else f"user:{text}"


def role_name(text: str) -> str:
    """The name of a custom role out of its id."""
    at = text.find("projects/") if "projects/" in text else text.find("organizations/")
    return text[at:] if at >= 0 else text


_LEGACY = {
    "READER": "roles/bigquery.dataViewer",
    "WRITER": "roles/bigquery.dataEditor",
    "OWNER": "roles/bigquery.dataOwner",
}
_SPECIAL = {
    "projectowners": "projectOwner",
    "projectwriters": "projectEditor",
    "projectreaders": "projectViewer",
}


def access_entry(entry: View, node: str) -> dict[str, Any] | None:
    """An entry of a data set's access list as a binding."""
    role = entry.text("role")
    role = _LEGACY.get(role.upper(), role)
    special, address = entry.text("specialGroup"), entry.text("userByEmail")
    member = entry.text("iamMember")
    if special.lower() == "allauthenticatedusers":
        member = "allAuthenticatedUsers"
    elif special.lower() in _SPECIAL:
        member = f"{_SPECIAL[special.lower()]}:{node.split('/')[1]}"
    elif address:
        member = member_of(address)
    elif entry.text("groupByEmail"):
        member = f"group:{entry.text('groupByEmail')}"
    elif entry.text("domain"):
        member = f"domain:{entry.text('domain')}"
    return {"role": role, "members": [member]} if member and role else None


def is_over(binding: Any, at: datetime) -> bool:
    """Whether a grant has ended for good."""
    found = _ENDS.match(View(binding).at("condition").text("expression"))
    if found is None:
        return False
    try:
        end = datetime.fromisoformat(found.group(1).replace("Z", "+00:00"))
    except ValueError:
        return False
    return (end if end.tzinfo else end.replace(tzinfo=UTC)) < at
