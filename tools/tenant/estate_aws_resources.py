"""Single AWS resources of the demo estate."""

from __future__ import annotations

from tools.tenant.estate_company import Account, Estate, Resource


def bucket(
    estate: Estate,
    account: Account,
    name: str,
    *,
    public: bool = False,
    blocked: bool | None = None,
    data_class: str = "",
) -> Resource:
    """A bucket; `public` is its policy, `blocked` the block that makes such a policy void."""
    full = f"halden-{account.team}-{name}"
    arn = f"arn:aws:s3:::{full}"
    block = estate.chance(0.6) if blocked is None else blocked
    statement = {
        "Sid": "PublicRead",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"{arn}/*",
    }
    config = {
        "name": full,
        "arn": arn,
        "region": account.regions[0],
        "versioning": estate.chance(0.5),
        "logging": estate.chance(0.4),
        "encryption": "AES256" if estate.chance(0.9) else None,
        "public_access_block": dict.fromkeys(
            ("block_public_acls", "ignore_public_acls", "block_public_policy", "restrict_public_buckets"),
            block,
        ),
        "acl_grantees": [],
        "policy": {"Version": "2012-10-17", "Statement": [statement]} if public else None,
        "mfa_delete": False,
        "object_lock": False,
        "secure_transport": estate.chance(0.4),
    }
    return estate.add(account, "aws.bucket", arn, full, config, data_class=data_class)


def database(
    estate: Estate,
    account: Account,
    number: int,
    vpc: str,
    group: Resource,
    *,
    public: bool = False,
    data_class: str = "",
) -> Resource:
    """A PostgreSQL instance."""
    application, region = estate.application(account), account.regions[0]
    name = f"{application}-db-{number + 1}"
    config = {
        "id": name,
        "engine": "postgres",
        "engine_version": "16.4",
        "public": public,
        "encrypted": estate.chance(0.8),
        "backup_retention_period": 7 if estate.chance(0.8) else 0,
        "deletion_protection": estate.chance(0.5),
        "multi_az": account.environment == "production" and estate.chance(0.6),
        "security_groups": [group.config["id"]],
        "port": 5432,
        "vpc_id": vpc,
    }
    if not data_class and account.environment == "production" and number == 0:
        data_class = {"payments": "PCI", "shop": "PII", "data-platform": "PII"}.get(account.team, "")
    uid = f"arn:aws:rds:{region}:{account.id}:db:{name}"
    return estate.add(
        account, "aws.database", uid, name, config, application=application, data_class=data_class
    )


def key(estate: Estate, account: Account) -> Resource:
    """A customer key."""
    parts = (estate.hexes(count) for count in (8, 4, 4, 4, 12))
    key, region = "-".join(parts), account.regions[0]
    config = {
        "id": key,
        "state": "Enabled",
        "manager": "CUSTOMER",
        "rotation_enabled": estate.chance(0.5),
        "policy": {
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": f"arn:aws:iam::{account.id}:root"},
                    "Action": "kms:*",
                    "Resource": "*",
                }
            ]
        },
    }
    return estate.add(account, "aws.key", f"arn:aws:kms:{region}:{account.id}:key/{key}", key, config)


def volume(estate: Estate, account: Account) -> Resource:
    """A volume."""
    volume, region = f"vol-{estate.hexes(17)}", account.regions[0]
    config = {"id": volume, "encrypted": estate.chance(0.6), "snapshots": estate.chance(0.5)}
    return estate.add(
        account, "aws.volume", f"arn:aws:ec2:{region}:{account.id}:volume/{volume}", volume, config
    )


def secret(estate: Estate, account: Account) -> Resource:
    """A database secret."""
    name = f"{account.team}/database"
    config = {"name": name, "rotation_enabled": estate.chance(0.4), "policy": None}
    uid = f"arn:aws:secretsmanager:{account.regions[0]}:{account.id}:secret:{name}-{estate.hexes(6)}"
    return estate.add(account, "aws.secret", uid, name, config)


def function(estate: Estate, account: Account, number: int) -> Resource:
    """A function; one of a developer account has an open URL."""
    application, region = estate.application(account), account.regions[0]
    name = f"{application}-hook-{number + 1}"
    public = account.environment == "dev" and number == 0
    config = {
        "name": name,
        "runtime": estate.random.choice(("python3.12", "nodejs20.x", "python3.8")),
        "environment": {"DB_PASSWORD": "REDACTED"} if estate.chance(0.3) else {},
        "policy": None,
        "url_config": {"auth_type": "NONE", "url": f"https://{estate.hexes(24)}.lambda-url.example"}
        if public
        else None,
        "vpc_id": None,
    }
    uid = f"arn:aws:lambda:{region}:{account.id}:function:{name}"
    return estate.add(account, "aws.function", uid, name, config, application=application)


def user(estate: Estate, account: Account, name: str) -> Resource:
    """A person (with a dot in the name) or a robot."""
    human = "." in name
    config = {
        "name": name,
        "mfa_devices": [{"type": "virtual"}] if estate.chance(0.5) else [],
        "console_access": human,
        "attached_policies": [],
        "inline_policies": [],
        "access_key_age_days": estate.random.randint(5, 400) if not human else 0,
    }
    return estate.add(account, "aws.user", f"arn:aws:iam::{account.id}:user/{name}", name, config)
