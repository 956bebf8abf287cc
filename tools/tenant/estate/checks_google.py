"""The checks of the estate on Google Cloud, over what its APIs answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tools.tenant.estate.checks import CLOSE, CRITICAL, HIGH, LOW, MEDIUM, ON, Config, Row

ANYONE = ("allUsers", "allAuthenticatedUsers")


def _open_to(*ports: int) -> Callable[[Config], bool]:
    def fails(config: Config) -> bool:
        if config["direction"] != "INGRESS" or "0.0.0.0/0" not in config.get("sourceRanges", ()):
            return False
        return any(
            one["IPProtocol"] == "all" or any(str(port) in one.get("ports", ()) for port in ports)
            for one in config.get("allowed", ())
        )

    return fails


def everybody(config: Config) -> bool:
    """Whether a policy has a grant to everybody."""
    return any(member in ANYONE for b in config["iamPolicy"]["bindings"] for member in b["members"])


def _full_access(config: Config) -> bool:
    return any(
        one["email"].endswith("-compute@developer.gserviceaccount.com")
        and "https://www.googleapis.com/auth/cloud-platform" in one["scopes"]
        for one in config["serviceAccounts"]
    )


def _primitive(config: Config) -> bool:
    return any(
        b["role"] in ("roles/editor", "roles/owner")
        and any(member.startswith("serviceAccount:") for member in b["members"])
        for b in config["iamPolicy"]["bindings"]
    )


def google_rows() -> Iterator[Row]:
    """Checks by kind of resource."""
    wall, machine, bucket, sql = "gcp.firewall", "gcp.machine", "gcp.bucket", "gcp.database"
    ssh = "compute_firewall_ssh_access_from_the_internet_allowed"
    yield wall, ssh, HIGH, "SSH (22) open to the internet", _open_to(22), CLOSE
    rdp = "compute_firewall_rdp_access_from_the_internet_allowed"
    yield wall, rdp, HIGH, "RDP (3389) open to the internet", _open_to(3389), CLOSE
    yield (
        *(wall, "compute_firewall_service_access_from_the_internet_allowed", MEDIUM),
        *("A service port is open to the internet", _open_to(8080, 8090, 8009, 8111, 7001, 61616), CLOSE),
    )
    yield (
        *(machine, "compute_instance_public_ip", MEDIUM, "Machine has a public IP address"),
        *(
            lambda c: any(i.get("accessConfigs") for i in c["networkInterfaces"]),
            "Use a load balancer or IAP.",
        ),
    )
    yield (
        *(machine, "compute_instance_default_service_account_in_use_with_full_api_access", HIGH),
        *("Default service account with full access", _full_access, "Give it an account of its own."),
    )
    yield (
        *(machine, "compute_instance_shielded_vm_enabled", LOW, "Secure boot is off"),
        *(lambda c: not c["shieldedInstanceConfig"]["enableSecureBoot"], ON),
    )
    yield (
        *(machine, "compute_instance_block_project_wide_ssh_keys_disabled", MEDIUM),
        "Keys of the whole project open the machine",
        lambda c: not any(i["key"] == "block-project-ssh-keys" for i in c["metadata"]["items"]),
        ON,
    )
    yield (
        *("gcp.project", "iam_sa_no_administrative_privileges", HIGH, "Service account may edit everything"),
        *(_primitive, "Grant the roles it uses."),
    )
    yield (
        *("gcp.project", "iam_audit_logs_enabled", MEDIUM, "Reading of data is not logged"),
        *(lambda c: not c["iamPolicy"].get("auditConfigs"), ON),
    )
    yield (
        *(
            "gcp.account",
            "iam_sa_no_user_managed_keys",
            MEDIUM,
            "Service account has keys that people manage",
        ),
        *(lambda c: any(k["keyType"] == "USER_MANAGED" for k in c["keys"]), "Delete them."),
    )
    yield (
        *(bucket, "cloudstorage_bucket_public_access", CRITICAL, "Bucket is open to everybody"),
        *(everybody, "Take allUsers out of the policy."),
    )
    yield (
        *(bucket, "cloudstorage_bucket_uniform_bucket_level_access", MEDIUM, "Object ACLs are in use"),
        *(lambda c: not c["iamConfiguration"]["uniformBucketLevelAccess"]["enabled"], ON),
    )
    yield (
        *(bucket, "cloudstorage_bucket_versioning_enabled", LOW, "Bucket keeps no versions"),
        *(lambda c: not c["versioning"]["enabled"], ON),
    )
    yield (
        *(bucket, "cloudstorage_bucket_logging_enabled", LOW, "Bucket access is not logged"),
        *(lambda c: "logging" not in c, ON),
    )
    yield (
        *(sql, "cloudsql_instance_public_access", CRITICAL, "Any network may connect"),
        *(
            lambda c: any(
                n["value"] == "0.0.0.0/0" for n in c["settings"]["ipConfiguration"]["authorizedNetworks"]
            ),
            CLOSE,
        ),
    )
    yield (
        *(sql, "cloudsql_instance_public_ip", HIGH, "Database has a public address"),
        *(lambda c: c["settings"]["ipConfiguration"]["ipv4Enabled"], "Use a private address."),
    )
    yield (
        *(sql, "cloudsql_instance_ssl_connections", HIGH, "Unencrypted connections are allowed"),
        *(lambda c: c["settings"]["ipConfiguration"]["sslMode"] == "ALLOW_UNENCRYPTED_AND_ENCRYPTED", ON),
    )
    yield (
        *(sql, "cloudsql_instance_automated_backups", MEDIUM, "No backups"),
        *(lambda c: not c["settings"]["backupConfiguration"]["enabled"], ON),
    )
    yield (
        *("gcp.dataset", "bigquery_dataset_public_access", CRITICAL, "Data set is open to everybody"),
        *(
            lambda c: any(
                a.get("specialGroup") == "allAuthenticatedUsers" or a.get("iamMember") == "allUsers"
                for a in c["access"]
            ),
            "Take the grant away.",
        ),
    )
    yield (
        *("gcp.function", "cloudfunction_function_not_publicly_accessible", HIGH),
        *("Function can be invoked by anybody", everybody, "Name the callers."),
    )
    yield (
        *("gcp.key", "kms_key_rotation_enabled", MEDIUM, "Key is not rotated"),
        *(lambda c: "rotationPeriod" not in c, ON),
    )
    yield (
        *("gcp.pool", "iam_workload_identity_pool_provider_attribute_condition", HIGH),
        "Identity provider has no condition",
        lambda c: not c.get("attributeCondition"),
        "Accept tokens of the company's own repositories only.",
    )
    yield (
        *("gcp.cluster", "gke_cluster_public_endpoint", HIGH, "Cluster endpoint is public"),
        *(
            lambda c: (
                not c["privateClusterConfig"]["enablePrivateEndpoint"]
                and not c["masterAuthorizedNetworksConfig"]["enabled"]
            ),
            CLOSE,
        ),
    )
