"""The checks of the estate on Azure, over what Azure Resource Manager and Microsoft Graph answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tools.tenant.estate.checks import CLOSE, CRITICAL, HIGH, LOW, MEDIUM, ON, Config, Row

_ANY = ("*", "Internet", "0.0.0.0/0")
_SECRET_WORDS = ("PASSWORD", "SECRET", "TOKEN", "CONNECTIONSTRING", "ACCOUNTKEY")
OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"


def _open_to(*ports: int) -> Callable[[Config], bool]:
    def fails(config: Config) -> bool:
        for rule in config["properties"]["securityRules"]:
            p = rule["properties"]
            if p["direction"] != "Inbound" or p["access"] != "Allow" or p["sourceAddressPrefix"] not in _ANY:
                continue
            wanted = p["destinationPortRange"]
            if wanted == "*" or any(wanted == str(port) for port in ports):
                return True
        return False

    return fails


def _setting(name: str) -> Callable[[Config], bool]:
    return lambda config: not config["properties"].get(name)


def _reached_by_all(config: Config) -> bool:
    found = config["properties"]
    return bool(
        found["publicNetworkAccess"] == "Enabled" and found["networkAcls"]["defaultAction"] == "Allow"
    )


def _any_address(config: Config) -> bool:
    return any(
        rule["properties"]["startIpAddress"] == "0.0.0.0"  # noqa: S104
        and rule["properties"]["endIpAddress"] == "255.255.255.255"
        for rule in config["firewallRules"]
    )


def _open_container(config: Config) -> bool:
    return any(one["properties"]["publicAccess"] in ("Blob", "Container") for one in config["containers"])


def _secret_setting(config: Config) -> bool:
    return any(
        any(word in one["name"].upper() for word in _SECRET_WORDS)
        and not one["value"].startswith("@Microsoft.KeyVault")
        for one in config["properties"]["siteConfig"]["appSettings"]
    )


def _assigned(role: str) -> Callable[[Config], bool]:
    def fails(config: Config) -> bool:
        found = config["properties"]
        return bool(found["roleDefinitionId"].endswith(role) and found["scope"].count("/") == 2)

    return fails


def azure_rows() -> Iterator[Row]:
    """Checks by kind of resource."""
    for rule, severity, title, ports in (
        ("network_rdp_internet_access_restricted", HIGH, "RDP (3389) open to the internet", (3389,)),
        ("network_ssh_internet_access_restricted", HIGH, "SSH (22) open to the internet", (22,)),
        ("network_http_internet_access_restricted", MEDIUM, "HTTP (80) open to the internet", (80,)),
        (
            *("network_service_internet_access_restricted", MEDIUM),
            *("A service port is open to the internet", (8080, 8090, 8009, 8111, 7001, 61616)),
        ),
    ):
        yield "azure.nsg", rule, severity, title, _open_to(*ports), CLOSE
    yield (
        *("azure.network", "network_vnet_ddos_protection_enabled", LOW, "Network has no DDoS protection"),
        *(_setting("enableDdosProtection"), ON),
    )
    machine = "azure.machine"
    yield (
        *(machine, "vm_linux_enforce_ssh_authentication", HIGH, "Machine allows password login"),
        *(
            lambda c: (
                not c["properties"]["osProfile"].get(
                    "linuxConfiguration", {"disablePasswordAuthentication": True}
                )["disablePasswordAuthentication"]
            ),
            "Allow keys only.",
        ),
    )
    yield (
        *(machine, "vm_trusted_launch_enabled", MEDIUM, "Machine has no trusted launch"),
        *(lambda c: "securityProfile" not in c["properties"], ON),
    )
    yield (
        *(machine, "vm_ensure_attached_disks_encrypted_with_cmk", MEDIUM, "Disks have no customer key"),
        *(
            lambda c: "diskEncryptionSet" not in c["properties"]["storageProfile"]["osDisk"]["managedDisk"],
            ON,
        ),
    )
    store = "azure.store"
    yield (
        *(
            store,
            "storage_blob_public_access_level_is_disabled",
            CRITICAL,
            "Anonymous blob access is allowed",
        ),
        *(lambda c: c["properties"]["allowBlobPublicAccess"], "Forbid it on the account."),
    )
    yield (
        *(store, "storage_container_public_access", HIGH, "Container is open to anonymous readers"),
        *(_open_container, "Set the container to private."),
    )
    yield (
        *(store, "storage_default_network_access_rule_is_denied", HIGH, "Reachable from all networks"),
        *(_reached_by_all, CLOSE),
    )
    yield (
        *(store, "storage_account_key_access_disabled", MEDIUM, "Account keys may be used"),
        *(lambda c: c["properties"]["allowSharedKeyAccess"], "Use Entra identities."),
    )
    yield (
        *(store, "storage_secure_transfer_required_is_enabled", MEDIUM, "Plain HTTP is allowed"),
        *(_setting("supportsHttpsTrafficOnly"), ON),
    )
    yield (
        *(store, "storage_ensure_minimum_tls_version_12", MEDIUM, "Old TLS versions are allowed"),
        *(lambda c: c["properties"]["minimumTlsVersion"] != "TLS1_2", "Ask for TLS 1.2."),
    )
    sql = "azure.sql"
    yield (
        *(sql, "sqlserver_unrestricted_inbound_access", HIGH, "Firewall lets in every address"),
        *(_any_address, CLOSE),
    )
    yield (
        *(sql, "sqlserver_azuread_administrator_enabled", MEDIUM, "No Entra administrator"),
        *(_setting("administrators"), ON),
    )
    yield (
        *(sql, "sqlserver_recommended_minimal_tls_version", MEDIUM, "Old TLS versions are allowed"),
        *(lambda c: c["properties"]["minimalTlsVersion"] != "1.2", "Ask for TLS 1.2."),
    )
    vault = "azure.vault"
    yield (
        *(vault, "keyvault_recoverable", HIGH, "Vault can be purged"),
        *(_setting("enablePurgeProtection"), ON),
    )
    yield (
        *(vault, "keyvault_rbac_enabled", MEDIUM, "Vault uses access policies"),
        *(_setting("enableRbacAuthorization"), "Grant roles instead."),
    )
    yield (
        *(vault, "keyvault_access_only_through_private_endpoints", MEDIUM, "Vault is reachable publicly"),
        *(_reached_by_all, CLOSE),
    )
    app = "azure.app"
    yield (
        *(app, "app_ensure_http_is_redirected_to_https", MEDIUM, "Plain HTTP is served"),
        *(_setting("httpsOnly"), ON),
    )
    yield (
        *(app, "app_minimum_tls_version_12", MEDIUM, "Old TLS versions are allowed"),
        *(lambda c: c["properties"]["siteConfig"]["minTlsVersion"] != "1.2", "Ask for TLS 1.2."),
    )
    yield (
        *(app, "app_ftp_deployment_disabled", MEDIUM, "FTP deployment is allowed"),
        *(lambda c: c["properties"]["siteConfig"]["ftpsState"] == "AllAllowed", "Allow FTPS only, or none."),
    )
    yield (
        *(app, "app_no_secrets_in_settings", HIGH, "Secret in an application setting"),
        *(_secret_setting, "Refer to a vault instead, and rotate it."),
    )
    yield (
        *("azure.assignment", "iam_role_user_access_admin_restricted", HIGH, "Owner of a whole subscription"),
        *(_assigned(OWNER), "Grant the roles needed on the groups needed."),
    )
    yield (
        *("azure.assignment", "iam_subscription_contributor_assigned", MEDIUM),
        *("Contributor on a whole subscription", _assigned(CONTRIBUTOR), "Grant it on the groups needed."),
    )
    yield (
        *("azure.user", "entra_privileged_user_has_mfa", HIGH, "User signs in without a second factor"),
        *(lambda c: not c["isMfaRegistered"], ON),
    )
    yield (
        *("azure.cluster", "aks_clusters_public_access_disabled", HIGH, "Cluster endpoint is public"),
        *(
            lambda c: (
                not c["properties"]["apiServerAccessProfile"]["enablePrivateCluster"]
                and not c["properties"]["apiServerAccessProfile"].get("authorizedIPRanges")
            ),
            CLOSE,
        ),
    )
    yield (
        *("azure.cluster", "aks_cluster_local_accounts_disabled", MEDIUM, "Cluster has local accounts"),
        *(_setting("disableLocalAccounts"), ON),
    )
