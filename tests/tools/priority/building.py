"""Small estates for tests: assets, findings, snapshots."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from tools.findings.model import AssetRecord, Finding, FindingSet, FindingStatus, ResourceRef, Severity
from tools.priority.context import Context, build_context
from tools.priority.exposure import Exposure, exposure_of

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
ACCOUNT = "111122223333"


def asset(uid: str, config: Mapping[str, Any] | None = None, **fields: Any) -> AssetRecord:
    """An asset whose id is its uid; an ARN needs no more."""
    name = fields.pop("name", uid.rsplit("/", 1)[-1].rsplit(":", 1)[-1])
    given = {"provider": "AWS", "account": ACCOUNT, "name": name, "uid": uid, "asset_id": uid, **fields}
    return AssetRecord(config=dict(config or {}), **given)


def finding(rule_id: str, on: AssetRecord | None = None, severity: str = "HIGH", **fields: Any) -> Finding:
    """A failing finding of a rule on an asset."""
    given: dict[str, Any] = {
        "id": f"{rule_id}-{on.uid if on else 'nowhere'}",
        "title": rule_id.replace("_", " "),
        "severity": Severity(severity),
        "status": FindingStatus.FAIL,
        "rule_id": rule_id,
        "source": "Prowler",
        "provider": "AWS",
        "account": ACCOUNT,
        "first_seen": NOW,
        "observed_at": NOW,
    }
    if on is not None:
        given["resource"] = ResourceRef(asset_id=on.asset_id, uid=on.uid, name=on.name, type=on.type_id)
        given["tags"] = on.tags
    return Finding(**{**given, **fields})


def snapshot(findings: Iterable[Finding] = (), assets: Iterable[AssetRecord] = ()) -> FindingSet:
    """A complete snapshot as of `NOW`."""
    listed = tuple(findings)
    return FindingSet(listed, {a.asset_id: a for a in assets}, NOW, len(listed))


def context(*assets: AssetRecord, findings: Iterable[Finding] = ()) -> Context:
    """A context over some assets."""
    return build_context(snapshot(findings, assets))


def exposed(target: AssetRecord, *others: AssetRecord) -> Exposure:
    """The exposure of the first asset among the others."""
    return exposure_of(context(target, *others).reader, target)


def arn(service: str, resource: str, region: str = "us-east-1") -> str:
    """An ARN in the test account."""
    return f"arn:aws:{service}:{region}:{ACCOUNT}:{resource}"


def open_group(port: int = 22, group: str = "sg-0a1", cidr: str = "0.0.0.0/0") -> AssetRecord:
    """A security group, as the cloud's own API describes it."""
    rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": cidr}]}
    return asset(arn("ec2", f"security-group/{group}"), {"GroupId": group, "IpPermissions": [rule]})


def instance(name: str = "i-0web", group: str = "sg-0a1", **config: Any) -> AssetRecord:
    """A running instance with a public address, as the cloud's own API describes it."""
    tags = config.pop("tags", {})
    described = {
        "InstanceId": name,
        "State": {"Name": "running"},
        "PublicIpAddress": "203.0.113.7",
        "SecurityGroups": [{"GroupId": group}],
        **config,
    }
    return asset(arn("ec2", f"instance/{name}"), described, tags=tags)


def bucket(
    name: str, *, public: bool = False, tags: Mapping[str, str] | None = None, **config: Any
) -> AssetRecord:
    """A bucket; a public one is readable by anyone through its policy."""
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{name}/*",
    }
    policy = {"Version": "2012-10-17", "Statement": [statement] if public else []}
    return asset(
        f"arn:aws:s3:::{name}", {"policy": policy, "acl_grantees": [], **config}, tags=dict(tags or {})
    )


def role(name: str, *, admin: bool = False, trust: Any = "ec2.amazonaws.com", **config: Any) -> AssetRecord:
    """A role that EC2 may assume, an administrator if asked."""
    principal = {"Service": trust} if isinstance(trust, str) and trust != "*" else trust
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    policies = [
        {"PolicyName": "AdministratorAccess", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}
    ]
    described = {
        "RoleName": name,
        "AssumeRolePolicyDocument": {"Statement": [statement]},
        "AttachedManagedPolicies": policies if admin else [],
        **config,
    }
    return asset(f"arn:aws:iam::{ACCOUNT}:role/{name}", described)


def profile(name: str, role_name: str) -> AssetRecord:
    """An instance profile that names its role."""
    return asset(
        f"arn:aws:iam::{ACCOUNT}:instance-profile/{name}",
        {"InstanceProfileName": name, "Roles": [{"RoleName": role_name}]},
    )
