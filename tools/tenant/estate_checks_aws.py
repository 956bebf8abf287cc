"""The checks of the demo estate on AWS."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tools.tenant.estate_checks import CRITICAL, HIGH, LOW, MEDIUM, Config, Row


def _open(config: Config, *ports: int) -> bool:
    return any(
        entry["CidrIp"] == "0.0.0.0/0" and any(rule["FromPort"] <= port <= rule["ToPort"] for port in ports)
        for rule in config["ingress_rules"]
        for entry in rule["IpRanges"]
    )


def _all_ports(config: Config) -> bool:
    return any(
        rule["ToPort"] - rule["FromPort"] == 65535 and rule["IpRanges"] == [{"CidrIp": "0.0.0.0/0"}]
        for rule in config["ingress_rules"]
    )


def _admin(config: Config) -> bool:
    return any(statement["Action"] == "*" for statement in config["document"]["Statement"])


def _off(name: str) -> Callable[[Config], bool]:
    return lambda config: not config[name]


def aws_rows() -> Iterator[Row]:
    """Checks by kind of resource."""
    on, off = "Turn it on for this resource and in the template that makes it.", _off
    close = "Limit the source to the networks that need it, or use a session service instead."
    yield "aws.account", "guardduty_is_enabled", MEDIUM, "GuardDuty is off", off("guardduty"), on
    yield "aws.account", "securityhub_enabled", MEDIUM, "Security Hub is off", off("security_hub"), on
    yield (
        *("aws.account", "cloudtrail_multi_region_enabled", HIGH, "CloudTrail does not cover all regions"),
        *(off("cloudtrail_multi_region"), on),
    )
    yield "aws.account", "iam_root_mfa_enabled", CRITICAL, "Root user has no MFA", off("root_mfa"), on
    yield (
        *("aws.account", "iam_password_policy_minimum_length_14", MEDIUM, "Passwords may be short"),
        *(lambda c: c["password_minimum_length"] < 14, "Ask for 14 characters or more."),
    )
    yield (
        *("aws.account", "ec2_ebs_default_encryption", MEDIUM, "New EBS volumes are not encrypted"),
        *(off("ebs_default_encryption"), on),
    )
    yield "aws.vpc", "vpc_flow_logs_enabled", MEDIUM, "VPC flow logs are off", off("flow_log"), on
    internet = "ec2_securitygroup_allow_ingress_from_internet_to"
    yield (
        *("aws.security_group", f"{internet}_tcp_port_22", HIGH, "SSH (22) open to the internet"),
        *(lambda c: _open(c, 22), close),
    )
    yield (
        *("aws.security_group", f"{internet}_tcp_port_3389", HIGH, "RDP (3389) open to the internet"),
        *(lambda c: _open(c, 3389), close),
    )
    yield (
        *("aws.security_group", f"{internet}_all_ports", CRITICAL, "All ports open to the internet"),
        *(_all_ports, close),
    )
    yield (
        *("aws.instance", "ec2_instance_imdsv2_enabled", HIGH, "Instance allows IMDSv1"),
        *(lambda c: c["http_tokens"] != "required", "Require tokens for instance metadata."),
    )
    yield (
        *("aws.instance", "ec2_instance_public_ip", MEDIUM, "Instance has a public IP address"),
        *(lambda c: bool(c["public_ip"]), "Put it behind a load balancer."),
    )
    yield (
        *("aws.instance", "ec2_instance_managed_by_ssm", MEDIUM, "Instance is not managed by SSM"),
        *(off("managed_by_ssm"), on),
    )
    yield (
        *("aws.instance", "ec2_instance_detailed_monitoring_enabled", LOW, "Detailed monitoring is off"),
        *(lambda c: c["monitoring_state"] != "enabled", on),
    )
    yield (
        *("aws.bucket", "s3_bucket_public_access", CRITICAL, "Bucket policy allows everybody to read"),
        *(lambda c: c["policy"] is not None, "Take the public statement out of the policy."),
    )
    yield (
        *(
            "aws.bucket",
            "s3_bucket_level_public_access_block",
            MEDIUM,
            "Bucket does not block public access",
        ),
        *(lambda c: not all(c["public_access_block"].values()), on),
    )
    yield (
        *("aws.bucket", "s3_bucket_default_encryption", MEDIUM, "Bucket has no default encryption"),
        *(off("encryption"), on),
    )
    yield (
        *("aws.bucket", "s3_bucket_secure_transport_policy", MEDIUM, "Bucket accepts plain HTTP"),
        *(off("secure_transport"), "Deny requests without TLS in the bucket policy."),
    )
    yield (
        "aws.bucket",
        "s3_bucket_object_versioning",
        MEDIUM,
        "Bucket keeps no versions",
        off("versioning"),
        on,
    )
    yield (
        *("aws.bucket", "s3_bucket_server_access_logging_enabled", LOW, "Bucket access is not logged"),
        *(off("logging"), on),
    )
    yield (
        *("aws.database", "rds_instance_no_public_access", CRITICAL, "Database is publicly accessible"),
        *(lambda c: c["public"], "Turn public access off and keep it in private subnets."),
    )
    yield (
        *("aws.database", "rds_instance_storage_encrypted", HIGH, "Database is not encrypted"),
        *(off("encrypted"), "Restore an encrypted copy of a snapshot."),
    )
    yield (
        *("aws.database", "rds_instance_backup_enabled", MEDIUM, "Database has no backups"),
        *(off("backup_retention_period"), on),
    )
    yield (
        *("aws.database", "rds_instance_deletion_protection", MEDIUM, "Database can be deleted by mistake"),
        *(off("deletion_protection"), on),
    )
    yield "aws.database", "rds_instance_multi_az", MEDIUM, "Database is in one zone", off("multi_az"), on
    yield (
        *("aws.function", "awslambda_function_url_public", HIGH, "Function URL needs no login"),
        *(lambda c: c["url_config"] is not None, "Ask for IAM authorisation on the URL."),
    )
    yield (
        *("aws.function", "awslambda_function_no_secrets_in_variables", CRITICAL, "Secret in a variable"),
        *(lambda c: bool(c["environment"]), "Move it to Secrets Manager and rotate it."),
    )
    yield (
        *("aws.function", "awslambda_function_using_supported_runtimes", MEDIUM, "Runtime has no support"),
        *(lambda c: c["runtime"] == "python3.8", "Move to a supported runtime."),
    )
    yield "aws.key", "kms_cmk_rotation_enabled", HIGH, "Key rotation is off", off("rotation_enabled"), on
    yield "aws.volume", "ec2_ebs_volume_encryption", MEDIUM, "Volume is not encrypted", off("encrypted"), on
    yield (
        "aws.volume",
        "ec2_ebs_volume_snapshots_exists",
        MEDIUM,
        "Volume has no snapshot",
        off("snapshots"),
        on,
    )
    yield (
        *("aws.user", "iam_user_mfa_enabled_console_access", HIGH, "Console user has no MFA"),
        *(lambda c: c["console_access"] and not c["mfa_devices"], on),
    )
    yield (
        *("aws.user", "iam_rotate_access_key_90_days", MEDIUM, "Access key is older than 90 days"),
        *(lambda c: c["access_key_age_days"] > 90, "Rotate the key, or use a role."),
    )
    yield (
        *("aws.policy", "iam_customer_attached_policy_no_administrative_privileges", HIGH),
        *("Policy grants everything on everything", _admin, "List the actions and resources needed."),
    )
    yield (
        *("aws.secret", "secretsmanager_automatic_rotation_enabled", MEDIUM, "Secret is not rotated"),
        *(off("rotation_enabled"), on),
    )
