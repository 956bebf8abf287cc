"""Load balancers, subnets, DynamoDB, EFS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tools.remediation.edits import Companion, EnsureCompanion
from tools.remediation.hcl.write import label_for, resource
from tools.remediation.live import Target
from tools.remediation.recipe import Recipe, Template
from tools.remediation.shell import aws
from tools.remediation.templates.common import guard, read
from tools.remediation.templates.setting import setting
from tools.remediation.workspace import Selector, Spot, Workspace


def _balancer(
    attribute: str, check: str, api: str, breaks: tuple[str, ...] = ()
) -> Callable[[Target], Recipe]:
    def build(t: Target) -> Recipe:
        name = t.text("name", "LoadBalancerName", default=t.name)
        attributes: dict[str, Any] = {
            "name": name,
            "load_balancer_type": t.text("type", "Type", default="application"),
            "internal": t.text("scheme", "Scheme", default="internet-facing") == "internal",
        }
        groups = t.items("security_groups", "SecurityGroups")
        if groups:
            attributes["security_groups"] = [str(g) for g in groups]
        zones = t.get("availability_zones", default={})
        if isinstance(zones, dict) and zones:
            attributes["subnets"] = sorted(str(subnet) for subnet in zones.values())
        attributes[attribute] = False
        if t.tags:
            attributes["tags"] = t.tags
        block = resource("aws_lb", label_for(name), attributes, guard("access_logs"))

        def command(value: str) -> str:
            return aws(
                "elbv2",
                "modify-load-balancer-attributes",
                t.region,
                load_balancer_arn=t.uid,
                attributes=f"Key={api},Value={value}",
            )

        return setting(
            Selector("aws_lb", {"name": name}, (t.uid,), t.tags),
            block,
            {(attribute,): True},
            identity=t.uid,
            checks=(check,),
            commands=(command("true"),),
            rollback=(command("false"),),
            breaks=breaks,
        )

    return build


def _subnet(t: Target) -> Recipe:
    identity = t.text("id", "SubnetId", default=t.uid.rpartition("/")[2] or t.name)
    attributes: dict[str, Any] = {"vpc_id": t.text("vpc_id", "VpcId")}
    for name, paths in (
        ("cidr_block", ("cidr_block", "CidrBlock")),
        ("availability_zone", ("availability_zone", "AvailabilityZone")),
    ):
        if value := t.text(*paths):
            attributes[name] = value
    attributes["map_public_ip_on_launch"] = True
    if t.tags:
        attributes["tags"] = t.tags
    block = resource("aws_subnet", label_for(t.tags.get("Name") or identity), attributes, guard())
    return setting(
        Selector("aws_subnet", {"cidr_block": attributes.get("cidr_block", "")}, (identity,), t.tags),
        block,
        {("map_public_ip_on_launch",): False},
        identity=identity,
        checks=("CKV_AWS_130",),
        commands=(
            aws(
                "ec2",
                "modify-subnet-attribute",
                t.region,
                subnet_id=identity,
                no_map_public_ip_on_launch=True,
            ),
        ),
        rollback=(
            aws("ec2", "modify-subnet-attribute", t.region, subnet_id=identity, map_public_ip_on_launch=True),
        ),
        breaks=(
            "New instances here get no public address unless they ask for one; running ones keep theirs.",
        ),
    )


def _table(
    path: tuple[str, ...], check: str, option: dict[str, Any], back: dict[str, Any], operation: str
) -> Any:
    def build(t: Target) -> Recipe:
        name = t.text("name", "TableName", default=t.uid.rpartition("/")[2] or t.name)
        attributes: dict[str, Any] = {"name": name}
        if mode := t.text("billing_mode", "BillingModeSummary.BillingMode"):
            attributes["billing_mode"] = mode
        if path == ("deletion_protection_enabled",):
            attributes[path[0]] = False
        if t.tags:
            attributes["tags"] = t.tags
        rest = guard("hash_key", "range_key", "attribute", "global_secondary_index", "local_secondary_index")
        block = resource("aws_dynamodb_table", label_for(name), attributes, rest)
        return setting(
            Selector("aws_dynamodb_table", {"name": name}, (name,), t.tags),
            block,
            {path: True},
            identity=name,
            checks=(check,) if check else (),
            commands=(aws("dynamodb", operation, t.region, table_name=name, **option),),
            rollback=(aws("dynamodb", operation, t.region, table_name=name, **back),),
            notes=("Keys and indexes are not in the scanner's data: the snippet leaves them as they are.",),
        )

    return build


def _efs_backup(t: Target) -> Recipe:
    identity = t.text("id", "FileSystemId", default=t.uid.rpartition("/")[2] or t.name)
    companion = Companion("aws_efs_backup_policy", "file_system_id", (identity,))
    path = ("backup_policy", "status")

    def risk(space: Workspace, owner: Spot) -> list[str]:
        on = read(space, companion.find(space, owner), *path) == "ENABLED"
        return [] if on else ["automatic backups are off"]

    encrypted = t.flag("encrypted", "Encrypted", default=False)
    block = resource("aws_efs_file_system", label_for(identity), {"encrypted": encrypted})

    def command(value: str) -> str:
        return aws(
            "efs", "put-backup-policy", t.region, file_system_id=identity, backup_policy=f"Status={value}"
        )

    return Recipe(
        owner=Selector("aws_efs_file_system", {}, (identity,), t.tags),
        now=(block,),
        edits=(EnsureCompanion(companion, {path: "ENABLED"}),),
        risk=risk,
        literals={"id": identity},
        commands=(command("ENABLED"),),
        rollback=(command("DISABLED"),),
        notes=("Backups are charged by the space they take.",),
    )


TEMPLATES = (
    Template(
        "aws.elb.invalid_headers_kept",
        "Drop malformed HTTP headers",
        ("elbv2_alb_drop_invalid_header_fields_enabled",),
        _balancer(
            "drop_invalid_header_fields", "CKV_AWS_131", "routing.http.drop_invalid_header_fields.enabled"
        ),
    ),
    Template(
        "aws.elb.deletion_unprotected",
        "Protect the load balancer from deletion",
        ("elbv2_deletion_protection",),
        _balancer("enable_deletion_protection", "CKV_AWS_150", "deletion_protection.enabled"),
    ),
    Template(
        "aws.vpc.public_ip_by_default",
        "Give no public address by default",
        ("vpc_subnet_no_public_ip_by_default",),
        _subnet,
    ),
    Template(
        "aws.dynamodb.backup_missing",
        "Keep point-in-time backups of the table",
        ("dynamodb_tables_pitr_enabled",),
        _table(
            ("point_in_time_recovery", "enabled"),
            "CKV_AWS_28",
            {"point_in_time_recovery_specification": "PointInTimeRecoveryEnabled=true"},
            {"point_in_time_recovery_specification": "PointInTimeRecoveryEnabled=false"},
            "update-continuous-backups",
        ),
    ),
    Template(
        "aws.dynamodb.deletion_unprotected",
        "Protect the table from deletion",
        ("dynamodb_table_deletion_protection_enabled",),
        _table(
            ("deletion_protection_enabled",),
            "",
            {"deletion_protection_enabled": True},
            {"no_deletion_protection_enabled": True},
            "update-table",
        ),
    ),
    Template("aws.efs.backup_missing", "Back the file system up", ("efs_have_backup_enabled",), _efs_backup),
)
