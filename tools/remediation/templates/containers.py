"""Amazon ECR and EKS."""

from __future__ import annotations

from typing import Any

from tools.remediation.hcl.write import NewBlock, label_for, nested, resource
from tools.remediation.live import Target
from tools.remediation.recipe import Recipe, Template
from tools.remediation.shell import aws
from tools.remediation.templates.common import guard
from tools.remediation.templates.setting import given, setting
from tools.remediation.workspace import Selector


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
        "aws_ecr_repository",
        label_for(name),
        attributes,
        nested("image_scanning_configuration", {"scan_on_push": scans}),
        guard("encryption_configuration"),
    )
    return setting(
        Selector("aws_ecr_repository", {"name": name}, (name,), t.tags),
        block,
        {path: value},
        identity=name,
        checks=(check,),
        commands=(to.format(name=name),),
        rollback=(back.format(name=name),),
    )


def _scan_on_push(t: Target) -> Recipe:
    def command(on: bool) -> str:
        setting_text = f"scanOnPush={str(on).lower()}"
        name = t.uid.rpartition("repository/")[2] or t.name
        return (
            aws(
                "ecr",
                "put-image-scanning-configuration",
                t.region,
                repository_name=name,
                image_scanning_configuration=setting_text,
            )
            .replace("{", "{{")
            .replace("}", "}}")
        )

    path = ("image_scanning_configuration", "scan_on_push")
    return _repository(t, path, True, "CKV_AWS_163", command(True), command(False))


def _immutable(t: Target) -> Recipe:
    def command(value: str) -> str:
        name = t.uid.rpartition("repository/")[2] or t.name
        text = aws(
            "ecr", "put-image-tag-mutability", t.region, repository_name=name, image_tag_mutability=value
        )
        return text.replace("{", "{{").replace("}", "}}")

    return _repository(
        t, ("image_tag_mutability",), "IMMUTABLE", "CKV_AWS_51", command("IMMUTABLE"), command("MUTABLE")
    )


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
        "aws_eks_cluster",
        label_for(name),
        attributes,
        nested("vpc_config", inner),
        guard("encryption_config"),
    )


def _eks(values: dict[tuple[str, ...], Any], checks: tuple[str, ...], to: str, back: str, **rest: Any) -> Any:
    def build(t: Target) -> Recipe:
        extra: list[NewBlock] = []
        block = _cluster(t, extra)
        name = str(block.attributes["name"])

        def command(change: str) -> str:
            option, _, value = change.partition("=")
            return aws("eks", "update-cluster-config", t.region, name=name, **{option: value})

        return setting(
            Selector("aws_eks_cluster", {"name": name}, (name,), t.tags),
            block,
            values,
            identity=name,
            extra=extra,
            checks=checks,
            commands=(command(to),),
            rollback=(command(back),),
            **rest,
        )

    return build


TEMPLATES = (
    Template(
        "aws.ecr.scan_disabled",
        "Scan images when they are pushed",
        ("ecr_repositories_scan_images_on_push_enabled",),
        _scan_on_push,
    ),
    Template(
        "aws.ecr.mutable_tags",
        "Keep image tags from being moved",
        ("ecr_repositories_tag_immutability",),
        _immutable,
    ),
    Template(
        "aws.eks.public_endpoint",
        "Take the cluster's API off the internet",
        ("eks_cluster_not_publicly_accessible",),
        _eks(
            {
                ("vpc_config", "endpoint_public_access"): False,
                ("vpc_config", "endpoint_private_access"): True,
            },
            ("CKV_AWS_39", "CKV_AWS_38"),
            "resources_vpc_config=endpointPublicAccess=false,endpointPrivateAccess=true",
            "resources_vpc_config=endpointPublicAccess=true,endpointPrivateAccess=false",
            breaks=(
                "kubectl and pipelines outside the VPC lose the API: give them a VPN or a runner inside "
                "first.",
            ),
        ),
    ),
    Template(
        "aws.eks.logging_disabled",
        "Log all of the control plane",
        ("eks_control_plane_logging_all_types_enabled",),
        _eks(
            {
                ("enabled_cluster_log_types",): [
                    "api",
                    "audit",
                    "authenticator",
                    "controllerManager",
                    "scheduler",
                ]
            },
            ("CKV_AWS_37",),
            'logging={"clusterLogging":[{"types":["api","audit","authenticator","controllerManager","scheduler"],'
            '"enabled":true}]}',
            'logging={"clusterLogging":[{"types":["api","audit","authenticator","controllerManager","scheduler"],'
            '"enabled":false}]}',
        ),
    ),
)
