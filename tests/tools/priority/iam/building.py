"""Short ways to write policies and identities down in tests."""

from __future__ import annotations

from typing import Any

from tools.priority.iam.aws.identity import Principal
from tools.priority.iam.aws.model import Policy, PolicyKind
from tools.priority.iam.aws.parse import parse_policy
from tools.priority.iam.aws.resource import Resource

HERE, THERE = "111122223333", "444455556666"
ROLE, USER = f"arn:aws:iam::{HERE}:role/app", f"arn:aws:iam::{HERE}:user/ann"
FOREIGN = f"arn:aws:iam::{THERE}:role/partner"
BUCKET, KEY = "arn:aws:s3:::data", f"arn:aws:kms:eu-west-1:{HERE}:key/k1"
OBJECT = f"{BUCKET}/a.csv"


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    """An allow statement."""
    return statement("Allow", action, resource, **more)


def deny(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    """A deny statement."""
    return statement("Deny", action, resource, **more)


def statement(effect: str, action: Any, resource: Any, **more: Any) -> dict[str, Any]:
    """A statement; `not_action`, `not_resource`, `who`, `not_who`, `when` stand for the other elements."""
    found: dict[str, Any] = {"Effect": effect}
    if "not_action" in more:
        found["NotAction"] = more["not_action"]
    else:
        found["Action"] = action
    if "not_resource" in more:
        found["NotResource"] = more["not_resource"]
    elif resource is not None:
        found["Resource"] = resource
    for key, name in (("who", "Principal"), ("not_who", "NotPrincipal"), ("when", "Condition")):
        if key in more:
            found[name] = more[key]
    return found


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    """A document of today's version."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def policy(*statements: dict[str, Any], kind: PolicyKind = PolicyKind.IDENTITY, name: str = "p") -> Policy:
    """A parsed document."""
    return parse_policy(document(*statements), name, kind)


def identity(*statements: dict[str, Any], arn: str = ROLE, **more: Any) -> Principal:
    """A role or user (by its ARN) that holds the statements."""
    kind = "user" if ":user/" in arn else "root" if arn.endswith(":root") else "role"
    return Principal(arn, arn.split(":")[4], kind, (policy(*statements),) if statements else (), **more)  # type: ignore[arg-type]


def guarded(arn: str, *statements: dict[str, Any], account: str = HERE, **more: Any) -> Resource:
    """A resource with a policy of its own; none without statements."""
    own = policy(*statements, kind=PolicyKind.RESOURCE, name="resource policy") if statements else None
    return Resource(arn, account, own, **more)


def trusting(arn: str, *statements: dict[str, Any]) -> Resource:
    """A role with its trust policy."""
    own = policy(*statements, kind=PolicyKind.TRUST, name="trust")
    return Resource(arn, arn.split(":")[4], own)
