"""What the Amazon S3 templates share: the bucket and its companions, from the live configuration."""

from __future__ import annotations

from typing import Any

from tools.remediation.edits import Companion
from tools.remediation.hcl.values import Encoded, Raw
from tools.remediation.hcl.write import NewBlock, label_for, resource
from tools.remediation.live import Target
from tools.remediation.workspace import Selector

BLOCKS = ("block_public_acls", "ignore_public_acls", "block_public_policy", "restrict_public_buckets")
API_BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
_GROUPS = {"AllUsers": "public-read", "AuthenticatedUsers": "authenticated-read"}


def bucket_name(t: Target) -> str:
    return t.uid.partition(":::")[2].partition("/")[0] or t.text("name", "Name", default=t.name)


def bucket_owner(t: Target) -> Selector:
    return Selector("aws_s3_bucket", {"bucket": bucket_name(t)}, (bucket_name(t),), t.tags)


def companion(t: Target, suffix: str) -> Companion:
    return Companion(f"aws_s3_bucket_{suffix}", "bucket", (bucket_name(t),))


def bucket_block(t: Target) -> NewBlock:
    attributes: dict[str, Any] = {"bucket": bucket_name(t)}
    if t.tags:
        attributes["tags"] = t.tags
    return resource("aws_s3_bucket", label_for(bucket_name(t)), attributes)


def beside(t: Target, suffix: str, attributes: dict[str, Any], *blocks: NewBlock) -> NewBlock:
    label = label_for(bucket_name(t))
    return resource(
        f"aws_s3_bucket_{suffix}", label, {"bucket": Raw(f"aws_s3_bucket.{label}.id"), **attributes}, *blocks
    )


def literals(t: Target) -> dict[str, str]:
    return {"id": bucket_name(t), "bucket": bucket_name(t), "arn": f"arn:{t.partition}:s3:::{bucket_name(t)}"}


def public_block(t: Target) -> dict[str, bool]:
    return {
        ours: bool(
            t.flag(f"public_access_block.{ours}", f"PublicAccessBlockConfiguration.{theirs}", default=False)
        )
        for ours, theirs in zip(BLOCKS, API_BLOCKS, strict=True)
    }


def canned_acl(t: Target) -> str:
    """The canned ACL that comes nearest to the grants; empty where only the owner has any."""
    held = set()
    for grant in t.items("acl_grantees", "Grants", "AccessControlList.Grants"):
        if not isinstance(grant, dict):
            continue
        grantee = grant.get("Grantee", grant)
        group = str(grantee.get("URI") or "").rpartition("/")[2]
        if group in _GROUPS:
            held.add((group, str(grant.get("permission") or grant.get("Permission") or "")))
    if any(permission in ("WRITE", "FULL_CONTROL", "WRITE_ACP") for _, permission in held):
        return "public-read-write"
    return next((_GROUPS[group] for group in _GROUPS if any(group == g for g, _ in held)), "")


def bucket_now(t: Target) -> list[NewBlock]:
    blocks = [bucket_block(t), beside(t, "public_access_block", dict(public_block(t)))]
    if acl := canned_acl(t):
        blocks.append(beside(t, "acl", {"acl": acl}))
    if policy := t.policy("policy", "Policy"):
        blocks.append(beside(t, "policy", {"policy": Encoded(policy)}))
    return blocks
