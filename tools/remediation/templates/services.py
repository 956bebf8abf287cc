"""Lambda, ECR, EKS, load balancers, subnets, DynamoDB, EFS, SNS: settings of single resources."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tools.remediation.edits import Companion, EnsureCompanion, SetWhere
from tools.remediation.errors import AlreadyFixed
from tools.remediation.hcl.write import NewBlock, label_for, nested, resource
from tools.remediation.live import Target
from tools.remediation.policy import public_statements
from tools.remediation.recipe import Recipe, Template
from tools.remediation.shell import aws
from tools.remediation.source import folder_of
from tools.remediation.templates.common import guard, read
from tools.remediation.templates.setting import given, setting
from tools.remediation.workspace import Selector, Spot, Workspace


def _function(t: Target) -> str:
    return t.text("name", "FunctionName", default=t.uid.rpartition(":")[2] or t.name)


def _function_url(t: Target) -> Recipe:
    name = _function(t)
    cors = t.get("url_config.cors_config", "Cors", "FunctionUrlConfig.Cors", default={})
    origins = (cors.get("allow_origins") or cors.get("AllowOrigins")) if isinstance(cors, dict) else None
    inner = (
        [nested("cors", {"allow_origins": [str(o) for o in origins]})] if isinstance(origins, list) else []
    )
    block = resource(
        "aws_lambda_function_url",
        label_for(name),
        {"function_name": name, "authorization_type": "NONE"},
        *inner,
    )
    arguments = {"function_name": name}
    return setting(
        Selector("aws_lambda_function_url", {"function_name": name}, (name, t.uid)),
        block, {("authorization_type",): "AWS_IAM"}, identity=name, checks=("CKV_AWS_258",),
        commands=(aws("lambda", "update-function-url-config", t.region, **arguments, auth_type="AWS_IAM"),),
        rollback=(aws("lambda", "update-function-url-config", t.region, **arguments, auth_type="NONE"),),
        breaks=("Callers must sign their requests (SigV4) and have lambda:InvokeFunctionUrl; browsers cannot.",),
        notes=("For a public endpoint put API Gateway or CloudFront with its own check in front.",),
    )  # fmt: skip


def _permission(t: Target) -> Recipe:
    name = _function(t)
    public = public_statements(t.policy("policy", "Policy"))
    if not public:
        raise AlreadyFixed(
            f"The live policy of {name[:80]} lets nobody in any more; read the function again."
        )
    blocks: list[NewBlock] = []
    for number, statement in enumerate(public):
        sid = str(statement.get("Sid") or f"statement-{number}")
        action = statement.get("Action")
        attributes: dict[str, Any] = {
            "statement_id": sid, "action": action if isinstance(action, str) else "lambda:InvokeFunction",
            "function_name": name, "principal": "*",
        }  # fmt: skip
        label = label_for(f"{name}_{sid}")
        blocks.append(resource("aws_lambda_permission", label, attributes))

    def named(space: Workspace, owner: Spot) -> list[Spot]:
        return [
            Spot(f, b.address) for f, b in space.resources("aws_lambda_permission", folder_of(owner.file))
        ]

    def risk(space: Workspace, owner: Spot) -> list[str]:
        return [
            f"{spot.address} lets anybody call the function"
            for spot in named(space, owner)
            if space.value(spot, "principal") == "*"
            and not space.value(spot, "source_arn")
            and not space.value(spot, "source_account")
            and (space.value(spot, "function_name") in (name, t.uid) or spot == owner)
        ]

    first = str(blocks[0].attributes["statement_id"])
    remove = [
        aws(
            "lambda",
            "remove-permission",
            t.region,
            function_name=name,
            statement_id=b.attributes["statement_id"],
        )
        for b in blocks
    ]
    add = [
        aws(
            "lambda", "add-permission", t.region, function_name=name, statement_id=b.attributes["statement_id"],
            action=b.attributes["action"], principal=who,
        )
        for b in blocks for who in (t.account, "*")
    ]  # fmt: skip
    return Recipe(
        owner=Selector("aws_lambda_permission", {"statement_id": first}, (f"{name}/{first}",)),
        now=tuple(blocks),
        edits=(
            SetWhere(
                "aws_lambda_permission",
                {"principal": ("*",), "function_name": (name, t.uid)},
                {("principal",): t.account},
            ),
        ),
        risk=risk,
        checks=("CKV_AWS_301", "CKV_AWS_364"),
        imports={"aws_lambda_permission": f"{name}/{first}"} if len(blocks) == 1 else {},
        commands=(*remove, *add[0::2]),
        rollback=(*remove, *add[1::2]),
        breaks=("Callers from outside the account, and services that were let in this way, are cut off.",),
        notes=(
            "Let a service in by its own principal with source_arn instead of everybody.",
            "Terraform writes the permission anew, which holds nothing; for a moment nobody has it.",
        ),
    )


def _repository(t: Target, path: tuple[str, ...], value: Any, check: str, to: str, back: str) -> Recipe:
    name = t.uid.rpartition("repository/")[2] or t.text("name", "repositoryName", default=t.name)
    attributes: dict[str, Any] = {
        "name": name,
        "image_tag_mutability": t.text("immutability", "imageTagMutability", default="MUTABLE"),
    }
    if t.tags:
        attributes["tags"] = t.tags
    scans = bool(t.flag("scan_on_push", "imageScanningConfiguration.scanOnPush", default=False))
    block = resource(
        "aws_ecr_repository", label_for(name), attributes,
        nested("image_scanning_configuration", {"scan_on_push": scans}), guard("encryption_configuration"),
    )  # fmt: skip
    return setting(
        Selector("aws_ecr_repository", {"name": name}, (name,), t.tags), block, {path: value}, identity=name,
        checks=(check,), commands=(to.format(name=name),), rollback=(back.format(name=name),),
    )  # fmt: skip


def _scan_on_push(t: Target) -> Recipe:
    def command(on: bool) -> str:
        setting_text = f"scanOnPush={str(on).lower()}"
        name = t.uid.rpartition("repository/")[2] or t.name
        return aws(
            "ecr", "put-image-scanning-configuration", t.region, repository_name=name,
            image_scanning_configuration=setting_text,
        ).replace("{", "{{").replace("}", "}}")  # fmt: skip

    path = ("image_scanning_configuration", "scan_on_push")
    return _repository(t, path, True, "CKV_AWS_163", command(True), command(False))


def _immutable(t: Target) -> Recipe:
    def command(value: str) -> str:
        name = t.uid.rpartition("repository/")[2] or t.name
        text = aws(
            "ecr", "put-image-tag-mutability", t.region, repository_name=name, image_tag_mutability=value
        )  # fmt: skip
        return text.replace("{", "{{").replace("}", "}}")

    return _repository(
        t, ("image_tag_mutability",), "IMMUTABLE", "CKV_AWS_51", command("IMMUTABLE"), command("MUTABLE")
    )  # fmt: skip


def _cluster(t: Target, extra: list[NewBlock]) -> NewBlock:
    name = t.text("name", default=t.uid.rpartition("/")[2] or t.name)
    attributes: dict[str, Any] = {
        "name": name,
        "role_arn": given(
            t.text("roleArn", "role_arn"), "cluster_role_arn", "Role of the control plane", extra
        ),
    }
    if version := t.text("version"):
        attributes["version"] = version
    logging = t.get("logging", default={})
    if isinstance(logging, dict) and logging.get("enabled") and isinstance(logging.get("types"), list):
        attributes["enabled_cluster_log_types"] = [str(kind) for kind in logging["types"]]
    if t.tags:
        attributes["tags"] = t.tags
    network = "resourcesVpcConfig"
    subnets = t.items("subnet_ids", f"{network}.subnetIds")
    inner: dict[str, Any] = {
        "subnet_ids": given(
            subnets, "cluster_subnet_ids", "Subnets of the control plane", extra, "list(string)"
        ),
        "endpoint_public_access": t.flag(
            "endpoint_public_access", f"{network}.endpointPublicAccess", default=True
        ),
        "endpoint_private_access": t.flag(
            "endpoint_private_access", f"{network}.endpointPrivateAccess", default=False
        ),
    }
    if cidrs := t.items("public_access_cidrs", f"{network}.publicAccessCidrs"):
        inner["public_access_cidrs"] = cidrs
    return resource(
        "aws_eks_cluster", label_for(name), attributes, nested("vpc_config", inner), guard("encryption_config")
    )  # fmt: skip


def _eks(values: dict[tuple[str, ...], Any], checks: tuple[str, ...], to: str, back: str, **rest: Any) -> Any:
    def build(t: Target) -> Recipe:
        extra: list[NewBlock] = []
        block = _cluster(t, extra)
        name = str(block.attributes["name"])

        def command(change: str) -> str:
            option, _, value = change.partition("=")
            return aws("eks", "update-cluster-config", t.region, name=name, **{option: value})

        return setting(
            Selector("aws_eks_cluster", {"name": name}, (name,), t.tags), block, values, identity=name, extra=extra,
            checks=checks, commands=(command(to),), rollback=(command(back),), **rest,
        )  # fmt: skip

    return build


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
                "elbv2", "modify-load-balancer-attributes", t.region, load_balancer_arn=t.uid,
                attributes=f"Key={api},Value={value}",
            )  # fmt: skip

        return setting(
            Selector("aws_lb", {"name": name}, (t.uid,), t.tags), block, {(attribute,): True}, identity=t.uid,
            checks=(check,), commands=(command("true"),), rollback=(command("false"),), breaks=breaks,
        )  # fmt: skip

    return build


def _subnet(t: Target) -> Recipe:
    identity = t.text("id", "SubnetId", default=t.uid.rpartition("/")[2] or t.name)
    attributes: dict[str, Any] = {"vpc_id": t.text("vpc_id", "VpcId")}
    for name, paths in (("cidr_block", ("cidr_block", "CidrBlock")), ("availability_zone", ("availability_zone",
                        "AvailabilityZone"))):  # fmt: skip
        if value := t.text(*paths):
            attributes[name] = value
    attributes["map_public_ip_on_launch"] = True
    if t.tags:
        attributes["tags"] = t.tags
    block = resource("aws_subnet", label_for(t.tags.get("Name") or identity), attributes, guard())
    return setting(
        Selector("aws_subnet", {"cidr_block": attributes.get("cidr_block", "")}, (identity,), t.tags), block,
        {("map_public_ip_on_launch",): False}, identity=identity, checks=("CKV_AWS_130",),
        commands=(aws("ec2", "modify-subnet-attribute", t.region, subnet_id=identity, no_map_public_ip_on_launch=True),),
        rollback=(aws("ec2", "modify-subnet-attribute", t.region, subnet_id=identity, map_public_ip_on_launch=True),),
        breaks=("New instances here get no public address unless they ask for one; running ones keep theirs.",),
    )  # fmt: skip


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
            Selector("aws_dynamodb_table", {"name": name}, (name,), t.tags), block, {path: True}, identity=name,
            checks=(check,) if check else (),
            commands=(aws("dynamodb", operation, t.region, table_name=name, **option),),
            rollback=(aws("dynamodb", operation, t.region, table_name=name, **back),),
            notes=("Keys and indexes are not in the scanner's data: the snippet leaves them as they are.",),
        )  # fmt: skip

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
        )  # fmt: skip

    return Recipe(
        owner=Selector("aws_efs_file_system", {}, (identity,), t.tags), now=(block,),
        edits=(EnsureCompanion(companion, {path: "ENABLED"}),), risk=risk, literals={"id": identity},
        commands=(command("ENABLED"),), rollback=(command("DISABLED"),),
        notes=("Backups are charged by the space they take.",),
    )  # fmt: skip


TEMPLATES = (
    Template("aws.lambda.public_url", "Ask callers of the function URL for credentials",
             ("awslambda_function_url_public",), _function_url),
    Template("aws.lambda.public_access", "Let only this account call the function",
             ("awslambda_function_not_publicly_accessible",), _permission),
    Template("aws.ecr.scan_disabled", "Scan images when they are pushed",
             ("ecr_repositories_scan_images_on_push_enabled",), _scan_on_push),
    Template("aws.ecr.mutable_tags", "Keep image tags from being moved",
             ("ecr_repositories_tag_immutability",), _immutable),
    Template(
        "aws.eks.public_endpoint", "Take the cluster's API off the internet", ("eks_cluster_not_publicly_accessible",),
        _eks(
            {("vpc_config", "endpoint_public_access"): False, ("vpc_config", "endpoint_private_access"): True},
            ("CKV_AWS_39", "CKV_AWS_38"),
            "resources_vpc_config=endpointPublicAccess=false,endpointPrivateAccess=true",
            "resources_vpc_config=endpointPublicAccess=true,endpointPrivateAccess=false",
            breaks=("kubectl and pipelines outside the VPC lose the API: give them a VPN or a runner inside first.",),
        ),
    ),
    Template(
        "aws.eks.logging_disabled", "Log all of the control plane",
        ("eks_control_plane_logging_all_types_enabled",),
        _eks(
            {("enabled_cluster_log_types",): ["api", "audit", "authenticator", "controllerManager", "scheduler"]},
            ("CKV_AWS_37",),
            'logging={"clusterLogging":[{"types":["api","audit","authenticator","controllerManager","scheduler"],'
            '"enabled":true}]}',
            'logging={"clusterLogging":[{"types":["api","audit","authenticator","controllerManager","scheduler"],'
            '"enabled":false}]}',
        ),
    ),
    Template("aws.elb.invalid_headers_kept", "Drop malformed HTTP headers",
             ("elbv2_alb_drop_invalid_header_fields_enabled",),
             _balancer("drop_invalid_header_fields", "CKV_AWS_131", "routing.http.drop_invalid_header_fields.enabled")),
    Template("aws.elb.deletion_unprotected", "Protect the load balancer from deletion",
             ("elbv2_deletion_protection",),
             _balancer("enable_deletion_protection", "CKV_AWS_150", "deletion_protection.enabled")),
    Template("aws.vpc.public_ip_by_default", "Give no public address by default",
             ("vpc_subnet_no_public_ip_by_default",), _subnet),
    Template(
        "aws.dynamodb.backup_missing", "Keep point-in-time backups of the table", ("dynamodb_tables_pitr_enabled",),
        _table(("point_in_time_recovery", "enabled"), "CKV_AWS_28",
               {"point_in_time_recovery_specification": "PointInTimeRecoveryEnabled=true"},
               {"point_in_time_recovery_specification": "PointInTimeRecoveryEnabled=false"},
               "update-continuous-backups"),
    ),
    Template(
        "aws.dynamodb.deletion_unprotected", "Protect the table from deletion",
        ("dynamodb_table_deletion_protection_enabled",),
        _table(("deletion_protection_enabled",), "", {"deletion_protection_enabled": True},
               {"no_deletion_protection_enabled": True}, "update-table"),
    ),
    Template("aws.efs.backup_missing", "Back the file system up", ("efs_have_backup_enabled",), _efs_backup),
)  # fmt: skip
