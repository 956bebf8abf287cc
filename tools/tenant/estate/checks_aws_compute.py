"""The checks of the estate on AWS compute."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tools.tenant.estate.checks import CLOSE, CRITICAL, HIGH, LOW, MEDIUM, ON, Config, Row, for_everybody

_SECRET_WORDS = ("PASSWORD", "SECRET", "TOKEN", "ACCESS_KEY", "DATABASE_URL", "CONNECTION_STRING")


def _secret_variable(variables: Any) -> bool:
    return any(any(word in name.upper() for word in _SECRET_WORDS) for name in variables)


def _secret_script(config: Config) -> bool:
    import base64

    value = config.get("UserData")
    if not value:
        return False
    text = base64.b64decode(value["Value"]).decode()
    return any(word in text for word in ("AWS_SECRET_ACCESS_KEY", "PASSWORD=", "PGPASSWORD"))


def _shared(config: Config) -> bool:
    return any(grant.get("Group") == "all" for grant in config["CreateVolumePermissions"])


def _webhook_open(config: Config) -> bool:
    hook = config.get("webhook")
    if not hook:
        return False
    return any(
        any(f["type"] == "EVENT" and "PULL_REQUEST_CREATED" in f["pattern"] for f in group)
        and not any(f["type"] == "ACTOR_ACCOUNT_ID" for f in group)
        for group in hook["filterGroups"]
    )


def compute_rows() -> Iterator[Row]:
    """Checks of machines, disks, functions, images, builds and clusters."""
    machine = "aws.instance"
    yield (
        *(machine, "ec2_instance_imdsv2_enabled", HIGH, "Instance allows IMDSv1"),
        *(
            lambda c: c["MetadataOptions"]["HttpTokens"] != "required",
            "Require tokens for instance metadata.",
        ),
    )
    yield (
        *(machine, "ec2_instance_public_ip", MEDIUM, "Instance has a public IP address"),
        *(lambda c: "PublicIpAddress" in c, "Put it behind a load balancer."),
    )
    yield (
        *(machine, "ec2_instance_internet_facing_with_instance_profile", MEDIUM),
        "Instance with a public address has a role",
        lambda c: "PublicIpAddress" in c and "IamInstanceProfile" in c,
        "Take the public address or the role away.",
    )
    yield (
        *(machine, "ec2_instance_managed_by_ssm", MEDIUM, "Instance is not managed by SSM"),
        *(lambda c: c.get("InstanceInformation") is None, ON),
    )
    yield (
        *(machine, "ec2_instance_detailed_monitoring_enabled", LOW, "Detailed monitoring is off"),
        *(lambda c: c["Monitoring"]["State"] != "enabled", ON),
    )
    yield (
        *(machine, "ec2_instance_secrets_user_data", CRITICAL, "Secret in the start script"),
        *(_secret_script, "Take it out, rotate it, and read it from a secret store."),
    )
    yield (
        *("aws.volume", "ec2_ebs_volume_encryption", MEDIUM, "Volume is not encrypted"),
        *(lambda c: not c["Encrypted"], ON),
    )
    yield (
        *("aws.snapshot", "ec2_ebs_public_snapshot", CRITICAL, "Snapshot is shared with everybody"),
        *(_shared, "Take the group 'all' off the snapshot."),
    )
    yield (
        *("aws.snapshot", "ec2_ebs_snapshots_encrypted", MEDIUM, "Snapshot is not encrypted"),
        *(lambda c: not c["Encrypted"], "Copy it with a key and delete the plain one."),
    )
    yield (
        *("aws.image", "ec2_ami_public", HIGH, "Image is shared with everybody"),
        *(lambda c: c["Public"], "Share it with named accounts."),
    )
    function = "aws.function"
    yield (
        *(function, "awslambda_function_url_public", HIGH, "Function URL needs no login"),
        *(
            lambda c: (c.get("FunctionUrlConfig") or {}).get("AuthType") == "NONE",
            "Ask for IAM authorisation on the URL.",
        ),
    )
    yield (
        *(
            function,
            "awslambda_function_not_publicly_accessible",
            CRITICAL,
            "Function can be invoked by anybody",
        ),
        *(
            lambda c: for_everybody(c["Policy"]) and "lambda:InvokeFunctionUrl" not in c["Policy"],
            "Name the callers in its policy.",
        ),
    )
    yield (
        *(function, "awslambda_function_no_secrets_in_variables", CRITICAL, "Secret in a variable"),
        *(
            lambda c: _secret_variable(c["Configuration"].get("Environment", {}).get("Variables", ())),
            "Move it to Secrets Manager and rotate it.",
        ),
    )
    yield (
        *(function, "awslambda_function_using_supported_runtimes", MEDIUM, "Runtime has no support"),
        *(
            lambda c: c["Configuration"]["Runtime"] in {"python3.8", "nodejs16.x"},
            "Move to a supported runtime.",
        ),
    )
    yield (
        *(function, "awslambda_function_inside_vpc", LOW, "Function runs outside a VPC"),
        *(lambda c: not c["Configuration"]["VpcConfig"]["VpcId"], "Run it in the network of what it uses."),
    )
    yield (
        *("aws.repository", "ecr_repositories_not_publicly_accessible", CRITICAL, "Image registry is public"),
        *(lambda c: for_everybody(c["policyText"]), "Name the accounts that may pull."),
    )
    yield (
        *("aws.repository", "ecr_repositories_scan_images_on_push_enabled", MEDIUM, "Images are not scanned"),
        *(lambda c: not c["imageScanningConfiguration"]["scanOnPush"], ON),
    )
    yield (
        *("aws.build", "codebuild_project_not_publicly_accessible", HIGH, "Builds are public"),
        *(lambda c: c["projectVisibility"] == "PUBLIC_READ", "Make the project private."),
    )
    yield (
        *("aws.build", "codebuild_project_webhook_filters_use_anchored_patterns", HIGH),
        *("Pull requests of anybody are built", _webhook_open, "Filter by the actor's account id."),
    )
    yield (
        *("aws.build", "codebuild_project_logging_enabled", LOW, "Builds are not logged"),
        *(lambda c: c["logsConfig"]["cloudWatchLogs"]["status"] != "ENABLED", ON),
    )
    yield (
        *("aws.cluster", "eks_cluster_not_publicly_accessible", HIGH, "Cluster endpoint is public"),
        *(
            lambda c: (
                c["resourcesVpcConfig"]["endpointPublicAccess"]
                and "0.0.0.0/0" in c["resourcesVpcConfig"]["publicAccessCidrs"]
            ),
            CLOSE,
        ),
    )
    yield (
        *("aws.cluster", "eks_cluster_kms_cmk_encryption_in_secrets_enabled", MEDIUM),
        *("Cluster secrets have no key of ours", lambda c: not c.get("encryptionConfig"), ON),
    )
    yield (
        *(
            "aws.cluster",
            "eks_control_plane_logging_all_types_enabled",
            MEDIUM,
            "Control plane is not logged",
        ),
        *(lambda c: not c["logging"]["clusterLogging"][0]["enabled"], ON),
    )
    yield (
        *("container.image", "ecr_repository_image_no_secrets", CRITICAL, "Secret in an image"),
        *(
            lambda c: _secret_variable(one.partition("=")[0] for one in c["Config"]["Env"]),
            "Take it out, rotate it, and give it at run time.",
        ),
    )
