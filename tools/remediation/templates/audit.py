"""What watches the account: CloudTrail, GuardDuty, VPC flow logs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tools.findings.model import ResourceRef
from tools.remediation.edits import Companion, EnsureCompanion, SetOn
from tools.remediation.errors import NoFixAvailable
from tools.remediation.hcl.values import Raw
from tools.remediation.hcl.write import NewBlock, label_for, resource
from tools.remediation.live import Target, unwrapped
from tools.remediation.recipe import Recipe, Template
from tools.remediation.shell import aws
from tools.remediation.templates.common import guard, read
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
                held = _own_trail(t)
                return build(held) if held else _new_trail(t)
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
            Selector("aws_cloudtrail", {"name": name}, (t.uid, name), t.tags),
            block,
            wanted,
            identity=t.uid,
            extra=extra,
            checks=checks,
            commands=tuple(commands),
            rollback=tuple(undo),
            notes=notes,
        )

    return build


def _own_trail(t: Target) -> Target | None:
    """A trail of the same account that can be widened, the one of the finding's region first."""
    found = [
        Target(
            t.finding.model_copy(update={"resource": ResourceRef(uid=arn), "region": arn.split(":")[3]}),
            unwrapped(config),
        )
        for arn, config in sorted(t.related.items())
        if ":trail/" in arn and arn.split(":")[4] == t.account
    ]
    named = [trail for trail in found if trail.text("name", "Name")]
    return min(named, key=lambda trail: trail.region != t.region) if named else None


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
                "cloudtrail",
                "create-trail",
                t.region,
                **name,
                s3_bucket_name="YOUR-TRAIL-BUCKET",
                is_multi_region_trail=True,
                enable_log_file_validation=True,
                kms_key_id="YOUR-KEY-ARN",
            ),
            aws("cloudtrail", "start-logging", t.region, **name),
        ),
        rollback=(aws("cloudtrail", "delete-trail", t.region, **name),),
        notes=(
            "No trail logs in this account. One trail for all regions closes this finding in every region: "
            "make it "
            "once. If a trail is there that only covers one region, widen that one instead.",
            "The key and the bucket are not known: give them as var.trail_kms_key_arn and var.trail_bucket.",
        ),
        accepted={
            "CKV2_AWS_10": "sending it to CloudWatch Logs needs a log group and a role of yours: a finding "
            "of its own",
            "CKV_AWS_252": "a notification topic is optional",
        },
        solo=True,
        missing="no trail logs in all regions",
    )


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
            "CKV2_AWS_3": "it asks for a setting of the whole organization, which only its administrator can "
            "make"
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
                "ec2",
                "create-flow-logs",
                t.region,
                resource_type="VPC",
                resource_ids=identity,
                traffic_type="ALL",
                log_destination_type="s3",
                log_destination="arn:aws:s3:::YOUR-FLOW-LOG-BUCKET",
            ),
        ),
        rollback=(aws("ec2", "delete-flow-logs", t.region, flow_log_ids="FLOW-LOG-ID"),),
        notes=(
            "Where the logs go is not known: give the bucket as var.flow_log_bucket_arn. Storage is charged.",
        ),
    )


TEMPLATES = (
    Template(
        "aws.cloudtrail.not_multi_region",
        "Record every region in one trail",
        ("cloudtrail_multi_region_enabled", "cloudtrail_multi_region_enabled_logging_management_events"),
        _on_trail(
            {"is_multi_region_trail": True, "enable_logging": True},
            ("CKV_AWS_67", "CKV_AWS_251"),
            {"is_multi_region_trail": True},
            {"no_is_multi_region_trail": True},
            ("The first copy of management events is free; the bucket's storage grows.",),
        ),
    ),
    Template(
        "aws.cloudtrail.log_validation_disabled",
        "Make changes to trail files evident",
        ("cloudtrail_log_file_validation_enabled",),
        _on_trail(
            {"enable_log_file_validation": True},
            ("CKV_AWS_36",),
            {"enable_log_file_validation": True},
            {"no_enable_log_file_validation": True},
            ("Only files written from now on can be checked.",),
        ),
    ),
    Template("aws.guardduty.disabled", "Switch GuardDuty on", ("guardduty_is_enabled",), _detector),
    Template(
        "aws.vpc.flow_logs_disabled", "Log the traffic of the VPC", ("vpc_flow_logs_enabled",), _flow_logs
    ),
)
