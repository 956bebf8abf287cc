"""Amazon RDS: who can reach a database, its backups and protection."""

from __future__ import annotations

from typing import Any

from tools.remediation.hcl.write import NewBlock, label_for, resource
from tools.remediation.live import Target
from tools.remediation.recipe import Recipe, Template
from tools.remediation.shell import aws
from tools.remediation.templates.common import guard, read
from tools.remediation.templates.setting import given, setting
from tools.remediation.workspace import Selector, Spot, Workspace


def rds_identity(t: Target) -> str:
    return t.text("id", "DBInstanceIdentifier", default=t.uid.rpartition(":")[2] or t.name)


def rds_owner(t: Target) -> Selector:
    return Selector("aws_db_instance", {"identifier": rds_identity(t)}, (rds_identity(t),), t.tags)


def rds_instance(t: Target, extra: list[NewBlock]) -> NewBlock:
    kind = given(
        t.text("DBInstanceClass", "instance_class"), "instance_class", "Class of the instance", extra
    )
    attributes: dict[str, Any] = {"identifier": rds_identity(t), "instance_class": kind}
    for name, paths in (
        ("engine", ("engine", "Engine")),
        ("engine_version", ("engine_version", "EngineVersion")),
        ("username", ("username", "MasterUsername")),
    ):
        if value := t.text(*paths):
            attributes[name] = value
    for name, paths in _FLAGS.items():
        flag = t.flag(*paths)
        if flag is not None:
            attributes[name] = flag
    attributes["backup_retention_period"] = t.number("backup_retention_period", "BackupRetentionPeriod")
    groups = t.items("security_groups", "VpcSecurityGroups")
    found = [g.get("VpcSecurityGroupId") if isinstance(g, dict) else g for g in groups]
    if any(found):
        attributes["vpc_security_group_ids"] = [str(g) for g in found if g]
    if authority := t.text("ca_cert", "CACertificateIdentifier"):
        attributes["ca_cert_identifier"] = authority
    if t.tags:
        attributes["tags"] = t.tags
    return resource("aws_db_instance", label_for(rds_identity(t)), attributes, guard("engine_version"))


_FLAGS = {
    "publicly_accessible": ("public", "PubliclyAccessible"),
    "storage_encrypted": ("encrypted", "StorageEncrypted"),
    "deletion_protection": ("deletion_protection", "DeletionProtection"),
    "auto_minor_version_upgrade": ("auto_minor_version_upgrade", "AutoMinorVersionUpgrade"),
    "multi_az": ("multi_az", "MultiAZ"),
    "iam_database_authentication_enabled": ("iam_auth", "IAMDatabaseAuthenticationEnabled"),
    "copy_tags_to_snapshot": ("copy_tags_to_snapshot", "CopyTagsToSnapshot"),
}


def _modify(
    t: Target,
    attribute: str,
    value: Any,
    check: str,
    to: dict[str, Any],
    back: dict[str, Any],
    *,
    breaks: tuple[str, ...] = (),
    notes: tuple[str, ...] = (),
    risk: Any = None,
) -> Recipe:
    extra: list[NewBlock] = []
    shared = {"db_instance_identifier": rds_identity(t)}
    return setting(
        rds_owner(t),
        rds_instance(t, extra),
        {(attribute,): value},
        identity=rds_identity(t),
        extra=extra,
        risk=risk,
        checks=(check,) if check else (),
        commands=(aws("rds", "modify-db-instance", t.region, **shared, **to, apply_immediately=True),),
        rollback=(aws("rds", "modify-db-instance", t.region, **shared, **back, apply_immediately=True),),
        breaks=breaks,
        notes=(*notes, "The password is not in this text and is not touched."),
    )


def _public(t: Target) -> Recipe:
    return _modify(
        t,
        "publicly_accessible",
        False,
        "CKV_AWS_17",
        {"no_publicly_accessible": True},
        {"publicly_accessible": True},
        breaks=("Clients outside the VPC lose the database; its name then gives a private address.",),
        notes=("Its security group may still be open to the internet: that has a finding of its own.",),
    )


def _backup(t: Target) -> Recipe:
    def risk(space: Workspace, owner: Spot) -> list[str]:
        days = read(space, owner, "backup_retention_period")
        return [] if isinstance(days, int) and days >= 7 else [f"backups are kept {days or 0} days"]

    held = t.number("backup_retention_period", "BackupRetentionPeriod")
    return _modify(
        t,
        "backup_retention_period",
        7,
        "CKV_AWS_133",
        {"backup_retention_period": 7},
        {"backup_retention_period": held},
        risk=risk,
        breaks=("Going from 0 to any number of days takes the database offline for a moment.",),
        notes=("Without apply_immediately Terraform leaves the change to the next maintenance window.",),
    )


def _protected(t: Target) -> Recipe:
    return _modify(
        t,
        "deletion_protection",
        True,
        "CKV_AWS_293",
        {"deletion_protection": True},
        {"no_deletion_protection": True},
    )


def _multi_az(t: Target) -> Recipe:
    return _modify(
        t,
        "multi_az",
        True,
        "CKV_AWS_157",
        {"multi_az": True},
        {"no_multi_az": True},
        breaks=("The standby doubles the cost; latency rises for a while as it is made.",),
    )


def _iam_auth(t: Target) -> Recipe:
    return _modify(
        t,
        "iam_database_authentication_enabled",
        True,
        "CKV_AWS_161",
        {"enable_iam_database_authentication": True},
        {"no_enable_iam_database_authentication": True},
        notes=("Passwords keep working; database users have to be let in by IAM one by one.",),
    )


def _copy_tags(t: Target) -> Recipe:
    return _modify(
        t,
        "copy_tags_to_snapshot",
        True,
        "CKV2_AWS_60",
        {"copy_tags_to_snapshot": True},
        {"no_copy_tags_to_snapshot": True},
    )


def _certificate(t: Target) -> Recipe:
    held = t.text("ca_cert", "CACertificateIdentifier", default="rds-ca-2019")
    return _modify(
        t,
        "ca_cert_identifier",
        "rds-ca-rsa2048-g1",
        "",
        {"ca_certificate_identifier": "rds-ca-rsa2048-g1"},
        {"ca_certificate_identifier": held},
        breaks=("Clients that check the certificate need the new authority in their trust store first.",),
        notes=("Some engines restart to take a new certificate: do it in a maintenance window.",),
    )


TEMPLATES = (
    Template(
        "aws.rds.public_access",
        "Take the database off the internet",
        ("rds_instance_no_public_access",),
        _public,
    ),
    Template("aws.rds.backup_missing", "Keep automatic backups", ("rds_instance_backup_enabled",), _backup),
    Template(
        "aws.rds.deletion_unprotected",
        "Protect the database from deletion",
        ("rds_instance_deletion_protection",),
        _protected,
    ),
    Template("aws.rds.single_zone", "Run a standby in another zone", ("rds_instance_multi_az",), _multi_az),
    Template(
        "aws.rds.iam_authentication_disabled",
        "Let IAM identities log in",
        ("rds_instance_iam_authentication_enabled",),
        _iam_auth,
    ),
    Template(
        "aws.rds.tags_not_copied",
        "Copy tags to snapshots",
        ("rds_instance_copy_tags_to_snapshots",),
        _copy_tags,
    ),
    Template(
        "aws.rds.certificate_expiring",
        "Renew the database's certificate authority",
        ("rds_instance_certificate_expiration",),
        _certificate,
    ),
)
