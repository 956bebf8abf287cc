"""The words of a small estate."""

from __future__ import annotations

import pytest

from agent.planner.questions.estate import Estate
from agent.planner.questions.estate_samples import Sample
from agent.planner.rule_words import Rule
from agent.planner.vocabulary import Vocabulary

TYPES = {
    "bucket": "S3_BUCKET",
    "database": "RDS_DATABASE_INSTANCE",
    "instance": "EC2_INSTANCE",
    "user": "AWS_IAM_USER",
    "security_group": "EC2_SECURITY_GROUP",
    "network_acl": "EC2_NETWORK_ACL",
    "key": "KMS_KEY",
}


def rule(
    rule_id: str, *nouns: str, kind: str = "unclassified", failing: bool = True, passing: bool = True
) -> Rule:
    types = frozenset(TYPES[noun] for noun in nouns)
    service = rule_id.split("_")[0]
    return Rule(rule_id, kind, f"About {rule_id}", service, frozenset(nouns), failing, passing, types)


RULES = (
    rule("s3_bucket_public_access", "bucket", kind="aws.s3.public_access"),
    rule("s3_bucket_policy_public_write_access", "bucket", kind="aws.s3.public_write"),
    rule("s3_bucket_level_public_access_block", "bucket"),
    rule("s3_bucket_default_encryption", "bucket", kind="aws.s3.unencrypted"),
    rule("s3_bucket_object_versioning", "bucket"),
    rule("s3_bucket_object_lock", "bucket"),
    rule("s3_bucket_no_mfa_delete", "bucket"),
    rule("s3_bucket_server_access_logging_enabled", "bucket"),
    rule("s3_bucket_secure_transport_policy", "bucket"),
    rule("rds_instance_no_public_access", "database"),
    rule("rds_instance_storage_encrypted", "database"),
    rule("rds_instance_backup_enabled", "database"),
    rule("rds_instance_protected_by_backup_plan", "database"),
    rule("ec2_instance_managed_by_ssm", "instance", passing=False),
    rule("ec2_instance_public_ip", "instance", passing=False),
    rule("ec2_instance_imdsv2_enabled", "instance"),
    rule("ec2_instance_port_ssh_exposed_to_internet", "instance"),
    rule("ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_22", "security_group"),
    rule("ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_3389", "security_group"),
    rule("ec2_networkacl_allow_ingress_tcp_port_22", "network_acl"),
    rule("iam_user_mfa_enabled_console_access", "user"),
    rule("kms_cmk_rotation_enabled", "key"),
    rule("iam_user_two_active_access_key", "user"),
)


def vocabulary(**more: object) -> Vocabulary:
    """The estate's words, with what a test adds."""
    words: dict[str, object] = {
        "rules": RULES,
        "accounts": {"111122223333": "111122223333", "acme-payments": "111122223333"},
        "regions": frozenset({"us-east-1", "eu-west-1"}),
        "services": frozenset({"s3", "ec2", "iam", "rds", "kms", "account", "awslambda", "guardduty"}),
        "tag_keys": {"environment": ("Environment",), "dataclass": ("DataClass",), "owner": ("Owner",)},
        "tag_values": {
            "production": ("Environment",),
            "dev": ("Environment",),
            "pii": ("DataClass",),
            "marketing": ("Owner",),
            "platform-team": ("Owner",),
        },
        "names": {
            "ledger-exports": "ledger-exports",
            "bob.dev": "bob.dev",
            "logs": "logs",
            "payments-db": "payments-db",
        },
        "name_ids": {"ledger-exports": ("a1",), "bob.dev": ("a2",), "logs": ("a3",), "payments-db": ("a4",)},
        "type_ids": {"bucket": ("S3_BUCKET",), "database": ("RDS_DATABASE_INSTANCE",)},
        "finding_ids": {"100007": "prowler-aws-x-100007", "prowler-aws-x-100007": "prowler-aws-x-100007"},
    }
    return Vocabulary(**{**words, **more})  # type: ignore[arg-type]


def estate(**more: object) -> Estate:
    """The words of a small estate with its kinds of asset and a look at its issues."""
    kinds = {
        "S3_BUCKET": ("Data", "Storage Bucket", "S3 Bucket", "AWS"),
        "RDS_DATABASE_INSTANCE": ("Data", "Database", "RDS Database Instance", "AWS"),
        "EC2_INSTANCE": ("Compute", "VM Instance", "EC2 Instance", "AWS"),
        "AWS_IAM_USER": ("Identity", "IAM User", "IAM User", "AWS"),
        "KMS_KEY": ("Data", "Key Management", "KMS Key", "AWS"),
    }
    facts = {"xdm.finding.status": {"fail": "FAIL", "pass": "PASS"}, "xdm.finding.service": {"s3": "s3"}}
    samples = {
        "asset_inventory": Sample(rows=5),
        "issues": Sample(rows=5, columns={"xdm.issue.domain": {"posture": "POSTURE"}}),
        "findings": Sample(rows=5, facts=facts),
    }
    return Estate(words=vocabulary(**more), samples=samples, types=kinds)


@pytest.fixture(scope="session")
def words() -> Vocabulary:
    return vocabulary()


@pytest.fixture(scope="session")
def small() -> Estate:
    return estate()
