"""Amazon S3: who can reach a bucket."""

from __future__ import annotations

from typing import Any

from tools.remediation.edits import Edit, EnsureCompanion
from tools.remediation.errors import AlreadyFixed
from tools.remediation.hcl.values import Unknown
from tools.remediation.live import Target
from tools.remediation.policy import narrow_to, public_statements, transformed
from tools.remediation.policy_edit import EditPolicy
from tools.remediation.recipe import Recipe, Template
from tools.remediation.shell import aws
from tools.remediation.templates.common import is_true, read, read_policy
from tools.remediation.templates.s3_bucket import (
    API_BLOCKS,
    BLOCKS,
    bucket_name,
    bucket_now,
    bucket_owner,
    canned_acl,
    companion,
    literals,
    public_block,
)
from tools.remediation.workspace import Spot, Workspace


def _exposed(t: Target) -> Any:
    def risk(space: Workspace, owner: Spot) -> list[str]:
        block = companion(t, "public_access_block").find(space, owner)
        shut = {name: is_true(read(space, block, name)) for name in BLOCKS}
        found: list[str] = [f"{name} is not true" for name, value in shut.items() if not value]
        if not shut["ignore_public_acls"]:
            acl = read(space, companion(t, "acl").find(space, owner), "acl") or read(space, owner, "acl")
            if isinstance(acl, str) and acl.startswith(("public-", "authenticated-")):
                found.append(f"the ACL is {acl}")
        if not shut["restrict_public_buckets"]:
            found.extend(_public_policy(t, space, owner))
        return found

    return risk


def _public_policy(t: Target, space: Workspace, owner: Spot) -> list[str]:
    spot = companion(t, "policy").find(space, owner)
    policy = read_policy(space, spot, "policy") if spot else read_policy(space, owner, "policy")
    if isinstance(policy, Unknown):
        return ["the bucket policy cannot be read from the Terraform text"]
    return [
        f"statement {s.get('Sid', number)} of the policy lets anybody in"
        for number, s in enumerate(public_statements(policy), 1)
    ]


def _narrowing(t: Target, *, optional: bool) -> EditPolicy:
    return EditPolicy("policy", narrow_to(t.root), companion=companion(t, "policy"), optional=optional)


_PUBLIC_BREAKS = (
    "Anyone who reads or writes this bucket without credentials of the account stops being able to, also a "
    "website or "
    "a partner: give those a CloudFront distribution or a statement that names them.",
)


def _public_access(t: Target) -> Recipe:
    name = bucket_name(t)
    edits: list[Edit] = [
        EnsureCompanion(companion(t, "public_access_block"), {(attribute,): True for attribute in BLOCKS})
    ]
    shut = ",".join(f"{api}=true" for api in API_BLOCKS)
    before = ",".join(
        f"{api}={str(value).lower()}" for api, value in zip(API_BLOCKS, public_block(t).values(), strict=True)
    )
    commands, undo = [], []
    policy = t.policy("policy", "Policy")
    if public_statements(policy) and policy:
        edits.append(_narrowing(t, optional=True))
        commands.append(
            aws("s3api", "put-bucket-policy", bucket=name, policy=transformed(policy, narrow_to(t.root)))
        )
        undo.append(aws("s3api", "put-bucket-policy", bucket=name, policy=policy))
    if acl := canned_acl(t):
        edits.append(_PrivateAcl(t))
        commands.append(aws("s3api", "put-bucket-acl", bucket=name, acl="private"))
        undo.append(aws("s3api", "put-bucket-acl", bucket=name, acl=acl))
    commands.append(
        aws("s3api", "put-public-access-block", bucket=name, public_access_block_configuration=shut)
    )
    undo.insert(
        0, aws("s3api", "put-public-access-block", bucket=name, public_access_block_configuration=before)
    )
    return Recipe(
        owner=bucket_owner(t),
        now=tuple(bucket_now(t)),
        edits=tuple(edits),
        risk=_exposed(t),
        checks=(
            "CKV_AWS_53",
            "CKV_AWS_54",
            "CKV_AWS_55",
            "CKV_AWS_56",
            "CKV2_AWS_6",
            "CKV_AWS_20",
            "CKV_AWS_57",
            "CKV_AWS_70",
            "CKV_AWS_379",
        ),
        literals=literals(t),
        commands=tuple(commands),
        rollback=tuple(undo),
        breaks=_PUBLIC_BREAKS,
        notes=("No import is needed: these settings are written over what is there.",),
    )


class _PrivateAcl:
    """Sets the ACL to private where it is written: in the companion, or (older) on the bucket."""

    def __init__(self, t: Target) -> None:
        self.companion = companion(t, "acl")

    def apply(self, space: Workspace, owner: Spot) -> None:
        found = self.companion.find(space, owner)
        if found is None and read(space, owner, "acl") is None:
            space.notes.append(
                "No ACL is written in this folder; the public access block makes the live one count for "
                "nothing."
            )
            return
        spot = found or owner
        for group in ("access_control_policy", "grant"):
            if space.block(spot).body.blocks_of(group):
                space.notes.append(
                    f"{spot.address} lists its grants one by one: look at them; the public access block "
                    "ignores public ones."
                )
                return
        space.set(spot, ("acl",), "private")


def _public_acl(t: Target) -> Recipe:
    acl = canned_acl(t) or "public-read"
    name = bucket_name(t)

    def risk(space: Workspace, owner: Spot) -> list[str]:
        value = read(space, companion(t, "acl").find(space, owner), "acl") or read(space, owner, "acl")
        public = isinstance(value, str) and value.startswith(("public-", "authenticated-"))
        ignored = is_true(
            read(space, companion(t, "public_access_block").find(space, owner), "ignore_public_acls")
        )
        return ([f"the ACL is {value}"] if public else []) + (
            [] if ignored else ["public ACLs are not ignored"]
        )

    return Recipe(
        owner=bucket_owner(t),
        now=tuple(bucket_now(t)),
        edits=(
            _PrivateAcl(t),
            EnsureCompanion(
                companion(t, "public_access_block"),
                {(n,): True for n in ("block_public_acls", "ignore_public_acls")},
            ),
        ),
        risk=risk,
        checks=("CKV_AWS_20", "CKV_AWS_57", "CKV_AWS_53", "CKV_AWS_55", "CKV_AWS_379"),
        literals=literals(t),
        commands=(
            aws("s3api", "put-bucket-acl", bucket=name, acl="private"),
            aws(
                "s3api",
                "put-public-access-block",
                bucket=name,
                public_access_block_configuration=_with_acls_blocked(t),
            ),
        ),
        rollback=(
            aws(
                "s3api",
                "put-public-access-block",
                bucket=name,
                public_access_block_configuration=_as_it_is(t),
            ),
            aws("s3api", "put-bucket-acl", bucket=name, acl=acl),
        ),
        breaks=("Anyone who lists or reads this bucket by its ACL stops being able to.",),
    )


def _as_it_is(t: Target, **over: bool) -> str:
    values = {**public_block(t), **over}
    return ",".join(
        f"{api}={str(values[ours]).lower()}" for ours, api in zip(BLOCKS, API_BLOCKS, strict=True)
    )


def _with_acls_blocked(t: Target) -> str:
    return _as_it_is(t, block_public_acls=True, ignore_public_acls=True)


def _public_policy_only(t: Target) -> Recipe:
    policy = t.policy("policy", "Policy")
    if not policy or not public_statements(policy):
        raise AlreadyFixed(
            f"The live policy of {bucket_name(t)} has no statement that lets anybody in; read the bucket "
            "again, then draft the fix."
        )
    name = bucket_name(t)
    return Recipe(
        owner=bucket_owner(t),
        now=tuple(bucket_now(t)),
        edits=(_narrowing(t, optional=False),),
        risk=lambda space, owner: _public_policy(t, space, owner),
        checks=("CKV_AWS_70",),
        literals=literals(t),
        commands=(
            aws("s3api", "put-bucket-policy", bucket=name, policy=transformed(policy, narrow_to(t.root))),
        ),
        rollback=(aws("s3api", "put-bucket-policy", bucket=name, policy=policy),),
        breaks=_PUBLIC_BREAKS,
        notes=(
            "Only the principal of the public statements changes, to this account; actions, resources and "
            "the other statements stay.",
        ),
    )


TEMPLATES = (
    Template(
        "aws.s3.public_access",
        "Close public access to the bucket",
        ("s3_bucket_public_access", "s3_bucket_level_public_access_block"),
        _public_access,
    ),
    Template(
        "aws.s3.public_access",
        "Take everybody out of the bucket's ACL",
        ("s3_bucket_public_list_acl", "s3_bucket_public_write_acl"),
        _public_acl,
    ),
    Template(
        "aws.s3.public_access",
        "Take everybody out of the bucket's policy",
        ("s3_bucket_policy_public_write_access",),
        _public_policy_only,
    ),
)
