"""Questions about what somebody did in the cloud: "who deleted buckets", "roles created by the console"."""

# ruff: noqa: E501 (tables and patterns are easier to read in one piece)

from __future__ import annotations

import re
from typing import Final

# verbs of questions -> parts of operation names
VERBS: Final[dict[str, tuple[str, ...]]] = {
    "delete": ("Delete", "Remove", "Terminate"), "remove": ("Delete", "Remove", "Detach", "Revoke"), "create": ("Create", "Run", "Insert"),
    "launch": ("RunInstances", "Create", "Insert"), "start": ("Start", "Run"), "stop": ("Stop",), "terminate": ("Terminate", "Delete"),
    "change": ("Modify", "Update", "Put", "Set", "Authorize", "Revoke", "Attach", "Detach", "patch"),
    "modify": ("Modify", "Update", "Put", "Set", "Authorize", "Revoke", "Attach", "Detach", "patch"),
    "update": ("Update", "Modify", "Put", "Set", "patch"), "edit": ("Modify", "Update", "Put", "Set"), "touch": ("Modify", "Update", "Put", "Set", "Create", "Delete"),
    "attach": ("Attach",), "detach": ("Detach",), "open": ("Authorize",), "authorize": ("Authorize",), "grant": ("Attach", "Put", "Set", "Grant"),
    "disable": ("Disable", "Stop", "Delete"), "enable": ("Enable", "Start"), "assume": ("AssumeRole",), "list": ("List", "Describe"),
    "read": ("Get", "List", "Describe"), "share": ("Modify", "Put", "Set"), "login": ("ConsoleLogin", "Login"), "log in": ("ConsoleLogin", "Login"), "sign in": ("ConsoleLogin", "Login"),
    "logged in": ("ConsoleLogin", "Login"), "signed in": ("ConsoleLogin", "Login"),
}  # fmt: skip
_FORMS: Final = {
    "stopped": "stop",
    "modified": "modify",
    "shared": "share",
    "opened": "open",
    "listed": "list",
    "read": "read",
}
WHO: Final = re.compile(
    r"^\W*(?:(?:show|tell|find|list|give)(?: me)? |out )*(?:who|which (?:users?|identit(?:y|ies)|principals?|people|callers?|person|actors?|accounts?)|what (?:user|identity|principal)) (?:has |have |had |did |was |recently |just )*(?P<verb>logged in|signed in|log in|sign in|[a-z]+)\b"
)


_CALLED: Final = re.compile(r"(?:called|invoked|performed|executed|ran|issued|made|used|triggered|did)\Z")


def done(text: str) -> tuple[str, tuple[str, ...], int] | None:
    """The verb of "who did ..." with what operations it may be, and where it ends in the text."""
    match = WHO.match(text)
    if match is None:
        return None
    verb = match["verb"]
    if _CALLED.match(verb):
        return verb, (), match.end()
    for base in (
        verb,
        _FORMS.get(verb, ""),
        verb.removesuffix("d"),
        verb.removesuffix("ed"),
        verb.removesuffix("s"),
    ):
        if base in VERBS:
            return base, VERBS[base], match.end()
    return None
