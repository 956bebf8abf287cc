"""What a policy document lets strangers, or its holder, do. AWS policy grammar.

Conservative in both directions: a condition that restricts the caller closes a grant, one that we cannot
judge makes it `uncertain`, never silently open or closed. An unconditional deny removes what it covers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal

from tools.priority.reading import View, items, openness, parsed, plain
from tools.priority.vocabulary import vocabulary

Reach = Literal["public", "uncertain", "none"]
Privilege = Literal["admin", "escalation", "broad", "limited", "none"]


_BROAD = ("s3", "ec2", "kms", "rds", "dynamodb", "secretsmanager", "lambda", "iam", "ssm", "sts")

ORDER: tuple[Privilege, ...] = ("none", "limited", "broad", "escalation", "admin")


@dataclass(frozen=True, slots=True)
class Grant:
    """What a document grants to anyone: how surely, and which action patterns in lower case."""

    reach: Reach
    actions: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()

    def allows(self, *actions: str) -> bool:
        """Whether any of the (lower-case) actions is covered."""
        return any(fnmatchcase(action, pattern) for pattern in self.actions for action in actions)


NO_GRANT = Grant("none")


def statements(document: Any) -> list[View]:
    """The statements of a policy document given as object or text."""
    found = parsed(document)
    if isinstance(found, list):
        return [View(item) for item in found if isinstance(item, dict)]
    return list(View(found).each("Statement"))


def public_grant(document: Any, account: str = "") -> Grant:
    """What the document grants to callers outside `account` that it does not name."""
    allowed: list[str] = []
    maybe: list[str] = []
    denied: list[str] = []
    conditions: list[str] = []
    for statement in statements(document):
        effect = statement.text("Effect").lower()
        anyone = _names_anyone(statement)
        if effect == "deny" and anyone:
            limits = restriction(statement)
            if limits == "open" and not statement.get("Condition") and _covers_resource(statement):
                denied += _actions(statement)
            elif statement.get("Condition") and not _only_neutral(statement):
                conditions.append("a conditional deny")
        elif effect == "allow" and anyone:
            limits = restriction(statement)
            if limits == "open":
                allowed += _actions(statement)
            elif limits == "uncertain":
                maybe += _actions(statement)
                conditions += _condition_keys(statement)
    allowed = [a for a in allowed if not any(fnmatchcase(a, d) for d in denied)]
    maybe = [a for a in maybe if not any(fnmatchcase(a, d) for d in denied)]
    if allowed and "a conditional deny" not in conditions:
        return Grant("public", tuple(dict.fromkeys(allowed)))
    if allowed or maybe:
        return Grant("uncertain", tuple(dict.fromkeys(allowed + maybe)), tuple(dict.fromkeys(conditions)))
    return NO_GRANT


def foreign_accounts(document: Any, account: str) -> tuple[str, ...]:
    """Other accounts that the document trusts without an external id or another pin."""
    found: list[str] = []
    for statement in statements(document):
        if statement.text("Effect").lower() != "allow" or restriction(statement) == "closed":
            continue
        for principal in _principals(statement):
            number = (
                principal.split(":")[4]
                if principal.startswith("arn:") and principal.count(":") >= 5
                else principal
            )
            if number.isdigit() and len(number) == 12 and number != account:
                found.append(number)
    return tuple(dict.fromkeys(found))


def privilege_of(documents: Iterable[Any]) -> Privilege:
    """The strongest thing that the holder of these identity policies may do."""
    allows: list[tuple[list[str], bool, bool]] = []
    denied: list[str] = []
    for document in documents:
        for statement in statements(document):
            effect = statement.text("Effect").lower()
            if effect == "deny" and not statement.get("Condition") and _any_resource(statement):
                denied += _actions(statement)
            elif effect == "allow":
                allows.append(
                    (_actions(statement), _any_resource(statement), bool(statement.get("Condition")))
                )
    wide = [a for actions, anywhere, limited in allows if anywhere and not limited for a in actions]
    wide = [a for a in wide if not any(fnmatchcase(a, d) for d in denied)]

    def can(action: str) -> bool:
        return any(fnmatchcase(action, a) for a in wide) and not any(fnmatchcase(action, d) for d in denied)

    if any(a in {"*", "*:*"} for a in wide):
        return "admin"
    if any(can(action) for action in vocabulary().escalations):
        return "escalation"
    if can("iam:passrole") and any(can(sink) for sink in vocabulary().pass_role_sinks):
        return "escalation"
    if any(a.endswith(":*") and a.split(":")[0] in _BROAD for a in wide):
        return "broad"
    return "limited" if allows else "none"


def managed_privilege(name: str) -> Privilege | None:
    """What a well-known AWS managed policy grants, by its name; None if the name says nothing."""
    low = name.rsplit("/", 1)[-1].lower()
    if low == "administratoraccess":
        return "admin"
    if low in {
        "iamfullaccess",
        "poweruseraccess",
        "administratoraccess-amplify",
        "administratoraccess-awselasticbeanstalk",
    }:
        return "escalation"
    if low.endswith("fullaccess"):
        return "broad"
    return "limited" if low.endswith("readonlyaccess") or low in {"securityaudit", "viewonlyaccess"} else None


def restriction(statement: View) -> Literal["open", "closed", "uncertain"]:
    """Whether the statement's conditions leave it open to strangers."""
    condition = statement.get("Condition")
    if not isinstance(condition, dict) or not condition:
        return "open"
    verdict: Literal["open", "closed", "uncertain"] = "open"
    for operator, tests in condition.items():
        for key, value in View(tests).raw.items():
            one = _judge(str(operator).lower(), str(key).lower(), [str(v) for v in items(value)])
            if one == "closed":
                return "closed"
            if one == "uncertain":
                verdict = "uncertain"
    return verdict


def _judge(operator: str, key: str, values: list[str]) -> Literal["open", "closed", "uncertain"]:
    if key in vocabulary().neutral:
        return "open"
    negated = "not" in operator.removeprefix("foranyvalue:").removeprefix("forallvalues:")
    if key == "aws:sourceip" and not negated:
        return "open" if any(openness(v) > 0 for v in values) else "closed"
    if key in vocabulary().pins and not negated:
        if operator.startswith("forallvalues:") or operator.endswith("ifexists"):
            return "uncertain"
        return "open" if any(v.strip("*?:") in {"", "arn:aws"} for v in values) else "closed"
    return "uncertain"


def _only_neutral(statement: View) -> bool:
    return all(key.lower() in vocabulary().neutral for key in _condition_keys(statement))


def _condition_keys(statement: View) -> list[str]:
    condition = statement.get("Condition")
    tests = condition.values() if isinstance(condition, dict) else ()
    return [str(key) for test in tests if isinstance(test, dict) for key in test]


def _principals(statement: View) -> list[str]:
    principal = statement.get("Principal")
    if isinstance(principal, dict):
        return [
            str(v)
            for kind, vs in principal.items()
            if plain(str(kind)) in {"aws", "canonicaluser", "federated"}
            for v in items(vs)
        ]
    return [str(v) for v in items(principal)]


def _names_anyone(statement: View) -> bool:
    if statement.get("NotPrincipal") is not None:
        return True  # everyone but the named: strangers are meant, in an allow as in a deny
    return any(principal.strip() in {"*", "arn:aws:iam::*:root"} for principal in _principals(statement))


def _actions(statement: View) -> list[str]:
    if statement.get("NotAction") is not None:
        # Everything but a few: as wide as a star unless what is left out is itself wide.
        left_out = [str(a).lower() for a in items(statement.get("NotAction"))]
        return (
            []
            if "*" in left_out
            else ["*"]
            if not any(a == "iam:*" for a in left_out)
            else ["s3:*", "ec2:*", "kms:*"]
        )
    return [str(action).lower() for action in items(statement.get("Action"))]


def _any_resource(statement: View) -> bool:
    """Whether the statement is about everything of its kind, not about named resources."""
    if statement.get("NotResource") is not None:
        return True
    resources = [str(r) for r in items(statement.get("Resource"))]
    return any(
        r in {"*", "arn:*"} or (r.startswith("arn:") and r.split(":", 5)[-1] in {"*", "*/*", "*:*"})
        for r in resources
    )


def _covers_resource(statement: View) -> bool:
    """Whether a statement of a resource policy covers the contents of its resource."""
    resources = [str(r) for r in items(statement.get("Resource"))]
    return statement.get("NotResource") is None and (not resources or any(r.endswith("*") for r in resources))
