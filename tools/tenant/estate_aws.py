"""The AWS part of the demo estate: configurations in the form that scanners report them."""

from __future__ import annotations

from typing import Any

from tools.tenant import estate_aws_resources as resources
from tools.tenant.estate_company import Account, Estate, Resource

_ADMIN = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
_READ = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "*"}],
}


_PEOPLE = tuple(
    f"{first}.{last}"
    for first in "arsmlo"
    for last in (
        "reyes",
        "koch",
        "iyer",
        "brandt",
        "dahl",
        "osei",
        "novak",
        "laurent",
        "hayashi",
        "pires",
        "kaya",
        "moreau",
    )
)


def draw_aws(estate: Estate, account: Account) -> None:
    """Everything of one AWS account."""
    arn = f"arn:aws:iam::{account.id}"
    estate.add(account, "aws.account", f"{arn}:root", account.id, _account(estate, account))
    vpc = f"vpc-{estate.hexes(17)}"
    region = account.regions[0]
    vpc_arn = f"arn:aws:ec2:{region}:{account.id}:vpc/{vpc}"
    estate.add(
        account, "aws.vpc", vpc_arn, vpc, {"id": vpc, "flow_log": estate.chance(0.5), "region": region}
    )
    roles = [_role(estate, account, f"{name}-role", admin=False) for name in ("web", "worker")]
    groups = [_group(estate, account, vpc, name) for name in ("web", "app", "db")]
    production = account.environment == "production"
    for number in range((4 if production else 2) * estate.scale):
        _instance(estate, account, number, groups[number % 2], roles[number % 2])
    for name in estate.numbered("assets", "exports", "logs"):
        resources.bucket(estate, account, name)
    for number in range(estate.scale):
        resources.database(estate, account, number, vpc, groups[2])
    for number in range(estate.scale):
        resources.function(estate, account, number)
        resources.key(estate, account)
        resources.volume(estate, account)
    for name in [*_PEOPLE[: estate.scale], *estate.numbered("deploy-bot")]:
        resources.user(estate, account, name)
    resources.secret(estate, account)
    if account.team == "payments":
        _planted_path(estate, account, vpc)
    if account.team == "shop":
        _decoys(estate, account, vpc)


def _account(estate: Estate, account: Account) -> dict[str, Any]:
    production = account.environment == "production"
    return {
        "account": account.id,
        "guardduty": estate.chance(0.7),
        "security_hub": estate.chance(0.5),
        "cloudtrail_multi_region": production,
        "root_mfa": estate.chance(0.8),
        "password_minimum_length": 14 if production else 8,
        "ebs_default_encryption": production,
    }


def _rule(port: int, source: str, last: int | None = None) -> dict[str, Any]:
    return {
        "IpProtocol": "tcp",
        "FromPort": port,
        "ToPort": port if last is None else last,
        "UserIdGroupPairs": [],
        "IpRanges": [{"CidrIp": source}],
        "Ipv6Ranges": [],
        "PrefixListIds": [],
    }


def _group(
    estate: Estate, account: Account, vpc: str, name: str, rules: list[dict[str, Any]] | None = None
) -> Resource:
    group, region = f"sg-{estate.hexes(17)}", account.regions[0]
    if rules is None:
        rules = {
            "web": [_rule(443, "0.0.0.0/0"), _rule(80, "0.0.0.0/0")],
            "app": [_rule(8080, "10.0.0.0/8")],
            "db": [_rule(5432, "10.0.0.0/8")],
        }[name]
        if account.environment == "dev" and name == "app":
            rules.append(_rule(22, "0.0.0.0/0"))
    config = {
        "id": group,
        "name": f"{account.team}-{name}",
        "vpc_id": vpc,
        "region": region,
        "ingress_rules": rules,
        "egress_rules": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
        "network_interfaces": [],
    }
    uid = f"arn:aws:ec2:{region}:{account.id}:security-group/{group}"
    return estate.add(account, "aws.security_group", uid, group, config)


def _role(estate: Estate, account: Account, name: str, *, admin: bool) -> Resource:
    policy = f"{name}-policy"
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
    uid = f"arn:aws:iam::{account.id}:role/{name}"
    policy_uid = f"arn:aws:iam::{account.id}:policy/{policy}"
    document = _ADMIN if admin else _READ
    estate.add(
        account,
        "aws.policy",
        policy_uid,
        policy,
        {"name": policy, "arn": policy_uid, "type": "Custom", "attached": True, "document": document},
    )
    config = {
        "name": name,
        "arn": uid,
        "assume_role_policy": trust,
        "attached_policies": [{"PolicyName": policy, "PolicyArn": policy_uid}],
        "inline_policies": [],
        "permissions_boundary": None,
    }
    return estate.add(account, "aws.role", uid, name, config)


def _instance(
    estate: Estate,
    account: Account,
    number: int,
    group: Resource,
    role: Resource,
    *,
    public: bool | None = None,
    state: str = "running",
    tokens: str | None = None,
    data_class: str = "",
) -> Resource:
    instance, region = f"i-{estate.hexes(17)}", account.regions[0]
    application = estate.application(account)
    shown = group.config["name"].endswith("web") if public is None else public
    config = {
        "id": instance,
        "state": state,
        "region": region,
        "type": estate.random.choice(("t3.medium", "m6i.large", "c6i.xlarge")),
        "private_ip": f"10.{estate.random.randint(0, 250)}.0.{estate.random.randint(4, 250)}",
        "public_ip": estate.address() if shown else None,
        "http_tokens": tokens or ("required" if estate.chance(0.6) else "optional"),
        "http_endpoint": "enabled",
        "monitoring_state": "enabled" if estate.chance(0.3) else "disabled",
        "security_groups": [group.config["id"]],
        "instance_profile": {
            "Arn": f"arn:aws:iam::{account.id}:instance-profile/{role.asset.name}",
            "Role": role.asset.name,
        },
        "managed_by_ssm": estate.chance(0.6),
        "platform": "linux",
    }
    uid = f"arn:aws:ec2:{region}:{account.id}:instance/{instance}"
    name = f"{application}-{number + 1:02}"
    found = estate.add(
        account, "aws.instance", uid, name, config, application=application, data_class=data_class
    )
    interface = {
        "id": f"eni-{estate.hexes(17)}",
        "attachment": {"instance_id": instance, "status": "attached"},
        "association": {"PublicIp": config["public_ip"]} if config["public_ip"] else {},
    }
    group.config["network_interfaces"].append(interface)
    return found


def _planted_path(estate: Estate, account: Account, vpc: str) -> None:
    group = _group(estate, account, vpc, "batch", [_rule(22, "0.0.0.0/0"), _rule(443, "0.0.0.0/0")])
    role = _role(estate, account, "settlement-batch-role", admin=True)
    machine = _instance(estate, account, 98, group, role, public=True, tokens="optional")
    bucket = resources.bucket(estate, account, "cardholder-archive", blocked=True, data_class="PCI")
    why = "SSH is open to the internet on a machine whose role may read the cardholder archive"
    estate.plant("payments: internet to cardholder data", why, group, machine, role, bucket)


def _decoys(estate: Estate, account: Account, vpc: str) -> None:
    group = _group(estate, account, vpc, "legacy", [_rule(0, "0.0.0.0/0", 65535)])
    role = _role(estate, account, "legacy-role", admin=False)
    _instance(estate, account, 97, group, role, public=False, state="stopped")
    estate.decoy("open on every port, but its machine is stopped and has no public address", group)
    bucket = resources.bucket(estate, account, "lookbook", public=True, blocked=True)
    estate.decoy("a public bucket policy that the public access block makes void", bucket)
    closed = _group(estate, account, vpc, "reporting-db", [_rule(5432, "10.0.0.0/8")])
    database = resources.database(estate, account, 97, vpc, closed, public=True)
    estate.decoy("publicly accessible by setting, yet its security group lets nobody in", database)
