"""The checks of the estate on AWS stores, keys and secrets."""

from __future__ import annotations

from collections.abc import Iterator

from tools.tenant.estate.checks import CRITICAL, HIGH, LOW, MEDIUM, ON, Config, Row, for_everybody


def _public_write(config: Config) -> bool:
    policy = config["Policy"]
    return for_everybody(policy) and "s3:PutObject" in policy


def data_rows() -> Iterator[Row]:
    """Checks of buckets, databases, tables, keys and secrets."""
    bucket = "aws.bucket"
    yield (
        *(bucket, "s3_bucket_public_access", CRITICAL, "Bucket policy allows everybody to read"),
        *(lambda c: for_everybody(c["Policy"]), "Take the public statement out of the policy."),
    )
    yield (
        *(
            bucket,
            "s3_bucket_policy_public_write_access",
            CRITICAL,
            "Bucket policy allows everybody to write",
        ),
        *(_public_write, "Take the public statement out of the policy."),
    )
    yield (
        *(bucket, "s3_bucket_level_public_access_block", MEDIUM, "Bucket does not block public access"),
        *(lambda c: not all(c["PublicAccessBlockConfiguration"].values()), ON),
    )
    yield (
        *(bucket, "s3_bucket_kms_encryption", MEDIUM, "Bucket has no customer key"),
        *(
            lambda c: (
                c["ServerSideEncryptionConfiguration"]["Rules"][0]["ApplyServerSideEncryptionByDefault"][
                    "SSEAlgorithm"
                ]
                != "aws:kms"
            ),
            ON,
        ),
    )
    yield (
        *(bucket, "s3_bucket_secure_transport_policy", MEDIUM, "Bucket accepts plain HTTP"),
        *(
            lambda c: "aws:SecureTransport" not in (c["Policy"] or ""),
            "Deny requests without TLS in the bucket policy.",
        ),
    )
    yield (
        *(bucket, "s3_bucket_object_versioning", MEDIUM, "Bucket keeps no versions"),
        *(lambda c: c["Versioning"].get("Status") != "Enabled", ON),
    )
    yield (
        *(bucket, "s3_bucket_server_access_logging_enabled", LOW, "Bucket access is not logged"),
        *(lambda c: not c["LoggingEnabled"], ON),
    )
    database = "aws.database"
    yield (
        *(database, "rds_instance_no_public_access", CRITICAL, "Database is publicly accessible"),
        *(lambda c: c["PubliclyAccessible"], "Turn public access off and keep it in private subnets."),
    )
    yield (
        *(database, "rds_instance_storage_encrypted", HIGH, "Database is not encrypted"),
        *(lambda c: not c["StorageEncrypted"], "Restore an encrypted copy of a snapshot."),
    )
    yield (
        *(database, "rds_instance_backup_enabled", MEDIUM, "Database has no backups"),
        *(lambda c: not c["BackupRetentionPeriod"], ON),
    )
    yield (
        *(database, "rds_instance_deletion_protection", MEDIUM, "Database can be deleted by mistake"),
        *(lambda c: not c["DeletionProtection"], ON),
    )
    yield (
        *(database, "rds_instance_multi_az", MEDIUM, "Database is in one zone"),
        *(lambda c: not c["MultiAZ"], ON),
    )
    yield (
        *(database, "rds_instance_iam_authentication_enabled", MEDIUM, "Database takes passwords only"),
        *(lambda c: not c["IAMDatabaseAuthenticationEnabled"], ON),
    )
    yield (
        *("aws.database_snapshot", "rds_snapshots_public_access", CRITICAL, "Database snapshot is public"),
        *(
            lambda c: any("all" in a["AttributeValues"] for a in c["DBSnapshotAttributes"]),
            "Share it with named accounts, or with none.",
        ),
    )
    yield (
        *("aws.database_snapshot", "rds_snapshots_encrypted", MEDIUM, "Database snapshot is not encrypted"),
        *(lambda c: not c["Encrypted"], "Copy it with a key and delete the plain one."),
    )
    yield (
        *("aws.table", "dynamodb_tables_pitr_enabled", MEDIUM, "Table has no point-in-time recovery"),
        *(
            lambda c: (
                c["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"][
                    "PointInTimeRecoveryStatus"
                ]
                != "ENABLED"
            ),
            ON,
        ),
    )
    yield (
        *("aws.table", "dynamodb_tables_kms_cmk_encryption_enabled", MEDIUM, "Table has no customer key"),
        *(lambda c: not c.get("SSEDescription"), ON),
    )
    yield (
        *("aws.key", "kms_cmk_rotation_enabled", HIGH, "Key rotation is off"),
        *(lambda c: not c["KeyRotationEnabled"], ON),
    )
    yield (
        *("aws.key", "kms_key_not_publicly_accessible", CRITICAL, "Key policy lets everybody use the key"),
        *(lambda c: for_everybody(c["Policy"]), "Name the principals in its policy."),
    )
    yield (
        *("aws.secret", "secretsmanager_automatic_rotation_enabled", MEDIUM, "Secret is not rotated"),
        *(lambda c: not c["RotationEnabled"], ON),
    )
    yield (
        *("aws.secret", "secretsmanager_not_publicly_accessible", CRITICAL, "Secret can be read by anybody"),
        *(lambda c: for_everybody(c.get("ResourcePolicy")), "Name the principals in its policy."),
    )
