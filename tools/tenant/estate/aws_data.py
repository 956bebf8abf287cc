"""AWS stores of data, keys and secrets, as their own APIs answer."""

from __future__ import annotations

from typing import Any

from tools.tenant.estate import aws_identity as iam
from tools.tenant.estate.aws_network import Network, Subnet, arn
from tools.tenant.estate.cell import Cell, Resource

_STEMS = ("assets", "exports", "logs", "archive", "reports", "uploads", "backup", "media", "static", "drop")
_BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


def bucket(
    cell: Cell,
    *,
    stem: str = "",
    statements: tuple[dict[str, Any], ...] = (),
    public: bool = False,
    blocked: bool | None = None,
    data_class: str = "",
    application: str = "",
    tidy: bool = False,
) -> Resource:
    """A bucket. `public`: its policy lets everybody read; `blocked`: the block that makes such a policy void."""
    name = cell.name(f"halden-{cell.account.team}-{stem or cell.pick(_STEMS)}-{cell.account.id[-4:]}")
    uid = f"arn:aws:s3:::{name}"
    listed = list(statements)
    if public:
        listed.append(
            {
                "Sid": "Read",
                "Effect": "Allow",
                "Principal": "*",
                "Action": "s3:GetObject",
                "Resource": f"{uid}/*",
            }
        )
    if tidy or cell.chance(0.45):
        listed.append(
            {
                "Sid": "TlsOnly",
                "Effect": "Deny",
                "Principal": {"AWS": ["*"]},
                "Action": "s3:*",
                "Resource": [uid, f"{uid}/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        )
    if public:
        # The check of an open policy looks at the whole; a public one has no other statement here.
        listed = [one for one in listed if one.get("Sid") != "TlsOnly"]
    block = (tidy or cell.chance(0.7)) if blocked is None else blocked
    algorithm = "aws:kms" if tidy or cell.chance(0.5) else "AES256"
    config = {
        "Name": name,
        "CreationDate": cell.iso(cell.number(30, 1400)),
        "LocationConstraint": cell.region,
        "Policy": iam.text(iam.document(*listed)) if listed else None,
        "PublicAccessBlockConfiguration": dict.fromkeys(_BLOCKS, block),
        "Owner": {"ID": cell.hexes(64)},
        "Grants": [
            {"Grantee": {"ID": cell.hexes(64), "Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"}
        ],
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        "ServerSideEncryptionConfiguration": {
            "Rules": [
                {
                    "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": algorithm},
                    "BucketKeyEnabled": algorithm == "aws:kms",
                }
            ]
        },
        "Versioning": {"Status": "Enabled"} if tidy or cell.chance(0.55) else {},
        "LoggingEnabled": {"TargetBucket": f"halden-{cell.account.team}-access-logs", "TargetPrefix": name}
        if tidy or cell.chance(0.45)
        else None,
    }
    return cell.add("aws.bucket", uid, name, config, application=application, data_class=data_class)


def database(
    cell: Cell,
    net: Network,
    group: Resource,
    *,
    public: bool = False,
    encrypted: bool | None = None,
    subnets: list[Subnet] | None = None,
    data_class: str = "",
    application: str = "",
    tidy: bool = False,
    engine: str = "",
) -> Resource:
    """A database instance."""
    application = application or cell.application()
    engine = engine or cell.pick(("postgres", "postgres", "mysql"))
    name = cell.name(f"{application}-db")
    chosen = subnets or net.private
    port = 5432 if engine == "postgres" else 3306
    config = {
        "DBInstanceIdentifier": name,
        "DBInstanceClass": cell.pick(("db.t3.medium", "db.m6g.large", "db.r6g.xlarge")),
        "Engine": engine,
        "EngineVersion": {"postgres": "16.4", "mysql": "8.0.39"}[engine],
        "DBInstanceStatus": "available",
        "MasterUsername": cell.pick(("app", "svc", "dbadmin")),
        "DBName": application.replace("-", ""),
        "Endpoint": {"Address": f"{name}.{cell.hexes(12)}.{net.region}.rds.amazonaws.com", "Port": port},
        "PubliclyAccessible": public,
        "StorageEncrypted": (tidy or cell.chance(0.85)) if encrypted is None else encrypted,
        "BackupRetentionPeriod": 7 if tidy or cell.chance(0.8) else 0,
        "DeletionProtection": tidy or cell.chance(0.5),
        "MultiAZ": tidy or (cell.production and cell.chance(0.6)),
        "IAMDatabaseAuthenticationEnabled": tidy or cell.chance(0.3),
        "VpcSecurityGroups": [{"VpcSecurityGroupId": group.config["GroupId"], "Status": "active"}],
        "DBSubnetGroup": {
            "DBSubnetGroupName": f"{name}-subnets",
            "VpcId": net.id,
            "Subnets": [{"SubnetIdentifier": s.id, "SubnetStatus": "Active"} for s in chosen],
        },
        "AllocatedStorage": cell.pick((50, 100, 500)),
    }
    uid = f"arn:aws:rds:{net.region}:{cell.account.id}:db:{name}"
    config["DBInstanceArn"] = uid
    return cell.add(
        "aws.database", uid, name, config, region=net.region, application=application, data_class=data_class
    )


def database_snapshot(
    cell: Cell, source: Resource, *, shared: tuple[str, ...] = (), encrypted: bool | None = None
) -> Resource:
    """A snapshot of a database instance; `shared`: account ids, or "all"."""
    name = cell.name(f"{source.name}-snap")
    uid = f"arn:aws:rds:{source.region}:{cell.account.id}:snapshot:{name}"
    kept = bool(source.config["StorageEncrypted"]) if encrypted is None else encrypted
    config = {
        "DBSnapshotIdentifier": name,
        "DBInstanceIdentifier": source.config["DBInstanceIdentifier"],
        "DBSnapshotArn": uid,
        "SnapshotCreateTime": cell.iso(cell.number(1, 200)),
        "Engine": source.config["Engine"],
        "Status": "available",
        "SnapshotType": "manual",
        "Encrypted": kept,
        "DBSnapshotAttributes": [{"AttributeName": "restore", "AttributeValues": list(shared)}],
    }
    return cell.add(
        "aws.database_snapshot", uid, name, config, region=source.region, application=source.application
    )


def volume(cell: Cell, region: str, zone: str, instance: str, *, encrypted: bool | None = None) -> Resource:
    """A volume of an instance."""
    name = f"vol-{cell.hexes(17)}"
    config = {
        "VolumeId": name,
        "Size": cell.pick((20, 50, 100, 200)),
        "VolumeType": "gp3",
        "State": "in-use" if instance else "available",
        "AvailabilityZone": zone,
        "Encrypted": cell.chance(0.7) if encrypted is None else encrypted,
        "Attachments": [{"InstanceId": instance, "Device": "/dev/xvda", "State": "attached"}]
        if instance
        else [],
    }
    return cell.add("aws.volume", arn(cell, region, "volume", name), name, config, region=region)


def snapshot(
    cell: Cell,
    source: Resource,
    *,
    public: bool = False,
    shared: tuple[str, ...] = (),
    data_class: str = "",
) -> Resource:
    """A snapshot of a volume."""
    name = f"snap-{cell.hexes(17)}"
    permissions: list[dict[str, str]] = [{"UserId": one} for one in shared]
    if public:
        permissions.append({"Group": "all"})
    config = {
        "SnapshotId": name,
        "VolumeId": source.config["VolumeId"],
        "VolumeSize": source.config["Size"],
        "State": "completed",
        "StartTime": cell.iso(cell.number(1, 300)),
        "OwnerId": cell.account.id,
        "Encrypted": source.config["Encrypted"],
        "Description": cell.pick(("", "weekly", "before upgrade")),
        "CreateVolumePermissions": permissions,
    }
    uid = arn(cell, source.region, "snapshot", name)
    return cell.add("aws.snapshot", uid, name, config, region=source.region, data_class=data_class)


def image(cell: Cell, source: Resource, *, public: bool = False) -> Resource:
    """A machine image over a snapshot."""
    name = f"ami-{cell.hexes(17)}"
    config = {
        "ImageId": name,
        "Name": cell.name(f"{cell.account.team}-base"),
        "OwnerId": cell.account.id,
        "Public": public,
        "State": "available",
        "CreationDate": cell.iso(cell.number(5, 400)),
        "BlockDeviceMappings": [
            {"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": source.config["SnapshotId"]}}
        ],
        "LaunchPermissions": [{"Group": "all"}] if public else [],
    }
    return cell.add("aws.image", arn(cell, source.region, "image", name), name, config, region=source.region)


def key(cell: Cell, *statements: dict[str, Any]) -> Resource:
    """A customer key; its policy always lets the account's own policies decide."""
    name = cell.guid()
    uid = f"arn:aws:kms:{cell.region}:{cell.account.id}:key/{name}"
    own = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{cell.account.id}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    config = {
        "KeyMetadata": {
            "KeyId": name,
            "Arn": uid,
            "KeyState": "Enabled",
            "KeyManager": "CUSTOMER",
            "KeySpec": "SYMMETRIC_DEFAULT",
            "KeyUsage": "ENCRYPT_DECRYPT",
        },
        "KeyRotationEnabled": cell.chance(0.6),
        "Policy": iam.text(iam.document(own, *statements)),
    }
    return cell.add("aws.key", uid, name, config)


def secret(
    cell: Cell, application: str, *, policy: dict[str, Any] | None = None, rotated: bool | None = None
) -> Resource:
    """A secret."""
    name = cell.name(f"{application}/credentials")
    uid = f"arn:aws:secretsmanager:{cell.region}:{cell.account.id}:secret:{name}-{cell.letters(6)}"
    config: dict[str, Any] = {
        "ARN": uid,
        "Name": name,
        "RotationEnabled": cell.chance(0.45) if rotated is None else rotated,
        "LastChangedDate": cell.iso(cell.number(5, 500)),
        "VersionIdsToStages": {cell.guid(): ["AWSCURRENT"]},
    }
    if policy is not None:
        config["ResourcePolicy"] = iam.text(policy)
    return cell.add("aws.secret", uid, name, config, application=application)


def table(cell: Cell, application: str, *, data_class: str = "", tidy: bool = False) -> Resource:
    """A DynamoDB table."""
    name = cell.name(f"{application}-items")
    uid = f"arn:aws:dynamodb:{cell.region}:{cell.account.id}:table/{name}"
    recovery = "ENABLED" if tidy or cell.chance(0.5) else "DISABLED"
    config: dict[str, Any] = {
        "TableName": name,
        "TableArn": uid,
        "TableStatus": "ACTIVE",
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "ItemCount": cell.number(100, 10**7),
        "ContinuousBackupsDescription": {
            "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": recovery}
        },
    }
    if tidy or cell.chance(0.4):
        config["SSEDescription"] = {"Status": "ENABLED", "SSEType": "KMS"}
    return cell.add("aws.table", uid, name, config, application=application, data_class=data_class)
