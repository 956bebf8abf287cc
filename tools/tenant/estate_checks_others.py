"""The checks of the demo estate on Azure and Google Cloud."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tools.tenant.estate_checks import CRITICAL, HIGH, LOW, MEDIUM, Config, Row


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


def _off(name: str) -> Callable[[Config], bool]:
    return lambda config: not config[name]


def other_rows() -> Iterator[Row]:
    """Checks by kind of resource."""
    on, off = "Turn it on for this resource and in the template that makes it.", _off
    close = "Limit the source to the networks that need it, or use a session service instead."
    yield (
        *("azure.nsg", "network_rdp_internet_access_restricted", HIGH, "RDP (3389) open to the internet"),
        *(lambda c: _nsg_open(c, 3389), close),
    )
    yield (
        *("azure.nsg", "network_ssh_internet_access_restricted", HIGH, "SSH (22) open to the internet"),
        *(lambda c: _nsg_open(c, 22), close),
    )
    yield (
        *("azure.vm", "vm_ensure_attached_disks_encrypted_with_cmk", MEDIUM),
        *("Disks have no customer key", off("disk_encryption_customer_key"), on),
    )
    yield "azure.vm", "vm_backup_enabled", MEDIUM, "Machine has no backup", off("backup"), on
    yield (
        *("azure.vm", "vm_linux_enforce_ssh_authentication", HIGH, "Machine allows password login"),
        *(lambda c: c["password_login"], "Allow keys only."),
    )
    yield (
        *("azure.store", "storage_blob_public_access_level_is_disabled", CRITICAL),
        *("Anonymous blob access is allowed", lambda c: c["allowBlobPublicAccess"], "Forbid it."),
    )
    yield (
        *("azure.store", "storage_default_network_access_rule_is_denied", HIGH),
        *("Reachable from all networks", lambda c: c["networkAcls"]["defaultAction"] == "Allow", close),
    )
    yield (
        *("azure.store", "storage_secure_transfer_required_is_enabled", MEDIUM),
        *("Plain HTTP is allowed", off("supportsHttpsTrafficOnly"), on),
    )
    yield (
        *("azure.store", "storage_ensure_minimum_tls_version_12", MEDIUM, "Old TLS versions are allowed"),
        *(lambda c: c["minimumTlsVersion"] != "TLS1_2", "Ask for TLS 1.2."),
    )
    yield (
        "azure.store",
        "storage_ensure_soft_delete_is_enabled",
        LOW,
        "No soft delete",
        off("softDelete"),
        on,
    )
    yield (
        *("azure.sql", "sqlserver_unrestricted_inbound_access", HIGH, "Any Azure service may connect"),
        *(lambda c: bool(c["firewallRules"]), close),
    )
    yield "azure.sql", "sqlserver_auditing_enabled", MEDIUM, "Auditing is off", off("auditing"), on
    yield (
        *("azure.sql", "sqlserver_azuread_administrator_enabled", MEDIUM, "No Entra administrator"),
        *(off("entra_admin"), on),
    )
    yield "azure.vault", "keyvault_logging_enabled", MEDIUM, "Vault access is not logged", off("logging"), on
    yield (
        *("azure.vault", "keyvault_recoverable", HIGH, "Vault can be purged"),
        *(off("enablePurgeProtection"), on),
    )
    yield (
        *("azure.vault", "keyvault_private_endpoints", MEDIUM, "Vault has no private endpoint"),
        *(off("privateEndpoint"), on),
    )
    yield (
        "azure.web",
        "app_ensure_http_is_redirected_to_https",
        MEDIUM,
        "Plain HTTP is served",
        off("httpsOnly"),
        on,
    )
    yield (
        *("azure.web", "app_ftp_deployment_disabled", MEDIUM, "FTP deployment is allowed"),
        *(lambda c: c["ftpsState"] == "AllAllowed", "Allow FTPS only, or none."),
    )
    yield "azure.web", "app_register_with_identity", LOW, "App has no managed identity", off("identity"), on
    yield (
        *("gcp.firewall", "compute_firewall_ssh_access_from_the_internet_allowed", HIGH),
        *("SSH (22) open to the internet", lambda c: _firewall_open(c, 22), close),
    )
    yield (
        *("gcp.vm", "compute_instance_public_ip", MEDIUM, "Machine has a public IP address"),
        *(_public_address, "Use a load balancer or IAP."),
    )
    yield (
        *("gcp.vm", "compute_instance_default_service_account_in_use_with_full_api_access", HIGH),
        *("Default service account with full access", _full_access, "Give it an account of its own."),
    )
    yield (
        *("gcp.vm", "compute_instance_shielded_vm_enabled", LOW, "Secure boot is off"),
        *(lambda c: not c["shieldedInstanceConfig"]["enableSecureBoot"], on),
    )
    yield (
        *("gcp.account", "iam_sa_no_administrative_privileges", HIGH, "Service account may edit everything"),
        *(lambda c: "roles/editor" in c["roles"], "Grant the roles it uses."),
    )
    yield (
        *(
            "gcp.account",
            "iam_sa_no_user_managed_keys",
            MEDIUM,
            "Service account has keys that people manage",
        ),
        *(lambda c: c["user_managed_keys"] > 0, "Delete them."),
    )
    yield (
        *("gcp.bucket", "cloudstorage_bucket_public_access", CRITICAL, "Bucket is open to everybody"),
        *(_everybody, "Take allUsers out of the policy."),
    )
    yield (
        *("gcp.bucket", "cloudstorage_bucket_uniform_bucket_level_access", MEDIUM),
        *(
            "Object ACLs are in use",
            lambda c: not c["iamConfiguration"]["uniformBucketLevelAccess"]["enabled"],
            on,
        ),
    )
    yield (
        *("gcp.bucket", "cloudstorage_bucket_versioning_enabled", LOW, "Bucket keeps no versions"),
        *(lambda c: not c["versioning"]["enabled"], on),
    )
    yield (
        *("gcp.bucket", "cloudstorage_bucket_logging_enabled", LOW, "Bucket access is not logged"),
        *(off("logging"), on),
    )
    yield (
        *("gcp.database", "cloudsql_instance_public_access", CRITICAL, "Any network may connect"),
        *(lambda c: bool(c["ipConfiguration"]["authorizedNetworks"]), close),
    )
    yield (
        *("gcp.database", "cloudsql_instance_public_ip", HIGH, "Database has a public address"),
        *(lambda c: c["ipConfiguration"]["ipv4Enabled"], "Use a private address."),
    )
    yield (
        *("gcp.database", "cloudsql_instance_ssl_connections", HIGH, "Unencrypted connections are allowed"),
        *(lambda c: not c["ipConfiguration"]["requireSsl"], on),
    )
    yield "gcp.database", "cloudsql_instance_automated_backups", MEDIUM, "No backups", off("backup"), on
