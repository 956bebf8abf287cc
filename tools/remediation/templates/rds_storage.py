"""Amazon RDS: encryption of storage, and snapshots that are shared."""

from __future__ import annotations

from typing import Any

from tools.remediation.hcl.write import NewBlock, label_for, resource
from tools.remediation.live import Target
from tools.remediation.recipe import Recipe, Template
from tools.remediation.shell import aws
from tools.remediation.templates.common import guard, read
from tools.remediation.templates.rds import rds_identity, rds_instance, rds_owner
from tools.remediation.templates.setting import given, setting
from tools.remediation.workspace import Selector, Spot, Workspace


def _encryption(t: Target) -> Recipe:
    extra: list[NewBlock] = []
    identity = rds_identity(t)
    return setting(
        rds_owner(t),
        rds_instance(t, extra),
        {("storage_encrypted",): True},
        identity=identity,
        extra=extra,
        checks=("CKV_AWS_16",),
        commands=(
            aws(
                "rds",
                "create-db-snapshot",
                t.region,
                db_instance_identifier=identity,
                db_snapshot_identifier=f"{identity}-plain",
            ),
            aws(
                "rds",
                "copy-db-snapshot",
                t.region,
                source_db_snapshot_identifier=f"{identity}-plain",
                target_db_snapshot_identifier=f"{identity}-encrypted",
                kms_key_id="alias/aws/rds",
            ),
            aws(
                "rds",
                "restore-db-instance-from-db-snapshot",
                t.region,
                db_instance_identifier=f"{identity}-encrypted",
                db_snapshot_identifier=f"{identity}-encrypted",
                no_publicly_accessible=True,
            ),
        ),
        rollback=(
            "Point clients at the old instance again; delete it only when the new one has proved itself.",
        ),
        breaks=("Writes made after the snapshot are not in the copy: stop the writers first.",),
        notes=(
            "Storage cannot be encrypted in place: changing storage_encrypted makes Terraform destroy the "
            "database "
            "and make an empty one. prevent_destroy stops that in the snippet. Restore from an encrypted "
            "copy of a "
            "snapshot (commands), change the clients over, then import the new instance.",
        ),
        replaces=True,
    )


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
        "db_instance_identifier": source,
        "db_snapshot_identifier": identity,
        "shared_accounts": ["all"],
    }
    if t.tags:
        attributes["tags"] = t.tags
    block = resource("aws_db_snapshot", label_for(identity), attributes, guard())

    def risk(space: Workspace, owner: Spot) -> list[str]:
        shared = read(space, owner, "shared_accounts")
        return ["the snapshot is shared with all"] if isinstance(shared, list) and "all" in shared else []

    arguments = {"db_snapshot_identifier": identity, "attribute_name": "restore"}
    return setting(
        Selector("aws_db_snapshot", {"db_snapshot_identifier": identity}, (identity,), t.tags),
        block,
        {("shared_accounts",): []},
        identity=identity,
        extra=extra,
        risk=risk,
        commands=(aws("rds", "modify-db-snapshot-attribute", t.region, **arguments, values_to_remove="all"),),
        rollback=(aws("rds", "modify-db-snapshot-attribute", t.region, **arguments, values_to_add="all"),),
        breaks=("Whoever restores this snapshot from another account is cut off.",),
        notes=("Take it that its content is known: change the secrets that are in it.",),
    )


TEMPLATES = (
    Template(
        "aws.rds.unencrypted",
        "Encrypt the database's storage",
        ("rds_instance_storage_encrypted",),
        _encryption,
    ),
    Template(
        "aws.rds.public_snapshot",
        "Stop sharing the database snapshot with everybody",
        ("rds_snapshots_public_access",),
        _shared_snapshot,
    ),
)
