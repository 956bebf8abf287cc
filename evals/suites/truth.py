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
