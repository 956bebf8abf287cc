"""The checks that are run on the demo estate: each reads a configuration and says whether it fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tools.findings.model import Severity

Config = Mapping[str, Any]
_LOW, _MEDIUM, _HIGH, _CRITICAL = Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL


@dataclass(frozen=True)
class Check:
    """A rule (its id as scanners know it), how bad a failure is, the problem in words, and the test."""

    rule_id: str
    severity: Severity
    title: str
    fails: Callable[[Config], bool]
    remediation: str


def checks_for(kind: str) -> tuple[Check, ...]:
    """The checks for one kind of resource of the estate."""
    return _CHECKS.get(kind, ())


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


def _nsg_open(config: Config, port: int) -> bool:
    return any(
        rule["sourceAddressPrefix"] in {"*", "Internet"} and rule["destinationPortRange"] == str(port)
        for rule in config["securityRules"]
    )


def _firewall_open(config: Config, port: int) -> bool:
    return "0.0.0.0/0" in config["sourceRanges"] and any(
        str(port) in rule["ports"] for rule in config["allowed"]
    )


def _public_address(config: Config) -> bool:
    return any(interface["accessConfigs"] for interface in config["networkInterfaces"])


def _full_access(config: Config) -> bool:
    return any(account["scopes"] == ["cloud-platform"] for account in config["serviceAccounts"])


def _everybody(config: Config) -> bool:
    return any("allUsers" in binding["members"] for binding in config["iamPolicy"]["bindings"])


def _admin(config: Config) -> bool:
    return any(statement["Action"] == "*" for statement in config["document"]["Statement"])


def _off(name: str) -> Callable[[Config], bool]:
    return lambda config: not config[name]


def _rows() -> Iterator[tuple[str, str, Severity, str, Callable[[Config], bool], str]]:
    on, off = "Turn it on for this resource and in the template that makes it.", _off
    close = "Limit the source to the networks that need it, or use a session service instead."
    yield "aws.account", "guardduty_is_enabled", _MEDIUM, "GuardDuty is off", off("guardduty"), on
    yield "aws.account", "securityhub_enabled", _MEDIUM, "Security Hub is off", off("security_hub"), on
    yield (
        *("aws.account", "cloudtrail_multi_region_enabled", _HIGH, "CloudTrail does not cover all regions"),
        *(off("cloudtrail_multi_region"), on),
    )
    yield "aws.account", "iam_root_mfa_enabled", _CRITICAL, "Root user has no MFA", off("root_mfa"), on
    yield (
        *("aws.account", "iam_password_policy_minimum_length_14", _MEDIUM, "Passwords may be short"),
        *(lambda c: c["password_minimum_length"] < 14, "Ask for 14 characters or more."),
    )
    yield (
        *("aws.account", "ec2_ebs_default_encryption", _MEDIUM, "New EBS volumes are not encrypted"),
        *(off("ebs_default_encryption"), on),
    )
    yield "aws.vpc", "vpc_flow_logs_enabled", _MEDIUM, "VPC flow logs are off", off("flow_log"), on
    internet = "ec2_securitygroup_allow_ingress_from_internet_to"
    yield (
        *("aws.security_group", f"{internet}_tcp_port_22", _HIGH, "SSH (22) open to the internet"),
        *(lambda c: _open(c, 22), close),
    )
    yield (
        *("aws.security_group", f"{internet}_tcp_port_3389", _HIGH, "RDP (3389) open to the internet"),
        *(lambda c: _open(c, 3389), close),
    )
    yield (
        *("aws.security_group", f"{internet}_all_ports", _CRITICAL, "All ports open to the internet"),
        *(_all_ports, close),
    )
    yield (
        *("aws.instance", "ec2_instance_imdsv2_enabled", _HIGH, "Instance allows IMDSv1"),
        *(lambda c: c["http_tokens"] != "required", "Require tokens for instance metadata."),
    )
    yield (
        *("aws.instance", "ec2_instance_public_ip", _MEDIUM, "Instance has a public IP address"),
        *(lambda c: bool(c["public_ip"]), "Put it behind a load balancer."),
    )
    yield (
        *("aws.instance", "ec2_instance_managed_by_ssm", _MEDIUM, "Instance is not managed by SSM"),
        *(off("managed_by_ssm"), on),
    )
    yield (
        *("aws.instance", "ec2_instance_detailed_monitoring_enabled", _LOW, "Detailed monitoring is off"),
        *(lambda c: c["monitoring_state"] != "enabled", on),
    )
    yield (
        *("aws.bucket", "s3_bucket_public_access", _CRITICAL, "Bucket policy allows everybody to read"),
        *(lambda c: c["policy"] is not None, "Take the public statement out of the policy."),
    )
    yield (
        *(
            "aws.bucket",
            "s3_bucket_level_public_access_block",
            _MEDIUM,
            "Bucket does not block public access",
        ),
        *(lambda c: not all(c["public_access_block"].values()), on),
    )
    yield (
        *("aws.bucket", "s3_bucket_default_encryption", _MEDIUM, "Bucket has no default encryption"),
        *(off("encryption"), on),
    )
    yield (
        *("aws.bucket", "s3_bucket_secure_transport_policy", _MEDIUM, "Bucket accepts plain HTTP"),
        *(off("secure_transport"), "Deny requests without TLS in the bucket policy."),
    )
    yield (
        "aws.bucket",
        "s3_bucket_object_versioning",
        _MEDIUM,
        "Bucket keeps no versions",
        off("versioning"),
        on,
    )
    yield (
        *("aws.bucket", "s3_bucket_server_access_logging_enabled", _LOW, "Bucket access is not logged"),
        *(off("logging"), on),
    )
    yield (
        *("aws.database", "rds_instance_no_public_access", _CRITICAL, "Database is publicly accessible"),
        *(lambda c: c["public"], "Turn public access off and keep it in private subnets."),
    )
    yield (
        *("aws.database", "rds_instance_storage_encrypted", _HIGH, "Database is not encrypted"),
        *(off("encrypted"), "Restore an encrypted copy of a snapshot."),
    )
    yield (
        *("aws.database", "rds_instance_backup_enabled", _MEDIUM, "Database has no backups"),
        *(off("backup_retention_period"), on),
    )
    yield (
        *("aws.database", "rds_instance_deletion_protection", _MEDIUM, "Database can be deleted by mistake"),
        *(off("deletion_protection"), on),
    )
    yield "aws.database", "rds_instance_multi_az", _MEDIUM, "Database is in one zone", off("multi_az"), on
    yield (
        *("aws.function", "awslambda_function_url_public", _HIGH, "Function URL needs no login"),
        *(lambda c: c["url_config"] is not None, "Ask for IAM authorisation on the URL."),
    )
    yield (
        *("aws.function", "awslambda_function_no_secrets_in_variables", _CRITICAL, "Secret in a variable"),
        *(lambda c: bool(c["environment"]), "Move it to Secrets Manager and rotate it."),
    )
    yield (
        *("aws.function", "awslambda_function_using_supported_runtimes", _MEDIUM, "Runtime has no support"),
        *(lambda c: c["runtime"] == "python3.8", "Move to a supported runtime."),
    )
    yield "aws.key", "kms_cmk_rotation_enabled", _HIGH, "Key rotation is off", off("rotation_enabled"), on
    yield "aws.volume", "ec2_ebs_volume_encryption", _MEDIUM, "Volume is not encrypted", off("encrypted"), on
    yield (
        "aws.volume",
        "ec2_ebs_volume_snapshots_exists",
        _MEDIUM,
        "Volume has no snapshot",
        off("snapshots"),
        on,
    )
    yield (
        *("aws.user", "iam_user_mfa_enabled_console_access", _HIGH, "Console user has no MFA"),
        *(lambda c: c["console_access"] and not c["mfa_devices"], on),
    )
    yield (
        *("aws.user", "iam_rotate_access_key_90_days", _MEDIUM, "Access key is older than 90 days"),
        *(lambda c: c["access_key_age_days"] > 90, "Rotate the key, or use a role."),
    )
    yield (
        *("aws.policy", "iam_customer_attached_policy_no_administrative_privileges", _HIGH),
        *("Policy grants everything on everything", _admin, "List the actions and resources needed."),
    )
    yield (
        *("aws.secret", "secretsmanager_automatic_rotation_enabled", _MEDIUM, "Secret is not rotated"),
        *(off("rotation_enabled"), on),
    )
    yield (
        *("azure.nsg", "network_rdp_internet_access_restricted", _HIGH, "RDP (3389) open to the internet"),
        *(lambda c: _nsg_open(c, 3389), close),
    )
    yield (
        *("azure.nsg", "network_ssh_internet_access_restricted", _HIGH, "SSH (22) open to the internet"),
        *(lambda c: _nsg_open(c, 22), close),
    )
    yield (
        *("azure.vm", "vm_ensure_attached_disks_encrypted_with_cmk", _MEDIUM),
        *("Disks have no customer key", off("disk_encryption_customer_key"), on),
    )
    yield "azure.vm", "vm_backup_enabled", _MEDIUM, "Machine has no backup", off("backup"), on
    yield (
        *("azure.vm", "vm_linux_enforce_ssh_authentication", _HIGH, "Machine allows password login"),
        *(lambda c: c["password_login"], "Allow keys only."),
    )
    yield (
        *("azure.store", "storage_blob_public_access_level_is_disabled", _CRITICAL),
        *("Anonymous blob access is allowed", lambda c: c["allowBlobPublicAccess"], "Forbid it."),
    )
    yield (
        *("azure.store", "storage_default_network_access_rule_is_denied", _HIGH),
        *("Reachable from all networks", lambda c: c["networkAcls"]["defaultAction"] == "Allow", close),
    )
    yield (
        *("azure.store", "storage_secure_transfer_required_is_enabled", _MEDIUM),
        *("Plain HTTP is allowed", off("supportsHttpsTrafficOnly"), on),
    )
    yield (
        *("azure.store", "storage_ensure_minimum_tls_version_12", _MEDIUM, "Old TLS versions are allowed"),
        *(lambda c: c["minimumTlsVersion"] != "TLS1_2", "Ask for TLS 1.2."),
    )
    yield (
        "azure.store",
        "storage_ensure_soft_delete_is_enabled",
        _LOW,
        "No soft delete",
        off("softDelete"),
        on,
    )
    yield (
        *("azure.sql", "sqlserver_unrestricted_inbound_access", _HIGH, "Any Azure service may connect"),
        *(lambda c: bool(c["firewallRules"]), close),
    )
    yield "azure.sql", "sqlserver_auditing_enabled", _MEDIUM, "Auditing is off", off("auditing"), on
    yield (
        *("azure.sql", "sqlserver_azuread_administrator_enabled", _MEDIUM, "No Entra administrator"),
        *(off("entra_admin"), on),
    )
    yield "azure.vault", "keyvault_logging_enabled", _MEDIUM, "Vault access is not logged", off("logging"), on
    yield (
        *("azure.vault", "keyvault_recoverable", _HIGH, "Vault can be purged"),
        *(off("enablePurgeProtection"), on),
    )
    yield (
        *("azure.vault", "keyvault_private_endpoints", _MEDIUM, "Vault has no private endpoint"),
        *(off("privateEndpoint"), on),
    )
    yield (
        "azure.web",
        "app_ensure_http_is_redirected_to_https",
        _MEDIUM,
        "Plain HTTP is served",
        off("httpsOnly"),
        on,
    )
    yield (
        *("azure.web", "app_ftp_deployment_disabled", _MEDIUM, "FTP deployment is allowed"),
        *(lambda c: c["ftpsState"] == "AllAllowed", "Allow FTPS only, or none."),
    )
    yield "azure.web", "app_register_with_identity", _LOW, "App has no managed identity", off("identity"), on
    yield (
        *("gcp.firewall", "compute_firewall_ssh_access_from_the_internet_allowed", _HIGH),
        *("SSH (22) open to the internet", lambda c: _firewall_open(c, 22), close),
    )
    yield (
        *("gcp.vm", "compute_instance_public_ip", _MEDIUM, "Machine has a public IP address"),
        *(_public_address, "Use a load balancer or IAP."),
    )
    yield (
        *("gcp.vm", "compute_instance_default_service_account_in_use_with_full_api_access", _HIGH),
        *("Default service account with full access", _full_access, "Give it an account of its own."),
    )
    yield (
        *("gcp.vm", "compute_instance_shielded_vm_enabled", _LOW, "Secure boot is off"),
        *(lambda c: not c["shieldedInstanceConfig"]["enableSecureBoot"], on),
    )
    yield (
        *("gcp.account", "iam_sa_no_administrative_privileges", _HIGH, "Service account may edit everything"),
        *(lambda c: "roles/editor" in c["roles"], "Grant the roles it uses."),
    )
    yield (
        *(
            "gcp.account",
            "iam_sa_no_user_managed_keys",
            _MEDIUM,
            "Service account has keys that people manage",
        ),
        *(lambda c: c["user_managed_keys"] > 0, "Delete them."),
    )
    yield (
        *("gcp.bucket", "cloudstorage_bucket_public_access", _CRITICAL, "Bucket is open to everybody"),
        *(_everybody, "Take allUsers out of the policy."),
    )
    yield (
        *("gcp.bucket", "cloudstorage_bucket_uniform_bucket_level_access", _MEDIUM),
        *(
            "Object ACLs are in use",
            lambda c: not c["iamConfiguration"]["uniformBucketLevelAccess"]["enabled"],
            on,
        ),
    )
    yield (
        *("gcp.bucket", "cloudstorage_bucket_versioning_enabled", _LOW, "Bucket keeps no versions"),
        *(lambda c: not c["versioning"]["enabled"], on),
    )
    yield (
        *("gcp.bucket", "cloudstorage_bucket_logging_enabled", _LOW, "Bucket access is not logged"),
        *(off("logging"), on),
    )
    yield (
        *("gcp.database", "cloudsql_instance_public_access", _CRITICAL, "Any network may connect"),
        *(lambda c: bool(c["ipConfiguration"]["authorizedNetworks"]), close),
    )
    yield (
        *("gcp.database", "cloudsql_instance_public_ip", _HIGH, "Database has a public address"),
        *(lambda c: c["ipConfiguration"]["ipv4Enabled"], "Use a private address."),
    )
    yield (
        *("gcp.database", "cloudsql_instance_ssl_connections", _HIGH, "Unencrypted connections are allowed"),
        *(lambda c: not c["ipConfiguration"]["requireSsl"], on),
    )
    yield "gcp.database", "cloudsql_instance_automated_backups", _MEDIUM, "No backups", off("backup"), on


def _grouped() -> dict[str, tuple[Check, ...]]:
    found: dict[str, tuple[Check, ...]] = {}
    for kind, rule_id, severity, title, fails, remediation in _rows():
        check = Check(rule_id, severity, title, fails, remediation)
        found[kind] = (*found.get(kind, ()), check)
    return found


_CHECKS = _grouped()
