"""Amazon RDS: who can reach a database, its encryption, backups and protection."""

from __future__ import annotations

from typing import Any

from tools.remediation.hcl.write import NewBlock, label_for, resource
from tools.remediation.live import Target
from tools.remediation.recipe import Recipe, Template
from tools.remediation.shell import aws
from tools.remediation.templates.common import guard, read
from tools.remediation.templates.setting import given, setting
from tools.remediation.workspace import Selector, Spot, Workspace


def _identity(t: Target) -> str:
    return t.text("id", "DBInstanceIdentifier", default=t.uid.rpartition(":")[2] or t.name)


def _owner(t: Target) -> Selector:
    return Selector("aws_db_instance", {"identifier": _identity(t)}, (_identity(t),), t.tags)


def _instance(t: Target, extra: list[NewBlock]) -> NewBlock:
    kind = given(
        t.text("DBInstanceClass", "instance_class"), "instance_class", "Class of the instance", extra
    )
    attributes: dict[str, Any] = {"identifier": _identity(t), "instance_class": kind}
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
    return resource("aws_db_instance", label_for(_identity(t)), attributes, guard("engine_version"))


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
    t: Target, attribute: str, value: Any, check: str, to: dict[str, Any], back: dict[str, Any],
    *, breaks: tuple[str, ...] = (), notes: tuple[str, ...] = (), risk: Any = None,
) -> Recipe:  # fmt: skip
    extra: list[NewBlock] = []
    shared = {"db_instance_identifier": _identity(t)}
    return setting(
        _owner(t), _instance(t, extra), {(attribute,): value}, identity=_identity(t), extra=extra, risk=risk,
        checks=(check,) if check else (),
        commands=(aws("rds", "modify-db-instance", t.region, **shared, **to, apply_immediately=True),),
        rollback=(aws("rds", "modify-db-instance", t.region, **shared, **back, apply_immediately=True),),
        breaks=breaks,
        notes=(*notes, "The password is not in this text and is not touched."),
    )  # fmt: skip


def _public(t: Target) -> Recipe:
    return _modify(
        t, "publicly_accessible", False, "CKV_AWS_17",
        {"no_publicly_accessible": True}, {"publicly_accessible": True},
        breaks=("Clients outside the VPC lose the database; its name then gives a private address.",),
        notes=("Its security group may still be open to the internet: that has a finding of its own.",),
    )  # fmt: skip


def _backup(t: Target) -> Recipe:
    def risk(space: Workspace, owner: Spot) -> list[str]:
        days = read(space, owner, "backup_retention_period")
        return [] if isinstance(days, int) and days >= 7 else [f"backups are kept {days or 0} days"]

    held = t.number("backup_retention_period", "BackupRetentionPeriod")
    return _modify(
        t, "backup_retention_period", 7, "CKV_AWS_133",
        {"backup_retention_period": 7}, {"backup_retention_period": held}, risk=risk,
        breaks=("Going from 0 to any number of days takes the database offline for a moment.",),
        notes=("Without apply_immediately Terraform leaves the change to the next maintenance window.",),
    )  # fmt: skip


def _protected(t: Target) -> Recipe:
    return _modify(
        t, "deletion_protection", True, "CKV_AWS_293",
        {"deletion_protection": True}, {"no_deletion_protection": True},
    )  # fmt: skip


def _multi_az(t: Target) -> Recipe:
    return _modify(
        t, "multi_az", True, "CKV_AWS_157", {"multi_az": True}, {"no_multi_az": True},
        breaks=("The standby doubles the cost; latency rises for a while as it is made.",),
    )  # fmt: skip


def _iam_auth(t: Target) -> Recipe:
    return _modify(
        t, "iam_database_authentication_enabled", True, "CKV_AWS_161",
        {"enable_iam_database_authentication": True}, {"no_enable_iam_database_authentication": True},
        notes=("Passwords keep working; database users have to be let in by IAM one by one.",),
    )  # fmt: skip


def _copy_tags(t: Target) -> Recipe:
    return _modify(
        t, "copy_tags_to_snapshot", True, "CKV2_AWS_60",
        {"copy_tags_to_snapshot": True}, {"no_copy_tags_to_snapshot": True},
    )  # fmt: skip


def _certificate(t: Target) -> Recipe:
    held = t.text("ca_cert", "CACertificateIdentifier", default="rds-ca-2019")
    return _modify(
        t, "ca_cert_identifier", "rds-ca-rsa2048-g1", "",
        {"ca_certificate_identifier": "rds-ca-rsa2048-g1"}, {"ca_certificate_identifier": held},
        breaks=("Clients that check the certificate need the new authority in their trust store first.",),
        notes=("Some engines restart to take a new certificate: do it in a maintenance window.",),
    )  # fmt: skip


def _encryption(t: Target) -> Recipe:
    extra: list[NewBlock] = []
    identity = _identity(t)
    return setting(
        _owner(t), _instance(t, extra), {("storage_encrypted",): True}, identity=identity, extra=extra,
        checks=("CKV_AWS_16",),
        commands=(
            aws(
                "rds", "create-db-snapshot", t.region, db_instance_identifier=identity,
                db_snapshot_identifier=f"{identity}-plain",
            ),
            aws(
                "rds", "copy-db-snapshot", t.region, source_db_snapshot_identifier=f"{identity}-plain",
                target_db_snapshot_identifier=f"{identity}-encrypted", kms_key_id="alias/aws/rds",
            ),
            aws(
                "rds", "restore-db-instance-from-db-snapshot", t.region,
                db_instance_identifier=f"{identity}-encrypted", db_snapshot_identifier=f"{identity}-encrypted",
                no_publicly_accessible=True,
            ),
        ),
        rollback=("Point clients at the old instance again; delete it only when the new one has proved itself.",),
        breaks=("Writes made after the snapshot are not in the copy: stop the writers first.",),
        notes=(
            "Storage cannot be encrypted in place: changing storage_encrypted makes Terraform destroy the database "
            "and make an empty one. prevent_destroy stops that in the snippet. Restore from an encrypted copy of a "
            "snapshot (commands), change the clients over, then import the new instance.",
        ),
        replaces=True,
    )  # fmt: skip


def _shared_snapshot(t: Target) -> Recipe:
    identity = t.text("id", "DBSnapshotIdentifier", default=t.uid.rpartition(":")[2] or t.name)
    extra: list[NewBlock] = []
    source = given(
        t.text("instance_id", "DBInstanceIdentifier"),
        "db_instance_identifier",
        "Instance of the snapshot",
        extra,
    )
    attributes: dict[str, Any] = {
        "db_instance_identifier": source, "db_snapshot_identifier": identity, "shared_accounts": ["all"],
    }  # fmt: skip
    if t.tags:
        attributes["tags"] = t.tags
    block = resource("aws_db_snapshot", label_for(identity), attributes, guard())

    def risk(space: Workspace, owner: Spot) -> list[str]:
        shared = read(space, owner, "shared_accounts")
        return ["the snapshot is shared with all"] if isinstance(shared, list) and "all" in shared else []

    arguments = {"db_snapshot_identifier": identity, "attribute_name": "restore"}
    return setting(
        Selector("aws_db_snapshot", {"db_snapshot_identifier": identity}, (identity,), t.tags),
        block, {("shared_accounts",): []}, identity=identity, extra=extra, risk=risk,
        commands=(aws("rds", "modify-db-snapshot-attribute", t.region, **arguments, values_to_remove="all"),),
        rollback=(aws("rds", "modify-db-snapshot-attribute", t.region, **arguments, values_to_add="all"),),
        breaks=("Whoever restores this snapshot from another account is cut off.",),
        notes=("Take it that its content is known: change the secrets that are in it.",),
    )  # fmt: skip


TEMPLATES = (
    Template(
        "aws.rds.public_access", "Take the database off the internet", ("rds_instance_no_public_access",), _public
    ),
    Template(
        "aws.rds.unencrypted", "Encrypt the database's storage", ("rds_instance_storage_encrypted",),
        _encryption,
    ),
    Template("aws.rds.backup_missing", "Keep automatic backups", ("rds_instance_backup_enabled",), _backup),
    Template(
        "aws.rds.deletion_unprotected", "Protect the database from deletion", ("rds_instance_deletion_protection",),
        _protected,
    ),
    Template("aws.rds.single_zone", "Run a standby in another zone", ("rds_instance_multi_az",), _multi_az),
    Template(
        "aws.rds.iam_authentication_disabled", "Let IAM identities log in", ("rds_instance_iam_authentication_enabled",),
        _iam_auth,
    ),
    Template(
        "aws.rds.tags_not_copied", "Copy tags to snapshots", ("rds_instance_copy_tags_to_snapshots",),
        _copy_tags,
    ),
    Template(
        "aws.rds.certificate_expiring", "Renew the database's certificate authority",
        ("rds_instance_certificate_expiration",), _certificate,
    ),
    Template(
        "aws.rds.public_snapshot", "Stop sharing the database snapshot with everybody",
        ("rds_snapshots_public_access",), _shared_snapshot,
    ),
)  # fmt: skip
