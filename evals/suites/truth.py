"""Right answers for the conversation suite, read from the scanner's file itself.

This goes another way than the product on purpose: no tenant, no XQL, no kinds. It reads OCSF records and the
configuration in them with plain Python.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

Record = dict[str, Any]


def failed(records: Iterable[Record], *checks: str) -> list[Record]:
    return [r for r in records if r["status_code"] == "FAIL" and r["metadata"]["event_code"] in checks]


def names(records: Iterable[Record]) -> set[str]:
    return {r["resources"][0]["name"] for r in records}


def labels(record: Record) -> list[str]:
    return list(record["resources"][0]["labels"])


def config(record: Record) -> dict[str, Any]:
    found: dict[str, Any] = record["resources"][0]["data"]["metadata"]
    return found


def public_buckets(records: list[Record]) -> set[str]:
    """Buckets whose policy or access list lets everybody in, by their own configuration."""
    found = set()
    for record in records:
        if ":s3:::" not in record["resources"][0]["uid"]:
            continue
        c = config(record)
        by_list = any("AllUsers" in str(g.get("URI")) for g in c.get("acl_grantees") or [])
        statements = (c.get("policy") or {}).get("Statement", [])
        by_policy = any(
            s.get("Effect") == "Allow" and s.get("Principal") in ("*", {"AWS": "*"}) for s in statements
        )
        if by_list or by_policy:
            found.add(str(c["name"]))
    return found


def public_pii_buckets(records: list[Record]) -> set[str]:
    tagged = {r["resources"][0]["name"] for r in records if "DataClass:PII" in labels(r)}
    return public_buckets(records) & tagged


def critical_by_service(records: list[Record]) -> Counter[str]:
    return Counter(
        r["resources"][0]["group"]["name"]
        for r in records
        if r["status_code"] == "FAIL" and r["severity"] == "Critical"
    )


def open_on_22(records: list[Record]) -> set[str]:
    checks = (
        "ec2_instance_port_ssh_exposed_to_internet",
        "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_22",
    )
    return {r["resources"][0]["uid"].rsplit("/", 1)[-1] for r in failed(records, *checks)}


def users_without_mfa(records: list[Record]) -> set[str]:
    """Users whose configuration lists no MFA device."""
    users = [
        config(r) for r in records if ":user/" in r["resources"][0]["uid"] and "mfa_devices" in config(r)
    ]
    return {str(u["name"]) for u in users if not u["mfa_devices"]}


def unversioned_buckets_eu(records: list[Record]) -> set[str]:
    return {
        r["resources"][0]["name"]
        for r in failed(records, "s3_bucket_object_versioning")
        if r["resources"][0]["region"] == "eu-west-1"
    }


def unencrypted_databases(records: list[Record]) -> set[str]:
    checks = (
        "rds_instance_storage_encrypted",
        "redshift_cluster_encrypted_at_rest",
        "opensearch_service_domains_encryption_at_rest_enabled",
    )
    return names(failed(records, *checks))


def production_pci(records: list[Record]) -> set[str]:
    return {
        r["resources"][0]["name"]
        for r in records
        if "DataClass:PCI" in labels(r) and "Environment:production" in labels(r)
    }


def high_eu(records: list[Record]) -> set[str]:
    return {
        r["finding_info"]["uid"]
        for r in records
        if r["status_code"] == "FAIL"
        and r["severity"] == "High"
        and r["resources"][0]["region"] == "eu-west-1"
    }


SETS: dict[str, Callable[[list[Record]], set[str]]] = {
    f.__name__: f
    for f in (
        public_buckets,
        public_pii_buckets,
        open_on_22,
        users_without_mfa,
        unversioned_buckets_eu,
        unencrypted_databases,
        production_pci,
        high_eu,
    )
}
COUNTS: dict[str, Callable[[list[Record]], Counter[str]]] = {"critical_by_service": critical_by_service}


def _named(*checks: str, kind: str = "") -> Callable[[list[Record]], set[str]]:
    """The names of resources that fail a check; `kind` is a piece of their uid."""

    def found(records: list[Record]) -> set[str]:
        return names(r for r in failed(records, *checks) if kind in r["resources"][0]["uid"])

    return found


def _tagged(label: str, kind: str = "") -> Callable[[list[Record]], set[str]]:
    def found(records: list[Record]) -> set[str]:
        return names(r for r in records if label in labels(r) and kind in r["resources"][0]["uid"])

    return found


def _ids(keep: Callable[[Record], bool], status: str = "FAIL") -> Callable[[list[Record]], set[str]]:
    def found(records: list[Record]) -> set[str]:
        return {r["finding_info"]["uid"] for r in records if r["status_code"] == status and keep(r)}

    return found


def _and(*sets: Callable[[list[Record]], set[str]]) -> Callable[[list[Record]], set[str]]:
    def found(records: list[Record]) -> set[str]:
        return set.intersection(*(s(records) for s in sets))

    return found


def _without(
    whole: Callable[[list[Record]], set[str]], *less: Callable[[list[Record]], set[str]]
) -> Callable[[list[Record]], set[str]]:
    def found(records: list[Record]) -> set[str]:
        return whole(records).difference(*(s(records) for s in less))

    return found


def _all(kind: str, region: str = "") -> Callable[[list[Record]], set[str]]:
    """The names of every resource whose uid has a piece, in a region."""

    def found(records: list[Record]) -> set[str]:
        return names(
            r
            for r in records
            if kind in r["resources"][0]["uid"] and region in ("", r["resources"][0]["region"])
        )

    return found


def _of(resource: str) -> Callable[[Record], bool]:
    return lambda r: r["resources"][0]["name"] == resource


def _severity(*levels: str) -> Callable[[Record], bool]:
    return lambda r: r["severity"] in levels


def _service(name: str) -> Callable[[Record], bool]:
    return lambda r: r["resources"][0]["group"]["name"] == name


def _counts_by(
    key: Callable[[Record], str], keep: Callable[[Record], bool] = lambda r: True
) -> Callable[[list[Record]], Counter[str]]:
    def found(records: list[Record]) -> Counter[str]:
        return Counter(key(r) for r in records if r["status_code"] == "FAIL" and keep(r))

    return found


def buckets_by_region(records: list[Record]) -> Counter[str]:
    where = {r["resources"][0]["uid"]: r["resources"][0]["region"] for r in records if _bucket(r)}
    return Counter(where.values())


def _bucket(record: Record) -> bool:
    return str(record["resources"][0]["uid"]).startswith("arn:aws:s3:::")


def _region(name: str) -> Callable[[Record], bool]:
    return lambda r: r["resources"][0]["region"] == name


_buckets = _all(":s3:::")
_production = _tagged("Environment:production")
_dev = _tagged("Environment:dev")
_no_ssm = _named("ec2_instance_managed_by_ssm")
_no_bucket_logs = _named("s3_bucket_server_access_logging_enabled")
_unversioned = _named("s3_bucket_object_versioning")
_unencrypted_buckets = _named("s3_bucket_default_encryption")


def _users(records: list[Record]) -> set[str]:
    uids = {str(r["resources"][0]["uid"]) for r in records if ":user/" in r["resources"][0]["uid"]}
    return {uid.rsplit("/", 1)[-1] for uid in uids}


_NO_BACKUP = ("rds_instance_backup_enabled", "dynamodb_tables_pitr_enabled")
_OPEN_RDP = (
    "ec2_instance_port_rdp_exposed_to_internet",
    "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_3389",
)
_OUTDATED = ("rds_instance_deprecated_engine_version", "rds_instance_certificate_expiration")

SETS |= {
    "no_rows": lambda records: set(),
    "buckets": _buckets,
    "buckets_eu": _all(":s3:::", "eu-west-1"),
    "private_buckets": _without(_buckets, public_buckets),
    "private_production_buckets": _and(_without(_buckets, public_buckets), _production),
    "public_dev_buckets": _and(public_buckets, _dev),
    "public_production_buckets": _and(public_buckets, _production),
    "unencrypted_buckets": _unencrypted_buckets,
    "unencrypted_buckets_eu": _and(_unencrypted_buckets, _all(":s3:::", "eu-west-1")),
    "encrypted_buckets": _without(_buckets, _unencrypted_buckets),
    "unversioned_buckets": _unversioned,
    "unversioned_not_dev": _without(_unversioned, _dev),
    "unversioned_production": _and(_unversioned, _production),
    "versioned_buckets": _without(_buckets, _unversioned),
    "unlogged_buckets": _no_bucket_logs,
    "unlogged_production_buckets": _and(_no_bucket_logs, _production),
    "plain_http_buckets": _named("s3_bucket_secure_transport_policy"),
    "buckets_without_block": _named("s3_bucket_level_public_access_block"),
    "buckets_without_lock": _named("s3_bucket_object_lock"),
    "buckets_without_mfa_delete": _named("s3_bucket_no_mfa_delete"),
    "writable_buckets": _named("s3_bucket_policy_public_write_access"),
    "payments_owned": _tagged("Owner:payments"),
    "marketing_owned": _tagged("Owner:marketing"),
    "clinical_owned": _tagged("Owner:clinical"),
    "platform_groups": _tagged("Owner:platform-team", ":security-group/"),
    "phi": _tagged("DataClass:PHI"),
    "pii": _tagged("DataClass:PII"),
    "pii_not_buckets": _without(_tagged("DataClass:PII"), _buckets),
    "production_buckets": _tagged("Environment:production", ":s3:::"),
    "dev_machines": _tagged("Environment:dev", ":instance/"),
    "production_machines": _tagged("Environment:production", ":instance/"),
    "untagged_production_buckets": _without(_buckets, _production),
    "machines": _all(":instance/"),
    "no_ssm": _no_ssm,
    "no_ssm_exposed": _and(_no_ssm, _named("ec2_instance_public_ip")),
    "no_ssm_production": _and(_no_ssm, _production),
    "imdsv1": _named("ec2_instance_imdsv2_enabled"),
    "open_on_rdp": lambda records: {
        r["resources"][0]["uid"].rsplit("/", 1)[-1] for r in failed(records, *_OPEN_RDP)
    },
    "groups_open_rdp": _named(_OPEN_RDP[1]),
    "groups_open_ssh": _named("ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_22"),
    "unused_groups": _named("ec2_securitygroup_not_used"),
    "unencrypted_volumes": _named("ec2_ebs_volume_encryption"),
    "encrypted_volumes": _without(_all(":volume/"), _named("ec2_ebs_volume_encryption")),
    "public_snapshots": _named("rds_snapshots_public_access", "ec2_ebs_public_snapshot"),
    "unencrypted_snapshots": _named("rds_snapshots_encrypted", "ec2_ebs_snapshots_encrypted"),
    "public_databases": _named("rds_instance_no_public_access"),
    "databases_without_backup": _named(*_NO_BACKUP),
    "databases_without_deletion_protection": _named(
        "rds_instance_deletion_protection", "dynamodb_table_deletion_protection_enabled"
    ),
    "single_az_databases": _named("rds_instance_multi_az", "redshift_cluster_multi_az_enabled"),
    "old_functions": _named("awslambda_function_using_supported_runtimes"),
    "public_functions": _named("awslambda_function_not_publicly_accessible", "awslambda_function_url_public"),
    "unrotated_keys": _named("kms_cmk_rotation_enabled"),
    "rotated_keys": _without(_all(":kms:us-east-1:123456789012:key/"), _named("kms_cmk_rotation_enabled")),
    "public_keys": _named("kms_key_not_publicly_accessible"),
    "public_topics": _named("sns_topics_not_publicly_accessible"),
    "public_queues": lambda records: {
        r["resources"][0]["uid"].rsplit(":", 1)[-1]
        for r in failed(records, "sqs_queues_not_publicly_accessible")
    },
    "public_clusters": _named("eks_cluster_not_publicly_accessible"),
    "old_clusters": _named("eks_cluster_uses_a_supported_version"),
    "public_repositories": _named("ecr_repositories_not_publicly_accessible"),
    "unscanned_repositories": _named("ecr_repositories_scan_images_on_push_enabled"),
    "unrotated_secrets": _named(
        "secretsmanager_automatic_rotation_enabled", "secretsmanager_secret_rotated_periodically"
    ),
    "admin_policies": _named("iam_customer_attached_policy_no_administrative_privileges"),
    "deputy_roles": _named("iam_role_cross_service_confused_deputy_prevention"),
    "no_flow_logs": _named("vpc_flow_logs_enabled"),
    "trails_without_validation": _named("cloudtrail_log_file_validation_enabled"),
    "balancers_without_waf": _named("elbv2_waf_acl_attached"),
    "balancers_without_logs": _named("elbv2_logging_enabled"),
    "two_keys": _named("iam_user_two_active_access_key"),
    "users": _users,
    "critical": _ids(_severity("Critical")),
    "high": _ids(_severity("High")),
    "low": _ids(_severity("Low")),
    "open": _ids(lambda r: True),
    "eu": _ids(_region("eu-west-1")),
    "critical_or_high": _ids(_severity("Critical", "High")),
    "critical_eu": _ids(lambda r: _severity("Critical")(r) and _region("eu-west-1")(r)),
    "critical_s3": _ids(lambda r: _severity("Critical")(r) and _service("s3")(r)),
    "high_iam": _ids(lambda r: _severity("High")(r) and _service("iam")(r)),
    "rds_findings": _ids(_service("rds")),
    "medium_rds": _ids(lambda r: _severity("Medium")(r) and _service("rds")(r)),
    "kms_findings": _ids(_service("kms")),
    "of_payments_db": _ids(_of("payments-db")),
    "high_of_payments_db": _ids(lambda r: _of("payments-db")(r) and _severity("High")(r)),
    "of_exports": _ids(_of("acme-customer-pii-exports")),
    "critical_of_exports": _ids(lambda r: _of("acme-customer-pii-exports")(r) and _severity("Critical")(r)),
    "of_bob": _ids(lambda r: str(r["resources"][0]["uid"]).endswith(":user/bob.dev")),
    "of_static_site": _ids(_of("acme-static-site")),
    "of_function": _ids(_of("export-customers")),
    "passed_static_site": _ids(_of("acme-static-site"), "PASS"),
    "manual": _ids(lambda r: True, "MANUAL"),
    "production_findings": _ids(lambda r: "Environment:production" in labels(r)),
    "critical_production": _ids(
        lambda r: "Environment:production" in labels(r) and r["severity"] == "Critical"
    ),
    "critical_not_s3": _ids(lambda r: r["severity"] == "Critical" and not _service("s3")(r)),
    "open_not_eu": _ids(lambda r: not _region("eu-west-1")(r)),
}
COUNTS |= {
    "by_severity": _counts_by(lambda r: str(r["severity"]).upper()),
    "by_region": _counts_by(lambda r: r["resources"][0]["region"]),
    "by_service": _counts_by(lambda r: r["resources"][0]["group"]["name"]),
    "by_account": _counts_by(lambda r: r["cloud"]["account"]["uid"]),
    "high_by_service": _counts_by(lambda r: r["resources"][0]["group"]["name"], _severity("High")),
    "high_by_region": _counts_by(lambda r: r["resources"][0]["region"], _severity("High")),
    "critical_by_region": _counts_by(lambda r: r["resources"][0]["region"], _severity("Critical")),
    "production_by_severity": _counts_by(
        lambda r: str(r["severity"]).upper(), lambda r: "Environment:production" in labels(r)
    ),
    "s3_by_severity": _counts_by(lambda r: str(r["severity"]).upper(), _service("s3")),
    "buckets_by_region": buckets_by_region,
}
