"""What watches the account: CloudTrail, GuardDuty, VPC flow logs, the password policy, key rotation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tools.remediation.edits import Companion, EnsureCompanion, SetOn
from tools.remediation.errors import NoFixAvailable
from tools.remediation.hcl.values import Raw
from tools.remediation.hcl.write import NewBlock, label_for, resource
from tools.remediation.live import Target
from tools.remediation.recipe import Recipe, Template, weaknesses_of
from tools.remediation.shell import aws
from tools.remediation.templates.common import guard, read
from tools.remediation.templates.policies import key_block, key_id
from tools.remediation.templates.setting import given, setting, variable, wants
from tools.remediation.workspace import Selector, Spot, Workspace

_TRAIL = {
    "is_multi_region_trail": ("is_multiregion", "IsMultiRegionTrail"),
    "enable_log_file_validation": ("log_file_validation_enabled", "LogFileValidationEnabled"),
    "enable_logging": ("is_logging", "IsLogging", "Status.IsLogging"),
}


def _trail(t: Target, extra: list[NewBlock]) -> NewBlock:
    name = t.text("name", "Name", default=t.uid.rpartition("/")[2] or t.name)
    bucket = given(t.text("s3_bucket", "S3BucketName"), "trail_bucket", "Bucket that takes the trail", extra)
    attributes: dict[str, Any] = {"name": name, "s3_bucket_name": bucket}
    for attribute, paths in _TRAIL.items():
        attributes[attribute] = bool(t.flag(*paths, default=attribute == "enable_logging"))
    if key := t.text("kms_key", "KmsKeyId"):
        attributes["kms_key_id"] = key
    if group := t.text("log_group_arn", "CloudWatchLogsLogGroupArn"):
        attributes["cloud_watch_logs_group_arn"] = group
    if t.tags:
        attributes["tags"] = t.tags
    return resource("aws_cloudtrail", label_for(name), attributes, guard())


def _on_trail(
    values: dict[str, Any],
    checks: tuple[str, ...],
    to: dict[str, Any],
    back: dict[str, Any],
    notes: tuple[str, ...],
) -> Callable[[Target], Recipe]:
    def build(t: Target) -> Recipe:
        if not t.text("name", "Name"):
            if "is_multi_region_trail" in values:
                return _new_trail(t)
            raise NoFixAvailable(
                "This finding names no trail; create one first (kind aws.cloudtrail.not_multi_region)."
            )
        extra: list[NewBlock] = []
        block = _trail(t, extra)
        name = str(block.attributes["name"])
        wanted: dict[tuple[str, ...], Any] = {(key,): value for key, value in values.items()}
        commands = [aws("cloudtrail", "update-trail", t.region, name=name, **to)]
        undo = [aws("cloudtrail", "update-trail", t.region, name=name, **back)]
        if "enable_logging" in values:
            commands.append(aws("cloudtrail", "start-logging", t.region, name=name))
            if not block.attributes["enable_logging"]:
                undo.append(aws("cloudtrail", "stop-logging", t.region, name=name))
        return setting(
            Selector("aws_cloudtrail", {"name": name}, (t.uid, name), t.tags), block, wanted,
            identity=t.uid, extra=extra, checks=checks, commands=tuple(commands), rollback=tuple(undo), notes=notes,
        )  # fmt: skip

    return build


def _new_trail(t: Target) -> Recipe:
    values: dict[tuple[str, ...], Any] = {
        ("is_multi_region_trail",): True,
        ("enable_log_file_validation",): True,
        ("enable_logging",): True,
    }
    bucket = variable("trail_bucket", "Bucket that takes the trail; its policy must let CloudTrail write")
    key = variable(
        "trail_kms_key_arn", "KMS key that encrypts the trail; its policy must let CloudTrail use it"
    )
    block = resource(
        "aws_cloudtrail",
        "account",
        {
            "name": "account-trail",
            "s3_bucket_name": Raw("var.trail_bucket"),
            "kms_key_id": Raw("var.trail_kms_key_arn"),
        },
    )
    name = {"name": "account-trail"}
    return Recipe(
        owner=Selector("aws_cloudtrail"),
        now=(block, bucket, key),
        edits=(SetOn(values),),
        risk=wants(values),
        checks=("CKV_AWS_67", "CKV_AWS_36", "CKV_AWS_251"),
        commands=(
            aws(
                "cloudtrail", "create-trail", t.region, **name, s3_bucket_name="YOUR-TRAIL-BUCKET",
                is_multi_region_trail=True, enable_log_file_validation=True, kms_key_id="YOUR-KEY-ARN",
            ),
            aws("cloudtrail", "start-logging", t.region, **name),
        ),
        rollback=(aws("cloudtrail", "delete-trail", t.region, **name),),
        notes=(
            "No trail logs in this account. One trail for all regions closes this finding in every region: make it "
            "once. If a trail is there that only covers one region, widen that one instead.",
            "The key and the bucket are not known: give them as var.trail_kms_key_arn and var.trail_bucket.",
        ),
        accepted={
            "CKV2_AWS_10": "sending it to CloudWatch Logs needs a log group and a role of yours: a finding of its own",
            "CKV_AWS_252": "a notification topic is optional",
        },
        solo=True,
        missing="no trail logs in all regions",
    )  # fmt: skip


def _detector(t: Target) -> Recipe:
    values: dict[tuple[str, ...], Any] = {("enable",): True}
    known = t.text("id", "DetectorId", default="unknown")
    off = not known.endswith("unknown")
    undo = [aws("guardduty", "delete-detector", t.region, detector_id="DETECTOR-ID")]
    commands = [aws("guardduty", "create-detector", t.region, enable=True)]
    if off:
        undo = [aws("guardduty", "update-detector", t.region, detector_id=known, no_enable=True)]
        commands = [aws("guardduty", "update-detector", t.region, detector_id=known, enable=True)]
    return Recipe(
        owner=Selector("aws_guardduty_detector", {}, (known,)),
        now=(resource("aws_guardduty_detector", "this", {"enable": False} if off else {}),),
        edits=(SetOn(values),),
        risk=wants(values),
        checks=("CKV_AWS_238",),
        imports={"aws_guardduty_detector": known} if off else {},
        commands=tuple(commands),
        rollback=tuple(undo),
        notes=(f"One detector per region: this is for {t.region}. GuardDuty is charged by volume.",),
        solo=True,
        missing="" if off else "there is no detector",
        accepted={
            "CKV2_AWS_3": "it asks for a setting of the whole organization, which only its administrator can make"
        },
    )


def _flow_logs(t: Target) -> Recipe:
    identity = t.text("id", "VpcId", default=t.uid.rpartition("/")[2] or t.name)
    companion = Companion("aws_flow_log", "vpc_id", (identity,))
    bucket = variable("flow_log_bucket_arn", "ARN of the bucket that takes flow logs")
    attributes: dict[str, Any] = {}
    if block := t.text("cidr_block", "CidrBlock"):
        attributes["cidr_block"] = block
    if t.tags:
        attributes["tags"] = t.tags

    def risk(space: Workspace, owner: Spot) -> list[str]:
        kind = read(space, companion.find(space, owner), "traffic_type")
        return [] if kind in ("ALL", "REJECT") else ["its traffic is not logged"]

    return Recipe(
        owner=Selector("aws_vpc", {}, (identity,), t.tags),
        now=(resource("aws_vpc", label_for(t.tags.get("Name") or identity), attributes),),
        edits=(
            EnsureCompanion(
                companion,
                {
                    ("traffic_type",): "ALL",
                    ("log_destination_type",): "s3",
                    ("log_destination",): Raw("var.flow_log_bucket_arn"),
                },
                needs=(bucket,),
            ),
        ),
        risk=risk,
        checks=("CKV2_AWS_11",),
        literals={"id": identity},
        commands=(
            aws(
                "ec2", "create-flow-logs", t.region, resource_type="VPC", resource_ids=identity, traffic_type="ALL",
                log_destination_type="s3", log_destination="arn:aws:s3:::YOUR-FLOW-LOG-BUCKET",
            ),
        ),
        rollback=(aws("ec2", "delete-flow-logs", t.region, flow_log_ids="FLOW-LOG-ID"),),
        notes=("Where the logs go is not known: give the bucket as var.flow_log_bucket_arn. Storage is charged.",),
    )  # fmt: skip


_PASSWORD: dict[str, tuple[tuple[str, ...], Any, str]] = {
    "minimum_password_length": (("length", "MinimumPasswordLength"), 14, "CKV_AWS_10"),
    "require_symbols": (("symbols", "RequireSymbols"), True, "CKV_AWS_14"),
    "require_numbers": (("numbers", "RequireNumbers"), True, "CKV_AWS_12"),
    "require_uppercase_characters": (("uppercase", "RequireUppercaseCharacters"), True, "CKV_AWS_15"),
    "require_lowercase_characters": (("lowercase", "RequireLowercaseCharacters"), True, "CKV_AWS_11"),
    "password_reuse_prevention": (("reuse_prevention", "PasswordReusePrevention"), 24, "CKV_AWS_13"),
    "max_password_age": (("max_age", "MaxPasswordAge"), 90, "CKV_AWS_9"),
}
_ALSO = {
    "allow_users_to_change_password": ("allow_change", "AllowUsersToChangePassword"),
    "hard_expiry": ("hard_expiry", "HardExpiry"),
}


def _password_now(t: Target) -> dict[str, Any]:
    held: dict[str, Any] = {}
    for name, (paths, wanted, _) in _PASSWORD.items():
        held[name] = bool(t.flag(*paths, default=False)) if wanted is True else t.number(*paths)
    held |= {name: bool(t.flag(*paths, default=False)) for name, paths in _ALSO.items()}
    return {name: value for name, value in held.items() if value != 0 or isinstance(value, bool)}


def _update_password(values: dict[str, Any]) -> str:
    options: dict[str, Any] = {}
    for name, value in values.items():
        options[name if value is not False else f"no_{name}"] = True if isinstance(value, bool) else value
    return aws("iam", "update-account-password-policy", **options)


def _password(attribute: str) -> Callable[[Target], Recipe]:
    def build(t: Target) -> Recipe:
        _, wanted, check = _PASSWORD[attribute]
        held = _password_now(t)

        def risk(space: Workspace, owner: Spot) -> list[str]:
            value = read(space, owner, attribute)
            if wanted is True:
                good = value is True
            elif attribute == "max_password_age":
                good = isinstance(value, int) and 0 < value <= wanted
            else:
                good = isinstance(value, int) and value >= wanted
            return [] if good else [f"{attribute} is {'not written' if value is None else value}"]

        return Recipe(
            owner=Selector("aws_iam_account_password_policy"),
            now=(resource("aws_iam_account_password_policy", "this", held),),
            edits=(SetOn({(attribute,): wanted}),),
            risk=risk,
            checks=(check,),
            commands=(_update_password({**held, attribute: wanted}),),
            rollback=(_update_password(held),),
            breaks=("People are asked for a new password when the old one no longer meets the policy.",)
            if attribute == "max_password_age"
            else (),
            notes=(
                "The policy is written as a whole: the other settings are given as they are now. Each has a finding of "
                "its own where it is too weak.",
            ),
            solo=True,
        )

    return build


def _whole_password_policy(t: Target) -> Recipe:
    """For rules that ask for a strong policy as a whole: each setting that is too weak."""
    held = _password_now(t)
    single = {name: _password(name)(t) for name in _PASSWORD}
    weak = [name for name, recipe in single.items() if weaknesses_of(recipe)]
    changes: dict[tuple[str, ...], Any] = {(name,): _PASSWORD[name][1] for name in weak}

    def risk(space: Workspace, owner: Spot) -> list[str]:
        return [reason for recipe in single.values() for reason in recipe.risk(space, owner)]

    first = single["minimum_password_length"]
    wanted = {name: _PASSWORD[name][1] for name in weak}
    return replace(
        first,
        edits=(SetOn(changes),),
        risk=risk,
        checks=tuple(_PASSWORD[name][2] for name in weak),
        commands=(_update_password({**held, **wanted}),),
        breaks=("Passwords older than 90 days must be changed at the next login.",),
    )


def _rotation(t: Target) -> Recipe:
    if t.text("spec", "KeySpec", default="SYMMETRIC_DEFAULT") != "SYMMETRIC_DEFAULT":
        raise NoFixAvailable("Only symmetric keys rotate by themselves: make a new key and move over to it.")
    if t.text("origin", "Origin", default="AWS_KMS") != "AWS_KMS":
        raise NoFixAvailable(
            "A key with imported material cannot rotate by itself: import new material by hand."
        )
    policy = t.policy("policy", "Policy")
    return setting(
        Selector("aws_kms_key", {}, (key_id(t), t.uid), t.tags),
        key_block(t, policy),
        {("enable_key_rotation",): True},
        identity=key_id(t),
        checks=("CKV_AWS_7",),
        commands=(aws("kms", "enable-key-rotation", t.region, key_id=key_id(t)),),
        rollback=(aws("kms", "disable-key-rotation", t.region, key_id=key_id(t)),),
        notes=("Old material is kept, so that everything stays readable; nothing is encrypted anew.",),
    )


_RULE = "iam_password_policy_"

TEMPLATES = (
    Template(
        "aws.cloudtrail.not_multi_region", "Record every region in one trail",
        ("cloudtrail_multi_region_enabled", "cloudtrail_multi_region_enabled_logging_management_events"),
        _on_trail(
            {"is_multi_region_trail": True, "enable_logging": True}, ("CKV_AWS_67", "CKV_AWS_251"),
            {"is_multi_region_trail": True}, {"no_is_multi_region_trail": True},
            ("The first copy of management events is free; the bucket's storage grows.",),
        ),
    ),
    Template(
        "aws.cloudtrail.log_validation_disabled", "Make changes to trail files evident",
        ("cloudtrail_log_file_validation_enabled",),
        _on_trail(
            {"enable_log_file_validation": True}, ("CKV_AWS_36",), {"enable_log_file_validation": True},
            {"no_enable_log_file_validation": True}, ("Only files written from now on can be checked.",),
        ),
    ),
    Template("aws.guardduty.disabled", "Switch GuardDuty on", ("guardduty_is_enabled",), _detector),
    Template("aws.vpc.flow_logs_disabled", "Log the traffic of the VPC", ("vpc_flow_logs_enabled",), _flow_logs),
    Template("aws.kms.rotation_disabled", "Rotate the key every year", ("kms_cmk_rotation_enabled",), _rotation),
    Template("aws.iam.weak_password_policy", "Ask for strong passwords", (), _whole_password_policy),
    *(
        Template("aws.iam.weak_password_policy", title, (_RULE + rule,), _password(attribute))
        for title, rule, attribute in (
            ("Ask for 14 characters", "minimum_length_14", "minimum_password_length"),
            ("Ask for a symbol in passwords", "symbol", "require_symbols"),
            ("Ask for a digit in passwords", "number", "require_numbers"),
            ("Ask for an upper-case letter in passwords", "uppercase", "require_uppercase_characters"),
            ("Ask for a lower-case letter in passwords", "lowercase", "require_lowercase_characters"),
            ("Refuse the last 24 passwords", "reuse_24", "password_reuse_prevention"),
            ("Let passwords expire after 90 days", "expires_passwords_within_90_days_or_less",
             "max_password_age"),
        )
    ),
)  # fmt: skip
