"""Reads resource and identity policies (the JSON documents of AWS): who is let in, and how to let fewer in.

Source of the rules: AWS IAM User Guide, policy elements and the meaning of "public" for Amazon S3.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Statement = dict[str, Any]
Transform = Callable[[Statement], Statement | None]

# Condition keys that tie a request to somebody in particular, in lower case.
_LIMITING = {
    "aws:sourcearn",
    "aws:sourceaccount",
    "aws:sourceowner",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:sourceip",
    "aws:vpcsourceip",
    "aws:userid",
    "aws:username",
    "kms:calleraccount",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
    "sns:endpoint",
    "lambda:eventsourcetoken",
}
_OPERATORS = {
    "stringequals",
    "stringequalsignorecase",
    "stringlike",
    "arnequals",
    "arnlike",
    "ipaddress",
}
# A public network wider than this is the internet in all but name.
WORLD_V4_PREFIX = 8
WORLD_V6_PREFIX = 16


def document(value: Any) -> dict[str, Any] | None:
    """A policy given as an object or as JSON text; None where it is neither."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return None
    return value if isinstance(value, dict) and "Statement" in value else None


def statements(policy: Mapping[str, Any] | None) -> list[Statement]:
    """The statements; a single one may stand without a list."""
    held = (policy or {}).get("Statement", [])
    listed = held if isinstance(held, list) else [held]
    return [item for item in listed if isinstance(item, dict)]


def listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def is_world(cidr: Any) -> bool:
    """Whether a network is the whole internet, or so much of it that the difference does not matter."""
    try:
        network = ipaddress.ip_network(str(cidr).strip(), strict=False)
    except ValueError:
        return False
    if network.prefixlen == 0:
        return True
    if network.is_private or network.is_loopback or network.is_link_local or network.is_multicast:
        return False
    return network.prefixlen < (WORLD_V4_PREFIX if network.version == 4 else WORLD_V6_PREFIX)


def everybody(statement: Mapping[str, Any]) -> bool:
    """Whether the principal is everyone, conditions aside."""
    if "NotPrincipal" in statement:
        return True
    principal = statement.get("Principal")
    if isinstance(principal, dict):
        return any("*" in listed(principal.get(kind)) for kind in ("AWS", "CanonicalUser", "Federated", "*"))
    return "*" in listed(principal)


def limited(statement: Mapping[str, Any]) -> bool:
    """Whether a condition ties the statement to particular callers."""
    condition = statement.get("Condition")
    if not isinstance(condition, dict):
        return False
    return any(
        key.lower() in _LIMITING
        and listed(values)
        and all(_particular(key.lower(), v) for v in listed(values))
        for operator, pairs in condition.items()
        if operator.lower().removeprefix("foranyvalue:") in _OPERATORS and isinstance(pairs, dict)
        for key, values in pairs.items()
    )


def _particular(key: str, value: Any) -> bool:
    text = str(value)
    if key in ("aws:sourceip", "aws:vpcsourceip"):
        return not is_world(text)
    parts = text.split(":", 5)
    if len(parts) == 6 and parts[0] == "arn":
        if parts[4] and not set(parts[4]) & set("*?"):
            return True
        return parts[2] == "s3" and parts[5][:1] not in ("*", "?", "")
    return bool(text.strip("*?"))


def is_public(statement: Mapping[str, Any]) -> bool:
    """Whether a statement of a resource policy lets anybody in."""
    return statement.get("Effect") == "Allow" and everybody(statement) and not limited(statement)


def public_statements(policy: Mapping[str, Any] | None) -> list[Statement]:
    return [statement for statement in statements(policy) if is_public(statement)]


def is_admin(statement: Mapping[str, Any]) -> bool:
    """Whether an identity policy's statement allows every action on everything."""
    if statement.get("Effect") != "Allow" or "*" not in listed(statement.get("Resource", [])):
        return False
    return any(str(action) in ("*", "*:*") for action in listed(statement.get("Action")))


def narrow_to(owner_arn: str, *, pin: bool = False) -> Transform:
    """A transform that takes "everybody" out of public statements; where nobody is left, `owner_arn` is put
    in.

    `pin` adds the condition that the caller is of that account, where the statement has no condition yet.
    """

    def change(statement: Statement) -> Statement | None:
        if not is_public(statement):
            return statement
        changed = {key: value for key, value in statement.items() if key != "NotPrincipal"}
        changed["Principal"] = _without_everybody(statement.get("Principal"), owner_arn)
        if pin and changed["Principal"] == {"AWS": owner_arn} and "Condition" not in changed:
            changed["Condition"] = {"StringEquals": {"aws:PrincipalAccount": owner_arn.split(":")[4]}}
        order = [*statement, "Principal", "Condition"]
        return {key: changed[key] for key in dict.fromkeys(order) if key in changed}

    return change


def _without_everybody(principal: Any, owner_arn: str) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    if isinstance(principal, dict):
        for kind, value in principal.items():
            rest = [item for item in listed(value) if item != "*"]
            if rest and kind != "*":
                kept[kind] = rest[0] if len(rest) == 1 else rest
    return kept or {"AWS": owner_arn}


def transformed(
    policy: Mapping[str, Any], transform: Transform, add: tuple[Statement, ...] = ()
) -> dict[str, Any]:
    """The policy with each statement changed (None drops it) and others added."""
    kept = [changed for item in statements(policy) if (changed := transform(item)) is not None]
    return {**policy, "Statement": [*kept, *add]}


def denies_plain_http(policy: Mapping[str, Any] | None) -> bool:
    """Whether somebody without TLS is refused, whoever it is and whatever is asked."""
    for statement in statements(policy):
        condition = statement.get("Condition")
        pairs = condition.get("Bool", {}) if isinstance(condition, dict) else {}
        secure = next((v for k, v in pairs.items() if k.lower() == "aws:securetransport"), None)
        if (
            statement.get("Effect") == "Deny"
            and everybody(statement)
            and str(secure).lower() == "false"
            and any(str(action) in ("*", "s3:*") for action in listed(statement.get("Action")))
        ):
            return True
    return False


def network_ranges(rule: Mapping[str, Any]) -> Iterator[str]:
    """The address ranges of a security group rule as the EC2 API gives it."""
    for pair in listed(rule.get("IpRanges")):
        if isinstance(pair, dict) and "CidrIp" in pair:
            yield str(pair["CidrIp"])
    for pair in listed(rule.get("Ipv6Ranges")):
        if isinstance(pair, dict) and "CidrIpv6" in pair:
            yield str(pair["CidrIpv6"])
