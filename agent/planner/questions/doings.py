"""Questions about what somebody did in the cloud: "who deleted buckets", "changes of security groups"."""

# ruff: noqa: E501 (tables and patterns are easier to read in one piece)

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from agent.planner.questions.form import Atom, Ref

_CHANGE: Final = "modify|update|put|set|authorize|revoke|attach|detach|patch|write|change|edit|replace|associate|disassociate"
# verbs of questions -> how the parts of operation names begin
VERBS: Final[Mapping[str, str]] = {
    "delete": "delete|remove|terminate|destroy|purge|deregister", "remove": "delete|remove|detach|revoke|disassociate", "destroy": "delete|remove|terminate|destroy",
    "create": "create|run|insert|allocate|register|provision|write", "launch": "runinstances|create|insert|start|write", "provision": "create|run|insert|write",
    "start": "start|run", "stop": "stop|deallocate|poweroff", "terminate": "terminate|delete", "reboot": "reboot|restart", "restart": "reboot|restart",
    "change": _CHANGE, "modify": _CHANGE, "update": _CHANGE, "edit": _CHANGE, "alter": _CHANGE, "reconfigure": _CHANGE, "tamper": _CHANGE,
    "touch": f"{_CHANGE}|create|delete|insert|remove", "attach": "attach|associate", "detach": "detach|disassociate", "open": "authorize|write|patch|insert",
    "authorize": "authorize", "grant": "attach|put|set|grant|add|write", "disable": "disable|stop|delete", "enable": "enable|start", "assume": "assume",
    "list": "list|describe", "read": "get|list|describe|read", "share": "modify|put|set", "rotate": "rotate", "encrypt": "encrypt", "decrypt": "decrypt", "copy": "copy",
    "log in": r"(?:console)?log-?in|(?:console)?sign-?in", "sign in": r"(?:console)?log-?in|(?:console)?sign-?in", "login": r"(?:console)?log-?in|(?:console)?sign-?in",
}  # fmt: skip
_LOOKS: Final = "get|list|describe|head|lookup|read|search|query|view|batchget|test"
CHANGING: Final = frozenset(verb for verb, begins in VERBS.items() if begins == _CHANGE)
_ODD: Final[Mapping[str, str]] = {
    "stopped": "stop", "stopping": "stop", "modified": "modify", "modifies": "modify", "read": "read", "logged in": "log in", "signed in": "sign in", "spun up": "launch",
    "changes": "change", "change": "change", "deletion": "delete", "deletions": "delete", "removal": "remove", "removals": "remove", "creation": "create", "creations": "create",
    "modification": "modify", "modifications": "modify", "update": "update", "updates": "update", "launches": "launch", "launch": "launch", "copied": "copy", "set up": "create",
    "put up": "create", "brought up": "launch", "took down": "delete", "tampered with": "tamper", "messed with": "touch", "fiddled with": "touch", "played with": "touch",
}  # fmt: skip
_HOLDERS: Final = r"(?:(?:which|what|all|the) )?(?:users?|identit(?:y|ies)|principals?|iam users?|iam roles?|aws roles?|roles?|(?:gcp )?service accounts?|people|admins?)(?: that| who| which)?"
_SUBJECT: Final = r"(?:who|which (?:users?|identit(?:y|ies)|principals?|people|callers?|persons?|actors?|accounts?|employees?|humans?|one of us)|what (?:user|identity|principal|person)|whoever)"
_BEFORE: Final = r"(?:(?:show|tell|find|list|give|see|check|know|curious|wondering|wonder|name)(?: out| me| us)? |out |please |i |want to |need to |would like to |like to |and |so |ok |hey )*"
WHO: Final = re.compile(
    rf"^\W*{_BEFORE}{_SUBJECT} (?:all |has |have |had |did |was |were |recently |just |actually |been |it was that |ever |else |last )*(?P<verb>logged in|signed in|log in|sign in|set up|put up|spun up|brought up|took down|tampered with|messed with|fiddled with|played with|[a-z]+)\b"
)
_CALLED: Final = re.compile(
    r"(?:called|invoked|performed|executed|ran|issued|made|used|triggered|did|came|acted|caused|connected)\Z"
)
ALSO_WHAT: Final = re.compile(
    r"\bwhat (?:did|have|has|were|was|exactly|they|he|she|it|all)\b|\bdid what\b|\band what\b|\bdoing what\b|\bwhat (?:operations?|actions?)\b"
)
ALSO_ON: Final = re.compile(
    r"\b(?:and|,) (?:to|on|of|for) (?:which|what) (?:resources?|assets?|things?|objects?|targets?|ones?)\b|\band which (?:resources?|assets?|targets?)\b"
)
AND_COUNT: Final = re.compile(r"(?:\band |, ?)how (?:many|often|much)\b|\bwith counts?\b")
AS_LIST: Final = re.compile(
    r"\b(?:and |, ?|- ?)when\b|\bat what time\b|\bfrom (?:which|what) (?:ip|address)|\bdetails?\b|\bevents\b|\bfrom where\b|\bwhen and\b"
)


def done(text: str) -> tuple[str, str, int] | None:
    """The verb of "who did ..." with how its operations begin ("" for any), and where it ends in the text."""
    match = WHO.match(text)
    if match is None:
        return None
    verb = match["verb"]
    if _CALLED.match(verb):
        return verb, "", match.end()
    base = forms().get(verb)
    return (base, VERBS[base], match.end()) if base else None


_MAY: Final = re.compile(
    rf"^\W*{_BEFORE}(?:{_SUBJECT}|{_HOLDERS}) (?:can|could|may|might|is able to|are able to|is allowed to|are allowed to|has (?:the )?(?:permissions?|rights?) to|have (?:the )?(?:permissions?|rights?) to|is permitted to) (?:still |also |actually |currently )*(?P<verb>[a-z]+)\b"
)
# nouns of questions -> parts of action names that are about them, and the service that has them
_OBJECTS: Final[Mapping[str, tuple[str, str]]] = {
    "bucket": ("bucket|storageaccount|container", "s3|storage"), "object": ("object|blob", "s3|storage"), "instance": ("instance|virtualmachine", "ec2|compute"),
    "machine": ("instance|virtualmachine", "ec2|compute"), "vm": ("instance|virtualmachine", "ec2|compute"), "role": ("role", "iam"), "user": ("user", "iam"),
    "policy": ("polic", "iam"), "function": ("function", "lambda|cloudfunctions"), "key": ("key", "kms|cloudkms"), "secret": ("secret", "secretsmanager|secretmanager"),
    "database": ("db|database|instance", "rds|cloudsql"), "snapshot": ("snapshot", "ec2|rds|compute"), "group": ("group|firewall", "ec2|compute"), "log": ("log", "logs|logging"),
}  # fmt: skip


_DID: Final = re.compile(
    rf"^\W*{_BEFORE}what (?:all )?(?:did|has|have) (?P<who>[\w.@-]+) (?:do|done|been doing|changed?|deleted?|created?)\b"
)


def did(text: str) -> bool:
    """Whether a text asks what somebody did."""
    match = _DID.match(text)
    return match is not None and match["who"] not in ("we", "i", "you", "they", "it", "the")


def may(text: str) -> tuple[str, int] | None:
    """The verb of "who can delete ...", and where it ends in the text."""
    match = _MAY.match(text)
    base = (
        forms().get(match["verb"]) or (match["verb"] if match["verb"] in VERBS else None) if match else None
    )
    return (base, match.end()) if match and base else None


def allowed(verb: str, noun: str) -> Atom:
    """The condition that a permission lets do something to a kind of thing: also rights to all of a service, or to everything."""
    about, service = _OBJECTS.get(noun, (re.escape(noun), ""))
    verbs = VERBS[verb]
    parts = [r"^\*$", rf"[:./](?:{verbs})\w*(?:{about})", rf"(?:{about})\w*[./](?:{verbs})"]
    if service:
        parts.append(rf"^(?:{service})[:.]\*$")
    label = f"that let {verb} a {noun} (by the name of the action)"
    return Atom(
        ref=Ref(name="operation"),
        op="matches",
        values=("(?i)" + "|".join(parts),),
        label=label,
        of="permission",
    )


def operation(verb: str) -> Atom:
    """The condition that an operation is of a verb: a part of its name begins so."""
    return Atom(
        ref=Ref(name="operation"), op="matches", values=(rf"(?i)(?:^|[./:])(?:{VERBS[verb]})",), label=f"whose operation is to {verb}", of="event",
    )  # fmt: skip


def altering() -> Atom:
    """The condition that an operation does more than look: "who changed anything" is about all of these."""
    return Atom(
        ref=Ref(name="operation"), op="matches", values=(rf"(?i)(?:^|[./:])(?:{_LOOKS})",), negated=True, label="whose operation only reads", of="event",
    )  # fmt: skip


@lru_cache(maxsize=1)
def forms() -> Mapping[str, str]:
    """Forms of verbs, and nouns of them, to the verbs."""
    found: dict[str, str] = dict(_ODD)
    for verb in VERBS:
        stem = verb.removesuffix("e")
        for form in (verb, f"{verb}s", f"{stem}ed", f"{stem}ing", f"{verb}er"):
            found.setdefault(form, verb)
    for word in ("open", "list", "read", "share", "copy", "start"):
        # by themselves these are more often something else
        found.pop(word, None)
    return found


# "which user made the most changes": one
MOST: Final = re.compile(r"\bmost\b")
ONE: Final = re.compile(r"\b(?:who|(?:which|what) (?:user|person|identity|principal|account))\b(?!s)")
