"""Amazon S3: encryption, transport, versions, access logs."""

from __future__ import annotations

from typing import Any

from tools.remediation.edits import EnsureCompanion
from tools.remediation.errors import ConfigurationMissing
from tools.remediation.hcl.values import Raw, Unknown
from tools.remediation.hcl.write import NewBlock, nested
from tools.remediation.live import Target
from tools.remediation.policy import denies_plain_http, transformed
from tools.remediation.policy_edit import EditPolicy
from tools.remediation.recipe import Recipe, Template
from tools.remediation.shell import aws
from tools.remediation.templates.common import is_true, read, read_policy
from tools.remediation.templates.s3_bucket import (
    beside,
    bucket_block,
    bucket_name,
    bucket_now,
    bucket_owner,
    companion,
    literals,
)
from tools.remediation.workspace import Spot, Workspace


def _encryption(algorithm: str) -> Any:
    def build(t: Target) -> Recipe:
        name = bucket_name(t)
        path = ("rule", "apply_server_side_encryption_by_default", "sse_algorithm")
        wanted: dict[tuple[str, ...], Any] = {path: algorithm}
        if algorithm == "aws:kms":
            wanted[("rule", "bucket_key_enabled")] = True
        beside_it = companion(t, "server_side_encryption_configuration")
        old = "server_side_encryption_configuration"
        held = t.text(
            "encryption",
            "ServerSideEncryptionConfiguration.Rules.0.ApplyServerSideEncryptionByDefault.SSEAlgorithm",
        )
        now = [bucket_block(t)]
        if held:
            now.append(
                beside(
                    t,
                    old,
                    {},
                    nested(
                        "rule", {}, nested("apply_server_side_encryption_by_default", {"sse_algorithm": held})
                    ),
                )
            )

        def risk(space: Workspace, owner: Spot) -> list[str]:
            value = read(space, beside_it.find(space, owner), *path) or read(space, owner, old, *path)
            good = (
                ("aws:kms", "aws:kms:dsse")
                if algorithm == "aws:kms"
                else ("AES256", "aws:kms", "aws:kms:dsse")
            )
            return [] if value in good else [f"the default encryption is {value or 'not written'}"]

        rule: dict[str, Any] = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": algorithm}}
        if algorithm == "aws:kms":
            rule["BucketKeyEnabled"] = True
        undo = aws("s3api", "delete-bucket-encryption", bucket=name)
        if held:
            undo = aws(
                "s3api",
                "put-bucket-encryption",
                bucket=name,
                server_side_encryption_configuration={
                    "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": held}}]
                },
            )
        kms_note = (
            "Without a key id the AWS managed key aws/s3 is used; set kms_master_key_id to use (and share "
            "across accounts) a key of your own.",
            "Readers and writers need kms:Decrypt and kms:GenerateDataKey once a key of your own is set.",
        )
        return Recipe(
            owner=bucket_owner(t),
            now=tuple(now),
            edits=(EnsureCompanion(beside_it, wanted, inline={(old, *p): v for p, v in wanted.items()}),),
            risk=risk,
            checks=("CKV_AWS_145",) if algorithm == "aws:kms" else ("CKV_AWS_19",),
            literals=literals(t),
            commands=(
                aws(
                    "s3api",
                    "put-bucket-encryption",
                    bucket=name,
                    server_side_encryption_configuration={"Rules": [rule]},
                ),
            ),
            rollback=(undo,),
            breaks=kms_note[1:] if algorithm == "aws:kms" else (),
            notes=(
                *(kms_note[:1] if algorithm == "aws:kms" else ()),
                "Objects that are there already keep their encryption; copy them over themselves to change "
                "it.",
            ),
        )

    return build


def _secure_transport(t: Target) -> Recipe:
    if not any(key in t.config for key in ("policy", "Policy")):
        raise ConfigurationMissing(
            f"Whether {bucket_name(t)} has a policy is not known, and writing one would replace it; read the "
            "bucket again."
        )
    name, arn = bucket_name(t), f"arn:{t.partition}:s3:::{bucket_name(t)}"
    deny = {
        "Sid": "DenyPlainHttp",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    policy = t.policy("policy", "Policy")
    fresh: dict[str, Any] = {"Version": "2012-10-17", "Statement": [deny]}

    def risk(space: Workspace, owner: Spot) -> list[str]:
        spot = companion(t, "policy").find(space, owner)
        held = read_policy(space, spot, "policy") if spot else read_policy(space, owner, "policy")
        if isinstance(held, Unknown):
            return ["the bucket policy cannot be read from the Terraform text"]
        return [] if denies_plain_http(held) else ["plain HTTP is not refused"]

    whole = transformed(policy, lambda s: s, (deny,)) if policy else fresh
    undo = (
        aws("s3api", "put-bucket-policy", bucket=name, policy=policy)
        if policy
        else aws("s3api", "delete-bucket-policy", bucket=name)
    )
    return Recipe(
        owner=bucket_owner(t),
        now=tuple(bucket_now(t)),
        edits=(EditPolicy("policy", lambda s: s, (deny,), companion(t, "policy"), fresh),),
        risk=risk,
        literals=literals(t),
        commands=(aws("s3api", "put-bucket-policy", bucket=name, policy=whole),),
        rollback=(undo,),
        breaks=("Clients that still use http:// are refused.",),
        notes=(
            "The other statements of the policy stay as they are, also those that are too wide: they have "
            "findings of their own.",
        )
        if policy
        else (),
    )


def _versioning(t: Target) -> Recipe:
    name = bucket_name(t)
    path = ("versioning_configuration", "status")

    def risk(space: Workspace, owner: Spot) -> list[str]:
        status = read(space, companion(t, "versioning").find(space, owner), *path)
        on = status == "Enabled" or is_true(read(space, owner, "versioning", "enabled"))
        return [] if on else ["versioning is not enabled"]

    return Recipe(
        owner=bucket_owner(t),
        now=(bucket_block(t),),
        edits=(
            EnsureCompanion(
                companion(t, "versioning"), {path: "Enabled"}, inline={("versioning", "enabled"): True}
            ),
        ),
        risk=risk,
        checks=("CKV_AWS_21",),
        literals=literals(t),
        commands=(
            aws("s3api", "put-bucket-versioning", bucket=name, versioning_configuration="Status=Enabled"),
        ),
        rollback=(
            aws("s3api", "put-bucket-versioning", bucket=name, versioning_configuration="Status=Suspended"),
        ),
        notes=(
            "Old versions cost storage: add a lifecycle rule for noncurrent versions.",
            "Versioning can be suspended later, not removed.",
        ),
    )


def _logging(t: Target) -> Recipe:
    name = bucket_name(t)
    variable = NewBlock(
        "variable",
        ("access_log_bucket",),
        {"description": "Name of the bucket that takes S3 access logs", "type": Raw("string")},
    )

    def risk(space: Workspace, owner: Spot) -> list[str]:
        target = read(space, companion(t, "logging").find(space, owner), "target_bucket")
        target = target if target is not None else read(space, owner, "logging", "target_bucket")
        return [] if target not in (None, "") else ["access logs are not written"]

    return Recipe(
        owner=bucket_owner(t),
        now=(bucket_block(t),),
        edits=(
            EnsureCompanion(
                companion(t, "logging"),
                {("target_bucket",): Raw("var.access_log_bucket"), ("target_prefix",): f"{name}/"},
                needs=(variable,),
            ),
        ),
        risk=risk,
        checks=("CKV_AWS_18",),
        literals=literals(t),
        commands=(
            aws(
                "s3api",
                "put-bucket-logging",
                bucket=name,
                bucket_logging_status={
                    "LoggingEnabled": {"TargetBucket": "YOUR-LOG-BUCKET", "TargetPrefix": f"{name}/"}
                },
            ),
        ),
        rollback=(aws("s3api", "put-bucket-logging", bucket=name, bucket_logging_status={}),),
        notes=(
            "The log bucket is not known: give it as var.access_log_bucket. It must be in the same region "
            "and let logging.s3.amazonaws.com write.",
        ),
    )


TEMPLATES = (
    Template(
        "aws.s3.unencrypted",
        "Encrypt new objects by default",
        ("s3_bucket_default_encryption",),
        _encryption("AES256"),
    ),
    Template(
        "aws.s3.no_customer_key",
        "Encrypt new objects with KMS by default",
        ("s3_bucket_kms_encryption",),
        _encryption("aws:kms"),
    ),
    Template(
        "aws.s3.insecure_transport",
        "Refuse plain HTTP",
        ("s3_bucket_secure_transport_policy",),
        _secure_transport,
    ),
    Template(
        "aws.s3.versioning_disabled",
        "Keep old versions of objects",
        ("s3_bucket_object_versioning",),
        _versioning,
    ),
    Template(
        "aws.s3.logging_disabled", "Write access logs", ("s3_bucket_server_access_logging_enabled",), _logging
    ),
)
