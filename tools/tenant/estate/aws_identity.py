"""AWS identities, as IAM's GetAccountAuthorizationDetails and Organizations answer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from tools.tenant.estate import other_findings
from tools.tenant.estate.cell import Cell, Resource

Document = dict[str, Any]


def document(*statements: dict[str, Any]) -> Document:
    """A policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(actions: str | Sequence[str], resources: str | Sequence[str] = "*", **more: Any) -> dict[str, Any]:
    """A statement that allows; `more`: Condition."""
    return {"Effect": "Allow", "Action": _plain(actions), "Resource": _plain(resources), **more}


def deny(actions: str | Sequence[str], resources: str | Sequence[str] = "*", **more: Any) -> dict[str, Any]:
    """A statement that denies."""
    return {"Effect": "Deny", "Action": _plain(actions), "Resource": _plain(resources), **more}


def _plain(value: str | Sequence[str]) -> Any:
    return value if isinstance(value, str) else list(value)


def trust(principal: Any, action: str = "sts:AssumeRole", /, **more: Any) -> Document:
    """A trust policy with one statement."""
    return document({"Effect": "Allow", "Principal": principal, "Action": action, **more})


def service_trust(name: str) -> Document:
    """Trust in an AWS service."""
    return trust({"Service": f"{name}.amazonaws.com"})


def text(found: Document) -> str:
    """A document as resource policies come: JSON text."""
    return json.dumps(found, separators=(",", ":"))


def policy(cell: Cell, stem: str, *statements: dict[str, Any]) -> Resource:
    """A customer managed policy."""
    name = cell.name(stem)
    uid = f"arn:aws:iam::{cell.account.id}:policy/{name}"
    config = {
        "PolicyName": name,
        "PolicyId": f"ANPA{cell.letters(17)}",
        "Arn": uid,
        "Path": "/",
        "DefaultVersionId": "v1",
        "AttachmentCount": 1,
        "IsAttachable": True,
        "CreateDate": cell.iso(cell.number(20, 900)),
        "PolicyVersionList": [
            {
                "Document": document(*statements),
                "VersionId": "v1",
                "IsDefaultVersion": True,
                "CreateDate": cell.iso(cell.number(5, 400)),
            }
        ],
    }
    return cell.add("aws.policy", uid, name, config, region="global")


def attached(policies: Sequence[Resource | str]) -> list[dict[str, str]]:
    """References to policies: ours, or AWS's own by name."""
    found = []
    for one in policies:
        uid = f"arn:aws:iam::aws:policy/{one}" if isinstance(one, str) else one.uid
        found.append({"PolicyName": uid.rsplit("/", 1)[-1], "PolicyArn": uid})
    return found


def role(
    cell: Cell,
    stem: str,
    trusted: Document,
    policies: Sequence[Resource | str] = (),
    *,
    inline: Document | None = None,
    boundary: Resource | None = None,
    application: str = "",
    profile: bool = False,
    name: str = "",
) -> Resource:
    """A role; with `profile`, also the instance profile of its name. `name` instead of a numbered `stem`."""
    name = name or cell.name(stem)
    uid = f"arn:aws:iam::{cell.account.id}:role/{name}"
    config: dict[str, Any] = {
        "Path": "/",
        "RoleName": name,
        "RoleId": f"AROA{cell.letters(17)}",
        "Arn": uid,
        "CreateDate": cell.iso(cell.number(20, 900)),
        "AssumeRolePolicyDocument": trusted,
        "InstanceProfileList": [],
        "RolePolicyList": [{"PolicyName": f"{name}-inline", "PolicyDocument": inline}] if inline else [],
        "AttachedManagedPolicies": attached(policies),
        "Tags": [],
    }
    if boundary is not None:
        config["PermissionsBoundary"] = {
            "PermissionsBoundaryType": "Policy",
            "PermissionsBoundaryArn": boundary.uid,
        }
    if cell.chance(0.7):
        config["RoleLastUsed"] = {"LastUsedDate": cell.iso(cell.number(0, 60)), "Region": cell.region}
    found = cell.add("aws.role", uid, name, config, region="global", application=application)
    if "RoleLastUsed" not in config and cell.chance(0.5):
        other_findings.unused(cell, found)
    if profile:
        arn = f"arn:aws:iam::{cell.account.id}:instance-profile/{name}"
        own = {"InstanceProfileName": name, "InstanceProfileId": f"AIPA{cell.letters(17)}", "Arn": arn}
        config["InstanceProfileList"].append(dict(own))
        listed = own | {"Path": "/", "Roles": [{"RoleName": name, "Arn": uid}]}
        cell.add("aws.profile", arn, name, listed, region="global", application=application, tagged=False)
    return found


def profile_of(role_: Resource) -> dict[str, str]:
    """The instance profile of a role, as DescribeInstances names it."""
    listed = role_.config["InstanceProfileList"][0]
    return {"Arn": listed["Arn"], "Id": listed["InstanceProfileId"]}


def key(cell: Cell, days: float, *, active: bool = True) -> dict[str, Any]:
    """An access key's metadata."""
    return {
        "AccessKeyId": f"AKIA{cell.letters(16)}",
        "Status": "Active" if active else "Inactive",
        "CreateDate": cell.iso(days),
    }


def user(
    cell: Cell,
    name: str,
    policies: Sequence[Resource | str] = (),
    *,
    keys: Sequence[dict[str, Any]] = (),
    console: bool = False,
    mfa: bool = False,
    boundary: Resource | None = None,
    inline: Document | None = None,
) -> Resource:
    """A user: a person with a console password, or a robot with keys."""
    uid = f"arn:aws:iam::{cell.account.id}:user/{name}"
    config: dict[str, Any] = {
        "Path": "/",
        "UserName": name,
        "UserId": f"AIDA{cell.letters(17)}",
        "Arn": uid,
        "CreateDate": cell.iso(cell.number(400, 900)),
        "UserPolicyList": [{"PolicyName": f"{name}-inline", "PolicyDocument": inline}] if inline else [],
        "GroupList": [],
        "AttachedManagedPolicies": attached(policies),
        "AccessKeys": [{"UserName": name, **one} for one in keys],
        "MFADevices": [{"UserName": name, "SerialNumber": f"arn:aws:iam::{cell.account.id}:mfa/{name}"}]
        if mfa
        else [],
    }
    if console:
        config["LoginProfile"] = {"UserName": name, "CreateDate": cell.iso(cell.number(30, 500))}
    if boundary is not None:
        config["PermissionsBoundary"] = {
            "PermissionsBoundaryType": "Policy",
            "PermissionsBoundaryArn": boundary.uid,
        }
    return cell.add("aws.user", uid, name, config, region="global")


def oidc_provider(cell: Cell, host: str) -> Resource:
    """An OpenID Connect provider; one for each host of an account."""
    uid = f"arn:aws:iam::{cell.account.id}:oidc-provider/{host}"
    known: Resource | None = cell.used.get(uid)
    if known is None:
        config = {
            "OpenIDConnectProviderArn": uid,
            "Url": host,
            "ClientIDList": ["sts.amazonaws.com"],
            "ThumbprintList": [cell.hexes(40)],
            "CreateDate": cell.iso(300),
        }
        known = cell.used[uid] = cell.add("aws.oidc", uid, host, config, region="global")
    return known


def control_policy(cell: Cell, name: str, *statements: dict[str, Any]) -> Resource:
    """A service control policy on this account."""
    serial = f"p-{cell.hexes(8)}"
    uid = f"arn:aws:organizations::411122223300:policy/o-h4ld3n0utf/service_control_policy/{serial}"
    config = {
        "PolicySummary": {
            "Id": serial,
            "Arn": uid,
            "Name": name,
            "Type": "SERVICE_CONTROL_POLICY",
            "AwsManaged": False,
        },
        "Content": text(document(*statements)),
        "Targets": [{"TargetId": cell.account.id, "Name": cell.account.name, "Type": "ACCOUNT"}],
    }
    return cell.add("aws.scp", uid, name, config, region="global", tagged=False)
